"""Access points of kits: boxes that make a network for scanners and printers, by 4G or behind a cable.

An operator's program on the box, or beside it, tells how it is, by a token of the box's own; who has no such program
still sees when its data plan ends. A token can only tell: it reads nothing.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from ticketing import audit, kits
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.ids import new_id, new_secret, secret_hash
from ticketing.refusals import EditedMeanwhile, NotFound, NotSignedIn, TooManyAccessPoints
from ticketing.sql import Connection, load
from ticketing.texts import text_of

PREFIX = "placeur_access_point_"
"""So that a token found where it should not be is known for what it is."""
TOKEN_CHARS_MAX = 100
NAME_CHARS_MAX = 60
IDENTITY_CHARS_MAX = 60
NETWORK_CHARS_MAX = 40
POINTS_MAX = 20
"""Not retired, in one kit."""
ROWS_MAX = 1000
SILENT_AFTER = timedelta(minutes=15)
REPORT_HOLDS = timedelta(hours=12)
"""How long what it told says something: a box in a cupboard is not missed."""
BATTERY_LOW, SIGNAL_LOW = 20, 20
DATA_LOW_MB = 500
PLAN_ENDS_SOON = timedelta(days=3)

SQL = load("access_points")


class Kind(StrEnum):
    """How a box reaches the internet."""

    MOBILE = "mobile"
    """By a SIM card: 4G or 5G."""
    WIFI = "wifi"
    """By a cable, at the venue."""


class Trouble(StrEnum):
    """What is wrong with an access point, worst first."""

    SILENT = "silent"
    """It told of itself today, and has said nothing for a while."""
    PLAN_OVER = "plan_over"
    DATA_LOW = "data_low"
    BATTERY_LOW = "battery_low"
    SIGNAL_LOW = "signal_low"
    PLAN_ENDS = "plan_ends"
    """Within days."""


class PointChoice(Struct, frozen=True, kw_only=True):
    """What somebody decides of an access point. `identity`: what is written on it, such as its serial number."""

    name: str
    kind: Kind
    identity: str = ""
    plan_ends_on: date | None = None


class Beat(Struct, frozen=True, kw_only=True):
    """What an access point tells of itself; None for what it does not know. Battery and signal in percent."""

    connected_count: int | None = None
    battery: int | None = None
    charging: bool | None = None
    signal: int | None = None
    data_left_mb: int | None = None
    network: str = ""


class AccessPoint(Struct, frozen=True, kw_only=True):
    """An access point as it is kept. `reports`: it has a token to tell of itself with."""

    id: UUID
    kit_id: UUID
    name: str
    identity: str
    kind: Kind
    plan_ends_on: date | None
    reports: bool
    version: int
    reported_at: datetime | None
    seen_from: str
    connected_count: int | None
    battery: int | None
    charging: bool | None
    signal: int | None
    data_left_mb: int | None
    network: str

    def days_left(self, today: date) -> int | None:
        """Days that its data plan lasts, today included; 0 when it is over, None when nobody said."""
        return None if self.plan_ends_on is None else max((self.plan_ends_on - today).days + 1, 0)

    def troubles(self, now: datetime, today: date) -> list[Trouble]:
        """What is wrong with it: by what it told last, as far as that says something still, and by its data plan."""
        since = None if self.reported_at is None else now - self.reported_at
        fresh, days = since is not None and since <= REPORT_HOLDS, self.days_left(today)
        found = {
            Trouble.SILENT: since is not None and SILENT_AFTER < since <= REPORT_HOLDS,
            Trouble.PLAN_OVER: days == 0,
            Trouble.DATA_LOW: fresh and self.data_left_mb is not None and self.data_left_mb < DATA_LOW_MB,
            Trouble.BATTERY_LOW: fresh
            and self.battery is not None
            and self.battery < BATTERY_LOW
            and not self.charging,
            Trouble.SIGNAL_LOW: fresh and self.signal is not None and self.signal < SIGNAL_LOW,
            Trouble.PLAN_ENDS: days is not None and 0 < days <= PLAN_ENDS_SOON.days,
        }
        return [trouble for trouble in Trouble if found[trouble]]


class Point(Struct, frozen=True):
    """The access point that calls."""

    id: UUID
    box_office_id: UUID
    name: str


async def add(db: Database, box_office_id: UUID, kit_id: UUID, choice: PointChoice, by: Actor, now: datetime) -> UUID:
    """Add an access point to a kit; its id. Raises InputRefused, NotFound, TooManyAccessPoints."""
    values, point_id = _values(choice), new_id()
    async with db.transaction() as c:
        kit = await kits.locked(c, box_office_id, kit_id)
        if kit.retired_at is not None:
            raise NotFound(what="kit")
        if await SQL.count.value(c, kit_id=kit_id) >= POINTS_MAX:
            raise TooManyAccessPoints(points_max=POINTS_MAX)
        await SQL.create.run(c, point_id=point_id, kit_id=kit_id, now=now, **values)
        told = {name: (None, value) for name, value in values.items() if value} | {"kit": (None, kit.name)}
        await audit.note(c, by, "access-point.added", _subject(point_id, str(values["name"]), box_office_id), now, told)
    return point_id


async def edit(
    db: Database, box_office_id: UUID, point_id: UUID, version: int, choice: PointChoice, by: Actor, now: datetime
) -> None:
    """Change an access point. Raises InputRefused, NotFound, EditedMeanwhile."""
    values = _values(choice)
    async with db.transaction() as c:
        before = await _locked(c, box_office_id, point_id)
        if before.version != version:
            raise EditedMeanwhile(what="access point")
        await SQL.edit.run(c, point_id=point_id, **values)
        changes = {name: (getattr(before, name), new) for name, new in values.items() if getattr(before, name) != new}
        await audit.note(c, by, "access-point.edited", _subject(point_id, before.name, box_office_id), now, changes)


async def renew_token(db: Database, box_office_id: UUID, point_id: UUID, by: Actor, now: datetime) -> str:
    """Make the token that an access point tells of itself with: it is nowhere else, and the one before ends. Raises
    NotFound."""
    token = PREFIX + new_secret()
    async with db.transaction() as c:
        point = await _locked(c, box_office_id, point_id)
        await SQL.set_token.run(c, point_id=point_id, hash=secret_hash(token))
        await audit.note(c, by, "access-point.token-made", _subject(point_id, point.name, box_office_id), now)
    return token


async def retire(db: Database, box_office_id: UUID, point_id: UUID, by: Actor, now: datetime) -> str:
    """An access point is used no more, and its token ends; its name. Raises NotFound."""
    async with db.transaction() as c:
        point = await _locked(c, box_office_id, point_id)
        await SQL.retire.run(c, point_id=point_id, now=now)
        await audit.note(c, by, "access-point.retired", _subject(point_id, point.name, box_office_id), now)
    return point.name


async def list_of(db: Database, box_office_id: UUID, kit_id: UUID | None = None) -> list[AccessPoint]:
    """The access points of a box office's kits, or of one, by kit and name."""
    async with db.read() as c:
        return await SQL.list_of.all(c, AccessPoint, box_office_id=box_office_id, kit_id=kit_id, rows_max=ROWS_MAX)


async def get(db: Database, box_office_id: UUID, point_id: UUID) -> AccessPoint:
    """An access point of a box office's kits that is used, or NotFound."""
    for one in await list_of(db, box_office_id):
        if one.id == point_id:
            return one
    raise NotFound(what="access point")


async def verify(db: Database, token: str, now: datetime, address: str = "") -> Point:
    """The access point behind a token; NotSignedIn for one that is unknown or ended."""
    if len(token) > TOKEN_CHARS_MAX or not token.startswith(PREFIX):
        raise NotSignedIn()
    async with db.read() as c:
        found = await SQL.by_hash.one(c, Point, hash=secret_hash(token))
    if found is None:
        raise NotSignedIn()
    return found


async def beat(db: Database, point: Point, told: Beat, address: str, now: datetime) -> None:
    """Keep what an access point tells of itself: all of it replaces what it told before. Raises InputRefused."""
    network = text_of(told.network, "network", chars_min=0, chars_max=NETWORK_CHARS_MAX)
    async with db.read() as c:
        await SQL.beat.run(
            c, point_id=point.id, now=now, seen_from=address, connected_count=told.connected_count,
            battery=told.battery, charging=told.charging, signal=told.signal, data_left_mb=told.data_left_mb,
            network=network,
        )  # fmt: skip


async def _locked(c: Connection, box_office_id: UUID, point_id: UUID) -> AccessPoint:
    found = await SQL.lock.one(c, AccessPoint, box_office_id=box_office_id, point_id=point_id)
    if found is None:
        raise NotFound(what="access point")
    return found


def _values(choice: PointChoice) -> dict[str, object]:
    return {
        "name": text_of(choice.name, "name", chars_max=NAME_CHARS_MAX),
        "identity": text_of(choice.identity, "identity", chars_min=0, chars_max=IDENTITY_CHARS_MAX),
        "kind": choice.kind,
        "plan_ends_on": choice.plan_ends_on,
    }


def _subject(point_id: UUID, name: str, box_office_id: UUID) -> Subject:
    return Subject(kind="access_point", id=point_id, name=name, box_office_id=box_office_id)
