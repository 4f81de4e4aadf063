"""The operator's settings, read once from the environment and never changed afterwards."""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkstemp
from urllib.parse import urlsplit

import limits
from environs import Env, EnvError, validate
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

SECRET_FILE = "secret.key"
SHORTEST_SECRET = 32
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
DATABASE_FORMS = "write it like postgresql://user:password@host/name or sqlite:////path/to/file."
DEFAULT_PORTS = {"http": 80, "https": 443}
# A name in ASCII (browsers send others as punycode), or an IP address.
HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|[0-9a-f:.]+")


class UnsafeSettings(Exception):
    """The settings in the environment are not safe enough to start with."""


@dataclass(frozen=True)
class Settings:
    """All settings, with defaults that are safe on a laptop.

    `database_url` names the role that the application runs as; it owns nothing. On
    PostgreSQL `migration_database_url` names the role that owns the schema. Durations are in
    seconds, sizes in bytes. `trusted_proxies` is the number of proxies in front that set
    X-Forwarded-For; without it, all clients behind a proxy share its address and login throttle.
    """

    environment: str
    data_dir: Path
    database_url: str
    migration_database_url: str
    secret_key: str
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    cors_origins: tuple[str, ...] = ()
    cors_credentials: bool = False
    mail_url: str = ""
    mail_from: str = "plp@localhost"
    rate_limit: str = "1200/minute"
    rate_limit_storage_url: str = "memory://"
    access_token_lifetime: int = 900
    session_lifetime: int = 14 * 86400
    trusted_proxies: int = 0
    body_limit: int = 1 << 20
    package_limit: int = 256 << 20
    framework_limit: int = 32 << 20
    storage_url: str = ""
    scan_limit: int = 10 << 20
    upload_limit: int = 64 << 20
    clamd_url: str = ""
    link_checks: bool = True
    disk_reserve: int = 64 << 20
    database_pool: int = 8
    database_pipeline: str = "own"
    web_processes: int = 2
    web_threads: int = 8
    worker_threads: int = 2
    queue_url: str = ""
    job_lease: int = 60
    password_cost: str = "interactive"
    log_level: str = "INFO"

    @property
    def is_production(self) -> bool:
        """Whether this is production, which does not start with unsafe settings."""
        return self.environment == "production"


_used: ContextVar[Settings] = ContextVar("settings")


@contextmanager
def using(settings: Settings) -> Iterator[None]:
    """Make `current` return these settings in the block."""
    token = _used.set(settings)
    try:
        yield
    finally:
        _used.reset(token)


def current() -> Settings:
    """The settings of the running application, or else those of the environment."""
    return _used.get(None) or _of_environment()


@cache
def _of_environment() -> Settings:
    return read()


def read() -> Settings:
    """Read the settings from the process's environment.

    Raises UnsafeSettings (in production without a good secret, or with minimal
    password cost), and environs' EnvError where a value has the wrong form.
    """
    env = Env(prefix="PLP_")
    environment = env.str(
        "ENV", "development", validate=validate.OneOf(["development", "production"])
    )
    data_dir = Path(env.str("DATA_DIR", "var")).absolute()
    database_url = env.str("DATABASE_URL", f"sqlite:///{data_dir / 'plp.sqlite'}")
    return Settings(
        environment=environment,
        data_dir=data_dir,
        database_url=_database(database_url, "PLP_DATABASE_URL"),
        migration_database_url=_database(
            env.str("MIGRATION_DATABASE_URL", database_url), "PLP_MIGRATION_DATABASE_URL"
        ),
        secret_key=_secret(env.str("SECRET_KEY", ""), environment, data_dir),
        host=env.str("HOST", "127.0.0.1"),
        port=env.int("PORT", 8000, validate=validate.Range(0, 65535)),
        public_url=env.str("PUBLIC_URL", "").rstrip("/"),
        cors_origins=_origins(env.str("CORS_ORIGINS", "")),
        cors_credentials=env.bool("CORS_CREDENTIALS", False),
        mail_url=env.str("MAIL_URL", ""),
        mail_from=env.str("MAIL_FROM", "plp@localhost"),
        rate_limit=_rate(env.str("RATE_LIMIT", "1200/minute")),
        rate_limit_storage_url=env.str("RATE_LIMIT_STORAGE_URL", "memory://"),
        access_token_lifetime=env.int("ACCESS_TOKEN_LIFETIME", 900),
        session_lifetime=env.int("SESSION_LIFETIME", 14 * 86400),
        trusted_proxies=env.int("TRUSTED_PROXIES", 0),
        body_limit=env.int("BODY_LIMIT", 1 << 20),
        package_limit=env.int("PACKAGE_LIMIT", 256 << 20),
        framework_limit=env.int("FRAMEWORK_LIMIT", 32 << 20),
        storage_url=env.str("STORAGE_URL", ""),
        scan_limit=env.int("SCAN_LIMIT", 10 << 20),
        upload_limit=env.int("UPLOAD_LIMIT", 64 << 20),
        clamd_url=env.str("CLAMD_URL", ""),
        link_checks=env.bool("LINK_CHECKS", True),
        disk_reserve=env.int("DISK_RESERVE", 64 << 20, validate=validate.Range(min=0)),
        database_pool=env.int("DATABASE_POOL", 8),
        database_pipeline=env.str(
            "DATABASE_PIPELINE", "own", validate=validate.OneOf(["own", "driver"])
        ),
        web_processes=env.int("WEB_PROCESSES", 2),
        web_threads=env.int("WEB_THREADS", 8),
        worker_threads=env.int("WORKER_THREADS", 2, validate=validate.Range(min=1)),
        queue_url=_with_driver(env.str("QUEUE_URL", "")),
        job_lease=env.int("JOB_LEASE", 60, validate=validate.Range(min=1)),
        password_cost=_password_cost(env, environment),
        log_level=env.str("LOG_LEVEL", "INFO", validate=validate.OneOf(LOG_LEVELS)),
    )


def _password_cost(env: Env, environment: str) -> str:
    cost = env.str(
        "PASSWORD_COST", "interactive", validate=validate.OneOf(["interactive", "minimal"])
    )
    if cost == "minimal" and environment == "production":
        raise UnsafeSettings("PLP_PASSWORD_COST=minimal is for tests, not for production.")
    return cost


def _origins(listed: str) -> tuple[str, ...]:
    return tuple(_origin(text.strip()) for text in listed.split(",")) if listed.strip() else ()


def _origin(origin: str) -> str:
    """The origin, as browsers write it in `Origin`; another form would never match."""
    if origin == "*":
        raise EnvError(
            "PLP_CORS_ORIGINS: * would let every web page use the API; name each origin."
        )
    if origin != _origin_of(origin):
        raise EnvError(
            f"PLP_CORS_ORIGINS: {origin!r} is not an origin; write it like https://app.example.org"
            " or http://localhost:5173, in lower case, without path, slash or default port."
        )
    return origin


def _origin_of(url: str) -> str | None:
    """Scheme, host and port of an http(s) URL, as a browser writes them; None for any other."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or not HOST.fullmatch(parts.hostname or ""):
        return None
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    is_default = port in (None, DEFAULT_PORTS[parts.scheme])
    return f"{parts.scheme}://{host}" + ("" if is_default else f":{port}")


def _rate(text: str) -> str:
    """A rate that `limits` reads. Raises EnvError."""
    try:
        if text:
            limits.parse(text)
    except ValueError as error:
        raise EnvError(
            f"PLP_RATE_LIMIT: {text!r} is no rate; write it like 1200/minute."
        ) from error
    return text


def _database(url: str, setting: str) -> str:
    """The URL of a database that we have a driver for. Raises EnvError, without the password."""
    with_driver = _with_driver(url)
    try:
        backend = make_url(with_driver).get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise EnvError(f"{setting} is not the URL of a database; {DATABASE_FORMS}") from error
    if backend not in ("postgresql", "sqlite"):
        raise EnvError(f"{setting}: there is no support for {backend}; {DATABASE_FORMS}")
    return with_driver


def _with_driver(url: str) -> str:
    """The URL with the name of our driver; operators write `postgresql://…`."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def _secret(given: str, environment: str, data_dir: Path) -> str:
    """The signing secret: the operator's, or in development a generated one in the data folder."""
    if given:
        if environment == "production" and len(given) < SHORTEST_SECRET:
            raise UnsafeSettings("PLP_SECRET_KEY must have at least 32 characters in production.")
        return given
    if environment == "production":
        raise UnsafeSettings("PLP_SECRET_KEY is not set; production does not start without it.")
    return _generated_secret(data_dir / SECRET_FILE)


def _generated_secret(path: Path) -> str:
    """The secret in the file, which is made where there is none: whole or not at all.

    A file cut short by a full disk would be a secret that anybody can guess.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _write_secret(path)
    secret = path.read_text()
    if len(secret) < SHORTEST_SECRET:
        raise UnsafeSettings(f"{path} is damaged: remove it, and everybody must sign in again.")
    return secret


def _write_secret(path: Path) -> None:
    descriptor, name = mkstemp(dir=path.parent, prefix=f"{SECRET_FILE}.")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(descriptor)
        # Another process may have been quicker; then its secret counts.
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()
