"""Routes of signing in, sessions and `/me`."""

from typing import Any

from flask import request

from plp_api.foundation import settings
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest import tokens
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Listing, since
from plp_api.foundation.roster.models import LoginSession
from plp_api.people.identity import actions, devices, personal_emails, presenters, sessions
from plp_api.people.identity.models import PersonalEmail
from plp_api.people.identity.schemas import (
    ActivationSchema,
    CodeSchema,
    LoginSchema,
    MeSchema,
    PasswordChangeSchema,
    PersonalEmailCodeSchema,
    PersonalEmailEntrySchema,
    PersonalEmailSchema,
    RefreshSchema,
    ResetRequestSchema,
    SessionSchema,
    SignedInSchema,
    Transport,
)
from plp_api.people.identity.sessions import EndReason, Origin, SignedIn

blueprint = Blueprint("Identity", __name__, "Signing in, sessions, and the caller's own roles.")

SESSIONS = Listing(
    filters={"updated_since": since(LoginSession.seen_at)},
    sorts={"created_at": LoginSession.created_at, "seen_at": LoginSession.seen_at},
)


def _origin() -> Origin:
    cookie = request.cookies.get(devices.COOKIE)
    return Origin(request.remote_addr, request.headers.get("User-Agent"), cookie)


def _answer(signed_in: SignedIn, transport: str) -> dict[str, Any]:
    """The session with its tokens, in the body or in cookies."""
    login = signed_in.login
    if signed_in.device:
        tokens.put_cookie(devices.COOKIE, signed_in.device, devices.LIFETIME, "/auth")
    access = tokens.issue(login.person_id, login.id, login.district_id, signed_in.zone)
    refresh = tokens.issue_refresh(login.id, signed_in.key, login.expires_at)
    in_cookies = transport == Transport.COOKIE
    if in_cookies:
        tokens.put_in_cookies(access, refresh)
    return {
        "session_id": login.id,
        "person_id": login.person_id,
        "district_id": login.district_id,
        "expires_at": login.expires_at,
        "expires_in": settings.current().access_token_lifetime,
        "access_token": None if in_cookies else access,
        "refresh_token": None if in_cookies else refresh,
        "csrf_access_token": tokens.csrf_token(access) if in_cookies else None,
        "csrf_refresh_token": tokens.csrf_token(refresh) if in_cookies else None,
    }


@blueprint.route("/auth/login", methods=["POST"])
@blueprint.public(is_alone=True)
@blueprint.refuses(Code.CREDENTIALS_INVALID, Code.LOGIN_THROTTLED, Code.SERVER_BUSY)
@blueprint.arguments(LoginSchema)
@blueprint.response(200, SignedInSchema)
def log_in(fields: dict[str, Any]) -> dict[str, Any]:
    """Sign in with user name and password.

    Every failure gets the same `credentials_invalid`: it never tells whether a
    user name exists. From the fifth failure within 15 minutes on, the next
    attempt on this account from this device or address must wait, twice as long
    each time (`login_throttled`, `Retry-After`). After 10 failures it must wait
    until the 15 minutes are over; so must an address after 200. Attempts that
    run at the same time count as failures until they are answered.

    With `transport: cookie` the tokens come in cookies that no script can read;
    send every change with `X-CSRF-TOKEN`, the value of the cookie
    `csrf_access_token` (for `/auth/refresh`: `csrf_refresh_token`). The answer
    holds both values too, for a front end on another origin, which cannot read
    these cookies.
    """
    transport = fields.pop("transport")
    return _answer(sessions.sign_in(**fields, origin=_origin()), transport)


@blueprint.route("/auth/refresh", methods=["POST"])
@blueprint.public()
@blueprint.refuses(
    Code.TOKEN_MISSING,
    Code.TOKEN_INVALID,
    Code.TOKEN_EXPIRED,
    Code.CSRF_INVALID,
    Code.SESSION_ENDED,
    Code.REFRESH_TOKEN_REUSED,
)
@blueprint.arguments(RefreshSchema)
@blueprint.response(200, SignedInSchema)
def refresh_session(fields: dict[str, Any]) -> dict[str, Any]:
    """Exchange a refresh token for new tokens.

    A refresh token can be used once. A second use ends the session
    (`refresh_token_reused`), because the token may be stolen: let only one tab
    of a browser refresh, and never retry a refresh with the same token.

    `person_id` switches to another person of the account; the access token of
    the previous person is then refused.
    """
    renewal = tokens.renewal(fields.get("refresh_token"))
    signed_in = sessions.renew(renewal.session_id, renewal.key, fields.get("person_id"))
    return _answer(signed_in, Transport.COOKIE if renewal.is_cookie else Transport.BEARER)


@blueprint.route("/auth/logout", methods=["POST"])
@blueprint.requires(Permission.SELF_MANAGE, media=None, keyed=False)
@blueprint.response(204)
def log_out(access: Access) -> None:
    """End this session.

    Its tokens are refused at once; cookies are deleted.
    """
    sessions.end_own(access)
    tokens.drop_cookies()


@blueprint.route("/auth/password", methods=["POST"])
@blueprint.requires(Permission.SELF_MANAGE, keyed=False)
@blueprint.refuses(Code.PASSWORD_WEAK, Code.LOGIN_THROTTLED)
@blueprint.arguments(PasswordChangeSchema)
@blueprint.response(204)
def change_password(access: Access, fields: dict[str, Any]) -> None:
    """Change your own password.

    Every other session of the account ends; this one continues. A wrong
    `current_password` counts as a failed sign-in.
    """
    sessions.change_password(access, fields["current_password"], fields["new_password"], _origin())


@blueprint.route("/me/personal-email", methods=["POST"])
@blueprint.requires(Permission.SELF_MANAGE, keyed=False)
@blueprint.refuses(Code.MAIL_UNAVAILABLE, Code.LOGIN_THROTTLED)
@blueprint.arguments(PersonalEmailEntrySchema)
@blueprint.response(200, PersonalEmailSchema)
def enter_personal_email(access: Access, fields: dict[str, Any]) -> PersonalEmail:
    """Enter your own e-mail, as a student, before you leave the school.

    A code is mailed there; send it to `/me/personal-email/verification`. Until then the one
    that was verified before counts. After you have left, codes for a new password are mailed
    to your own e-mail, and nowhere else. A wrong `current_password` counts as a failed
    sign-in. 403 for whoever is no student.
    """
    address, password = fields["email"], fields["current_password"]
    return personal_emails.enter(access, address, password, _origin())


@blueprint.route("/me/personal-email/verification", methods=["POST"])
@blueprint.requires(Permission.SELF_MANAGE, keyed=False)
@blueprint.refuses(Code.ACTIVATION_INVALID, Code.LOGIN_THROTTLED)
@blueprint.arguments(PersonalEmailCodeSchema)
@blueprint.response(200, PersonalEmailSchema)
def verify_personal_email(access: Access, fields: dict[str, str]) -> PersonalEmail:
    """Verify your own e-mail with the code that was mailed there.

    The code works for a day. From then on your account stays yours when you have left: to
    read your record, and to take it along.
    """
    return personal_emails.verify(access, fields["code"], _origin())


@blueprint.route("/auth/activate", methods=["POST"])
@blueprint.public()
@blueprint.refuses(
    Code.ACTIVATION_INVALID,
    Code.PASSWORD_WEAK,
    Code.PERSON_HAS_NO_USERNAME,
    Code.USERNAME_TAKEN,
    Code.LOGIN_THROTTLED,
)
@blueprint.arguments(ActivationSchema)
@blueprint.response(200, SignedInSchema)
def activate_account(fields: dict[str, Any]) -> dict[str, Any]:
    """Choose a password with the code of an invitation, and sign in.

    The code works once, until it expires. If the person already has an account,
    this sets a new password and ends the account's other sessions. After another
    error (`password_weak`, `username_taken`) the code still works.
    """
    transport = fields.pop("transport")
    username = fields.pop("username", None)
    return _answer(actions.activate(**fields, username=username, origin=_origin()), transport)


@blueprint.route("/auth/password-reset", methods=["POST"])
@blueprint.public()
@blueprint.refuses(Code.LOGIN_THROTTLED)
@blueprint.arguments(ResetRequestSchema)
@blueprint.response(202)
def request_password_reset(fields: dict[str, Any]) -> None:
    """Ask for a code to choose a new password.

    The code is mailed if the user name exists and its person has an e-mail; the
    answer is the same if not. People without an e-mail ask the school for a new
    invitation.
    """
    actions.request_reset(fields["username"], fields.get("district"), _origin())


@blueprint.route("/auth/password-reset/confirm", methods=["POST"])
@blueprint.public()
@blueprint.refuses(Code.ACTIVATION_INVALID, Code.PASSWORD_WEAK, Code.LOGIN_THROTTLED)
@blueprint.arguments(CodeSchema)
@blueprint.response(200, SignedInSchema)
def confirm_password_reset(fields: dict[str, Any]) -> dict[str, Any]:
    """Choose a new password with a mailed code, and sign in.

    The code works once, for an hour. Every other session of the account ends.
    """
    transport = fields.pop("transport")
    return _answer(actions.activate(**fields, username=None, origin=_origin()), transport)


@blueprint.route("/auth/sessions")
@blueprint.requires(Permission.SELF_MANAGE)
@blueprint.lists(SessionSchema, SESSIONS)
def list_sessions(access: Access) -> Any:
    """List your own open sessions.

    Lists the sessions of the person you act as; `is_current` marks this one.
    """
    return access.select(LoginSession).where(sessions.is_open())


@blueprint.route("/auth/sessions/<uuid:session_id>", methods=["DELETE"])
@blueprint.requires(Permission.SELF_MANAGE, LoginSession)
@blueprint.response(204)
def end_session(access: Access, login: LoginSession) -> None:
    """End one of your own sessions.

    Its tokens are refused at once. Ending a session that is over changes nothing.
    """
    sessions.end([login], EndReason.ENDED, access.caller.person_id)


@blueprint.route("/me")
@blueprint.requires(Permission.SELF_MANAGE)
@blueprint.response(200, MeSchema)
def get_me(access: Access) -> dict[str, Any]:
    """Get the caller's person, roles and permissions, and the settings a front end needs.

    A person who has no role yet may call it too: then `roles` and most other
    members are empty.
    """
    return presenters.describe(access)
