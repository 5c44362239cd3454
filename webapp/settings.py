"""What an installation is told from outside: frozen, typed, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app

PROJECT_FOLDER = Path(__file__).resolve().parent.parent
DATABASE_NAME = "onewindow"
APP_ROLE = "onewindow_app"
OWNER_ROLE = "onewindow_owner"
LONGEST_SMS_WINDOW_MINUTES = 24 * 60
"""What is counted of messages is kept no longer than it is looked back at (`services/cleaning`)."""
BATCH_WAITS_SECONDS = (10, 30, 60, 120, 300, 600)
"""How long a case of a batch that is in somebody's hand is left alone, each time; then it is given up."""
SOCKET_RECORD = "postgres-socket"
"""File in the data folder that says in which folder the embedded server listens."""


class SettingsInvalid(Exception):
    """The environment does not describe an installation that may start; the message names the variable."""

    def __init__(self, variable: str, reason: str) -> None:
        super().__init__(f"{variable}: {reason}")
        self.variable = variable
        self.reason = reason


class Environment(StrEnum):
    """What the installation is for. Demo accounts exist in `demo` alone; `production` refuses plain http."""

    DEMO = "demo"
    PRODUCTION = "production"
    TEST = "test"


@dataclass(frozen=True)
class Settings:
    """One installation. Folders are absolute; addresses are SQLAlchemy URLs with the psycopg driver."""

    environment: Environment
    home: Path
    host: str
    port: int
    database_url: str
    database_owner_url: str
    embedded_database: bool
    secret_key: str
    pepper: str
    public_url: str
    processes_dir: Path = PROJECT_FOLDER / "processes"
    forms_dir: Path = PROJECT_FOLDER / "forms"
    language: str = "zh"
    timezone: str = "Asia/Shanghai"
    max_request_bytes: int = 40 * 1024 * 1024
    web_processes: int = 2
    web_threads: int = 4
    trusted_proxies: int = 0
    message_ttl_seconds: int = 3600
    batch_tries: int = 3
    batch_waits: tuple[int, ...] = BATCH_WAITS_SECONDS
    seal_token: str = ""
    signing_passphrase: str = ""
    timestamp_url: str = ""
    sms_url: str = ""
    sms_token: str = ""
    sms_per_number: int = 5
    sms_window_minutes: int = 60
    handover_url: str = ""
    handover_secret: str = ""
    smtp_url: str = ""
    smtp_password: str = ""
    smtp_ca: str = ""
    mail_from: str = ""
    notice_url: str = ""
    notice_token: str = ""
    notice_secret: str = ""

    @property
    def production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def files_dir(self) -> Path:
        """Where uploaded files are kept, by their SHA-256."""
        return self.home / "files"

    def require_secrets(self) -> None:
        """Raise SettingsInvalid for a secret that set-up has not made yet."""
        for variable, value in (("ONEWINDOW_SECRET_KEY", self.secret_key), ("ONEWINDOW_PEPPER", self.pepper)):
            if not value:
                raise SettingsInvalid(variable, f"not set, and {self.home} has none; run `onewindow up` first")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read and check everything. Raises SettingsInvalid naming the first variable at fault."""
        env = os.environ if environ is None else environ
        environment = _environment(env)
        home = Path(env.get("ONEWINDOW_HOME") or PROJECT_FOLDER / "var").expanduser().resolve()
        host, port = env.get("ONEWINDOW_HOST") or "127.0.0.1", _whole_number(env, "ONEWINDOW_PORT", 8000)
        app_url, owner_url = _database_urls(env, environment, home)
        return cls(
            environment=environment,
            home=home,
            host=host,
            port=port,
            database_url=app_url,
            database_owner_url=owner_url,
            embedded_database=not env.get("DATABASE_URL"),
            secret_key=_secret(env, "ONEWINDOW_SECRET_KEY", environment, home),
            pepper=_secret(env, "ONEWINDOW_PEPPER", environment, home),
            public_url=_public_url(env, environment, host, port),
            processes_dir=_folder(env, "ONEWINDOW_PROCESSES", PROJECT_FOLDER / "processes"),
            forms_dir=_folder(env, "ONEWINDOW_FORMS", PROJECT_FOLDER / "forms"),
            web_processes=_whole_number(env, "ONEWINDOW_WEB_PROCESSES", 2),
            web_threads=_whole_number(env, "ONEWINDOW_WEB_THREADS", 4),
            trusted_proxies=_whole_number(env, "ONEWINDOW_TRUSTED_PROXIES", 0),
            message_ttl_seconds=_whole_number(env, "ONEWINDOW_MESSAGE_TTL_SECONDS", 3600),
            batch_tries=_at_least_one(env, "ONEWINDOW_BATCH_TRIES", 3),
            batch_waits=_growing_seconds(env, "ONEWINDOW_BATCH_WAITS", BATCH_WAITS_SECONDS),
            seal_token=env.get("ONEWINDOW_SEAL_TOKEN", ""),
            signing_passphrase=env.get("ONEWINDOW_SIGNING_PASSPHRASE", ""),
            timestamp_url=_timestamp_url(env),
            sms_url=_outside_url(env, "ONEWINDOW_SMS_URL"),
            sms_token=env.get("ONEWINDOW_SMS_TOKEN", ""),
            sms_per_number=_at_least_one(env, "ONEWINDOW_SMS_PER_NUMBER", 5),
            sms_window_minutes=_minutes(env, "ONEWINDOW_SMS_WINDOW_MINUTES", 60, longest=LONGEST_SMS_WINDOW_MINUTES),
            handover_url=_signed_url(env, "ONEWINDOW_HANDOVER_URL", "ONEWINDOW_HANDOVER_SECRET"),
            handover_secret=env.get("ONEWINDOW_HANDOVER_SECRET", ""),
            smtp_url=_smtp_url(env),
            smtp_password=env.get("ONEWINDOW_SMTP_PASSWORD", ""),
            smtp_ca=env.get("ONEWINDOW_SMTP_CA", ""),
            mail_from=_mail_from(env),
            notice_url=_signed_url(env, "ONEWINDOW_NOTICE_URL", "ONEWINDOW_NOTICE_SECRET"),
            notice_token=env.get("ONEWINDOW_NOTICE_TOKEN", ""),
            notice_secret=env.get("ONEWINDOW_NOTICE_SECRET", ""),
        )


def current_settings() -> Settings:
    """The settings of the application in whose context the caller runs."""
    settings: Settings = current_app.extensions["onewindow_settings"]
    return settings


def database_url(role: str, socket_folder: str, database: str = DATABASE_NAME) -> str:
    """SQLAlchemy address of a database on a server that listens on a socket in `socket_folder`."""
    return f"postgresql+psycopg://{role}@/{database}?host={socket_folder}"


def plain_url(sqlalchemy_url: str) -> str:
    """The same address as libpq and psycopg read it."""
    return sqlalchemy_url.replace("postgresql+psycopg://", "postgresql://", 1)


def secret_file(home: Path, variable: str) -> Path:
    """Where the data folder keeps the secret that `variable` may override."""
    return home / "secrets" / variable.removeprefix("ONEWINDOW_").lower()


def _environment(env: Mapping[str, str]) -> Environment:
    name = env.get("ONEWINDOW_ENV") or Environment.DEMO.value
    if name not in set(Environment):
        raise SettingsInvalid("ONEWINDOW_ENV", f"{name!r} is none of {', '.join(Environment)}")
    return Environment(name)


def _whole_number(env: Mapping[str, str], variable: str, default: int) -> int:
    text = env.get(variable) or str(default)
    if not text.isdecimal():
        raise SettingsInvalid(variable, f"{text!r} is not a whole number")
    return int(text)


def _folder(env: Mapping[str, str], variable: str, default: Path) -> Path:
    return Path(env.get(variable) or default).expanduser().resolve()


def _secret(env: Mapping[str, str], variable: str, environment: Environment, home: Path) -> str:
    """From the environment, else (outside production) from the data folder; empty before set-up wrote it."""
    if value := env.get(variable):
        return value
    if environment is Environment.PRODUCTION:
        raise SettingsInvalid(variable, "must be set in production")
    kept = secret_file(home, variable)
    return kept.read_text("utf-8").strip() if kept.exists() else ""


def _database_urls(env: Mapping[str, str], environment: Environment, home: Path) -> tuple[str, str]:
    if given := env.get("DATABASE_URL"):
        return _with_driver(given), _with_driver(env.get("DATABASE_OWNER_URL", ""))
    if environment is Environment.PRODUCTION:
        raise SettingsInvalid("DATABASE_URL", "must name the PostgreSQL server in production")
    record = home / SOCKET_RECORD
    socket_folder = record.read_text("utf-8").strip() if record.exists() else str(home / "run")
    return database_url(APP_ROLE, socket_folder), database_url(OWNER_ROLE, socket_folder)


def _with_driver(url: str) -> str:
    """Name the psycopg driver: people copy addresses as `postgres://` or `postgresql://`."""
    _, separator, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if separator else url


def _timestamp_url(env: Mapping[str, str]) -> str:
    """The service of time stamps for signatures (RFC 3161); empty: signatures carry no time stamp."""
    return _outside_url(env, "ONEWINDOW_TIMESTAMP_URL")


def _at_least_one(env: Mapping[str, str], variable: str, default: int) -> int:
    """A count that is a whole number of one or more."""
    number = _whole_number(env, variable, default)
    if number < 1:
        raise SettingsInvalid(variable, "must be at least 1")
    return number


def _minutes(env: Mapping[str, str], variable: str, default: int, *, longest: int) -> int:
    """A time in whole minutes, from one to `longest`."""
    number = _at_least_one(env, variable, default)
    if number > longest:
        raise SettingsInvalid(variable, f"must be at most {longest}")
    return number


def _growing_seconds(env: Mapping[str, str], variable: str, default: tuple[int, ...]) -> tuple[int, ...]:
    """Whole seconds with spaces between, none shorter than the one before."""
    given = (env.get(variable) or "").split()
    if not all(one.isdecimal() for one in given):
        raise SettingsInvalid(variable, "must be whole numbers of seconds with spaces between")
    seconds = tuple(int(one) for one in given) or default
    if seconds[0] < 1 or list(seconds) != sorted(seconds):
        raise SettingsInvalid(variable, "must begin with at least 1 second and not become shorter")
    return seconds


def _outside_url(env: Mapping[str, str], variable: str) -> str:
    """The address of another system; over plain http on this very machine only. Empty: there is none."""
    given = env.get(variable, "")
    try:
        address = urlsplit(given)
        here = address.scheme == "http" and address.hostname in THIS_MACHINE
    except ValueError as wrong:
        raise SettingsInvalid(variable, "must be an https:// address") from wrong
    if given and not (address.scheme == "https" and address.hostname) and not here:
        raise SettingsInvalid(variable, "must be an https:// address")
    return given


#: Names of this very machine, by which nothing leaves it.
THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


SHORTEST_SECRET = 32


def _signed_url(env: Mapping[str, str], variable: str, secret_variable: str) -> str:
    """Where signed messages go (rulings to the system of supervision, notices to the gateway); empty: nowhere.

    The secret may stand without an address: then that system answers, and reads the rulings otherwise.
    """
    given, secret = _outside_url(env, variable), env.get(secret_variable, "")
    if (given or secret) and len(secret) < SHORTEST_SECRET:
        raise SettingsInvalid(secret_variable, f"must have at least {SHORTEST_SECRET} characters")
    return given


SMTP_SCHEMES = ("smtp", "smtps")


def _smtp_url(env: Mapping[str, str]) -> str:
    """The mail server: `smtps` speaks TLS from the start, `smtp` goes over to it; to this machine it need not."""
    given = env.get("ONEWINDOW_SMTP_URL", "")
    try:
        address = urlsplit(given)
        right = address.scheme in SMTP_SCHEMES and bool(address.hostname) and (address.port or 1) > 0
    except ValueError as wrong:
        raise SettingsInvalid("ONEWINDOW_SMTP_URL", "must be smtps://host or smtp://host") from wrong
    if given and (not right or address.password is not None):
        reason = "must be smtps://user@host:port or smtp://user@host:port, the password in ONEWINDOW_SMTP_PASSWORD"
        raise SettingsInvalid("ONEWINDOW_SMTP_URL", reason)
    return given


def _mail_from(env: Mapping[str, str]) -> str:
    """The sender of mails: an address, nothing else."""
    given = env.get("ONEWINDOW_MAIL_FROM", "")
    name, _, domain = given.rpartition("@")
    if env.get("ONEWINDOW_SMTP_URL") and not (name and domain and given.isascii() and " " not in given):
        raise SettingsInvalid("ONEWINDOW_MAIL_FROM", "must be the address from which mails are sent")
    return given


def _public_url(env: Mapping[str, str], environment: Environment, host: str, port: int) -> str:
    """The address that people and QR codes use, without a slash at the end."""
    given = (env.get("ONEWINDOW_PUBLIC_URL") or "").rstrip("/")
    if environment is Environment.PRODUCTION and not given.startswith("https://"):
        raise SettingsInvalid("ONEWINDOW_PUBLIC_URL", "must be an https:// address in production")
    return given or f"http://{host}:{port}"
