"""Receipts' bytes, read by a printer of the tests' own."""

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from printing import dots, escpos
from printing.escpos import (
    ROLL_58,
    ROLL_80,
    ROLL_80_180_DPI,
    Blank,
    Code,
    Drawing,
    Machine,
    Page,
    Pair,
    Roll,
    Rule,
    Table,
    Text,
    opening,
    printed,
    wrapped,
)
from printing.fit import width
from tests.printing.receipt_reader import Paper, read

ROLLS = [ROLL_58, ROLL_80, ROLL_80_180_DPI]
FRENCH = "À 20 h, l’œuvre coûtera 45,50 € à Noël – ÇA ÿ est : « ñ ø ß »"


def paper(*rows: escpos.Row, machine: Machine | None = None, drawer: int | None = None) -> Paper:
    return read(printed(rows, machine or Machine(), drawer=drawer))


def test_a_job_begins_anew_and_ends_with_a_cut() -> None:
    found = paper(Text("Bonjour"))
    assert found.is_reset and (found.cuts, found.drawers) == (1, [])
    assert [row.text for row in found.rows] == ["Bonjour"]


def test_a_printer_without_a_knife_gets_paper_to_tear() -> None:
    found = paper(Text("x"), machine=Machine(cuts=False))
    assert found.cuts == 0 and found.fed_lines >= 5


def test_the_drawer_opens_before_anything_is_printed() -> None:
    job = printed([Text("x")], Machine(), drawer=1)
    assert read(job).drawers == [1] and job.index(b"\x1bp") < job.index(b"x")
    assert read(opening(0)).drawers == [0]
    with pytest.raises(AssertionError):
        opening(2)


@pytest.mark.parametrize("page", [Page.WPC1252, Page.PC858])
def test_the_euro_and_accents_are_letters_of_the_page(page: Page) -> None:
    plain = "Été à 45,50 €, ñ ø ß ÇÀ"
    (row,) = paper(Text(plain), machine=Machine(page=page)).rows
    assert row.text == plain and row.picture is None


def test_french_is_whole_in_windows_1252() -> None:
    lines = paper(Text(FRENCH)).texts(48)
    assert " ".join(line.strip() for line in lines) == FRENCH


def test_quotation_marks_that_pc858_lacks_are_plain_ones_there() -> None:
    (row,) = paper(Text("L’été – “ici”"), machine=Machine(page=Page.PC858)).rows
    assert row.text == 'L\'été - "ici"'


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Ночь", Page.WPC1252),
        ("🎄 Noël", Page.WPC1252),
        ("日本", Page.PC858),
        ("œuvre", Page.PC858),
        ("Été", Page.ASCII),
    ],
)
@pytest.mark.parametrize("roll", ROLLS)
def test_what_the_page_lacks_is_drawn_as_wide_as_the_paper(text: str, page: Page, roll: Roll) -> None:
    (row,) = paper(Pair(text, "12.00"), machine=Machine(roll, page)).rows
    assert row.picture is not None and row.picture.width == roll.dots
    ink = row.picture.point(lambda light: 255 - light).getbbox()
    assert ink and ink[0] < 12 and ink[2] > roll.dots - 12, "the text on the left, the amount on the right"


def test_ascii_is_letters_on_any_printer() -> None:
    machine = Machine(page=Page.ASCII, two_bytes=True)
    assert [row.text for row in paper(Text("Total 12.00"), machine=machine).rows] == ["Total 12.00"]
    assert b"\x1c." in printed([], machine)


@pytest.mark.parametrize("roll", ROLLS)
def test_a_pair_is_as_wide_as_the_paper(roll: Roll) -> None:
    found = paper(Pair("Plein tarif", "45,00"), Rule(), machine=Machine(roll)).texts(roll.columns)
    assert [len(line) for line in found] == [roll.columns] * 2
    assert found[0].startswith("Plein tarif ") and found[0].endswith(" 45,00")


@pytest.mark.parametrize("roll", ROLLS)
def test_a_long_name_goes_on_below_and_its_amount_ends_the_last_line(roll: Roll) -> None:
    found = paper(Pair("Abonnement " * 12, "1 234,00", indent=2), machine=Machine(roll)).texts(roll.columns)
    assert len(found) > 2 and all(line.startswith("  A") for line in found[:-1])
    assert found[-1].endswith(" 1 234,00") and len(found[-1]) == roll.columns
    assert sum(line.count("Abonnement") for line in found) == 12


@pytest.mark.parametrize("roll", ROLLS)
def test_large_letters_have_half_the_columns(roll: Roll) -> None:
    found = paper(Text("Théâtre municipal de la ville", "center", large=True), machine=Machine(roll))
    assert all(row.large and len(row.text) * 2 <= roll.columns for row in found.rows)
    assert " ".join(row.text for row in found.rows) == "Théâtre municipal de la ville"


@pytest.mark.parametrize("roll", ROLLS)
def test_columns_stand_under_their_heads(roll: Roll) -> None:
    table = Table(
        (("8,1 %", "2,78", "0,22", "3,00"), ("2,6 %", "1 099,90", "2,60", "1 102,50")), ("", "Net", "TVA", "TTC")
    )
    found = paper(table, machine=Machine(roll)).texts(roll.columns)
    assert {len(line) for line in found} == {roll.columns}
    ends = [
        [line.rstrip().rfind(cell) + len(cell) for cell in cells]
        for line, cells in zip(
            found, (("Net", "TVA", "TTC"), ("2,78", "0,22", "3,00"), ("1 099,90", "2,60", "1 102,50")), strict=True
        )
    ]
    assert ends[0] == ends[1] == ends[2]


def test_a_table_with_no_room_stands_one_cell_under_the_other() -> None:
    row = ("Carte bancaire", "1 234 567,00", "234 567,00", "1 000 000,00")
    found = paper(Table((row,), ("Moyen", "Entrées", "Sorties", "Solde")), machine=Machine(ROLL_58)).texts(32)
    assert found[1:] == [
        "Carte bancaire",
        *(
            f" {head}{cell:>{31 - len(head)}}"
            for head, cell in zip(("Entrées", "Sorties", "Solde"), row[1:], strict=True)
        ),
    ]


LINK = "https://billets.example.org/o/7KQ2M9XA/3f2a9c0d1e"


def test_a_code_is_the_printers_own() -> None:
    found = paper(Blank(), Code(LINK))
    assert [(row.code, row.align) for row in found.rows if row.code] == [(LINK, "center")]


@pytest.mark.parametrize("roll", ROLLS)
def test_a_code_is_drawn_where_the_printer_has_none(roll: Roll) -> None:
    found = paper(Code(LINK * 3), machine=Machine(roll, draws_qr=False))
    pictures = [row.picture for row in found.rows if row.picture]
    whole = Image.new("L", (pictures[0].width, sum(one.height for one in pictures)), 255)
    for n, one in enumerate(pictures):
        whole.paste(one, (0, sum(before.height for before in pictures[:n])))
    (code,) = zxingcpp.read_barcodes(ImageOps.expand(whole, 40, 255))
    assert code.text == LINK * 3 and whole.width <= roll.dots * 0.6


def test_a_tall_picture_comes_in_bands() -> None:
    found = paper(Drawing(dots.of(Image.new("1", (96, 600), 1))))
    assert [row.picture.size for row in found.rows if row.picture] == [(96, 255), (96, 255), (96, 90)]


def test_no_dots_are_a_command_in_real_time() -> None:
    kick = bytes((0x10, 0x14, 0x01, 0x00, 0x05, 0x10, 0x04, 0x01, 0x10, 0x05, 0x02, 0x10))
    found = paper(Drawing(dots.Bitmap(96, 1, kick)))
    assert found.drawers == [] and len(found.rows) == 1


HOSTILE = ["\x1bp\x00\x19\xfa", "\x1d(k", "\x10\x14\x01\x00\x05", "a\x00b\x1b@", "\r\n\x0c\x18", "\x9b\x85", "\x7f"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("machine", [Machine(), Machine(ROLL_58, Page.ASCII)])
def test_control_bytes_are_shown_and_never_obeyed(text: str, machine: Machine) -> None:
    rows = (Text(text, "center", large=True), Pair(text, text, indent=1), Table(((text, text),), (text, text)))
    found = paper(*rows, machine=machine)
    assert (found.drawers, found.cuts) == ([], 1)
    assert "?" in found.rows[0].text or found.rows[0].picture, "a letter beside it may have had the row drawn"


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=80), st.text(max_size=30), st.sampled_from(ROLLS), st.sampled_from([*Page]))
def test_any_text_at_all_is_lines_that_fit(left: str, right: str, roll: Roll, page: Page) -> None:
    rows = (Text(left, bold=True), Pair(left, right), Table(((left, right, "1,00"),)), Text(right, "right", large=True))
    found = paper(*rows, machine=Machine(roll, page))
    assert found.texts(roll.columns), "none wider than the paper, which is asserted there"
    assert (found.drawers, found.cuts) == ([], 1)


@given(st.text(max_size=300), st.integers(2, 60))
def test_wrapping_loses_nothing_but_spaces(text: str, columns: int) -> None:
    made = wrapped(text, columns)
    assert all(width(line) <= max(columns, 2) for line in made)
    kept = "".join("?" if ord(sign) < 32 or 127 <= ord(sign) < 160 else sign for sign in text.replace("\n", " ")
                   if sign not in "\xa0\u2007\u2009\u202f")  # fmt: skip
    swapped = str.maketrans({"\u2010": "-", "\u2011": "-", "\u2212": "-", "\xa0": ""})
    assert "".join(made).replace(" ", "") == kept.translate(swapped).replace(" ", "")
