"""An order before it is placed: what was asked for, checked, labelled and priced, with nothing written yet.

One statement reads all that may change (prices, quotas, whether the performance is on sale), and Postgres's time with
it; labels come from the hall, which never changes. What comes out is the rows that `orders.place` writes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from engine.holds import PLACES_PER_HOLD_MAX
from ticketing import halls
from ticketing.db import Database
from ticketing.halls import Hall
from ticketing.ids import new_id
from ticketing.performances import PerformanceStatus
from ticketing.refusals import InputRefused, NoPrice, NotFound, PassIncomplete, SaleClosed, SaleNotOpen, TooManyPlaces
from ticketing.sql import Connection, load
from ticketing.texts import email_of, locale_of, text_of

REQUEST_KEY_CHARS_MAX = 200

SQL = load("orders")


class Buyer(Struct, frozen=True):
    """Who buys. An address known to the organisation keeps the name and language it came with first."""

    email: str
    name: str
    locale: str = "en"


class SeatChoice(Struct, frozen=True):
    """One place of a performance, at one tariff."""

    performance: UUID
    place: int
    tariff: UUID
    holder_name: str = ""
    """Whose name the ticket bears; none given: the buyer's."""


class PassChoice(Struct, frozen=True):
    """A pass, with its place at each of its type's performances."""

    pass_type: UUID
    holder_name: str
    places: tuple[tuple[UUID, int], ...]


class PlaceOrder(Struct, frozen=True):
    """What is ordered, of the places that a hold has. `request_key` names the request: repeating it does it once."""

    box_office: UUID
    request_key: str
    hold: bytes
    buyer: Buyer
    seats: tuple[SeatChoice, ...] = ()
    passes: tuple[PassChoice, ...] = ()


class Line(Struct, frozen=True):
    """What one thing on the order costs."""

    id: UUID
    kind: str
    label: str
    amount_cents: int


class DraftPass(Struct, frozen=True):
    id: UUID
    line: UUID
    pass_type: UUID
    holder_name: str


class DraftTicket(Struct, frozen=True):
    id: UUID
    line: UUID
    holder_pass: UUID | None
    performance: UUID
    tariff: UUID | None
    pool: int
    place: int
    zone: str
    row: str
    seat: str
    category: str
    price_cents: int
    holder_name: str


class Draft(Struct, frozen=True):
    """The rows of an order. `needs` counts the interchangeable places it takes beside its seats, by pool."""

    lines: list[Line]
    passes: list[DraftPass]
    tickets: list[DraftTicket]
    needs: Counter[int]

    @property
    def total_cents(self) -> int:
        return sum(line.amount_cents for line in self.lines)


class Ground(Struct, frozen=True):
    """What an order stands on, one row for each performance and tariff asked for; the first are the same in all.

    `order_id` is the order already placed under this request key, `unpaid_places` what the customer has not paid yet.
    """

    asked_at: datetime
    organisation_id: UUID
    currency: str
    customer_id: UUID | None
    order_id: UUID | None
    unpaid_places: int
    performance_id: UUID
    tariff_id: UUID | None
    pool_id: int | None
    status: str | None
    sale_opens_at: datetime | None
    sale_closes_at: datetime | None
    plan_hash: bytes | None
    place_list_hash: bytes | None
    tariff_name: str | None
    categories: list[str]
    prices_cents: list[int]
    quota_pools: list[int]


class PassType(Struct, frozen=True):
    id: UUID
    name: str
    price_cents: int
    pool_id: int | None
    performances: list[UUID]


class Offered(Struct, frozen=True):
    """One performance at one tariff (or by a pass), on sale, with its hall and the prices by category."""

    performance: UUID
    tariff: UUID | None
    tariff_name: str
    pool: int
    prices: dict[str, int]
    quota_pools: tuple[int, ...]
    hall: Hall


Offers = Mapping[tuple[UUID, UUID | None], Offered]


async def ground(c: Connection, request: PlaceOrder) -> list[Ground]:
    """What the request stands on, at least one row. Raises NotFound for a box office that is none, InputRefused."""
    ensure_sound(request)
    asked = pairs_of(request)
    rows = await SQL.ground.all(
        c,
        Ground,
        box_office_id=request.box_office,
        request_key=request.request_key,
        email=email_of(request.buyer.email),
        performances=[performance for performance, _ in asked],
        tariffs=[tariff for _, tariff in asked],
    )
    if not rows:
        raise NotFound(what="box office")
    return rows


async def draft(db: Database, request: PlaceOrder, found: Sequence[Ground], grace_s: int, now: datetime) -> Draft:
    """The order, checked and priced.

    A place that was held while the sale was open may be ordered for `grace_s` seconds after it closed. Raises
    NotFound, SaleNotOpen, SaleClosed, UnknownSeat, NoPrice, PassIncomplete.
    """
    offered = [await _offered(db, row, grace_s, now) for row in found]
    types = await _pass_types(db, request)
    return compose(request, {(offer.performance, offer.tariff): offer for offer in offered}, types)


def compose(request: PlaceOrder, offers: Offers, types: Mapping[UUID, PassType]) -> Draft:
    """The rows of an order, from what is offered."""
    made = Draft([], [], [], Counter())
    for seat in request.seats:
        _add_seat(made, seat, offers[seat.performance, seat.tariff], seat.holder_name or request.buyer.name)
    for choice in request.passes:
        _add_pass(made, choice, types[choice.pass_type], offers)
    return made


def ensure_sound(request: PlaceOrder) -> None:
    """Refuse what needs no look at the database: nothing, too much, the same place twice, texts out of bounds."""
    text_of(request.request_key, "request_key", chars_max=REQUEST_KEY_CHARS_MAX)
    text_of(request.buyer.name, "name")
    locale_of(request.buyer.locale)
    for holder in (*(s.holder_name for s in request.seats if s.holder_name), *(p.holder_name for p in request.passes)):
        text_of(holder, "holder_name")
    places = [*((s.performance, s.place) for s in request.seats), *(at for p in request.passes for at in p.places)]
    if not places:
        raise InputRefused(problem="an order has at least one place", where="seats")
    if len(places) > PLACES_PER_HOLD_MAX:
        raise TooManyPlaces(places_max=PLACES_PER_HOLD_MAX)
    if len(set(places)) < len(places):
        raise InputRefused(problem="the same place is ordered twice", where="seats")


def pairs_of(request: PlaceOrder) -> list[tuple[UUID, UUID | None]]:
    """Each performance and tariff asked for, once; no tariff where a pass pays."""
    seats: Iterable[tuple[UUID, UUID | None]] = ((seat.performance, seat.tariff) for seat in request.seats)
    passes = ((performance, None) for choice in request.passes for performance, _ in choice.places)
    return list(dict.fromkeys((*seats, *passes)))


def _add_seat(made: Draft, seat: SeatChoice, offered: Offered, holder_name: str) -> None:
    label = offered.hall.label(seat.place)
    if label.category not in offered.prices:
        raise NoPrice(tariff=offered.tariff_name, category=label.category)
    price_cents = offered.prices[label.category]
    line = Line(new_id(), "ticket", label_of(label.zone, label.row, label.seat, offered.tariff_name), price_cents)
    made.lines.append(line)
    made.tickets.append(_ticket(line.id, None, offered, seat.place, price_cents, holder_name))
    made.needs.update(offered.quota_pools)


def _add_pass(made: Draft, choice: PassChoice, kind: PassType, offers: Offers) -> None:
    if sorted(performance for performance, _ in choice.places) != sorted(kind.performances):
        raise PassIncomplete(name=kind.name, performance_count=len(kind.performances))
    line = Line(new_id(), "pass", kind.name, kind.price_cents)
    holder = DraftPass(new_id(), line.id, kind.id, choice.holder_name)
    made.lines.append(line)
    made.passes.append(holder)
    for performance, place in choice.places:
        made.tickets.append(_ticket(line.id, holder.id, offers[performance, None], place, 0, choice.holder_name))
    if kind.pool_id is not None:
        made.needs[kind.pool_id] += 1


def _ticket(
    line: UUID, holder_pass: UUID | None, offered: Offered, place: int, price_cents: int, holder_name: str
) -> DraftTicket:
    label = offered.hall.label(place)
    return DraftTicket(
        id=new_id(),
        line=line,
        holder_pass=holder_pass,
        performance=offered.performance,
        tariff=offered.tariff,
        pool=offered.pool,
        place=place,
        zone=label.zone,
        row=label.row,
        seat=label.seat,
        category=label.category,
        price_cents=price_cents,
        holder_name=holder_name,
    )


def label_of(zone: str, row: str, seat: str, tariff_name: str) -> str:
    """What an order line says of a ticket: "Stalls, 8-12, Full"."""
    return ", ".join(part for part in (zone, "-".join(filter(None, (row, seat))), tariff_name) if part)


async def _offered(db: Database, row: Ground, grace_s: int, now: datetime) -> Offered:
    unseen = row.status == PerformanceStatus.DRAFT
    if unseen or row.pool_id is None or row.plan_hash is None or row.place_list_hash is None:
        raise NotFound(what="performance")
    if row.tariff_id is not None and row.tariff_name is None:
        raise NotFound(what="tariff")
    assert row.sale_opens_at is not None and row.sale_closes_at is not None
    if row.status != PerformanceStatus.ON_SALE or now >= row.sale_closes_at + timedelta(seconds=grace_s):
        raise SaleClosed()
    if now < row.sale_opens_at:
        raise SaleNotOpen(opens_at=row.sale_opens_at.isoformat())
    return Offered(
        performance=row.performance_id,
        tariff=row.tariff_id,
        tariff_name=row.tariff_name or "",
        pool=row.pool_id,
        prices=dict(zip(row.categories, row.prices_cents, strict=True)),
        quota_pools=tuple(row.quota_pools),
        hall=await halls.hall(db, row.plan_hash, row.place_list_hash),
    )


async def _pass_types(db: Database, request: PlaceOrder) -> dict[UUID, PassType]:
    wanted = {choice.pass_type for choice in request.passes}
    if not wanted:
        return {}
    async with db.read() as c:
        found = await SQL.pass_types.all(c, PassType, box_office_id=request.box_office, pass_types=list(wanted))
    if len(found) < len(wanted):
        raise NotFound(what="pass type")
    return {kind.id: kind for kind in found}
