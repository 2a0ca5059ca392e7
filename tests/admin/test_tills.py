import hashlib
import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

from tests.admin.conftest import Browser, SignIn
from tests.api.conftest import House, taxed
from ticketing import cash_sessions, dossiers
from ticketing.cash_journal import Method
from ticketing.check import in_postgres
from ticketing.db import Database
from ticketing.tokens import Scope

Act = Callable[..., Any]
FLOAT = {"piece_100": "10", "piece_1000": "4", "piece_5000": "3"}
"""200.00 francs."""


@pytest.fixture
def path(house: House) -> str:
    return f"/admin/box-offices/{house.key}/tills"


@pytest.fixture
async def manager(sign_in: SignIn) -> Browser:
    return await sign_in()


@pytest.fixture
async def seller(sign_in: SignIn) -> Browser:
    browser = await sign_in(Scope.SELL)
    await browser.get("/admin/")
    return browser


@pytest.fixture
async def till(manager: Browser, path: str) -> str:
    """The page of a till."""
    await manager.page(f"{path}/new")
    return await manager.done(path, {"name": "Main desk", "locale": "fr", "drawer_kicked": "on"})


@pytest.fixture
async def session(seller: Browser, till: str) -> str:
    """The page of a session that the seller opened, with 200.00 francs."""
    await seller.page(f"{till}/opening")
    return await seller.done(f"{till}/opening", FLOAT)


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


def id_of(path: str) -> UUID:
    return UUID(path.rpartition("/")[2])


async def test_the_first_till_is_made_and_listed(manager: Browser, house: House, path: str) -> None:
    page = await manager.page(path)
    assert "No till yet" in page and f"{path}/new" in page
    page = await manager.page(f"{path}/new")
    assert house.second in page and "The Seagull" in page
    made = await manager.done(path, {"name": "Desk", "locale": "en", "shown": f"date {house.second}", "shared": "on"})
    page = await manager.page(made)
    assert "The till Desk is added." in page and "shared by several sellers" in page and "added the till" in page
    assert "No session was closed here yet." in page and f"{made}/opening" in page
    page = await manager.page(path)
    assert "Desk" in page and "The Seagull" in page and "No session" in page and "Open a session" in page


async def test_mistakes_keep_what_was_typed(manager: Browser, path: str, till: str, rival: House) -> None:
    for wrong, said in (
        ({"name": " "}, "Write 1 to 60 characters."),
        ({"locale": "de"}, "Choose one of these."),
        ({"shown": f"date {rival.first}"}, "Choose one of these."),
        ({"shown": "date x"}, "Choose one of these."),
        ({"name": "main DESK"}, "There is already a till named main DESK."),
    ):
        fields = {"name": "Terrace", "locale": "en", "receipt_with_tickets": "on"} | wrong
        response = await manager.post(path, fields)
        assert response.status_code == 422 and said in response.text, wrong
        assert re.search(r'name="receipt_with_tickets" value="on" checked', response.text)


async def test_the_second_of_two_who_save_sees_both(manager: Browser, till: str) -> None:
    page = await manager.page(f"{till}/settings")
    assert 'value="Main desk"' in page and 'name="drawer_kicked" value="on" checked' in page
    await manager.done(f"{till}/settings", {"version": "1", "name": "Terrace", "locale": "en"})
    response = await manager.post(f"{till}/settings", {"version": "1", "name": "Door", "locale": "fr"})
    assert response.status_code == 409 and 'value="Door"' in response.text and "Terrace" in response.text
    assert "Somebody else has saved this till" in response.text and 'name="version" value="2"' in response.text
    await manager.done(f"{till}/settings", {"version": "2", "name": "Door", "locale": "fr"})
    assert "changed the settings of the till" in await manager.page(till)


async def test_a_till_is_retired_and_used_again(manager: Browser, seller: Browser, path: str, till: str) -> None:
    await manager.page(till)
    await manager.done(f"{till}/retirement", {"retired": "yes"})
    assert "Retired" in await manager.page(path) and "This till is retired." in await seller.page(f"{till}/opening")
    response = await seller.post(f"{till}/opening", FLOAT)
    assert response.status_code == 422 and "This till is retired" in response.text
    await manager.done(f"{till}/retirement", {"retired": "no"})
    await seller.done(f"{till}/opening", FLOAT)
    assert (await manager.post(f"{till}/retirement", {"retired": "yes"})).status_code == 409


async def test_a_float_is_added_up_and_counted(seller: Browser, till: str) -> None:
    page = plain(await seller.page(f"{till}/opening"))
    assert "0.05 CHF" in page and "1,000.00 CHF" in page and "Add up" in page
    response = await seller.post(f"{till}/opening", FLOAT | {"act": "add"})
    assert response.status_code == 200 and "200.00" in plain(response.text) and 'value="4"' in response.text
    for wrong, said in (
        ({}, "Count the cash"),
        ({"piece_1000": "four"}, "Type a whole number from 0 to 99999."),
        ({"piece_1000": "-1"}, "Type a whole number from 0 to 99999."),
    ):
        response = await seller.post(f"{till}/opening", wrong)
        assert response.status_code == 422 and said in response.text
    opened = await seller.done(f"{till}/opening", {"piece_1000": "0"})
    page = plain(await seller.page(opened))
    assert "The session is open." in page and "0.00 CHF" in page


async def test_a_till_that_is_open_says_by_whom(
    sign_in: SignIn, seller: Browser, till: str, session: str, path: str
) -> None:
    other = await sign_in(Scope.SELL)
    assert "It has to be closed first." in await other.page(f"{till}/opening")
    response = await other.post(f"{till}/opening", FLOAT)
    assert response.status_code == 422 and "Pat Person has a cash session open at this till" in response.text
    assert session not in await other.page(path) and session in await seller.page(path)
    assert (await other.get(session)).status_code == 404


async def test_cash_is_brought_and_taken(seller: Browser, database: Database, session: str) -> None:
    await seller.page(session)
    await seller.done(f"{session}/movements", {"move": "in change", "amount": "50"})
    await seller.done(f"{session}/movements", {"move": "out bank", "amount": "100,50", "note": "Bag 17"})
    page = plain(await seller.page(session))
    assert "149.50 CHF" in page and "Bag 17" in page and "Taken out" in page
    for wrong, said in (
        ({"move": "in bank"}, "Choose one of these."),
        ({"move": ""}, "Choose one of these."),
        ({"amount": "much"}, "with two decimals at most"),
        ({"amount": "0"}, "Type an amount above zero."),
        ({"move": "out expense"}, "Write 1 to 200 characters."),
        ({"move": "out bank", "amount": "1000"}, "there is less cash than that in this drawer"),
    ):
        response = await seller.post(f"{session}/movements", {"move": "in change", "amount": "7.77"} | wrong)
        assert response.status_code == 422 and said in response.text, wrong
    assert (await cash_sessions.get(database, id_of(session), None)).cash_cents == 14950


async def test_an_order_is_paid_in_the_session_and_given_back(
    seller: Browser, database: Database, till: str, session: str, order: Act, client: AsyncClient
) -> None:
    placed, by_card = await order(), await order()
    page = await seller.page(f"/admin/orders/{placed['id']}")
    assert "Main desk" in page and session.rpartition("/")[2] in page and "Card terminal" in page
    paid = {"due_cents": "12000", "method": "on_site", "session": session.rpartition("/")[2]}
    await seller.done(f"/admin/orders/{placed['id']}/payment", paid)
    await seller.done(f"/admin/orders/{by_card['id']}/payment", paid | {"method": "terminal"})
    page = plain(await seller.page(session))
    assert "320.00 CHF" in page and placed["code"] in page and by_card["code"] in page
    await seller.done(f"/admin/orders/{by_card['id']}/refund", {"back_cents": "12000"})
    [refund] = (await dossiers.of(database, UUID(by_card["id"]))).refunds
    page = await seller.page(f"/admin/orders/{by_card['id']}")
    assert "Book as handed out" in page and "Refund, Card terminal" in page
    await seller.done(f"/admin/orders/{by_card['id']}/refunds/{refund.id}/handed-out")
    async with database.read() as c:
        assert await c.fetchval("select cash_session_id from refunds") == id_of(session)
    page = plain(await seller.page(f"{session}/report"))
    assert re.search(r"Card terminal</th><td class=\"number\">120.00</td><td class=\"number\">-120.00", page)


async def test_without_a_session_cash_is_refused_and_a_card_is_not(
    sign_in: SignIn, till: str, order: Act, database: Database
) -> None:
    placed, browser = await order(), await sign_in(Scope.SELL)
    page = await browser.page(f"/admin/orders/{placed['id']}")
    assert "For cash, open a session at a till first." in page and 'value="on_site"' not in page
    response = await browser.post(f"/admin/orders/{placed['id']}/payment", {"due_cents": "12000"})
    assert response.status_code == 422 and "open a cash session at one of them" in response.text
    await browser.done(f"/admin/orders/{placed['id']}/payment", {"due_cents": "12000", "method": "terminal"})
    assert (await dossiers.of(database, UUID(placed["id"]))).payments[0].provider == Method.TERMINAL


async def test_counts_are_kept_and_told(seller: Browser, session: str) -> None:
    page = plain(await seller.page(f"{session}/count"))
    assert "Keep the count" in page
    response = await seller.post(f"{session}/count", FLOAT | {"act": "add"})
    assert response.status_code == 200 and "200.00" in plain(response.text)
    await seller.done(f"{session}/count", FLOAT)
    assert "it is what should be there" in await seller.page(session)
    await seller.done(f"{session}/count", FLOAT | {"piece_20": "1", "note": "A coin too many"})
    page = plain(await seller.page(session))
    assert "0.20 CHF more than should be there." in page and "0.20 CHF of difference" in page


async def test_a_session_is_closed_with_what_differs_and_why(
    manager: Browser, seller: Browser, database: Database, house: House, till: str, session: str, order: Act
) -> None:
    await taxed(database, house)
    placed = await order()
    await seller.done(f"/admin/orders/{placed['id']}/payment", {"due_cents": "12000"})
    page = await seller.page(f"{session}/closing")
    assert 'name="journal_number" value="2"' in page
    counted = FLOAT | {"piece_10000": "1", "journal_number": "2"}
    response = await seller.post(f"{session}/closing", counted)
    text = plain(response.text)
    assert response.status_code == 422 and "write why it differs" in text
    assert all(f"{told} CHF" in text for told in ("320.00", "300.00", "-20.00")) and 'value="4"' in text
    added = await seller.post(f"{session}/closing", counted | {"act": "add"})
    assert added.status_code == 200 and "300.00" in plain(added.text)
    closed = await seller.done(f"{session}/closing", counted | {"reason": "A note was false"})
    assert closed == f"{session}/report"
    for browser in (seller, manager):
        page = plain(await browser.page(closed))
        assert "Z report 1" in page and "A note was false" in page and "-20.00 CHF" in page and "5.5%" in page
        assert placed["code"] in page and re.search(r"<code[^>]*>[0-9a-f]{64}</code>", page)
        page = plain(await browser.page(till))
        assert "Z report 1" in page and "-20.00 CHF" in page and closed in page
    assert "This session is closed." in await seller.page(f"{session}/closing")
    assert "This session is closed." in await seller.page(f"{session}/count")
    assert "Cash that should have been there" in await seller.page(session)
    response = await seller.post(f"{session}/movements", {"move": "in change", "amount": "1"})
    assert response.status_code == 422 and "This cash session is closed" in response.text
    async with database.read() as c:
        assert await in_postgres(c, house.performances[0].sale_opens_at) == []


async def test_what_moved_meanwhile_is_counted_again(seller: Browser, session: str) -> None:
    await seller.page(f"{session}/closing")
    await seller.done(f"{session}/movements", {"move": "in change", "amount": "10"})
    response = await seller.post(f"{session}/closing", FLOAT | {"journal_number": "1"})
    assert response.status_code == 409 and "count again" in response.text
    assert 'name="journal_number" value="2"' in response.text and 'value="4"' in response.text


async def test_a_manager_sees_and_closes_what_a_seller_opened(manager: Browser, session: str, path: str) -> None:
    assert session in await manager.page(path)
    await manager.page(f"{session}/closing")
    await manager.done(f"{session}/closing", FLOAT | {"journal_number": "1"})


async def test_a_report_comes_as_a_pdf_and_as_a_receipt(seller: Browser, session: str) -> None:
    """The receipt in the till's language, the PDF in the reader's."""
    response = await seller.get(f"{session}/report.pdf")
    assert response.content.startswith(b"%PDF-") and response.headers["cache-control"] == "no-store"
    response = await seller.get(f"{session}/report.txt")
    assert response.headers["content-type"].startswith("text/plain") and "Fond de caisse" in response.text
    assert max(map(len, response.text.split("\n"))) <= 42
    page = plain(await seller.page(f"{session}/report"))
    assert "X report, session 1" in page and "As the session stands." in page


async def test_anybody_can_check_a_closing(seller: Browser, session: str) -> None:
    """The hash on the page is that of the report's file, which tells that of the journal's last line, and so on."""
    await seller.page(f"{session}/closing")
    await seller.done(f"{session}/closing", FLOAT | {"journal_number": "1"})
    [signed] = re.findall(r"<code[^>]*>([0-9a-f]{64})</code>", await seller.page(f"{session}/report"))
    report = (await seller.get(f"{session}/report.json")).content
    assert hashlib.sha256(report).hexdigest() == signed
    follows = json.loads(report)["journal"]
    for line in reversed((await seller.get(f"{session}/journal.jsonl")).content.splitlines()):
        assert hashlib.sha256(line).hexdigest() == follows
        follows = json.loads(line)["previous"]
    assert follows == "0" * 64


async def test_who_may_only_look_sees_no_till(sign_in: SignIn, till: str, session: str, path: str) -> None:
    viewer = await sign_in(Scope.VIEW)
    for page in (path, till, f"{till}/opening", session, f"{session}/report", f"{session}/report.pdf"):
        assert (await viewer.get(page)).status_code == 403, page
    assert "/tills" not in await viewer.page(path.replace("/tills", "/orders"))


async def test_who_sells_sets_up_no_till(seller: Browser, till: str, path: str) -> None:
    assert (await seller.get(f"{path}/new")).status_code == 403
    assert (await seller.get(f"{till}/settings")).status_code == 403
    for act in (path, f"{till}/settings", f"{till}/retirement"):
        assert (await seller.post(act, {"name": "x"})).status_code == 403
    assert f"{till}/settings" not in await seller.page(till)


async def test_what_is_typed_is_text(manager: Browser, path: str) -> None:
    script = "<script>alert(1)</script>"
    await manager.page(f"{path}/new")
    made = await manager.done(path, {"name": script, "locale": "en"})
    opened = await manager.done(f"{made}/opening", FLOAT)
    await manager.done(f"{opened}/movements", {"move": "in other", "amount": "1", "note": script})
    for page in (path, made, f"{made}/settings", f"{made}/opening", opened, f"{opened}/report", f"{opened}/closing"):
        assert script not in (await manager.get(page)).text, page


async def test_a_page_asks_as_much_however_long_the_journal(
    seller: Browser, session: str, queries: list[str], till: str, path: str
) -> None:
    around = {"find", "places"}
    queries.clear()
    await seller.page(path)
    assert [name for name in queries if name not in around] == ["on_box_office", "list_of", "time_zone"]
    queries.clear()
    await seller.page(session)
    assert len([name for name in queries if name not in around]) <= 12, queries
