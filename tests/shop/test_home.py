from datetime import UTC, datetime

import pytest

from shop import pages
from tests.api.conftest import House, titled
from tests.shop.conftest import Browser
from tests.ticketing.test_seat_photos import photo
from ticketing import events, performances, seat_photos, shops
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.performances import Visibility
from ticketing.shops import Colours, Look, ShopTexts
from ticketing.workshop import Workshop


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are made anew each time."""
    monkeypatch.setattr(pages._made, "_fresh_s", 0.0)


async def test_what_is_on_in_the_visitors_language(visitor: Browser, house: House, database: Database) -> None:
    await titled(database, house, en="The Seagull", fr="La Mouette")
    page = await visitor.page(visitor.base)
    assert (
        "The Seagull" in page
        and "from 20.00" in page.replace("\xa0", " ")
        and f"/events/{house.performances[0].event_id}" in page
    )
    page = await visitor.page(f"{visitor.base}?language=fr")
    assert "La Mouette" in page and "À l’affiche" in page
    assert "La Mouette" in await visitor.page(visitor.base)


async def test_search_and_what_is_not_found(visitor: Browser) -> None:
    assert "The Seagull" in await visitor.page(f"{visitor.base}?q=seagull+theatre")
    response = await visitor.get(f"{visitor.base}?q=%3Cscript%3E")
    assert "Nothing on sale is like that." in response.text and 'value="<script>"' not in response.text
    page = await visitor.page(f"{visitor.base}?category=opera")
    assert "Nothing on sale is like that." in page


async def test_a_page_for_everybody_holds_nothing_of_its_visitor(visitor: Browser, house: House) -> None:
    await visitor.take(house, ["A-1"])
    response = await visitor.get(visitor.base)
    assert visitor.token not in response.text or not visitor.token
    assert "csrf" not in response.text and "set-cookie" not in response.headers
    again = await visitor.get(visitor.base, headers={"if-none-match": response.headers["etag"]})
    assert again.status_code == 304


async def test_a_hidden_event_is_shown_by_its_link_alone(visitor: Browser, house: House, database: Database) -> None:
    event = await events.get(database, house.organisation_id, house.performances[0].event_id)
    async with database.transaction() as c:
        await c.execute("update events set visibility = 'link', link_secret = 'a-secret' where id = $1", event.id)
    assert "Nothing is on sale here" in await visitor.page(visitor.base)
    assert (await visitor.get(f"{visitor.base}/events/{event.id}")).status_code == 404
    assert (await visitor.get(f"{visitor.base}/events/{event.id}?link=another")).status_code == 404
    page = await visitor.page(f"{visitor.base}?link=a-secret")
    assert f"/events/{event.id}?link=a-secret" in page
    assert "The Seagull" in await visitor.page(f"{visitor.base}/events/{event.id}?link=a-secret")
    assert (await performances.get(database, house.performances[0].id)).visibility is Visibility.LINK


async def test_an_event_of_another_shop_is_not_found(visitor: Browser, rival: House) -> None:
    assert (await visitor.get(f"{visitor.base}/events/{rival.performances[0].event_id}")).status_code == 404
    response = await visitor.get("/shop/no-such-shop")
    assert response.status_code == 404 and "There is nothing at this address" in response.text
    response = await visitor.get(f"{visitor.base}/nowhere")
    assert response.status_code == 404 and "<html" in response.text


@pytest.mark.parametrize("view", ["list", "month", "week", "nonsense"])
async def test_dates_in_each_layout(visitor: Browser, house: House, view: str) -> None:
    page = await visitor.page(f"{visitor.base}/events/{house.performances[0].event_id}?view={view}")
    assert f"/performances/{house.first}" in page and ("calendar" in page) == (view in ("month", "week"))


async def test_where_a_date_stands(visitor: Browser, house: House, database: Database) -> None:
    path = f"{visitor.base}/events/{house.performances[0].event_id}"
    assert "Places left" in await visitor.page(path)
    for change, told in (
        ("label = 'postponed'", "Postponed"), ("label = 'sold_out'", "Sold out"),
        ("label = null, status = 'closed'", "Sale over"),
        ("status = 'on_sale', sale_opens_at = '2100-01-01', sale_closes_at = '2100-01-02'", "On sale from"),
    ):  # fmt: skip
        async with database.transaction() as c:
            await c.execute(f"update performances set {change} where id = $1", house.performances[0].id)
        assert told in await visitor.page(path), told


async def test_photos_of_the_view_are_shown_by_the_shop_of_their_organisation(
    visitor: Browser, house: House, rival: House, database: Database, workshop: Workshop
) -> None:
    name = await seat_photos.put(database, workshop, house.organisation_id, photo(), datetime.now(UTC))
    theirs = await seat_photos.put(database, workshop, rival.organisation_id, photo("red"), datetime.now(UTC))
    shown = await visitor.get(f"{visitor.base}/pictures/{name}")
    assert shown.status_code == 200 and shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert shown.headers["x-content-type-options"] == "nosniff"
    for other in (theirs, "a1" * 32, "a1", "none"):
        assert (await visitor.get(f"{visitor.base}/pictures/{other}")).status_code == 404


async def test_the_look_is_the_organisers(visitor: Browser, house: House, database: Database) -> None:
    look = Look(
        colours=Colours(accent="#1d4e89"), variables={"--shop-radius": "2px"},
        texts={"en": ShopTexts(title="Our season", intro="**Welcome** <script>", legal="Us")},
    )  # fmt: skip
    by = Actor(organisation_id=house.organisation_id)
    office = house.performances[0].box_office_id
    await shops.change(database, house.organisation_id, office, 0, look, by, datetime.now(UTC))
    css = (await visitor.get(f"{visitor.base}/theme.css")).text
    assert "--shop-accent:#1d4e89;" in css and "--shop-radius:2px;" in css and "--shop-on-accent:#ffffff;" in css
    response = await visitor.get(visitor.base)
    assert "Our season" in response.text and "<strong>Welcome</strong> &lt;script&gt;" in response.text
