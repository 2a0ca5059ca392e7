"""Mails to customers about their accounts, in each language."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from mailing import customers
from ticketing.jobs import CustomerMailKind

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LINK = "https://tickets.example.org/shop/season/account/links/secret"


def made(kind: CustomerMailKind, tag: str = "en", name: str = "Ann", house: str = "The House", link: str = LINK):
    given = (kind, "ann@example.org", name, tag, link, house, "send-customer-mail-7", "tickets@example.org", NOW)
    return customers.message(*given)


def parts(message: EmailMessage) -> tuple[str, str]:
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and html is not None
    return str(plain.get_content()), str(html.get_content())


@pytest.mark.parametrize("tag", ["en", "fr-CH"])
@pytest.mark.parametrize("kind", CustomerMailKind)
def test_every_kind_is_written_in_every_language(kind: CustomerMailKind, tag: str) -> None:
    message = made(kind, tag)
    plain, html = parts(message)
    assert message["From"] == "The House <tickets@example.org>" and message["To"] == "ann@example.org"
    assert message["Content-Language"] == tag[:2] and "{" not in message["Subject"] + plain
    assert "{" not in html.split("</style>")[-1]
    linked = bool(customers.EN[kind].button)
    assert (LINK in plain) is linked and (f'href="{LINK}"' in html) is linked


def test_a_stranger_is_not_told_whose_account_it_is() -> None:
    assert "Ann" not in "".join(parts(made(CustomerMailKind.EMAIL_CHANGE)))
    assert "Hello Ann," in parts(made(CustomerMailKind.SIGN_IN))[0]


def test_the_last_mail_has_no_link() -> None:
    assert "<a " not in parts(made(CustomerMailKind.FORGOTTEN, link=""))[1]


def test_what_people_typed_reaches_no_header_and_no_mark_up() -> None:
    message = made(CustomerMailKind.SIGN_IN, name="<b>Ann</b>", house="House\r\nBcc: eve@example.org")
    assert message["Bcc"] is None and "<b>Ann" not in parts(message)[1]
