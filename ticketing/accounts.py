"""Accounts as they are in all organisations at once: what somebody is called, a way back in for who lost every second
factor, and the end of an account.

An organisation shuts somebody out of itself (`team`) and can do no more; a person minds what opens the account. What
whoever runs the machine does is done from the command line, and the audit log names nobody. A line stands in the
person's own log, and in that of every organisation which they belong to.
"""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from ticketing import account_mails, audit, factors, grants, sessions
from ticketing.audit import NONE, Actor, Changes, Subject
from ticketing.db import Database
from ticketing.factors import Factors
from ticketing.jobs import AccountMailKind
from ticketing.refusals import InputRefused
from ticketing.sql import Connection, load
from ticketing.staff import Staff
from ticketing.texts import locale_of, text_of

NOBODY = Actor(organisation_id=None)

SQL = load("accounts")


async def set_profile(db: Database, by: Actor, name: str, locale: str | None, now: datetime) -> None:
    """One's own name and language; None is the browser's. InputRefused."""
    called, chosen = text_of(name, "name"), locale_of(locale) if locale else None
    async with db.transaction() as c:
        before = await SQL.lock_own.one(c, Staff, staff_id=by.staff_id)
        assert before is not None, "somebody is signed in"
        await SQL.set_profile.run(c, staff_id=by.staff_id, name=called, locale=chosen)
        pairs = {"name": (before.name, called), "locale": (before.locale, chosen)}
        if changes := {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}:
            await _note(c, before, "profile.changed", now, by, changes)


async def reset_second_factors(db: Database, email: str, now: datetime) -> Factors:
    """Let an address sign in by the password alone: authenticator app, passkeys and recovery codes are gone, sessions
    are over, and the person is written to. What there was; nothing is done when there was none.

    InputRefused for an address that nobody has.
    """
    async with db.transaction() as c:
        person = await _locked(c, email)
        had = await factors.within(c, person.id)
        if had.any or had.recovery_codes_left:
            await factors.end(c, person.id)
            await sessions.end(c, person.id)
            await account_mails.ask(c, AccountMailKind.SECOND_FACTORS_RESET, person.email)
            await _note(c, person, "second-factors.reset", now)
    return had


async def disable(db: Database, email: str, now: datetime) -> bool:
    """Close an account in all organisations: its sessions are over at once and nothing opens it; what it may is kept.
    Whether it was open. InputRefused for an address that nobody has; LastManager."""
    async with db.transaction() as c:
        person = await _locked(c, email)
        managed: list[UUID] = [row["id"] for row in await SQL.managed_by.rows(c, staff_id=person.id)]
        for organisation_id in managed:
            await grants.lock(c, organisation_id)
        closed = await SQL.disable.run(c, staff_id=person.id, now=now) > 0
        if closed:
            await sessions.end(c, person.id)
            await _note(c, person, "account.disabled", now)
        for organisation_id in managed:
            await grants.ensure_managed(c, organisation_id)
    return closed


async def enable(db: Database, email: str, now: datetime) -> bool:
    """Open a closed account again, with the password and the second factors that it had. Whether it was closed.
    InputRefused for an address that nobody has."""
    async with db.transaction() as c:
        person = await _locked(c, email)
        opened = await SQL.enable.run(c, staff_id=person.id) > 0
        if opened:
            await _note(c, person, "account.enabled", now)
    return opened


async def _locked(c: Connection, email: str) -> Staff:
    person = await SQL.lock.one(c, Staff, email=email.strip().lower())
    if person is None:
        raise InputRefused(problem="Nobody has an account with the address {email}.", email=email)
    return person


async def _note(
    c: Connection, person: Staff, act: str, now: datetime, by: Actor = NOBODY, changes: Changes = NONE
) -> None:
    """A line in the person's own log, and in that of each organisation that has to do with them."""
    found = [row["id"] for row in await SQL.organisations_of.rows(c, staff_id=person.id)]
    subject = Subject(kind="staff", id=person.id, name=person.email)
    for organisation_id in (None, *found):
        await audit.note(c, replace(by, organisation_id=organisation_id), act, subject, now, changes)
