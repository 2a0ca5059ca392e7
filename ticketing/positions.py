"""Positions: what people put in the order in which it is shown, one place up or down at a time."""

from uuid import UUID


def swapped(order: list[UUID], one: UUID, down: bool) -> tuple[int, int] | None:
    """Put one of a list a place further up or down, in the list itself; the places it left and came to, from 1 on.

    None at the end of the list, where nothing happens.
    """
    at = order.index(one)
    to = at + (1 if down else -1)
    if not 0 <= to < len(order):
        return None
    order[at], order[to] = order[to], order[at]
    return at + 1, to + 1
