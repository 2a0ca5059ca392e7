"""The page of a date's seats: what is kept, who has which seat, and the same copied onto other dates."""

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from httpx import AsyncClient

from tests.admin.conftest import Browser, SignIn
from tests.api.conftest import House, keyed, order_body
from ticketing import accessible_places, allotment_copies, allotments
from ticketing.allotments import Draft, Kind
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.seat_lists import Picked
from ticketing.settings import Settings
from ticketing.stores import stores
from ticketing.tokens import Scope

KEPT = re.compile(r'data-kept="([^"]*)"')


def page(house: House, rest: str = "", date: int = 0) -> str:
    return f"/admin/performances/{house.performances[date].id}/seats{rest}"


async def kept(browser: Browser, house: House, date: int = 0) -> dict[str, list[list[int]]]:
    """By name, the runs of places that the map is given."""
    text = (await browser.get(page(house, date=date))).text
    found = json.loads(unescape(KEPT.search(text)[1]))  # type: ignore[index]
    return {one["name"]: one["runs"] for one in found}


async def sold(client: AsyncClient, house: House, seat: str) -> str:
    wants = [{"kind": "seats", "performance": house.first, "seats": [seat]}]
    held = (await client.post(house.path("holds"), json={"wants": wants})).json()
    response = await client.post(house.path("orders"), json=order_body(house, held), headers=keyed())
    assert response.status_code == 201, response.text
    return str(response.json()["code"])


async def test_seats_are_kept_as_they_are_typed(sign_in: SignIn, house: House) -> None:
    browser = await sign_in()
    assert "Every seat of this date is on open sale" in await browser.page(page(house))
    typed = {
        "zone": "stalls",
        "seats": "A: 1-3, 5\nB",
        "into": "new",
        "kind": "press",
        "name": "Le Monde",
        "note": "Two critics",
    }
    assert await browser.done(page(house), typed) == page(house)
    text = await browser.page(page(house))
    assert "14 places are kept." in text and "Two critics" in text and "Pat Person" in text
    assert await kept(browser, house) == {"Press: Le Monde": [[0, 3], [4, 1], [10, 10]]}
    part = await browser.page(page(house, "/list"))
    assert "Le Monde" in part and "csrf" in part and "<html" not in part
    area = {"zone": "area:pit", "seats": "4", "into": "new", "kind": "house"}
    await browser.done(page(house), area)
    assert (await kept(browser, house))["House seats"] == [[76, 4]]
    chosen = {"places": "0-1,76", "into": "open"}
    await browser.done(page(house), chosen)
    assert "3 places are back on open sale." in await browser.page(page(house))
    assert await kept(browser, house) == {"Press: Le Monde": [[2, 1], [4, 1], [10, 10]], "House seats": [[77, 3]]}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"zone": "stalls", "seats": "Z: 1"}, "There is no row “Z” in this zone."),
        ({"zone": "stalls", "seats": "A: 99"}, "There is no seat “99” in row A."),
        ({"zone": "", "seats": "A: 1"}, "Choose a zone."),
        ({"zone": "area:pit", "seats": "99"}, "Type how many places, from 1 to 30."),
        ({"zone": "nowhere"}, "Choose a zone."),
        ({}, "Choose some places first."),
        ({"places": "200000"}, "There is no such place."),
        ({"places": "1-x"}, "There is no such place."),
        ({"places": "95"}, "There is no such place."),
        ({"places": "0", "kind": "other"}, "Give it a name."),
        ({"places": "0", "kind": "nothing"}, "Choose one of these."),
        ({"places": "0", "kind": "house", "release_at": "2099-01-01T10:00"}, "A block has no release"),
        ({"places": "0", "kind": "press", "release_at": "2020-01-01T10:00"}, "Choose a moment to come."),
    ],
)
async def test_what_cannot_be_is_said_where_it_was_typed(
    sign_in: SignIn, house: House, typed: dict[str, str], said: str
) -> None:
    browser = await sign_in()
    await browser.page(page(house))
    response = await browser.post(page(house), {"into": "new", "kind": "house", "note": "Kept as typed"} | typed)
    assert response.status_code == 422
    assert said in unescape(response.text) and "Kept as typed" in response.text
    assert await kept(browser, house) == {}


async def test_single_seats_cost_otherwise_at_one_date(sign_in: SignIn, house: House, client: AsyncClient) -> None:
    browser, gold = await sign_in(), {"into": "category", "category": "+", "category_name": "Anniversary"}
    await browser.page(page(house))
    await browser.done(page(house), {"zone": "stalls", "seats": "A: 1-3"} | gold)
    text = await browser.page(page(house))
    assert "3 seats are in another price category now." in text and "Without a price at: Full" in text
    shown = (await client.get(f"/api/v1/performances/{house.first}")).json()
    drawn = (await client.get(f"/api/v1/plans/{shown['performance']['plan']}")).json()
    assert [one["name"] for one in drawn["categories"]][-1] == "Anniversary"
    priced = await browser.page(f"/admin/tariffs/{house.full.id}/prices?date={house.first}")
    assert "Anniversary" in priced
    assert "Anniversary" not in await browser.page(f"/admin/tariffs/{house.full.id}/prices")
    await browser.page(page(house))
    await browser.done(page(house), {"places": "0", "into": "category", "category": ""})
    await browser.page(page(house))
    await browser.done(page(house, "/categories"), {"category": "Anniversary"})
    assert "Seats in another price category" not in await browser.page(page(house))
    assert "Anniversary" in await browser.page(f"/admin/box-offices/{house.key}/audit")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"places": "0", "category": "+"}, "Write its name."),
        ({"places": "0", "category": "x" * 61}, "Write 1 to 60 characters."),
        ({"category": "Gold"}, "Choose some seats first."),
        ({"zone": "area:pit", "seats": "4", "category": "Gold"}, "choose numbered seats"),
    ],
)
async def test_a_category_that_cannot_be_is_refused(
    sign_in: SignIn, house: House, typed: dict[str, str], said: str
) -> None:
    browser = await sign_in()
    before = await browser.page(page(house))
    response = await browser.post(page(house), {"into": "category"} | typed)
    assert response.status_code == 422 and said in unescape(response.text)
    assert plan_of(await browser.page(page(house))) == plan_of(before)


def plan_of(text: str) -> str:
    """The drawing that the map is given."""
    found = re.search(r'data-plan="([^"]*)"', text)
    assert found is not None
    return found[1]


async def test_one_is_changed_and_released(sign_in: SignIn, house: House) -> None:
    browser = await sign_in()
    await browser.page(page(house))
    await browser.done(page(house), {"places": "0-4", "into": "new", "kind": "partner", "name": "Bank"})
    one = re.search(rf'{page(house)}/([0-9a-f-]{{36}})"', await browser.page(page(house)))
    assert one is not None
    here = page(house, f"/{one[1]}")
    await browser.page(here)
    fields = {"name": "The bank", "note": "", "release_at": "2099-05-01T20:00", "version": "1"}
    response = await browser.post(here, fields | {"release_at": "2020-05-01T20:00"})
    assert response.status_code == 422 and "Choose a moment to come." in response.text
    await browser.done(here, fields)
    text = await browser.page(page(house))
    assert "The bank" in text and "2099" in text
    stale = await browser.post(here, fields | {"name": "Else"})
    assert stale.status_code == 409 and "Saved meanwhile" in stale.text
    await browser.done(page(house), {"places": "7", "into": one[1]})
    assert (await kept(browser, house)) == {"Partner: The bank": [[0, 5], [7, 1]]}
    assert (await browser.get(page(house, f"/{one[1]}", date=1))).status_code == 404
    await browser.done(f"{here}/release")
    assert "6 places are back on open sale." in await browser.page(page(house))
    assert (await browser.get(here)).status_code == 404
    assert (await browser.post(f"{here}/release")).status_code == 404


async def test_a_seat_tells_who_has_it(sign_in: SignIn, house: House, client: AsyncClient, database: Database) -> None:
    code = await sold(client, house, "A-1")
    wants = [{"kind": "seats", "performance": house.first, "seats": ["A-2"]}]
    await client.post(house.path("holds"), json={"wants": wants})
    browser = await sign_in()
    await browser.page(page(house))
    await browser.done(page(house), {"places": "0,2", "into": "new", "kind": "house", "note": "For the director"})
    first = await browser.page(page(house, "/place?place=0"))
    assert code in first and "/admin/orders/" in first and "For the director" in first and "Sold" in first
    second = await browser.page(page(house, "/place?place=1"))
    assert "In a cart, until" in second and "On open sale" not in second
    assert "House seats" in await browser.page(page(house, "/place?place=2"))
    assert "On open sale" in await browser.page(page(house, "/place?place=3"))
    for wrong in ("999", "x", "", "-1"):
        assert (await browser.get(page(house, f"/place?place={wrong}"))).status_code == 404
    event = house.performances[0].event_id
    office = house.performances[0].box_office_id
    limited = await sign_in(Scope.VIEW, event_id=event, box_office_id=office)
    assert "Sold" in await limited.page(page(house, "/place?place=0"))


async def test_who_views_sees_and_changes_nothing(sign_in: SignIn, house: House, rival: House) -> None:
    manager = await sign_in()
    await manager.page(page(house))
    await manager.done(page(house), {"places": "0", "into": "new", "kind": "press"})
    viewer = await sign_in(Scope.VIEW)
    text = await viewer.page(page(house))
    assert "Press" in text and "Keep or give back" not in text and "Release" not in text
    assert (await viewer.post(page(house), {"places": "1", "into": "new", "kind": "press"})).status_code == 403
    stranger = await sign_in(organisation_id=rival.organisation_id)
    for rest in ("", "/list", "/place?place=0"):
        assert (await stranger.get(page(house, rest))).status_code == 404
    await stranger.page(page(rival))
    one = (await allotment_id(manager, house))[1]
    response = await stranger.post(page(rival), {"places": "0", "into": one})
    assert response.status_code == 404
    assert await kept(manager, house) == {"Press": [[0, 1]]}


async def allotment_id(browser: Browser, house: House) -> re.Match[str]:
    found = re.search(rf'{page(house)}/([0-9a-f-]{{36}})"', await browser.page(page(house)))
    assert found is not None
    return found


async def test_accessible_places_are_kept_until_a_moment(
    sign_in: SignIn, house: House, database: Database, settings: Settings
) -> None:
    browser = await sign_in()
    text = await browser.page(page(house))
    assert "anybody may choose them on the map" in text and "They were kept and" not in text
    response = await browser.post(page(house, "/accessible"), {"until": "2020-01-01T10:00"})
    assert response.status_code == 422 and "Choose a moment to come." in response.text
    until = house.performances[0].starts_at - timedelta(days=2)
    await browser.done(page(house, "/accessible"), {"until": f"{until:%Y-%m-%dT%H:%M}"})
    text = await browser.page(page(house))
    assert "2 places are kept for who asks for wheelchair places" in text and "Accessibility" in text
    event = f"/admin/events/{house.performances[0].event_id}/accessible-places"
    here = {"performance": house.first}
    assert (await browser.post(event, here | {"days": "999"})).status_code == 422
    await browser.done(event, here | {"days": "7"})
    async with stores(settings) as opened:
        await accessible_places.follow(opened.database, opened.inventory, datetime.now(UTC))
    second = await browser.page(page(house, date=1))
    assert "All dates of the event keep them so." in second
    release = re.search(r'action="([^"]*/release)"', await browser.page(page(house)))
    assert release is not None
    await browser.done(release[1])
    assert "They were kept and are released" in await browser.page(page(house))


async def test_what_is_kept_is_copied_onto_other_dates(
    sign_in: SignIn, house: House, settings: Settings, database: Database
) -> None:
    browser = await sign_in()
    await browser.page(page(house))
    await browser.done(page(house), {"places": "0-3", "into": "new", "kind": "press", "note": "Critics"})
    response = await browser.post(page(house, "/copies"))
    assert response.status_code == 422 and "Tick at least one date." in response.text
    run = await browser.done(page(house, "/copies"), {"dates": [house.second]})
    assert "0 of 1 dates" in await browser.page(run)
    async with stores(settings) as opened:
        copy = run.rpartition("/")[2]
        now = datetime.now(UTC)
        await allotment_copies.run(opened.database, opened.inventory, allotment_copies.UUID(copy), now)
    assert "1 of 1 dates" in await browser.page(f"{run}/progress")
    assert await kept(browser, house, 1) == {"Press": [[0, 4]]}
    french = await sign_in(language="fr")
    assert "Contingents" in (await french.page(page(house, date=1))).title()


async def test_the_acts_are_in_the_log(sign_in: SignIn, house: House) -> None:
    browser = await sign_in()
    await browser.page(page(house))
    await browser.done(page(house), {"places": "0-3", "into": "new", "kind": "press", "note": "Critics"})
    text = await browser.page(f"/admin/organisations/{house.key}/audit?act=allotment.created")
    assert "kept seats of a date of The Seagull" in re.sub(r"<[^>]*>", "", text)


async def test_the_counts_are_told(
    sign_in: SignIn, house: House, client: AsyncClient, database: Database, settings: Settings
) -> None:
    await sold(client, house, "A-1")
    async with stores(settings) as opened:
        draft, by = Draft(kind=Kind.PRESS), Actor(organisation_id=house.organisation_id)
        asked = (house.organisation_id, house.performances[0].id, Picked((0, 1, 2)), draft, by, datetime.now(UTC))
        await allotments.put(opened.database, opened.inventory, *asked)
    browser = await sign_in()
    cells = re.findall(r'<td class="number"[^>]*>([^<]*)</td>', await browser.page(page(house)))
    assert cells == ["3", "2", "0", "1"]
