"""Pass cards, read back: the page measured in millimetres, the code at the printer's 300 dpi, and what is black."""

import io
import re
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from msgspec.structs import replace
from PIL import Image, ImageChops

from printing import cards
from printing.card_looks import BLACK, CardCode, CardLook, sound
from printing.cards import ADVICE, CARD_DOTS, DPI, Layer, advice, black_png, cards_pdf
from printing.looks import NothingFetched
from tests.printing.samples import PASS, PASS_ID, issued, seats
from tests.printing.test_tickets import HOSTILE, LONG, texts
from ticketing.formats import Language
from ticketing.refusals import InputRefused
from ticketing.tickets import Issued

GROUND, FACE = b"g" * 32, b"f" * 32
COLORED = CardLook(title="#ffffff", text="#ffe9c0", background=GROUND, with_photo=True)
PANELS = {
    CardCode.QR: [(139, 596, 360, 360)],
    CardCode.BARS: [(99, 760, 440, 120)],
    CardCode.BOTH: [(161, 516, 315, 315), (99, 851, 440, 120)],
}
"""Where the codes stand, their white included: left, top, width, height in dots."""


def picture(width: int, height: int, color: str) -> tuple[str, bytes]:
    made = io.BytesIO()
    Image.new("RGB", (width, height), color).save(made, "PNG")
    return "image/png", made.getvalue()


PICTURES = {GROUND: picture(700, 900, "black"), FACE: picture(300, 500, "black")}
MADE = issued(*seats(3), passes=(PASS,))


def card(look: CardLook, made: Issued = MADE, layer: Layer = Layer.WHOLE, tag: str = "fr") -> bytes:
    return cards_pdf(made, look, tag, PICTURES, {PASS_ID: FACE}, layer)


def dots(pdf: bytes) -> Image.Image:
    """The first card as a printer of 300 dpi has it."""
    drawn = pypdfium2.PdfDocument(pdf)[0].render(scale=DPI / 72).to_pil().convert("RGB")
    assert drawn.size == CARD_DOTS
    return drawn


def black(picture: Image.Image) -> Image.Image:
    """Where a picture is exactly black, white elsewhere is 0."""
    red, green, blue = (band.point(lambda light: 255 if light == 0 else 0) for band in picture.split())
    return ImageChops.multiply(ImageChops.multiply(red, green), blue)


def corners(panel: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    left, top, width, height = panel
    return left, top, left + width, top + height


@pytest.mark.parametrize("layer", Layer)
def test_a_card_is_54_by_86_mm_upright_one_a_page(layer: Layer) -> None:
    other = replace(PASS, pass_id=MADE.head.order_id, serial=78)
    document = pypdfium2.PdfDocument(card(COLORED, issued(passes=(PASS, other)), layer))
    assert len(document) == 2
    for page in document:
        width, height = (side / 72 * 25.4 for side in page.get_size())
        assert abs(width - 54) < 0.03 and abs(height - 86) < 0.03


@pytest.mark.parametrize("code", CardCode)
@pytest.mark.parametrize("layer", Layer)
def test_its_codes_read_back_at_300_dpi(code: CardCode, layer: Layer) -> None:
    drawn = dots(card(replace(COLORED, code=code), layer=layer))
    found = {one.format.name: one.text for one in zxingcpp.read_barcodes(drawn)}
    wanted = {"QRCode": MADE.passes[0].code, "Code128": "77"}
    shown = {CardCode.QR: ["QRCode"], CardCode.BARS: ["Code128"], CardCode.BOTH: [*wanted]}[code]
    assert found == {name: wanted[name] for name in shown}


@pytest.mark.parametrize("code", CardCode)
def test_every_dot_of_a_code_is_black_or_white_and_nothing_between(code: CardCode) -> None:
    drawn = dots(card(replace(COLORED, code=code)))
    for panel in PANELS[code]:
        colors = drawn.crop(corners(panel)).getcolors()
        assert {color for _, color in colors} == {(0, 0, 0), (255, 255, 255)}


def test_the_codes_modules_are_whole_dots() -> None:
    for code, module in ((CardCode.QR, 8), (CardCode.BOTH, 7)):
        (found, *_) = [one for one in zxingcpp.read_barcodes(dots(card(CardLook(code=code)))) if one.ec_level == "M"]
        side = found.position.top_right.x - found.position.top_left.x
        assert abs(side - 37 * module) <= 1


@pytest.mark.parametrize("code", CardCode)
def test_nothing_of_a_picture_comes_out_as_resin(code: CardCode) -> None:
    """A black picture and a black photo, coloured text: what is exactly black is the code."""
    ink = black(dots(card(replace(COLORED, code=code))))
    for panel in PANELS[code]:
        ink.paste(0, corners(panel))
    assert ink.getbbox() is None


@pytest.mark.parametrize("look", [CardLook(), replace(COLORED, text=BLACK, code=CardCode.BOTH), COLORED])
def test_the_black_layer_is_what_is_black_alone(look: CardLook) -> None:
    alone = Image.open(io.BytesIO(black_png(card(look, layer=Layer.BLACK))))
    assert (alone.mode, alone.size) == ("1", CARD_DOTS)
    assert [round(side) for side in alone.info["dpi"]] == [DPI, DPI]
    resin, whole = ImageChops.invert(alone.convert("L")), black(dots(card(look)))
    lost = ImageChops.subtract(whole, resin).histogram()[255]
    assert lost <= 10, "what is black on the card is in the layer, but for dots that letters' edges half cover"
    shown = resin.histogram()[255]
    assert shown > 10_000
    for panel in PANELS[look.code]:
        unlike = ImageChops.difference(resin.crop(corners(panel)), whole.crop(corners(panel)))
        assert unlike.getbbox() is None


def test_the_black_layer_is_vectors_in_pure_black() -> None:
    with pikepdf.open(io.BytesIO(card(replace(COLORED, text=BLACK), layer=Layer.BLACK))) as document:
        page = document.pages[0]
        assert not list(page.get_images() if hasattr(page, "get_images") else page.images)
        operators = [(str(op), [float(n) for n in args]) for args, op in pikepdf.parse_content_stream(page)
                     if str(op) in ("rg", "RG", "g", "G", "k", "K", "sc", "scn")]  # fmt: skip
    assert {tuple(args) for _, args in operators} <= {(0, 0, 0), (1, 1, 1), (0,), (1,)} and operators


def test_black_text_is_resin_and_coloured_text_is_not() -> None:
    inside = (41, 41, 597, 500)
    for look, has_text in ((CardLook(), True), (CardLook(title="#a01030", text="#203040"), False)):
        resin = ImageChops.invert(Image.open(io.BytesIO(black_png(card(look, layer=Layer.BLACK)))).convert("L"))
        assert (resin.crop(inside).getbbox() is not None) == has_text


@pytest.mark.parametrize("tag", ["en", "fr"])
def test_what_it_says(tag: str) -> None:
    (said,) = texts(card(CardLook(), tag=tag))
    words = ["Théâtre du Passage", "GRANDE SAISON", "Camille Dubois", "Parterre", "Saison 2026"]
    words += ["Rang H", "Place 12", "N° 77"] if tag == "fr" else ["Row H", "Seat 12", "No. 77"]
    assert all(word in said for word in words)


def test_seats_that_differ_by_date_are_not_told() -> None:
    (said,) = texts(card(CardLook(), issued(*seats(3, one_seat=False), passes=(PASS,))))
    assert "Rang" not in said and "Place" not in said


def test_a_pass_without_a_short_name_has_the_first_of_its_name() -> None:
    (record,) = cards.of(issued(passes=(replace(PASS, short_name="", name="Abonnement " * 9),)), "fr")
    assert record.name == ("Abonnement " * 9)[:35].strip() and len(record.name) <= 35


@pytest.mark.parametrize("name", [LONG, HOSTILE, "W" * 35, "日本の夜" * 9, "🎄" * 35, "\x00", ""])
def test_no_name_moves_the_code_or_adds_a_page(name: str) -> None:
    held = replace(PASS, short_name=name[:35], name=name, holder_name=name)
    places = [replace(seat, zone=name, row_label=name, seat_label=name) for seat in seats(1)]
    pdf = card(COLORED, issued(*places, passes=(held,)))
    assert len(pypdfium2.PdfDocument(pdf)) == 1
    panel, plain = corners(PANELS[CardCode.QR][0]), dots(card(COLORED))
    assert ImageChops.difference(dots(pdf).crop(panel), plain.crop(panel)).getbbox() is None, "of the same serial"


def test_the_photo_and_the_background_stand_where_they_do() -> None:
    shown = {GROUND: picture(638, 1016, "#204060"), FACE: picture(240, 306, "#c08040")}
    drawn = dots(cards_pdf(MADE, COLORED, "fr", shown, {PASS_ID: FACE}))
    for at, color in (
        ((2, 2), (32, 64, 96)),
        ((635, 1013), (32, 64, 96)),
        ((45, 194), (192, 128, 64)),
        ((277, 492), (192, 128, 64)),
    ):
        assert all(abs(a - b) < 6 for a, b in zip(drawn.getpixel(at), color, strict=True))
    assert (
        PASS_ID and dots(cards_pdf(MADE, replace(COLORED, with_photo=False), "fr", shown)).getpixel((45, 194))[0] < 60
    )


def test_nothing_is_fetched_and_a_picture_that_is_not_handed_over_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(NothingFetched, "fetch", lambda self, url, headers=None: asked.append(url))
    held = replace(PASS, holder_name="<img src=https://example.org/a.png>")
    cards_pdf(issued(passes=(held,)), COLORED, "fr", {}, {PASS_ID: FACE})
    assert asked == []


def test_the_same_pass_is_the_same_bytes() -> None:
    assert card(COLORED) == card(COLORED)


def test_a_look_is_checked() -> None:
    assert sound(COLORED) == COLORED
    for flawed in (CardLook(title="red"), CardLook(text="#fff; } body { display: none")):
        with pytest.raises(InputRefused, match="Choose a colour"):
            sound(flawed)
        with pytest.raises(AssertionError):
            card(flawed)


def test_what_to_set_in_the_driver() -> None:
    assert advice("en") == ADVICE[Language.EN] and advice("fr-CH") == ADVICE[Language.FR]
    for lines in ADVICE.values():
        assert "Black Dots Only" in lines[0] and re.search("CR80 Card .54 x 86 mm", lines[1]) and "Portrait" in lines[2]
    assert Path(cards.TEMPLATES / "card.css").exists()
