import html
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.admin.conftest import PASSWORD, Browser, SignIn
from tests.api.conftest import House, hold, order, paid, taxed
from ticketing import dossiers, events, notes, tills
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.dossiers import Dossier
from ticketing.jobs import MailKind
from ticketing.states import OrderStatus, TicketStatus
from ticketing.tokens import Scope

__all__ = ["hold", "order", "paid"]

Place = Callable[..., Awaitable[Any]]
SCRIPT = "<script>alert(1)</script>"


def listed(text: str) -> list[str]:
    """The numbers of a list's orders, as it shows them."""
    return re.findall(r'class="order-code" href="/admin/orders/[^"]+">([^<]+)<', text)


async def dossier(database: Database, placed: Any) -> Dossier:
    return await dossiers.of(database, UUID(placed["id"]))


@pytest.fixture
async def clerk(sign_in: SignIn) -> Browser:
    """Somebody who sells."""
    browser = await sign_in(Scope.SELL)
    await browser.get("/admin/")
    return browser


async def test_the_list_is_narrowed_sorted_and_says_so(clerk: Browser, house: House, order: Place, paid: Place):
    first, second = await order(), await paid()
    path = f"/admin/box-offices/{house.key}/orders"
    assert listed(await clerk.page(path)) == [second["code"], first["code"]]
    assert listed(await clerk.page(f"{path}?sort=oldest")) == [first["code"], second["code"]]
    assert listed(await clerk.page(f"{path}?status=pending")) == [first["code"]]
    assert listed(await clerk.page(f"{path}?status=paid&channel=shop&performance={house.first}")) == [second["code"]]
    assert listed(await clerk.page(f"{path}?performance={house.second}")) == []
    assert "No order is like that." in await clerk.page(f"{path}?tariff={house.reduced.id}")
    assert set(listed(await clerk.page(f"{path}?text=ada@ex"))) == {first["code"], second["code"]}
    assert listed(await clerk.page(f"{path}?text={first['code'][:5].lower()}")) == [first["code"]]
    assert listed(await clerk.page(f"{path}?text=nobody")) == []
    assert listed(await clerk.page(f"{path}?since=2999-01-01")) == []


@pytest.mark.parametrize(
    "asked", ["status=x", "since=x", "performance=x", "after=x", "sort=x", "channel=x", "tariff=x"]
)
async def test_an_address_that_means_nothing_narrows_nothing(clerk: Browser, house: House, order: Place, asked: str):
    placed = await order()
    assert listed(await clerk.page(f"/admin/box-offices/{house.key}/orders?{asked}")) == [placed["code"]]


async def test_an_empty_list_says_what_comes_next(clerk: Browser, house: House):
    assert "No order yet." in await clerk.page(f"/admin/box-offices/{house.key}/orders")


async def test_an_orders_page_tells_all_of_it(clerk: Browser, database: Database, paid: Place):
    placed = await paid()
    text = await clerk.page(f"/admin/orders/{placed['id']}")
    seats = (await dossier(database, placed)).seats
    assert all(f"row {seat.row_label}, seat {seat.seat_label}" in text for seat in seats)
    assert "ada@example.org" in text and "On site" in text and "120.00" in text


async def test_the_tax_in_an_order_stands_under_its_total(
    clerk: Browser, database: Database, house: House, order: Place
):
    plain = await order()
    assert "of which VAT" not in await clerk.page(f"/admin/orders/{plain['id']}")
    await taxed(database, house)
    placed = await order(party=2)
    lines = (await clerk.page(f"/admin/orders/{placed['id']}")).partition('id="lines-title"')[2]
    assert re.search(r"Total<.*120\.00.*of which VAT 5\.5%<.*6\.26", lines.partition("</table>")[0], re.DOTALL)


async def test_what_buyers_and_clerks_type_is_text(clerk: Browser, database: Database, house: House, order: Place):
    placed = await order()
    async with database.transaction() as c:
        await c.execute("update customers set name = $1 where email = 'ada@example.org'", SCRIPT)
        await c.execute("update tickets set holder_name = $1 where order_id = $2", SCRIPT, UUID(placed["id"]))
    assert await clerk.done(f"/admin/orders/{placed['id']}/notes", {"text": SCRIPT}) == f"/admin/orders/{placed['id']}"
    for path in (
        f"/admin/orders/{placed['id']}",
        f"/admin/box-offices/{house.key}/orders",
        "/admin/search?q=ada@example",
    ):
        response = await clerk.get(path)
        assert SCRIPT not in response.text and html.escape(SCRIPT) in response.text, path


async def test_a_note_stays_with_its_author_and_an_empty_one_is_refused(
    clerk: Browser, database: Database, order: Place
):
    placed = await order()
    await clerk.done(f"/admin/orders/{placed['id']}/notes", {"text": "Wants an aisle seat.\nCalled twice."})
    [note] = (await dossier(database, placed)).notes
    assert (note.text, note.by) == ("Wants an aisle seat.\nCalled twice.", "Pat Person")
    response = await clerk.post(f"/admin/orders/{placed['id']}/notes", {"text": " "})
    assert response.status_code == 422 and "1 to 2000 characters" in html.unescape(response.text)


async def test_tickets_are_cancelled_after_it_is_said_what_goes_back(clerk: Browser, database: Database, paid: Place):
    placed = await paid()
    first, second = (await dossier(database, placed)).seats
    path = f"/admin/orders/{placed['id']}/cancellation"
    text = await clerk.page(f"{path}?ticket={first.id}")
    assert "1 ticket is cancelled" in text and "60.00" in text and "in cash" in text
    await clerk.done(path, {"ticket": str(first.id), "back_cents": "6000"})
    found = await dossier(database, placed)
    assert [found.seat(id).status for id in (first.id, second.id)] == [TicketStatus.CANCELLED, TicketStatus.VALID]
    assert (found.order.status, found.order.refund_due_cents) == (OrderStatus.PAID, 6000)


async def test_a_cancellation_that_would_give_back_something_else_is_asked_again(
    clerk: Browser, database: Database, paid: Place
):
    placed = await paid()
    ids = [str(seat.id) for seat in (await dossier(database, placed)).seats]
    response = await clerk.post(f"/admin/orders/{placed['id']}/cancellation", {"ticket": ids, "back_cents": "0"})
    assert response.status_code == 409 and "look again" in response.text
    assert (await dossier(database, placed)).order.status is OrderStatus.PAID


async def test_a_refund_wants_the_password_again(clerk: Browser, database: Database, paid: Place):
    placed = await paid()
    async with database.transaction() as c:
        await c.execute("update staff_sessions set confirmed_at = confirmed_at - interval '1 day'")
    path = f"/admin/orders/{placed['id']}/refund"
    text = await clerk.page(path)
    assert "120.00" in text and "in cash" in text
    shown = {"back_cents": "12000"}
    response = await clerk.post(path, shown)
    assert "Type your password again" in response.text
    assert (await dossier(database, placed)).order.status is OrderStatus.PAID
    for other in ({}, {"back_cents": "11999"}, {"back_cents": "x"}):
        again = await clerk.post(path, other | {"password_again": PASSWORD})
        assert again.status_code == 409 and "look again" in again.text, other
    assert (await dossier(database, placed)).order.status is OrderStatus.PAID
    assert await clerk.done(path, shown) == f"/admin/orders/{placed['id']}"
    found = await dossier(database, placed)
    assert (found.order.status, found.order.refund_due_cents) == (OrderStatus.CANCELLED, 12000)
    text = await clerk.page(f"/admin/orders/{placed['id']}")
    assert "refunded the order" in text and "Book as handed out" in text
    [refund] = found.refunds
    await clerk.done(f"/admin/orders/{placed['id']}/refunds/{refund.id}/handed-out")
    assert (await dossier(database, placed)).order.refunded_cents == 12000
    again = await clerk.post(f"/admin/orders/{placed['id']}/refunds/{refund.id}/handed-out")
    assert again.status_code == 422
    assert "Nothing is left to give back" in await clerk.page(path)


async def test_a_pending_order_is_paid_on_site_for_what_was_said(clerk: Browser, database: Database, order: Place):
    placed = await order()
    path = f"/admin/orders/{placed['id']}"
    assert "Take 120.00" in (await clerk.page(path)).replace("CHF\xa0", "").replace("CHF ", "")
    assert (await clerk.post(f"{path}/payment", {"due_cents": "1"})).status_code == 422
    await clerk.done(f"{path}/payment", {"due_cents": "12000"})
    assert (await dossier(database, placed)).order.status is OrderStatus.PAID


async def test_mails_are_sent_again_to_the_buyer_or_elsewhere(clerk: Browser, database: Database, paid: Place):
    placed = await paid()
    path = f"/admin/orders/{placed['id']}/mails"
    assert 'value="ada@example.org"' in await clerk.page(path)
    await clerk.done(path, {"kind": MailKind.TICKETS_AGAIN, "to": "desk@example.org"})
    async with database.read() as c:
        payloads = await c.fetch("select payload from pgqueuer where entrypoint = 'send-mail'")
    assert any(b"desk@example.org" in row["payload"] and b"tickets-again" in row["payload"] for row in payloads)
    for wrong in ({"kind": "order-paid", "to": "a@b.example"}, {"kind": "tickets-again", "to": "nobody"}):
        assert (await clerk.post(path, wrong)).status_code == 422


async def test_who_may_only_look_changes_nothing(sign_in: SignIn, database: Database, paid: Place):
    placed, viewer = await paid(), await sign_in(Scope.VIEW)
    at = f"/admin/orders/{placed['id']}"
    text = await viewer.page(at)
    assert "Cancel tickets" not in text and "Add note" not in text
    seat = (await dossier(database, placed)).seats[0]
    for path in ("cancellation", "refund", "payment", "notes", "mails", f"tickets/{seat.id}/opposition"):
        assert (await viewer.post(f"{at}/{path}", {"text": "x"})).status_code == 403, path
    for path in ("cancellation", "refund", "mails", "tickets.pdf", f"tickets/{seat.id}/move"):
        assert (await viewer.get(f"{at}/{path}")).status_code == 403, path
    assert (await dossier(database, placed)).order.status is OrderStatus.PAID


async def test_another_organisations_order_is_not_there(
    sign_in: SignIn, database: Database, rival: House, clerk: Browser, paid: Place
):
    placed = await paid()
    stranger = await sign_in(Scope.MANAGE, organisation_id=rival.organisation_id)
    seat = (await dossier(database, placed)).seats[0]
    for path in (
        "",
        "/cancellation",
        "/refund",
        "/mails",
        "/tickets.pdf",
        f"/tickets/{seat.id}",
        f"/tickets/{seat.id}/move",
    ):
        assert (await stranger.get(f"/admin/orders/{placed['id']}{path}")).status_code == 404, path
    for path in ("/cancellation", "/refund", "/notes", f"/tickets/{seat.id}/reissue"):
        assert (await stranger.post(f"/admin/orders/{placed['id']}{path}")).status_code == 404, path
    assert placed["code"] not in await stranger.page(f"/admin/search?q={placed['code'][:6]}")


async def test_a_form_of_another_site_cancels_nothing(clerk: Browser, database: Database, paid: Place):
    placed = await paid()
    clerk.token = "0" * 64
    for path in ("cancellation", "refund", "notes", "payment", "mails"):
        assert (await clerk.post(f"/admin/orders/{placed['id']}/{path}")).status_code == 403
    assert (await dossier(database, placed)).order.status is OrderStatus.PAID


async def test_the_tickets_come_as_a_pdf(clerk: Browser, paid: Place):
    response = await clerk.get(f"/admin/orders/{(await paid())['id']}/tickets.pdf")
    assert response.content.startswith(b"%PDF-") and "attachment" in response.headers["content-disposition"]


async def test_questions_of_the_list_and_the_page(
    clerk: Browser, house: House, database: Database, queries: list[str], paid: Place
):
    placed = await paid()
    author = Actor(organisation_id=house.organisation_id, staff_id=clerk.staff_id)
    await notes.add(database, UUID(placed["id"]), "A note.", house.performances[0].sale_opens_at, author)
    around = {"find", "places"}
    queries.clear()
    await clerk.page(f"/admin/box-offices/{house.key}/orders")
    assert [name for name in queries if name not in around] == [
        "on_box_office", "performances", "tariffs", "time_zone", "newest", "rows",
    ]  # fmt: skip
    queries.clear()
    await clerk.page(f"/admin/orders/{placed['id']}")
    assert len([name for name in queries if name not in around]) <= 18, queries


async def test_who_sells_one_event_sees_its_orders_and_no_others(
    sign_in: SignIn, database: Database, house: House, paid: Place
):
    """Two events of one name in one box office; the buyer of both is shown to who may see both."""
    placed = await paid()
    event_id = house.performances[0].event_id
    seller = await sign_in(Scope.SELL, event_id=event_id, box_office_id=house.performances[0].box_office_id)
    page = f"/admin/events/{event_id}/orders"
    assert placed["code"] in await seller.page(page) and page in await seller.page(f"/admin/events/{event_id}")
    assert (await seller.get(f"/admin/box-offices/{house.key}/orders")).status_code == 403
    assert placed["code"] not in await seller.page(f"{page}?performance={uuid4()}")
    first = house.performances[0]
    other = await events.create(
        database, house.organisation_id, first.box_office_id, first.event_name, datetime.now(UTC)
    )
    async with database.transaction() as c:
        await c.execute("update performances set event_id = $1 where id = $2", other.id, house.performances[1].id)
        await c.execute(
            "update tickets set performance_id = $1 where id = (select id from tickets where order_id = $2 limit 1)",
            house.performances[1].id,
            UUID(placed["id"]),
        )
    assert placed["code"] not in await seller.page(page)
    manager = await sign_in(Scope.VIEW, box_office_id=first.box_office_id)
    assert placed["code"] in await manager.page(page)


async def test_who_sells_does_not_give_back_what_others_took(
    clerk: Browser, sign_in: SignIn, database: Database, house: House, paid: Place
):
    """Where there are tills; who manages the box office does."""
    placed, by = await paid(), Actor(organisation_id=house.organisation_id)
    choice = tills.TillChoice(name="Till 1", locale="en")
    office = house.performances[0].box_office_id
    await tills.create(database, house.organisation_id, office, choice, by, datetime.now(UTC))
    at, typed = f"/admin/orders/{placed['id']}/cancellation", {"password": PASSWORD}
    typed |= {"ticket": [str(seat.id) for seat in (await dossier(database, placed)).seats], "back_cents": "12000"}
    refused = await clerk.post(at, typed)
    assert refused.status_code == 403 and "what you took yourself today" in refused.text
    assert (await dossier(database, placed)).order.refund_due_cents == 0
