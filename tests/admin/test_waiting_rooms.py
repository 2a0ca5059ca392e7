"""The waiting room's page: switched on, steered, watched; and who may."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from tests.admin.conftest import Browser, SignIn
from tests.api.conftest import House
from ticketing import waiting_rooms, waiting_steps
from ticketing.db import Database
from ticketing.tokens import Scope
from ticketing.waiting_rooms import Room, RoomState

ZURICH = ZoneInfo("Europe/Zurich")
"""Where the house is."""

ACTS = ("opening", "pause", "resumption", "closing", "reopening")


def path_of(house: House, rest: str = "") -> str:
    return f"/admin/events/{house.performances[0].event_id}/waiting-room{rest}"


def fields(**changes: object) -> dict[str, object]:
    opens_at = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    return {
        "opens_at": opens_at, "target_p99_ms": 500, "pace_min": 60, "pace_max": 6000, "turn_min": 5,
        "admission_min": 20, "party_max": 6,
    } | changes  # fmt: skip


async def switched_on(browser: Browser, house: House) -> None:
    await browser.page(path_of(house))
    assert await browser.done(path_of(house), fields()) == path_of(house)


async def room_of(db: Database, house: House) -> Room:
    return await waiting_rooms.find(db, UUID(str(house.performances[0].event_id)))


async def test_switched_on_it_proposes_the_opening_of_the_sale(
    sign_in: SignIn, house: House, database: Database
) -> None:
    manager = await sign_in()
    soon = datetime.now(UTC) + timedelta(days=3)
    async with database.read() as c:
        await c.execute("update performances set sale_opens_at = $1", soon)
    text = await manager.page(path_of(house))
    assert "Switch a waiting room on" in text and f'value="{soon.astimezone(ZURICH):%Y-%m-%d}T' in text
    await switched_on(manager, house)
    text = await manager.page(path_of(house))
    assert "It opens by itself on" in text and 'hx-trigger="every 2s"' in text
    room = await room_of(database, house)
    assert (room.state, room.party_max, room.turn_s, room.admission_s) == (RoomState.ANNOUNCED, 6, 300, 1200)
    assert room.seed_hash.hex() in text and "switched on a waiting room for" in text


async def test_every_act_of_its_life(sign_in: SignIn, house: House, database: Database) -> None:
    manager = await sign_in()
    await switched_on(manager, house)
    states = []
    for act in ("opening", "pause", "resumption", "closing", "reopening"):
        assert await manager.done(path_of(house, f"/{act}")) == path_of(house)
        states.append((await room_of(database, house)).state)
        await manager.page(path_of(house))
    assert states == [RoomState.OPEN, RoomState.PAUSED, RoomState.OPEN, RoomState.CLOSED, RoomState.OPEN]
    again = await manager.post(path_of(house, "/opening"))
    assert again.status_code == 409 and "waiting room" in again.text
    assert (await manager.post(path_of(house, "/nonsense"))).status_code == 404


async def test_the_pace_by_hand_and_by_measure(sign_in: SignIn, house: House, database: Database) -> None:
    manager = await sign_in()
    await switched_on(manager, house)
    await manager.done(path_of(house, "/pace"), {"pace_fixed": 120})
    assert (await room_of(database, house)).pace_fixed == 120
    assert "set by hand: 120 people a minute" in await manager.page(path_of(house))
    wrong = await manager.post(path_of(house, "/pace"), {"pace_fixed": "fast"})
    assert wrong.status_code == 422 and "Type a whole number" in wrong.text
    await manager.done(path_of(house, "/pace"), {"pace_fixed": "", "measured": "1"})
    assert (await room_of(database, house)).pace_fixed is None


async def test_figures_are_told_as_they_are(sign_in: SignIn, house: House, database: Database) -> None:
    manager, watcher = await sign_in(), await sign_in(Scope.VIEW)
    await switched_on(manager, house)
    await manager.done(path_of(house, "/opening"))
    await waiting_steps.step(database, house.performances[0].event_id, datetime.now(UTC))
    text = await watcher.page(path_of(house, "/figures"))
    assert text.lstrip().startswith('<div id="figures"') and "Places left" in text and "160" in text
    whole = await watcher.page(path_of(house))
    assert "Steer" not in whole and "csrf" not in whole.partition("<main")[2]


async def test_mistakes_are_kept_and_two_people_saving_are_told(
    sign_in: SignIn, house: House, database: Database
) -> None:
    manager, other = await sign_in(), await sign_in()
    await manager.page(path_of(house))
    wrong = await manager.post(path_of(house), fields(opens_at="", turn_min=0, pace_min=99999999))
    assert wrong.status_code == 422 and 'value="99999999"' in wrong.text
    wrong = await manager.post(path_of(house), fields(pace_min=100, pace_max=50))
    assert "The least pace is above the greatest." in wrong.text
    await switched_on(manager, house)
    await other.page(path_of(house))
    await manager.page(path_of(house))
    await manager.done(path_of(house, "/settings"), fields(version=1, party_max=8))
    meanwhile = await other.post(path_of(house, "/settings"), fields(version=1, party_max=4))
    assert meanwhile.status_code == 409 and "Saved meanwhile:" in meanwhile.text
    version = re.search(r'name="version" value="(\d+)"', meanwhile.text)
    assert version and await other.done(path_of(house, "/settings"), fields(version=version[1], party_max=4))
    assert (await room_of(database, house)).party_max == 4
    assert (await other.post(path_of(house), fields())).status_code == 422, "there is one already"


@pytest.mark.parametrize("scope", [Scope.VIEW, Scope.SELL])
async def test_who_may_not_manage_steers_nothing(sign_in: SignIn, house: House, scope: Scope) -> None:
    manager, other = await sign_in(), await sign_in(scope)
    assert "This event has no waiting room." in await other.page(path_of(house))
    await switched_on(manager, house)
    for rest in ("", "/settings", "/pace", *(f"/{act}" for act in ACTS)):
        assert (await other.post(path_of(house, rest), fields(version=1, pace_fixed=1))).status_code == 403


async def test_another_organisations_is_not_found(sign_in: SignIn, house: House, rival: House) -> None:
    manager = await sign_in()
    await manager.page("/admin/profile")
    for rest in ("", "/figures"):
        assert (await manager.get(path_of(rival, rest))).status_code == 404
    for rest in ("", "/settings", "/pace", *(f"/{act}" for act in ACTS)):
        assert (await manager.post(path_of(rival, rest), fields(version=1))).status_code == 404
    assert (await manager.get(path_of(house, "/figures"))).status_code == 303, "not switched on"


async def test_a_form_wants_the_browsers_token(sign_in: SignIn, house: House) -> None:
    manager = await sign_in()
    await switched_on(manager, house)
    assert (await manager.post(path_of(house, "/closing"), {"csrf": "nonsense"})).status_code == 403
