import asyncio
import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import demo
from demo import Dates
from engine.inventory import Inventory
from engine.plan import doctor
from tests import small_halls
from tests.ticketing.house import breaches, empty
from ticketing import organisations, performances, scan_codes, tariffs, tokens
from ticketing.db import Database
from ticketing.performances import Performance, ensure_on_sale
from ticketing.pools import PoolClaims
from ticketing.settings import Settings, secret_bytes
from ticketing.tokens import Scope, Tokens

NOW = datetime(2030, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def halls(tmp_path: Path) -> Path:
    return small_halls.write(tmp_path)


@pytest.fixture
async def settings(database: Database, database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    """An installation with nothing in it."""
    await empty(database)
    return Settings(database_url=database_url, redis_url=redis_url, data=str(tmp_path / "data"), secret="5a" * 32)


async def on_sale(database: Database, key: str) -> list[Performance]:
    return await performances.list_on_sale(database, key, datetime.now(UTC))


async def test_three_houses_are_on_sale(settings: Settings, halls: Path, database: Database) -> None:
    assert await demo.make_once(settings, halls)
    shown = {house.key: await on_sale(database, house.key) for house in demo.HOUSES}
    assert {key: len(some) for key, some in shown.items()} == {"stadium": 10, "theatre": 8, "festival": 1}
    assert len({performance.event_id for performance in shown["stadium"]}) == 10
    for performance in (performance for some in shown.values() for performance in some):
        assert performance.starts_at > datetime.now(UTC) + timedelta(days=6)
        ensure_on_sale(performance, datetime.now(UTC))
        local = performance.starts_at.astimezone(ZoneInfo(performance.time_zone))
        assert (local.minute, local.second) == (0, 0)
    assert {performance.time_zone for performance in shown["stadium"]} == {"Europe/Kyiv"}


async def test_every_pool_is_counted(settings: Settings, halls: Path, database: Database, inventory: Inventory) -> None:
    await demo.make_once(settings, halls)
    free = 0
    for pool in await PoolClaims(database).live_pools():
        copy, now_ms = await inventory.copy(pool)
        free += copy.free_count(now_ms)
    assert inventory.counts["rebuilds"] == 0
    quotas = 10 * 2_000 + 400 + 500
    assert free == 10 * small_halls.STADIUM_SEATS + 8 * 22 + 40 + quotas + 5_000
    assert await breaches(database, inventory) == []


async def test_tariffs_have_prices_for_whom_they_are_meant(settings: Settings, halls: Path, database: Database) -> None:
    await demo.make_once(settings, halls)
    theatre, festival = (await on_sale(database, "theatre"))[0], (await on_sale(database, "festival"))[0]
    prices = {tariff.name: tariff.prices for tariff in await tariffs.of_event(database, theatre.event_id)}
    assert prices["Full price"] == {"A": 38_00, "B": 38_00}
    assert prices["Wheelchair place"] == {"Accessible": 19_00}
    assert prices["Companion"] == {"Accessible": 0}
    names = {tariff.name: tariff.prices for tariff in await tariffs.of_event(database, festival.event_id)}
    assert names == {
        "Plein tarif": {"Field": 32_00, "Front": 48_00},
        "Tarif réduit": {"Field": 24_00, "Front": 36_00},
        "Prévente": {"Field": 25_50, "Front": 38_50},
    }


async def test_there_is_a_token_a_scope_that_its_owner_alone_can_read(
    settings: Settings, halls: Path, database: Database
) -> None:
    await demo.make_once(settings, halls)
    path = Path(settings.data) / demo.TOKENS_FILE
    assert path.stat().st_mode & 0o777 == 0o600
    kept = demo.tokens_of(settings)
    assert kept == json.loads(path.read_text()) and set(kept) == set(Scope)
    for scope, secret in kept.items():
        assert (await Tokens(database).verify(secret, Scope(scope), datetime.now(UTC))).scope == scope


async def test_each_house_has_a_till_and_doors_and_a_scanner_is_enrolled_by_the_code(
    settings: Settings, halls: Path, database: Database
) -> None:
    assert await demo.make_once(settings, halls)
    now = datetime.now(UTC)
    async with database.read() as c:
        rows = await c.fetch("""
            select b.key, (select count(*) from tills t where t.box_office_id = b.id) as tills,
                (select count(*) from scan_profiles f where f.box_office_id = b.id) as profiles
            from box_offices b""")
    assert len(rows) == 3 and {(row["tills"], row["profiles"]) for row in rows} == {(1, 1)}
    code = demo.doors_code_of(settings, now)
    opening = await scan_codes.find(database, secret_bytes(settings), code, now)
    assert opening.profile_id is not None
    assert demo.doors_code_of(settings, now + timedelta(days=31)) == ""
    assert (Path(settings.data) / demo.DOORS_FILE).stat().st_mode & 0o777 == 0o600


async def test_it_is_made_once(settings: Settings, halls: Path, database: Database) -> None:
    assert await demo.make_once(settings, halls)
    made = await on_sale(database, "stadium")
    assert not await demo.make_once(settings, halls)
    assert await on_sale(database, "stadium") == made


async def test_an_installation_with_an_organisation_is_left_alone(
    settings: Settings, halls: Path, database: Database
) -> None:
    await organisations.create(database, "mine", "Mine", datetime.now(UTC))
    assert not await demo.make_once(settings, halls)
    assert [organisation.slug for organisation in await organisations.every(database)] == ["mine"]
    assert not demo.tokens_of(settings)


async def test_cut_short_it_leaves_nothing_and_is_made_again(
    settings: Settings, halls: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = tokens.create

    async def cut(db: Database, organisation_id: Any, name: str, scope: Scope, now: datetime) -> str:
        if scope is Scope.SELL:
            raise KeyboardInterrupt
        return await create(db, organisation_id, name, scope, now)

    monkeypatch.setattr(tokens, "create", cut)
    with pytest.raises(KeyboardInterrupt):
        await demo.make_once(settings, halls)
    assert await organisations.every(database) == []
    monkeypatch.undo()
    assert await demo.make_once(settings, halls)


async def test_two_that_start_together_make_one(settings: Settings, halls: Path, database: Database) -> None:
    made = await asyncio.gather(*(demo.make_once(settings, halls) for _ in range(2)))
    assert sorted(made) == [False, True]
    assert len(await organisations.every(database)) == 1


def test_dates_keep_the_clock_on_the_wall() -> None:
    zone = ZoneInfo("Europe/Kyiv")
    starts = list(Dates(10, 5, time(18, 0), count=6, every_days=7).starts(zone, NOW))
    local = [start.astimezone(zone) for start in starts]
    assert {at.time() for at in local} == {time(18, 0)} and {at.weekday() for at in local} == {5}
    assert len({at.utcoffset() for at in local}) == 2
    assert local[0].date() >= NOW.date() + timedelta(10)
    assert all(start.utcoffset() == timedelta(0) for start in starts)


@pytest.mark.parametrize("house", demo.HOUSES, ids=lambda house: house.key)
def test_the_examples_are_sound_and_every_category_has_a_price(house: demo.House) -> None:
    plan = demo._read(demo.EXAMPLES / house.file, house.venue)
    assert doctor.examine(plan)[1] == ()
    priced = {name for _, prices in demo._prices(house, plan) for name in prices}
    assert priced == {category.name for category in plan.categories}
