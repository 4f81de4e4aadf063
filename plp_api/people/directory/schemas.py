"""JSON schemas of districts, schools, classes, people and students."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any
from zoneinfo import available_timezones

from marshmallow import ValidationError, fields, validate

from plp_api.foundation.access.powers import Act
from plp_api.foundation.rest.fields import (
    Choice,
    Date,
    Email,
    GuardedSchema,
    Instant,
    LanguageTag,
    ResourceSchema,
    Schema,
    Text,
    enum_of,
)
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.foundation.roster.district_settings import (
    CONFIRMABLE,
    NOTHING,
    ClearanceKind,
    DecidingParents,
    DistrictSettings,
    as_stored,
)
from plp_api.foundation.roster.models import GRADES, PersonStatus, RightsTransferBasis
from plp_api.foundation.roster.relationships import AppointmentRole, Capacity
from plp_api.people.directory import presenters
from plp_api.people.identity.schemas import Username

LONGEST_NAME = 200
FIRST_DAY, LAST_DAY = (1, 1), (12, 31)
LAST_CYCLE_END = (11, 30)
# A roster cannot make auditors: their office has dates and covers a sample of students.
MAPPED = [*(str(role) for role in AppointmentRole if role is not AppointmentRole.AUDITOR), NOTHING]
MappedOffice = enum_of("MappedOffice", MAPPED)
ConfirmableKind = enum_of("ConfirmableKind", map(str, CONFIRMABLE))
Grade = enum_of("Grade", GRADES)
DEFAULTS = as_stored(DistrictSettings())


def described(words: str, **more: Any) -> dict[str, Any]:
    """Metadata of a field: its description in the OpenAPI document."""
    return {"description": words, **more}


def name_field(**kwargs: Any) -> Text:
    """A name."""
    return Text(longest=LONGEST_NAME, **kwargs)


MONTH_AND_DAY = "^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"


class MonthDay(fields.String):
    """A day of every year, `MM-DD`, at most `latest`; not 29 February, which most years lack."""

    default_error_messages = {"day": "Must be a day of every year, as `MM-DD`."}

    def __init__(self, *, latest: tuple[int, int] = LAST_DAY, **kwargs: Any) -> None:
        self.latest = latest
        super().__init__(
            metadata={"pattern": MONTH_AND_DAY, **kwargs.pop("metadata", {})}, **kwargs
        )

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        written = super()._deserialize(value, attr, data, **kwargs)
        try:
            day = date.fromisoformat(f"2001-{written}")
        except ValueError as error:
            raise self.make_error("day") from error
        if (day.month, day.day) > self.latest:
            raise ValidationError("Must be {:02}-{:02} or earlier.".format(*self.latest))
        return f"{day.month:02}-{day.day:02}"


class IdAsText(fields.UUID):
    """An id that is stored as text, in JSON."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        return str(super()._deserialize(value, attr, data, **kwargs))


HOST = validate.Regexp(
    r"^(\*\.)?[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,8}\Z",
    error="Write the name of a host in small letters, such as docs.google.com.",
)


def _decision(
    field: type[fields.Field[Any]], name: str, words: str, *args: Any, **kwargs: Any
) -> Any:
    """The field of a district setting, with its default in the description."""
    metadata = described(f"{words} Null returns to the default.", default=DEFAULTS[name])
    return field(*args, allow_none=True, metadata=metadata, **kwargs)


def _patterns(name: str, words: str) -> Any:
    return _decision(fields.List, name, words, name_field(), validate=validate.Length(max=100))


class DistrictSettingsSchema(Schema):
    """The settings of a district; a setting that it did not choose shows its default."""

    cycle_end = _decision(
        MonthDay,
        "cycle_end",
        "Last day of the yearly cycle; at the latest 30 November (16 V.S.A. 942).",
        latest=LAST_CYCLE_END,
    )
    late_entry_days = _decision(
        fields.Integer,
        "late_entry_days",
        "Days after a late entry within which the student's review is due.",
        strict=True,
        validate=validate.Range(0, 365),
    )
    summer_from = _decision(
        MonthDay,
        "summer_from",
        "From this day until `return_by` an empty roster ends nobody's access.",
    )
    return_by = _decision(
        MonthDay, "return_by", "From this day on, people who are in no roster any more have left."
    )
    deletion_threshold = _decision(
        fields.Float,
        "deletion_threshold",
        "An import that would remove a larger share of any kind of row must be approved first.",
        validate=validate.Range(0, 1),
    )
    confirm_family_links = _decision(
        fields.List,
        "confirm_family_links",
        "Kinds of parent whose relationships from a roster are confirmed automatically.",
        Choice(ConfirmableKind),
    )
    deciding_parents = _decision(
        Choice,
        "deciding_parents",
        "Whether the signature of any deciding parent is enough, or all must sign.",
        DecidingParents,
    )
    material_parts = _decision(
        fields.List,
        "material_parts",
        "Parts of a plan that must be signed again when they change: keys of sections, `goals`,"
        " `pathway_elements`, `elos`. A template may flag more sections.",
        name_field(),
        validate=validate.Length(max=100),
    )
    outreach_attempts_needed = _decision(
        fields.Integer,
        "outreach_attempts_needed",
        "How many attempts to reach a signer must be logged before a missing signature is excused.",
        strict=True,
        validate=validate.Range(1, 20),
    )
    shares_with_parents_of_dependents = _decision(
        fields.Boolean,
        "shares_with_parents_of_dependents",
        "Whether parents of dependents may still inspect after 18 (34 CFR 99.31(a)(8)).",
    )
    role_mapping = _decision(
        fields.Dict,
        "role_mapping",
        f"Offices by OneRoster role, beside the built-in ones; `{NOTHING}` gives no office. "
        "A role set to null falls back to the built-in mapping.",
        keys=name_field(),
        values=Choice(MappedOffice, allow_none=True),
    )
    homerooms_are_advisories = _decision(
        fields.Boolean, "homerooms_are_advisories", "Whether homeroom classes become advisories."
    )
    advisory_titles = _patterns(
        "advisory_titles", "Classes with these titles are advisories too; `*` matches any text."
    )
    advisory_course_codes = _patterns(
        "advisory_course_codes", "Classes of courses with these codes are advisories too."
    )
    school_for_students_elsewhere = _decision(
        IdAsText,
        "school_for_students_elsewhere",
        "The school for students whom a roster lists at the district, or at another org that is"
        " not a school.",
    )
    invitation_days = _decision(
        fields.Integer,
        "invitation_days",
        "Days for which an invitation can be used.",
        strict=True,
        validate=validate.Range(1, 365),
    )
    mentor_link_days = _decision(
        fields.Integer,
        "mentor_link_days",
        "Days for which a link by which a mentor attests can be used.",
        strict=True,
        validate=validate.Range(1, 60),
    )
    signing_link_days = _decision(
        fields.Integer,
        "signing_link_days",
        "Days for which a link to sign without an account can be used.",
        strict=True,
        validate=validate.Range(1, 60),
    )
    required_clearances = _decision(
        fields.List,
        "required_clearances",
        "Kinds of check that partners and mentors need before they take students on"
        " (`/partners/{id}/clearance-status`). 16 V.S.A. 255 names no mentors at a host.",
        Choice(ClearanceKind),
        validate=validate.Length(max=len(ClearanceKind)),
    )
    suspends_on_lapsed_clearance = _decision(
        fields.Boolean,
        "suspends_on_lapsed_clearance",
        "Whether no work is logged on an active ELO while a required clearance has lapsed.",
    )
    unagreed_school_days = _decision(
        fields.Integer,
        "unagreed_school_days",
        "School days for which an ELO goes on while its voided agreement is signed again, unless"
        " the place or the mentor is new. Every day from Monday to Friday counts.",
        strict=True,
        validate=validate.Range(0, 60),
    )
    file_limit_mb = _decision(
        fields.Integer,
        "file_limit_mb",
        "The largest file that a person may send for a student, in MB of 2**20 bytes.",
        strict=True,
        validate=validate.Range(1, 2_000),
    )
    file_quota_student_mb = _decision(
        fields.Integer,
        "file_quota_student_mb",
        "What all files of one student may take, in MB.",
        strict=True,
        validate=validate.Range(1, 1_000_000),
    )
    file_quota_district_mb = _decision(
        fields.Integer,
        "file_quota_district_mb",
        "What all files of the district may take, in MB; archives of students do not count.",
        strict=True,
        validate=validate.Range(1, 100_000_000),
    )
    strips_photo_location = _decision(
        fields.Boolean,
        "strips_photo_location",
        "Whether photos are kept without what the camera knew of place, device and time.",
    )
    school_cloud_hosts = _decision(
        fields.List,
        "school_cloud_hosts",
        "Hosts at which students' accounts are the school's, so that work there may end with"
        " school; `*.` before one stands for any name in it.",
        Text(longest=253, validate=[HOST], metadata={"example": "*.sharepoint.com"}),
        validate=validate.Length(max=100),
    )
    shares_outside = _decision(
        fields.Boolean,
        "shares_outside",
        "Whether students may show work outside the school, once whoever holds their rights"
        " consents (34 CFR 99.30).",
    )
    sharing_consent_texts = _decision(
        fields.Dict,
        "sharing_consent_texts",
        "By language (`en`, `es-MX`), what a holder of rights reads and consents to, instead of the"
        " built-in texts in `en`, `es` and `fr`. A language set to null falls back to the built-in"
        " text.",
        keys=LanguageTag(),
        values=Text(longest=4_000, allow_none=True),
        validate=validate.Length(max=30),
    )


def _known_zone(zone: str) -> None:
    if zone not in available_timezones():
        raise ValidationError("Must be a time zone of the IANA database.")


class DistrictSchema(ResourceSchema):
    """A school district or supervisory union: the tenant."""

    shape = staticmethod(presenters.shape_districts)

    name = name_field(required=True)
    slug = fields.String(dump_only=True, metadata=described("Its short name at sign-in."))
    sourced_id = fields.String(dump_only=True, allow_none=True)
    state_org_id = fields.String(dump_only=True, allow_none=True)
    parent_id = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata=described("The supervisory union that it is a part of."),
    )
    time_zone = Text(validate=[_known_zone], metadata={"example": "America/New_York"})
    today = Date(dump_only=True, metadata=described("The date in the district."))
    settings = fields.Nested(DistrictSettingsSchema, attribute="shown_settings", dump_only=True)


class DistrictPatchSchema(Schema):
    name = name_field()
    time_zone = Text(validate=[_known_zone])
    settings = fields.Nested(DistrictSettingsSchema)


class SchoolSchema(ResourceSchema):
    """A school, or another place of the district where students learn."""

    district_id = fields.UUID(dump_only=True)
    name = name_field(required=True)
    state_org_id = Text(longest=32, allow_none=True)
    sourced_id = fields.String(
        dump_only=True, allow_none=True, metadata=described("Its id in the student system.")
    )
    is_active = fields.Boolean()


class SchoolPatchSchema(Schema):
    name = name_field()
    state_org_id = Text(longest=32, allow_none=True)
    is_active = fields.Boolean()


class AcademicSessionSchema(ResourceSchema):
    """A school year, or a term within one."""

    sourced_id = fields.String(allow_none=True)
    title = fields.String()
    type = fields.String(metadata={"example": "term"})
    starts_on = Date()
    ends_on = Date(metadata=described("The first day after the session."))
    school_year = fields.Integer(metadata=described("The year in which the school year ends."))
    parent_id = fields.UUID(
        allow_none=True, metadata=described("The longer session it is part of.")
    )
    is_active = fields.Boolean()


class CourseSchema(ResourceSchema):
    """A course; a class is one group of students that takes it."""

    sourced_id = fields.String(allow_none=True)
    title = fields.String()
    code = fields.String(allow_none=True)
    is_active = fields.Boolean()


class TeacherOfClassSchema(Schema):
    person_id = fields.UUID()
    person_name = fields.String()
    is_primary = fields.Boolean()


class ClassSchema(ResourceSchema):
    """A group of students, with the teachers it has today."""

    shape = staticmethod(presenters.shape_classes)

    sourced_id = fields.String(allow_none=True)
    school_id = fields.UUID()
    course_id = fields.UUID(allow_none=True)
    title = fields.String()
    code = fields.String(allow_none=True)
    type = fields.String(metadata={"example": "homeroom"})
    is_active = fields.Boolean()
    teachers = fields.List(fields.Nested(TeacherOfClassSchema))


Make = Callable[..., Any]


def _person_fields(prefix: str = "") -> dict[str, Any]:
    """The fields of a person; `prefix` is the path from the row to the person."""

    def at(name: str, field: Make, *args: Any, **kwargs: Any) -> Any:
        return field(*args, attribute=f"{prefix}{name}", **kwargs)

    preferred = "Shown at school; shown to the family only if `family_uses_preferred` is true."
    return {
        "given_name": at("given_name", name_field),
        "middle_name": at("middle_name", name_field, allow_none=True),
        "family_name": at("family_name", name_field),
        "preferred_given_name": at(
            "preferred_given_name", name_field, allow_none=True, metadata=described(preferred)
        ),
        "preferred_family_name": at(
            "preferred_family_name", name_field, allow_none=True, metadata=described(preferred)
        ),
        "pronouns": at(
            "pronouns", Text, longest=50, allow_none=True, metadata=described(preferred)
        ),
        "family_uses_preferred": at(
            "family_uses_preferred",
            fields.Boolean,
            metadata=described(
                "Whether the family sees the preferred names and pronouns. False hides them in "
                "daily use only: a parent's right to inspect the record remains."
            ),
        ),
        "email": at(
            "email",
            Email,
            longest=320,
            allow_none=True,
            metadata=described("Several people may share it, and it may be missing."),
        ),
        "phone": at("phone", Text, longest=50, allow_none=True),
        "language": at(
            "language",
            LanguageTag,
            metadata=described("The language they read.", example="en"),
        ),
        "needs_interpreter": at("needs_interpreter", fields.Boolean),
        "username": at(
            "username",
            Username,
            allow_none=True,
            metadata=described(
                "The user name of a new account; an existing account keeps its name."
            ),
        ),
        "sourced_id": at(
            "sourced_id",
            fields.String,
            dump_only=True,
            allow_none=True,
            metadata=described("Their id in the student system."),
        ),
    }


PersonFields = Schema.from_dict(_person_fields(), name="PersonFieldsSchema")
StudentPersonFields = Schema.from_dict(_person_fields("person."), name="StudentPersonFieldsSchema")


class PersonSchema(PersonFields, GuardedSchema):  # type: ignore[misc, valid-type]
    """A person of a district."""

    shape = staticmethod(presenters.shape_people)
    guarded = presenters.AUDIENCE

    given_name = name_field(required=True)
    family_name = name_field(required=True)
    display_name = fields.String(
        dump_only=True,
        attribute="shown_name",
        metadata=described("The name in use, as you may see it."),
    )
    status = Choice(
        PersonStatus,
        dump_only=True,
        metadata=described("Disabled people cannot sign in; see the actions."),
    )
    is_student = fields.Boolean(
        dump_only=True, metadata=described("Students are listed under `/students`.")
    )
    available_acts = fields.List(
        Choice(Act),
        dump_only=True,
        metadata=described(
            "What your offices let you do to the person's account: `mail_code` and `take_code` "
            "(both by `invite`; mailing needs an e-mail), `change_sign_in` (`email`, "
            "`username`), `correct` (all other members), `revoke`, `appoint`."
        ),
    )
    activated_by_id = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata=described(
            "The person who could see the code that last opened the account: they printed it, or "
            "entered the address it was mailed to. Null: the code was mailed to another address, "
            "the operator made it, or the account was never opened."
        ),
    )
    activated_by_name = name_of("activated_by_id")


class PersonPatchSchema(PersonFields):  # type: ignore[misc, valid-type]
    pass


class InvitationSchema(Schema):
    """The invitation that this request made."""

    id = fields.UUID(attribute="invitation_id")
    expires_at = Instant()
    code = fields.String(
        allow_none=True,
        metadata=described("To print and hand over; null if it was sent by mail."),
    )
    works_from = Instant(
        allow_none=True,
        metadata=described(
            "When the code of a former student who has a password begins to work: whoever signs "
            "in before then ends it. Null: it works at once."
        ),
    )


class PersonActionName(StrEnum):
    """What can be done to a person's account."""

    INVITE = "invite"
    REVOKE = "revoke"


class PersonActionSchema(Schema):
    action = Choice(PersonActionName, required=True)
    is_printed = fields.Boolean(
        load_default=False,
        metadata=described("For `invite`: return the code even if the person has an e-mail."),
    )


class PersonActedSchema(Schema):
    """The person after the action, and the invitation if the action made one."""

    person = fields.Nested(PersonSchema, required=True)
    invitation = fields.Nested(InvitationSchema, allow_none=True)


class AdvisorOfStudentSchema(Schema):
    person_id = fields.UUID()
    person_name = fields.String()
    capacity = Choice(Capacity, allow_none=True)


class NamedSchoolSchema(Schema):
    id = fields.UUID()
    name = fields.String()


def grade_field(**kwargs: Any) -> fields.String:
    """The field of a grade, with the codes of OneRoster."""
    kwargs.setdefault("metadata", described("`07` to `12` have plans.", example="10"))
    return Choice(Grade, **kwargs)


def _guarded(words: str) -> dict[str, Any]:
    return described(f"{words} Left out for readers who may not see it.")


class StudentSchema(StudentPersonFields, GuardedSchema):  # type: ignore[misc, valid-type]
    """A student: names as you may see them, grade and school, advisors, and who holds rights."""

    shape = staticmethod(presenters.shape_students)
    guarded = presenters.GUARDED

    display_name = fields.String(
        dump_only=True,
        attribute="shown_name",
        metadata=described("The name in use, as you may see it."),
    )
    grade = grade_field(allow_none=True, dump_only=True)
    is_enrolled = fields.Boolean(
        dump_only=True, metadata=described("Whether the student is enrolled at a school today.")
    )
    entered_on = Date(dump_only=True, allow_none=True)
    plan_home_school_id = fields.UUID(
        dump_only=True, allow_none=True, metadata=described("The school that keeps the plan.")
    )
    plan_home_school = fields.Nested(NamedSchoolSchema, dump_only=True, allow_none=True)
    state_student_id = fields.String(
        dump_only=True, allow_none=True, metadata=_guarded("The state's number.")
    )
    birth_date = Date(dump_only=True, allow_none=True, metadata=_guarded("Null: unknown."))
    is_birth_date_doubtful = fields.Boolean(
        dump_only=True,
        attribute="has_doubtful_birth_date",
        metadata=_guarded(
            "Whether the birth date is implausible for the grade and not confirmed. Until it is"
            " confirmed it transfers no rights."
        ),
    )
    advisors = fields.List(
        fields.Nested(AdvisorOfStudentSchema),
        dump_only=True,
        metadata=described("The advisors of today, the lead first."),
    )
    is_adult = fields.Boolean(
        dump_only=True, metadata=described("Whether the student is 18 or older.")
    )
    rights_transfer_on = Date(
        dump_only=True,
        allow_none=True,
        metadata=described(
            "The day the parents' rights transfer to the student. Null: the student is a minor."
        ),
    )
    rights_transfer_basis = Choice(RightsTransferBasis, dump_only=True)
    rights_transfer_reason = fields.String(
        dump_only=True, allow_none=True, metadata=_guarded("Why rights transfer before 18.")
    )
    holds_rights = fields.Boolean(
        dump_only=True,
        attribute="has_rights",
        metadata=described("Whether the student holds the rights today."),
    )


class StudentCreateSchema(StudentPersonFields):  # type: ignore[misc, valid-type]
    given_name = name_field(required=True, attribute="person.given_name")
    family_name = name_field(required=True, attribute="person.family_name")
    birth_date = Date(allow_none=True)
    state_student_id = Text(longest=32, allow_none=True)
    school_id = fields.UUID(
        required=True, metadata=described("Where the student enrolls; it also keeps the plan.")
    )
    grade = grade_field(required=True)
    starts_on = Date(metadata=described("First day at the school; by default today."))


class StudentPatchSchema(StudentPersonFields):  # type: ignore[misc, valid-type]
    birth_date = Date(
        allow_none=True,
        metadata=described("Also moves the day rights transfer, if they transfer by age."),
    )
    is_birth_date_confirmed = fields.Boolean(
        validate=validate.Equal(True, error="Only true: another `birth_date` takes it back."),
        metadata=described(
            "Confirm a birth date that is implausible for the grade, so that it transfers rights.",
            example=True,
        ),
    )
    state_student_id = Text(longest=32, allow_none=True)
    plan_home_school_id = fields.UUID()
    grade = grade_field(
        metadata=described("Ends the enrollment in the old grade today and begins another.")
    )


class StudentNamesSchema(Schema):
    """A student's preferred names and pronouns, and whether the family sees them."""

    preferred_given_name = name_field(allow_none=True)
    preferred_family_name = name_field(allow_none=True)
    pronouns = Text(longest=50, allow_none=True)
    family_uses_preferred = fields.Boolean()


class RightsTransferSchema(Schema):
    basis = Choice(RightsTransferBasis, required=True)
    on = Date(
        metadata=described("The day rights transfer. Not for `age`: it is the 18th birthday.")
    )
    reason = Text(
        required=True, metadata=described("Shown to staff. Never write about a living situation.")
    )


class SchoolEnrollmentSchema(ResourceSchema):
    """A student's enrollment at a school, in a grade, for a span of days."""

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    school_id = fields.UUID(required=True)
    grade = grade_field(required=True)
    starts_on = Date(metadata=described("By default today."))
    ends_on = Date(allow_none=True, metadata=described("The first day it no longer holds."))
    exit_code = Text(
        longest=32, allow_none=True, metadata=described("Why it ended, in the state's codes.")
    )
    is_from_roster = fields.Boolean(dump_only=True)


class SchoolEnrollmentPatchSchema(Schema):
    starts_on = Date()
    ends_on = Date(allow_none=True)
    exit_code = Text(longest=32, allow_none=True)


class EnrollmentSchema(ResourceSchema):
    """A student's enrollment in a class, for a span of days."""

    student_id = fields.UUID(dump_only=True, attribute="person_id")
    student = student_of()
    class_id = fields.UUID(required=True)
    school_id = fields.UUID(dump_only=True)
    role = fields.String(dump_only=True)
    starts_on = Date(metadata=described("By default today."))
    ends_on = Date(allow_none=True, metadata=described("The first day it no longer holds."))


class EnrollmentPatchSchema(Schema):
    starts_on = Date()
    ends_on = Date(allow_none=True)
