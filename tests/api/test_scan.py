import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient

from tests.api.conftest import House, problem
from tests.api.scanners import Scanner, codes_of, enrol
from ticketing import passes, scan_devices, tickets
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.doors import Mode
from ticketing.scan_profiles import Covers, Role, Shown
from ticketing.settings import Settings, secret_bytes
from ticketing.signing_keys import Keys

Act = Callable[..., Any]
Enrol = Callable[..., Awaitable[Scanner]]


@pytest.fixture
def scanner(client: AsyncClient, database: Database, settings: Settings, house: House) -> Enrol:
    """Enrol a scanner with a profile of its own."""

    async def made(**choice: Any) -> Scanner:
        return await enrol(client, database, settings, house, **choice)

    return made


@pytest.fixture
def codes(paid: Act, database: Database, settings: Settings) -> Act:
    """Sell so many seats, and say their codes."""

    async def sold(party: int = 1) -> list[str]:
        return await codes_of(database, settings, (await paid(party=party))["id"])

    return sold


async def test_a_ticket_comes_in_once(scanner: Enrol, codes: Act, house: House) -> None:
    north, south = await scanner(gate="North"), await scanner(gate="South")
    (code,) = await codes()
    body = {"scan": str(uuid4()), "performances": [house.first, house.second], "code": code}
    first = (await north.post("admissions", body)).json()
    assert (first["verdict"], first["let_through"], first["repeated"]) == ("admitted", True, False)
    ticket = first["ticket"]
    assert (ticket["zone"], ticket["tariff"], ticket["name"]) == ("Stalls", "Full", "Ada")
    assert (ticket["standing"], ticket["entered_gate"], ticket["performance"]) == ("inside", "North", house.first)
    again = (await north.post("admissions", body)).json()
    assert (again["verdict"], again["repeated"]) == ("admitted", True)
    second = await south.scan(code)
    assert (second["verdict"], second["let_through"]) == ("already_in", False)
    assert second["ticket"]["entered_gate"] == "North"
    problem(await north.post("admissions", body | {"code": "other"}), 409, "scan-reused")
    problem(await north.post("admissions", body | {"direction": "out"}), 409, "scan-reused")


async def test_entry_and_exit(scanner: Enrol, codes: Act) -> None:
    north, south = await scanner(mode=Mode.ENTRY_EXIT), await scanner(gate="South", mode=Mode.ENTRY_EXIT)
    (code,) = await codes()
    out = await south.scan(code, direction="out")
    assert (out["verdict"], out["ticket"]["standing"], out["ticket"]["left_at"]) == ("not_in", "new", None)
    assert await north.verdict(code) == "admitted"
    assert (await south.scan(code))["verdict"] == "already_in"
    left = await south.scan(code, direction="out")
    assert (left["verdict"], left["let_through"], left["ticket"]["standing"]) == ("left", True, "outside")
    told = await north.scan(code, direction="out")
    assert (told["verdict"], told["ticket"]["left_gate"]) == ("not_in", "South")
    back = await north.scan(code)
    assert (back["verdict"], back["ticket"]["entry_count"], back["ticket"]["left_at"]) == ("admitted", 2, None)


async def test_many_entries_up_to_the_most(scanner: Enrol, codes: Act) -> None:
    gate = await scanner(mode=Mode.MULTIPLE, entries_max=3)
    (code,) = await codes()
    assert [await gate.verdict(code) for _ in range(4)] == ["admitted"] * 3 + ["entries_spent"]
    assert await gate.verdict(code, direction="out") == "left"
    assert (await gate.scan(code))["verdict"] == "entries_spent"


async def test_exits_are_counted_where_one_comes_in_once(scanner: Enrol, codes: Act) -> None:
    gate = await scanner()
    (code,) = await codes()
    assert [await gate.verdict(code), await gate.verdict(code, direction="out")] == ["admitted", "left"]
    again = await gate.scan(code)
    assert (again["verdict"], again["ticket"]["entered_gate"]) == ("already_in", "North")


async def test_another_zone_is_told_with_its_gates(scanner: Enrol, codes: Act) -> None:
    floor = await scanner(gate="Pit", zones=("floor",), shown=(Shown.NAME,))
    await scanner(gate="Stairs", zones=("stalls",))
    await scanner(gate="Main")
    (code,) = await codes()
    told = await floor.scan(code)
    assert (told["verdict"], told["ticket"]["zone"], told["gates"]) == ("wrong_zone", "Stalls", ["Main", "Stairs"])
    assert told["ticket"]["seat"] is None, "what the profile does not show is not sent"
    main = await scanner(gate="Foyer")
    assert await main.verdict(code, zones=["floor"]) == "wrong_zone", "a device may narrow its profile's zones"
    assert await floor.verdict(code, zones=["stalls"]) == "wrong_zone", "and not widen them"
    assert await main.verdict(code, zones=["stalls", "floor"]) == "admitted"


async def test_a_profile_scans_what_it_covers(scanner: Enrol, codes: Act, house: House, rival: House) -> None:
    second = await scanner(covers=Covers.DATES, date_ids=(house.performances[1].id,))
    (code,) = await codes()
    body = {"scan": str(uuid4()), "performances": [house.first], "code": code}
    problem(await second.post("admissions", body), 404, "not-found")
    assert await second.verdict(code, at=house.second) == "wrong_performance"
    everything = await scanner(covers=Covers.EVENTS, event_ids=(house.performances[0].event_id,))
    assert await everything.verdict(code) == "admitted"
    problem(await everything.post("admissions", body | {"performances": [rival.first]}), 404, "not-found")
    listed = (await second.get("performances")).json()
    assert [date["id"] for date in listed] == [house.second]
    assert [zone["id"] for zone in listed[0]["zones"]] == ["stalls", "floor"]
    assert listed[0]["number"] == house.performances[1].pool_id


@pytest.mark.parametrize("mode", Mode)
async def test_fifty_scanners_on_one_code(scanner: Enrol, codes: Act, mode: Mode, database: Database) -> None:
    gates = [await scanner(gate=f"Gate {n}", mode=mode) for n in range(3)]
    (code,) = await codes()
    answers = await asyncio.gather(*(gates[n % 3].scan(code) for n in range(50)))
    told = Counter(answer["verdict"] for answer in answers)
    assert told == ({"admitted": 50} if mode is Mode.MULTIPLE else {"admitted": 1, "already_in": 49})
    counted = {answer["ticket"]["entry_count"] for answer in answers if answer["verdict"] == "admitted"}
    assert counted == (set(range(1, 51)) if mode is Mode.MULTIPLE else {1})


async def test_a_supervisor_lets_in_despite_and_says_why(
    scanner: Enrol, codes: Act, database: Database, house: House
) -> None:
    steward, supervisor = await scanner(), await scanner(gate="South", role=Role.SUPERVISOR)
    (code,) = await codes()
    body = {"scan": str(uuid4()), "performances": [house.first], "code": code, "despite": "Dropped their child off."}
    problem(await steward.post("admissions", body), 403, "right-missing")
    assert await steward.verdict(code) == "admitted"
    told = (await supervisor.post("admissions", body)).json()
    assert (told["verdict"], told["despite"], told["let_through"]) == ("admitted", "already_in", True)
    assert told["ticket"]["entry_count"] == 2
    again = (await supervisor.post("admissions", body)).json()
    assert (again["despite"], again["repeated"]) == ("already_in", True)
    assert await supervisor.verdict("no ticket", despite="?") == "unknown", "nobody comes in with no ticket"
    async with database.read() as c:
        (line,) = await c.fetch(
            "select * from audit_lines where act = 'ticket.let-through' and organisation_id = $1", house.organisation_id
        )
    assert (str(line["device_id"]), line["by_device"], line["actor_name"]) == (supervisor.device, True, "Scanner")


async def test_a_scan_is_undone_once_and_the_ticket_comes_in_again(
    scanner: Enrol, codes: Act, database: Database, house: House
) -> None:
    steward, supervisor = await scanner(), await scanner(gate="South", role=Role.SUPERVISOR)
    (code,) = await codes()
    first = await steward.scan(code)
    body = {"scan": str(uuid4()), "undoes": first["scan"], "reason": "Wrong queue"}
    problem(await steward.post("undos", body), 403, "right-missing")
    undone = (await supervisor.post("undos", body)).json()
    assert (undone["standing"], undone["entry_count"], undone["repeated"]) == ("new", 0, False)
    assert (await supervisor.post("undos", body)).json()["repeated"] is True
    problem(await supervisor.post("undos", body | {"scan": str(uuid4())}), 409, "undone-already")
    assert await steward.verdict(code) == "admitted"
    second = await steward.scan(code)
    problem(
        await supervisor.post("undos", body | {"scan": str(uuid4()), "undoes": second["scan"]}), 409, "nothing-to-undo"
    )
    problem(await supervisor.post("undos", body | {"scan": str(uuid4()), "undoes": str(uuid4())}), 404, "not-found")
    reused = {"scan": first["scan"], "undoes": first["scan"]}
    problem(await supervisor.post("undos", reused), 409, "scan-reused")
    async with database.read() as c:
        acts = await c.fetch("select act from audit where organisation_id = $1 order by id", house.organisation_id)
        assert await c.fetchval("select count(*) from scans where undoes is not null") == 1
    assert [row["act"] for row in acts].count("ticket.scan-undone") == 1


async def test_only_the_last_passage_is_undone(scanner: Enrol, codes: Act) -> None:
    gate = await scanner(mode=Mode.ENTRY_EXIT, role=Role.SUPERVISOR)
    (code,) = await codes()
    entry, exit = await gate.scan(code), await gate.scan(code, direction="out")

    async def undo(scan: Any) -> Any:
        return await gate.post("undos", {"scan": str(uuid4()), "undoes": scan["scan"]})

    problem(await undo(entry), 409, "not-the-last-passage")
    assert (await undo(exit)).json()["standing"] == "inside"
    assert (await undo(entry)).json()["standing"] == "new"
    assert await gate.verdict(code) == "admitted"


async def test_search_says_what_a_steward_has_to_know(scanner: Enrol, paid: Act, database: Database, settings: Settings,
                                                     house: House, rival: House) -> None:  # fmt: skip
    gate = await scanner()
    placed = await paid(party=2)
    code = (await codes_of(database, settings, placed["id"]))[0]
    await gate.scan(code)
    for text in ("ada", placed["code"], placed["code"][:4].lower(), code):
        response = await gate.get("search", params={"text": text, "performance": [house.first]})
        (found,) = [one for one in response.json() if one["code"] == placed["code"]]
        assert found["buyer_name"] == "Ada" and len(found["tickets"]) == 2
        assert sorted(ticket["standing"] for ticket in found["tickets"]) == ["inside", "new"]
        assert not {"example.org", "cents", "price"} & set(response.text.replace('"', " ").split())
        assert "ada@example.org" not in response.text and "cents" not in response.text
    waiting = next(ticket for ticket in found["tickets"] if ticket["standing"] == "new")
    assert await gate.verdict("", ticket=waiting["ticket_id"]) == "admitted"
    for text, dates in (("ada", [house.second]), ("ada", [rival.first]), ("x", [house.first]), ("bob", [house.first])):
        assert (await gate.get("search", params={"text": text, "performance": dates})).json() == []
    problem(await gate.get("search", params={"text": "ada"}), 422, "input-refused")


async def test_counts_are_live_by_gate_and_zone(scanner: Enrol, codes: Act, house: House, rival: House) -> None:
    north, south = await scanner(mode=Mode.ENTRY_EXIT), await scanner(gate="South", mode=Mode.ENTRY_EXIT)
    first, second, third = await codes(party=3)
    for gate, code, way in ((north, first, "in"), (south, second, "in"), (south, first, "out"), (north, third, "in")):
        await gate.scan(code, direction=way)
    counts = (await north.get(f"performances/{house.first}/counts")).json()
    assert (counts["inside"], counts["entered"], counts["came"], counts["expected"]) == (2, 3, 3, 3)
    assert {gate["gate"]: (gate["entered"], gate["left"]) for gate in counts["gates"]} == {
        "North": (2, 0),
        "South": (1, 1),
    }
    assert [(zone["zone"], zone["inside"], zone["came"]) for zone in counts["zones"]] == [("Stalls", 2, 3)]
    problem(await north.get(f"performances/{rival.first}/counts"), 404, "not-found")


async def test_what_was_not_sold_goes_back_on_sale(
    scanner: Enrol, order: Act, paid: Act, free: Act, database: Database, settings: Settings, house: House
) -> None:
    steward, supervisor = await scanner(), await scanner(role=Role.SUPERVISOR)
    placed = await order(party=2)
    async with database.read() as c:
        await c.execute("update orders set channel = 'counter' where id = $1::uuid", placed["id"])
        rows = await c.fetch("select serial from tickets where order_id = $1::uuid order by serial", placed["id"])
    signer = await Keys(database, secret_bytes(settings)).signer(house.organisation_id, datetime.now(UTC))
    printed = [signer.ticket(row["serial"], 0, house.performances[0].pool_id) for row in rows]
    before = await free()
    problem(await steward.post("cancellations", {"code": printed[0]}), 403, "right-missing")
    back = (await supervisor.post("cancellations", {"code": printed[0]})).json()
    assert (back["order_code"], back["zone"]) == (placed["code"], "Stalls")
    assert await free() == before + 1
    problem(await supervisor.post("cancellations", {"code": printed[0]}), 409, "wrong-state")
    (sold,) = await codes_of(database, settings, (await paid(party=1))["id"])
    problem(await supervisor.post("cancellations", {"code": sold}), 409, "not-for-resale")
    problem(await supervisor.post("cancellations", {"code": "nothing"}), 404, "not-found")
    async with database.read() as c:
        acts = await c.fetch("select act, device_id from audit where act = 'order.reduced'")
    assert [str(row["device_id"]) for row in acts] == [supervisor.device]


async def test_a_pass_is_shown_by_its_name(
    scanner: Enrol, client: AsyncClient, hold: Act, database: Database, settings: Settings, house: House
) -> None:
    shown = [performance.id for performance in house.performances]
    office, now = house.performances[0].box_office_id, datetime.now(UTC)
    season = await passes.create_type(database, house.organisation_id, office, "Season", "SEASON", 0, shown, now)
    held = await hold(wants=[{"kind": "pass", "pass_type": str(season.id), "seat": "C-3"}])
    body = {
        "hold": held["hold"],
        "buyer": {"email": "ada@example.org", "name": "Ada"},
        "passes": [{"pass_type": str(season.id), "seat": "C-3", "holder_name": "Ada"}],
    }
    placed = (await client.post(house.path("orders"), json=body, headers={"idempotency-key": uuid4().hex})).json()
    issued = await tickets.issued(database, Keys(database, secret_bytes(settings)), placed["id"], now)
    code, gate = issued.passes[0].code, await scanner()
    told = await gate.scan(code, performances=[house.second, house.first])
    assert (told["verdict"], told["ticket"]["pass_name"], told["ticket"]["tariff"]) == ("admitted", "Season", None)
    assert told["ticket"]["performance"] == house.first, "of its dates here, the next one"
    assert await gate.verdict(code, at=house.second) == "admitted"
    assert await gate.verdict(code, at=house.first) == "already_in"


async def test_a_scan_is_one_statement(scanner: Enrol, codes: Act, queries: list[str]) -> None:
    gate = await scanner(zones=("stalls",))
    first, second = await codes(party=2)
    await gate.scan(first)
    queries.clear()
    assert await gate.verdict(second) == "admitted"
    assert queries == ["admit"]


async def test_a_revoked_device_lets_nobody_in_from_that_moment(
    scanner: Enrol, codes: Act, database: Database, house: House
) -> None:
    gate, by = await scanner(), Actor(organisation_id=house.organisation_id)
    first, second = await codes(party=2)
    assert await gate.verdict(first) == "admitted"
    await scan_devices.revoke(database, house.organisation_id, gate.device, by, datetime.now(UTC))
    body = {"scan": str(uuid4()), "performances": [house.first], "code": second}
    problem(await gate.post("admissions", body), 401, "not-signed-in")
    other = await scanner()
    assert await other.verdict(second) == "admitted", "and nobody came in by it"


async def test_offline_conflicts_are_kept_with_both_gates(
    scanner: Enrol, codes: Act, house: House, database: Database
) -> None:
    north, south, east = await scanner(), await scanner(gate="South"), await scanner(gate="East")
    both, online, good, refused = await codes(party=4)
    now = datetime.now(UTC)

    def told(code: str, verdict: str = "admitted", minutes: float = 10) -> dict[str, Any]:
        at = now - timedelta(minutes=minutes) + timedelta(hours=1)  # their clocks are an hour ahead
        return {"scan": str(uuid4()), "performance": house.first, "code": code, "told": verdict, "at": at.isoformat()}

    ahead = (now + timedelta(hours=1)).isoformat()
    assert await east.verdict(online) == "admitted"
    log = [told(both), told(online), told(good), told(refused, "already_in"), told("no ticket")]
    sent = {"device_now": ahead, "scans": log}
    first = (await north.post("uploads", sent)).json()["taken"]
    assert [(one["found"], one["conflict"]) for one in first] == [
        ("admitted", False), ("already_in", True), ("admitted", False), ("admitted", False), ("unknown", True),
    ]  # fmt: skip
    again = (await north.post("uploads", sent)).json()["taken"]
    assert [(one["repeated"], one["conflict"]) for one in again] == [(True, one["conflict"]) for one in first]
    late = (await south.post("uploads", {"device_now": ahead, "scans": [told(both, minutes=5)]})).json()["taken"]
    assert (late[0]["found"], late[0]["conflict"]) == ("already_in", True)
    listed = (await north.get("conflicts", params={"performance": [house.first]})).json()
    assert {(one["gate"], one["other_gate"], one["found"]) for one in listed} == {
        ("North", "East", "already_in"), ("South", "North", "already_in"), ("North", None, "unknown"),
    }  # fmt: skip
    (two,) = [one for one in listed if one["gate"] == "South"]
    gone = datetime.fromisoformat(two["at"]) - datetime.fromisoformat(two["other_at"])
    assert abs(gone - timedelta(minutes=5)) < timedelta(seconds=1) and two["order_code"]
    assert await north.verdict(refused) == "admitted", "who was refused offline has not come in"
    counts = (await south.get(f"performances/{house.first}/counts")).json()
    assert (counts["came"], counts["entered"], counts["conflicts"]) == (4, 6, 3)


async def test_a_supervisors_reason_comes_with_what_was_made_offline(
    scanner: Enrol, codes: Act, house: House, database: Database
) -> None:
    steward, supervisor = await scanner(), await scanner(role=Role.SUPERVISOR)
    code, now = (await codes(party=1))[0], datetime.now(UTC).isoformat()
    assert await steward.verdict(code) == "admitted"
    told = {"performance": house.first, "code": code, "told": "admitted", "at": now}
    for gate, reason in ((supervisor, " She went\nto her car "), (steward, "No right to")):
        log = [told | {"scan": str(uuid4()), "despite": reason}]
        for repeated in (False, True):
            (taken,) = (await gate.post("uploads", {"device_now": now, "scans": log})).json()["taken"]
            assert (taken["found"], taken["conflict"], taken["repeated"]) == ("already_in", True, repeated)
    async with database.read() as c:
        devices = [steward.device, supervisor.device]
        noted = await c.fetch(
            "select device_id::text, changes::text from audit"
            " where act = 'ticket.let-through' and device_id = any($1::uuid[])", devices,
        )  # fmt: skip
        kept = await c.fetch("select reason from scans where device_id = any($1::uuid[]) and reason <> ''", devices)
    assert [row["device_id"] for row in noted] == [supervisor.device] and "to her car" in noted[0]["changes"]
    assert [row["reason"] for row in kept] == ["She went to her car"]


async def test_an_upload_is_bounded(scanner: Enrol, house: House) -> None:
    gate, now = await scanner(), datetime.now(UTC).isoformat()
    one = {"performance": house.first, "code": "x", "told": "admitted", "at": now}
    many = [one | {"scan": str(uuid4())} for _ in range(201)]
    problem(await gate.post("uploads", {"device_now": now, "scans": many}), 422, "input-refused")
    early = {"device_now": "0001-01-01T00:00:00+14:00", "scans": []}
    problem(await gate.post("uploads", early), 422, "input-refused")
    elsewhere = one | {"scan": str(uuid4()), "performance": str(uuid4())}
    taken = (await gate.post("uploads", {"device_now": now, "scans": [elsewhere]})).json()["taken"]
    assert (taken[0]["refused"], taken[0]["found"]) == ("not-found", None), "it is forgotten, and holds up no other"
