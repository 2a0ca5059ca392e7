"""The customer's account in the shop: in by a link or a password, what is there, and out for good."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from httpx import AsyncClient

from tests.admin.conftest import SignIn
from tests.api.conftest import House
from tests.shop.conftest import Browser
from ticketing import customer_mails, jobs
from ticketing.db import Database
from ticketing.jobs import CustomerMailKind, Job, SendCustomerMail
from ticketing.settings import Settings, secret_bytes

ADA = "ada@example.org"
PASSWORD = "four plain words here"
LINKED = (CustomerMailKind.SIGN_IN, CustomerMailKind.EMAIL_CHANGE)
PAGES = ("", "/data", "/password", "/deletion", "/data.json")
FORMS = ("/data", "/mails", "/email", "/password", "/deletion", "/deletion/withdrawal", "/sign-out", "/confirmation")


class Post:
    """What the worker would do with the jobs that pages leave."""

    def __init__(self, connection: asyncpg.Connection, database: Database, settings: Settings) -> None:
        self._connection, self._database, self._settings = connection, database, settings

    async def jobs(self) -> list[SendCustomerMail]:
        rows = await self._connection.fetch(
            "select payload from pgqueuer where entrypoint = $1 order by id", Job.SEND_CUSTOMER_MAIL
        )
        found = [jobs.read(Job.SEND_CUSTOMER_MAIL, row["payload"]) for row in rows]
        return [one for one in found if isinstance(one, SendCustomerMail)]

    async def link(self) -> str:
        """Where the last mail leads that opens something."""
        asked = [job for job in await self.jobs() if job.mail in LINKED]
        secret, now = secret_bytes(self._settings), datetime.now(UTC)
        letter = await customer_mails.letter(self._database, secret, asked[-1], f"job-{len(asked)}", now)
        assert letter is not None
        return letter.path


@pytest.fixture
async def connection(database_url: str) -> Any:
    made = await asyncpg.connect(database_url)
    await made.execute("delete from pgqueuer where entrypoint = $1", Job.SEND_CUSTOMER_MAIL)
    yield made
    await made.close()


@pytest.fixture
def post(connection: asyncpg.Connection, database: Database, settings: Settings) -> Post:
    return Post(connection, database, settings)


@pytest.fixture
async def ada(visitor: Browser, post: Post, paid: Any) -> Browser:
    """A customer with a paid order, signed in by a mailed link."""
    await paid()
    await enter(visitor, post)
    return visitor


async def enter(browser: Browser, post: Post, email: str = ADA, onward: str = "") -> str:
    """Sign in by a link that this browser asked for; where it leads."""
    await browser.page(f"{browser.base}/account/sign-in")
    await browser.post(f"{browser.base}/account/link{onward}", {"email": email})
    response = await browser.get(await post.link())
    assert response.status_code == 303
    return str(response.headers["location"])


async def age(connection: asyncpg.Connection, by: timedelta) -> None:
    """Let sessions have been proved so long ago."""
    await connection.execute("update customer_sessions set proved_at = proved_at - $1::interval", by)


# In and out


async def test_a_link_opens_the_account_in_the_browser_that_asked(visitor: Browser, post: Post, paid: Any) -> None:
    order = await paid()
    assert (await visitor.get(f"{visitor.base}/account")).headers["location"] == f"{visitor.base}/account/sign-in"
    assert await enter(visitor, post) == f"{visitor.base}/account"
    page = await visitor.page(f"{visitor.base}/account")
    assert (
        order["code"] in page and "Your next dates" in page and "Show tickets" in page and "You are signed in." in page
    )
    assert (await visitor.get(f"{visitor.base}/visit")).json()["customer"] == "Ada"
    assert (await visitor.get(f"{visitor.base}/account/sign-in")).headers["location"] == f"{visitor.base}/account"
    cookie = next(name for name in visitor.cookies if "customer" in name)
    assert visitor.cookies[cookie] and "ada" not in visitor.cookies[cookie].lower()
    assert await visitor.done(f"{visitor.base}/account/sign-out") == visitor.base
    assert (await visitor.get(f"{visitor.base}/account")).status_code == 303


async def test_another_browser_presses_once_and_a_mail_scanner_uses_nothing_up(
    visitor: Browser, client: AsyncClient, house: House, post: Post, paid: Any
) -> None:
    await paid()
    await visitor.page(f"{visitor.base}/account/sign-in")
    await visitor.post(f"{visitor.base}/account/link?next=data", {"email": ADA})
    link, other = await post.link(), Browser(client, house)
    for _ in range(3):
        scanner = Browser(client, house)
        assert "Open my account" in await scanner.page(link)
        assert (await scanner.get(f"{visitor.base}/account")).status_code == 303
    assert ADA in await other.page(link)
    assert await other.done(link) == f"{visitor.base}/account/data"
    assert "My data" in await other.page(f"{visitor.base}/account/data")
    spent = await visitor.get(link)
    assert spent.status_code == 410 and "used already" in spent.text and "Mail me a link" in spent.text
    assert (await other.post(link)).status_code == 410


async def test_the_answer_is_the_same_whoever_has_the_address(visitor: Browser, post: Post, paid: Any) -> None:
    await paid()
    answers = []
    for email in (ADA, "eve@example.org"):
        await visitor.page(f"{visitor.base}/account/sign-in")
        response = await visitor.post(f"{visitor.base}/account/link", {"email": email})
        answers.append((response.status_code, response.text.replace(email, "")))
    assert answers[0] == answers[1] and len(await post.jobs()) == 2
    wrong = []
    for email in (ADA, "eve@example.org"):
        await visitor.page(f"{visitor.base}/account/sign-in")
        fields = {"email": email, "password": "a guess of some length"}
        response = await visitor.post(f"{visitor.base}/account/sign-in", fields)
        wrong.append((response.status_code, response.text.replace(email, "")))
    assert wrong[0] == wrong[1] and wrong[0][0] == 422
    bad = await visitor.post(f"{visitor.base}/account/link", {"email": "no address"})
    assert bad.status_code == 422 and "not an e-mail address" in bad.text


@pytest.mark.parametrize("end", FORMS)
async def test_forms_of_other_sites_are_refused(ada: Browser, connection: asyncpg.Connection, end: str) -> None:
    before = await connection.fetch("select * from customers order by id")
    response = await ada.post(
        f"{ada.base}/account{end}", {"csrf": "0" * 64, "understood": "on", "email": "e@example.org"}
    )
    assert response.status_code == 403
    assert await connection.fetch("select * from customers order by id") == before
    assert (await ada.get(f"{ada.base}/account")).status_code == 200


@pytest.mark.parametrize("end", PAGES)
async def test_nobody_else_sees_the_account(
    ada: Browser, client: AsyncClient, house: House, rival: House, end: str
) -> None:
    assert (await ada.get(f"{ada.base}/account{end}")).status_code == 200
    stranger = Browser(client, house)
    assert (
        (await stranger.get(f"{ada.base}/account{end}")).headers["location"].startswith(f"{ada.base}/account/sign-in")
    )
    there = Browser(client, rival)
    name, secret = next((name, value) for name, value in ada.cookies.items() if "customer" in name)
    there.cookies = {name: secret, name.replace(house.organisation_id.hex, rival.organisation_id.hex): secret}
    assert (await there.get(f"{there.base}/account{end}")).status_code == 303


async def test_a_link_of_one_organisation_opens_nothing_at_another(
    visitor: Browser, client: AsyncClient, rival: House, post: Post, paid: Any
) -> None:
    await paid()
    await visitor.page(f"{visitor.base}/account/sign-in")
    await visitor.post(f"{visitor.base}/account/link", {"email": ADA})
    link, there = await post.link(), Browser(client, rival)
    assert (await there.get(link.replace(visitor.base, there.base))).status_code == 410
    assert (await visitor.get(link)).status_code == 303


async def test_customers_and_staff_never_mix(ada: Browser, sign_in: SignIn, house: House) -> None:
    secret = next(value for name, value in ada.cookies.items() if "customer" in name)
    for name in ("placeur-staff", "placeur-customer"):
        ada.cookies[name] = secret
        assert (await ada.get("/admin")).headers["location"].startswith("/admin/sign-in")
    staff = await sign_in()
    theirs = staff.cookies["placeur-staff"]
    staff.cookies[f"placeur-customer-{house.organisation_id.hex}"] = theirs
    assert (await staff.get(f"{ada.base}/account")).status_code == 303


async def test_signing_out_everywhere(ada: Browser, client: AsyncClient, house: House, post: Post) -> None:
    other = Browser(client, house)
    await enter(other, post)
    assert "In 2 browsers" in await ada.page(f"{ada.base}/account/password")
    await ada.done(f"{ada.base}/account/sign-out", {"everywhere": "1"})
    assert (await other.get(f"{ada.base}/account")).status_code == 303


# Orders


async def test_an_order_is_opened_by_its_customers_session(
    ada: Browser, client: AsyncClient, house: House, connection: asyncpg.Connection, post: Post
) -> None:
    order = await connection.fetchval("select o.id from orders o join box_offices b on b.id = o.box_office_id "
                                      "where b.key = $1", house.key)  # fmt: skip
    page = await ada.page(f"{ada.base}/orders/{order}")
    assert "Your order is confirmed" in page and "Find your tickets again" not in page
    stranger = Browser(client, house)
    assert (await stranger.get(f"{ada.base}/orders/{order}")).status_code == 404
    await connection.execute(
        "insert into customers (id, organisation_id, email, name, locale, created_at)"
        " values (gen_random_uuid(), $1, 'bob@example.org', 'Bob', 'en', now())", house.organisation_id,
    )  # fmt: skip
    bob = Browser(client, house)
    await enter(bob, post, "bob@example.org")
    assert (await bob.get(f"{ada.base}/orders/{order}")).status_code == 404
    assert "Nothing was ordered" in await bob.page(f"{ada.base}/account")


async def test_a_buyer_without_an_account_is_offered_one(visitor: Browser, post: Post, paid: Any) -> None:
    order = await paid()
    await visitor.get(f"{visitor.base}/orders/{order['id']}?secret={order['secret']}")
    assert "Find your tickets again" in await visitor.page(f"{visitor.base}/orders/{order['id']}")
    response = await visitor.post(f"{visitor.base}/orders/{order['id']}/account")
    assert response.status_code == 200 and f"on its way to {ADA}" in response.text
    assert (await visitor.get(await post.link())).headers["location"] == f"{visitor.base}/account"
    assert "Find your tickets again" not in await visitor.page(f"{visitor.base}/orders/{order['id']}")


async def test_the_checkout_knows_who_is_signed_in(ada: Browser, house: House) -> None:
    await ada.take(house, ["C-1"])
    page = await ada.page(f"{ada.base}/checkout")
    assert f'value="{ADA}"' in page and 'value="Ada"' in page


# Data


async def test_name_language_and_mails_are_theirs(ada: Browser) -> None:
    await ada.page(f"{ada.base}/account/data")
    assert (await ada.post(f"{ada.base}/account/data", {"name": " ", "locale": "fr"})).status_code == 422
    await ada.done(f"{ada.base}/account/data", {"name": "Ada <b>L</b>", "locale": "fr"})
    await ada.done(f"{ada.base}/account/mails", {})
    response = await ada.get(f"{ada.base}/account/data")
    assert "Ada &lt;b&gt;L" in response.text and "<b>L" not in response.text
    assert 'name="wanted" value="on">' in response.text
    await ada.done(f"{ada.base}/account/mails", {"wanted": "on"})
    assert 'name="wanted" value="on" checked>' in await ada.page(f"{ada.base}/account/data")
    taken = await ada.get(f"{ada.base}/account/data.json")
    assert taken.headers["content-disposition"].startswith("attachment;") and taken.json()["customer"]["email"] == ADA


async def test_another_address_is_confirmed_where_one_is_signed_in(
    ada: Browser, client: AsyncClient, house: House, connection: asyncpg.Connection, post: Post
) -> None:
    await ada.page(f"{ada.base}/account/data")
    await ada.done(f"{ada.base}/account/email", {"email": "countess@example.org"})
    asked, told = (await post.jobs())[-2:]
    assert (asked.email, told.email) == ("countess@example.org", ADA)
    link = await post.link()
    other = Browser(client, house)
    assert "Sign in first" in await other.page(link)
    await other.page(f"{ada.base}/account/sign-in")
    assert (await other.post(link)).status_code == 410
    assert "Your new address" in await ada.page(link)
    assert await ada.done(link) == f"{ada.base}/account/data"
    assert "countess@example.org" in await ada.page(f"{ada.base}/account/data")
    assert (await post.jobs())[-1].mail.value == "email-changed"


async def test_a_password_is_set_used_and_forgotten(
    ada: Browser, client: AsyncClient, house: House, connection: asyncpg.Connection, post: Post
) -> None:
    await ada.page(f"{ada.base}/account/password")
    fields = {"password": PASSWORD, "again": PASSWORD}
    assert (await ada.post(f"{ada.base}/account/password", fields | {"again": "x"})).status_code == 422
    assert (await ada.post(f"{ada.base}/account/password", {"password": "short", "again": "short"})).status_code == 422
    await ada.done(f"{ada.base}/account/password", fields)
    other = Browser(client, house)
    await other.page(f"{ada.base}/account/sign-in")
    assert (
        await other.done(f"{ada.base}/account/sign-in", {"email": ADA, "password": PASSWORD}) == f"{ada.base}/account"
    )
    await age(connection, timedelta(hours=1))
    await ada.page(f"{ada.base}/account/password")
    assert (await ada.post(f"{ada.base}/account/password", fields)).status_code == 422
    wrong = await ada.post(f"{ada.base}/account/password", fields | {"present": "a wrong one of length"})
    assert wrong.status_code == 422 and "not your password" in wrong.text
    await ada.done(f"{ada.base}/account/password", {"remove": "1", "present": PASSWORD})
    assert (await other.get(f"{ada.base}/account")).status_code == 303
    third = Browser(client, house)
    assert await enter(third, post, onward="?next=password") == f"{ada.base}/account/password"
    assert "Set a password" in await third.page(f"{ada.base}/account/password")


@pytest.mark.parametrize(("end", "fields"), [
    ("/password", {"password": PASSWORD, "again": PASSWORD}),
    ("/email", {"email": "eve@example.org"}),
    ("/deletion", {"understood": "on"}),
])  # fmt: skip
async def test_an_open_browser_is_not_enough_for_what_harms(
    ada: Browser, connection: asyncpg.Connection, post: Post, end: str, fields: dict[str, str]
) -> None:
    await age(connection, timedelta(hours=1))
    page = f"{ada.base}/account{'/data' if end == '/email' else end}"
    assert "have a link mailed to you first" in await ada.page(page)
    count = len(await post.jobs())
    assert (await ada.post(f"{ada.base}/account{end}", fields)).status_code == 422
    assert len(await post.jobs()) == count
    response = await ada.post(f"{ada.base}/account/confirmation?next=password")
    assert response.status_code == 200 and ADA in response.text
    assert (await ada.get(await post.link())).headers["location"] == f"{ada.base}/account/password"
    await ada.page(page)
    await ada.done(f"{ada.base}/account{end}", fields)


# The end


async def test_deletion_is_asked_told_and_taken_back(ada: Browser) -> None:
    page = await ada.page(f"{ada.base}/account/deletion")
    assert "What stays, and why" in page and "thirty days after it" in page
    refused = await ada.post(f"{ada.base}/account/deletion")
    assert refused.status_code == 422 and "Tick this" in refused.text
    assert await ada.done(f"{ada.base}/account/deletion", {"understood": "on"}) == f"{ada.base}/account/deletion"
    page = await ada.page(f"{ada.base}/account/deletion")
    assert "is going to be deleted" in page and 'name="understood"' not in page
    assert "This account is going to be deleted." in await ada.page(f"{ada.base}/account")
    await ada.done(f"{ada.base}/account/deletion/withdrawal")
    assert "is going to be deleted" not in await ada.page(f"{ada.base}/account")


async def test_who_has_nothing_to_come_is_deleted_at_once_and_nameless_in_the_back_office(
    ada: Browser, house: House, connection: asyncpg.Connection, sign_in: SignIn
) -> None:
    order = await connection.fetchrow(
        "select o.id, o.customer_id from orders o join box_offices b on b.id = o.box_office_id where b.key = $1",
        house.key,
    )  # fmt: skip
    await connection.execute(
        "update performances set doors_at = now() - interval '40 d', starts_at = now() - interval '40 d', "
        "ends_at = now() - interval '39 d' where id = $1", UUID(house.first),
    )  # fmt: skip
    assert "done at once" in await ada.page(f"{ada.base}/account/deletion")
    assert await ada.done(f"{ada.base}/account/deletion", {"understood": "on"}) == ada.base
    assert (await ada.get(f"{ada.base}/account")).status_code == 303
    for language, nobody in (("en", "Anonymous"), ("fr", "Anonyme")):
        staff = await sign_in(language=language)
        for path in (
            f"/admin/orders/{order['id']}",
            f"/admin/box-offices/{house.key}/orders",
            f"/admin/box-offices/{house.key}/customers/{order['customer_id']}",
            f"/admin/search?q={nobody if language == 'en' else 'anonymous'}",
        ):
            page = await staff.page(path)
            assert nobody in page and ADA not in page and not re.search(r"\bAda\b", page), path


# In the back office


async def test_the_staff_delete_a_customer_at_their_wish(
    ada: Browser, house: House, connection: asyncpg.Connection, sign_in: SignIn
) -> None:
    customer = await connection.fetchval(
        "select id from customers where organisation_id = $1 and email = $2", house.organisation_id, ADA
    )
    path = f"/admin/box-offices/{house.key}/customers/{customer}"
    staff = await sign_in()
    page = await staff.page(path)
    assert ADA in page and "Delete at their wish" in page and "Opened on" in page and "Pat Person" in page
    order = await connection.fetchval("select id from orders where customer_id = $1", customer)
    assert f'href="{path}"' in await staff.page(f"/admin/orders/{order}")
    assert f'href="{path}"' in await staff.page("/admin/search?q=ada")
    assert "What happens" in await staff.page(f"{path}/deletion")
    assert await staff.done(f"{path}/deletion") == path
    assert "is going to be deleted on" in await staff.page(path)
    assert "wants to be deleted" in await staff.page(path)
    await staff.done(f"{path}/deletion/withdrawal")
    assert "is going to be deleted" not in await staff.page(path)
