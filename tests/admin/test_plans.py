import html
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.plan import files, open_format, placeur_json
from engine.plan.files import Format
from tests.admin.conftest import Browser, SignIn
from tests.api.conftest import House, small_plan
from ticketing import plan_drafts, plans, venues
from ticketing.audit import Actor
from ticketing.tokens import Scope

EXAMPLES = Path(__file__).parents[2] / "examples"
HALL = b"<svg>%s</svg>" % b"".join(
    b'<circle cx="%d" cy="%d" r="8"/>' % (22 * n, 40 * row) for n in range(6) for row in (0, 1)
)
ROWS = b"stand,sector,row,seats\nwest,1,1,10\nwest,1,2,12\n"


async def send(browser: Browser, venue: object, content: bytes, name: str = "Hall", file: str = "plan.json"):
    await browser.get(f"/admin/venues/{venue}/plans/new")
    sent = {"files": {"file": (file, content, "image/png")}}
    return await browser.post(f"/admin/venues/{venue}/plan-drafts", {"plan_name": name}, **sent)


async def hall_of(database, house: House):
    (hall,) = await venues.list_of(database, house.organisation_id)
    return hall.id


def flawed() -> bytes:
    """The small plan, its first seat twice."""
    plan = json.loads(placeur_json.write(small_plan()))
    seats = plan["zones"][0]["rows"][0]["seats"]
    seats[1]["id"] = seats[0]["id"]
    return json.dumps(plan).encode()


@pytest.mark.parametrize(
    ("content", "places"),
    [
        (placeur_json.write(small_plan()), 80),
        (open_format.write(small_plan()), 50),
        (ROWS, 22),
        (HALL, 12),
    ],
)
async def test_each_format_is_told_by_its_content(sign_in: SignIn, house: House, database, content: bytes, places: int):
    manager, hall = await sign_in(), await hall_of(database, house)
    response = await send(manager, hall, content, "New", "holiday.png")
    assert response.status_code == 303, response.text
    page = await manager.page(response.headers["location"])
    assert f"<dd>{places}</dd>" in page and "a new plan" in page and "holiday.png" in page
    before = await plans.list_of(database, house.organisation_id, hall)
    path = await manager.done(f"{response.headers['location']}/confirmation")
    after = await plans.list_of(database, house.organisation_id, hall)
    assert len(after) == len(before) + 1 and "New, version 1" in await manager.page(path)
    assert (await manager.post(f"{response.headers['location']}/confirmation")).status_code == 404


async def test_what_was_mended_is_listed_before_anything_is_kept(sign_in: SignIn, house: House, database):
    manager, hall = await sign_in(), await hall_of(database, house)
    response = await send(manager, hall, flawed())
    page = await manager.page(response.headers["location"])
    assert "1 thing was mended" in page and "zones[0].rows[0].seats[1]" in page
    assert "version 2 of Hall" in page and "Save as version 2" in page
    assert len(await plans.list_of(database, house.organisation_id, hall)) == 1
    assert response.headers["location"] in await manager.page(f"/admin/venues/{hall}"), "one finds back to it"
    viewer = await sign_in(Scope.VIEW)
    assert response.headers["location"] not in await viewer.page(f"/admin/venues/{hall}")
    picture = await manager.get(f"{response.headers['location']}/picture")
    assert picture.headers["content-type"].startswith("image/svg+xml") and "<script" not in picture.text
    await manager.get(response.headers["location"])
    assert await manager.done(f"{response.headers['location']}/deletion") == f"/admin/venues/{hall}"
    assert (await manager.get(response.headers["location"])).status_code == 404
    assert len(await plans.list_of(database, house.organisation_id, hall)) == 1


async def test_what_is_said_of_a_plan_is_said_in_french(sign_in: SignIn, house: House, database):
    manager, hall = await sign_in(language="fr"), await hall_of(database, house)
    mended = await manager.page((await send(manager, hall, flawed())).headers["location"])
    assert "L’identifiant « A-1 » du siège « 2 », rang « A », Stalls, servait déjà ; c’est maintenant A-1~2." in mended
    for content, told in [
        (b"stand,sector,row,seats\nwest,1,1,ten\n", "(ligne 2, colonne seats). Le nombre de sièges va de 1 à 1 000."),
        (b'{"name": 5, "categories": []}', "(name). On attend un texte, mais il y a un nombre entier."),
        (b"<svg/>", "Aucun siège n’a été trouvé"),
        (b'{"categories": []}', "(le début du fichier). Le champ name manque."),
        (
            b'{"format": "placeur-plan-1", "name": ',
            "(ligne 1, colonne 38). Le fichier est tronqué : il s’arrête au milieu de son JSON.",
        ),
    ]:
        refused = html.unescape((await send(manager, hall, content)).text).replace("\u202f", " ")
        assert "Le plan ne peut pas être lu" in refused and told in refused


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Choose a file."),
        (b'{"format": "placeur-plan-1", "name": ', "line 1, column 38"),
        (b'{"name": 5, "categories": [], "zones": [], "size": {}}', "(name)"),
        (b"stand,sector,row,seats\nwest,1,1,ten\n", "line 2, column seats"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "This is a picture, not a plan"),
        (b"<svg><g></svg>", "line 1, column 11"),
        (b"<svg/>", "No seats were found"),
    ],
)
async def test_a_broken_file_is_told_in_one_sentence_with_its_place(
    sign_in: SignIn, house: House, database, content: bytes, told: str
):
    manager, hall = await sign_in(), await hall_of(database, house)
    response = await send(manager, hall, content)
    assert response.status_code == 422 and told in response.text
    assert 'value="Hall"' in response.text


async def test_a_plan_needs_a_name_and_a_file_that_is_not_too_large(
    sign_in: SignIn, house: House, database, settings, monkeypatch
):
    manager, hall = await sign_in(), await hall_of(database, house)
    assert (await send(manager, hall, ROWS, " ")).status_code == 422
    huge = b" " * (settings.plan_bytes_max + (1 << 17))
    assert (await send(manager, hall, huge)).status_code == 413


async def test_the_version_that_it_is_already_is_not_kept_twice(sign_in: SignIn, house: House, database):
    manager, hall = await sign_in(), await hall_of(database, house)
    response = await send(manager, hall, placeur_json.write(small_plan()))
    assert "it is version 1 already" in await manager.page(response.headers["location"])
    await manager.done(f"{response.headers['location']}/confirmation")
    assert len(await plans.list_of(database, house.organisation_id, hall)) == 1


async def test_a_plan_lists_its_versions_and_who_is_on_them(sign_in: SignIn, house: House, database):
    manager, hall = await sign_in(), await hall_of(database, house)
    (first,) = await plans.list_of(database, house.organisation_id, hall)
    now = house.performances[0].sale_opens_at
    redrawn = replace(small_plan(), note="Redrawn")
    await plans.add_version(database, house.organisation_id, hall, "Hall", redrawn, now)
    page = await manager.page(f"/admin/plans/{first.plan_id}")
    assert "Version 2" in page and page.count("The Seagull") == 2
    page = await manager.page(f"/admin/plans/{first.plan_id}/versions/2")
    assert "The Seagull" not in page and "data-seat-map" in page
    assert (await manager.get(f"/admin/plans/{first.plan_id}/versions/3")).status_code == 404


async def test_a_version_is_downloaded_in_the_formats_that_hold_it(sign_in: SignIn, house: House, database):
    manager, hall = await sign_in(), await hall_of(database, house)
    (first,) = await plans.list_of(database, house.organisation_id, hall)
    path = f"/admin/plans/{first.plan_id}/versions/1"
    assert "files/rows" not in await manager.page(path)
    assert files.read((await manager.get(f"{path}/files/placeur")).content) == small_plan()
    opened = await manager.get(f"{path}/files/open")
    assert files.format_of(opened.content) is Format.OPEN
    assert opened.headers["content-disposition"].startswith('attachment; filename="Hall-1.open.json"')
    assert (await manager.get(f"{path}/files/rows")).status_code == 422
    drawn = await manager.get(f"{path}/files/svg")
    assert (
        drawn.headers["content-type"].startswith("image/svg+xml")
        and "attachment" in drawn.headers["content-disposition"]
    )
    assert {seat.id for seat in files.read(drawn.content).seats()} == {seat.id for seat in small_plan().seats()}
    assert (await manager.get(f"{path}/files/exe")).status_code == 404
    stadium = await send(manager, hall, ROWS, "Stadium")
    kept = await manager.done(f"{stadium.headers['location']}/confirmation")
    assert (await manager.get(f"{kept}/files/rows")).content == ROWS


async def test_another_organisations_drafts_and_plans_are_not_found(
    sign_in: SignIn, house: House, rival: House, database
):
    manager, hall = await sign_in(), await hall_of(database, house)
    stranger = await sign_in(organisation_id=rival.organisation_id)
    draft = (await send(manager, hall, ROWS)).headers["location"]
    (first,) = await plans.list_of(database, house.organisation_id, hall)
    await stranger.get("/admin/")
    for path in (
        draft,
        f"{draft}/picture",
        f"/admin/plans/{first.plan_id}",
        f"/admin/plans/{first.plan_id}/versions/1",
    ):
        assert (await stranger.get(path)).status_code == 404
    for path in (f"{draft}/confirmation", f"{draft}/deletion", f"/admin/venues/{hall}/plan-drafts"):
        assert (await stranger.post(path)).status_code == 404
    their_hall = await hall_of(database, rival)
    moved = draft.replace(str(hall), str(their_hall))
    assert (await stranger.get(moved)).status_code == 404
    manager.token = "0" * 64
    assert (await manager.post(f"{draft}/confirmation")).status_code == 403
    assert (await manager.get(draft)).status_code == 200


async def test_drafts_are_swept(sign_in: SignIn, house: House, database, monkeypatch):
    monkeypatch.setattr(plan_drafts, "DRAFTS_MAX", 2)
    manager, hall = await sign_in(), await hall_of(database, house)
    sent = [(await send(manager, hall, ROWS)).headers["location"] for _ in range(3)]
    assert [(await manager.get(path)).status_code for path in sent] == [404, 200, 200]


async def test_the_picture_is_anybodys_by_its_hash_and_lasts(browser: Browser, house: House):
    hash = house.performances[0].plan_hash.hex()
    response = await browser.get(f"/api/v1/plans/{hash}/picture")
    assert response.status_code == 200 and "immutable" in response.headers["cache-control"]
    assert response.headers["content-type"].startswith("image/svg+xml")
    assert (await browser.get(f"/api/v1/plans/{'0' * 64}/picture")).status_code == 404


async def test_a_plan_without_use_is_deleted(sign_in: SignIn, house: House, database):
    manager, hall = await sign_in(), await hall_of(database, house)
    (used,) = await plans.list_of(database, house.organisation_id, hall)
    draft = (await send(manager, hall, ROWS, "Courtyard")).headers["location"]
    await manager.page(draft)
    leads_to = await manager.done(f"{draft}/confirmation")
    plan = leads_to.rpartition("/versions")[0]
    assert "Nothing was ever put on this plan" in await manager.page(plan)
    assert "so it is kept" in await manager.page(f"/admin/plans/{used.plan_id}")
    kept = await manager.post(f"/admin/plans/{used.plan_id}/deletion")
    assert kept.status_code == 409 and "2 performances are on this plan" in kept.text
    assert await manager.done(f"{plan}/deletion") == f"/admin/venues/{hall}"
    assert (await manager.get(plan)).status_code == 404
    assert await plans.list_of(database, house.organisation_id, hall) == [used]
    virtual = await venues.add(
        database, house.organisation_id, venues.Details(name="Stream", time_zone="Europe/Paris", capacity=9), {},
        Actor(organisation_id=house.organisation_id), house.performances[0].sale_opens_at,
    )  # fmt: skip
    (room,) = await plans.list_of(database, house.organisation_id, virtual.id)
    assert "Delete this plan" not in await manager.page(f"/admin/plans/{room.plan_id}")
    assert (await manager.post(f"/admin/plans/{room.plan_id}/deletion")).status_code == 422
