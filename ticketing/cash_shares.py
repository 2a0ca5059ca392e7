"""What money at a till was for: an amount spread over the lines of its order, in whole minor units.

So a report tells its takings by tax rate and by tariff, and each of these sums is what was taken, to the cent. What
settles an order at a till is spread as its lines stand: each line gets what is still missing of it, one that was taken
back gives back what it got. A part of the debt is spread in proportion to what is missing. Money that goes back comes
out of the lines that were taken back; if none of it came to a till (an order of before, or paid elsewhere in part), out
of those that have some.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from ticketing.sql import Connection, load

SQL = load("cash_shares")


class Line(Struct, frozen=True):
    """A line of an order that takes nothing back: its amount, what is left of that after what takes it back
    (`net_cents`), and what tills had of it before, of which tax. `counted` is 1 when its ticket or pass was counted as
    sold at one, -1 when it was counted as taken back alone."""

    id: UUID
    item: bool
    undone: bool
    amount_cents: int
    net_cents: int
    vat_thousandths: int | None
    taken_cents: int
    taken_vat_cents: int
    counted: int


class Share(Struct, frozen=True):
    """A line's part of a movement. `items`: 1 for a ticket or a pass that was sold by it, -1 for one taken back."""

    line_id: UUID
    cents: int
    vat_cents: int
    items: int


async def shares(c: Connection, order_id: UUID, amount_cents: int) -> list[Share]:
    """How an amount that came in for an order, or below zero went back, is spread. The order's row is held."""
    lines = await SQL.lines.all(c, Line, order_id=order_id)
    parts = spread(lines, amount_cents)
    after = [line.taken_cents + part for line, part in zip(lines, parts, strict=True)]
    rates = [line.vat_thousandths for line in lines]
    vats = [row["vat_cents"] for row in await SQL.vat.rows(c, cents=after, rates=rates)]
    found = [
        Share(line.id, part, vat - line.taken_vat_cents, items(line, part))
        for line, part, vat in zip(lines, parts, vats, strict=True)
    ]
    return [share for share in found if share.cents or share.vat_cents or share.items]


def spread(lines: Sequence[Line], amount_cents: int) -> list[int]:
    """Each line's part; they add up to the amount. An amount other than none needs a line that has one."""
    missing = [line.net_cents - line.taken_cents for line in lines]
    if sum(missing) == amount_cents:
        return missing
    parts, sign = [0] * len(lines), 1 if amount_cents > 0 else -1
    left = abs(amount_cents)
    for weights in _weights(lines, [sign * cents for cents in missing], sign):
        now = min(left, sum(weights))
        parts = [part + sign * more for part, more in zip(parts, portions(now, weights), strict=True)]
        left -= now
    if left:
        parts[max(range(len(lines)), key=lambda at: lines[at].amount_cents)] += sign * left
    return parts


def portions(total: int, weights: Sequence[int]) -> list[int]:
    """A total of `sum(weights)` at most in proportion to weights, none more than its weight: the largest remainders
    get the units that rounding leaves over, the first of equals before the others."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: -(total * weights[at] % whole))
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return parts


def items(line: Line, part_cents: int) -> int:
    """Whether a line's ticket or pass is sold by this part (1), taken back (-1), or neither."""
    if not line.item:
        return 0
    after = line.taken_cents + part_cents
    if not line.undone:
        return int(line.counted == 0 and after == line.net_cents == line.amount_cents)
    gone = (line.counted == 1 and after == 0) or (line.counted == 0 and part_cents < 0)
    return -int(gone)


def _weights(lines: Sequence[Line], missing: Sequence[int], sign: int) -> Sequence[list[int]]:
    """What an amount is spread by, one after the other as long as some of it is left."""
    first = [max(0, cents) for cents in missing]
    if sign > 0:
        return (first,)
    had = [max(0, line.taken_cents - at) for line, at in zip(lines, first, strict=True)]
    undone = [max(0, line.amount_cents + min(0, line.taken_cents)) * line.undone for line in lines]
    return first, had, undone
