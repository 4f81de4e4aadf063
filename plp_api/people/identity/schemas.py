"""JSON schemas of signing in, sessions and `/me`."""

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from marshmallow import fields, validate

from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.rest.fields import Choice, Date, Email, Instant, Schema, Text
from plp_api.foundation.roster import usernames
from plp_api.foundation.roster.relationships import AppointmentRole, RelationshipKind
from plp_api.people.identity.passwords import LONGEST, SHORTEST
from plp_api.people.identity.presenters import shape_sessions

CODE = "K7QF-2M9T-XD0R-5HWB"
NEW_PASSWORD = f"At least {SHORTEST} characters of any kind; must not be easy to guess."


class Transport(StrEnum):
    """How the tokens are sent: in the response body, or in cookies that no script can read."""

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
    """A new user name: Latin letters, digits and a few signs, none of which look alike."""

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
        metadata={"description": "Case does not matter.", "example": "ada.lovelace"},
    )
    password = Password(required=True)
    district = Text(
        longest=100,
        metadata={
            "description": "Slug or id; needed if several districts have the user name.",
            "example": "tamarack",
        },
    )
    person_id = fields.UUID(
        metadata={"description": "The person of the account to act as; see `persons` of `/me`."}
    )


class RefreshSchema(Schema):
    refresh_token = fields.String(
        validate=validate.Length(1, 4096),
        metadata={"description": "Leave it out if the cookie carries it."},
    )
    person_id = fields.UUID(
        metadata={"description": "Switch to this person of the account; see `persons` of `/me`."}
    )


class SignedInSchema(Schema):
    """A session. The tokens are null if they are sent in cookies."""

    session_id = fields.UUID()
    person_id = fields.UUID()
    district_id = fields.UUID()
    expires_at = Instant(metadata={"description": "When the session ends, even if refreshed."})
    token_type = fields.Constant("Bearer")
    expires_in = fields.Integer(
        metadata={"description": "Seconds for which the access token is valid.", "example": 900}
    )
    access_token = fields.String(allow_none=True)
    refresh_token = fields.String(
        allow_none=True,
        metadata={"description": "Can be used once; each refresh returns the next."},
    )
    csrf_access_token = fields.String(
        allow_none=True,
        metadata={
            "description": "Null without cookies. Send it in `X-CSRF-TOKEN` with changes.",
            "example": "6f1c2a90-4d0e-4b0f-9a53-0d6f4c1e7b21",
        },
    )
    csrf_refresh_token = fields.String(
        allow_none=True,
        metadata={
            "description": "Null without cookies. Send it in `X-CSRF-TOKEN` to `/auth/refresh`.",
            "example": "c27d5d5e-1a39-4c55-8a0b-5b1b0f3c9e10",
        },
    )


class PasswordChangeSchema(Schema):
    current_password = Password(required=True)
    new_password = Password(required=True, metadata={"description": NEW_PASSWORD})


class PersonalEmailEntrySchema(Schema):
    email = Email(longest=254, required=True, metadata={"example": "ada@example.org"})
    current_password = Password(required=True)


class PersonalEmailCodeSchema(Schema):
    code = Text(
        longest=64,
        required=True,
        metadata={"description": "Case and hyphens do not matter.", "example": CODE},
    )


class PersonalEmailSchema(Schema):
    """A student's own e-mail, for when the school's ends."""

    address = fields.String(
        allow_none=True,
        metadata={"description": "The verified one.", "example": "ada@example.org"},
    )
    verified_at = Instant(allow_none=True)
    pending = fields.String(
        allow_none=True,
        metadata={"description": "Waits for its code.", "example": "ada@example.org"},
    )


class CodeSchema(WithTransportSchema):
    code = Text(
        longest=64,
        required=True,
        metadata={"description": "Case and hyphens do not matter.", "example": CODE},
    )
    password = Password(required=True, metadata={"description": NEW_PASSWORD})


class ActivationSchema(CodeSchema):
    username = Username(
        metadata={
            "description": "For a person without a user name, or whose user name is taken.",
            "example": "ada.lovelace",
        }
    )


class ResetRequestSchema(Schema):
    username = Text(longest=255, required=True)
    district = Text(longest=100, metadata={"description": "Slug or id, as for login."})


class SessionSchema(Schema):
    """A session: one signed-in device."""

    shape = staticmethod(shape_sessions)

    id = fields.UUID()
    user_agent = fields.String(
        allow_none=True, metadata={"description": "The user agent of the device."}
    )
    created_at = Instant()
    seen_at = Instant(metadata={"description": "When it was last refreshed."})
    expires_at = Instant()
    is_current = fields.Boolean(
        metadata={"description": "Whether it is the session of this request."}
    )


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
    today = Date(metadata={"description": "The date in the district; rights begin and end by it."})
    cycle = fields.Nested(MyCycleSchema)
    settings = fields.Dict(
        keys=fields.String(),
        metadata={"description": "The district's settings that a front end needs."},
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
        metadata={"description": "Whether the student, not a parent, holds the FERPA rights."}
    )


class MyChildSchema(Schema):
    id = fields.UUID(metadata={"description": "The student's id."})
    display_name = fields.String()
    grade = fields.String(allow_none=True)
    school_id = fields.UUID(allow_none=True)
    may_decide = fields.Boolean(metadata={"description": "Whether you may sign, not only read."})


class PersonOfAccountSchema(Schema):
    id = fields.UUID()
    name = fields.String()
    district_id = fields.UUID()
    district_name = fields.String()
    is_current = fields.Boolean()


class OpenCodeSchema(Schema):
    """An unused one-time code for a new password of this account."""

    id = fields.UUID()
    is_printed = fields.Boolean(
        metadata={"description": "Whether the staff member who made the code could read it."}
    )
    created_at = Instant()
    created_by_id = fields.UUID(
        allow_none=True,
        metadata={"description": "Null: made by the operator, at the command line."},
    )
    created_by_name = fields.String(allow_none=True)
    expires_at = Instant()


class MeSchema(Schema):
    """The caller: person, roles, relationships, permissions and settings."""

    person = fields.Nested(MyPersonSchema)
    username = fields.String()
    session_id = fields.UUID()
    district = fields.Nested(MyDistrictSchema)
    roles = fields.List(
        Choice(Role),
        metadata={"description": "Empty until a relationship or an office is confirmed."},
    )
    offices = fields.List(fields.Nested(MyOfficeSchema))
    schools = fields.List(
        fields.Nested(MySchoolSchema),
        metadata={"description": "The schools named by `offices`, `student` and `children`."},
    )
    permissions = fields.List(
        Choice(Permission),
        metadata={
            "description": "What you may do for at least one student or place; for a single "
            "resource, see its `available_actions`."
        },
    )
    relationships = fields.List(fields.Nested(MyRelationshipsSchema))
    student = fields.Nested(MeAsStudentSchema, allow_none=True)
    personal_email = fields.Nested(
        PersonalEmailSchema,
        allow_none=True,
        metadata={"description": "A student's own e-mail; null until one is entered."},
    )
    children = fields.List(
        fields.Nested(MyChildSchema),
        metadata={"description": "The students you reach as a parent."},
    )
    codes = fields.List(
        fields.Nested(OpenCodeSchema),
        metadata={
            "description": "Unused codes for this account that staff made. Your password is "
            "valid until one is used; changing the password ends them."
        },
    )
    persons = fields.List(
        fields.Nested(PersonOfAccountSchema),
        metadata={"description": "The persons you may act as; see `POST /auth/refresh`."},
    )
