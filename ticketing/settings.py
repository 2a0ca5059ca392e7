"""Every setting of Placeur, each with its default, its bounds and one line that says what it does.

They come from the environment: `DATABASE_URL`, `REDIS_URL`, and `PLACEUR_<FIELD>` for every other field below. A value
out of bounds, or a `PLACEUR_` name that is no setting, stops the start with a sentence: a limit that was misspelt and
silently ignored is a limit one believes one has. The same fields make the README's table, so it cannot fall behind.
"""

import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from ticketing.refusals import SettingRefused

PREFIX = "PLACEUR_"
BARE_NAMES = {"database_url": "DATABASE_URL", "redis_url": "REDIS_URL"}
NOT_SETTINGS = frozenset({"PLACEUR_FAILPOINT", "PLACEUR_BENCH"})  # for tests of crashes, and benchmarks
SECRET_BYTES = 32


def whole(text: str, ge: int, le: int) -> Meta:
    """A whole number between two bounds, with its line of description."""
    return Meta(ge=ge, le=le, description=text)


def words(text: str) -> Meta:
    """A text, with its line of description."""
    return Meta(description=text)


class Settings(Struct, frozen=True, kw_only=True):
    """All settings. `Settings()` is what an empty environment gives."""

    # Where things are
    database_url: Annotated[str, words("Your own Postgres (>= 15); empty: Placeur starts its own")] = ""
    redis_url: Annotated[str, words("Your own Redis or Valkey (>= 6.2), single or cluster; empty: its own")] = ""
    data: Annotated[str, words("Folder of the servers Placeur starts itself, and of its secret")] = "var"
    host: Annotated[str, words("Address to serve on")] = "127.0.0.1"
    port: Annotated[int, whole("Port to serve on", 1, 65535)] = 8000
    public_url: Annotated[str, words("Address people reach the site at, in mails and payment returns")] = ""
    workers: Annotated[int, whole("Processes that serve; 0: one a core", 0, 256)] = 0
    secret: Annotated[str, words("Secret shared by all processes; empty: made once in the data folder")] = ""
    log_level: Annotated[str, words("debug, info, warning or error")] = "info"

    # Holds and orders
    hold_s: Annotated[int, whole("How long a hold keeps its places", 10, 86_400)] = 600
    held_s_max: Annotated[int, whole("How long renewals and payment may stretch a hold in all", 10, 604_800)] = 3600
    payment_s_max: Annotated[int, whole("How long an order may wait for its payment", 10, 604_800)] = 1200
    pin_ms: Annotated[int, whole("How long ordering keeps a hold from lapsing", 10_000, 300_000)] = 60_000
    order_s_max: Annotated[int, whole("An order's transaction gives up after this; under half a pin", 1, 60)] = 30
    places_per_hold_max: Annotated[int, whole("Places in one hold", 1, 1000)] = 60
    places_per_session_max: Annotated[int, whole("Unpaid places of one browser", 1, 10_000)] = 60
    places_per_account_max: Annotated[int, whole("Unpaid places of one customer account", 1, 10_000)] = 60
    places_per_address_max: Annotated[int, whole("Unpaid places of one network address", 1, 1_000_000)] = 600
    party_max: Annotated[int, whole("People in one request for best places", 1, 20)] = 20

    # Rates and sizes
    reads_per_minute_max: Annotated[int, whole("Anonymous reads a minute and address", 1, 10_000_000)] = 1200
    holds_per_minute_max: Annotated[int, whole("Anonymous holds a minute and address", 1, 10_000_000)] = 60
    numbers_per_minute_max: Annotated[int, whole("Numbers of waiting rooms a minute and address", 1, 10_000_000)] = 120
    uploads_per_minute_max: Annotated[int, whole("Files sent with forms a minute and address", 1, 1_000_000)] = 30
    sign_ins_per_minute_max: Annotated[int, whole("Refused secrets or tokens a minute and address", 1, 1_000_000)] = 60
    trusted_proxies: Annotated[str, words("Proxies whose X-Forwarded-For is believed: addresses, networks")] = (
        "127.0.0.1,::1"
    )
    body_bytes_max: Annotated[int, whole("Largest request body", 1024, 1 << 30)] = 256 * 1024
    plan_bytes_max: Annotated[int, whole("Largest plan file", 1024, 1 << 30)] = 64 * 1024 * 1024
    streams_max: Annotated[int, whole("Open live streams a process", 1, 100_000)] = 2000
    stream_s_max: Annotated[int, whole("How long a live stream lasts before its reader asks again", 1, 86_400)] = 900
    stream_pause_ms: Annotated[int, whole("Least time between two messages of a live stream", 10, 60_000)] = 500
    availability_ms: Annotated[int, whole("How long one answer about free places serves everybody", 0, 10_000)] = 250
    page_rows_max: Annotated[int, whole("Rows in one page of a list", 1, 1000)] = 200

    # Postgres and Redis, for one process
    database_connections_max: Annotated[int, whole("Postgres connections a process", 1, 200)] = 10
    statement_s_max: Annotated[int, whole("Longest statement before Postgres stops it", 1, 3600)] = 30
    lock_s_max: Annotated[int, whole("Longest wait for a lock before Postgres gives up", 1, 600)] = 10
    pools_warmed_max: Annotated[int, whole("Pools of the next dates made ready before a process serves", 0, 1000)] = 64
    halls_cached_max: Annotated[int, whole("Packed halls kept in a process", 1, 1000)] = 32

    # The worker
    jobs_at_once_max: Annotated[int, whole("Jobs a worker runs at once", 1, 200)] = 10
    job_attempts_max: Annotated[int, whole("Tries of one job before it is set aside", 1, 100)] = 10
    reconcile_s: Annotated[int, whole("Pause between two comparisons of Redis with Postgres", 1, 60)] = 30
    check_s: Annotated[int, whole("Pause between two checks of everything that must be true", 1, 86_400)] = 60
    expiry_s: Annotated[int, whole("Pause between two searches for orders past their payment time", 1, 30)] = 5

    # Printers
    printer_networks: Annotated[
        str, words("Private networks in which the server itself prints: addresses, networks; others are for agents")
    ] = ""
    printer_ports: Annotated[str, words("Ports at which the server prints: IPP, raw, Zebra's mobile printers")] = (
        "631,9100-9109,6101"
    )

    # Mail and payment
    smtp_url: Annotated[str, words("smtp://user:password@host:port or smtps://; empty: mails are kept as files")] = ""
    mail_from: Annotated[str, words("Sender of every mail")] = "tickets@localhost"
    sandbox_payments: Annotated[bool, words("Offer the sandbox payment provider")] = True


class SettingRow(Struct, frozen=True):
    """One row of the README's table."""

    name: str
    default: str
    description: str
    bounds: str


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings in an environment; SettingRefused names the variable and what is wrong with it."""
    known = {environment_name(field): field for field in Settings.__struct_fields__}
    for name in environ:
        if name.startswith(PREFIX) and name not in known and name not in NOT_SETTINGS:
            raise SettingRefused(name=name, problem="there is no such setting")
    fields = {field.name: field for field in msgspec.structs.fields(Settings)}
    values = {field: _read(fields[field], name, environ[name]) for name, field in known.items() if name in environ}
    return _consistent(Settings(**values))


def environment_name(field: str) -> str:
    """The variable a field is read from."""
    return BARE_NAMES.get(field) or PREFIX + field.upper()


def rows() -> Iterator[SettingRow]:
    """The table of settings, in the order of the fields."""
    for field in msgspec.structs.fields(Settings):
        meta = field.type.__metadata__[0]
        default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
        bounds = f"{meta.ge} to {meta.le}" if field.type.__origin__ is int else ""
        yield SettingRow(environment_name(field.name), default, meta.description, bounds)


def site_url(settings: Settings) -> str:
    """Where people reach the site, without a slash at its end."""
    return settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"


def secret_bytes(settings: Settings) -> bytes:
    """The secret every process of one installation shares, 32 bytes.

    Given as `PLACEUR_SECRET` (64 hexadecimal digits), or made once in the data folder, readable by its owner alone.
    Several processes that start at once agree: the file is created under its final name, whole or not at all.
    """
    if settings.secret:
        return bytes.fromhex(settings.secret)
    path = Path(settings.data) / "secret"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"secret.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        draft.touch(mode=0o600)
        draft.write_bytes(secrets.token_bytes(SECRET_BYTES))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()


def _read(field: msgspec.structs.FieldInfo, name: str, text: str) -> Any:
    try:
        return msgspec.convert(text.strip(), field.type, strict=False)
    except msgspec.ValidationError:
        meta = field.type.__metadata__[0]
        wanted = "true or false" if field.type.__origin__ is bool else f"a whole number from {meta.ge} to {meta.le}"
        raise SettingRefused(name=name, problem=f"{text!r} is not {wanted}") from None


def _consistent(settings: Settings) -> Settings:
    """Refuse settings that contradict each other."""
    if settings.held_s_max < settings.hold_s:
        raise SettingRefused(name="PLACEUR_HELD_S_MAX", problem="it is shorter than PLACEUR_HOLD_S")
    if settings.order_s_max * 2000 > settings.pin_ms:
        raise SettingRefused(name="PLACEUR_ORDER_S_MAX", problem="it is longer than half of PLACEUR_PIN_MS")
    if settings.secret and not _is_secret(settings.secret):
        raise SettingRefused(name="PLACEUR_SECRET", problem="it must be 64 hexadecimal digits")
    return settings


def _is_secret(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) == SECRET_BYTES
    except ValueError:
        return False
