"""What a form's answers say at a door, to the questions that a profile shows."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from ticketing import answers
from ticketing.db import Database
from ticketing.forms import text_in
from ticketing.scan_profiles import Profile
from ticketing.sql import load

SQL = load("door_answers")


class DoorAnswer(Struct, frozen=True):
    """A question and what was answered."""

    question: str
    answer: str
    field_id: UUID


async def of_ticket(db: Database, profile: Profile, ticket_id: UUID, language: str) -> tuple[DoorAnswer, ...]:
    """What was answered for a ticket; nothing, and no question to Postgres, where the profile shows none."""
    if not profile.field_ids:
        return ()
    async with db.read() as c:
        rows = await SQL.of_ticket.rows(c, ticket_id=ticket_id, field_ids=profile.field_ids)
    found = [answers.said_from(row) for row in rows]
    return tuple(DoorAnswer(text_in(one.labels, language), one.text(language), one.field_id) for one in found)


async def of_date(
    db: Database, profile: Profile, performance_id: UUID, language: str
) -> tuple[dict[UUID, list[str]], list[str]]:
    """What was answered by ticket of a date, in the order of the questions; and these."""
    if not profile.field_ids:
        return {}, []
    async with db.read() as c:
        labels = {row["id"]: row["labels"] for row in await SQL.questions.rows(c, field_ids=profile.field_ids)}
        rows = await SQL.of_date.rows(c, performance_id=performance_id, field_ids=profile.field_ids)
    questions = [text_in(msgspec.json.decode(labels[id], type=dict[str, str]), language) for id in labels]
    return _by_ticket(rows, list(labels), language), questions


def _by_ticket(rows: Sequence[Any], fields: list[UUID], language: str) -> dict[UUID, list[str]]:
    said: dict[UUID, list[str]] = {}
    for one in map(answers.said_from, rows):
        if one.ticket_id is not None:
            said.setdefault(one.ticket_id, [""] * len(fields))[fields.index(one.field_id)] = one.text(language)
    return said
