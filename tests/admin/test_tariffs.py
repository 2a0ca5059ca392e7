"""Pages of tariffs: made, changed by one at a time, closed and never deleted once sold; prices, quotas, options."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.admin.conftest import Browser, SignIn
from tests.api.conftest import House, hold, order, paid
from ticketing import options, prices, tariffs
from ticketing.db import Database
from ticketing.tokens import Scope

__all__ = ["hold", "order", "paid"]
Paid = Callable[..., Awaitable[Any]]


@pytest.fixture
async def manager(sign_in: SignIn) -> Browser:
    return await sign_in()


def listed(house: House) -> str:
    return f"/admin/events/{house.performances[0].event_id}/tariffs"


def one(house: House, rest: str = "") -> str:
    return f"/admin/tariffs/{house.full.id}{rest}"


async def test_a_tariff_is_added_with_its_prices(manager: Browser, house: House, database: Database) -> None:
    text = await manager.page(f"{listed(house)}/new")
    assert "Picture of the plan" in text and 'name="zone:floor"' in text
    fields = {
        "name_en": "Students",
        "name_fr": "Étudiants",
        "description_en": "<script>alert(1)</script>",
        "category:Gold": "25,50",
        "zone:floor": "12",
        "order_max": "2",
        "vat": "2.6",
        "counter_only": "on",
    }
    path = await manager.done(listed(house), fields)
    made = (await tariffs.of_event(database, house.performances[0].event_id))[-1]
    assert path == f"/admin/tariffs/{made.id}"
    assert (made.cost.categories, made.cost.zones) == ({"Gold": 2550}, {"floor": 1200})
    assert (made.called("fr"), made.terms.vat_thousandths, made.terms.order_max) == ("Étudiants", 2600, 2)
    response = await manager.get(listed(house))
    assert "<script>alert" not in response.text and "Counter only" in response.text


async def test_mistakes_keep_what_was_typed(manager: Browser, house: House) -> None:
    await manager.get(f"{listed(house)}/new")
    fields = {"name_en": "", "name_fr": "Étudiants", "category:Gold": "much", "order_min": "5", "order_max": "2"}
    response = await manager.post(listed(house), fields)
    assert response.status_code == 422
    assert 'value="Étudiants"' in response.text and 'value="much"' in response.text
    assert "Type an amount" in response.text
    fine = await manager.post(listed(house), fields | {"category:Gold": "12.505"})
    assert "Type an amount with two decimals at most, such as 12.50." in fine.text
    below = await manager.post(listed(house), fields | {"category:Gold": "-3"})
    assert "A price is from 0 to 100,000.00" in below.text
    again = await manager.post(listed(house), fields | {"category:Gold": "10", "name_en": "Full"})
    assert again.status_code == 422 and "no less than the least" in again.text


async def test_the_second_of_two_sees_both_versions(
    manager: Browser, sign_in: SignIn, house: House, database: Database
) -> None:
    other = await sign_in()
    for browser in (manager, other):
        await browser.get(one(house))
    version = (await tariffs.get(database, house.organisation_id, house.full.id)).version
    await manager.done(one(house), {"version": version, "name_en": "Adults", "order_min": "1"})
    response = await other.post(one(house), {"version": version, "name_en": "Grown-ups", "order_min": "1"})
    assert response.status_code == 409
    assert 'value="Grown-ups"' in response.text and "Adults" in response.text
    assert (await tariffs.get(database, house.organisation_id, house.full.id)).name == "Adults"
    await other.done(one(house), {"version": version + 1, "name_en": "Grown-ups", "order_min": "1"})
    assert (await tariffs.get(database, house.organisation_id, house.full.id)).name == "Grown-ups"


async def test_tariffs_are_moved_closed_and_deleted(manager: Browser, house: House, database: Database) -> None:
    event_id = house.performances[0].event_id
    await manager.get(listed(house))
    await manager.done(one(house, "/moves"), {"direction": "down"})
    assert [tariff.name for tariff in await tariffs.of_event(database, event_id)] == ["Reduced", "Full"]
    await manager.done(one(house, "/closure"), {"closed": "yes"})
    assert "Closed" in await manager.page(listed(house))
    assert await manager.done(one(house, "/deletion")) == listed(house)
    assert [tariff.name for tariff in await tariffs.of_event(database, event_id)] == ["Reduced"]


async def test_a_sold_tariff_is_not_deleted(manager: Browser, house: House, paid: Paid) -> None:
    await paid(party=2)
    text = await manager.page(one(house))
    assert "2 tickets are sold at this tariff" in text and "cannot be deleted" in text
    assert (await manager.post(one(house, "/deletion"))).status_code == 409


async def test_prices_of_all_dates_and_of_one(manager: Browser, house: House, database: Database) -> None:
    await manager.get(one(house, "/prices"))
    version = (await tariffs.get(database, house.organisation_id, house.full.id)).version
    await manager.done(one(house, "/prices"), {"version": version, "category:Gold": "70", "zone:floor": "15"})
    dated = one(house, f"/prices?date={house.second}")
    assert 'placeholder="70.00"' in await manager.page(dated)
    await manager.done(dated, {"version": version + 1, "category:Gold": "90"})
    first, second = (performance.id for performance in house.performances)
    event_id = house.performances[0].event_id
    found = [(await tariffs.of_performance(database, event_id, date))[0].cost for date in (first, second)]
    assert [(cost.categories, cost.zones) for cost in found] == [
        ({"Gold": 7000}, {"floor": 1500}), ({"Gold": 9000}, {"floor": 1500}),
    ]  # fmt: skip
    assert await prices.own_dates(database, house.full.id) == {second}
    stale = await manager.post(one(house, "/prices"), {"version": version, "category:Gold": "80"})
    assert stale.status_code == 409 and 'value="80"' in stale.text and "70.00" in stale.text


async def test_quotas_say_what_is_wrong_beside_the_field(
    manager: Browser, house: House, database: Database, paid: Paid
) -> None:
    await paid(party=2)
    await manager.get(one(house, "/quotas"))
    version = (await tariffs.get(database, house.organisation_id, house.full.id)).version
    low = await manager.post(
        one(house, "/quotas"), {"version": version, "event": "1", house.first: "", house.second: ""}
    )
    assert low.status_code == 422 and "2 places are ordered at this tariff already" in low.text
    await manager.done(one(house, "/quotas"), {"version": version, "event": "5", house.first: "2", house.second: ""})
    found = [quota.place_count for quota in await tariffs.quotas_of(database, house.performances[0].id)]
    assert sorted(found) == [2, 3, 5], "one of them is the reduced tariff's"
    assert house.first not in await manager.page(one(house)), "the log says the date, not its id"


async def test_a_date_s_quota_above_that_of_all_dates_is_noted(manager: Browser, house: House) -> None:
    form = await manager.get(one(house, "/quotas"))
    version = re.search(r'name="version" value="(\d+)"', form.text)
    assert version and "More than for all dates together" not in form.text
    fields = {"version": version[1], "event": "5", house.first: "10", house.second: "5"}
    page = await manager.page(await manager.done(one(house, "/quotas"), fields))
    assert page.count("More than for all dates together: at most 5 are sold.") == 1


async def test_options_alone_and_in_a_group(manager: Browser, house: House, database: Database) -> None:
    path = one(house, "/options")
    await manager.get(path)
    version = (await tariffs.get(database, house.organisation_id, house.full.id)).version
    await manager.done(path, {"version": version, "name_en": "Programme", "price": "3", "group": ""})
    await manager.done(one(house, "/option-groups"), {"version": version + 1, "name_en": "Menu"})
    (group,) = (await options.of_tariff(database, house.full.id)).groups
    fish = {"version": version + 2, "name_en": "Fish", "price": "-1,50", "group": str(group.id)}
    await manager.done(path, fish)
    found = await options.of_tariff(database, house.full.id)
    assert [(option.name, option.price_cents) for option in found.single] == [("Programme", 300)]
    (menu,) = found.groups[0].options
    assert menu.price_cents == -150
    stale = await manager.post(f"{path}/{menu.id}", {"version": version, "name_en": "Soup", "price": "0", "group": ""})
    assert stale.status_code == 409 and 'value="Soup"' in stale.text
    await manager.done(f"{path}/{menu.id}/closure", {"version": version + 3, "closed": "yes"})
    assert "Closed" in await manager.page(path)
    await manager.done(f"{path}/{menu.id}/deletion", {"version": version + 4})
    assert (await options.of_tariff(database, house.full.id)).groups[0].options == ()


async def test_options_are_put_in_order(manager: Browser, house: House, database: Database) -> None:
    path = one(house, "/options")
    await manager.get(path)
    version = (await tariffs.get(database, house.organisation_id, house.full.id)).version
    for at, name in enumerate(("Programme", "Poster")):
        await manager.done(path, {"version": version + at, "name_en": name, "price": "3", "group": ""})
        await manager.done(one(house, "/option-groups"), {"version": version + at + 1, "name_en": f"Group {name}"})
        version += 1
    first, _ = (await options.of_tariff(database, house.full.id)).single
    text = await manager.page(path)
    assert 'aria-label="Move Programme down"' in text and "Buyers see the options in this order" in text
    stale = await manager.post(f"{path}/{first.id}/moves", {"version": version, "direction": "down"})
    assert stale.status_code == 409
    version = (await tariffs.get(database, house.organisation_id, house.full.id)).version
    leads_to = await manager.done(f"{path}/{first.id}/moves", {"version": version, "direction": "down"})
    assert leads_to == f"{path}#option-{first.id}"
    group = (await options.of_tariff(database, house.full.id)).groups[0]
    to = one(house, f"/option-groups/{group.id}/moves")
    assert await manager.done(to, {"version": version + 1, "direction": "down"}) == f"{path}#group-{group.id}"
    found = await options.of_tariff(database, house.full.id)
    assert [option.name for option in found.single] == ["Poster", "Programme"]
    assert [group.name for group in found.groups] == ["Group Poster", "Group Programme"]


async def test_who_may_only_view_changes_nothing(sign_in: SignIn, house: House, rival: House) -> None:
    viewer = await sign_in(Scope.VIEW)
    assert "Add tariff" not in await viewer.page(listed(house))
    await viewer.page(one(house))
    assert (await viewer.post(one(house), {"version": "1", "name_en": "Mine"})).status_code == 403
    assert (await viewer.get(one(rival))).status_code == 404
    viewer.token = "0" * 64
    assert (await viewer.post(one(house, "/moves"), {"direction": "down"})).status_code == 403


async def test_the_pages_are_in_french(sign_in: SignIn, house: House) -> None:
    viewer = await sign_in(Scope.VIEW, language="fr")
    assert "Tarifs" in await viewer.page(listed(house))
    assert "Qui peut acheter, et quand" in await viewer.page(one(house))
