"""Sessions of customers: a secret in the browser, its SHA-256 here. They are not those of staff, and open nothing
there.

People buy tickets some times a year, and on their own telephone: a session lasts for a month, or a week unused. So what
would harm in other hands (another address, another password, the end of the account) wants more: that the browser has
lately shown that its owner reads the customer's mail, or that the password is typed again.
"""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from ticketing.db import Database
from ticketing.ids import new_id, new_secret, secret_hash
from ticketing.refusals import NotSignedIn
from ticketing.sql import Connection, load

LASTS = timedelta(days=30)
IDLE_MAX = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=10)
PROVED_FOR = timedelta(minutes=30)
"""How long after signing in nothing more is asked."""
AGENT_CHARS_MAX = 200
SECRET_CHARS_MAX = 100

SQL = load("customer_sessions")


class CustomerSession(Struct, frozen=True):
    """A customer who is signed in. `proved_at`: when this browser last showed that it reads their mail, or knows their
    password."""

    id: UUID
    customer_id: UUID
    organisation_id: UUID
    email: str
    name: str
    locale: str
    has_password: bool
    deletion_asked_at: datetime | None
    proved_at: datetime
    seen_at: datetime

    def proved(self, now: datetime) -> bool:
        """Whether that was so lately that nothing more is asked."""
        return now - self.proved_at < PROVED_FOR


async def start(c: Connection, customer_id: UUID, address: str, agent: str, now: datetime) -> str:
    """Open a session, in the caller's transaction; the secret for the browser."""
    secret = new_secret()
    await SQL.forget.run(c, now=now, idle_since=now - IDLE_MAX)
    await SQL.open.run(
        c, session_id=new_id(), customer_id=customer_id, hash=secret_hash(secret), address=address,
        agent=agent[:AGENT_CHARS_MAX], now=now, ends_at=now + LASTS,
    )  # fmt: skip
    return secret


async def find(db: Database, organisation_id: UUID, secret: str, now: datetime) -> CustomerSession:
    """The session that a secret opens at an organisation, or NotSignedIn."""
    if not secret or len(secret) > SECRET_CHARS_MAX:
        raise NotSignedIn()
    values = {"organisation_id": organisation_id, "hash": secret_hash(secret), "now": now, "idle_since": now - IDLE_MAX}
    async with db.read() as c:
        found = await SQL.find.one(c, CustomerSession, **values)
        if found is None:
            raise NotSignedIn()
        if found.seen_at < now - SEEN_EVERY:
            await SQL.seen.run(c, session_id=found.id, now=now)
    return found


async def count_of(db: Database, customer_id: UUID, now: datetime) -> int:
    """With how many browsers a customer is signed in."""
    async with db.read() as c:
        count: int = await SQL.count_of.value(c, customer_id=customer_id, now=now, idle_since=now - IDLE_MAX)
    return count


async def confirm(db: Database, session_id: UUID, now: datetime) -> None:
    """The password was typed again."""
    async with db.read() as c:
        await SQL.confirm.run(c, session_id=session_id, now=now)


async def close(db: Database, session: CustomerSession) -> None:
    """Sign this browser out."""
    async with db.read() as c:
        await SQL.close.run(c, customer_id=session.customer_id, session_id=session.id)


async def close_all(db: Database, customer_id: UUID) -> None:
    """Sign a customer out everywhere."""
    async with db.read() as c:
        await end(c, customer_id)


async def end(c: Connection, customer_id: UUID, but: UUID | None = None) -> None:
    """The same, in the caller's transaction, everywhere or everywhere else."""
    await SQL.close_others.run(c, customer_id=customer_id, session_id=but)
