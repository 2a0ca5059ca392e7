"""Recovery codes: a way in for who has lost the second factor, each code once.

A code is sixteen characters that can be read from paper, 80 random bits, so SHA-256 keeps it well. They do not hang on
the installation's secret: they open even when that was lost. They are shown when they are made and never again; making
new ones ends the old.
"""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from ticketing import account_mails
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.ids import CODE_ALPHABET, read_code
from ticketing.refusals import CodeWrong
from ticketing.sql import load

CODES = 10
CHARS = 16
GROUP = 4

SQL = load("recovery_codes")


async def renew(db: Database, by: Actor, email: str, now: datetime) -> list[str]:
    """Make codes for an account in place of those it had; what is returned is nowhere else."""
    assert by.staff_id is not None
    codes = ["".join(secrets.choice(CODE_ALPHABET) for _ in range(CHARS)) for _ in range(CODES)]
    async with db.transaction() as c:
        await SQL.end.run(c, staff_id=by.staff_id)
        await SQL.add.many(c, [{"staff_id": by.staff_id, "hash": _hash(by.staff_id, code)} for code in codes])
        await account_mails.note_change(c, by, "recovery-codes.made", email, email, now)
    return ["-".join(code[at : at + GROUP] for at in range(0, CHARS, GROUP)) for code in codes]


async def use(db: Database, by: Actor, email: str, typed: str, now: datetime) -> int:
    """Use up a code; how many are left. CodeWrong for another, or one that was used."""
    assert by.staff_id is not None
    async with db.transaction() as c:
        used = await SQL.use.run(c, staff_id=by.staff_id, hash=_hash(by.staff_id, read_code(typed)), now=now)
        if not used:
            raise CodeWrong(where="recovery_code")
        await account_mails.note_change(c, by, "recovery-code.used", email, email, now)
        left: int = await SQL.left.value(c, staff_id=by.staff_id)
    return left


def _hash(staff_id: UUID, code: str) -> bytes:
    return hashlib.sha256(staff_id.bytes + code.encode()).digest()
