"""Blocks and allotments: places of one date that are kept off open sale, why, and who may sell them.

A block is for nobody; an allotment is sold from by staff at the counter and by tokens that sell, and goes on open sale
by itself at its release, if it has one. A row says what it is; which places it has stands in the pool's codes, one a
place, so a place is in one of them at most. Postgres has both, written in one transaction under the lock of the pool's
row, and Redis follows: at once after the commit, and by a job of the same transaction should that not come about.

A place that is sold or in a cart may be kept too: it stays whose it is, and is kept once it is free again.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

import numpy as np
from msgspec import Struct

from engine.core.words import CLAIMED, deadline_of, limit_of
from engine.failpoints import reach
from engine.inventory import Inventory
from engine.link import StoreUnreachable
from engine.seat_index import SeatLabel
from ticketing import audit, halls, jobs, pools
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.halls import Hall
from ticketing.ids import new_id
from ticketing.jobs import Job, ShowCodes
from ticketing.performances import PerformanceStatus
from ticketing.pools import Coded, Codes
from ticketing.refusals import AllotmentsSpent, EditedMeanwhile, InputRefused, NotFound
from ticketing.seat_lists import Picked
from ticketing.sql import Connection, load
from ticketing.states import OrderStatus

ACCESSIBLE = 15
"""The code under which the places of wheelchair users are kept, at every date."""
ALLOTMENT_CODES = (16, 0x7FFF)
BLOCK_CODES = (0x8000, 0xFFFF)
OPEN_MAX = 100
"""Blocks and allotments that one date has at once."""
NAME_CHARS_MAX = 100
NOTE_CHARS_MAX = 500
SHOW_AFTER_S = 5
"""How long the process that committed has to tell Redis itself before the job does it."""
DUE_MAX = 200

SQL = load("allotments")
log = logging.getLogger(__name__)


class Kind(StrEnum):
    """Why places are kept: the first three are blocks."""

    HOUSE = "house"
    TECHNICAL = "technical"
    VIEW = "view"
    PARTNER = "partner"
    PRESS = "press"
    ACCESSIBILITY = "accessibility"
    OTHER = "other"

    @property
    def blocks(self) -> bool:
        """Whether nobody is sold such places."""
        return self in (Kind.HOUSE, Kind.TECHNICAL, Kind.VIEW)


class Draft(Struct, frozen=True, kw_only=True):
    """A block or an allotment to be made. `release_at` is for allotments."""

    kind: Kind
    name: str = ""
    note: str = ""
    release_at: datetime | None = None


class Details(Struct, frozen=True, kw_only=True):
    """What is edited of one."""

    name: str = ""
    note: str = ""
    release_at: datetime | None = None


class Allotment(Struct, frozen=True):
    """A block or an allotment as it stands. `by_event`: its event asks for it, nobody said so for the date."""

    id: UUID
    performance_id: UUID
    code: int
    kind: Kind
    name: str
    note: str
    release_at: datetime | None
    created_at: datetime
    version: int
    made_by: str | None
    by_event: bool

    @property
    def automatic(self) -> bool:
        """Whether its places are those of wheelchair users, whatever is put there."""
        return self.code == ACCESSIBLE


class Line(Struct, frozen=True):
    """One of them with its places. Without Redis nobody knows what is in a cart: `held_count` is None."""

    allotment: Allotment
    place_count: int
    sold_count: int
    held_count: int | None

    @property
    def free_count(self) -> int:
        """Places that are nobody's."""
        return self.place_count - self.sold_count - (self.held_count or 0)


class Date(Struct, frozen=True):
    """The date whose places are kept."""

    id: UUID
    event_id: UUID
    event_name: str
    box_office_id: UUID
    pool_id: int
    starts_at: datetime
    ends_at: datetime
    status: PerformanceStatus
    time_zone: str
    plan_version_id: UUID
    plan_hash: bytes
    place_list_hash: bytes
    accessible_days: int | None

    @property
    def subject(self) -> Subject:
        """What the audit log names."""
        return Subject(kind="performance", id=self.id, name=self.event_name, box_office_id=self.box_office_id)


class Board(Struct, frozen=True):
    """What a date keeps off open sale: each with its counts, and the runs of places (first, count, code)."""

    date: Date
    lines: tuple[Line, ...]
    runs: tuple[tuple[int, int, int], ...]
    bay_count: int
    """Places of wheelchair users and their companions."""
    live: bool
    """Whether Redis told what is held."""

    @property
    def accessible(self) -> Line | None:
        """What keeps the places of wheelchair users, if it does."""
        return next((line for line in self.lines if line.allotment.automatic), None)

    @property
    def listed(self) -> tuple[Line, ...]:
        """All but the automatic one of a house that has no such places."""
        return tuple(line for line in self.lines if line.place_count or not line.allotment.automatic)


class Put(Struct, frozen=True):
    """What was done: how many places changed, and where they are now (None: on open sale)."""

    place_count: int
    allotment: UUID | None


class Sellable(Struct, frozen=True):
    """An allotment for who may sell from it; `code` is what a hold names."""

    code: int
    kind: Kind
    name: str
    note: str
    release_at: datetime | None


class State(StrEnum):
    """How a place stands."""

    FREE = "free"
    HELD = "held"
    SOLD = "sold"
    UNKNOWN = "unknown"


class Owner(Struct, frozen=True):
    """Whose a place is."""

    order_id: UUID
    order_code: str
    order_status: OrderStatus
    ticket_id: UUID | None


class Standing(Struct, frozen=True):
    """All that is known of one place: who has it, and what it is kept for."""

    place: int
    label: SeatLabel
    state: State
    owner: Owner | None
    held_until: datetime | None
    allotment: Allotment | None


# What is read


async def board(db: Database, inventory: Inventory, organisation_id: UUID, performance_id: UUID) -> Board:
    """What an organisation's date keeps off open sale, or NotFound."""
    async with db.read() as c:
        date = await find_date(c, organisation_id, performance_id)
        found = await SQL.open.all(c, Allotment, performance_id=performance_id)
    hall = await halls.hall(db, date.plan_hash, date.place_list_hash)
    words, now_ms = await _words(inventory, date.pool_id)
    async with db.read() as c:
        codes = await pools.codes_of(c, date.pool_id, hall.packed.place_count)
        kept = np.flatnonzero(codes).tolist()
        rows = await SQL.claimed.rows(c, pool=date.pool_id, places=kept)
    owned = np.zeros(len(codes), np.bool_)
    owned[[place for (place,) in rows]] = True
    held = None if words is None else _held(words, len(codes), now_ms) & ~owned
    lines = tuple(_line(one, codes == one.code, owned, held) for one in found)
    return Board(date, lines, _runs(codes), len(hall.bays), held is not None)


async def date_of(db: Database, organisation_id: UUID, performance_id: UUID) -> Date:
    """An organisation's own date, or NotFound."""
    async with db.read() as c:
        return await find_date(c, organisation_id, performance_id)


async def get(db: Database, organisation_id: UUID, performance_id: UUID, allotment_id: UUID) -> tuple[Date, Allotment]:
    """One of an organisation's date, with the date; or NotFound."""
    async with db.read() as c:
        date = await find_date(c, organisation_id, performance_id)
        return date, await _of_date(c, date, allotment_id)


async def standing(
    db: Database, inventory: Inventory, organisation_id: UUID, performance_id: UUID, place: int
) -> Standing:
    """How one place of an organisation's date stands; NotFound for one that it does not have."""
    async with db.read() as c:
        date = await find_date(c, organisation_id, performance_id)
        found = await SQL.open.all(c, Allotment, performance_id=performance_id)
    label = (await halls.hall(db, date.plan_hash, date.place_list_hash)).known(place)
    if label is None:
        raise NotFound(what="place")
    words, now_ms = await _words(inventory, date.pool_id)
    async with db.read() as c:
        owner = await SQL.owner.one(c, Owner, pool=date.pool_id, place=place)
        code = int((await pools.codes_of(c, date.pool_id, place + 1))[place])
    word = int(words[place]) if words is not None and place < len(words) else None
    held = word is not None and limit_of(now_ms) <= word < CLAIMED
    until = datetime.fromtimestamp(deadline_of(word) / 1000, UTC) if held and word is not None else None
    state = State.SOLD if owner else State.UNKNOWN if word is None else State.HELD if held else State.FREE
    kept = next((one for one in found if one.code == code), None)
    return Standing(place, label, state, owner, None if owner else until, kept)


async def sellable(db: Database, organisation_id: UUID, performance_id: UUID) -> list[Sellable]:
    """The allotments of an organisation's date, for who may sell from them; or NotFound."""
    async with db.read() as c:
        await find_date(c, organisation_id, performance_id)
        values = {"organisation_id": organisation_id, "performance_id": performance_id}
        return await SQL.sellable.all(c, Sellable, **values)


async def open_of(db: Database, organisation_id: UUID, performance_id: UUID) -> list[Allotment]:
    """What an organisation's date keeps for somebody, blocks and accessible places left out; or NotFound."""
    async with db.read() as c:
        await find_date(c, organisation_id, performance_id)
        found = await SQL.open.all(c, Allotment, performance_id=performance_id)
    return [one for one in found if one.code < BLOCK_CODES[0] and one.code != ACCESSIBLE]


async def sellable_runs(db: Database, organisation_id: UUID, performance_id: UUID) -> list[tuple[int, int, int]]:
    """The places of an organisation's date that staff may sell although they are off open sale: runs (first, count,
    code) in the order of places; or NotFound."""
    async with db.read() as c:
        date = await find_date(c, organisation_id, performance_id)
    hall = await halls.hall(db, date.plan_hash, date.place_list_hash)
    async with db.read() as c:
        codes = await pools.codes_of(c, date.pool_id, hall.packed.place_count)
    return [run for run in _runs(codes) if run[2] < BLOCK_CODES[0]]


async def ensure_sellable(c: Connection, performance_ids: Sequence[UUID], codes: Sequence[int]) -> None:
    """Raises NotFound unless each of these codes is an open allotment at every one of these performances.

    The inventory opens whatever code a hold names: that a block is for nobody is decided here.
    """
    wanted, dates = set(codes), set(performance_ids)
    found = await SQL.of_code.value(c, performance_ids=list(dates), codes=list(wanted))
    if found < len(wanted) * len(dates):
        raise NotFound(what="allotment")


# What is changed


async def put(
    db: Database, inventory: Inventory, organisation_id: UUID, performance_id: UUID, picked: Picked,
    into: Draft | UUID | None, by: Actor, now: datetime,
) -> Put:  # fmt: skip
    """Put places of a date into a block or an allotment, a new one or one that is there, out of any other; None: back
    on open sale. Of an area so many are taken that nobody owns, as far as there are.

    Raises NotFound, InputRefused, AllotmentsSpent.
    """
    if not picked:
        raise InputRefused(problem="Choose some places first.", where="places")
    if isinstance(into, Draft):
        _check(into.kind, into, now)
    async with db.read() as c:
        date = await find_date(c, organisation_id, performance_id)
    hall = await halls.hall(db, date.plan_hash, date.place_list_hash)
    async with db.transaction() as c:
        coded = await pools.lock_codes(c, organisation_id, date.pool_id)
        target = await _target(c, date, into, by, now)
        code = target.code if target else 0
        places = await _places(c, date, hall, coded, picked, code)
        pools.ensure_places(coded, places)
        changed = [place for place in places if coded.codes[place] != code]
        await recode(c, date.pool_id, coded.codes, changed, code)
        await _note_put(c, by, date, target, isinstance(into, Draft), len(changed), now)
    await show(db, inventory, date.pool_id, changed)
    return Put(len(changed), target.id if target else None)


async def edit(
    db: Database, organisation_id: UUID, performance_id: UUID, allotment_id: UUID, details: Details, version: int,
    by: Actor, now: datetime,
) -> Allotment:  # fmt: skip
    """Change the name, the note and the release of one that is still at `version`. Raises NotFound, InputRefused,
    EditedMeanwhile."""
    async with db.transaction() as c:
        date = await find_date(c, organisation_id, performance_id)
        before = await _of_date(c, date, allotment_id)
        _check(before.kind, details, now, before.release_at)
        values = {name: getattr(details, name) for name in Details.__struct_fields__}
        if not await SQL.edit.run(c, allotment_id=allotment_id, version=version, **values):
            raise EditedMeanwhile(what="allotment")
        after = await SQL.get.one(c, Allotment, allotment_id=allotment_id)
        assert after is not None, "its row is locked"
        told = {name: (getattr(before, name), getattr(after, name)) for name in values}
        changes = {name: pair for name, pair in told.items() if pair[0] != pair[1]}
        await audit.note(c, by, "allotment.edited", date.subject, now, {"kind": (before.kind, after.kind)} | changes)
    return after


async def release(
    db: Database, inventory: Inventory, organisation_id: UUID, performance_id: UUID, allotment_id: UUID, by: Actor,
    now: datetime,
) -> int:  # fmt: skip
    """Put all places of one back on open sale, which ends it; how many there were. NotFound for one that has ended."""
    async with db.read() as c:
        date = await find_date(c, organisation_id, performance_id)
    async with db.transaction() as c:
        coded = await pools.lock_codes(c, organisation_id, date.pool_id)
        places = await _end(c, date, coded, allotment_id, by, now)
    await show(db, inventory, date.pool_id, places)
    return len(places)


async def release_due(db: Database, inventory: Inventory, now: datetime) -> int:
    """Put the places of every allotment whose release has come on open sale; how many allotments.

    Each is a transaction that looks again whether it is due, so any number of workers may do it at once, and one that
    was stopped leaves the rest to the next.
    """
    async with db.read() as c:
        due = await SQL.due.rows(c, now=now, rows_max=DUE_MAX)
    return sum([await _release_due(db, inventory, id, date, owner, now) for id, date, owner in due])


async def show(db: Database, inventory: Inventory, pool: int, places: Sequence[int]) -> None:
    """After the commit: tell Redis. Should it not answer, or the process end here, the job does it."""
    reach("F25")
    try:
        await pools.show_codes(db, inventory, pool, places)
    except StoreUnreachable as error:
        log.warning("what pool %s keeps is shown later: %s", pool, error)


async def show_later(c: Connection, pool: int) -> None:
    """Write the job that makes Redis say what a pool keeps."""
    await jobs.enqueue(c, Job.SHOW_CODES, ShowCodes(pool), SHOW_AFTER_S)


async def create(c: Connection, date: Date, draft: Draft, staff_id: UUID | None, now: datetime) -> Allotment:
    """A new one, without places; the caller's transaction has the pool's codes locked. Raises AllotmentsSpent."""
    least, most = BLOCK_CODES if draft.kind.blocks else ALLOTMENT_CODES
    code = await SQL.next_code.value(c, performance_id=date.id, least=least, most=most)
    if code > most or await SQL.open_count.value(c, performance_id=date.id) >= OPEN_MAX:
        raise AllotmentsSpent(count_max=OPEN_MAX)
    values = {name: getattr(draft, name) for name in Draft.__struct_fields__}
    made = {"allotment_id": new_id(), "performance_id": date.id, "code": code, "staff_id": staff_id, "now": now}
    await SQL.create.run(c, **made, **values)
    found = await SQL.get.one(c, Allotment, allotment_id=made["allotment_id"])
    assert found is not None, "it was just made"
    return found


async def find_date(c: Connection, organisation_id: UUID, performance_id: UUID) -> Date:
    """An organisation's own date, or NotFound."""
    found = await SQL.date.one(c, Date, organisation_id=organisation_id, performance_id=performance_id)
    if found is None:
        raise NotFound(what="performance")
    return found


async def _of_date(c: Connection, date: Date, allotment_id: UUID) -> Allotment:
    found = await SQL.get.one(c, Allotment, allotment_id=allotment_id)
    if found is None or found.performance_id != date.id:
        raise NotFound(what="allotment")
    return found


def _check(kind: Kind, given: Draft | Details, now: datetime, before: datetime | None = None) -> None:
    if kind is Kind.OTHER and not given.name.strip():
        raise InputRefused(problem="Give it a name.", where="name")
    if len(given.name) > NAME_CHARS_MAX:
        raise InputRefused(problem="At most {count} characters.", where="name", count=NAME_CHARS_MAX)
    if len(given.note) > NOTE_CHARS_MAX:
        raise InputRefused(problem="At most {count} characters.", where="note", count=NOTE_CHARS_MAX)
    if kind.blocks and given.release_at is not None:
        raise InputRefused(problem="A block has no release: take its places out by hand.", where="release_at")
    if given.release_at is not None and given.release_at != before and given.release_at <= now:
        raise InputRefused(problem="Choose a moment to come.", where="release_at")


async def _target(
    c: Connection, date: Date, into: Draft | UUID | None, by: Actor, now: datetime
) -> Allotment | None:  # fmt: skip
    """Where places go; None: on open sale."""
    if into is None:
        return None
    if isinstance(into, Draft):
        return await create(c, date, into, by.staff_id, now)
    return await _of_date(c, date, into)


async def _places(c: Connection, date: Date, hall: Hall, coded: Coded, picked: Picked, code: int) -> list[int]:
    """The places that were picked; of an area those on open sale first, or (to go back there) those that are kept."""
    places = list(picked.places)
    for area, count in picked.areas:
        some = [place for start, size in hall.areas.get(area, ()) for place in range(start, start + size)]
        some = [place for place in some if place < coded.place_count and coded.codes[place] != code]
        owned = {place for (place,) in await SQL.claimed.rows(c, pool=date.pool_id, places=some)}
        order = [(int(coded.codes[place]) != 0 and code != 0, place in owned, -place) for place in some]
        places += [place for _, place in sorted(zip(order, some, strict=True))[:count]]
    return list(dict.fromkeys(places))


async def recode(c: Connection, pool: int, codes: Codes, places: Sequence[int], code: int) -> None:
    """Write the code of places, and the job that shows it."""
    codes[list(places)] = code
    await pools.write_codes(c, pool, codes)
    await show_later(c, pool)


async def _note_put(
    c: Connection, by: Actor, date: Date, target: Allotment | None, new: bool, count: int, now: datetime
) -> None:
    changes: dict[str, tuple[object, object]] = {"places": (None, count)}
    if target is not None:
        changes = {"kind": (None, target.kind), "name": (None, target.name)} | changes
    if target is not None and new:
        changes |= {"note": (None, target.note), "release_at": (None, target.release_at)}
    act = "allotment.emptied" if target is None else "allotment.created" if new else "allotment.filled"
    await audit.note(c, by, act, date.subject, now, changes)


async def _end(c: Connection, date: Date, coded: Coded, allotment_id: UUID, by: Actor, now: datetime) -> list[int]:
    found = await _of_date(c, date, allotment_id)
    if not await SQL.finish.run(c, allotment_id=allotment_id, now=now):
        raise NotFound(what="allotment")
    places: list[int] = np.flatnonzero(coded.codes == found.code).tolist()
    await recode(c, date.pool_id, coded.codes, places, 0)
    told = {"kind": (found.kind, None), "name": (found.name, None), "places": (len(places), None)}
    await audit.note(c, by, "allotment.released", date.subject, now, told)
    return places


async def _release_due(
    db: Database, inventory: Inventory, allotment_id: UUID, performance_id: UUID, organisation_id: UUID, now: datetime
) -> bool:
    by = Actor(organisation_id=organisation_id)
    async with db.transaction() as c:
        date = await find_date(c, organisation_id, performance_id)
        coded = await pools.lock_codes(c, organisation_id, date.pool_id)
        if await SQL.lock_due.row(c, allotment_id=allotment_id, now=now) is None:
            return False
        places = await _end(c, date, coded, allotment_id, by, now)
    await show(db, inventory, date.pool_id, places)
    return True


# Counting


async def _words(inventory: Inventory, pool: int) -> tuple[np.ndarray | None, int]:
    """The words of a pool, and Redis's clock; None where it does not answer."""
    try:
        copy, now_ms = await inventory.copy(pool, 0.0)
    except (StoreUnreachable, TimeoutError):
        return None, 0
    return copy.words().copy(), now_ms


def _held(words: np.ndarray, place_count: int, now_ms: int) -> np.ndarray:
    held = np.zeros(place_count, np.bool_)
    some = words[:place_count]
    held[: len(some)] = (some >= limit_of(now_ms)) & (some < CLAIMED)
    return held


def _line(one: Allotment, own: np.ndarray, owned: np.ndarray, held: np.ndarray | None) -> Line:
    held_count = None if held is None else int(np.count_nonzero(own & held))
    return Line(one, int(np.count_nonzero(own)), int(np.count_nonzero(own & owned)), held_count)


def _runs(codes: Codes) -> tuple[tuple[int, int, int], ...]:
    """(first place, count, code) of what is kept. O(places)."""
    if not codes.any():
        return ()
    edges = np.flatnonzero(np.diff(codes)) + 1
    starts = np.concatenate(([0], edges))
    ends = np.concatenate((edges, [len(codes)]))
    found = zip(starts.tolist(), (ends - starts).tolist(), codes[starts].tolist(), strict=True)
    return tuple(run for run in found if run[2])
