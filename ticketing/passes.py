"""Passes: one seat at every performance of a type, one code for them all.

A pass type lists its performances and has its price. A pass is a line of an order that owns one ticket a performance:
its places are held in one hold, all or none, claimed in one order, and let in one by one, each date's once. The tickets
carry the seats; the pass carries the holder, the code and the status.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from engine.holds import Any, Seats, Want
from ticketing import audit, jobs, oppositions, performances, pools
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.drafts import PassChoice
from ticketing.ids import new_id
from ticketing.jobs import Job, MailKind, SendMail
from ticketing.pools import PoolKind
from ticketing.refusals import InputRefused, NotFound
from ticketing.sql import load
from ticketing.states import TicketEvent
from ticketing.texts import text_of
from ticketing.tickets import Changed, changed

SHORT_NAME_CHARS_MAX = 35
PERFORMANCES_MAX = 100
PRICE_CENTS_MAX = 100_000_00
QUANTITY_MAX = 1_000_000

ACTS = {
    TicketEvent.OPPOSE: "pass.opposed",
    TicketEvent.ALLOW: "pass.allowed",
    TicketEvent.REISSUE: "pass.reissued",
}

SQL = load("passes")


class PassType(Struct, frozen=True):
    """What is sold. `performances` are by date; `pool_id` is the pool its quantity runs out of, None when unbounded."""

    id: UUID
    box_office_id: UUID
    name: str
    short_name: str
    price_cents: int
    pool_id: int | None
    performances: list[UUID]


class PassSeat(Struct, frozen=True):
    """A pass's place at one of its performances."""

    performance: UUID
    pool: int
    place: int


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
    wanted, pass_type_id = list(dict.fromkeys(performance_ids)), new_id()
    values = {
        "name": text_of(name, "name"),
        "short_name": text_of(short_name, "short_name", chars_max=SHORT_NAME_CHARS_MAX),
        "price_cents": _within(price_cents, 0, PRICE_CENTS_MAX, "price_cents"),
        "created_at": now,
    }
    _within(len(wanted), 1, PERFORMANCES_MAX, "performances")
    async with db.transaction() as c:
        if await SQL.owns.value(c, organisation_id=organisation_id, box_office_id=box_office_id) is None:
            raise NotFound(what="box office")
        pool_id = None
        if quantity is not None:
            count = _within(quantity, 1, QUANTITY_MAX, "quantity")
            pool_id = await pools.create(c, box_office_id, PoolKind.PASS_QUANTITY, count)
        ids = {"pass_type_id": pass_type_id, "box_office_id": box_office_id}
        await SQL.create_type.run(c, pool_id=pool_id, **ids, **values)
        if await SQL.add_performances.run(c, performance_ids=wanted, **ids) < len(wanted):
            raise NotFound(what="performance")
    return await get(db, pass_type_id)


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
