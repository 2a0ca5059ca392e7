"""What printers say of themselves: their bytes, as their makers' guides have them, and what they mean."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware import escpos, zpl
from hardware.escpos import Answers, Question
from hardware.outcomes import Condition, gravest_first, prints
from hardware.zpl import PrintMode
from tests.hardware.simulators import flags

FIRST, SECOND, THIRD = "030,0,0,1245,000,0,0,0,000,0,0,0", "000,0,0,0,0,2,6,0,00000000,1,000", "1234,0"
READY = frozenset({Condition.READY})


def told(first: str = FIRST, second: str = SECOND, third: str = THIRD) -> bytes:
    return b"".join(b"\x02%s\x03\r\n" % line.encode() for line in (first, second, third))


def test_the_three_strings_of_a_label_printer() -> None:
    status = zpl.host_status(told("030,1,0,0812,003,0,1,1,000,1,0,1", "120,0,1,1,1,3,6,1,00000042,1,007", "0000,1"))
    assert status is not None
    assert msgspec.structs.asdict(status) == {
        "interface": 30, "paper_out": True, "paused": False, "label_dots": 812, "formats_waiting": 3,
        "buffer_full": False, "diagnosing": True, "partial_format": True, "memory_lost": True, "too_cold": False,
        "too_hot": True, "function": 120, "head_open": True, "ribbon_out": True, "thermal_transfer": True,
        "mode": PrintMode.CUTTER, "width_mode": 6, "label_waiting": True, "labels_remaining": 42,
        "formats_while_printing": True, "graphic_count": 7, "memory_installed": True,
    }  # fmt: skip
    assert not status.is_idle


def test_a_label_printer_at_rest() -> None:
    status = zpl.host_status(told())
    assert status is not None
    assert (status.conditions, status.is_idle, status.mode) == (READY, True, PrintMode.TEAR_OFF)


@pytest.mark.parametrize(
    ("first", "second", "condition"),
    [
        ("030,1,0,1245,000,0,0,0,000,0,0,0", SECOND, Condition.PAPER_OUT),
        ("030,0,1,1245,000,0,0,0,000,0,0,0", SECOND, Condition.PAUSED),
        ("030,0,0,1245,000,1,0,0,000,0,0,0", SECOND, Condition.BUFFER_FULL),
        ("030,0,0,1245,000,0,1,0,000,0,0,0", SECOND, Condition.FAULT),
        ("030,0,0,1245,000,0,0,0,000,1,0,0", SECOND, Condition.FAULT),
        ("030,0,0,1245,000,0,0,0,000,0,1,0", SECOND, Condition.TOO_COLD),
        ("030,0,0,1245,000,0,0,0,000,0,0,1", SECOND, Condition.TOO_HOT),
        (FIRST, "000,0,1,0,0,2,6,0,00000000,1,000", Condition.COVER_OPEN),
        (FIRST, "000,0,0,1,0,2,6,0,00000000,1,000", Condition.RIBBON_OUT),
    ],
)
def test_what_stops_a_label_printer(first: str, second: str, condition: Condition) -> None:
    status = zpl.host_status(told(first, second))
    assert status is not None
    assert status.conditions == {condition}
    assert not prints(status.conditions)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("030,0,0,1245,001,0,0,0,000,0,0,0", SECOND),
        ("030,0,0,1245,000,0,0,1,000,0,0,0", SECOND),
        (FIRST, "000,0,0,0,0,2,6,0,00000001,1,000"),
        (FIRST, "000,0,0,0,0,2,6,0,00009999,1,000"),
    ],
)
def test_a_label_printer_at_work(first: str, second: str) -> None:
    status = zpl.host_status(told(first, second))
    assert status is not None
    assert (status.conditions, status.is_idle) == (READY, False)


def test_the_last_whole_answer_counts() -> None:
    working = told("030,0,0,1245,001,0,0,0,000,0,0,0")
    whole = zpl.host_status(working + told())
    begun = zpl.host_status(b"03\r\n" + working + told()[:40])
    assert whole is not None and begun is not None
    assert (whole.is_idle, begun.is_idle) == (True, False)


@pytest.mark.parametrize(
    "said",
    [b"", b"\x02\x03", told()[:-20], told("1,2,3"), told("a" + FIRST[1:]), told(third="1234,?"), flags(5, 2),
     told(SECOND, FIRST, THIRD)],
)  # fmt: skip
def test_what_is_no_status(said: bytes) -> None:
    assert zpl.host_status(said) is None


@given(st.binary(max_size=200))
def test_whatever_a_machine_says_is_read(said: bytes) -> None:
    for part in (said, told() + said, said + told()[:50] + said):
        zpl.host_status(part)
        zpl.errors(part)
        zpl.label_count(part)
        Answers().feed(part)


@pytest.mark.parametrize(
    ("errors", "warnings", "conditions"),
    [
        (0, 0, set()),
        (0x1, 0, {Condition.PAPER_OUT}),
        (0x5, 0x2, {Condition.PAPER_OUT, Condition.COVER_OPEN}),
        (0xA, 0, {Condition.RIBBON_OUT, Condition.CUTTER_ERROR}),
        (0x10, 0, {Condition.TOO_HOT}),
        (0x20, 0, {Condition.TOO_HOT}),
        (0x40, 0, {Condition.FAULT}),
        (0x4000, 0, {Condition.PAPER_JAM}),
        (0x10000, 0, {Condition.PAUSED}),
        (0x80000, 0x8, {Condition.FAULT, Condition.PAPER_LOW}),
    ],
)
def test_errors_and_warnings_of_a_label_printer(errors: int, warnings: int, conditions: set[Condition]) -> None:
    assert zpl.errors(told() + flags(errors, warnings)) == conditions


def test_a_label_printer_that_does_not_tell_errors() -> None:
    assert zpl.errors(told()) is None


@pytest.mark.parametrize(
    ("said", "count"), [(b'"4012"', 4012), (told() + b'"17"\r\n', 17), (b'"?"', None), (b"", None), (b'"1""2"', 2)]
)
def test_the_odometer(said: bytes, count: int | None) -> None:
    assert zpl.label_count(said) == count


@pytest.mark.parametrize(
    ("answers", "conditions"),
    [
        ((0x12, 0x12, 0x12, 0x12), READY),
        ((0x16, 0x12, 0x12, 0x12), READY),
        ((0x12, 0x12, 0x12, 0x1E), {Condition.READY, Condition.PAPER_LOW}),
        ((0x1A, 0x16, 0x12, 0x12), {Condition.COVER_OPEN}),
        ((0x1A, 0x32, 0x12, 0x7E), {Condition.PAPER_OUT, Condition.PAPER_LOW}),
        ((0x1A, 0x52, 0x1A, 0x12), {Condition.CUTTER_ERROR}),
        ((0x1A, 0x52, 0x32, 0x12), {Condition.FAULT}),
        ((0x1A, 0x52, 0x52, 0x12), {Condition.TOO_HOT}),
        ((0x1A, 0x56, 0x52, 0x12), {Condition.COVER_OPEN}),
        ((0x1A, 0x52, 0x12, 0x12), {Condition.FAULT}),
        ((0x1A, 0x12, 0x12, 0x12), {Condition.OFFLINE}),
        ((0x1A, 0x12, 0x12, 0x1E), {Condition.OFFLINE, Condition.PAPER_LOW}),
        ((0x12,), READY),
    ],
)
def test_the_answers_of_a_receipt_printer(answers: tuple[int, ...], conditions: set[Condition]) -> None:
    assert escpos.conditions(dict(zip(Question, answers, strict=False))) == conditions


def test_answers_are_told_apart_in_pieces_of_any_length() -> None:
    said = b"\x12\x00\x10\x00\x0c\x0f\x1a\x0c\x14\x00\x00\x0f\x16"
    whole, pieces = Answers(), Answers()
    whole.feed(said)
    for byte in said:
        pieces.feed(bytes([byte]))
    for answers in (whole, pieces):
        assert answers.at_once == [0x12, 0x1A, 0x16]
        assert answers.in_turn == [0x00, 0x0C], "the four bytes of an unasked status are none of them"


def test_the_gravest_comes_first() -> None:
    some = [Condition.READY, Condition.PAPER_LOW, Condition.PAPER_OUT, Condition.OFFLINE]
    assert gravest_first(some) == some[::-1]
