from datetime import timedelta

import pytest

from admin.access import COOKIE
from tests.admin.conftest import PASSWORD, Browser, SignIn
from tests.api.conftest import House
from ticketing import sessions
from ticketing.sessions import Stage
from ticketing.tokens import Scope

SESSION = f"placeur-{COOKIE}"


async def test_who_is_not_signed_in_is_asked_and_led_on(browser: Browser):
    response = await browser.get("/admin/?shown=all")
    assert (response.status_code, response.headers["location"]) == (303, "/admin/sign-in?next=/admin%3Fshown%3Dall")
    text = await browser.page("/admin/sign-in?next=/admin%3Fshown%3Dall")
    assert 'action="/admin/sign-in?next=/admin%3Fshown%3Dall"' in text


async def test_a_wrong_password_says_nothing_about_what_was_wrong(browser: Browser, sign_in: SignIn):
    known = await sign_in()
    await browser.get("/admin/sign-in")
    answers = set()
    for email in (known.email, "nobody@example.org"):
        response = await browser.post("/admin/sign-in", {"email": email, "password": "not this one"})
        assert response.status_code == 422
        answers.add(response.text.replace(email, "").replace(browser.token, ""))
    assert len(answers) == 1


async def test_the_address_typed_is_kept_and_the_password_is_not(browser: Browser):
    await browser.get("/admin/sign-in")
    response = await browser.post("/admin/sign-in", {"email": "a@b.example", "password": "secret words here"})
    assert 'value="a@b.example"' in response.text and "secret words here" not in response.text


async def test_a_planted_session_opens_nothing_after_signing_in(sign_in: SignIn):
    signed_in = await sign_in()
    first = signed_in.cookies[SESSION]
    await signed_in.get("/admin/sign-in")
    await signed_in.done("/admin/sign-in", {"email": signed_in.email, "password": PASSWORD})
    assert signed_in.cookies[SESSION] != first


async def test_signing_out_ends_the_session(sign_in: SignIn):
    signed_in = await sign_in()
    await signed_in.get("/admin/")
    secret = signed_in.cookies[SESSION]
    assert await signed_in.done("/admin/sign-out") == "/admin/sign-in"
    signed_in.cookies[SESSION] = secret
    assert (await signed_in.get("/admin/")).status_code == 303


@pytest.mark.parametrize("token", ["", "0" * 64])
async def test_a_form_of_another_site_does_nothing(sign_in: SignIn, token: str):
    signed_in = await sign_in()
    await signed_in.get("/admin/")
    signed_in.token = token
    assert (await signed_in.post("/admin/sign-out")).status_code == 403
    assert (await signed_in.get("/admin/")).status_code == 200


async def test_a_form_from_another_site_with_a_right_token_does_nothing(sign_in: SignIn):
    signed_in = await sign_in()
    await signed_in.get("/admin/")
    assert (await signed_in.post("/admin/sign-out", headers={"sec-fetch-site": "cross-site"})).status_code == 403


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "/admin\\@elsewhere", "/shop"])
async def test_signing_in_leads_nowhere_else(sign_in: SignIn, target: str):
    signed_in = await sign_in()
    await signed_in.get("/admin/sign-in")
    fields = {"email": signed_in.email, "password": PASSWORD}
    response = await signed_in.post("/admin/sign-in", fields, params={"next": target})
    assert response.headers["location"] == "/admin"


async def test_a_session_ends_unused_and_is_exchanged_while_used(sign_in: SignIn, database, house: House):
    signed_in = await sign_in()
    secret = signed_in.cookies[SESSION]
    start = house.performances[0].starts_at
    opened = await sessions.start(database, signed_in.staff_id, Stage.FULL, "192.0.2.1", "test", start)
    later = start + sessions.ROTATED_EVERY + timedelta(seconds=1)
    found = await sessions.find(database, opened, later)
    assert found.renewed and found.renewed != opened
    assert (await sessions.find(database, opened, later + timedelta(seconds=30))).renewed is None
    with pytest.raises(sessions.NotSignedIn):
        await sessions.find(database, opened, later + sessions.GRACE + timedelta(seconds=1))
    assert (await sessions.find(database, found.renewed, later)).staff_id == signed_in.staff_id
    with pytest.raises(sessions.NotSignedIn):
        await sessions.find(database, found.renewed, later + sessions.IDLE_MAX + timedelta(minutes=1))
    assert secret


async def test_the_pages_speak_the_browsers_language(sign_in: SignIn):
    signed_in = await sign_in(Scope.VIEW, language="fr-CH, en;q=0.5")
    assert '<html lang="fr">' in await signed_in.page("/admin/")
