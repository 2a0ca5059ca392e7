from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.admin.conftest import Browser, SignIn
from tests.admin.test_orders import clerk, hold, order, paid
from tests.api.conftest import House
from ticketing import tickets
from ticketing.db import Database
from ticketing.settings import Settings, secret_bytes
from ticketing.signing_keys import Keys
from ticketing.tokens import Scope

__all__ = ["clerk", "hold", "order", "paid"]

Place = Callable[..., Awaitable[Any]]
FIELD = {"hx-request": "true"}


async def renamed(database: Database, placed: Any, name: str) -> None:
    """Give the buyer of an order another name."""
    async with database.transaction() as c:
        await c.execute(
            "update customers set name = $1 where id = (select customer_id from orders where id = $2)",
            name,
            UUID(placed["id"]),
        )


@pytest.mark.parametrize("typed", ["ada@ex", "lefevre", "brien", "LEFÈVRE am", "am lef"])
async def test_orders_are_found_by_address_and_words_of_the_name(
    clerk: Browser, database: Database, order: Place, typed: str
):
    placed = await order()
    await renamed(database, placed, "Amélie O’Brien Lefèvre")
    response = await clerk.get("/admin/search", params={"q": typed})
    assert placed["code"] in response.text and "Buyers" in response.text


async def test_a_whole_number_or_a_tickets_code_leads_to_its_order(
    clerk: Browser, database: Database, settings: Settings, paid: Place
):
    placed, path = await paid(), "/admin/search"
    response = await clerk.get(path, params={"q": f" {placed['code'].lower()} "})
    assert (response.status_code, response.headers["location"]) == (303, f"/admin/orders/{placed['id']}")
    keys = Keys(database, secret_bytes(settings))
    issued = await tickets.issued(database, keys, UUID(placed["id"]), datetime.now(UTC))
    response = await clerk.get(path, params={"q": issued.tickets[0].code.lower() + "\n"})
    assert response.headers["location"] == f"/admin/orders/{placed['id']}"
    answer = await clerk.get(path, params={"q": placed["code"]}, headers=FIELD)
    assert answer.status_code == 200 and "<html" not in answer.text and placed["code"] in answer.text


async def test_events_are_found_by_name(clerk: Browser, house: House):
    answer = await clerk.get("/admin/search", params={"q": "seagu"}, headers=FIELD)
    assert "The Seagull" in answer.text and "/admin/events/" in answer.text


@pytest.mark.parametrize("typed", ["", "a", "& | !", "'", "%", "zzzz:*", "PL" + "A" * 120, "\\", "é" * 300])
async def test_whatever_is_typed_has_an_answer(clerk: Browser, typed: str):
    assert (await clerk.get("/admin/search", params={"q": typed}, headers=FIELD)).status_code == 200


async def test_only_what_somebody_reaches_is_found(
    sign_in: SignIn, database: Database, rival: House, house: House, order: Place
):
    placed = await order()
    stranger = await sign_in(Scope.MANAGE, organisation_id=rival.organisation_id)
    for typed in (placed["code"], "ada@example.org", "Ada"):
        answer = await stranger.get("/admin/search", params={"q": typed}, headers=FIELD)
        assert f"/admin/orders/{placed['id']}" not in answer.text
    async with database.read() as c:
        office = await c.fetchval("select box_office_id from orders where id = $1", UUID(placed["id"]))
        event = await c.fetchval("select event_id from performances where id = $1", UUID(house.first))
    usher = await sign_in(Scope.VIEW, box_office_id=office, event_id=event)
    answer = await usher.get("/admin/search", params={"q": "ada@example.org"}, headers=FIELD)
    assert placed["code"] in answer.text and "Buyers" not in answer.text


async def test_nobody_searches_without_signing_in(browser: Browser):
    assert (await browser.get("/admin/search?q=ada")).status_code == 303


async def test_questions_of_the_search(clerk: Browser, queries: list[str], order: Place):
    await order()
    queries.clear()
    await clerk.get("/admin/search", params={"q": "ada"}, headers=FIELD)
    assert queries == ["find", "places", "orders", "shown", "buyers", "events"]


async def test_orders_are_found_by_what_stands_on_a_ticket_and_by_telephone(
    clerk: Browser, database: Database, house: House, paid: Place
):
    placed, other = await paid(), await paid()
    async with database.transaction() as c:
        seat = await c.fetchrow("select serial, row_label, seat_label from tickets where order_id = $1", placed["id"])
        form, field = uuid4(), uuid4()
        await c.execute(
            "insert into forms (id, box_office_id, name, created_at) values ($1, $2, 'Form', now())",
            form, house.performances[0].box_office_id,
        )  # fmt: skip
        await c.execute(
            "insert into form_fields (id, form_id, kind, labels, position) values ($1, $2, 'telephone', '{}', 1)",
            field, form,
        )  # fmt: skip
        await c.execute(
            "insert into answers (id, order_id, field_id, texts, answered_at) values ($1, $2, $3, $4, now())",
            uuid4(), UUID(placed["id"]), field, ["+41446681800"],
        )  # fmt: skip
    row, label = seat["row_label"], seat["seat_label"]
    for typed in (
        f"#{seat['serial']}",
        f"{row}-{label}",
        f"{row.lower()} {label}",
        "044 668 18 00",
        "+41 44 668 18 00",
    ):
        answer = await clerk.get("/admin/search", params={"q": typed}, headers=FIELD)
        assert placed["code"] in answer.text and other["code"] not in answer.text, typed
