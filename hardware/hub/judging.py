"""What a hub tells a scanner by itself: the server's own rules, on what the hub knows.

The order of the reasons is the server's, and the table of the doors decides. What is signed, of this date, and in no
list was sold since the list was read: it is let in, as a scanner does that has no list.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Meta, Struct

from hardware.hub.lists import DateList, Row, Stood, Tickets, said
from hardware.hub.log import Key, Passage
from ticketing.admissions import PERFORMANCES_MAX
from ticketing.door_dates import DoorDate
from ticketing.door_scans import DoorTold, ShownTicket
from ticketing.doors import DOOR, PASSED, Direction, Standing, Verdict
from ticketing.scan_hubs import HubProfile
from ticketing.scan_profiles import Right, Shown
from ticketing.states import TicketStatus
from ticketing.ticket_codes import Code, Forged, Kind, decode

STATUSES = {
    TicketStatus.OPPOSED.value: Verdict.OPPOSED,
    TicketStatus.CANCELLED.value: Verdict.CANCELLED,
    TicketStatus.RESERVED.value: Verdict.NOT_PAID,
}


class Asked(Struct, frozen=True, kw_only=True):
    """A scan at a hub: as the server is asked."""

    scan: UUID
    performances: Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=PERFORMANCES_MAX)]
    code: Annotated[str, Meta(max_length=1000)] = ""
    ticket: UUID | None = None
    direction: Direction = Direction.IN
    zones: tuple[str, ...] | None = None
    despite: str | None = None


class Judged(Struct, frozen=True, kw_only=True):
    """What is to be told: `key` is the ticket, at `performance`; `despite` the verdict that somebody is let through
    against."""

    verdict: Verdict
    performance: UUID
    key: Key | None = None
    row: Row | None = None
    stood: Stood | None = None
    despite: Verdict | None = None

    @property
    def passes(self) -> bool:
        """Whether somebody goes through."""
        return self.verdict in PASSED.values()


def subject(tickets: Tickets, keys: Mapping[int, Ed25519PublicKey], asked: Asked) -> tuple[Key | None, Code | Verdict]:
    """Which ticket a scan is about, if any the hub can tell, and its code; or what is wrong with it."""
    if asked.ticket is not None:
        key = tickets.named(asked.ticket)
        row = tickets.find(key) if key else None
        if key is None or row is None:
            return None, Verdict.UNKNOWN
        return key, Code(Kind(key[1]), 0, row.generation, key[2], 0)
    code = decode(asked.code, keys)
    if not isinstance(code, Code):
        return None, Verdict.FORGED if isinstance(code, Forged) else Verdict.UNKNOWN
    at = (int(code.kind), code.serial)
    everywhere = [*asked.performances, *(date for date in tickets.dates if date not in asked.performances)]
    for performance in everywhere:
        if at in getattr(tickets.dates.get(performance), "tickets", ()):
            return (performance, *at), code
    for performance in asked.performances:
        date = tickets.dates.get(performance)
        if code.kind is Kind.TICKET and date is not None and date.number == code.pool_id:
            return (performance, *at), code
    return None, code


def judge(
    tickets: Tickets,
    keys: Mapping[int, Ed25519PublicKey],
    numbers: Mapping[UUID, int],
    profile: HubProfile,
    asked: Asked,
) -> Judged:
    """What a scan is told, and what it does. `numbers` are those of the dates that the hub serves."""
    key, code = subject(tickets, keys, asked)
    here = asked.performances[0]
    if isinstance(code, Verdict):
        return Judged(verdict=code, performance=here)
    if key is None and code.kind is Kind.TICKET:
        own = next((date for date in asked.performances if numbers.get(date) == code.pool_id), None)
        key = None if own is None else (own, int(code.kind), code.serial)
    if key is None:  # signed, and of no date that is known here
        wrong = Verdict.UNKNOWN if code.kind is Kind.PASS else Verdict.WRONG_PERFORMANCE
        return Judged(verdict=wrong, performance=here)
    row, stood = tickets.find(key), tickets.stood(key)
    performance = key[0] if key[0] in asked.performances else here
    verdict = _against(tickets.dates.get(key[0]), row, code, key[0] in asked.performances, profile, asked)
    if verdict is None:
        verdict = _at_door(stood, profile, asked.direction)
    despite = None
    if asked.despite is not None and Right.ADMIT in profile.rights and verdict is not PASSED[asked.direction]:
        verdict, despite = PASSED[asked.direction], verdict
    return Judged(verdict=verdict, performance=performance, key=key, row=row, stood=stood, despite=despite)


def _against(
    date: DateList | None, row: Row | None, code: Code, here: bool, profile: HubProfile, asked: Asked
) -> Verdict | None:
    """What stands against a ticket, whatever the mode."""
    cancelled = date is not None and date.cancelled
    if row is None:
        return Verdict.CANCELLED if cancelled else None
    if row.generation != code.generation:
        return Verdict.OLD_CODE
    if row.status == TicketStatus.OPPOSED:
        return Verdict.OPPOSED
    if cancelled:
        return Verdict.CANCELLED
    if row.status in STATUSES:
        return STATUSES[row.status]
    if not here:
        return Verdict.WRONG_PERFORMANCE
    return None if admits(profile.zones, row.zone_id) and admits(asked.zones, row.zone_id) else Verdict.WRONG_ZONE


def admits(zones: Sequence[str] | None, zone_id: str) -> bool:
    """Whether zones, all of them where None is named, have this one."""
    return zones is None or zone_id in zones


def _at_door(stood: Stood, profile: HubProfile, direction: Direction) -> Verdict:
    if direction is Direction.IN and profile.entries_max is not None and stood.entries >= profile.entries_max:
        return Verdict.ENTRIES_SPENT
    return DOOR[profile.mode, direction, stood.standing]


def told(
    judged: Judged,
    asked: Asked,
    profile: HubProfile,
    gates: tuple[str, ...],
    date: DoorDate | None,
    listed: DateList | None,
    at: float,
) -> DoorTold:
    """The answer in the words of the profile; `gates` are where a ticket of another zone is admitted."""
    shown = None
    if judged.key is not None and judged.row is not None and date is not None:
        shown = _shown(judged, asked, profile, date, listed, at)
    return DoorTold(
        scan=asked.scan,
        verdict=judged.verdict,
        let_through=judged.passes,
        repeated=False,
        despite=judged.despite,
        ticket=shown,
        gates=gates if judged.verdict is Verdict.WRONG_ZONE else (),
    )


def _shown(
    judged: Judged, asked: Asked, profile: HubProfile, date: DoorDate, listed: DateList | None, at: float
) -> ShownTicket:
    row, stood, shows = judged.row, judged.stood, profile.shown
    assert row is not None and stood is not None, "the ticket is known"
    enters = judged.passes and asked.direction is Direction.IN
    leaves = judged.passes and asked.direction is Direction.OUT
    entered_at, entered_gate = (at, profile.gate) if enters else _when(stood.entered)
    left_at, left_gate = (at, profile.gate) if leaves else (None, None) if enters else _when(stood.left)
    standing = Standing.INSIDE if enters else Standing.OUTSIDE if leaves else stood.standing
    return ShownTicket(
        ticket=row.ticket,
        performance=date.id,
        event_name=date.event_name,
        starts_at=date.starts_at,
        time_zone=date.time_zone,
        standing=standing,
        entry_count=stood.entries + enters,
        entered_at=_moment(entered_at),
        entered_gate=entered_gate,
        left_at=_moment(left_at),
        left_gate=left_gate,
        zone=row.zone if Shown.ZONE in shows or judged.verdict is Verdict.WRONG_ZONE else None,
        row=row.row if Shown.SEAT in shows else None,
        seat=row.seat if Shown.SEAT in shows else None,
        tariff=row.tariff if Shown.TARIFF in shows else None,
        name=row.name if Shown.NAME in shows else None,
        pass_name=(row.pass_name or None) if Shown.PASS in shows else None,
        answers=said(listed, row) if listed is not None and profile.answers else (),
    )


def _when(passage: Passage | None) -> tuple[float | None, str | None]:
    return (None, None) if passage is None else (passage.at, passage.gate)


def _moment(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)
