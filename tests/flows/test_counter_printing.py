"""A sale that prints: how it goes is said beside it, what is in doubt is answered, and it is printed again, by keys."""

from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from tests.flows.conftest import DESK, PHONE, Site, look
from tests.flows.test_counter import Keys, opened
from tests.running import run
from ticketing import print_jobs, printers, tills
from ticketing.audit import Actor
from ticketing.ids import new_id
from ticketing.machines import Paper, Prints
from ticketing.print_jobs import Result
from ticketing.printers import PrinterChoice
from ticketing.states import PrintEvent
from ticketing.stores import stores
from ticketing.tills import TillChoice

KEPT = Result(event=PrintEvent.KEEP, outcome="refused", reason="not_ready", conditions=("paper_out",))
DOUBT = Result(event=PrintEvent.DOUBT, outcome="unknown")


async def add_till(site: Site) -> None:
    """A till that prints tickets; nobody has a session there, so cards alone are taken."""
    async with stores(site.settings) as opened:
        db, now, owner = opened.database, datetime.now(UTC), site.house.organisation_id
        office, by = site.house.performances[0].box_office_id, Actor(organisation_id=owner)
        zebra = PrinterChoice(name="Zebra", prints=Prints.LABELS, paper=Paper.SHOW, dots_per_mm=12, host="192.0.2.1")
        made = await printers.create(db, owner, office, zebra, by, now)
        await tills.create(db, owner, office, TillChoice(name="Desk", locale="en", ticket_printer_id=made), by, now)


async def settle(site: Site, result: Result) -> None:
    """What the printer has next came to this."""
    async with stores(site.settings) as opened:
        async with opened.database.read() as c:
            await c.execute("update print_jobs set not_before = now()")
            now = await c.fetchval("select now()")
        taken = await print_jobs.take(opened.database, None, new_id(), now)
        assert taken is not None
        await print_jobs.settle(opened.database, None, taken.id, taken.take_id, result, now)


def test_a_sale_prints_and_says_how_it_goes(visit: Callable[..., Page], site: Site) -> None:
    run(add_till(site))
    page = opened(visit(DESK), site)
    keys = Keys(page)
    keys.press("2", "F", "Enter", "t", "Enter")
    block = page.locator("[data-printing]")
    expect(block).to_contain_text("Waiting for the printer", timeout=30_000)
    look(page)
    run(settle(site, KEPT))
    expect(block).to_contain_text("Put paper in", timeout=30_000)
    run(settle(site, DOUBT))
    expect(block).to_contain_text("Did it come out?", timeout=30_000)
    look(page)
    keys.press("Enter")
    expect(page.locator("[data-print-strip]")).to_be_visible()
    keys.press("2", "F", "Enter", "t", "Enter")
    expect(block).to_contain_text("Waiting for the printer", timeout=30_000)
    expect(page.locator("[data-print-strip]")).to_be_hidden()
    keys.press("p", "2")
    expect(block.locator("li")).to_have_count(2, timeout=30_000)
    page.goto(f"/admin/box-offices/{site.house.key}/print-jobs")
    look(page)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("Noted: it came out.")).to_be_visible()
    look(page)
    page.goto(f"/admin/box-offices/{site.house.key}/printers")
    page.get_by_role("link", name="Zebra").click()
    look(page)
