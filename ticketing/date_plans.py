"""What a date draws of its own: a version of its plan with some of the seats in other price categories.

The drawing has the version's seats, places and labels, so nothing that is sold, held or kept means anything else by it.
Like a version it is known by the SHA-256 of its document: whoever asks for a date's plan by its hash gets this one.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from engine.plan import placeur_json
from engine.plan.model import CATEGORIES_MAX
from engine.plan.recategorised import own_categories, recategorised
from ticketing.refusals import InputRefused
from ticketing.sql import Connection, load

KEPT_FOR = timedelta(days=1)
"""How long a drawing outlasts its last date: somebody may be about to ask for it."""

SQL = load("date_plans")


class DatePlan(Struct, frozen=True):
    """What a date draws: the document, and where it is not its version's, its hash and what it was made by."""

    document: bytes
    hash: bytes | None = None
    categories: Mapping[str, str] = {}


def draw(document: bytes, categories: Mapping[str, str]) -> DatePlan:
    """A version with these seats, by id, in these categories: those that it draws, and draws otherwise.

    Some tenths of a second for a stadium: call it in a thread. InputRefused for more categories than a plan may have.
    """
    if not categories:
        return DatePlan(document)
    plan = placeur_json.read(document)
    own = own_categories(plan, categories)
    if not own:
        return DatePlan(document)
    try:
        drawn = placeur_json.write(recategorised(plan, own))
    except ValueError:
        raise InputRefused(
            problem="A plan has at most {most} categories.", where="category", most=CATEGORIES_MAX
        ) from None
    return DatePlan(drawn, placeur_json.name(drawn), own)


async def put(c: Connection, performance_id: UUID, plan: DatePlan, now: datetime) -> None:
    """Have a date draw this from now on. The caller has its row locked, and gives its pool another epoch."""
    if plan.hash is not None:
        await SQL.add.run(c, hash=plan.hash, document=plan.document, now=now)
    own = msgspec.json.encode(plan.categories).decode()
    await SQL.set.run(c, performance_id=performance_id, hash=plan.hash, seat_categories=own)
    await SQL.sweep.run(c, before=now - KEPT_FOR)
