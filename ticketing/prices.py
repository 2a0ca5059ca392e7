"""Prices: what a place costs at a tariff, by where it is and when.

A price is of a category or of a zone, at every performance of the event or at one of them. A zone's price goes before
its category's, and what was set for a date before what was set for all dates.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from uuid import UUID

import asyncpg
from msgspec import Struct

from ticketing import audit
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.refusals import EditedMeanwhile, InputRefused, NotFound
from ticketing.sql import Connection, load

PRICE_CENTS_MAX = 100_000_00
PRICES_MAX = 500
"""Of one tariff at one performance, or at all."""
WORDS_CHARS_MAX = 200

SQL = load("prices")


class Prices(Struct, frozen=True):
    """Prices by zone (its id in the plan) and by category."""

    zones: Mapping[str, int] = {}
    categories: Mapping[str, int] = {}

    def of(self, zone: str, category: str) -> int | None:
        """What a place costs, or None: what has no price is not sold at this tariff."""
        price = self.zones.get(zone)
        return self.categories.get(category) if price is None else price


def gathered(
    dated: Sequence[bool] | None,
    zones: Sequence[str | None] | None,
    categories: Sequence[str | None] | None,
    prices_cents: Sequence[int] | None,
) -> Prices:
    """Prices as a query gives them, a column an array, in any order; no rows are nulls. A date's own replace others."""
    rows = zip(dated or (), zones or (), categories or (), prices_cents or (), strict=True)
    by_zone: dict[str, int] = {}
    by_category: dict[str, int] = {}
    for _, zone, category, cents in sorted(rows, key=itemgetter(0)):
        if zone is not None:
            by_zone[zone] = cents
        elif category is not None:
            by_category[category] = cents
    return Prices(by_zone, by_category)


class PlanUsed(Struct, frozen=True):
    """A plan that an event is sold on."""

    plan_hash: bytes
    plan_name: str
    venue_name: str


class Date(Struct, frozen=True):
    """A date that prices may be set for."""

    id: UUID
    starts_at: datetime
    time_zone: str
    venue_name: str


NOTHING = Prices()


async def plans_of(db: Database, event_id: UUID, performance_id: UUID | None = None) -> list[PlanUsed]:
    """The plans of an event's dates, or of one of them."""
    async with db.read() as c:
        return await SQL.plans_of.all(c, PlanUsed, event_id=event_id, performance_id=performance_id)


async def dates_of(db: Database, event_id: UUID) -> list[Date]:
    """An event's dates, the first one first."""
    async with db.read() as c:
        return await SQL.dates_of.all(c, Date, event_id=event_id)


async def read(db: Database, tariff_id: UUID, performance_id: UUID | None = None) -> Prices:
    """What is set for all dates, or for one of them."""
    async with db.read() as c:
        return await _read(c, tariff_id, performance_id)


async def own_dates(db: Database, tariff_id: UUID) -> set[UUID]:
    """The performances at which a tariff has prices of their own."""
    async with db.read() as c:
        return {row["performance_id"] for row in await SQL.own_dates.rows(c, tariff_id=tariff_id)}


async def write(
    db: Database,
    organisation_id: UUID,
    tariff_id: UUID,
    performance_id: UUID | None,
    version: int,
    wanted: Prices,
    by: Actor,
    now: datetime,
) -> None:
    """Set all prices for all dates, or for one of them, from the next order on; what was ordered keeps its price.

    Raises NotFound, InputRefused, EditedMeanwhile when the tariff is not at `version` any more.
    """
    ensure_sound(wanted)
    async with db.transaction() as c:
        owner = await SQL.owned.row(c, organisation_id=organisation_id, tariff_id=tariff_id)
        if owner is None:
            raise NotFound(what="tariff")
        where = {"event_id": owner["event_id"], "performance_id": performance_id}
        starts_at = await SQL.starts_at.value(c, **where)
        if performance_id is not None and starts_at is None:
            raise NotFound(what="performance")
        if not await SQL.next_version.run(c, tariff_id=tariff_id, version=version):
            raise EditedMeanwhile(what="tariff")
        before = await _read(c, tariff_id, performance_id)
        await SQL.forget.run(c, tariff_id=tariff_id, performance_id=performance_id)
        await add(c, tariff_id, performance_id, wanted)
        subject = Subject(kind="tariff", id=tariff_id, name=owner["name"], box_office_id=owner["box_office_id"])
        if changes := _differences(before, wanted):
            await audit.note(c, by, "tariff.priced", subject, now, {"date": (None, starts_at), **changes})


async def add(c: Connection, tariff_id: UUID, performance_id: UUID | None, wanted: Prices) -> None:
    """Write prices that are not there yet, in the caller's transaction."""
    rows: list[tuple[str | None, str | None, int]] = [(zone, None, cents) for zone, cents in wanted.zones.items()]
    rows += [(None, category, cents) for category, cents in wanted.categories.items()]
    await SQL.add.run(
        c,
        tariff_id=tariff_id,
        performance_id=performance_id,
        zones=[zone for zone, _, _ in rows],
        categories=[category for _, category, _ in rows],
        prices_cents=[cents for _, _, cents in rows],
    )


def ensure_sound(wanted: Prices) -> None:
    """Refuse prices out of bounds, by the category or zone that has one."""
    ensure_prices(wanted.categories)
    ensure_prices(wanted.zones)
    if len(wanted.categories) + len(wanted.zones) > PRICES_MAX:
        raise InputRefused(problem="A tariff has at most {most} prices.", where="", most=PRICES_MAX)


def ensure_prices(prices: Mapping[str, int]) -> None:
    """Refuse a price out of bounds, or of what nothing can be called."""
    for name, price_cents in prices.items():
        if not 1 <= len(name) <= WORDS_CHARS_MAX or not 0 <= price_cents <= PRICE_CENTS_MAX:
            raise InputRefused(problem="A price is from 0 to {most} cents.", where=name, most=PRICE_CENTS_MAX)


async def _read(c: Connection, tariff_id: UUID, performance_id: UUID | None) -> Prices:
    return _prices(await SQL.read.rows(c, tariff_id=tariff_id, performance_id=performance_id))


def _prices(rows: Iterable[asyncpg.Record]) -> Prices:
    zones: dict[str, int] = {}
    categories: dict[str, int] = {}
    for zone, category, cents in rows:
        if zone is not None:
            zones[zone] = cents
        else:
            categories[category] = cents
    return Prices(zones, categories)


def _differences(before: Prices, after: Prices) -> audit.Changes:
    """By category, and by zone: what it cost and costs."""
    named = ("{}", before.categories, after.categories), ("zone {}", before.zones, after.zones)
    pairs = {called.format(name): (old.get(name), new.get(name)) for called, old, new in named for name in (*old, *new)}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
