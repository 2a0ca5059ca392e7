"""An order before it is placed: what was asked for, checked, labelled and priced, with nothing written yet.

One statement reads all that may change (prices, quotas, whether the performance is on sale), and Postgres's time with
it; labels come from the hall, which never changes. What comes out is the rows that `orders.place` writes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from engine.holds import PLACES_PER_HOLD_MAX
from engine.seat_index import SeatLabel
from ticketing import answers, halls, prices
from ticketing.answers import Asked, Given, Row
from ticketing.channels import Channel
from ticketing.checkouts import Choices
from ticketing.db import Database
from ticketing.halls import Hall
from ticketing.ids import new_id
from ticketing.performances import PerformanceStatus
from ticketing.prices import Prices
from ticketing.queue_numbers import Admission
from ticketing.refusals import (
    CounterOnly,
    InputRefused,
    NoPrice,
    NotFound,
    OptionsBelowNothing,
    OptionsExclude,
    PassIncomplete,
    PriceChanged,
    SaleClosed,
    SaleNotOpen,
    TariffClosed,
    TariffMaximum,
    TariffMinimum,
    TariffNotOpen,
    TooManyPlaces,
    UnknownOption,
)
from ticketing.sql import Connection, load
from ticketing.texts import email_of, locale_of, text_of

REQUEST_KEY_CHARS_MAX = 200
TOTAL_CENTS_MAX = 2**31 - 1

SQL = load("orders")


class Buyer(Struct, frozen=True):
    """Who buys. An address known to the organisation keeps the name and language it came with first."""

    email: str
    name: str
    locale: str = "en"


NOBODY = Buyer("", "")
"""Somebody at the counter who leaves neither address nor name."""


class SeatChoice(Struct, frozen=True):
    """One place of a performance, at one tariff."""

    performance: UUID
    place: int
    tariff: UUID
    holder_name: str = ""
    """Whose name the ticket bears; none given: the buyer's."""
    options: tuple[UUID, ...] = ()
    """What is chosen of the tariff's options, at most one of each group."""
    answers: Given = ()
    """What is said to the questions of the tariff's form."""


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
    channel: Channel = Channel.SHOP
    total_cents: int | None = None
    """What the buyer was told it costs: at another price it is not ordered. None: whatever it costs now."""
    answers: Given = ()
    """What is said to the questions of the order's forms."""
    admissions: tuple[Admission, ...] = ()
    """By what its buyer was let in to events with a waiting room, over or not: what they came for is counted."""
    choices: Choices | None = None
    """What the buyer chose on the way, where they were asked."""


class Line(Struct, frozen=True):
    """What one thing on the order costs, and the rate of the VAT that is in it (None: no VAT)."""

    id: UUID
    kind: str
    label: str
    amount_cents: int
    vat_thousandths: int | None


class DraftPass(Struct, frozen=True):
    id: UUID
    line: UUID
    pass_type: UUID
    holder_name: str


class Option(Struct, frozen=True):
    """An option of a tariff as it is sold now."""

    id: UUID
    group: UUID | None
    name: str
    price_cents: int


class DraftTicket(Struct, frozen=True):
    """A ticket; its price has that of its options in it."""

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
    options: tuple[Option, ...] = ()

    @property
    def options_cents(self) -> int:
        return sum(option.price_cents for option in self.options)


class Draft(Struct, frozen=True):
    """The rows of an order. `needs` counts the interchangeable places it takes beside its seats, by pool."""

    lines: list[Line]
    passes: list[DraftPass]
    tickets: list[DraftTicket]
    needs: Counter[int]
    answers: list[Row] = msgspec.field(default_factory=list)

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
    pool_epoch: int | None
    """As of when the plan was read: another plan comes with another epoch."""
    status: str | None
    sale_opens_at: datetime | None
    sale_closes_at: datetime | None
    order_places_max: int | None
    plan_hash: bytes | None
    place_list_hash: bytes | None
    tariff_name: str | None
    tariff_version: int | None
    tariff_opens_at: datetime | None
    tariff_closes_at: datetime | None
    tariff_closed_at: datetime | None
    counter_only: bool | None
    order_min: int | None
    order_max: int | None
    vat_thousandths: int | None
    dated: list[bool] | None
    zones: list[str | None] | None
    categories: list[str | None] | None
    prices_cents: list[int] | None
    options: list[UUID] | None
    option_groups: list[UUID | None] | None
    option_names: list[str] | None
    option_prices: list[int] | None
    quota_pools: list[int]
    form_id: UUID | None = None
    order_form_id: UUID | None = None


class PassType(Struct, frozen=True):
    id: UUID
    name: str
    price_cents: int
    pool_id: int | None
    performances: list[UUID]
    vat_thousandths: int | None
    withdrawn_at: datetime | None


class Offered(Struct, frozen=True):
    """One performance at one tariff (or by a pass), on sale, with its hall, its prices and options."""

    performance: UUID
    tariff: UUID | None
    tariff_name: str
    pool: int
    prices: Prices
    options: Mapping[UUID, Option]
    vat_thousandths: int | None
    quota_pools: tuple[int, ...]
    hall: Hall


Offers = Mapping[tuple[UUID, UUID | None], Offered]


async def preview(db: Database, request: PlaceOrder, grace_s: int, now: datetime) -> Draft:
    """What an order would come to now, checked and priced; raises as `ground` and `draft` do. Nothing is written."""
    async with db.read() as c:
        found = await ground(c, request)
    return await draft(db, request, found, grace_s, now)


async def ground(c: Connection, request: PlaceOrder) -> list[Ground]:
    """What the request stands on, at least one row. Raises NotFound for a box office that is none, InputRefused."""
    ensure_sound(request)
    asked = pairs_of(request)
    rows = await SQL.ground.all(
        c,
        Ground,
        box_office_id=request.box_office,
        request_key=request.request_key,
        email=address_of(request.buyer),
        channel=request.channel,
        performances=[performance for performance, _ in asked],
        tariffs=[tariff for _, tariff in asked],
    )
    if not rows:
        raise NotFound(what="box office")
    return rows


def address_of(buyer: Buyer) -> str:
    """A buyer's address as it is kept; none of nobody's."""
    return "" if buyer == NOBODY else email_of(buyer.email)


def epochs_of(found: Sequence[Ground]) -> dict[int, int]:
    """The epoch of each performance's pool as of when its plan was read."""
    return {row.pool_id: row.pool_epoch for row in found if row.pool_id is not None and row.pool_epoch is not None}


async def draft(db: Database, request: PlaceOrder, found: Sequence[Ground], grace_s: int, now: datetime) -> Draft:
    """The order, checked and priced.

    A place that was held while the sale was open may be ordered for `grace_s` seconds after it closed. Raises
    NotFound, SaleNotOpen, SaleClosed, UnknownSeat, NoPrice, PassIncomplete; of a tariff TariffNotOpen, TariffClosed,
    CounterOnly, TariffMinimum, TariffMaximum; of options UnknownOption, OptionsExclude, OptionsBelowNothing; and
    PriceChanged when it does not cost what the buyer was told; AnswersRefused for what is asked besides.
    """
    offered = [await _offered(db, row, request.channel, grace_s, now) for row in found]
    _ensure_counts(request, found)
    types = await _pass_types(db, request)
    made = compose(request, {(offer.performance, offer.tariff): offer for offer in offered}, types)
    if made.total_cents > TOTAL_CENTS_MAX:
        raise InputRefused(problem="This costs more than one order can.", where="seats")
    if request.total_cents is not None and request.total_cents != made.total_cents:
        raise PriceChanged(total_cents=made.total_cents)
    await _answer(db, request, found, made, now)
    return made


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
    if request.buyer != NOBODY or request.channel is not Channel.COUNTER:
        text_of(request.buyer.name, "name")
        email_of(request.buyer.email)
    locale_of(request.buyer.locale)
    for holder in (*(s.holder_name for s in request.seats if s.holder_name), *(p.holder_name for p in request.passes)):
        text_of(holder, "holder_name")
    places = [*((s.performance, s.place) for s in request.seats), *(at for p in request.passes for at in p.places)]
    if not places:
        raise InputRefused(problem="An order has at least one place.", where="seats")
    if len(places) > PLACES_PER_HOLD_MAX:
        raise TooManyPlaces(places_max=PLACES_PER_HOLD_MAX)
    if len(set(places)) < len(places):
        raise InputRefused(problem="The same place is ordered twice.", where="seats")


def pairs_of(request: PlaceOrder) -> list[tuple[UUID, UUID | None]]:
    """Each performance and tariff asked for, once; no tariff where a pass pays."""
    seats: Iterable[tuple[UUID, UUID | None]] = ((seat.performance, seat.tariff) for seat in request.seats)
    passes = ((performance, None) for choice in request.passes for performance, _ in choice.places)
    return list(dict.fromkeys((*seats, *passes)))


def _add_seat(made: Draft, seat: SeatChoice, offered: Offered, holder_name: str) -> None:
    label = offered.hall.label(seat.place)
    tariff_cents = offered.prices.of(label.zone_id, label.category)
    if tariff_cents is None:
        raise NoPrice(tariff=offered.tariff_name, category=label.category)
    chosen = _chosen(seat.options, offered) if seat.options else ()
    price_cents = tariff_cents + sum(option.price_cents for option in chosen)
    if price_cents < 0:
        raise OptionsBelowNothing(tariff=offered.tariff_name)
    named = label_of(label.zone, label.row, label.seat, offered.tariff_name, [option.name for option in chosen])
    line = Line(new_id(), "ticket", named, price_cents, offered.vat_thousandths)
    made.lines.append(line)
    made.tickets.append(_ticket(line.id, None, offered, seat.place, label, price_cents, holder_name, chosen))
    made.needs.update(offered.quota_pools)


def _add_pass(made: Draft, choice: PassChoice, kind: PassType, offers: Offers) -> None:
    if sorted(performance for performance, _ in choice.places) != sorted(kind.performances):
        raise PassIncomplete(name=kind.name, performance_count=len(kind.performances))
    line = Line(new_id(), "pass", kind.name, kind.price_cents, kind.vat_thousandths)
    holder = DraftPass(new_id(), line.id, kind.id, choice.holder_name)
    made.lines.append(line)
    made.passes.append(holder)
    for performance, place in choice.places:
        offered = offers[performance, None]
        label = offered.hall.label(place)
        made.tickets.append(_ticket(line.id, holder.id, offered, place, label, 0, choice.holder_name))
    if kind.pool_id is not None:
        made.needs[kind.pool_id] += 1


def _chosen(wanted: Sequence[UUID], offered: Offered) -> tuple[Option, ...]:
    """The options asked for. Raises UnknownOption for one that is none, or twice; OptionsExclude for two of a group."""
    known = [offered.options[option] for option in dict.fromkeys(wanted) if option in offered.options]
    if len(known) < len(wanted):
        raise UnknownOption(tariff=offered.tariff_name)
    groups = Counter(option.group for option in known if option.group is not None)
    for group, count in groups.items():
        if count > 1:
            raise OptionsExclude(names=", ".join(option.name for option in known if option.group == group))
    return tuple(known)


def _ticket(
    line: UUID,
    holder_pass: UUID | None,
    offered: Offered,
    place: int,
    label: SeatLabel,
    price_cents: int,
    holder_name: str,
    options: tuple[Option, ...] = (),
) -> DraftTicket:
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
        options=options,
    )


def label_of(zone: str, row: str, seat: str, tariff_name: str, options: Sequence[str] = ()) -> str:
    """What an order line says of a ticket: "Stalls, 8-12, Full + Meal"."""
    parts = (zone, "-".join(filter(None, (row, seat))), " + ".join((tariff_name, *options)))
    return ", ".join(part for part in parts if part)


def _ensure_counts(request: PlaceOrder, found: Sequence[Ground]) -> None:
    """Refuse more places of a performance than an order may have, and too few or too many at a tariff."""
    counts = Counter(seat.tariff for seat in request.seats)
    places = Counter(seat.performance for seat in request.seats)
    for row in found:
        if row.order_places_max is not None and places[row.performance_id] > row.order_places_max:
            raise TooManyPlaces(places_max=row.order_places_max)
        count = 0 if row.tariff_id is None else counts[row.tariff_id]
        if row.order_min is not None and 0 < count < row.order_min:
            raise TariffMinimum(tariff=row.tariff_name, order_min=row.order_min)
        if row.order_max is not None and count > row.order_max:
            raise TariffMaximum(tariff=row.tariff_name, order_max=row.order_max)


def _ensure_sold(row: Ground, channel: Channel, grace: timedelta, now: datetime) -> None:
    """Refuse a tariff that is not sold in this channel at this time. Closed by hand, it is closed at once."""
    if row.tariff_closed_at is not None or (row.tariff_closes_at is not None and now >= row.tariff_closes_at + grace):
        raise TariffClosed(tariff=row.tariff_name)
    if row.tariff_opens_at is not None and now < row.tariff_opens_at:
        raise TariffNotOpen(tariff=row.tariff_name, opens_at=row.tariff_opens_at.isoformat())
    if row.counter_only and channel is not Channel.COUNTER:
        raise CounterOnly(tariff=row.tariff_name)


def _options(row: Ground) -> dict[UUID, Option]:
    if row.options is None:
        return {}
    columns = (row.options, row.option_groups or (), row.option_names or (), row.option_prices or ())
    return {option[0]: Option(*option) for option in zip(*columns, strict=True)}


async def _offered(db: Database, row: Ground, channel: Channel, grace_s: int, now: datetime) -> Offered:
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
    _ensure_sold(row, channel, timedelta(seconds=grace_s), now)
    return Offered(
        performance=row.performance_id,
        tariff=row.tariff_id,
        tariff_name=row.tariff_name or "",
        pool=row.pool_id,
        prices=prices.gathered(row.dated, row.zones, row.categories, row.prices_cents),
        options=_options(row),
        vat_thousandths=row.vat_thousandths,
        quota_pools=tuple(row.quota_pools),
        hall=await halls.hall(db, row.plan_hash, row.place_list_hash),
    )


async def _answer(db: Database, request: PlaceOrder, found: Sequence[Ground], made: Draft, now: datetime) -> None:
    """Add the answers to the forms of the order and of its tickets; whom a form names as holder is on the ticket."""
    of_tickets = {(row.performance_id, row.tariff_id): row.form_id for row in found}
    of_order = dict.fromkeys(row.order_form_id for row in found if row.order_form_id)
    asked = [Asked("answers", None, tuple(of_order), request.answers)]
    for n, (seat, ticket) in enumerate(zip(request.seats, made.tickets, strict=False)):
        form_id = of_tickets[seat.performance, seat.tariff]
        asked.append(Asked(f"seats.{n}.answers", ticket.id, (form_id,) if form_id else (), seat.answers))
    answered = await answers.read(db, request.box_office, asked, now)
    made.answers.extend(answered.rows)
    for n, ticket in enumerate(made.tickets):
        if holder := answered.holders.get(ticket.id):
            made.tickets[n] = msgspec.structs.replace(ticket, holder_name=holder)


async def _pass_types(db: Database, request: PlaceOrder) -> dict[UUID, PassType]:
    wanted = {choice.pass_type for choice in request.passes}
    if not wanted:
        return {}
    async with db.read() as c:
        found = await SQL.pass_types.all(c, PassType, box_office_id=request.box_office, pass_types=list(wanted))
    if len(found) < len(wanted):
        raise NotFound(what="pass type")
    if any(kind.withdrawn_at is not None for kind in found):
        raise SaleClosed()
    return {kind.id: kind for kind in found}
