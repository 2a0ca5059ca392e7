"""From the cart to the order: each way that goes wrong on the way loses nothing and orders nothing twice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient, Response

from tests.api.conftest import House, taxed
from tests.shop.conftest import Browser
from tests.ticketing.test_uploads import PAGE, PNG
from ticketing import billing, check, checkouts, forms, shops, tariffs
from ticketing.audit import Actor
from ticketing.billing import Rule
from ticketing.checkouts import Handover, Rules
from ticketing.db import Database
from ticketing.forms import FieldValues, Kind, Option
from ticketing.refusals import InputRefused, NotFound
from ticketing.settings import Settings
from ticketing.shops import Look, ShopTexts
from ticketing.stores import stores

BUYER = {"email": "Ada@Example.org", "name": "Ada Lovelace", "language": "en"}
TERMS = "No refunds, **ever**."
TERMS_HASH = (checkouts.hash_of(TERMS) or b"").hex()
SCRIPT = "<script>alert(1)</script>"
Fields = dict[str, Any]


@pytest.fixture
async def buyer(visitor: Browser, house: House) -> Browser:
    """Somebody with two seats in the cart, 120 francs."""
    await visitor.take(house, ["A-1", "A-2"])
    return visitor


@pytest.fixture(autouse=True)
async def sound(settings: Settings) -> AsyncIterator[None]:
    """After whatever went wrong, all is true that must be."""
    yield
    async with stores(settings) as opened:
        assert not await check.breaches(opened.database, opened.inventory, datetime.now(UTC))


def by(house: House) -> Actor:
    return Actor(organisation_id=house.organisation_id)


def office(house: House) -> UUID:
    return house.performances[0].box_office_id


async def details(browser: Browser, **fields: Any) -> str:
    """Fill the first page; where it leads."""
    await browser.page(f"{browser.base}/checkout")
    return await browser.done(f"{browser.base}/checkout", BUYER | fields)


async def delivered(browser: Browser, handover: str = "print") -> str:
    """Fill the first two pages; where they lead."""
    path = await details(browser)
    assert path == f"{browser.base}/checkout/delivery"
    await browser.page(path)
    return await browser.done(path, {"handover": handover})


async def at_payment(browser: Browser, handover: str = "print") -> str:
    """Come to the last page; its text."""
    return await browser.page(await delivered(browser, handover))


async def confirm(browser: Browser, cents: int = 12000, method: str = "sandbox", **fields: Any) -> Response:
    """Send the last page's form."""
    sent = {"total_cents": str(cents), "method": method, "terms": TERMS_HASH} | fields
    return await browser.post(f"{browser.base}/checkout/payment", sent)


async def at_provider(browser: Browser, path: str, paid: bool = True) -> str:
    """Pay at the sandbox's page, or fail; the way back."""
    response = await browser.client.post(path, content=f"paid={paid}".lower())
    return "/shop" + str(response.headers["location"]).partition("/shop")[2]


async def bought(browser: Browser, handover: str = "print") -> str:
    """Buy what is in the cart online; the order's page."""
    page = await at_payment(browser, handover)
    response = await confirm(browser, int(page.partition('name="total_cents" value="')[2].partition('"')[0]))
    assert response.status_code == 303, response.text
    return (await at_provider(browser, response.headers["location"])).partition("?")[0]


async def ordered(database: Database, house: House) -> int:
    """How many orders the box office has."""
    async with database.read() as c:
        found: int = await c.fetchval("select count(*) from orders where box_office_id = $1", office(house))
    return found


async def lapse(settings: Settings, house: House, database: Database) -> None:
    """Let the time of every cart of the house be over."""
    async with database.read() as c:
        rows = await c.fetch("select hold from carts where box_office_id = $1 and hold is not null", office(house))
    async with stores(settings) as opened:
        for row in rows:
            await opened.inventory.release(office(house).hex, row["hold"])


async def terms(database: Database, house: House, text: str) -> None:
    """Have buyers agree to this."""
    look = Look(texts={"en": ShopTexts(terms=text)})
    await shops.change(database, house.organisation_id, office(house), 0, look, by(house), datetime.now(UTC))


async def asking(database: Database, house: House, *kinds: Kind) -> dict[Kind, UUID]:
    """Ask each ticket of the full tariff something of each kind, all of it needed; the ids of the questions."""
    now, owner = datetime.now(UTC), house.organisation_id
    form_id = await forms.create(database, owner, office(house), "Visitors", by(house), now)
    options = (Option("leek", {"en": "Leek"}), Option("beet", {"en": "Beet"}))
    found = {}
    for kind in kinds:
        values = FieldValues(
            kind=kind, labels={"en": f"Your {kind}"}, mandatory=True,
            options=options if kind in forms.CHOICES else (),
        )  # fmt: skip
        found[kind] = await forms.add_field(database, owner, form_id, values, by(house), now)
    await forms.link_tariff(database, owner, house.full.id, form_id, by(house), now)
    return found


async def prefixes(browser: Browser) -> list[str]:
    """How the names of each ticket's questions begin."""
    cart = (await browser.get(f"{browser.base}/visit")).json()["cart"]
    return [f"{item['performance']}.{item['place']}.answers." for item in cart["items"]]


# The way through


async def test_two_seats_are_bought_online(buyer: Browser, house: House, database: Database) -> None:
    await taxed(database, house)
    page = await at_payment(buyer)
    for part in ("row A, seat 1", "row A, seat 2", "120.00", "VAT 5.5%", "6.26", "Ada Lovelace"):
        assert part in page, part
    response = await confirm(buyer)
    path = response.headers["location"]
    assert path.startswith("/sandbox/")
    back = await at_provider(buyer, path)
    page = await buyer.page(back)
    assert "Thank you!" in page and "row A, seat 1" in page and "ada@example.org" in page
    assert "Thank you!" not in await buyer.page(back), "it is said once"
    assert "Your cart is empty." in await buyer.page(f"{buyer.base}/cart")


async def test_a_free_order_of_which_nothing_is_asked_is_one_page(
    visitor: Browser, house: House, database: Database
) -> None:
    free = await tariffs.create(
        database, house.organisation_id, house.performances[0].event_id, "Free", {"Gold": 0}, 2
    )  # fmt: skip
    await visitor.take(house, ["B-1"], tariff=str(free.id))
    page = await visitor.page(f"{visitor.base}/checkout")
    assert "Order for free" in page and "How would you like your tickets?" in page and "Steps to" not in page
    response = await visitor.post(f"{visitor.base}/checkout", BUYER | {"order": "1", "total_cents": "0"})
    assert response.status_code == 422 and "Choose one of these." in response.text
    sent = BUYER | {"order": "1", "total_cents": "0", "handover": "mobile"}
    page = await visitor.page(await visitor.done(f"{visitor.base}/checkout", sent))
    assert "Thank you!" in page and "Show the ticket" in page


async def test_one_way_of_delivery_is_not_asked(buyer: Browser, house: House, database: Database) -> None:
    rules = Rules(handovers=(Handover.COUNTER,))
    await checkouts.change(database, house.organisation_id, office(house), rules, by(house), datetime.now(UTC))
    path = await details(buyer)
    assert path.endswith("/checkout/payment")
    assert "Pick up at the counter" in await buyer.page(path)
    assert (await buyer.get(f"{buyer.base}/checkout/delivery")).status_code == 303


async def test_on_site_and_on_invoice(buyer: Browser, client: AsyncClient, house: House, database: Database) -> None:
    seller = billing.Billing(
        name="House", postal_code="1003", city="Lausanne", country="CH", iban="CH9300762011623852957"
    )
    rules = [
        Rule(method="on_site", offered=True, before_h=1, texts={"en": "At the door from seven."}),
        Rule(method="invoice", offered=True, pay_days=10, grace_days=2, before_h=48),
    ]
    here = house.organisation_id, office(house)
    await billing.change(database, *here, seller, rules, by(house), datetime.now(UTC))
    page = await at_payment(buyer)
    assert "At the door from seven." in page and "Whom is the invoice for?" in page
    response = await confirm(buyer, method="on_site")
    page = await buyer.page(response.headers["location"])
    assert "Thank you!" in page and "at the box office until" in page and "Pay another way" in page
    other = Browser(client, house)
    await other.take(house, ["B-1"])
    await at_payment(other)
    response = await confirm(other, 6000, "invoice", **{"bill.name": "", "bill.country": "CH"})
    assert response.status_code == 422 and 'href="#bill.name"' in response.text
    bill = {"bill.name": "Lovelace & Co", "bill.street": "1 Quay", "bill.postal_code": "1000", "bill.country": "CH"}
    response = await confirm(other, 6000, "invoice", **bill)
    path = response.headers["location"]
    page = await other.page(path)
    assert "Please pay the invoice below." in page and "Invoice " in page
    listed = page.partition(f"{path}/invoices/")[2].partition('"')[0]
    paper = await other.get(f"{path}/invoices/{listed}")
    assert paper.content.startswith(b"%PDF") and paper.headers["content-type"] == "application/pdf"


# What was typed


async def test_what_was_typed_is_there_again_and_mistakes_are_at_their_fields(buyer: Browser) -> None:
    page = await buyer.page(f"{buyer.base}/checkout")
    for token in ('autocomplete="email"', 'autocomplete="name"', 'type="email"'):
        assert token in page
    response = await buyer.post(f"{buyer.base}/checkout", {"email": "ada(at)example", "name": "Ada"})
    assert response.status_code == 422
    for part in ('href="#email"', 'aria-invalid="true"', 'value="ada(at)example"', 'value="Ada"', 'id="email-mistake"'):
        assert part in response.text, part
    page = await buyer.page(f"{buyer.base}/checkout")
    assert 'value="ada(at)example"' in page, "a reload finds it"
    assert (await buyer.get(f"{buyer.base}/checkout/payment")).headers["location"].endswith("/delivery")


async def test_a_script_keeps_what_is_being_typed(buyer: Browser) -> None:
    await buyer.page(f"{buyer.base}/checkout")
    response = await buyer.post(f"{buyer.base}/checkout/typed", {"email": "a", "name": "Ad", "other": "x"})
    assert response.status_code == 200 and 500 < response.json()["expires_in_s"] <= 600
    page = await buyer.page(f"{buyer.base}/checkout")
    assert 'value="Ad"' in page and 'value="a"' in page


async def test_questions_of_every_kind_are_asked_and_answered(buyer: Browser, house: House, database: Database) -> None:
    asked = await asking(database, house, *Kind)
    first, second = await prefixes(buyer)
    said = {
        Kind.TEXT: "Club", Kind.LONG_TEXT: "a\nb", Kind.SELECT: "leek", Kind.RADIO: "beet",
        Kind.CHECKBOXES: ["leek", "beet"], Kind.EMAIL: "eve@example.org", Kind.TELEPHONE: "044 668 18 00",
        Kind.DATE: "1990-05-16", Kind.NUMBER: "3",
    }  # fmt: skip
    fields = BUYER | {f"{first}{asked[kind]}": text for kind, text in said.items()}
    await buyer.page(f"{buyer.base}/checkout")
    card = {f"{first}{asked[Kind.FILE]}": ("card.png", PNG, "text/html")}
    response = await buyer.post(f"{buyer.base}/checkout", fields, files=card)
    assert response.status_code == 422 and response.text.count(f'href="#{second}') == len(Kind)
    assert f'href="#{first}' not in response.text and "card.png" in response.text
    assert "Same answers for the other ticket" in response.text
    await buyer.done(f"{buyer.base}/checkout", fields | {"copy": first})
    card = {f"{second}{asked[Kind.FILE]}": ("other.png", PNG, "image/png")}
    page = await buyer.page(f"{buyer.base}/checkout")
    assert page.count('value="eve@example.org"') == 2
    again = {f"{prefix}{asked[kind]}": text for prefix in (first, second) for kind, text in said.items()}
    response = await buyer.post(f"{buyer.base}/checkout", BUYER | again, files=card)
    assert response.status_code == 303, response.text
    await buyer.page(f"{buyer.base}/checkout/delivery")
    await buyer.done(f"{buyer.base}/checkout/delivery", {"handover": "print"})
    await buyer.page(f"{buyer.base}/checkout/payment")
    assert (await confirm(buyer)).status_code == 303
    async with database.read() as c:
        kept = await c.fetchval(
            "select count(*) from answers a join orders o on o.id = a.order_id where o.box_office_id = $1",
            office(house),
        )
    assert kept == 2 * len(Kind)


async def test_files_of_the_wrong_kind_are_refused_at_their_field(
    buyer: Browser, house: House, database: Database
) -> None:
    asked = await asking(database, house, Kind.FILE)
    first, _ = await prefixes(buyer)
    await buyer.page(f"{buyer.base}/checkout")
    sent = {f"{first}{asked[Kind.FILE]}": ("card.png", PAGE, "image/png")}
    response = await buyer.post(f"{buyer.base}/checkout", BUYER, files=sent)
    assert response.status_code == 422 and "neither a PDF nor a picture" in response.text
    assert 'value="Ada Lovelace"' in response.text


async def test_a_script_in_a_name_stays_a_text(buyer: Browser) -> None:
    await details(buyer, name=SCRIPT)
    response = await buyer.get(f"{buyer.base}/checkout")
    assert SCRIPT not in response.text and "&lt;script&gt;" in response.text
    await buyer.done(f"{buyer.base}/checkout/delivery", {"handover": "print"})
    response = await buyer.get(f"{buyer.base}/checkout/payment")
    assert SCRIPT not in response.text
    await buyer.page(f"{buyer.base}/checkout/payment")
    response = await buyer.get(await at_provider(buyer, (await confirm(buyer)).headers["location"]))
    assert SCRIPT not in response.text and "&lt;script&gt;" in response.text


async def test_terms_are_agreed_to_and_which(visitor: Browser, house: House, database: Database) -> None:
    await terms(database, house, TERMS)
    buyer = visitor
    await buyer.take(house, ["A-1", "A-2"])
    page = await at_payment(buyer)
    assert "No refunds" in page and "agree to them" in page
    response = await confirm(buyer)
    assert response.status_code == 422 and 'href="#agreed"' in response.text
    response = await confirm(buyer, agreed="on", terms=TERMS_HASH[::-1])
    assert response.status_code == 422 and "The terms have changed meanwhile" in response.text
    assert await ordered(database, house) == 0
    assert (await confirm(buyer, agreed="on")).status_code == 303
    async with database.read() as c:
        row = await c.fetchrow(
            "select handover, terms_hash from order_choices c join orders o on o.id = c.order_id "
            "where o.box_office_id = $1",
            office(house),
        )
    assert row["handover"] == "print" and row["terms_hash"] == checkouts.hash_of(TERMS)


# Never two orders, never a lost one


async def test_a_double_click_is_one_order(buyer: Browser, house: House, database: Database) -> None:
    await at_payment(buyer)
    answers = await asyncio.gather(*(confirm(buyer) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {303}
    assert await ordered(database, house) == 1
    places = {answer.headers["location"].partition("?")[0] for answer in answers}
    assert all("/sandbox/" in place or "/orders/" in place for place in places)


async def test_two_windows_that_confirm_different_things_are_one_order(
    buyer: Browser, house: House, database: Database
) -> None:
    await at_payment(buyer)
    first = await confirm(buyer)
    await buyer.post(f"{buyer.base}/checkout", BUYER | {"name": "Somebody Else"})
    second = await confirm(buyer)
    assert first.status_code == second.status_code == 303 and await ordered(database, house) == 1
    assert "/orders/" in second.headers["location"]
    page = await buyer.page(second.headers["location"])
    assert "Ada Lovelace" in page and "Somebody Else" not in page


async def test_different_things_at_once_are_one_order(buyer: Browser, house: House, database: Database) -> None:
    await at_payment(buyer)
    other = Browser(buyer.client, house)
    other.cookies, other.token = dict(buyer.cookies), buyer.token

    async def rename() -> Response:
        await other.post(f"{other.base}/checkout", BUYER | {"name": "Somebody Else"})
        return await confirm(other)

    answers = await asyncio.gather(confirm(buyer), rename(), confirm(buyer))
    assert {answer.status_code for answer in answers} == {303} and await ordered(database, house) == 1


@pytest.mark.parametrize("page", ["/checkout", "/checkout/delivery", "/checkout/payment"])
async def test_going_back_after_ordering_leads_to_the_order(
    buyer: Browser, house: House, database: Database, page: str
) -> None:
    await at_payment(buyer)
    await confirm(buyer)
    assert "/orders/" in (await buyer.get(f"{buyer.base}{page}")).headers["location"]
    assert "/orders/" in await buyer.done(f"{buyer.base}{page}", BUYER | {"handover": "print", "total_cents": "12000"})
    assert await ordered(database, house) == 1


async def test_an_order_whose_answer_was_lost_is_found_again(
    buyer: Browser, house: House, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies between the order and all that follows: the cart knows it by its hold."""
    await at_payment(buyer)

    async def dies(*_: Any) -> None:
        raise OSError("gone")

    with monkeypatch.context() as patched:
        patched.setattr("ticketing.carts.Carts.ordered", dies)
        assert (await confirm(buyer)).status_code == 500
    assert await ordered(database, house) == 1
    response = await confirm(buyer)
    assert response.status_code == 303 and "/orders/" in response.headers["location"]
    page = await buyer.page(response.headers["location"])
    assert "pay to get your tickets" in page and await ordered(database, house) == 1
    assert "went back on sale" not in await buyer.page(f"{buyer.base}/cart")


@pytest.mark.parametrize("step", ["/checkout", "/checkout/delivery", "/checkout/payment"])
async def test_a_cart_that_is_over_says_so_and_keeps_what_was_typed(
    buyer: Browser, house: House, database: Database, settings: Settings, step: str
) -> None:
    await at_payment(buyer)
    await lapse(settings, house, database)
    fields = BUYER | {"name": "Ada L.", "handover": "print", "total_cents": "12000", "method": "sandbox"}
    assert await buyer.done(f"{buyer.base}{step}", fields) == f"{buyer.base}/cart"
    assert (await buyer.get(f"{buyer.base}{step}")).headers["location"] == f"{buyer.base}/cart"
    page = await buyer.page(f"{buyer.base}/cart")
    assert "Your time was over" in page and "row A, seat 1" in page and await ordered(database, house) == 0
    await buyer.take(house, ["B-1"])
    page = await buyer.page(f"{buyer.base}/checkout")
    assert ('value="Ada L."' if step == "/checkout" else 'value="Ada Lovelace"') in page


async def test_another_price_is_told_and_asked_again(buyer: Browser, house: House, database: Database) -> None:
    await at_payment(buyer)
    async with database.read() as c:
        await c.execute(
            "update prices set price_cents = 7000 where tariff_id = $1 and category = 'Gold'", house.full.id
        )
    response = await confirm(buyer)
    assert response.status_code == 409 and "The price has changed" in response.text
    assert "140.00" in response.text and await ordered(database, house) == 0
    assert (await confirm(buyer, 14000)).status_code == 303


async def test_a_sold_out_tariff_leads_to_the_cart(
    visitor: Browser, client: AsyncClient, house: House, database: Database
) -> None:
    """Three places at the reduced tariff: somebody takes two, then two more are confirmed."""
    for browser, seats in ((visitor, ["A-1", "A-2"]), (Browser(client, house), ["B-1", "B-2"])):
        await browser.take(house, seats, tariff=str(house.reduced.id))
        await at_payment(browser)
        response = await confirm(browser, 10000)
    assert response.status_code == 409 and "not enough places left at one of these tariffs" in response.text
    assert "row B, seat 1" in response.text and "Go to checkout" in response.text
    assert await ordered(database, house) == 1
    assert 'value="Ada Lovelace"' in await browser.page(f"{browser.base}/checkout")


async def test_questions_that_changed_meanwhile_lead_back_to_them(
    buyer: Browser, house: House, database: Database
) -> None:
    await at_payment(buyer)
    await asking(database, house, Kind.TEXT)
    response = await confirm(buyer)
    assert response.status_code == 422 and "Your text" in response.text and "This is needed." in response.text
    assert 'value="Ada Lovelace"' in response.text and await ordered(database, house) == 0


@pytest.mark.parametrize("path", ["/checkout", "/checkout/typed", "/checkout/delivery", "/checkout/payment"])
async def test_forms_of_other_sites_are_refused(buyer: Browser, house: House, database: Database, path: str) -> None:
    await at_payment(buyer)
    sent = BUYER | {"csrf": "another", "name": "Mallory", "total_cents": "12000", "method": "sandbox"}
    assert (await buyer.post(f"{buyer.base}{path}", sent)).status_code == 403
    assert await ordered(database, house) == 0 and "Mallory" not in await buyer.page(f"{buyer.base}/checkout")


async def test_a_page_that_was_open_for_too_long_keeps_what_was_typed(buyer: Browser) -> None:
    await buyer.page(f"{buyer.base}/checkout")
    sent = BUYER | {"csrf": "of yesterday"}
    response = await buyer.post(f"{buyer.base}/checkout", sent, headers={"sec-fetch-site": "same-origin"})
    assert response.status_code == 422 and "open for too long" in response.text
    assert 'value="Ada Lovelace"' in response.text
    response = await buyer.post(f"{buyer.base}/checkout", sent, headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 403


async def test_who_has_no_cart_keeps_nothing_with_others(client: AsyncClient, house: House) -> None:
    for name in ("One", "Two"):
        stranger = Browser(client, house)
        stranger.token = (await stranger.get(f"{stranger.base}/visit")).json()["token"]
        response = await stranger.post(f"{stranger.base}/checkout", BUYER | {"name": name})
        assert response.headers["location"] == f"{stranger.base}/cart"
        assert (await stranger.get(f"{stranger.base}/checkout")).status_code == 303


# Settings


async def test_rules_are_checked_versioned_and_the_house_own(house: House, rival: House, database: Database) -> None:
    here, now = (house.organisation_id, office(house)), datetime.now(UTC)
    made = await checkouts.change(database, *here, Rules(cancellation_until_hours=24), by(house), now)
    assert made.version == 1 and (await checkouts.rules(database, office(house))) == made
    for wrong in (Rules(version=1, handovers=()), Rules(version=1, holders_until_hours=-1)):
        with pytest.raises(InputRefused):
            await checkouts.change(database, *here, wrong, by(house), now)
    with pytest.raises(NotFound):
        await checkouts.change(database, rival.organisation_id, office(house), made, by(house), now)


# What it costs


async def test_each_page_asks_few_questions(buyer: Browser, queries: list[str]) -> None:
    asked: dict[str, list[str]] = {}

    async def noted(path: str) -> None:
        queries.clear()
        await buyer.page(f"{buyer.base}{path}")
        asked[path] = [*queries]

    await noted("/checkout")
    await buyer.done(f"{buyer.base}/checkout", BUYER)
    await noted("/checkout/delivery")
    await buyer.done(f"{buyer.base}/checkout/delivery", {"handover": "print"})
    await noted("/checkout/payment")
    assert asked["/checkout"] == asked["/checkout/delivery"] == ["find", "rules", "asked_at"]
    assert asked["/checkout/payment"][3:] == ["ground", "vat", "time_zone", "get", "rules"]
    queries.clear()
    await confirm(buyer)
    assert len(queries) == 23, queries
