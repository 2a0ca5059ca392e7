"""Claims: taken all or none, dropped by their owner only, told to Redis afterwards or by a job."""

import pytest

from engine.holds import Seats
from engine.inventory import Inventory
from engine.link import StoreUnreachable
from engine.outcomes import Outcome
from tests.ticketing.house import SETTINGS, House, breaches, empty, open_house, order, owned_words, queued
from ticketing import claims
from ticketing.claims import Claim
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.jobs import Job, SyncPlaces
from ticketing.refusals import HoldBusy, NotReady, SeatsTaken


@pytest.fixture
async def house(database: Database) -> House:
    await empty(database)
    return await open_house(database)


async def test_what_is_pinned_and_not_claimed_is_given_back(
    database: Database, inventory: Inventory, house: House
) -> None:
    wants = (Seats(house.pool, (0, 1)),)
    with pytest.raises(ZeroDivisionError):
        async with (
            claims.claiming(database, inventory, SETTINGS) as t,
            claims.pinned(t, house.box_office, wants) as pin,
        ):
            assert pin.places == {house.pool: (0, 1)}
            assert t.pools == {house.pool}
            with pytest.raises(SeatsTaken):
                async with claims.pinned(t, house.box_office, wants):
                    pass
            raise ZeroDivisionError
    async with claims.claiming(database, inventory, SETTINGS) as t, claims.pinned(t, house.box_office, wants):
        pass


async def test_claims_are_dropped_by_their_owner_only(database: Database, inventory: Inventory, house: House) -> None:
    placed = await order(database, inventory, house, [0, 1])
    async with database.transaction() as c:
        assert await claims.drop(c, [new_id()], [(house.pool, 0)]) == []
        assert await claims.drop(c, [placed.id], []) == []
        owned = await claims.of_orders(c, [placed.id])
        assert [(claim.pool, claim.place) for claim in owned[placed.id]] == [(house.pool, 0), (house.pool, 1)]


async def test_redis_out_of_reach_after_the_commit_is_no_failure(
    inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreachable(*_: object) -> None:
        raise StoreUnreachable("no answer")

    for act in ("settle", "free", "unpin", "rebuild"):
        monkeypatch.setattr(inventory, act, unreachable)
    await claims.settle(inventory, house.box_office.hex, [Claim(house.pool, 0, 1)])
    await claims.free(inventory, house.box_office.hex, [Claim(house.pool, 0, 1)])
    await claims.give_back(inventory, house.box_office.hex, bytes(16), b"attempt")
    await claims.look_again(inventory, [house.pool])


async def test_a_job_names_places_and_no_values(database: Database, inventory: Inventory, house: House) -> None:
    async with database.read() as c:
        await claims.sync_later(c, [(house.pool, 3), (house.quota_pool, 0), (house.pool, 5)])
    assert await queued(database, house, Job.SYNC_PLACES) == [SyncPlaces({house.pool: (3, 5), house.quota_pool: (0,)})]
    assert await owned_words(inventory, house.pool) == set()
    assert await breaches(database, inventory) == []


def test_outcomes_are_refusals() -> None:
    claims.ensure_granted(Outcome.PINNED)
    for outcome, refusal in ((Outcome.BUSY, HoldBusy), (Outcome.NOT_READY, NotReady), (Outcome.TAKEN, SeatsTaken)):
        with pytest.raises(refusal):
            claims.ensure_granted(outcome)
    for outcome in Outcome:
        if not outcome.granted and outcome is not Outcome.CAPPED:
            with pytest.raises(claims.REFUSALS[outcome]):
                claims.ensure_granted(outcome)


def test_pairs_are_in_the_order_they_are_claimed() -> None:
    assert claims.pairs({9: (4, 1), 2: (7,)}) == [(2, 7), (9, 1), (9, 4)]
    assert claims.by_pool([Claim(9, 1, 5), Claim(2, 7, 6), Claim(9, 4, 7)]) == {9: [(1, 5), (4, 7)], 2: [(7, 6)]}
