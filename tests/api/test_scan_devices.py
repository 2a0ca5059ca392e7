from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pyotp
import pytest
from argon2 import PasswordHasher
from httpx import AsyncClient

from app import entered
from tests.api.conftest import House, problem, routes
from tests.api.scanners import Scanner, enrol, make_code, make_profile
from tests.api.serving import serving
from ticketing import authenticators, recovery_codes, rights, scan_codes, scan_devices, scan_profiles, staff
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.rights import Grant
from ticketing.scan_profiles import Choice, Role
from ticketing.settings import Settings, secret_bytes
from ticketing.tokens import Scope

PASSWORD = "correct horse battery"
DEVICES, SIGN_INS = "/api/v1/scan/devices", "/api/v1/scan/sign-ins"


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(staff, "_hasher", hasher)
    monkeypatch.setattr(staff, "_nobody", hasher.hash("nobody"))


async def person(db: Database, house: House, scope: Scope) -> tuple[Any, str]:
    """Somebody of the house's team; their id and address."""
    email, now = f"{uuid4().hex}@example.org", datetime.now(UTC)
    made = await staff.create(db, email, "Pat Person", PASSWORD, now)
    async with db.transaction() as c:
        await staff.join(c, house.organisation_id, made.id, now)
        await rights.grant(c, Grant(organisation_id=house.organisation_id, scope=scope, staff_id=made.id), now)
    return made.id, email


async def test_a_profiles_code_enrols_and_says_what_it_is(
    client: AsyncClient, database: Database, settings: Settings, house: House
) -> None:
    gate = await enrol(client, database, settings, house, gate="North", role=Role.SUPERVISOR)
    told = (await gate.get("profile")).json()
    assert (told["gate"], told["mode"], told["box_office"]) == ("North", "once", house.key)
    assert told["rights"] == ["search", "undo", "admit", "cancel"]
    assert abs(datetime.fromisoformat(told["now"]) - datetime.now(UTC)) < timedelta(minutes=1)
    by_other_name = {"authorization": f"Device {gate.token}"}
    assert (await client.get("/api/v1/scan/profile", headers=by_other_name)).status_code == 200
    problem(await client.get("/api/v1/scan/profile"), 401, "not-signed-in")
    problem(await client.get("/api/v1/scan/profile", headers=house.bearer(Scope.MANAGE)), 401, "not-signed-in")
    listed = f"/api/v1/orders?code={told['name']}"
    problem(await client.get(listed, headers=gate.headers), 401, "not-signed-in")


async def test_codes_end_and_are_revoked(
    client: AsyncClient, database: Database, settings: Settings, house: House, rival: House
) -> None:
    profile = await make_profile(database, house)
    code = await make_code(database, settings, house, profile)
    body = {"code": code, "name": "Scanner"}
    spelt = f" {code[:4].lower()}-{code[4:]} "
    assert (await client.post(DEVICES, json=body | {"code": spelt})).status_code == 201
    problem(await client.post(DEVICES, json=body | {"code": "AAAA-BBBB"}), 401, "scan-code-wrong")
    problem(await client.post(DEVICES, json=body | {"profile": str(uuid4())}), 404, "not-found")
    office, now = house.performances[0].box_office_id, datetime.now(UTC)
    by, secret = Actor(organisation_id=house.organisation_id), secret_bytes(settings)
    (good,) = await scan_codes.list_of(database, secret, office, now)
    assert (good.text, good.device_count) == (code, 1)
    with pytest.raises(scan_codes.ScanCodeWrong):
        await scan_codes.find(database, secret, code, now + timedelta(hours=24))
    with pytest.raises(scan_codes.NotFound):
        await scan_codes.revoke(database, rival.performances[0].box_office_id, good.id, by, now)
    await scan_codes.revoke(database, office, good.id, by, now)
    problem(await client.post(DEVICES, json=body), 401, "scan-code-wrong")
    async with database.read() as c:
        kept = await c.fetchval("select hash || sealed from scan_codes where id = $1", good.id)
    assert code.encode() not in kept


async def test_the_organisers_code_opens_a_choice(
    client: AsyncClient, database: Database, settings: Settings, house: House, rival: House
) -> None:
    north, south = [await make_profile(database, house, name=name, gate=name) for name in ("North", "South")]
    await make_profile(database, rival, name="Theirs")
    code = await make_code(database, settings, house, None)
    told = (await client.post(SIGN_INS, json={"code": code})).json()
    assert [(one["name"], one["gate"]) for one in told["profiles"]] == [("North", "North"), ("South", "South")]
    body = {"opening": told["opening"], "profile": str(south), "name": "Tablet"}
    assert (await client.post(DEVICES, json=body)).json()["profile"] == str(south)
    direct = {"code": code, "profile": str(north), "name": "Tablet"}
    assert (await client.post(DEVICES, json=direct)).json()["profile"] == str(north)
    theirs = await make_profile(database, rival)
    problem(await client.post(DEVICES, json=body | {"profile": str(theirs)}), 404, "not-found")
    problem(await client.post(DEVICES, json={"code": code, "name": "x"}), 422, "input-refused")
    problem(await client.post(DEVICES, json=body | {"opening": "00" * 40}), 401, "not-signed-in")


async def test_an_account_opens_the_profiles_where_it_may_scan(
    client: AsyncClient, database: Database, settings: Settings, house: House, rival: House
) -> None:
    profile, theirs = await make_profile(database, house), await make_profile(database, rival)
    staff_id, email = await person(database, house, Scope.SCAN)
    body = {"email": email, "password": PASSWORD}
    told = (await client.post(SIGN_INS, json=body)).json()
    assert [one["id"] for one in told["profiles"]] == [str(profile)]
    enrolling = {"opening": told["opening"], "profile": str(profile), "name": "Mine"}
    made = (await client.post(DEVICES, json=enrolling)).json()
    problem(await client.post(DEVICES, json=enrolling | {"profile": str(theirs)}), 404, "not-found")
    problem(await client.post(SIGN_INS, json=body | {"password": "wrong"}), 401, "password-wrong")
    _, viewer = await person(database, house, Scope.VIEW)
    assert (await client.post(SIGN_INS, json=body | {"email": viewer})).json()["profiles"] == []
    scanner = Scanner(client, house, profile, made["token"], made["device"])
    assert (await scanner.get("profile")).status_code == 200
    async with database.read() as c:
        await c.execute("update staff set disabled_at = now() where id = $1", staff_id)
    with pytest.raises(scan_devices.NotSignedIn):
        await scan_devices.Devices(database).verify(made["token"], datetime.now(UTC))
    with pytest.raises(scan_devices.NotSignedIn):
        late = datetime.now(UTC) + scan_devices.SIGNED_IN_FOR
        asked = scan_devices.Enrolment(name="x")
        secret = secret_bytes(settings)
        await scan_devices.enrol_by_opening(database, secret, told["opening"], profile, asked, "", late)


async def test_a_second_factor_is_asked_for(
    client: AsyncClient, database: Database, settings: Settings, house: House
) -> None:
    staff_id, email = await person(database, house, Scope.SCAN)
    secret, now = secret_bytes(settings), datetime.now(UTC)
    await authenticators.begin(database, secret, staff_id, now)
    totp = pyotp.TOTP(await authenticators.shared_secret(database, secret, staff_id))
    by = Actor(organisation_id=None, staff_id=staff_id)
    await authenticators.confirm(database, secret, by, email, totp.at(now - timedelta(seconds=30)), now)
    body = {"email": email, "password": PASSWORD}
    problem(await client.post(SIGN_INS, json=body), 401, "second-factor-needed")
    problem(await client.post(SIGN_INS, json=body | {"second_factor": "000000"}), 401, "code-wrong")
    code = totp.at(now + timedelta(seconds=30))
    assert (await client.post(SIGN_INS, json=body | {"second_factor": code})).status_code == 200
    spare, *_ = await recovery_codes.renew(database, by, email, now)
    assert (await client.post(SIGN_INS, json=body | {"second_factor": spare})).status_code == 200


@pytest.fixture
async def strict(settings: Settings) -> AsyncIterator[AsyncClient]:
    """A server that hears six wrong secrets a minute from an address."""
    strict = msgspec.structs.replace(settings, sign_ins_per_minute_max=6)
    async with serving(entered(routes(), strict), "10.8.7.6") as client:
        yield client


async def test_codes_are_not_guessed(strict: AsyncClient, database: Database, settings: Settings, house: House) -> None:
    code = await make_code(database, settings, house, await make_profile(database, house))
    body = {"code": "AAAA-AAAA", "name": "x"}
    answers = [(await strict.post(DEVICES, json=body)).status_code for _ in range(3)]
    assert answers[0] == 401 and answers[-1] == 429
    assert (await strict.post(SIGN_INS, json={"code": code})).status_code == 429, "nor asked for elsewhere"


async def test_a_device_is_heard_of_and_leaves(
    client: AsyncClient, database: Database, settings: Settings, house: House
) -> None:
    gate = await enrol(client, database, settings, house)
    clock = datetime.now(UTC) + timedelta(minutes=3)
    told = {"clock": clock.isoformat(), "battery": 12, "charging": False, "pending_count": 4, "network": "wifi"}
    answer = (await gate.post("heartbeats", told)).json()
    assert answer["profile_version"] == 1
    (device,) = await scan_devices.list_of(database, house.performances[0].box_office_id)
    assert (device.battery, device.pending_count, device.network) == (12, 4, "wifi")
    assert abs(device.clock_offset_ms - 180_000) < 30_000
    now = datetime.now(UTC)
    assert [trouble.value for trouble in device.troubles(now)] == ["scans_wait", "battery_low", "clock_off"]
    later = device.troubles(now + timedelta(minutes=20))
    assert scan_devices.Trouble.SILENT in later
    assert device.troubles(now + timedelta(days=1)) == [scan_devices.Trouble.SCANS_WAIT]
    problem(await gate.post("heartbeats", told | {"battery": 101}), 422, "input-refused")
    problem(await gate.post("heartbeats", {"clock": "0001-01-01T00:00:00+14:00"}), 422, "input-refused")
    ended = await client.delete("/api/v1/scan/device", headers=gate.headers)
    assert ended.status_code == 204
    with pytest.raises(scan_devices.NotSignedIn):
        await scan_devices.Devices(database).verify(gate.token, now)


async def test_a_device_follows_its_profile(
    client: AsyncClient, database: Database, settings: Settings, house: House
) -> None:
    gate = await enrol(client, database, settings, house)
    by, now = Actor(organisation_id=house.organisation_id), datetime.now(UTC)
    body = {"scan": str(uuid4()), "performances": [house.first], "code": "x"}
    assert (await gate.post("admissions", body)).status_code == 200
    bound = Choice(name="Door", gate="South", covers=scan_profiles.Covers.DATES, date_ids=(house.performances[1].id,))
    await scan_profiles.edit(database, house.organisation_id, gate.profile, 1, bound, by, now)
    problem(await gate.post("admissions", body | {"scan": str(uuid4())}), 404, "not-found")
    assert (await gate.get("profile")).json()["gate"] == "South"
    await scan_profiles.withdraw(database, house.organisation_id, gate.profile, by, now)
    problem(await gate.post("admissions", body | {"scan": str(uuid4())}), 401, "not-signed-in")
