"""Places by seat id and back, and what a place is called, without keeping the plan.

A drawing of a large stadium is tens of megabytes of objects; a process that sells its seats needs only their ids
and labels. Labels repeat from row to row, so each spelling is kept once.
"""

from sys import intern

from msgspec import Struct

from engine.plan.model import Area, Plan, Row, Zone
from engine.plan.places import PlaceList


class SeatLabel(Struct, frozen=True):
    """What a ticket says of a place. `row_name` and `seat_name` are the drawer's own wording, "" where there is none;
    a place of an area has the area's name as `zone`, and neither row nor seat."""

    zone: str
    row: str
    seat: str
    category: str
    note: str = ""
    row_name: str = ""
    seat_name: str = ""
    zone_id: str = ""
    """The id of the zone in the plan, of an area's place too."""


class _RowWords(Struct, frozen=True):
    zone: str
    row: str
    name: str
    seat_name: str
    zone_id: str


class SeatIndex:
    """The index of a sound plan under a place list that has its places; immutable, lookups O(1)."""

    def __init__(self, plan: Plan, places: PlaceList) -> None:
        self._places: dict[str, int] = {}
        self._seats: list[str | None] = [None] * places.place_count
        self._labels: list[str] = [""] * places.place_count
        self._categories: list[str] = [""] * places.place_count
        self._words: list[_RowWords | SeatLabel | None] = [None] * places.place_count
        self._notes: dict[int, str] = {}
        numbers = places.seat_places()
        for zone in plan.zones:
            for row in zone.rows:
                self._add_row(zone, row, numbers)
            for area in zone.areas:
                self._add_area(zone, area, places)

    def _add_row(self, zone: Zone, row: Row, numbers: dict[str, int]) -> None:
        words = _RowWords(zone.name, row.label, row.name, row.seat_name, zone.id)
        for seat in row.seats:
            place = numbers[seat.id]
            self._places[seat.id] = place
            self._seats[place] = seat.id
            self._labels[place] = intern(seat.label)
            self._categories[place] = intern(seat.category)
            self._words[place] = words
            if seat.note:
                self._notes[place] = seat.note

    def _add_area(self, zone: Zone, area: Area, places: PlaceList) -> None:
        label = SeatLabel(area.name or zone.name, "", "", area.category, area.note, zone_id=zone.id)
        for start, count in places.area_ranges(area.id, area.capacity):
            self._words[start : start + count] = [label] * count

    def place(self, seat: str) -> int | None:
        """The place number of a seat; None if this plan does not draw it."""
        return self._places.get(seat)

    def seat(self, place: int) -> str | None:
        """The seat id at a place; None for an area's place or a tombstone. Raises IndexError."""
        return self._seats[place]

    def label(self, place: int) -> SeatLabel:
        """What stands at a place. Raises IndexError past the pool's end, KeyError for a tombstone."""
        words = self._words[place]
        if isinstance(words, SeatLabel):
            return words
        if words is None:
            raise KeyError(place)
        seat, category, note = self._labels[place], self._categories[place], self._notes.get(place, "")
        return SeatLabel(words.zone, words.row, seat, category, note, words.name, words.seat_name, words.zone_id)
