"""The house of `sold.sql` with scanners at its doors."""

from typing import Any
from uuid import UUID

from tests.ticketing.gate import HOUSE, NOW, SECRET, Gate, performance, row_id
from ticketing import admissions, scan_codes, scan_devices, scan_profiles, undos
from ticketing.admissions import DoorScan, Passed
from ticketing.audit import Actor
from ticketing.doors import Direction
from ticketing.ids import new_id
from ticketing.scan_devices import Devices, Door, Enrolment
from ticketing.scan_profiles import Choice, Role
from ticketing.undos import Undo, Undone

OFFICE = row_id(2, 1)
BY = Actor(organisation_id=HOUSE)


class At:
    """A device at a door of the house, by a supervisor's profile unless the test says otherwise."""

    def __init__(self, gate: Gate, devices: Devices, door: Door, token: str) -> None:
        self.gate, self.devices, self.door, self.token = gate, devices, door, token

    async def scan(self, code: str, way: Direction = Direction.IN, at: int = 1, **fields: Any) -> Passed:
        """What it is told of a code at one of the performances."""
        asked = {"scan_id": new_id(), "performance_ids": (performance(at),), "code": code, "direction": way}
        on = (self.gate.db, self.gate.keys, self.devices, self.door)
        return await admissions.go_through(*on, DoorScan(**(asked | fields)), NOW)

    async def undo(self, scan_id: UUID) -> Undone:
        """Take a scan back."""
        return await undos.undo(self.gate.db, self.door, Undo(scan_id=new_id(), undoes=scan_id), NOW)


async def at_door(house: Gate, **choice: Any) -> At:
    """A device with a profile of its own."""
    chosen = Choice(**({"name": "Door", "gate": "North", "role": Role.SUPERVISOR} | choice))
    profile = await scan_profiles.create(house.db, HOUSE, OFFICE, chosen, BY, NOW)
    made = await scan_codes.make(house.db, SECRET, HOUSE, OFFICE, profile, 1, BY, NOW)
    (code,) = [one for one in await scan_codes.list_of(house.db, SECRET, OFFICE, NOW, profile) if one.id == made]
    enrolled = await scan_devices.enrol_by_code(house.db, SECRET, code.text, None, Enrolment(name="Scanner"), "", NOW)
    await scan_codes.revoke(house.db, OFFICE, made, BY, NOW)
    devices = Devices(house.db)
    return At(house, devices, await devices.verify(enrolled.token, NOW), enrolled.token)
