"""Every design of the gallery on every paper: the code read back and measured, nothing moved by names, texts or
pictures, nothing fetched, each picture once in a file."""

import hashlib
import io
import re
from uuid import UUID

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from printing import looks, previews, records, samples
from printing.looks import PAPER_MM, FetchRefused, PicturesOnly, text_on
from printing.tickets import each_pdf, tickets_pdf
from tests.printing.samples import PASS, issued, seats, ticket
from tests.printing.test_tickets import HOSTILE, LONG, texts
from ticketing import pictures
from ticketing.formats import Language
from ticketing.ticket_deliveries import Paper
from ticketing.ticket_designs import (
    PANEL_PX,
    PICTURE_PX,
    TERMS_CHARS_MAX,
    TERMS_LINES_MAX,
    Dress,
    Gallery,
    Look,
    Part,
    PictureOf,
    Texts,
    Wardrobe,
    Worn,
)  # fmt: skip
from ticketing.tickets import Issued, TicketAnswer

DPI = 200
DESIGN = UUID(int=50)
CODE_MM_MIN = {Paper.A4: 35.5, Paper.A6: 35.5, Paper.PHONE: 45.0}
"""The side of the dark square: 37 modules, hence 0.96 mm each at least on paper."""
EVERY = [(gallery, paper) for gallery in Gallery for paper in Paper]


def photo(width: int = 1200, height: int = 900, color: tuple[int, int, int] = (30, 30, 30)) -> bytes:
    """A dark picture, as bad for a code as can be."""
    made = io.BytesIO()
    Image.new("RGB", (width, height), color).save(made, "JPEG")
    return made.getvalue()


PHOTO, OTHER = photo(), photo(color=(200, 20, 20))
HASHES = {content: hashlib.sha256(content).digest() for content in (PHOTO, OTHER)}
FILES = {hash: ("image/jpeg", content) for content, hash in HASHES.items()}


def wardrobe(made: Issued, dress: Dress, of_event: bytes | None = None) -> Wardrobe:
    """Every ticket in the same design."""
    ids = {one.ticket.ticket_id for one in made.tickets}
    return Wardrobe({id: Worn(id, DESIGN, of_event) for id in ids}, DESIGN, {DESIGN: dress}, FILES)


def dressed(gallery: Gallery, **look: object) -> Dress:
    picture_of = PictureOf.EVENT if gallery in (Gallery.POSTER, Gallery.FESTIVAL) else PictureOf.NONE
    chosen = {"accent": "#3a1d8a", "picture_of": picture_of} | look
    return Dress(gallery, Look(**chosen), HASHES[PHOTO], HASHES[OTHER])


def read(pdf: bytes, page: int = 0) -> tuple[list[zxingcpp.Barcode], Image.Image]:
    picture = pypdfium2.PdfDocument(pdf)[page].render(scale=DPI / 72).to_pil().convert("L")
    return zxingcpp.read_barcodes(picture), picture


def square(found: zxingcpp.Barcode) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of a code, in pixels."""
    at = found.position
    return at.top_left.x, at.top_left.y, at.bottom_right.x, at.bottom_right.y


@pytest.mark.parametrize(("gallery", "paper"), EVERY)
def test_the_code_is_large_enough_and_has_its_quiet_zone(gallery: Gallery, paper: Paper) -> None:
    made = issued(ticket())
    codes, picture = read(tickets_pdf(made, paper, "fr", wardrobe(made, dressed(gallery), HASHES[PHOTO])))
    (found,) = codes
    assert (found.text, found.ec_level) == (made.tickets[0].code, "M")
    left, top, right, bottom = square(found)
    side_mm = (right - left) / DPI * 25.4
    assert side_mm >= CODE_MM_MIN[paper], "the dark square"
    quiet = round((right - left) / 37 * 4) - 3
    around = picture.crop((left - quiet, top - quiet, right + quiet, bottom + quiet))
    inner = (quiet - 3, quiet - 3, around.width - quiet + 3, around.height - quiet + 3)
    around.paste(255, inner)
    assert around.getextrema()[0] > 200, "four modules of white on every side"


@pytest.mark.parametrize(("gallery", "paper"), EVERY)
def test_names_texts_and_pictures_move_nothing_and_add_no_page(gallery: Gallery, paper: Paper) -> None:
    plain = issued(ticket())
    ((usual,), _) = read(tickets_pdf(plain, paper, "fr", wardrobe(plain, dressed(gallery))))
    said = Texts(HOSTILE[:120], LONG[:160], ("Z" * 59 + "\n") * TERMS_LINES_MAX)
    look = {"texts": {"fr": Texts(said.note, said.contact, said.terms[:TERMS_CHARS_MAX])}}
    for name in (LONG, HOSTILE) if paper is Paper.A6 else (HOSTILE + LONG,):
        answers = (TicketAnswer(name, name),) * 3
        one = ticket(event_name=name, venue_name=name, holder_name=name, zone=name, row_label=name, answers=answers)
        made = issued(one)
        pdf = tickets_pdf(made, paper, "fr", wardrobe(made, dressed(gallery, **look), HASHES[PHOTO]))
        assert len(pypdfium2.PdfDocument(pdf)) == 1
        ((found,), _) = read(pdf)
        assert found.text == made.tickets[0].code
        assert all(abs(a - b) <= 6 for a, b in zip(square(found), square(usual), strict=True))


@pytest.mark.parametrize("paper", Paper)
def test_the_longest_terms_are_there_whole_on_a4_alone(paper: Paper) -> None:
    words = " ".join(f"mot{n:03}" for n in range(TERMS_CHARS_MAX // 7))
    made = issued(ticket())
    look = {"texts": {"fr": Texts(terms=words, contact="billets@example.org")}}
    for gallery in Gallery if paper is Paper.A4 else (Gallery.POSTER,):
        (said,) = texts(tickets_pdf(made, paper, "fr", wardrobe(made, dressed(gallery, **look))))
        assert all(word in said for word in words.split()) is (paper is Paper.A4)
        assert ("billets@example.org" in said) is (paper is Paper.A4)


@pytest.mark.parametrize(("gallery", "paper"), EVERY)
def test_what_it_says(gallery: Gallery, paper: Paper) -> None:
    made = issued(ticket(answers=(TicketAnswer("Repas", "Végétarien"),)))
    look = {"texts": {"fr": Texts(note="Merci d’arriver tôt"), "en": Texts(note="Come early")}}
    (said,) = texts(tickets_pdf(made, paper, "fr", wardrobe(made, dressed(gallery, **look))))
    title = "Le Songe d’une nuit d’été"
    for part in ("samedi 16 mai 2026", "20:30", "Portes 19:45", "Parterre", "Camille Dubois", "Merci d’arriver tôt"):
        assert part in said, part
    assert title in said or title.upper() in said
    assert "Come early" not in said
    if (gallery, paper) != (Gallery.PICTURE, Paper.A6):  # the one that has no room for answers
        assert "Végétarien" in said


@pytest.mark.parametrize("gallery", Gallery)
def test_what_is_left_out_is_not_there(gallery: Gallery) -> None:
    made = issued(ticket(answers=(TicketAnswer("Repas", "Végétarien"),)))
    (said,) = texts(tickets_pdf(made, Paper.A4, "fr", wardrobe(made, dressed(gallery, hidden=tuple(Part)))))
    for part in (
        "Camille",
        "Catégorie",
        "Plein tarif",
        "45,00",
        "7KQ2M9XA",
        "Végétarien",
        "Portes",
        "Passage M",
        "À l’entrée",
    ):
        assert part not in said, part
    assert all(part in said for part in ("Parterre", "H", "12", "N° 1001"))


@pytest.mark.parametrize("paper", Paper)
def test_designs_of_several_tariffs_stand_in_one_file_in_the_order_of_tickets(paper: Paper) -> None:
    first, second, third = UUID(int=1), UUID(int=2), UUID(int=3)
    made = issued(ticket(1, ticket_id=first), ticket(2, ticket_id=second), ticket(3, ticket_id=third))
    designs = {DESIGN: dressed(Gallery.FESTIVAL)}
    worn = {second: Worn(second, DESIGN, HASHES[PHOTO])}
    pdf = tickets_pdf(made, paper, "en", Wardrobe(worn, None, designs, FILES))
    read_back = [read(pdf, page)[0][0].text for page in range(3)]
    assert read_back == [one.code for one in made.tickets]
    assert [
        len(pypdfium2.PdfDocument(one)) for one in each_pdf(made, paper, "en", Wardrobe(worn, None, designs, FILES))
    ] == [1] * 3


@pytest.mark.parametrize("gallery", [Gallery.POSTER, Gallery.FESTIVAL, Gallery.PICTURE])
def test_a_picture_is_in_a_file_once_however_many_tickets_show_it(gallery: Gallery) -> None:
    made = issued(*(ticket(n, ticket_id=UUID(int=n)) for n in range(1, 7)))
    pdf = tickets_pdf(made, Paper.A4, "en", wardrobe(made, dressed(gallery), HASHES[PHOTO]))
    with pikepdf.open(io.BytesIO(pdf)) as document:
        images = [
            one for one in document.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"
        ]
    assert len(images) == 2, "the picture and the logo"


def test_a_pass_wears_the_default() -> None:
    made = issued(*seats(12, one_seat=False), passes=(PASS,))
    for gallery, paper in zip((Gallery.POSTER, Gallery.FESTIVAL, Gallery.PICTURE), Paper, strict=True):
        pdf = tickets_pdf(made, paper, "en", wardrobe(made, dressed(gallery)))
        ((found,), _) = read(pdf)
        assert found.text == made.passes[0].code
        assert all(f"Pièce {n + 1}" in " ".join(texts(pdf)) for n in range(12))


def test_a_design_reaches_no_file_and_no_network() -> None:
    fetcher = PicturesOnly(FILES)
    assert fetcher.fetch(looks.picture_name(HASHES[PHOTO])).read() == PHOTO
    for address in (
        "https://example.org/a.png",
        "file:///etc/passwd",
        "picture:../x",
        f"picture:{'0' * 64}",
        "data:,x",
    ):
        with pytest.raises(FetchRefused):
            fetcher.fetch(address)


def test_markup_and_styles_in_texts_are_text() -> None:
    evil = "</style><script>alert(1)</script><img src=https://example.org/x.png>{{ 7*7 }}"
    made = issued(ticket(holder_name=evil))
    look = {"texts": {"fr": Texts(note=evil[:120], contact=evil, terms=evil)}}
    (said,) = texts(tickets_pdf(made, Paper.A4, "fr", wardrobe(made, dressed(Gallery.POSTER, **look))))
    assert said.count("{{ 7*7 }}") >= 1 and "<script>" in said


def test_a_colour_that_is_none_is_never_written_into_a_style() -> None:
    made = issued(ticket())
    for color in ("red", "#fff", "#12345g", "#111111; } body { background: url(file:///etc/passwd)"):
        with pytest.raises((AssertionError, ValueError)):
            tickets_pdf(made, Paper.A4, "fr", wardrobe(made, dressed(Gallery.POSTER, accent=color)))


@pytest.mark.parametrize(
    ("ground", "text"), [("#111111", "#ffffff"), ("#ffffff", "#111111"), ("#f4b942", "#111111"), ("#3a1d8a", "#ffffff")]
)
def test_what_stands_on_a_colour_reads(ground: str, text: str) -> None:
    assert text_on(ground) == text


def test_the_example_marks_the_panel_and_leaves_the_rest_clear() -> None:
    for language in Language:
        example = Image.open(io.BytesIO(previews.example_png(language)))
        assert (example.size, example.mode) == (PICTURE_PX, "RGBA")
        left = PICTURE_PX[0] - PANEL_PX
        assert example.getpixel((left - 40, 700)) == (0, 0, 0, 0) or example.getpixel((left - 40, 700))[3] == 0
        assert example.getpixel((left + 20, 300)) == (255, 255, 255, 255)


def test_a_preview_is_the_page_itself_and_its_code_is_none() -> None:
    made = samples.issued("Théâtre du Passage", "CHF", Language.FR)
    look = Wardrobe(
        {samples.NOBODY: Worn(samples.NOBODY, DESIGN, None)}, None, {DESIGN: dressed(Gallery.MINIMAL)}, FILES
    )
    drawn = Image.open(io.BytesIO(previews.page_png(made, Paper.PHONE, "fr", look, 460)))
    assert drawn.format == "PNG" and drawn.width == 460
    assert abs(drawn.height - 460 * PAPER_MM[Paper.PHONE][1] / PAPER_MM[Paper.PHONE][0]) <= 1
    (found,) = zxingcpp.read_barcodes(drawn.convert("L").resize((920, drawn.height * 2)))
    assert found.text == samples.CODE and not re.match(r"PL[A-Z2-7]{20}", found.text)


def test_an_event_without_a_picture_shows_the_day() -> None:
    made = issued(ticket())
    (record,) = records.of(made, "en", wardrobe(made, dressed(Gallery.POSTER)))
    assert record.picture is None and record.leaf == ("Sat", "16", "May")


def test_the_panel_of_a_picture_is_looked_at() -> None:
    white = Image.new("RGB", PICTURE_PX, (20, 60, 90))
    white.paste((255, 255, 255), (PICTURE_PX[0] - PANEL_PX, 0, *PICTURE_PX))
    for picture, kept_white in ((white, True), (Image.new("RGB", PICTURE_PX, (20, 60, 90)), False)):
        made = io.BytesIO()
        picture.save(made, "PNG")
        assert pictures.panel_is_white(pictures.background(made.getvalue())) is kept_white
