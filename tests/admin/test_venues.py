import re

import pytest

from tests.admin.conftest import SignIn
from tests.api.conftest import House
from ticketing import plans, venues
from ticketing.tokens import Scope

TOLD = {
    "name": "Grand Hall", "address": "1 Hall Street", "time_zone": "Europe/Paris", "kind": "real", "version": "0",
    "step_free": "partial", "hearing_loop": "full", "wheelchair_places": "12", "description_en": "A hall.\n\nOld.",
    "transport_fr": "Tram 4",
}  # fmt: skip


def listed(house: House) -> str:
    return f"/admin/organisations/{house.key}/venues"


async def test_a_venue_is_made_shown_and_listed(sign_in: SignIn, house: House):
    manager = await sign_in()
    assert "Theatre" in await manager.page(listed(house))
    await manager.get(f"{listed(house)}/new")
    path = await manager.done(listed(house), TOLD)
    page = await manager.page(path)
    for text in ("Grand Hall", "1 Hall Street", "In part", "Everywhere", "12", "A hall.", "Tram 4", "No plan yet"):
        assert text in page
    assert "Grand Hall" in await manager.page(f"{listed(house)}?search=hall+street")
    assert "No venue has “opera”" in await manager.page(f"{listed(house)}?search=opera")


async def test_what_was_typed_is_kept_with_its_mistakes(sign_in: SignIn, house: House):
    manager = await sign_in()
    await manager.get(f"{listed(house)}/new")
    wrong = TOLD | {"name": " ", "time_zone": "Atlantis", "wheelchair_places": "many"}
    response = await manager.post(listed(house), wrong)
    assert response.status_code == 422
    assert 'value="Atlantis"' in response.text and 'value="many"' in response.text and "Tram 4" in response.text
    assert response.text.count("invalid-feedback") == 3
    taken = await manager.post(listed(house), TOLD | {"name": "Theatre"})
    assert taken.status_code == 422 and "There is already a venue named Theatre" in taken.text


async def test_a_city_stands_for_its_time_zone(sign_in: SignIn, house: House):
    manager = await sign_in()
    await manager.get(f"{listed(house)}/new")
    several = await manager.post(listed(house), TOLD | {"time_zone": "istanbul"})
    assert several.status_code == 422 and "choose one of Asia/Istanbul, Europe/Istanbul." in several.text
    path = await manager.done(listed(house), TOLD | {"time_zone": "zürich"})
    assert "Europe/Zurich" in await manager.page(path)


async def test_a_virtual_venue_is_sold_by_count(sign_in: SignIn, house: House, database):
    manager = await sign_in()
    await manager.get(f"{listed(house)}/new")
    bare = await manager.post(listed(house), TOLD | {"kind": "virtual", "capacity": ""})
    assert bare.status_code == 422
    path = await manager.done(listed(house), TOLD | {"kind": "virtual", "capacity": "250"})
    page = await manager.page(path)
    assert "Virtual" in page and "250 places" in page and "Import" not in page
    await manager.get(f"{path}/edit")
    for capacity in ("400", "250"):
        version = re.search(r'name="version" value="(\d+)"', (await manager.get(f"{path}/edit")).text)
        assert version
        await manager.done(path, TOLD | {"capacity": capacity, "version": version[1]})
    drawn = await plans.list_of(database, house.organisation_id, path.rpartition("/")[2])
    assert [(one.number, one.place_count) for one in drawn] == [(3, 250), (2, 400), (1, 250)]


async def test_who_saves_second_sees_both(sign_in: SignIn, house: House):
    first, second = await sign_in(), await sign_in()
    await first.get(f"{listed(house)}/new")
    path = await first.done(listed(house), TOLD)
    await first.get(f"{path}/edit")
    await second.get(f"{path}/edit")
    await first.done(path, TOLD | {"version": "1", "address": "2 New Street"})
    late = await second.post(path, TOLD | {"version": "1", "wheelchair_places": "20"})
    assert late.status_code == 409
    assert "2 New Street" in late.text and 'value="20"' in late.text and 'name="version" value="2"' in late.text
    assert "2 New Street" in await first.page(path)
    await second.done(path, TOLD | {"version": "2", "wheelchair_places": "20"})


async def test_a_venue_with_performances_is_kept_and_says_why(sign_in: SignIn, house: House, database):
    manager = await sign_in()
    (hall,) = await venues.list_of(database, house.organisation_id)
    page = await manager.page(f"/admin/venues/{hall.id}")
    assert "2 performances were put on here" in page and "Delete venue" not in page
    response = await manager.post(f"/admin/venues/{hall.id}/deletion")
    assert response.status_code == 422 and "2 performances were put on at Theatre" in response.text
    await manager.get(f"{listed(house)}/new")
    path = await manager.done(listed(house), TOLD)
    await manager.get(path)
    assert await manager.done(f"{path}/deletion") == listed(house)
    assert (await manager.get(path)).status_code == 404


async def test_who_only_looks_changes_nothing(sign_in: SignIn, house: House, rival: House, database):
    viewer, stranger = await sign_in(Scope.VIEW), await sign_in(organisation_id=rival.organisation_id)
    (hall,) = await venues.list_of(database, house.organisation_id)
    page = await viewer.page(f"/admin/venues/{hall.id}")
    assert "Edit" not in page and "Import" not in page
    for path in (listed(house), f"/admin/venues/{hall.id}", f"/admin/venues/{hall.id}/deletion"):
        assert (await viewer.post(path, TOLD | {"version": "1"})).status_code == 403
        await stranger.get("/admin/")
        assert (await stranger.post(path, TOLD | {"version": "1"})).status_code == 404
    manager = await sign_in()
    await manager.get(f"/admin/venues/{hall.id}/edit")
    manager.token = "0" * 64
    assert (await manager.post(f"/admin/venues/{hall.id}", TOLD | {"version": "1"})).status_code == 403
    assert await venues.get(database, house.organisation_id, hall.id) == hall


async def test_stored_script_is_text(sign_in: SignIn, house: House):
    manager = await sign_in()
    evil = "<script>alert(1)</script>"
    await manager.get(f"{listed(house)}/new")
    path = await manager.done(listed(house), TOLD | {"name": evil, "address": evil, "description_en": evil})
    for page in (path, listed(house), f"{path}/edit"):
        assert evil not in (await manager.get(page)).text


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999"])
async def test_a_page_that_is_not_there_is_empty_or_the_first(sign_in: SignIn, house: House, page: str):
    assert (await (await sign_in()).get(f"{listed(house)}?page={page}")).status_code == 200
