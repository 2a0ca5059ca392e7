"""What a sale at the counter prints, behind HTTP: on which printers, once, what is said of it, and printing again."""

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest

from tests.admin.conftest import SignIn
from tests.admin.test_counter import Clerk, sold
from tests.api.conftest import House
from tests.ticketing.till import float_counted
from ticketing import audit, cash_sessions, print_jobs, printers, tills
from ticketing.audit import Actor, Wanted
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.machines import Paper, Prints
from ticketing.print_jobs import Kind, PrintJob, Result
from ticketing.printers import PrinterChoice
from ticketing.states import PrintEvent
from ticketing.tills import TillChoice
from ticketing.tokens import Scope

KEPT = Result(event=PrintEvent.KEEP, outcome="refused", reason="not_ready", conditions=("paper_out",))
DOUBT = Result(event=PrintEvent.DOUBT, outcome="unknown")
CONFIRMED = Result(event=PrintEvent.CONFIRM, outcome="delivered")


@pytest.fixture
async def clerk(sign_in: SignIn, house: House, database: Database) -> Clerk:
    """Somebody at a till that prints tickets and receipts, with a session of theirs."""
    browser, now = await sign_in(Scope.SELL), datetime.now(UTC)
    office, by = house.performances[0].box_office_id, Actor(organisation_id=house.organisation_id)
    zebra = PrinterChoice(name="Zebra", prints=Prints.LABELS, paper=Paper.CINEMA, dots_per_mm=8, host="192.0.2.1")
    epson = PrinterChoice(name="Epson", prints=Prints.RECEIPTS, paper=Paper.MM80, host="192.0.2.2")
    made = [await printers.create(database, house.organisation_id, office, one, by, now) for one in (zebra, epson)]
    choice = TillChoice(
        name="Desk", locale="fr", ticket_printer_id=made[0], receipt_printer_id=made[1], receipt_with_tickets=True
    )
    till = await tills.create(database, house.organisation_id, office, choice, by, now)
    seller = Actor(organisation_id=house.organisation_id, staff_id=browser.staff_id)
    await cash_sessions.open_till(database, house.organisation_id, till, float_counted(), seller, now)
    found = Clerk(browser, house)
    await browser.page(found.at)
    return found


async def began(clerk: Clerk, order: UUID, **fields: str) -> str:
    given = {"order": str(order), "way": "cash", "given": "20000", "change": "8000"} | fields
    response = await clerk.browser.post(f"{clerk.at}/printing", given)
    assert response.status_code == 200, response.text
    return response.text


async def shown(clerk: Clerk, order: UUID) -> str:
    return await clerk.browser.page(f"{clerk.at}/printing?order={order}")


async def jobs(db: Database, order: UUID) -> dict[Kind, list[PrintJob]]:
    found: dict[Kind, list[PrintJob]] = {}
    for job in await print_jobs.of_order(db, order):
        found.setdefault(job.kind, []).append(job)
    return found


async def settled(db: Database, printer_id: UUID, result: Result) -> None:
    async with db.read() as c:
        now = await c.fetchval("select now()")
    taken = await print_jobs.take(db, None, new_id(), now, printer_id)
    assert taken is not None
    await print_jobs.settle(db, None, taken.id, taken.take_id, result, now)


async def test_a_sale_prints_tickets_and_a_receipt_and_opens_the_drawer_once(clerk: Clerk, database: Database) -> None:
    await clerk.take()
    order = sold(await clerk.sell(given="200"))
    page = await began(clerk, order)
    assert 'data-print-state="moving"' in page and "Zebra" in page and "Epson" in page
    await began(clerk, order)
    found = await jobs(database, order)
    assert {kind: len(some) for kind, some in found.items()} == {Kind.TICKETS: 1, Kind.RECEIPT: 1, Kind.DRAWER: 1}
    async with database.read() as c:
        rows = await c.fetch("select kind, payload from print_jobs where order_id = $1", order)
    payloads = {row["kind"]: row["payload"] for row in rows}
    assert payloads["tickets"].count(b"^XA") == 2 == found[Kind.TICKETS][0].page_count
    assert payloads["drawer"].startswith(b"\x1bp")
    receipt = payloads["receipt"].decode("cp1252")
    assert "Reçu" in receipt and "Remis" in receipt and "Rendu" in receipt and "Pat Person" in receipt


async def test_who_stands_nowhere_prints_where_their_session_is(clerk: Clerk, database: Database, house: House) -> None:
    office, now = house.performances[0].box_office_id, datetime.now(UTC)
    by = Actor(organisation_id=house.organisation_id)
    await tills.create(database, house.organisation_id, office, TillChoice(name="Other", locale="en"), by, now)
    await clerk.take(1)
    order = sold(await clerk.sell())
    await began(clerk, order)
    assert Kind.TICKETS in await jobs(database, order)


async def test_a_card_opens_no_drawer_and_without_printers_nothing_is_asked(clerk: Clerk, database: Database) -> None:
    await clerk.take(1)
    order = sold(await clerk.sell(way="card"))
    await began(clerk, order, way="card")
    assert Kind.DRAWER not in await jobs(database, order)
    async with database.read() as c:
        await c.execute("update tills set ticket_printer_id = null, receipt_printer_id = null")
    await clerk.take(1)
    other = sold(await clerk.sell(way="card"))
    assert 'data-print-state=""' in await began(clerk, other) and not await jobs(database, other)


async def test_what_stops_a_printer_is_told_with_what_to_do(clerk: Clerk, database: Database) -> None:
    await clerk.take(1)
    order = sold(await clerk.sell())
    await began(clerk, order)
    [job] = (await jobs(database, order))[Kind.TICKETS]
    await settled(database, job.printer_id, KEPT)
    page = await shown(clerk, order)
    assert 'data-print-state="trouble"' in page and "Out of paper" in page and "Put paper in" in page


async def test_a_doubt_is_answered_and_tickets_are_printed_again_as_duplicates(
    clerk: Clerk, database: Database, house: House
) -> None:
    await clerk.take(1)
    order = sold(await clerk.sell())
    await began(clerk, order)
    [job] = (await jobs(database, order))[Kind.TICKETS]
    await settled(database, job.printer_id, DOUBT)
    assert "Did it come out?" in await shown(clerk, order)
    told = {"job": str(job.id), "answer": "again", "key": "k"}
    response = await clerk.browser.post(f"{clerk.at}/printing/answers", told)
    assert response.status_code == 200 and "Did it come out?" not in response.text
    [again, _] = (await jobs(database, order))[Kind.TICKETS]
    assert again.reprint_of == job.id
    async with database.read() as c:
        assert b"Duplicate" not in await c.fetchval("select payload from print_jobs where id = $1", again.id)
    await settled(database, job.printer_id, CONFIRMED)
    reason = {"order": str(order), "reason": "Lost", "key": "once"}
    for _ in range(2):
        response = await clerk.browser.post(f"{clerk.at}/printing/repetition", reason)
        assert response.status_code == 200, response.text
    [duplicate, *rest] = (await jobs(database, order))[Kind.TICKETS]
    assert len(rest) == 2
    async with database.read() as c:
        assert b"Duplicate 1" in await c.fetchval("select payload from print_jobs where id = $1", duplicate.id)
    lines, _ = await audit.page(database, Wanted(organisation_id=house.organisation_id, act="order.reprinted"))
    assert [line.changes["reason"][1] for line in lines] == ["Lost", ""]
    wrong = await clerk.browser.post(f"{clerk.at}/printing/repetition", reason | {"reason": "x"})
    assert wrong.status_code == 422


async def test_anothers_order_is_not_printed(clerk: Clerk, sign_in: SignIn, database: Database, rival: House) -> None:
    await clerk.take(1)
    order = sold(await clerk.sell())
    stranger = Clerk(await sign_in(Scope.SELL, organisation_id=rival.organisation_id), rival)
    await stranger.browser.page(stranger.at)
    assert (await stranger.browser.get(f"{stranger.at}/printing?order={order}")).status_code == 404
    response = await stranger.browser.post(f"{stranger.at}/printing", {"order": str(order), "way": "cash"})
    assert response.status_code == 404 and not await jobs(database, order)


async def test_an_order_is_printed_in_part_and_again_for_a_reason(
    clerk: Clerk, database: Database, house: House
) -> None:
    await clerk.take(2)
    order = sold(await clerk.sell())
    at, browser = f"/admin/orders/{order}/prints", clerk.browser
    assert at in await browser.page(f"/admin/orders/{order}")
    page = await browser.page(at)
    first, second = re.findall(r'name="ids" value="([^"]+)" checked', page)
    zebra, epson = (re.findall(rf'value="([^"]+)"[^>]*>{name} ·', page)[0] for name in ("Zebra", "Epson"))
    await browser.done(at, {"ids": first, "printer": zebra, "key": "1"})
    [job] = (await jobs(database, order))[Kind.TICKETS]
    assert job.ticket_ids == [UUID(first)] and job.page_count == 1
    for fields, said in (
        ({"ids": [first, second], "printer": zebra}, "write why it is printed again"),
        ({"printer": zebra}, "Choose at least one."),
        ({"ids": first, "printer": str(new_id())}, "Choose one of these."),
    ):
        response = await browser.post(at, {"key": "2"} | fields)
        assert response.status_code == 422 and said in response.text
    await browser.done(at, {"ids": [first, second], "printer": zebra, "key": "3", "reason": "Torn"})
    await browser.done(at, {"printer": epson, "key": "4"})
    found = await jobs(database, order)
    assert len(found[Kind.TICKETS]) == 2 and len(found[Kind.RECEIPT]) == 1
    async with database.read() as c:
        payload = await c.fetchval("select payload from print_jobs where id = $1", found[Kind.TICKETS][0].id)
    labels = payload.split(b"^XZ")
    assert [b"Duplicate 1" in label for label in labels[:2]] == [True, False], "the other is no duplicate"
    assert "printed papers of the order" in await browser.page(f"/admin/orders/{order}")


async def test_reports_come_out_of_the_receipt_printer(clerk: Clerk, database: Database) -> None:
    async with database.read() as c:
        session = await c.fetchval("select id from cash_sessions where opened_by = $1", clerk.browser.staff_id)
    at = f"/admin/cash-sessions/{session}"
    page = await clerk.browser.page(f"{at}/report")
    assert "Print on Epson" in page
    printer = re.findall(r'name="printer" value="([^"]+)"', page)[0]
    for _ in range(2):
        await clerk.browser.done(f"{at}/prints", {"printer": printer, "key": "once"})
    page = await clerk.browser.page(f"{at}/report")
    assert page.count("Report of a till") == 1 and "It is on its way to the printer Epson." in page
    async with database.read() as c:
        payload = await c.fetchval("select payload from print_jobs where cash_session_id = $1", session)
    assert "Rapport X" in payload.decode("cp1252")
