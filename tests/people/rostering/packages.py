"""OneRoster packages built in memory: a small district, valid until a test changes it."""

import csv
import io
import zipfile
from io import BytesIO
from typing import Any

from plp_api.people.rostering.columns import COLUMNS, FILES

# A small district in the format of 1.2; 1.1 has no file of roles, the user's row has the role.
ORGS = [
    {"sourcedId": "d1", "name": "Granite SU", "type": "district"},
    {"sourcedId": "s1", "name": "Granite High", "type": "school", "parentSourcedId": "d1"},
]
SESSIONS = [
    {
        "sourcedId": "y1",
        "title": "2026-27",
        "type": "schoolYear",
        "startDate": "2026-08-26",
        "endDate": "2027-06-18",
        "schoolYear": "2027",
    },
]
COURSES = [
    {
        "sourcedId": "c1",
        "schoolYearSourcedId": "y1",
        "title": "Advisory",
        "courseCode": "ADV",
        "grades": "9,10",
        "orgSourcedId": "s1",
    },
]
CLASSES = [
    {
        "sourcedId": "k1",
        "title": "Advisory A",
        "courseSourcedId": "c1",
        "classType": "homeroom",
        "schoolSourcedId": "s1",
        "termSourcedIds": "y1",
    },
]
USERS = [
    {
        "sourcedId": "t1",
        "enabledUser": "true",
        "username": "teacher",
        "givenName": "Ada",
        "familyName": "Stone",
        "orgSourcedIds": "s1",
        "role": "teacher",
    },
    {
        "sourcedId": "u1",
        "enabledUser": "true",
        "username": "student",
        "givenName": "Bo",
        "familyName": "Birch",
        "grades": "9",
        "agentSourcedIds": " p1 , ",
        "userIds": "{State:4711}",
        "orgSourcedIds": "s1",
        "role": "student",
    },
    {
        "sourcedId": "p1",
        "enabledUser": "false",
        "username": "parent",
        "givenName": "Cy",
        "familyName": "Birch",
        "password": "hunter2",
        "orgSourcedIds": "s1",
        "role": "parent",
    },
]
ROLES = [
    {
        "sourcedId": f"r{user['sourcedId']}",
        "userSourcedId": user["sourcedId"],
        "roleType": "primary",
        "role": user["role"],
        "orgSourcedId": "s1",
    }
    for user in USERS
]
ENROLLMENTS = [
    {
        "sourcedId": "e1",
        "classSourcedId": "k1",
        "schoolSourcedId": "s1",
        "userSourcedId": "t1",
        "role": "teacher",
        "primary": "true",
    },
    {
        "sourcedId": "e2",
        "classSourcedId": "k1",
        "schoolSourcedId": "s1",
        "userSourcedId": "u1",
        "role": "student",
        "beginDate": "2026-08-26",
        "endDate": "2027-06-18",
    },
]
DEMOGRAPHICS = [{"sourcedId": "u1", "birthDate": "2011-02-28", "sex": "female", "white": "false"}]

ROWS = {
    "academicSessions": SESSIONS,
    "orgs": ORGS,
    "courses": COURSES,
    "classes": CLASSES,
    "users": USERS,
    "roles": ROLES,
    "enrollments": ENROLLMENTS,
    "demographics": DEMOGRAPHICS,
}


def written(header: list[Any], rows: list[Any]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, header, restval="", extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def headers(version: str, file: str) -> list[Any]:
    return [column.name for column in COLUMNS[version][file] if column.name != "resourceSourcedIds"]


def manifest(version: str, files: Any, **changed: Any) -> bytes:
    modes = {f"file.{file}": "bulk" if file in files else "absent" for file in FILES[version]}
    properties = {"manifest.version": "1.0", "oneroster.version": version, **modes, **changed}
    rows = [{"propertyName": name, "value": value} for name, value in properties.items() if value]
    return written(["propertyName", "value"], rows)


def contents(version: str = "1.2", /, **changed: Any) -> dict[str, Any]:
    """The files of a valid package, some of them replaced by rows or by raw bytes."""
    rows = {file: found for file, found in ROWS.items() if file in COLUMNS[version]}
    texts = {file: written(headers(version, file), found) for file, found in rows.items()}
    for file, change in changed.items():
        is_text = isinstance(change, bytes)
        texts[file] = change if is_text else written(headers(version, file), change)
    return {
        "manifest.csv": manifest(version, texts),
        **{f"{file}.csv": text for file, text in texts.items()},
    }


def zipped(files: dict[str, Any], compression: int = zipfile.ZIP_DEFLATED) -> BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as target:
        for name, text in files.items():
            target.writestr(name, text)
    return packed


def changed(rows: list[Any], place: int, **cells: Any) -> list[Any]:
    """The rows with one of them changed."""
    return [{**row, **cells} if number == place else row for number, row in enumerate(rows)]
