"""A scan as a scanner shows it: the verdict, and of the ticket what its profile shows."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from ticketing import admissions, door_answers, door_zones
from ticketing.admissions import DoorScan, DoorTicket, Passed
from ticketing.db import Database
from ticketing.door_answers import DoorAnswer
from ticketing.doors import Standing, Verdict
from ticketing.scan_devices import Devices, Door
from ticketing.scan_profiles import Profile, Shown
from ticketing.signing_keys import Keys


class ShownTicket(Struct, frozen=True, kw_only=True):
    """The ticket behind a verdict. What the profile does not show is None; the zone is shown too where it is wrong."""

    ticket: UUID
    performance: UUID
    event_name: str
    starts_at: datetime
    time_zone: str
    standing: Standing
    entry_count: int
    entered_at: datetime | None
    entered_gate: str | None
    left_at: datetime | None
    left_gate: str | None
    zone: str | None = None
    row: str | None = None
    seat: str | None = None
    tariff: str | None = None
    name: str | None = None
    pass_name: str | None = None
    answers: tuple[DoorAnswer, ...] = ()


class DoorTold(Struct, frozen=True, kw_only=True):
    """The answer to a scan. `let_through`: somebody may pass, and is counted; `despite` is the verdict that they were
    let through against. `repeated`: this scan was answered before. `gates`: where a ticket of another zone is admitted.
    """

    scan: UUID
    verdict: Verdict
    let_through: bool
    repeated: bool
    despite: Verdict | None
    ticket: ShownTicket | None
    gates: tuple[str, ...]


async def ask(
    db: Database,
    keys: Keys,
    devices: Devices,
    door: Door,
    scan: DoorScan,
    language: str,
    now: datetime,
    address: str = "",
) -> DoorTold:
    """Answer a device's scan, and let the holder through if the answer says so. Raises as `admissions.go_through`."""
    passed = await admissions.go_through(db, keys, devices, door, scan, now, address)
    return await told(db, door, passed, language)


async def told(db: Database, door: Door, passed: Passed, language: str) -> DoorTold:
    """An answer in the words of the door's profile."""
    ticket = passed.ticket
    gates: tuple[str, ...] = ()
    answers: tuple[DoorAnswer, ...] = ()
    if ticket is not None:
        answers = await door_answers.of_ticket(db, door.profile, ticket.ticket_id, language)
    if ticket is not None and passed.verdict is Verdict.WRONG_ZONE:
        gates = await door_zones.gates(db, door.profile, ticket.performance_id, ticket.place)
    return DoorTold(
        scan=passed.scan_id,
        verdict=passed.verdict,
        let_through=passed.verdict in (Verdict.ADMITTED, Verdict.LEFT),
        repeated=passed.repeated,
        despite=passed.despite,
        ticket=None if ticket is None else _shown(ticket, door.profile, passed.verdict, answers),
        gates=gates,
    )


def _shown(ticket: DoorTicket, profile: Profile, verdict: Verdict, answers: tuple[DoorAnswer, ...]) -> ShownTicket:
    zone = profile.shows(Shown.ZONE) or verdict is Verdict.WRONG_ZONE
    seat, name = profile.shows(Shown.SEAT), profile.shows(Shown.NAME)
    return ShownTicket(
        ticket=ticket.ticket_id,
        performance=ticket.performance_id,
        event_name=ticket.event_name,
        starts_at=ticket.starts_at,
        time_zone=ticket.time_zone,
        standing=ticket.standing,
        entry_count=ticket.entry_count,
        entered_at=ticket.entered_at,
        entered_gate=ticket.entered_gate,
        left_at=ticket.left_at,
        left_gate=ticket.left_gate,
        zone=ticket.zone if zone else None,
        row=ticket.row_label if seat else None,
        seat=ticket.seat_label if seat else None,
        tariff=ticket.tariff_name if profile.shows(Shown.TARIFF) else None,
        name=ticket.holder_name if name else None,
        pass_name=ticket.pass_name if profile.shows(Shown.PASS) else None,
        answers=answers,
    )
