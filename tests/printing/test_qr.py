"""The QR: its outline, filled, is the symbol, and an independent reader reads it."""

import random
import re

import numpy as np
import pytest
import zxingcpp

from printing import qr

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
BOX = qr.MODULES + 2 * qr.QUIET


def filled(path: str) -> np.ndarray:
    """The outline filled by the even-odd rule: a module is dark when an odd number of vertical edges lie left of it."""
    edges = np.zeros((BOX, BOX + 1), dtype=int)
    x = y = 0
    for command, numbers in re.findall(r"([Mhvz])([-\d ]*)", path):
        if command == "M":
            x, y = map(int, numbers.split())
        elif command == "h":
            x += int(numbers)
        elif command == "v":
            edges[min(y, y + int(numbers)) : max(y, y + int(numbers)), x] += 1
            y += int(numbers)
    return np.cumsum(edges, axis=1)[:, :BOX] % 2 == 1


def code(seed: int) -> str:
    draw = random.Random(seed)
    return "PL" + "".join(draw.choice(ALPHABET) for _ in range(120))


@pytest.mark.parametrize("seed", range(20))
def test_the_outline_is_a_symbol_that_reads(seed: int) -> None:
    dark = filled(qr.outline(code(seed)))
    image = np.kron(np.where(dark, 0, 255), np.ones((4, 4))).astype(np.uint8)
    found = zxingcpp.read_barcodes(image)
    assert [result.text for result in found] == [code(seed)]
    assert found[0].ec_level == "M"


def test_the_symbol_is_version_5_within_its_quiet_zone() -> None:
    dark = filled(qr.outline(code(0)))
    rows, columns = np.nonzero(dark)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (4, 40, 4, 40)


def test_the_same_code_is_the_same_drawing() -> None:
    assert qr.outline(code(1)) == qr.outline(code(1))
