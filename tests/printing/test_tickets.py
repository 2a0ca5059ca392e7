"""The PDFs, read back: their pages, their text, their fonts, and the code by an independent QR reader."""

import io
import re

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from printing import records, tickets
from printing.looks import FetchRefused, NothingFetched
from printing.tickets import tickets_pdf
from tests.printing.samples import KEY, PASS, issued, seats, ticket
from ticketing.ticket_codes import decode
from ticketing.ticket_deliveries import Paper
from ticketing.tickets import Issued, TicketAnswer, TicketOption

PAPER_MM = {Paper.A4: (210, 297), Paper.A6: (105, 148), Paper.PHONE: (90, 200)}
LONG = "Festival international des musiques sacrées, improvisées et baroques de la Communauté d’agglomération " * 4
HOSTILE = "<img src='file:///etc/passwd'>&amp;{{ 7 * 7 }}\x00\u202e" + "Z" + "\u0300" * 50 + "مهرجان 🎄" + "W" * 300


def codes(pdf: bytes) -> list[list[tuple[str, int, int]]]:
    """For each page, what its QRs say and where their first corner is, in pixels at 144 dpi."""
    document = pypdfium2.PdfDocument(pdf)
    pages = (zxingcpp.read_barcodes(page.render(scale=2).to_pil()) for page in document)
    return [[(found.text, found.position.top_left.x, found.position.top_left.y) for found in page] for page in pages]


def texts(pdf: bytes) -> list[str]:
    """The text of each page, on one line."""
    document = pypdfium2.PdfDocument(pdf)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def fonts(pdf: bytes) -> set[str]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        embedded = (item for item in document.objects if isinstance(item, pikepdf.Dictionary) and "/FontName" in item)
        return {str(item["/FontName"]).partition("+")[2] for item in embedded}


@pytest.mark.parametrize("size", Paper)
@pytest.mark.parametrize("tag", ["en", "fr"])
def test_every_ticket_has_its_page_and_its_code(size: Paper, tag: str) -> None:
    made = issued(ticket(1), ticket(2, seat_label="13"), ticket(3, seat_label="14"))
    pdf = tickets_pdf(made, size, tag)
    assert [[text for text, _, _ in page] for page in codes(pdf)] == [[item.code] for item in made.tickets]
    keys = {7: KEY.public_key()}
    assert [decode(page[0][0], keys).serial for page in codes(pdf)] == [1, 2, 3]


@pytest.mark.parametrize("size", Paper)
def test_the_paper(size: Paper) -> None:
    width, height = pypdfium2.PdfDocument(tickets_pdf(issued(ticket()), size, "en"))[0].get_size()
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == PAPER_MM[size]


@pytest.mark.parametrize("size", Paper)
def test_what_it_says_in_french(size: Paper) -> None:
    (text,) = texts(tickets_pdf(issued(ticket()), size, "fr"))
    for said in ("Le Songe d’une nuit d’été", "samedi 16 mai 2026", "20:30 Portes 19:45", "Parterre", "Plein tarif"):
        assert said in text
    assert re.search("Prix 45,00.CHF", text)


@pytest.mark.parametrize("size", Paper)
def test_what_it_says_in_english(size: Paper) -> None:
    (text,) = texts(tickets_pdf(issued(ticket()), size, "en"))
    for said in ("Saturday, 16 May 2026", "20:30 Doors 19:45", "Ticket 1 of 1", "Order 7KQ2M9XA", "Admits one, once"):
        assert said in text


@pytest.mark.parametrize("size", Paper)
def test_a_pass_has_one_code_and_all_its_dates(size: Paper) -> None:
    made = issued(*seats(20, one_seat=False), passes=(PASS,))
    pdf = tickets_pdf(made, size, "en")
    assert [text for page in codes(pdf) for text, _, _ in page] == [made.passes[0].code]
    said = " ".join(texts(pdf))
    assert all(f"Pièce {n + 1}" in said and f"Parterre · H · {n + 1}" in said for n in range(20))


@pytest.mark.parametrize("size", Paper)
@pytest.mark.parametrize("name", [LONG, HOSTILE, "Ω" * 400, "日本の夜" * 60, "🎄" * 90, "\x00", ""])
def test_no_name_moves_the_code_or_adds_a_page(size: Paper, name: str) -> None:
    plain = codes(tickets_pdf(issued(ticket()), size, "en"))
    made = issued(
        ticket(event_name=name, venue_name=name, venue_address=name, holder_name=name, tariff_name=name, category=name),
        ticket(2, zone=name, row_label=name, seat_label=name),
        ticket(3, options=(TicketOption(name, {}, 100),) * 9, answers=(TicketAnswer(name, name),) * 3),
    )
    found = codes(tickets_pdf(made, size, "en"))
    assert [[text for text, _, _ in page] for page in found] == [[item.code] for item in made.tickets]
    assert all(abs(page[0][n] - plain[0][0][n]) <= 4 for page in found for n in (1, 2))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.text(max_size=120), label=st.text(min_size=35, max_size=60))
def test_any_text_at_all_prints_and_scans(name: str, label: str) -> None:
    made = issued(ticket(event_name=name, holder_name=name, zone=label, row_label=label, seat_label=label))
    (page,) = codes(tickets_pdf(made, Paper.A6, "fr"))
    assert [text for text, _, _ in page] == [made.tickets[0].code]


def boxes(pdf: bytes, said: str) -> list[tuple[float, float, float, float]]:
    """Where the first page says this, letter by letter: left, bottom, right, top in millimetres."""
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    start, count = page.search(said).get_next()
    return [tuple(edge / 72 * 25.4 for edge in page.get_charbox(n)) for n in range(start, start + count)]


@pytest.mark.parametrize("size", Paper)
@pytest.mark.parametrize("tag", ["en", "fr"])
def test_everything_stands_within_the_margins(size: Paper, tag: str) -> None:
    pdf = tickets_pdf(issued(ticket(event_name=LONG, zone=LONG, row_label=LONG, seat_label=LONG)), size, tag)
    page, (width, _) = pypdfium2.PdfDocument(pdf)[0].get_textpage(), PAPER_MM[size]
    margin = {Paper.A4: 20, Paper.A6: 8, Paper.PHONE: 7}[size] - 0.5
    for n in range(page.count_chars()):
        if page.get_text_range(n, 1).strip():
            left, _, right, _ = (edge / 72 * 25.4 for edge in page.get_charbox(n))
            assert margin <= left and right <= width - margin, page.get_text_range(max(0, n - 20), 40)


@pytest.mark.parametrize("size", Paper)
@pytest.mark.parametrize(
    ("tag", "number", "admits"),
    [("en", "No. 4294967295", "Admits one, once"), ("fr", "N° 4294967295", "Valable pour une entrée")],
)
def test_the_number_and_whom_it_admits_stand_on_one_line(size: Paper, tag: str, number: str, admits: str) -> None:
    pdf = tickets_pdf(issued(ticket(serial=4294967295)), size, tag)
    lines = [{round(bottom) for _, bottom, _, _ in boxes(pdf, said)[:2]} for said in (number, admits)]
    assert abs(max(lines[0]) - max(lines[1])) <= 1
    assert boxes(pdf, number)[-1][2] < boxes(pdf, admits)[0][0]


def test_markup_in_a_name_is_text() -> None:
    (text,) = texts(tickets_pdf(issued(ticket(event_name="<b>Tom & Jerry</b> {{ 7 * 7 }}")), Paper.A4, "en"))
    assert "<b>Tom & Jerry</b> {{ 7 * 7 }}" in text


def test_the_letters_are_the_tickets_own() -> None:
    """Fails where the fonts are not installed: paper would come out in whatever the machine has."""
    found = fonts(tickets_pdf(issued(ticket(event_name="Ночь", holder_name="ليلى", zone="日本")), Paper.A4, "en"))
    assert found >= {"Inter", "Inter-Bold", "Inter-Display-Bold", "DejaVu-Sans", "Droid-Sans-Fallback-Bold"}


def test_digits_are_not_emoji() -> None:
    found = fonts(tickets_pdf(issued(ticket()), Paper.A4, "en"))
    assert not any("Emoji" in name for name in found)


def test_nothing_is_ever_fetched() -> None:
    for address in ("https://example.org/a.png", "file:///etc/passwd", "data:text/plain,hello", "ftp://example.org/"):
        with pytest.raises(FetchRefused):
            NothingFetched().fetch(address)


def test_the_document_asks_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def note(self: NothingFetched, url: str, headers: object = None) -> None:
        asked.append(url)
        raise FetchRefused(url)

    monkeypatch.setattr(NothingFetched, "fetch", note)
    tickets_pdf(issued(ticket(event_name="<img src=https://example.org/a.png>")), Paper.A4, "en")
    assert asked == []


def test_the_same_tickets_are_the_same_bytes() -> None:
    made = issued(ticket(), ticket(2))
    assert tickets_pdf(made, Paper.A4, "fr") == tickets_pdf(made, Paper.A4, "fr")


def test_tickets_of_many_orders_go_in_one_file() -> None:
    orders: list[Issued] = [issued(ticket(n)) for n in range(1, 6)]
    pages = [record for order in orders for record in records.of(order, "en")]
    pdf = tickets.pdf(pages, Paper.A6, "en", title="A day’s tickets", author="Théâtre du Passage")
    assert [page[0][0] for page in codes(pdf)] == [order.tickets[0].code for order in orders]
