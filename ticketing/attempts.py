"""Tries of passwords and codes, and how long to wait for the next.

Somebody who guesses is slowed down, and must not be able to slow down anybody else. So tries are counted by the pair of
the account that is named and the network address that names it: after a few, each wait is twice as long as the one
before, for that pair alone. A guesser with many addresses is met by a second count, of all tries of an account from
addresses that it was never signed in from; whoever comes from a known address is judged by that address alone, and
waits a minute at most. A link sent by mail makes an address known, so the owner always has a way in.

A try is counted before it is judged, in one statement, so that a thousand at once are no better than one after the
other. Accounts are named by a hash, whether they exist or not: an answer tells nothing about that.
"""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from uuid import UUID

from ticketing.db import Database
from ticketing.refusals import TooManyRequests
from ticketing.sql import Connection, load

FREE_TRIES = 5
"""That many may come at once."""
WAIT = timedelta(seconds=30)
WAIT_MAX, WAIT_KNOWN_MAX = timedelta(minutes=15), timedelta(minutes=1)
FORGOTTEN_AFTER = timedelta(hours=1)
STRANGERS_TRIES_MAX = 50
"""From all unknown addresses together, in an hour."""
KNOWN_FOR = timedelta(days=180)

SQL = load("attempts")


class Tried(StrEnum):
    """What is tried."""

    PASSWORD = "password"
    CODE = "code"
    """The second factor, by who knows the password."""


async def begin(
    db: Database, what: Tried, email: str, address: str, now: datetime, organisation: UUID | None = None
) -> None:
    """Count a try that is about to be judged: of a staff account, or of a customer's of an organisation.

    TooManyRequests when it comes too soon; that one is not counted.
    """
    account, since = _hash(what, email, organisation), now - FORGOTTEN_AFTER
    named = {"email": _folded(email), "organisation_id": organisation}
    async with db.read() as c:
        known = await SQL.is_known.value(c, address=address, **named)
        if not known:
            tries = await SQL.from_strangers.value(c, account_hash=account, since=since, **named)
            if tries >= STRANGERS_TRIES_MAX:
                raise TooManyRequests(retry_s=ceil(WAIT_MAX.total_seconds()))
        free_at = await SQL.begin.value(
            c, account_hash=account, address=address, now=now, since=since, free_tries=FREE_TRIES, wait=WAIT,
            wait_max=WAIT_KNOWN_MAX if known else WAIT_MAX,
        )  # fmt: skip
        if free_at is None:
            free_at = await SQL.free_at.value(c, account_hash=account, address=address) or now
            raise TooManyRequests(retry_s=max(1, ceil((free_at - now).total_seconds())))


async def succeeded(
    db: Database, what: Tried, email: str, address: str, now: datetime, organisation: UUID | None = None
) -> None:
    """The try was right: the pair begins anew."""
    async with db.read() as c:
        await SQL.clear.run(c, account_hash=_hash(what, email, organisation), address=address)
        await SQL.forget.run(c, before=now - FORGOTTEN_AFTER)


async def know(db: Database, staff_id: UUID, address: str, now: datetime) -> None:
    """Somebody is signed in from this address, or has opened a mail there."""
    async with db.read() as c:
        await SQL.know.run(c, staff_id=staff_id, address=address, now=now)
        await SQL.forget_known.run(c, staff_id=staff_id, before=now - KNOWN_FOR)


async def know_customer(c: Connection, customer_id: UUID, address: str, now: datetime) -> None:
    """The same of a customer, in the caller's transaction."""
    await SQL.know_customer.run(c, customer_id=customer_id, address=address, now=now)
    await SQL.forget_known_of.run(c, customer_id=customer_id, before=now - KNOWN_FOR)


def _hash(what: Tried, email: str, organisation: UUID | None) -> bytes:
    whose = f" {organisation}" if organisation else ""
    return hashlib.sha256(f"{what} {_folded(email)}{whose}".encode()).digest()


def _folded(email: str) -> str:
    return email.strip().lower()
