"""Mails that people write to their buyers: a subject and paragraphs, the reader's name and the event filled in.

The link at the foot, and the headers that mail readers make a button of (RFC 8058), end such mails for the reader
without signing in. What was typed stands in the body as text, whatever it looks like.
"""

from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy

from msgspec import Struct

from mailing import envelopes
from ticketing import mailings
from ticketing.formats import Language
from ticketing.legible import clean
from ticketing.mailings import BODY_CHARS_MAX, SUBJECT_CHARS_MAX, Text

LINE_CHARS_MAX = BODY_CHARS_MAX


class Address(UnstructuredHeader):
    """A header that holds an address of a page: on one line however long, since a line end inside would break it, and
    the standard library would encode it instead."""

    name: str

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


HEADERS = HeaderRegistry()
HEADERS.map_to_type("list-unsubscribe", Address)  # type: ignore[arg-type]  # it is mixed into a header


class BuyerMail(Struct, frozen=True):
    """What a mail says, for its templates: paragraphs of lines."""

    language: str
    subject: str
    organiser: str
    paragraphs: tuple[tuple[str, ...], ...]
    because: str
    opt_out: str
    opt_out_url: str


BECAUSE: Mapping[str, str] = {
    Language.EN: "{organiser} writes to you because you bought tickets for {event}.",
    Language.FR: "{organiser} vous écrit parce que vous avez acheté des billets pour {event}.",
}
OPT_OUT: Mapping[str, str] = {
    Language.EN: "No more mails like this one",
    Language.FR: "Ne plus recevoir ces messages",
}


def mail(text: Text, language: str, name: str, event: str, organiser: str, opt_out_url: str) -> BuyerMail:
    """The mail as somebody of that name reads it."""
    shown, house = clean(event), clean(organiser)
    written = mailings.filled(text, clean(name), shown)
    blocks = written.body.replace("\r\n", "\n").split("\n\n")
    lines = (tuple(clean(line, LINE_CHARS_MAX) for line in block.strip("\n").split("\n")) for block in blocks)
    return BuyerMail(
        language=language,
        subject=clean(written.subject, SUBJECT_CHARS_MAX),
        organiser=house,
        paragraphs=tuple(block for block in lines if any(block)),
        because=BECAUSE[language].replace("{organiser}", house).replace("{event}", shown),
        opt_out=OPT_OUT[language],
        opt_out_url=opt_out_url,
    )


def message(mail: BuyerMail, to: str, mail_id: str, sender: str, now: datetime) -> EmailMessage:
    """The mail, ready to hand over."""
    made = envelopes.envelope(mail.subject, to, sender, mail.organiser, mail_id, now)
    envelopes.fill(made, "buyers", mail)
    assert isinstance(made.policy, EmailPolicy), "envelopes are made so"
    made.policy = made.policy.clone(header_factory=HEADERS)
    made["List-Unsubscribe"] = f"<{mail.opt_out_url}>"
    made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return made


def shown(mail: BuyerMail) -> str:
    """The mail's HTML, as it is sent."""
    return envelopes.html("buyers", mail)
