"""An organisation's team: who belongs to it, and its first administrator."""

from datetime import datetime
from uuid import UUID

from ticketing import audit, rights, staff
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.rights import Grant
from ticketing.staff import Staff
from ticketing.tokens import Scope


async def add_administrator(
    db: Database, organisation_id: UUID, email: str, name: str, password: str, now: datetime
) -> Staff:
    """Make an account that manages all of an organisation, for whoever runs the machine. AlreadyExists for a known
    address: who has an account is given rights on the team's page."""
    person = await staff.create(db, email, name, password, now)
    async with db.transaction() as c:
        await staff.join(c, organisation_id, person.id, now)
        given = Grant(organisation_id=organisation_id, scope=Scope.MANAGE, creates_events=True, staff_id=person.id)
        await rights.grant(c, given, now)
        by, subject = Actor(organisation_id=organisation_id), Subject(kind="staff", id=person.id, name=person.email)
        await audit.note(c, by, "administrator.created", subject, now)
    return person
