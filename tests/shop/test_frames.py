"""Links with parameters, visits in frames, and trackers, at the real application."""

import html
import json
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from httpx import AsyncClient, Response

from tests.api.conftest import House
from tests.shop.conftest import Browser
from tests.shop.test_accounts import ada, connection, post
from tests.shop.test_checkout import at_payment, at_provider, confirm, delivered
from tests.shop.test_queue import announced, happens, joined, page_of, written
from ticketing import embeddings, queues
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.embeddings import Trackers
from ticketing.waiting_rooms import RoomEvent

__all__ = ["ada", "connection", "post"]

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SITE = "https://theatre.example"
ELSEWHERE = {"sec-fetch-mode": "navigate", "sec-fetch-site": "cross-site", "user-agent": "A browser"}
Opened = Callable[..., Awaitable["Framed"]]


class Framed(Browser):
    """A visitor in a frame: addresses as the visit's own carry them; no cookie is ever sent."""

    def __init__(self, client: AsyncClient, house: House, base: str) -> None:
        super().__init__(client, house)
        self.base = base

    async def _ask(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> Response:
        self.cookies.clear()
        return await super()._ask(method, path, {"sec-fetch-site": "same-origin"} | (headers or {}), **options)


@pytest.fixture
async def allowed(database: Database, house: House) -> None:
    office = house.performances[0].box_office_id
    by = Actor(organisation_id=house.organisation_id)
    await embeddings.set_origins(database, house.organisation_id, office, 0, [SITE], by, NOW)


@pytest.fixture
def open_frame(client: AsyncClient, house: House) -> Opened:
    """Come to the shop in a frame."""

    async def opened(parameters: str = "") -> Framed:
        address = f"/shop/{house.key};embedded{parameters}/"
        response = await client.get(address, headers=ELSEWHERE)
        assert response.status_code == 303 and "set-cookie" not in response.headers
        address = response.headers["location"]
        assert (await client.get(address, headers=ELSEWHERE)).status_code == 200
        return Framed(client, house, re.sub(r"\.[0-9a-f]{32}/$", "", address))

    return opened


def ancestors(response: Response) -> str:
    return str(response.headers["content-security-policy"]).rpartition("frame-ancestors ")[2]


async def test_only_who_is_named_may_frame_and_only_what_is_asked_for(
    allowed: None, visitor: Browser, open_frame: Opened
) -> None:
    assert ancestors(await visitor.get(f"{visitor.base}/")) == "'none'"
    framed = await open_frame()
    for path in ("/", "/cart", "/nowhere"):
        assert ancestors(await framed.get(f"{framed.base}{path}")) in ("'none'", f"'self' {SITE}")
    assert ancestors(await framed.get(f"{framed.base}/cart")) == f"'self' {SITE}"
    assert ancestors(await framed.get(f"{framed.base}/")) == f"'self' {SITE}"
    assert ancestors(await visitor.get("/admin/sign-in")) == "'none'"


async def test_without_a_list_nobody_else_frames(open_frame: Opened) -> None:
    framed = await open_frame()
    assert ancestors(await framed.get(f"{framed.base}/")) == "'self'"


async def test_orders_and_accounts_are_never_in_a_frame(allowed: None, house: House, open_frame: Opened) -> None:
    framed = await open_frame()
    for rest in ("orders/x", "account", "account/sign-in", "anything"):
        inside = await framed.get(f"{framed.base}/{rest}?a=1", headers={"sec-fetch-dest": "iframe"})
        page = html.unescape(inside.text)
        assert f'href="/shop/{house.key}/{rest}?a=1" target="_top"' in page
        outside = await framed.get(f"{framed.base}/{rest}?a=1", headers={"sec-fetch-dest": "document"})
        assert outside.headers["location"] == f"/shop/{house.key}/{rest}?a=1"
    assert (await framed.get(f"/shop/{house.key}/out")).status_code == 404


async def test_a_purchase_begins_without_a_cookie(house: House, open_frame: Opened) -> None:
    framed = await open_frame(";bare")
    cart = await framed.take(house, ["A-1", "A-2"])
    assert cart["count"] == 2
    page = await framed.page(f"{framed.base}/cart")
    assert "row A, seat 2" in page and f'action="{framed.base}/cart/choices"' in page and "<footer" not in page
    assert not framed.cookies
    name = f"{house.first}.{cart['items'][0]['place']}"
    assert await framed.done(f"{framed.base}/cart/removal", {"place": name}) == f"{framed.base}/cart"
    assert await framed.done(f"{framed.base}/cart/choices", {"checkout": "1"}) == f"{framed.base}/checkout"
    page = await framed.page(f"{framed.base}/checkout")
    assert f'action="{framed.base}/checkout"' in page
    other = await open_frame()
    assert "Your cart is empty." in await other.page(f"{other.base}/cart")


async def test_a_form_of_another_visit_is_refused(house: House, open_frame: Opened) -> None:
    framed, other = await open_frame(), await open_frame()
    token = (await other.get(f"{other.base}/visit")).json()["token"]
    body = {"performance": house.first, "seats": ["A-1"]}
    assert (await framed.get_posted("/cart/places", body, token)).status_code == 403
    token = (await framed.get(f"{framed.base}/visit")).json()["token"]
    assert (await framed.get_posted("/cart/places", body, token)).status_code == 200
    headers = {"x-csrf-token": token, "sec-fetch-site": "cross-site"}
    response = await framed._ask("POST", f"{framed.base}/cart/places", json=body, headers=headers)
    assert response.status_code == 403


async def test_nobody_is_led_into_somebody_elses_cart(client: AsyncClient, open_frame: Opened) -> None:
    framed = await open_frame()
    for site in ("cross-site", "same-site", "none"):
        headers = {"sec-fetch-mode": "navigate", "sec-fetch-site": site}
        response = await client.get(f"{framed.base}/cart", headers=headers)
        assert response.status_code == 303 and framed.base not in response.headers["location"]
    headers = {"sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin"}
    assert (await client.get(f"{framed.base}/cart", headers=headers)).status_code == 200


async def test_a_first_page_is_for_the_browser_it_was_given_to(client: AsyncClient, house: House) -> None:
    """Whoever is sent an address that another browser was given gets a visit of their own."""
    first = (await client.get(f"/shop/{house.key};embedded/", headers=ELSEWHERE)).headers["location"]
    assert (await client.get(first, headers=ELSEWHERE)).status_code == 200
    assert (await client.get(first, headers=ELSEWHERE | {"user-agent": "Another"})).status_code == 303
    secret, _, proof = first.rstrip("/").rpartition("=")[2].partition(".")
    other = first.replace(proof, "0" * 32)
    assert (await client.get(other, headers=ELSEWHERE)).status_code == 303
    assert (await client.get(first.replace(secret, "s" * 43), headers=ELSEWHERE)).status_code == 303


async def test_pages_that_are_shared_hold_nobodys_secret(house: House, open_frame: Opened) -> None:
    one, other = await open_frame(), await open_frame()
    mine, yours = await one.page(f"{one.base}/"), await other.page(f"{other.base}/")
    assert one.base in mine and other.base in yours and one.base not in yours
    assert mine.replace(one.base, "") == yours.replace(other.base, "")
    for page in (await one.page(f"{one.base}/performances/{house.first}"), mine):
        addresses = re.findall(r'(?:href|action|src|data-sell)="(/shop/[^"]*)"', page)
        assert addresses and all(address.startswith(one.base) for address in addresses)


async def test_answers_are_compressed_as_the_caller_likes(open_frame: Opened) -> None:
    framed = await open_frame()
    plain = await framed.get(f"{framed.base}/", headers={"accept-encoding": "identity"})
    for encoding in ("br", "gzip"):
        packed = await framed.get(f"{framed.base}/", headers={"accept-encoding": encoding})
        assert packed.headers["content-encoding"] == encoding and packed.text == plain.text
    again = await framed.get(f"{framed.base}/", headers={"if-none-match": plain.headers["etag"]})
    assert again.status_code == 304 and again.text == ""


async def test_the_secret_is_in_no_log_and_no_metric(
    client: AsyncClient, open_frame: Opened, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    framed = await open_frame()
    secret = framed.base.rpartition("=")[2]
    monkeypatch.setattr("web.entrance.SLOW_S", -1.0)
    await framed.get(f"{framed.base}/performances/{'0' * 8}-0000-0000-0000-{'0' * 12}?x=1")
    told = capsys.readouterr()
    assert secret not in told.err + told.out
    assert secret not in (await client.get("/metrics")).text


async def test_what_a_link_says_narrows_what_is_shown(house: House, visitor: Browser) -> None:
    date = house.performances[0]
    day = date.starts_at.date().isoformat()
    event = f"/events/{date.event_id}"
    base = visitor.base

    async def status(parameters: str, rest: str) -> int:
        return (await visitor.get(f"{base}{parameters}{rest}")).status_code

    assert await status(f";events={date.event_id}", event) == 200
    assert await status(f";events={date.id}", event) == 404
    assert await status(f";events={date.id}", f"/performances/{date.id}") == 404
    assert await status(f";venues={date.venue_id};from={day}", f"/performances/{date.id}") == 200
    assert await status(";to=2001-01-01", f"/performances/{date.id}") == 404
    assert str(date.event_id) in await visitor.page(f"{base};venues={date.venue_id}/")
    assert str(date.event_id) not in await visitor.page(f"{base};venues={date.id}/")
    assert "No date is to come." in await visitor.page(f"{base};to=2001-01-01{event}")
    page = await visitor.page(f"{base};language=fr;bare;unfolded{event}")
    assert '<html lang="fr">' in page and "<footer" not in page and f'href="{base};bare;unfolded;language=fr/' in page
    assert "data-unfolded" in await visitor.page(f"{base};unfolded/performances/{date.id}")
    assert ancestors(await visitor.get(f"{base};language=fr/")) == "'none'"


async def test_a_waiting_room_is_gone_through_without_a_cookie(
    database: Database, house: House, open_frame: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "FRESH_S", 0.0)
    framed, other = await open_frame(), await open_frame()
    event = await announced(database, house)
    assert "You are here in time" in await joined(framed, event)
    refused = await framed.script("/cart/places", {"performance": house.first, "seats": ["A-1"]})
    assert refused.json()["fields"]["queue"] == page_of(framed, event)
    await written(database, event, 1)
    await happens(database, house, event, RoomEvent.OPEN)
    assert await framed.done(f"{page_of(framed, event)}/admission") == f"{framed.base}/events/{event}"
    assert (await framed.take(house, ["A-1"]))["count"] == 1 and not framed.cookies
    assert "Take a number" in await other.page(page_of(other, event))


async def test_ways_to_pay_are_fewer_by_a_link_and_never_more(
    visitor: Browser, house: House, client: AsyncClient
) -> None:
    await visitor.take(house, ["A-1", "A-2"])
    own = visitor.base
    await delivered(visitor)
    assert 'value="sandbox"' in await visitor.page(f"{own}/checkout/payment")
    visitor.base = f"{own};pay=invoice,on_site,cash"
    page = await visitor.page(f"{visitor.base}/checkout/payment")
    assert (
        'value="sandbox"' not in page and 'value="invoice"' not in page and "cash" not in page.replace(visitor.base, "")
    )
    assert (await confirm(visitor, 12000, "sandbox")).status_code == 422
    visitor.base = f"{own};pay=sandbox"
    response = await confirm(visitor, 12000, "sandbox")
    assert response.status_code == 303 and response.headers["location"].startswith("/sandbox/")


async def test_an_order_leaves_the_frame(house: House, open_frame: Opened, visitor: Browser) -> None:
    """What the frame sends on is at the shop's own address, and opens for the window that the answer came to."""
    framed = await open_frame()
    await framed.take(house, ["A-1", "A-2"])
    assert 'target="_top"' in await at_payment(framed)
    response = await confirm(framed)
    back = await at_provider(framed, response.headers["location"])
    assert back.startswith(f"{visitor.base}/orders/")
    paths = [line.partition("Path=")[2].partition(";")[0] for line in response.headers.get_list("set-cookie")]
    assert paths and set(paths) == {back.partition("?")[0]}
    visitor.cookies |= framed.cookies
    assert "Thank you!" in await visitor.page(back)


async def test_what_was_done_is_told_once(visitor: Browser, ada: Browser) -> None:
    assert (await ada.get(f"{ada.base}/visit")).json()["did"] == ["ike_user_login"]
    assert (await ada.get(f"{ada.base}/visit")).json()["did"] == []
    await ada.page(f"{ada.base}/account")
    await ada.done(f"{ada.base}/account/sign-out")
    assert (await ada.get(f"{ada.base}/visit")).json()["did"] == ["ike_user_logout"]
    assert (await ada.get(f"{ada.base}/visit")).json()["did"] == []


async def test_a_language_that_is_chosen_in_a_frame_stays(open_frame: Opened) -> None:
    framed = await open_frame(";language=en")
    page = await framed.page(f"{framed.base}/?language=fr")
    assert '<html lang="fr">' in page and ";language=fr;cart=" in page


async def track(database: Database, house: House, **changed: Any) -> Trackers:
    fields = {"snippet": "window.seen = '<b>';", "script_urls": ["https://t.example/tag.js?id=1"]} | changed
    trackers = Trackers(**fields, img_hosts=["p.example"], connect_hosts=["*.c.example"], script_hosts=["t.example"])
    office, by = house.performances[0].box_office_id, Actor(organisation_id=house.organisation_id)
    saved = await embeddings.set_trackers(database, house.organisation_id, office, 0, trackers, by, NOW)
    return saved.trackers


async def test_trackers_run_where_one_chooses_and_nowhere_else(
    database: Database, house: House, visitor: Browser, open_frame: Opened
) -> None:
    trackers, date = await track(database, house), house.performances[0]
    for rest in ("/", f"/events/{date.event_id}", f"/performances/{date.id}", "/cart"):
        response = await visitor.get(visitor.base + rest)
        policy = response.headers["content-security-policy"]
        assert (
            f"<script>{trackers.snippet}</script>" in response.text and 'src="https://t.example/tag.js' in response.text
        )
        assert f"script-src 'self' {trackers.snippet_hash} https://t.example/tag.js https://t.example;" in policy
        assert "img-src 'self' data: https://p.example;" in policy and "'unsafe-inline'" not in policy
        assert "connect-src 'self' https://*.c.example;" in policy and policy.endswith("frame-ancestors 'none'")
    await visitor.take(house, ["A-1"])
    framed = await open_frame()
    for page in (
        await visitor.get(f"{visitor.base}/checkout"),
        await visitor.get(f"{visitor.base}/account"),
        await visitor.get(f"{visitor.base}/orders/{date.id}"),
        await visitor.get(f"{visitor.base}/events/{date.event_id}/queue"),
        await visitor.get("/admin/sign-in"),
        await framed.get(f"{framed.base}/"),
    ):
        assert trackers.snippet not in page.text and "t.example" not in page.text
        assert "t.example" not in page.headers["content-security-policy"]


def said(page: str) -> list[Any]:
    found = re.search(r'data-track="([^"]*)"', page)
    assert found
    told: list[Any] = json.loads(html.unescape(found[1]))
    return told


async def test_pages_say_what_they_are(house: House, visitor: Browser) -> None:
    date = house.performances[0]
    assert said((await visitor.get(f"{visitor.base}/")).text) == [["ike_home_view", {}]]
    ((name, detail),) = said((await visitor.get(f"{visitor.base}/events/{date.event_id}")).text)
    assert name == "ike_event_view" and detail == {"name": date.event_name}
    ((name, detail),) = said((await visitor.get(f"{visitor.base}/performances/{date.id}")).text)
    assert name == "ike_date_view" and detail == {"name": date.event_name, "date": date.starts_at.isoformat()}
    cart = await visitor.take(house, ["A-1"])
    ((name, detail),) = said((await visitor.get(f"{visitor.base}/cart")).text)
    assert name == "ike_cart_view" and detail == cart["told"]
    assert detail["topaid"] == 60.0 and detail["currency"] == {"name": "CHF"} and detail["count"] == 1
    assert set(detail["items"][0]) == {"id", "name", "date", "zone", "category", "tariff", "price"}


async def test_the_script_for_other_pages_is_small_and_stays(client: AsyncClient) -> None:
    response = await client.get("/embed.js", headers={"accept-encoding": "br"})
    assert response.headers["cache-control"] == "public, max-age=3600"
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert response.headers["content-type"].startswith("text/javascript") and len(response.content) < 6000
    assert "eval(" not in response.text and "innerHTML" not in response.text
