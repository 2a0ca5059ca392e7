"""The queue before a waiting room, as one serving process keeps it: who comes is given a number, who is called goes in.

A number costs Postgres next to nothing, however many come at once: ordinals are drawn a thousand at a time and given
out from memory, and who came is written a moment later, many in one statement. A process that dies takes with it the
rest of its thousand, which leaves a gap, and at most a moment's arrivals, who carry their signed numbers themselves and
are written when they next show them. Nothing is in Redis, so losing Redis loses nobody's place.

Going in is decided by Postgres in one statement: whether the number was called and has not lapsed, whether it is this
browser's, and that it was not exchanged before. The same browser that asks again gets the same answer.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from engine.failpoints import reach
from engine.waiting import forecast
from ticketing import queue_numbers, waiting_rooms
from ticketing.challenges import Challenge, ProofOfWork, Puzzle
from ticketing.db import Database
from ticketing.kept import Kept
from ticketing.performances import Visibility
from ticketing.queue_numbers import Admission, QueueNumber, browser_hash
from ticketing.refusals import (
    InputRefused,
    NotFound,
    NotYourTurn,
    QueueNumberRefused,
    TurnLapsed,
    TurnUsed,
    WaitingRoomClosed,
)
from ticketing.sql import Connection, load
from ticketing.waiting_rooms import Room, RoomState

BLOCK = 1000
"""Ordinals drawn at a time."""
FRESH_S = 1.0
ROOMS_MAX = 1000
WRITTEN_EVERY_S = 0.5
PENDING_MAX = 100_000
"""Arrivals that wait to be written while Postgres is away; beyond, the oldest wait with their browsers."""
WRITTEN_AT_ONCE_MAX = 5000
JOINED_MAX = 10_000

SQL = load("queues")


class Standing(StrEnum):
    """Where a browser stands with a waiting room."""

    OUTSIDE = "outside"
    """It has no number."""
    EARLY = "early"
    """It has one, and the room has not opened."""
    WAITING = "waiting"
    CALLED = "called"
    INSIDE = "inside"
    DONE = "done"
    """It has ordered what it came for."""
    LAPSED = "lapsed"
    """Its turn, or its time inside, is over."""
    FREE = "free"
    """The room is closed: nobody needs a number."""


class Place(Struct, frozen=True, kw_only=True):
    """What a browser is told: how many are before it, about, and the end of its turn or of its time inside."""

    room: Room
    standing: Standing
    number: QueueNumber | None = None
    rank: int | None = None
    ahead: int | None = None
    minutes: int | None = None
    """About how long it will take; None while nobody is being called."""
    until: datetime | None = None
    admission: Admission | None = None


class _Own(Struct, frozen=True):
    ordinal: int
    party: int
    rank: int | None
    admitted_at: datetime | None
    expires_at: datetime | None
    admitted_party: int | None
    bought_places: int
    called_at: datetime | None


class _Block:
    """Ordinals of one room that this process gives out."""

    def __init__(self, room: Room, first: int, early: bool) -> None:
        self._seed_hash, self._early = room.seed_hash, early
        self.next, self._end = first, first + BLOCK

    def serves(self, room: Room) -> bool:
        """Whether it has more, and they are this room's; one of before the opening is not used after it."""
        late = self._early and room.seed is not None
        return self.next < self._end and self._seed_hash == room.seed_hash and not late


class _Arrival(Struct, frozen=True):
    event_id: UUID
    ordinal: int
    browser: bytes
    party: int


class Queues:
    """The queues of one serving process."""

    def __init__(self, db: Database, secret: bytes, challenge: Challenge | None = None) -> None:
        self._db, self._secret = db, secret
        self._challenge = challenge or ProofOfWork(secret)
        self._rooms = Kept(self._find, FRESH_S, ROOMS_MAX)
        self._guarded = Kept(self._is_on, FRESH_S, ROOMS_MAX)
        self._blocks: dict[UUID, _Block] = {}
        self._drawing: dict[UUID, asyncio.Lock] = {}
        self._pending: list[_Arrival] = []
        self._joined: OrderedDict[tuple[UUID, bytes], QueueNumber] = OrderedDict()
        """Numbers given lately, so that a browser that asks twice at once has one."""

    async def room(self, event_id: UUID) -> Room:
        """A room as it was a moment ago; NotFound, and for that of a draft too."""
        room = await self._rooms.get(event_id)
        if room.visibility is Visibility.DRAFT:
            raise NotFound(what="waiting room")
        return room

    async def guards(self, event_id: UUID) -> bool:
        """Whether an event's waiting room is on, or was a moment ago."""
        return await self._guarded.get(event_id)

    async def puzzle(self, room: Room, browser: str, now: datetime) -> Puzzle | None:
        """What a browser must solve to be given a number; None where nothing is asked."""
        if not room.challenge_bits:
            return None
        return self._challenge.ask(room.event_id, browser, room.challenge_bits, now)

    async def join(
        self, event_id: UUID, browser: str, party: int, now: datetime, puzzle: str = "", answer: str = ""
    ) -> QueueNumber:
        """Give a browser its number, or the one it has, for `party` places from now on.

        Raises NotFound, WaitingRoomClosed, InputRefused, and ChallengeFailed where one is asked.
        """
        assert browser, "a number is one browser's"
        room = await self._opened(event_id, now)
        if not 1 <= party <= room.party_max:
            raise InputRefused(problem="Come for 1 to {most} places.", where="party", most=room.party_max)
        hashed = browser_hash(self._secret, browser)
        known = await self._known(event_id, hashed, party, now)
        if known is not None:
            return known
        if room.challenge_bits:
            self._challenge.check(event_id, browser, room.challenge_bits, puzzle, answer, now)
        number = QueueNumber(event_id, await self._ordinal(room), party)
        known = self._joined.get((event_id, hashed))
        if known is not None:  # it asked twice at once, and the other was quicker
            return known
        self._remember(hashed, number)
        return number

    async def place(self, event_id: UUID, browser: str, text: str, now: datetime) -> Place:
        """Where a browser stands, by the number it shows and what is written of it. NotFound.

        A number of another browser, of another event, or altered counts for nothing.
        """
        room = await self._opened(event_id, now, closed=True)
        if not room.is_on:
            return Place(room=room, standing=Standing.FREE)
        own, number = await self._written(room, browser, text, now)
        if own is None:
            if number is None:
                return Place(room=room, standing=Standing.OUTSIDE)
            return _waiting(room, number, room.rank(number.ordinal))
        number = QueueNumber(event_id, own.ordinal, own.party)
        if own.expires_at is not None:
            return self._inside(room, number, own, now)
        rank = own.rank if own.rank is not None else room.rank(own.ordinal)
        if rank is not None and rank < room.lapsed:
            return Place(room=room, standing=Standing.LAPSED, number=number)
        if own.rank is not None and own.rank < room.serving:
            until = None if own.called_at is None else own.called_at + timedelta(seconds=room.turn_s)
            return Place(room=room, standing=Standing.CALLED, number=number, rank=own.rank, ahead=0, until=until)
        return _waiting(room, number, rank)

    async def admit(self, event_id: UUID, browser: str, text: str, now: datetime) -> Admission:
        """Exchange a number whose turn has come for an admission; asked again, the same one.

        Raises QueueNumberRefused, NotYourTurn, QueueNumberRefused, TurnLapsed, TurnUsed, WaitingRoomClosed, NotFound.
        """
        number = queue_numbers.read_number(self._secret, text, event_id, browser)
        hashed = browser_hash(self._secret, browser)
        async with self._db.transaction() as c:
            own = await SQL.own.one(c, _Own, event_id=event_id, browser=hashed)
            if own is None:
                await _write(c, [_Arrival(event_id, number.ordinal, hashed, number.party)], now)
            ordinal = number.ordinal if own is None else own.ordinal
            await SQL.admit.row(c, event_id=event_id, ordinal=ordinal, browser=hashed, now=now)
            reach("W2")
            own = await SQL.own.one(c, _Own, event_id=event_id, browser=hashed)
        if own is not None and own.expires_at is not None:
            return _admission(event_id, own, now)
        room = await waiting_rooms.find(self._db, event_id)
        if not room.is_on:
            raise WaitingRoomClosed()
        if own is not None and own.rank is not None and own.rank < room.lapsed:
            raise TurnLapsed()
        raise NotYourTurn()

    async def write(self, now: datetime) -> None:
        """Write who came since the last time; what cannot be written now is kept for the next."""
        while self._pending:
            some, self._pending = self._pending[:WRITTEN_AT_ONCE_MAX], self._pending[WRITTEN_AT_ONCE_MAX:]
            try:
                async with self._db.transaction() as c:
                    await _write(c, some, now)
            except BaseException:
                self._pending = (some + self._pending)[-PENDING_MAX:]
                raise

    async def report_load(self, process: str, counts: Sequence[int]) -> None:
        """Tell how fast this process answered since the last time, in the buckets of `engine.waiting.pace`."""
        async with self._db.read() as c:
            await SQL.load.run(c, process=process, counts=list(counts))

    def number_text(self, number: QueueNumber, browser: str) -> str:
        """A number as its browser keeps it."""
        return queue_numbers.number_text(self._secret, number, browser)

    def admission_text(self, admission: Admission, browser: str) -> str:
        """An admission as its browser keeps it."""
        return queue_numbers.admission_text(self._secret, admission, browser)

    async def _is_on(self, event_id: UUID) -> bool:
        return await waiting_rooms.is_on(self._db, event_id)

    async def _find(self, event_id: UUID) -> Room:
        return await waiting_rooms.find(self._db, event_id)

    async def _opened(self, event_id: UUID, now: datetime, closed: bool = False) -> Room:
        """The room, opened if its time has come: whoever comes after that moment is not among those shuffled."""
        room = await self.room(event_id)
        if room.state is RoomState.ANNOUNCED and now >= room.opens_at:
            room = await waiting_rooms.open_due(self._db, event_id, now)
            self._rooms.forget(event_id)
        if not room.is_on and not closed:
            raise WaitingRoomClosed()
        return room

    async def _known(self, event_id: UUID, hashed: bytes, party: int, now: datetime) -> QueueNumber | None:
        """The number a browser has, now for so many places. One that is over is given up."""
        if (event_id, hashed) in self._joined:
            await self.write(now)
        async with self._db.read() as c:
            own = await SQL.own.one(c, _Own, event_id=event_id, browser=hashed)
            if own is None:
                return None
            if await SQL.retire.run(c, event_id=event_id, browser=hashed, now=now):
                self._joined.pop((event_id, hashed), None)
                return None
            changed = party != own.party
            if changed:
                changed = bool(await SQL.redeclare.run(c, event_id=event_id, browser=hashed, party=party))
        return QueueNumber(event_id, own.ordinal, party if changed else own.party)

    async def _ordinal(self, room: Room) -> int:
        """The next ordinal of this process's block."""
        async with self._drawing.setdefault(room.event_id, asyncio.Lock()):
            block = self._blocks.get(room.event_id)
            if block is None or not block.serves(room):
                async with self._db.read() as c:
                    row = await SQL.allot.row(c, event_id=room.event_id, count=BLOCK)
                if row is None:
                    raise WaitingRoomClosed()
                reach("W1")
                block = self._blocks[room.event_id] = _Block(room, row["first"], row["early"])
            block.next += 1
            return block.next - 1

    def _remember(self, hashed: bytes, number: QueueNumber) -> None:
        self._pending.append(_Arrival(number.event_id, number.ordinal, hashed, number.party))
        self._joined[number.event_id, hashed] = number
        while len(self._joined) > JOINED_MAX:
            self._joined.popitem(last=False)

    async def _written(
        self, room: Room, browser: str, text: str, now: datetime
    ) -> tuple[_Own | None, QueueNumber | None]:
        """What is written of a browser, and the number it shows; one that it shows and that is not written is."""
        if not browser:
            return None, None
        hashed = browser_hash(self._secret, browser)
        try:
            number = queue_numbers.read_number(self._secret, text, room.event_id, browser)
        except QueueNumberRefused:
            number = None
        async with self._db.read() as c:
            own = await SQL.own.one(c, _Own, event_id=room.event_id, browser=hashed)
        if own is None and number is not None and (room.event_id, hashed) not in self._joined:
            self._remember(hashed, number)
        return own, number

    def _inside(self, room: Room, number: QueueNumber, own: _Own, now: datetime) -> Place:
        assert own.expires_at is not None
        standing = Standing.INSIDE if own.expires_at > now else Standing.LAPSED
        standing = Standing.DONE if own.bought_places else standing
        admission = Admission(room.event_id, own.ordinal, own.admitted_party or own.party, own.expires_at)
        return Place(room=room, standing=standing, number=number, until=own.expires_at, admission=admission)


async def bought(c: Connection, admission: Admission, performances: Sequence[UUID]) -> None:
    """Count what one who was let in orders (a performance for each ticket), in the order's transaction.

    Raises TurnUsed for more places of the event than they came for.
    """
    values = {"event_id": admission.event_id, "ordinal": admission.ordinal}
    if await SQL.bought.value(c, performances=list(performances), **values) is None:
        raise TurnUsed(party=admission.party)


async def _write(c: Connection, arrivals: Sequence[_Arrival], now: datetime) -> None:
    await SQL.report.run(
        c, events=[one.event_id for one in arrivals], ordinals=[one.ordinal for one in arrivals],
        browsers=[one.browser for one in arrivals], parties=[one.party for one in arrivals], now=now,
    )  # fmt: skip


def _admission(event_id: UUID, own: _Own, now: datetime) -> Admission:
    assert own.expires_at is not None and own.admitted_party is not None
    if own.expires_at <= now:
        raise TurnLapsed()
    if own.bought_places >= own.admitted_party:
        raise TurnUsed(party=own.admitted_party)
    return Admission(event_id, own.ordinal, own.admitted_party, own.expires_at)


def _waiting(room: Room, number: QueueNumber, rank: int | None) -> Place:
    if rank is None:
        return Place(room=room, standing=Standing.EARLY, number=number)
    ahead = forecast.ahead(rank, room.serving, room.last_rank, room.waiting_count)
    minutes = forecast.minutes(ahead, room.called_per_s) if room.state is RoomState.OPEN else None
    return Place(room=room, standing=Standing.WAITING, number=number, rank=rank, ahead=ahead, minutes=minutes)
