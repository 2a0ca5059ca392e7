"""Passes in the shop: shown, one seat chosen for all dates, bought; what goes wrong on the way."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from httpx import AsyncClient
from msgspec.structs import replace

from tests.api.conftest import PLACES, House
from tests.shop.conftest import Browser
from tests.shop.test_checkout import bought, delivered, details
from tests.shop.test_frames import said
from ticketing import box_offices, carts, check, passes
from ticketing.carts import Carts, Shopper
from ticketing.db import Database
from ticketing.holds import PassWish, SeatsWish
from ticketing.ids import new_secret
from ticketing.offers import Offers
from ticketing.passes import PassType
from ticketing.refusals import TooManyPlaces
from ticketing.settings import Settings
from ticketing.stores import stores

NAME = "Season"


@pytest.fixture
async def season(database: Database, house: House) -> PassType:
    """A pass over both dates, three of which are left."""
    dates = [performance.id for performance in house.performances]
    office = house.performances[0].box_office_id
    now = datetime.now(UTC)
    return await passes.create_type(database, house.organisation_id, office, NAME, NAME, 10_000, dates, now, 3)


@pytest.fixture(autouse=True)
async def sound(settings: Settings) -> AsyncIterator[None]:
    yield
    async with stores(settings) as opened:
        assert not await check.breaches(opened.database, opened.inventory, datetime.now(UTC))


async def take(visitor: Browser, season: PassType, *seats: str, status: int = 200, **fields: Any) -> Any:
    """Passes for these seats; the cart then, or the problem."""
    response = await visitor.script(f"/passes/{season.id}/cart", {"seats": seats} | fields)
    assert response.status_code == status, response.text
    return response.json()


async def test_it_is_shown_with_its_dates_and_found_by_name(visitor: Browser, house: House, season: PassType) -> None:
    page = await visitor.page(f"{visitor.base}/")
    assert f"/passes/{season.id}" in page and "2 dates" in page
    assert f"/passes/{season.id}" in await visitor.page(f"{visitor.base}/?q=seas")
    assert f"/passes/{season.id}" not in await visitor.page(f"{visitor.base}/?q=opera")
    page = await visitor.page(f"{visitor.base}/passes/{season.id}")
    assert "The last 3 passes." in page and "Choose your seat" in page
    assert all(f"/performances/{date.id}" in page for date in house.performances)
    assert said((await visitor.get(f"{visitor.base}/passes/{season.id}")).text) == [["ike_abo_view", {"name": NAME}]]
    ((name, detail),) = said((await visitor.get(f"{visitor.base}/passes/{season.id}/seat")).text)
    assert name == "ike_abo_selection" and detail["count"] == 0 and detail["items"] == []


async def test_a_link_that_hides_one_of_its_dates_hides_it(visitor: Browser, house: House, season: PassType) -> None:
    last = house.performances[0].starts_at.date().isoformat()
    narrow = f"{visitor.base};to={last}"
    assert f"/passes/{season.id}" not in await visitor.page(f"{narrow}/")
    assert (await visitor.get(f"{narrow}/passes/{season.id}")).status_code == 404


async def test_another_shop_does_not_have_it(client: AsyncClient, rival: House, season: PassType) -> None:
    stranger = Browser(client, rival)
    for path in ("", "/seat", "/offer.json", "/availability", "/proposals", "/best"):
        assert (await stranger.get(f"{stranger.base}/passes/{season.id}{path}")).status_code == 404
    await take(stranger, season, "C-3", status=404)


async def test_only_what_is_free_at_every_date_is_free(visitor: Browser, house: House, season: PassType) -> None:
    await visitor.take(house, ["A-5"])
    await visitor.take(house, ["B-5"], performance=house.second)
    offer = (await visitor.get(f"{visitor.base}/passes/{season.id}/offer.json")).json()
    assert {price for group in offer["groups"] for price in group["prices"].values()} == {10_000}
    for _ in range(30):
        status = (await visitor.get(f"{visitor.base}/passes/{season.id}/availability")).content
        states = [status[place >> 2] >> (place & 3) * 2 & 3 for place in range(PLACES)]
        if states.count(1) == 2:
            break
        await asyncio.sleep(0.1)  # it is looked at now and then
    assert states.count(0) == 48 and states.count(1) == 2
    found = (await visitor.get(f"{visitor.base}/passes/{season.id}/proposals?party=2")).json()["proposals"]
    assert found and not {"A-5", "B-5"} & {seat for one in found for seat in one["seats"]}
    assert found[0]["total_cents"] == 20_000


async def test_bought_for_two_without_a_script(
    visitor: Browser, house: House, season: PassType, database: Database, free: Any
) -> None:
    page = await visitor.page(f"{visitor.base}/passes/{season.id}/best?party=2")
    assert "200.00" in page and "Take these" in page
    chosen = {"seat": ["C-3", "C-4"], "key": "one", "query": "party=2"}
    assert (await visitor.done(f"{visitor.base}/passes/{season.id}/best", chosen)).endswith("/cart#added")
    page = await visitor.page(f"{visitor.base}/cart")
    assert "row C, seat 3" in page and "row C, seat 4" in page and "200.00" in page
    assert (await free(0), await free(1)) == (PLACES - 2, PLACES - 2)
    await details(visitor)
    page = await visitor.page(f"{visitor.base}/checkout")
    assert "Whose passes are they?" in page
    place = (await visitor.get(f"{visitor.base}/visit")).json()["cart"]["passes"][0]["place"]
    await details(visitor, **{f"holder.{house.first}.{place}": "Grace Hopper"})
    order = await visitor.page(await bought(visitor))
    assert "Grace Hopper" in order and "The same seat at every date" in order
    async with database.read() as c:
        rows = await c.fetch("select holder_name from passes order by holder_name")
    assert [row["holder_name"] for row in rows] == ["Ada Lovelace", "Grace Hopper"]


async def test_given_back_whole_with_its_number(visitor: Browser, season: PassType, house: House, free: Any) -> None:
    cart = await take(visitor, season, "C-3", "C-4", "C-5")
    assert cart["count"] == 3 and cart["total_cents"] == 30_000
    assert len(cart["told"]["items"]) == 3 and cart["told"]["topaid"] == 300.0
    assert (await take(visitor, season, "C-6", status=409))["code"] == "sold-out"
    await visitor.page(f"{visitor.base}/cart")
    second = cart["passes"][1]["place"]
    await visitor.done(f"{visitor.base}/cart/removal", {"place": f"{house.second}.{second}"})
    assert (await free(0), await free(1)) == (PLACES - 2, PLACES - 2), "by any of its places"
    cart = await take(visitor, season, "C-6", drop=[cart["passes"][0]["place"]])
    assert {one["seat"] for one in cart["passes"]} == {"C-5", "C-6"}
    await take(visitor, season, "C-7")
    cart = await visitor.take(house, ["A-1"])
    assert cart["count"] == 4 and [item["seat"] for item in cart["items"]] == ["A-1"]
    await visitor.page(f"{visitor.base}/cart")
    await visitor.done(f"{visitor.base}/cart/removal", {"all": "1"})
    assert (await free(0), await free(1)) == (PLACES, PLACES)


async def test_its_places_are_no_tickets(visitor: Browser, house: House, season: PassType) -> None:
    cart = await take(visitor, season, "C-3")
    place = cart["passes"][0]["place"]
    body = {"performance": house.first, "place": place, "tariff": str(house.full.id)}
    assert (await visitor.script("/cart/tariffs", body)).status_code == 422


async def test_a_seat_one_has_at_a_date_is_no_pass(
    visitor: Browser, house: House, season: PassType, monkeypatch: pytest.MonkeyPatch
) -> None:
    await visitor.take(house, ["C-3"])
    problem = await take(visitor, season, "C-3", status=422)
    assert "in your cart already" in problem["detail"]
    monkeypatch.setattr(carts, "_ensure_apart", lambda parts, held: None)
    assert (await take(visitor, season, "C-3", status=409))["code"] == "seats-taken", "without that nobody is told why"


async def test_taken_at_one_date_it_is_refused_with_what_is_left(
    visitor: Browser, client: AsyncClient, house: House, season: PassType, free: Any
) -> None:
    other = Browser(client, house)
    await other.take(house, ["C-3"], performance=house.second)
    await visitor.page(f"{visitor.base}/passes/{season.id}/best?party=1")
    chosen = {"seat": ["C-3"], "key": "one", "query": "party=1"}
    response = await visitor.post(f"{visitor.base}/passes/{season.id}/best", chosen)
    assert response.status_code == 409 and "Here is what there is now." in response.text
    assert (await free(0), await free(1)) == (PLACES, PLACES - 1)


async def test_a_withdrawn_pass_is_sold_no_more(
    visitor: Browser, house: House, season: PassType, database: Database
) -> None:
    await take(visitor, season, "C-3")
    async with database.read() as c:
        await c.execute("update pass_types set withdrawn_at = now() where id = $1", season.id)
    assert f"/passes/{season.id}" not in (await Browser(visitor.client, house).get(f"{visitor.base}/?q=Season")).text
    response = await visitor.get(await delivered(visitor))
    assert response.status_code == 409 and "Go to checkout" in response.text


async def test_a_pass_counts_as_one_place_against_hoarding(
    house: House, season: PassType, database: Database, settings: Settings
) -> None:
    office = await box_offices.public(database, house.key)
    shopper = Shopper(
        box_office=office, secret=new_secret(), address="192.0.2.1", language="en", now=datetime.now(UTC)
    )  # fmt: skip
    async with stores(settings) as opened:
        few = replace(settings, places_per_session_max=2)
        held = Carts(database, Offers(database), opened.inventory, few)
        await held.add(shopper, [PassWish(season.id, "C-3")])
        cart = await held.add(shopper, [PassWish(season.id, "C-4")])
        assert len(cart.passes) == 2 and len(cart.places) == 4
        with pytest.raises(TooManyPlaces):
            await held.add(shopper, [PassWish(season.id, "C-5")])
        with pytest.raises(TooManyPlaces):
            await held.add(shopper, [SeatsWish(house.performances[0].id, ("A-1",))])
        await held.drop(shopper, {house.performances[1].id: [item.place for item in cart.places]})
