"""When the places of wheelchair users are open to everybody, and to whom best available gives them then."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from msgspec.structs import replace

from engine.inventory import Inventory
from engine.reasons import Reason
from tests.conftest import SECRET
from tests.ticketing.house import NOW, SETTINGS, empty, open_house
from tests.ticketing.test_allotments import Desk, with_bays
from ticketing import accessible_places, allotments, box_offices, holds, pass_offers, passes
from ticketing.allotments import ACCESSIBLE, Kind
from ticketing.db import Database
from ticketing.holds import Ask, BestWish, Part, SeatsWish
from ticketing.ids import new_id
from ticketing.offers import Offer, Offers, Price
from ticketing.pools import PoolClaims
from ticketing.refusals import NoFit, Refusal, SeatsBlocked, SoldOut

DAY = timedelta(days=1)
FRONT, BACK = (tuple(f"{row}{n}" for n in range(1, count + 1)) for row, count in (("A", 10), ("B", 7)))
"""All numbered seats but those of wheelchair users and a companion, which are the last three of row B."""
BAYS = {17, 18, 19}


@pytest.fixture
async def desk(database: Database, inventory: Inventory) -> Desk:
    """The small house over three dates, with two bays and a companion's seat at the end of row B."""
    await empty(database)
    house = await open_house(database, 3, with_bays())
    for performance in house.performances:
        await inventory.ready(performance.pool_id)
    return Desk(database, inventory, house)


@pytest.fixture
async def other_inventory(redis_url: str, database: Database) -> AsyncIterator[Inventory]:
    """Another worker's."""
    inventory = await Inventory.open(redis_url, PoolClaims(database), SECRET)
    yield inventory
    await inventory.close()


async def keep(desk: Desk, until: datetime = NOW + DAY, now: datetime = NOW) -> None:
    owner = desk.house.organisation
    await accessible_places.keep(desk.db, desk.inventory, owner, desk.date, until, desk.by, now)


async def rule(desk: Desk, days: int | None, now: datetime = NOW) -> int:
    """Have the event ask for it, and the worker do it; at how many dates it was done."""
    event = desk.house.performance.event_id
    await accessible_places.set_default(desk.db, desk.house.organisation, event, days, desk.by, now)
    return await accessible_places.follow(desk.db, desk.inventory, now)


async def open_at(desk: Desk, date: UUID | None = None) -> bool:
    return await accessible_places.are_open(desk.db, date or desk.date)


async def opened_by_its_date(desk: Desk) -> None:
    await keep(desk)
    assert await allotments.release_due(desk.db, desk.inventory, NOW + DAY) == 1


async def opened_by_hand(desk: Desk) -> None:
    await keep(desk)
    await desk.release((await desk.lines())[Kind.ACCESSIBILITY].allotment.id)


async def fill(desk: Desk, *dates: UUID) -> None:
    """Have all other numbered seats held."""
    for date in dates or (desk.date,):
        await desk.take(SeatsWish(date, FRONT))
        await desk.take(SeatsWish(date, BACK))


async def ask_of(desk: Desk) -> Ask:
    return Ask(box_office=(await box_offices.list_of(desk.db, desk.house.organisation))[0], now=NOW)


async def proposed(desk: Desk, **asked: object) -> list[set[int]]:
    wish = BestWish(desk.date, **({"party": 1} | asked))  # type: ignore[arg-type]
    found = await holds.proposals(Offers(desk.db), desk.inventory, await ask_of(desk), wish)
    return [places_of(part) for part in found]


def places_of(part: Part) -> set[int]:
    return {place.place for place in part.places}


# What opens them


async def test_a_date_that_never_kept_them_opens_them_to_nobody_unasked(desk: Desk) -> None:
    await fill(desk)
    assert not await open_at(desk)
    assert await proposed(desk) == []
    with pytest.raises(NoFit):
        await desk.take(BestWish(desk.date, party=1))
    assert (await desk.take(SeatsWish(desk.date, ("B9",)))).parts, "who picks one on the map takes it"


@pytest.mark.parametrize("opened", [opened_by_its_date, opened_by_hand])
async def test_once_they_were_released_they_are_the_last_resort(desk: Desk, opened: object) -> None:
    await opened(desk)  # type: ignore[operator]
    assert await open_at(desk)
    assert all(not places & BAYS for places in await proposed(desk, party=2)), "who fits elsewhere gets none"
    await fill(desk)
    assert await proposed(desk, last_resort=False) == []
    (found,) = await proposed(desk, party=2)
    assert found <= BAYS
    held = await desk.take(BestWish(desk.date, party=3))
    assert places_of(held.parts[0]) == BAYS
    assert {Reason.WHEELCHAIR_PLACE, Reason.COMPANION_SEAT} < set(held.parts[0].reasons)
    assert "wheelchair place without a chair" in held.parts[0].because
    assert await desk.sound()


async def test_kept_again_they_are_closed_again(desk: Desk) -> None:
    await opened_by_its_date(desk)
    await keep(desk, NOW + 3 * DAY, NOW + 2 * DAY)
    assert not await open_at(desk)
    await fill(desk)
    assert await proposed(desk) == []


async def test_what_an_event_asks_for_opens_them_as_its_days_come(desk: Desk) -> None:
    """The dates are thirty days off and more."""
    dates = [one.id for one in desk.house.performances]
    assert await rule(desk, 30) == 3
    assert [await open_at(desk, date) for date in dates] == [True, False, False], "for the first they have come"
    assert await allotments.release_due(desk.db, desk.inventory, NOW + DAY) == 1
    assert [await open_at(desk, date) for date in dates] == [True, True, False]


async def test_who_asks_for_longer_has_them_kept_again_but_what_was_opened_by_hand(desk: Desk) -> None:
    dates = [one.id for one in desk.house.performances]
    assert await rule(desk, 40) == 3
    assert [await open_at(desk, date) for date in dates] == [True, True, True]
    assert await rule(desk, 7) == 3, "the first number was a slip"
    assert [await open_at(desk, date) for date in dates] == [False, False, False]
    assert await desk.shown() == dict.fromkeys(sorted(BAYS), ACCESSIBLE)
    await desk.release((await desk.lines())[Kind.ACCESSIBILITY].allotment.id)
    assert await rule(desk, 3) == 0
    assert [await open_at(desk, date) for date in dates] == [True, False, False]
    assert await desk.sound()


async def test_an_event_that_asks_for_nothing_any_more_opens_nothing(desk: Desk) -> None:
    await rule(desk, 7)
    assert await rule(desk, None) == 3
    assert await desk.shown() == {} and await desk.lines() == {}
    assert not await open_at(desk)
    assert await rule(desk, 7) == 3, "and may ask for it again"
    assert await desk.sound()


async def test_two_workers_give_back_once(desk: Desk) -> None:
    await rule(desk, 7)
    event = desk.house.performance.event_id
    await accessible_places.set_default(desk.db, desk.house.organisation, event, None, desk.by, NOW)
    undo = partial(accessible_places._undo, desk.db, desk.inventory, desk.date, desk.house.organisation, NOW)
    assert [await undo(), await undo()] == [True, False]
    await accessible_places.set_default(desk.db, desk.house.organisation, event, 7, desk.by, NOW)
    other = desk.house.performances[1].id
    assert not await accessible_places._undo(desk.db, desk.inventory, other, desk.house.organisation, NOW), (
        "asked again"
    )


# Whom they are given to


@pytest.mark.parametrize("protected", [True, False])
async def test_nobody_is_given_a_closed_bay(desk: Desk, monkeypatch: pytest.MonkeyPatch, protected: bool) -> None:
    await fill(desk)
    if protected:
        with pytest.raises(NoFit):
            await desk.take(BestWish(desk.date, party=1))
        return
    _always_open(monkeypatch)
    assert places_of((await desk.take(BestWish(desk.date, party=1))).parts[0]) < BAYS


@pytest.mark.parametrize("told", [True, False])
async def test_a_kept_bay_is_given_to_nobody_whatever_the_offer_says(
    desk: Desk, other_inventory: Inventory, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    """The words in Redis protect it, also from a worker that has not been told of it yet."""
    _always_open(monkeypatch)
    await fill(desk)
    seller = desk.inventory if told else other_inventory
    copy, _ = await seller.copy(desk.house.pool)
    assert copy.block(18) == 0
    await keep(desk)
    ask = await ask_of(desk)
    with pytest.raises(Refusal) as refused:
        await holds.take(Offers(desk.db), seller, SETTINGS, ask, (BestWish(desk.date, party=1),))
    assert refused.type in (NoFit, SoldOut, SeatsBlocked)
    wish = BestWish(desk.date, party=2, wheelchairs=1, companions=1)
    assert places_of((await holds.take(Offers(desk.db), seller, SETTINGS, ask, (wish,))).parts[0]) == {17, 18}


async def test_the_lowest_price_comes_before_the_dearest_and_that_before_a_bay(desk: Desk) -> None:
    """Row B costs less than row A, and has nothing left but bays."""
    await opened_by_its_date(desk)
    await desk.take(SeatsWish(desk.date, BACK))
    cheapest = partial(holds.cheapest, Offers(desk.db), desk.inventory, await ask_of(desk))
    assert {place.row for part in await cheapest(BestWish(desk.date, party=2)) for place in part.places} == {"A"}
    within = await cheapest(BestWish(desk.date, party=2, price_cents_max=0))
    assert [place.row for place in within[0].places] == ["A", "A"], "the free tariff is sold everywhere"
    tariffs = (desk.house.full,)
    bounded = await cheapest(BestWish(desk.date, party=2, price_cents_max=2000, tariffs=tariffs))
    assert places_of(bounded[0]) < BAYS
    assert await cheapest(BestWish(desk.date, party=2, price_cents_max=2000, tariffs=tariffs, last_resort=False)) == ()


async def test_who_names_no_tariff_is_given_no_place_that_is_sold_to_wheelchair_users_alone(desk: Desk) -> None:
    """Row B stands for a category of bays and companions only."""
    offer = await Offers(desk.db).of(desk.date)
    special = Price(new_id(), "Wheelchair place", 100)
    ask, own, both = await ask_of(desk), {("", "B"): (special,)}, {("", "B"): (special, *offer.shop["", "A"])}
    offer = replace(offer, hall=replace(offer.hall, accessible=frozenset({"B"})), shop=offer.shop | own, bays_open=True)

    def categories(offer: Offer, **asked: object) -> frozenset[int] | None:
        return holds.party_of(offer, ask, BestWish(desk.date, party=1, **asked)).categories  # type: ignore[arg-type]

    assert categories(offer) == categories(offer, categories=("A", "B")) == {0}
    assert categories(offer, wheelchairs=1) is None
    assert categories(offer, tariffs=(special.tariff,)) == {1}
    assert categories(replace(offer, shop=offer.shop | both)) is None, "what anybody buys is sold there as well"
    assert categories(replace(offer, bays_open=False)) is None


async def test_a_pass_is_given_what_is_open_at_every_date(desk: Desk) -> None:
    await opened_by_its_date(desk)
    house, dates = desk.house, [one.id for one in desk.house.performances[:2]]
    await fill(desk, *dates)
    kind = await passes.create_type(
        desk.db, house.organisation, house.box_office, "Season", "Season", 9000, dates, NOW, None
    )

    async def of_pass() -> tuple[Part, ...]:
        offer = await pass_offers.of(Offers(desk.db), house.box_office, kind.id)
        for date in offer.performances:
            await desk.shown(date.pool_id)
        seats = await pass_offers.seats(desk.inventory, offer)
        return pass_offers.proposals(offer, seats, await ask_of(desk), BestWish(dates[0], party=1))

    assert await of_pass() == ()
    second = Desk(desk.db, desk.inventory, replace(house, performances=house.performances[1:]))
    await opened_by_hand(second)
    found = await of_pass()
    assert found and all(places_of(part) < BAYS for part in found)


def _always_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """The protection off: every offer says that its bays are open."""
    read = Offers._offer

    async def opened(offers: Offers, performance_id: UUID) -> Offer:
        return replace(await read(offers, performance_id), bays_open=True)

    monkeypatch.setattr(Offers, "_offer", opened)
