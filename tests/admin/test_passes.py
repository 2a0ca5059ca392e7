import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from httpx import AsyncClient

from tests.admin.conftest import SignIn
from tests.api.conftest import House, keyed
from ticketing import passes
from ticketing.db import Database
from ticketing.passes import PassType
from ticketing.tokens import Scope

Act = Callable[..., Any]


@pytest.fixture
def path(house: House) -> str:
    return f"/admin/box-offices/{house.key}/passes"


@pytest.fixture
async def season(database: Database, house: House) -> PassType:
    """A pass over both dates of the house."""
    shown = [performance.id for performance in house.performances]
    office = house.performances[0].box_office_id
    values = ("Season", "SEASON", 9000, shown, datetime.now(UTC), 5)
    return await passes.create_type(database, house.organisation_id, office, *values)


def fields(**changed: Any) -> dict[str, Any]:
    return {"name": "The season", "short_name": "Season", "price_cents": "120.50", "quantity": ""} | changed


async def sold(house: House, season: PassType, client: AsyncClient, hold: Act, seat: str = "C-3") -> None:
    held = await hold(wants=[{"kind": "pass", "pass_type": str(season.id), "seat": seat}])
    chosen = [{"pass_type": str(season.id), "seat": seat, "holder_name": "Ada"}]
    body = {"hold": held["hold"], "buyer": {"email": "ada@example.org", "name": "Ada"}, "passes": chosen}
    response = await client.post(house.path("orders"), json=body, headers=keyed())
    assert response.status_code == 201, response.text


async def test_the_first_pass_is_made_and_listed(sign_in: SignIn, house: House, path: str) -> None:
    browser = await sign_in()
    page = await browser.page(path)
    assert "A pass is one seat at several dates" in page and f"{path}/new" in page
    assert house.first in await browser.page(f"{path}/new")
    event = str(house.performances[0].event_id)
    made = await browser.done(path, fields(events=event, quantity="40"))
    page = await browser.page(made)
    assert "The pass The season is added." in page and "added the pass" in page
    assert f"/shop/{house.key}/passes/" in page and 'value="120.50"' in page
    assert page.count(" checked") == len(house.performances)
    page = await browser.page(path)
    assert "The season" in page and "2 dates" in page and "0 of 40" in page and "On sale" in page


async def test_mistakes_keep_what_was_typed(sign_in: SignIn, house: House, path: str) -> None:
    browser = await sign_in()
    await browser.page(f"{path}/new")
    for wrong, said in (
        ({"price_cents": "much"}, "with two decimals at most"),
        ({"quantity": "0"}, "Type a whole number from 1"),
        ({"short_name": "x" * 36}, "Write 1 to 35 characters."),
        ({"name": " "}, "Write 1 to 200 characters."),
    ):
        response = await browser.post(path, fields(dates=house.second) | wrong)
        assert response.status_code == 422 and said in response.text
        assert re.search(f'value="{house.second}" checked', response.text)
        assert not re.search(f'value="{house.first}" checked', response.text)
    response = await browser.post(path, fields())
    assert response.status_code == 422 and "Choose 1 to 100 dates." in response.text


async def test_anothers_dates_are_none_of_its_own(sign_in: SignIn, house: House, rival: House, path: str) -> None:
    browser = await sign_in()
    await browser.page(f"{path}/new")
    response = await browser.post(path, fields(dates=rival.first))
    assert response.status_code == 422 and "look at them again" in response.text
    event = str(rival.performances[0].event_id)
    response = await browser.post(path, fields(events=event))
    assert response.status_code == 422 and "Choose 1 to 100 dates." in response.text


async def test_it_is_changed_and_who_saves_after_another_sees_both(
    sign_in: SignIn, season: PassType, database: Database
) -> None:
    browser, at = await sign_in(), f"/admin/pass-types/{season.id}"
    await browser.page(at)
    one = str(season.performances[0])
    await browser.done(at, fields(version="1", quantity="", with_dates="1", dates=one))
    after = await passes.get(database, season.id)
    assert (after.name, after.price_cents, after.pool_id) == ("The season", 12050, None)
    assert [str(date) for date in after.performances] == [one]
    both = [str(date) for date in season.performances]
    response = await browser.post(at, fields(version="1", name="Mine", with_dates="1", dates=both))
    assert response.status_code == 409 and "The season" in response.text and "Mine" in response.text
    assert 'name="version" value="2"' in response.text and response.text.count("changed-meanwhile") == 2
    page = await browser.page(at)
    assert "changed the pass" in page and "Short name" in page


async def test_what_was_sold_bounds_what_may_change(
    sign_in: SignIn, house: House, season: PassType, client: AsyncClient, hold: Act, path: str
) -> None:
    browser, at = await sign_in(), f"/admin/pass-types/{season.id}"
    await browser.page(at)
    await sold(house, season, client, hold)
    one = str(season.performances[0])
    response = await browser.post(at, fields(version="1", quantity="5", with_dates="1", dates=one))
    assert response.status_code == 422 and "so its dates stay as they are" in response.text
    page = await browser.page(at)
    assert 'name="dates"' not in page and "so its dates stay as they are" in page and "1 of 5" in page
    assert "Of these, not paid yet" in page
    await browser.done(at, fields(version="1", quantity="1"))
    page = await browser.page(path)
    assert "1 of 1" in page and "None left" in page


async def test_a_number_below_what_is_sold_is_refused(
    sign_in: SignIn, house: House, season: PassType, client: AsyncClient, hold: Act
) -> None:
    for seat in ("C-3", "C-4"):
        await sold(house, season, client, hold, seat)
    browser, at = await sign_in(), f"/admin/pass-types/{season.id}"
    await browser.page(at)
    response = await browser.post(at, fields(version="1", quantity="1"))
    assert response.status_code == 422 and "2 of this pass are sold already" in response.text


async def test_it_is_withdrawn_and_put_on_sale_again(
    sign_in: SignIn, house: House, season: PassType, database: Database, path: str
) -> None:
    browser, at = await sign_in(), f"/admin/pass-types/{season.id}"
    await browser.page(at)
    office, now = house.performances[0].box_office_id, datetime.now(UTC)
    await browser.done(f"{at}/withdrawal", {"withdrawn": "yes"})
    page = await browser.page(at)
    assert "The pass is withdrawn" in page and "Put on sale again" in page and "/shop/" not in page
    assert "Withdrawn" in await browser.page(path)
    assert await passes.shown(database, office, now) == []
    await browser.done(f"{at}/withdrawal", {"withdrawn": "no"})
    assert "The pass is on sale again." in await browser.page(at)
    assert [one.id for one in await passes.shown(database, office, now)] == [season.id]


async def test_what_it_takes_to_see_and_to_change(sign_in: SignIn, season: PassType, rival: House, path: str) -> None:
    at = f"/admin/pass-types/{season.id}"
    viewer = await sign_in(Scope.VIEW)
    page = await viewer.page(at)
    assert "Season" in page and "Withdraw" not in page and "<fieldset disabled>" in page
    assert f"{path}/new" not in await viewer.page(path)
    assert (await viewer.get(f"{path}/new")).status_code == 403
    for target in (path, at, f"{at}/withdrawal"):
        assert (await viewer.post(target, fields(version="1"))).status_code == 403
    stranger = await sign_in(organisation_id=rival.organisation_id)
    await stranger.page("/admin/profile")
    for target in (path, at):
        assert (await stranger.get(target)).status_code == 404
    for target in (path, at, f"{at}/withdrawal"):
        assert (await stranger.post(target, fields(version="1"))).status_code == 404


async def test_it_is_told_in_french(sign_in: SignIn, season: PassType, path: str) -> None:
    browser = await sign_in(language="fr")
    assert "Abonnements" in await browser.page(path) and "En vente" in await browser.page(path)
    assert "Retirer de la vente" in await browser.page(f"/admin/pass-types/{season.id}")
