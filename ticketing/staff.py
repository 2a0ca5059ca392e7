"""Staff: the people who work in the back office, at the counter and at the doors.

An account is a person's, not an organisation's: what it may is given to it by grants (`rights`), and someone who works
for two houses signs in once. Passwords are kept as argon2id; checking one takes some 50 ms on purpose, in a thread,
and as long for an address that nobody has.
"""

import asyncio
from datetime import datetime
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Struct

from ticketing import sessions
from ticketing.db import Database
from ticketing.ids import new_id, new_secret
from ticketing.refusals import AlreadyExists, InputRefused, NotFound, PasswordWrong
from ticketing.sql import Connection, load
from ticketing.texts import email_of, text_of

PASSWORD_CHARS_MIN = 12
PASSWORD_CHARS_MAX = 256
CHECKED_AT_ONCE_MAX = 4
"""Each check takes 64 MB for as long as it lasts."""

SQL = load("staff")
_hasher = PasswordHasher()
_nobody = _hasher.hash(new_secret())
_checks = asyncio.Semaphore(CHECKED_AT_ONCE_MAX)


class Staff(Struct, frozen=True):
    """Somebody who works here; `locale` None is the browser's choice."""

    id: UUID
    email: str
    name: str
    locale: str | None
    created_at: datetime
    disabled_at: datetime | None


async def create(db: Database, email: str, name: str, password: str | None, now: datetime) -> Staff:
    """Make an account; without a password it is opened by an invitation. AlreadyExists for a known address."""
    hash = await hashed(password) if password is not None else None
    async with db.transaction() as c:
        return await create_in(c, email, name, hash, now)


async def create_in(c: Connection, email: str, name: str, hash: str | None, now: datetime) -> Staff:
    """`create`, in the caller's transaction, with a password as it is kept."""
    values = {"email": email_of(email), "name": text_of(name, "name"), "password_hash": hash, "now": now}
    made = await SQL.create.one(c, Staff, staff_id=new_id(), locale=None, **values)
    if made is None:
        raise AlreadyExists(what="account", name=values["email"])
    return made


async def get(db: Database, staff_id: UUID) -> Staff:
    """An account by its id, or NotFound."""
    async with db.read() as c:
        found = await SQL.get.one(c, Staff, staff_id=staff_id)
    if found is None:
        raise NotFound(what="account")
    return found


async def by_email(db: Database, email: str) -> Staff | None:
    """An account by its address."""
    async with db.read() as c:
        return await SQL.by_email.one(c, Staff, email=email.strip().lower())


async def verify(db: Database, email: str, password: str) -> UUID:
    """The account that this address and password open, or PasswordWrong, which does not tell what was wrong."""
    async with db.read() as c:
        row = await SQL.password_of.row(c, email=email.strip().lower())
    right = await matches(row["password_hash"] if row else None, password)
    if not right or row is None or row["password_hash"] is None or row["disabled_at"] is not None:
        raise PasswordWrong()
    staff_id: UUID = row["id"]
    return staff_id


async def hashed(password: str) -> str:
    """A password as it is kept. InputRefused for one that is too short to be worth keeping."""
    if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
        problem = "A password has {least} characters or more; a few words are easiest to remember."
        raise InputRefused(problem=problem, where="password", least=PASSWORD_CHARS_MIN)
    async with _checks:
        return await asyncio.to_thread(_hasher.hash, password)


async def set_password(c: Connection, staff_id: UUID, hash: str, but_session: UUID | None) -> None:
    """A new password, in the caller's transaction: whoever is signed in otherwise is so no longer."""
    await SQL.set_password.run(c, staff_id=staff_id, password_hash=hash)
    await sessions.end(c, staff_id, but_session)


async def join(c: Connection, organisation_id: UUID, staff_id: UUID, now: datetime) -> None:
    """Make somebody a member of an organisation's team; nothing for who is one."""
    await SQL.join.run(c, organisation_id=organisation_id, staff_id=staff_id, now=now)


async def matches(hash: str | None, password: str) -> bool:
    """Whether a password is the one that is kept so; None, of who has none, takes as long."""
    async with _checks:
        try:
            return await asyncio.to_thread(_hasher.verify, hash or _nobody, password[:PASSWORD_CHARS_MAX])
        except (VerificationError, InvalidHashError):
            return False
