"""What every mail has: its headers, its plain part, and its HTML with the styles inlined.

Nothing people typed reaches a header but the address, which is checked, and the subject, from which line ends were
cleaned; the Message-ID is made from the id of the job, so that a mail sent twice is known for one.
"""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from typing import Protocol

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ticketing.legible import clean
from ticketing.refusals import InputRefused, SettingRefused
from ticketing.texts import email_of, host_of

TEMPLATES = Path(__file__).parent / "templates"
MAIL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Unwritable(ValueError):
    """What was taken for an address is none: no mail can be written to it."""


class Said(Protocol):
    """What a mail says, for its templates."""

    @property
    def language(self) -> str: ...


def envelope(subject: str, to: str, sender: str, sender_name: str, mail_id: str, now: datetime) -> EmailMessage:
    """A mail with its headers. `sender` is an address, or a name and an address; `sender_name` stands in for none.

    Raises Unwritable: addresses go into headers by their parts, never as a text that is read again.
    """
    assert MAIL_ID.fullmatch(mail_id), "a mail's id goes into its Message-ID as it is"
    name, address = parseaddr(sender)
    (local, host), (own, domain) = mailbox(to), mailbox(address)
    made = EmailMessage(policy=(SMTP if local.isascii() else SMTPUTF8).clone(cte_type="7bit"))
    made["From"] = Address(clean(name) or sender_name, own, domain)
    made["To"] = Address(username=local, domain=host)
    made["Subject"] = subject
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{mail_id}@{domain}>"
    made["Auto-Submitted"] = "auto-generated"
    return made


def fill(made: EmailMessage, template: str, mail: Said) -> None:
    """Write what a mail says into it, by the templates `<template>.txt` and `<template>.html`."""
    made.set_content(_environment().get_template(f"{template}.txt").render(mail=mail))
    made.add_alternative(html(template, mail), subtype="html")
    made["Content-Language"] = mail.language


def html(template: str, mail: Said) -> str:
    """What a mail says as HTML, by the template `<template>.html`, its styles inlined."""
    style = Markup((TEMPLATES / "mail.css").read_text())
    return _inliner().inline(_environment().get_template(f"{template}.html").render(mail=mail, style=style))


def ensure_sender(sender: str) -> None:
    """SettingRefused for a sender that no mail can be from: else each mail would be its recipient's fault."""
    try:
        mailbox(parseaddr(sender)[1])
    except Unwritable:
        raise SettingRefused(name="PLACEUR_MAIL_FROM", problem="it must be an address, or Name <address>") from None


def mailbox(address: str) -> tuple[str, str]:
    """The two parts of an address, the domain as servers look it up. Raises Unwritable."""
    try:
        local, _, domain = email_of(address).rpartition("@")
    except InputRefused:
        raise Unwritable("no mail can be written to this address") from None
    return local, host_of(domain)


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
