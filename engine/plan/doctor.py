"""The plan doctor: makes a well-shaped drawing sound, and says what it did.

Drawings met in the wild carry two seats with one id, rows without seats, labels that no ticket could tell apart,
seats copied onto one another, companions of nobody. Each of these is repaired in the one way that loses no seat, and
each repair is reported with its place in the drawing as it was given. A sound plan comes back as it is; a repaired
one is sound, so that examining it again finds nothing. What stands first in the drawing keeps what it has.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import partial
from itertools import count
from typing import Protocol

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from engine.plan import overlaps
from engine.plan.model import CATEGORIES_MAX, COORDINATE_MAX, Area, Attribute, Category, Plan, Seat, Table, Zone
from engine.plan.overlaps import Floats, Integers
from engine.plan.sayings import Filling, Saying

TEXT_MAX = 200
CATEGORY_DEFAULT = "General"
NAME_DEFAULT = "Untitled plan"


class Flaw(StrEnum):
    """What was wrong."""

    DUPLICATE_ID = "duplicate-id"
    MISSING_NAME = "missing-name"
    REPEATED_LABEL = "repeated-label"
    UNKNOWN_CATEGORY = "unknown-category"
    REPEATED_CATEGORY = "repeated-category"
    REPEATED_ATTRIBUTE = "repeated-attribute"
    LONE_COMPANION = "lone-companion"
    UNKNOWN_PHOTO = "unknown-photo"
    BROKEN_TABLE = "broken-table"
    OVERLAP = "overlap"
    EMPTY_ROW = "empty-row"


class Finding(Struct, frozen=True):
    """One repair: `where` is the JSON path in the drawing as it was given, `message` a sentence for its drawer.

    `saying` is the same, to be said in other languages; findings kept by earlier versions have none.
    """

    flaw: Flaw
    where: str
    message: str
    saying: Saying | None = None


Spot = tuple[int, int, int]  # indexes of a zone, a row in it, a seat in that


class Report(Protocol):
    """Notes a repair: what was wrong, where, the sentence, and what goes into it."""

    def __call__(self, flaw: Flaw, where: str, text: str, /, **fields: Filling) -> None: ...


def examine(plan: Plan, photos: Collection[str] | None = None) -> tuple[Plan, tuple[Finding, ...]]:
    """The plan made sound, and the repairs that took; `examine` of its result finds nothing. No seat and no area's
    place is lost. `photos` are those that are kept for its seats; None: nobody asks. O(seats)."""
    treated, findings = treat(plan, photos)
    return _without_empty(treated), findings


def treat(plan: Plan, photos: Collection[str] | None = None) -> tuple[Plan, tuple[Finding, ...]]:
    """The same, but with the rows and tables that have no seats left in their places: everything still stands where
    it stood in the plan that was given, so the paths of findings lead to the same in both."""
    findings: list[Finding] = []

    def report(flaw: Flaw, where: str, text: str, /, **fields: Filling) -> None:
        saying = Saying(text, fields)
        findings.append(Finding(flaw, where, str(saying), saying))

    for repair in (
        _name,
        _categories,
        _zones,
        _areas,
        _seat_ids,
        _attributes,
        _companions,
        partial(_photos, kept=photos),
        _tables,
        _seat_labels,
        _row_labels,
        _positions,
        _empty_rows,
    ):
        plan = repair(plan, report)
    return plan, tuple(findings)


def _name(plan: Plan, report: Report) -> Plan:
    if plan.name.strip():
        return plan
    report(Flaw.MISSING_NAME, "name", "The plan had no name; it is now called {name}.", name=NAME_DEFAULT)
    return replace(plan, name=NAME_DEFAULT)


def _categories(plan: Plan, report: Report) -> Plan:
    """Each category once and named, and each one that is used."""
    names = [category.name or CATEGORY_DEFAULT for category in plan.categories]
    kept: dict[str, Category] = {}
    for index, (name, category) in enumerate(zip(names, plan.categories, strict=True)):
        where = f"categories[{index}]"
        if not category.name:
            report(Flaw.MISSING_NAME, where, "A category had no name; it is now called {name}.", name=name)
        if name in kept:
            report(Flaw.REPEATED_CATEGORY, where, "Category {name} was there twice; the first one stays.", name=name)
        kept.setdefault(name, category if category.name else replace(category, name=name))
    renamed = _used_categories(plan, kept, report)
    if tuple(kept.values()) != plan.categories:
        plan = replace(plan, categories=tuple(kept.values()))
    return _recategorised(plan, renamed) if renamed else plan


def _used_categories(plan: Plan, kept: dict[str, Category], report: Report) -> dict[str, str]:
    """Adds the categories that places use but the plan lacks; the new names of those that cannot keep theirs."""
    used = Counter(seat.category for seat in plan.seats())
    for area in plan.areas():
        used[area.category] += area.capacity
    renamed = {}
    for name, places in used.items():
        wanted = name or CATEGORY_DEFAULT
        if wanted not in kept and len(kept) == CATEGORIES_MAX:
            wanted = next(iter(kept))
        if wanted != name:
            renamed[name] = wanted
            report(
                Flaw.UNKNOWN_CATEGORY, "categories",
                "The category “{name}” was unknown; its places ({places}) now have {wanted}.", name=name, places=places,
                wanted=wanted,
            )  # fmt: skip
        elif name not in kept:
            report(
                Flaw.UNKNOWN_CATEGORY, "categories",
                "Category {name} was not listed; it now is, with its places ({places}).", name=name, places=places,
            )  # fmt: skip
        kept.setdefault(wanted, Category(wanted))
    return renamed


def _recategorised(plan: Plan, renamed: Mapping[str, str]) -> Plan:
    seats = {
        spot: replace(seat, category=renamed[seat.category]) for spot, seat in _spots(plan) if seat.category in renamed
    }
    areas = {
        (zone, index): replace(area, category=renamed[area.category])
        for zone, index, area in _drawn_areas(plan)
        if area.capacity and area.category in renamed
    }
    return _with_areas(_with_seats(plan, seats), areas)


def _zones(plan: Plan, report: Report) -> Plan:
    """Ids and names that tell zones apart."""
    ids, names = _Names(zone.id for zone in plan.zones), _Names(zone.name for zone in plan.zones)
    zones = []
    for index, zone in enumerate(plan.zones):
        where = f"zones[{index}]"
        zone_id = ids.own(zone.id, zone.name or "zone")
        name = names.own(zone.name, zone_id, " ({})")
        if zone_id != zone.id:
            text = "The zone’s id “{id}” was not its own; it is now {now}."
            report(Flaw.DUPLICATE_ID, where, text, id=zone.id, now=zone_id)
        if name != zone.name and zone.name:
            text = "The zone’s name “{name}” was not its own; it is now {now}."
            report(Flaw.REPEATED_LABEL, where, text, name=zone.name, now=name)
        elif not zone.name:
            report(Flaw.MISSING_NAME, where, "The zone had no name; it is now called {name}.", name=name)
        zones.append(zone if (zone_id, name) == (zone.id, zone.name) else replace(zone, id=zone_id, name=name))
    return plan if tuple(zones) == plan.zones else replace(plan, zones=tuple(zones))


def _areas(plan: Plan, report: Report) -> Plan:
    ids = _Names(area.id for _, _, area in _drawn_areas(plan))
    changes = {}
    for zone, index, area in _drawn_areas(plan):
        area_id = ids.own(area.id, f"{plan.zones[zone].id}-area")
        if area_id != area.id:
            text = "The area’s id “{id}” was not its own; it is now {now}."
            report(Flaw.DUPLICATE_ID, f"zones[{zone}].areas[{index}]", text, id=area.id, now=area_id)
            changes[zone, index] = replace(area, id=area_id)
    return _with_areas(plan, changes)


def _seat_ids(plan: Plan, report: Report) -> Plan:
    if len(set(every := [seat.id for seat in plan.seats()]) - {""}) == len(every):
        return plan
    ids = _Names(every)
    changes = {}
    for spot, seat in _spots(plan):
        zone, row = plan.zones[spot[0]], plan.zones[spot[0]].rows[spot[1]]
        seat_id = ids.own(seat.id, f"{zone.id}-{row.label}-{seat.label}")
        if seat_id != seat.id:
            text = "The id “{id}” of seat “{seat}” of row “{row}” in {zone} was not its own; it is now {now}."
            report(Flaw.DUPLICATE_ID, _where(spot), text, id=seat.id, now=seat_id, **_called(plan, spot))
            changes[spot] = replace(seat, id=seat_id)
    return _with_seats(plan, changes)


def _attributes(plan: Plan, report: Report) -> Plan:
    changes = {}
    for spot, seat in _spots(plan):
        if seat.attributes and len(set(seat.attributes)) != len(seat.attributes):
            text = "An attribute of seat “{seat}” of row “{row}” in {zone} was there twice."
            report(Flaw.REPEATED_ATTRIBUTE, _where(spot), text, **_called(plan, spot))
            changes[spot] = replace(seat, attributes=tuple(dict.fromkeys(seat.attributes)))
    return _with_seats(plan, changes)


def _companions(plan: Plan, report: Report) -> Plan:
    """Companions accompany a wheelchair place, and are none themselves."""
    bays = {seat.id for seat in plan.seats() if Attribute.WHEELCHAIR in seat.attributes}
    changes = {}
    for spot, seat in _spots(plan):
        if seat.companion_of and (seat.companion_of not in bays or seat.id in bays):
            text = "Seat “{seat}” of row “{row}” in {zone} accompanied no wheelchair place; it is now an ordinary seat."
            report(Flaw.LONE_COMPANION, _where(spot), text, **_called(plan, spot))
            changes[spot] = replace(seat, companion_of="")
    return _with_seats(plan, changes)


def _photos(plan: Plan, report: Report, kept: Collection[str] | None) -> Plan:
    """No seat names a photo that is not kept. Told row by row: one photo is of many seats."""
    unknown = plan.photos().difference(kept) if kept is not None else ()
    if not unknown:
        return plan
    changes = {spot: replace(seat, photo="") for spot, seat in _spots(plan) if seat.photo in unknown}
    for (z, r), seats in Counter(spot[:2] for spot in changes).items():
        zone = plan.zones[z]
        text = "Photos from seats of row “{row}” in {zone} ({seats}) are not kept here; these seats now name none."
        where = f"zones[{z}].rows[{r}]"
        report(Flaw.UNKNOWN_PHOTO, where, text, row=zone.rows[r].label, zone=zone.name, seats=seats)
    return _with_seats(plan, changes)


def _tables(plan: Plan, report: Report) -> Plan:
    """Tables have an id of their own, and seats of their zone that sit at no other."""
    ids = _Names(table.id for zone in plan.zones for table in zone.tables)
    zones = []
    for number, zone in enumerate(plan.zones):
        free = {seat.id for row in zone.rows for seat in row.seats} if zone.tables else set()
        tables = []
        for index, table in enumerate(zone.tables):
            seats = tuple(seat for seat in dict.fromkeys(table.seats) if seat in free)
            free -= set(seats)
            mended = replace(table, id=ids.own(table.id, f"{zone.id}-table"), seats=seats)
            if mended != table or not seats:
                _report_table(report, f"zones[{number}].tables[{index}]", table, mended)
            tables.append(mended)
        zones.append(zone if tuple(tables) == zone.tables else replace(zone, tables=tuple(tables)))
    return plan if tuple(zones) == plan.zones else replace(plan, zones=tuple(zones))


def _report_table(report: Report, where: str, table: Table, mended: Table) -> None:
    if not mended.seats:
        text = "Table “{table}” had no seats of its own; it is gone, its seats are not."
        report(Flaw.BROKEN_TABLE, where, text, table=table.label)
    elif mended.seats != table.seats:
        left, stay = len(table.seats) - len(mended.seats), len(mended.seats)
        text = "Some seats of table “{table}” were not its own ({left}); {stay} stay at it."
        report(Flaw.BROKEN_TABLE, where, text, table=table.label, left=left, stay=stay)
    else:
        text = "The id “{id}” of table “{table}” was not its own; it is now {now}."
        report(Flaw.BROKEN_TABLE, where, text, id=table.id, table=table.label, now=mended.id)


def _seat_labels(plan: Plan, report: Report) -> Plan:
    """Every seat has a label that no other of its row has."""
    changes = {}
    for z, zone in enumerate(plan.zones):
        for r, row in enumerate(zone.rows):
            labels = [seat.label for seat in row.seats]
            if len(set(labels) - {""}) == len(labels):
                continue
            names = _Names(labels)
            for index, seat in enumerate(row.seats):
                label = names.own(seat.label, str(index + 1), " ({})")
                if label != seat.label:
                    text = "The label of seat “{seat}” of row “{row}” in {zone} was not its own; it is now {now}."
                    spot = (z, r, index)
                    report(Flaw.REPEATED_LABEL, _where(spot), text, now=label, **_called(plan, spot))
                    changes[z, r, index] = replace(seat, label=label)
    return _with_seats(plan, changes)


def _row_labels(plan: Plan, report: Report) -> Plan:
    """No two seats of a zone have the same row and seat label. Rows may share a label, as the halves of one do."""
    zones = []
    for number, zone in enumerate(plan.zones):
        repeated = {label for label, rows in Counter(row.label for row in zone.rows).items() if rows > 1}
        zones.append(_with_row_labels(zone, number, repeated, report) if repeated else zone)
    return plan if tuple(zones) == plan.zones else replace(plan, zones=tuple(zones))


def _with_row_labels(zone: Zone, number: int, repeated: set[str], report: Report) -> Zone:
    names = _Names(row.label for row in zone.rows)
    taken: dict[str, set[str]] = {}
    rows = []
    for index, row in enumerate(zone.rows):
        labels = {seat.label for seat in row.seats}
        if row.label in repeated and taken.setdefault(row.label, set()) & labels:
            fresh = names.fresh(row.label or "Row", " ({})")
            text = "Another row “{row}” of {zone} has the same seats; this one is now {now}."
            where = f"zones[{number}].rows[{index}]"
            report(Flaw.REPEATED_LABEL, where, text, row=row.label, zone=zone.name, now=fresh)
            row = replace(row, label=fresh)
        elif row.label in repeated:
            taken[row.label] |= labels
        rows.append(row)
    return zone if tuple(rows) == zone.rows else replace(zone, rows=tuple(rows))


def _positions(plan: Plan, report: Report) -> Plan:
    """No two seats of a floor on one spot."""
    rows = [(zone.x + row.x, zone.y + row.y, row) for zone in plan.zones for row in zone.rows]
    corners = [(x, y) for x, y, row in rows for _ in row.seats]
    seats = list(plan.seats())
    points = np.array(corners, dtype=np.float64).reshape(-1, 2) + np.array(
        [(seat.x, seat.y) for seat in seats]
    ).reshape(-1, 2)
    row_of = np.repeat(np.arange(len(rows)), [len(row.seats) for _, _, row in rows])

    moved: dict[int, tuple[float, float]] = {}
    for floor in _floors(plan):
        moved |= _parted(floor, points, row_of, corners)
    changes = {}
    if moved:
        for number, (spot, seat) in enumerate(_spots(plan)):
            if number in moved:
                (x, y), (left, top) = moved[number], corners[number]
                changes[spot] = replace(seat, x=x - left, y=y - top)
                text = "Seat “{seat}” of row “{row}” in {zone} stood on another seat; it now stands at {x}, {y}."
                report(Flaw.OVERLAP, _where(spot), text, x=float(x), y=float(y), **_called(plan, spot))
    return _with_seats(plan, changes)


def _parted(
    floor: Integers, points: Floats, row_of: Integers, corners: Sequence[tuple[float, float]]
) -> dict[int, tuple[float, float]]:
    """New positions for seats of one floor, such that none of them overlaps another."""

    def allowed(seat: int, x: float, y: float) -> bool:
        left, top = corners[floor[seat]]
        return bool(max(abs(x - left), abs(y - top)) <= COORDINATE_MAX)

    moved = overlaps.parted(points[floor], row_of[floor], allowed)
    return {int(floor[seat]): spot for seat, spot in moved.items()}


def _floors(plan: Plan) -> list[Integers]:
    """The numbers of the seats on each floor."""
    names = np.array([zone.floor for zone in plan.zones for row in zone.rows for _ in row.seats], dtype=object)
    return [np.flatnonzero(names == name) for name in dict.fromkeys(names)]


def _empty_rows(plan: Plan, report: Report) -> Plan:
    """Told of here, left out at the end."""
    for number, zone in enumerate(plan.zones):
        for index, row in enumerate(zone.rows):
            if not row.seats:
                text = "Row “{row}” of {zone} had no seats; it is gone."
                report(Flaw.EMPTY_ROW, f"zones[{number}].rows[{index}]", text, row=row.label, zone=zone.name)
    return plan


def _without_empty(plan: Plan) -> Plan:
    """The plan without rows and tables that have no seats."""
    zones = []
    for zone in plan.zones:
        rows = tuple(row for row in zone.rows if row.seats)
        tables = tuple(table for table in zone.tables if table.seats)
        same = len(rows) == len(zone.rows) and len(tables) == len(zone.tables)
        zones.append(zone if same else replace(zone, rows=rows, tables=tables))
    return plan if tuple(zones) == plan.zones else replace(plan, zones=tuple(zones))


class _Names:
    """Names that must differ: the first to come with a name keeps it, others get one that nobody has or asks for."""

    def __init__(self, asked: Iterable[str]) -> None:
        self._used = set(asked)
        self._given: set[str] = set()
        self._next: Counter[str] = Counter()

    def own(self, name: str, instead: str, suffix: str = "~{}") -> str:
        """`name` itself if it is one and nobody had it before; else a fresh one made of it, or of `instead`."""
        if name and name not in self._given:
            self._given.add(name)
            return name
        if not name and instead and instead not in self._used and len(instead) <= TEXT_MAX:
            self._used.add(instead)
            return instead
        return self.fresh(name or instead, suffix)

    def fresh(self, base: str, suffix: str) -> str:
        """A name nobody has, counting from 2; O(1) amortised however often a base is asked for."""
        base = base[: TEXT_MAX - 12]
        for number in count(self._next[base] + 2):
            self._next[base] += 1
            fresh = base + suffix.format(number)
            if fresh not in self._used:
                self._used.add(fresh)
                return fresh
        raise AssertionError("numbers do not end")


def _spots(plan: Plan) -> Iterator[tuple[Spot, Seat]]:
    for z, zone in enumerate(plan.zones):
        for r, row in enumerate(zone.rows):
            for index, seat in enumerate(row.seats):
                yield (z, r, index), seat


def _where(spot: Spot) -> str:
    return f"zones[{spot[0]}].rows[{spot[1]}].seats[{spot[2]}]"


def _called(plan: Plan, spot: Spot) -> dict[str, str]:
    zone = plan.zones[spot[0]]
    row = zone.rows[spot[1]]
    return {"seat": row.seats[spot[2]].label, "row": row.label, "zone": zone.name}


def _drawn_areas(plan: Plan) -> Iterator[tuple[int, int, Area]]:
    return ((z, index, area) for z, zone in enumerate(plan.zones) for index, area in enumerate(zone.areas))


def _with_seats(plan: Plan, changes: Mapping[Spot, Seat]) -> Plan:
    """The plan with these seats in the places of those that were there."""
    touched: dict[int, dict[int, dict[int, Seat]]] = {}
    for (z, r, index), seat in changes.items():
        touched.setdefault(z, {}).setdefault(r, {})[index] = seat
    zones = list(plan.zones)
    for z, rows_touched in touched.items():
        rows = list(zones[z].rows)
        for r, seats_touched in rows_touched.items():
            seats = (seats_touched.get(index, seat) for index, seat in enumerate(rows[r].seats))
            rows[r] = replace(rows[r], seats=tuple(seats))
        zones[z] = replace(zones[z], rows=tuple(rows))
    return replace(plan, zones=tuple(zones)) if changes else plan


def _with_areas(plan: Plan, changes: Mapping[tuple[int, int], Area]) -> Plan:
    """The plan with these areas in the places of those that were there."""
    zones = tuple(
        replace(zone, areas=tuple(changes.get((z, index), area) for index, area in enumerate(zone.areas)))
        for z, zone in enumerate(plan.zones)
    )
    return replace(plan, zones=zones) if changes else plan
