import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from httpx import AsyncClient
from msgspec.structs import replace

from engine.plan.model import Table
from shop import pages, performances
from tests.api.conftest import ROWS, House, schedule, small_plan
from tests.shop.conftest import Browser
from ticketing import accessible_places, allotments, box_offices, holds, plans, waiting_rooms
from ticketing import performances as performances_of
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.holds import Ask, SeatsWish
from ticketing.offers import Offers
from ticketing.settings import Settings
from ticketing.stores import stores
from ticketing.waiting_rooms import RoomSettings

NUMBERS = re.compile(r'name="seat" value="([^"]+)"')


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages and offers are made anew each time."""
    monkeypatch.setattr(pages._made, "_fresh_s", 0.0)
    monkeypatch.setattr(performances._offers, "_fresh_s", 0.0)


async def best(visitor: Browser, house: House, **asked: Any) -> str:
    return await visitor.page(f"{visitor.base}/performances/{house.first}/best?{urlencode(asked)}")


async def proposed(visitor: Browser, house: House, **asked: Any) -> Any:
    response = await visitor.get(f"{visitor.base}/performances/{house.first}/proposals?{urlencode(asked)}")
    assert response.status_code == 200, response.text
    return response.json()


def forms(page: str) -> list[dict[str, Any]]:
    """The fields of the form of each proposal on a page."""
    found = []
    for form in re.findall(r'<form method="post".*?</form>', page, re.DOTALL):
        fields = re.findall(r'name="(\w+)" value="([^"]*)"', form)
        found.append({name: [unescape(text) for key, text in fields if key == name] for name, _ in fields})
    return found


async def test_the_page_tells_when_where_and_what_it_costs(visitor: Browser, house: House) -> None:
    page = (await visitor.page(f"{visitor.base}/performances/{house.first}")).replace("\xa0", " ")
    assert "The Seagull" in page and "Theatre" in page and "Doors" in page and "60.00 CHF" in page
    assert f"/performances/{house.second}" in page, "the other date"
    assert f'action="{visitor.base}/performances/{house.first}/best"' in page
    french = await visitor.page(f"{visitor.base}/performances/{house.first}?language=fr")
    assert "Meilleures places pour vous" in french and "Ouverture des portes" in french


async def test_the_page_is_the_same_for_everybody(visitor: Browser, client: AsyncClient, house: House) -> None:
    await visitor.take(house, ["A-1"])
    path = f"{visitor.base}/performances/{house.first}"
    response = await visitor.get(path)
    assert response.text == (await Browser(client, house).get(path)).text
    assert "csrf" not in response.text and "set-cookie" not in response.headers
    again = await visitor.get(path, headers={"if-none-match": response.headers["etag"]})
    assert again.status_code == 304


async def test_it_is_sent_from_memory(visitor: Browser, house: House, queries: list[str], monkeypatch: Any) -> None:
    monkeypatch.setattr(pages._made, "_fresh_s", 30.0)
    path = f"{visitor.base}/performances/{house.first}"
    await visitor.page(path)
    queries.clear()
    await visitor.page(path)
    assert queries == []


@pytest.mark.parametrize(
    ("change", "told", "sale"),
    [
        ("status = 'cancelled'", "This date is cancelled.", "cancelled"),
        ("status = 'closed'", "The sale of this date is over.", "over"),
        ("label = 'postponed'", "This date is postponed.", "postponed"),
        ("label = 'sold_out'", "This date is sold out.", "sold_out"),
    ],
)
async def test_where_a_date_stands_is_said(
    visitor: Browser, house: House, database: Database, change: str, told: str, sale: str
) -> None:
    async with database.transaction() as c:
        await c.execute(f"update performances set {change} where id = $1", house.performances[0].id)
    page = await visitor.page(f"{visitor.base}/performances/{house.first}")
    assert told in page and "data-best" not in page
    offer = (await visitor.get(f"{visitor.base}/performances/{house.first}/offer.json")).json()
    assert offer["sale"] == sale
    response = await visitor.get(f"{visitor.base}/performances/{house.first}/best?party=2")
    assert response.status_code == 303, "nothing to ask for: back to the date"


async def test_before_the_sale_opens_the_house_is_shown(visitor: Browser, house: House, database: Database) -> None:
    opens_at = datetime.now(UTC) + timedelta(minutes=5)
    async with database.transaction() as c:
        await c.execute("update events set sale_opens_at = $2 where id = $1", house.performances[0].event_id, opens_at)
        await c.execute("update performances set sale_opens_at = $2 where id = $1", house.performances[0].id, opens_at)
    page = await visitor.page(f"{visitor.base}/performances/{house.first}")
    assert "On sale from" in page and "data-sell" in page and "data-best" not in page
    offer = (await visitor.get(f"{visitor.base}/performances/{house.first}/offer.json")).json()
    assert offer["sale"] == "not_yet" and 200 < offer["opens_in_s"] <= 300


async def test_by_link_only(visitor: Browser, house: House, database: Database) -> None:
    async with database.transaction() as c:
        event = house.performances[0].event_id
        await c.execute("update events set visibility = 'link', link_secret = 'a-secret' where id = $1", event)
    path = f"{visitor.base}/performances/{house.first}"
    for one in (path, f"{path}/offer.json", f"{path}/best", f"{path}/proposals"):
        assert (await visitor.get(one)).status_code == 404
        assert (await visitor.get(f"{one}?link=another")).status_code == 404
        assert (await visitor.get(f"{one}?link=a-secret")).status_code == 200


async def test_of_another_shop_is_not_found(visitor: Browser, rival: House) -> None:
    for one in ("", "/offer.json", "/best", "/proposals"):
        assert (await visitor.get(f"{visitor.base}/performances/{rival.first}{one}")).status_code == 404


async def test_what_the_maps_script_is_told(visitor: Browser, house: House) -> None:
    offer = (await visitor.get(f"{visitor.base}/performances/{house.first}/offer.json")).json()
    assert [tariff["name"] for tariff in offer["tariffs"]] == ["Full", "Reduced"]
    full, reduced = (str(house.full.id), str(house.reduced.id))
    gold = next(group for group in offer["groups"] if group["name"] == "Gold")
    assert gold == {"name": "Gold", "category": "Gold", "zone": "", "prices": {full: 6000, reduced: 5000}}
    assert offer["sale"] == "open" and offer["currency"] == "CHF" and len(offer["plan"]) == 64


async def test_the_best_places_without_a_script(visitor: Browser, house: House, free: Any) -> None:
    """A question by GET, three answers with reasons and prices, one of which is taken by POST."""
    before = await free()
    page = await best(visitor, house, **{f"tariff-{house.full.id}": 2, f"tariff-{house.reduced.id}": 1})
    offered = forms(page)
    assert len(offered) == 3 and all(len(form["seat"]) == 3 for form in offered)
    assert "side by side" in page and "Stalls, row A, seats" in page and await free() == before
    path = f"{visitor.base}/performances/{house.first}/best"
    assert (await visitor.done(path, offered[0])).partition("#")[0].endswith("/cart")
    visit = (await visitor.get(f"{visitor.base}/visit")).json()
    assert sorted(item["seat"] for item in visit["cart"]["items"]) == sorted(offered[0]["seat"])
    assert sorted(item["price_cents"] for item in visit["cart"]["items"]) == [5000, 6000, 6000]
    assert (await visitor.done(path, offered[0])).partition("#")[0].endswith("/cart"), "a double click"
    assert await free() == before - 3


async def test_what_was_taken_meanwhile_is_said_with_what_there_is(
    visitor: Browser, client: AsyncClient, house: House
) -> None:
    offered = forms(await best(visitor, house, party=2))[0]
    other = Browser(client, house)
    await other.take(house, offered["seat"])
    left = [f"{row}-{n}" for row in "AB" for n in range(1, 11) if f"{row}-{n}" not in offered["seat"]]
    await other.take(house, left)
    response = await visitor.post(f"{visitor.base}/performances/{house.first}/best", offered)
    assert response.status_code == 409 and "Somebody else has just taken" in response.text
    others = forms(response.text)
    assert others and all(not set(form["seat"]) & set(offered["seat"]) for form in others)


async def test_who_is_slower_gets_the_best_that_are_left_at_the_same_price(
    visitor: Browser, client: AsyncClient, house: House
) -> None:
    """In a rush everybody is offered the same best places."""
    offered = forms(await best(visitor, house, party=2))[0]
    await Browser(client, house).take(house, offered["seat"])
    for _ in range(2):  # and a double click takes them once
        await visitor.done(f"{visitor.base}/performances/{house.first}/best", offered)
    assert "best that are left at the same price" in await visitor.page(f"{visitor.base}/cart")
    cart = (await visitor.get(f"{visitor.base}/visit")).json()["cart"]
    assert cart["count"] == 2 and cart["total_cents"] == 12000
    assert not {item["seat"] for item in cart["items"]} & set(offered["seat"])


async def test_taking_needs_this_browsers_token(visitor: Browser, client: AsyncClient, house: House, free: Any) -> None:
    before = await free()
    offered = forms(await best(visitor, house, party=2))[0]
    stranger = Browser(client, house)
    response = await stranger.post(f"{visitor.base}/performances/{house.first}/best", offered)
    assert response.status_code == 403 and await free() == before


async def test_the_lowest_price_before_the_best_view(visitor: Browser, house: House) -> None:
    good = await proposed(visitor, house, party=2)
    cheap = await proposed(visitor, house, party=2, prefer="cheapest")
    assert good["proposals"][0]["total_cents"] == 12000
    assert [one["total_cents"] for one in cheap["proposals"]] == [8000] * 3
    assert all("side by side" in one["because"] for one in cheap["proposals"])


async def test_the_lowest_price_is_that_of_the_tariffs_asked_for(visitor: Browser, house: House) -> None:
    """A place counts for what the party pays there, and only where it may."""
    answer = await proposed(visitor, house, prefer="cheapest", **{f"tariff-{house.reduced.id}": 2})
    assert answer["proposals"][0]["total_cents"] == 6000
    assert answer["proposals"][0]["tariffs"] == [str(house.reduced.id)] * 2
    dear = await proposed(visitor, house, price_max=4000, **{f"tariff-{house.full.id}": 2})
    assert {one["total_cents"] for one in dear["proposals"]} == {8000}
    assert not (await proposed(visitor, house, price_max=3000, **{f"tariff-{house.full.id}": 2}))["proposals"]


async def test_a_wheelchair_with_its_companion(visitor: Browser, house: House) -> None:
    answer = await proposed(visitor, house, party=2, wheelchairs=1, companions=1)
    assert sorted(answer["proposals"][0]["seats"]) == ["E-10", "E-9"]
    assert "companion beside the wheelchair" in answer["proposals"][0]["because"]


async def test_kept_wheelchair_places_are_for_who_asks(
    visitor: Browser, client: AsyncClient, house: House, settings: Settings
) -> None:
    until, by = house.performances[0].starts_at, Actor(organisation_id=house.organisation_id)
    async with stores(settings) as opened:
        asked = (house.organisation_id, house.performances[0].id, until, by, datetime.now(UTC))
        await accessible_places.keep(opened.database, opened.inventory, *asked)
    await visitor.page(f"{visitor.base}/cart")
    want = {"performance": house.first, "seats": ["E-9"]}
    refused = await visitor.script("/cart/places", want)
    assert refused.status_code == 409 and refused.json()["code"] == "seats-blocked"
    answer = await proposed(visitor, house, party=2, wheelchairs=1, companions=1)
    assert answer["proposals"][0]["wheelchairs"] is True
    assert (await visitor.script("/cart/places", want | {"wheelchairs": True})).status_code == 200
    other = Browser(client, house)
    assert forms(await best(other, house, party=1, wheelchairs=1)) == [], "the one bay is taken"


async def test_kept_wheelchair_places_are_taken_by_the_form(visitor: Browser, house: House, settings: Settings) -> None:
    until, by = house.performances[0].starts_at, Actor(organisation_id=house.organisation_id)
    async with stores(settings) as opened:
        asked = (house.organisation_id, house.performances[0].id, until, by, datetime.now(UTC))
        await accessible_places.keep(opened.database, opened.inventory, *asked)
    offered = forms(await best(visitor, house, party=2, wheelchairs=1, companions=1))[0]
    assert sorted(offered["seat"]) == ["E-10", "E-9"]
    path = f"{visitor.base}/performances/{house.first}/best"
    response = await visitor.post(path, offered)
    assert response.status_code == 303, response.text


async def _release_bays(house: House, settings: Settings) -> None:
    """The bay and the seat beside it were kept, and are so no longer."""
    owner, by, now = house.organisation_id, Actor(organisation_id=house.organisation_id), datetime.now(UTC)
    until = now + timedelta(seconds=1)
    async with stores(settings) as have:
        both = (have.database, have.inventory)
        await accessible_places.keep(*both, owner, house.performances[0].id, until, by, now)
        assert await allotments.release_due(*both, until) == 1


async def _take_all_others(house: House, settings: Settings) -> None:
    """Somebody has every seat but those two."""
    seats = tuple(f"{row}-{n}" for row in ROWS for n in range(1, 11) if (row, n) not in (("E", 9), ("E", 10)))
    async with stores(settings) as have:
        office = (await box_offices.list_of(have.database, house.organisation_id))[0]
        asked = (Ask(box_office=office, now=datetime.now(UTC)), (SeatsWish(house.performances[0].id, seats),))
        await holds.take(Offers(have.database), have.inventory, settings, *asked)


async def test_released_wheelchair_places_are_proposed_at_last_and_called_so(
    visitor: Browser, house: House, settings: Settings
) -> None:
    await _release_bays(house, settings)
    await _take_all_others(house, settings)
    page = await best(visitor, house, party=2)
    assert sorted(forms(page)[0]["seat"]) == ["E-10", "E-9"]
    assert "wheelchair place without a chair, companion seat, side by side, nobody left alone beside you" in page
    french = await best(visitor, house, party=1, language="fr")
    assert "place fauteuil roulant sans siège" in french or "place d’accompagnant" in french
    cart = await visitor.take(house, forms(page)[0]["seat"])
    assert sorted(item["seat"] for item in cart["items"]) == ["E-10", "E-9"]


async def test_wheelchair_places_that_were_never_kept_are_proposed_to_nobody_else(
    visitor: Browser, house: House, settings: Settings
) -> None:
    await _take_all_others(house, settings)
    assert (await proposed(visitor, house, party=1))["proposals"] == []
    assert (await proposed(visitor, house, party=2, wheelchairs=1, companions=1))["proposals"]


async def test_who_was_slower_is_shown_a_wheelchair_place_and_not_put_on_it(
    visitor: Browser, house: House, settings: Settings
) -> None:
    await _release_bays(house, settings)
    offered = forms(await best(visitor, house, party=1, price_max=4000))[0]
    await _take_all_others(house, settings)
    response = await visitor.post(f"{visitor.base}/performances/{house.first}/best", offered)
    assert response.status_code == 409 and "Here is what there is now." in response.text
    assert "wheelchair place without a chair" in response.text or "companion seat" in response.text
    assert (await visitor.get(f"{visitor.base}/visit")).json()["cart"] is None


async def test_places_that_are_not_numbered(visitor: Browser, house: House) -> None:
    page = await best(visitor, house, party=3, place="area:pit")
    offered = forms(page)
    assert len(offered) == 1 and offered[0]["area"] == ["pit"] and offered[0]["count"] == ["3"]
    await visitor.done(f"{visitor.base}/performances/{house.first}/best", offered[0])
    visit = (await visitor.get(f"{visitor.base}/visit")).json()
    assert [item["zone"] for item in visit["cart"]["items"]] == ["Pit"] * 3


@pytest.mark.parametrize(
    "asked",
    [
        {"party": "many"},
        {"party": 21},
        {"party": 1, "wheelchairs": 2},
        {"party": 2, "companions": 1},
    ],
)
async def test_what_cannot_be_is_said(visitor: Browser, house: House, asked: dict[str, Any]) -> None:
    response = await visitor.get(f"{visitor.base}/performances/{house.first}/best?{urlencode(asked)}")
    assert response.status_code == 422 and 'role="alert"' in response.text and not forms(response.text)
    answer = await proposed(visitor, house, **asked)
    assert answer["proposals"] == [] and answer["problem"]


async def test_where_nothing_fits_another_way_is_told(visitor: Browser, house: House) -> None:
    none = await best(visitor, house, party=2, place="stalls", price_max=2000)
    assert "Nothing like that is left for all of you." in none


async def test_a_tariff_is_changed_from_the_map(visitor: Browser, house: House) -> None:
    cart = await visitor.take(house, ["A-1"])
    body = {"performance": house.first, "place": cart["items"][0]["place"], "tariff": str(house.reduced.id)}
    response = await visitor.script("/cart/tariffs", body)
    assert response.json()["total_cents"] == 5000
    assert (await visitor.get_posted("/cart/tariffs", body, "another")).status_code == 403
    unknown = await visitor.script("/cart/tariffs", body | {"tariff": house.first})
    assert unknown.status_code == 404


async def test_a_choice_is_moved_all_or_nothing(visitor: Browser, client: AsyncClient, house: House) -> None:
    cart = await visitor.take(house, ["A-2", "A-3"])
    await Browser(client, house).take(house, ["A-4"])
    last = next(item["place"] for item in cart["items"] if item["seat"] == "A-2")
    body = {"performance": house.first, "seats": ["A-4"], "drop": [last]}
    assert (await visitor.script("/cart/places", body)).status_code == 409
    moved = await visitor.take(house, ["A-1"], drop=[next(i["place"] for i in cart["items"] if i["seat"] == "A-3")])
    assert sorted(item["seat"] for item in moved["items"]) == ["A-1", "A-2"]


async def with_a_table(database: Database, house: House) -> str:
    """Another date of the house, where the first four seats of row A are a table that is sold whole."""
    plan, first, now = small_plan(), house.performances[0], datetime.now(UTC)
    stalls = replace(plan.zones[0], tables=(Table("t", "Table 1", ("A-1", "A-2", "A-3", "A-4"), sold_whole=True),))
    drawing = replace(plan, zones=(stalls, *plan.zones[1:]))
    version = await plans.add_version(database, house.organisation_id, first.venue_id, "Tables", drawing, now)
    dates = schedule(now + timedelta(days=40))
    made = await performances_of.create(database, house.organisation_id, first.event_id, version.id, dates)
    return str(made.id)


async def test_a_table_that_is_sold_whole_is_taken_and_given_back_whole(
    visitor: Browser, house: House, database: Database
) -> None:
    date = await with_a_table(database, house)
    response = await visitor.script("/cart/places", {"performance": date, "seats": ["A-1", "A-2"]})
    assert response.status_code == 422 and response.json()["code"] == "table-sold-whole"
    assert response.json()["detail"].endswith("take all of its 4 places.")
    whole = {"performance": date, "seats": ["A-1", "A-2", "A-3", "A-4", "A-5"]}
    cart = (await visitor.script("/cart/places", whole)).json()
    assert cart["count"] == 5
    place = next(item["place"] for item in cart["items"] if item["seat"] == "A-2")
    left = (await visitor.script("/cart/places", {"performance": date, "drop": [place]})).json()
    assert [item["seat"] for item in left["items"]] == ["A-5"]


async def test_a_waiting_room_is_told_and_sends_who_was_not_let_in(
    visitor: Browser, house: House, database: Database
) -> None:
    event, now = house.performances[0].event_id, datetime.now(UTC)
    wanted = RoomSettings(opens_at=now + timedelta(minutes=10), pace_min=6000)
    await waiting_rooms.announce(database, house.organisation_id, event, wanted, Actor(organisation_id=None), now)
    page = await visitor.page(f"{visitor.base}/performances/{house.first}")
    assert "there is a waiting room" in page and f"/events/{event}/queue" in page
    response = await visitor.get(f"{visitor.base}/performances/{house.first}/best?party=2")
    assert response.status_code == 303 and response.headers["location"].endswith(f"/events/{event}/queue")
    asked = await visitor.script("/cart/places", {"performance": house.first, "seats": ["A-1"]})
    assert asked.status_code == 403 and asked.json()["fields"]["queue"].endswith(f"/events/{event}/queue")


async def test_a_script_is_refused_in_the_visitors_language(client: AsyncClient, house: House) -> None:
    visitor = Browser(client, house, "fr")
    await Browser(client, house).take(house, ["A-1"])
    taken = await visitor.script("/cart/places", {"performance": house.first, "seats": ["A-1"]})
    assert taken.status_code == 409 and taken.json()["code"] == "seats-taken" and "Quelqu" in taken.json()["detail"]
    none = await visitor.script("/cart/places", {"performance": house.first, "area": "pit", "count": 0})
    assert none.status_code == 422 and none.json()["detail"] != "Say how many."
