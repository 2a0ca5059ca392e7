"""The check-in call of other makers, by the examples that they publish: the same fields, statuses and reasons."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient, Response

from tests.api.conftest import House, problem
from tests.api.scanners import Scanner, codes_of, enrol
from ticketing import forms, organisations, tickets
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.doors import Mode
from ticketing.scan_profiles import Shown
from ticketing.settings import Settings

Act = Callable[..., Any]
POSITION = {
    "id", "order", "positionid", "item", "variation", "price", "attendee_name", "attendee_name_parts", "attendee_email",
    "voucher", "tax_rate", "tax_rule", "tax_value", "secret", "addon_to", "subevent", "pseudonymization_id", "seat",
    "checkins", "answers", "downloads", "require_attention", "order__status", "order__valid_if_pending",
    "order__require_approval", "order__locale",
}  # fmt: skip
LIST = {"id", "name", "event", "subevent", "include_pending"}


class Program:
    """A scanning program of another maker, pointed at a house."""

    def __init__(self, scanner: Scanner, organizer: str) -> None:
        self.scanner, self.client, self.house = scanner, scanner.client, scanner.house
        self.path = f"/api/v1/organizers/{organizer}/checkinrpc"
        self.headers = {"authorization": f"Device {scanner.token}", "accept": "application/json, text/javascript"}

    async def redeem(self, secret: str, *lists: int, **fields: Any) -> Response:
        body = {
            "secret": secret,
            "source_type": "barcode",
            "lists": list(lists) or [self.house.performances[0].pool_id],
            "force": False,
            "ignore_unpaid": False,
            "nonce": uuid4().hex,
            "datetime": None,
            "questions_supported": True,
            "answers": {},
        }
        return await self.client.post(f"{self.path}/redeem/", json=body | fields, headers=self.headers)

    async def search(self, **params: Any) -> Response:
        asked = {"list": self.house.performances[0].pool_id} | params
        return await self.client.get(f"{self.path}/search/", params=asked, headers=self.headers)

    async def told(self, secret: str, **fields: Any) -> tuple[int, str, str | None]:
        response = await self.redeem(secret, **fields)
        body = response.json()
        return response.status_code, body["status"], body.get("reason")


@pytest.fixture
def program(
    client: AsyncClient, database: Database, settings: Settings, house: House
) -> Callable[..., Awaitable[Program]]:
    async def made(**choice: Any) -> Program:
        every = await organisations.every(database)
        slug = next(one.slug for one in every if one.id == house.organisation_id)
        return Program(await enrol(client, database, settings, house, **choice), slug)

    return made


@pytest.fixture
def codes(paid: Act, database: Database, settings: Settings) -> Act:
    async def sold(party: int = 1) -> list[str]:
        return await codes_of(database, settings, (await paid(party=party))["id"])

    return sold


async def test_a_successful_response(program: Act, codes: Act, house: House) -> None:
    door, (code,) = await program(), await codes()
    response = await door.redeem(code)
    assert response.status_code == 201
    body = response.json()
    assert set(body) == {"status", "position", "require_attention", "checkin_texts", "list"}
    assert (body["status"], body["require_attention"], body["checkin_texts"]) == ("ok", False, [])
    assert set(body["list"]) == LIST and body["list"]["id"] == house.performances[0].pool_id
    assert body["list"]["include_pending"] is False
    position = body["position"]
    assert set(position) >= POSITION
    assert (position["positionid"], position["attendee_name"], position["secret"]) == (1, "Ada", code)
    assert (position["price"], position["tax_rate"], position["tax_value"]) == ("60.00", "0.00", "0.00")
    assert position["attendee_name_parts"]["full_name"] == "Ada" and position["attendee_email"] is None
    assert (position["order__status"], position["order__locale"], position["subevent"]) == (
        "p",
        "en",
        body["list"]["id"],
    )
    (checkin,) = position["checkins"]
    assert (checkin["list"], checkin["type"], checkin["gate"]) == (body["list"]["id"], "entry", None)
    assert isinstance(checkin["device"], int) and checkin["auto_checked_in"] is False
    assert position["seat"]["zone_name"] == "Stalls" and position["seat"]["seat_number"]
    assert isinstance(position["item"], int) and 0 <= position["item"] < 2**31


async def test_an_invalid_ticket(program: Act, codes: Act) -> None:
    door, (code,) = await program(), await codes()
    for secret in ("M5BO19XmFwAjLd4nDYUAL9ISjhti0e9q", code[:-4] + "AAAA", "", str(uuid4())):
        response = await door.redeem(secret)
        assert response.status_code == 404
        assert response.json() == {
            "detail": "Not found.",
            "status": "error",
            "reason": "invalid",
            "reason_explanation": None,
            "require_attention": False,
            "checkin_texts": [],
        }


async def test_a_known_but_invalid_ticket(program: Act, codes: Act, house: House, database: Database) -> None:
    door, (code,) = await program(), await codes()
    await door.redeem(code)
    response = await door.redeem(code)
    body = response.json()
    assert response.status_code == 200
    assert set(body) == {
        "status", "reason", "reason_explanation", "require_attention", "checkin_texts", "list", "position",
    }  # fmt: skip
    assert (body["status"], body["reason"], body["reason_explanation"]) == ("error", "already_redeemed", None)
    assert set(body["position"]) >= POSITION and len(body["position"]["checkins"]) == 1


async def test_every_reason(program: Act, codes: Act, house: House, database: Database) -> None:
    door, floor = await program(), await program(zones=("floor",))
    opposed, old, unpaid, cancelled, elsewhere, zone = await codes(party=6)
    now = datetime.now(UTC)
    async with database.read() as c:
        rows = await c.fetch("select id, serial from tickets where performance_id = $1::uuid", house.first)
    every, second = (opposed, old, unpaid, cancelled, elsewhere, zone), house.performances[1].pool_id
    positions = [(await door.redeem(code, second)).json()["position"]["id"] for code in every]
    by_code = dict(zip(positions, every, strict=True))
    ids = {by_code[row["serial"]]: row["id"] for row in rows if row["serial"] in by_code}
    await tickets.oppose(database, house.organisation_id, ids[opposed], now)
    await tickets.reissue(database, house.organisation_id, ids[old], now)
    async with database.read() as c:
        await c.execute("update tickets set status = 'reserved' where id = $1", ids[unpaid])
        await c.execute("update tickets set status = 'cancelled' where id = $1", ids[cancelled])
    assert await door.told(opposed) == (200, "error", "blocked")
    assert await door.told(old) == (200, "error", "revoked")
    assert await door.told(unpaid) == (200, "error", "unpaid")
    assert await door.told(unpaid, ignore_unpaid=True) == (200, "error", "unpaid"), "no list here includes pending ones"
    assert await door.told(cancelled) == (200, "error", "canceled")
    told = (await door.redeem(elsewhere, second)).json()
    assert (told["reason"], told["reason_explanation"]) == ("invalid_time", "This ticket is for another date.")
    wrong = (await floor.redeem(zone)).json()
    assert (wrong["reason"], wrong["reason_explanation"]) == ("rules", "This ticket is for another zone: Stalls.")
    both = (await door.redeem(elsewhere, second, house.performances[0].pool_id)).json()
    assert (both["status"], both["list"]["id"]) == ("ok", house.performances[0].pool_id)


async def test_a_nonce_names_a_request(program: Act, codes: Act) -> None:
    door, (code, other) = await program(), await codes(party=2)
    nonce = "Pvrk50vUzQd0DhdpNRL4I4OcXsvg70uA"
    first, again = await door.redeem(code, nonce=nonce), await door.redeem(code, nonce=nonce)
    assert [first.status_code, again.status_code] == [201, 201]
    assert len(again.json()["position"]["checkins"]) == 1
    problem(await door.redeem(other, nonce=nonce), 409, "scan-reused")
    assert await door.told(code, nonce=None) == (200, "error", "already_redeemed")


async def test_entries_and_exits(program: Act, codes: Act) -> None:
    door, (code,) = await program(mode=Mode.ENTRY_EXIT), await codes()
    told = (await door.redeem(code, type="exit")).json()
    assert (told["reason"], told["reason_explanation"]) == ("rules", "Nobody is inside with this ticket.")
    assert [await door.told(code, type=way) for way in ("entry", "exit", "entry")] == [(201, "ok", None)] * 3
    types = [one["type"] for one in (await door.redeem(code)).json()["position"]["checkins"]]
    assert types == ["entry", "exit", "entry"]


async def test_what_is_forced_has_happened_and_is_told_as_a_conflict(program: Act, codes: Act, house: House) -> None:
    door, (code,) = await program(), await codes()
    await door.redeem(code)
    at, nonce = (datetime.now(UTC) - timedelta(minutes=5)).isoformat(), uuid4().hex
    for _ in range(2):
        response = await door.redeem(code, force=True, datetime=at, nonce=nonce)
        assert (response.status_code, response.json()["status"]) == (201, "ok")
        assert len(response.json()["position"]["checkins"]) == 2
    listed = (await door.scanner.get("conflicts", params={"performance": [house.first]})).json()
    assert [one["found"] for one in listed] == ["already_in"]
    assert await door.told("nothing", force=True) == (404, "error", "invalid")


async def test_required_questions(program: Act, codes: Act, house: House, database: Database) -> None:
    owner, by, now = house.organisation_id, Actor(organisation_id=house.organisation_id), datetime.now(UTC)
    form = await forms.create(database, owner, house.performances[0].box_office_id, "Runners", by, now)
    size = forms.FieldValues(
        kind=forms.Kind.SELECT,
        labels={"en": "T-Shirt size"},
        mandatory=True,
        options=(forms.Option("s", {"en": "S"}), forms.Option("xs", {"en": "XS"})),
    )
    field: UUID = await forms.add_field(database, owner, form, size, by, now)
    (code, other, third) = await codes(party=3)
    async with database.read() as c:
        await c.execute("update tariffs set form_id = $1 where id = $2", form, house.full.id)
    door = await program(field_ids=(field,))
    assert await door.told(third, questions_supported=False) == (201, "ok", None)
    response = await door.redeem(code)
    body = response.json()
    assert response.status_code == 400
    assert set(body) == {"status", "position", "require_attention", "checkin_texts", "list", "questions"}
    (question,) = body["questions"]
    assert set(question) >= {
        "id", "question", "type", "required", "items", "position", "identifier", "ask_during_checkin",
        "show_during_checkin", "options",
    }  # fmt: skip
    assert (body["status"], question["question"], question["type"]) == ("incomplete", {"en": "T-Shirt size"}, "C")
    assert question["items"] == [body["position"]["item"]] and body["position"]["checkins"] == []
    assert [option["answer"] for option in question["options"]] == [{"en": "S"}, {"en": "XS"}]
    chosen = {str(question["id"]): str(question["options"][1]["id"])}
    answered = (await door.redeem(code, answers=chosen)).json()
    assert answered["status"] == "ok" and answered["checkin_texts"] == ["T-Shirt size: XS"]
    (answer,) = answered["position"]["answers"]
    assert (answer["question"], answer["answer"]) == (question["id"], "XS")
    assert await door.told(other, answers={str(question["id"]): "12"}) == (400, "incomplete", None)


async def test_a_search(program: Act, paid: Act, database: Database, settings: Settings, house: House) -> None:
    door, placed = await program(), await paid(party=2)
    code = (await codes_of(database, settings, placed["id"]))[0]
    response = await door.search(search="Ada")
    body = response.json()
    assert response.status_code == 200 and set(body) == {"count", "next", "previous", "results"}
    assert (body["count"], body["next"], body["previous"]) == (2, None, None)
    position = body["results"][0]
    assert set(position) >= POSITION and (position["order"], position["checkins"]) == (placed["code"], [])
    assert code not in response.text, "codes of others are not told"
    assert (await door.redeem(position["secret"])).status_code == 201, "what is told redeems the ticket"
    came = (await door.search(has_checkin="true")).json()["results"]
    assert [one["id"] for one in came] == [position["id"]]
    assert (await door.search(search="Ada", has_checkin="false")).json()["count"] == 1
    assert (await door.search(search=placed["code"])).json()["count"] == 2
    assert (await door.search(search="Peter")).json()["count"] == 0
    assert (await door.search(list=house.performances[1].pool_id)).json()["count"] == 0
    hidden = await program(shown=(Shown.SEAT,))
    assert "Ada" not in (await hidden.search()).text


async def test_a_search_goes_on(program: Act, paid: Act, order: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    door = await program()
    await paid(party=3)
    await order(party=1)
    monkeypatch.setattr("ticketing.checkins.ROWS_MAX", 2)
    monkeypatch.setattr("api.checkin.ROWS_MAX", 2)
    first = (await door.search()).json()
    assert (first["count"], len(first["results"]), first["previous"]) == (3, 2, None)
    path = first["next"].partition("/api")[2]
    second = (await door.client.get(f"/api{path}", headers=door.headers)).json()
    assert (len(second["results"]), second["next"]) == (1, None) and second["previous"]
    assert (await door.search(ignore_status="true", page=2)).json()["count"] == 4


async def test_who_may_not(program: Act, house: House, rival: House, codes: Act) -> None:
    door, (code,) = await program(), await codes()
    problem(await door.redeem(code, rival.performances[0].pool_id), 400, "checkin-list-unknown")
    problem(await door.search(list=rival.performances[0].pool_id), 404, "not-found")
    door.path = door.path.replace("/organizers/", "/organizers/x")
    problem(await door.redeem(code), 403, "not-this-organiser")
    door.headers = {"authorization": "Device 1kcsh572fonm3hawalrncam4l1gktr2rzx25a22l8g9hx108o9oi0rztpcvwnfnd"}
    problem(await door.redeem(code), 401, "not-signed-in")
