"""What opens an account: each way in, and each way that must not be one."""

import asyncio
import html
import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from httpx import AsyncClient

from admin import security
from admin.access import COOKIE
from tests.admin.conftest import PASSWORD, Browser, SignIn
from tests.api.conftest import House
from ticketing import (
    account_links,
    account_mails,
    accounts,
    attempts,
    audit,
    authenticators,
    factors,
    passkeys,
    sessions,
    staff,
)
from ticketing.account_links import LinkKind
from ticketing.attempts import Tried
from ticketing.db import Database
from ticketing.ids import new_secret
from ticketing.jobs import AccountMailKind, SendAccountMail
from ticketing.refusals import CodeWrong, LastManager, LinkSpent, TooManyRequests
from ticketing.sessions import Stage
from ticketing.settings import Settings, secret_bytes
from ticketing.tokens import Scope

SESSION = f"placeur-{COOKIE}"
SECOND = "/admin/sign-in/second-factor"
KEY = re.compile(r'user-select-all mb-0">([A-Z2-7 ]+)<')
CODE = re.compile(r"<code>([0-9A-Z-]{19})</code>")
NEW = "another long password"


async def set_up(browser: Browser) -> tuple[pyotp.TOTP, list[str]]:
    """Turn an authenticator app on; the app, and the recovery codes."""
    await browser.page("/admin/security")
    assert await browser.done("/admin/security/authenticator") == "/admin/security/authenticator"
    page = await browser.page("/admin/security/authenticator")
    assert 'src="data:image/svg+xml;base64,' in page
    app = pyotp.TOTP(KEY.search(page)[1].replace(" ", ""))
    response = await browser.post("/admin/security/authenticator/confirmation", {"code": app.now()})
    codes = CODE.findall(response.text)
    assert response.status_code == 200 and len(codes) == 10
    return app, codes


async def knock(client: AsyncClient, email: str, password: str = PASSWORD) -> tuple[Browser, int, str]:
    """Type address and password in a new browser."""
    browser = Browser(client)
    await browser.get("/admin/sign-in")
    response = await browser.post("/admin/sign-in", {"email": email, "password": password})
    return browser, response.status_code, response.headers.get("location", "")


def later(app: pyotp.TOTP) -> str:
    """The next step's code: the present one was used when the app was set up."""
    return app.at(datetime.now(UTC) + timedelta(seconds=30))


async def test_the_second_factor_is_asked_for_and_nothing_is_open_before(sign_in: SignIn, client: AsyncClient):
    signed_in = await sign_in()
    app, _ = await set_up(signed_in)
    browser, status, location = await knock(client, signed_in.email)
    assert (status, location) == (303, f"{SECOND}?next=/admin")
    for path in ("/admin/", "/admin/security", "/admin/profile"):
        assert (await browser.get(path)).status_code == 303
    before = browser.cookies[SESSION]
    assert "Code of your authenticator app" in await browser.page(SECOND)
    assert await browser.done(SECOND, {"code": later(app)}) == "/admin"
    assert browser.cookies[SESSION] != before, "the secret is another one after each step"
    await browser.page("/admin/")
    browser.cookies[SESSION] = before
    assert (await browser.get("/admin/")).status_code == 303


async def test_a_code_opens_once(sign_in: SignIn, client: AsyncClient):
    signed_in = await sign_in()
    app, _ = await set_up(signed_in)
    code, answers = later(app), []
    for _ in range(2):
        browser, _, _ = await knock(client, signed_in.email)
        await browser.page(SECOND)
        answers.append((await browser.post(SECOND, {"code": code})).status_code)
    assert answers == [303, 422]


async def test_wrong_codes_are_slowed_down(sign_in: SignIn, client: AsyncClient):
    signed_in = await sign_in()
    app, _ = await set_up(signed_in)
    browser, _, _ = await knock(client, signed_in.email)
    await browser.page(SECOND)
    for _ in range(attempts.FREE_TRIES):
        assert "you are not signed in yet" in (await browser.post(SECOND, {"code": "000000"})).text
    response = await browser.post(SECOND, {"code": later(app)})
    assert response.status_code == 422 and "try again in" in response.text


async def test_who_lost_every_second_factor_is_let_in_by_the_password(
    sign_in: SignIn, client: AsyncClient, database: Database, settings: Settings, house: House
):
    """What `placeur admin reset-second-factor` does."""
    signed_in, now = await sign_in(), datetime.now(UTC)
    await set_up(signed_in)
    had = await accounts.reset_second_factors(database, signed_in.email.upper(), now)
    assert (had.authenticator, had.recovery_codes_left) == (True, 10)
    assert (await signed_in.get("/admin/")).status_code == 303, "who was signed in is so no longer"
    browser, status, location = await knock(client, signed_in.email)
    assert (status, location) == (303, "/admin")
    assert not (await factors.of(database, signed_in.staff_id)).recovery_codes_left
    again = await accounts.reset_second_factors(database, signed_in.email, now)
    assert not again.any and (await browser.get("/admin/")).status_code != 303, "nothing to take away, nothing done"

    manager = await sign_in()
    log = await manager.page(f"/admin/organisations/{house.key}/audit?act=second-factors.reset")
    assert f"took every second factor away from <strong>{signed_in.email}" in log
    asked = SendAccountMail(AccountMailKind.SECOND_FACTORS_RESET, signed_in.email)
    letter = await account_mails.letter(database, secret_bytes(settings), asked, new_secret(), now)
    assert letter.path == "/admin/security"


async def test_a_closed_account_opens_nowhere_until_it_is_opened(
    sign_in: SignIn, client: AsyncClient, database: Database, house: House
):
    """What `placeur admin disable` and `enable` do."""
    manager, signed_in, now = await sign_in(), await sign_in(Scope.VIEW), datetime.now(UTC)
    assert await accounts.disable(database, signed_in.email, now)
    assert not await accounts.disable(database, signed_in.email, now)
    assert (await signed_in.get("/admin/")).status_code == 303
    assert (await knock(client, signed_in.email))[1] == 422
    team_page = f"/admin/organisations/{house.key}/team"
    assert "Account closed" in await manager.page(team_page)
    assert "Only they open it again" in await manager.page(f"{team_page}/{signed_in.staff_id}")
    assert await accounts.enable(database, signed_in.email, now)
    assert not await accounts.enable(database, signed_in.email, now)
    assert (await signed_in.get("/admin/")).status_code == 303, "a session that is over stays so"
    assert (await knock(client, signed_in.email))[1:] == (303, "/admin")
    log = await manager.page(f"/admin/organisations/{house.key}/audit")
    assert "closed the account of" in log and "opened the account of" in log


async def test_the_last_who_manages_an_organisation_is_not_closed(sign_in: SignIn, database: Database):
    only, now = await sign_in(), datetime.now(UTC)
    with pytest.raises(LastManager, match="Nobody would be left who may manage Organisation"):
        await accounts.disable(database, only.email, now)
    assert (await only.get("/admin/")).status_code != 303, "nothing was done"
    other = await sign_in()
    closing = (accounts.disable(database, one.email, now) for one in (only, other))
    done = await asyncio.gather(*closing, return_exceptions=True)
    assert sorted(map(type, done), key=str) == sorted([bool, LastManager], key=str), "one of the two is left"


async def test_a_person_sees_what_was_done_to_their_account_and_nobody_else_s(sign_in: SignIn, database: Database):
    browser, other = await sign_in(), await sign_in()
    assert "Nobody has changed anything here yet" in await browser.page("/admin/security")
    await set_up(browser)
    await accounts.disable(database, browser.email, datetime.now(UTC))
    await accounts.enable(database, browser.email, datetime.now(UTC))
    assert "Nobody has changed anything here yet" in await other.page("/admin/security")
    lines = await audit.of_account(database, browser.staff_id, 10)
    done = ["account.enabled", "account.disabled", "recovery-codes.made", "authenticator.added"]
    assert [line.act for line in lines] == done, "each once, the newest first"
    assert lines[-1].address and lines[0].actor_name is None


async def test_a_stranger_s_use_of_a_recovery_code_is_seen_on_the_page(sign_in: SignIn, client: AsyncClient):
    signed_in = await sign_in()
    _, codes = await set_up(signed_in)
    browser, _, _ = await knock(client, signed_in.email)
    await browser.page(SECOND)
    await browser.done(SECOND, {"recovery_code": codes[0]})
    page = " ".join((await signed_in.page("/admin/security")).split())
    assert f"signed in as <strong>{signed_in.email}</strong> with a recovery code" in page
    assert f" · {client.headers['x-forwarded-for']}</div>" in page


async def test_pages_about_oneself_lead_on_to_where_one_was(sign_in: SignIn, house: House):
    browser = await sign_in()
    for path in ("/admin/security", "/admin/profile"):
        assert f'href="/admin/box-offices/{house.key}/events"' in await browser.page(path)
    nowhere = await sign_in(None)
    assert "/admin/box-offices/" not in await nowhere.page("/admin/security")


async def test_a_recovery_code_opens_once_and_new_ones_end_the_old(sign_in: SignIn, client: AsyncClient):
    signed_in = await sign_in()
    _, codes = await set_up(signed_in)
    answers = []
    for typed in (codes[0].lower().replace("-", " "), codes[0], "0000-0000-0000-0000"):
        browser, _, _ = await knock(client, signed_in.email)
        await browser.page(SECOND)
        answers.append((await browser.post(SECOND, {"recovery_code": typed})).status_code)
    assert answers == [303, 422, 422]
    await signed_in.page("/admin/security")
    made = CODE.findall((await signed_in.post("/admin/security/recovery-codes")).text)
    assert len(made) == 10 and not set(made) & set(codes)
    browser, _, _ = await knock(client, signed_in.email)
    await browser.page(SECOND)
    assert (await browser.post(SECOND, {"recovery_code": codes[1]})).status_code == 422


async def test_the_apps_secret_is_sealed_for_its_account_and_shown_no_more(
    sign_in: SignIn, database: Database, settings: Settings
):
    signed_in, other = await sign_in(), await sign_in()
    app, _ = await set_up(signed_in)
    assert (await signed_in.get("/admin/security/authenticator")).status_code == 303
    async with database.read() as c:
        sealed = await c.fetchval("select sealed_secret from authenticators where staff_id = $1", signed_in.staff_id)
        assert app.secret.encode() not in sealed
        moved = "insert into authenticators values ($1, $2, 0, now(), now())"
        await c.execute(moved, other.staff_id, sealed)
    for secret in (secret_bytes(settings), bytes(32)):
        with pytest.raises(CodeWrong):
            await authenticators.verify(database, secret, other.staff_id, later(app), datetime.now(UTC))


async def test_an_app_that_was_not_confirmed_shuts_nobody_out(sign_in: SignIn, client: AsyncClient):
    signed_in = await sign_in()
    await signed_in.page("/admin/security")
    await signed_in.done("/admin/security/authenticator")
    assert (await knock(client, signed_in.email))[2] == "/admin"
    await signed_in.page("/admin/security/authenticator")
    assert (await signed_in.post("/admin/security/authenticator/confirmation", {"code": "12345"})).status_code == 422


async def test_turning_the_app_off_asks_for_the_password(sign_in: SignIn, database: Database):
    signed_in = await sign_in()
    await set_up(signed_in)
    async with database.read() as c:
        old = "update staff_sessions set confirmed_at = confirmed_at - interval '1 hour' where staff_id = $1"
        await c.execute(old, signed_in.staff_id)
    for path in ("authenticator/end", "recovery-codes", "passkeys"):
        assert "Type your password again" in (await signed_in.post(f"/admin/security/{path}")).text
    assert (await factors.of(database, signed_in.staff_id)).authenticator
    again = {"password_again": PASSWORD}
    assert await signed_in.done("/admin/security/authenticator/end", again) == "/admin/security"
    assert not (await factors.of(database, signed_in.staff_id)).authenticator


async def test_a_changed_password_ends_the_other_sessions(sign_in: SignIn, client: AsyncClient):
    signed_in = await sign_in()
    elsewhere, _, _ = await knock(client, signed_in.email)
    await signed_in.page("/admin/security")
    for fields in (
        {"present": "not this one at all", "password": NEW, "again": NEW},
        {"present": PASSWORD, "password": NEW, "again": "something else"},
        {"present": PASSWORD, "password": "short", "again": "short"},
    ):
        response = await signed_in.post("/admin/security/password", fields)
        assert response.status_code == 422 and NEW not in response.text
    fields = {"present": PASSWORD, "password": NEW, "again": NEW}
    await signed_in.done("/admin/security/password", fields)
    assert (await signed_in.get("/admin/")).status_code == 200
    assert (await elsewhere.get("/admin/")).status_code == 303
    assert (await knock(client, signed_in.email))[1] == 422
    assert (await knock(client, signed_in.email, NEW))[1] == 303


async def test_devices_are_listed_and_signed_out(sign_in: SignIn, client: AsyncClient, database: Database):
    signed_in, stranger = await sign_in(), await sign_in()
    await knock(client, signed_in.email)
    third, _, _ = await knock(client, signed_in.email)
    now = datetime.now(UTC)
    devices = await sessions.list_of(database, signed_in.staff_id, now)
    assert len(devices) == 3
    await stranger.page("/admin/security")
    assert (await stranger.post(f"/admin/security/sessions/{devices[0].id}/end")).status_code == 404
    assert "Here" in await signed_in.page("/admin/security")
    await third.page("/admin/security")
    await third.done("/admin/security/sessions/end")
    assert len(await sessions.list_of(database, signed_in.staff_id, now)) == 1
    assert (await signed_in.get("/admin/")).status_code == 303


async def test_a_reset_says_the_same_whether_anybody_has_the_address(
    sign_in: SignIn, browser: Browser, database: Database
):
    known = await sign_in()
    await browser.page("/admin/password")
    answers = set()
    for email in (known.email, "nobody@example.org"):
        response = await browser.post("/admin/password", {"email": email})
        assert response.status_code == 200
        answers.add(response.text.replace(email, ""))
    assert len(answers) == 1
    asked = SendAccountMail(AccountMailKind.PASSWORD_RESET, "nobody@example.org")
    assert await account_mails.letter(database, b"s", asked, "job-1", datetime.now(UTC)) is None


async def test_a_link_sets_the_password_once(
    sign_in: SignIn, browser: Browser, client: AsyncClient, database: Database
):
    known, now = await sign_in(), datetime.now(UTC)
    asked = SendAccountMail(AccountMailKind.PASSWORD_RESET, known.email)
    letters = [await account_mails.letter(database, b"s", asked, job, now) for job in ("a", "a", "b")]
    assert letters[0].path == letters[1].path != letters[2].path, "a job that runs twice sends the same link"
    for letter in letters:
        assert known.email in await browser.page(letter.path)
    mistyped = {"password": NEW, "again": "another"}
    assert (await browser.post(letters[0].path, mistyped)).status_code == 422
    assert await browser.done(letters[0].path, {"password": NEW, "again": NEW}) == "/admin/sign-in"
    assert (await known.get("/admin/")).status_code == 303, "whoever was signed in is so no longer"
    for letter in letters:
        assert (await browser.get(letter.path)).status_code == 410
        assert (await browser.post(letter.path, {"password": NEW, "again": NEW})).status_code == 410
    assert (await knock(client, known.email, NEW))[1] == 303


async def test_a_link_ends_and_few_are_sent(sign_in: SignIn, database: Database):
    known, now = await sign_in(), datetime.now(UTC)
    made = [
        await account_links.make(database, b"s", LinkKind.PASSWORD_RESET, known.staff_id, f"job-{n}", now)
        for n in range(5)
    ]
    assert [bool(text) for text in made] == [True, True, True, False, False]
    assert (await account_links.find(database, made[0], now + timedelta(minutes=59))).staff_id == known.staff_id
    for text, at in ((made[0], now + timedelta(minutes=61)), (new_secret(), now), ("x" * 500, now)):
        with pytest.raises(LinkSpent):
            await account_links.find(database, text, at)


async def test_a_reset_leaves_the_second_factor(sign_in: SignIn, client: AsyncClient, browser: Browser, database):
    known = await sign_in()
    await set_up(known)
    asked = SendAccountMail(AccountMailKind.PASSWORD_RESET, known.email)
    letter = await account_mails.letter(database, b"s", asked, "job", datetime.now(UTC))
    await browser.page(letter.path)
    await browser.done(letter.path, {"password": NEW, "again": NEW})
    assert (await knock(client, known.email, NEW))[2].startswith(SECOND)


async def test_an_invitation_opens_an_account_with_a_name(browser: Browser, database: Database, client: AsyncClient):
    now, email = datetime.now(UTC), "invited@example.org"
    person = await staff.create(database, email, "invited", None, now)
    asked = SendAccountMail(AccountMailKind.INVITATION, email)
    letter = await account_mails.letter(database, b"s", asked, "job", now)
    assert (letter.kind, letter.to.id) == (AccountMailKind.INVITATION, person.id)
    assert "Your name" in await browser.page(letter.path)
    await browser.done(letter.path, {"name": "Ina Vited", "password": NEW, "again": NEW})
    assert (await staff.get(database, person.id)).name == "Ina Vited"
    assert (await knock(client, email, NEW))[2] == "/admin"
    again = await account_mails.letter(database, b"s", asked, "job", now)
    assert again.kind is AccountMailKind.WELCOME, "who has an account is not sent a link that opens it"


async def test_guessing_at_an_account_shuts_out_nobody_who_was_there_before(sign_in: SignIn, database: Database):
    """The whole point of counting by pairs: somebody else's guesses never keep the owner waiting."""
    owner, now = await sign_in(), datetime.now(UTC)
    await attempts.know(database, owner.staff_id, "192.0.2.1", now)
    guesses = 0
    for host in range(200):
        try:
            await attempts.begin(database, Tried.PASSWORD, owner.email, f"203.0.113.{host}", now)
            guesses += 1
        except TooManyRequests:
            break
    assert guesses == attempts.STRANGERS_TRIES_MAX, "many addresses together are slowed down"
    await attempts.begin(database, Tried.PASSWORD, owner.email, "192.0.2.1", now)
    for _ in range(attempts.FREE_TRIES - 1):
        await attempts.begin(database, Tried.PASSWORD, owner.email, "192.0.2.1", now)
    with pytest.raises(TooManyRequests):
        await attempts.begin(database, Tried.PASSWORD, owner.email, "192.0.2.1", now)
    await attempts.begin(database, Tried.PASSWORD, owner.email, "192.0.2.1", now + attempts.WAIT_KNOWN_MAX)


async def test_without_known_addresses_the_owner_would_be_shut_out(
    sign_in: SignIn, database: Database, monkeypatch: pytest.MonkeyPatch
):
    owner, now = await sign_in(), datetime.now(UTC)
    monkeypatch.setattr(attempts, "STRANGERS_TRIES_MAX", 2)
    for host in range(2):
        await attempts.begin(database, Tried.PASSWORD, owner.email, f"203.0.113.{host}", now)
    with pytest.raises(TooManyRequests):
        await attempts.begin(database, Tried.PASSWORD, owner.email, "192.0.2.1", now)
    await attempts.know(database, owner.staff_id, "192.0.2.1", now)
    await attempts.begin(database, Tried.PASSWORD, owner.email, "192.0.2.1", now)


async def test_each_wait_is_longer_and_a_refused_try_counts_for_nothing(database: Database):
    now, waits = datetime.now(UTC), []
    for _ in range(attempts.FREE_TRIES):
        await attempts.begin(database, Tried.PASSWORD, "someone@example.org", "198.51.100.1", now)
    for _ in range(7):
        for _ in range(3):
            with pytest.raises(TooManyRequests) as refused:
                await attempts.begin(database, Tried.PASSWORD, "someone@example.org", "198.51.100.1", now)
        waits.append(refused.value.fields["retry_s"])
        now += timedelta(seconds=waits[-1])
        await attempts.begin(database, Tried.PASSWORD, "someone@example.org", "198.51.100.1", now)
    assert waits == [30, 60, 120, 240, 480, 900, 900]
    await attempts.begin(database, Tried.PASSWORD, "someone@example.org", "198.51.100.2", now)


async def test_guesses_at_once_are_counted_one_by_one(sign_in: SignIn, client: AsyncClient):
    known = await sign_in()
    answers = [(await knock(client, known.email, "wrong password"))[1] for _ in range(attempts.FREE_TRIES)]
    assert answers == [422] * attempts.FREE_TRIES
    browser = Browser(client)
    await browser.get("/admin/sign-in")
    response = await browser.post("/admin/sign-in", {"email": known.email, "password": PASSWORD})
    assert response.status_code == 422 and "try again in" in html.unescape(response.text)


@pytest.mark.parametrize("credential", ["", "{}", "nonsense", '{"id": 1}', "[" * 30_000, '{"id":"a","rawId":"a"}'])
async def test_a_forged_passkey_opens_nothing(browser: Browser, sign_in: SignIn, credential: str):
    signed_in = await sign_in()
    await browser.page("/admin/sign-in")
    assert (await browser.post("/admin/sign-in/passkey", {"credential": credential})).status_code == 422
    await signed_in.page("/admin/security/passkeys/new")
    forged = {"credential": credential, "name": "Key"}
    assert (await signed_in.post("/admin/security/passkeys", forged)).status_code == 422


async def test_a_challenge_is_for_one_person_once_and_soon(database: Database, sign_in: SignIn):
    person, now = await sign_in(), datetime.now(UTC)
    challenge = await passkeys._challenge(database, person.staff_id, now)
    with pytest.raises(passkeys.PasskeyRefused):
        await passkeys._spend(database, challenge, None, now)
    with pytest.raises(passkeys.PasskeyRefused):
        await passkeys._spend(database, challenge, person.staff_id, now + passkeys.CHALLENGE_FOR)
    await passkeys._spend(database, challenge, person.staff_id, now)
    with pytest.raises(passkeys.PasskeyRefused):
        await passkeys._spend(database, challenge, person.staff_id, now)


async def test_a_step_is_open_for_ten_minutes(database: Database, sign_in: SignIn):
    person, now = await sign_in(), datetime.now(UTC)
    opened = await sessions.start(database, person.staff_id, Stage.PASSWORD, "192.0.2.1", "test", now)
    assert (await sessions.find(database, opened, now + timedelta(minutes=9))).stage is Stage.PASSWORD
    with pytest.raises(sessions.NotSignedIn):
        await sessions.find(database, opened, now + timedelta(minutes=11))


async def test_the_profile_is_kept_and_speaks_the_language_chosen(sign_in: SignIn):
    signed_in = await sign_in()
    await signed_in.page("/admin/profile")
    await signed_in.done("/admin/profile", {"name": "<b>Zoé</b>", "locale": "fr"})
    page = (await signed_in.get("/admin/profile")).text
    assert '<html lang="fr">' in page and "<b>Zoé</b>" not in page
    assert (await signed_in.post("/admin/profile", {"name": "", "locale": "fr"})).status_code == 422
    assert (await signed_in.post("/admin/profile", {"name": "Zoé", "locale": "xx"})).status_code == 422


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140 Safari/537.36",
            "Chrome, Linux",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140", "Edge, Windows"),
        ("curl/8", ""),
    ],
)
def test_a_browser_is_called_by_its_name(agent: str, name: str):
    assert security.called(agent) == name


async def test_another_name_is_noted_where_one_acts(sign_in: SignIn, database: Database, house: House):
    """Who calls oneself otherwise for a while is found out: the log tells both names."""
    browser = await sign_in(Scope.MANAGE)
    await browser.get("/admin/profile")
    await browser.done("/admin/profile", {"name": "Somebody Else", "locale": ""})
    await browser.get("/admin/profile")
    await browser.done("/admin/profile", {"name": "Somebody Else", "locale": ""})
    async with database.read() as c:
        rows = await c.fetch(
            "select organisation_id, changes::text from audit where act = 'profile.changed' and staff_id = $1",
            browser.staff_id,
        )
    told = '{"name": ["Pat Person", "Somebody Else"]}'
    assert {row["organisation_id"]: row["changes"] for row in rows} == {None: told, house.organisation_id: told}
    assert len(rows) == 2
