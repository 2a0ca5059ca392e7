"""Mails to the staff: asked for in the transaction that gives cause to them, worked out when they are sent.

A reset of the password is asked for by an address, whether anybody has it or not: the one who asks is answered at once
and the same, and only the worker finds out.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from ticketing import account_links, audit, jobs
from ticketing.account_links import LinkKind
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.jobs import AccountMailKind, Job, SendAccountMail
from ticketing.sql import Connection, load

SIGN_IN, SECURITY, PASSWORD = "/admin/sign-in", "/admin/security", "/admin/password/{secret}"

SQL = load("account_mails")


class Addressee(Struct, frozen=True):
    """Who is written to; `opened` once they have a password."""

    id: UUID
    email: str
    name: str
    locale: str | None
    opened: bool
    organisation: str


class AccountLetter(Struct, frozen=True):
    """A mail to be written: to whom, why, and where its link leads."""

    kind: AccountMailKind
    to: Addressee
    path: str


async def ask(c: Connection, kind: AccountMailKind, email: str, organisation: UUID | None = None) -> None:
    """Ask for a mail, in the caller's transaction."""
    await jobs.enqueue(c, Job.SEND_ACCOUNT_MAIL, SendAccountMail(mail=kind, email=email, organisation=organisation))


async def note_change(c: Connection, by: Actor, act: str, email: str, name: str, now: datetime) -> None:
    """What opens an account was changed, in the caller's transaction: a line in the audit log, a mail to its owner."""
    assert by.staff_id is not None
    await audit.note(c, by, act, Subject(kind="staff", id=by.staff_id, name=name), now)
    await ask(c, AccountMailKind.SECURITY_CHANGED, email)


async def letter(db: Database, secret: bytes, asked: SendAccountMail, job: str, now: datetime) -> AccountLetter | None:
    """The mail that was asked for, by what is true now; None when nobody has that address, or has enough of them."""
    async with db.read() as c:
        to = await SQL.addressee.one(c, Addressee, email=asked.email, organisation_id=asked.organisation)
    if to is None:
        return None
    if asked.mail in (AccountMailKind.SECURITY_CHANGED, AccountMailKind.SECOND_FACTORS_RESET):
        return AccountLetter(asked.mail, to, SECURITY)
    if asked.mail is AccountMailKind.INVITATION and to.opened:
        return AccountLetter(AccountMailKind.WELCOME, to, SIGN_IN)
    kind = LinkKind.INVITATION if asked.mail is AccountMailKind.INVITATION else LinkKind.PASSWORD_RESET
    opens = await account_links.make(db, secret, kind, to.id, job, now)
    return AccountLetter(asked.mail, to, PASSWORD.replace("{secret}", opens)) if opens else None
