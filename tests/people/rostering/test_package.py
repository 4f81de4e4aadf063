"""A OneRoster package is read as it is; every error in it becomes a finding."""

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plp_api.foundation.imports.findings import KEPT_PER_CODE, Severity
from plp_api.people.rostering import archive
from plp_api.people.rostering.columns import COLUMNS, Column, Kind
from plp_api.people.rostering.findings import Code, Findings
from plp_api.people.rostering.package import open_package
from tests.people.rostering.packages import (
    CLASSES,
    COURSES,
    DEMOGRAPHICS,
    ENROLLMENTS,
    ORGS,
    ROLES,
    ROWS,
    SESSIONS,
    USERS,
    changed,
    contents,
    headers,
    manifest,
    written,
    zipped,
)

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "data"


def checked(files: BytesIO | dict[str, Any], profile: str = "lenient") -> Findings:
    """The findings of a package given as files, as a packed archive, or as bytes."""
    source = zipped(files) if isinstance(files, dict) else files
    with open_package(source, profile) as package:
        package.check()
        return package.findings


def places(findings: Findings, code: Code) -> list[Any]:
    return [(f.file, f.row, f.column) for f in findings if f.code == code]


def read(files: dict[str, Any], file: str) -> list[Any]:
    with open_package(zipped(files)) as package:
        package.check()
        assert package.findings.errors == 0, list(package.findings)
        return [row.cells for row in package.rows(file)]


def only(
    findings: Findings, code: Code, file: str, row: int | None, column: str | None = None
) -> None:
    """Assert that the only finding is `code`, at that place."""
    assert findings.counts == {code: 1}, list(findings)
    assert places(findings, code) == [(file, row, column)]


# What is right.


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("profile", ["strict", "lenient"])
def test_a_right_package_has_no_findings(version: str, profile: str) -> None:
    assert list(checked(contents(version), profile)) == []


def test_both_versions_give_the_same_users_and_roles() -> None:
    def people(version: str) -> tuple[Any, ...]:
        users = read(contents(version), "users")
        roles = read(contents(version), "roles")
        for row in users:
            del row["primaryOrgSourcedId"]
        for row in roles:
            del row["sourcedId"]
        return users, roles

    assert people("1.1") == people("1.2")


def test_cells_become_values() -> None:
    student = read(contents(), "users")[1]
    assert student["grades"] == ("09",)
    assert student["agentSourcedIds"] == ("p1",)
    assert student["userIds"] == {"state": "4711"}
    assert student["enabledUser"] is True
    assert student["email"] is None
    assert student["status"] == "active"
    assert read(contents(), "users")[2]["enabledUser"] is False
    assert read(contents(), "demographics")[0]["birthDate"] == date(2011, 2, 28)
    assert read(contents(), "academicSessions")[0]["schoolYear"] == 2027


def test_a_password_is_never_handed_on() -> None:
    assert "hunter2" not in str(read(contents(), "users"))
    assert "password" not in read(contents(), "users")[2]


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    with open_package(zipped(contents())) as package:
        assert [row.number for row in package.rows("orgs")] == [2, 3]


def test_a_byte_order_mark_is_read_past() -> None:
    files = {name: b"\xef\xbb\xbf" + text for name, text in contents().items()}
    assert list(checked(files, "strict")) == []


def test_stored_entries_are_read_as_well_as_deflated_ones() -> None:
    assert list(checked(zipped(contents(), zipfile.ZIP_STORED), "strict")) == []


def test_metadata_columns_and_absent_optional_columns_are_fine() -> None:
    header = ["sourcedId", "status", "dateLastModified", "name", "type", "metadata.city"]
    orgs = written([*header], [{**row, "metadata.city": "Barre"} for row in ORGS])
    assert list(checked(contents(orgs=orgs), "strict")) == []


def test_the_column_that_the_corrected_text_dropped_is_read_past() -> None:
    header = [column.name for column in COLUMNS["1.2"]["users"]]
    assert "resourceSourcedIds" in header
    assert list(checked(contents(users=written(header, USERS)), "strict")) == []


def test_a_manifest_with_every_file_absent_says_that_nothing_changed() -> None:
    with open_package(zipped({"manifest.csv": manifest("1.2", [])})) as package:
        package.check()
        assert package.files == []
        assert list(package.findings) == []
        assert set(package.modes.values()) == {"absent"}


def test_an_extension_token_is_a_value_where_the_specification_allows_it() -> None:
    assert list(checked(contents(orgs=changed(ORGS, 0, type="ext:union")), "strict")) == []


@pytest.mark.parametrize(
    ("orgs", "role"), [("s1", "siteAdministrator"), ("s1,d1", "districtAdministrator")]
)
def test_an_administrator_of_1_1_administers_schools_or_the_district(orgs: str, role: str) -> None:
    users = changed(USERS, 0, role="administrator", orgSourcedIds=orgs)
    roles = read(contents("1.1", users=users), "roles")
    found = [row["role"] for row in roles if row["userSourcedId"] == "t1"]
    assert set(found) == {role}
    assert len(found) == len(orgs.split(","))


def test_a_row_marked_for_deletion_is_handed_on_as_such() -> None:
    users = read(contents(users=changed(USERS, 2, status="tobedeleted")), "users")
    assert [row["status"] for row in users] == ["active", "active", "tobedeleted"]


def test_an_inactive_user_is_disabled_and_an_inactive_class_dropped() -> None:
    files = contents(
        users=changed(USERS, 1, status="inactive"), classes=changed(CLASSES, 0, status="inactive")
    )
    assert read(files, "users")[1]["enabledUser"] is False
    assert read(files, "users")[1]["status"] == "active"
    assert read(files, "classes")[0]["status"] == "tobedeleted"


def test_a_row_with_an_error_is_left_out_of_the_rows() -> None:
    with open_package(zipped(contents(orgs=changed(ORGS, 0, type="club")))) as package:
        assert [row.cells["sourcedId"] for row in package.rows("orgs")] == ["s1"]


def test_only_files_that_are_read_can_be_asked_for() -> None:
    with open_package(zipped(contents())) as package, pytest.raises(ValueError, match="results"):
        package.rows("results")


# The archive.


@pytest.mark.parametrize("junk", [b"", b"sourcedId,status", b"PK\x05\x06", b"\0" * 100])
def test_what_is_no_zip_is_said_to_be_none(junk: bytes) -> None:
    findings = checked(io.BytesIO(junk))
    assert findings.counts == {Code.NOT_A_ZIP: 1}
    assert findings.errors == 1


def test_a_path_is_opened_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(zipped(contents()).getvalue())
    with open_package(path) as package:
        package.check()
        assert len(list(package.rows("users"))) == 3


def test_a_path_that_does_not_exist_is_the_callers_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), open_package(tmp_path / "none.zip"):
        pass


def test_a_package_beyond_the_size_limit_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_ARCHIVE", 100)
    assert checked(contents()).counts == {Code.PACKAGE_TOO_LARGE: 1}


def declared(packed: BytesIO, size: int) -> BytesIO:
    """The archive with the sizes of its entries overwritten in its directory."""
    data = bytearray(packed.getvalue())
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        data[place + 24 : place + 28] = struct.pack("<I", size)
        place = data.find(b"PK\x01\x02", place + 4)
    return io.BytesIO(bytes(data))


def test_a_bomb_of_a_gigabyte_is_refused_without_unpacking_it() -> None:
    bomb = declared(zipped({"users.csv": b"0" * 1_000_000}), 1_000_000_000)
    tracemalloc.start()
    try:
        findings = checked(bomb)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
    assert findings.counts == {Code.PACKAGE_TOO_LARGE: 1}


def test_a_bomb_below_the_size_limit_is_refused_by_its_ratio() -> None:
    files = {**contents(), "results.csv": b"0" * 8_000_000}
    findings = checked(files)
    assert places(findings, Code.RATIO_TOO_HIGH) == [("results.csv", None, None)]


def test_an_entry_that_is_longer_than_it_says_is_damaged() -> None:
    findings = checked(declared(zipped(contents()), 20))
    assert places(findings, Code.ENTRY_UNREADABLE) == [("manifest.csv", 1, None)]


def test_too_many_entries_are_refused() -> None:
    files = {f"{number}.csv": b"" for number in range(archive.MOST_ENTRIES + 1)}
    assert checked(files).counts == {Code.TOO_MANY_ENTRIES: 1}


def test_a_directory_too_large_for_its_entries_is_not_even_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archive, "LARGEST_DIRECTORY", 10)
    assert checked(contents()).counts == {Code.TOO_MANY_ENTRIES: 1}


def test_the_directory_size_of_a_zip64_archive_counts() -> None:
    packed = zipped(contents()).getvalue()
    end = packed.rfind(b"PK\x05\x06")
    end_64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 9, 9, 2**31, 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    findings = checked(io.BytesIO(packed[:end] + end_64 + locator + packed[end:]))
    assert findings.counts == {Code.TOO_MANY_ENTRIES: 1}


def test_an_encrypted_entry_is_unreadable() -> None:
    data = bytearray(zipped(contents()).getvalue())
    place = data.find(b"PK\x01\x02")
    data[place + 8] |= 1
    findings = checked(io.BytesIO(bytes(data)))
    assert places(findings, Code.ENTRY_UNREADABLE) == [("manifest.csv", None, None)]


def test_a_compression_other_than_deflate_is_unreadable() -> None:
    findings = checked(zipped(contents(), zipfile.ZIP_BZIP2))
    assert findings.counts == {Code.ENTRY_UNREADABLE: len(contents())}


def test_a_damaged_entry_is_unreadable_from_the_place_of_the_damage() -> None:
    files = contents(orgs=written(headers("1.2", "orgs"), ORGS * 40))
    data = zipped(files, zipfile.ZIP_STORED).getvalue()
    findings = checked(io.BytesIO(data.replace(b"Granite High", b"Granite Nigh", 1)))
    assert findings.counts[Code.ENTRY_UNREADABLE] == 1


@pytest.mark.parametrize("folder", ["roster/", "roster\\"])
def test_a_folder_in_the_package_is_refused(folder: str) -> None:
    files = {f"{folder}{name}": text for name, text in contents().items()}
    findings = checked(files)
    assert findings.counts == {Code.FOLDER_IN_PACKAGE: len(files)}
    assert findings.errors == len(files)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_there_twice_is_refused() -> None:
    packed = zipped(contents())
    with zipfile.ZipFile(packed, "a") as target:
        target.writestr("users.csv", b"")
    only(checked(packed), Code.FILE_TWICE, "users.csv", None)


def test_a_file_outside_oneroster_is_refused_only_by_the_letter() -> None:
    files = {**contents(), "READ\nME.txt": b"hello"}
    only(checked(files), Code.FILE_UNKNOWN, "READ?ME.txt", None)
    assert checked(files).errors == 0
    assert checked(files, "strict").errors == 1


# The manifest.


def test_a_package_without_a_manifest_is_refused() -> None:
    files = contents()
    del files["manifest.csv"]
    only(checked(files), Code.MANIFEST_MISSING, "manifest.csv", None)


@pytest.mark.parametrize("version", ["1.0", "2.0", ""])
def test_a_version_that_is_not_read_is_refused(version: str) -> None:
    files = {"manifest.csv": manifest("1.2", [], **{"oneroster.version": version})}
    only(checked(files), Code.VERSION_UNKNOWN, "manifest.csv", None)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (manifest("1.2", []).replace(b"propertyName", b"property"), 1),
        (manifest("1.2", []) + b"one,two,three\r\n", 25),
        (manifest("1.2", []) + b"file.orgs,absent\r\n", 25),
        (manifest("1.2", [], **{"manifest.version": "2.0"}), None),
    ],
)
def test_a_manifest_that_is_not_one_is_refused(text: bytes, row: int | None) -> None:
    only(checked({"manifest.csv": text}), Code.MANIFEST_INVALID, "manifest.csv", row)


def test_a_mode_that_does_not_exist_is_refused() -> None:
    files = {"manifest.csv": manifest("1.2", [], **{"file.orgs": "some"})}
    only(checked(files), Code.MANIFEST_INVALID, "manifest.csv", None, "file.orgs")


def test_a_manifest_that_forgets_an_absent_file_is_refused_only_by_the_letter() -> None:
    files = {"manifest.csv": manifest("1.2", [], **{"file.results": ""})}
    only(checked(files), Code.MANIFEST_INCOMPLETE, "results.csv", None)
    assert checked(files).errors == 0
    assert checked(files, "strict").errors == 1


def test_a_declared_file_must_be_there() -> None:
    files = contents()
    del files["demographics.csv"]
    only(checked(files), Code.FILE_MISSING, "demographics.csv", None)


@pytest.mark.parametrize("mode", ["absent", ""])
def test_a_file_that_is_there_must_be_declared(mode: str) -> None:
    files = contents()
    present = ROWS.keys() - {"demographics"}
    files["manifest.csv"] = manifest("1.2", present, **{"file.demographics": mode})
    only(checked(files), Code.FILE_NOT_DECLARED, "demographics.csv", None)


def test_a_delta_file_is_refused_because_deltas_are_not_read() -> None:
    files = contents()
    files["manifest.csv"] = manifest("1.2", ROWS, **{"file.users": "delta"})
    findings = checked(files)
    assert places(findings, Code.DELTA_NOT_READ) == [("users.csv", None, None)]
    assert findings.errors == 1


# The text of a file.


def with_last_line(file: str, line: bytes) -> dict[str, Any]:
    return contents(**{file: contents()[f"{file}.csv"] + line})


def test_a_file_that_is_not_utf8_is_refused_from_its_row() -> None:
    only(
        checked(with_last_line("orgs", b"s2,,,Caf\xe9,school,,\r\n")), Code.NOT_UTF8, "orgs.csv", 4
    )


def test_a_file_in_utf16_is_refused() -> None:
    files = contents(demographics=contents()["demographics.csv"].decode().encode("utf-16"))
    only(checked(files), Code.NUL_IN_FILE, "demographics.csv", 1)


def test_a_nul_character_is_refused_at_its_row() -> None:
    only(
        checked(with_last_line("orgs", b"s2,,,a\0b,school,,\r\n")), Code.NUL_IN_FILE, "orgs.csv", 4
    )


@pytest.mark.parametrize("line", [b's2,,,"a"b,school,,\r\n', b's2,,,"a,school,,\r\n'])
def test_a_stray_or_missing_quote_is_refused_at_its_row(line: bytes) -> None:
    only(checked(with_last_line("orgs", line)), Code.CSV_MALFORMED, "orgs.csv", 4)


def test_a_line_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LONGEST_LINE", 2_000)
    line = b"s2,,," + b"a" * 2_000 + b",school,,\r\n"
    only(checked(with_last_line("orgs", line)), Code.LINE_TOO_LONG, "orgs.csv", 4)


def test_a_file_that_breaks_off_is_not_held_against_those_who_refer_to_it() -> None:
    files = contents(users=b"\xff" + contents()["users.csv"])
    only(checked(files), Code.NOT_UTF8, "users.csv", 1)


# The header.


def test_an_empty_file_lacks_its_header() -> None:
    only(checked(contents(demographics=b"")), Code.HEADER_MISSING, "demographics.csv", 1)


@pytest.mark.parametrize("name", ["type", "sourcedId"])
def test_a_required_column_must_be_there_in_this_very_spelling(name: str) -> None:
    text = written(headers("1.2", "orgs"), ORGS).replace(name.encode(), name.upper().encode(), 1)
    findings = checked(contents(orgs=text))
    assert places(findings, Code.COLUMN_MISSING) == [("orgs.csv", 1, name)]


def test_a_column_may_stand_once() -> None:
    header = headers("1.2", "orgs")
    text = written(header, ORGS).replace(b"identifier", b"name")
    findings = checked(contents(orgs=text))
    assert places(findings, Code.COLUMN_TWICE) == [("orgs.csv", 1, "name")]


@pytest.mark.parametrize(
    "header",
    [
        ["sourcedId", "type", "name", "parentSourcedId"],
        ["sourcedId", "metadata.city", "name", "type", "parentSourcedId"],
    ],
)
def test_the_order_of_columns_is_judged_only_by_the_letter(header: list[Any]) -> None:
    files = contents(orgs=written(header, ORGS))
    only(checked(files), Code.COLUMN_ORDER, "orgs.csv", 1)
    assert checked(files).errors == 0
    assert checked(files, "strict").errors == 1
    assert [row["name"] for row in read(files, "orgs")] == ["Granite SU", "Granite High"]


def test_a_column_outside_oneroster_is_named_by_its_place_alone() -> None:
    files = contents(orgs=written([*headers("1.2", "orgs"), "Bo Birch"], ORGS))
    findings = checked(files)
    only(findings, Code.COLUMN_UNKNOWN, "orgs.csv", 1)
    assert "column 8" in next(iter(findings)).message
    assert "Birch" not in str(list(findings))
    assert checked(files, "strict").errors == 1


def test_a_file_with_a_header_alone_is_refused_only_by_the_letter() -> None:
    files = contents(demographics=[])
    only(checked(files), Code.NO_ROWS, "demographics.csv", None)
    assert checked(files).errors == 0
    assert checked(files, "strict").errors == 1


# A cell.


def test_a_row_has_as_many_cells_as_the_header() -> None:
    only(checked(with_last_line("orgs", b"s2,,,Two\r\n")), Code.ROW_LENGTH, "orgs.csv", 4)


def test_blank_lines_are_read_past() -> None:
    assert list(checked(with_last_line("orgs", b"\r\n\r\n"), "strict")) == []


@pytest.mark.parametrize("value", ["", "  "])
def test_a_required_cell_must_not_be_empty(value: str) -> None:
    files = contents(orgs=changed(ORGS, 1, name=value))
    only(checked(files), Code.CELL_MISSING, "orgs.csv", 3, "name")


@pytest.mark.parametrize("value", ["Granite\nHigh", "Granite\rHigh", "Granite High\n"])
def test_a_cell_must_not_hold_a_line_break(value: str) -> None:
    files = contents(orgs=changed(ORGS, 1, name=value))
    only(checked(files), Code.NEWLINE_IN_CELL, "orgs.csv", 3, "name")


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"username": "x" * 1001}, Code.TEXT_TOO_LONG),
        ({"givenName": "\u200b"}, Code.TEXT_INVISIBLE),
        ({"preferredGivenName": "\u2060\u00a0"}, Code.TEXT_INVISIBLE),
        ({"familyName": "Bir\ach"}, Code.CONTROL_CHARACTER),
        ({"middleName": "\x1b[2J"}, Code.CONTROL_CHARACTER),
        ({"username": "ro\tbin"}, Code.CONTROL_CHARACTER),
        ({"primaryOrgSourcedId": "s 1"}, Code.ID_INVALID),
        ({"primaryOrgSourcedId": "s" * 256}, Code.ID_INVALID),
        ({"agentSourcedIds": "p1,Ö"}, Code.ID_INVALID),
        ({"enabledUser": "yes"}, Code.BOOLEAN_INVALID),
        ({"status": "gone"}, Code.VALUE_UNKNOWN),
        ({"dateLastModified": "yesterday"}, Code.INSTANT_INVALID),
        ({"dateLastModified": "2026-13-01T00:00:00Z"}, Code.INSTANT_INVALID),
    ],
)
def test_a_cell_of_the_wrong_type_is_refused(cells: dict[str, Any], code: Code) -> None:
    findings = checked(contents(users=changed(USERS, 2, **cells)))
    assert places(findings, code) == [("users.csv", 4, next(iter(cells)))]
    assert findings.errors == 1


@pytest.mark.parametrize("value", ["20110228", "2011-02-29", "28.02.2011", "2011-W01-1"])
def test_a_date_is_a_date_of_the_calendar(value: str) -> None:
    files = contents(demographics=changed(DEMOGRAPHICS, 0, birthDate=value))
    only(checked(files), Code.DATE_INVALID, "demographics.csv", 2, "birthDate")


@pytest.mark.parametrize("value", ["27", "0027", "2026/27"])
def test_a_school_year_is_a_year(value: str) -> None:
    files = contents(academicSessions=changed(SESSIONS, 0, schoolYear=value))
    only(checked(files), Code.YEAR_INVALID, "academicSessions.csv", 2, "schoolYear")


@pytest.mark.parametrize(
    ("version", "file", "place", "cells"),
    [
        ("1.2", "roles", 0, {"role": "administrator"}),
        ("1.1", "users", 0, {"role": "counselor"}),
        ("1.2", "roles", 0, {"roleType": "ext:third"}),
        ("1.1", "demographics", 0, {"sex": "other"}),
        ("1.2", "enrollments", 0, {"role": "Teacher"}),
        ("1.2", "classes", 0, {"classType": "club"}),
        ("1.2", "academicSessions", 0, {"type": "quarter"}),
        ("1.2", "orgs", 0, {"type": "District"}),
    ],
)
def test_a_value_outside_its_enumeration_is_refused(
    version: str, file: str, place: int, cells: dict[str, Any]
) -> None:
    files = contents(version, **{file: changed(ROWS[file], place, **cells)})
    findings = checked(files)
    expected = [(f"{file}.csv", place + 2, next(iter(cells)))]
    assert places(findings, Code.VALUE_UNKNOWN) == expected


@pytest.mark.parametrize(
    ("file", "rows", "column", "code", "value"),
    [
        ("academicSessions", SESSIONS, "schoolYear", Code.YEAR_RANGE, "2026-2027"),
        ("users", USERS, "enabledUser", Code.BOOLEAN_CASE, "TRUE"),
    ],
)
def test_what_excel_and_habit_write_is_refused_only_by_the_letter(
    file: str, rows: list[Any], column: str, code: Code, value: str
) -> None:
    files = contents(**{file: changed(rows, 0, **{column: value})})
    only(checked(files), code, f"{file}.csv", 2, column)
    assert checked(files).errors == 0
    assert checked(files, "strict").errors == 1
    assert read(files, file)[0][column] == read(contents(), file)[0][column]


def test_status_and_date_are_blank_in_bulk_by_the_letter() -> None:
    cells = {"status": "active", "dateLastModified": "2026-09-01T00:00:00.000Z"}
    files = contents(orgs=changed(ORGS, 0, **cells))
    only(checked(files), Code.STATUS_IN_BULK, "orgs.csv", 2, "status")
    assert checked(files).errors == 0
    assert checked(files, "strict").errors == 1


def test_a_time_may_be_only_a_date_in_the_lenient_profile() -> None:
    files = contents(orgs=changed(ORGS, 0, dateLastModified="2026-09-01"))
    assert checked(files).counts == {Code.INSTANT_DATE_ONLY: 1, Code.STATUS_IN_BULK: 1}
    assert checked(files).errors == 0
    assert checked(files, "strict").errors == 2


def test_inactive_is_understood_with_a_warning() -> None:
    findings = checked(contents(users=changed(USERS, 0, status="inactive")))
    assert places(findings, Code.STATUS_INACTIVE) == [("users.csv", 2, "status")]
    assert findings.errors == 0


@pytest.mark.parametrize(
    ("grades", "expected"),
    [("7", "07"), ("07", "07"), ("12", "12"), ("kg", "KG"), ("other", "Other"), ("13", "13")],
)
def test_grades_are_normalised(grades: str, expected: str) -> None:
    files = contents(users=changed(USERS, 1, grades=grades))
    assert read(files, "users")[1]["grades"] == (expected,)
    assert list(checked(files, "strict")) == []


def test_a_grade_of_another_vocabulary_is_kept_with_a_warning() -> None:
    files = contents(users=changed(USERS, 1, grades="KF"))
    only(checked(files, "strict"), Code.GRADE_UNKNOWN, "users.csv", 3, "grades")
    assert checked(files, "strict").errors == 0
    assert read(files, "users")[1]["grades"] == ("KF",)


@pytest.mark.parametrize("name", ["ad\u0430", "ada\u200b", "ada lovelace", "ada\u2024b"])
def test_a_user_name_that_looks_like_another_is_ignored_with_a_warning(name: str) -> None:
    files = contents(users=changed(USERS, 1, username=name))
    only(checked(files), Code.USERNAME_UNSUITED, "users.csv", 3, "username")
    assert read(files, "users")[1]["username"] is None


def test_user_ids_that_are_not_in_their_form_are_ignored_with_a_warning() -> None:
    files = contents(users=changed(USERS, 1, userIds="98861739,{state: 4711}"))
    only(checked(files), Code.USER_ID_MALFORMED, "users.csv", 3, "userIds")
    assert read(files, "users")[1]["userIds"] == {"state": "4711"}


# Rows against rows.


@pytest.mark.parametrize("file", [*ROWS])
def test_an_identifier_stands_once_in_its_file(file: str) -> None:
    findings = checked(contents(**{file: [*ROWS[file], ROWS[file][0]]}))
    expected = [(f"{file}.csv", len(ROWS[file]) + 2, "sourcedId")]
    assert places(findings, Code.DUPLICATE_ID) == expected


def references() -> Iterator[Any]:
    for version, files in COLUMNS.items():
        for file, columns in files.items():
            for column in columns:
                if column.refers_to and file in ROWS and column.name != "userProfileSourcedId":
                    yield pytest.param(version, file, column, id=f"{version}-{file}-{column.name}")


@pytest.mark.parametrize(("version", "file", "column"), [*references()])
def test_a_reference_names_a_row_of_the_package(version: str, file: str, column: Column) -> None:
    known = ROWS[file][0].get(column.name, "")
    value = f"{known},nobody" if column.kind is Kind.IDS else "nobody"
    files = contents(version, **{file: changed(ROWS[file], 0, **{column.name: value})})
    findings = checked(files)
    place = (f"{file}.csv", 2, column.name)
    assert place in places(findings, Code.DANGLING_REFERENCE)
    assert findings.errors >= 1


def test_a_role_names_a_profile_of_the_package() -> None:
    profiles = [
        {
            "sourcedId": "f1",
            "userSourcedId": "t1",
            "profileType": "lms",
            "vendorId": "v",
            "credentialType": "oauth",
            "username": "t",
            "password": "hunter2",
        }
    ]
    roles = changed(ROLES, 0, userProfileSourcedId="f1")
    roles = changed(roles, 1, userProfileSourcedId="f2")
    findings = checked(contents(roles=roles, userProfiles=profiles))
    only(findings, Code.DANGLING_REFERENCE, "roles.csv", 3, "userProfileSourcedId")
    assert "hunter2" not in str(read(contents(userProfiles=profiles), "userProfiles"))


def test_a_row_may_refer_to_a_later_row_of_its_own_file() -> None:
    assert list(checked(contents(orgs=[ORGS[1], ORGS[0]]), "strict")) == []


def test_what_an_absent_file_holds_may_be_stored_already_but_not_by_the_letter() -> None:
    files = contents()
    del files["orgs.csv"]
    files["manifest.csv"] = manifest("1.2", ROWS.keys() - {"orgs"})
    assert checked(files).counts == {}
    assert checked(files, "strict").counts.keys() == {Code.DANGLING_REFERENCE}


@pytest.mark.parametrize(
    ("file", "rows", "cells"),
    [
        ("courses", COURSES, {"schoolYearSourcedId": "t2"}),
        ("classes", CLASSES, {"schoolSourcedId": "d1"}),
        ("enrollments", ENROLLMENTS, {"schoolSourcedId": "d1"}),
    ],
)
def test_a_reference_to_another_type_is_a_warning(
    file: str, rows: list[Any], cells: dict[str, Any]
) -> None:
    sessions = [*SESSIONS, {**SESSIONS[0], "sourcedId": "t2", "type": "term"}]
    files = contents(academicSessions=sessions, **{file: changed(rows, 0, **cells)})
    only(checked(files), Code.REFERENCE_UNSUITED, f"{file}.csv", 2, next(iter(cells)))
    assert checked(files, "strict").errors == 0


def test_users_without_a_role_are_counted() -> None:
    findings = checked(contents(roles=ROLES[:1]))
    only(findings, Code.USER_WITHOUT_ROLE, "users.csv", None)
    assert "2 of them" in next(iter(findings)).message
    assert findings.errors == 0


def test_two_primary_teachers_of_a_class_are_a_warning() -> None:
    rows = [*ENROLLMENTS, {**ENROLLMENTS[0], "sourcedId": "e3"}]
    only(
        checked(contents(enrollments=rows)),
        Code.SEVERAL_PRIMARY_TEACHERS,
        "enrollments.csv",
        4,
        "primary",
    )


def test_an_end_before_its_beginning_is_a_warning() -> None:
    rows = changed(ENROLLMENTS, 1, endDate="2026-08-01")
    only(checked(contents(enrollments=rows)), Code.DATES_REVERSED, "enrollments.csv", 3, "endDate")


def test_subjects_and_their_codes_have_one_length() -> None:
    rows = changed(COURSES, 0, subjects="Math,Art", subjectCodes="M")
    only(
        checked(contents(courses=rows)),
        Code.SUBJECT_CODES_UNEQUAL,
        "courses.csv",
        2,
        "subjectCodes",
    )


# Findings.


def test_every_finding_is_counted_and_the_first_of_each_code_kept() -> None:
    orgs = [{**ORGS[0], "sourcedId": f"d{number}", "type": "club"} for number in range(150)]
    findings = checked(contents(orgs=orgs))
    assert findings.counts[Code.VALUE_UNKNOWN] == 150
    assert len(places(findings, Code.VALUE_UNKNOWN)) == KEPT_PER_CODE
    assert findings.errors >= 150


def test_findings_hold_no_personal_values() -> None:
    users = [
        {name: "Geheim" if name != "sourcedId" else f"x{place}" for name in row}
        for place, row in enumerate(USERS)
    ]
    findings = checked(contents(users=users, demographics=changed(DEMOGRAPHICS, 0, sex="Geheim")))
    assert findings.errors
    assert "Geheim" not in str(list(findings))


def test_every_code_has_a_test() -> None:
    source = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [code.name for code in Code if f"Code.{code.name}" not in source] == []


def test_errors_and_warnings_are_told_apart() -> None:
    findings = Findings()
    assert findings.add(Code.NO_ROWS) is Severity.WARNING
    assert findings.add(Code.NOT_A_ZIP) is Severity.ERROR
    assert (findings.errors, findings.warnings, len(findings)) == (1, 1, 2)


# Whatever the bytes are.


def read_all(source: BytesIO, profile: str = "lenient") -> Findings:
    with open_package(source, profile) as package:
        package.check()
        for file in COLUMNS["1.2"]:
            for row in package.rows(file):
                assert row.is_fit
        return package.findings


@given(st.binary(max_size=300))
def test_arbitrary_bytes_raise_nothing(junk: bytes) -> None:
    assert read_all(io.BytesIO(junk)).errors


@given(st.data())
@settings(max_examples=60)
def test_a_package_with_bytes_changed_raises_nothing(data: Any) -> None:
    packed = bytearray(zipped(contents(), zipfile.ZIP_STORED).getvalue())
    for _ in range(data.draw(st.integers(1, 8))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    read_all(io.BytesIO(bytes(packed[: data.draw(st.integers(0, len(packed)))])))
    read_all(io.BytesIO(bytes(packed)), "strict")


@given(file=st.sampled_from([*ROWS, "manifest"]), text=st.text(max_size=200))
@settings(max_examples=60)
def test_a_file_of_any_text_raises_nothing(file: str, text: str) -> None:
    files = {**contents("1.1"), f"{file}.csv": text.encode("utf-8", "surrogatepass")}
    read_all(zipped(files))


@given(st.data())
@settings(max_examples=80)
def test_cells_of_any_text_raise_nothing(data: Any) -> None:
    file = data.draw(st.sampled_from([*ROWS]))
    column = data.draw(st.sampled_from(headers("1.2", file)))
    value = data.draw(st.text(st.characters(codec="utf-8"), max_size=40))
    read_all(zipped(contents(**{file: changed(ROWS[file], 0, **{column: value})})))


# Packages of other people.


def samples(pattern: str) -> list[Any]:
    return sorted(SAMPLES.glob(pattern))


@pytest.mark.parametrize("path", samples("or11-generated/*.zip"), ids=lambda path: path.stem)
def test_a_generated_1_1_package_is_read(path: Any) -> None:
    with open_package(path) as package:
        package.check()
        assert package.version == "1.1"
        assert package.findings.counts.keys() == {Code.STATUS_IN_BULK, Code.YEAR_RANGE}
        assert package.findings.errors == 0
        if path.stem == "plp-district-small":
            assert sum(1 for _ in package.rows("users")) == 268
            assert sum(1 for _ in package.rows("roles")) == 268
    with open_package(path, "strict") as package:
        package.check()
        assert package.findings.errors > 0


@pytest.mark.parametrize("path", samples("or12-packages/*.zip"), ids=lambda path: path.stem)
def test_the_1_2_packages_of_a_conformance_suite_are_read(path: Any) -> None:
    with open_package(path, "strict") as package:
        package.check()
        assert package.version == "1.2"
        expected = {Code.DELTA_NOT_READ} if "delta" in path.stem else set()
        assert package.findings.counts.keys() == expected


@pytest.mark.parametrize("path", samples("or11-families/small/*.csv"), ids=lambda path: path.stem)
def test_the_files_of_a_family_generator_are_read(path: Any) -> None:
    files = {path.name: path.read_bytes(), "manifest.csv": manifest("1.1", [path.stem])}
    findings = checked(files)
    # One of its users is a principal, a role that 1.1 does not have.
    expected = [("users.csv", 5, "role")] if path.stem == "users" else []
    assert places(findings, Code.VALUE_UNKNOWN) == expected
    assert findings.errors == len(expected)


@pytest.mark.parametrize("path", samples("or11-families/headers/*.csv"), ids=lambda path: path.stem)
def test_headers_as_a_large_vendor_writes_them_are_known(path: Any) -> None:
    if path.stem == "manifest":
        with open_package(zipped({"manifest.csv": path.read_bytes()})) as package:
            assert package.findings.counts.keys() == {Code.FILE_MISSING}
        return
    text = path.read_bytes().rstrip() + b"\r\n"
    files = {path.name: text, "manifest.csv": manifest("1.1", [path.stem])}
    assert checked(files).counts == {Code.NO_ROWS: 1}
