"""Mails about an order: as HTML with its styles inlined, and as plain text, in the customer's language.

A mail may be sent twice, because a worker that ends between the sending and the noting sends again. So its Message-ID
is made from the job's: mail readers and servers know the second for the first. Nothing a customer typed reaches a
header but the address, which is checked; names stand in the body only.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from msgspec import Struct

from mailing import records
from mailing.records import OrderMail
from ticketing.jobs import MailKind
from ticketing.legible import clean
from ticketing.tickets import OrderSheet

TEMPLATES = Path(__file__).parent / "templates"
MAIL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
ATTACHMENT_NAME_CHARS_MAX = 80


class Attachment(Struct, frozen=True):
    """A PDF, by the name it is saved under."""

    name: str
    content: bytes


def message(
    kind: MailKind,
    sheet: OrderSheet,
    mail_id: str,
    sender: str,
    now: datetime,
    link: str = "",
    attachments: Sequence[Attachment] = (),
    to: str = "",
) -> EmailMessage:
    """The mail of that kind about an order, ready to hand over: to its customer, or to the address `to`.

    `mail_id` is the job's, the same at each try; `sender` is an address, or a name and an address; `link` is where the
    order can be seen, absolute, or empty.
    """
    assert MAIL_ID.fullmatch(mail_id), "a mail's id goes into its Message-ID as it is"
    assert not link or link.startswith(("https://", "http://")), "a link is absolute"
    mail = records.of(kind, sheet, link)
    made = _envelope(mail, to or sheet.head.customer_email, sender, mail_id, now)
    made.set_content(_environment().get_template("order.txt").render(mail=mail))
    made.add_alternative(_html(mail), subtype="html")
    for attachment in attachments:
        made.add_attachment(
            attachment.content, maintype="application", subtype="pdf", filename=_file_name(attachment.name)
        )
    made["Content-Language"] = mail.language
    return made


def _envelope(mail: OrderMail, to: str, sender: str, mail_id: str, now: datetime) -> EmailMessage:
    name, address = parseaddr(sender)
    recipient, domain = _deliverable(to), _deliverable(address).rpartition("@")[2]
    made = EmailMessage(policy=(SMTP if recipient.isascii() else SMTPUTF8).clone(cte_type="7bit"))
    made["From"] = Address(clean(name) or mail.organiser, addr_spec=_deliverable(address))
    made["To"] = recipient
    made["Subject"] = mail.subject
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{mail_id}@{domain}>"
    made["Auto-Submitted"] = "auto-generated"
    return made


def _deliverable(address: str) -> str:
    """An address with its domain as servers look it up; what cannot be written so is left for them to refuse."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def _html(mail: OrderMail) -> str:
    style = Markup((TEMPLATES / "mail.css").read_text())
    html = _environment().get_template("order.html").render(mail=mail, style=style)
    return _inliner().inline(html)


def _file_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:ATTACHMENT_NAME_CHARS_MAX].strip("-.") or "tickets.pdf"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(load_remote_stylesheets=False)
