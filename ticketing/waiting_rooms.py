"""Waiting rooms: an event that more people come to than can be served at once lets them in by number.

A room is announced before it opens, and the hash of its seed is told. Everybody who comes until then is shuffled by
that seed, which is told at the opening; whoever comes later stands behind, in the order of coming. From then on one
number rises (`ticketing.waiting_steps`), and everybody ranked below it may take places. A paused room calls nobody, and
keeps those who were called; a closed one guards nothing any more: the sale goes on for everybody.

While a room is on, places of its event are held only by who was let in (`ticketing.queue_numbers`).
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from engine.waiting import pace as paces
from engine.waiting.shuffle import SEED_BYTES, rank, seed_hash
from ticketing import audit
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.performances import Visibility
from ticketing.refusals import AlreadyExists, EditedMeanwhile, InputRefused, NotFound
from ticketing.sealing import seal, unseal
from ticketing.settings import secret_bytes
from ticketing.sql import Connection, load
from ticketing.states import step

SEALED_FOR = "waiting room seed"
CHALLENGE_BITS = 17
"""What a browser tries on average before it may take a number, as a power of two: a second, or a few on a phone."""
PACE_MAX = 60_000
PARTY_MAX = 50
OPENS_WITHIN = timedelta(days=400)
SOON = timedelta(minutes=15)
"""How long people have to come when the sale opens at once."""

SQL = load("waiting_rooms")


class RoomState(StrEnum):
    """Where a waiting room stands."""

    ANNOUNCED = "announced"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class RoomEvent(StrEnum):
    """What happens to one; its value is the word for it."""

    OPEN = "opened"
    PAUSE = "paused"
    RESUME = "resumed"
    CLOSE = "closed"
    REOPEN = "opened again"


ROOM: Mapping[tuple[RoomState, RoomEvent], RoomState] = {
    (RoomState.ANNOUNCED, RoomEvent.OPEN): RoomState.OPEN,
    (RoomState.ANNOUNCED, RoomEvent.CLOSE): RoomState.CLOSED,
    (RoomState.OPEN, RoomEvent.PAUSE): RoomState.PAUSED,
    (RoomState.OPEN, RoomEvent.CLOSE): RoomState.CLOSED,
    (RoomState.PAUSED, RoomEvent.RESUME): RoomState.OPEN,
    (RoomState.PAUSED, RoomEvent.CLOSE): RoomState.CLOSED,
    (RoomState.CLOSED, RoomEvent.REOPEN): RoomState.OPEN,
}

ACTS: Mapping[RoomEvent, str] = {
    RoomEvent.OPEN: "waiting_room.opened",
    RoomEvent.PAUSE: "waiting_room.paused",
    RoomEvent.RESUME: "waiting_room.resumed",
    RoomEvent.CLOSE: "waiting_room.closed",
    RoomEvent.REOPEN: "waiting_room.reopened",
}


class RoomSettings(Struct, frozen=True, kw_only=True):
    """How a room is steered. The pace is in people a minute: it rises from the least by itself while 99 of 100 answers
    keep the target."""

    opens_at: datetime
    target_p99_ms: Annotated[int, Meta(ge=50, le=10_000)] = 500
    pace_min: Annotated[int, Meta(ge=1, le=PACE_MAX)] = 60
    pace_max: Annotated[int, Meta(ge=1, le=PACE_MAX)] = 6000
    turn_s: Annotated[int, Meta(ge=30, le=3600)] = 300
    """How long a turn waits for its browser."""
    admission_s: Annotated[int, Meta(ge=60, le=14_400)] = 1200
    """How long one who was let in may take places."""
    party_max: Annotated[int, Meta(ge=1, le=PARTY_MAX)] = 10
    """Places that one may come for."""
    challenge: bool = False
    """Whether a browser has to work before it is given a number."""


class Room(Struct, frozen=True, kw_only=True):
    """A waiting room as it stands. Ranks below `serving` were called, those below `lapsed` were called too long ago.

    The figures, from `per_s` on, are as of the last step. `left_places` None: no step yet.
    """

    event_id: UUID
    event_name: str
    box_office_id: UUID
    box_office_key: str
    organisation_id: UUID
    visibility: Visibility
    state: RoomState
    version: int
    opens_at: datetime
    opened_at: datetime | None
    sealed_seed: bytes
    seed_hash: bytes
    seed: bytes | None
    shuffled_count: int | None
    next_ordinal: int
    serving: int
    lapsed: int
    target_p99_ms: int
    pace_min: int
    pace_max: int
    pace_fixed: int | None
    turn_s: int
    admission_s: int
    party_max: int
    challenge_bits: int
    per_s: float
    credit: float
    settles_at: datetime
    stepped_at: datetime | None
    called_per_s: float
    p99_ms: int | None
    arrived_count: int
    waiting_count: int
    last_rank: int
    inside_count: int
    inside_places: int
    served_count: int
    bought_places: int
    left_places: int | None
    conversion: float

    @property
    def is_on(self) -> bool:
        """Whether it guards its event."""
        return self.state is not RoomState.CLOSED

    @property
    def is_sold_out(self) -> bool:
        """Whether nothing is left to be let in for."""
        return self.left_places == 0 and self.opened_at is not None

    @property
    def limits(self) -> paces.Limits:
        """What its pace is steered by."""
        fixed = None if self.pace_fixed is None else self.pace_fixed / 60
        return paces.Limits(self.target_p99_ms / 1000, self.pace_min / 60, self.pace_max / 60, fixed)

    @property
    def settings(self) -> RoomSettings:
        """How it is steered, as it may be changed."""
        names = [name for name in RoomSettings.__struct_fields__ if name != "challenge"]
        return RoomSettings(**{name: getattr(self, name) for name in names}, challenge=self.challenge_bits > 0)

    def rank(self, ordinal: int) -> int | None:
        """Where a number stands; None before the opening. O(1)."""
        if self.seed is None or self.shuffled_count is None:
            return None
        return rank(self.seed, ordinal, self.shuffled_count)


class Event(Struct, frozen=True):
    """What a room may be switched on for. `sale_opens_at` None: no date to come is on sale."""

    name: str
    box_office_id: UUID
    sale_opens_at: datetime | None


async def find(db: Database, event_id: UUID) -> Room:
    """The waiting room of an event, or NotFound."""
    async with db.read() as c:
        return await read(c, event_id)


async def event(db: Database, organisation_id: UUID, event_id: UUID, now: datetime) -> Event:
    """An organisation's own event, or NotFound."""
    async with db.read() as c:
        return await _event(c, organisation_id, event_id, now)


async def of_organisation(db: Database, organisation_id: UUID, event_id: UUID) -> Room | None:
    """The waiting room of an organisation's own event; None if it never had one."""
    async with db.read() as c:
        found = await SQL.get.one(c, Room, event_id=event_id)
    return found if found is not None and found.organisation_id == organisation_id else None


async def is_on(db: Database, event_id: UUID) -> bool:
    """Whether places of an event are held only by who was let in."""
    async with db.read() as c:
        found: bool = await SQL.is_on.value(c, event_id=event_id)
    return found


async def on(db: Database) -> list[UUID]:
    """The events whose rooms are on."""
    async with db.read() as c:
        return [row["event_id"] for row in await SQL.on.rows(c)]


async def announce(
    db: Database, organisation_id: UUID, event_id: UUID, settings: RoomSettings, by: Actor, now: datetime
) -> Room:
    """Switch a waiting room on: from now on the event is sold to who was let in, and nobody is before the opening.

    Raises NotFound, InputRefused, and AlreadyExists for an event that has one.
    """
    _check(settings, now)
    seed = secrets.token_bytes(SEED_BYTES)
    sealed = seal(secret_bytes(db.settings), SEALED_FOR, seed, event_id.bytes)
    async with db.transaction() as c:
        named = await _event(c, organisation_id, event_id, now)
        made = await SQL.create.run(
            c, event_id=event_id, now=now, sealed_seed=sealed, seed_hash=seed_hash(seed), **_values(settings)
        )
        if not made:
            raise AlreadyExists(what="waiting room", name=named.name)
        room = await read(c, event_id)
        await audit.note(c, by, "waiting_room.announced", subject(room), now)
    return room


async def edit(
    db: Database, organisation_id: UUID, event_id: UUID, settings: RoomSettings, version: int, by: Actor, now: datetime
) -> Room:
    """Change how a room that is still at `version` is steered; its opening stays once it is open.

    Raises NotFound, InputRefused, EditedMeanwhile.
    """
    async with db.transaction() as c:
        before = await _own(c, organisation_id, event_id)
        if before.opened_at is not None:
            settings = msgspec.structs.replace(settings, opens_at=before.opens_at)
        else:
            _check(settings, now)
        _check_pace(settings)
        if not await SQL.edit.run(c, event_id=event_id, version=version, **_values(settings)):
            raise EditedMeanwhile(what="waiting room")
        after = await read(c, event_id)
        changes = audit.differences(before.settings, after.settings)
        await audit.note(c, by, "waiting_room.changed", subject(after), now, changes)
    return after


async def turn(
    db: Database, organisation_id: UUID, event_id: UUID, happens: RoomEvent, by: Actor, now: datetime
) -> Room:
    """Open a room before its time, pause it, resume it, close it, or open it again.

    Raises NotFound, and WrongState for what it cannot do as it stands.
    """
    async with db.transaction() as c:
        before = await _own(c, organisation_id, event_id)
        after = step(ROOM, "waiting room", before.state, happens)
        if before.seed is None:
            done = await _fix(c, db, before, after, now)
        else:
            done = bool(await SQL.turn.run(c, event_id=event_id, before=before.state, state=after))
        if not done:
            raise EditedMeanwhile(what="waiting room")
        await audit.note(c, by, ACTS[happens], subject(before), now)
        return await read(c, event_id)


async def set_pace(
    db: Database, organisation_id: UUID, event_id: UUID, per_minute: int | None, by: Actor, now: datetime
) -> Room:
    """Let so many people in a minute, whatever is measured; None: by measurement again. NotFound, InputRefused."""
    if per_minute is not None and not 0 <= per_minute <= PACE_MAX:
        raise InputRefused(problem="Choose a pace from 0 to {most}.", where="pace", most=PACE_MAX)
    async with db.transaction() as c:
        before = await _own(c, organisation_id, event_id)
        await SQL.pace.run(c, event_id=event_id, pace_fixed=per_minute)
        changes = {"pace": (before.pace_fixed, per_minute)}
        await audit.note(c, by, "waiting_room.paced", subject(before), now, changes)
        return await read(c, event_id)


async def open_due(db: Database, event_id: UUID, now: datetime) -> Room:
    """Open a room whose time has come, if nobody has; whoever meets it first may. NotFound."""
    async with db.transaction() as c:
        room = await read(c, event_id)
        if room.state is RoomState.ANNOUNCED and now >= room.opens_at and await _fix(c, db, room, RoomState.OPEN, now):
            by = Actor(organisation_id=room.organisation_id)
            await audit.note(c, by, "waiting_room.opened", subject(room), now)
        return await read(c, event_id)


async def read(c: Connection, event_id: UUID) -> Room:
    """The waiting room of an event, or NotFound."""
    found = await SQL.get.one(c, Room, event_id=event_id)
    if found is None:
        raise NotFound(what="waiting room")
    return found


def subject(room: Room) -> Subject:
    """A room as the audit log names it: by its event."""
    return Subject(kind="event", id=room.event_id, name=room.event_name, box_office_id=room.box_office_id)


async def _fix(c: Connection, db: Database, room: Room, state: RoomState, now: datetime) -> bool:
    """Fix the shuffle and tell the seed; whether this call did."""
    seed = unseal(secret_bytes(db.settings), SEALED_FOR, room.sealed_seed, room.event_id.bytes)
    return bool(await SQL.open.run(c, event_id=room.event_id, state=state, seed=seed, now=now))


async def _own(c: Connection, organisation_id: UUID, event_id: UUID) -> Room:
    room = await read(c, event_id)
    if room.organisation_id != organisation_id:
        raise NotFound(what="waiting room")
    return room


async def _event(c: Connection, organisation_id: UUID, event_id: UUID, now: datetime) -> Event:
    found = await SQL.event.one(c, Event, organisation_id=organisation_id, event_id=event_id, now=now)
    if found is None:
        raise NotFound(what="event")
    return found


def _values(settings: RoomSettings) -> dict[str, object]:
    values = msgspec.structs.asdict(settings)
    return values | {"challenge_bits": CHALLENGE_BITS if values.pop("challenge") else 0}


def _check(settings: RoomSettings, now: datetime) -> None:
    _check_pace(settings)
    if settings.opens_at > now + OPENS_WITHIN:
        raise InputRefused(problem="Choose an opening within a year.", where="opens_at")


def _check_pace(settings: RoomSettings) -> None:
    if settings.pace_min > settings.pace_max:
        raise InputRefused(problem="The least pace is above the greatest.", where="pace_min")
