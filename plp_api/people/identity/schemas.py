"""Signing in, sessions and `/me` on the wire."""

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from marshmallow import fields, validate

from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.rest.fields import Choice, Date, Instant, Schema, Text
from plp_api.foundation.roster import usernames
from plp_api.foundation.roster.relationships import AppointmentRole, RelationshipKind
from plp_api.people.identity.passwords import LONGEST, SHORTEST
from plp_api.people.identity.presenters import shape_sessions

CODE = "K7QF-2M9T-XD0R-5HWB"
NEW_PASSWORD = f"At least {SHORTEST} characters, any; not a common or easily guessed one."


class Transport(StrEnum):
    """How the tokens travel: in the answer's body, or in cookies that no script reads."""

    BEARER = "bearer"
    COOKIE = "cookie"


class Password(fields.String):
    """A password as typed: nothing is trimmed. Any characters but control characters."""

    default_error_messages = {"control": "Must not contain control characters."}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {}).setdefault("format", "password")
        super().__init__(validate=validate.Length(1, LONGEST), load_only=True, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        password = super()._deserialize(value, attr, data, **kwargs)
        if any(unicodedata.category(character) in ("Cc", "Cs") for character in password):
            raise self.make_error("control")
        return password


class Username(Text):
    """A user name to choose: Latin letters, digits and a few signs; none looks like another."""

    default_error_messages = {"form": "Use Latin letters, digits and . _ - @ + '"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=64, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        name = super()._deserialize(value, attr, data, **kwargs)
        if not usernames.is_plain(name):
            raise self.make_error("form")
        return name


class WithTransportSchema(Schema):
    transport = Choice(Transport, load_default=Transport.BEARER)


class LoginSchema(WithTransportSchema):
    username = Text(
        longest=255,
        required=True,
        metadata={"description": "Case does not count.", "example": "ada.lovelace"},
    )
    password = Password(required=True)
    district = Text(
        longest=100,
        metadata={
            "description": "Slug or id; needed where several districts know the user name.",
            "example": "tamarack",
        },
    )
    person_id = fields.UUID(
        metadata={"description": "Which person of the account to act as; see `persons` of `/me`."}
    )


class RefreshSchema(Schema):
    refresh_token = fields.String(
        validate=validate.Length(1, 4096),
        metadata={"description": "Left out where the cookie carries it."},
    )
    person_id = fields.UUID(
        metadata={"description": "Go on as this person of the account; see `persons` of `/me`."}
    )


class SignedInSchema(Schema):
    """A session. The tokens are null where they travel in cookies."""

    session_id = fields.UUID()
    person_id = fields.UUID()
    district_id = fields.UUID()
    expires_at = Instant(metadata={"description": "When the session ends, refreshed or not."})
    token_type = fields.Constant("Bearer")
    expires_in = fields.Integer(
        metadata={"description": "Seconds the access token is good for.", "example": 900}
    )
    access_token = fields.String(allow_none=True)
    refresh_token = fields.String(
        allow_none=True, metadata={"description": "Good once; each refresh answers with the next."}
    )


class PasswordChangeSchema(Schema):
    current_password = Password(required=True)
    new_password = Password(required=True, metadata={"description": NEW_PASSWORD})


class CodeSchema(WithTransportSchema):
    code = Text(
        longest=64,
        required=True,
        metadata={"description": "Case and hyphens do not count.", "example": CODE},
    )
    password = Password(required=True, metadata={"description": NEW_PASSWORD})


class ActivationSchema(CodeSchema):
    username = Username(
        metadata={
            "description": "For a person whom the roster gave none, or one already taken.",
            "example": "ada.lovelace",
        }
    )


class ResetRequestSchema(Schema):
    username = Text(longest=255, required=True)
    district = Text(longest=100, metadata={"description": "Slug or id, as for login."})


class SessionSchema(Schema):
    """One signed-in device."""

    shape = staticmethod(shape_sessions)

    id = fields.UUID()
    user_agent = fields.String(
        allow_none=True, metadata={"description": "What the device called itself."}
    )
    created_at = Instant()
    seen_at = Instant(metadata={"description": "When it last refreshed."})
    expires_at = Instant()
    is_current = fields.Boolean(metadata={"description": "The session of this request."})


class MyPersonSchema(Schema):
    id = fields.UUID()
    display_name = fields.String()
    given_name = fields.String()
    family_name = fields.String()
    preferred_given_name = fields.String(allow_none=True)
    preferred_family_name = fields.String(allow_none=True)
    pronouns = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    language = fields.String(metadata={"example": "en"})
    needs_interpreter = fields.Boolean()


class MyCycleSchema(Schema):
    starts_on = Date()
    ends_on = Date(metadata={"description": "The last day to update the plan this year."})


class MyDistrictSchema(Schema):
    id = fields.UUID()
    slug = fields.String()
    name = fields.String()
    time_zone = fields.String(metadata={"example": "America/New_York"})
    today = Date(metadata={"description": "The date there: rights begin and end on it."})
    cycle = fields.Nested(MyCycleSchema)
    settings = fields.Dict(
        keys=fields.String(), metadata={"description": "Decisions of the district to draw by."}
    )


class MyOfficeSchema(Schema):
    role = Choice(AppointmentRole)
    school_id = fields.UUID(allow_none=True, metadata={"description": "Null: the whole district."})


class MySchoolSchema(Schema):
    id = fields.UUID()
    name = fields.String()


class MyRelationshipsSchema(Schema):
    kind = Choice(RelationshipKind)
    student_count = fields.Integer()


class MeAsStudentSchema(Schema):
    grade = fields.String(allow_none=True)
    school_id = fields.UUID(allow_none=True)
    holds_rights = fields.Boolean(
        metadata={"description": "Of age: FERPA's rights are the student's, not a parent's."}
    )


class MyChildSchema(Schema):
    id = fields.UUID(metadata={"description": "A student's id."})
    display_name = fields.String()
    grade = fields.String(allow_none=True)
    school_id = fields.UUID(allow_none=True)
    may_decide = fields.Boolean(metadata={"description": "May sign, not only read."})


class PersonOfAccountSchema(Schema):
    id = fields.UUID()
    name = fields.String()
    district_id = fields.UUID()
    district_name = fields.String()
    is_current = fields.Boolean()


class OpenCodeSchema(Schema):
    """A one-time code to choose the password of this account anew, not used yet."""

    id = fields.UUID()
    is_printed = fields.Boolean(
        metadata={"description": "Whether whoever made it has held the code itself."}
    )
    created_at = Instant()
    created_by_id = fields.UUID(
        allow_none=True, metadata={"description": "Null: the operator, at the command line."}
    )
    created_by_name = fields.String(allow_none=True)
    expires_at = Instant()


class MeSchema(Schema):
    """Whoever asks, and what to draw for them."""

    person = fields.Nested(MyPersonSchema)
    username = fields.String()
    session_id = fields.UUID()
    district = fields.Nested(MyDistrictSchema)
    roles = fields.List(
        Choice(Role), metadata={"description": "Empty until somebody confirms what one is here."}
    )
    offices = fields.List(fields.Nested(MyOfficeSchema))
    schools = fields.List(
        fields.Nested(MySchoolSchema),
        metadata={"description": "Those named by `offices`, `student` and `children`."},
    )
    permissions = fields.List(
        Choice(Permission),
        metadata={
            "description": "What may be done, on some student or in some place; for one "
            "resource, now, ask its `available_actions`."
        },
    )
    relationships = fields.List(fields.Nested(MyRelationshipsSchema))
    student = fields.Nested(MeAsStudentSchema, allow_none=True)
    children = fields.List(
        fields.Nested(MyChildSchema), metadata={"description": "Whom one reaches as a parent."}
    )
    codes = fields.List(
        fields.Nested(OpenCodeSchema),
        metadata={
            "description": "Codes for this account that staff made and nobody has used. The "
            "password holds until one is used; changing it ends them."
        },
    )
    persons = fields.List(
        fields.Nested(PersonOfAccountSchema),
        metadata={"description": "Whom one may go on as; see `POST /auth/refresh`."},
    )
