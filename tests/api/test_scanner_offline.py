"""What a web scanner says without the network is what the server would say: every state of a ticket, at doors of every
kind, judged by both."""

import base64
import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from httpx import AsyncClient

from tests.api.conftest import House, keyed, order_body
from tests.api.scanners import Scanner, codes_of, enrol
from tests.web.test_seat_map import WEB, node
from ticketing import admissions, passes, scan_lists, tickets
from ticketing.admissions import DoorScan
from ticketing.db import Database
from ticketing.doors import Direction, Mode
from ticketing.scan_devices import Devices
from ticketing.settings import Settings, secret_bytes
from ticketing.signing_keys import Keys
from ticketing.tokens import Scope

Act = Callable[..., Any]
DOORS: dict[str, dict[str, Any]] = {
    "once": {"mode": Mode.ONCE},
    "entry and exit": {"mode": Mode.ENTRY_EXIT},
    "many times": {"mode": Mode.MULTIPLE},
    "two entries": {"mode": Mode.MULTIPLE, "entries_max": 1},
    "another zone": {"mode": Mode.ONCE, "zones": ("floor",)},
    "its zone": {"mode": Mode.ONCE, "zones": ("stalls",)},
}
TWICE = [(way.value, way) for way in Direction]

pytestmark = pytest.mark.skipif(node() is None, reason="needs node")


@pytest.fixture(autouse=True)
def always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_lists, "FRESH_S", -1.0)


async def test_verdicts_offline_are_the_servers(
    client: AsyncClient, paid: Act, order: Act, hold: Act, database: Database, settings: Settings, house: House
) -> None:  # fmt: skip
    codes = await _every_state(client, paid, order, hold, database, settings, house)
    gates = {name: await enrol(client, database, settings, house, **choice) for name, choice in DOORS.items()}
    doors = [await _told(gate, list(codes.values())) for gate in gates.values()]
    codes["sold since"] = (await codes_of(database, settings, (await paid(party=1))["id"]))[0]
    for door in doors:
        if door["profile"]["zones"] is None:
            door["scans"] += [[codes["sold since"], way] for way, _ in TWICE]
    keys, devices, now = Keys(database, secret_bytes(settings)), Devices(database), datetime.now(UTC)
    expected = []
    for gate, told in zip(gates.values(), doors, strict=True):
        door = await devices.verify(gate.token, now)
        dates = (UUID(house.first),)
        asked = [DoorScan(scan_id=uuid4(), performance_ids=dates, code=code, direction=Direction(way))
                 for code, way in told["scans"]]  # fmt: skip
        expected.append([(await admissions.judge(database, keys, door, scan, now)).verdict for scan in asked])
    names = [f"{state}, {way}" for state in codes for way, _ in TWICE]
    for library in (False, True):
        for name, found, wanted in zip(gates, _judged(doors, library), expected, strict=True):
            assert dict(zip(names, found, strict=False)) == dict(zip(names, wanted, strict=False)), name
    assert {verdict for some in expected for verdict in some} >= set(VERDICTS)


VERDICTS = (
    "admitted", "left", "already_in", "not_in", "entries_spent", "wrong_zone", "wrong_performance", "cancelled",
    "opposed", "old_code", "unknown", "forged", "not_paid",
)  # fmt: skip
STATES = ("new", "inside", "outside", "opposed", "replaced", "cancelled")


async def _every_state(
    client: AsyncClient, paid: Act, order: Act, hold: Act, database: Database, settings: Settings, house: House
) -> dict[str, str]:
    """Codes of tickets in every state, by what they are in."""
    now, pool = datetime.now(UTC), house.performances[0].pool_id
    placed, waiting = await paid(party=len(STATES)), await order(party=1)
    signer = await Keys(database, secret_bytes(settings)).signer(house.organisation_id, now)
    async with database.read() as c:
        told = "select id, serial from tickets where order_id = $1::uuid order by serial"
        rows = dict(zip(STATES, await c.fetch(told, placed["id"]), strict=True))
        unpaid = (await c.fetch(told, waiting["id"]))[0]
        await c.execute("update tickets set status = 'cancelled' where id = $1", rows["cancelled"]["id"])
    codes = {state: signer.ticket(row["serial"], 0, pool) for state, row in rows.items()}
    gate = await enrol(client, database, settings, house, mode=Mode.ENTRY_EXIT)
    for state, way in (("inside", "in"), ("outside", "in"), ("outside", "out")):
        await gate.scan(codes[state], direction=way)
    await tickets.oppose(database, house.organisation_id, rows["opposed"]["id"], now)
    await tickets.reissue(database, house.organisation_id, rows["replaced"]["id"], now)
    codes["its newer code"] = signer.ticket(rows["replaced"]["serial"], 1, pool)
    codes["unpaid"] = signer.ticket(unpaid["serial"], 0, pool)
    codes["of another date"] = await _elsewhere(client, hold, database, settings, house)
    codes["a pass"] = await _pass(client, hold, database, settings, house)
    codes["forged"] = codes["new"][:-1] + ("A" if codes["new"][-1] != "A" else "B")
    codes["of a key that is none"] = _with_key(codes["new"], 99)
    return codes | {"an address": "https://example.org/1234", "in small letters": f" {codes['new'].lower()}\r\n"}


async def _elsewhere(client: AsyncClient, hold: Act, database: Database, settings: Settings, house: House) -> str:
    """A ticket of the house's other date."""
    held = await hold(wants=[{"kind": "best", "performance": house.second, "party": 1}])
    return (await codes_of(database, settings, await _placed(client, house, order_body(house, held))))[0]


async def _pass(client: AsyncClient, hold: Act, database: Database, settings: Settings, house: House) -> str:
    shown, now = [performance.id for performance in house.performances], datetime.now(UTC)
    office = house.performances[0].box_office_id
    season = await passes.create_type(database, house.organisation_id, office, "Season", "SEASON", 0, shown, now)
    held = await hold(wants=[{"kind": "pass", "pass_type": str(season.id), "seat": "D-9"}])
    chosen = [{"pass_type": str(season.id), "seat": "D-9", "holder_name": "Ada"}]
    body = {"hold": held["hold"], "buyer": {"email": "ada@example.org", "name": "Ada"}, "passes": chosen}
    placed = await _placed(client, house, body)
    issued = await tickets.issued(database, Keys(database, secret_bytes(settings)), UUID(placed), now)
    return str(issued.passes[0].code)


async def _placed(client: AsyncClient, house: House, body: Any) -> str:
    placed = (await client.post(house.path("orders"), json=body, headers=keyed())).json()
    path, seller = f"/api/v1/orders/{placed['id']}/payments", house.bearer(Scope.SELL)
    await client.post(path, json={"provider": "on_site"}, headers=seller)
    return str(placed["id"])


def _with_key(code: str, key: int) -> str:
    """The same code, said to be signed by another key."""
    raw = bytearray(base64.b32decode(code[2:]))
    raw[1] = key
    return "PL" + base64.b32encode(raw).decode()


async def _told(gate: Scanner, codes: list[str]) -> dict[str, Any]:
    """What the server tells a device, and what that then scans."""
    profile, dates = (await gate.get("profile")).json(), (await gate.get("performances")).json()
    lists = (await gate.get(f"performances/{gate.house.first}/tickets")).json()
    here = [date for date in dates if date["id"] == gate.house.first]
    scans = [[code, way] for code in codes for way, _ in TWICE]
    return {"profile": profile, "known": dates, "dates": here, "zones": None, "lists": [lists], "scans": scans}


def _judged(doors: list[dict[str, Any]], library: bool) -> list[list[str]]:
    """What the scanner says of it, its signatures verified by the browser or by the library."""
    asked = json.dumps({"doors": doors, "library": library})
    ran = subprocess.run(
        [str(node()), "tests/judge.mjs"], cwd=WEB, input=asked, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return msgspec.json.decode(ran.stdout, type=list[list[str]])
