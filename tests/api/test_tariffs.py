"""What an order may not do at a tariff: each refusal as a shopper and as the counter meet it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

from tests.api.conftest import House, keyed, order_body, problem
from ticketing import options, prices, tariffs, vat
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.options import Acting, Draft
from ticketing.prices import Prices
from ticketing.tariffs import Tariff, Terms
from ticketing.tokens import Scope
from ticketing.vat import Rate

HOUR = timedelta(hours=1)


def by(house: House) -> Actor:
    return Actor(organisation_id=house.organisation_id)


async def set_terms(db: Database, house: House, **terms: Any) -> Tariff:
    """Change the terms of the full tariff."""
    version = (await tariffs.get(db, house.organisation_id, house.full.id)).version
    wanted = Terms(names={"en": "Full"}, **terms)
    now = datetime.now(UTC)
    return await tariffs.edit(db, house.organisation_id, house.full.id, version, wanted, by(house), now)


async def acting(db: Database, house: House) -> Acting:
    """Somebody who sees the full tariff as it is."""
    tariff = await tariffs.get(db, house.organisation_id, house.full.id)
    return Acting(house.organisation_id, tariff.id, tariff.version, by(house), datetime.now(UTC))


async def add_options(db: Database, house: House) -> dict[str, UUID]:
    """A programme alone, two menus that exclude each other, a discount beyond any price; their ids by name."""
    tariff = house.full.id
    await options.add_group(db, await acting(db, house), {"en": "Menu"})
    (group,) = (await options.of_tariff(db, tariff)).groups
    drafts = [("Programme", 300, None), ("Meat", 2500, group.id), ("Fish", 2700, group.id), ("Gift", -9000, None)]
    for name, cents, group_id in drafts:
        draft = Draft(names={"en": name}, price_cents=cents, group_id=group_id)
        await options.add(db, await acting(db, house), draft)
    found = await options.of_tariff(db, tariff)
    every = (*found.single, *found.groups[0].options)
    return {option.name: option.id for option in every}


async def test_a_tariff_is_sold_in_its_time(client: AsyncClient, house: House, database: Database, hold: Any) -> None:
    body, now = order_body(house, await hold()), datetime.now(UTC)
    await set_terms(database, house, sale_opens_at=now + HOUR)
    response = await client.post(house.path("orders"), json=body, headers=keyed())
    assert "Full is sold from" in problem(response, 409, "tariff-not-open")["detail"]
    await set_terms(database, house, sale_closes_at=now - timedelta(days=1))
    problem(await client.post(house.path("orders"), json=body, headers=keyed()), 409, "tariff-closed")
    await set_terms(database, house, sale_closes_at=now - timedelta(minutes=1))
    response = await client.post(house.path("orders"), json=body, headers=keyed())
    assert response.status_code == 201, "what was held in time is sold"


async def test_a_closed_tariff_is_closed_at_once(
    client: AsyncClient, house: House, database: Database, hold: Any
) -> None:
    body = order_body(house, await hold())
    now = datetime.now(UTC)
    await tariffs.close(database, house.organisation_id, house.full.id, True, by(house), now)
    problem(await client.post(house.path("orders"), json=body, headers=keyed()), 409, "tariff-closed")
    await tariffs.close(database, house.organisation_id, house.full.id, False, by(house), now)
    assert (await client.post(house.path("orders"), json=body, headers=keyed())).status_code == 201


async def test_the_counter_sells_what_the_shop_does_not(
    client: AsyncClient, house: House, database: Database, hold: Any
) -> None:
    await set_terms(database, house, counter_only=True)
    body, counter = order_body(house, await hold()), house.bearer(Scope.SELL)
    problem(await client.post(house.path("orders"), json=body, headers=keyed()), 409, "counter-only")
    program = body | {"channel": "api"}
    problem(await client.post(house.path("orders"), json=program, headers=keyed() | counter), 409, "counter-only")
    problem(await client.post(house.path("orders"), json=program, headers=keyed()), 403, "scope-missing")
    placed = await client.post(house.path("orders"), json=body, headers=keyed() | counter)
    assert placed.status_code == 201
    async with database.read() as c:
        assert await c.fetchval("select channel from orders where id = $1", UUID(placed.json()["id"])) == "counter"
    shown = (await client.get(f"/api/v1/performances/{house.second}")).json()["tariffs"]
    assert [tariff["name"] for tariff in shown] == ["Reduced"]
    shown = (await client.get(f"/api/v1/performances/{house.second}", headers=counter)).json()["tariffs"]
    assert [tariff["name"] for tariff in shown] == ["Full", "Reduced"]


async def test_another_organisations_token_does_not_sell_here(
    client: AsyncClient, house: House, rival: House, hold: Any
) -> None:
    body = order_body(house, await hold())
    response = await client.post(house.path("orders"), json=body, headers=keyed() | rival.bearer(Scope.SELL))
    problem(response, 404, "not-found")


async def test_an_order_has_enough_places_and_not_too_many(
    client: AsyncClient, house: House, database: Database, hold: Any
) -> None:
    body = order_body(house, await hold(party=2))
    await set_terms(database, house, order_min=3)
    response = await client.post(house.path("orders"), json=body, headers=keyed())
    assert "at least 3 places" in problem(response, 409, "tariff-minimum")["detail"]
    await set_terms(database, house, order_max=1)
    response = await client.post(house.path("orders"), json=body, headers=keyed())
    assert "at most 1 places" in problem(response, 409, "tariff-maximum")["detail"]
    await set_terms(database, house, order_min=2, order_max=2)
    assert (await client.post(house.path("orders"), json=body, headers=keyed())).status_code == 201


async def test_options_are_chosen_and_priced(client: AsyncClient, house: House, database: Database, hold: Any) -> None:
    chosen = await add_options(database, house)
    body = order_body(house, await hold(party=1))

    def asked(*names: str) -> dict[str, Any]:
        ids = [str(chosen[name]) for name in names]
        return body | {"seats": [seat | {"options": ids} for seat in body["seats"]]}

    excluded = await client.post(house.path("orders"), json=asked("Meat", "Fish"), headers=keyed())
    assert "Meat, Fish" in problem(excluded, 422, "options-exclude")["detail"]
    twice = await client.post(house.path("orders"), json=asked("Fish", "Fish"), headers=keyed())
    problem(twice, 422, "unknown-option")
    elsewhere = asked("Fish") | {"seats": [seat | {"tariff": str(house.reduced.id)} for seat in asked("Fish")["seats"]]}
    problem(await client.post(house.path("orders"), json=elsewhere, headers=keyed()), 422, "unknown-option")
    below = await client.post(house.path("orders"), json=asked("Gift"), headers=keyed())
    problem(below, 422, "options-below-nothing")
    placed = await client.post(house.path("orders"), json=asked("Programme", "Fish"), headers=keyed())
    assert placed.status_code == 201 and placed.json()["total_cents"] == 6000 + 300 + 2700
    async with database.read() as c:
        order_id = UUID(placed.json()["id"])
        label = await c.fetchval("select label from order_lines where order_id = $1", order_id)
        assert await c.fetchval("select options_cents from tickets where order_id = $1", order_id) == 3000
    assert label.endswith("Full + Programme + Fish")


async def test_a_closed_option_is_not_sold(client: AsyncClient, house: House, database: Database, hold: Any) -> None:
    chosen = await add_options(database, house)
    await options.close(database, await acting(database, house), chosen["Fish"], True)
    body = order_body(house, await hold(party=1))
    seats = [seat | {"options": [str(chosen["Fish"])]} for seat in body["seats"]]
    response = await client.post(house.path("orders"), json=body | {"seats": seats}, headers=keyed())
    problem(response, 422, "unknown-option")


async def test_an_order_at_an_old_price_is_refused(
    client: AsyncClient, house: House, database: Database, hold: Any
) -> None:
    body = order_body(house, await hold(party=2)) | {"total_cents": 12000}
    owner, dearer = house.organisation_id, Prices({}, {"Gold": 6500})
    await prices.write(database, owner, house.full.id, None, house.full.version, dearer, by(house), datetime.now(UTC))
    response = await client.post(house.path("orders"), json=body, headers=keyed())
    assert problem(response, 409, "price-changed")["fields"]["total_cents"] == 13000
    placed = await client.post(house.path("orders"), json=body | {"total_cents": 13000}, headers=keyed())
    assert placed.status_code == 201


async def test_a_zone_and_a_date_have_prices_of_their_own(
    client: AsyncClient, house: House, database: Database, hold: Any
) -> None:
    owner, now = house.organisation_id, datetime.now(UTC)
    version = (await tariffs.get(database, owner, house.full.id)).version
    zoned = Prices({"floor": 1500}, {"Gold": 6000, "Silver": 4000, "Standing": 2000})
    await prices.write(database, owner, house.full.id, None, version, zoned, by(house), now)
    gala = Prices({}, {"Gold": 9000})
    second = house.performances[1].id
    await prices.write(database, owner, house.full.id, second, version + 1, gala, by(house), now)
    wants = [
        {"kind": "area", "performance": house.second, "area": "pit", "count": 1},
        {"kind": "seats", "performance": house.second, "seats": ["A-1", "C-1"]},
    ]
    held = await hold(wants=wants)
    (part,) = held["parts"]
    groups = {place["price_group"]: part["prices"][place["price_group"]][0]["price_cents"] for place in part["places"]}
    assert groups == {"floor / Standing": 1500, "Gold": 9000, "Silver": 4000}
    placed = await client.post(house.path("orders"), json=order_body(house, held), headers=keyed())
    assert placed.json()["total_cents"] == 1500 + 9000 + 4000


@pytest.mark.parametrize(("override", "vat_cents"), [(None, 450), (2600, 152)])
async def test_every_line_keeps_the_vat_of_its_date(
    client: AsyncClient, house: House, database: Database, hold: Any, override: int | None, vat_cents: int
) -> None:
    day, now = house.performances[0].starts_at.date(), datetime.now(UTC)
    async with database.read() as c:
        query = "update box_offices set vat_registered = true where key = $1 returning id"
        office = await c.fetchval(query, house.key)
    for rate in (Rate(day - timedelta(days=90), 7700), Rate(day - timedelta(days=1), 8100)):
        await vat.schedule(database, house.organisation_id, office, rate, by(house), now)
    await set_terms(database, house, vat_thousandths=override)
    placed = await client.post(house.path("orders"), json=order_body(house, await hold(party=1)), headers=keyed())
    async with database.read() as c:
        query = "select vat_thousandths, vat_cents from order_lines where order_id = $1"
        row = await c.fetchrow(query, UUID(placed.json()["id"]))
    assert tuple(row) == (override or 8100, vat_cents)


async def test_the_places_of_an_order_are_bounded_by_the_date(
    client: AsyncClient, house: House, database: Database, hold: Any
) -> None:
    async with database.read() as c:
        await c.execute("update performances set order_places_max = 1 where id = $1", house.performances[0].id)
    body = order_body(house, await hold(party=2))
    problem(await client.post(house.path("orders"), json=body, headers=keyed()), 409, "too-many-places")


async def test_the_counter_has_its_own_times(client: AsyncClient, house: House, database: Database) -> None:
    async with database.read() as c:
        await c.execute(
            "update performances set counter_opens_at = now() + interval '1 hour' where id = $1",
            house.performances[0].id,
        )
    wants = {"wants": [{"kind": "best", "performance": house.first, "party": 2}]}
    assert (await client.post(house.path("holds"), json=wants)).status_code == 201
    response = await client.post(house.path("holds"), json=wants, headers=house.bearer(Scope.SELL))
    problem(response, 409, "sale-not-open")
