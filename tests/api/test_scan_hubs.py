"""What the server does for a hub: enrolled by a code, told what it serves, and heard of what it let in."""

from base64 import b64decode
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient, Response

from tests.api.conftest import House, problem
from tests.api.scanners import Scanner, codes_of, enrol, make_code
from ticketing import scan_devices, scan_hubs, scan_lists
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.scan_profiles import Covers, Role, Shown
from ticketing.settings import Settings

Act = Callable[..., Any]
Enrol = Callable[..., Awaitable[Scanner]]


class Asking:
    """A hub that was enrolled, and calls."""

    def __init__(self, client: AsyncClient, id: str, token: str) -> None:
        self.client, self.id, self.headers = client, id, {"authorization": f"Bearer {token}"}

    async def get(self, path: str = "", **options: Any) -> Response:
        return await self.client.get(f"/api/v1/hub{path}", headers=self.headers, **options)

    async def upload(self, *scans: dict[str, Any]) -> list[dict[str, Any]]:
        body = {"device_now": datetime.now(UTC).isoformat(), "scans": scans}
        response = await self.client.post("/api/v1/hub/uploads", json=body, headers=self.headers)
        assert response.status_code == 200, response.text
        taken: list[dict[str, Any]] = response.json()["taken"]
        return taken


@pytest.fixture(autouse=True)
def always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_lists, "FRESH_S", -1.0)


@pytest.fixture
def hub(client: AsyncClient, database: Database, settings: Settings, house: House) -> Act:
    """Enrol a hub by the organiser's code, or a profile's."""

    async def made(profile: Any = None) -> Asking:
        code = await make_code(database, settings, house, profile)
        response = await client.post("/api/v1/hubs", json={"code": code, "name": "Cellar"})
        assert response.status_code == 201, response.text
        return Asking(client, response.json()["hub"], response.json()["token"])

    return made


@pytest.fixture
def scanner(client: AsyncClient, database: Database, settings: Settings, house: House) -> Enrol:
    async def made(**choice: Any) -> Scanner:
        return await enrol(client, database, settings, house, **choice)

    return made


@pytest.fixture
def codes(paid: Act, database: Database, settings: Settings) -> Act:
    async def sold(party: int = 1) -> list[str]:
        return await codes_of(database, settings, (await paid(party=party))["id"])

    return sold


def made_offline(gate: Scanner, code: str, told: str = "admitted", **fields: Any) -> dict[str, Any]:
    at = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    made = {"scan": str(uuid4()), "performance": gate.house.first, "told": told, "at": at, "code": code}
    return made | {"device": gate.device} | fields


async def test_a_hub_is_told_what_it_serves(hub: Act, scanner: Enrol, house: House) -> None:
    north = await scanner(role=Role.SUPERVISOR)
    south = await scanner(gate="South", covers=Covers.DATES, date_ids=(house.performances[1].id,), zones=("floor",))
    seen = (await (await hub()).get()).json()
    assert seen["name"] == "Cellar" and seen["box_office"] == house.key
    assert {one["id"]: one["gate"] for one in seen["profiles"]} == {
        str(north.profile): "North", str(south.profile): "South"
    }  # fmt: skip
    hashes = {one["id"]: one["hash"] for one in seen["scanners"]}
    assert set(hashes) == {north.device, south.device} and north.token not in str(seen)
    assert sha256(north.token.encode()).digest().hex() == b64decode(hashes[north.device]).hex()
    dates = {one["date"]["id"]: set(one["profiles"]) for one in seen["dates"]}
    assert dates == {house.first: {str(north.profile)}, house.second: {str(north.profile), str(south.profile)}}
    only = (await (await hub(south.profile)).get()).json()
    assert [one["date"]["id"] for one in only["dates"]] == [house.second]
    assert [one["id"] for one in only["scanners"]] == [south.device]


async def test_its_list_has_what_any_profile_shows_and_the_tickets_ids(
    hub: Act, scanner: Enrol, codes: Act, house: House, rival: House
) -> None:
    await scanner(shown=(Shown.NAME,))
    await scanner(shown=(Shown.SEAT,))
    await codes()
    asking = await hub()
    found = (await asking.get(f"/performances/{house.first}/tickets")).json()
    assert found["whole"] and found["columns"][-1] == "ticket" and {"name", "row"} < set(found["columns"])
    assert "tariff" not in found["columns"]
    since = (await asking.get(f"/performances/{house.first}/tickets", params={"since": found["version"]})).json()
    assert not since["whole"] and since["tickets"] == []
    problem(await asking.get(f"/performances/{rival.first}/tickets"), 404, "not-found")
    problem(
        await (await hub(await _other(scanner, house))).get(f"/performances/{house.first}/tickets"), 404, "not-found"
    )


async def _other(scanner: Enrol, house: House) -> Any:
    return (await scanner(covers=Covers.DATES, date_ids=(house.performances[1].id,))).profile


async def test_what_it_let_in_is_taken_once_in_the_scanners_name(
    hub: Act, scanner: Enrol, codes: Act, house: House, database: Database
) -> None:
    asking, north, south = await hub(), await scanner(), await scanner(gate="South")
    first, second = await codes(2)
    sent = made_offline(north, first)
    (taken,) = await asking.upload(sent)
    assert (taken["found"], taken["conflict"], taken["repeated"], taken["refused"]) == ("admitted", False, False, None)
    (again,) = await asking.upload(sent)
    assert (again["found"], again["repeated"]) == ("admitted", True)
    told = await south.scan(first)
    assert (told["verdict"], told["ticket"]["entered_gate"]) == ("already_in", "North")
    (conflict,) = await asking.upload(made_offline(south, first))
    assert (conflict["found"], conflict["conflict"]) == ("already_in", True)
    listed = (await asking.get("/conflicts", params={"performance": house.first})).json()
    assert {listed[0]["gate"], listed[0]["other_gate"]} == {"North", "South"}
    (stranger,) = await asking.upload(made_offline(north, second, device=str(uuid4())))
    assert (stranger["found"], stranger["refused"]) == (None, "not-found")
    assert await south.verdict(second) == "admitted"


async def test_what_a_scanner_did_before_it_was_revoked_counts(
    hub: Act, scanner: Enrol, codes: Act, house: House, database: Database
) -> None:
    """The hub had not heard of it: somebody is inside all the same."""
    asking, north, south = await hub(), await scanner(), await scanner(gate="South")
    (code,) = await codes()
    by, now = Actor(organisation_id=house.organisation_id), datetime.now(UTC)
    await scan_devices.revoke(database, house.organisation_id, UUID(north.device), by, now)
    problem(await north.get("profile"), 401, "not-signed-in")
    (taken,) = await asking.upload(made_offline(north, code))
    assert (taken["found"], taken["conflict"]) == ("admitted", False)
    assert await south.verdict(code) == "already_in"


async def test_another_organisations_hub_and_a_revoked_one(
    hub: Act,
    scanner: Enrol,
    codes: Act,
    house: House,
    rival: House,
    database: Database,
    settings: Settings,
    client: AsyncClient,
) -> None:
    north, (code,) = await scanner(), await codes()
    theirs = await client.post(
        "/api/v1/hubs", json={"code": await make_code(database, settings, rival, None), "name": "Theirs"}
    )
    stranger = Asking(client, theirs.json()["hub"], theirs.json()["token"])
    (taken,) = await stranger.upload(made_offline(north, code))
    assert taken["refused"] == "not-found" and await north.verdict(code) == "admitted"
    asking = await hub()
    beat = {"clock": datetime.now(UTC).isoformat(), "scanner_count": 3, "pending_count": 7}
    response = await client.post("/api/v1/hub/heartbeats", json=beat, headers=asking.headers)
    assert response.status_code == 204
    (listed,) = await scan_hubs.list_of(database, house.performances[0].box_office_id)
    now = datetime.now(UTC)
    assert (listed.pending_count, listed.scanner_count, listed.troubles(now)) == (
        7,
        3,
        [scan_hubs.HubTrouble.SCANS_WAIT],
    )
    await scan_hubs.revoke(
        database, house.organisation_id, listed.id, Actor(organisation_id=house.organisation_id), now
    )
    problem(await asking.get(), 401, "not-signed-in")
    problem(await client.get("/api/v1/hub", headers=north.headers), 401, "not-signed-in")
    problem(await client.post("/api/v1/hubs", json={"code": "AAAA-BBBB", "name": "x"}), 401, "scan-code-wrong")
