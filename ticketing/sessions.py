"""Sessions of staff: a secret in the browser, its SHA-256 here.

The secret is another one after each step of signing in, so what was planted before opens nothing after; and it is
exchanged every hour, the old one good for a minute more, for what was under way. A session ends after a day, or two
hours unused, whichever comes first.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from ticketing.db import Database
from ticketing.ids import new_id, new_secret, secret_hash
from ticketing.refusals import NotFound, NotSignedIn
from ticketing.sql import Connection, load

LASTS = timedelta(hours=24)
STEP_LASTS = timedelta(minutes=10)
"""How long the second factor may be waited for."""
IDLE_MAX = timedelta(hours=2)
ROTATED_EVERY = timedelta(hours=1)
GRACE = timedelta(minutes=1)
SEEN_EVERY = timedelta(minutes=1)
CONFIRMED_FOR = timedelta(minutes=10)
"""How long after the password was typed it is not asked again."""
AGENT_CHARS_MAX = 200
SECRET_CHARS_MAX = 100

SQL = load("sessions")


class Stage(StrEnum):
    """How far somebody has signed in."""

    PASSWORD = "password"
    """The second factor is still to come: nothing else is open."""
    FULL = "full"


class Session(Struct, frozen=True):
    """Who is signed in. `renewed` is the secret to give the browser instead of the one it showed."""

    id: UUID
    staff_id: UUID
    email: str
    name: str
    locale: str | None
    stage: Stage
    confirmed_at: datetime
    renewed: str | None = None

    def confirmed(self, now: datetime) -> bool:
        """Whether the password was typed so lately that it need not be asked again."""
        return now - self.confirmed_at < CONFIRMED_FOR


class Device(Struct, frozen=True):
    """Where somebody is signed in."""

    id: UUID
    address: str
    agent: str
    created_at: datetime
    seen_at: datetime


async def start(db: Database, staff_id: UUID, stage: Stage, address: str, agent: str, now: datetime) -> str:
    """Open a session; the secret for the browser."""
    secret = new_secret()
    ends_at = now + (LASTS if stage is Stage.FULL else STEP_LASTS)
    async with db.read() as c:
        await SQL.forget.run(c, now=now, idle_since=now - IDLE_MAX)
        await SQL.open.run(
            c, session_id=new_id(), staff_id=staff_id, hash=secret_hash(secret), stage=stage, address=address,
            agent=agent[:AGENT_CHARS_MAX], now=now, ends_at=ends_at,
        )  # fmt: skip
    return secret


async def find(db: Database, secret: str, now: datetime) -> Session:
    """The session that a secret opens, or NotSignedIn."""
    if not secret or len(secret) > SECRET_CHARS_MAX:
        raise NotSignedIn()
    hash = secret_hash(secret)
    async with db.read() as c:
        times = {"now": now, "idle_since": now - IDLE_MAX, "grace_since": now - GRACE}
        row = await SQL.find.row(c, hash=hash, **times)
        if row is None:
            raise NotSignedIn()
        renewed = None
        if row["newest"] and row["rotated_at"] < now - ROTATED_EVERY:
            fresh = new_secret()
            if await SQL.rotate.run(c, session_id=row["id"], hash=hash, new_hash=secret_hash(fresh), now=now):
                renewed = fresh
        if row["seen_at"] < now - SEEN_EVERY:
            await SQL.seen.run(c, session_id=row["id"], now=now)
    known = {name: row[name] for name in ("id", "staff_id", "email", "name", "locale", "confirmed_at")}
    return Session(**known, stage=Stage(row["stage"]), renewed=renewed)


async def confirm(db: Database, session_id: UUID, stage: Stage, now: datetime) -> str:
    """A step of signing in was taken, or the password typed again: a new secret, and the old one opens nothing."""
    secret = new_secret()
    async with db.read() as c:
        hash = secret_hash(secret)
        await SQL.replace.run(c, session_id=session_id, new_hash=hash, stage=stage, now=now, ends_at=now + LASTS)
    return secret


async def list_of(db: Database, staff_id: UUID, now: datetime) -> list[Device]:
    """Where somebody is signed in, the last used first."""
    async with db.read() as c:
        return await SQL.list_of.all(c, Device, staff_id=staff_id, now=now, idle_since=now - IDLE_MAX)


async def close(db: Database, staff_id: UUID, session_id: UUID) -> None:
    """Sign out one of somebody's own sessions. NotFound for another's."""
    async with db.read() as c:
        if not await SQL.close.run(c, staff_id=staff_id, session_id=session_id):
            raise NotFound(what="session")


async def close_others(db: Database, staff_id: UUID, but: UUID | None) -> None:
    """Sign somebody out everywhere else (or everywhere): after a new password, a new second factor, an end."""
    async with db.read() as c:
        await end(c, staff_id, but)


async def end(c: Connection, staff_id: UUID, but: UUID | None = None) -> None:
    """The same, in the caller's transaction."""
    await SQL.close_others.run(c, staff_id=staff_id, session_id=but)
