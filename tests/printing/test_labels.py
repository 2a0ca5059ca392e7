"""Tickets for thermal printers, as a renderer that nobody here wrote prints them: compared with approved pictures,
their codes read back, their blocks measured in millimetres."""

import io
from collections.abc import Iterable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image, ImageChops

from printing import font0, label_formats, label_records, labels, zpl
from printing.label_designs import (
    LETTERS_MM_MIN,
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
    Show,
    Stub,
    Turn,
    Vertical,
    sound,
)
from printing.zpl import Dpi
from tests.printing.approve import EVERY, FOLDER, FORMATS, drawn
from tests.printing.rendering import codes, ink_mm, node, rendered
from tests.printing.samples import PASS, TICKET, issued, seats, ticket
from tests.printing.test_zpl import HOSTILE, commands
from ticketing.formats import Language
from ticketing.vat import VatShare

pytestmark = pytest.mark.skipif(node() is None, reason="needs node")
UNLIKE_MAX = 0.002
"""The share of dots that may differ from an approved picture: what rounding moves at the edges of letters."""
CORNER = Qr(x_mm=76, y_mm=54, width_mm=24, height_mm=24)
LONG = "Festival international des musiques sacrées, improvisées et baroques de la Communauté d’agglomération"
DRAWN = ["Ночь перед Рождеством", "🎄 Noël", "ليلى والذئب", "日本の夜", "back\\&slash", "Žluťoučký kůň"]
TURNS: tuple[Turn, ...] = (0, 90, 180, 270)


def design(*blocks: AnyBlock, **said: object) -> LabelDesign:
    """A ticket of 104 x 80 mm with these blocks and a code in its corner."""
    return LabelDesign(width_mm=104, height_mm=80, blocks=(*blocks, CORNER), **said)


def without_code(picture: Image.Image, dpi: Dpi) -> Image.Image:
    """The same, the corner's code wiped out."""
    clear = picture.copy()
    clear.paste(255, (75 * dpi.dots_per_mm, 53 * dpi.dots_per_mm, 101 * dpi.dots_per_mm, 79 * dpi.dots_per_mm))
    return clear


def printed(block: AnyBlock, dpi: Dpi = Dpi.D203, feed: Feed = Feed.TOP, **changed: object) -> Image.Image:
    """One block of one ticket as printed."""
    return all_printed([(block, dpi, feed)], **changed)[0]


def all_printed(blocks: Iterable[tuple[AnyBlock, Dpi, Feed]], **changed: object) -> list[Image.Image]:
    jobs, made = [], issued(ticket(**changed))
    for block, dpi, feed in blocks:
        one = sound(design(block, feed=feed))
        jobs.append((labels.tickets_zpl(made, one, dpi, "fr").zpl, one, dpi))
    return [without_code(tickets[0], dpi) for tickets, (_, _, dpi) in zip(rendered(jobs), jobs, strict=True)]


def within(picture: Image.Image, block: AnyBlock, dpi: Dpi = Dpi.D203) -> None:
    """All ink is in the block, a dot of rounding aside, and there is some."""
    ink, dot = ink_mm(picture, dpi), 1.01 / dpi.dots_per_mm
    assert ink, "something was printed"
    rect = block.rect
    assert ink[0] >= rect.x_mm - dot and ink[1] >= rect.y_mm - dot, (ink, rect)
    assert ink[2] <= rect.right_mm + dot and ink[3] <= rect.bottom_mm + dot, (ink, rect)


@cache
def now() -> dict[str, Image.Image]:
    return drawn()


@pytest.mark.parametrize(("name", "dpi", "language"), EVERY)
def test_a_ticket_is_as_approved(name: str, dpi: Dpi, language: Language) -> None:
    """After a change that is meant, `tests.printing.approve` draws the pictures anew: look at them."""
    file = f"{name}-{dpi}-{language}.png"
    approved, found = Image.open(FOLDER / file).convert("L"), now()[file]
    assert found.size == approved.size
    unlike = ImageChops.difference(found, approved).histogram()[255]
    assert unlike <= UNLIKE_MAX * found.width * found.height


@pytest.mark.parametrize(("name", "dpi", "language"), EVERY)
def test_the_codes_read_back_where_the_format_has_them(name: str, dpi: Dpi, language: Language) -> None:
    one = FORMATS[name]
    made = issued(ticket(), ticket(1002, seat_label="13"))
    (tickets,) = rendered([(labels.tickets_zpl(made, one, dpi, language).zpl, one, dpi)])
    assert len(tickets) == 2
    for picture, sold in zip(tickets, made.tickets, strict=True):
        assert picture.size == (dpi.dots(one.width_mm), dpi.dots(one.height_mm))
        found = {code.format.name: code for code in codes(picture)}
        (square,) = (block for block in one.blocks if isinstance(block, Qr))
        qr = found["QRCode"]
        assert (qr.text, qr.ec_level) == (sold.code, "M")
        corners = [getattr(qr.position, at) for at in ("top_left", "top_right", "bottom_left", "bottom_right")]
        left, right = (edge(at.x for at in corners) / dpi.dots_per_mm for edge in (min, max))
        top, middle = min(at.y for at in corners) / dpi.dots_per_mm, square.x_mm + square.width_mm / 2
        module = (right - left) / 37
        assert module >= 0.49 and abs((left + right) / 2 - middle) < 0.3
        assert min(left - square.x_mm, square.rect.right_mm - right, top - square.y_mm) >= 4 * module - 0.3, "white"
        if name == "show":
            assert found["Code128"].text == str(sold.ticket.serial)


@pytest.mark.parametrize("dpi", Dpi)
def test_boxes_are_where_they_are_said_to_be_however_the_ticket_is_fed(dpi: Dpi) -> None:
    frame = Frame(x_mm=10, y_mm=12, width_mm=41.5, height_mm=7, ink_mm=0.5)
    line = Line(x_mm=10, y_mm=12, width_mm=41.5, height_mm=0.5)
    blocks = [(block, dpi, feed) for block in (frame, line) for feed in Feed]
    for picture, (block, _, _) in zip(all_printed(blocks), blocks, strict=True):
        edges = (block.x_mm, block.y_mm, block.rect.right_mm, block.rect.bottom_mm)
        assert all(abs(a - b) <= 1.01 / dpi.dots_per_mm for a, b in zip(ink_mm(picture, dpi), edges, strict=True))


@pytest.mark.parametrize("feed", Feed)
def test_a_text_stands_in_its_box_turned_and_aligned_as_is_said(feed: Feed) -> None:
    blocks = [
        Fact(field=Field.TITLE, x_mm=8, y_mm=9, width_mm=40, height_mm=40, letters_mm=5, lines_max=3, turn=turn,
             align=align, vertical=vertical, bold=turn == 90)
        for turn in TURNS for align in Align for vertical in (Vertical if feed is Feed.LEFT else [*Vertical][-1:])
    ]  # fmt: skip
    for picture, block in zip(all_printed((one, Dpi.D203, feed) for one in blocks), blocks, strict=True):
        within(picture, block)
        left, top, right, bottom = ink_mm(picture.rotate(block.turn, expand=True), Dpi.D203)
        box = picture.rotate(block.turn, expand=True).size[0] / 8
        start = {0: 8.0, 90: 9.0, 180: box - 48, 270: box - 49}[block.turn]
        before, after = left - start, start + 40 - right
        wanted = {Align.LEFT: before < 0.7, Align.RIGHT: after < 0.7, Align.CENTER: abs(before - after) < 1}
        assert wanted[block.align], (block.turn, block.align, before, after)
        down = {0: 9.0, 90: 104 - 48, 180: 80 - 49, 270: 8.0}[block.turn]
        above, below = top - down, down + 40 - bottom
        stands = {
            Vertical.TOP: above < below, Vertical.BOTTOM: below < above, Vertical.MIDDLE: abs(above - below) < 2.5
        }  # fmt: skip
        assert stands[block.vertical], (block.turn, block.vertical, above, below)


@pytest.mark.parametrize("dpi", Dpi)
def test_capitals_are_as_high_as_the_format_says(dpi: Dpi) -> None:
    block = Fact(field=Field.TITLE, x_mm=5, y_mm=5, width_mm=60, height_mm=20, letters_mm=6)
    _, top, _, bottom = ink_mm(printed(block, dpi, event_name="HEH"), dpi)
    assert abs(bottom - top - 6) <= 1.01 / dpi.dots_per_mm


def test_bars_keep_their_white_and_read_back_in_every_turn() -> None:
    blocks = [
        Barcode(x_mm=4, y_mm=4, width_mm=36 if upright else 9, height_mm=9 if upright else 36, of=of, turn=turn)
        for turn, upright in ((0, True), (90, False), (180, True), (270, False))
        for of in Bars
    ]
    every = [(block, dpi, Feed.LEFT) for block in blocks for dpi in Dpi]
    for picture, (block, dpi, _) in zip(all_printed(every), every, strict=True):
        within(picture, block, dpi)
        assert {one.text for one in codes(picture)} == {"1001" if block.of is Bars.NUMBER else "7KQ2M9XA"}
        turned = ink_mm(picture.rotate(block.turn, expand=True), dpi)
        assert turned[2] - turned[0] <= 36 - 2 * 10 * 0.24, "ten modules on either side"
        assert abs(turned[3] - turned[1] - 9) < 0.2


def logo(width: int, height: int, color: str = "black") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), color).save(made, "PNG")
    return made.getvalue()


@pytest.mark.parametrize("feed", Feed)
def test_a_picture_is_whole_in_the_middle_of_its_box(feed: Feed) -> None:
    jobs, hash = [], b"\x07" * 32
    for turn in TURNS:
        block = Picture(x_mm=10, y_mm=10, width_mm=30, height_mm=20, file=hash.hex(), turn=turn)
        one = sound(design(block, feed=feed))
        jobs.append(
            (labels.tickets_zpl(issued(ticket()), one, Dpi.D203, "fr", {hash: ("image/png", logo(90, 45))}), one)
        )
    tickets = rendered([(made.zpl, one, Dpi.D203) for made, one in jobs])
    for (picture,), turn in zip(tickets, TURNS, strict=True):
        ink = ink_mm(without_code(picture, Dpi.D203), Dpi.D203)
        wanted = (10, 12.5, 40, 27.5) if turn in (0, 180) else (20, 10, 30, 30)
        assert all(abs(a - b) <= 0.15 for a, b in zip(ink, wanted, strict=True)), (turn, ink)


def test_a_picture_that_is_not_handed_over_is_left_out() -> None:
    one = sound(design(Picture(x_mm=1, y_mm=1, width_mm=9, height_mm=9, file="07" * 32)))
    assert b"^GF" not in labels.tickets_zpl(issued(ticket()), one, Dpi.D203, "fr").zpl


@pytest.mark.parametrize("name", FORMATS)
def test_what_people_type_is_never_a_command(name: str) -> None:
    plain = labels.tickets_zpl(issued(ticket()), FORMATS[name], Dpi.D203, "fr").zpl
    wanted = {command for command, _ in commands(plain)} | {"GF"}
    jobs = []
    for text in HOSTILE:
        made = issued(ticket(event_name=text, holder_name=text, zone=text, row_label=text, seat_label=text,
                             venue_name=text, tariff_name=text, category=text))  # fmt: skip
        zpl = labels.tickets_zpl(made, FORMATS[name], Dpi.D203, "fr").zpl
        assert {command for command, _ in commands(zpl)} <= wanted
        jobs.append((zpl, FORMATS[name], Dpi.D203))
    for tickets in rendered(jobs):
        assert len(tickets) == 1 and codes(tickets[0]), "one ticket each, and its code"


def test_a_holder_called_like_the_end_of_a_format_is_printed_so() -> None:
    block = Fact(field=Field.HOLDER, x_mm=5, y_mm=5, width_mm=60, height_mm=10, letters_mm=4)
    twice = all_printed([(block, Dpi.D203, Feed.TOP)], holder_name="^XZ^XA")[0]
    ink = ink_mm(twice, Dpi.D203)
    width = font0.width("^XZ^XA", 4 / font0.CAPITAL)
    assert abs(ink[2] - ink[0] - width) < 0.06 * width, "all six of its letters"


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=150), st.sampled_from([*Dpi]))
def test_any_text_at_all_is_a_ticket(text: str, dpi: Dpi) -> None:
    made = issued(ticket(event_name=text, holder_name=text[:40], zone=text[:20]))
    job = labels.tickets_zpl(made, label_formats.CINEMA, dpi, "fr")
    names = [name for name, _ in commands(job.zpl)]
    assert (names.count("XA"), names.count("XZ"), names.count("BQ")) == (1, 1, 1)


def test_long_texts_stay_in_their_boxes_and_what_is_left_out_is_told() -> None:
    words = ["Wolkenkuckucksheim" * 3, LONG, "IIII " * 40, "W" * 60, "Œuvre « À » Åland", "a", LONG * 3, "M M " * 30]
    blocks = [
        Fact(field=Field.TITLE, x_mm=5, y_mm=5, width_mm=width, height_mm=height, letters_mm=7, lines_max=lines)
        for width, height, lines in ((60, 24, 3), (30, 4, 1), (12, 40, 8))
    ]
    jobs, told = [], []
    for text in words:
        for block in blocks:
            one = sound(design(block))
            job = labels.tickets_zpl(issued(ticket(event_name=text)), one, Dpi.D203, "fr")
            shown = sum(b"_E2_80_A6" in said for name, said in commands(job.zpl) if name == "FD")
            assert shown == len(job.shortened), "an ellipsis for each that was cut, and only then"
            told += [cut.text for cut in job.shortened]
            jobs.append((job.zpl, one, Dpi.D203))
    assert len(told) >= 6 and LONG in " ".join(told) and "a" not in told
    for (picture,), (_, one, _) in zip(rendered(jobs), jobs, strict=True):
        within(without_code(picture, Dpi.D203), one.blocks[0])


def test_letters_are_as_large_as_their_box_holds() -> None:
    def cell(text: str, width_mm: float) -> int:
        block = Fact(field=Field.TITLE, x_mm=5, y_mm=5, width_mm=width_mm, height_mm=12, letters_mm=6)
        job = labels.tickets_zpl(issued(ticket(event_name=text)), sound(design(block)), Dpi.D203, "fr")
        return next(int(said.split(b",")[1]) for name, said in commands(job.zpl) if name == "A0")

    assert cell("Carmen", 60) == 64, "6 mm of capitals, which are three quarters of the cell"
    assert cell("Carmen", 12) < cell("Carmen", 16) < 64
    assert cell(LONG, 60) == round(LETTERS_MM_MIN * 8 / font0.CAPITAL)


@pytest.mark.parametrize("text", DRAWN)
def test_what_the_printers_font_lacks_is_drawn_whole_in_its_box(text: str) -> None:
    assert not font0.has(text)
    blocks = [
        Fact(field=Field.TITLE, x_mm=8, y_mm=9, width_mm=44, height_mm=14, letters_mm=5, lines_max=2, turn=turn)
        for turn in (0, 90)
    ]
    for block in blocks:
        job = labels.tickets_zpl(issued(ticket(event_name=text)), sound(design(block)), Dpi.D203, "fr")
        names = [name for name, _ in commands(job.zpl)]
        assert (names.count("GF"), names.count("A0"), job.shortened) == (1, 0, ())
    for picture, block in zip(
        all_printed(((block, Dpi.D203, Feed.LEFT) for block in blocks), event_name=text), blocks, strict=True
    ):
        within(picture, block)
        left, top, right, bottom = ink_mm(picture.rotate(block.turn, expand=True), Dpi.D203)
        assert bottom - top > 1.5 and right - left > 5, "letters one can read"


def test_what_is_drawn_is_told_when_even_that_is_too_much() -> None:
    block = Fact(field=Field.TITLE, x_mm=8, y_mm=9, width_mm=20, height_mm=5, letters_mm=4)
    job = labels.tickets_zpl(issued(ticket(event_name="Ночь " * 30)), sound(design(block)), Dpi.D203, "fr")
    assert [(cut.ticket, cut.block) for cut in job.shortened] == [(0, 0)]


@pytest.mark.parametrize(
    ("cut", "modes", "after"),
    [(Cut.EACH, [b"C", b"C"], b""), (Cut.ORDER, [b"D", b"D"], zpl.CUT_NOW), (Cut.NONE, [b"T", b"T"], b"")],
)
def test_the_knife_cuts_after_each_after_the_order_or_never(cut: Cut, modes: list[bytes], after: bytes) -> None:
    one = replace(label_formats.CINEMA, cut=cut, marks=Marks.MARK)
    job = labels.tickets_zpl(issued(ticket(), ticket(2)), one, Dpi.D203, "fr")
    assert [said for name, said in commands(job.zpl) if name == "MM"] == modes
    assert [said for name, said in commands(job.zpl) if name == "MN"] == [b"M", b"M"]
    assert job.zpl.endswith(b"^XZ\n" + after)


def test_a_stub_without_perforation_has_its_line() -> None:
    one = replace(label_formats.SHOW, stub=Stub(102, drawn=True))
    jobs = [(labels.tickets_zpl(issued(ticket()), label, Dpi.D203, "fr").zpl, label, Dpi.D203)
            for label in (one, label_formats.SHOW)]  # fmt: skip
    (with_line,), (without,) = rendered(jobs)
    drawn = ImageChops.difference(with_line, without).getbbox()
    assert drawn and abs(drawn[0] / 8 - 101.85) < 0.2 and abs(drawn[2] / 8 - 102.15) < 0.2
    assert drawn[1] <= 13 and drawn[3] >= 640 - 13, "from edge to edge"


def test_a_fact_with_its_label_without_and_the_label_alone() -> None:
    record = label_records.of(issued(ticket(row_label="")), "fr")[0]
    said = [
        [labels._said(Fact(field=field, show=show, **BOX), record) for show in Show]
        for field in (Field.SEAT, Field.ROW, Field.TITLE)
    ]
    assert said == [["12", "Place", "Place 12"], ["", "", ""], [TICKET.event_name, "", TICKET.event_name]]


BOX = {"x_mm": 5, "y_mm": 5, "width_mm": 40, "height_mm": 8, "letters_mm": 3}


def test_a_text_of_ones_own_is_in_the_tickets_language_or_not_there() -> None:
    one = sound(design(Fixed(texts={Language.FR: "Vestiaire obligatoire"}, **BOX)))
    french, english = (labels.tickets_zpl(issued(ticket()), one, Dpi.D203, tag).zpl for tag in ("fr", "en"))
    assert b"Vestiaire obligatoire" in french and b"^A0" not in english


def test_passes_have_their_ticket_too() -> None:
    made = issued(*seats(3), passes=(PASS,))
    job = labels.tickets_zpl(made, label_formats.SHOW, Dpi.D203, "fr")
    ((picture,),) = rendered([(job.zpl, label_formats.SHOW, Dpi.D203)])
    assert {code.text for code in codes(picture)} == {made.passes[0].code, "77"}
    assert b"3 dates" in job.zpl and b"Rang H" in job.zpl


def test_the_same_tickets_are_the_same_bytes() -> None:
    made = issued(ticket(event_name="Ночь"), ticket(2))
    jobs = {labels.tickets_zpl(made, label_formats.SHOW, Dpi.D300, "fr").zpl for _ in range(2)}
    assert len(jobs) == 1


def test_a_duplicate_says_so_and_the_rate_where_it_is_one() -> None:
    made = issued(ticket())
    head = replace(made.head, vat=(VatShare(2600, 9000, 228),), vat_number="CHE-123.456.789 TVA")
    taxed = replace(made, head=head)
    id = made.tickets[0].ticket.ticket_id
    job = labels.tickets_zpl(taxed, label_formats.CINEMA, Dpi.D203, "fr", reprints={id: 2})
    (record,) = label_records.of(taxed, "fr", {id: 2})
    assert record.facts[Field.REPRINT] == "Duplicata 2" and job.zpl.count(b"Duplicata 2") == 2, "struck twice: bold"
    assert font0.plain(record.facts[Field.VAT]) == "N° TVA CHE-123.456.789 TVA · TVA 2,6 % incluse"
    assert label_records.of(made, "en")[0].facts.get(Field.REPRINT) is None
    partly = replace(head, vat=(VatShare(2600, 4500, 114),))
    assert "2,6" not in label_records.of(replace(made, head=partly), "fr")[0].facts[Field.VAT], "not of every line"
