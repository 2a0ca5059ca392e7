"""A box office at a glance: takings, what is on next, and what waits, each with the way to it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from tests.admin.conftest import PASSWORD, SignIn
from tests.api.conftest import House
from ticketing import box_offices, events
from ticketing.db import Database
from ticketing.performances import Visibility
from ticketing.tokens import Scope

FIGURE = re.compile(r'<p class="h1 mb-0">([^<]+)</p><p class="text-secondary mb-0">(\d+) tickets?')
TO_DO = re.compile(r'class="list-group-item list-group-item-action" href="([^"]+)".*?</svg> ([^<]+)</a>')

OVER = ", ".join(
    f"{one} = {one} - interval '40 days'"
    for one in ("starts_at", "doors_at", "ends_at", "sale_opens_at", "sale_closes_at")
)


def path(house: House) -> str:
    return f"/admin/box-offices/{house.key}"


def figures(page: str) -> list[tuple[str, str]]:
    return [(amount.replace("\xa0", " "), tickets) for amount, tickets in FIGURE.findall(page)]


async def office_of(db: Database, house: House) -> Any:
    async with db.read() as c:
        return await c.fetchval("select id from box_offices where key = $1", house.key)


async def test_takings_of_today_and_of_the_week(
    sign_in: SignIn, house: House, rival: House, database: Database, paid: Callable[..., Any]
) -> None:
    placed = await paid(party=2)
    seller = await sign_in(Scope.VIEW)
    assert figures(await seller.page(path(house))) == [("120.00 CHF", "2"), ("120.00 CHF", "2")]
    async with database.transaction() as c:
        await c.execute("update order_lines set created_at = created_at - interval '8 days' where order_id = $1",
                        UUID(placed["id"]))  # fmt: skip
    assert figures(await seller.page(path(house))) == [("0.00 CHF", "0"), ("0.00 CHF", "0")]
    stranger = await sign_in(Scope.VIEW, organisation_id=rival.organisation_id)
    assert figures(await stranger.page(path(rival))) == [("0.00 CHF", "0"), ("0.00 CHF", "0")]


async def test_next_dates_say_what_is_sold_held_and_free(
    sign_in: SignIn, house: House, paid: Callable[..., Any], hold: Callable[..., Any]
) -> None:
    await paid(party=2)
    await hold(party=3)
    page = await (await sign_in(Scope.VIEW)).page(path(house))
    assert page.index(house.first) < page.index(house.second)
    assert re.findall(r'data-label="(\w+)">([\d,—]+)<', page) == [
        ("Sold", "2"), ("Held", "3"), ("Free", "75"), ("Sold", "0"), ("Held", "0"), ("Free", "80"),
    ]  # fmt: skip


@pytest.mark.parametrize("change", [OVER, "status = 'cancelled'"])
async def test_dates_that_are_over_or_cancelled_are_not_next(
    sign_in: SignIn, house: House, database: Database, change: str
) -> None:
    async with database.transaction() as c:
        await c.execute(f"update performances set {change} where id = $1", house.performances[0].id)
    page = await (await sign_in(Scope.VIEW)).page(path(house))
    assert house.first not in page and house.second in page


async def test_what_waits_is_found_where_it_leads(
    sign_in: SignIn, house: House, database: Database, paid: Callable[..., Any]
) -> None:
    manager, now = await sign_in(), datetime.now(UTC)
    assert "Nothing waits for you." in await manager.page(path(house))
    placed = await paid(party=1)
    await manager.page(f"/admin/orders/{placed['id']}/refund")
    await manager.done(f"/admin/orders/{placed['id']}/refund", {"back_cents": "6000", "password_again": PASSWORD})
    own = (database, house.organisation_id, await office_of(database, house))
    await events.create(*own, "The Sketch", now, visibility=Visibility.DRAFT)
    await events.create(*own, "The Rumour", now)
    waiting = TO_DO.findall(await manager.page(path(house)))
    assert [words for _, words in waiting] == [
        "1 refund to hand out", "1 event is still a draft", "1 event is shown without a date",
    ]  # fmt: skip
    found = [await manager.page(address) for address, _ in waiting]
    assert placed["code"] in found[0]
    assert "The Sketch" in found[1] and "The Rumour" not in found[1] and "The Seagull" not in found[1]
    assert "The Rumour" in found[2]


async def test_a_new_box_office_says_what_to_do_next(sign_in: SignIn, house: House, database: Database) -> None:
    now = datetime.now(UTC)
    key = f"{house.key}-new"
    await box_offices.create(database, house.organisation_id, key, "New", "CHF", now)
    page = await (await sign_in()).page(f"/admin/box-offices/{key}")
    assert "No date to come. Add an event" in page and f'href="/admin/box-offices/{key}/events"' in page


async def test_it_is_come_to_from_the_first_page_and_asks_little(
    sign_in: SignIn, house: House, queries: list[str]
) -> None:
    seller = await sign_in(Scope.VIEW)
    assert f'href="{path(house)}"' in await seller.page("/admin")
    await seller.page(path(house))  # the houses are read once a process
    queries.clear()
    assert "The Seagull" in await seller.page(path(house))
    assert len(queries) <= 12, queries


async def test_in_french(sign_in: SignIn, house: House) -> None:
    assert "Rien ne vous attend." in await (await sign_in(Scope.VIEW, language="fr")).page(path(house))
