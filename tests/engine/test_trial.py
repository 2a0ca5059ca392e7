"""Trials of a plan: every seat is sold once at most, to parties that fit; the same seed is the same sale."""

from pathlib import Path

import pytest

from engine.core.best import PartyWant
from engine.packing import pack
from engine.plan import places, placeur_json
from engine.plan.model import Attribute
from engine.trial import SIZES, Mix, best, sell_out

THEATRE = placeur_json.read((Path(__file__).parents[2] / "examples" / "theatre.json").read_bytes())
PACKED = pack(THEATRE, places.first(THEATRE))


@pytest.mark.parametrize("mix", Mix)
def test_a_sale_goes_on_to_the_last_party(mix: Mix) -> None:
    sale = sell_out(PACKED, mix, 7)
    sold = [place for party in sale.parties for place in party]
    assert len(set(sold)) == len(sold) and all(PACKED.seat_of(place) >= 0 for place in sold)
    whole = {seat for zone in THEATRE.zones for table in zone.tables if table.sold_whole for seat in table.seats}
    numbers = places.first(THEATRE).seat_places()
    for seat in THEATRE.seats():
        kept = seat.companion_of or Attribute.WHEELCHAIR in seat.attributes or seat.id in whole
        assert kept or numbers[seat.id] in sold, "all that anybody may have without asking is sold"
    assert {len(party) for party in sale.parties} <= set(range(1, max(SIZES[mix]) + 1))
    assert 0.8 * len(sale.parties) <= sale.together_count <= len(sale.parties)
    assert sell_out(PACKED, mix, 7) == sale != sell_out(PACKED, mix, 8)


def test_the_best_are_sought_beside_what_is_taken() -> None:
    first = best(PACKED, PartyWant(2), ())[0].places
    again = best(PACKED, PartyWant(2), first)
    assert again and not set(first) & {place for one in again for place in one.places}
    assert best(PACKED, PartyWant(2), range(PACKED.place_count)) == []
    bay = best(PACKED, PartyWant(2, wheelchairs=1, companions=1), ())[0].places
    kinds = {seat.id: seat for seat in THEATRE.seats()}
    assert any(kinds[seat].attributes for seat in _ids(bay))


def _ids(some: tuple[int, ...]) -> list[str]:
    listed = places.first(THEATRE).seat_places()
    return [seat for seat, place in listed.items() if place in some]
