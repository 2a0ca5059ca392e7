"""What an invoice or a credit note says, ready to be set: every date and amount in words, lines that are alike counted.

The template sees this record and nothing else. User text is cleaned here, once (`legible.clean`). Amounts include their
VAT, as prices do; the summary by rate says how much of them it is.
"""

from collections.abc import Iterable, Mapping
from itertools import groupby

from msgspec import Struct

from printing import qr
from ticketing import creditors, formats
from ticketing.billing import Address
from ticketing.formats import Language
from ticketing.invoicing import Document, DocumentKind, InvoiceLine
from ticketing.legible import clean
from ticketing.vat import VatShare

EPC_NAME_CHARS_MAX = 70
EPC_BYTES_MAX = 331


class Words(Struct, frozen=True, kw_only=True):
    """The words of one language. Those with braces are filled in here."""

    titles: Mapping[DocumentKind, str]
    credits: str
    page: str
    date: str
    due: str
    order: str
    vat_number: str
    count: str
    what: str
    unit: str
    amount: str
    total: str
    settled: str
    to_pay: str
    paid: str
    credited: str
    vat: str
    rate: str
    net: str
    tax: str
    gross: str
    without_vat: str
    payment: str
    holder: str
    iban: str
    bic: str
    reference: str
    until: str
    scan: str


EN = Words(
    titles={DocumentKind.INVOICE: "Invoice", DocumentKind.CREDIT_NOTE: "Credit note"},
    credits="for invoice {label}",
    page="Page",
    date="Date",
    due="Payable by",
    order="Order",
    vat_number="VAT number",
    count="Qty",
    what="Description",
    unit="Price",
    amount="Amount",
    total="Total",
    settled="Paid or credited already",
    to_pay="To pay",
    paid="Paid, with thanks. Nothing is left to pay.",
    credited="This amount is no longer owed. What of it was paid goes back.",
    vat="VAT in the total",
    rate="Rate",
    net="Net",
    tax="VAT",
    gross="Gross",
    without_vat="No VAT is charged.",
    payment="Payment",
    holder="Account holder",
    iban="IBAN",
    bic="BIC",
    reference="Reference",
    until="Payable by",
    scan="Scan with your banking app",
)

FR = Words(
    titles={DocumentKind.INVOICE: "Facture", DocumentKind.CREDIT_NOTE: "Avoir"},
    credits="sur la facture {label}",
    page="Page",
    date="Date",
    due="À payer jusqu’au",
    order="Commande",
    vat_number="N° de TVA",
    count="Qté",
    what="Désignation",
    unit="Prix",
    amount="Montant",
    total="Total",
    settled="Déjà payé ou crédité",
    to_pay="À payer",
    paid="Payée, merci. Il ne reste rien à payer.",
    credited="Ce montant n’est plus dû. Ce qui en a été payé est remboursé.",
    vat="TVA comprise dans le total",
    rate="Taux",
    net="Hors taxe",
    tax="TVA",
    gross="TTC",
    without_vat="Sans TVA.",
    payment="Paiement",
    holder="Titulaire du compte",
    iban="IBAN",
    bic="BIC",
    reference="Référence",
    until="À payer jusqu’au",
    scan="À scanner par l’app bancaire",
)

WORDS: Mapping[Language, Words] = {Language.EN: EN, Language.FR: FR}


class Fact(Struct, frozen=True):
    """A label and what it says."""

    label: str
    text: str


class Row(Struct, frozen=True):
    """Lines that are alike: how many, of what, for how much each and in all."""

    count: str
    what: str
    unit: str
    amount: str


class Group(Struct, frozen=True):
    """The rows of one date, or of what has none."""

    title: str
    when: str
    rows: tuple[Row, ...]


class Tax(Struct, frozen=True):
    """What of the total is at one rate, in words."""

    rate: str
    net: str
    tax: str
    gross: str


class Slip(Struct, frozen=True):
    """How to pay, where no QR-bill says it: the facts of a transfer; `code_path` is the QR's outline in a square of
    `code_side` modules, empty where there is none."""

    facts: tuple[Fact, ...]
    code_path: str
    code_side: int


class InvoiceRecord(Struct, frozen=True):
    """An invoice as printed. `closing` says what to do, or that nothing is to be done; `slip` None: a QR-bill, or
    nothing to pay."""

    title: str
    label: str
    credits: str
    seller: tuple[str, ...]
    buyer: tuple[str, ...]
    facts: tuple[Fact, ...]
    groups: tuple[Group, ...]
    total: str
    settled: str
    to_pay: str
    taxes: tuple[Tax, ...]
    closing: str
    note: tuple[str, ...]
    slip: Slip | None


def of(paper: Document) -> InvoiceRecord:
    """The record of a document, in its buyer's language."""
    tag = paper.locale
    words = WORDS[formats.language(tag)]
    settled_cents = paper.total_cents - paper.due_cents if paper.due_cents else 0
    return InvoiceRecord(
        title=words.titles[paper.kind],
        label=clean(paper.label),
        credits=words.credits.replace("{label}", clean(paper.credits)) if paper.credits else "",
        seller=address(paper.seller, paper.seller.country),
        buyer=address(paper.buyer, paper.seller.country),
        facts=_facts(
            (words.date, formats.whole_day(paper.issued_on, tag)),
            (words.due, formats.whole_day(paper.due_on, tag) if paper.due_on else ""),
            (words.order, paper.order_code),
            (words.vat_number, clean(paper.vat_number)),
        ),
        groups=tuple(_groups(paper, tag)),
        total=formats.money(paper.total_cents, paper.currency, tag),
        settled=formats.money(-settled_cents, paper.currency, tag) if settled_cents else "",
        to_pay=formats.money(paper.due_cents, paper.currency, tag) if settled_cents else "",
        taxes=tuple(_tax(share, paper.currency, tag) for share in paper.vat),
        closing=_closing(paper, words),
        note=tuple(filter(None, (clean(line) for line in paper.note.split("\n")))),
        slip=_slip(paper, words),
    )


def address(where: Address, home: str) -> tuple[str, ...]:
    """The lines of an address, its country in capitals only where it is not `home`."""
    place = " ".join(filter(None, (clean(where.postal_code), clean(where.city))))
    abroad = formats.territory(where.country) if where.country and where.country != home else ""
    return tuple(filter(None, (clean(where.name), clean(where.street), place, abroad)))


def has_qr_bill(paper: Document) -> bool:
    """Whether it is paid by a Swiss QR-bill: francs or euros to a Swiss or Liechtenstein account."""
    return bool(paper.due_cents) and creditors.is_swiss(paper.iban) and paper.currency in ("CHF", "EUR")


def epc_text(paper: Document) -> str | None:
    """The text of the QR that banking apps read (EPC069-12, version 2, UTF-8), for euros within SEPA; else None."""
    if paper.currency != "EUR" or not paper.due_cents or not creditors.is_sepa(paper.iban):
        return None
    name = clean(paper.seller.name, EPC_NAME_CHARS_MAX)
    amount = f"EUR{paper.due_cents // 100}.{paper.due_cents % 100:02d}"
    text = "\n".join(("BCD", "002", "1", "SCT", paper.bic, name, paper.iban, amount, "", paper.reference))
    return text if len(text.encode()) <= EPC_BYTES_MAX else None


def _closing(paper: Document, words: Words) -> str:
    if paper.kind is DocumentKind.CREDIT_NOTE:
        return words.credited
    return "" if paper.due_cents else words.paid


def _groups(paper: Document, tag: str) -> Iterable[Group]:
    """Lines by what they are of, those that are alike as one row."""
    for (title, starts_at), some in groupby(paper.lines, key=lambda line: (line.title, line.starts_at)):
        lines = list(some)
        yield Group(
            title=clean(title),
            when=_when(lines[0], tag) if starts_at else "",
            rows=tuple(_rows(lines, paper.currency, tag)),
        )


def _rows(lines: Iterable[InvoiceLine], currency: str, tag: str) -> Iterable[Row]:
    for (label, amount_cents), alike in groupby(lines, key=lambda line: (line.label, line.amount_cents)):
        count = len(list(alike))
        yield Row(
            count=formats.number(count, tag),
            what=clean(label),
            unit=formats.money(amount_cents, currency, tag),
            amount=formats.money(count * amount_cents, currency, tag),
        )


def _when(line: InvoiceLine, tag: str) -> str:
    assert line.starts_at is not None, "a date begins"
    day = formats.short_day(line.starts_at, line.time_zone, tag)
    hour = formats.hour(line.starts_at, line.time_zone, tag)
    return " · ".join(filter(None, (f"{day}, {hour}", clean(line.venue))))


def _tax(share: VatShare, currency: str, tag: str) -> Tax:
    return Tax(
        rate=formats.rate(share.rate_thousandths, tag),
        net=formats.money(share.amount_cents - share.vat_cents, currency, tag),
        tax=formats.money(share.vat_cents, currency, tag),
        gross=formats.money(share.amount_cents, currency, tag),
    )


def _slip(paper: Document, words: Words) -> Slip | None:
    if not paper.due_cents or not paper.iban or has_qr_bill(paper):
        return None
    tag, text = paper.locale, epc_text(paper)
    path, side = qr.payment_outline(text) if text else ("", 0)
    return Slip(
        _facts(
            (words.holder, clean(paper.seller.name)),
            (words.iban, creditors.shown(paper.iban)),
            (words.bic, paper.bic),
            (words.reference, creditors.grouped(paper.reference)),
            (words.amount, formats.money(paper.due_cents, paper.currency, tag)),
            (words.until, formats.whole_day(paper.due_on, tag) if paper.due_on else ""),
        ),
        path,
        side,
    )


def _facts(*told: tuple[str, str]) -> tuple[Fact, ...]:
    return tuple(Fact(label, text) for label, text in told if text)
