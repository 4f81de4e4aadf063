"""Read a OneRoster 1.1 or 1.2 CSV package (bulk), one row at a time.

    with open_package("roster.zip") as package:
        package.check()
        if not package.findings.errors:
            for row in package.rows("users"):
                ...

Reading raises no errors, whatever the bytes are: errors become findings. Both versions give rows in
the shape of 1.2: the columns of `columns.COLUMNS_1_2` without passwords, roles separate from users.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

from plp_api.people.rostering.archive import Archive
from plp_api.people.rostering.cells import Value
from plp_api.people.rostering.checks import Checks
from plp_api.people.rostering.columns import COLUMNS, COLUMNS_1_2
from plp_api.people.rostering.findings import Findings, Profile
from plp_api.people.rostering.manifest import Manifest, read_manifest
from plp_api.people.rostering.sheet import Row, Sheet, records

# The columns of a user that 1.2 has and 1.1 has not.
_ONLY_IN_1_2 = (
    "userMasterIdentifier",
    "preferredGivenName",
    "preferredMiddleName",
    "preferredFamilyName",
    "pronouns",
)

ROWS_BETWEEN_PROGRESS = 5_000


def _ignore(_progress: float) -> None:
    pass


@contextmanager
def open_package(
    source: str | os.PathLike[str] | BinaryIO, profile: str = Profile.LENIENT
) -> Iterator["Package"]:
    """Open the package at a path or in a binary file, and read its manifest.

    Raises OSError if the path cannot be opened; all other errors become findings.
    """
    findings = Findings(Profile(profile))
    with _as_file(source) as file:
        yield Package(Archive(file, findings), findings)


def _as_file(
    source: str | os.PathLike[str] | BinaryIO,
) -> AbstractContextManager[BinaryIO]:
    if isinstance(source, str | os.PathLike):
        return Path(source).open("rb")
    return nullcontext(source)


class Package:
    """An open package.

    `version` is None if we do not read that version. `modes` has for each file of the version
    `bulk`, `absent`, or `delta`, which a finding refuses.
    """

    def __init__(self, archive: Archive, findings: Findings) -> None:
        self.findings = findings
        self._archive = archive
        # The manifest is not read if the file is not an archive, or is a ZIP bomb.
        manifest = Manifest() if findings.errors else read_manifest(archive, findings)
        self.version = manifest.version
        self.modes = manifest.modes
        self._is_checked = False

    @property
    def files(self) -> list[str]:
        """The files that are read, in reading order: a row comes after the rows it refers to."""
        known = COLUMNS[self.version] if self.version else {}
        return [file for file in known if self.modes[file] == "bulk"]

    @property
    def size(self) -> int:
        """The unpacked size of the files that are read, in bytes."""
        return sum(self._archive.size(f"{file}.csv") for file in self.files)

    @property
    def bytes_read(self) -> int:
        """The number of bytes read so far; a file that is read twice counts twice."""
        return self._archive.bytes_read

    def columns(self, file: str) -> frozenset[str]:
        """The columns that the header of `file` names; none if it is absent."""
        if file not in self.files:
            return frozenset()
        header = next(records(self._archive.lines(f"{file}.csv")), [])
        return frozenset(header)

    def check(self, progress: Callable[[float], None] = _ignore) -> None:
        """Read the whole package once and add a finding for every error in it.

        `progress` is called repeatedly with the share read, from 0 to 1.
        """
        if self._is_checked or not self.version:
            return
        self._is_checked = True
        checks = Checks(COLUMNS[self.version], self.files, self.findings)
        for file in self.files:
            sheet = self._sheet(file, self.findings)
            for row in sheet.rows():
                checks.see(file, row)
                if not row.number % ROWS_BETWEEN_PROGRESS:
                    progress(min(1.0, self.bytes_read / self.size))
            checks.finish(file, sheet.is_complete)

    def rows(self, file: str) -> Iterator[Row]:
        """The rows of `file` without errors in themselves, in the shape of 1.2.

        `status` is `active` or `tobedeleted`. The roles of a 1.1 package come from its users;
        they have no sourcedId. A file that is absent has no rows.
        """
        if file not in COLUMNS_1_2:
            raise ValueError(f"{file} is not a file that is read")
        if self.version == "1.1" and file == "roles":
            return self._roles_of_users()
        if self.version == "1.1" and file == "users":
            return (_user_of_1_2(row) for row in self._fit_rows("users"))
        return self._fit_rows(file)

    def _fit_rows(self, file: str) -> Iterator[Row]:
        if file not in self.files:
            return
        for row in self._sheet(file, Findings(self.findings.profile)).rows():
            if row.is_fit:
                _settle_status(row.cells)
                yield row

    def _sheet(self, file: str, findings: Findings) -> Sheet:
        columns = COLUMNS[str(self.version)][file]
        return Sheet(file, columns, self._archive.lines(f"{file}.csv"), findings)

    def _roles_of_users(self) -> Iterator[Row]:
        org_types = {row.cells["sourcedId"]: row.cells["type"] for row in self._fit_rows("orgs")}
        for row in self._fit_rows("users"):
            for cells in _roles(row.cells, org_types):
                yield Row(row.number, cells)


def _settle_status(cells: dict[str, Value]) -> None:
    """Set `active` or `tobedeleted`; 1.0's `inactive` disables a user and deletes other rows."""
    status = cells["status"] or "active"
    if status == "inactive" and "enabledUser" in cells:
        cells["enabledUser"] = False
        status = "active"
    cells["status"] = "tobedeleted" if status == "inactive" else status


def _user_of_1_2(row: Row) -> Row:
    cells = dict(row.cells)
    orgs = _ids(cells.pop("orgSourcedIds"))
    del cells["role"]
    cells["primaryOrgSourcedId"] = orgs[0] if orgs else None
    cells.update(dict.fromkeys(_ONLY_IN_1_2))
    return Row(row.number, cells)


def _roles(user: dict[str, Value], org_types: dict[Value, Value]) -> Iterator[dict[str, Value]]:
    """The roles of a 1.1 user, one for each org; the first is the primary one."""
    orgs = _ids(user["orgSourcedIds"])
    role = user["role"]
    if role == "administrator":
        role = _administrator(orgs, org_types)
    for place, org in enumerate(orgs):
        yield {
            "sourcedId": None,
            "status": user["status"],
            "dateLastModified": user["dateLastModified"],
            "userSourcedId": user["sourcedId"],
            "roleType": "secondary" if place else "primary",
            "role": role,
            "beginDate": None,
            "endDate": None,
            "orgSourcedId": org,
            "userProfileSourcedId": None,
        }


def _administrator(orgs: tuple[str, ...], org_types: dict[Value, Value]) -> str:
    """The 1.2 role of a 1.1 administrator: of a site if all orgs are schools, else of a district.

    An org of unknown type counts as a school, because that gives less access.
    """
    are_schools = all(org_types.get(org, "school") == "school" for org in orgs)
    return "siteAdministrator" if are_schools else "districtAdministrator"


def _ids(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
