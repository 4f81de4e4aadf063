"""Schemas of plans, their versions, differences, history and profile entries."""

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
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.planning.plans.lifecycle import PLAN, VERSION
from plp_api.planning.plans.models import (
    EntryStatus,
    PlanStatus,
    ProfileKind,
    Regime,
    VersionStatus,
)
from plp_api.planning.plans.presenters import (
    STATUS,
    name_authors,
    shape,
    shape_entries,
    shape_sections,
)

LONGEST_SECTION = 20_000
LONGEST_PART = 120


class PlanSchema(ResourceSchema):
    """The plan itself, without its versions."""

    life = PLAN

    student_id = fields.UUID()
    student = student_of()
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
        metadata={
            "description": "For `transfer_out`, `complete` and `withdraw`: the day the plan ended;"
            " today if left out."
        }
    )


class SectionSchema(Schema):
    id = fields.UUID(metadata={"description": "Of the section in this version: UUIDv7."})
    version = fields.Integer(
        metadata={"description": "Of the section alone; grows with each change of its text."}
    )
    key = fields.String(metadata={"example": "scope_and_rigor"})
    body = fields.String(
        allow_none=True,
        metadata={"description": "Null if the section's `visibility` excludes you."},
    )
    written_by = fields.UUID(allow_none=True)
    written_by_name = name_of("written_by")
    updated_at = Instant()


class VersionSectionSchema(SectionSchema):
    body = fields.String(
        attribute="shown_body",
        allow_none=True,
        metadata={
            "description": "Null if the version is sealed and you may not read sealed versions, or"
            " if the section's `visibility` excludes you."
        },
    )
    written_by = fields.UUID(
        attribute="shown_writer",
        allow_none=True,
        metadata={"description": "Null for the family if another adult wrote it."},
    )
    visibility = Choice(Visibility)
    kept_from_id = fields.UUID(
        allow_none=True,
        metadata={
            "description": "Set if the version's template no longer asks for this section: the"
            " template edition that describes it."
        },
    )
    is_writable = fields.Boolean(
        dump_only=True,
        metadata={
            "description": "Whether you may write it now: the version is open, and you are one of"
            " the section's authors."
        },
    )


class PlanSectionSchema(VersionSectionSchema, ResourceSchema):
    """The text of one section of a plan version."""

    shape = staticmethod(shape_sections)

    student_id = fields.UUID()
    student = student_of()
    plan_version_id = fields.UUID()
    position = fields.Integer(metadata={"description": "Its place in the version, from 0."})


class PlanSectionPatchSchema(Schema):
    body = Text(
        longest=LONGEST_SECTION,
        blank=True,
        metadata={
            "description": "The whole new text of the section.",
            "example": "I like to take things apart.",
        },
    )


class StatementSchema(Schema):
    """A statement of disagreement with a part of the record; only its author can withdraw it."""

    shape = staticmethod(name_authors)

    id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
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
        metadata={"description": "Null for the family if another adult made it."},
    )
    author_name = name_of("author_id")
    author_role = fields.String(dump_only=True, metadata={"example": "parent"})
    stated_at = Instant(dump_only=True)
    withdrawn_at = Instant(dump_only=True, allow_none=True)
    corrected_at = Instant(dump_only=True, allow_none=True)
    correction_reason = fields.String(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Why an admin replaced the text."},
    )

    @post_dump
    def without_words(self, shown: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Empty the text of a withdrawn statement."""
        if not shown.get("withdrawn_at"):
            return shown
        return {**shown, "body": "", "correction_reason": None}


class StatementCorrectionSchema(Schema):
    """The new text of a statement of disagreement, and the reason for it."""

    body = Text(
        required=True,
        longest=LONGEST_SECTION,
        metadata={"example": "I was not absent; I was at the clinic."},
    )
    reason = Text(
        required=True, longest=2000, metadata={"example": "It named another family's child."}
    )


class CorrectionSchema(Schema):
    """The changes that a granted request for amendment asks for (34 CFR 99.20-99.22)."""

    reason = Text(
        required=True, longest=2000, metadata={"example": "The hearing found it inaccurate."}
    )
    reference = Text(
        required=True,
        longest=200,
        metadata={
            "description": "Where the request and its decision are in the school's own files.",
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
    """A dated version of a plan: written while open, frozen when in force.

    Its status fields are left out for a parent to whom an order denies them.
    """

    life = VERSION
    shape = staticmethod(shape)
    guarded = STATUS

    plan_id = fields.UUID()
    student_id = fields.UUID()
    student = student_of()
    template_id = fields.UUID()
    number = fields.Integer()
    status = Choice(VersionStatus)
    sections = fields.List(fields.Nested(VersionSectionSchema))
    started_by = fields.UUID(
        attribute="shown_starter",
        allow_none=True,
        metadata={"description": "Null for a parent if another parent started it."},
    )
    started_by_name = name_of("started_by")
    submitted_at = Instant(allow_none=True)
    submitted_by = fields.UUID(allow_none=True)
    submitted_by_name = name_of("submitted_by")
    recorded_for = fields.String(
        allow_none=True, metadata={"description": "Why an advisor handed it in for the student."}
    )
    approved_at = Instant(allow_none=True)
    approved_by = fields.UUID(
        attribute="shown_approver",
        allow_none=True,
        metadata={
            "description": "In home study, the person who put it in force; null for another parent."
        },
    )
    approved_by_name = name_of("approved_by")
    regime = Choice(
        Regime,
        metadata={"description": "Who puts it in force: the school or the family."},
    )
    in_force_on = Date(allow_none=True)
    superseded_on = Date(allow_none=True)
    snapshot_sha256 = fields.String(
        allow_none=True,
        metadata={"description": "SHA-256 of the snapshot's bytes, in hex. Signers send it."},
    )
    signed_version_id = fields.UUID(
        allow_none=True,
        metadata={
            "description": "The version whose signatures count for this one: itself, or an earlier"
            " one if nothing material changed."
        },
    )
    corrects_id = fields.UUID(
        allow_none=True, metadata={"description": "The version this one corrects."}
    )
    correction_reason = fields.String(allow_none=True)
    correction_reference = fields.String(allow_none=True)
    sealed_on = Date(
        allow_none=True,
        metadata={"description": "When it was sealed, because it was corrected."},
    )
    statements = fields.List(
        fields.Nested(StatementSchema),
        attribute="shown_statements",
        metadata={"description": "Statements of disagreement on its parts (34 CFR 99.21)."},
    )
    available_actions = fields.List(fields.String(), dump_only=True)


class PlanVersionPatchSchema(Schema):
    sections = fields.Dict(
        keys=Text(longest=64),
        values=Text(longest=LONGEST_SECTION, blank=True),
        metadata={
            "description": "New texts by section key; sections not named keep theirs.",
            "example": {"about_me": "I like to take things apart."},
        },
    )


class PlanVersionActionFieldsSchema(Schema):
    comment = Text(
        metadata={"description": "For `request_changes`: what to change. Optional for `reaffirm`."}
    )
    reason = Text(
        longest=1000,
        metadata={"description": "For `submit_for`: why the student does not hand it in."},
    )
    template_id = fields.UUID(
        metadata={
            "description": "For `change_template`: the published edition to use. If left out, the"
            " one for the student's school and grade today."
        }
    )
    keep_unasked = fields.Boolean(
        metadata={
            "description": "For `change_template`: keep sections that have text and that the new"
            " template does not ask for. If left out, such sections cause a 409."
        }
    )


class DifferenceQuerySchema(Schema):
    against = fields.UUID(
        metadata={
            "description": "Another version of the plan. If left out, the one in force before."
        }
    )


class Operation(StrEnum):
    """How a part or a member of it changed."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class DifferenceSchema(Schema):
    """One part that was added or removed, or one member of a part that changed."""

    op = Choice(Operation, called="DifferenceOperation")
    part = fields.String(metadata={"example": "sections/scope_and_rigor"})
    old_pointer = fields.String(
        allow_none=True,
        metadata={"description": "JSON Pointer into the older snapshot; null if added."},
    )
    old = fields.Raw(allow_none=True)
    new_pointer = fields.String(
        allow_none=True,
        metadata={"description": "JSON Pointer into the newer snapshot; null if removed."},
    )
    new = fields.Raw(allow_none=True)


class SentenceOperation(StrEnum):
    """Whether a sentence was kept, removed or added."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


class SentenceSchema(Schema):
    op = Choice(SentenceOperation)
    text = fields.String(metadata={"description": "Plain text as written: escape it."})


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
        allow_none=True, metadata={"description": "Null if no version was in force before."}
    )
    changes = fields.List(fields.Nested(DifferenceSchema))
    words = fields.List(fields.Nested(PartInWordsSchema))


class HistoryQuerySchema(Schema):
    as_of = Date(required=True, metadata={"description": "The end of that day, in district time."})


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
        metadata={
            "description": "As frozen: key, title and body. Null if you may not read all of them."
        },
    )
    statements = fields.List(fields.Nested(StatementSchema))


class HistorySchema(Schema):
    """A plan as it was at the end of a day, with the parts that the caller may read today."""

    as_of = Date()
    plan = fields.Nested(PlanThenSchema)
    version_in_force = fields.Nested(
        VersionThenSchema,
        allow_none=True,
        metadata={"description": "Null if there was none or you may not read plan versions."},
    )
    parts = fields.Dict(
        keys=fields.String(),
        metadata={
            "description": "Other parts, by name: `goals`, `pathway_elements` and `elos` with their"
            " texts and states, `signatures` of the version in force (`signature_state`,"
            " `requirements`), `reviews` with status and standing. Parts you may not read are left"
            " out.",
            "example": {"goals": [{"goal_id": "…", "status": "active", "title": "Shadow a nurse"}]},
        },
    )


class ProfileEntrySchema(ResourceSchema):
    """A statement of a student about themselves; withdrawn entries stay as history."""

    shape = staticmethod(shape_entries)

    plan_id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    kind = Choice(ProfileKind, required=True)
    body = Text(required=True, longest=2000, metadata={"example": "Patient with animals"})
    written_by = fields.UUID(
        attribute="shown_writer",
        allow_none=True,
        dump_only=True,
        metadata={"description": "Null for a parent if another parent wrote it, in home study."},
    )
    written_by_name = name_of("written_by")
    replaces_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "The entry that this one corrects, and that is then withdrawn."},
    )
    status = Choice(EntryStatus, dump_only=True)
    withdrawn_at = Instant(dump_only=True, allow_none=True)
