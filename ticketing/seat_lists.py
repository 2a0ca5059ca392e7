"""Seats as somebody at a counter types them, zone by zone: "A: 1-12, 15", a row a line; "A" is the whole row.

A range of numbers has every seat whose label is a number within it, so "1-12" has the odd and the even ones; a range of
other labels goes by the order of the row. Of an area without numbered seats a number is typed: how many.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from ticketing.halls import Hall
from ticketing.refusals import InputRefused

AREA = "area:"
"""Before an area's id, where a zone or an area is chosen."""
CHARS_MAX = 20_000
COUNT_CHARS_MAX = 6
DASHES = "-–"

Rows = Mapping[str, Sequence[tuple[str, int]]]
"""By a row's label: its seats' labels and places, in the order of the row."""


class Picked(Struct, frozen=True):
    """Places by their numbers, and so many of an area's, whichever."""

    places: tuple[int, ...] = ()
    areas: tuple[tuple[str, int], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.places or self.areas)


def zones(hall: Hall) -> list[tuple[str, str]]:
    """What can be chosen: zones with numbered seats by id, and areas, each with its name, in the plan's order."""
    names = dict(zip(hall.zones, hall.packed.zone_names, strict=False))
    seated = [(zone, names.get(zone, zone)) for zone in hall.zones if zone in hall.seated]
    return seated + [(AREA + area, _area_name(hall, area)) for area, ranges in hall.areas.items() if ranges]


def read(hall: Hall, zone: str, typed: str) -> Picked:
    """What was typed for a zone or an area; nothing typed is all of it. O(places of the hall).

    Raises InputRefused where there is no such zone, row or seat.
    """
    text = typed.strip()[:CHARS_MAX]
    if zone.startswith(AREA):
        return _read_area(hall, zone.removeprefix(AREA), text)
    if zone not in hall.seated:
        raise InputRefused(problem="Choose a zone.", where="zone")
    rows = rows_of(hall, zone)
    if not text:
        return Picked(tuple(place for seats in rows.values() for _, place in seats))
    lines = [line.strip() for line in text.replace(";", "\n").split("\n") if line.strip()]
    return Picked(tuple(dict.fromkeys(place for line in lines for place in _read_line(rows, line))))


def rows_of(hall: Hall, zone: str) -> Rows:
    """The rows of a zone."""
    found: dict[str, list[tuple[int, str, int]]] = {}
    for place in range(hall.packed.place_count):
        label = hall.known(place)
        if label is not None and label.zone_id == zone and hall.seats.seat(place) is not None:
            found.setdefault(label.row, []).append((hall.packed.seat_of(place), label.seat, place))
    return {row: [(seat, place) for _, seat, place in sorted(seats)] for row, seats in found.items()}


def read_runs(text: str, places_max: int) -> tuple[int, ...]:
    """Place numbers as the map's script sends them: "0-11,15". InputRefused for another text."""
    found: list[int] = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        if not (first.isdecimal() and (last or first).isdecimal()) or len(part) > 2 * COUNT_CHARS_MAX + 1:
            raise InputRefused(problem="There is no such place.", where="places")
        start, end = int(first), int(last or first)
        if not start <= end < places_max or len(found) + end - start >= places_max:
            raise InputRefused(problem="There is no such place.", where="places")
        found.extend(range(start, end + 1))
    return tuple(dict.fromkeys(found))


def _read_area(hall: Hall, area: str, text: str) -> Picked:
    room = sum(count for _, count in hall.areas.get(area, ()))
    if not room:
        raise InputRefused(problem="Choose a zone.", where="zone")
    if text and not (text.isdecimal() and len(text) <= COUNT_CHARS_MAX and 0 < int(text) <= room):
        raise InputRefused(problem="Type how many places, from 1 to {count}.", where="seats", count=room)
    return Picked(areas=((area, int(text) if text else room),))


def _area_name(hall: Hall, area: str) -> str:
    label = hall.known(hall.areas[area][0][0])
    return label.zone if label is not None else area


def _read_line(rows: Rows, line: str) -> Iterable[int]:
    name, _, rest = (part.strip() for part in line.partition(":"))
    row = next((label for label in (name, *rows) if label in rows and label.casefold() == name.casefold()), None)
    if row is None:
        raise InputRefused(problem="There is no row “{row}” in this zone.", where="seats", row=name[:40])
    wanted = [part.strip() for part in rest.split(",") if part.strip()]
    if not wanted:
        return [place for _, place in rows[row]]
    return [place for part in wanted for place in _read_part(rows[row], row, part)]


def _read_part(seats: Sequence[tuple[str, int]], row: str, part: str) -> list[int]:
    exact = [place for label, place in seats if label.casefold() == part.casefold()]
    first, last = _ends(part)
    if exact or not (first and last):
        found = exact
    elif first.isdecimal() and last.isdecimal():
        low, high = sorted((int(first), int(last)))
        found = [place for label, place in seats if label.isdecimal() and low <= int(label) <= high]
    else:
        found = _between(seats, first, last)
    if not found:
        raise InputRefused(problem="There is no seat “{seat}” in row {row}.", where="seats", seat=part[:40], row=row)
    return found


def _ends(part: str) -> tuple[str, str]:
    for dash in DASHES:
        first, _, last = part.partition(dash)
        if last:
            return first.strip(), last.strip()
    return "", ""


def _between(seats: Sequence[tuple[str, int]], first: str, last: str) -> list[int]:
    at = {label.casefold(): n for n, (label, _) in enumerate(seats)}
    ends = sorted(at[one.casefold()] for one in (first, last) if one.casefold() in at)
    return [place for _, place in seats[ends[0] : ends[1] + 1]] if len(ends) == 2 else []
