"""What an agent and its server say to each other, as JSON over the API's `/agents` paths. One definition for both."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from hardware.discovery import FOUND_MAX, Found
from hardware.jobs import Job
from hardware.outcomes import Condition, Outcome, Reason, Sending
from hardware.printers import Printer
from hardware.usb import Plugged

TAKES_MAX = 200
PRINTERS_MAX = 200
PLUGGED_MAX = 50
NOTE_CHARS_MAX = 300


class Enrolling(Struct, frozen=True, kw_only=True):
    """A code, and what the agent says of itself."""

    code: Annotated[str, Meta(max_length=40)]
    name: Annotated[str, Meta(max_length=100)]
    software: Annotated[str, Meta(max_length=100)] = ""
    hardware: Annotated[str, Meta(max_length=100)] = ""


class Enrolled(Struct, frozen=True, kw_only=True):
    """A new agent. The token is nowhere else and cannot be asked for again."""

    agent: UUID
    token: str
    name: str
    box_office: str
    """Its name, to be read by people."""


class Asking(Struct, frozen=True):
    """Asks for a job. The same id again asks for the same job: it is the agent's, made and written down before."""

    take: UUID


class Work(Struct, frozen=True, kw_only=True):
    """A job and the printer that it is for."""

    id: UUID
    printer_id: UUID
    printer: Printer
    job: Job


class Given(Struct, frozen=True):
    """The answer to asking: a job, or nothing yet. `report`: somebody waits for a report."""

    work: Work | None = None
    report: bool = False


class Ending(Struct, frozen=True, kw_only=True):
    """What became of a job that was taken."""

    take: UUID
    outcome: Outcome
    conditions: Annotated[list[Condition], Meta(max_length=32)] = []
    reason: Reason | None = None
    note: Annotated[str, Meta(max_length=NOTE_CHARS_MAX)] = ""

    @classmethod
    def of(cls, take: UUID, sending: Sending) -> "Ending":
        """The outcome of a sending, for the wire."""
        conditions = sorted(sending.conditions)
        return cls(
            take=take, outcome=sending.outcome, conditions=conditions, reason=sending.reason, note=sending.note
        )  # fmt: skip

    @property
    def sending(self) -> Sending:
        """The outcome, from the wire."""
        return Sending(self.outcome, frozenset(self.conditions), self.reason, self.note)


class State(Struct, frozen=True):
    """How a printer is; no conditions: it does not say."""

    printer_id: UUID
    conditions: Annotated[list[Condition], Meta(max_length=32)] = []


class Report(Struct, frozen=True, kw_only=True):
    """How an agent is. `takes` are the ids under which it may still have, or still print, a job: what the server gave
    out under another one is in nobody's hands. `look` is the search that `found` answers."""

    takes: Annotated[list[UUID], Meta(max_length=TAKES_MAX)] = []
    software: Annotated[str, Meta(max_length=100)] = ""
    printers: Annotated[list[State], Meta(max_length=PRINTERS_MAX)] = []
    plugged: Annotated[list[Plugged], Meta(max_length=PLUGGED_MAX)] = []
    look: UUID | None = None
    found: Annotated[list[Found], Meta(max_length=FOUND_MAX)] = []


class Known(Struct, frozen=True, kw_only=True):
    """A printer that the agent prints on."""

    id: UUID
    name: str
    printer: Printer


class Heard(Struct, frozen=True, kw_only=True):
    """The answer to a report: the agent's printers, and the search of its network that somebody waits for."""

    now: datetime
    name: str
    printers: list[Known]
    look: UUID | None = None
