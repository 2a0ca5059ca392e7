"""Mails about an order: as HTML with its styles inlined, and as plain text, in the customer's language.

A mail may be sent twice, because a worker that ends between the sending and the noting sends again. So its Message-ID
is made from the job's: mail readers and servers know the second for the first. Nothing a customer typed reaches a
header but the address, which is checked; names stand in the body only.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage

from msgspec import Struct

from mailing import envelopes, records
from ticketing.jobs import MailKind
from ticketing.tickets import OrderSheet

ATTACHMENT_NAME_CHARS_MAX = 80


class Attachment(Struct, frozen=True):
    """A file, by the name it is saved under."""

    name: str
    content: bytes
    media_type: str = "application/pdf"


def message(
    kind: MailKind,
    sheet: OrderSheet,
    mail_id: str,
    sender: str,
    now: datetime,
    link: str = "",
    attachments: Sequence[Attachment] = (),
    to: str = "",
    attached: bool = True,
    own: bool = False,
    at_counter: bool = False,
) -> EmailMessage:
    """The mail of that kind about an order, ready to hand over: to its customer, or to the address `to`.

    `mail_id` is the job's, the same at each try; `sender` is an address, or a name and an address; `link` is where the
    tickets are, absolute, or empty; `attached`: they are among the attachments too; `own`: the link leads to all of
    the order, as its buyer alone sees it; `at_counter`: the tickets wait there.
    """
    assert not link or link.startswith(("https://", "http://")), "a link is absolute"
    mail = records.of(kind, sheet, link, attached=attached, own=own, at_counter=at_counter)
    made = envelopes.envelope(mail.subject, to or sheet.head.customer_email, sender, mail.organiser, mail_id, now)
    envelopes.fill(made, "order", mail)
    for attachment in attachments:
        maintype, _, subtype = attachment.media_type.partition("/")
        name = _file_name(attachment.name)
        if maintype == "text":
            made.add_attachment(attachment.content.decode(), subtype=subtype, cte="base64", filename=name)
        else:
            made.add_attachment(attachment.content, maintype=maintype, subtype=subtype, filename=name)
    return made


def _file_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:ATTACHMENT_NAME_CHARS_MAX].strip("-.") or "tickets.pdf"
