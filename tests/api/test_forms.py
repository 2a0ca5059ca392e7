"""What is asked over HTTP: forms to be answered, files before their order, answers with it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from httpx import AsyncClient

from app import create_app
from tests.api.conftest import House, keyed, opens, order_body, problem
from tests.api.serving import serving
from tests.ticketing.test_uploads import PAGE, PDF, PNG
from ticketing import forms, uploads
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.forms import FieldValues, Kind, OnTicket, Option
from ticketing.settings import Settings
from ticketing.tokens import Scope

Act = Callable[..., Any]


@pytest.fixture
async def asked(database: Database, house: House) -> dict[str, str]:
    """The full tariff asks a name, a meal and a card; the ids of these questions."""
    by, now, owner = (
        Actor(organisation_id=house.organisation_id),
        house.performances[0].sale_opens_at,
        house.organisation_id,
    )
    async with database.read() as c:
        office = await c.fetchval("select id from box_offices where key = $1", house.key)
    form_id = await forms.create(database, owner, office, "Visitors", by, now)
    fields = {
        "name": FieldValues(kind=Kind.TEXT, labels={"en": "Name"}, mandatory=True, on_ticket=OnTicket.HOLDER),
        "meal": FieldValues(kind=Kind.SELECT, labels={"en": "Meal"}, options=(Option("leek", {"en": "Leek"}),)),
        "card": FieldValues(kind=Kind.FILE, labels={"en": "Card"}),
    }
    ids = {name: await forms.add_field(database, owner, form_id, one, by, now) for name, one in fields.items()}
    await forms.link_tariff(database, owner, house.full.id, form_id, by, now)
    return {name: str(field_id) for name, field_id in ids.items()}


async def send(client: AsyncClient, house: House, content: bytes, name: str = "card.png") -> Any:
    return await client.post(house.path("uploads"), content=content, params={"name": name})


async def test_what_is_asked_is_told(client: AsyncClient, house: House, asked: dict[str, str]):
    told = (await client.get(f"/api/v1/performances/{house.first}/forms")).json()
    assert told["order"] is None and list(told["tariffs"]) == [str(house.full.id)]
    form = told["tariffs"][str(house.full.id)]
    assert form["region"] == "CH"
    assert {field["id"] for field in form["fields"]} == set(asked.values())
    problem(await client.get(f"/api/v1/performances/{uuid4()}/forms"), 404, "not-found")


async def test_answers_come_with_each_seat(client: AsyncClient, house: House, hold: Act, asked: dict[str, str]):
    sent = (await send(client, house, PNG)).json()
    body = order_body(house, await hold(party=2))
    body["seats"][0]["answers"] = {asked["name"]: "Eve", asked["meal"]: ["leek"], asked["card"]: sent["id"]}
    body["seats"][1]["answers"] = {asked["name"]: "Bob"}
    response = await client.post(house.path("orders"), json=body, headers=keyed())
    assert response.status_code == 201, response.text
    placed = response.json()
    sheet = (await client.get(f"/api/v1/orders/{placed['id']}/tickets", headers=opens(placed))).json()
    assert {ticket["holder_name"] for ticket in sheet["tickets"]} == {"Eve", "Bob"}
    assert sent["id"] not in str(sheet)


async def test_mistakes_are_named_by_their_paths_and_leave_the_hold(
    client: AsyncClient, house: House, hold: Act, asked: dict[str, str]
):
    body = order_body(house, await hold(party=2))
    body["seats"][1]["answers"] = {asked["name"]: "Bob", asked["meal"]: "meat"}
    body["answers"] = {str(uuid4()): "x"}
    found = problem(await client.post(house.path("orders"), json=body, headers=keyed()), 422, "answers-refused")
    paths = {error["path"] for error in found["errors"]}
    assert f"seats.0.answers.{asked['name']}" in paths and f"seats.1.answers.{asked['meal']}" in paths
    assert any(path.startswith("answers.") for path in paths)
    body.pop("answers")
    for seat in body["seats"]:
        seat["answers"] = {asked["name"]: "Bob"}
    assert (await client.post(house.path("orders"), json=body, headers=keyed())).status_code == 201


@pytest.mark.parametrize("content", [b"", PAGE, b"GIF89a" + bytes(40), PAGE + PNG, b"%PDF-1.7\n" + PAGE])
async def test_hostile_files_are_refused(client: AsyncClient, house: House, content: bytes):
    problem(await send(client, house, content), 422, "file-refused")


async def test_a_file_is_named_cleanly_and_bounded(
    client: AsyncClient, house: House, rival: House, hold: Act, asked: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    sent = (await send(client, house, PDF, "../<b>card</b>.html")).json()
    assert (sent["name"], sent["media_type"]) == ("b.pdf", "application/pdf")
    problem(await send(client, house, PNG + bytes(uploads.FILE_BYTES_MAX)), 413, "body-too-large")
    theirs = (await send(client, rival, PNG)).json()
    body = order_body(house, await hold(party=1))
    body["seats"][0]["answers"] = {asked["name"]: "Eve", asked["card"]: theirs["id"]}
    problem(await client.post(house.path("orders"), json=body, headers=keyed()), 422, "answers-refused")
    monkeypatch.setattr(uploads, "WAITING_MAX", 1)
    problem(await send(client, house, PNG), 429, "too-many-uploads")


async def test_files_come_at_a_bounded_rate(settings: Settings, house: House):
    slow = msgspec.structs.replace(settings, uploads_per_minute_max=1)
    async with serving(create_app(slow), "10.99.0.1") as client:
        assert (await send(client, house, PNG)).status_code == 201
        problem(await send(client, house, PNG), 429, "too-many-requests")


async def test_another_tariff_asks_nothing(client: AsyncClient, house: House, hold: Act, asked: dict[str, str]):
    wants = [
        {"kind": "best", "performance": house.first, "party": 1},
        {"kind": "tariff", "performance": house.first, "tariff": str(house.reduced.id), "count": 1},
    ]
    body = order_body(house, await hold(wants=wants))
    body["seats"][0]["tariff"] = str(house.reduced.id)
    headers = keyed() | house.bearer(Scope.SELL)
    assert (await client.post(house.path("orders"), json=body, headers=headers)).status_code == 201
