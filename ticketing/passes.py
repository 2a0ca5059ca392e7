"""Passes: one seat at every performance of a type, one code for them all.

A pass type lists its performances and has its price. A pass is a line of an order that owns one ticket a performance:
its places are held in one hold, all or none, claimed in one order, and let in one by one, each date's once. The tickets
carry the seats; the pass carries the holder, the code and the status.

A type is edited while it is sold: what was bought keeps its price, and its dates stay from the first sale on. Its
number is a pool, changed as a quota is (`ticketing.quotas`): from what is sold upwards. The type's lock comes first,
then its orders' rows, then the pool's; an order that read what has ceased is refused.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from msgspec import Struct

from engine.holds import Any, Seats, Want
from engine.inventory import Inventory
from ticketing import audit, halls, jobs, oppositions, performances, pools
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.drafts import PassChoice
from ticketing.halls import Hall
from ticketing.ids import new_id
from ticketing.jobs import Job, MailKind, SendMail
from ticketing.pools import PoolKind
from ticketing.refusals import EditedMeanwhile, InputRefused, NoCommonSeat, NotFound, PassBelowSold, PassDatesStay
from ticketing.sql import Connection, load
from ticketing.states import TicketEvent
from ticketing.texts import text_of
from ticketing.tickets import Changed, changed

SHORT_NAME_CHARS_MAX = 35
PERFORMANCES_MAX = 100
PRICE_CENTS_MAX = 100_000_00
QUANTITY_MAX = 1_000_000
ROWS_MAX = 50
CHOICES_MAX = 1500

ACTS = {
    TicketEvent.OPPOSE: "pass.opposed",
    TicketEvent.ALLOW: "pass.allowed",
    TicketEvent.REISSUE: "pass.reissued",
}

SQL = load("passes")


class PassType(Struct, frozen=True):
    """What is sold, until it was withdrawn. `performances` are by date; `pool_id` is the pool its quantity runs out of,
    None when unbounded."""

    id: UUID
    box_office_id: UUID
    name: str
    short_name: str
    price_cents: int
    pool_id: int | None
    withdrawn_at: datetime | None
    performances: list[UUID]

    @property
    def place_count(self) -> int:
        """How many places one takes: a seat a date, and one of its number."""
        return len(self.performances) + (self.pool_id is not None)


class Date(Struct, frozen=True):
    """A date of a pass, in a list."""

    performance: UUID
    event_id: UUID
    event_name: str
    starts_at: datetime
    time_zone: str
    venue_id: UUID


class Shown(Struct, frozen=True):
    """A pass as a shop lists it."""

    id: UUID
    name: str
    price_cents: int
    dates: tuple[Date, ...]


class Terms(Struct, frozen=True, kw_only=True):
    """What a person decides of a pass, but its dates; `quantity` None: as many as there are seats."""

    name: str
    short_name: str
    price_cents: int
    quantity: int | None = None


class State(StrEnum):
    """Where the sale of a pass stands, as the back office tells it."""

    OPEN = "open"
    LATER = "later"
    SOLD_OUT = "sold_out"
    HIDDEN = "hidden"
    OVER = "over"
    WITHDRAWN = "withdrawn"


class Overview(Struct, frozen=True, kw_only=True):
    """A pass as the back office has it. `live_count` are sold, `reserved_count` of them not paid yet; `ever_count` has
    the cancelled ones too. `row_count` is how many passes the box office has."""

    id: UUID
    name: str
    short_name: str
    price_cents: int
    quantity: int | None
    version: int
    date_count: int
    first_at: datetime
    last_at: datetime
    time_zone: str
    opens_at: datetime
    live_count: int
    reserved_count: int
    ever_count: int
    state: State
    row_count: int

    @property
    def terms(self) -> Terms:
        """What a person decided of it."""
        return Terms(
            name=self.name, short_name=self.short_name, price_cents=self.price_cents, quantity=self.quantity
        )  # fmt: skip


class Held(Date, frozen=True, kw_only=True):
    """A date with its venue, for the team: the event goes by its own name."""

    venue_name: str


class PassSeat(Struct, frozen=True):
    """A pass's place at one of its performances."""

    performance: UUID
    pool: int
    place: int


class _ShownAt(Date, frozen=True, kw_only=True):
    id: UUID
    name: str
    price_cents: int


class _Owned(Terms, frozen=True, kw_only=True):
    id: UUID
    box_office_id: UUID
    pool_id: int | None
    version: int
    withdrawn_at: datetime | None
    sold: bool
    dates: list[datetime]
    performances: list[UUID]


class _Locked(Struct, frozen=True):
    id: UUID
    order_id: UUID
    order_code: str
    box_office_id: UUID
    serial: int
    status: str
    generation: int


async def create_type(
    db: Database,
    organisation_id: UUID,
    box_office_id: UUID,
    name: str,
    short_name: str,
    price_cents: int,
    performance_ids: Sequence[UUID],
    now: datetime,
    quantity: int | None = None,
) -> PassType:
    """Put a pass on sale over performances of its box office, `quantity` of them or as many as there are seats.

    NotFound for a box office of another organisation, or a performance that is not its own or was cancelled.
    """
    terms = _sound(Terms(name=name, short_name=short_name, price_cents=price_cents, quantity=quantity))
    wanted = _wanted(performance_ids)
    async with db.transaction() as c:
        pass_type_id = await _add(c, organisation_id, box_office_id, terms, wanted, now)
    return await get(db, pass_type_id)


async def add(
    db: Database,
    organisation_id: UUID,
    box_office_id: UUID,
    terms: Terms,
    performance_ids: Sequence[UUID],
    by: Actor,
    now: datetime,
) -> UUID:
    """Put a pass on sale over performances of its box office, by somebody of the team; its id.

    Raises InputRefused, NotFound as `create_type` does, and NoCommonSeat when no seat is in all of their halls.
    """
    terms, wanted = _sound(terms), _wanted(performance_ids)
    await _ensure_common(db, box_office_id, wanted)
    async with db.transaction() as c:
        pass_type_id = await _add(c, organisation_id, box_office_id, terms, wanted, now)
        made = await _own(c, organisation_id, pass_type_id)
        await audit.note(c, by, "pass-type.created", _subject(made), now)
    return pass_type_id


async def edit(
    db: Database,
    inventory: Inventory,
    organisation_id: UUID,
    pass_type_id: UUID,
    version: int,
    terms: Terms,
    performance_ids: Sequence[UUID] | None,
    by: Actor,
    now: datetime,
) -> None:
    """Set a pass's terms from the next order on, and its dates as long as none was sold (None: as they are).

    Raises NotFound, EditedMeanwhile, InputRefused, NoCommonSeat, PassDatesStay, and PassBelowSold for a number that is
    less than what is sold; a smaller one takes what carts hold beyond it.
    """
    terms, touched = _sound(terms), None
    wanted = None if performance_ids is None else _wanted(performance_ids)
    if wanted is not None and set(wanted) != set((known := await get(db, pass_type_id)).performances):
        await _ensure_common(db, known.box_office_id, wanted)
    async with db.transaction() as c:
        await SQL.lock_alone.value(c, pass_type_id=pass_type_id)
        before = await _own(c, organisation_id, pass_type_id)
        if before.version != version:
            raise EditedMeanwhile(what="pass type")
        pool_id = before.pool_id
        if terms.quantity != before.quantity:
            pool_id, touched = await _bound(c, before, terms.quantity)
        told = {"name": terms.name, "short_name": terms.short_name, "price_cents": terms.price_cents}
        await SQL.edit.run(c, pass_type_id=pass_type_id, pool_id=pool_id, **told)
        if wanted is not None and set(wanted) != set(before.performances):
            await _set_dates(c, before, wanted)
        after = await _own(c, organisation_id, pass_type_id)
        changes = audit.differences(_terms(before), _terms(after))
        changes |= {"dates": (before.dates, after.dates)} if before.dates != after.dates else {}
        await audit.note(c, by, "pass-type.edited", _subject(after), now, changes)
    if touched is not None:
        await inventory.rebuild(touched)


async def withdraw(
    db: Database, organisation_id: UUID, pass_type_id: UUID, withdrawn: bool, by: Actor, now: datetime
) -> None:
    """Sell no more of a pass, or again; either twice is once. What was bought stays good."""
    async with db.transaction() as c:
        await SQL.lock_alone.value(c, pass_type_id=pass_type_id)
        kind = await _own(c, organisation_id, pass_type_id)
        if (kind.withdrawn_at is not None) == withdrawn:
            return
        await SQL.withdraw.run(c, pass_type_id=pass_type_id, withdrawn_at=now if withdrawn else None)
        act = "pass-type.withdrawn" if withdrawn else "pass-type.returned"
        await audit.note(c, by, act, _subject(kind), now)


async def overviews(db: Database, box_office_id: UUID, now: datetime, page: int = 1) -> list[Overview]:
    """A page of a box office's passes, by name; withdrawn ones and those that are over too."""
    values = {"box_office_id": box_office_id, "pass_type_id": None, "now": now}
    async with db.read() as c:
        return await SQL.overview.all(c, Overview, rows_max=ROWS_MAX, rows_skipped=(page - 1) * ROWS_MAX, **values)


async def overview(db: Database, box_office_id: UUID, pass_type_id: UUID, now: datetime) -> Overview:
    """One of them, or NotFound."""
    values = {"box_office_id": box_office_id, "pass_type_id": pass_type_id, "now": now}
    async with db.read() as c:
        found = await SQL.overview.one(c, Overview, rows_max=1, rows_skipped=0, **values)
    if found is None:
        raise NotFound(what="pass type")
    return found


async def dates(db: Database, pass_type_id: UUID) -> list[Held]:
    """The dates of a pass, by start."""
    async with db.read() as c:
        return await SQL.dates.all(c, Held, pass_type_id=pass_type_id)


async def choices(
    db: Database, box_office_id: UUID, now: datetime, pass_type_id: UUID | None = None
) -> list[tuple[Held, ...]]:
    """The dates that a pass of a box office may have, those to come and those it has already; by event."""
    values = {"box_office_id": box_office_id, "pass_type_id": pass_type_id, "now": now, "rows_max": CHOICES_MAX}
    async with db.read() as c:
        found = await SQL.choices.all(c, Held, **values)
    return [tuple(some) for _, some in groupby(found, lambda date: date.event_id)]


async def get(db: Database, pass_type_id: UUID) -> PassType:
    """A pass type, as anybody may see it, or NotFound."""
    async with db.read() as c:
        found = await SQL.get.one(c, PassType, pass_type_id=pass_type_id)
    if found is None:
        raise NotFound(what="pass type")
    return found


async def list_of(db: Database, box_office_key: str) -> list[PassType]:
    """What passes a box office sells, by name."""
    async with db.read() as c:
        return await SQL.list_of.all(c, PassType, box_office_key=box_office_key)


async def shown(db: Database, box_office_id: UUID, now: datetime) -> list[Shown]:
    """The passes that a shop shows, those that can be bought now or later, by name."""
    async with db.read() as c:
        rows = await SQL.shown.all(c, _ShownAt, box_office_id=box_office_id, now=now)
    by_type = [list(group) for _, group in groupby(rows, lambda row: row.id)]
    return [Shown(some[0].id, some[0].name, some[0].price_cents, tuple(some)) for some in by_type]


async def seats(db: Database, pass_type: PassType, seat: str, now: datetime) -> tuple[PassSeat, ...]:
    """One seat, by its id in the plan, at each performance.

    Raises UnknownSeat where a hall has no such seat, SaleNotOpen or SaleClosed where a performance is not on sale.
    """
    return tuple([await _seat(db, performance, seat, now) for performance in pass_type.performances])


def wants(pass_type: PassType, seats: Sequence[PassSeat]) -> tuple[Want, ...]:
    """What to hold for a pass, all or nothing: its seats, and one of its quantity if that is bounded."""
    bound = () if pass_type.pool_id is None else (Any(pass_type.pool_id, 1),)
    return (*(Seats(seat.pool, (seat.place,)) for seat in seats), *bound)


def choice(pass_type: PassType, seats: Sequence[PassSeat], holder_name: str) -> PassChoice:
    """The pass as an order takes it, of places that a hold has."""
    return PassChoice(pass_type.id, holder_name, tuple((seat.performance, seat.place) for seat in seats))


async def oppose(
    db: Database, organisation_id: UUID, pass_id: UUID, now: datetime, by: Actor | None = None, reason: str = ""
) -> Changed:
    """Make a valid pass invalid at all its dates; nobody else gets its seats, and why is kept."""
    return await _change(db, organisation_id, pass_id, TicketEvent.OPPOSE, now, by, oppositions.reason_of(reason))


async def allow(db: Database, organisation_id: UUID, pass_id: UUID, now: datetime, by: Actor | None = None) -> Changed:
    """End a pass's opposition: the code that its holder has is good again."""
    return await _change(db, organisation_id, pass_id, TicketEvent.ALLOW, now, by)


async def reissue(
    db: Database, organisation_id: UUID, pass_id: UUID, now: datetime, by: Actor | None = None
) -> Changed:
    """Give a valid or opposed pass a new code, which ends the old one, and mail it to the customer."""
    return await _change(db, organisation_id, pass_id, TicketEvent.REISSUE, now, by)


async def _change(
    db: Database,
    organisation_id: UUID,
    pass_id: UUID,
    event: TicketEvent,
    now: datetime,
    by: Actor | None,
    reason: str = "",
) -> Changed:
    async with db.transaction() as c:
        held = await SQL.lock.one(c, _Locked, organisation_id=organisation_id, pass_id=pass_id)
        if held is None:
            raise NotFound(what="pass")
        after = changed("pass", held.status, held.generation, event)
        await SQL.write.run(c, pass_id=pass_id, status=after.status, generation=after.generation)
        await oppositions.follow(c, event, held.generation, now, by, reason, pass_id=pass_id)
        if event == TicketEvent.REISSUE:
            await jobs.enqueue(c, Job.SEND_MAIL, SendMail(held.order_id, MailKind.TICKETS_REISSUED))
        if by is not None:
            subject = Subject(kind="order", id=held.order_id, name=held.order_code, box_office_id=held.box_office_id)
            changes = {"pass": (held.serial, held.serial), "status": (held.status, after.status)}
            told = changes | ({"reason": ("", reason)} if reason else {})
            await audit.note(c, by, ACTS[event], subject, now, told)
    return after


async def _add(
    c: Connection, organisation_id: UUID, box_office_id: UUID, terms: Terms, wanted: list[UUID], now: datetime
) -> UUID:
    if await SQL.owns.value(c, organisation_id=organisation_id, box_office_id=box_office_id) is None:
        raise NotFound(what="box office")
    pass_type_id, pool_id = new_id(), None
    if terms.quantity is not None:
        pool_id = await pools.create(c, box_office_id, PoolKind.PASS_QUANTITY, terms.quantity)
    ids = {"pass_type_id": pass_type_id, "box_office_id": box_office_id}
    told = {"name": terms.name, "short_name": terms.short_name, "price_cents": terms.price_cents}
    await SQL.create_type.run(c, pool_id=pool_id, created_at=now, **ids, **told)
    if await SQL.add_performances.run(c, performance_ids=wanted, **ids) < len(wanted):
        raise NotFound(what="performance")
    return pass_type_id


async def _own(c: Connection, organisation_id: UUID, pass_type_id: UUID) -> _Owned:
    found = await SQL.owned.one(c, _Owned, organisation_id=organisation_id, pass_type_id=pass_type_id)
    if found is None:
        raise NotFound(what="pass type")
    return found


async def _set_dates(c: Connection, kind: _Owned, wanted: list[UUID]) -> None:
    if kind.sold:
        raise PassDatesStay(where="dates")
    await SQL.drop_performances.run(c, pass_type_id=kind.id)
    ids = {"pass_type_id": kind.id, "box_office_id": kind.box_office_id}
    if await SQL.add_performances.run(c, performance_ids=wanted, **ids) < len(wanted):
        raise NotFound(what="performance")


async def _bound(c: Connection, kind: _Owned, quantity: int | None) -> tuple[int | None, int | None]:
    """Set a pass's number; the pool it runs out of now, and the one whose words are to be written anew."""
    await SQL.lock_orders.run(c, pass_type_id=kind.id)
    taken = await SQL.live.value(c, pass_type_id=kind.id)
    if quantity is not None and taken > quantity:
        raise PassBelowSold(place_count=taken, where="quantity")
    if kind.pool_id is None:
        assert quantity is not None, "there is something to change"
        made = await pools.create(c, kind.box_office_id, PoolKind.PASS_QUANTITY, quantity)
        await SQL.claim.run(c, pool=made, pass_type_id=kind.id)
        return made, None
    await pools.lock_exclusive(c, kind.pool_id)
    if quantity is None:
        assert kind.quantity is not None, "a pool has places"
        await pools.let_go(c, kind.pool_id)
        await pools.grow(c, kind.pool_id, kind.quantity)
        return None, kind.pool_id
    await pools.resize(c, kind.pool_id, quantity)
    return kind.pool_id, kind.pool_id


async def _ensure_common(db: Database, box_office_id: UUID, performance_ids: list[UUID]) -> None:
    """Refuse dates of which nobody could have the same seat."""
    async with db.read() as c:
        rows = await SQL.halls.rows(c, box_office_id=box_office_id, performance_ids=performance_ids)
    found = [await halls.hall(db, plan_hash, place_list_hash) for plan_hash, place_list_hash in rows]
    if found and not await asyncio.to_thread(_share_a_seat, found):
        raise NoCommonSeat(where="dates")


def _share_a_seat(found: Sequence[Hall]) -> bool:
    first, *others = found
    seats = (first.seats.seat(place) for place in range(first.packed.place_count))
    return any(seat and all(other.seats.place(seat) is not None for other in others) for seat in seats)


def _sound(terms: Terms) -> Terms:
    quantity = terms.quantity
    return Terms(
        name=text_of(terms.name, "name"),
        short_name=text_of(terms.short_name, "short_name", chars_max=SHORT_NAME_CHARS_MAX),
        price_cents=_within(terms.price_cents, 0, PRICE_CENTS_MAX, "price_cents"),
        quantity=None if quantity is None else _within(quantity, 1, QUANTITY_MAX, "quantity"),
    )


def _wanted(performance_ids: Sequence[UUID]) -> list[UUID]:
    wanted = list(dict.fromkeys(performance_ids))
    if not 1 <= len(wanted) <= PERFORMANCES_MAX:
        raise InputRefused(problem="Choose 1 to {most} dates.", where="dates", most=PERFORMANCES_MAX)
    return wanted


def _terms(kind: _Owned) -> Terms:
    return Terms(**{name: getattr(kind, name) for name in Terms.__struct_fields__})


def _subject(kind: _Owned) -> Subject:
    return Subject(kind="pass_type", id=kind.id, name=kind.name, box_office_id=kind.box_office_id)


async def _seat(db: Database, performance_id: UUID, seat: str, now: datetime) -> PassSeat:
    performance = await performances.get(db, performance_id)
    performances.ensure_on_sale(performance, now)
    (place,) = (await performances.hall(db, performance)).places([seat])
    return PassSeat(performance_id, performance.pool_id, place)


def _within(number: int, least: int, most: int, field: str) -> int:
    if not least <= number <= most:
        problem = "Type a whole number from {least} to {most}."
        raise InputRefused(problem=problem, where=field, least=least, most=most)
    return number
