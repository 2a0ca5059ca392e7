"""The pages that put dates on sale onto another version of their plan."""

import re
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from msgspec.structs import replace

from engine.plan.model import Plan
from tests.admin.conftest import SignIn
from tests.api.conftest import House, keyed, order_body, small_plan
from ticketing import performances, plan_change_runs, plans
from ticketing.db import Database
from ticketing.plans import PlanVersion
from ticketing.stores import stores
from ticketing.tokens import Scope


def without(*seats: str) -> Plan:
    """The house's plan without some of its seats."""
    drawn = small_plan()
    zones = (
        replace(zone, rows=tuple(
            replace(row, seats=tuple(
                replace(seat, companion_of="" if seat.companion_of in seats else seat.companion_of)
                for seat in row.seats if seat.id not in seats
            )) for row in zone.rows
        )) for zone in drawn.zones
    )  # fmt: skip
    return replace(drawn, zones=tuple(zones))


@pytest.fixture
async def version(database: Database, house: House) -> PlanVersion:
    """The second version: without the last seats of two rows."""
    date = house.performances[0]
    (first,) = await plans.list_of(database, house.organisation_id, date.venue_id)
    drawn = without(*(row.seats[-1].id for row in list(small_plan().rows())[:2]))
    return await plans.add_version(
        database, house.organisation_id, date.venue_id, first.name, drawn, date.sale_opens_at
    )


def gone() -> list[str]:
    return [row.seats[-1].id for row in list(small_plan().rows())[:2]]


async def sold(client: AsyncClient, house: House) -> Any:
    """An order of a seat that the second version does not have, at the first date."""
    wants = [{"kind": "seats", "performance": house.first, "seats": [gone()[0]]}]
    held = (await client.post(house.path("holds"), json={"wants": wants})).json()
    response = await client.post(house.path("orders"), json=order_body(house, held), headers=keyed())
    assert response.status_code == 201, response.text
    return response.json()


async def on_version(database: Database, house: House) -> list[int]:
    async with database.read() as c:
        rows = await c.fetch(
            "select v.number from performances f join plan_versions v on v.id = f.plan_version_id"
            " where f.id = any($1) order by f.starts_at",
            [one.id for one in house.performances],
        )
    return [row["number"] for row in rows]


def plan_page(house: House) -> str:
    return f"/admin/performances/{house.first}/plan"


async def test_a_date_goes_onto_the_latest_version(
    sign_in: SignIn, house: House, version: PlanVersion, database: Database
) -> None:
    browser = await sign_in()
    assert plan_page(house) in await browser.page(f"/admin/performances/{house.first}/settings")
    page = await browser.page(plan_page(house))
    assert "Nothing stands in the way" in page and "Places that go" in page
    assert f"/admin/plans/{version.plan_id}/versions/2/dates" in await browser.page(
        f"/admin/plans/{version.plan_id}/versions/2"
    )
    where = await browser.done(plan_page(house), {"plan_version": str(version.id)})
    assert "The date is sold on version 2 of its plan." in await browser.page(where)
    assert await on_version(database, house) == [2, 1]
    assert "is on version 2 of its plan already" in await browser.page(plan_page(house))
    back = await browser.page(plan_page(house) + "?version=1")
    assert "New places" in back and "Sell on version 1" in back
    response = await browser.post(plan_page(house), {"plan_version": str(version.id)})
    assert response.status_code == 409 and "already" in response.text
    for wrong in ("9", "x", "", "9" * 12):
        assert (await browser.get(plan_page(house) + f"?version={wrong}")).status_code in (200, 404)
    assert (await browser.post(plan_page(house), {"plan_version": "x"})).status_code == 404


async def test_sold_seats_in_the_way_are_listed_with_their_orders(
    sign_in: SignIn, house: House, version: PlanVersion, database: Database, client: AsyncClient
) -> None:
    browser = await sign_in()
    placed = await sold(client, house)
    page = await browser.page(plan_page(house))
    assert "Sold seats that this version does not have" in page and placed["code"] in page
    async with database.read() as c:
        ticket = await c.fetchval("select id from tickets where order_id = $1::text::uuid", placed["id"])
    assert f"/admin/orders/{placed['id']}/tickets/{ticket}/move" in page
    assert re.search(r'<button class="btn btn-primary w-100" type="submit" disabled>', page)
    response = await browser.post(plan_page(house), {"plan_version": str(version.id)})
    assert response.status_code == 409 and "The new plan drops 1 places that are sold" in response.text
    assert await on_version(database, house) == [1, 1]
    french = await sign_in(language="fr")
    assert "Sièges vendus que cette version n’a pas" in await french.page(plan_page(house))


async def test_many_dates_go_onto_a_version(
    sign_in: SignIn, house: House, version: PlanVersion, database: Database, client: AsyncClient
) -> None:
    await sold(client, house)
    browser, here = await sign_in(), f"/admin/plans/{version.plan_id}/versions/2/dates"
    page = await browser.page(here)
    boxes = dict(re.findall(r'name="dates" value="([^"]+)"[^>]*?( checked)?>', page))
    assert boxes == {house.first: "", house.second: " checked"} and "1 sold place" in page
    response = await browser.post(here, {})
    assert response.status_code == 422 and "Tick at least one date." in response.text
    assert (await browser.post(here, {"dates": ["x"]})).status_code == 404
    where = await browser.done(here, {"dates": [house.first, house.second]})
    page = await browser.page(where)
    assert "0 of 2 dates" in page and 'hx-trigger="every 2s"' in page
    await work(database, where)
    part = await browser.page(f"{where}/progress")
    assert "2 of 2 dates" in part and "hx-trigger" not in part and "<html" not in part
    assert "On the new version" in part and "The new plan drops 1 places" in part
    assert await on_version(database, house) == [1, 2]
    page = await browser.page(here)
    assert "1 left as they were" in page and house.second not in page
    audit = await browser.page(f"/admin/organisations/{house.key}/audit?act=plan.dates_asked")
    assert "had dates put onto a version of the plan" in audit


async def work(database: Database, where: str) -> None:
    """What the worker does."""
    async with stores(database.settings) as opened:
        change = where.rpartition("/")[2].partition("?")[0]
        async with database.read() as c:
            now = await c.fetchval("select now()")
        await plan_change_runs.run(opened.database, opened.inventory, UUID(change), now)


async def test_there_may_be_nothing_to_do(sign_in: SignIn, house: House, database: Database) -> None:
    browser, date = await sign_in(), house.performances[0]
    (first,) = await plans.list_of(database, house.organisation_id, date.venue_id)
    page = await browser.page(f"/admin/plans/{first.plan_id}/versions/1/dates")
    assert "there is nothing to do" in page
    assert (await browser.get(f"/admin/plans/{first.plan_id}/versions/7/dates")).status_code == 404


async def test_anothers_are_not_found_and_who_may_less_is_refused(
    sign_in: SignIn, house: House, rival: House, version: PlanVersion, database: Database
) -> None:
    viewer, theirs = await sign_in(Scope.VIEW), await sign_in(organisation_id=rival.organisation_id)
    for path in (plan_page(house), f"/admin/plans/{version.plan_id}/versions/2/dates"):
        assert (await viewer.get(path)).status_code == 403
        assert (await theirs.get(path)).status_code == 404
        assert (await viewer.post(path, {})).status_code == 403
        assert (await theirs.post(path, {})).status_code == 404
    manager = await sign_in()
    await manager.page(f"/admin/plans/{version.plan_id}/versions/2/dates")
    answer = await manager.post(f"/admin/plans/{version.plan_id}/versions/2/dates", {"dates": [rival.first]})
    assert answer.status_code == 404
    elsewhere = (await performances.get(database, rival.performances[0].id)).plan_version_id
    assert (await manager.post(plan_page(house), {"plan_version": str(elsewhere)})).status_code == 404
