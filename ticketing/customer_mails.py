"""Mails to customers about their accounts: asked for in the transaction that gives cause to them, worked out when they
are sent.

A link is asked for by an address, whether anybody has it or not: the one who asks is answered at once and the same, and
only the worker finds out. Whoever was forgotten is known nowhere, so their last mail carries what it needs.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from ticketing import customer_links, jobs
from ticketing.customer_links import CustomerLinkKind, Onward, Sought
from ticketing.db import Database
from ticketing.jobs import CustomerMailKind, Job, SendCustomerMail
from ticketing.sql import Connection, load

PAGES = {
    CustomerMailKind.EMAIL_CHANGING: "/data",
    CustomerMailKind.EMAIL_CHANGED: "",
    CustomerMailKind.PASSWORD_CHANGED: "/password",
    CustomerMailKind.DELETION_ASKED: "/deletion",
}
"""Where the button of a mail leads that opens nothing by itself, below the account."""
LINK_KINDS = {
    CustomerMailKind.SIGN_IN: CustomerLinkKind.SIGN_IN,
    CustomerMailKind.EMAIL_CHANGE: CustomerLinkKind.EMAIL,
}

SQL = load("customer_mails")


class Reader(Struct, frozen=True):
    """Who is written to, and for which organisation. `id` None: they were forgotten."""

    id: UUID | None
    email: str
    name: str
    locale: str
    organisation: str


class CustomerLetter(Struct, frozen=True):
    """A mail to be written: to whom, why, and where its button leads; an empty `path` is no button."""

    kind: CustomerMailKind
    to: Reader
    path: str


async def ask(
    c: Connection,
    mail: CustomerMailKind,
    organisation: UUID,
    box_office: str,
    email: str,
    customer: UUID | None = None,
    browser: str = "",
    onward: Onward = Onward.ORDERS,
) -> None:
    """Ask for a mail, in the caller's transaction."""
    wanted = SendCustomerMail(
        mail=mail, organisation=organisation, box_office=box_office, email=email, customer=customer, browser=browser,
        onward=onward,
    )  # fmt: skip
    await jobs.enqueue(c, Job.SEND_CUSTOMER_MAIL, wanted)


async def say_goodbye(c: Connection, organisation: UUID, email: str, name: str, locale: str) -> None:
    """Ask for the last mail to somebody who is forgotten in this transaction."""
    wanted = SendCustomerMail(
        mail=CustomerMailKind.FORGOTTEN, organisation=organisation, box_office="", email=email, name=name, locale=locale
    )  # fmt: skip
    await jobs.enqueue(c, Job.SEND_CUSTOMER_MAIL, wanted)


async def letter(
    db: Database, secret: bytes, asked: SendCustomerMail, job: str, now: datetime
) -> CustomerLetter | None:
    """The mail that was asked for, by what is true now; None when nobody is there to read it, or has enough of them."""
    to = await _reader(db, asked)
    if to is None:
        return None
    account = f"/shop/{asked.box_office}/account"
    if asked.mail is CustomerMailKind.FORGOTTEN:
        return CustomerLetter(asked.mail, to, "")
    if asked.mail in PAGES:
        return CustomerLetter(asked.mail, to, account + PAGES[asked.mail])
    assert to.id is not None, "links are for customers"
    sought = Sought(
        kind=LINK_KINDS[asked.mail], customer_id=to.id, email=to.email,
        browser_hash=bytes.fromhex(asked.browser) or None, onward=Onward(asked.onward),
    )  # fmt: skip
    opens = await customer_links.make(db, secret, sought, job, now)
    return CustomerLetter(asked.mail, to, f"{account}/links/{opens}") if opens else None


async def _reader(db: Database, asked: SendCustomerMail) -> Reader | None:
    """Who the mail is for, at the address that it is to go to."""
    of = {"organisation_id": asked.organisation}
    async with db.read() as c:
        if asked.mail is CustomerMailKind.FORGOTTEN:
            name = await SQL.organisation.value(c, **of)
            return Reader(None, asked.email, asked.name, asked.locale, name or "")
        if asked.customer is None:
            return await SQL.by_email.one(c, Reader, email=asked.email, **of)
        found = await SQL.by_id.one(c, Reader, customer_id=asked.customer, **of)
    return replace(found, email=asked.email) if found else None
