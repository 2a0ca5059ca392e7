"""The same acts on a Redis Cluster of three real nodes: a box office lives in one slot, box offices spread."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count

import pytest

from embedded import ValkeyCluster
from engine.holds import Any, Seats
from engine.inventory import Inventory
from engine.link import ClusterLink
from engine.outcomes import Outcome
from tests.engine.claims_book import ClaimsBook
from tests.engine.conftest import SECRET, ask

numbers = count(90_000)
BOX_OFFICES = [f"box-office-{number}" for number in range(12)]


@pytest.fixture
async def inventory(valkey_cluster: ValkeyCluster, book: ClaimsBook) -> AsyncIterator[Inventory]:
    inventory = await Inventory.open(valkey_cluster.url(), book, SECRET)
    yield inventory
    await inventory.close()


async def test_box_offices_spread_over_the_nodes(inventory: Inventory, book: ClaimsBook) -> None:
    assert isinstance(inventory._link, ClusterLink)
    season = {office: [book.add(next(numbers), office, 50) for _ in range(20)] for office in BOX_OFFICES}
    holds = await asyncio.gather(
        *(
            inventory.hold(ask(*(Seats(pool, (7,)) for pool in pools), box_office=office))
            for office, pools in season.items()
        )
    )
    assert {answer.outcome for answer in holds} == {Outcome.HELD}
    assert len({await inventory._link.run(office) for office in BOX_OFFICES}) == 3


async def test_the_life_of_a_hold(inventory: Inventory, book: ClaimsBook) -> None:
    office = BOX_OFFICES[0]
    pool, quota = book.add(next(numbers), office, 50), book.add(next(numbers), office, 5)
    held = await inventory.hold(ask(Seats(pool, (1, 2)), Any(quota, 2), box_office=office))
    assert (await inventory.renew(office, held.hold, 60_000, 600_000)).outcome is Outcome.RENEWED
    pinned = await inventory.pin(office, held.hold, b"order")
    assert pinned.outcome is Outcome.PINNED and set(pinned.epochs) == {pool, quota}
    claims = {number: book.claim(number, places) or [] for number, places in pinned.places.items()}
    await inventory.settle(office, claims, held.hold)
    assert (await inventory.hold(ask(Seats(pool, (2,)), box_office=office))).outcome is Outcome.TAKEN
    await inventory.free(office, {pool: book.unclaim(pool, [1, 2])})
    assert (await inventory.hold(ask(Seats(pool, (2,)), box_office=office))).outcome is Outcome.HELD


async def test_a_node_that_restarts_empty_is_rebuilt(
    inventory: Inventory, valkey_cluster: ValkeyCluster, book: ClaimsBook
) -> None:
    office = BOX_OFFICES[1]
    pool = book.add(next(numbers), office, 50)
    claims = book.claim(pool, [3])
    assert claims
    await inventory.settle(office, {pool: claims})
    await inventory.hold(ask(Seats(pool, (4,)), box_office=office))
    run = await inventory._link.run(office)
    await inventory._link.command(office, run, 0, b"FLUSHALL")
    assert (await inventory.hold(ask(Seats(pool, (3,)), box_office=office))).outcome is Outcome.TAKEN
    assert (await inventory.hold(ask(Seats(pool, (4,)), box_office=office))).outcome is Outcome.HELD
