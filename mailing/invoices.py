"""Mails that bring an invoice or a credit note: the paper attached, and in the mail what is to be paid, until when and
how, for who pays from the mail without opening it.
"""

from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage

from msgspec import Struct

from mailing import envelopes
from ticketing import creditors, formats
from ticketing.formats import Language
from ticketing.invoicing import Document, DocumentKind
from ticketing.legible import clean

SUBJECT_CHARS_MAX = 120


class Words(Struct, frozen=True, kw_only=True):
    """The words of one language; what is in braces is filled in."""

    headings: Mapping[DocumentKind, str]
    subject: str
    intros: Mapping[DocumentKind, str]
    settled: str
    hello: str
    amount: str
    due: str
    holder: str
    iban: str
    bic: str
    reference: str
    footer: str


EN = Words(
    headings={DocumentKind.INVOICE: "Invoice {label}", DocumentKind.CREDIT_NOTE: "Credit note {label}"},
    subject="{heading} of {organiser}",
    intros={
        DocumentKind.INVOICE: "Attached is the invoice for your order {code}.",
        DocumentKind.CREDIT_NOTE: "Attached is the credit note for what was taken back of your order {code}: the "
        "invoice {credits} is no longer owed so far. What of it was paid goes back.",
    },
    settled="Nothing is left to pay.",
    hello="Hello {name},",
    amount="To pay",
    due="Payable by",
    holder="Account holder",
    iban="IBAN",
    bic="BIC",
    reference="Reference",
    footer="{organiser} sends this mail because of the order {code}.",
)
FR = Words(
    headings={DocumentKind.INVOICE: "Facture {label}", DocumentKind.CREDIT_NOTE: "Avoir {label}"},
    subject="{heading} de {organiser}",
    intros={
        DocumentKind.INVOICE: "Vous trouverez ci-joint la facture de votre commande {code}.",
        DocumentKind.CREDIT_NOTE: "Vous trouverez ci-joint l’avoir pour ce qui a été repris de votre commande {code} : "
        "ce montant de la facture {credits} n’est plus dû. Ce qui en a été payé est remboursé.",
    },
    settled="Il ne reste rien à payer.",
    hello="Bonjour {name},",
    amount="À payer",
    due="À payer jusqu’au",
    holder="Titulaire du compte",
    iban="IBAN",
    bic="BIC",
    reference="Référence",
    footer="{organiser} vous envoie ce message en raison de la commande {code}.",
)
WORDS: Mapping[Language, Words] = {Language.EN: EN, Language.FR: FR}


class Fact(Struct, frozen=True):
    """A label and what it says."""

    label: str
    text: str


class InvoiceMail(Struct, frozen=True):
    """What a mail says, for its templates."""

    language: str
    subject: str
    organiser: str
    heading: str
    hello: str
    intro: str
    settled: str
    facts: tuple[Fact, ...]
    footer: str


def mail(paper: Document) -> InvoiceMail:
    """The mail of a document, in its buyer's language."""
    words, tag = WORDS[formats.language(paper.locale)], paper.locale
    organiser = clean(paper.seller.name)
    filled = {
        "label": clean(paper.label),
        "organiser": organiser,
        "code": paper.order_code,
        "credits": clean(paper.credits),
        "name": clean(paper.buyer.name),
    }
    heading = _filled(words.headings[paper.kind], filled)
    owed = (
        (words.amount, formats.money(paper.due_cents, paper.currency, tag)),
        (words.due, formats.whole_day(paper.due_on, tag) if paper.due_on else ""),
        (words.holder, organiser if paper.iban else ""),
        (words.iban, creditors.shown(paper.iban)),
        (words.bic, paper.bic),
        (words.reference, creditors.grouped(paper.reference)),
    )
    return InvoiceMail(
        language=formats.language(tag),
        subject=clean(_filled(words.subject, filled | {"heading": heading}), SUBJECT_CHARS_MAX),
        organiser=organiser,
        heading=heading,
        hello=_filled(words.hello, filled),
        intro=_filled(words.intros[paper.kind], filled),
        settled=words.settled if paper.kind is DocumentKind.INVOICE and not paper.due_cents else "",
        facts=tuple(Fact(label, text) for label, text in owed if text) if paper.due_cents else (),
        footer=_filled(words.footer, filled),
    )


def message(paper: Document, pdf: bytes, mail_id: str, sender: str, now: datetime, to: str = "") -> EmailMessage:
    """The mail with its paper, ready to hand over: to the buyer, or to the address `to`."""
    told = mail(paper)
    made = envelopes.envelope(told.subject, to or paper.email, sender, told.organiser, mail_id, now)
    envelopes.fill(made, "invoice", told)
    made.add_attachment(pdf, maintype="application", subtype="pdf", filename=file_name(paper))
    return made


def file_name(paper: Document) -> str:
    """What a document is saved as: its number, in letters that every file system takes."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "-" for sign in paper.label)
    return f"{plain.strip('-.') or 'invoice'}.pdf"


def _filled(text: str, fields: Mapping[str, str]) -> str:
    for name, value in fields.items():
        text = text.replace(f"{{{name}}}", value)
    return text
