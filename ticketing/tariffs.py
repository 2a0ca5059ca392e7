"""Tariffs: at what terms places of an event are sold, and what they cost there; quotas bound how many are.

A tariff has prices (`ticketing.prices`), options (`ticketing.options`), a time and a channel in which it is sold, and
bounds an order. Once a ticket was ordered at it, it is never deleted: it is closed, and what was ordered keeps its
price. Whatever changes raises the version: an order that read another one is refused, so nothing is sold at terms that
ceased before it was written.

A quota is a pool like a hall: its places are alike, and a ticket at that tariff takes one of them beside its seat, in
the same hold and the same order. So it cannot be oversold, and a returned ticket returns it. It is changed in
`ticketing.quotas`.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from ticketing import audit, formats, pools, prices
from ticketing.audit import Actor, Subject
from ticketing.channels import Channel
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.pools import PoolKind
from ticketing.positions import swapped
from ticketing.prices import Prices
from ticketing.refusals import AlreadyExists, EditedMeanwhile, InputRefused, NoPrice, NotFound, TariffSold
from ticketing.sql import Connection, load
from ticketing.texts import text_of
from ticketing.vat import RATE_THOUSANDTHS_MAX

PRICE_CENTS_MAX = prices.PRICE_CENTS_MAX
QUOTA_PLACES_MAX = 1_000_000
TARIFFS_MAX = 100
"""Of one event."""
DESCRIPTION_CHARS_MAX = 1000
ORDER_PLACES_MAX = 1000
DESCRIPTION_CONTROL = frozenset(map(chr, (*range(10), *range(11, 32), 127)))

SQL = load("tariffs")


class Terms(Struct, frozen=True, kw_only=True):
    """What a person decides of a tariff, but its prices: texts by language, and who may order how many, and when.

    `vat_thousandths` None: the box office's rate. Times None: as long as the performance is on sale.
    """

    names: dict[str, str]
    descriptions: dict[str, str] = {}
    vat_thousandths: int | None = None
    sale_opens_at: datetime | None = None
    sale_closes_at: datetime | None = None
    counter_only: bool = False
    order_min: int = 1
    order_max: int | None = None


class Tariff(Struct, frozen=True, kw_only=True):
    """A tariff of an event; `cost` is in minor units of the box office's currency."""

    id: UUID
    event_id: UUID
    name: str
    position: int
    version: int
    closed_at: datetime | None
    terms: Terms
    cost: Prices

    @property
    def prices(self) -> Mapping[str, int]:
        """The prices by category."""
        return self.cost.categories

    def price_cents(self, category: str, zone: str = "") -> int:
        """The price of a place, or NoPrice: what has no price is not sold at this tariff."""
        price = self.cost.of(zone, category)
        if price is None:
            raise NoPrice(tariff=self.name, category=category)
        return price

    def called(self, language: str) -> str:
        """Its name in a language, or the box office's."""
        return self.terms.names.get(language) or self.name

    def described(self, language: str) -> str:
        """Its description in a language, or in any."""
        descriptions = self.terms.descriptions
        return descriptions.get(language) or next(iter(descriptions.values()), "")

    def sold(self, channel: Channel, now: datetime) -> bool:
        """Whether it is sold in a channel now, on a performance that is."""
        terms = self.terms
        opened = terms.sale_opens_at is None or terms.sale_opens_at <= now
        over = self.closed_at is not None or (terms.sale_closes_at is not None and terms.sale_closes_at <= now)
        return opened and not over and (channel is Channel.COUNTER or not terms.counter_only)


class Quota(Struct, frozen=True):
    """A bound on a tariff, for one performance or (None) for all of the event together."""

    id: UUID
    tariff_id: UUID
    performance_id: UUID | None
    pool_id: int
    place_count: int


class Sold(Struct, frozen=True):
    """How many live tickets there are at a tariff, how many there ever were, and what its event-wide quota is."""

    tariff_id: UUID
    live: int
    ever: int
    quota: int | None


async def create(
    db: Database,
    organisation_id: UUID,
    event_id: UUID,
    name: str,
    prices_by_category: Mapping[str, int],
    position: int = 0,
) -> Tariff:
    """Add a tariff with its prices, at no special terms. AlreadyExists when the event has one of that name."""
    cost = Prices({}, dict(prices_by_category))
    async with db.transaction() as c:
        event = await _event(c, organisation_id, event_id)
        terms = Terms(names={event["locale"]: name})
        return await _add(c, event, position, terms, cost)


async def add(
    db: Database, organisation_id: UUID, event_id: UUID, terms: Terms, cost: Prices, by: Actor, now: datetime
) -> Tariff:
    """Add a tariff after the event's others. Raises AlreadyExists, InputRefused, NotFound."""
    async with db.transaction() as c:
        event = await _event(c, organisation_id, event_id)
        made = await _add(c, event, await SQL.next_position.value(c, event_id=event_id), terms, cost)
        await audit.note(c, by, "tariff.created", _subject(made, event["box_office_id"]), now)
    return made


async def edit(
    db: Database,
    organisation_id: UUID,
    tariff_id: UUID,
    version: int,
    terms: Terms,
    by: Actor,
    now: datetime,
) -> Tariff:
    """Set a tariff's terms, from the next order on. Raises EditedMeanwhile, AlreadyExists, InputRefused, NotFound."""
    async with db.transaction() as c:
        before, box_office_id, locale = await _own(c, organisation_id, tariff_id)
        name, values = _values(terms, locale)
        try:
            edited = await SQL.edit.run(c, tariff_id=tariff_id, version=version, name=name, **values)
        except asyncpg.UniqueViolationError:
            raise AlreadyExists(what="tariff", name=name, where=f"name_{locale}") from None
        if not edited:
            raise EditedMeanwhile(what="tariff")
        after = await _get(c, tariff_id)
        changes = audit.differences(before.terms, after.terms)
        await audit.note(c, by, "tariff.edited", _subject(after, box_office_id), now, changes)
    return after


async def close(db: Database, organisation_id: UUID, tariff_id: UUID, closed: bool, by: Actor, now: datetime) -> Tariff:
    """Sell no more at a tariff, or again; either twice is once."""
    async with db.transaction() as c:
        before, box_office_id, _ = await _own(c, organisation_id, tariff_id)
        if (before.closed_at is not None) == closed:
            return before
        await SQL.close.run(c, tariff_id=tariff_id, closed_at=now if closed else None)
        act = "tariff.closed" if closed else "tariff.opened"
        await audit.note(c, by, act, _subject(before, box_office_id), now)
        return await _get(c, tariff_id)


async def delete(db: Database, organisation_id: UUID, tariff_id: UUID, by: Actor, now: datetime) -> None:
    """Delete a tariff at which nothing was ever ordered. Raises TariffSold when something was, NotFound."""
    async with db.transaction() as c:
        tariff, box_office_id, _ = await _own(c, organisation_id, tariff_id)
        await lock_alone(c, tariff_id)
        if await SQL.ever_sold.value(c, tariff_id=tariff_id):
            raise TariffSold()
        await forget(c, [tariff_id])
        await audit.note(c, by, "tariff.deleted", _subject(tariff, box_office_id), now)


async def move(db: Database, organisation_id: UUID, tariff_id: UUID, down: bool, by: Actor, now: datetime) -> None:
    """Show a tariff one place further up or down; at the end of the list nothing happens."""
    async with db.transaction() as c:
        tariff, box_office_id, _ = await _own(c, organisation_id, tariff_id)
        order = [row["id"] for row in await SQL.order_of.rows(c, event_id=tariff.event_id)]
        places = swapped(order, tariff_id, down)
        if places is not None:
            await SQL.reorder.run(c, tariffs=order)
            await audit.note(c, by, "tariff.moved", _subject(tariff, box_office_id), now, {"position": places})


async def get(db: Database, organisation_id: UUID, tariff_id: UUID) -> Tariff:
    """An organisation's own tariff, or NotFound."""
    async with db.read() as c:
        return (await _own(c, organisation_id, tariff_id))[0]


async def of_event(db: Database, event_id: UUID) -> list[Tariff]:
    """An event's tariffs in the order they are shown, with the prices of all dates."""
    async with db.read() as c:
        return [_tariff(row) for row in await SQL.of_event.rows(c, event_id=event_id, performance_id=None)]


async def of_performance(db: Database, event_id: UUID, performance_id: UUID) -> list[Tariff]:
    """An event's tariffs with the prices that hold at one of its dates."""
    async with db.read() as c:
        return [_tariff(row) for row in await SQL.of_event.rows(c, event_id=event_id, performance_id=performance_id)]


async def sold(db: Database, event_id: UUID) -> dict[UUID, Sold]:
    """What was sold at each tariff of an event."""
    async with db.read() as c:
        return {row.tariff_id: row for row in await SQL.sold.all(c, Sold, event_id=event_id)}


async def limit(
    db: Database, organisation_id: UUID, tariff_id: UUID, place_count: int, performance_id: UUID | None = None
) -> Quota:
    """Bound a tariff at which nothing was ordered yet to so many places, over the event or on one performance.

    AlreadyExists when it is bounded there already; TariffSold, for what was sold counts in no such quota.
    """
    if not 0 <= place_count <= QUOTA_PLACES_MAX:
        raise InputRefused(problem="A quota has 0 to {most} places.", where="place_count", most=QUOTA_PLACES_MAX)
    try:
        async with db.transaction() as c:
            tariff, box_office_id, _ = await _own(c, organisation_id, tariff_id)
            await lock_alone(c, tariff_id)
            if await SQL.ever_sold.value(c, tariff_id=tariff_id):
                raise TariffSold()
            where = {"event_id": tariff.event_id, "performance_id": performance_id}
            if performance_id is not None and not await SQL.performance_of_event.value(c, **where):
                raise NotFound(what="performance")
            return await add_quota(c, box_office_id, tariff_id, performance_id, place_count)
    except asyncpg.UniqueViolationError:
        raise AlreadyExists(what="quota", name=str(tariff_id)) from None


async def add_quota(
    c: Connection, box_office_id: UUID, tariff_id: UUID, performance_id: UUID | None, place_count: int
) -> Quota:
    """A quota with a pool of its own, all of it free, in the caller's transaction."""
    pool_id = await pools.create(c, box_office_id, PoolKind.QUOTA, place_count)
    quota = Quota(new_id(), tariff_id, performance_id, pool_id, place_count)
    bound = {"tariff_id": tariff_id, "performance_id": performance_id, "pool_id": pool_id}
    await SQL.add_quota.run(c, quota_id=quota.id, **bound)
    return quota


async def quotas_of(db: Database, performance_id: UUID) -> list[Quota]:
    """The quotas that bound the tariffs of a performance, its own and those of the whole event."""
    async with db.read() as c:
        return await SQL.quotas_of.all(c, Quota, performance_id=performance_id)


async def copy_all(
    c: Connection, from_event_id: UUID, to_event_id: UUID, performances: Mapping[UUID, UUID]
) -> dict[UUID, UUID]:
    """Give an event the tariffs of another one, in the caller's transaction; by old tariff, the new one.

    Names, texts, prices, options, VAT, bounds and event-wide quotas travel; prices and quotas of one date do where
    `performances` tells which date of the new event it is. Times of sale do not, nor that a tariff was closed.
    """
    box_office_id = await SQL.box_office_of.value(c, event_id=to_event_id)
    made = {row["id"]: new_id() for row in await SQL.order_of.rows(c, event_id=from_event_id)}
    ids = {"old": list(made), "new": list(made.values())}
    await SQL.copy.run(c, event_id=to_event_id, **ids)
    dates = {"old_dates": list(performances), "new_dates": list(performances.values())}
    await SQL.copy_prices.run(c, **ids, **dates)
    groups = [row["id"] for row in await SQL.groups_of.rows(c, tariffs=list(made))]
    chosen = {"old_groups": groups, "new_groups": [new_id() for _ in groups]}
    await SQL.copy_groups.run(c, **ids, **chosen)
    options = [row["id"] for row in await SQL.options_of.rows(c, tariffs=list(made))]
    new_options = [new_id() for _ in options]
    await SQL.copy_options.run(c, old_options=options, new_options=new_options, **ids, **chosen)
    for tariff_id, performance_id, place_count in await SQL.quotas_to_copy.rows(c, tariffs=list(made)):
        if performance_id is None or performance_id in performances:
            date = performances.get(performance_id)
            await add_quota(c, box_office_id, made[tariff_id], date, place_count)
    return made


async def forget(c: Connection, tariff_ids: list[UUID]) -> None:
    """Delete tariffs at which nothing was ever ordered, with all they have, in the caller's transaction."""
    for query in (SQL.forget_options, SQL.forget_groups, SQL.forget_quotas, SQL.forget_prices, SQL.delete):
        await query.run(c, tariffs=tariff_ids)


async def lock_alone(c: Connection, tariff_id: UUID) -> None:
    """Keep orders at a tariff out until the transaction ends, and wait for those under way."""
    await SQL.lock_alone.value(c, tariff_id=tariff_id)


async def _event(c: Connection, organisation_id: UUID, event_id: UUID) -> asyncpg.Record:
    event = await SQL.event.row(c, organisation_id=organisation_id, event_id=event_id)
    if event is None:
        raise NotFound(what="event")
    return event


async def _add(c: Connection, event: asyncpg.Record, position: int, terms: Terms, cost: Prices) -> Tariff:
    prices.ensure_sound(cost)
    name, values = _values(terms, event["locale"])
    if await SQL.count_of.value(c, event_id=event["id"]) >= TARIFFS_MAX:
        raise InputRefused(problem="An event has at most {most} tariffs.", where="", most=TARIFFS_MAX)
    tariff_id = await SQL.create.value(
        c, tariff_id=new_id(), event_id=event["id"], name=name, position=position, **values
    )
    if tariff_id is None:
        raise AlreadyExists(what="tariff", name=name, where=f"name_{event['locale']}")
    await prices.add(c, tariff_id, None, cost)
    return await _get(c, tariff_id)


def _values(terms: Terms, locale: str) -> tuple[str, dict[str, object]]:
    """The tariff's name in the box office's language, and the columns. Raises InputRefused, naming the field."""
    names = {tag: text_of(name, f"name_{tag}") for tag, name in terms.names.items() if name.strip()}
    language = formats.language(locale)
    name = names.get(language) or names.get(locale)
    if name is None:
        raise InputRefused(problem="This is needed.", where=f"name_{language}")
    descriptions = {tag: _described(text, tag) for tag, text in terms.descriptions.items() if text.strip()}
    _ensure_bounds(terms)
    return name, {
        "names": msgspec.json.encode({formats.language(tag): text for tag, text in names.items()}).decode(),
        "descriptions": msgspec.json.encode(descriptions).decode(),
        "vat_thousandths": terms.vat_thousandths,
        "sale_opens_at": terms.sale_opens_at,
        "sale_closes_at": terms.sale_closes_at,
        "counter_only": terms.counter_only,
        "order_min": terms.order_min,
        "order_max": terms.order_max,
    }


def _described(text: str, tag: str) -> str:
    trimmed = text.strip()
    if len(trimmed) > DESCRIPTION_CHARS_MAX or DESCRIPTION_CONTROL & set(trimmed):
        problem = "A description has at most {most} characters."
        raise InputRefused(problem=problem, where=f"description_{tag}", most=DESCRIPTION_CHARS_MAX)
    return trimmed


def _ensure_bounds(terms: Terms) -> None:
    opens_at, closes_at = terms.sale_opens_at, terms.sale_closes_at
    if opens_at is not None and closes_at is not None and opens_at >= closes_at:
        raise InputRefused(problem="The sale closes after it opens.", where="sale_closes_at")
    if not 1 <= terms.order_min <= ORDER_PLACES_MAX:
        problem = "Type a whole number from {least} to {most}."
        raise InputRefused(problem=problem, where="order_min", least=1, most=ORDER_PLACES_MAX)
    if terms.order_max is not None and not terms.order_min <= terms.order_max <= ORDER_PLACES_MAX:
        raise InputRefused(problem="The most an order may have is no less than the least.", where="order_max")
    if terms.vat_thousandths is not None and not 0 <= terms.vat_thousandths <= RATE_THOUSANDTHS_MAX:
        raise InputRefused(problem="A rate is between 0 and 100 %.", where="vat")


async def _own(c: Connection, organisation_id: UUID, tariff_id: UUID) -> tuple[Tariff, UUID, str]:
    """An organisation's tariff, its box office, and the language there."""
    row = await SQL.owned.row(c, organisation_id=organisation_id, tariff_id=tariff_id)
    if row is None:
        raise NotFound(what="tariff")
    return await _get(c, tariff_id), row["box_office_id"], formats.language(row["locale"])


async def _get(c: Connection, tariff_id: UUID) -> Tariff:
    row = await SQL.get.row(c, tariff_id=tariff_id)
    assert row is not None, "a tariff that was reached is there"
    return _tariff(row)


def _subject(tariff: Tariff, box_office_id: UUID) -> Subject:
    return Subject(kind="tariff", id=tariff.id, name=tariff.name, box_office_id=box_office_id)


def _tariff(row: asyncpg.Record) -> Tariff:
    values = {name: row[name] for name in Terms.__struct_fields__ if name not in ("names", "descriptions")}
    names = msgspec.json.decode(row["names"], type=dict[str, str])
    descriptions = msgspec.json.decode(row["descriptions"], type=dict[str, str])
    return Tariff(
        id=row["id"],
        event_id=row["event_id"],
        name=row["name"],
        position=row["position"],
        version=row["version"],
        closed_at=row["closed_at"],
        terms=Terms(names=names, descriptions=descriptions, **values),
        cost=prices.gathered(row["dated"], row["zones"], row["categories"], row["prices_cents"]),
    )
