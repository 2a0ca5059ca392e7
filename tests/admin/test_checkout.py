from uuid import UUID

import pytest

from tests.admin.conftest import SignIn
from tests.api.conftest import House
from ticketing import checkouts
from ticketing.checkouts import Choices, Handover
from ticketing.db import Database
from ticketing.tokens import Scope


@pytest.fixture
def path(house: House) -> str:
    return f"/admin/box-offices/{house.key}/checkout"


def fields(**changed: str | list[str]) -> dict[str, str | list[str]]:
    plain = {"version": "0", "handovers": ["print", "counter"], "cancellation_until_hours": "48"}
    return plain | {"holders_until_hours": ""} | changed


async def test_rules_are_set_and_noted(sign_in: SignIn, path: str, house: House, database: Database) -> None:
    browser = await sign_in()
    page = await browser.page(path)
    assert path in await browser.page(f"/admin/box-offices/{house.key}"), "the menu leads there"
    assert 'value="print" checked' in page and 'value="counter">' in page
    await browser.done(path, fields())
    page = await browser.page(path)
    assert 'value="counter" checked' in page and 'value="48"' in page and "changed what buyers of" in page
    rules = await checkouts.rules(database, house.performances[0].box_office_id)
    assert rules.handovers == (Handover.PRINT, Handover.COUNTER) and rules.holders_until_hours is None


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"handovers": []}, "Offer at least one of these."),
        ({"cancellation_until_hours": "soon"}, "Type a whole number"),
        ({"holders_until_hours": "9000"}, "from 0 to 8760"),
    ],
)
async def test_mistakes_are_told_and_change_nothing(
    sign_in: SignIn, path: str, house: House, database: Database, wrong: dict[str, str], told: str
) -> None:
    browser = await sign_in()
    await browser.page(path)
    response = await browser.post(path, fields(**wrong))
    assert response.status_code == 422 and told in response.text
    assert (await checkouts.rules(database, house.performances[0].box_office_id)).version == 0


async def test_who_saves_after_another_sees_both(sign_in: SignIn, path: str) -> None:
    browser = await sign_in()
    await browser.page(path)
    await browser.done(path, fields())
    response = await browser.post(path, fields(cancellation_until_hours="12"))
    assert response.status_code == 409 and 'value="12"' in response.text and "48" in response.text
    assert 'name="version" value="1"' in response.text


async def test_only_who_manages_comes_here(sign_in: SignIn, path: str, rival: House) -> None:
    browser = await sign_in(Scope.SELL)
    assert (await browser.get(path)).status_code == 403
    stranger = await sign_in(organisation_id=rival.organisation_id)
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.post(path, fields())).status_code == 404


async def test_forms_of_other_sites_are_refused(sign_in: SignIn, path: str) -> None:
    browser = await sign_in()
    await browser.page(path)
    assert (await browser.post(path, fields(csrf="another"))).status_code == 403


async def test_the_orders_page_tells_what_waits_at_the_counter(
    sign_in: SignIn, paid: object, database: Database
) -> None:
    placed = await paid()  # type: ignore[operator]
    browser = await sign_in()
    assert "Pick up at the counter" not in await browser.page(f"/admin/orders/{placed['id']}")
    async with database.transaction() as c:
        await checkouts.store(c, UUID(placed["id"]), Choices(Handover.COUNTER))
    assert "Pick up at the counter" in await browser.page(f"/admin/orders/{placed['id']}")
