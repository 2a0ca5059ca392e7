import asyncio
from collections.abc import AsyncIterator

import asyncpg
import numpy as np
import pytest

from engine.inventory import Inventory
from engine.link import StoreUnreachable
from engine.outcomes import Outcome
from tests.ticketing.house import NOW, House, breaches, open_house, order
from tests.ticketing.test_performances import take
from ticketing import pools
from ticketing.db import Database
from ticketing.pools import PoolClaims, PoolKind
from ticketing.refusals import InputRefused, NotFound, NotReady


@pytest.fixture
async def house(database: Database) -> House:
    return await open_house(database)


async def test_the_source_tells_what_postgres_knows(database: Database, inventory: Inventory, house: House) -> None:
    source = PoolClaims(database)
    state = await source.state(house.pool)
    assert (state.pool, state.box_office, state.places) == (house.pool, house.box_office.hex, 40)
    packed = await source.packed(house.pool)
    assert packed is not None and packed.place_count == 40
    assert await source.packed(house.quota_pool) is None
    await order(database, inventory, house, [3, 7])
    claims = await source.claims(house.pool)
    assert set(claims) == {3, 7} and await source.claims(house.pool, [7, 8]) == {7: claims[7]}
    assert await source.blocks(house.pool) == b""
    with pytest.raises(LookupError):
        await source.state(0)


async def test_live_pools_are_those_of_performances_that_are_not_over(database: Database, house: House) -> None:
    source = PoolClaims(database)
    assert {house.pool, house.quota_pool} <= set(await source.live_pools())
    async with database.read() as c:
        await c.execute(
            "update performances set doors_at = '2020-01-01', starts_at = '2020-01-01', ends_at = '2020-01-02'"
            " where id = $1",
            house.performance.id,
        )
    assert not {house.pool, house.quota_pool} & set(await source.live_pools())


async def test_a_process_warms_to_the_next_dates_on_sale(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_ready: list[int] = []
    monkeypatch.setattr(inventory, "ready", lambda pool: _noted(made_ready, pool))
    assert await pools.warm(database, inventory, NOW) == len(made_ready)
    assert house.pool in made_ready and house.quota_pool not in made_ready
    made_ready.clear()
    assert await pools.warm(database, inventory, house.performance.ends_at) == 0 == len(made_ready)


async def test_a_process_serves_though_it_cannot_warm_up(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(pool: int) -> None:
        raise StoreUnreachable("away")

    async def slow(pool: int) -> None:
        await asyncio.sleep(60)

    for ready in (away, slow):
        monkeypatch.setattr(inventory, "ready", ready)
        monkeypatch.setattr(pools, "WARMING_S_MAX", 0.05)
        assert await pools.warm(database, inventory, NOW) == 0


async def _noted(made_ready: list[int], pool: int) -> None:
    made_ready.append(pool)


async def test_a_rebuild_binds_the_pool_to_an_epoch_that_was_never_used(database: Database, house: House) -> None:
    source = PoolClaims(database)
    async with source.rebuilding(house.pool) as given_up:
        assert given_up.state == await source.state(house.pool)
    assert await source.state(house.pool) == given_up.state
    with pytest.raises(ZeroDivisionError):
        async with source.rebuilding(house.pool) as failed:
            await failed.done("a run")
            raise ZeroDivisionError
    async with source.rebuilding(house.pool) as done:
        assert done.epoch > failed.epoch > given_up.epoch
        assert await done.claims() == [] and await done.blocks() == b""
        await done.done("a run")
    state = await source.state(house.pool)
    assert (state.epoch, state.server_run) == (done.epoch, "a run")


async def test_claiming_waits_for_a_rebuild_and_then_finds_another_epoch(database: Database, house: House) -> None:
    source = PoolClaims(database)
    epochs = {house.pool: (await source.state(house.pool)).epoch, house.quota_pool: 1}

    async def claim() -> None:
        async with database.transaction() as c:
            await pools.ensure_epochs(c, epochs)

    await claim()
    async with source.rebuilding(house.pool) as work:
        claiming = asyncio.create_task(claim())
        await asyncio.sleep(0.05)
        assert not claiming.done()
        await work.done("a run")
    with pytest.raises(NotReady):
        await claiming


async def test_claimers_do_not_wait_for_each_other_but_a_rebuild_waits_for_them(
    database: Database, house: House
) -> None:
    source = PoolClaims(database)
    epochs = {house.pool: (await source.state(house.pool)).epoch}

    async def rebuild() -> None:
        async with source.rebuilding(house.pool) as work:
            await work.done("a run")

    async with database.transaction() as one, database.transaction() as two:
        await pools.ensure_epochs(one, epochs)
        await pools.ensure_epochs(two, epochs)
        rebuilding = asyncio.create_task(rebuild())
        await asyncio.sleep(0.05)
        assert not rebuilding.done()
    await rebuilding


@pytest.fixture
async def unlocked(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """The protection switched off: epochs are compared without waiting for a rebuild."""
    kept = await connection.fetchval("select pg_get_functiondef('stale_pools'::regproc)")
    await connection.execute(
        """create or replace function stale_pools(pool_ids bigint[], epochs bigint[]) returns bigint[] language plpgsql
        as $$ begin return array(
            select e.id from unnest(pool_ids, epochs) as e (id, epoch) join pools p on p.id = e.id
            where p.epoch <> e.epoch
        ); end $$"""
    )
    yield
    await connection.execute(kept)


@pytest.mark.usefixtures("unlocked")
async def test_mutant_without_the_lock_a_claim_slips_past_a_rebuild(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [3])
    source = PoolClaims(database)
    epochs = {house.pool: (await source.state(house.pool)).epoch}
    async with source.rebuilding(house.pool) as work:
        written = await work.claims()
        async with database.transaction() as c:
            await pools.ensure_epochs(c, epochs)
            await c.execute("insert into claims (pool_id, place, order_id) values ($1, 5, $2)", house.pool, placed.id)
        await work.done("a run")
    assert [place for place, _ in written] == [3]
    assert set(await source.claims(house.pool)) == {3, 5}
    async with database.read() as c:
        await c.execute("delete from claims where pool_id = $1 and place = 5", house.pool)


async def test_blocked_places_are_off_sale_until_they_are_put_back(
    database: Database, inventory: Inventory, house: House
) -> None:
    await pools.block(database, inventory, house.organisation, house.pool, [0, 1, 5], 1)
    await pools.block(database, inventory, house.organisation, house.pool, [5], 16)
    assert await take(inventory, house.performance, [1]) is Outcome.BLOCKED
    codes = np.frombuffer(await PoolClaims(database).blocks(house.pool), "<u2")
    assert {place: int(codes[place]) for place in np.flatnonzero(codes)} == {0: 1, 1: 1, 5: 16}
    await inventory.rebuild(house.pool)
    assert await breaches(database, inventory) == []
    await pools.block(database, inventory, house.organisation, house.pool, [0, 1, 5], 0)
    assert await PoolClaims(database).blocks(house.pool) == b""
    assert await take(inventory, house.performance, [1]) is Outcome.HELD


async def test_blocks_changed_at_once_end_the_same_on_both_sides(
    database: Database, inventory: Inventory, house: House
) -> None:
    await asyncio.gather(
        *(
            pools.block(database, inventory, house.organisation, house.pool, [3, 4], code)
            for code in (1, 2, 3, 16, 0, 17, 1, 2)
        )
    )
    assert await breaches(database, inventory) == []


async def test_blocking_is_for_the_owner_and_for_places_that_exist(
    database: Database, inventory: Inventory, house: House
) -> None:
    other = await open_house(database)
    with pytest.raises(NotFound):
        await pools.block(database, inventory, other.organisation, house.pool, [0], 1)
    for places in ([40], [-1], [0, 40]):
        with pytest.raises(InputRefused):
            await pools.block(database, inventory, house.organisation, house.pool, places, 1)


async def test_unbound_pools_are_written_anew(database: Database, inventory: Inventory, house: House) -> None:
    await order(database, inventory, house, [3])
    before = await PoolClaims(database).state(house.pool)
    assert await pools.unbind(database, [house.pool]) == [house.pool]
    after = await PoolClaims(database).state(house.pool)
    assert after.epoch > before.epoch and after.server_run == ""
    await inventory.rebuild(house.pool)
    assert await take(inventory, house.performance, [3]) is Outcome.TAKEN
    assert await take(inventory, house.performance, [4]) is Outcome.HELD
    assert {house.pool, house.quota_pool} <= set(await pools.unbind(database))


async def test_a_pool_starts_with_all_its_places(database: Database, house: House) -> None:
    async with database.transaction() as c:
        pool = await pools.create(c, house.box_office, PoolKind.QUOTA, 7)
    assert (await PoolClaims(database).state(pool)).places == 7
