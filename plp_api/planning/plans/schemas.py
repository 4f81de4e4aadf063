"""Plans on the wire."""

from enum import StrEnum
from typing import Any

from marshmallow import fields, post_dump

from plp_api.catalog.templates.models import Visibility
from plp_api.foundation.rest.fields import (
    Choice,
    Date,
    GuardedSchema,
    Instant,
    ResourceSchema,
    Schema,
    Text,
)
from plp_api.planning.plans.lifecycle import PLAN, VERSION
from plp_api.planning.plans.models import (
    EntryStatus,
    PlanStatus,
    ProfileKind,
    Regime,
    VersionStatus,
)
from plp_api.planning.plans.presenters import STATUS, name_authors, shape, shape_entries

LONGEST_SECTION = 20_000
LONGEST_PART = 120


class PlanSchema(ResourceSchema):
    """The plan itself: the frame around its versions."""

    life = PLAN

    student_id = fields.UUID()
    template_id = fields.UUID()
    status = Choice(PlanStatus)
    regime = Choice(Regime)
    opened_on = Date()
    closed_on = Date(allow_none=True, metadata={"description": "Null while the plan is open."})
    closing_reason = fields.String(allow_none=True)
    available_actions = fields.List(fields.String(), dump_only=True)


class PlanActionFieldsSchema(Schema):
    reason = Text(
        longest=1000,
        metadata={
            "description": "For `transfer_out`, `complete`, `withdraw` and `reopen`: why.",
            "example": "Moved to another district.",
        },
    )
    closed_on = Date(
        metadata={"description": "For the first three: since when, today if left out."}
    )


class SectionSchema(Schema):
    key = fields.String(metadata={"example": "scope_and_rigor"})
    body = fields.String(
        allow_none=True,
        metadata={"description": "Null where the section's `visibility` leaves you out."},
    )
    written_by = fields.UUID(allow_none=True)
    updated_at = Instant()


class VersionSectionSchema(SectionSchema):
    body = fields.String(
        attribute="shown_body",
        allow_none=True,
        metadata={
            "description": "Null where the version is sealed to you, or the section's `visibility` "
            "leaves you out."
        },
    )
    written_by = fields.UUID(
        attribute="shown_writer",
        allow_none=True,
        metadata={"description": "Null to the family where another adult wrote it."},
    )
    visibility = Choice(Visibility)
    kept_from_id = fields.UUID(
        allow_none=True,
        metadata={
            "description": "No longer asked for: the edition of a template that did, and says what."
        },
    )


class StatementSchema(Schema):
    """A statement of disagreement with a part of the record; only its author takes it off."""

    shape = staticmethod(name_authors)

    id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    plan_id = fields.UUID(dump_only=True)
    plan_version_id = fields.UUID(
        dump_only=True, metadata={"description": "The version it was placed on."}
    )
    part = Text(
        longest=LONGEST_PART,
        blank=True,
        load_default="",
        metadata={
            "description": "`sections/{key}`, `goals/{goal_id}` or another part of the snapshot;"
            " empty for the whole version.",
            "example": "sections/about_me",
        },
    )
    body = Text(
        required=True,
        longest=LONGEST_SECTION,
        metadata={"example": "I was not absent; I was at the clinic."},
    )
    author_id = fields.UUID(
        dump_only=True,
        attribute="shown_author_id",
        allow_none=True,
        metadata={"description": "Null to the family where another adult made it."},
    )
    author_role = fields.String(dump_only=True, metadata={"example": "parent"})
    stated_at = Instant(dump_only=True)
    withdrawn_at = Instant(dump_only=True, allow_none=True)
    corrected_at = Instant(dump_only=True, allow_none=True)
    correction_reason = fields.String(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Why an admin put other words in its place."},
    )

    @post_dump
    def without_words(self, shown: dict[str, Any], **_: Any) -> dict[str, Any]:
        """What was withdrawn says nothing any more."""
        if not shown.get("withdrawn_at"):
            return shown
        return {**shown, "body": "", "correction_reason": None}


class StatementCorrectionSchema(Schema):
    """Other words for a statement of disagreement, and why."""

    body = Text(
        required=True,
        longest=LONGEST_SECTION,
        metadata={"example": "I was not absent; I was at the clinic."},
    )
    reason = Text(
        required=True, longest=2000, metadata={"example": "It named another family's child."}
    )


class CorrectionSchema(Schema):
    """What a granted request for amendment asks for (34 CFR 99.20-99.22)."""

    reason = Text(
        required=True, longest=2000, metadata={"example": "The hearing found it inaccurate."}
    )
    reference = Text(
        required=True,
        longest=200,
        metadata={
            "description": "Of the request and its decision, in the school's own files.",
            "example": "AR-2026-14",
        },
    )
    sections = fields.Dict(
        keys=Text(longest=64),
        values=Text(longest=LONGEST_SECTION, blank=True),
        required=True,
        metadata={
            "description": "The corrected texts by section key.",
            "example": {"about_me": "I like to take things apart."},
        },
    )


class PlanVersionSchema(GuardedSchema):
    """A dated state of a plan: written while open, frozen once in force.

    Where it stands is left out for a parent whom an order denies that.
    """

    life = VERSION
    shape = staticmethod(shape)
    guarded = STATUS

    plan_id = fields.UUID()
    student_id = fields.UUID()
    template_id = fields.UUID()
    number = fields.Integer()
    status = Choice(VersionStatus)
    sections = fields.List(fields.Nested(VersionSectionSchema))
    started_by = fields.UUID(
        attribute="shown_starter",
        allow_none=True,
        metadata={"description": "Null to a parent where another parent did."},
    )
    submitted_at = Instant(allow_none=True)
    submitted_by = fields.UUID(allow_none=True)
    recorded_for = fields.String(
        allow_none=True, metadata={"description": "Why an advisor handed it in for the student."}
    )
    approved_at = Instant(allow_none=True)
    approved_by = fields.UUID(
        attribute="shown_approver",
        allow_none=True,
        metadata={"description": "In home study who put it in force; null to another parent."},
    )
    regime = Choice(
        Regime,
        metadata={"description": "Whose it was to put in force: the school's or the family's."},
    )
    in_force_on = Date(allow_none=True)
    superseded_on = Date(allow_none=True)
    snapshot_sha256 = fields.String(
        allow_none=True, metadata={"description": "Sign over this; hex, of the snapshot's bytes."}
    )
    signed_version_id = fields.UUID(
        allow_none=True,
        metadata={
            "description": "The version whose signatures count for this one: itself, or where"
            " nothing material changed, an earlier one."
        },
    )
    corrects_id = fields.UUID(
        allow_none=True, metadata={"description": "The version this one corrects."}
    )
    correction_reason = fields.String(allow_none=True)
    correction_reference = fields.String(allow_none=True)
    sealed_on = Date(
        allow_none=True,
        metadata={"description": "Since when it is kept under seal: it was corrected."},
    )
    statements = fields.List(
        fields.Nested(StatementSchema),
        attribute="shown_statements",
        metadata={"description": "Statements of disagreement that go with it (34 CFR 99.21)."},
    )
    available_actions = fields.List(fields.String(), dump_only=True)


class PlanVersionPatchSchema(Schema):
    sections = fields.Dict(
        keys=Text(longest=64),
        values=Text(longest=LONGEST_SECTION, blank=True),
        required=True,
        metadata={
            "description": "New texts by section key; sections not named keep theirs.",
            "example": {"about_me": "I like to take things apart."},
        },
    )


class PlanVersionActionFieldsSchema(Schema):
    comment = Text(
        metadata={
            "description": "For `request_changes`: what is asked for. For `reaffirm`, if you like."
        }
    )
    reason = Text(
        longest=1000, metadata={"description": "For `submit_for`: why the student did not."}
    )
    template_id = fields.UUID(
        metadata={
            "description": "For `change_template`: the published edition to go on in. Without it, "
            "the one meant for the student's school and grade today."
        }
    )
    keep_unasked = fields.Boolean(
        metadata={
            "description": "For `change_template`: keep sections that hold words and are not asked "
            "for there, as no longer asked for. Without it such sections are a 409."
        }
    )


class DifferenceQuerySchema(Schema):
    against = fields.UUID(
        metadata={"description": "Another version of the plan; left out, the one in force before."}
    )


class Operation(StrEnum):
    """What became of a part or a member of it."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class DifferenceSchema(Schema):
    """One part that was added or removed, or one member of a part that changed."""

    op = Choice(Operation, called="DifferenceOperation")
    part = fields.String(metadata={"example": "sections/scope_and_rigor"})
    old_pointer = fields.String(
        allow_none=True,
        metadata={"description": "JSON Pointer into the older snapshot; null where added."},
    )
    old = fields.Raw(allow_none=True)
    new_pointer = fields.String(
        allow_none=True,
        metadata={"description": "JSON Pointer into the newer snapshot; null where removed."},
    )
    new = fields.Raw(allow_none=True)


class SentenceOperation(StrEnum):
    """What became of a sentence."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


class SentenceSchema(Schema):
    op = Choice(SentenceOperation)
    text = fields.String(metadata={"description": "Plain text as it was written: escape it."})


class PassageSchema(Schema):
    member = fields.String(metadata={"example": "body"})
    sentences = fields.List(fields.Nested(SentenceSchema))


class PartInWordsSchema(Schema):
    part = fields.String()
    title = fields.String(allow_none=True, metadata={"example": "Scope and rigor"})
    op = Choice(Operation, called="DifferenceOperation")
    texts = fields.List(fields.Nested(PassageSchema))


class DifferencesSchema(Schema):
    """How one version differs from another: `changes` for programs, `words` for people."""

    plan_version_id = fields.UUID()
    against_id = fields.UUID(
        allow_none=True, metadata={"description": "Null where nothing was in force before."}
    )
    changes = fields.List(fields.Nested(DifferenceSchema))
    words = fields.List(fields.Nested(PartInWordsSchema))


class HistoryQuerySchema(Schema):
    as_of = Date(
        required=True, metadata={"description": "The end of that day, where the district is."}
    )


class PlanThenSchema(Schema):
    """The plan's own columns on an earlier day."""

    status = Choice(PlanStatus)
    regime = Choice(Regime)
    template_id = fields.String()
    closed_on = fields.String(allow_none=True)
    closing_reason = fields.String(allow_none=True)


class VersionThenSchema(Schema):
    """The version that was in force on an earlier day."""

    id = fields.UUID()
    number = fields.Integer()
    in_force_on = Date()
    snapshot_sha256 = fields.String()
    sealed_on = Date(allow_none=True)
    sections = fields.List(
        fields.Dict(),
        allow_none=True,
        metadata={"description": "As frozen: key, title and body. Null where it is sealed to you."},
    )
    statements = fields.List(fields.Nested(StatementSchema))


class HistorySchema(Schema):
    """A plan as it stood at the end of a day, as far as the reader may see it today."""

    as_of = Date()
    plan = fields.Nested(PlanThenSchema)
    version_in_force = fields.Nested(
        VersionThenSchema,
        allow_none=True,
        metadata={"description": "Null where none was, or you may not read plans' contents."},
    )
    parts = fields.Dict(
        keys=fields.String(),
        metadata={
            "description": "What else there was, by name: `goals` and `pathway_elements` with their"
            " words and states, `signatures` of the version in force (`signature_state`,"
            " `requirements`), `reviews` with status and standing. A part you may not read is left"
            " out.",
            "example": {"goals": [{"goal_id": "…", "status": "active", "title": "Shadow a nurse"}]},
        },
    )


class ProfileEntrySchema(ResourceSchema):
    """Something a student says of themselves; withdrawn ones stay as history."""

    shape = staticmethod(shape_entries)

    plan_id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    kind = Choice(ProfileKind, required=True)
    body = Text(required=True, longest=2000, metadata={"example": "Patient with animals"})
    written_by = fields.UUID(
        attribute="shown_writer",
        allow_none=True,
        dump_only=True,
        metadata={"description": "Null to a parent where another parent did, in home study."},
    )
    replaces_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "The entry that this one corrects; it is withdrawn by it."},
    )
    status = Choice(EntryStatus, dump_only=True)
    withdrawn_at = Instant(dump_only=True, allow_none=True)
