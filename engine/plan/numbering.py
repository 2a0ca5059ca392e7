"""How halls letter their rows and number their seats.

All labels are given as the seats stand from left to right seen from the house, facing the stage.
"""

ROW_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def letters(count: int, first: str = "A") -> tuple[str, ...]:
    """Row labels from `first`, without I and O, which read as 1 and 0; Z is followed by AA, BB, ..., ZZ, AAA."""
    start = ROW_LETTERS.index(first[0]) + (len(first) - 1) * len(ROW_LETTERS)
    return tuple(_letter(number) for number in range(start, start + count))


def from_left(count: int, first: int = 1, step: int = 1) -> tuple[str, ...]:
    """Numbers growing to the right; a `step` of 2 leaves the others to the other side of the house."""
    return tuple(str(first + step * index) for index in range(count))


def from_right(count: int, first: int = 1, step: int = 1) -> tuple[str, ...]:
    """Numbers growing to the left."""
    return from_left(count, first, step)[::-1]


def odd_even(left: int, right: int) -> tuple[str, ...]:
    """Odd numbers left of the centre, even ones right of it, both growing outwards: 5 3 1 | 2 4 6."""
    return from_right(left, 1, 2) + from_left(right, 2, 2)


def _letter(number: int) -> str:
    doubled, index = divmod(number, len(ROW_LETTERS))
    return ROW_LETTERS[index] * (doubled + 1)
