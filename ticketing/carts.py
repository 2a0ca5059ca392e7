"""Carts: what a shopper has in hand, and what they have chosen for each place of it.

A cart is one hold of a box office, over as many performances as they like, and beside it, in Postgres, the tariff and
the options chosen for each place and what was typed on the way to paying. The hold decides what is theirs and for how
long; the row only says what they want with it, so losing it costs choices and never a seat. A browser's secret opens
its cart, and only the secret's hash is kept.

Two tabs make one hold. What a cart holds changes in one step of its hold; then the row is written, if it is still the
one that was read: whoever finds it changed goes on from what stands there now, and gives back a hold that came second.
So no connection is kept while a hold is asked for, and nobody waits for anybody with one in hand. Whatever a shopper
does starts the hold's clock again, within the longest that a hold may last. What has lapsed is told by name, once.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
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
from ticketing.db import Database
from ticketing.holds import Ask, Held, Place, SeatsWish, Wish
from ticketing.ids import secret_hash
from ticketing.offers import Offer, Offers, Price
from ticketing.options import Option
from ticketing.queue_numbers import Admission
from ticketing.refusals import HoldBusy, HoldExpired, HoldLost, NotFound, UnknownOption, UnknownSeat
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

SQL = load("carts")
_encode = msgspec.json.encode


class Chosen(Struct, frozen=True):
    """What is chosen for one place. No tariff: the first that it is sold at."""

    performance: UUID
    place: int
    tariff: UUID | None = None
    options: tuple[UUID, ...] = ()


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


class Cart(Struct, frozen=True, kw_only=True):
    """A cart as it stands. `lost`: what was in it until its time was over. `order_id`: what it has become."""

    hold: str
    currency: str
    expires_at: datetime | None
    expires_in_s: float
    items: tuple[Item, ...]
    lost: tuple[Item, ...]
    typed: dict[str, Any]
    order_id: UUID | None

    @property
    def total_cents(self) -> int:
        """What all of it costs."""
        return sum(item.price_cents or 0 for item in self.items)

    @property
    def counts(self) -> dict[UUID, int]:
        """How many places it has of each performance."""
        found: dict[UUID, int] = {}
        for item in self.items:
            found[item.performance] = found.get(item.performance, 0) + 1
        return found


class Shopper(Struct, frozen=True, kw_only=True):
    """Whose cart, and the moment. `key` names what they do, so that doing it twice does it once."""

    box_office: BoxOffice
    secret: str
    address: str
    language: str
    now: datetime
    link: str = ""
    key: str | None = None
    admissions: tuple[Admission, ...] = ()
    """To events whose waiting room is on."""


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

        Raises as `holds.take` does.
        """
        for attempt in range(TRIES_MAX):
            row = await self._row(shopper)
            held = await self._held(shopper, row)
            if shopper.key and shopper.key == row.last_key:
                return await self._cart(shopper, row, held)
            ask = _ask(shopper, attempt)
            if not isinstance(held, _Lapsed):
                try:
                    after = await holds.change(*self._stores, ask, held.hold, tuple(wishes), drop)
                except HoldExpired:  # just now: what is wanted goes into a new one
                    continue
                own = _named(after, wishes) & _places(after) - _places(held)
                return await self._fill(shopper, row, after, tariffs, own) or await self.of(shopper)
            taken = await holds.take(*self._stores, ask, tuple(wishes))
            cart = await self._fill(shopper, replace(row, chosen=()), taken, tariffs, _places(taken))
            if cart is not None:
                return replace(cart, lost=held.lost)
            with suppress(HoldExpired):  # another tab has taken something first: it goes into that hold
                await holds.release(self._inventory, shopper.box_office, taken.hold)
        raise HoldBusy()

    async def drop(self, shopper: Shopper, places: Mapping[UUID, Sequence[int]]) -> Cart:
        """Give places back, by performance; those that the cart does not have are given back already."""
        row = await self._row(shopper)
        held = await self._held(shopper, row)
        if isinstance(held, _Lapsed):
            return await self._cart(shopper, row, held)
        left: Held | None = None
        with suppress(HoldExpired):  # never the whole hold: another tab may have put something into it just now
            left = await holds.change(*self._stores, _ask(shopper), held.hold, (), places)
        return await self._fill(shopper, row, left) or await self.of(shopper)

    async def choose(self, shopper: Shopper, wanted: Sequence[Chosen]) -> Cart:
        """Set tariffs and options of places that are in the cart.

        Raises UnknownSeat for a place that is not, NotFound for a tariff it is not sold at, UnknownOption.
        """
        for _ in range(TRIES_MAX):
            row = await self._row(shopper)
            held = await self._held(shopper, row)
            if isinstance(held, _Lapsed):
                return await self._cart(shopper, row, held)
            row = replace(row, chosen=_choices(held, row.chosen, (), NONE))
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
            return await holds.read(*self._stores, shopper.box_office, row.hold.hex())
        except (HoldExpired, HoldLost):
            return _Lapsed(tuple([await self._lost(shopper, one) for one in row.chosen]))

    async def _renewed(self, shopper: Shopper, held: Held) -> Held:
        with suppress(HoldBusy, HoldExpired, HoldLost):
            return await holds.renew(*self._stores, shopper.box_office, held.hold)
        return held

    async def _fill(
        self, shopper: Shopper, row: _Row, held: Held | None, tariffs: Sequence[UUID] = (), own: Set[_Spot] = NONE
    ) -> Cart | None:
        """Write down what the cart holds now, with a choice for each place (those that are its `own` doing get the
        tariffs in turn), and start its clock again. None when the cart has gone on to another hold meanwhile."""
        began, before = row.hold, row.chosen
        for _ in range(TRIES_MAX):
            if held is not None:
                held = await self._renewed(shopper, held)
            hold = None if held is None else bytes.fromhex(held.hold)
            chosen = () if held is None else _choices(held, before, tariffs, own)
            row = replace(row, hold=hold, chosen=chosen, order_id=None)
            if await self._written(shopper, row):
                return await self._cart(shopper, row, _Lapsed() if held is None else held)
            row = await self._row(shopper)
            if row.hold not in (began, hold) or row.order_id is not None:  # `hold`: the same request came twice
                return None
            before = row.chosen
            if held is not None:
                try:
                    held = await holds.read(*self._stores, shopper.box_office, held.hold)
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
            return Cart(
                hold="", currency=shopper.box_office.currency, expires_at=None, expires_in_s=0, items=(),
                lost=held.lost, typed=typed, order_id=order_id,
            )  # fmt: skip
        known = {} if row is None else {(one.performance, one.place): one for one in row.chosen}
        items: list[Item] = []
        for part in held.parts:
            offer = await self._offers.of(part.performance)
            for place in part.places:
                one = known.get((part.performance, place.place)) or Chosen(part.performance, place.place)
                items.append(_item(shopper, offer, place, part.prices.get(place.price_group, ()), one))
        items.sort(key=lambda item: (item.starts_at, item.performance, item.place))
        return Cart(
            hold=held.hold, currency=held.currency, expires_at=held.expires_at, expires_in_s=held.expires_in_s,
            items=tuple(items), lost=(), typed=typed, order_id=order_id,
        )  # fmt: skip

    async def _lost(self, shopper: Shopper, one: Chosen) -> Item:
        offer = await self._offers.of(one.performance)
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
        prices=tuple(prices), offered=tuple(offered),
    )  # fmt: skip


def _choices(held: Held, before: Iterable[Chosen], tariffs: Sequence[UUID], own: Set[_Spot]) -> tuple[Chosen, ...]:
    """What was chosen for each place; for one's own new ones, the tariffs asked for in turn where they are sold at
    them."""
    known, turn, found = {(one.performance, one.place): one for one in before}, list(tariffs), []
    for part in held.parts:
        for place in part.places:
            spot = (part.performance, place.place)
            one = None if spot in own else known.get(spot)
            if one is None:
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
        if (one.performance, one.place) not in known:
            raise UnknownSeat(seat=str(one.place))
        known[one.performance, one.place] = one
    return known


def _ask(shopper: Shopper, attempt: int = 0) -> Ask:
    """`attempt`: another request than the one before, which was given back."""
    key = None if shopper.key is None else f"{shopper.secret} {shopper.key}" + (f" {attempt}" if attempt else "")
    return Ask(
        box_office=shopper.box_office, now=shopper.now, key=key, address=shopper.address, link=shopper.link,
        session=secret_hash(shopper.secret).hex()[:SESSION_CHARS], admissions=shopper.admissions,
    )  # fmt: skip


def _key(shopper: Shopper) -> dict[str, Any]:
    return {"secret_hash": secret_hash(shopper.secret), "box_office_id": shopper.box_office.id}


async def _find(c: Connection, shopper: Shopper) -> _Row | None:
    return await SQL.find.one(c, _Row, **_key(shopper)) if shopper.secret else None


def _named(held: Held, wishes: Sequence[Wish]) -> frozenset[_Spot]:
    """Places of a hold that wishes named; all of them where a wish named none."""
    if not all(isinstance(wish, SeatsWish) for wish in wishes):
        return _places(held)
    named = {(wish.performance, seat) for wish in wishes if isinstance(wish, SeatsWish) for seat in wish.seats}
    places = ((part.performance, place) for part in held.parts for place in part.places)
    return frozenset((performance, place.place) for performance, place in places if (performance, place.seat) in named)


def _places(held: Held) -> frozenset[_Spot]:
    return frozenset((part.performance, place.place) for part in held.parts for place in part.places)
