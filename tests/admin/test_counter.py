"""The counter behind HTTP: dates, carts by window, the sale, its money; who may, and what is another's."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from admin import counter as page
from tests.admin.conftest import Browser, SignIn
from tests.api.conftest import House, schedule
from tests.ticketing.till import float_counted
from ticketing import (
    allotments,
    answers,
    cash_sessions,
    counter,
    dossiers,
    events,
    forms,
    orders,
    passes,
    performances,
    rights,
    tariffs,
    tills,
)
from ticketing.allotments import Draft, Kind
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.forms import FieldValues
from ticketing.passes import PassType
from ticketing.performances import Performance
from ticketing.rights import Grant
from ticketing.seat_lists import Picked
from ticketing.settings import Settings
from ticketing.states import OrderStatus
from ticketing.stores import stores
from ticketing.tills import TillChoice
from ticketing.tokens import Scope

WINDOW = "window0001"
HOLD = re.compile(r'name="hold" value="([^"]*)"')
TOTAL = re.compile(r'name="total_cents" value="(\d+)"')
SOLD = re.compile(r'href="/admin/orders/([0-9a-f-]{36})" class="order-code"')


class Clerk:
    """Somebody at the counter of a house, in one window."""

    def __init__(self, browser: Browser, house: House, window: str = WINDOW) -> None:
        self.browser, self.house, self.window = browser, house, window
        self.at = f"/admin/box-offices/{house.key}/counter"

    async def cart(self) -> str:
        return await self.browser.page(f"{self.at}/cart?window={self.window}")

    async def change(self, status: int = 200, **fields: Any) -> str:
        response = await self.browser.post(f"{self.at}/cart", {"window": self.window} | fields)
        assert response.status_code == status, response.text
        return response.text

    async def take(self, count: int = 2, status: int = 200, **fields: Any) -> str:
        given = {"act": "take", "count": count, "performance": self.house.first, "tariff": self.house.full.id}
        return await self.change(status, **(given | fields))

    async def asked(self) -> dict[str, str]:
        """What the payment's form carries."""
        text = await self.browser.page(f"{self.at}/payment?window={self.window}")
        return {"window": self.window, "hold": HOLD.findall(text)[0], "total_cents": TOTAL.findall(text)[0]}

    async def sell(self, status: int = 200, **fields: Any) -> str:
        given = {"way": "cash"} | fields
        response = await self.browser.post(f"{self.at}/orders", (await self.asked() | given))
        assert response.status_code == status, response.text
        return response.text


@pytest.fixture
async def clerk(sign_in: SignIn, house: House) -> Clerk:
    found = Clerk(await sign_in(Scope.SELL), house)
    await found.browser.page(found.at)
    return found


def sold(text: str) -> UUID:
    return UUID(SOLD.findall(text)[0])


async def test_the_page_shows_the_dates_with_what_is_free_and_letters(clerk: Clerk, house: House):
    text = await clerk.browser.page(clerk.at)
    assert text.count("data-date=") == 2 and "80 free" in text
    assert 'data-key="F"' in text and 'data-key="R"' in text and 'data-shows="' + house.first in text
    assert "The Seagull" in await clerk.browser.page(f"{clerk.at}/dates?q=seag")
    assert "No date of an event" in await clerk.browser.page(f"{clerk.at}/dates?q=hamlet")


async def test_two_best_places_are_sold_for_cash_and_the_change_is_told(clerk: Clerk, database: Database):
    text = await clerk.take()
    assert text.count("data-item=") == 2 and 'data-total="12000"' in text
    text = await clerk.sell(given="150")
    found = await dossiers.of(database, sold(text))
    assert (found.order.status, found.order.total_cents, found.order.received_cents) == (OrderStatus.PAID, 12000, 12000)
    assert 'data-back-cents="3000"' in text and found.client.channel == "counter"
    assert (found.client.email, found.client.name, [seat.holder_name for seat in found.seats]) == (
        "",
        "Anonymous",
        ["", ""],
    )
    assert "data-item=" not in await clerk.cart()
    shown = await clerk.browser.page(f"/admin/orders/{found.order.id}")
    assert "Anonymous" in shown


async def test_enter_twice_sells_once(clerk: Clerk, database: Database, house: House):
    await clerk.take()
    fields = await clerk.asked() | {"way": "cash", "given": "150"}
    answers = [await clerk.browser.post(f"{clerk.at}/orders", fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert sold(answers[0].text) == sold(answers[1].text)
    assert all('data-back-cents="3000"' in answer.text for answer in answers)
    async with database.read() as c:
        mine = "select count(*) from payments p join orders o on o.id = p.order_id where o.box_office_id = $1"
        assert await c.fetchval(mine, house.performances[0].box_office_id) == 1


async def test_enter_twice_at_once_sells_once(clerk: Clerk, database: Database, house: House):
    await clerk.take()
    fields = await clerk.asked() | {"way": "cash"}
    answers = await asyncio.gather(*(clerk.browser.post(f"{clerk.at}/orders", fields) for _ in range(3)))
    assert len({sold(answer.text) for answer in answers if answer.status_code == 200}) == 1
    async with database.read() as c:
        mine = "select count(*) from payments p join orders o on o.id = p.order_id where o.box_office_id = $1"
        assert await c.fetchval(mine, house.performances[0].box_office_id) == 1


async def test_less_than_is_due_is_not_taken_and_nothing_is_ordered(clerk: Clerk):
    await clerk.take()
    assert "That is less than what is due." in await clerk.sell(422, given="100")
    assert "with two decimals at most" in await clerk.sell(422, given="12.345")
    assert (await clerk.cart()).count("data-item=") == 2


async def test_a_card_terminal_is_declared(clerk: Clerk, database: Database):
    await clerk.take()
    [payment] = (await dossiers.of(database, sold(await clerk.sell(way="card")))).payments
    assert (payment.provider, payment.amount_cents) == ("terminal", 12000)


async def test_a_customer_by_mail_is_made_once_and_found_as_one_types(clerk: Clerk, database: Database):
    for _ in range(2):
        await clerk.take(1)
        text = await clerk.sell(email="Bea@Example.org", name="Bea Buyer")
        found = await dossiers.of(database, sold(text))
        assert (found.client.email, found.client.name, found.client.order_count >= 1) == (
            "bea@example.org",
            "Bea Buyer",
            True,
        )
    for typed in ("bea@", "buy"):
        people = await clerk.browser.page(f"{clerk.at}/customers?q={typed}")
        assert people.count("data-person=") == 1 and "bea@example.org" in people
    assert "data-person=" not in await clerk.browser.page(f"{clerk.at}/customers?q=anonymous")


async def test_a_name_alone_stands_on_the_tickets(clerk: Clerk, database: Database):
    await clerk.take(1)
    found = await dossiers.of(database, sold(await clerk.sell(name="Cyd")))
    assert ([seat.holder_name for seat in found.seats], found.client.email) == (["Cyd"], "")


async def test_another_organisations_customers_are_not_found(clerk: Clerk, sign_in: SignIn, rival: House):
    await clerk.take(1)
    await clerk.sell(email="dee@example.org", name="Dee")
    theirs = Clerk(await sign_in(Scope.SELL, organisation_id=rival.organisation_id), rival)
    assert "data-person=" not in await theirs.browser.page(f"{theirs.at}/customers?q=dee")


async def test_windows_have_carts_of_their_own_and_so_has_everybody(clerk: Clerk, house: House, sign_in: SignIn):
    other = Clerk(clerk.browser, house, "window0002")
    await clerk.take(2)
    await other.take(1)
    assert [(await one.cart()).count("data-item=") for one in (clerk, other)] == [2, 1]
    colleague = Clerk(await sign_in(Scope.SELL), house)
    assert "data-item=" not in await colleague.cart()


async def test_mutant_a_secret_of_the_window_alone_opens_a_colleagues_cart(
    clerk: Clerk, house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(page, "_secret", lambda key, staff, office, window: window * 4)
    await clerk.take(2)
    colleague = Clerk(await sign_in(Scope.SELL), house)
    assert (await colleague.cart()).count("data-item=") == 2


async def test_standing_room_is_taken_where_no_seat_is_sold_at_the_tariff(clerk: Clerk):
    text = await clerk.take(3, where="area:pit")
    assert text.count("data-item=") == 3 and 'data-total="6000"' in text


async def test_places_are_given_back_and_tariffs_changed(clerk: Clerk, house: House):
    text = await clerk.take(2)
    first, second = re.findall(r'data-item="([^"]+)"', text)
    text = await clerk.change(act="choose", **{f"tariff.{first}": str(house.reduced.id)})
    assert 'data-total="11000"' in text
    text = await clerk.change(act="drop", place=second)
    assert text.count("data-item=") == 1 and 'data-total="5000"' in text
    assert "data-item=" not in await clerk.change(act="drop", all="1")


async def test_what_is_sold_at_the_counter_only_is_sold_there(clerk: Clerk, database: Database, house: House):
    async with database.transaction() as c:
        await c.execute("update tariffs set counter_only = true where id = $1", house.full.id)
    await clerk.take(1)
    assert sold(await clerk.sell())


async def test_staff_are_not_counted_by_address(clerk: Clerk, house: House):
    """More than a browser may hold, in as many acts: no limit of the shop's is met."""
    for row in "ABCD":
        await clerk.change(act="take", performance=house.first, seat=[f"{row}-{n}" for n in range(1, 11)])
    assert (await clerk.cart()).count("data-item=") == 40


async def test_what_a_tariff_asks_is_asked_and_kept(clerk: Clerk, database: Database, house: House):
    owner, now, office = house.organisation_id, datetime.now(UTC), house.performances[0].box_office_id
    by = Actor(organisation_id=owner)
    form_id = await forms.create(database, owner, office, "Visitors", by, now)
    values = FieldValues(kind=forms.Kind.TEXT, labels={"en": "Your school"}, mandatory=True)
    field_id = await forms.add_field(database, owner, form_id, values, by, now)
    await forms.link_tariff(database, owner, house.full.id, form_id, by, now)
    [name] = re.findall(r'data-item="([^"]+)"', await clerk.take(1))
    assert "Your school" in await clerk.browser.page(f"{clerk.at}/payment?window={WINDOW}")
    refused = await clerk.sell(422, name="Fay")
    assert "Your school" in refused and "invalid-feedback" in refused
    order = sold(await clerk.sell(**{f"{name}.answers.{field_id}": "Lycée Nord"}))
    assert "Lycée Nord" in str(await answers.of_order(database, order, "en"))


async def test_what_another_took_is_said_and_nothing_is_lost(clerk: Clerk, house: House):
    await clerk.change(act="take", performance=house.first, seat=["A-1"])
    other = Clerk(clerk.browser, house, "window0002")
    text = await other.change(409, act="take", performance=house.first, seat=["A-1"])
    assert "seats-taken" in text
    assert (await clerk.cart()).count("data-item=") == 1


async def test_a_sale_of_a_cart_that_changed_is_not_made(clerk: Clerk):
    await clerk.take(1)
    assert "The cart has changed" in await clerk.sell(409, hold="00" * 16)
    assert "price has changed" in await clerk.sell(409, total_cents="1")
    assert (await clerk.cart()).count("data-item=") == 1


async def test_a_window_without_a_name_has_no_cart(clerk: Clerk, house: House):
    nameless = Clerk(clerk.browser, house, "")
    assert "data-item=" not in await nameless.cart()
    assert "Load the page again." in await nameless.take(1, 422)


async def test_nothing_is_sold_from_an_empty_cart(clerk: Clerk):
    assert "The cart has changed" in await clerk.sell(409)


async def test_a_form_from_elsewhere_takes_and_sells_nothing(clerk: Clerk):
    await clerk.take(1)
    fields = await clerk.asked() | {"way": "cash"}
    for path, sent in (("orders", fields), ("cart", {"act": "drop", "all": "1", "window": WINDOW})):
        response = await clerk.browser.post(f"{clerk.at}/{path}", sent | {"csrf": "another"})
        assert response.status_code == 403, response.text
    assert (await clerk.cart()).count("data-item=") == 1


async def test_who_only_looks_sells_nothing_and_a_stranger_finds_nothing(sign_in: SignIn, house: House, rival: House):
    looking, stranger = Clerk(await sign_in(Scope.VIEW), house), Clerk(await sign_in(Scope.SELL), rival)
    for clerk, status in ((looking, 403), (stranger, 404)):
        await clerk.browser.get("/admin/profile")
        for path in (
            "",
            "/dates",
            "/cart",
            "/customers?q=ada",
            f"/dates/{house.first}",
            f"/dates/{house.first}/offer.json",
        ):
            assert (await clerk.browser.get(clerk.at + path)).status_code == status, path
        for path in ("/cart", "/orders", "/till"):
            response = await clerk.browser.post(clerk.at + path, {"window": WINDOW, "act": "take"})
            assert response.status_code == status, path


async def test_who_sells_one_event_sells_it_and_opens_a_session(
    sign_in: SignIn, database: Database, house: House, clerk: Clerk
):
    """By a right on the event alone: its dates and customers, in a session of their own; nothing else of the house."""
    owner, office, event = house.organisation_id, house.performances[0].box_office_id, house.performances[0].event_id
    now = house.performances[0].sale_opens_at
    other = await second_event(database, house)
    await clerk.take(1, performance=str(other.id), tariff="")
    await clerk.sell(email="gil@example.org", name="Gil")
    by = Actor(organisation_id=owner)
    till = await tills.create(database, owner, office, TillChoice(name="Till 1", locale="en"), by, now)
    seller = Clerk(await sign_in(Scope.SELL, box_office_id=office, event_id=event), house)
    text = await seller.browser.page(seller.at)
    assert text.count("data-date=") == 2 and str(other.id) not in text
    menu = await seller.browser.page("/admin/profile")
    assert f"/{house.key}/tills" in menu and f"/{house.key}/counter" in menu
    assert (await seller.browser.get(f"{seller.at}/dates/{other.id}")).status_code == 404
    await seller.take(1, 404, performance=str(other.id), tariff="")
    assert "data-person=" not in await seller.browser.page(f"{seller.at}/customers?q=gil@")
    assert f"/admin/tills/{till}/opening" in await seller.browser.page(f"/admin/box-offices/{house.key}/tills")
    session = await seller.browser.done(f"/admin/tills/{till}/opening", {"piece_1000": "1"})
    await seller.take(1)
    order = sold(await seller.sell(email="hal@example.org", name="Hal"))
    assert str(order) in await seller.browser.page(session)
    assert (await seller.browser.get(f"/admin/orders/{order}")).status_code == 200
    assert "data-person=" in await seller.browser.page(f"{seller.at}/customers?q=hal@")
    assert (await seller.browser.get(f"/admin/box-offices/{house.key}/orders")).status_code == 403


async def test_who_sells_two_events_by_rights_on_each_sells_them_apart_and_not_after_the_right_is_gone(
    sign_in: SignIn, database: Database, house: House
):
    office, event, now = house.performances[0].box_office_id, house.performances[0].event_id, datetime.now(UTC)
    other = await second_event(database, house)
    seller = Clerk(await sign_in(Scope.SELL, box_office_id=office, event_id=event), house)
    given = Grant(
        organisation_id=house.organisation_id, scope=Scope.SELL, box_office_id=office, event_id=other.event_id,
        staff_id=seller.browser.staff_id,
    )  # fmt: skip
    async with database.transaction() as c:
        await rights.grant(c, given, now)
    await seller.browser.page(seller.at)
    await seller.take(1)
    assert "events-apart" in await seller.take(1, 409, performance=str(other.id), tariff="")
    fields = await seller.asked() | {"way": "cash"}
    async with database.transaction() as c:
        await c.execute("delete from grants where staff_id = $1 and event_id = $2", seller.browser.staff_id, event)
    response = await seller.browser.post(f"{seller.at}/orders", fields)
    assert response.status_code == 403


async def second_event(database: Database, house: House) -> Performance:
    """A date of another event of the same box office."""
    owner, office, now = house.organisation_id, house.performances[0].box_office_id, datetime.now(UTC)
    async with database.read() as c:
        version = await c.fetchval("select plan_version_id from performances where id = $1", house.performances[0].id)
    event = await events.create(database, owner, office, "The Cherry Orchard", now)
    await tariffs.create(database, owner, event.id, "Full", {"Gold": 6000, "Silver": 4000}, 0)
    return await performances.create(database, owner, event.id, version, schedule(now + timedelta(days=40)))


async def test_another_box_offices_date_is_not_found(clerk: Clerk, rival: House):
    assert (await clerk.browser.get(f"{clerk.at}/dates/{rival.first}")).status_code == 404
    assert (await clerk.browser.get(f"{clerk.at}/dates/{rival.first}/offer.json")).status_code == 404
    await clerk.take(1, 404, performance=rival.first)


async def test_mutant_a_date_that_is_not_asked_whose_it_is_is_told(
    clerk: Clerk, rival: House, monkeypatch: pytest.MonkeyPatch
):
    async def unasked(call: Any, desk: Any, performance: UUID) -> Any:
        return await call.services.offers.of(performance)

    async def no_runs(*asked: Any) -> list[Any]:
        return []

    monkeypatch.setattr(page, "_offer", unasked)
    monkeypatch.setattr(allotments, "sellable_runs", no_runs)
    assert (await clerk.browser.get(f"{clerk.at}/dates/{rival.first}/offer.json")).status_code == 200


async def test_an_allotment_is_sold_from_where_it_is_named(
    clerk: Clerk, database: Database, house: House, settings: Settings
):
    owner, date, now = house.organisation_id, house.performances[0].id, datetime.now(UTC)
    by = Actor(organisation_id=owner)
    async with stores(settings) as opened:
        asked = (owner, date, Picked((0, 1)), Draft(kind=Kind.PRESS), by, now)
        await allotments.put(opened.database, opened.inventory, *asked)
    await clerk.take(1, 409, seat="A-1")
    [kept] = await allotments.sellable(database, owner, date)
    assert f'value="{kept.code}" data-allotment' in await clerk.browser.page(clerk.at)
    offer = (await clerk.browser.get(f"{clerk.at}/dates/{house.first}/offer.json")).json()
    assert offer["kept"] == [[0, 2, kept.code]]
    assert "data-item=" in await clerk.take(1, seat="A-1", allotment=str(kept.code))
    assert sold(await clerk.sell())


async def test_an_allotment_of_nobodys_is_not_sold_from(clerk: Clerk):
    await clerk.take(1, 404, allotment="40000")


async def test_where_there_are_tills_cash_needs_a_session_and_cards_do_not(
    clerk: Clerk, database: Database, house: House
):
    by = Actor(organisation_id=house.organisation_id, staff_id=clerk.browser.staff_id)
    office, now = house.performances[0].box_office_id, house.performances[0].sale_opens_at
    choice = TillChoice(name="Till 1", locale="en", performance_id=house.performances[1].id)
    till = await tills.create(database, house.organisation_id, office, choice, by, now)
    assert "cash is not taken" in await clerk.browser.page(clerk.at)
    await clerk.take(1)
    assert "open a cash session" in await clerk.sell(409)
    assert (await clerk.cart()).count("data-item=") == 1, "nothing was ordered"
    session = await cash_sessions.open_till(database, house.organisation_id, till, float_counted(), by, now)
    await clerk.browser.done(f"{clerk.at}/till", {"till": str(till)})
    text = await clerk.browser.page(clerk.at)
    assert "cash is not taken" not in text and f'data-shows="{house.second}' in text
    order = sold(await clerk.sell())
    rows = await cash_sessions.movements(database, session)
    assert [row.order_id for row in rows if row.order_id] == [order]
    await clerk.take(1)
    assert sold(await clerk.sell(way="card"))


async def test_a_free_order_is_told_to_the_session_of_the_till(sign_in: SignIn, database: Database, house: House):
    owner, first = house.organisation_id, house.performances[0]
    press = await tariffs.create(database, owner, first.event_id, "Press", {"Gold": 0, "Silver": 0}, 9)
    clerk, now = Clerk(await sign_in(Scope.SELL), house), first.sale_opens_at
    await clerk.browser.page(clerk.at)
    by = Actor(organisation_id=owner, staff_id=clerk.browser.staff_id)
    till = await tills.create(database, owner, first.box_office_id, TillChoice(name="T", locale="en"), by, now)
    session = await cash_sessions.open_till(database, owner, till, float_counted(), by, now)
    await clerk.take(2, tariff=press.id)
    order = sold(await clerk.sell())
    assert f"/admin/orders/{order}" in await clerk.browser.page(f"/admin/cash-sessions/{session}")
    report = await clerk.browser.page(f"/admin/cash-sessions/{session}/report")
    assert "Sold without taking money" in report and "Pat Person, Free of charge" in report


async def test_anothers_till_is_not_stood_at(clerk: Clerk, database: Database, rival: House):
    by, now = Actor(organisation_id=rival.organisation_id), rival.performances[0].sale_opens_at
    office = rival.performances[0].box_office_id
    till = await tills.create(database, rival.organisation_id, office, TillChoice(name="T", locale="en"), by, now)
    response = await clerk.browser.post(f"{clerk.at}/till", {"till": str(till)})
    assert response.status_code == 404


async def test_an_order_whose_payment_was_refused_waits_and_the_next_enter_pays_it(
    clerk: Clerk, database: Database, monkeypatch: pytest.MonkeyPatch
):
    await clerk.take(1)
    take = counter._take

    async def closed(*args: Any) -> Any:
        raise counter.CashSessionNeeded()

    monkeypatch.setattr(counter, "_take", closed)
    await clerk.sell(409)
    assert "placed and not paid yet" in await clerk.cart()
    monkeypatch.setattr(counter, "_take", take)
    order = sold(await clerk.sell(given="70"))
    assert (await orders.get(database, order)).status is OrderStatus.PAID


async def test_a_sale_is_paid_in_parts(clerk: Clerk, database: Database):
    await clerk.take()
    fields = await clerk.asked() | {"way": "cash", "given": "50", "part": "1"}
    for _ in range(2):
        response = await clerk.browser.post(f"{clerk.at}/orders", fields)
        assert response.status_code == 200 and response.headers["counter-block"] == "asked"
        assert 'data-due="7000"' in response.text and "Taken: cash" in response.text
    assert "data-parts" in await clerk.browser.page(f"{clerk.at}/payment?window={WINDOW}")
    assert "placed and not paid yet" in await clerk.cart()
    text = await clerk.sell(way="card")
    found = await dossiers.of(database, sold(text))
    assert [(one.provider, one.amount_cents) for one in found.payments] == [("on_site", 5000), ("terminal", 7000)]
    assert found.order.status is OrderStatus.PAID and "counter-parts" in text


async def test_a_pass_is_sold_to_somebody_with_one_seat_at_every_date(clerk: Clerk, database: Database, house: House):
    season = await make_season(database, house)
    at, dates = f"{clerk.at}/passes/{season.id}", {one.id for one in house.performances}
    assert f'data-pass="{season.id}"' in await clerk.browser.page(f"{clerk.at}/dates?q=seas")
    assert 'data-key="P"' in await clerk.browser.page(at)
    offer = (await clerk.browser.get(f"{at}/offer.json")).json()
    assert (offer["performance"], [one["name"] for one in offer["tariffs"]]) == (house.first, ["Season"])
    text = await clerk.change(**{"act": "take", "pass": season.id, "count": 2})
    assert text.count("data-item=") == 2 and 'data-total="18000"' in text
    text = await clerk.change(act="drop", place=re.findall(r'data-item="([^"]+)"', text)[0])
    assert text.count("data-item=") == 1
    text = await clerk.change(**{"act": "take", "pass": season.id, "seat": "D-4"})
    assert (await clerk.browser.get(f"{at}/availability")).content != bytes(20), "its seat is held at both dates"
    refused = await clerk.sell(422, name="Mia")
    assert "type their e-mail address" in refused and "Whose passes are they?" in refused
    order = sold(await clerk.sell(email="mia@example.org", name="Mia"))
    found = await dossiers.of(database, order)
    assert (found.client.email, found.order.total_cents, found.order.status) == (
        "mia@example.org",
        18000,
        OrderStatus.PAID,
    )
    assert len(found.seats) == 4 and {seat.performance_id for seat in found.seats} == dates
    async with database.read() as c:
        rows = await c.fetch("select holder_name, status from passes where order_id = $1", order)
    assert [tuple(row) for row in rows] == [("Mia", "valid")] * 2


async def test_a_pass_over_an_event_that_one_may_not_sell_is_not_found(
    sign_in: SignIn, database: Database, house: House, rival: House
):
    season = await make_season(database, house)
    office, other = house.performances[0].box_office_id, await second_event(database, house)
    seller = Clerk(await sign_in(Scope.SELL, box_office_id=office, event_id=other.event_id), house)
    theirs = Clerk(await sign_in(Scope.SELL, organisation_id=rival.organisation_id), rival)
    for one in (seller, theirs):
        assert str(season.id) not in await one.browser.page(one.at)
        for path in ("", "/offer.json", "/availability"):
            assert (await one.browser.get(f"{one.at}/passes/{season.id}{path}")).status_code == 404
        await one.change(404, **{"act": "take", "pass": season.id, "count": 1})


async def make_season(database: Database, house: House) -> PassType:
    office, dates = house.performances[0].box_office_id, [one.id for one in house.performances]
    values = (house.organisation_id, office, "Season", "Season", 9000, dates, datetime.now(UTC))
    return await passes.create_type(database, *values)


async def test_each_ticket_may_bear_a_name_of_its_own(clerk: Clerk, database: Database):
    first, _ = re.findall(r'data-item="([^"]+)"', await clerk.take(2))
    assert f'name="holder.{first}"' in await clerk.browser.page(f"{clerk.at}/payment?window={WINDOW}")
    found = await dossiers.of(database, sold(await clerk.sell(name="Lou", **{f"holder.{first}": "Max"})))
    assert sorted(seat.holder_name for seat in found.seats) == ["Lou", "Max"]


def test_letters_are_the_first_that_no_other_has():
    assert counter.keys_of(["Full", "Reduced", "Family", "Über 65", "élève", "漢"]) == ["F", "R", "A", "U", "E", "B"]
    assert counter.keys_of([str(n) for n in range(27)])[-1] == ""
