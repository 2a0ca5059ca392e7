import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.admin.conftest import Browser, SignIn
from tests.api.conftest import House
from ticketing import dates
from ticketing.db import Database
from ticketing.tokens import Scope

NOW = datetime.now(UTC)
FIRST = NOW.date() + timedelta(days=200)


@pytest.fixture
def base(house: House) -> str:
    return f"/admin/events/{house.performances[0].event_id}/performances"


@pytest.fixture
def one(house: House) -> str:
    return f"/admin/performances/{house.performances[0].id}"


def rule(house: House, **changed: object) -> dict[str, object]:
    """Two weeks, every day, at one hour."""
    last = FIRST + timedelta(days=13)
    fields = {"version_id": str(house.performances[0].plan_version_id), "first": f"{FIRST}", "last": f"{last}"}
    return fields | {"times": ["20:00", ""], "except_days": "", "extra": ""} | changed


def ticked(page: str) -> list[str]:
    return re.findall(r'name="dates" value="([^"]+)" checked', page)


async def preview(browser: Browser, base: str, fields: dict[str, object]) -> str:
    response = await browser.post(f"{base}/preview", fields)
    assert response.status_code == 200, response.text
    return response.text


async def count(database: Database, house: House) -> int:
    return (await dates.counts(database, house.organisation_id, house.performances[0].event_id, NOW))[0]


async def test_nothing_is_made_before_it_was_seen(sign_in: SignIn, house: House, base: str, database: Database) -> None:
    manager, before = await sign_in(), await count(database, house)
    assert "Preview the dates" in await manager.page(f"{base}/new")
    page = await preview(manager, base, rule(house, weekdays=["4", "5"], except_days=[""]))
    seen = ticked(page)
    assert len(seen) == 4 and await count(database, house) == before
    leads_to = await manager.done(base, {"version_id": rule(house)["version_id"], "dates": seen[:3]})
    assert leads_to == base and "3 dates are there now." in await manager.page(base)
    assert await count(database, house) == before + 3
    again = await preview(manager, base, rule(house, weekdays=["4", "5"]))
    assert len(ticked(again)) == 1 and again.count("There already") == 3


async def test_what_stands_against_a_date_is_said(sign_in: SignIn, house: House, base: str) -> None:
    manager = await sign_in()
    await manager.page(f"{base}/new")
    zone = ZoneInfo(house.performances[0].time_zone)
    start = house.performances[0].starts_at.astimezone(zone) + timedelta(minutes=30)
    extra = [f"{start:%Y-%m-%dT%H:%M}", "2020-01-01T20:00"]
    page = await preview(manager, base, rule(house, first="", last="", times="", extra=extra))
    assert "The Seagull is on there at" in page and "In the past" in page and len(ticked(page)) == 1
    page = await preview(manager, base, rule(house, first="", last="", times="", extra=["2027-03-28T02:30"]))
    assert "Clocks skip this hour" in page and not ticked(page) and "None of these dates" in page


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"version_id": ""}, "version_id"), ({"first": ""}, "first"), ({"last": "2020-01-01"}, "last"),
        ({"times": ["late"]}, "times"), ({"times": ""}, "times"), ({"last": "2099-01-01"}, "last"),
        ({"extra": ["2027-01-01T20:00+02:00"]}, "extra"), ({"except_days": ["x"]}, "except_days"),
    ],
)  # fmt: skip
async def test_a_rule_that_cannot_be_read_is_shown_again(
    sign_in: SignIn, house: House, base: str, wrong: dict[str, object], field: str
) -> None:
    manager = await sign_in()
    await manager.page(f"{base}/new")
    response = await manager.post(f"{base}/preview", rule(house, **wrong))
    assert response.status_code == 422 and f'id="{field}-mistake"' in response.text


@pytest.mark.parametrize("sent", [[], ["x"], ["2027-01-01T20:00Z"], ["2020-01-01T20:00"], ["2027-01-01T20:00"] * 2])
async def test_dates_that_were_not_offered_are_refused(
    sign_in: SignIn, house: House, base: str, database: Database, sent: list[str]
) -> None:
    manager, before = await sign_in(), await count(database, house)
    await manager.page(f"{base}/new")
    response = await manager.post(base, {"version_id": rule(house)["version_id"], "dates": sent})
    assert response.status_code == 422 and await count(database, house) == before


async def test_many_are_changed_and_removed(sign_in: SignIn, house: House, base: str, database: Database) -> None:
    manager = await sign_in()
    await manager.page(base)
    ids = [str(one.id) for one in house.performances]
    kept = {"label": "keep", "status": "keep"}
    await manager.done(f"{base}/changes", kept | {"dates": ids, "label": "postponed", "doors_min": "45"})
    page = await manager.page(base)
    assert page.count("badge state-postponed") == 2 and "2 dates were changed." in page
    response = await manager.post(f"{base}/changes", kept | {"dates": ids})
    assert (
        response.status_code == 422
        and "Choose what to change." in response.text
        and response.text.count("checked") == 2
    )
    response = await manager.post(f"{base}/changes", kept | {"doors_min": "1"})
    assert response.status_code == 422 and "Tick at least one date." in response.text
    await manager.done(f"{base}/removal", {"dates": ids[1:]})
    assert await count(database, house) == 1


async def test_a_date_says_otherwise_than_its_event(
    sign_in: SignIn, one: str, house: House, database: Database
) -> None:
    manager = await sign_in()
    page = await manager.page(f"{one}/settings")
    version = re.search(r'name="version" value="(\d+)"', page)
    start = re.search(r'name="starts_at" value="([^"]+)"', page)
    assert version and start
    fields = {
        "version": version[1],
        "starts_at": start[1],
        "doors_min": "20",
        "duration_min": "90",
        "status": "on_sale",
    }
    assert await manager.done(f"{one}/settings", fields | {"label": "sold_out", "own_order_places_max": "4"})
    stored = await dates.get(database, house.organisation_id, house.performances[0].id)
    assert (stored.label, stored.own_order_places_max) == ("sold_out", 4)
    assert stored.starts_at - stored.doors_at == timedelta(minutes=20)
    response = await manager.post(f"{one}/settings", fields | {"label": "postponed"})
    assert response.status_code == 409 and "Saved meanwhile: Sold out" in response.text
    wrong = fields | {"version": "2", "own_sale_opens_at": "2099-01-01T10:00"}
    response = await manager.post(f"{one}/settings", wrong)
    assert response.status_code == 422 and "The sale opens before it closes." in response.text


async def test_a_date_moves_with_its_closing_times(sign_in: SignIn, one: str, house: House, database: Database) -> None:
    manager, before = await sign_in(), house.performances[0]
    stored = await dates.get(database, house.organisation_id, before.id)
    zone = ZoneInfo(stored.time_zone)
    page = await manager.page(f"{one}/settings")
    found = dict(re.findall(r'name="(own_sale_(?:opens|closes)_at|version)" value="([^"]*)"', page))
    later = stored.starts_at.astimezone(zone) + timedelta(days=1)
    fields = found | {"starts_at": f"{later:%Y-%m-%dT%H:%M}", "doors_min": "20", "duration_min": "90", "label": ""}
    await manager.done(f"{one}/settings", fields | {"status": "on_sale"})
    after = await dates.get(database, house.organisation_id, before.id)
    gap = stored.starts_at - stored.own_sale_closes_at
    assert after.starts_at - after.own_sale_closes_at == gap
    assert after.own_sale_opens_at == stored.own_sale_opens_at


async def test_who_may_only_see_changes_nothing(sign_in: SignIn, base: str, one: str) -> None:
    viewer = await sign_in(Scope.VIEW)
    page = await viewer.page(base)
    assert "Change the ticked dates" not in page and f"{base}/new" not in page
    assert "fieldset disabled" in await viewer.page(f"{one}/settings")
    for path in (base, f"{base}/changes", f"{base}/removal", f"{one}/settings", f"{one}/plan"):
        assert (await viewer.post(path, {})).status_code == 403


async def test_another_organisations_dates_are_not_found(
    sign_in: SignIn, house: House, rival: House, base: str, database: Database
) -> None:
    manager = await sign_in()
    await manager.page(f"{base}/new")
    theirs = [str(rival.performances[0].id)]
    for act in ("changes", "removal"):
        response = await manager.post(f"{base}/{act}", {"dates": theirs, "label": "postponed", "status": "keep"})
        assert response.status_code in (404, 422)
    response = await manager.post(f"{base}/preview", rule(house, version_id=str(rival.performances[0].plan_version_id)))
    assert response.status_code == 422
    assert (await manager.get(f"/admin/performances/{theirs[0]}/settings")).status_code == 404
    assert await count(database, rival) == 2
