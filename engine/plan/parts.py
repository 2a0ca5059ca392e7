"""A plan in parts: what a drawing is saved in, so that saving costs what changed and not what the plan is.

A plan taken apart is its head (what it has beside its zones) and its parts: zones without what is in them, rows with
their seats, areas, tables. A part has a key of its own for as long as it is there, the key of the zone it is in, and
a position among those of its kind there, so that one can be moved between two others without touching them. Put
together again, parts give the plan that they were taken from, whatever it is.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, TypeAlias, cast

import msgspec
from msgspec import Meta, Raw, Struct

from engine.plan import decoding
from engine.plan.model import (
    CATEGORIES_MAX,
    Area,
    Category,
    Coordinate,
    Note,
    Plan,
    PlanRefused,
    Position,
    Row,
    Size,
    Table,
    Text,
    Zone,
)

KEY_CHARS_MAX = 40
POSITION_MAX = 1e15
SPOT = re.compile(r"zones\[(\d+)\](?:\.(rows|areas|tables)\[(\d+)\](?:\.seats\[(\d+)\])?)?")
"""A JSON path in a plan that leads into a part."""

Key = Annotated[str, Meta(pattern=rf"^[A-Za-z0-9_-]{{1,{KEY_CHARS_MAX}}}$")]


class Kind(StrEnum):
    """What a part is."""

    ZONE = "zone"
    ROW = "row"
    AREA = "area"
    TABLE = "table"


class Head(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What a plan has beside its zones."""

    name: Text
    categories: Annotated[tuple[Category, ...], Meta(max_length=CATEGORIES_MAX)]
    size: Size
    focal_point: Position | None = None
    note: Note = ""


class ZoneData(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A zone without what is in it."""

    id: Text
    name: Text
    x: Coordinate
    y: Coordinate
    note: Note = ""
    uuid: Text = ""
    floor: Text = ""


Value: TypeAlias = ZoneData | Row | Area | Table


class WirePart(Struct, frozen=True, forbid_unknown_fields=True):
    """A part as it is sent; `data` is what its kind says."""

    key: Key
    kind: Kind
    parent: Key | None
    position: Annotated[float, Meta(ge=-POSITION_MAX, le=POSITION_MAX)]
    data: Raw


class Part(Struct, frozen=True):
    """A part, read; `parent` is None for zones alone."""

    key: str
    kind: Kind
    parent: str | None
    position: float
    value: Value

    @property
    def seat_count(self) -> int:
        """Seats in it."""
        return len(self.value.seats) if isinstance(self.value, Row) else 0

    @property
    def place_count(self) -> int:
        """Seats, or an area's places."""
        return self.value.capacity if isinstance(self.value, Area) else self.seat_count

    def data(self) -> bytes:
        """The one spelling of its value."""
        return msgspec.json.encode(self.value)

    def wire(self) -> WirePart:
        """As it is sent."""
        return WirePart(self.key, self.kind, self.parent, self.position, Raw(self.data()))


class Spot(Struct, frozen=True):
    """Where a JSON path in a plan leads: the part, and the index of a seat in it."""

    part: Part
    seat: int | None


class Assembled(Struct, frozen=True):
    """A plan put together, and its parts as they stand in it: zones, and by zone the rows, areas and tables."""

    plan: Plan
    zones: tuple[Part, ...]
    inside: Mapping[Kind, tuple[tuple[Part, ...], ...]]

    def spot(self, path: str) -> Spot | None:
        """Where a path leads; None when that is the head."""
        found = SPOT.fullmatch(path)
        if found is None:
            return None
        zone, what, index, seat = found.groups()
        if what is None:
            return Spot(self.zones[int(zone)], None)
        part = self.inside[Kind(what.removesuffix("s"))][int(zone)][int(index)]
        return Spot(part, None if seat is None else int(seat))


_VALUES: dict[Kind, msgspec.json.Decoder[Value]] = {
    Kind.ZONE: cast(msgspec.json.Decoder[Value], msgspec.json.Decoder(ZoneData)),
    Kind.ROW: cast(msgspec.json.Decoder[Value], msgspec.json.Decoder(Row)),
    Kind.AREA: cast(msgspec.json.Decoder[Value], msgspec.json.Decoder(Area)),
    Kind.TABLE: cast(msgspec.json.Decoder[Value], msgspec.json.Decoder(Table)),
}


def head_of(plan: Plan) -> Head:
    """What the plan has beside its zones."""
    return Head(plan.name, plan.categories, plan.size, plan.focal_point, plan.note)


def zone_data(zone: Zone) -> ZoneData:
    """The zone without what is in it."""
    return ZoneData(zone.id, zone.name, zone.x, zone.y, zone.note, zone.uuid, zone.floor)


def apart(plan: Plan) -> tuple[Head, tuple[Part, ...]]:
    """The plan taken apart: zones first, each part under a key that counts its kind ("r17"). O(parts)."""
    zones: list[Part] = []
    inside: dict[Kind, list[Part]] = {Kind.ROW: [], Kind.AREA: [], Kind.TABLE: []}
    for number, zone in enumerate(plan.zones, 1):
        zones.append(Part(f"z{number}", Kind.ZONE, None, float(number), zone_data(zone)))
        values: dict[Kind, tuple[Value, ...]] = {Kind.ROW: zone.rows, Kind.AREA: zone.areas, Kind.TABLE: zone.tables}
        for kind, some in values.items():
            for position, value in enumerate(some, 1):
                key = f"{kind.value[0]}{len(inside[kind]) + 1}"
                inside[kind].append(Part(key, kind, f"z{number}", float(position), value))
    return head_of(plan), (*zones, *inside[Kind.ROW], *inside[Kind.AREA], *inside[Kind.TABLE])


def assembled(head: Head, parts: Iterable[Part]) -> Assembled:
    """The plan of a head and its parts, in the order of their positions. PlanRefused for a part that is in no zone."""
    ordered = sorted(parts, key=lambda part: (part.position, part.key))
    zones = tuple(part for part in ordered if part.kind is Kind.ZONE)
    index = {zone.key: number for number, zone in enumerate(zones)}
    inside: dict[Kind, list[list[Part]]] = {kind: [[] for _ in zones] for kind in (Kind.ROW, Kind.AREA, Kind.TABLE)}
    for part in ordered:
        if part.kind is Kind.ZONE:
            continue
        if part.parent not in index:
            raise PlanRefused("The part {key} is in no zone.", "zones", key=part.key)
        inside[part.kind][index[part.parent]].append(part)
    made = tuple(_zone(zone.value, *(inside[kind][number] for kind in inside)) for number, zone in enumerate(zones))
    plan = Plan(head.name, head.categories, made, head.size, head.focal_point, head.note)
    return Assembled(plan, zones, {kind: tuple(map(tuple, every)) for kind, every in inside.items()})


def read(wire: Iterable[WirePart], where: str = "parts") -> tuple[Part, ...]:
    """Parts with their values read, each key once. PlanRefused with the place (`parts[3].data.seats[2].x`)."""
    found: dict[str, Part] = {}
    for number, sent in enumerate(wire):
        place = f"{where}[{number}]"
        if sent.key in found:
            raise PlanRefused("The key {key} is there twice.", f"{place}.key", key=sent.key)
        if (sent.kind is Kind.ZONE) != (sent.parent is None):
            raise PlanRefused("A zone is in nothing, and everything else in a zone.", f"{place}.parent")
        value = decoding.structs(_VALUES[sent.kind], bytes(sent.data), f"{place}.data")
        decoding.check_words(value, f"{place}.data")
        found[sent.key] = Part(sent.key, sent.kind, sent.parent, sent.position, value)
    return tuple(found.values())


def _zone(data: Value, rows: list[Part], areas: list[Part], tables: list[Part]) -> Zone:
    assert isinstance(data, ZoneData), "a zone's value is a zone's"
    return Zone(
        data.id,
        data.name,
        data.x,
        data.y,
        rows=cast(tuple[Row, ...], tuple(part.value for part in rows)),
        areas=cast(tuple[Area, ...], tuple(part.value for part in areas)),
        tables=cast(tuple[Table, ...], tuple(part.value for part in tables)),
        note=data.note,
        uuid=data.uuid,
        floor=data.floor,
    )
