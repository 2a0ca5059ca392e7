import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx import AsyncClient
from msgspec.structs import replace

from engine.inventory import Inventory
from tests.api.conftest import House
from tests.shop.conftest import Browser
from ticketing import carts
from ticketing.carts import Carts, Shopper
from ticketing.db import Database
from ticketing.ids import new_secret

WRITTEN = Carts._written


def seats(cart: Any) -> list[str]:
    return [item["seat"] for item in cart["items"]]


async def test_places_are_taken_given_back_and_told(visitor: Browser, house: House, free: Any) -> None:
    before = await free()
    cart = await visitor.take(house, ["A-1", "A-2"])
    assert seats(cart) == ["A-1", "A-2"] and cart["total_cents"] == 12000 and 0 < cart["expires_in_s"] <= 600
    cart = await visitor.take(house, ["B-1"], drop=[cart["items"][0]["place"]])
    assert seats(cart) == ["A-2", "B-1"] and await free() == before - 2
    page = await visitor.page(f"{visitor.base}/cart")
    assert "row A, seat 2" in page and "CHF" in page and "Go to checkout" in page
    visit = (await visitor.get(f"{visitor.base}/visit")).json()
    assert visit["cart"]["count"] == 2 and visit["token"]


async def test_one_cart_over_dates_and_standing_room(visitor: Browser, house: House) -> None:
    await visitor.take(house, ["A-1"])
    response = await visitor.script("/cart/places", {"performance": house.second, "area": "pit", "count": 2})
    cart = response.json()
    assert cart["count"] == 3 and {item["performance"] for item in cart["items"]} == {house.first, house.second}
    await visitor.page(f"{visitor.base}/cart")
    first = next(item for item in cart["items"] if item["performance"] == house.first)
    await visitor.done(f"{visitor.base}/cart/removal", {"place": f"{house.first}.{first['place']}"})
    visit = (await visitor.get(f"{visitor.base}/visit")).json()
    assert visit["cart"]["count"] == 2 and {item["seat"] for item in visit["cart"]["items"]} == {None}


async def test_tariffs_are_chosen_and_unknown_ones_stay_as_they_were(visitor: Browser, house: House) -> None:
    cart = await visitor.take(house, ["A-1"], tariff=str(house.reduced.id))
    assert cart["total_cents"] == 5000
    await visitor.page(f"{visitor.base}/cart")
    name = f"tariff.{house.first}.{cart['items'][0]['place']}"
    await visitor.done(f"{visitor.base}/cart/choices", {name: str(house.full.id)})
    visit = (await visitor.get(f"{visitor.base}/visit")).json()
    assert visit["cart"]["total_cents"] == 6000
    response = await visitor.post(f"{visitor.base}/cart/choices", {name: "0" * 32})
    assert response.status_code == 422
    assert (await visitor.done(f"{visitor.base}/cart/choices", {"checkout": "1"})).endswith("/checkout")


async def test_taken_seats_are_refused_in_a_sentence_and_change_nothing(
    visitor: Browser, client: AsyncClient, house: House
) -> None:
    await visitor.take(house, ["A-1"])
    other = Browser(client, house)
    await other.take(house, ["B-1"])
    response = await other.script("/cart/places", {"performance": house.first, "seats": ["A-1", "B-2"]})
    assert response.status_code == 409 and response.json()["detail"]
    assert (await other.get(f"{other.base}/visit")).json()["cart"]["count"] == 1


async def test_doing_it_twice_does_it_once(visitor: Browser, house: House) -> None:
    """A double click, a lost reply: the same key again answers the cart as it is."""
    await visitor.take(house, ["A-1"], key="one")
    assert seats(await visitor.take(house, ["A-1"], key="one")) == ["A-1"]
    await visitor.take(house, ["A-2"], key="two")
    assert seats(await visitor.take(house, ["A-2"], key="two")) == ["A-1", "A-2"]


async def test_two_tabs_at_once_make_one_hold(visitor: Browser, house: House, free: Any) -> None:
    before = await free()
    await visitor.take(house, ["A-1"])
    rows = (["B-1"], ["C-1"], ["D-1"])
    answers = await asyncio.gather(
        *(visitor.script("/cart/places", {"performance": house.first, "seats": row}) for row in rows)
    )
    assert [answer.status_code for answer in answers] == [200] * 3
    visit = (await visitor.get(f"{visitor.base}/visit")).json()
    assert sorted(seats(visit["cart"])) == ["A-1", "B-1", "C-1", "D-1"] and await free() == before - 4


async def heard_of_each_other(self: Carts, shopper: Shopper, row: Any) -> bool:
    """A mutant: whoever writes last wins."""
    now = await self._row(shopper)
    return await WRITTEN(self, shopper, replace(row, version=now.version))


def together(count: int) -> Callable[[Carts, Shopper], Awaitable[Any]]:
    """Reading a cart's row: the first `count` go on when all of them have read it."""
    read, met, waiting = Carts._row, asyncio.Barrier(count), iter(range(count))

    async def row(self: Carts, shopper: Shopper) -> Any:
        found = await read(self, shopper)
        if next(waiting, None) is not None:
            await met.wait()
        return found

    return row


@pytest.mark.parametrize("guarded", [True, False], ids=["", "mutant: whoever writes last wins"])
async def test_two_tabs_that_begin_at_once_make_one_hold(
    visitor: Browser, house: House, free: Any, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    rows = (["B-1"], ["C-1"], ["D-1"])
    if not guarded:
        monkeypatch.setattr(Carts, "_written", heard_of_each_other)
    monkeypatch.setattr(Carts, "_row", together(len(rows)))
    before = await free()
    await visitor.page(f"{visitor.base}/cart")
    token = (await visitor.get(f"{visitor.base}/visit")).json()["token"]
    visitor.cookies[f"placeur-cart-{house.key}"] = new_secret()
    answers = await asyncio.gather(
        *(
            visitor.get_posted("/cart/places", {"performance": house.first, "seats": row, "key": row[0]}, token)
            for row in rows
        )
    )
    assert [answer.status_code for answer in answers] == [200] * 3, answers[0].text
    visit = (await visitor.get(f"{visitor.base}/visit")).json()
    if guarded:
        assert sorted(seats(visit["cart"])) == ["B-1", "C-1", "D-1"] and await free() == before - 3
    else:
        assert len(seats(visit["cart"])) < before - await free(), "places are held that no cart has"


async def test_the_same_request_twice_at_once_is_done_once(visitor: Browser, house: House, free: Any) -> None:
    """A double click on an empty cart: both answer the same hold, and neither gives it back."""
    before = await free()
    token = (await visitor.get(f"{visitor.base}/visit")).json()["token"]
    visitor.cookies[f"placeur-cart-{house.key}"] = new_secret()
    body = {"performance": house.first, "seats": ["B-1"], "key": "once"}
    answers = await asyncio.gather(*(visitor.get_posted("/cart/places", body, token) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    visit = (await visitor.get(f"{visitor.base}/visit")).json()
    assert seats(visit["cart"]) == ["B-1"] and await free() == before - 1


async def test_one_tab_empties_while_another_adds(visitor: Browser, house: House, free: Any) -> None:
    """Whatever comes first: what the cart shows is what is held."""
    before = await free()
    for row in ("A", "B", "C"):
        cart = await visitor.take(house, [f"{row}-1"])
        held = [item["place"] for item in cart["items"]]
        gives, takes = {"drop": held}, {"seats": [f"{row}-3"]}
        answers = await asyncio.gather(
            *(visitor.script("/cart/places", {"performance": house.first} | what) for what in (gives, takes))
        )
        assert [answer.status_code for answer in answers] == [200] * 2, [answer.text for answer in answers]
        visit = (await visitor.get(f"{visitor.base}/visit")).json()
        assert f"{row}-3" in seats(visit["cart"]) and await free() == before - len(visit["cart"]["items"])


async def test_what_lapsed_is_told_by_name(
    visitor: Browser, house: House, database: Database, inventory: Inventory
) -> None:
    await visitor.take(house, ["A-1", "A-2"])
    async with database.read() as c:
        hold = await c.fetchval("select hold from carts order by touched_at desc limit 1")
    await inventory.release(house.performances[0].box_office_id.hex, hold)
    page = await visitor.page(f"{visitor.base}/cart")
    assert "these places went back on sale" in page and "row A, seat 2" in page and "Your cart is empty." in page
    cart = await visitor.take(house, ["B-1"])
    assert seats(cart) == ["B-1"] and cart["lost_count"] == 2
    assert "went back on sale" not in await visitor.page(f"{visitor.base}/cart")


async def test_the_cart_is_its_browsers_alone(visitor: Browser, client: AsyncClient, house: House) -> None:
    await visitor.take(house, ["A-1"])
    stranger = Browser(client, house)
    assert "Your cart is empty." in await stranger.page(f"{stranger.base}/cart")
    stranger.cookies[f"placeur-cart-{house.key}"] = "guessed"
    assert "Your cart is empty." in await stranger.page(f"{stranger.base}/cart")


@pytest.mark.parametrize("path", ["/cart/choices", "/cart/removal", "/cart/renewal"])
async def test_forms_of_other_sites_are_refused(visitor: Browser, house: House, path: str) -> None:
    await visitor.take(house, ["A-1"])
    response = await visitor.post(f"{visitor.base}{path}", {"csrf": "another", "all": "1"})
    assert response.status_code == 403
    response = await visitor.get_posted("/cart/places", {"performance": house.first, "seats": ["B-1"]}, "another")
    assert response.status_code == 403
    assert (await visitor.get(f"{visitor.base}/visit")).json()["cart"]["count"] == 1


async def test_carts_that_nobody_touches_are_forgotten(visitor: Browser, house: House, database: Database) -> None:
    await visitor.take(house, ["A-1"])
    async with database.transaction() as c:
        before = await c.fetchval("select count(*) from carts")
        await c.execute("update carts set touched_at = touched_at - interval '31 days' where order_id is null")
        now = await c.fetchval("select now()")
    assert 0 < await carts.forget(database, now) <= before
