"""The encoder's bytes, read as a printer reads them: by carets and tildes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing import zpl
from printing.dots import Bitmap
from printing.zpl import Dpi, Mode, Stock

COMMAND = re.compile(rb"([\^~])(A0|[A-Z][A-Z0-9])([^\^~]*)")
HOSTILE = [
    "^XZ^XA",
    "~JR",
    "^FS^FDowned",
    "\\&\\&",
    "_5E_",
    "_5EXZ",
    "\x1b\x00\x10\x05\x7f\x9b",
    "^CC~",
    "\r\n^XA^IDR:*.*^XZ",
]


def commands(job: bytes) -> list[tuple[str, bytes]]:
    """Every command with what follows it; nothing is between them but ends of lines."""
    read = [(found[2].decode(), found[3]) for found in COMMAND.finditer(job)]
    assert b"".join(found[0] for found in COMMAND.finditer(job)) == job, "all of it is commands"
    return read


def field(job: bytes) -> str:
    """What the one field with text says, its hex undone as `^FH` asks."""
    (said,) = (data for name, data in commands(job) if name == "FD")
    assert any(name == "FH" for name, _ in commands(job))
    return re.sub(rb"_([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), said).decode()


@pytest.mark.parametrize("text", HOSTILE)
def test_what_would_be_a_command_is_text(text: str) -> None:
    job = b"^FH^FD" + zpl.data(text) + b"^FS"
    assert [name for name, _ in commands(job)] == ["FH", "FD", "FS"]
    assert field(job) == re.sub(r"[\x00-\x1f\x7f-\x9f]", "?", text)
    assert job.isascii() and all(byte >= 0x20 for byte in job)


@given(st.text(max_size=200))
def test_any_text_at_all_is_one_field(text: str) -> None:
    job = b"^FH^FD" + zpl.data(text) + b"^FS"
    assert [name for name, _ in commands(job)] == ["FH", "FD", "FS"]
    wanted = re.sub(r"[\x00-\x1f\x7f-\x9f]", "?", text).encode(errors="replace").decode()
    assert field(job) == wanted


def test_a_line() -> None:
    assert zpl.line(10, 20, 0, 40, "Été") == b"^FT10,20^A0N,40,40^FH^FD_C3_89t_C3_A9^FS"
    assert zpl.line(10, 20, 90, 40, "a", "right", 300) == b"^FT10,20^A0R,40,40^FB300,1,0,R,0^FH^FDa^FS"
    assert b"^A0I" in zpl.line(10, 20, 180, 40, "a") and b"^A0B" in zpl.line(10, 20, 270, 40, "a", "center", 9)


def test_a_line_is_of_what_the_font_has() -> None:
    for text in ("Ж", "back\\slash"):
        with pytest.raises(AssertionError):
            zpl.line(0, 0, 0, 40, text)


def test_a_qr_begins_where_it_is_told_to() -> None:
    assert zpl.qr(100, 60, 6, "ABC 1") == b"^BY2,3.0,10^FO100,50^BQN,2,6^FH^FDMA,ABC 1^FS"


def test_bars_say_their_subset() -> None:
    assert zpl.bars(1, 2, 0, 3, 80, "1001") == b"^BY3,3.0,10^FO1,2^BCN,80,N,N,N,N^FH^FD>;1001^FS"
    assert zpl.bars(1, 2, 90, 3, 80, "A1") == b"^BY3,3.0,10^FO1,2^BCR,80,N,N,N,N^FH^FD>:A1^FS"


def test_a_picture_is_packed_with_its_check() -> None:
    made = zpl.picture(5, 6, Bitmap(9, 2, b"\xff\x80\x00\x00"))
    (found,) = re.findall(rb"\^FO5,6\^GFA,4,4,2,:Z64:([A-Za-z0-9+/=]+):([0-9A-F]{4})\^FS", made)
    assert int(found[1], 16) == zpl.crc16(found[0])
    assert zpl.crc16(b"123456789") == 0x31C3, "the check value of CRC-16 with polynomial 0x1021 from 0 (XMODEM)"


def test_a_format_sets_what_a_job_before_may_have_left_and_keeps_what_was_set_by_hand() -> None:
    names = [name for name, _ in commands(zpl.label(640, 432, [zpl.box(0, 0, 9, 9, 1)]))]
    assert names == ["XA", "CI", "MM", "PO", "PM", "LR", "FW", "LH", "PW", "LL", "FO", "GB", "FS", "PQ", "XZ"]
    assert not {"LT", "LS", "MD", "SD", "PR", "MT", "JU", "MN"} & {*names}


@pytest.mark.parametrize(("mode", "said"), [(Mode.TEAR, b"^MMT"), (Mode.CUT, b"^MMC"), (Mode.CUT_LATER, b"^MMD")])
def test_the_knife(mode: Mode, said: bytes) -> None:
    assert said in zpl.label(10, 10, [], mode)


def test_stock_and_copies() -> None:
    assert b"^MNM" in zpl.label(10, 10, [], stock=Stock.MARK)
    assert b"^PQ3\n" in zpl.label(10, 10, [], copies=3)
    with pytest.raises(AssertionError):
        zpl.label(10, 10, [], copies=1000)


def test_dots() -> None:
    assert (Dpi.D203.dots(80), Dpi.D300.dots(80), Dpi.D203.dots(0.3)) == (640, 960, 2)
