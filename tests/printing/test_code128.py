"""The bars, read back by an independent reader."""

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from printing import code128

EVERY_PAIR = ["".join(f"{n:02d}" for n in range(at, at + 10)) for at in range(0, 100, 10)]
EVERY_SIGN = ["ABCDEFGHIJKLM", "NOPQRSTUVWXYZ", "0A1B2C3D4E5F", "6G7H8I9-", "7", "-", "7KQ2M9XA", "12345"]


def drawn(text: str, module: int = 3) -> Image.Image:
    width = (code128.modules(text) + 2 * code128.QUIET) * module
    picture = Image.new("L", (width, 90), 255)
    pen = ImageDraw.Draw(picture)
    for at, wide in code128.bars(text):
        left = (code128.QUIET + at) * module
        pen.rectangle((left, 10, left + wide * module - 1, 80), fill=0)
    return picture


@pytest.mark.parametrize("text", [*EVERY_PAIR, *EVERY_SIGN])
def test_it_reads_back(text: str) -> None:
    (found,) = zxingcpp.read_barcodes(drawn(text))
    assert (found.text, found.format) == (text, zxingcpp.BarcodeFormat.Code128)


def test_the_bars_are_as_wide_as_is_said() -> None:
    for text in ("1001", "7KQ2M9XA"):
        at, wide = code128.bars(text)[-1]
        assert at + wide == code128.modules(text)
    assert code128.modules("1001") == 11 * 4 + 13, "start, two pairs, check, stop"


def test_numbers_have_an_even_count_of_digits() -> None:
    assert [code128.even(n) for n in (7, 42, 123, 4294967295)] == ["07", "42", "0123", "4294967295"]


@pytest.mark.parametrize("text", ["", "é", "a", "1 2", "9" * 25])
def test_it_draws_nothing_else(text: str) -> None:
    with pytest.raises(AssertionError):
        code128.symbols(text)
