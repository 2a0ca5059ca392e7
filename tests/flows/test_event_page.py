"""An event watched as it sells, and the buyers of a date written to: from the figures to the last mail on its way."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from background import Post
from tests.flows.conftest import PHONE, Site, look, sell
from tests.running import run
from ticketing import mailings
from ticketing.jobs import SendMailing
from ticketing.orders import Buyer
from ticketing.stores import stores
from web.press import Press

LEFT = "ada@example.org"


@pytest.fixture(scope="module")
def sold(site: Site) -> Site:
    """The site after two people bought gold seats of its first performance; one of them wants no mails."""
    run(_sell(site))
    return site


def test_an_event_is_watched_and_its_buyers_are_written_to(sold: Site, visit: Callable[..., Page]) -> None:
    page, event = visit(), f"/admin/events/{sold.house.performances[0].event_id}"
    page.goto(event)
    expect(page.locator("dl.headline dd").nth(0)).to_have_text("3")
    expect(page.locator("dl.headline dd").nth(1)).to_have_text("180.00 CHF")
    expect(page.get_by_text("3 of 160 places taken · 2%")).to_be_visible()
    expect(page.get_by_role("progressbar", name="Places taken").first).to_have_attribute("value", "3")
    expect(page.locator('[data-table="tariffs"] tbody tr', has_text="Full")).to_contain_text("180.00 CHF")
    expect(page.locator("[data-chart] canvas")).to_have_count(2)
    page.get_by_text("As a table").click()
    expect(page.locator('[data-table="course"] tfoot')).to_contain_text("180.00 CHF")
    look(page)
    page.locator("#course").get_by_role("link", name="Revenue").click()
    expect(page.locator("#course [aria-current=true]")).to_have_text(["30 days", "Revenue"])
    _point_at_the_last_bar(page)
    expect(page.locator("#course .chart-tip")).to_contain_text("Revenue: 180.00 CHF")

    page.get_by_label("Visibility").select_option(label="By link: who has the link")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved.")
    expect(page.get_by_label("Visibility")).to_have_value("link")
    page.get_by_label("Visibility").select_option(value="public")
    page.get_by_role("button", name="Save").click()

    page.locator('[data-table="dates"] tbody a').first.click()
    expect(page.locator(".seat-map .badge")).to_have_text("Live")
    expect(page.locator(".seat-map-list")).to_contain_text("47 free · 3 sold")
    _write(page, sold)


def _write(page: Page, sold: Site) -> None:
    """To the buyers of the date before the eye."""
    page.get_by_role("link", name="Write to buyers").click()
    expect(page.locator("[name=performance_ids]:checked")).to_have_value(sold.house.first)
    page.fill("#subject_en", "News of {event}")
    page.fill("#body_en", "Dear {name},\n\ndoors open early.")
    page.get_by_role("button", name="Save and look at it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("News of The Seagull")
    expect(page.frame_locator("iframe.mail-preview").locator("body")).to_contain_text("Dear Ann Example,")
    expect(page.get_by_text("1 buyer wants no such mails and is left out.")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Send to 1 person").press("Enter")
    expect(page.locator("#progress")).to_contain_text("0 of 1 written to")
    run(_work(sold, UUID(page.url.rpartition("/")[2])))
    expect(page.locator("#progress")).to_contain_text("1 of 1 written to")
    expect(page.get_by_role("heading", name="Sent", exact=True)).to_be_visible()
    told = page.locator(".mail-log").inner_text()
    assert re.search(r"zoe@example.org\s+Sent", told) and re.search(LEFT + r"\s+Wants no such mails", told)
    look(page)


def test_the_pages_fit_a_telephone(sold: Site, visit: Callable[..., Page]) -> None:
    page, event = visit(PHONE, "fr"), f"/admin/events/{sold.house.performances[0].event_id}"
    key = sold.house.key
    for path in (event, f"/admin/performances/{sold.house.first}", f"{event}/mailings/new", f"{event}/mailings",
                 f"/admin/box-offices/{key}", f"/admin/box-offices/{key}/reports?by=tariff"):  # fmt: skip
        page.goto(path)
        look(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def test_a_buyer_leaves_and_comes_back(sold: Site, visit: Callable[..., Page]) -> None:
    page = visit(PHONE, "fr", signed_in=False)
    token = mailings.opt_out_token(sold.settings, sold.house.organisation_id, "leaver@example.org")
    page.goto(f"/opt-out/{token}")
    look(page)
    page.get_by_role("button", name="Ne plus recevoir ces messages").click()
    expect(page.get_by_role("status")).to_contain_text("leaver@example.org")
    look(page)
    page.get_by_role("button").click()
    expect(page.get_by_role("button", name="Ne plus recevoir ces messages")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def _point_at_the_last_bar(page: Page) -> None:
    """Today's, since all was sold just now."""
    over = page.locator("#course .u-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box
    over.hover(position={"x": box["width"] - 12, "y": box["height"] / 2})


async def _sell(site: Site) -> None:
    async with stores(site.settings) as opened:
        await sell(opened, site, Buyer("zoe@example.org", "Zoë Martin"), (0, 1))
        await sell(opened, site, Buyer(LEFT, "Ada Byron"), (2,))
        await mailings.opt_out(opened.database, site.house.organisation_id, LEFT, datetime.now(UTC))


async def _work(site: Site, mailing: UUID) -> None:
    """Do the job that sending left behind, as the worker does."""
    with Press() as press:
        async with stores(site.settings) as opened:
            await Post(opened, press).send_to_buyers(SendMailing(mailing), "send-mailing-1")
