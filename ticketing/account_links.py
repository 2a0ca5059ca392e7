"""Links sent by mail that open an account once: to set a first password, or a new one.

The link's secret is drawn from the installation's secret and the name of the job that mails it, so a job that runs
twice writes the same mail; here only its SHA-256 is kept, with the moment it ends. Opening the page of a link uses
nothing up, since mail servers look at links before people do; setting the password does, and ends every other link and
session of the account. A second factor stays: a mailbox alone does not open an account that has one.
"""

import base64
import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from ticketing import attempts, audit, sealing, staff
from ticketing.attempts import Tried
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.ids import secret_hash
from ticketing.refusals import LinkSpent
from ticketing.sql import load
from ticketing.texts import text_of

PURPOSE = "placeur account links"
SECRET_CHARS_MAX = 100
FRESH = timedelta(hours=1)
FRESH_MAX = 3
"""So many links of a kind are sent to an account in that time, and no more: a mailbox cannot be filled from here."""

SQL = load("account_links")


class LinkKind(StrEnum):
    """What a link is for."""

    PASSWORD_RESET = "password-reset"
    INVITATION = "invitation"


LASTS = {LinkKind.PASSWORD_RESET: timedelta(hours=1), LinkKind.INVITATION: timedelta(days=7)}


class Link(Struct, frozen=True):
    """A link that is good, and whose account it opens."""

    staff_id: UUID
    kind: LinkKind
    email: str
    name: str
    locale: str | None
    ends_at: datetime


async def make(db: Database, secret: bytes, kind: LinkKind, staff_id: UUID, job: str, now: datetime) -> str | None:
    """The secret of the link that this job sends, the same each time; None when enough were sent of late."""
    key = sealing.key(secret, PURPOSE)
    drawn = hmac.digest(key, f"{kind} {staff_id} {job}".encode(), "sha256")
    text = base64.urlsafe_b64encode(drawn).decode().rstrip("=")
    async with db.transaction() as c:
        await SQL.forget.run(c, now=now)
        await SQL.lock.run(c, staff_id=staff_id)
        made = await SQL.make.run(
            c, hash=secret_hash(text), staff_id=staff_id, kind=kind, now=now, ends_at=now + LASTS[kind],
            since=now - FRESH, fresh_max=FRESH_MAX,
        )  # fmt: skip
        known = made or await SQL.is_there.value(c, hash=secret_hash(text))
    return text if known else None


async def find(db: Database, text: str, now: datetime) -> Link:
    """The link of this secret, as long as it is good; LinkSpent otherwise."""
    if len(text) > SECRET_CHARS_MAX:
        raise LinkSpent()
    async with db.read() as c:
        found = await SQL.find.one(c, Link, hash=secret_hash(text), now=now)
    if found is None:
        raise LinkSpent()
    return found


async def use(db: Database, text: str, password: str, name: str, address: str, now: datetime) -> Link:
    """Set the account's password (and, for an invitation, its name). LinkSpent, InputRefused."""
    link, hash = await find(db, text, now), await staff.hashed(password)
    called = text_of(name, "name") if link.kind is LinkKind.INVITATION else link.name
    async with db.transaction() as c:
        if not await SQL.use.run(c, hash=secret_hash(text), now=now):
            raise LinkSpent()
        await SQL.end_others.run(c, staff_id=link.staff_id, now=now)
        await staff.set_password(c, link.staff_id, hash, None)
        await SQL.rename.run(c, staff_id=link.staff_id, name=called)
        by = Actor(organisation_id=None, staff_id=link.staff_id, address=address)
        act = "invitation.accepted" if link.kind is LinkKind.INVITATION else "password.reset"
        await audit.note(c, by, act, Subject(kind="staff", id=link.staff_id, name=link.email), now)
    await attempts.know(db, link.staff_id, address, now)
    await attempts.succeeded(db, Tried.PASSWORD, link.email, address, now)
    return link
