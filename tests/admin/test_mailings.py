"""Mails to buyers at the desk: nothing is sent unseen, or to who should not get it, and all of it is told."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

from tests.admin.conftest import Browser, SignIn
from tests.api.conftest import House, keyed, order_body, titled
from ticketing import mailings
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.mailings import RecipientState, State
from ticketing.tokens import Scope

SCRIPT = "<script>alert(1)</script>"
WORDS = {"subject_en": "News of {event}", "body_en": "Dear {name},\n\ncome early."}
IFRAME = re.compile(r'<iframe[^>]* src="([^"]+)"')
Sell = Callable[..., Awaitable[None]]


@pytest.fixture
def sell(client: AsyncClient, house: House, hold: Callable[..., Any]) -> Sell:
    """Sell one place of the first performance (or of another one) to somebody with this address, over the counter."""

    async def sold(email: str, performance: str = "") -> None:
        wants = [{"kind": "best", "performance": performance or house.first, "party": 1}]
        body = order_body(house, await hold(wants=wants)) | {"buyer": {"email": email, "name": "Zoë Martin"}}
        placed = (await client.post(house.path("orders"), json=body, headers=keyed())).json()
        path = f"/api/v1/orders/{placed['id']}/payments"
        response = await client.post(path, json={"provider": "on_site"}, headers=house.bearer(Scope.SELL))
        assert response.status_code == 201, response.text

    return sold


def event_of(house: House) -> str:
    return f"/admin/events/{house.performances[0].event_id}"


async def drafted(browser: Browser, house: House, **fields: Any) -> str:
    """Write a mail; the path of its page."""
    await browser.page(f"{event_of(house)}/mailings/new")
    return await browser.done(f"{event_of(house)}/mailings", WORDS | fields)


async def sent(browser: Browser, path: str) -> None:
    await browser.page(path)
    assert await browser.done(f"{path}/dispatch", {"version": "1"}) == path


def id_of(path: str) -> UUID:
    return UUID(path.rpartition("/")[2])


async def state_of(database: Database, house: House, path: str) -> State:
    return (await mailings.get(database, house.organisation_id, id_of(path))).state


async def recipients(database: Database, path: str) -> dict[str, str]:
    return {one.email: one.state for one in await mailings.log(database, id_of(path))}


async def test_written_looked_at_and_sent(sign_in: SignIn, house: House, sell: Sell, database: Database) -> None:
    await sell("zoe@example.org")
    manager = await sign_in()
    assert "Nobody has been written to" in await manager.page(f"{event_of(house)}/mailings")
    path = await drafted(manager, house)
    page = await manager.page(path)
    assert "Send to 1 person" in page and "News of The Seagull" in page
    assert await state_of(database, house, path) is State.DRAFT and not await recipients(database, path)
    shown = await manager.page((IFRAME.search(page) or [""])[1].replace("&amp;", "&"))
    assert "Dear Ann Example," in shown and "come early." in shown
    await sent(manager, path)
    assert await recipients(database, path) == {"zoe@example.org": RecipientState.WAITING}
    page = await manager.page(path)
    assert "0 of 1 written to" in page and f'hx-get="{path}/progress"' in page
    page = await manager.page(f"{event_of(house)}/mailings")
    assert "Being sent" in page and "News of The Seagull" in page


async def test_readers_are_told_the_title_in_the_language_of_the_mail(
    sign_in: SignIn, house: House, sell: Sell, database: Database
) -> None:
    await titled(database, house, fr="La Mouette", en="A Seagull")
    await sell("zoe@example.org")
    manager = await sign_in()
    path = await drafted(manager, house, subject_fr="Des nouvelles de {event}", body_fr="Venez tôt voir {event}.")
    page = await manager.page(path)
    assert "News of A Seagull" in page and "Des nouvelles de La Mouette" in page
    french = await manager.page(f"{path}/preview?language=fr")
    assert "Venez tôt voir La Mouette." in french and "des billets pour La Mouette" in french
    assert "News of A Seagull" in await manager.page(f"{event_of(house)}/mailings")


async def test_progress_says_how_many_were_written_to(
    sign_in: SignIn, house: House, sell: Sell, database: Database
) -> None:
    for name in ("a", "b", "c", "d"):
        await sell(f"{name}@example.org")
    manager = await sign_in()
    path = await drafted(manager, house)
    await mailings.opt_out(database, house.organisation_id, "a@example.org", house.performances[0].sale_opens_at)
    assert "1 buyer wants no such mails and is left out." in await manager.page(path)
    await sent(manager, path)
    mailing, now = id_of(path), house.performances[0].sale_opens_at
    for state in (RecipientState.SENT, RecipientState.REFUSED):
        one = await mailings.take(database, mailing, UUID(int=0), now)
        assert one and one.email != "a@example.org"
        await mailings.note(database, mailing, one.customer_id, state, "550 nobody here", now)
    text = await manager.page(f"{path}/progress")
    assert "2 of 3 written to" in text and "550 nobody here" in text and "<html" not in text
    last = await mailings.take(database, mailing, UUID(int=0), now)
    assert last and "2 of 3 written to" in await manager.page(f"{path}/progress")
    await mailings.finish(database, mailing, now)
    text = await manager.page(f"{path}/progress")
    assert "hx-get" not in text and "Sending was cut short" in text


async def test_who_opted_out_is_not_written_to(sign_in: SignIn, house: House, sell: Sell, database: Database) -> None:
    for name in ("stays", "leaves"):
        await sell(f"{name}@example.org")
    await mailings.opt_out(database, house.organisation_id, "leaves@example.org", house.performances[0].sale_opens_at)
    manager = await sign_in()
    path = await drafted(manager, house)
    await sent(manager, path)
    assert await recipients(database, path) == {
        "stays@example.org": RecipientState.WAITING, "leaves@example.org": RecipientState.OPTED_OUT,
    }  # fmt: skip
    assert "0 of 1 written to" in await manager.page(path)
    assert re.search(r'data-label="Recipients">1<', await manager.page(f"{event_of(house)}/mailings"))


async def test_to_the_buyers_of_one_date(sign_in: SignIn, house: House, sell: Sell, database: Database) -> None:
    await sell("first@example.org")
    await sell("second@example.org", house.second)
    manager = await sign_in()
    page = await manager.page(f"{event_of(house)}/mailings/new?performance={house.second}")
    assert re.findall(r'value="([^"]+)" checked', page) == [house.second]
    path = await drafted(manager, house, performance_ids=house.second)
    await sent(manager, path)
    assert list(await recipients(database, path)) == ["second@example.org"]


async def test_nobody_to_write_to(sign_in: SignIn, house: House, sell: Sell, database: Database) -> None:
    await sell("first@example.org")
    manager = await sign_in()
    path = await drafted(manager, house, performance_ids=house.second)
    page = await manager.page(path)
    assert "Nobody to write to" in page and "/dispatch" not in page
    response = await manager.post(f"{path}/dispatch", {"version": "1"})
    assert response.status_code == 422 and "Nobody would get this mail" in response.text
    assert await state_of(database, house, path) is State.DRAFT


async def test_too_many_to_write_to(
    sign_in: SignIn, house: House, sell: Sell, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailings, "RECIPIENTS_MAX", 1)
    for name in ("a", "b"):
        await sell(f"{name}@example.org")
    manager = await sign_in()
    path = await drafted(manager, house)
    response = await manager.post(f"{path}/dispatch", {"version": "1"})
    assert response.status_code == 422 and "2 people, and 1 is the most" in response.text
    assert await state_of(database, house, path) is State.DRAFT and not await recipients(database, path)


async def test_markup_is_a_text_in_pages_and_previews(
    sign_in: SignIn, house: House, sell: Sell, database: Database
) -> None:
    await sell("zoe@example.org")
    async with database.transaction() as c:
        await c.execute("update events set name = $1 where id = $2", SCRIPT, house.performances[0].event_id)
    manager = await sign_in()
    path = await drafted(manager, house, subject_en=f"{SCRIPT} {{event}}", body_en=f"{SCRIPT}\n\n<b>{{name}}</b>")
    await sent(manager, path)
    for page in (
        path,
        f"{path}/preview",
        f"{path}/preview?language=xx",
        f"{path}/progress",
        f"{event_of(house)}/mailings",
    ):
        response = await manager.get(page)
        assert response.status_code == 200 and SCRIPT not in response.text and "<b>Ann" not in response.text
    policy = (await manager.get(f"{path}/preview")).headers["content-security-policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "script-src" not in policy


@pytest.mark.parametrize(
    ("fields", "mistake"),
    [
        ({"subject_en": "", "body_en": ""}, "in one language at least"),
        ({"subject_en": ""}, "subject_en-mistake"),
        ({"body_fr": "Bonjour"}, "subject_fr-mistake"),
        ({"body_en": "x" * 10_001}, "body_en-mistake"),
        ({"subject_en": "x" * 121}, "subject_en-mistake"),
        ({"body_en": "Dear {nom},"}, "Nothing is filled in for {nom}"),
        ({"performance_ids": "x"}, "Choose dates and tariffs of this event."),
        ({"tariff_ids": str(new_id())}, "Choose dates and tariffs of this event."),
    ],
)
async def test_what_cannot_be_sent_is_kept_as_typed(
    sign_in: SignIn, house: House, fields: dict[str, str], mistake: str
) -> None:
    manager = await sign_in()
    await manager.page(f"{event_of(house)}/mailings/new")
    response = await manager.post(f"{event_of(house)}/mailings", WORDS | {"subject_fr": ""} | fields)
    assert response.status_code == 422 and mistake in response.text
    assert (WORDS | fields)["body_en"][:40] in response.text
    assert "Nobody has been written to" in await manager.page(f"{event_of(house)}/mailings")


async def test_two_people_write_one_mail(sign_in: SignIn, house: House) -> None:
    manager, other = await sign_in(), await sign_in()
    path = await drafted(manager, house, performance_ids=house.first)
    await other.page(f"{path}/edit")
    await manager.page(f"{path}/edit")
    theirs = WORDS | {"subject_en": "Theirs", "version": "1", "performance_ids": house.first}
    assert await manager.done(path, theirs) == path
    again = await other.post(path, WORDS | {"subject_en": "x" * 121, "version": "1"})
    assert again.status_code == 422 and 'name="version" value="1"' in again.text
    response = await other.post(path, WORDS | {"subject_en": "Ours", "version": "1"})
    assert response.status_code == 409 and 'name="version" value="2"' in response.text
    assert 'value="Ours"' in response.text and "Theirs" in response.text
    assert re.search(r'id="performance_ids-other">Saved meanwhile: \d', response.text)
    assert "tariff_ids-other" not in response.text and "body_en-other" not in response.text
    assert (await other.post(f"{path}/dispatch", {"version": "1"})).status_code == 422
    assert await other.done(path, WORDS | {"subject_en": "Ours", "version": "2"}) == path
    assert "Ours" in await manager.page(path)


async def test_once_on_its_way_it_is_stopped_but_not_changed(
    sign_in: SignIn, house: House, sell: Sell, database: Database
) -> None:
    await sell("zoe@example.org")
    manager = await sign_in()
    path = await drafted(manager, house)
    assert await manager.done(f"{path}/interruption") == path
    assert "Stopped" not in await manager.page(path)
    await sent(manager, path)
    assert (await manager.get(f"{path}/edit")).headers["location"] == path
    for act, fields in (("", WORDS), ("/dispatch", {}), ("/removal", {})):
        response = await manager.post(f"{path}{act}", fields | {"version": "2"})
        assert response.status_code == 422 and "on its way already" in response.text, act
    assert await manager.done(f"{path}/interruption") == path
    assert "Stopped: nobody else is written to." in await manager.page(path)
    assert await state_of(database, house, path) is State.STOPPED
    assert await manager.done(f"{path}/resumption") == path
    assert "The others are being written to." in await manager.page(path)
    assert await state_of(database, house, path) is State.SENDING


async def test_a_draft_is_tried_out_and_thrown_away(sign_in: SignIn, house: House, database: Database) -> None:
    manager = await sign_in()
    path = await drafted(manager, house)
    assert await manager.done(f"{path}/trial", {"language": "en"}) == path
    assert f"A test mail is on its way to {manager.email}." in await manager.page(path)
    async with database.read() as c:
        jobs = await c.fetch(
            "select convert_from(payload, 'utf8') as said from pgqueuer where entrypoint = 'send-mailing'"
        )
    [trial] = [job["said"] for job in jobs if str(id_of(path)) in job["said"]]
    assert str(manager.staff_id) in trial and await state_of(database, house, path) is State.DRAFT
    assert (await manager.post(f"{path}/trial", {"language": "fr"})).status_code == 404
    await manager.page(path)
    assert await manager.done(f"{path}/removal") == f"{event_of(house)}/mailings"
    assert (await manager.get(path)).status_code == 404


async def test_who_may_not_write_to_buyers(
    sign_in: SignIn, house: House, rival: House, sell: Sell, database: Database
) -> None:
    await sell("zoe@example.org")
    path = await drafted(await sign_in(), house)
    seller, stranger = await sign_in(Scope.SELL), await sign_in(organisation_id=rival.organisation_id)
    assert "/mailings" not in await seller.page(event_of(house))
    pages = [path, f"{path}/edit", f"{path}/preview", f"{path}/progress", f"{event_of(house)}/mailings/new",
             f"{event_of(house)}/mailings"]  # fmt: skip
    acts = ["", "/trial", "/dispatch", "/interruption", "/resumption", "/removal"]
    for browser, status in ((seller, 403), (stranger, 404)):
        await browser.page("/admin/profile")
        for page in pages:
            assert (await browser.get(page)).status_code == status, page
        for act in (*(path + act for act in acts), f"{event_of(house)}/mailings"):
            response = await browser.post(act, WORDS | {"version": "1", "language": "en"})
            assert response.status_code == status, act
    assert await state_of(database, house, path) is State.DRAFT


async def test_forms_of_elsewhere_do_nothing(sign_in: SignIn, house: House, sell: Sell, database: Database) -> None:
    await sell("zoe@example.org")
    manager = await sign_in()
    path = await drafted(manager, house)
    for act in ("", "/trial", "/dispatch", "/interruption", "/resumption", "/removal"):
        manager.token = "0" * 64
        response = await manager.post(f"{path}{act}", WORDS | {"version": "1", "language": "en"})
        assert response.status_code == 403, act
    manager.token = "0" * 64
    assert (await manager.post(f"{event_of(house)}/mailings", WORDS)).status_code == 403
    assert await state_of(database, house, path) is State.DRAFT


async def test_the_pages_ask_little(sign_in: SignIn, house: House, sell: Sell, queries: list[str]) -> None:
    for name in ("a", "b", "c"):
        await sell(f"{name}@example.org")
    manager = await sign_in()
    path = await drafted(manager, house)
    await sent(manager, path)
    for page, most in ((path, 7), (f"{path}/progress", 6), (f"{event_of(house)}/mailings", 8)):
        queries.clear()
        await manager.page(page)
        assert len(queries) <= most, queries


async def test_what_was_done_is_in_the_log(sign_in: SignIn, house: House, sell: Sell, database: Database) -> None:
    await sell("zoe@example.org")
    manager = await sign_in()
    path = await drafted(manager, house)
    await sent(manager, path)
    await manager.done(f"{path}/interruption")
    async with database.read() as c:
        lines = await c.fetch("select act, staff_id from audit where subject_id = $1 order by id", str(id_of(path)))
    assert [line["act"] for line in lines] == ["mailing.drafted", "mailing.sent", "mailing.turned"]
    assert {line["staff_id"] for line in lines} == {manager.staff_id}


async def test_in_french(sign_in: SignIn, house: House, sell: Sell) -> None:
    await sell("zoe@example.org")
    manager = await sign_in(language="fr")
    path = await drafted(manager, house, subject_fr="Nouvelles", body_fr="Bonjour {name}")
    page = await manager.page(path)
    assert "Envoyer à 1 personne" in page and "Brouillon" in page
    assert 'lang="fr"' in await manager.page(f"{path}/preview?language=fr")
    await sent(manager, path)
    assert "0 sur 1 traités" in await manager.page(path)
