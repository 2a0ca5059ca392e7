"""The waiting room's page: a number that is kept, a turn that is used, and cookies that are worth nothing elsewhere."""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

from engine.waiting.forecast import STEPS_MIN
from shop import queue as handlers
from tests.api.conftest import House
from tests.shop.conftest import Browser
from ticketing import queues, waiting_rooms, waiting_steps
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.waiting_rooms import RoomEvent, RoomSettings


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Rooms as they are now, not as they were a second ago."""
    monkeypatch.setattr(queues, "FRESH_S", 0.0)
    handlers._events._values.clear()
    yield


async def announced(db: Database, house: House, **settings: Any) -> UUID:
    event, now = house.performances[0].event_id, datetime.now(UTC)
    wanted = RoomSettings(opens_at=now + timedelta(minutes=10), pace_min=6000, **settings)
    await waiting_rooms.announce(db, house.organisation_id, event, wanted, Actor(organisation_id=None), now)
    return event


async def happens(db: Database, house: House, event: UUID, what: RoomEvent, steps: int = 2) -> None:
    by, now = Actor(organisation_id=house.organisation_id), datetime.now(UTC)
    await waiting_rooms.turn(db, house.organisation_id, event, what, by, now)
    for second in range(steps):
        await waiting_steps.step(db, event, now + timedelta(seconds=second))


async def written(db: Database, event: UUID, count: int) -> None:
    """Until so many who came are written."""
    for _ in range(50):
        async with db.read() as c:
            found = await c.fetchval("select count(*) from waiting_arrivals where event_id = $1", event)
        if found == count:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(found)


def page_of(visitor: Browser, event: UUID) -> str:
    return f"{visitor.base}/events/{event}/queue"


async def joined(visitor: Browser, event: UUID, party: int = 2) -> str:
    """Takes a number without a script; the page afterwards."""
    path = page_of(visitor, event)
    await visitor.page(f"{path}?number=wanted")
    assert await visitor.done(path, {"party": party}) == path
    return await visitor.page(path)


async def test_the_way_from_the_queue_to_the_cart(
    visitor: Browser, client: AsyncClient, database: Database, house: House
) -> None:
    event = await announced(database, house)
    text = await visitor.page(page_of(visitor, event))
    assert "The waiting room is not open yet" in text and "in an order by lot" in text
    assert "there is a waiting room" in await visitor.page(f"{visitor.base}/events/{event}")
    assert "You are here in time" in await joined(visitor, event)
    refused = await visitor.script("/cart/places", {"performance": house.first, "seats": ["A-1"]})
    assert refused.status_code == 403 and refused.json()["code"] == "waiting-room-first"
    assert refused.json()["fields"]["queue"] == page_of(visitor, event)

    await written(database, event, 1)
    await happens(database, house, event, RoomEvent.OPEN)
    assert "It is your turn" in await visitor.page(page_of(visitor, event))
    path = f"{page_of(visitor, event)}/admission"
    assert await visitor.done(path) == f"{visitor.base}/events/{event}"
    assert "You are in" in await visitor.page(page_of(visitor, event))
    assert (await visitor.take(house, ["A-1", "A-2"]))["count"] == 2
    more = await visitor.script("/cart/places", {"performance": house.first, "seats": ["A-3"]})
    assert more.json()["code"] == "too-many-places", "no more than one came for"


async def test_who_comes_sees_what_everybody_sees(
    visitor: Browser, client: AsyncClient, database: Database, house: House
) -> None:
    event = await announced(database, house)
    first, again = await visitor.get(page_of(visitor, event)), await Browser(client, house).get(page_of(visitor, event))
    assert first.text == again.text and 'name="csrf"' not in first.text
    assert not first.headers.get("set-cookie"), "nothing of the visitor's is made before they take a number"
    assert 'data-part="place" hidden' in first.text and 'name="number" value="wanted"' in first.text


async def test_a_script_takes_the_number(visitor: Browser, database: Database, house: House) -> None:
    event = await announced(database, house)
    path = f"/events/{event}/queue/number"
    given = (await visitor.script(path, {"party": 3})).json()
    assert (given["ordinal"], given["rank"], given["party"], given["told"]["state"]) == (0, None, 3, "announced")
    assert (await visitor.script(path, {"party": 4})).json()["ordinal"] == 0, "a browser has one"
    assert 'data-ordinal="0"' in await visitor.page(page_of(visitor, event))
    assert (await visitor.script(path, {"party": 11})).json()["detail"] == "Come for 1 to 10 places."
    assert (await visitor.get_posted(path, {"party": 2}, "nonsense")).status_code == 403
    await happens(database, house, event, RoomEvent.CLOSE, steps=0)
    assert (await visitor.script(path, {"party": 2})).json()["code"] == "waiting-room-closed"


async def test_a_script_is_told_what_to_solve_first(visitor: Browser, database: Database, house: House) -> None:
    event = await announced(database, house, challenge=True)
    path = f"/events/{event}/queue/number"
    given = (await visitor.script(path, {"party": 2})).json()
    assert (given["ordinal"], given["bits"]) == (None, waiting_rooms.CHALLENGE_BITS)
    answer = {"puzzle": given["puzzle"], "answer": "not it"}
    assert (await visitor.script(path, {"party": 2} | answer)).json()["code"] == "challenge-failed"


async def test_cookies_are_worth_nothing_in_another_browser(
    visitor: Browser, client: AsyncClient, database: Database, house: House
) -> None:
    event = await announced(database, house)
    await joined(visitor, event)
    await written(database, event, 1)
    await happens(database, house, event, RoomEvent.OPEN)
    await visitor.done(f"{page_of(visitor, event)}/admission")
    friend = Browser(client, house)
    await friend.page(f"{page_of(friend, event)}?number=wanted")
    for name, value in visitor.cookies.items():
        if "queue-" in name or "admission-" in name:
            friend.cookies[name] = value
    assert "Take a number" in await friend.page(page_of(friend, event))
    assert await friend.done(f"{page_of(friend, event)}/admission") == page_of(friend, event)
    refused = await friend.script("/cart/places", {"performance": house.first, "seats": ["A-1"]})
    assert refused.json()["code"] == "waiting-room-first"


async def test_who_leaves_and_comes_back_keeps_their_place(
    visitor: Browser, client: AsyncClient, database: Database, house: House
) -> None:
    event = await announced(database, house)
    first = await joined(visitor, event)
    number = re.search(r'data-ordinal="(\d+)"', first)
    assert number
    back = Browser(client, house, "fr")
    back.cookies = {name: value for name, value in visitor.cookies.items() if "queue-" not in name}
    await written(database, event, 1)
    again = await joined(back, event)
    assert f'data-ordinal="{number[1]}"' in again, "the browser is known without its number"
    assert "Vous êtes à l’heure" in again


async def test_waiting_it_tells_how_many_are_before(
    visitor: Browser, client: AsyncClient, database: Database, house: House
) -> None:
    event = await announced(database, house, turn_s=300)
    await happens(database, house, event, RoomEvent.OPEN, steps=0)
    by, now = Actor(organisation_id=house.organisation_id), datetime.now(UTC)
    await waiting_rooms.set_pace(database, house.organisation_id, event, 0, by, now)
    for _ in range(3):
        await joined(Browser(client, house), event)
    await joined(visitor, event)
    await written(database, event, 4)
    await waiting_steps.step(database, event, now)
    text = await visitor.page(page_of(visitor, event))
    assert "About 3 people are before you" in text and "Nobody is being called" in text
    words = json.loads(unescape(re.search(r'data-words="([^"]+)"', await text_of(visitor, event))[1]))  # type: ignore[index]
    assert set(map(int, words["minutes"])) == {*STEPS_MIN, STEPS_MIN[-1] + 1}
    await happens(database, house, event, RoomEvent.PAUSE, steps=0)
    assert re.search(r'data-part="paused" role="status">', await visitor.page(page_of(visitor, event)))
    assert 'http-equiv="refresh"' in text


async def text_of(visitor: Browser, event: UUID) -> str:
    return (await visitor.get(page_of(visitor, event))).text


async def test_a_closed_room_leads_on(visitor: Browser, database: Database, house: House) -> None:
    event = await announced(database, house)
    await happens(database, house, event, RoomEvent.CLOSE, steps=0)
    response = await visitor.get(page_of(visitor, event))
    assert (response.status_code, response.headers["location"]) == (303, f"{visitor.base}/events/{event}")


async def test_what_is_not_there(visitor: Browser, database: Database, house: House, rival: House) -> None:
    assert (await visitor.get(page_of(visitor, house.performances[0].event_id))).status_code == 404
    elsewhere = await announced(database, rival)
    assert (await visitor.get(page_of(visitor, elsewhere))).status_code == 404


async def test_a_number_wants_the_browsers_token_and_a_party(
    visitor: Browser, database: Database, house: House
) -> None:
    event = await announced(database, house)
    path = page_of(visitor, event)
    await visitor.page(f"{path}?number=wanted")
    assert (await visitor.post(path, {"party": 2, "csrf": "nonsense"})).status_code == 403
    response = await visitor.post(path, {"party": 99})
    assert response.status_code == 422


async def test_pages_that_ask_for_places_lead_to_the_queue(visitor: Browser, database: Database, house: House) -> None:
    event = await announced(database, house)
    response = await visitor.get(f"{visitor.base}/performances/{house.first}/best?party=2")
    assert (response.status_code, response.headers.get("location")) == (303, page_of(visitor, event))
    response = await visitor.get(f"{visitor.base};bare/performances/{house.first}/best?party=2")
    assert re.fullmatch(rf"{visitor.base};bare[^/]*/events/{event}/queue", response.headers["location"]), "as one came"


async def test_a_challenge_is_asked_on_the_page(visitor: Browser, database: Database, house: House) -> None:
    event = await announced(database, house, challenge=True)
    text = await visitor.page(f"{page_of(visitor, event)}?number=wanted")
    assert 'data-puzzle="' in text and 'name="answer"' in text
    response = await visitor.post(page_of(visitor, event), {"party": 2, "puzzle": "1.x", "answer": "1"})
    assert response.status_code == 422 and "no program" in response.text


def test_every_step_has_its_words() -> None:
    assert list(handlers.MINUTES) == [*STEPS_MIN, STEPS_MIN[-1] + 1]
    assert all(low < high for low, high in pairwise(handlers.MINUTES))
