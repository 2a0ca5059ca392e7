"""Label formats: both ways through JSON, and a sentence for each flaw."""

import ast
import json
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from printing import label_designs, label_formats, label_records, records
from printing.label_designs import (
    BLOCKS_MAX,
    BYTES_MAX,
    Align,
    AnyBlock,
    Barcode,
    Bars,
    Cut,
    Fact,
    Feed,
    Field,
    Fixed,
    Frame,
    LabelDesign,
    Line,
    Marks,
    Picture,
    Qr,
    Stub,
    read,
    sound,
    written,
)
from tests.printing.samples import PASS, issued, seats, ticket
from tests.tidy.test_translations import OTHERS, catalogue
from ticketing.formats import Language
from ticketing.refusals import InputRefused
from ticketing.tickets import TicketAnswer

QR = Qr(x_mm=50, y_mm=5, width_mm=25, height_mm=25)
AT = {"x_mm": 2.0, "y_mm": 2.0, "width_mm": 40.0, "height_mm": 8.0}
TEXT = Fact(field=Field.TITLE, letters_mm=3, **AT)
EVERY_KIND: tuple[AnyBlock, ...] = (
    QR, TEXT,
    Fixed(texts={Language.FR: "Merci", Language.EN: "Thanks"}, letters_mm=2, turn=90, align=Align.CENTER, **AT),
    Barcode(of=Bars.ORDER, **AT), Picture(file="0a" * 32, **AT), Line(dashed=True, **AT), Frame(ink_mm=0.5, **AT),
)  # fmt: skip


def design(*blocks: AnyBlock, **said: object) -> LabelDesign:
    return LabelDesign(**{"width_mm": 80.0, "height_mm": 54.0, "blocks": blocks} | said)


def refused(flawed: LabelDesign) -> tuple[str, str]:
    with pytest.raises(InputRefused) as told:
        sound(flawed)
    return str(told.value.fields["where"]), told.value.text


@pytest.mark.parametrize("name", ["SHOW", "CINEMA"])
def test_the_formats_that_come_with_it_are_sound_and_go_through_json(name: str) -> None:
    shipped = getattr(label_formats, name)
    assert read(written(shipped)) == shipped
    assert len(written(shipped)) < BYTES_MAX / 4


def test_every_kind_of_block_goes_through_json() -> None:
    whole = design(*EVERY_KIND, feed=Feed.LEFT, stub=Stub(46, drawn=True), cut=Cut.ORDER, marks=Marks.GAP)
    json_text = json.loads(written(whole))
    assert read(written(whole)) == whole
    kinds = [block["kind"] for block in json_text["blocks"]]
    assert kinds == ["qr", "fact", "fixed", "bars", "picture", "line", "frame"]
    assert json_text["blocks"][1] == {"kind": "fact", "field": "title", "letters_mm": 3, **AT}


@pytest.mark.parametrize(
    "text",
    [
        b"", b"[]", b"{", b'{"width_mm": 80}', b'{"width_mm": "80", "height_mm": 54, "blocks": []}',
        b'{"width_mm": 80, "height_mm": 54, "blocks": [{"kind": "script"}]}', b"[" * 5000, b"\xff",
        b'{"width_mm": 80, "height_mm": 54, "blocks": [{"kind": "fact", "field": "password"}]}',
        b'{"width_mm": NaN, "height_mm": 54, "blocks": []}',
    ],
)  # fmt: skip
def test_what_is_no_format_is_refused_with_what_is_wrong(text: bytes) -> None:
    with pytest.raises(InputRefused) as told:
        read(text)
    assert str(told.value).startswith("This is no label format: ")


def test_a_format_is_bounded() -> None:
    with pytest.raises(InputRefused, match="64 kB"):
        read(b" " * (BYTES_MAX + 1))
    assert refused(design(*[QR] * (BLOCKS_MAX + 1)))[0] == "blocks"
    pictures = [Picture(file="0a" * 32, **AT)] * 5
    assert refused(design(QR, *pictures)) == ("blocks", "A ticket has at most {most} pictures.")


@pytest.mark.parametrize("side", [19, 301, 0, -5, float("nan"), float("inf")])
def test_a_ticket_has_a_size_one_can_buy(side: float) -> None:
    assert refused(design(QR, height_mm=side))[0] == "width_mm"


def test_a_ticket_passes_under_the_head() -> None:
    where, problem = refused(replace(label_formats.SHOW, feed=Feed.TOP))
    assert where == "feed" and "wide under the print head" in problem
    assert (label_formats.SHOW.across_mm, label_formats.SHOW.along_mm) == (80, 140)
    assert sound(replace(label_formats.SHOW, feed=Feed.RIGHT))


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        (replace(TEXT, x_mm=-1), "This block leaves the ticket."),
        (replace(TEXT, y_mm=50), "This block leaves the ticket."),
        (replace(TEXT, width_mm=0), "This block leaves the ticket."),
        (replace(TEXT, x_mm=float("nan")), "This block leaves the ticket."),
        (replace(TEXT, width_mm=float("inf")), "This block leaves the ticket."),
        (replace(TEXT, letters_mm=1.3), "Letters are {least} to {most} mm high."),
        (replace(TEXT, letters_mm=41), "Letters are {least} to {most} mm high."),
        (replace(TEXT, lines_max=0), "A text has 1 to {most} lines."),
        (replace(TEXT, y_mm=24, width_mm=49), "Nothing may stand on a code or on the white around it."),
        (Line(x_mm=50, y_mm=20, width_mm=5, height_mm=0.3), "Nothing may stand on a code or on the white around it."),
        (Frame(x_mm=45, y_mm=10, width_mm=10, height_mm=10), "Nothing may stand on a code or on the white around it."),
        (Qr(x_mm=2, y_mm=2, width_mm=20, height_mm=40), "The code's square is {least} mm at least: smaller ones are"
         " not read at a gate."),
        (Barcode(**AT | {"width_mm": 20.0}), "These bars need {along} mm of length and {high} mm of height."),
        (Barcode(turn=90, **AT), "These bars need {along} mm of length and {high} mm of height."),
        (Picture(file="../../etc/passwd", **AT), "This picture is none that was uploaded."),
        (Frame(ink_mm=0, **AT), "Lines are {least} to {most} mm thick."),
        (Fixed(texts={Language.FR: "x" * 301}, letters_mm=2, **AT), "Write at most {most} characters."),
        (Fixed(texts={Language.FR: "a\x1bb"}, letters_mm=2, **AT), "Write one line of text."),
    ],
)  # fmt: skip
def test_each_flaw_has_its_sentence_and_names_its_block(block: AnyBlock, problem: str) -> None:
    assert refused(design(QR, block)) == ("blocks.1", problem)


def test_a_frame_around_the_code_is_welcome() -> None:
    assert sound(design(QR, Frame(x_mm=49, y_mm=4, width_mm=27, height_mm=27)))


def test_without_a_code_nobody_gets_in() -> None:
    assert refused(design(TEXT)) == ("blocks", "Put the code on the ticket: without it nobody gets in.")


def test_nothing_to_read_lies_across_the_perforation() -> None:
    assert refused(design(QR, TEXT, stub=Stub(20))) == ("blocks.1", "This block lies across the perforation.")
    assert refused(design(QR, stub=Stub(60)))[0] == "blocks.0"
    assert refused(design(QR, stub=Stub(80)))[0] == "stub"
    assert sound(design(QR, TEXT, Line(x_mm=0, y_mm=20, width_mm=50, height_mm=0.3), stub=Stub(46)))


def test_every_fact_is_one_that_the_other_tickets_show() -> None:
    """The same order says the same on a thermal ticket as in a PDF."""
    answered = ticket(answers=(TicketAnswer("Repas", "Végétarien"),))
    for made in (issued(answered, ticket(2, row_label="", seat_label="")), issued(*seats(3), passes=(PASS,))):
        for tag in Language:
            for page, label in zip(records.of(made, tag), label_records.of(made, tag), strict=True):
                shown = msgspec.json.encode(page).decode()
                own = {Field.DATE, Field.ANSWERS, Field.VAT, Field.REPRINT}
                missing = [field for field, text in label.facts.items() if field not in own and text not in shown]
                assert not missing
                assert {fact.text for fact in page.facts if fact.label != "Repas"} <= {*label.facts.values()}


@pytest.mark.parametrize("language", OTHERS)
def test_every_refusal_is_translated(language: str) -> None:
    folder = Path(label_designs.__file__).parent
    said = {
        given.value.value
        for path in folder.glob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "InputRefused"
        for given in call.keywords
        if given.arg == "problem" and isinstance(given.value, ast.Constant)
    }
    assert len(said) > 10 and not said - catalogue(language).keys()
