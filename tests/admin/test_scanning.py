import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient

from tests.admin.conftest import Browser, SignIn
from tests.api.conftest import House
from tests.api.scanners import Scanner, codes_of, make_code, make_profile
from ticketing.db import Database
from ticketing.settings import Settings
from ticketing.tokens import Scope

DOOR = {
    "name": "Main door",
    "gate": "North",
    "role": "steward",
    "covers": "box_office",
    "zones_admitted": "all",
    "mode": "once",
    "shown": ["tariff", "seat"],
}
SPELT = re.compile(r'class="scan-code-text">([^<]+)<')
DEVICE = re.compile(r"/admin/scan-devices/([0-9a-f-]{36})/revocation")


@pytest.fixture
def path(house: House) -> str:
    return f"/admin/box-offices/{house.key}/scanning"


@pytest.fixture
async def manager(sign_in: SignIn) -> Browser:
    return await sign_in()


@pytest.fixture
async def door(manager: Browser, path: str) -> str:
    """The page of a profile."""
    await manager.page(f"{path}/new")
    return await manager.done(path, DOOR)


async def enrolled(client: AsyncClient, house: House, code: str, **asked: Any) -> Scanner:
    response = await client.post("/api/v1/scan/devices", json={"code": code, "name": "Telephone 1"} | asked)
    assert response.status_code == 201, response.text
    made = response.json()
    return Scanner(client, house, made["profile"], made["token"], made["device"])


async def coded(manager: Browser, at: str) -> str:
    """A code that was made on a page, as it is read there."""
    await manager.page(at)
    await manager.done(f"{at}/codes", {"hours": "24"})
    return SPELT.findall(await manager.page(at))[-1]


async def test_the_first_profile_is_made_and_its_scanners_enrolled(
    manager: Browser, client: AsyncClient, house: House, path: str
) -> None:
    page = await manager.page(path)
    assert "No scan profile yet" in page and f"{path}/new" in page
    page = await manager.page(f"{path}/new")
    assert "The Seagull" in page and 'name="mode" value="once"' in page
    at = await manager.done(path, DOOR)
    page = await manager.page(at)
    assert "The profile Main door is added." in page and "added the scan profile" in page
    assert "No scanner is enrolled yet." in page
    code = await coded(manager, at)
    page = await manager.page(at)
    assert f"/scan#{code.replace('-', '')}" in page and "data:image/svg+xml;base64," in page
    assert "0 scanners enrolled." in page
    scanner = await enrolled(client, house, code)
    assert str(scanner.profile) == at.rpartition("/")[2]
    page = await manager.page(at)
    assert "Telephone 1" in page and "1 scanner enrolled." in page and "Has not reported yet" in page
    page = await manager.page(path)
    assert "Main door" in page and "Telephone 1" in page and "All events" in page and "Steward" in page


async def test_mistakes_keep_what_was_typed(manager: Browser, path: str, door: str, rival: House) -> None:
    for wrong, said in (
        ({"name": " "}, "Write 1 to 200 characters."),
        ({"gate": ""}, "Write 1 to 60 characters."),
        ({"mode": "twice"}, "Choose one of these."),
        ({"covers": "events"}, "Choose 1 to"),
        ({"covers": "events", "events": ["x"]}, "Choose one of these."),
        ({"covers": "dates", "dates": [rival.first]}, "There is no such"),
        ({"zones_admitted": "chosen"}, "Choose 1 to"),
        ({"mode": "multiple", "entries_max": "0"}, "Type a whole number from 1 to"),
    ):
        fields = DOOR | {"name": "Balcony", "shown": ["name"]} | wrong
        response = await manager.post(path, fields)
        assert response.status_code == 422 and said in response.text, (wrong, response.text)
        assert re.search(r'name="shown" value="name" checked', response.text)
        assert not re.search(r'name="shown" value="seat" checked', response.text)


async def test_a_profile_is_bound_to_dates_and_zones(manager: Browser, path: str, house: House) -> None:
    page = await manager.page(f"{path}/new")
    zones = re.findall(r'name="zones" value="([^"]+)"', page)
    bound = {"covers": "dates", "dates": [house.second], "zones_admitted": "chosen", "zones": zones[:1]}
    at = await manager.done(path, DOOR | bound | {"mode": "multiple", "entries_max": "3"})
    page = await manager.page(at)
    assert f'name="dates" value="{house.second}" checked' in page
    assert f'name="dates" value="{house.first}"' in page and f'value="{house.first}" checked' not in page
    assert f'name="zones" value="{zones[0]}" checked' in page and re.search(r'id="entries_max"[^>]* value="3"', page)
    page = await manager.page(path)
    assert "1 date, 1 zone" in page and "Many times" in page


async def test_the_second_of_two_who_save_sees_both(manager: Browser, door: str) -> None:
    await manager.page(door)
    await manager.done(door, DOOR | {"version": "1", "gate": "South"})
    page = await manager.page(door)
    assert 'value="South"' in page and "changed the scan profile" in page
    response = await manager.post(door, DOOR | {"version": "1", "gate": "East"})
    assert response.status_code == 409 and 'value="East"' in response.text and "South" in response.text
    assert 'name="version" value="2"' in response.text
    await manager.done(door, DOOR | {"version": "2", "gate": "East"})
    response = await manager.post(door, DOOR | {"version": "3", "name": ""})
    assert response.status_code == 422


async def test_a_changed_profile_is_what_its_scanners_read(
    manager: Browser, client: AsyncClient, house: House, door: str
) -> None:
    scanner = await enrolled(client, house, await coded(manager, door))
    await manager.done(door, DOOR | {"version": "1", "mode": "entry_exit", "role": "supervisor", "shown": []})
    found = (await scanner.get("profile")).json()
    assert found["mode"] == "entry_exit" and found["shown"] == [] and "undo" in found["rights"]


async def test_a_code_is_revoked_and_its_scanners_stay(
    manager: Browser, client: AsyncClient, house: House, path: str, door: str
) -> None:
    code = await coded(manager, door)
    scanner = await enrolled(client, house, code)
    page = await manager.page(door)
    (revocation,) = re.findall(rf'action="({path}/codes/[0-9a-f-]+/revocation)"', page)
    target = await manager.done(revocation, {"profile": door.rpartition("/")[2]})
    assert target == door
    page = await manager.page(door)
    assert "The code is revoked." in page and code not in page
    again = await client.post("/api/v1/scan/devices", json={"code": code, "name": "Late"})
    assert again.status_code == 401, again.text
    assert (await scanner.get("profile")).status_code == 200
    assert (await manager.post(revocation)).status_code in (303, 404, 409)


async def test_the_organisers_code_lets_the_scanner_choose(
    manager: Browser, client: AsyncClient, house: House, path: str, door: str
) -> None:
    await manager.done(path, DOOR | {"name": "Balcony", "gate": "Stairs"})
    code = await coded(manager, path)
    signed = (await client.post("/api/v1/scan/sign-ins", json={"code": code})).json()
    assert [one["name"] for one in signed["profiles"]] == ["Balcony", "Main door"]
    await enrolled(client, house, code, profile=signed["profiles"][0]["id"])
    page = await manager.page(path)
    assert page.count("Telephone 1") >= 1 and "Stairs" in page
    response = await manager.post(f"{path}/codes", {"hours": "9999"})
    assert response.status_code == 422 and "Type a whole number from 1 to 720." in response.text
    page = await manager.page(path)
    (revocation,) = re.findall(rf'action="({path}/codes/[0-9a-f-]+/revocation)"', page)
    assert await manager.done(revocation, {"profile": "nonsense"}) == path


async def test_what_is_wrong_with_a_scanner_is_said(
    manager: Browser, client: AsyncClient, house: House, path: str, door: str
) -> None:
    scanner = await enrolled(client, house, await coded(manager, door))
    await scanner.post("heartbeats", {"battery": 80, "charging": True})
    page = await manager.page(path)
    assert "80%" in page and "charging" in page and "In order" in page
    told = {"battery": 4, "pending_count": 12, "clock": "2020-01-01T00:00:00Z", "software": "Door 1.2", "network": "4G"}
    assert (await scanner.post("heartbeats", told)).status_code in (200, 204)
    page = await manager.page(door)
    for said in ("Battery low", "Holds scans that it has not sent", "(12)", "Its clock is wrong", "Door 1.2", "4G"):
        assert said in page, said


async def test_a_scanner_is_revoked_at_once(
    manager: Browser, client: AsyncClient, house: House, path: str, door: str
) -> None:
    scanner = await enrolled(client, house, await coded(manager, door))
    (device,) = DEVICE.findall(await manager.page(path))
    assert device == scanner.device
    assert await manager.done(f"/admin/scan-devices/{device}/revocation") == path
    assert (await scanner.get("profile")).status_code == 401
    page = await manager.page(path)
    assert "The scanner Telephone 1 is revoked." in page and "Revoked scanners" in page and not DEVICE.search(page)
    other = await enrolled(client, house, await coded(manager, door))
    target = await manager.done(f"/admin/scan-devices/{other.device}/revocation", {"profile": "1"})
    assert target == door and "Revoked scanners" in await manager.page(door)


async def test_a_withdrawn_profile_is_read_and_ended(
    manager: Browser, client: AsyncClient, house: House, path: str, door: str
) -> None:
    code = await coded(manager, door)
    scanner = await enrolled(client, house, code)
    assert await manager.done(f"{door}/withdrawal") == path
    assert (await scanner.get("profile")).status_code in (401, 403)
    page = await manager.page(door)
    assert "Withdrawn on" in page and "<fieldset disabled>" in page and code not in page
    assert f'action="{door}/codes"' not in page
    assert "Withdrawn" in await manager.page(path)


async def test_who_may_scan_sees_no_code_and_changes_nothing(
    manager: Browser, sign_in: SignIn, house: House, path: str, door: str
) -> None:
    code, shared = await coded(manager, door), await coded(manager, path)
    steward = await sign_in(Scope.SCAN)
    for at in (path, door):
        page = await steward.page(at)
        assert "Main door" in page and code not in page and shared not in page and "codes" not in page
    assert (await steward.get(f"{path}/new")).status_code == 403
    for target in (path, door, f"{door}/codes", f"{path}/codes", f"{door}/withdrawal"):
        assert (await steward.post(target, DOOR | {"version": "1", "hours": "1"})).status_code == 403, target
    viewer = await sign_in(Scope.VIEW)
    assert (await viewer.get(path)).status_code == 403
    event = house.performances[0].event_id
    assert "/scanning" not in await viewer.page(f"/admin/events/{event}")
    assert (await viewer.get(f"/admin/events/{event}/scanning")).status_code == 403


async def test_another_organisations_profile_is_not_found(
    manager: Browser, database: Database, settings: Settings, rival: House, path: str
) -> None:
    theirs = await make_profile(database, rival)
    await make_code(database, settings, rival, theirs)
    await manager.page(path)
    assert (await manager.get(f"/admin/scan-profiles/{theirs}")).status_code == 404
    for act in ("", "/codes", "/withdrawal"):
        target = f"/admin/scan-profiles/{theirs}{act}"
        assert (await manager.post(target, DOOR | {"version": "1", "hours": "1"})).status_code == 404, act
    async with database.read() as c:
        (code,) = await c.fetch("select id from scan_codes where profile_id = $1", theirs)
    assert (await manager.post(f"{path}/codes/{code['id']}/revocation")).status_code == 404
    assert (await manager.post(f"/admin/scan-devices/{uuid4()}/revocation")).status_code == 404


async def test_the_event_tells_how_its_doors_go(
    manager: Browser, client: AsyncClient, database: Database, settings: Settings, house: House, path: str, door: str,
    paid: Callable[..., Any],
) -> None:  # fmt: skip
    event = house.performances[0].event_id
    page = await manager.page(f"/admin/events/{event}/scanning")
    assert "Main door" in page and "In now" in page and f"/admin/performances/{house.first}" in page
    made = await paid()
    (code, *_) = await codes_of(database, settings, made["id"])
    scanner = await enrolled(client, house, await coded(manager, door))
    assert (await scanner.scan(code))["verdict"] == "admitted"
    at = datetime.now(UTC).isoformat()
    scan = {"scan": str(uuid4()), "performance": house.first, "code": code, "at": at, "told": "admitted"}
    sent = {"device_now": at, "scans": [scan]}
    answer = await scanner.post("uploads", sent)
    assert answer.status_code == 200, answer.text
    page = await manager.page(f"/admin/events/{event}/scanning")
    assert "Let in offline against what was known" in page and "Somebody had come in with it" in page
    assert "Conflicts" in page and "Telephone 1" in page and "North" in page
    assert "Scan access" in await manager.page(f"/admin/events/{event}")


async def test_an_event_that_nobody_scans(sign_in: SignIn, house: House) -> None:
    steward = await sign_in(Scope.SCAN)
    page = await steward.page(f"/admin/events/{house.performances[0].event_id}/scanning")
    assert "None yet: under Scanning" in page


async def test_the_door_list_of_a_date(
    manager: Browser, sign_in: SignIn, paid: Callable[..., Any], order: Callable[..., Any], house: House
) -> None:
    """By name and by seat, with who is unpaid; its PDF; for who scans, and nobody else."""
    at = f"/admin/performances/{house.first}/door-list"
    assert "Nobody is on the list yet" in await manager.page(at)
    assert (await manager.get(f"{at}.pdf")).content.startswith(b"%PDF")
    await paid(party=2)
    await order(party=1)
    page = await manager.page(at)
    assert "Lov" in page or "Ada" in page
    assert ">3<" in page.replace(" ", "") and 'href="/admin/performances' in page
    assert "Stalls" in await manager.page(f"{at}?sort=seat")
    found = await manager.get(f"{at}.pdf?sort=seat&part=1")
    assert found.headers["content-type"] == "application/pdf" and found.content.startswith(b"%PDF")
    assert "Stalls.pdf" in found.headers["content-disposition"] and found.headers["cache-control"] == "no-store"
    for query in ("sort=other", "part=2", "part=x", "part=0"):
        assert (await manager.get(f"{at}.pdf?{query}")).status_code == 404
    overview = await manager.page(f"/admin/performances/{house.first}")
    assert at in overview and at in await manager.page(f"/admin/events/{house.performances[0].event_id}/scanning")
    viewer = await sign_in(Scope.VIEW)
    for path in (at, f"{at}.pdf"):
        assert (await viewer.get(path)).status_code == 403


async def test_hubs_are_listed_with_what_is_wrong_and_revoked(
    manager: Browser, client: AsyncClient, path: str, door: str
) -> None:
    assert "placeur hub --server" in await manager.page(path)
    code = await coded(manager, path)
    made = await client.post("/api/v1/hubs", json={"code": code, "name": "Cellar <1>"})
    headers = {"authorization": f"Bearer {made.json()['token']}"}
    beat = {"clock": datetime.now(UTC).isoformat(), "scanner_count": 3, "pending_count": 7}
    assert (await client.post("/api/v1/hub/heartbeats", json=beat, headers=headers)).status_code == 204
    page = await manager.page(path)
    assert "Cellar <1>" in page and "Holds scans that it has not handed over (7)" in page and "All scanners" in page
    await manager.done(f"/admin/scan-hubs/{made.json()['hub']}/revocation")
    assert "Revoked hubs" in await manager.page(path)
    assert (await client.get("/api/v1/hub", headers=headers)).status_code == 401
