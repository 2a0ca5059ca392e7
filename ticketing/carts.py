"""Carts: what a shopper has in hand, and what they have chosen for each place of it.

A cart is one hold of a box office, over as many performances as they like, and beside it, in Postgres, the tariff and
the options chosen for each place and what was typed on the way to paying. The hold decides what is theirs and for how
long; the row only says what they want with it, so losing it costs choices and never a seat. A browser's secret opens
its cart, and only the secret's hash is kept. A pass in a cart is its places at all of its dates: they come and go
together.

Two tabs make one hold. What a cart holds changes in one step of its hold; then the row is written, if it is still the
one that was read: whoever finds it changed goes on from what stands there now, and gives back a hold that came second.
So no connection is kept while a hold is asked for, and nobody waits for anybody with one in hand. Whatever a shopper
does starts the hold's clock again, within the longest that a hold may last. What has lapsed is told by name, once.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from engine.inventory import Inventory
from ticketing import holds
from ticketing.box_offices import BoxOffice
from ticketing.channels import Channel
from ticketing.db import Database
from ticketing.holds import Ask, Held, PassWish, Place, SeatsWish, Wish
from ticketing.ids import secret_hash
from ticketing.offers import Offer, Offers, Price
from ticketing.options import Option
from ticketing.queue_numbers import Admission
from ticketing.refusals import HoldBusy, HoldExpired, HoldLost, InputRefused, NotFound, UnknownOption, UnknownSeat
from ticketing.settings import Settings
from ticketing.sql import Connection, load

KEPT = timedelta(days=30)
"""How long a cart that nobody touches is remembered: what was typed, not its places."""
FORGOTTEN_MAX = 10_000
TRIES_MAX = 8
"""How often an act is tried anew because somebody else was quicker at the same cart."""
SESSION_CHARS = 32
"""Of a cart's hashed secret: under them a browser's unpaid places are counted."""
NOTHING: Mapping[UUID, Sequence[int]] = {}
_Spot: TypeAlias = tuple[UUID, int]
"""A place of a performance."""
NONE: frozenset[_Spot] = frozenset()
NO_PARTS: Mapping[_Spot, "InPass"] = {}

SQL = load("carts")
_encode = msgspec.json.encode


class InPass(Struct, frozen=True):
    """The pass that a place is a part of: its type, and its seat, by its id in the plan."""

    pass_type: UUID
    seat: str


class Chosen(Struct, frozen=True):
    """What is chosen for one place. No tariff: the first that it is sold at, or what its pass costs."""

    performance: UUID
    place: int
    tariff: UUID | None = None
    options: tuple[UUID, ...] = ()
    within: InPass | None = None


class Item(Struct, frozen=True, kw_only=True):
    """A place of a cart with what was chosen for it. `price_cents` has its options in it; None: it has no price now."""

    performance: UUID
    event: UUID
    event_name: str
    venue_name: str
    starts_at: datetime
    time_zone: str
    place: int
    seat: str | None
    zone: str
    row: str
    label: str
    category: str
    tariff: UUID | None
    tariff_name: str
    options: tuple[UUID, ...]
    price_cents: int | None
    prices: tuple[Price, ...]
    """What it may be had at."""
    offered: tuple[tuple[Option, str | None], ...]
    """The options of its tariff, and the name of each one's group."""
    within: InPass | None = None


class PassItem(Struct, frozen=True):
    """A pass of a cart: its places by date, which have no prices of their own."""

    pass_type: UUID
    name: str
    price_cents: int
    dates: tuple[Item, ...]

    @property
    def first(self) -> Item:
        """Its place at its first date, by which it is named."""
        return self.dates[0]


class Gone(Struct, frozen=True):
    """Places of a date that left its plan: how many, and the date as it is shown."""

    performance: UUID
    event_name: str
    starts_at: datetime
    time_zone: str
    count: int


class Cart(Struct, frozen=True, kw_only=True):
    """A cart as it stands: places by themselves, and passes. `lost`: what was in it until its time was over.
    `order_id`: what it has become."""

    hold: str
    currency: str
    expires_at: datetime | None
    expires_in_s: float
    items: tuple[Item, ...]
    passes: tuple[PassItem, ...]
    lost: tuple[Item, ...]
    lost_passes: tuple[PassItem, ...]
    typed: dict[str, Any]
    order_id: UUID | None
    gone: tuple[Gone, ...] = ()
    """What was in it until the plan of its date was changed: seats that are not there any more, told until the cart is
    changed."""

    @property
    def places(self) -> tuple[Item, ...]:
        """All of its places, those of its passes among them."""
        return (*self.items, *(item for held in self.passes for item in held.dates))

    @property
    def total_cents(self) -> int:
        """What all of it costs."""
        return sum(item.price_cents or 0 for item in self.items) + sum(held.price_cents for held in self.passes)


class Shopper(Struct, frozen=True, kw_only=True):
    """Whose cart, and the moment. `key` names what they do, so that doing it twice does it once.

    `address` None: staff at the counter, whose unpaid places are not counted; they alone name `allotments`, the codes
    that what they do now may take from.
    """

    box_office: BoxOffice
    secret: str
    address: str | None
    language: str
    now: datetime
    link: str = ""
    key: str | None = None
    admissions: tuple[Admission, ...] = ()
    """To events whose waiting room is on."""
    channel: Channel = Channel.SHOP
    allotments: tuple[int, ...] = ()


class _Row(Struct, frozen=True):
    version: int
    hold: bytes | None
    chosen: tuple[Chosen, ...]
    typed: dict[str, Any]
    order_id: UUID | None
    last_key: str


NO_ROW = _Row(0, None, (), {}, None, "")


class _Lapsed(Struct, frozen=True):
    """Nothing is held (any more)."""

    lost: tuple[Item, ...] = ()


class Carts:
    """The carts of one installation, as a process reaches them."""

    def __init__(self, db: Database, offers: Offers, inventory: Inventory, settings: Settings) -> None:
        self._db, self._offers, self._inventory = db, offers, inventory
        self._stores = (offers, inventory, settings)

    async def of(self, shopper: Shopper) -> Cart:
        """The shopper's cart, empty if they have none. Reading it changes nothing."""
        async with self._db.read() as c:
            row = await _find(c, shopper)
        return await self._cart(shopper, row, await self._held(shopper, row))

    async def add(
        self,
        shopper: Shopper,
        wishes: Sequence[Wish],
        tariffs: Sequence[UUID] = (),
        drop: Mapping[UUID, Sequence[int]] = NOTHING,
    ) -> Cart:
        """Take more places and give some back, all or nothing; `tariffs` are given to the new ones in turn.

        Raises as `holds.take` does, and InputRefused for a pass whose seat is in the cart at one of its dates.
        """
        parts = await self._parts(wishes)
        for attempt in range(TRIES_MAX):
            row = await self._row(shopper)
            held = await self._held(shopper, row)
            if shopper.key and shopper.key == row.last_key:
                return await self._cart(shopper, row, held)
            ask = _ask(shopper, await self._beyond(row), attempt)
            if not isinstance(held, _Lapsed):
                _ensure_apart(parts, held)
                whole, ended = _whole(row, drop)
                try:
                    after = await holds.change(*self._stores, ask, held.hold, tuple(wishes), whole, ended)
                except HoldExpired:  # just now: what is wanted goes into a new one
                    continue
                own = _named(after, wishes) & _places(after) - _places(held)
                filled = await self._fill(shopper, row, after, tariffs, own, parts)
                return filled or await self.of(shopper)
            taken = await holds.take(*self._stores, ask, tuple(wishes))
            cart = await self._fill(shopper, replace(row, chosen=()), taken, tariffs, _places(taken), parts)
            if cart is not None:
                lost, lost_passes = await self._gathered(held.lost)
                return replace(cart, lost=lost, lost_passes=lost_passes)
            with suppress(HoldExpired):  # another tab has taken something first: it goes into that hold
                await holds.release(self._inventory, shopper.box_office, taken.hold)
        raise HoldBusy()

    async def drop(self, shopper: Shopper, places: Mapping[UUID, Sequence[int]]) -> Cart:
        """Give places back, by performance; those that the cart does not have are given back already, and with one of
        a pass go the pass's others."""
        row = await self._row(shopper)
        held = await self._held(shopper, row)
        if isinstance(held, _Lapsed):
            return await self._cart(shopper, row, held)
        left: Held | None = None
        whole, ended = _whole(row, places)
        with suppress(HoldExpired):  # never the whole hold: another tab may have put something into it just now
            left = await holds.change(*self._stores, _ask(shopper), held.hold, (), whole, ended)
        return await self._fill(shopper, row, left) or await self.of(shopper)

    async def choose(self, shopper: Shopper, wanted: Sequence[Chosen]) -> Cart:
        """Set tariffs and options of places that are in the cart.

        Raises UnknownSeat for a place that is not, or is a pass's; NotFound for a tariff it is not sold at,
        UnknownOption.
        """
        for _ in range(TRIES_MAX):
            row = await self._row(shopper)
            held = await self._held(shopper, row)
            if isinstance(held, _Lapsed):
                return await self._cart(shopper, row, held)
            row = replace(row, chosen=_choices(held, row.chosen, (), NONE, {}))
            known = _rechosen(row, wanted)
            row = replace(row, chosen=tuple(known.values()), order_id=None)
            made = await self._cart(shopper, row, held)
            for item, one in ((item, known[item.performance, item.place]) for item in made.items):
                if one.tariff is not None and item.tariff != one.tariff:
                    raise NotFound(what="tariff")
                if set(item.options) != set(one.options):
                    raise UnknownOption(tariff=item.tariff_name)
            held = await self._renewed(shopper, held)
            if await self._written(shopper, row):
                return await self._cart(shopper, row, held)
        raise HoldBusy()

    async def renew(self, shopper: Shopper) -> Cart:
        """Start the clock of the cart again, as far as it may."""
        async with self._db.read() as c:
            row = await _find(c, shopper)
        held = await self._held(shopper, row)
        return await self._cart(shopper, row, held if isinstance(held, _Lapsed) else await self._renewed(shopper, held))

    async def type(self, shopper: Shopper, typed: Mapping[str, Any]) -> None:
        """Remember what was typed, beside what was before."""
        await self._row(shopper)
        async with self._db.read() as c:
            await SQL.type.run(
                c, secret_hash=secret_hash(shopper.secret), typed=_encode(typed).decode(), now=shopper.now
            )

    async def ordered(self, shopper: Shopper, hold: str, order_id: UUID) -> None:
        """The cart's hold has become an order."""
        async with self._db.read() as c:
            values = {"hold": bytes.fromhex(hold), "order_id": order_id, "now": shopper.now}
            await SQL.order.run(c, secret_hash=secret_hash(shopper.secret), **values)

    # -- one act ---------------------------------------------------------------------------------------------------

    async def _row(self, shopper: Shopper) -> _Row:
        """The cart's row as it stands; made, if there is none. Who has no secret has nothing."""
        if not shopper.secret:
            return NO_ROW
        async with self._db.read() as c:
            row = await _find(c, shopper)
            if row is None:
                await SQL.open.run(c, now=shopper.now, **_key(shopper))
                row = await _find(c, shopper)
        if row is None:
            raise NotFound(what="cart")
        return row

    async def _held(self, shopper: Shopper, row: _Row | None) -> Held | _Lapsed:
        """What the cart's hold holds, or what it held while it lasted."""
        if row is None or row.hold is None or row.order_id is not None:
            return _Lapsed()
        try:
            held = await holds.read(*self._stores, shopper.box_office, row.hold.hex(), shopper.channel)
            return await self._without_gone(shopper, row, held) if held.gone else held
        except (HoldExpired, HoldLost):
            lost = [await self._lost(shopper, one) for one in row.chosen]
            return _Lapsed(tuple(item for item in lost if item is not None))

    async def _without_gone(self, shopper: Shopper, row: _Row, held: Held) -> Held:
        """The hold without the places that left their plan, and without the others of their passes: it could not be
        ordered with them. While it is being ordered it stays as it is, and the order is refused."""
        whole, ended = _whole(row, {one.performance: one.places for one in held.gone})
        with suppress(HoldBusy):
            ask = replace(_ask(shopper), key=None)
            return await holds.change(*self._stores, ask, held.hold, (), whole, ended)
        return held

    async def _renewed(self, shopper: Shopper, held: Held) -> Held:
        with suppress(HoldBusy, HoldExpired, HoldLost):
            return await holds.renew(*self._stores, shopper.box_office, held.hold, shopper.channel)
        return held

    async def _fill(
        self,
        shopper: Shopper,
        row: _Row,
        held: Held | None,
        tariffs: Sequence[UUID] = (),
        own: Set[_Spot] = NONE,
        parts: Mapping[_Spot, InPass] = NO_PARTS,
    ) -> Cart | None:
        """Write down what the cart holds now, with a choice for each place (those that are its `own` doing get the
        tariffs in turn, `parts` are of passes), and start its clock again. None when the cart has gone on to another
        hold meanwhile."""
        began, before = row.hold, row.chosen
        for _ in range(TRIES_MAX):
            if held is not None:
                held = await self._renewed(shopper, held)
            hold = None if held is None else bytes.fromhex(held.hold)
            chosen = () if held is None else _choices(held, before, tariffs, own, parts)
            row = replace(row, hold=hold, chosen=chosen, order_id=None)
            if await self._written(shopper, row):
                return await self._cart(shopper, row, _Lapsed() if held is None else held)
            row = await self._row(shopper)
            if row.hold not in (began, hold) or row.order_id is not None:  # `hold`: the same request came twice
                return None
            before = row.chosen
            if held is not None:
                try:
                    held = await holds.read(*self._stores, shopper.box_office, held.hold, shopper.channel)
                except (HoldExpired, HoldLost):
                    return None
        raise HoldBusy()

    async def _written(self, shopper: Shopper, row: _Row) -> bool:
        """Write what is chosen, unless somebody else has written since the row was read."""
        values = {"hold": row.hold, "chosen": _encode(row.chosen).decode(), "last_key": shopper.key or ""}
        async with self._db.read() as c:
            key = {"secret_hash": secret_hash(shopper.secret), "version": row.version}
            return await SQL.fill.value(c, now=shopper.now, **key, **values) is not None

    # -- as it is shown --------------------------------------------------------------------------------------------

    async def _cart(self, shopper: Shopper, row: _Row | None, held: Held | _Lapsed) -> Cart:
        typed, order_id = ({}, None) if row is None else (row.typed, row.order_id)
        if isinstance(held, _Lapsed):
            lost, lost_passes = await self._gathered(held.lost)
            return Cart(
                hold="", currency=shopper.box_office.currency, expires_at=None, expires_in_s=0, items=(), passes=(),
                lost=lost, lost_passes=lost_passes, typed=typed, order_id=order_id,
            )  # fmt: skip
        known = {} if row is None else {(one.performance, one.place): one for one in row.chosen}
        items: list[Item] = []
        for part in held.parts:
            offer = await self._offers.of(part.performance)
            for place in part.places:
                one = known.get((part.performance, place.place)) or Chosen(part.performance, place.place)
                prices = () if one.within else part.prices.get(place.price_group, ())
                items.append(_item(shopper, offer, place, prices, one))
        alone, passes = await self._gathered(items)
        return Cart(
            hold=held.hold, currency=held.currency, expires_at=held.expires_at, expires_in_s=held.expires_in_s,
            items=alone, passes=passes, lost=(), lost_passes=(), typed=typed, order_id=order_id,
            gone=await self._gone(shopper, known.values(), held),
        )  # fmt: skip

    async def _gone(self, shopper: Shopper, known: Collection[Chosen], held: Held) -> tuple[Gone, ...]:
        """What was chosen and left its plan, by date."""
        there, counts = _places(held), Counter[UUID]()
        for one in (one for one in known if (one.performance, one.place) not in there):
            hall = (await self._offers.of(one.performance)).hall
            counts[one.performance] += hall.known(one.place) is None
        dates = [((await self._offers.of(performance)).performance, count) for performance, count in counts.items()]
        return tuple(
            Gone(at.id, at.title(shopper.language), at.starts_at, at.time_zone, count) for at, count in dates if count
        )

    async def _gathered(self, items: Iterable[Item]) -> tuple[tuple[Item, ...], tuple[PassItem, ...]]:
        """The places by themselves, and the passes with theirs; by date."""
        alone: list[Item] = []
        within: dict[InPass, list[Item]] = {}
        for item in sorted(items, key=lambda item: (item.starts_at, item.performance, item.place)):
            (alone if item.within is None else within.setdefault(item.within, [])).append(item)
        kinds = {part.pass_type: await self._offers.pass_type(part.pass_type) for part in within}
        passes = [
            PassItem(part.pass_type, kinds[part.pass_type].name, kinds[part.pass_type].price_cents, tuple(some))
            for part, some in within.items()
        ]
        return tuple(alone), tuple(passes)

    async def _beyond(self, row: _Row) -> int:
        """How many places the cart's passes have beyond one each."""
        kinds = [await self._offers.pass_type(part.pass_type) for part in {one.within for one in row.chosen} if part]
        return sum(kind.place_count - 1 for kind in kinds)

    async def _parts(self, wishes: Sequence[Wish]) -> dict[_Spot, InPass]:
        """The places of the passes that are wished for, and whose they will be."""
        found: dict[_Spot, InPass] = {}
        for wish in wishes:
            if isinstance(wish, PassWish):
                for performance in (await self._offers.pass_type(wish.pass_type)).performances:
                    (place,) = (await self._offers.of(performance)).hall.places((wish.seat,))
                    found[performance, place] = InPass(wish.pass_type, wish.seat)
        return found

    async def _lost(self, shopper: Shopper, one: Chosen) -> Item | None:
        offer = await self._offers.of(one.performance)
        if offer.hall.known(one.place) is None:  # it has left its plan, besides
            return None
        return _item(shopper, offer, holds.place_of(offer, one.place), (), one)


async def forget(db: Database, now: datetime) -> int:
    """Delete carts that nobody has touched for `KEPT`; how many."""
    async with db.read() as c:
        return await SQL.forget_before.run(c, before=now - KEPT, rows_max=FORGOTTEN_MAX)


def _item(shopper: Shopper, offer: Offer, place: Place, prices: Sequence[Price], one: Chosen) -> Item:
    by_tariff = {price.tariff: price for price in prices}
    price = by_tariff.get(one.tariff) if one.tariff is not None else next(iter(prices), None)
    offered = () if price is None else offer.options.get(price.tariff, ())
    options = tuple(option for option, _ in offered if option.id in one.options)
    cents = None if price is None else price.price_cents + sum(option.price_cents for option in options)
    at = offer.performance
    return Item(
        performance=at.id, event=at.event_id, event_name=at.title(shopper.language), venue_name=at.venue_name,
        starts_at=at.starts_at, time_zone=at.time_zone, place=place.place, seat=place.seat, zone=place.zone,
        row=place.row, label=place.label, category=place.category, tariff=price.tariff if price else None,
        tariff_name=price.name if price else "", options=tuple(option.id for option in options), price_cents=cents,
        prices=tuple(prices), offered=tuple(offered), within=one.within,
    )  # fmt: skip


def _choices(
    held: Held, before: Iterable[Chosen], tariffs: Sequence[UUID], own: Set[_Spot], parts: Mapping[_Spot, InPass]
) -> tuple[Chosen, ...]:
    """What was chosen for each place; for one's own new ones, their pass, or the tariffs asked for in turn where they
    are sold at them."""
    known, turn, found = {(one.performance, one.place): one for one in before}, list(tariffs), []
    for part in held.parts:
        for place in part.places:
            spot = (part.performance, place.place)
            one = None if spot in own else known.get(spot)
            if spot in parts:
                one = Chosen(part.performance, place.place, within=parts[spot])
            elif one is None:
                sold = [price.tariff for price in part.prices.get(place.price_group, ())]
                tariff = next((tariff for tariff in turn if tariff in sold), None)
                if tariff is not None:
                    turn.remove(tariff)
                one = Chosen(part.performance, place.place, tariff or next(iter(sold), None))
            found.append(one)
    return tuple(found)


def _rechosen(row: _Row, wanted: Sequence[Chosen]) -> dict[_Spot, Chosen]:
    """What is chosen, with what is wanted in its place. UnknownSeat."""
    known = {(one.performance, one.place): one for one in row.chosen}
    for one in wanted:
        before = known.get((one.performance, one.place))
        if before is None or before.within is not None:
            raise UnknownSeat(seat=str(one.place))
        known[one.performance, one.place] = one
    return known


def _whole(row: _Row, drop: Mapping[UUID, Sequence[int]]) -> tuple[dict[UUID, list[int]], list[UUID]]:
    """The places with the others of their passes, and the types of these passes, one for each."""
    gone = {(performance, place) for performance, places in drop.items() for place in places}
    ended = {one.within for one in row.chosen if one.within and (one.performance, one.place) in gone}
    found = {performance: list(places) for performance, places in drop.items()}
    for one in row.chosen:
        if one.within in ended and (one.performance, one.place) not in gone:
            found.setdefault(one.performance, []).append(one.place)
    return found, [part.pass_type for part in ended if part]


def _ensure_apart(parts: Mapping[_Spot, InPass], held: Held) -> None:
    if parts.keys() & _places(held):
        problem = "This seat is in your cart already at one of the dates: give it back first, or choose another seat."
        raise InputRefused(problem=problem, where="seats")


def _ask(shopper: Shopper, beyond: int = 0, attempt: int = 0) -> Ask:
    """`attempt`: another request than the one before, which was given back."""
    key = None if shopper.key is None else f"{shopper.secret} {shopper.key}" + (f" {attempt}" if attempt else "")
    session = None if shopper.address is None else secret_hash(shopper.secret).hex()[:SESSION_CHARS]
    return Ask(
        box_office=shopper.box_office, now=shopper.now, key=key, address=shopper.address, link=shopper.link,
        session=session, admissions=shopper.admissions, beyond=beyond, channel=shopper.channel,
        allotments=shopper.allotments,
    )  # fmt: skip


def _key(shopper: Shopper) -> dict[str, Any]:
    return {"secret_hash": secret_hash(shopper.secret), "box_office_id": shopper.box_office.id}


async def _find(c: Connection, shopper: Shopper) -> _Row | None:
    return await SQL.find.one(c, _Row, **_key(shopper)) if shopper.secret else None


def _named(held: Held, wishes: Sequence[Wish]) -> frozenset[_Spot]:
    """Places of a hold that wishes named, but those of passes; all of them where a wish named none."""
    if not all(isinstance(wish, SeatsWish | PassWish) for wish in wishes):
        return _places(held)
    named = {(wish.performance, seat) for wish in wishes if isinstance(wish, SeatsWish) for seat in wish.seats}
    places = ((part.performance, place) for part in held.parts for place in part.places)
    return frozenset((performance, place.place) for performance, place in places if (performance, place.seat) in named)


def _places(held: Held) -> frozenset[_Spot]:
    return frozenset((part.performance, place.place) for part in held.parts for place in part.places)
