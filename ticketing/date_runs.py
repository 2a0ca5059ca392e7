"""Acts on many dates, asked for once and done by a job, a date a transaction: what they have in common.

A run's rows say where each of its dates stands. `outcome` is what an act writes of a date in the transaction that does
it, and what its refusal writes instead.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from ticketing.refusals import InputRefused, Refusal

DATES_MAX = 200


class State(StrEnum):
    """Where a date of a run stands."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


class RunDate(Struct, frozen=True, kw_only=True):
    """A date of a run; `refusal` and `fields` say why it was left as it was."""

    performance_id: UUID
    starts_at: datetime
    time_zone: str
    state: State
    refusal: str | None
    fields: dict[str, Any]

    @property
    def told(self) -> str:
        """The sentence of the refusal, its fields not filled in."""
        return Refusal.family[self.refusal].__doc__ or "" if self.refusal in Refusal.family else ""


def ticked(performance_ids: Sequence[UUID]) -> list[UUID]:
    """Dates that somebody ticked, each once. InputRefused for none, and for more than `DATES_MAX`."""
    wanted = list(dict.fromkeys(performance_ids))
    if not wanted:
        raise InputRefused(problem="Tick at least one date.", where="dates")
    if len(wanted) > DATES_MAX:
        raise InputRefused(problem="At most {count} dates at once.", where="dates", count=DATES_MAX)
    return wanted


def outcome(refusal: Refusal | None = None) -> dict[str, str | None]:
    """What became of a date, as its row keeps it: `state`, `refusal`, and `fields` in JSON."""
    if refusal is None:
        return {"state": State.DONE, "refusal": None, "fields": "{}"}
    fields = msgspec.json.encode(refusal.fields).decode()
    return {"state": State.REFUSED, "refusal": refusal.code, "fields": fields}


def ended_count(dates: Sequence[RunDate]) -> int:
    """How many dates of a run wait no longer."""
    return sum(date.state is not State.WAITING for date in dates)
