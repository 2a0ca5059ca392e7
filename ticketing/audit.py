"""The audit log: what was changed, by whom, to what. Written in the transaction that changes it, never after.

An act is a short word of what was done ("event.created", "order.cancelled"), stable like a refusal's code: pages
translate it. Secrets and passwords are never among the changes, only that they changed.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from ticketing.sql import Connection, load

SQL = load("audit")
_encode = msgspec.json.Encoder(enc_hook=str).encode

Changes = Mapping[str, tuple[Any, Any]]
"""By field: what it was, and what it is now."""
NONE: Changes = {}


class Actor(Struct, frozen=True, kw_only=True):
    """Who acts: a person, or a program by its token; and from where."""

    organisation_id: UUID | None
    staff_id: UUID | None = None
    token_id: UUID | None = None
    address: str = ""


class Subject(Struct, frozen=True, kw_only=True):
    """What is acted on, as it is called at that moment."""

    kind: str
    id: UUID | str
    name: str
    box_office_id: UUID | None = None


async def note(c: Connection, by: Actor, act: str, subject: Subject, now: datetime, changes: Changes = NONE) -> None:
    """Write a line, in the caller's transaction."""
    await SQL.note.run(
        c, organisation_id=by.organisation_id, box_office_id=subject.box_office_id, staff_id=by.staff_id,
        token_id=by.token_id, act=act, subject_kind=subject.kind, subject_id=str(subject.id),
        subject_name=subject.name, changes=_encode(changes).decode(), address=by.address, now=now,
    )  # fmt: skip


def differences(before: Struct, after: Struct) -> dict[str, tuple[Any, Any]]:
    """The fields that two states of a thing differ in."""
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in before.__struct_fields__}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
