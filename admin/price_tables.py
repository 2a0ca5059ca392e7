"""The table in which prices are typed, beside the plan's picture: a line a category, in the picture's colour, and a
line a zone. It is made of the plans that an event is sold on, and of what is priced already."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct

from engine.plan import placeur_json
from printing.plan_pictures import colors_of
from ticketing import formats, plans, prices
from ticketing.db import Database
from ticketing.prices import PRICE_CENTS_MAX, Prices
from web.forms import Form, field_money

LEGENDS_MAX = 100
GONE = "#9aa3af"
"""The colour of what no plan has any more."""


class CategoryLine(Struct, frozen=True):
    """A category: its colour in the picture, and how many places are in it."""

    name: str
    color: str
    place_count: int


class ZoneLine(Struct, frozen=True):
    """A zone: its id, its name, and the categories of its places."""

    id: str
    name: str
    categories: tuple[str, ...]


class Legend(Struct, frozen=True):
    """What a plan has prices for."""

    categories: tuple[CategoryLine, ...]
    zones: tuple[ZoneLine, ...]


class Picture(Struct, frozen=True):
    """A plan that is shown beside the table."""

    hash: str
    name: str


class Table(Struct, frozen=True):
    """The lines of the table, and the plans they are of."""

    categories: tuple[CategoryLine, ...]
    zones: tuple[ZoneLine, ...]
    pictures: tuple[Picture, ...]


_legends: OrderedDict[bytes, Legend] = OrderedDict()


async def of_event(
    db: Database, event_id: UUID, performance_id: UUID | None = None, priced: Prices = prices.NOTHING
) -> Table:
    """The table of an event, or of one of its dates."""
    used = await prices.plans_of(db, event_id, performance_id)
    legends = [await _legend(db, plan.plan_hash) for plan in used]
    categories = {line.name: line for legend in reversed(legends) for line in legend.categories}
    zones = {line.id: line for legend in reversed(legends) for line in legend.zones}
    gone = [CategoryLine(name, GONE, 0) for name in priced.categories if name not in categories]
    gone_zones = [ZoneLine(id, id, ()) for id in priced.zones if id not in zones]
    pictures = tuple(Picture(plan.plan_hash.hex(), f"{plan.venue_name}, {plan.plan_name}") for plan in used)
    return Table((*categories.values(), *gone), (*zones.values(), *gone_zones), pictures)


def fields(priced: Prices, currency: str) -> dict[str, Any]:
    """Prices as the fields have them."""
    found = {f"category:{name}": field_money(cents, currency) for name, cents in priced.categories.items()}
    return found | {f"zone:{id}": field_money(cents, currency) for id, cents in priced.zones.items()}


def typed(form: Form, table: Table, currency: str, language: str) -> Prices:
    """The prices as typed, nothing where a field is empty; mistakes are in the form, bounds in the page's language."""
    most = formats.money(PRICE_CENTS_MAX, currency, language)
    categories = {line.name: _cents(form, f"category:{line.name}", currency, most) for line in table.categories}
    zones = {line.id: _cents(form, f"zone:{line.id}", currency, most) for line in table.zones}
    return Prices(_set(zones), _set(categories))


def _cents(form: Form, name: str, currency: str, most: str) -> int | None:
    cents = form.money(name, currency, required=False)
    if cents is not None and not 0 <= cents <= PRICE_CENTS_MAX:
        form.mistaken(name, "A price is from 0 to {most}.", most=most)
        return None
    return cents


def _set(found: Mapping[str, int | None]) -> dict[str, int]:
    return {name: cents for name, cents in found.items() if cents is not None}


async def _legend(db: Database, plan_hash: bytes) -> Legend:
    """Read once a process: a plan never changes."""
    if plan_hash not in _legends:
        document = await plans.document(db, plan_hash)
        _legends[plan_hash] = await asyncio.to_thread(_read, document)
        while len(_legends) > LEGENDS_MAX:
            _legends.popitem(last=False)
    return _legends[plan_hash]


def _read(document: bytes) -> Legend:
    plan = placeur_json.read(document)
    colors = colors_of(plan)
    counts = dict.fromkeys(colors, 0)
    zones = []
    for zone in plan.zones:
        within: dict[str, None] = {}
        for row in zone.rows:
            for seat in row.seats:
                counts[seat.category] += 1
                within[seat.category] = None
        for area in zone.areas:
            if area.capacity:
                counts[area.category] += area.capacity
                within[area.category] = None
        if within:
            zones.append(ZoneLine(zone.id, zone.name or zone.id, tuple(within)))
    return Legend(tuple(CategoryLine(name, colors[name], counts[name]) for name in colors), tuple(zones))
