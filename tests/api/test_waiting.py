"""A waiting room over the real stack: the serving number for everybody, a number of one's own, holds by admission."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient

from engine.waiting.shuffle import rank, seed_hash
from tests.api.conftest import House, keyed, order_body, problem
from ticketing import waiting_rooms, waiting_steps
from ticketing.audit import Actor
from ticketing.challenges import leading_zero_bits
from ticketing.db import Database
from ticketing.tokens import Scope
from ticketing.waiting_rooms import RoomEvent, RoomSettings
from web import waiting


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process tells of rooms is told anew each time."""
    monkeypatch.setattr(waiting, "FRESH_S", 0.0)


async def announced(db: Database, house: House, opens_in_s: float = 600, **settings: Any) -> UUID:
    event, now = house.performances[0].event_id, datetime.now(UTC)
    wanted = RoomSettings(opens_at=now + timedelta(seconds=opens_in_s), pace_min=6000, **settings)
    await waiting_rooms.announce(db, house.organisation_id, event, wanted, Actor(organisation_id=None), now)
    return event


async def opened(db: Database, house: House, event: UUID) -> None:
    """Opens it, and lets the worker take two steps."""
    by, now = Actor(organisation_id=house.organisation_id), datetime.now(UTC)
    await waiting_rooms.turn(db, house.organisation_id, event, RoomEvent.OPEN, by, now)
    for second in (0, 1):
        await waiting_steps.step(db, event, now + timedelta(seconds=second))


def of(event: UUID, rest: str) -> str:
    return f"/api/v1/events/{event}/{rest}"


def shown(number: Any) -> dict[str, str]:
    return {"x-queue-number": number["number"]}


async def taken(client: AsyncClient, event: UUID, party: int = 2) -> Any:
    response = await client.post(of(event, "numbers"), json={"party": party})
    assert response.status_code == 201, response.text
    return response.json()


async def test_from_a_number_to_an_order(client: AsyncClient, database: Database, house: House) -> None:
    event = await announced(database, house)
    before = (await client.get(of(event, "serving"))).json()
    assert before["state"] == "announced" and before["seed"] is None and before["serving"] == 0
    mine = await taken(client, event)
    wants = {"wants": [{"kind": "best", "performance": house.first, "party": 2}]}
    refused = problem(await client.post(house.path("holds"), json=wants), 403, "waiting-room-first")
    assert refused["fields"]["queue"] == f"/shop/{house.key}/events/{event}/queue"
    problem(await client.post(of(event, "admissions"), headers=shown(mine)), 409, "not-your-turn")
    assert (await client.get(of(event, "numbers"), headers=shown(mine))).json()["standing"] == "early"

    await opened(database, house, event)
    told = (await client.get(of(event, "serving"))).json()
    assert told["state"] == "open" and seed_hash(bytes.fromhex(told["seed"])).hex() == before["seed_hash"]
    assert rank(bytes.fromhex(told["seed"]), mine["ordinal"], told["shuffled"]) < told["serving"]
    admitted = (await client.post(of(event, "admissions"), headers=shown(mine))).json()
    again = (await client.post(of(event, "admissions"), headers=shown(mine))).json()
    assert admitted == again and admitted["party"] == 2

    way_in = {"x-admission": f"nonsense, {admitted['admission']}"}
    held = await client.post(house.path("holds"), json=wants, headers=way_in)
    assert held.status_code == 201, held.text
    placed = await client.post(house.path("orders"), json=order_body(house, held.json()), headers=keyed() | way_in)
    assert placed.status_code == 201, placed.text
    more = await client.post(house.path("holds"), json=wants, headers=way_in)
    problem(
        await client.post(house.path("orders"), json=order_body(house, more.json()), headers=keyed() | way_in),
        409, "turn-used",
    )  # fmt: skip


async def test_staff_need_no_number(client: AsyncClient, database: Database, house: House) -> None:
    await announced(database, house)
    wants = {"wants": [{"kind": "best", "performance": house.first, "party": 2}]}
    held = await client.post(house.path("holds"), json=wants, headers=house.bearer(Scope.SELL))
    assert held.status_code == 201


async def test_proposals_too_are_for_who_was_let_in(client: AsyncClient, database: Database, house: House) -> None:
    await announced(database, house)
    want = {"want": {"kind": "best", "performance": house.first, "party": 2}}
    problem(await client.post(house.path("proposals"), json=want), 403, "waiting-room-first")


async def test_everybody_shares_one_answer(client: AsyncClient, database: Database, house: House) -> None:
    event = await announced(database, house)
    first = await client.get(of(event, "serving"))
    assert first.headers["cache-control"] == "public, max-age=1" and "set-cookie" not in first.headers
    again = await client.get(of(event, "serving"), headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304 and not again.content
    assert len(first.content) < 600


async def test_what_there_is_no_room_for(client: AsyncClient, database: Database, house: House, rival: House) -> None:
    event = house.performances[0].event_id
    for unknown in (event, uuid4()):
        problem(await client.get(of(unknown, "serving")), 404, "not-found")
        problem(await client.post(of(unknown, "numbers"), json={}), 404, "not-found")
    await announced(database, house)
    elsewhere = await announced(database, rival)
    mine = await taken(client, event)
    problem(await client.post(of(elsewhere, "admissions"), headers=shown(mine)), 403, "queue-number-refused")
    problem(await client.get(of(elsewhere, "numbers"), headers=shown(mine)), 403, "queue-number-refused")
    problem(await client.get(of(event, "challenges").replace("challenges", "numbers"),
                             headers={"x-queue-number": "nonsense"}), 403, "queue-number-refused")  # fmt: skip
    problem(await client.post(of(event, "challenges")), 404, "not-found")
    problem(await client.post(of(event, "numbers"), json={"party": 11}), 422, "input-refused")


async def test_a_draft_tells_nothing_of_its_room(client: AsyncClient, database: Database, house: House) -> None:
    event = await announced(database, house)
    async with database.read() as c:
        await c.execute("update events set visibility = 'draft' where id = $1", event)
    problem(await client.get(of(event, "serving")), 404, "not-found")
    problem(await client.post(of(event, "numbers"), json={}), 404, "not-found")


async def test_a_room_with_a_challenge(
    client: AsyncClient, database: Database, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_rooms, "CHALLENGE_BITS", 6)
    event = await announced(database, house, challenge=True)
    problem(await client.post(of(event, "numbers"), json={}), 403, "challenge-failed")
    asked = (await client.post(of(event, "challenges"))).json()
    text = asked["puzzle"].partition("~")[2]
    answer = next(
        str(n) for n in count() if leading_zero_bits(sha256(f"{text}.{n}".encode()).digest()) >= asked["bits"]
    )
    response = await client.post(of(event, "numbers"), json={"puzzle": asked["puzzle"], "answer": answer})
    assert response.status_code == 201, response.text


async def test_numbers_are_rationed_by_address(client: AsyncClient, database: Database, house: House) -> None:
    event = await announced(database, house)
    answers = [(await client.post(of(event, "numbers"), json={})).status_code for _ in range(30)]
    assert set(answers) == {201, 429}
