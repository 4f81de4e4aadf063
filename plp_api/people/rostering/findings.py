"""The findings of a roster import about a package, by a closed list of codes."""

from dataclasses import dataclass
from enum import StrEnum

from plp_api.foundation.imports import findings
from plp_api.foundation.imports.findings import Severity


class Profile(StrEnum):
    """How strictly a package is checked: as the specification says, or as real exports need."""

    STRICT = "strict"
    LENIENT = "lenient"


class Code(StrEnum):
    """The codes of findings."""

    # The archive.
    NOT_A_ZIP = "not_a_zip"
    PACKAGE_TOO_LARGE = "package_too_large"
    TOO_MANY_ENTRIES = "too_many_entries"
    RATIO_TOO_HIGH = "ratio_too_high"
    ENTRY_UNREADABLE = "entry_unreadable"
    FOLDER_IN_PACKAGE = "folder_in_package"
    FILE_TWICE = "file_twice"
    FILE_UNKNOWN = "file_unknown"
    # The manifest.
    MANIFEST_MISSING = "manifest_missing"
    MANIFEST_INVALID = "manifest_invalid"
    MANIFEST_INCOMPLETE = "manifest_incomplete"
    VERSION_UNKNOWN = "version_unknown"
    FILE_MISSING = "file_missing"
    FILE_NOT_DECLARED = "file_not_declared"
    DELTA_NOT_READ = "delta_not_read"
    # The text of a file.
    NOT_UTF8 = "not_utf8"
    NUL_IN_FILE = "nul_in_file"
    CSV_MALFORMED = "csv_malformed"
    LINE_TOO_LONG = "line_too_long"
    # The header.
    HEADER_MISSING = "header_missing"
    COLUMN_MISSING = "column_missing"
    COLUMN_TWICE = "column_twice"
    COLUMN_ORDER = "column_order"
    COLUMN_UNKNOWN = "column_unknown"
    NO_ROWS = "no_rows"
    # A cell.
    ROW_LENGTH = "row_length"
    CELL_MISSING = "cell_missing"
    NEWLINE_IN_CELL = "newline_in_cell"
    TEXT_TOO_LONG = "text_too_long"
    CONTROL_CHARACTER = "control_character"
    TEXT_INVISIBLE = "text_invisible"
    ID_INVALID = "id_invalid"
    DATE_INVALID = "date_invalid"
    YEAR_INVALID = "year_invalid"
    YEAR_RANGE = "year_range"
    INSTANT_INVALID = "instant_invalid"
    INSTANT_DATE_ONLY = "instant_date_only"
    BOOLEAN_INVALID = "boolean_invalid"
    BOOLEAN_CASE = "boolean_case"
    VALUE_UNKNOWN = "value_unknown"
    GRADE_UNKNOWN = "grade_unknown"
    USER_ID_MALFORMED = "user_id_malformed"
    USERNAME_UNSUITED = "username_unsuited"
    STATUS_IN_BULK = "status_in_bulk"
    STATUS_INACTIVE = "status_inactive"
    # Rows compared with each other.
    DUPLICATE_ID = "duplicate_id"
    DANGLING_REFERENCE = "dangling_reference"
    REFERENCE_UNSUITED = "reference_unsuited"
    USER_WITHOUT_ROLE = "user_without_role"
    SEVERAL_PRIMARY_TEACHERS = "several_primary_teachers"
    DATES_REVERSED = "dates_reversed"
    SUBJECT_CODES_UNEQUAL = "subject_codes_unequal"
    # The package compared with stored rows.
    DISTRICT_UNCLEAR = "district_unclear"
    DISTRICT_OTHER = "district_other"
    ROW_SKIPPED = "row_skipped"
    ROLE_WITHOUT_SCHOOL = "role_without_school"
    STUDENT_WITH_OFFICE = "student_with_office"
    IMPORTER_WITHOUT_OFFICE = "importer_without_office"
    OFFICE_NOT_GIVEN = "office_not_given"
    ACCOUNT_LEFT = "account_left"
    STUDENT_LEFT = "student_left"
    FAMILY_LINK_LEFT = "family_link_left"
    AGENT_NOT_FAMILY = "agent_not_family"
    BIRTH_DATE_DOUBTFUL = "birth_date_doubtful"
    STUDENT_WITHOUT_SCHOOL = "student_without_school"
    STUDENT_REKEYED = "student_rekeyed"
    MANY_REMOVED = "many_removed"
    # Questions for a person, and the results of decisions.
    ID_REUSED = "id_reused"
    STATE_ID_SHARED = "state_id_shared"
    DECISION_UNKNOWN = "decision_unknown"
    DECISION_NOT_YOURS = "decision_not_yours"
    MERGE_CONFLICT = "merge_conflict"


MESSAGES = {
    Code.NOT_A_ZIP: "The package is not a ZIP archive.",
    Code.PACKAGE_TOO_LARGE: "The package is larger than an import may be.",
    Code.TOO_MANY_ENTRIES: "The package holds more entries than a OneRoster package can have.",
    Code.RATIO_TOO_HIGH: "The entry unpacks to far more than its size; it was not unpacked.",
    Code.ENTRY_UNREADABLE: "The entry is damaged, encrypted or packed in an unknown way.",
    Code.FOLDER_IN_PACKAGE: "Every CSV file must lie at the root of the package, in no folder.",
    Code.FILE_TWICE: "The package holds this file twice.",
    Code.FILE_UNKNOWN: "The file is not part of OneRoster; it was not read.",
    Code.MANIFEST_MISSING: "The package has no manifest.csv; OneRoster 1.0 is not read.",
    Code.MANIFEST_INVALID: "The manifest cannot be understood.",
    Code.MANIFEST_INCOMPLETE: "The manifest does not name every file of its version.",
    Code.VERSION_UNKNOWN: "The manifest's oneroster.version must be 1.1 or 1.2.",
    Code.FILE_MISSING: "The manifest declares the file, and the package does not hold it.",
    Code.FILE_NOT_DECLARED: "The package holds the file, and the manifest says it is absent.",
    Code.DELTA_NOT_READ: "Delta files are not read; export the file in bulk mode.",
    Code.NOT_UTF8: "The file is not UTF-8 from here on.",
    Code.NUL_IN_FILE: "The row holds a NUL character.",
    Code.CSV_MALFORMED: "The row is not well-formed CSV; look for a stray or missing quote.",
    Code.LINE_TOO_LONG: "The line is longer than any OneRoster row can be.",
    Code.HEADER_MISSING: "The file is empty; it must start with its header.",
    Code.COLUMN_MISSING: "A required column is missing from the header.",
    Code.COLUMN_TWICE: "The header names this column twice.",
    Code.COLUMN_ORDER: "The columns are not in the order of the specification.",
    Code.COLUMN_UNKNOWN: "The column is not part of OneRoster; it was not read.",
    Code.NO_ROWS: "The file holds a header and no rows.",
    Code.ROW_LENGTH: "The row does not have as many cells as the header.",
    Code.CELL_MISSING: "The cell must not be empty.",
    Code.NEWLINE_IN_CELL: "The cell holds a line break.",
    Code.TEXT_TOO_LONG: "The text is too long.",
    Code.CONTROL_CHARACTER: "The cell holds a control character.",
    Code.TEXT_INVISIBLE: "The cell holds characters, but none that can be seen.",
    Code.ID_INVALID: "An identifier has 1 to 255 of the characters 0-9 A-Z a-z . _ - / @.",
    Code.DATE_INVALID: "A date is written YYYY-MM-DD.",
    Code.YEAR_INVALID: "A school year is written YYYY, the year in which it ends.",
    Code.YEAR_RANGE: "A school year is written YYYY; of two years the second was read.",
    Code.INSTANT_INVALID: "A time is written in UTC as 2026-09-01T00:00:00.000Z.",
    Code.INSTANT_DATE_ONLY: "The time is only a date.",
    Code.BOOLEAN_INVALID: "The cell must be true or false.",
    Code.BOOLEAN_CASE: "true and false are written in small letters.",
    Code.VALUE_UNKNOWN: "The value is not one of those allowed here.",
    Code.GRADE_UNKNOWN: "The grade is not a CEDS entry grade level; it was kept as it is.",
    Code.USERNAME_UNSUITED: "A user name has Latin letters, digits and . _ - @ + '; this one was"
    " ignored.",
    Code.USER_ID_MALFORMED: "A user id is written {type:id}; others were ignored.",
    Code.STATUS_IN_BULK: "status and dateLastModified must be blank in a bulk file.",
    Code.STATUS_INACTIVE: "The status 'inactive' is of OneRoster 1.0; read as disabled.",
    Code.DUPLICATE_ID: "An earlier row of the file has the same sourcedId.",
    Code.DANGLING_REFERENCE: "The identifier names no row of the package.",
    Code.REFERENCE_UNSUITED: "The identifier names a row of another type.",
    Code.USER_WITHOUT_ROLE: "Users without a role: they get no access.",
    Code.SEVERAL_PRIMARY_TEACHERS: "The class already has a primary teacher.",
    Code.DATES_REVERSED: "The end is before the beginning.",
    Code.SUBJECT_CODES_UNEQUAL: "subjects and subjectCodes differ in length.",
    Code.DISTRICT_UNCLEAR: "The package must hold exactly one district that is in no other.",
    Code.DISTRICT_OTHER: "The package is about another district; the command's --new-district adds"
    " it as a new district.",
    Code.ROW_SKIPPED: "The row refers to a row that is not stored here, such as an org that is"
    " not a school; it was skipped.",
    Code.ROLE_WITHOUT_SCHOOL: "The role needs a school, and the org is not one; no office given.",
    Code.STUDENT_WITH_OFFICE: "A student cannot hold an office; no office was given for the role.",
    Code.IMPORTER_WITHOUT_OFFICE: "The sender of the package has no office of the district now.",
    Code.OFFICE_NOT_GIVEN: "The sender of the package may not give this office or class by hand; it"
    " was left out.",
    Code.ACCOUNT_LEFT: "The sender of the package may not act on this person: names, numbers, user"
    " name, e-mail and access are unchanged.",
    Code.STUDENT_LEFT: "The sender of the package is the student or their family; grade, birth"
    " date, state id and home school are unchanged.",
    Code.FAMILY_LINK_LEFT: "The agent holds an office that the sender of the package may not give;"
    " no relationship was made.",
    Code.AGENT_NOT_FAMILY: "The agent is not a parent, guardian or relative of a student; ignored.",
    Code.BIRTH_DATE_DOUBTFUL: "The birth date is implausible for the grade; it is stored, and"
    " transfers no rights until a person confirms it.",
    Code.STUDENT_WITHOUT_SCHOOL: "The student is at no school, so they get no enrollment and no"
    " plan; the setting `school_for_students_elsewhere` can name a school for them.",
    Code.STUDENT_REKEYED: "A stored student with this state id, name and birth date got this new"
    " sourcedId.",
    Code.MANY_REMOVED: "The import would remove more than the district allows unconfirmed.",
    Code.ID_REUSED: "The sourcedId is known, but names another person now: decide `same` (the"
    " record is corrected) or `another` (the old record ends, a new one begins).",
    Code.STATE_ID_SHARED: "Another student has this state id too: decide `merge` (they are one"
    " child) or `wrong_number` (the state id of this row is left blank).",
    Code.DECISION_UNKNOWN: "The decision answers no open question about this sourcedId: the package"
    " does not raise it, or it was decided and applied before.",
    Code.DECISION_NOT_YOURS: "Another person must decide this: the sender of the package is family,"
    " or their offices do not cover all that the person reaches.",
    Code.MERGE_CONFLICT: "The two rows differ in given name or birth date, so they cannot be"
    " merged.",
}

ALWAYS_WARNINGS = frozenset(
    {
        Code.GRADE_UNKNOWN,
        Code.USER_ID_MALFORMED,
        Code.USERNAME_UNSUITED,
        Code.STATUS_INACTIVE,
        Code.REFERENCE_UNSUITED,
        Code.USER_WITHOUT_ROLE,
        Code.SEVERAL_PRIMARY_TEACHERS,
        Code.DATES_REVERSED,
        Code.SUBJECT_CODES_UNEQUAL,
        Code.ROW_SKIPPED,
        Code.ROLE_WITHOUT_SCHOOL,
        Code.STUDENT_WITH_OFFICE,
        Code.OFFICE_NOT_GIVEN,
        Code.ACCOUNT_LEFT,
        Code.STUDENT_LEFT,
        Code.FAMILY_LINK_LEFT,
        Code.AGENT_NOT_FAMILY,
        Code.BIRTH_DATE_DOUBTFUL,
        Code.STUDENT_WITHOUT_SCHOOL,
        Code.STUDENT_REKEYED,
    }
)

# Harmless errors of real exports; only the strict profile refuses them.
LENIENT_WARNINGS = frozenset(
    {
        Code.FILE_UNKNOWN,
        Code.MANIFEST_INCOMPLETE,
        Code.COLUMN_ORDER,
        Code.COLUMN_UNKNOWN,
        Code.NO_ROWS,
        Code.YEAR_RANGE,
        Code.INSTANT_DATE_ONLY,
        Code.BOOLEAN_CASE,
        Code.STATUS_IN_BULK,
    }
)


def severity_of(code: Code, profile: Profile) -> Severity:
    """Whether `code` refuses a package under `profile`."""
    if code in ALWAYS_WARNINGS:
        return Severity.WARNING
    if profile is Profile.LENIENT and code in LENIENT_WARNINGS:
        return Severity.WARNING
    return Severity.ERROR


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding at one place; `row` counts from the header, which is row 1.

    `sourced_id` names the user who needs a decision.
    """

    code: Code
    severity: Severity
    file: str | None
    row: int | None
    column: str | None
    message: str
    sourced_id: str | None = None


class Findings(findings.Findings[Code, Finding]):
    """The findings of a package, under a profile."""

    def __init__(self, profile: Profile = Profile.LENIENT) -> None:
        super().__init__()
        self.profile = profile

    def severity_of(self, code: Code) -> Severity:
        """Whether findings of this code refuse the package."""
        return severity_of(code, self.profile)

    def add(
        self,
        code: Code,
        file: str | None = None,
        row: int | None = None,
        column: str | None = None,
        detail: str = "",
        sourced_id: str | None = None,
    ) -> Severity:
        """Add a finding and return its severity; `detail` must hold no personal value."""
        severity = self.severity_of(code)
        message = f"{MESSAGES[code]} {detail}".rstrip()
        return self.keep(code, Finding(code, severity, file, row, column, message, sourced_id))
