"""What is known of the printers' own font, compared with a renderer that nobody here wrote."""

import pytest

from printing import font0, zpl
from printing.label_designs import LabelDesign, Qr
from printing.zpl import Dpi
from tests.printing.rendering import node, rendered

SHEET = LabelDesign(width_mm=100, height_mm=300, blocks=(Qr(x_mm=0, y_mm=0, width_mm=23, height_mm=23),))
CELL = 60
COLUMNS, ROWS, ACROSS, PITCH = 2, 23, 400, 100
REPEATS = 3
pytestmark = pytest.mark.skipif(node() is None, reason="needs node")


def extents(texts: list[str]) -> list[tuple[int, int, int, int]]:
    """Where the ink of each line is, from the left end of its base line, upwards counted below zero."""
    per_sheet, jobs = COLUMNS * ROWS, []
    for at in range(0, len(texts), per_sheet):
        fields = [
            zpl.line(10 + n % COLUMNS * ACROSS, 80 + n // COLUMNS * PITCH, 0, CELL, text)
            for n, text in enumerate(texts[at : at + per_sheet])
        ]
        jobs.append((zpl.label(800, 2400, fields), SHEET, Dpi.D203))
    found = []
    for (picture,) in rendered(jobs):
        ink = picture.point(lambda light: 255 - light)
        for n in range(per_sheet):
            left, base = 10 + n % COLUMNS * ACROSS, 80 + n // COLUMNS * PITCH
            corner = (left - 10, base - 65)
            box = ink.crop((*corner, corner[0] + ACROSS - 5, corner[1] + 90)).getbbox()
            if box:
                shift = (corner[0] - left, corner[1] - base) * 2
                found.append(tuple(edge + by for edge, by in zip(box, shift, strict=True)))
    return found


def test_no_letter_is_wider_than_the_table_says_and_few_much_narrower() -> None:
    letters = [sign for sign in font0.WIDTHS if sign != " "]
    between = extents([f"H{sign * REPEATS}H" for sign in letters])
    alone = extents(["HH", "H"])
    advance_h = alone[0][2] - alone[1][2]
    off = {}
    for sign, box in zip(letters, between, strict=True):
        advance = (box[2] - alone[1][2] - advance_h) / REPEATS
        off[sign] = round(font0.width(sign, CELL) - advance, 1)
    assert len(letters) > 200
    assert min(off.values()) >= -0.7, "rounded to dots"
    assert {sign for sign, apart in off.items() if apart > CELL / 10} <= set('+=<>"'), "what other firmware has wider"


def test_no_ink_is_outside_what_a_line_takes() -> None:
    boxes = extents([f"H{sign}" for sign in font0.WIDTHS if sign != " "])
    assert min(box[1] for box in boxes) >= -font0.ABOVE * CELL - 1
    assert max(box[3] for box in boxes) <= font0.BELOW * CELL + 1


def test_capitals_are_as_high_as_is_said() -> None:
    ((_, top, _, bottom),) = extents(["H"])
    assert (top, bottom) == (-round(font0.CAPITAL * CELL), 0)


def test_what_the_font_has() -> None:
    assert font0.has("L’Été à Zürich – 45,00\xa0€ « œuvre » Š ¿")
    assert not any(font0.has(text) for text in ("Ж", "ł", "🎄", "日", "\\", "\n"))
    assert font0.plain("45,00\xa0€ \u202f\u2011") == "45,00 €  -"
