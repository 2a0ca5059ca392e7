import io
from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
from httpx import AsyncClient

from tests.api.conftest import PLACES, House, opens, problem
from ticketing.tokens import Scope

Act = Callable[..., Any]
A4, A6 = (595, 842), (298, 420)


async def tickets_of(client: AsyncClient, placed: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        await client.get(f"/api/v1/orders/{placed['id']}/tickets", headers=opens(placed))
    ).json()["tickets"]
    return found


def pages(content: bytes) -> list[tuple[int, int]]:
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    return [(round(page.get_width()), round(page.get_height())) for page in document]


def words(content: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    return " ".join(page.get_textpage().get_text_range() for page in document)


async def test_tickets_are_printed_on_either_paper_in_either_language(paid: Act, client: AsyncClient):
    placed = await paid(party=2)
    path = f"/api/v1/orders/{placed['id']}/tickets.pdf"
    response = await client.get(path, headers=opens(placed))
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["cache-control"] == "no-store"
    assert pages(response.content) == [A4, A4]
    small = await client.get(path, params={"size": "a6", "language": "fr"}, headers=opens(placed))
    assert pages(small.content) == [A6, A6]
    assert "The Seagull" in words(response.content) and words(response.content) != words(small.content)
    problem(await client.get(path, params={"size": "a0"}, headers=opens(placed)), 422, "input-refused")
    problem(await client.get(path, params={"language": "xx"}, headers=opens(placed)), 422, "input-refused")
    problem(await client.get(path), 401, "not-signed-in")


async def test_what_is_not_paid_is_not_printed(order: Act, client: AsyncClient):
    placed = await order()
    path = f"/api/v1/orders/{placed['id']}/tickets.pdf"
    problem(await client.get(path, headers=opens(placed)), 409, "tickets-not-issued")


async def test_a_ticket_moves_to_a_dearer_seat_and_back(
    paid: Act, client: AsyncClient, house: House, rival: House, free: Act
):
    placed = await paid(party=2)
    ticket = (await tickets_of(client, placed))[0]
    path, seller = f"/api/v1/tickets/{ticket['ticket_id']}/moves", house.bearer(Scope.SELL)
    problem(await client.post(path, json={"place": 45}), 401, "not-signed-in")
    problem(await client.post(path, json={"place": 45}, headers=opens(placed)), 401, "not-signed-in")
    problem(await client.post(path, json={"place": 45}, headers=house.bearer(Scope.SCAN)), 403, "scope-missing")
    problem(await client.post(path, json={"place": 45}, headers=rival.bearer(Scope.MANAGE)), 404, "not-found")
    problem(await client.post(path, json={"place": -1}, headers=seller), 422, "input-refused")
    problem(await client.post(path, json={"place": 2**31}, headers=seller), 422, "input-refused")
    far = await client.post(path, json={"place": 10_000}, headers=seller)
    assert 400 <= far.status_code < 500, far.text

    moved = await client.post(path, json={"place": 45}, headers=seller)
    assert moved.status_code == 200, moved.text
    assert (moved.json()["place"], moved.json()["difference_cents"]) == (45, -2000)
    assert moved.json()["generation"] == ticket["generation"] + 1
    assert await free() == PLACES - 2


async def test_nobody_moves_to_a_taken_seat(paid: Act, hold: Act, client: AsyncClient, house: House, free: Act):
    placed = await paid(party=2)
    ticket = (await tickets_of(client, placed))[0]
    held = await hold(wants=[{"kind": "seats", "performance": house.first, "seats": ["D-1"]}])
    place = held["parts"][0]["places"][0]["place"]
    path = f"/api/v1/tickets/{ticket['ticket_id']}/moves"
    problem(await client.post(path, json={"place": place}, headers=house.bearer(Scope.SELL)), 409, "seats-taken")
    assert (await tickets_of(client, placed))[0]["generation"] == ticket["generation"]
    assert await free() == PLACES - 3


@pytest.mark.parametrize(("act", "status"), [("opposition", "opposed"), ("reissue", "valid")])
async def test_a_ticket_is_opposed_or_issued_again_by_its_sellers(
    paid: Act, client: AsyncClient, house: House, rival: House, act: str, status: str
):
    ticket = (await tickets_of(client, await paid(party=1)))[0]
    path = f"/api/v1/tickets/{ticket['ticket_id']}/{act}"
    problem(await client.post(path), 401, "not-signed-in")
    problem(await client.post(path, headers=rival.bearer(Scope.MANAGE)), 404, "not-found")
    response = await client.post(path, headers=house.bearer(Scope.SELL))
    assert (response.status_code, response.json()["status"]) == (200, status)
