"""A plan with some of its seats in other price categories than it gives them."""

from collections.abc import Mapping

from msgspec.structs import replace

from engine.plan.model import CATEGORIES_MAX, Category, Plan, Row, Zone


def recategorised(plan: Plan, categories: Mapping[str, str]) -> Plan:
    """The plan with these seats, by their ids, in these categories; seats that it does not draw are passed over.

    Categories that it does not know are added behind its own, in the order of the first seat that has them. The plan
    itself where nothing is otherwise. O(seats). Raises ValueError beyond CATEGORIES_MAX.
    """
    if not categories:
        return plan
    zones = tuple(_zone(zone, categories) for zone in plan.zones)
    if all(new is old for new, old in zip(zones, plan.zones, strict=True)):
        return plan
    known = {category.name for category in plan.categories}
    used = dict.fromkeys(seat.category for zone in zones for row in zone.rows for seat in row.seats)
    added = tuple(Category(name) for name in used if name not in known)
    if len(plan.categories) + len(added) > CATEGORIES_MAX:
        raise ValueError(f"more than {CATEGORIES_MAX} categories")
    return replace(plan, zones=zones, categories=plan.categories + added)


def own_categories(plan: Plan, categories: Mapping[str, str]) -> dict[str, str]:
    """Of these seats, those that the plan draws in another category; in plan order."""
    return {
        seat.id: categories[seat.id] for seat in plan.seats() if categories.get(seat.id, seat.category) != seat.category
    }


def _zone(zone: Zone, categories: Mapping[str, str]) -> Zone:
    rows = tuple(_row(row, categories) for row in zone.rows)
    return zone if all(new is old for new, old in zip(rows, zone.rows, strict=True)) else replace(zone, rows=rows)


def _row(row: Row, categories: Mapping[str, str]) -> Row:
    if all(categories.get(seat.id, seat.category) == seat.category for seat in row.seats):
        return row
    seats = (replace(seat, category=categories.get(seat.id, seat.category)) for seat in row.seats)
    return replace(row, seats=tuple(seats))
