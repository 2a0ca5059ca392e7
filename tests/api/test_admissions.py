import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from httpx import AsyncClient

from tests.api.conftest import House, problem
from ticketing import ticket_codes, tickets
from ticketing.db import Database
from ticketing.settings import Settings, secret_bytes
from ticketing.signing_keys import Keys
from ticketing.ticket_codes import Code
from ticketing.tokens import Scope

Act = Callable[..., Any]


@pytest.fixture
def codes(database: Database, settings: Settings) -> Act:
    """The codes of an order's tickets, as they are printed."""

    async def found(placed: Any) -> list[str]:
        keys = Keys(database, secret_bytes(settings))
        issued = await tickets.issued(database, keys, UUID(placed["id"]), datetime.now(UTC))
        return [ticket.code for ticket in issued.tickets]

    return found


def scan(code: str, **changes: Any) -> dict[str, Any]:
    return {"scan": str(uuid4()), "code": code, "gate": "North"} | changes


async def test_a_ticket_is_let_in_once(paid: Act, codes: Act, client: AsyncClient, house: House):
    (code,) = await codes(await paid(party=1))
    path, gate = f"/api/v1/performances/{house.first}/admissions", house.bearer(Scope.SCAN)
    body = scan(code)
    first = await client.post(path, json=body, headers=gate)
    assert first.status_code == 200, first.text
    assert (first.json()["verdict"], first.json()["ticket"]["zone"]) == ("admitted", "Stalls")
    again = (await client.post(path, json=body, headers=gate)).json()
    assert (again["verdict"], again["repeated"]) == ("admitted", True)
    second = (await client.post(path, json=scan(code, gate="South"), headers=gate)).json()
    assert (second["verdict"], second["ticket"]["entered_gate"]) == ("already_in", "North")
    problem(await client.post(path, json=body | {"code": "other"}, headers=gate), 409, "scan-reused")


async def test_every_other_verdict_is_an_answer_too(
    paid: Act, codes: Act, client: AsyncClient, house: House, rival: House
):
    (code,) = await codes(await paid(party=1))
    gate = house.bearer(Scope.SCAN)
    elsewhere = f"/api/v1/performances/{house.second}/admissions"
    assert (await client.post(elsewhere, json=scan(code), headers=gate)).json()["verdict"] == "wrong_performance"
    here = f"/api/v1/performances/{house.first}/admissions"
    forged = code[:-4] + ("AAAA" if code[-4:] != "AAAA" else "BBBB")
    for text, verdict in ((forged, "forged"), ("", "unknown"), ("é" * 500, "unknown"), ("https://x", "unknown")):
        assert (await client.post(here, json=scan(text), headers=gate)).json()["verdict"] == verdict
    theirs = f"/api/v1/performances/{rival.first}/admissions"
    problem(await client.post(theirs, json=scan(code), headers=gate), 404, "not-found")
    answer = await client.post(theirs, json=scan(code), headers=rival.bearer(Scope.SCAN))
    assert answer.json()["verdict"] in ("forged", "unknown")


async def test_gates_show_a_token(client: AsyncClient, house: House):
    path = f"/api/v1/performances/{house.first}/admissions"
    problem(await client.post(path, json=scan("x")), 401, "not-signed-in")
    problem(await client.post(path, json=scan("x"), headers=house.bearer(Scope.VIEW)), 403, "scope-missing")
    seller = house.bearer(Scope.SELL)
    assert (await client.post(path, json=scan("x"), headers=seller)).status_code == 200
    problem(await client.post(path, json=scan("x", scan="one"), headers=seller), 422, "input-refused")
    problem(await client.post(path, json=scan("x", gate=""), headers=seller), 422, "input-refused")
    problem(await client.post(path, json=scan("x" * 1001), headers=seller), 422, "input-refused")


async def test_anybody_verifies_codes_with_the_public_keys(paid: Act, codes: Act, client: AsyncClient, house: House):
    (code,) = await codes(await paid(party=1))
    response = await client.get(house.path("public-keys"))
    assert response.headers["cache-control"] == "public, max-age=60"
    keys = {
        key["id"]: Ed25519PublicKey.from_public_bytes(base64.b64decode(key["public_key"]))
        for key in response.json()["keys"]
    }
    assert isinstance(ticket_codes.decode(code, keys), Code)
    assert "private" not in response.text


async def test_a_scan_is_one_statement(paid: Act, codes: Act, client: AsyncClient, house: House, queries: list[str]):
    first, second = await codes(await paid(party=2))
    path, gate = f"/api/v1/performances/{house.first}/admissions", house.bearer(Scope.SCAN)
    await client.post(path, json=scan(first), headers=gate)
    queries.clear()
    assert (await client.post(path, json=scan(second), headers=gate)).json()["verdict"] == "admitted"
    assert queries == ["admit"]
