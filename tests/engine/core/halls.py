"""Small halls of every shape the core knows, for Hypothesis, and operations on their pools."""

from dataclasses import replace
from math import hypot
from random import Random

import numpy as np
from hypothesis import strategies as st

from engine.core.best import PartyWant, Proposal
from engine.core.copy import PoolCopy
from engine.core.packed import AISLE, CENTRE, COMPANION, HEARING, LEGROOM, RESTRICTED_VIEW, WHEELCHAIR
from engine.core.words import CLAIMED, ORIGIN_MS, SERIALS
from tests.engine.core.twin import Hall, Seat

OPENING_MS = ORIGIN_MS + 1_000_000_000
PLAIN = (AISLE, LEGROOM, HEARING, RESTRICTED_VIEW, CENTRE)


@st.composite
def halls(draw: st.DrawFn) -> Hall:
    """A hall of one to twelve rows; the number is all that shrinks, the rest follows from a seed."""
    rows = draw(st.integers(1, 12))
    longest = draw(st.sampled_from([1, 3, 8, 8, 20, 20, 150]))
    return hall(Random(draw(st.integers(0, 2**32))), rows, longest if rows < 4 else min(longest, 20))


def hall(random: Random, rows: int, longest: int) -> Hall:
    seats: list[Seat] = []
    zone_ends = sorted(random.sample(range(rows), random.randrange(rows)))
    row_zone = [sum(end <= row for end in zone_ends) * random.choice([1, 1, 67]) for row in range(rows)]
    tables: list[bool] = []
    dear = random.choice([1, 20, 1 << 20])
    for row in range(rows):
        _add_row(random, seats, tables, row, random.randint(1, longest), dear)
    places = random.sample(range(len(seats) + 8), len(seats))
    free = sorted(set(range(len(seats) + 8)) - set(places))
    seats = [Seat(place, *seat) for place, seat in zip(places, seats, strict=True)]
    linked = [row + 1 < rows and row_zone[row] == row_zone[row + 1] and random.random() < 0.9 for row in range(rows)]
    return Hall(
        place_count=len(seats) + 8,
        seats=tuple(seats),
        row_zone=tuple(row_zone),
        row_previous=tuple(row - 1 if row and linked[row - 1] else -1 for row in range(rows)),
        row_next=tuple(row + 1 if linked[row] else -1 for row in range(rows)),
        table_whole=tuple(tables),
        areas=((3, tuple((place, 1) for place in free[:5])),) if random.random() < 0.5 else (),
    )


def _add_row(random: Random, seats: list, tables: list[bool], row: int, count: int, dear: int) -> None:
    """Seats without their places, which are dealt last."""
    mixed, aisles, reverse = random.random() < 0.3, random.choice([0, 0.1, 0.3]), random.random() < 0.2
    category = random.choice([0, 1, 2, 66])
    accessible = random.random() < 0.3
    table = -1
    if random.random() < 0.2:
        table = len(tables)
        tables.append(random.random() < 0.6)
    first = len(seats)
    for i in range(count):
        x = (count - i if reverse else i) + random.choice([0, 0, 0.25])
        attributes = sum(bit for bit in PLAIN if random.random() < 0.2)
        companion_of = -1
        if accessible and random.random() < 0.4:
            attributes |= WHEELCHAIR
        elif accessible and random.random() < 0.5:
            attributes |= COMPANION
            bays = [first + j for j, seat in enumerate(seats[first:]) if seat[5] & WHEELCHAIR]
            companion_of = random.choice([*bays[-1:], -1])
        seats.append(
            (
                row,
                random.choice([0, 1, 2, 66]) if mixed else category,
                random.randrange(dear),
                x,
                row * 1.5,
                attributes,
                random.random() < aisles,
                table if i >= 2 else -1,
                companion_of,
            )
        )


def wants(random: Random, zones: tuple[int, ...]) -> PartyWant:
    party = min(random.randint(1, 10), random.randint(1, 20))
    wheelchairs = random.randint(1, min(party, 3)) if random.random() < 0.2 else 0
    return PartyWant(
        party,
        wheelchairs=wheelchairs,
        companions=random.randint(0, party - wheelchairs) if wheelchairs else 0,
        categories=random.sample([0, 1, 2, 66], random.randint(1, 3)) if random.random() < 0.3 else None,
        zones=random.sample(zones, random.randint(1, len(zones))) if random.random() < 0.3 else None,
        allow=random.sample([16, 17, 300], random.randint(1, 2)) if random.random() < 0.3 else (),
        together=random.random() < 0.9,
        exclude_attributes=random.choice([RESTRICTED_VIEW, AISLE | HEARING]) if random.random() < 0.2 else 0,
        bays_open=random.random() < 0.5,
    )


def word(random: Random, now_ms: int) -> int:
    """Free, lapsed, about to lapse, held or owned."""
    kind = random.randrange(5)
    if kind == 0:
        return 0
    if kind == 1:
        return CLAIMED + random.randrange(1000)
    return (now_ms - ORIGIN_MS + random.randint(-5, 50)) * SERIALS + random.randrange(SERIALS)


def drawn(*rows: str) -> tuple[Hall, PoolCopy]:
    """A hall as one draws it, first row nearest to the stage, one zone; and a copy of its pool.

    `o` a free seat, `x` a sold one, `|` an aisle, `w` a wheelchair bay, `c` a companion seat of the last bay before it,
    `a` a seat of allotment 16. The seats of a row between brackets are a table sold whole. Seats one apart cost their
    distance to the middle of the hall's front, times ten.
    """
    width = max(len(row.translate(dict.fromkeys(map(ord, "|[]")))) for row in rows)
    seats: list[Seat] = []
    words: list[int] = []
    codes: list[int] = []
    tables: list[bool] = []
    for number, row in enumerate(rows):
        bay, inside, first = -1, False, len(seats)
        for mark in row:
            index = len(seats)
            x = index - first - (width - 1) / 2
            if mark == "[":
                inside = True
                tables.append(True)
            elif mark == "]":
                inside = False
            elif mark == "|":
                seats[-1] = replace(seats[-1], aisle_after=True)
            else:
                bay = index if mark == "w" else bay
                seats.append(
                    Seat(
                        place=index,
                        row=number,
                        category=0,
                        cost=round(10 * hypot(x, number + 1)),
                        x=x,
                        y=number + 1,
                        attributes={"w": WHEELCHAIR, "c": COMPANION}.get(mark, 0),
                        table=len(tables) - 1 if inside else -1,
                        companion_of=bay if mark == "c" else -1,
                    )
                )
                words.append(CLAIMED if mark == "x" else 0)
                codes.append(16 if mark == "a" else 0)
    count = len(rows)
    plan = Hall(
        place_count=len(seats),
        seats=tuple(seats),
        row_zone=(0,) * count,
        row_previous=tuple(range(-1, count - 1)),
        row_next=(*range(1, count), -1),
        table_whole=tuple(tables),
    )
    copy = PoolCopy(plan.packed(), plan.place_count)
    copy.load(np.array([1, 0, *words], "<i8").tobytes(), np.array(codes, "<u2").tobytes(), OPENING_MS)
    return plan, copy


def seats_of(plan: Hall, proposal: Proposal) -> list[tuple[int, int]]:
    """(row, seat in the row) of each place proposed, both from 1."""
    first = {seat.row: index for index, seat in reversed(list(enumerate(plan.seats)))}
    return [(plan.seats[p].row + 1, p - first[plan.seats[p].row] + 1) for p in proposal.places]
