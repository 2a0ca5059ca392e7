import io
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from PIL import Image

from tests.admin.conftest import SignIn
from tests.api.conftest import House
from ticketing import events
from ticketing.db import Database
from ticketing.events import Event
from ticketing.tokens import Scope

SCRIPT = "<script>alert(1)</script>"


def value_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


@pytest.fixture
def event_id(house: House) -> str:
    return str(house.performances[0].event_id)


@pytest.fixture
def path(event_id: str) -> str:
    return f"/admin/events/{event_id}/settings"


def fields(page: str, **changed: object) -> dict[str, object]:
    """What the settings' form holds, with some of it changed."""
    kept = {"version": value_of(page, "version"), "name": "The Seagull", "visibility": "public", "doors_min": "30"}
    return kept | {"duration_min": "120", "sale_closes_min": "0"} | changed


async def test_an_event_is_made_as_a_draft(sign_in: SignIn, house: House, database: Database) -> None:
    manager = await sign_in()
    base = f"/admin/box-offices/{house.key}/events"
    assert f'href="{base}/new"' in await manager.page(base)
    await manager.page(f"{base}/new")
    leads_to = await manager.done(base, {"name": " Hamlet ", "category": "theatre"})
    page = await manager.page(leads_to)
    assert "Hamlet is a draft" in page and '<option value="draft" selected>' in page
    assert "Hamlet" in await manager.page(f"{base}?show=draft") and "Hamlet" not in await manager.page(
        f"{base}?show=past"
    )
    assert "Hamlet" in await manager.page(f"{base}?search=ham") and "Hamlet" not in await manager.page(
        f"{base}?search=x"
    )


async def test_who_may_not_make_events_is_told_and_who_only_may_manages_theirs(sign_in: SignIn, house: House) -> None:
    base = f"/admin/box-offices/{house.key}/events"
    seller = await sign_in(Scope.SELL)
    assert f"{base}/new" not in await seller.page(base)
    assert (await seller.get(f"{base}/new")).status_code == 403
    assert (await seller.post(base, {"name": "Mine"})).status_code == 403
    creator = await sign_in(Scope.VIEW, creates_events=True)
    await creator.page(f"{base}/new")
    assert "Save" in await creator.page(await creator.done(base, {"name": "Mine"}))


async def test_a_form_without_a_name_keeps_what_was_typed(sign_in: SignIn, house: House) -> None:
    manager = await sign_in()
    await manager.page(f"/admin/box-offices/{house.key}/events/new")
    response = await manager.post(f"/admin/box-offices/{house.key}/events", {"name": " ", "category": "circus"})
    assert response.status_code == 422 and '<option value="circus" selected>' in response.text


async def test_settings_are_saved_and_shown(sign_in: SignIn, path: str) -> None:
    manager = await sign_in()
    page = await manager.page(path)
    assert "The Seagull" in page
    changed = {
        "name": "Hamlet",
        "languages": ["en", "zxx"],
        "sale_opens_at": "2026-12-01T10:00",
        "order_places_max": "6",
    }
    texts = {"title_en": "Hamlet", "description_fr": "Un **prince**.\n\n- danois"}
    assert await manager.done(path, fields(page, **changed, **texts)) == path
    page = await manager.page(path)
    assert value_of(page, "sale_opens_at") == "2026-12-01T10:00" and value_of(page, "order_places_max") == "6"
    assert "<p>Un <strong>prince</strong>.</p><ul><li>danois</li></ul>" in page
    assert re.search(r'value="zxx" checked', page)


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"doors_min": "x"}, {"order_places_max": "0"}, {"sale_opens_at": "soon"}]
)
async def test_mistakes_stand_beside_their_fields(sign_in: SignIn, path: str, wrong: dict[str, str]) -> None:
    manager = await sign_in()
    page = await manager.page(path)
    response = await manager.post(path, fields(page, **wrong))
    assert response.status_code == 422 and f'id="{next(iter(wrong))}-mistake"' in response.text


async def test_the_second_to_save_sees_both_versions(sign_in: SignIn, path: str, house: House) -> None:
    first, second = await sign_in(), await sign_in()
    page = await first.page(path)
    await second.page(path)
    await first.done(path, fields(page, name="Hamlet", visibility="link"))
    response = await second.post(path, fields(page, name="Macbeth"))
    assert response.status_code == 409 and 'value="Macbeth"' in response.text
    assert re.search(r'id="name-other">Saved meanwhile: Hamlet', response.text)
    assert re.search(r'id="visibility-other">Saved meanwhile: By link', response.text)
    assert "Hamlet" in await first.page(path)
    await second.done(path, fields(response.text, name="Macbeth"))
    assert "Macbeth" in await first.page(path)


async def test_stored_scripts_stay_texts(sign_in: SignIn, path: str, house: House) -> None:
    manager = await sign_in()
    page = await manager.page(path)
    texts = {f"{name}_en": SCRIPT for name in ("title", "subtitle", "description", "picture_alt")}
    texts["description_en"] += '\n\n[x](javascript:alert(1)) <img src=x onerror="alert(1)">'
    await manager.done(path, fields(page, name=SCRIPT, **texts))
    for shown in (path, f"/admin/box-offices/{house.key}/events", path.replace("settings", "performances")):
        raw = (await manager.get(shown)).text
        assert SCRIPT not in raw and "<img src=x" not in raw and 'href="javascript' not in raw
        assert "&lt;script&gt;" in raw
    typed = await manager.post("/admin/markup", {"description_en": SCRIPT, "field": "description_en"})
    assert typed.text == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"


async def test_a_picture_is_drawn_anew(sign_in: SignIn, path: str, event_id: str) -> None:
    manager = await sign_in()
    await manager.page(path)
    where = f"/admin/events/{event_id}/picture"
    assert (await manager.get(where)).status_code == 404
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "navy").save(out, "PNG")
    sent = {"picture": ("../<script>.svg", out.getvalue() + SCRIPT.encode(), "text/html")}
    assert await manager.done(where, files=sent) == path
    shown = await manager.get(where)
    assert shown.headers["content-type"] == "image/jpeg" and SCRIPT.encode() not in shown.content
    assert shown.headers["x-content-type-options"] == "nosniff"
    await manager.page(path)
    await manager.done(where, {"remove": "yes"})
    assert (await manager.get(where)).status_code == 404


async def test_what_is_no_picture_is_refused(sign_in: SignIn, path: str, event_id: str) -> None:
    manager = await sign_in()
    await manager.page(path)
    where = f"/admin/events/{event_id}/picture"
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for sent in ({"picture": ("a.png", svg, "image/png")}, {}):
        response = await manager.post(where, files=sent or None)
        assert response.status_code == 422 and 'id="picture-mistake"' in response.text


async def test_a_link_is_shown_and_renewed(sign_in: SignIn, path: str, event_id: str, house: House) -> None:
    manager = await sign_in()
    page = await manager.page(path)
    await manager.done(path, fields(page, visibility="link"))
    first = re.search(r"link=([\w-]+)\"", await manager.page(path))
    await manager.done(f"/admin/events/{event_id}/link")
    second = re.search(r"link=([\w-]+)\"", await manager.page(path))
    assert first and second and first[1] != second[1]


async def test_nothing_is_done_for_another_site_or_organisation(
    sign_in: SignIn, path: str, rival: House, database: Database
) -> None:
    manager = await sign_in()
    page = await manager.page(path)
    manager.token = "forged"
    assert (await manager.post(path, fields(page, name="Stolen"))).status_code == 403
    await manager.page(path)
    theirs = rival.performances[0].event_id
    for act in ("settings", "picture", "link"):
        response = await manager.post(f"/admin/events/{theirs}/{act}", fields(page, name="Stolen"))
        assert response.status_code == 404
    assert (await manager.get(f"/admin/events/{theirs}/settings")).status_code == 404
    untouched: Event = await events.get(database, rival.organisation_id, theirs)
    assert untouched.version == 1


async def test_the_list_is_sorted_by_the_address_and_stays_so(sign_in: SignIn, house: House) -> None:
    manager, path = await sign_in(), f"/admin/box-offices/{house.key}/events"
    text = await manager.page(f"{path}?show=all&search=a&sort=-name")
    assert re.search(r'aria-sort="descending"><a href="\?show=all&search=a&sort=name"', text)
    assert text.count("aria-sort=") == 1 and 'name="sort" value="-name"' in text
    assert "search=a&sort=-name" in text.partition("aria-sort")[0]
    for odd in ("", "sold;", "--name"):
        assert 'aria-sort="ascending"><a href="?show=current&search=&sort=-next"' in await manager.page(
            f"{path}?sort={odd}"
        )


async def test_the_list_asks_twice(sign_in: SignIn, house: House, queries: list[str]) -> None:
    manager = await sign_in()
    await manager.page(f"/admin/box-offices/{house.key}/events")
    queries.clear()
    await manager.page(f"/admin/box-offices/{house.key}/events")
    assert queries[-2:] == ["programmed_count", "programmed"] and len(queries) <= 6, queries


async def test_an_event_is_removed_once_nobody_sees_it(
    sign_in: SignIn, path: str, event_id: str, house: House, database: Database
) -> None:
    manager, at = await sign_in(), f"/admin/events/{event_id}/removal"
    settings = await manager.page(path)
    assert at in settings and f"/admin/events/{event_id}/order-form" in settings
    shown = await manager.page(at)
    assert "Only a draft is removed" in shown and f'action="{at}"' not in shown
    refused = await manager.post(at)
    assert refused.status_code == 409 and "make the event a draft first" in refused.text
    await manager.done(path, fields(settings, visibility="draft"))
    told = await manager.page(at)
    assert "What goes with it" in told and "2 dates" in told and "2 tariffs" in told
    assert (await (await sign_in(Scope.SELL)).get(at)).status_code == 403
    leads_to = await manager.done(at)
    assert "The Seagull is removed." in await manager.page(leads_to)
    assert (await manager.get(path)).status_code == 404


async def test_an_event_with_orders_says_what_to_do_instead(
    sign_in: SignIn, event_id: str, order: Callable[..., Awaitable[Any]], house: House
) -> None:
    await order(party=2)
    manager, at = await sign_in(), f"/admin/events/{event_id}/removal"
    told = await manager.page(at)
    assert "1 order was placed for it" in told and f"/admin/events/{event_id}/performances" in told
    assert (await manager.post(at)).status_code == 409
