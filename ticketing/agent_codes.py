"""Codes that enrol print agents for a box office: short enough to be typed, good for some hours, and ended at once.

They are kept as codes of scanners are (`ticketing.scan_codes`): looked for by a hash under a key of the installation,
and sealed beside it, to be shown to managers again.
"""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from ticketing import audit, sealing
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.ids import CODE_CHARS, new_code, new_id, read_code
from ticketing.refusals import AgentCodeWrong, InputRefused, NotFound, TooManyAgentCodes
from ticketing.sealing import SealBroken
from ticketing.sql import load

PURPOSE = "placeur agent codes"
HOURS_MAX = 24 * 7
CODES_MAX = 20
"""Good at a time, in one box office."""
TYPED_CHARS_MAX = 40

SQL = load("agent_codes")


class AgentCode(Struct, frozen=True, kw_only=True):
    """A code that is good. `text` is empty where another secret of the installation sealed it: it enrols nothing."""

    id: UUID
    text: str
    created_at: datetime
    expires_at: datetime
    by: str | None
    agent_count: int


class Opening(Struct, frozen=True):
    """The box office that a code enrols agents for."""

    id: UUID
    box_office_id: UUID
    box_office_name: str
    organisation_id: UUID


class _Kept(Struct, frozen=True, kw_only=True):
    id: UUID
    sealed: bytes
    created_at: datetime
    expires_at: datetime
    by: str | None
    agent_count: int


async def make(
    db: Database, secret: bytes, organisation_id: UUID, box_office_id: UUID, hours: int, by: Actor, now: datetime
) -> UUID:
    """Make a code that is good for so many hours; its id. Raises InputRefused, NotFound, TooManyAgentCodes."""
    if not 1 <= hours <= HOURS_MAX:
        problem = "Type a whole number from {least} to {most}."
        raise InputRefused(problem=problem, where="hours", least=1, most=HOURS_MAX)
    code_id, text = new_id(), new_code()
    async with db.transaction() as c:
        name = await SQL.named.value(c, organisation_id=organisation_id, box_office_id=box_office_id)
        if name is None:
            raise NotFound(what="box office")
        if await SQL.count.value(c, box_office_id=box_office_id, now=now) >= CODES_MAX:
            raise TooManyAgentCodes(codes_max=CODES_MAX)
        await SQL.make.run(
            c, code_id=code_id, box_office_id=box_office_id, hash=_hash(secret, text),
            sealed=sealing.seal(secret, PURPOSE, text.encode(), code_id.bytes), staff_id=by.staff_id, now=now,
            expires_at=now + timedelta(hours=hours),
        )  # fmt: skip
        await audit.note(
            c, by, "agent-code.created", _subject(code_id, name, box_office_id), now, {"hours": (0, hours)}
        )
    return code_id


async def list_of(db: Database, secret: bytes, box_office_id: UUID, now: datetime) -> list[AgentCode]:
    """The codes of a box office that are good now, with their texts: for who manages it."""
    async with db.read() as c:
        kept = await SQL.list_of.all(c, _Kept, box_office_id=box_office_id, now=now, rows_max=CODES_MAX)
    return [_shown(secret, one) for one in kept]


async def revoke(db: Database, box_office_id: UUID, code_id: UUID, by: Actor, now: datetime) -> None:
    """End a code; agents that it enrolled stay. NotFound for another box office's; one that is over stays so."""
    async with db.transaction() as c:
        row = await SQL.revoke.row(c, box_office_id=box_office_id, code_id=code_id, now=now)
        if row is None:
            raise NotFound(what="code")
        if row["ended"]:
            await audit.note(c, by, "agent-code.revoked", _subject(code_id, row["name"], box_office_id), now)


async def find(db: Database, secret: bytes, typed: str, now: datetime) -> Opening:
    """What a code opens; AgentCodeWrong when it opens nothing, or nothing any more."""
    text = read_code(typed) if len(typed) <= TYPED_CHARS_MAX else ""
    if len(text) != CODE_CHARS:
        raise AgentCodeWrong
    async with db.read() as c:
        found = await SQL.find.one(c, Opening, hash=_hash(secret, text), now=now)
    if found is None:
        raise AgentCodeWrong
    return found


def _shown(secret: bytes, one: _Kept) -> AgentCode:
    try:
        text = sealing.unseal(secret, PURPOSE, one.sealed, one.id.bytes).decode()
    except SealBroken:
        text = ""
    rest = {name: getattr(one, name) for name in AgentCode.__struct_fields__ if name != "text"}
    return AgentCode(text=text, **rest)


def _hash(secret: bytes, text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=32, key=sealing.key(secret, PURPOSE)).digest()


def _subject(code_id: UUID, name: str, box_office_id: UUID) -> Subject:
    return Subject(kind="agent_code", id=code_id, name=name, box_office_id=box_office_id)
