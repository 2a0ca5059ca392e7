"""Mails to buyers: what they say in both languages, that nothing typed becomes markup or a header, and the way out."""

import email
from email.message import EmailMessage
from email.policy import default

import pytest

from mailing import buyers
from tests.printing.samples import STARTS
from ticketing.mailings import Text

LINK = "https://tickets.a-rather-long-name.example.org/opt-out/" + "A" * 120
SCRIPT = "<script>alert(1)</script>"


def sent(text: Text, language: str = "en", name: str = "Zoë Martin", event: str = "Le Cid") -> EmailMessage:
    """The mail as a reader sees it: written to bytes and parsed again."""
    mail = buyers.mail(text, language, name, event, "Théâtre du Passage", LINK)
    made = buyers.message(mail, "zoe@example.org", "mail-1", "tickets@example.org", STARTS)
    return email.message_from_bytes(made.as_bytes(), policy=default)


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_name_and_event_are_filled_in(kind: str) -> None:
    mail = sent(Text("{event}: news", "Dear {name},\n\nsee {event}\nearly."))
    said = body(mail, kind)
    assert mail["Subject"] == "Le Cid: news" and "Dear Zoë Martin," in said and "see Le Cid" in said
    assert LINK in said and "because you bought tickets for Le Cid" in said


def test_in_french() -> None:
    mail = sent(Text("Nouvelles", "Bonjour {name}"), "fr")
    assert mail["Content-Language"] == "fr" and "Ne plus recevoir ces messages" in body(mail, "plain")


def test_the_way_out_is_one_line_and_one_click() -> None:
    mail = sent(Text("News", "Words."))
    assert mail["List-Unsubscribe"] == f"<{LINK}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("text", [SCRIPT, "{{ 7 * 7 }}", "x\r\nBcc: all@example.org"])
def test_what_people_typed_stays_text(text: str) -> None:
    mail = sent(Text("About {name}", text), name=text, event=text)
    assert SCRIPT not in body(mail, "html") and "49" not in body(mail, "html")
    assert mail["Bcc"] is None and "\n" not in mail["Subject"]
