"""Mails to the staff: every kind in both languages, and that no name gets into a header or the markup."""

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default

import pytest

from mailing.accounts import WORDS, message
from ticketing.formats import Language
from ticketing.jobs import AccountMailKind

NOW = datetime(2026, 5, 16, 18, tzinfo=UTC)
LINK = "https://tickets.example.org/admin/security"


def sent(kind: AccountMailKind, language: str, name: str = "Camille", organisation: str = "Théâtre") -> EmailMessage:
    """The mail as a reader sees it: written to bytes and parsed again."""
    made = message(kind, "camille@example.org", name, language, LINK, organisation, "mail-1", "no@example.org", NOW)
    return email.message_from_bytes(made.as_bytes(), policy=default)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", AccountMailKind)
def test_every_mail_says_who_it_is_for_what_to_do_and_what_if_it_was_not_asked_for(
    kind: AccountMailKind, language: Language
) -> None:
    letter, mail = WORDS[language][kind], sent(kind, language)
    assert (mail["To"], mail["Content-Language"]) == ("camille@example.org", language)
    plain, html = (mail.get_body((part,)).get_content() for part in ("plain", "html"))
    for text in (plain, html, mail["Subject"]):
        assert "{" not in text.partition("</style>")[2 if "</style>" in text else 0]
    for text in (plain, html):
        assert "Camille" in text and LINK in text
    one_line = " ".join(plain.split())
    assert letter.otherwise.replace("{organisation}", "Théâtre")[:60] in one_line


def test_names_are_text() -> None:
    mail = sent(AccountMailKind.INVITATION, "en", "<b>Eve</b>", "House\r\nBcc: all@example.org")
    assert mail["Bcc"] is None and "Bcc: all@example.org" in mail["Subject"]
    assert "<b>Eve" not in mail.get_body(("html",)).get_content()
