"""Why these seats, in words."""

from engine.core.best import REASONS, PartyWant
from engine.core.copy import PoolCopy
from engine.core.packed import CENTRE, COMPANION, RESTRICTED_VIEW, WHEELCHAIR, PackedPlan
from engine.reasons import Reason, explain


def told(rows: list[str], attributes: int, **want: int) -> str:
    seats = "".join(rows)
    row = [number for number, line in enumerate(rows) for _ in line]
    count = len(seats)
    packed = PackedPlan(
        count,
        place=range(count),
        row=row,
        category=[0] * count,
        cost=range(count),
        x=[x for line in rows for x in range(len(line))],
        y=row,
        attributes=[attributes] * count,
        aisle_after=[0] * count,
        table=[-1] * count,
        companion_of=[-1] * count,
        row_zone=[0] * len(rows),
        row_previous=range(-1, len(rows) - 1),
        row_next=[*range(1, len(rows)), -1],
        table_whole=[],
        row_labels=[str(8 + number) for number in range(len(rows))],
        zone_names=["West"],
    )
    copy = PoolCopy(packed, count)
    copy.load(bytes(16) + b"".join((1 << 52 if seat == "x" else 0).to_bytes(8, "little") for seat in seats), None, 0)
    return explain(packed, copy.propose(PartyWant(**want), 0)[0])


def test_codes_are_those_of_the_core() -> None:
    assert tuple(Reason) == REASONS


def test_where_and_why() -> None:
    assert told(["ooo"], CENTRE, party=3) == "West, row 8, centre, together"
    assert told(["oo", "oo"], RESTRICTED_VIEW, party=4) == "West, rows 8 and 9, in adjacent rows, restricted view"
    assert told(["oxo", "xxx", "oxo"], 0, party=4) == "West, rows 8 and 10, near one another"
    assert told(["oxo"], 0, party=1) == "West, row 8"
    bay = "West, row 8, wheelchair place without a chair, together"
    assert told(["oo"], WHEELCHAIR, party=2, bays_open=True) == bay
    assert told(["o"], COMPANION, party=1, bays_open=True) == "West, row 8, companion seat"
