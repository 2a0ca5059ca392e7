"""Invoices as PDFs: what they say, what their codes say to an independent reader, and where the QR-bill stands."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pypdfium2
import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from printing import invoice_records
from printing.invoices import bill_svg, invoice_pdf
from ticketing import creditors
from ticketing.billing import Address
from ticketing.invoicing import Document, DocumentKind, InvoiceLine
from ticketing.vat import VatShare

QR_IBAN, SWISS, IRISH = "CH4431999123000889012", "CH9300762011623852957", "IE64IRCE92050112345678"
THEATRE = Address("Théâtre du Lac", "Quai du Lac 4", "1003", "Lausanne", "CH")
BUYER = Address("Compagnie Exemple SA", "Rue du Lac 5", "1800", "Vevey", "CH")
AT = datetime(2026, 12, 10, 19, 30, tzinfo=UTC)
HOSTILE = "<img src='file:///etc/passwd'>&amp;{{ 7 * 7 }}\x00\u202e" + "W" * 300


def line(label: str = "Stalls, A-1, Full", cents: int = 4500, rate: int | None = 8100) -> InvoiceLine:
    vat = round(cents * rate / (100_000 + rate)) if rate else 0
    return InvoiceLine(label, cents, rate, vat, "The Lighthouse Keeper", "Main house", "Europe/Zurich", AT)


def paper(iban: str = QR_IBAN, currency: str = "CHF", lines: tuple[InvoiceLine, ...] = (), **more: Any) -> Document:
    lines = lines or (line(), line("Stalls, A-2, Full"))
    total = sum(one.amount_cents for one in lines)
    values: dict[str, Any] = {
        "kind": DocumentKind.INVOICE, "label": "TL-2026-00042", "order_code": "7K3M9PQX",
        "issued_on": date(2026, 11, 22), "due_on": date(2026, 12, 2), "locale": "en", "seller": THEATRE,
        "vat_number": "CHE123456789TVA", "buyer": BUYER, "email": "books@example.org", "lines": lines,
        "vat": (VatShare(8100, total, sum(one.vat_cents for one in lines)),), "currency": currency,
        "total_cents": total, "due_cents": max(0, total), "iban": iban,
        "reference": creditors.reference(iban, "7K3M9PQX") if iban else "",
    }  # fmt: skip
    return Document(**values | more)


def read(pdf: bytes) -> tuple[str, list[str], int]:
    """The text on one line, what the codes of the last page say, and how many pages there are."""
    document = pypdfium2.PdfDocument(pdf)
    text = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)
    codes = zxingcpp.read_barcodes(document[len(document) - 1].render(scale=3).to_pil())
    return text.replace("\xa0", " ").replace("\u202f", " "), [code.text for code in codes], len(document)


def test_it_says_all_that_it_must() -> None:
    text, _, pages = read(invoice_pdf(paper()))
    assert pages == 1
    for said in (
        "Invoice TL-2026-00042", "22 November 2026", "2 December 2026", "7K3M9PQX", "CHE123456789TVA",
        "Théâtre du Lac Quai du Lac 4 1003 Lausanne", "Compagnie Exemple SA Rue du Lac 5 1800 Vevey",
        "The Lighthouse Keeper Thu, 10 Dec 2026, 20:30 · Main house", "Stalls, A-1, Full 1 45.00 CHF 45.00 CHF",
        "Total 90.00 CHF", "8.1% 83.26 CHF 6.74 CHF 90.00 CHF", "Payment part", "Receipt",
    ):  # fmt: skip
        assert said in text, said


def test_in_french() -> None:
    text, _, _ = read(invoice_pdf(paper(locale="fr-CH")))
    for said in ("Facture TL-2026-00042", "2 décembre 2026", "TVA comprise dans le total", "Section paiement"):
        assert said in text, said


@pytest.mark.parametrize(
    ("iban", "kind", "reference"),
    [(QR_IBAN, "QRR", "000000000000002610412162533"), (SWISS, "SCOR", "RF857K3M9PQX")],
)
def test_the_qr_bill_says_what_the_paper_says(iban: str, kind: str, reference: str) -> None:
    _, (code,), _ = read(invoice_pdf(paper(iban)))
    fields = code.split("\r\n")
    assert fields[:4] == ["SPC", "0200", "1", iban]
    assert fields[4:11] == ["S", "Théâtre du Lac", "Quai du Lac 4", "", "1003", "Lausanne", "CH"]
    assert fields[18:20] == ["90.00", "CHF"]
    assert fields[20:27] == ["S", "Compagnie Exemple SA", "Rue du Lac 5", "", "1800", "Vevey", "CH"]
    assert fields[27:31] == [kind, reference, "TL-2026-00042", "EPD"]


def test_a_buyer_without_an_address_is_written_in_by_hand() -> None:
    _, (code,), _ = read(invoice_pdf(paper(buyer=Address("Zoë Müller"))))
    assert code.split("\r\n")[20:27] == [""] * 7
    assert "Payable by (name/address)" in bill_svg(paper(buyer=Address("Zoë Müller")))


def test_letters_that_a_qr_bill_cannot_hold_are_written_without() -> None:
    _, (code,), _ = read(invoice_pdf(paper(buyer=Address("Ł Đoković ハ € ﬁn", "", "1000", "Lausanne", "CH"))))
    assert code.split("\r\n")[21] == "Ł Đoković € fin"


def test_the_bill_stands_at_the_foot_of_the_last_page_and_nothing_lies_under_it() -> None:
    many = paper(lines=tuple(line(f"Stalls, {n}, Full") for n in range(60)))
    pdf = invoice_pdf(many)
    document = pypdfium2.PdfDocument(pdf)
    texts = [page.get_textpage() for page in document]
    assert len(document) > 2 and all("Payment part" not in text.get_text_range() for text in texts[:-1])
    last = texts[-1]
    foot_pt = 105 / 25.4 * 72
    for n in range(last.count_chars()):
        left, bottom, right, top = last.get_charbox(n)
        assert top < foot_pt or bottom > foot_pt or right - left == 0, last.get_text_range(n, 1)
    assert "Page 3/" in texts[2].get_text_range() or len(document) < 3


def test_euros_within_sepa_are_paid_by_the_code_of_the_banks() -> None:
    text, (code,), _ = read(invoice_pdf(paper(IRISH, "EUR", bic="AIBKIE2D")))
    assert code.split("\n") == [
        "BCD", "002", "1", "SCT", "AIBKIE2D", "Théâtre du Lac", IRISH, "EUR90.00", "", "RF857K3M9PQX",
    ]  # fmt: skip
    for said in ("IE64 IRCE 9205 0112 3456 78", "RF85 7K3M 9PQX", "90.00 €"):
        assert said in text


def test_other_money_is_paid_without_a_code() -> None:
    text, codes, _ = read(invoice_pdf(paper("UA213223130000026007233566001", "UAH")))
    assert codes == [] and "UA21 3223 1300 0002 6007 2335 6600 1" in text


def test_what_is_paid_asks_for_nothing() -> None:
    settled = paper("", due_cents=0, due_on=None)
    text, codes, _ = read(invoice_pdf(settled))
    assert codes == [] and "Nothing is left to pay." in text and "IBAN" not in text


def test_what_is_paid_in_part_says_the_rest() -> None:
    text, (code,), _ = read(invoice_pdf(paper(due_cents=1000)))
    assert "Paid or credited already -80.00 CHF To pay 10.00 CHF" in text
    assert code.split("\r\n")[18] == "10.00"


def test_a_credit_note_names_its_invoice() -> None:
    lines = (line(cents=-4500),)
    note = paper("", lines=lines, kind=DocumentKind.CREDIT_NOTE, credits="TL-2026-00041", due_on=None)
    text, codes, _ = read(invoice_pdf(note))
    assert "Credit note TL-2026-00042 for invoice TL-2026-00041" in text and "-45.00 CHF" in text and codes == []


def test_lines_that_are_alike_are_counted() -> None:
    record = invoice_records.of(paper(lines=(line(), *[line("Standing, Full", 2000)] * 12)))
    rows = record.groups[0].rows
    assert [(row.count, row.what) for row in rows] == [("1", "Stalls, A-1, Full"), ("12", "Standing, Full")]
    assert "240" in rows[1].amount and "20" in rows[1].unit


def test_nothing_typed_is_more_than_text() -> None:
    wild = Address(HOSTILE, HOSTILE, "1", HOSTILE, "CH")
    text, _, _ = read(invoice_pdf(paper(lines=(line(HOSTILE),), buyer=wild, note=f"{HOSTILE}\n{{{{ 1 }}}}")))
    assert "<img src='file:///etc/passwd'>&amp;{{ 7 * 7 }}" in text and "{{ 1 }}" in text


def test_the_same_document_gives_the_same_bytes() -> None:
    assert invoice_pdf(paper()) == invoice_pdf(msgspec.json.decode(msgspec.json.encode(paper()), type=Document))


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=90), st.text(max_size=40), st.integers(1, 99_999_999))
def test_any_name_and_any_amount_make_a_bill(name: str, city: str, cents: int) -> None:
    made = paper(buyer=Address(name, "", "1", city, "CH"), lines=(line(cents=cents),))
    _, (code,), _ = read(invoice_pdf(made))
    assert code.split("\r\n")[18] == f"{cents // 100}.{cents % 100:02d}"
