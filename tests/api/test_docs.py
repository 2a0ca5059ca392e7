import re
from typing import Any

import pytest
from httpx import AsyncClient

from tests.api.conftest import House, problem
from ticketing.refusals import Refusal

ANYBODY = {
    "/api/v1/box-offices/{box_office}/performances",
    "/api/v1/performances/{performance}",
    "/api/v1/plans/{hash}",
    "/api/v1/plans/{hash}/picture",
    "/api/v1/place-lists/{hash}",
    "/api/v1/performances/{performance}/forms",
    "/api/v1/box-offices/{box_office}/uploads",
    "/api/v1/performances/{performance}/availability",
    "/api/v1/performances/{performance}/availability/counts",
    "/api/v1/performances/{performance}/availability/stream",
    "/api/v1/events/{event}/serving",
    "/api/v1/events/{event}/challenges",
    "/api/v1/events/{event}/numbers",
    "/api/v1/events/{event}/admissions",
    "/api/v1/box-offices/{box_office}/holds",
    "/api/v1/box-offices/{box_office}/proposals",
    "/api/v1/box-offices/{box_office}/pass-types",
    "/api/v1/box-offices/{box_office}/public-keys",
    "/api/v1/agents",
    "/api/v1/hubs",
    "/api/v1/scan/devices",
    "/api/v1/scan/sign-ins",
    "/api/problems",
    "/api/problems/{code}",
}
BY_HOLD = re.compile(r"/holds/\{hold\}|/box-offices/\{box_office\}/orders$|/payments/sandbox/notifications$")


@pytest.fixture
async def described(client: AsyncClient) -> Any:
    response = await client.get("/api/openapi.json")
    assert response.status_code == 200
    return response.json()


async def test_the_page_needs_nobody_else(client: AsyncClient):
    response = await client.get("/api/docs")
    assert response.headers["content-type"].startswith("text/html")
    assert not re.search(r"https?://|<script>|style=", response.text)


async def test_every_operation_is_described(described: Any):
    operations = [act for path in described["paths"].values() for act in path.values() if isinstance(act, dict)]
    assert len(operations) >= 30
    assert len({act["operationId"] for act in operations}) == len(operations)
    for act in operations:
        assert act["tags"] and act["description"].startswith(act["summary"])
        assert 5 <= len(act["summary"]) <= 120


async def test_wishes_are_told_apart_by_their_kind(described: Any):
    schemas = described["components"]["schemas"]
    wants = schemas["HoldBody"]["properties"]["wants"]["items"]
    assert set(wants["discriminator"]["mapping"]) == {"seats", "best", "area", "tariff", "pass"}
    wish = schemas["BestWish"]
    assert wish["properties"]["kind"]["enum"] == ["best"] and "kind" in wish["required"]
    assert wish["properties"]["party"] == {"type": "integer", "minimum": 1, "maximum": 20}


async def test_every_reference_leads_somewhere(described: Any, client: AsyncClient):
    written = (await client.get("/api/openapi.json")).text
    assert set(re.findall(r"#/components/schemas/([\w.]+)", written)) <= set(described["components"]["schemas"])
    for path in described["paths"].values():
        assert all(act["responses"]["default"]["content"]["application/problem+json"] for act in path.values())


async def test_what_is_not_for_anybody_asks_who_one_is(client: AsyncClient, described: Any, house: House):
    """Every other operation, met without a token or a secret, says 401, whatever else is wrong with the request."""
    identity = str(house.organisation_id)
    for path, acts in described["paths"].items():
        if path in ANYBODY or BY_HOLD.search(path):
            assert all("security" not in act for act in acts.values()), path
            continue
        for method, act in acts.items():
            assert act["security"], (method, path)
            body = BODIES.get(path, BODIES.get(path.rsplit("/", 1)[1])) if method == "post" else None
            called = re.sub(r"\{\w+\}", identity, path)
            asked = {"code": "x", "text": "x", "performance": NOTHING, "list": 1}
            response = await client.request(method, called, json=body, params=asked)
            problem(response, 401, "not-signed-in")


NOTHING = "00000000-0000-0000-0000-000000000000"
BODIES: dict[str, dict[str, Any]] = {
    "cancellation": {},
    "payments": {"provider": "on_site"},
    "payment-method": {"method": "invoice"},
    "moves": {"place": 1},
    "ticket-delivery": {"paper": "a4", "files": "one"},
    "admissions": {"scan": NOTHING, "code": "x", "gate": "x"},
    "/api/v1/scan/admissions": {"scan": NOTHING, "performances": [NOTHING]},
    "undos": {"scan": NOTHING, "undoes": NOTHING},
    "cancellations": {"code": "x"},
    "uploads": {"device_now": "2036-01-01T00:00:00Z", "scans": []},
    "heartbeats": {},
    "/api/v1/hub/heartbeats": {"clock": "2036-01-01T00:00:00Z"},
    "/api/v1/agents/takes": {"take": NOTHING},
    "/api/v1/agents/reports": {},
    "ending": {"take": NOTHING, "outcome": "sent"},
    "redeem": {"secret": "x", "lists": [1]},
}


async def test_every_reason_to_say_no_is_listed(client: AsyncClient):
    listed = {problem["code"]: problem for problem in (await client.get("/api/problems")).json()}
    assert listed["seats-taken"]["status"] == 409
    assert set(listed) == {code for code, refusal in Refusal.family.items() if refusal.status != 500}
    one = (await client.get("/api/problems/seats-taken")).json()
    assert one == listed["seats-taken"]
    problem(await client.get("/api/problems/nonsense"), 404, "not-found")
