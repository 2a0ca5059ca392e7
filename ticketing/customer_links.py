"""Links sent by mail to customers: one lets a browser in, one takes another address for the account.

The link's secret is drawn from the installation's secret and the name of the job that mails it, so a job that runs
twice writes the same mail; here only its SHA-256 is kept, with the moment it ends. Looking at the page of a link uses
nothing up, since mail servers look at links before people do: the browser that asked for the link goes in by itself,
and any other asks its reader to press a button.
"""

import base64
import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from ticketing import sealing
from ticketing.db import Database
from ticketing.ids import secret_hash
from ticketing.refusals import LinkSpent
from ticketing.sql import Connection, load

PURPOSE = "placeur customer links"
SECRET_CHARS_MAX = 100
FRESH = timedelta(hours=1)
FRESH_MAX = 6
"""So many links of a kind are sent for an account in that time, and no more: a mailbox cannot be filled from here."""

SQL = load("customer_links")


class CustomerLinkKind(StrEnum):
    """What a link is for."""

    SIGN_IN = "sign-in"
    EMAIL = "email"
    """To take the address that it was sent to."""


class Onward(StrEnum):
    """The page of the account that whoever is let in goes on to."""

    ORDERS = ""
    PASSWORD = "password"
    DATA = "data"
    DELETION = "deletion"


LASTS = {CustomerLinkKind.SIGN_IN: timedelta(minutes=15), CustomerLinkKind.EMAIL: timedelta(hours=1)}


class CustomerLink(Struct, frozen=True):
    """A link that is good. `email` is where it was sent."""

    customer_id: UUID
    kind: CustomerLinkKind
    email: str
    browser_hash: bytes | None
    onward: Onward
    name: str
    locale: str

    def asked_by(self, browser: str) -> bool:
        """Whether it was this browser that asked for it."""
        return self.browser_hash is not None and hmac.compare_digest(self.browser_hash, secret_hash(browser))


class Sought(Struct, frozen=True, kw_only=True):
    """A link to be made: for whom, sent where, asked for by which browser (the hash of its name)."""

    kind: CustomerLinkKind
    customer_id: UUID
    email: str
    browser_hash: bytes | None = None
    onward: Onward = Onward.ORDERS


async def make(db: Database, secret: bytes, sought: Sought, job: str, now: datetime) -> str | None:
    """The secret of the link that this job sends, the same each time; None when enough were sent of late."""
    key = sealing.key(secret, PURPOSE)
    drawn = hmac.digest(key, f"{sought.kind} {sought.customer_id} {job}".encode(), "sha256")
    text = base64.urlsafe_b64encode(drawn).decode().rstrip("=")
    async with db.transaction() as c:
        await SQL.forget.run(c, now=now)
        await SQL.lock.run(c, customer_id=sought.customer_id)
        made = await SQL.make.run(
            c, hash=secret_hash(text), customer_id=sought.customer_id, kind=sought.kind, email=sought.email,
            browser_hash=sought.browser_hash, onward=sought.onward, now=now, ends_at=now + LASTS[sought.kind],
            since=now - FRESH, fresh_max=FRESH_MAX,
        )  # fmt: skip
        known = made or await SQL.is_there.value(c, hash=secret_hash(text))
    return text if known else None


async def find(db: Database, organisation_id: UUID, text: str, now: datetime) -> CustomerLink:
    """The link of this secret at an organisation, as long as it is good; LinkSpent otherwise."""
    async with db.read() as c:
        return await found(c, organisation_id, text, now)


async def found(c: Connection, organisation_id: UUID, text: str, now: datetime) -> CustomerLink:
    """The same, in the caller's transaction."""
    if len(text) <= SECRET_CHARS_MAX:
        values = {"organisation_id": organisation_id, "hash": secret_hash(text), "now": now}
        link = await SQL.find.one(c, CustomerLink, **values)
        if link is not None:
            return link
    raise LinkSpent()


async def use(c: Connection, text: str, now: datetime) -> None:
    """Use a link up, in the transaction that does what it is for. LinkSpent when somebody was quicker."""
    if not await SQL.use.run(c, hash=secret_hash(text), now=now):
        raise LinkSpent()


async def end(c: Connection, customer_id: UUID, now: datetime) -> None:
    """No link of a customer opens anything any more."""
    await SQL.end_all.run(c, customer_id=customer_id, now=now)
