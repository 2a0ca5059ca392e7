import re
from datetime import date, timedelta

import pytest

from tests.admin.conftest import SignIn
from tests.api.conftest import House
from ticketing import events
from ticketing.db import Database
from ticketing.tokens import Scope


@pytest.fixture
def path(house: House) -> str:
    return f"/admin/events/{house.performances[0].event_id}/duplicate"


async def test_what_goes_is_seen_before_it_is_made(
    sign_in: SignIn, house: House, path: str, database: Database
) -> None:
    manager = await sign_in()
    assert "See what goes with it" in await manager.page(path)
    asked = {"name": "The Seagull, again", "box_office": house.key, "first": f"{date.today() + timedelta(days=300)}"}
    response = await manager.post(f"{path}/preview", asked)
    assert response.status_code == 200 and "Everything can go with it." in response.text and "2 dates" in response.text
    assert len(await events.list_of(database, house.organisation_id, house.performances[0].box_office_id)) == 1
    leads_to = await manager.done(path, asked)
    page = await manager.page(leads_to)
    assert "The Seagull, again is there, as a draft." in page and page.count("badge state-hidden") == 2


async def test_dates_in_the_past_are_told_before_it_is_made(sign_in: SignIn, house: House, path: str):
    manager = await sign_in()
    asked = {"name": "Again", "box_office": house.key, "first": "2020-01-01"}
    await manager.page(path)
    response = await manager.post(f"{path}/preview", asked)
    assert response.status_code == 200 and response.text.count("In the past") == 2
    assert "2 dates would be in the past" in response.text and f'formaction="{path}"' not in response.text


@pytest.mark.parametrize("wrong", [{"name": " "}, {"first": "soon"}, {"version_id": "x"}, {"first": "2020-01-01"}])
async def test_what_makes_no_sense_is_shown_again(
    sign_in: SignIn, house: House, path: str, wrong: dict[str, str], database: Database
) -> None:
    manager = await sign_in()
    await manager.page(path)
    response = await manager.post(path, {"name": "Again", "box_office": house.key} | wrong)
    assert response.status_code == 422 and re.search(r'-mistake"|alert-danger', response.text)
    assert len(await events.list_of(database, house.organisation_id, house.performances[0].box_office_id)) == 1


async def test_it_goes_where_one_may_make_events_only(
    sign_in: SignIn, house: House, rival: House, path: str, database: Database
) -> None:
    manager = await sign_in()
    assert rival.key not in await manager.page(path)
    response = await manager.post(path, {"name": "Stolen", "box_office": rival.key})
    assert response.status_code == 404
    theirs = f"/admin/events/{rival.performances[0].event_id}/duplicate"
    assert (await manager.post(theirs, {"name": "Stolen", "box_office": house.key})).status_code == 404
    seller = await sign_in(Scope.SELL)
    assert (await seller.post(path, {"name": "Mine", "box_office": house.key})).status_code == 403
    for one in (house, rival):
        assert len(await events.list_of(database, one.organisation_id, one.performances[0].box_office_id)) == 1
