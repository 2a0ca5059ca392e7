"""A door's server that ends between writing and answering: nothing is lost, and nothing counts twice.

And a point of sale that pays while a ticket of it is quickly cancelled.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from tests.faults.actor import GoThrough, Upload
from tests.faults.conftest import Scene
from tests.ticketing.doors import At
from tests.ticketing.gate import Gate
from tests.ticketing.house import SETTINGS, order
from ticketing import (
    admissions,
    consignments,
    door_cancellations,
    orders,
    payments,
    scan_codes,
    scan_devices,
    scan_profiles,
    staff,
    tickets,
)
from ticketing.admissions import DoorScan
from ticketing.audit import Actor
from ticketing.consignments import Wanted
from ticketing.doors import Direction, Verdict
from ticketing.drafts import Buyer
from ticketing.ids import new_id
from ticketing.offline_scans import OfflineScan
from ticketing.refusals import NotForResale
from ticketing.scan_devices import Enrolment
from ticketing.scan_profiles import Choice, Role
from ticketing.settings import secret_bytes
from ticketing.signing_keys import Keys


async def door_of(scene: Scene, **choice: Any) -> tuple[str, At]:
    """A supervisor's scanner at the scene's house; its token."""
    house, secret, now = scene.house, secret_bytes(SETTINGS), datetime.now(UTC)
    by, chosen = Actor(organisation_id=house.organisation), Choice(name="Door", gate="North", role=Role.SUPERVISOR)
    profile = await scan_profiles.create(scene.db, house.organisation, house.box_office, chosen, by, now)
    await scan_codes.make(scene.db, secret, house.organisation, house.box_office, profile, 1, by, now)
    (code,) = await scan_codes.list_of(scene.db, secret, house.box_office, now, profile)
    enrolled = await scan_devices.enrol_by_code(scene.db, secret, code.text, None, Enrolment(name="x"), "", now)
    devices = scan_devices.Devices(scene.db)
    gate = Gate(scene.db)
    gate.keys = Keys(scene.db, secret)
    return enrolled.token, At(gate, devices, await devices.verify(enrolled.token, now), enrolled.token)


async def paid_code(scene: Scene, place: int) -> str:
    placed = await order(scene.db, scene.inventory, scene.house, [place])
    await payments.take_on_site(scene.db, placed.id, datetime.now(UTC))
    issued = await tickets.issued(scene.db, Keys(scene.db, secret_bytes(SETTINGS)), placed.id, datetime.now(UTC))
    return issued.tickets[0].code


async def test_f17_let_in_and_never_told(scene: Scene) -> None:
    """The gate asks again about the same scan, and is told that it was that scan that let in."""
    token, at = await door_of(scene)
    scan = DoorScan(scan_id=new_id(), performance_ids=(scene.house.performance.id,), code=await paid_code(scene, 0))
    await scene.act("go_through", GoThrough(token, scan), "F17")
    again = await scene.act("go_through", GoThrough(token, scan))
    assert (again["verdict"], again["repeated"]) == ("admitted", True)
    other = await admissions.go_through(
        scene.db,
        at.gate.keys,
        at.devices,
        at.door,
        DoorScan(**fields_of(scan) | {"scan_id": new_id()}),
        datetime.now(UTC),
    )
    assert other.verdict is Verdict.ALREADY_IN
    await scene.assert_sound()


async def test_f18_uploaded_and_never_answered(scene: Scene) -> None:
    """The device still has its log, and sends it again: nothing counts twice."""
    token, _ = await door_of(scene)
    now, codes = datetime.now(UTC), [await paid_code(scene, place) for place in (1, 2)]
    log = tuple(
        OfflineScan(
            scan_id=new_id(), performance_id=scene.house.performance.id, direction=Direction.IN, told=Verdict.ADMITTED,
            at=now, code=code,
        )
        for code in codes
    )  # fmt: skip
    await scene.act("upload", Upload(token, now, log), "F18")
    again = await scene.act("upload", Upload(token, now, log))
    assert [(one["found"], one["repeated"], one["conflict"]) for one in again] == [("admitted", True, False)] * 2
    async with scene.db.read() as c:
        assert (
            await c.fetchval("select count(*) from passages where scan_id = any($1)", [one.scan_id for one in log]) == 2
        )
    await scene.assert_sound()


async def test_f17_killed_between_the_scans_of_an_upload(scene: Scene) -> None:
    """Some of the log was taken in: sent again, the rest is taken in too, each once."""
    token, _ = await door_of(scene)
    now, codes = datetime.now(UTC), [await paid_code(scene, place) for place in (3, 4)]
    performance = scene.house.performance.id
    log = tuple(
        OfflineScan(
            scan_id=new_id(),
            performance_id=performance,
            direction=Direction.IN,
            told=Verdict.ADMITTED,
            at=now,
            code=code,
        )
        for code in codes
    )
    await scene.act("upload", Upload(token, now, log), "F17")
    again = await scene.act("upload", Upload(token, now, log))
    assert sorted(one["repeated"] for one in again) == [False, True]
    await scene.assert_sound()


@pytest.fixture
async def unsold(scene: Scene) -> AsyncIterator[tuple[At, str, UUID]]:
    """A ticket that was printed at the counter and not paid; its code and order."""
    _, at = await door_of(scene)
    placed = await order(scene.db, scene.inventory, scene.house, [5])
    async with scene.db.read() as c:
        await c.execute("update orders set channel = 'counter' where id = $1", placed.id)
        serial = await c.fetchval("select serial from tickets where order_id = $1", placed.id)
    signer = await at.gate.keys.signer(scene.house.organisation, datetime.now(UTC))
    yield at, signer.ticket(serial, 0, scene.house.pool), placed.id


@pytest.mark.parametrize("protected", [True, False])
async def test_no_money_goes_back_by_a_quick_cancelling(
    scene: Scene, unsold: tuple[At, str, UUID], monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    """The point of sale pays between the look at the ticket and its cancelling."""
    at, code, order_id = unsold
    cancel, now = orders.cancel, datetime.now(UTC)

    async def pay_first(*args: Any, **named: Any) -> Any:
        await payments.take_on_site(scene.db, order_id, now)
        return await cancel(*args, **(named if protected else {}))

    monkeypatch.setattr(door_cancellations.orders, "cancel", pay_first)
    act = door_cancellations.cancel(scene.db, scene.inventory, at.gate.keys, at.door, code, now)
    if protected:
        with pytest.raises(NotForResale):
            await act
        assert (await orders.get(scene.db, order_id)).refund_due_cents == 0
        return
    await act
    assert (await orders.get(scene.db, order_id)).refund_due_cents > 0


async def test_a_ticket_in_bulk_comes_back_by_a_scan(scene: Scene) -> None:
    """Good at the gate until then; its place is on sale again, and it is not owed for any more."""
    _, at = await door_of(scene)
    house, now = scene.house, datetime.now(UTC)
    seller = (await staff.create(scene.db, f"bulk-{new_id().hex}@example.org", "Sam Seller", None, now)).id
    wanted = Wanted(
        performance=house.performance.id, tariff=house.full, count=3, buyer=Buyer("kiosk@example.org", "Kiosk"),
        request_key="once",
    )  # fmt: skip
    by = Actor(organisation_id=house.organisation, staff_id=seller)
    office = (house.organisation, house.box_office)
    order_id = await consignments.ask(scene.db, SETTINGS, *office, wanted, by, now)
    await scene.do_jobs()
    made = await consignments.get(scene.db, order_id)
    assert made.live_count == 3 and made.first_serial is not None
    signer = await at.gate.keys.signer(house.organisation, now)
    code = signer.ticket(made.first_serial, 0, house.pool)
    await door_cancellations.cancel(scene.db, scene.inventory, at.gate.keys, at.door, code, now)
    left = await consignments.get(scene.db, order_id)
    assert (left.live_count, left.due_cents) == (2, 6000)
    await scene.assert_sound()


def fields_of(scan: DoorScan) -> dict[str, Any]:
    return {name: getattr(scan, name) for name in scan.__struct_fields__}
