"""Invoices and credit notes to PDF, A4: the paper, and at the foot of its last page the Swiss QR-bill where it is paid
by one.

The bill has its place to the millimetre (SIX, Implementation Guidelines QR-bill 2.3, chapter 3: 210 x 105 mm at the
bottom edge), so it is a page of its own that is laid over the last one, where a space is left for it. The library
`qrbill` draws it. As everywhere here, text is escaped and nothing is fetched.
"""

import unicodedata
from decimal import Decimal
from functools import cache
from io import BytesIO, StringIO
from typing import Any

import pikepdf
from babel.numbers import get_currency_precision
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from pikepdf import Name
from qrbill import QRBill
from qrbill.bill import mm
from weasyprint import CSS, HTML
from weasyprint.document import Document as Laid
from weasyprint.text.fonts import FontConfiguration

from printing import invoice_records
from printing.invoice_records import WORDS
from printing.looks import TEMPLATES, NothingFetched
from ticketing import formats
from ticketing.billing import CITY_CHARS_MAX, NAME_CHARS_MAX, POSTAL_CODE_CHARS_MAX, STREET_CHARS_MAX, Address
from ticketing.invoicing import Document
from ticketing.legible import clean

BILL_FONTS = "Arial, Helvetica, 'Liberation Sans', Inter, sans-serif"
"""Those that a QR-bill may be set in (Implementation Guidelines, 3.4), and what is there without them."""
RECEIPT_BLANK = (mm(52), mm(20))
BILL_LETTERS = ((0x20, 0x7E), (0xA0, 0x17F), (0x218, 0x21B), (0x20AC, 0x20AC))
"""The signs that a QR-bill may hold (Implementation Guidelines, 4.1.1)."""


class Bill(QRBill):  # type: ignore[misc]
    """The library's bill in the fonts that are there; its receipt leaves 52 x 20 mm for a name written by hand, as the
    guidelines have it, and not 5 mm of the amount's."""

    font_family = BILL_FONTS

    def draw_blank_rect(self, dwg: Any, grp: Any, x: Any, y: Any, width: Any, height: Any) -> None:
        super().draw_blank_rect(dwg, grp, x, y, width, RECEIPT_BLANK[1] if width == RECEIPT_BLANK[0] else height)


def invoice_pdf(paper: Document) -> bytes:
    """A document as a PDF, in its buyer's language; the same document gives the same bytes.

    Holds the GIL for some 100 ms, the first QR-bill of a process for longer: run it in a process of its own. ValueError
    for a QR-bill that cannot be, which `billing.change` and `creditors` see to.
    """
    with_bill = invoice_records.has_qr_bill(paper)
    laid = _laid(_html(paper, with_bill, many=False), "invoice")
    if len(laid.pages) > 1:
        laid = _laid(_html(paper, with_bill, many=True), "invoice")
    made: bytes = laid.write_pdf()
    return _with_bill(made, _laid(_bill_html(paper), "bill").write_pdf()) if with_bill else made


def _html(paper: Document, with_bill: bool, many: bool) -> str:
    language = formats.language(paper.locale)
    record = invoice_records.of(paper)
    return (
        _environment()
        .get_template("invoice.html")
        .render(record=record, words=WORDS[language], language=language, with_bill=with_bill, many=many)
    )


def _bill_html(paper: Document) -> str:
    drawn = Markup(bill_svg(paper))  # drawn by the library, which escapes what it is told
    return _environment().get_template("bill.html").render(bill=drawn, label=paper.label)


def bill_svg(paper: Document) -> str:
    """The payment part and the receipt, drawn. The reference's kind follows from the account."""
    units = Decimal(paper.due_cents).scaleb(-get_currency_precision(paper.currency))
    bill = Bill(
        account=paper.iban,
        creditor=_party(paper.seller),
        debtor=_party(paper.buyer),
        amount=units,
        currency=paper.currency,
        reference_number=paper.reference,
        additional_information=_latin(paper.label, NAME_CHARS_MAX),
        language=formats.language(paper.locale).value,
    )
    drawn = StringIO()
    bill.as_svg(drawn)
    return drawn.getvalue().partition("?>")[2].lstrip()


def _party(who: Address) -> dict[str, str] | None:
    """A name and an address as the bill takes them; None without a place, which is then written in by hand."""
    party = {
        "name": _latin(who.name, NAME_CHARS_MAX),
        "street": _latin(who.street, STREET_CHARS_MAX),
        "pcode": _latin(who.postal_code, POSTAL_CODE_CHARS_MAX),
        "city": _latin(who.city, CITY_CHARS_MAX),
        "country": who.country,
    }
    return party if all(party[part] for part in ("name", "pcode", "city", "country")) else None


def _latin(text: str, chars_max: int) -> str:
    """What of a text a QR-bill may hold: other signs by their letter without marks, or not at all."""
    plain = ""
    for sign in clean(text):
        near = (
            sign
            if _is_allowed(sign)
            else "".join(one for one in unicodedata.normalize("NFKD", sign) if _is_allowed(one))
        )
        plain += near
    return " ".join(plain.split())[:chars_max].strip()


def _is_allowed(sign: str) -> bool:
    return any(first <= ord(sign) <= last for first, last in BILL_LETTERS)


def _with_bill(paper: bytes, bill: bytes) -> bytes:
    """The bill over the last page of the paper."""
    made = BytesIO()
    with pikepdf.open(BytesIO(paper)) as document, pikepdf.open(BytesIO(bill)) as slip:
        page, drawn = document.pages[-1], document.copy_foreign(slip.pages[0].as_form_xobject())
        page.add_resource(drawn, Name.XObject, Name.Bill)
        page.contents_add(b"q", prepend=True)
        page.contents_add(b"Q q /Bill Do Q")
        document.save(made, deterministic_id=True)
    return made.getvalue()


def _laid(html: str, style: str) -> Laid:
    source = HTML(string=html, url_fetcher=NothingFetched())
    return source.render(stylesheets=[_style(style)], font_config=FontConfiguration())


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


@cache
def _style(name: str) -> Any:
    return CSS(string=(TEMPLATES / f"{name}.css").read_text(), url_fetcher=NothingFetched())
