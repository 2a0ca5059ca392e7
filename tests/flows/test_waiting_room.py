"""A waiting room from both sides: an organiser who opens it, people who wait, are called and go in."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.flows.conftest import PHONE, Site, look
from tests.running import run
from ticketing import waiting_rooms, waiting_steps
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.queues import FRESH_S
from ticketing.waiting_rooms import RoomEvent, RoomSettings, RoomState

WAIT_MS_MAX = 40_000
WORDS = {
    "en": {
        "take": "Take a number", "early": "You are here in time", "waiting": re.compile("before you|next"),
        "turn": "It is your turn", "go": "Choose places", "in": "You are in", "paused": "The queue is paused",
    },
    "fr": {
        "take": "Prendre un numéro", "early": "Vous êtes à l’heure", "waiting": re.compile("devant vous|bientôt"),
        "turn": "C’est votre tour", "go": "Choisir des places", "in": "Vous êtes entré",
        "paused": "La file est en pause",
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def forgotten(site: Site) -> Iterator[None]:
    """Each test's room is its own, once the server has forgotten the one before."""
    yield
    run(_with(site, lambda db: _forget(db, site)))
    time.sleep(FRESH_S)


async def _with(site: Site, act: Callable[..., object]) -> None:
    database = await Database.open(site.settings.database_url, site.settings)
    try:
        await act(database)  # type: ignore[misc]
    finally:
        await database.close()


async def _forget(db: Database, site: Site) -> None:
    async with db.read() as c:
        await c.execute("delete from waiting_rooms where event_id = $1", site.house.performances[0].event_id)


def announced(site: Site, **settings: object) -> None:
    """A waiting room for the house's event, that opens in ten minutes."""

    async def act(db: Database) -> None:
        now, house = datetime.now(UTC), site.house
        wanted = RoomSettings(opens_at=now + timedelta(minutes=10), pace_min=6000, **settings)  # type: ignore[arg-type]
        by = Actor(organisation_id=house.organisation_id)
        await waiting_rooms.announce(db, house.organisation_id, house.performances[0].event_id, wanted, by, now)

    run(_with(site, act))


def moves_on(site: Site, *happens: RoomEvent, pace: int | None = None) -> None:
    """What the organiser does, at a pace by hand, and then two steps of the worker, a second apart."""

    async def act(db: Database) -> None:
        now, house = datetime.now(UTC), site.house
        owner, event, by = house.organisation_id, house.performances[0].event_id, Actor(organisation_id=None)
        await waiting_rooms.set_pace(db, owner, event, pace, by, now)
        for one in happens:
            await waiting_rooms.turn(db, owner, event, one, by, now)
        for second in (0, 1):
            await waiting_steps.step(db, event, now + timedelta(seconds=second))

    run(_with(site, act))


def queue_of(site: Site) -> str:
    return f"/shop/{site.house.key}/events/{site.house.performances[0].event_id}/queue"


@pytest.mark.parametrize(("size", "language"), [(PHONE, "fr")])
def test_from_the_number_to_the_seat(
    visit: Callable[..., Page], site: Site, size: tuple[int, int], language: str
) -> None:
    announced(site)
    said, page = WORDS[language], visit(size, language, signed_in=False)
    page.goto(f"/shop/{site.house.key}/events/{site.house.performances[0].event_id}")
    page.locator(".queue-banner a").click()
    look(page)
    page.locator("#party").select_option("3")
    page.get_by_role("button", name=said["take"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(said["early"])
    look(page)
    page.wait_for_timeout(1500)  # who came is written twice a second
    moves_on(site, RoomEvent.OPEN, pace=0)
    expect(page.locator("[data-part=ahead]")).to_have_text(said["waiting"], timeout=WAIT_MS_MAX)
    expect(page.locator("[data-part=said]")).not_to_be_empty()
    look(page)
    moves_on(site, RoomEvent.PAUSE)
    expect(page.get_by_text(said["paused"])).to_be_visible(timeout=WAIT_MS_MAX)
    moves_on(site, RoomEvent.RESUME, pace=6000)
    expect(page.get_by_role("heading", level=1)).to_have_text(said["turn"], timeout=WAIT_MS_MAX)
    look(page)
    page.get_by_role("button", name=said["go"]).click()
    expect(page).to_have_url(re.compile("/events/[0-9a-f-]+$"))
    page.goto(queue_of(site))
    expect(page.get_by_role("heading", level=1)).to_have_text(said["in"])
    look(page)
    page.goto(f"/shop/{site.house.key}/performances/{site.house.second}/best?party=1")
    page.locator("li form button").first.click()
    expect(page).to_have_url(re.compile("/cart"))


def test_without_a_script_too(visit: Callable[..., Page], site: Site) -> None:
    announced(site)
    page = visit(PHONE, signed_in=False, scripts=False)
    page.goto(f"/shop/{site.house.key}/performances/{site.house.first}/best?party=2")
    expect(page).to_have_url(re.compile("/queue$"))
    for _ in range(2):  # the page for everybody leads to one with a form of one's own
        page.get_by_role("button", name="Take a number").click()
    expect(page.get_by_text("comes again by itself every 30 seconds")).to_be_visible()
    page.wait_for_timeout(1500)
    moves_on(site, RoomEvent.OPEN)
    page.goto(queue_of(site))
    page.get_by_role("button", name="Choose places").click()
    page.goto(f"/shop/{site.house.key}/performances/{site.house.first}/best?party=2")
    expect(page).to_have_url(re.compile("/best"))


def test_a_challenge_is_solved_by_the_page(visit: Callable[..., Page], site: Site) -> None:
    announced(site, challenge=True)
    page = visit(signed_in=False)
    page.goto(queue_of(site))
    page.get_by_role("button", name="Take a number").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are here in time", timeout=60_000)


def test_an_organiser_steers_it(visit: Callable[..., Page], site: Site) -> None:
    page = visit()
    page.goto(f"/admin/events/{site.house.performances[0].event_id}")
    page.get_by_role("link", name="Waiting room").click()
    look(page)
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_text("It opens by itself on")).to_be_visible()
    page.get_by_text("Open now …").click()
    page.get_by_role("button", name="Open now").click()
    expect(page.locator("#figures .badge").first).to_have_text("Open")
    look(page)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#figures .badge").first).to_have_text("Paused")
    page.get_by_text("Close …").click()
    page.get_by_role("button", name="Close the waiting room").click()
    expect(page.get_by_text("The sale is open to everybody.").first).to_be_visible()
    look(page)

    async def closed(db: Database) -> None:
        room = await waiting_rooms.find(db, site.house.performances[0].event_id)
        assert room.state is RoomState.CLOSED

    run(_with(site, closed))
