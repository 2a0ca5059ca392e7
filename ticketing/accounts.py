"""Accounts as whoever runs the machine changes them: a way back in for who lost every second factor, and the end of an
account in all organisations at once.

An organisation shuts somebody out of itself (`team`) and can do no more; a person minds what opens the account. What is
done here is done from the command line, so the audit log names nobody: a line stands in the person's own log, and in
that of every organisation which they belong to.
"""

from datetime import datetime
from uuid import UUID

from ticketing import account_mails, audit, factors, grants, sessions
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.factors import Factors
from ticketing.jobs import AccountMailKind
from ticketing.refusals import InputRefused
from ticketing.sql import Connection, load
from ticketing.staff import Staff

SQL = load("accounts")


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


async def _note(c: Connection, person: Staff, act: str, now: datetime) -> None:
    """A line in the person's own log, and in that of each organisation that has to do with them."""
    found = [row["id"] for row in await SQL.organisations_of.rows(c, staff_id=person.id)]
    for organisation_id in (None, *found):
        subject = Subject(kind="staff", id=person.id, name=person.email)
        await audit.note(c, Actor(organisation_id=organisation_id), act, subject, now)
