"""Somebody's own password, changed by who is signed in and has just typed the present one."""

from datetime import datetime
from uuid import UUID

from ticketing import account_mails, staff
from ticketing.audit import Actor
from ticketing.db import Database


async def change(db: Database, by: Actor, email: str, password: str, session_id: UUID, now: datetime) -> None:
    """Set a new password: every other session ends, and the owner is told by mail. InputRefused for a weak one."""
    assert by.staff_id is not None
    hash = await staff.hashed(password)
    async with db.transaction() as c:
        await staff.set_password(c, by.staff_id, hash, session_id)
        await account_mails.note_change(c, by, "password.changed", email, email, now)
