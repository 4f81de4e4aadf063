"""The findings of a framework import about its file, by a closed list of codes."""

from dataclasses import dataclass
from enum import StrEnum

from plp_api.foundation.imports import findings
from plp_api.foundation.imports.findings import Severity

LONGEST_PLACE = 200


class Code(StrEnum):
    """The codes of findings."""

    # The file.
    FILE_TOO_LARGE = "file_too_large"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    TOO_MANY_VALUES = "too_many_values"
    # A CASE package.
    VERSION_UNKNOWN = "version_unknown"
    MEMBER_MISSING = "member_missing"
    MEMBER_UNKNOWN = "member_unknown"
    MEMBER_TWICE = "member_twice"
    WRONG_TYPE = "wrong_type"
    VALUE_UNKNOWN = "value_unknown"
    NUMBER_TOO_LARGE = "number_too_large"
    TEXT_TOO_LONG = "text_too_long"
    TEXT_UNSTORABLE = "text_unstorable"
    IDENTIFIER_INVALID = "identifier_invalid"
    IDENTIFIER_TWICE = "identifier_twice"
    INSTANT_INVALID = "instant_invalid"
    INSTANT_IN_FUTURE = "instant_in_future"
    DATE_INVALID = "date_invalid"
    # A CSV file.
    HEADER_MISSING = "header_missing"
    COLUMN_MISSING = "column_missing"
    COLUMN_TWICE = "column_twice"
    COLUMN_UNKNOWN = "column_unknown"
    CSV_MALFORMED = "csv_malformed"
    ROW_LENGTH = "row_length"
    NO_ROWS = "no_rows"
    CELL_MISSING = "cell_missing"
    CONTROL_CHARACTER = "control_character"
    SCHEME_UNKNOWN = "scheme_unknown"
    GRADE_UNKNOWN = "grade_unknown"
    CODE_TWICE = "code_twice"
    # The tree.
    CHILD_MISSING = "child_missing"
    PARENT_MISSING = "parent_missing"
    TWO_PARENTS = "two_parents"
    CYCLE = "cycle"
    TREE_TOO_DEEP = "tree_too_deep"
    ITEM_UNPLACED = "item_unplaced"
    # The file compared with stored rows.
    IDENTIFIER_ELSEWHERE = "identifier_elsewhere"
    PACKAGE_OLDER = "package_older"
    MANY_RETIRED = "many_retired"
    IMPORTER_WITHOUT_OFFICE = "importer_without_office"


MESSAGES = {
    Code.FILE_TOO_LARGE: "The file is larger than an import may be.",
    Code.NOT_UTF8: "The file is not UTF-8.",
    Code.NOT_JSON: "The file is not JSON. A CSV file needs a `title`.",
    Code.TOO_DEEP: "The JSON is nested too deep.",
    Code.TOO_MANY_VALUES: "The file holds more values than a framework can have.",
    Code.VERSION_UNKNOWN: "CASE 1.0 and 1.1 are read; caseVersion must be 1.1 or absent.",
    Code.MEMBER_MISSING: "A required member is missing.",
    Code.MEMBER_UNKNOWN: "CASE 1.1 has no such member here; own members stand in `extensions`.",
    Code.MEMBER_TWICE: "An object of the file names a member twice.",
    Code.WRONG_TYPE: "The value is of the wrong type.",
    Code.VALUE_UNKNOWN: "The value is not one of those allowed here.",
    Code.NUMBER_TOO_LARGE: "The number is too large.",
    Code.TEXT_TOO_LONG: "The text is too long.",
    Code.TEXT_UNSTORABLE: "The text holds a NUL character or a lone surrogate.",
    Code.IDENTIFIER_INVALID: "The identifier is not a UUID.",
    Code.IDENTIFIER_TWICE: "The package uses this identifier twice.",
    Code.INSTANT_INVALID: "A time is written as 2026-09-01T00:00:00+00:00.",
    Code.INSTANT_IN_FUTURE: "The time is in the future; every later file would count as older.",
    Code.DATE_INVALID: "A date is written YYYY-MM-DD.",
    Code.HEADER_MISSING: "The file is empty; it must start with its header.",
    Code.COLUMN_MISSING: "A required column is missing from the header.",
    Code.COLUMN_TWICE: "The header names this column twice.",
    Code.COLUMN_UNKNOWN: "The columns are code, statement, parent, grades and subject.",
    Code.CSV_MALFORMED: "The row is not well-formed CSV; look for a stray or missing quote.",
    Code.ROW_LENGTH: "The row does not have as many cells as the header.",
    Code.NO_ROWS: "The file holds a header and no rows.",
    Code.CELL_MISSING: "The cell must not be empty.",
    Code.CONTROL_CHARACTER: "The text holds a control character, or nothing that can be seen.",
    Code.SCHEME_UNKNOWN: "The address begins with a scheme other than http, https, urn or local.",
    Code.GRADE_UNKNOWN: "The grade is not a CEDS entry grade level, like 09.",
    Code.CODE_TWICE: "An earlier row has the same code.",
    Code.CHILD_MISSING: "The child of this isChildOf is not an item of the package.",
    Code.PARENT_MISSING: "The parent is neither an item of the file nor its document.",
    Code.TWO_PARENTS: "The item already has another parent.",
    Code.CYCLE: "The item is its own ancestor.",
    Code.TREE_TOO_DEEP: "The item has fifty others above it; that is no framework to read.",
    Code.ITEM_UNPLACED: "No isChildOf places the item; it stands at the end of the framework.",
    Code.IDENTIFIER_ELSEWHERE: "Another framework of the district holds this identifier; send first"
    " the file of that framework which no longer has it.",
    Code.PACKAGE_OLDER: "The document is older than the stored one; nothing was changed. To bring"
    " it back all the same, send it with `confirm`.",
    Code.MANY_RETIRED: "The import would retire more than the district allows unconfirmed.",
    Code.IMPORTER_WITHOUT_OFFICE: "The sender of the file has no office of the district now.",
}
WARNINGS = frozenset({Code.ITEM_UNPLACED, Code.PACKAGE_OLDER})


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding at one place.

    In a CASE package the place is a JSON Pointer and, where known, the identifier of its object;
    in a CSV file it is a row (the header is row 1) and a column.
    """

    code: Code
    severity: Severity
    pointer: str | None
    identifier: str | None
    row: int | None
    column: str | None
    message: str


class Findings(findings.Findings[Code, Finding]):
    """The findings of one file."""

    def severity_of(self, code: Code) -> Severity:
        """Whether findings of this code refuse the file."""
        return Severity.WARNING if code in WARNINGS else Severity.ERROR

    def add(
        self,
        code: Code,
        pointer: str | None = None,
        identifier: object = None,
        *,
        row: int | None = None,
        column: str | None = None,
        detail: str = "",
    ) -> None:
        """Add a finding."""
        severity = self.severity_of(code)
        message = f"{MESSAGES[code]} {detail}".rstrip()
        places = (printable(pointer), printable(identifier), row, printable(column))
        self.keep(code, Finding(code, severity, *places, message))


def printable(place: object) -> str | None:
    """A place as it may be stored and shown: whatever a file wrote there, cut and printable."""
    if place is None:
        return None
    return "".join(c if c.isprintable() else "?" for c in str(place)[:LONGEST_PLACE])
