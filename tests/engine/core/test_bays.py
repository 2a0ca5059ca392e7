"""Bays and companion seats as a last resort: only where they are open, and only for who fits nowhere else."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.best import PartyWant
from engine.core.copy import PoolCopy, pack_changes
from engine.core.packed import COMPANION, WHEELCHAIR
from tests.engine.core.halls import OPENING_MS, drawn, hall, halls, seats_of, wants
from tests.engine.core.test_twins import Both
from tests.engine.core.twin import Hall

NOW = OPENING_MS
KEPT = 15


def ask(*rows: str, most: int = 3, **want: object) -> list[tuple[list[tuple[int, int]], set[str]]]:
    """Each proposal where bays are open: (row, seat) of its seats, and its reasons."""
    plan, copy = drawn(*rows)
    found = copy.propose(PartyWant(bays_open=True, **want), NOW, most)  # type: ignore[arg-type]
    return [(seats_of(plan, proposal), set(proposal.reasons)) for proposal in found]


def bays_in(plan: Hall, places: tuple[int, ...]) -> int:
    return sum(seat.attributes & (WHEELCHAIR | COMPANION) != 0 and seat.place in places for seat in plan.seats)


def of(want: PartyWant, *, bays_open: bool) -> PartyWant:
    """The same, where bays are open or not."""
    return PartyWant(
        want.party, wheelchairs=want.wheelchairs, companions=want.companions, categories=want.categories,
        zones=want.zones, allow=want.allow, together=want.together, exclude_attributes=want.exclude_attributes,
        bays_open=bays_open,
    )  # fmt: skip


def test_who_fits_elsewhere_gets_no_bay_however_far_or_apart() -> None:
    assert ask("xwcx", "xxxx", "oxxo", party=2) == [([(3, 1), (3, 4)], {"NEAR"})]
    assert [seats for seats, _ in ask("wwww", "oxoo", party=2)] == [[(2, 3), (2, 4)]]
    assert ask("wwwo", party=1) == [([(1, 4)], {"TOGETHER", "NO_ORPHAN"})]


def test_at_last_a_bay_is_proposed_and_named() -> None:
    assert ask("xwxx", party=1) == [([(1, 2)], {"TOGETHER", "NO_ORPHAN", "WHEELCHAIR_PLACE"})]
    assert ask("xwcx", party=2) == [([(1, 2), (1, 3)], {"TOGETHER", "NO_ORPHAN", "WHEELCHAIR_PLACE", "COMPANION_SEAT"})]
    assert ask("xocx", party=2) == [([(1, 2), (1, 3)], {"TOGETHER", "NO_ORPHAN", "COMPANION_SEAT"})]
    assert ask("xwxx", "xoxx", party=2) == [([(1, 2), (2, 2)], {"SPLIT_ADJACENT", "NO_ORPHAN", "WHEELCHAIR_PLACE"})]
    assert ask("wxxx", "xxxx", "xxxo", party=2) == [([(1, 1), (3, 4)], {"NEAR", "WHEELCHAIR_PLACE"})]
    assert ask("wxxo", party=2, together=False) == [([(1, 1), (1, 4)], {"ANYWHERE", "WHEELCHAIR_PLACE"})]
    assert ask("[wco]", party=3)[0][1] == {"TOGETHER", "NO_ORPHAN", "WHOLE_TABLE", "WHEELCHAIR_PLACE", "COMPANION_SEAT"}


def test_what_is_not_asked_for_by_a_price_or_a_zone_is_no_last_resort() -> None:
    assert ask("wcx", party=2, categories=[1]) == []
    assert ask("wcx", party=2, zones=[1]) == []
    assert ask("wcx", party=3) == []


def test_who_comes_with_a_wheelchair_is_sought_seats_as_ever() -> None:
    assert ask("xwcx", party=3, wheelchairs=1) == [], "friends sit on ordinary seats"
    assert ask("xwcx", party=2, wheelchairs=1, companions=1)[0][1] == {"TOGETHER", "WHEELCHAIR_WITH_COMPANION"}


def test_a_bay_is_never_a_lone_seat() -> None:
    whole = {"TOGETHER", "NO_ORPHAN", "WHEELCHAIR_PLACE"}
    assert ask("xwwwx", party=2) == [([(1, 2), (1, 3)], whole)]
    assert ask("xwowoox", party=4) == [([(1, 3), (1, 4), (1, 5), (1, 6)], whole)], "a bay is left, no seat"
    assert ask("owwxxx", party=2) == [([(1, 1), (1, 2)], whole)], "nearer to the middle the seat would be left"
    plan, copy = drawn("xowoox")
    found = copy.propose(PartyWant(2), NOW, 1)[0]
    assert seats_of(plan, found) == [(1, 4), (1, 5)] and "NO_ORPHAN" in found.reasons, "nor is it one to others"


def test_a_kept_bay_is_none_whatever_is_open() -> None:
    _, copy = drawn("xwcx")
    want = PartyWant(2, bays_open=True)
    assert copy.propose(want, NOW)
    copy.apply(1, b"", pack_changes([(1, 1, KEPT)]), NOW)
    assert copy.propose(want, NOW) == []
    assert copy.propose(PartyWant(2, bays_open=True, allow=[KEPT]), NOW)


def test_joined_requests_get_disjoint_bays() -> None:
    _, copy = drawn("xwcwcx")
    want, seen = PartyWant(2, bays_open=True), set[int]()
    for _ in range(2):
        places = copy.propose(want, NOW, 1)[0].places
        assert not seen.intersection(places)
        copy.reserve(places)
        seen.update(places)
    assert copy.propose(PartyWant(1, bays_open=True), NOW) == []


def test_a_window_reaches_into_the_bays_beyond_a_machine_word() -> None:
    row = "x" * 63 + "ow" + "x" * 10
    assert ask(row, party=2)[0][0] == [(1, 64), (1, 65)]
    assert ask("x" * 63 + "wo" + "x" * 10, party=2)[0][0] == [(1, 64), (1, 65)]


@settings(max_examples=100, deadline=None)
@given(plan=halls(), seed=st.integers(0, 2**32))
def test_bays_are_the_last_resort(plan: Hall, seed: int) -> None:
    """Closed: none without a wheelchair. Open: the same proposals while there are any, then only some with bays."""
    random = Random(seed)
    both = Both(plan, plan.place_count, random)
    for _ in range(10):
        want = wants(random, both.zones)
        closed, opened = (both.copy.propose(of(want, bays_open=flag), NOW) for flag in (False, True))
        if want.wheelchairs or closed:
            assert [one.places for one in opened] == [one.places for one in closed]
        else:
            assert all(bays_in(plan, one.places) for one in opened)
        assert want.wheelchairs or not any(bays_in(plan, one.places) for one in closed)


@pytest.mark.parametrize("protected", [True, False])
def test_closed_bays_are_given_to_nobody_in_a_house_that_sells_out(protected: bool) -> None:
    given_away = 0
    for seed in range(20):
        plan = hall(Random(seed), 6, 10)
        copy = PoolCopy(plan.packed(), plan.place_count, seed=0)
        copy.load(np.array([1, 0, *[0] * plan.place_count], "<i8").tobytes(), None, NOW)
        while found := copy.propose(PartyWant(1, bays_open=not protected), NOW, 1):
            copy.reserve(found[0].places)
            given_away += bays_in(plan, found[0].places)
    assert (given_away == 0) is protected
