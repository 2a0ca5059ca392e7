"""The first sign-in of whoever runs the place: an authenticator app, then a passkey, as a person would set them up."""

import time
from collections.abc import Callable, Iterator

import pyotp
import pytest
from playwright.sync_api import Page

from tests.flows.conftest import DESK, PASSWORD, PHONE, Site, look

AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip
STEP_S = 30


def type_password(page: Page, site: Site) -> None:
    page.goto(local(site) + "/admin/sign-in")
    page.fill("#email", site.email)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")


def local(site: Site) -> str:
    """The address that passkeys are made for where no name is set: a number has none."""
    return site.url.replace("127.0.0.1", "localhost")


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Maud Manager").click()
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    page.wait_for_url("**/admin/sign-in")


def fresh(app: pyotp.TOTP, used: str) -> str:
    """A code that was not used yet: the next step's is taken already."""
    code = app.at(time.time() + STEP_S)
    return code if code != used else app.now()


@pytest.fixture
def page(visit: Callable[..., Page], site: Site) -> Iterator[Page]:
    opened = visit(DESK, signed_in=False)
    type_password(opened, site)
    opened.wait_for_url("**/admin")
    yield opened


def test_an_app_then_a_passkey(page: Page, site: Site) -> None:
    page.get_by_role("button", name="Maud Manager").click()
    page.get_by_role("link", name="Security").click()
    look(page)
    page.get_by_role("button", name="Set up an app").click()
    page.wait_for_url("**/authenticator")
    look(page)
    app = pyotp.TOTP(page.locator(".user-select-all").inner_text().replace(" ", ""))
    first = app.now()
    page.get_by_label("Code").fill(first)
    page.get_by_role("button", name="Turn on").click()
    page.get_by_text("shown only now").wait_for()
    look(page)
    codes = page.locator(".recovery-codes code").all_inner_texts()
    assert len(codes) == 10
    page.get_by_role("link", name="I have kept them").click()
    sign_out(page)

    type_password(page, site)
    page.wait_for_url("**/second-factor**")
    look(page)
    page.get_by_label("Code of your authenticator app").fill(fresh(app, first))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/admin")

    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.goto(local(site) + "/admin/security/passkeys/new")
    look(page)
    page.get_by_label("Name").fill("This laptop")
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url("**/admin/security")
    page.get_by_role("region", name="Passkeys").get_by_text("This laptop").wait_for()
    look(page)
    sign_out(page)

    look(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/admin")
    sign_out(page)

    type_password(page, site)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/admin")
    sign_out(page)

    type_password(page, site)
    page.get_by_text("Use a recovery code").click()
    page.get_by_label("Recovery code").fill(codes[0])
    page.get_by_role("button", name="Sign in with a recovery code").click()
    page.wait_for_url("**/admin")
    page.goto(local(site) + "/admin/security")
    page.get_by_text("9 codes are left").wait_for()
    page.get_by_role("button", name="Turn off the app").click()
    page.get_by_role("button", name="Set up an app").wait_for()
    page.get_by_role("button", name="Remove This laptop").click()
    page.get_by_text("The passkey is removed").wait_for()


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_pages_of_a_team(visit: Callable[..., Page], size: tuple[int, int]) -> None:
    page = visit(size)
    page.goto("/admin")
    base = page.evaluate("document.querySelector('a[href^=\"/admin/organisations/\"]').getAttribute('href')")
    organisation = "/".join(base.split("/")[:4])
    page.goto(f"{organisation}/groups")
    page.get_by_label("Name").fill(f"Doors {size[0]}")
    page.get_by_role("button", name="Make group").click()
    page.get_by_role("heading", name=f"Doors {size[0]}", level=1).wait_for()
    look(page)
    page.goto(f"{organisation}/team/new")
    look(page)
    page.get_by_label("E-mail addresses").fill(f"door-{size[0]}@example.org")
    page.get_by_label(f"Doors {size[0]}").check()
    page.get_by_role("button", name="Invite").click()
    page.get_by_text(f"Invited: door-{size[0]}@example.org.").wait_for()
    for path in ("team", "groups", "rules"):
        page.goto(f"{organisation}/{path}")
        look(page)
    page.goto(f"{organisation}/team")
    page.get_by_role("link", name=f"door-{size[0]}").click()
    look(page)
    for path in ("/admin/profile", "/admin/security", "/admin/password"):
        page.goto(path)
        look(page)
