"""An event's page and a date's: what they say is what was sold, to whom it may be said."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from httpx import AsyncClient

from tests.admin.conftest import SignIn
from tests.api.conftest import House
from ticketing import events
from ticketing.db import Database
from ticketing.performances import Visibility
from ticketing.tokens import Scope

LOOKS_MAX = 10
SCRIPT = "<script>alert(1)</script>"
CHART = re.compile(r'<script type="application/json">(.*?)</script>', re.DOTALL)


def event_of(house: House) -> str:
    return f"/admin/events/{house.performances[0].event_id}"


async def test_figures_charts_and_dates_agree(
    sign_in: SignIn, house: House, paid: Callable[..., Any], order: Callable[..., Any]
) -> None:
    await paid(party=2)
    await order(party=1)
    seller = await sign_in(Scope.VIEW)
    for path in (event_of(house), f"/admin/performances/{house.first}"):
        response = await seller.get(f"{path}?range=7d")
        tariffs, course = (json.loads(told) for told in CHART.findall(response.text))
        assert (tariffs["names"], tariffs["tickets"]) == (["Full", "Reduced"], [3, 0])
        assert sum(course["tickets"]) == 3 and sum(course["cents"]) == sum(tariffs["cents"]) == 18000
        assert course["zone"] == "Europe/Zurich" and len(course["at"]) == 8
        assert "120.00 CHF" in response.text.replace("\xa0", " ")


@pytest.mark.parametrize(("page", "queries_max"), [("events/{event}", 12), ("performances/{first}", 9)])
async def test_the_pages_ask_little(
    sign_in: SignIn, house: House, queries: list[str], page: str, queries_max: int
) -> None:
    manager = await sign_in(Scope.MANAGE)
    path = f"/admin/{page.format(event=house.performances[0].event_id, first=house.first)}"
    for _ in range(LOOKS_MAX):  # the houses are read once a process, and a page waits for them a moment only
        queries.clear()
        await manager.page(path)
        if len(queries) <= queries_max:
            return
    raise AssertionError(queries)


async def test_dates_are_filtered_and_sorted_by_the_address(sign_in: SignIn, house: House) -> None:
    seller = await sign_in(Scope.VIEW)
    first, second = (f"/admin/performances/{one.id}" for one in house.performances)
    text = await seller.page(event_of(house))
    assert 0 < text.index(first) < text.index(second)
    text = await seller.page(f"{event_of(house)}?sort=-start")
    assert text.index(second) < text.rindex(first)
    text = await seller.page(f"{event_of(house)}?when=past")
    assert "No date of this event is in this list" in text
    await seller.page(f"{event_of(house)}?sort=;drop&range=x&measure=&when=0&page=999999999")


async def test_who_sees_it_is_changed_and_two_people_are_told(
    sign_in: SignIn, house: House, database: Database
) -> None:
    manager, other = await sign_in(), await sign_in()
    for person in (manager, other):
        await person.page(event_of(house))
    fields = {"visibility": "link", "version": "1"}
    assert await manager.done(f"{event_of(house)}/visibility", fields) == event_of(house)
    event = await events.get(database, house.organisation_id, house.performances[0].event_id)
    assert event.visibility is Visibility.LINK
    response = await other.post(f"{event_of(house)}/visibility", {"visibility": "public", "version": "1"})
    assert response.status_code == 409 and "Saved meanwhile" in response.text and 'value="2"' in response.text
    assert (await other.post(f"{event_of(house)}/visibility", {"visibility": "x", "version": "2"})).status_code == 422
    assert event.link_secret in await manager.page(event_of(house))
    assert event.link_secret not in await (await sign_in(Scope.VIEW)).page(event_of(house))


async def test_a_forged_form_and_a_viewer_change_nothing(sign_in: SignIn, house: House) -> None:
    viewer, manager = await sign_in(Scope.VIEW), await sign_in()
    await viewer.page(event_of(house))
    fields = {"visibility": "link", "version": "1"}
    assert (await viewer.post(f"{event_of(house)}/visibility", fields)).status_code == 403
    await manager.page(event_of(house))
    manager.token = "0" * 64
    assert (await manager.post(f"{event_of(house)}/visibility", fields)).status_code == 403


@pytest.mark.parametrize(
    "page", ["events/{event}", "performances/{first}", "box-offices/{key}", "box-offices/{key}/reports"]
)
async def test_another_organisations_are_not_found(sign_in: SignIn, house: House, rival: House, page: str) -> None:
    stranger = await sign_in(Scope.MANAGE, organisation_id=rival.organisation_id)
    path = page.format(event=house.performances[0].event_id, first=house.first, key=house.key)
    assert (await stranger.get(f"/admin/{path}")).status_code == 404


async def test_names_are_texts_in_pages_and_in_charts(
    sign_in: SignIn, house: House, database: Database, client: AsyncClient, paid: Callable[..., Any]
) -> None:
    await paid(party=1)
    async with database.transaction() as c:
        await c.execute("update tariffs set name = $1 || '</script>' where id = $2", SCRIPT, house.full.id)
        await c.execute("update events set name = $1 where id = $2", SCRIPT, house.performances[0].event_id)
    manager = await sign_in()
    for path in (event_of(house), f"/admin/performances/{house.first}", f"/admin/box-offices/{house.key}",
                 f"/admin/box-offices/{house.key}/reports?by=tariff", f"{event_of(house)}/mailings/new"):  # fmt: skip
        response = await manager.get(path)
        assert response.status_code == 200 and SCRIPT not in response.text


async def test_the_same_in_french(sign_in: SignIn, house: House) -> None:
    seller = await sign_in(Scope.VIEW, language="fr")
    assert "Dans le temps" in await seller.page(event_of(house))
    assert "À faire" in await seller.page(f"/admin/box-offices/{house.key}")


async def test_what_nobody_is_shown_is_not_on_sale(sign_in: SignIn, house: House, database: Database) -> None:
    manager = await sign_in(Scope.MANAGE)
    pages = (event_of(house), f"/admin/performances/{house.first}")
    for page in pages:
        assert "On sale</span>" in await manager.page(page)
    async with database.transaction() as c:
        await c.execute("update events set visibility = 'draft' where id = $1", house.performances[0].event_id)
    for page in pages:
        text = await manager.page(page)
        assert "Not shown</span>" in text and "On sale</span>" not in text
