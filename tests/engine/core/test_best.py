"""Best available, as a good box office would have it: one example a rule. The twin sees to the rest."""

from itertools import pairwise

import numpy as np
import pytest

from engine.core.best import MOST_MAX, PARTY_MAX, PartyWant, Proposal
from engine.core.copy import PoolCopy
from engine.core.words import CLAIMED
from tests.engine.core.halls import OPENING_MS, drawn, seats_of
from tests.engine.core.twin import Hall, Seat

NOW = OPENING_MS


def ask(*rows: str, most: int = 3, **want: object) -> list[tuple[list[tuple[int, int]], Proposal]]:
    plan, copy = drawn(*rows)
    return [(seats_of(plan, p), p) for p in copy.propose(PartyWant(**want), NOW, most)]  # type: ignore[arg-type]


def best(*rows: str, **want: object) -> tuple[list[tuple[int, int]], set[str]]:
    seats, proposal = ask(*rows, most=1, **want)[0]
    return seats, set(proposal.reasons)


def test_a_party_sits_together_near_the_middle_of_the_front() -> None:
    seats, reasons = best("ooooooooo", "ooooooooo", party=3)
    assert seats == [(1, 4), (1, 5), (1, 6)]
    assert reasons == {"TOGETHER", "NO_ORPHAN"}


def test_across_no_aisle() -> None:
    assert best("oooo|oooo", party=2)[0] == [(1, 3), (1, 4)]
    assert best("xxoo|ooxx", "oooooooo", party=3)[0] == [(2, 3), (2, 4), (2, 5)]


def test_three_proposals_in_three_rows_best_first() -> None:
    found = ask("oo|oo", "oooo", "oooo", "oooo", party=2)
    assert [seats[0][0] for seats, _ in found] == [1, 2, 3]
    assert all(a.score <= b.score for (_, a), (_, b) in pairwise(found))


def test_no_lone_seat_is_left_where_it_can_be_avoided() -> None:
    assert best("xxooooxx", "oooooooo", party=3)[0] == [(2, 3), (2, 4), (2, 5)]
    seats, reasons = best("xxooooxx", party=3)
    assert seats == [(1, 3), (1, 4), (1, 5)]
    assert "LEAVES_ORPHAN" in reasons


def test_one_person_takes_a_lone_seat_rather_than_split_a_pair_and_a_pair_rather_than_nothing() -> None:
    assert best("xooxxxo", party=1)[0] == [(1, 7)]
    assert best("xooxxxx", party=1) == ([(1, 3)], {"TOGETHER", "LEAVES_ORPHAN"})


def test_a_seat_beside_an_aisle_can_be_alone_too() -> None:
    assert best("xooo|ooxx", party=2)[0] == [(1, 5), (1, 6)]


def test_a_lone_seat_taken_by_somebody_else_is_nobodys_fault() -> None:
    assert "NO_ORPHAN" in best("oxooxo", party=2)[1]


def test_a_party_splits_evenly_over_adjacent_rows_one_behind_the_other() -> None:
    seats, reasons = best("xooxxxooo", "xooxxxxxx", party=4)
    assert seats == [(1, 2), (1, 3), (2, 2), (2, 3)]
    assert "SPLIT_ADJACENT" in reasons


def test_parts_at_opposite_ends_do_not_make_a_split() -> None:
    assert "NEAR" in best("oooxxxxxx", "xxxxxxooo", party=6)[1]


def test_else_the_party_sits_as_near_as_can_be() -> None:
    seats, reasons = best("oxoxxxxxxxo", "xxxxxxxxxxx", "oxoxxxxxxxo", party=4)
    assert seats == [(1, 1), (1, 3), (3, 1), (3, 3)]
    assert "NEAR" in reasons


def test_nobody_is_seated_when_the_party_does_not_fit() -> None:
    assert ask("oxo", party=3) == []
    assert ask("xxx", party=1) == []


def test_a_party_that_need_not_sit_together_gets_the_best_seats() -> None:
    assert best("xxoxoxx", "xxooxxx", party=3, together=False) == ([(1, 3), (1, 5), (2, 4)], {"ANYWHERE"})


def test_bays_and_companion_seats_are_for_parties_that_ask() -> None:
    assert best("oowcoo", party=2)[0] == [(1, 1), (1, 2)]
    assert ask("owcxo", party=3) == []
    seats, reasons = best("oowcoo", party=2, wheelchairs=1, companions=1)
    assert seats == [(1, 3), (1, 4)]
    assert reasons == {"TOGETHER", "WHEELCHAIR_WITH_COMPANION"}


def test_a_companion_sits_beside_their_own_bay_and_friends_near() -> None:
    seats, reasons = best("wxwcoo", "wcxxxx", party=3, wheelchairs=1, companions=1)
    assert seats == [(1, 3), (1, 4), (1, 5)]
    assert "TOGETHER" in reasons
    assert best("wcwcxx", party=4, wheelchairs=2, companions=2)[0] == [(1, 1), (1, 2), (1, 3), (1, 4)]


def test_tables_sold_whole_go_whole() -> None:
    assert ask("[ooo][oooo]", party=2) == []
    seats, reasons = best("[ooo][oooo]", party=4)
    assert seats == [(1, 4), (1, 5), (1, 6), (1, 7)]
    assert {"WHOLE_TABLE", "TOGETHER"} <= reasons
    assert ask("[ooo][xooo]", party=4) == []


def test_allotments_are_for_those_who_may() -> None:
    assert best("aaaaxx", "oooooo", party=2)[0][0][0] == 2
    assert best("aaaaxx", "oooooo", party=2, allow=[16])[0] == [(1, 3), (1, 4)]
    assert best("oaooxx", "xxxxxx", party=4, allow=[16])[0] == [(1, 1), (1, 2), (1, 3), (1, 4)]
    assert ask("aaaaxx", party=2, allow=[17]) == []


def test_filters() -> None:
    plan, copy = drawn("oooo", "oooo")
    assert copy.propose(PartyWant(2, categories=[]), NOW) == []
    assert copy.propose(PartyWant(2, zones=[1]), NOW) == []
    assert len(copy.propose(PartyWant(2, zones=[0], categories=[0]), NOW)) == 2
    assert len(plan.seats) == 8


def test_a_row_longer_than_a_machine_word_is_one_row() -> None:
    row = "x" * 60 + "o" * 8 + "x" * 60
    assert best(row, party=8)[0] == [(1, seat) for seat in range(61, 69)]
    assert "LEAVES_ORPHAN" in best(row, party=7)[1]
    assert best("x" * 62 + "oxo" + "o" * 5, party=1)[0] == [(1, 63)]


def test_a_window_into_cheaper_seats_beyond_a_machine_word_is_found_among_an_allotments() -> None:
    """The walk must not take the best of a row for no better than its first 64 seats."""
    near = [Seat(place, 0, 0, 30, place, 0) for place in range(2)]
    long = [Seat(2 + n, 1, 0, 50 if n < 64 else 0, n, 1) for n in range(66)]
    copy = PoolCopy(Hall(68, (*near, *long), (0, 0), (-1, 0), (1, -1)).packed(), 68)
    codes = [16 if place == 12 else 0 for place in range(68)]
    words = [CLAIMED if place == 67 else 0 for place in range(68)]
    copy.load(np.array([1, 0, *words], "<i8").tobytes(), np.array(codes, "<u2").tobytes(), NOW)
    assert copy.propose(PartyWant(2, allow=[16]), NOW, 1)[0].places == (65, 66)


def test_joined_requests_get_disjoint_places() -> None:
    _, copy = drawn("oooooo", "oooooo")
    seen: set[int] = set()
    for _ in range(4):
        places = copy.propose(PartyWant(3), NOW, 1)[0].places
        assert not seen.intersection(places)
        copy.reserve(places)
        seen.update(places)
    assert len(seen) == 12
    assert copy.propose(PartyWant(1), NOW) == []
    copy.unreserve(places)
    assert copy.propose(PartyWant(3), NOW)[0].places == places


def test_a_split_is_built_around_the_best_rows_only() -> None:
    """What bounds the price of a split: the 32 best windows of the larger part, one a row."""
    lonely = ["oo" + "x" * 6, "x" * 8] * 32
    assert "NEAR" in best(*lonely, "oo", "oo", party=4)[1]
    assert best(*lonely[2:], "oo", "oo", party=4)[0] == [(63, 1), (63, 2), (64, 1), (64, 2)]


@pytest.mark.parametrize(
    "want",
    [
        {"party": 0},
        {"party": PARTY_MAX + 1},
        {"party": 2, "wheelchairs": -1},
        {"party": 2, "wheelchairs": 2, "companions": 1},
        {"party": 2, "companions": 1},
        {"party": 2, "categories": [255]},
        {"party": 2, "zones": [-1]},
        {"party": 2, "allow": range(16, 60)},
        {"party": 2, "exclude_attributes": 256},
    ],
)
def test_parties_that_cannot_be(want: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"party|must lie|codes"):
        PartyWant(**want)  # type: ignore[arg-type]


def test_a_bounded_number_of_proposals() -> None:
    _, copy = drawn("oo")
    for most in (0, MOST_MAX + 1):
        with pytest.raises(ValueError, match="proposals"):
            copy.propose(PartyWant(2), NOW, most)


def test_wants_are_values() -> None:
    want = PartyWant(3, categories=[2, 1], zones={7}, allow=[16], exclude_attributes=4)
    assert want == PartyWant(3, categories={1, 2}, zones=[7], allow=(16,), exclude_attributes=4)
    assert len({want, PartyWant(3), PartyWant(3)}) == 2
    assert PartyWant(3, bays_open=True) != PartyWant(3)
    assert want != 3
    assert (want.categories, want.zones, want.allow) == ({1, 2}, {7}, (16,))
    assert repr(PartyWant(3)).startswith("PartyWant(party=3, wheelchairs=0")


def test_proposals_are_not_made_by_hand() -> None:
    with pytest.raises(TypeError):
        Proposal()
