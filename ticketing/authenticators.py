"""Authenticator apps: codes of six digits that change every thirty seconds (TOTP, RFC 6238).

The secret shared with the app lies sealed under the installation's secret, bound to its account. It opens nothing until
the first code was typed, so that nobody is shut out by an app that was not set up. A step's code opens once: the last
step is moved forward in one statement, and whoever reads a code over a shoulder is late. The step before and the one
after are taken as well, for clocks that differ.
"""

import hmac
from datetime import datetime
from uuid import UUID

import pyotp
from msgspec import Struct

from ticketing import account_mails, sealing
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.refusals import AlreadyExists, CodeWrong, NotFound
from ticketing.sealing import SealBroken
from ticketing.sql import load

PURPOSE = "placeur authenticators"
ISSUER = "Placeur"
STEP_S = 30
STEPS_ASIDE = 1
DIGITS = 6

SQL = load("authenticators")


class Authenticator(Struct, frozen=True):
    """An app as it is kept."""

    staff_id: UUID
    sealed_secret: bytes
    created_at: datetime
    confirmed_at: datetime | None


async def begin(db: Database, secret: bytes, staff_id: UUID, now: datetime) -> None:
    """Make a new secret for an app that is about to be set up. AlreadyExists when one is in use."""
    shared = pyotp.random_base32()
    sealed = sealing.seal(secret, PURPOSE, shared.encode(), staff_id.bytes)
    async with db.read() as c:
        if not await SQL.begin.run(c, staff_id=staff_id, sealed_secret=sealed, now=now):
            raise AlreadyExists(what="authenticator app", name="of this account")


async def shared_secret(db: Database, secret: bytes, staff_id: UUID) -> str:
    """The secret to show to the app, while it is being set up; NotFound otherwise: it is never shown again."""
    async with db.read() as c:
        found = await SQL.get.one(c, Authenticator, staff_id=staff_id)
    if found is None or found.confirmed_at is not None:
        raise NotFound(what="authenticator app")
    return _opened(secret, found)


def address(shared: str, email: str) -> str:
    """What the app reads from the QR code."""
    return pyotp.TOTP(shared, name=email, issuer=ISSUER).provisioning_uri()


async def confirm(db: Database, secret: bytes, by: Actor, email: str, code: str, now: datetime) -> None:
    """The app is set up: its first code is right. CodeWrong otherwise."""
    assert by.staff_id is not None
    async with db.transaction() as c:
        found = await SQL.get.one(c, Authenticator, staff_id=by.staff_id)
        if found is None or found.confirmed_at is not None:
            raise NotFound(what="authenticator app")
        step = _step_of(_opened(secret, found), code, now)
        if step is None or not await SQL.confirm.run(c, staff_id=by.staff_id, step=step, now=now):
            raise CodeWrong(where="code")
        await account_mails.note_change(c, by, "authenticator.added", email, email, now)


async def verify(db: Database, secret: bytes, staff_id: UUID, code: str, now: datetime) -> None:
    """A code of an app in use, once. CodeWrong when it is not, was taken already, or there is no app."""
    async with db.read() as c:
        found = await SQL.get.one(c, Authenticator, staff_id=staff_id)
        if found is None or found.confirmed_at is None:
            raise CodeWrong(where="code")
        step = _step_of(_opened(secret, found), code, now)
        if step is None or not await SQL.take_step.run(c, staff_id=staff_id, step=step):
            raise CodeWrong(where="code")


async def end(db: Database, by: Actor, email: str, now: datetime) -> None:
    """Use no app any more; nothing for who has none."""
    assert by.staff_id is not None
    async with db.transaction() as c:
        if await SQL.end.value(c, staff_id=by.staff_id):
            await account_mails.note_change(c, by, "authenticator.ended", email, email, now)


def _opened(secret: bytes, found: Authenticator) -> str:
    """The shared secret; CodeWrong when it was sealed under another secret of the installation."""
    try:
        return sealing.unseal(secret, PURPOSE, found.sealed_secret, found.staff_id.bytes).decode()
    except SealBroken:
        raise CodeWrong(where="code") from None


def _step_of(shared: str, typed: str, now: datetime) -> int | None:
    """The step whose code this is, of those near `now`. Every one is compared, whichever it is."""
    code = "".join(typed.split())
    if len(code) != DIGITS or not code.isascii() or not code.isdigit():
        return None
    totp, present = pyotp.TOTP(shared, digits=DIGITS, interval=STEP_S), int(now.timestamp()) // STEP_S
    steps = range(present - STEPS_ASIDE, present + STEPS_ASIDE + 1)
    right = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), code)]
    return right[-1] if right else None
