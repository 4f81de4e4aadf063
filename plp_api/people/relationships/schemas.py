"""JSON schemas of relationships, placements, appointments and advisories."""

from typing import Any

from marshmallow import fields, validate

from plp_api.foundation.rest.fields import (
    Choice,
    Date,
    GuardedSchema,
    ResourceSchema,
    Schema,
    Text,
    Words,
)
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.foundation.roster.relationships import (
    AppointmentRole,
    Capacity,
    ParentKind,
    PlacementKind,
    Post18Basis,
    RecordKind,
    RelationshipKind,
    RelationshipStatus,
)
from plp_api.people.relationships import presenters
from plp_api.people.relationships.lifecycle import RELATIONSHIP

LARGEST_SAMPLE = 500
LONGEST_NAME = 200


def described(words: str, **more: Any) -> dict[str, Any]:
    """Metadata of a field: its description in the OpenAPI document."""
    return {"description": words, **more}


class SpanSchema(Schema):
    starts_on = Date(metadata=described("The first day it holds; by default today."))
    ends_on = Date(allow_none=True, metadata=described("The first day it no longer holds."))


class SpanPatchSchema(Schema):
    starts_on = Date()
    ends_on = Date(allow_none=True)


class RightsSchema(Schema):
    parent_kind = Choice(
        ParentKind, allow_none=True, metadata=described("Only for the kind `parent`.")
    )
    may_inspect = fields.Boolean(
        metadata=described("May read the record (FERPA; 15 V.S.A. 670). A parent or guardian may.")
    )
    may_decide = fields.Boolean(
        metadata=described("May sign and consent (15 V.S.A. 664); needs `may_inspect`.")
    )
    denied = Words(
        RecordKind,
        metadata=described(
            "Kinds of record that a court order withholds; `elos` withholds `log_entries`, `credit`"
            " and `appeals` too. Left out for some readers."
        ),
    )
    basis = Text(
        allow_none=True,
        metadata=described("The grounds of the rights. Shown to staff only."),
    )
    order_reference = Text(
        longest=200,
        allow_none=True,
        metadata=described("The court order. Shown to staff only."),
    )
    post_18_basis = Choice(
        Post18Basis,
        allow_none=True,
        metadata=described("Why they may inspect although the student holds the rights."),
    )


class RelationshipSchema(RightsSchema, SpanSchema, GuardedSchema):
    """A relationship of a person to a student, for a span of days."""

    life = RELATIONSHIP
    shape = staticmethod(presenters.shape_relationships)
    guarded = presenters.GUARDED

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    student_name = name_of("student_id")
    person_id = fields.UUID(required=True)
    person_name = name_of("person_id")
    kind = Choice(RelationshipKind, required=True)
    status = Choice(
        RelationshipStatus,
        dump_only=True,
        metadata=described("Only a `confirmed` relationship gives reach."),
    )
    capacity = Choice(
        Capacity, allow_none=True, metadata=described("Only for an `advisor`; by default `lead`.")
    )
    advisory_id = fields.UUID(
        dump_only=True, allow_none=True, metadata=described("The advisory it follows from.")
    )
    is_from_roster = fields.Boolean(dump_only=True)
    activated_by_id = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata=described(
            "The person who could see the code that last opened the account. Null: nobody of the "
            "district could, or the account was never opened. Shown to staff only."
        ),
    )
    activated_by_name = name_of("activated_by_id")
    available_actions = fields.List(fields.String(), dump_only=True)


class RelationshipPatchSchema(RightsSchema, SpanPatchSchema):
    capacity = Choice(Capacity)


class RelationshipActionFieldsSchema(Schema):
    may_inspect = fields.Boolean(
        metadata=described(
            "For `confirm`: by default as set before, else true for parent and guardian."
        )
    )
    may_decide = fields.Boolean(metadata=described("For `confirm`: same default as `may_inspect`."))
    ends_on = Date(metadata=described("For `end`: by default today."))


class PlacementSchema(SpanSchema, ResourceSchema):
    """A student's placement at another school, for a span of days."""

    shape = staticmethod(presenters.shape_placements)

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    school_id = fields.UUID(required=True, metadata=described("One of `/host-schools`."))
    school_name = fields.String(dump_only=True)
    host_district_id = fields.UUID(dump_only=True)
    host_district_name = fields.String(dump_only=True)
    kind = Choice(PlacementKind, required=True)


class PlacementPatchSchema(SpanPatchSchema):
    kind = Choice(PlacementKind)


class HomeStudySchema(SpanSchema, ResourceSchema):
    """A span of days in which a student studies at home and the family keeps the plan."""

    student_id = fields.UUID(dump_only=True)
    student = student_of()


class HostSchoolSchema(Schema):
    """A school, of your district or another, at which students can be placed."""

    shape = staticmethod(presenters.shape_hosts)

    id = fields.UUID()
    name = fields.String()
    district_id = fields.UUID()
    district_name = fields.String()


class AppointmentSchema(SpanSchema, ResourceSchema):
    """An office a person holds at a school, or for the whole district, for a span."""

    shape = staticmethod(presenters.shape_appointments)

    person_id = fields.UUID(required=True)
    person_name = name_of("person_id")
    school_id = fields.UUID(
        allow_none=True, load_default=None, metadata=described("Null: for the whole district.")
    )
    role = Choice(AppointmentRole, required=True)
    sample_size = fields.Integer(
        strict=True,
        load_only=True,
        validate=validate.Range(1, LARGEST_SAMPLE),
        metadata=described("For an auditor: how many students the server draws at random."),
    )
    sample_student_ids = fields.List(
        fields.UUID(),
        attribute="sample",
        validate=validate.Length(max=LARGEST_SAMPLE),
        metadata=described(
            "For an auditor: the students whose records the office gives access to."
        ),
    )
    is_from_roster = fields.Boolean(dump_only=True)


class AdvisorSchema(Schema):
    person_id = fields.UUID()
    person_name = fields.String()
    capacity = Choice(Capacity)


class AdvisorySchema(ResourceSchema):
    """A group of students with its advisors."""

    shape = staticmethod(presenters.shape_advisories)

    name = Text(longest=LONGEST_NAME, required=True)
    school_id = fields.UUID(required=True)
    class_id = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata=described("The roster's class from which the advisory was made."),
    )
    is_active = fields.Boolean(dump_only=True)
    advisors = fields.List(
        fields.Nested(AdvisorSchema), dump_only=True, metadata=described("The advisors of today.")
    )


class AdvisoryPatchSchema(Schema):
    name = Text(longest=LONGEST_NAME)
    is_active = fields.Boolean()


class AdvisoryMemberSchema(SpanSchema, ResourceSchema):
    """A student's membership in an advisory, for a span of days."""

    advisory_id = fields.UUID(dump_only=True)
    student_id = fields.UUID(required=True)
    student = student_of()
    student_name = name_of("student_id")
    is_from_roster = fields.Boolean(dump_only=True)


class AdvisoryAdvisorSchema(SpanSchema, ResourceSchema):
    """An advisor of an advisory, for a span of days."""

    advisory_id = fields.UUID(dump_only=True)
    person_id = fields.UUID(required=True)
    person_name = name_of("person_id")
    capacity = Choice(Capacity, metadata=described("By default `lead`."))
    is_from_roster = fields.Boolean(dump_only=True)


class AdvisoryAdvisorPatchSchema(SpanPatchSchema):
    capacity = Choice(Capacity)
