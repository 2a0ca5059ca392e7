"""A buyer opens their account by a mailed link, looks round, sets a password, and asks for the end of it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.flows.conftest import DESK, PHONE, Site, look, sell
from tests.running import run
from ticketing import customer_mails, jobs
from ticketing.jobs import CustomerMailKind, Job
from ticketing.orders import Buyer
from ticketing.settings import secret_bytes
from ticketing.stores import stores

PASSWORD = "four plain words here"


def test_an_account_by_a_mailed_link(visit: Callable[..., Page], site: Site) -> None:
    email = "noor@example.org"
    run(_sold(site, email, 12))
    page = visit(DESK, signed_in=False)
    page.goto(f"/shop/{site.house.key}")
    page.get_by_role("link", name="Sign in").click()
    look(page)
    page.get_by_label("E-mail address").first.fill("noor")
    page.get_by_role("button", name="Mail me a link").click()
    expect(page.get_by_text("This is not an e-mail address.")).to_be_visible()
    look(page)
    page.get_by_label("E-mail address").first.fill(email)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    look(page)
    page.goto(run(_link(site, email)))
    page.wait_for_url("**/account")
    expect(page.get_by_text("Your next dates")).to_be_visible()
    expect(page.locator("[data-customer]")).to_have_text("Noor Haddad")
    look(page)
    page.get_by_role("link", name="Order", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("confirmed")
    page.go_back()
    page.get_by_role("link", name="Signing in").click()
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same, once more").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("Your password is set.")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Sign out everywhere").click()
    page.get_by_role("link", name="Sign in").click()
    page.locator("summary").click()
    page.locator("#password-email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Deletion").click()
    page.get_by_label("I have read what is deleted and what stays.").check()
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_text("Your account is going to be deleted")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Keep my account").click()
    expect(page.get_by_text("Your account stays.")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_its_pages_on_a_phone_in_french(visit: Callable[..., Page], site: Site, scripts: bool) -> None:
    email = f"noor-{scripts}@example.org".lower()
    run(_sold(site, email, 14 + scripts))
    page = visit(PHONE, "fr", signed_in=False, scripts=scripts)
    base = f"/shop/{site.house.key}/account"
    page.goto(f"{base}/sign-in")
    page.locator("#email").fill(email)
    page.get_by_role("button", name="M’envoyer un lien").click()
    page.goto(run(_link(site, email)))
    for path in ("", "/data", "/password", "/deletion"):
        page.goto(base + path)
        if scripts:
            look(page)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        assert page.get_by_role("navigation", name="Votre compte").locator("[aria-current]").count() == 1


async def _sold(site: Site, email: str, place: int) -> None:
    async with stores(site.settings) as opened:
        await sell(opened, site, Buyer(email, "Noor Haddad"), [place])


async def _link(site: Site, email: str) -> str:
    """Where the mail leads that the worker would send now."""
    async with stores(site.settings) as opened:
        async with opened.database.read() as c:
            rows = await c.fetch("select id, payload from pgqueuer where entrypoint = $1", Job.SEND_CUSTOMER_MAIL)
        for row in rows:
            asked = jobs.read(Job.SEND_CUSTOMER_MAIL, row["payload"])
            assert isinstance(asked, jobs.SendCustomerMail)
            if (asked.email, asked.mail) == (email, CustomerMailKind.SIGN_IN):
                secret, now = secret_bytes(site.settings), datetime.now(UTC)
                letter = await customer_mails.letter(opened.database, secret, asked, f"job-{row['id']}", now)
                assert letter is not None
                return letter.path
    raise AssertionError("nobody asked for a link")
