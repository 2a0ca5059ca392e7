"""The order's page: who sees it, what is paid how, what its buyer may change."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient

from tests.api.conftest import House
from tests.shop.conftest import Browser
from tests.shop.test_checkout import at_payment, at_provider, bought, buyer, by, confirm, office, ordered, sound
from ticketing import checkouts, jobs, orders
from ticketing.checkouts import Handover, Rules
from ticketing.db import Database
from ticketing.sandbox import Sandbox
from ticketing.settings import Settings, secret_bytes

__all__ = ["buyer", "sound"]
EVERY = (Handover.PRINT, Handover.MOBILE, Handover.COUNTER)


async def allow(database: Database, house: House, **rules: int | None) -> None:
    """Let buyers do this."""
    wanted = Rules(handovers=EVERY, **rules)
    await checkouts.change(database, house.organisation_id, office(house), wanted, by(house), datetime.now(UTC))


async def placed(browser: Browser) -> tuple[str, str]:
    """Order what is in the cart, and come to the provider: the order's page, the provider's."""
    await at_payment(browser)
    path = (await confirm(browser)).headers["location"]
    return (await browser.get(f"{browser.base}/checkout")).headers["location"], path


# Who sees it


async def test_a_link_opens_the_order_and_the_secret_leaves_the_address(
    buyer: Browser, client: AsyncClient, house: House, settings: Settings
) -> None:
    path = await bought(buyer)
    order_id = path.rpartition("/")[2]
    secret = orders.secret_of(settings, UUID(order_id))
    reader = Browser(client, house)
    assert (await reader.get(path)).status_code == 404
    response = await reader.get(f"{path}?secret={secret}")
    assert response.status_code == 303 and response.headers["location"] == path
    cookie = next(line for line in response.headers.get_list("set-cookie") if secret in line)
    assert f"Path={path};" in cookie and "HttpOnly" in cookie and "Max-Age" not in cookie
    response = await reader.get(path)
    assert response.status_code == 200 and response.headers["referrer-policy"] == "no-referrer"
    assert secret not in response.text and "no-store" in response.headers["cache-control"]


@pytest.mark.parametrize(
    "rest", ["", "/standing", "/tickets", "/tickets.pdf", "/tickets.zip", "/calendar.ics", "/cancellation"]
)
async def test_anothers_order_is_not_found(buyer: Browser, client: AsyncClient, house: House, rest: str) -> None:
    path = await bought(buyer)
    stranger = Browser(client, house)
    await stranger.take(house, ["B-1"])
    own = await bought(stranger)
    assert (await stranger.get(own + rest)).status_code in (200, 303)
    assert (await stranger.get(path + rest)).status_code == 404
    assert (await stranger.get(f"{path}{rest}?secret=guessed")).status_code == 404
    assert (await stranger.get(path.rpartition("/")[0] + f"/{uuid4()}{rest}")).status_code == 404


@pytest.mark.parametrize("rest", ["payment", "mails", "holders", "handover", "cancellation", "invoices"])
async def test_acts_need_the_secret_and_a_page_of_ours(
    buyer: Browser, client: AsyncClient, house: House, rest: str
) -> None:
    path = await bought(buyer)
    assert (await buyer.post(f"{path}/{rest}", {"csrf": "another"})).status_code == 403
    stranger = Browser(client, house)
    stranger.token = (await stranger.get(f"{stranger.base}/visit")).json()["token"]
    assert (await stranger.post(f"{path}/{rest}")).status_code == 404


async def test_an_order_of_another_shop_is_not_found_at_this_one(buyer: Browser, house: House, rival: House) -> None:
    path = await bought(buyer)
    assert (await buyer.get(path.replace(house.key, rival.key))).status_code == 404


async def test_guessed_secrets_are_counted(buyer: Browser, client: AsyncClient, house: House) -> None:
    path = await bought(buyer)
    stranger = Browser(client, house)
    answers = [await stranger.get(f"{path}?secret=guess-{n}") for n in range(30)]
    assert {answer.status_code for answer in answers} == {404, 429}


# Paying


async def test_failures_lose_nothing_and_a_later_try_pays(buyer: Browser, house: House, database: Database) -> None:
    page, at = await placed(buyer)
    for _ in range(3):
        back = await at_provider(buyer, at, paid=False)
        text = await buyer.page(back)
        assert "did not go through" in text and "Your places are still yours" in text and "Thank you" not in text
        at = await buyer.done(f"{page}/payment", {"method": "sandbox"})
    text = await buyer.page(await at_provider(buyer, at))
    assert "Thank you!" in text and "did not go through. Nothing was charged." in text
    assert await ordered(database, house) == 1


async def test_who_comes_back_before_the_notification_waits_for_it(
    buyer: Browser, client: AsyncClient, settings: Settings
) -> None:
    page, at = await placed(buyer)
    text = await buyer.page(f"{page}?returned=1")
    assert "waiting for your payment" in text and "data-awaits" in text and "<noscript><meta" in text
    assert (await buyer.get(f"{page}/standing")).json() == {"standing": "awaited"}
    sandbox = Sandbox(secret_bytes(settings), "")
    notice = sandbox.notify(sandbox.open_page(at.rpartition("/")[2]), True, datetime.now(UTC))
    path = "/api/v1/payments/sandbox/notifications"
    await client.post(path, content=notice.body, headers={"sandbox-signature": notice.signature})
    assert (await buyer.get(f"{page}/standing")).json() == {"standing": "paid"}
    assert "Thank you!" in await buyer.page(f"{page}?returned=1")


async def test_a_notification_before_the_return_is_no_news(buyer: Browser) -> None:
    page, at = await placed(buyer)
    back = await at_provider(buyer, at)
    assert await at_provider(buyer, at) == back, "the provider's page sent twice"
    assert "Thank you!" in await buyer.page(back)
    response = await buyer.post(f"{page}/payment", {"method": "sandbox"})
    assert response.status_code == 422, "it is paid already"


async def test_an_order_that_was_not_paid_in_time_says_so(buyer: Browser, database: Database) -> None:
    page, _ = await placed(buyer)
    async with database.read() as c:
        await c.execute("update orders set expires_at = now() where id = $1", page.rpartition("/")[2])
    text = await buyer.page(page)
    assert "not paid in time" in text and "went back on sale" in text and "Pay now" not in text
    assert (await buyer.post(f"{page}/payment", {"method": "sandbox"})).status_code == 422


# Tickets and papers


async def test_tickets_are_shown_and_handed_out(buyer: Browser) -> None:
    page = await bought(buyer)
    text = await buyer.page(page)
    assert "Show the tickets" in text and "PDF to print" in text
    shown = await buyer.page(f"{page}/tickets")
    assert shown.count('class="code"') == 2
    ticket = text.partition(f"{page}/tickets#")[2].partition('"')[0]
    for rest, start in (("tickets.pdf", b"%PDF"), ("tickets.zip", b"PK"), (f"{ticket}/ticket.pdf", b"%PDF")):
        assert (await buyer.get(f"{page}/{rest}")).content.startswith(start)
    calendar = await buyer.get(f"{page}/calendar.ics")
    assert calendar.text.count("BEGIN:VEVENT") == 1 and calendar.headers["content-type"].startswith("text/calendar")


async def test_tickets_that_wait_at_the_counter_are_not_shown(buyer: Browser, house: House, database: Database) -> None:
    await allow(database, house)
    page = await bought(buyer, "counter")
    text = await buyer.page(page)
    assert "Your tickets wait at the counter" in text and "Show the ticket" not in text
    for rest in ("tickets", "tickets.pdf", "tickets.zip"):
        assert (await buyer.get(f"{page}/{rest}")).status_code == 404
    await buyer.done(f"{page}/handover", {"handover": "mobile"})
    assert "Show the tickets" in await buyer.page(page)


async def test_a_way_that_is_not_offered_is_refused(buyer: Browser) -> None:
    page = await bought(buyer)
    await buyer.page(page)
    response = await buyer.post(f"{page}/handover", {"handover": "counter"})
    assert response.status_code == 409 and "does not hand tickets over this way" in response.text


async def test_an_invoice_is_had(buyer: Browser) -> None:
    page = await bought(buyer)
    assert "Get an invoice" in await buyer.page(page)
    await buyer.done(f"{page}/invoices")
    text = await buyer.page(page)
    paper = text.partition(f"{page}/invoices/")[2].partition('"')[0]
    assert (await buyer.get(f"{page}/invoices/{paper}")).content.startswith(b"%PDF")
    assert (await buyer.post(f"{page}/invoices")).status_code == 409


# What may be changed


async def test_an_unpaid_order_is_given_up(buyer: Browser, free: object) -> None:
    before = await free()  # type: ignore[operator]
    page, _ = await placed(buyer)
    text = await buyer.page(f"{page}/cancellation")
    assert "You owe nothing then." in text
    await buyer.done(f"{page}/cancellation", {"back_cents": "0"})
    assert "This order is cancelled" in await buyer.page(page) and await free() == before + 2  # type: ignore[operator]


async def test_a_paid_order_is_cancelled_only_where_and_while_it_may_be(
    buyer: Browser, house: House, database: Database
) -> None:
    page = await bought(buyer)
    assert "Cancel the order" not in await buyer.page(page)
    response = await buyer.post(f"{page}/cancellation", {"back_cents": "12000"})
    assert response.status_code == 409 and "cannot be cancelled here" in response.text
    assert (await buyer.get(f"{page}/cancellation")).status_code == 303
    await allow(database, house, cancellation_until_hours=30 * 24 + 1)
    assert "Cancel the order" not in await buyer.page(page), "it begins too soon"
    async with database.read() as c:
        await c.execute("update checkout_rules set cancellation_until_hours = 48")
    assert "120.00" in await buyer.page(f"{page}/cancellation")
    response = await buyer.post(f"{page}/cancellation", {"back_cents": "1"})
    assert response.status_code == 409, "another amount than was told"
    await buyer.done(f"{page}/cancellation", {"back_cents": "12000"})
    text = await buyer.page(page)
    assert "This order is cancelled" in text and "120.00" in text and "go back to you" in text
    async with database.read() as c:
        acts = await c.fetch("select act from audit where subject_id = $1", page.rpartition("/")[2])
    assert "order.withdrawn" in {row["act"] for row in acts}


async def test_names_are_changed_while_they_may_be(buyer: Browser, house: House, database: Database) -> None:
    page = await bought(buyer)
    async with database.read() as c:
        ids = [row["id"] for row in await c.fetch("select id from tickets where order_id = $1 order by id", page[-36:])]
    await buyer.page(page)
    response = await buyer.post(f"{page}/holders", {str(ids[0]): "Eve"})
    assert response.status_code == 409 and "Names on the tickets" not in await buyer.page(page)
    await allow(database, house, holders_until_hours=1)
    assert "Names on the tickets" in await buyer.page(page)
    await buyer.done(f"{page}/holders", {str(ids[0]): "<b>Eve</b>", str(ids[1]): "Ada Lovelace", "other": "x"})
    response = await buyer.get(page)
    assert "&lt;b&gt;Eve&lt;/b&gt;" in response.text and "<b>Eve</b>" not in response.text
    assert (await buyer.post(f"{page}/holders", {str(ids[0]): "x" * 300})).status_code == 422
    async with database.read() as c:
        await c.execute("update tickets set status = 'opposed' where id = $1", ids[0])
    assert (await buyer.post(f"{page}/holders", {str(ids[0]): "Bob"})).status_code == 404


async def test_the_mail_is_sent_again_to_the_buyer_alone_and_not_at_once_again(
    buyer: Browser, database: Database
) -> None:
    page = await bought(buyer)
    order_id = page.rpartition("/")[2]
    await buyer.page(page)
    await buyer.done(f"{page}/mails", {"to": "mallory@example.org"})
    async with database.read() as c:
        sent = await c.fetch("select payload from pgqueuer where entrypoint = 'send-mail'")
    mine = [jobs.read(jobs.Job.SEND_MAIL, row["payload"]) for row in sent if order_id.encode() in row["payload"]]
    assert len(mine) == 2 and all(job.to is None for job in mine)
    async with database.read() as c:
        await c.execute(
            "insert into order_mails values ($1, $2, 'tickets-again', 'ada@example.org', 'sent', '', $3)",
            uuid4().hex, order_id, datetime.now(UTC) - timedelta(seconds=5),
        )  # fmt: skip
    response = await buyer.post(f"{page}/mails")
    assert response.status_code == 409 and "sent a moment ago" in response.text
