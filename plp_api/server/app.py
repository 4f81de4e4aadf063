"""The application: it registers the areas, and runs each request in one transaction."""

import time
from typing import Any
from uuid import uuid4

import orjson
import structlog
from flask import Flask, Response, current_app, g, request
from flask.json.provider import JSONProvider
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix

from plp_api.foundation import aside, db, logs, metrics
from plp_api.foundation import settings as settings_module
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit.actions import request_id as audit_request_id
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.rest import bodies, cors, documents, errors, limits, refusals, tokens
from plp_api.foundation.rest.later import LaterResponse
from plp_api.foundation.settings import Settings
from plp_api.learning.attestations import page as mentors
from plp_api.learning.sharing import page as shared
from plp_api.planning.signing import page
from plp_api.server import areas
from plp_api.server.operations import routes as operations

TITLE = "PLP API"
DESCRIPTION = """\
Personalized Learning Plans for grades 7-12, which Vermont's Act 77 (16 V.S.A. 941-948) requires
of every school.

Sign in with `POST /api/v1/auth/login` and send the access token as `Authorization: Bearer …`.
`GET /api/v1/me` shows your roles and relationships. Every error is `application/problem+json`;
match its `code`. A value has exactly the type that this document names: a boolean is `true` or
`false`, in a query string too. Lists are paged by `cursor`; a repeated filter means any of its
values. `fields` keeps only some members of an answer. To change a row, send the `ETag` that you
read in `If-Match`. A resource with a life cycle lists in `available_actions` what you may do with
it now.
"""
LONGEST_REQUEST_ID = 64
# A request that sends a file runs three times: to read the file, to check it, to keep it.
MOST_RUNS = 6
log = structlog.get_logger()


class Json(JSONProvider):
    """JSON by orjson: fast, strict UTF-8, instants in UTC with `Z`."""

    def dumps(self, obj: Any, **_: Any) -> str:
        """The text of a value."""
        return orjson.dumps(obj, option=orjson.OPT_UTC_Z, default=str).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """The value of a text. Raises ValueError if it is not JSON."""
        return orjson.loads(s)


class Application(Flask):
    """Flask with one transaction for each request, committed once or not at all."""

    json_provider_class = Json
    database: db.Database
    settings: Settings

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view in one transaction; what follows a problem runs in others, after its end.

        GET opens a read transaction, which SQLite can run beside a writer. A GET
        with the header of a stated reason writes, because it logs the reason; a GET
        that always writes declares it (`requires(…, writes=True)`). Slow output is
        made after the transaction (`rest.later`). If two transactions wait for each
        other (a deadlock), the database rolls one back; that request is run once more.
        """
        try:
            response = self._run_to_its_end()
            if isinstance(response, LaterResponse):
                response.finish()
            return response
        except (Problem, IntegrityError) as error:
            problem = errors.translated(error)
            self._follow(problem)
            raise problem from error

    def _follow(self, problem: Problem) -> None:
        """Store what a problem leaves behind, and let it say what the caller may know."""
        with settings_module.using(self.settings):
            if problem.afterwards:
                with self.database.transaction():
                    problem.afterwards()
            if problem.existing is None:
                refusals.complete(problem, None)
            elif "access" in g:
                self._name_existing(problem)

    def _name_existing(self, problem: Problem) -> None:
        # A new Access: the rows that the first one keeps went with its transaction.
        access = Access(g.access.caller)
        try:
            with self.database.transaction(write=False, districts=access.caller.districts):
                refusals.complete(problem, access)
        except SQLAlchemyError as error:
            log.warning("problem.incomplete", code=problem.code.wire, exc_info=error)

    def _run_to_its_end(self) -> Response:
        """Run the view, and again after each piece of slow work that it comes to (`aside`)."""
        with aside.desk() as desk:
            for _ in range(MOST_RUNS):
                try:
                    return self._run_once_more_if_undone()
                except aside.WorkFirst as wanted:
                    with settings_module.using(self.settings):
                        desk.do(wanted)
                    _rewind()
        raise Problem(Code.SERVER_BUSY)

    def _run_once_more_if_undone(self) -> Response:
        try:
            return self._run()
        except OperationalError as error:
            if not db.is_deadlock(error):
                raise
        log.warning("request.repeated")
        _rewind()
        return self._run()

    def _run(self) -> Response:
        if request.endpoint is not None:
            bodies.receive()
        around = (
            db.using(self.database)
            if _is_of_view("is_alone")
            else self.database.transaction(write=_writes())
        )
        with settings_module.using(self.settings), around:
            return self.make_response(super().dispatch_request())


def _rewind() -> None:
    """Rewind files that were read so that the view can read them again; Flask keeps the rest."""
    for upload in vars(request).get("files", {}).values():
        upload.stream.seek(0)


def create_app(
    settings: Settings | None = None, database: db.Database | None = None
) -> Application:
    """The WSGI application for these settings (default: the environment's)."""
    settings = settings or settings_module.read()
    app = Application("plp_api", static_folder=None)
    app.settings = settings
    app.database = database or db.Database.of(settings)
    app.config.update(
        API_TITLE=TITLE,
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        MAX_CONTENT_LENGTH=settings.body_limit,
        PROPAGATE_EXCEPTIONS=False,
    )
    # Each resource has one URL: `//` is not the same as `/`, and nothing redirects.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    if hops := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    logs.configure(settings.log_level)
    app.before_request(_begin)
    cors.register(app, settings)
    tokens.register(app, settings)
    limits.register(app, settings)
    errors.register(app)
    app.after_request(_end)
    _register_areas(app)
    return app


def _register_areas(app: Application) -> None:
    api = documents.Api(app, spec_kwargs={"info": {"description": DESCRIPTION}})
    api.spec.components.security_scheme(
        "bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    )
    api.spec.components.security_scheme(
        "cookie", {"type": "apiKey", "in": "cookie", "name": "access_token_cookie"}
    )
    app.register_blueprint(operations.blueprint)
    app.register_blueprint(page.blueprint)
    app.register_blueprint(mentors.blueprint)
    app.register_blueprint(shared.blueprint)
    for routes in areas.load_routes():
        api.register_blueprint(routes.blueprint)
    app.extensions["plp_openapi"] = documents.finish(api.spec.to_dict())


def _writes() -> bool:
    """Whether the request may change rows."""
    if request.method not in ("GET", "HEAD") or tokens.REASON_HEADER in request.headers:
        return True
    return _is_of_view("writes")


def _is_of_view(name: str) -> bool:
    """Whether the view declares this attribute."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, name, False)


def _begin() -> None:
    sent = request.headers.get("X-Request-ID", "")
    is_usable = 0 < len(sent) <= LONGEST_REQUEST_ID and sent.isascii() and sent.isprintable()
    g.request_id = sent if is_usable else uuid4().hex
    g.pop("limit_left", None)
    g.started = time.perf_counter()
    audit_request_id.set(g.request_id)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    """Set the request id and `nosniff`, and log and count the request, without names."""
    response.headers["X-Request-ID"] = g.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    if request.path.startswith(tokens.API_PATH):
        response.headers.setdefault("Cache-Control", "no-store")
    seconds = time.perf_counter() - g.started
    route = str(request.url_rule) if request.url_rule else "unknown"
    metrics.observe(request.method, route, response.status_code, seconds)
    log.info(
        "request.answered",
        method=request.method,
        route=route,
        status=response.status_code,
        milliseconds=round(seconds * 1000, 1),
    )
    return response
