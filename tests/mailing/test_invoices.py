"""Mails that bring invoices: what they say in both languages, the paper with them, and no name in a header."""

import email
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from mailing.invoices import file_name, message
from tests.printing.test_invoices import AT, HOSTILE, IRISH, SWISS, paper
from ticketing.billing import Address
from ticketing.invoicing import Document, DocumentKind


def sent(document: Document, **options: Any) -> EmailMessage:
    """The mail as a reader sees it: written to bytes and parsed again."""
    made = message(document, b"%PDF-", "mail-0001", "tickets@example.org", AT, **options)
    return email.message_from_bytes(made.as_bytes(), policy=default)


def plain(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content().replace("\xa0", " ").replace("\u202f", " ")


def test_it_says_what_to_pay_and_brings_the_paper() -> None:
    mail = sent(paper(SWISS))
    assert mail["Subject"] == "Invoice TL-2026-00042 of Théâtre du Lac"
    assert (mail["To"], mail["Message-ID"]) == ("books@example.org", "<mail-0001@example.org>")
    for said in (
        "Hello Compagnie Exemple SA,", "your order 7K3M9PQX", "To pay: 90.00 CHF", "Payable by: 2 December 2026",
        "IBAN: CH93 0076 2011 6238 5295 7", "Reference: RF85 7K3M 9PQX",
    ):  # fmt: skip
        assert said in plain(mail), said
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("TL-2026-00042.pdf", b"%PDF-")


def test_in_french() -> None:
    mail = sent(paper(IRISH, "EUR", locale="fr"))
    assert mail["Subject"] == "Facture TL-2026-00042 de Théâtre du Lac"
    for said in ("Bonjour Compagnie Exemple SA,", "À payer: 90,00 €", "À payer jusqu’au: 2 décembre 2026"):
        assert said in plain(mail), said


@pytest.mark.parametrize("locale", ["en", "fr", "de", ""])
@pytest.mark.parametrize("kind", DocumentKind)
def test_every_kind_in_every_language(kind: DocumentKind, locale: str) -> None:
    mail = sent(paper("", due_cents=0, kind=kind, locale=locale, credits="TL-2026-00041"))
    assert "{" not in plain(mail) and "{" not in mail["Subject"] and "IBAN" not in plain(mail)
    assert ("TL-2026-00041" in plain(mail)) is (kind is DocumentKind.CREDIT_NOTE)


def test_no_name_is_more_than_text() -> None:
    wild = Address(f"{HOSTILE}\r\nBcc: everybody@example.org", "", "", "", "")
    mail = sent(paper(seller=wild, buyer=wild, label="A/..\\B:2026-00001"), to="other@example.org")
    assert mail["Bcc"] is None and mail["To"] == "other@example.org"
    assert "<img" not in mail.get_body(("html",)).get_content()
    assert file_name(paper(label="A/..\\B:2026-00001")) == "A-..-B-2026-00001.pdf"
