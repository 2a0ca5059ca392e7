"""Whatever the counts, every seat is drawn, none on another; and the real stadium looks as it should."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.plan import row_list, stadium
from engine.plan.model import Attribute, Plan
from engine.plan.stadium import RowFact

METALIST = row_list.read((Path(__file__).parents[3] / "examples" / "metalist-stadium.csv").read_bytes())

steps = st.integers(-12, 12)
counts = st.tuples(st.integers(1, 60), st.lists(steps, max_size=12)).map(
    lambda drawn: [max(1, drawn[0] + step * (index % 3)) for index, step in enumerate([0, *drawn[1]])]
)
names = st.sampled_from(["1", "2", "3", "14", "VIP_A", "Box", "B"])
sectors = st.tuples(st.sampled_from(stadium.STANDS), names, st.integers(1, 20), counts)


def facts(drawn: list[tuple[str, str, int, list[int]]]) -> list[RowFact]:
    return [
        RowFact(stand, sector, str(first + index), seats)
        for stand, sector, first, rows in drawn
        for index, seats in enumerate(rows)
    ]


def seat_points(plan: Plan) -> npt.NDArray[np.float64]:
    return np.array(
        [
            (zone.x + row.x + seat.x, zone.y + row.y + seat.y)
            for zone in plan.zones
            for row in zone.rows
            for seat in row.seats
        ]
    )


def closest(points: npt.NDArray[np.float64]) -> float:
    """The least distance between two points of which one is among the next 400 to the right of the other."""
    points = points[np.argsort(points[:, 0])]
    return min(
        (float(np.hypot(*(points[gap:] - points[:-gap]).T).min()) for gap in range(1, min(len(points), 400))),
        default=stadium.SEAT_PITCH,
    )


@given(st.lists(sectors, min_size=1, max_size=8, unique_by=lambda sector: sector[:2]))
@settings(max_examples=60)
def test_every_seat_is_drawn_apart_from_all_others_and_on_the_sheet(
    drawn: list[tuple[str, str, int, list[int]]],
) -> None:
    plan = stadium.draw("Stadium", facts(drawn))
    points = seat_points(plan)
    assert len(points) == sum(sum(rows) for _, _, _, rows in drawn)
    assert len({seat.id for seat in plan.seats()}) == len(points)
    assert closest(points) > 0.9 * stadium.SEAT_PITCH
    assert points.min() > 0
    assert (points.max(axis=0) < (plan.size.width, plan.size.height)).all()


def test_the_real_stadium_has_no_two_seats_on_one_spot() -> None:
    assert closest(seat_points(METALIST)) > 0.9 * stadium.SEAT_PITCH


def test_stands_keep_their_side_of_the_pitch() -> None:
    focus = METALIST.focus
    for zone in METALIST.zones:
        if zone.rows:
            x, y = (seat_points(METALIST.__class__("", (), (zone,), METALIST.size)) - (focus.x, focus.y)).T
            side = {"west": -x, "east": x, "north": -y, "south": y}[zone.id.split("-")[0]]
            assert side.min() > stadium.PITCH_WIDTH / 2


def test_rows_further_back_stand_further_out() -> None:
    zone = next(zone for zone in METALIST.zones if zone.id == "north-13")
    middles = [row.seats[len(row.seats) // 2] for row in zone.rows]
    away = [np.hypot(zone.x + seat.x - METALIST.focus.x, zone.y + seat.y - METALIST.focus.y) for seat in middles]
    assert away == sorted(away)


def test_a_row_goes_round_an_entrance_with_an_aisle() -> None:
    zone = next(zone for zone in METALIST.zones if zone.id == "north-13")
    entrance = [row.label for row in zone.rows if any(seat.aisle_after for seat in row.seats)]
    assert entrance == [str(number) for number in range(15, 22)]
    assert all(row.seats[0].attributes == row.seats[-1].attributes == (Attribute.AISLE,) for row in zone.rows)


def test_better_views_cost_more() -> None:
    hints = {category.name: category.price_hint for category in METALIST.categories}
    views: dict[str, list[float]] = {}
    for seat, point in zip(METALIST.seats(), seat_points(METALIST), strict=True):
        views.setdefault(seat.category, []).append(float(np.hypot(*(point - (METALIST.focus.x, METALIST.focus.y)))))
    ordinary = sorted((name for name in views if name.startswith("Category")), key=lambda name: np.mean(views[name]))
    assert ordinary == sorted(ordinary, key=lambda name: -hints[name])
    assert set(views) == set(hints)


def test_guests_of_honour_stand_behind_the_rows_their_numbers_continue() -> None:
    zones = {zone.id: zone for zone in METALIST.zones}
    for front, behind in (("west-4", "west-VIP_AR"), ("west-6", "west-VIP_AL"), ("west-3", "west-VIP_BR")):
        assert zones[behind].x < zones[front].x
        assert abs(zones[behind].y - zones[front].y) < 600
