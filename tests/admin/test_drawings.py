import html
import json
from collections.abc import Callable
from typing import Any

import pytest
from httpx import Response

from engine.plan import files, open_format, placeur_json
from tests.admin.conftest import Browser, SignIn
from tests.admin.test_plans import ROWS, flawed, hall_of
from tests.api.conftest import House, small_plan
from tests.ticketing.test_seat_photos import photo
from ticketing import drawings, plans
from ticketing.db import Database
from ticketing.tokens import Scope


class Drawer:
    """Somebody signed in, at the page where the hall is drawn."""

    def __init__(self, browser: Browser, page: str, base: str) -> None:
        self.browser, self.page, self.base = browser, page, base

    async def document(self, **headers: str) -> Response:
        return await self.browser.get(f"{self.base}/document", headers={"accept": "application/json"} | headers)

    async def ask(self, what: str, body: Any, token: str | None = None) -> Response:
        """What the editor's script sends."""
        headers = {
            "content-type": "application/json",
            "accept": "application/json",
            "x-csrf-token": self.browser.token if token is None else token,
        }
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.browser._ask("POST", f"{self.base}/{what}", headers=headers, content=content)

    async def save(self, revision: int, **fields: Any) -> Response:
        return await self.ask("changes", {"revision": revision, "editor": "tab"} | fields)


Draw = Callable[..., Any]


@pytest.fixture
def draw(sign_in: SignIn, house: House, database: Database) -> Draw:
    """Sign in somebody who opens the drawing of the hall's plan."""

    async def opened(language: str = "en") -> Drawer:
        browser, hall = await sign_in(language=language), await hall_of(database, house)
        (version,) = await plans.list_of(database, house.organisation_id, hall)
        path = f"/admin/venues/{hall}/plans/{version.plan_id}/edit"
        page = await browser.page(path)
        line = await drawings.of_plan(database, house.organisation_id, version.plan_id)
        assert line
        return Drawer(browser, page, f"/admin/drawings/{line.id}")

    return opened


def part_of(document: dict[str, Any], key: str) -> dict[str, Any]:
    return next(part for part in document["parts"] if part["key"] == key)


async def test_the_page_tells_the_script_where_to_ask(draw: Draw):
    drawer = await draw()
    for name in ("document", "changes", "examination", "publication", "removal", "file"):
        assert f'data-{name}="{drawer.base}/{name}"' in drawer.page
    assert f'data-token="{drawer.browser.token}"' in drawer.page and 'data-language="en"' in drawer.page
    assert "<noscript>" in drawer.page and "Back to the plan" in drawer.page and "editor" in drawer.page


async def test_the_document_is_the_drawing_and_is_sent_once(draw: Draw, house: House):
    drawer = await draw()
    answer = await drawer.document()
    told = answer.json()
    assert (told["revision"], told["base"]["number"], told["editor"], told["name"]) == (1, 1, None, "Hall")
    assert told["base"]["hash"] == house.performances[0].plan_hash.hex()
    assert told["head"]["name"] == small_plan().name and {part["kind"] for part in told["parts"]} >= {"zone", "row"}
    assert answer.headers["cache-control"] == "private, no-cache" and answer.headers["content-encoding"] == "br"
    again = await drawer.document(**{"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304 and not again.content
    assert (await drawer.save(1)).json()["revision"] == 2
    after = await drawer.document(**{"if-none-match": answer.headers["etag"]})
    assert after.status_code == 200 and after.json()["editor"] | {"at": ""} == {
        "name": "Pat Person", "at": "", "here": True,
    }  # fmt: skip
    other = await draw()
    assert (await other.document()).json()["editor"]["here"] is False


async def test_a_save_asks_little_of_the_database(draw: Draw, queries: list[str]):
    drawer = await draw()
    row = part_of((await drawer.document()).json(), "r1")
    queries.clear()
    assert (await drawer.save(1, parts=[row])).status_code == 200
    assert queries == ["find", "on_drawing", "places", "advance", "put", "counts"]


async def test_whoever_saves_second_is_told_who_saved_first(draw: Draw):
    first, second = await draw(), await draw(language="fr")
    assert (await first.save(1, request="a")).json()["revision"] == 2
    assert (await first.save(1, request="a")).json()["revision"] == 2
    refused = await second.save(1, request="b")
    told = refused.json()
    assert refused.status_code == 409 and told["code"] == "drawing-changed"
    assert told["fields"]["revision"] == 2 and told["fields"]["by"] == "Pat Person" and told["fields"]["at"]
    assert told["detail"].startswith("Pat Person a modifié ce dessin entre-temps")


async def test_what_does_not_fit_is_told_in_a_sentence_with_its_place(draw: Draw):
    drawer = await draw(language="fr")
    row = part_of((await drawer.document()).json(), "r1")
    row["data"]["seats"][2]["x"] = "5"
    refused = await drawer.save(1, parts=[row])
    told = refused.json()
    assert (refused.status_code, told["code"]) == (422, "drawing-refused")
    assert told["fields"]["where"] == "parts[0].data.seats[2].x"
    assert "On attend un nombre, mais il y a un texte." in told["detail"]
    assert (await drawer.ask("changes", b"{")).status_code == 422
    assert (await drawer.ask("publication", b"{")).status_code == 400
    assert (await drawer.ask("publication", {"revision": "1"})).status_code == 422


async def test_a_large_save_is_read_too(draw: Draw):
    drawer = await draw()
    row = part_of((await drawer.document()).json(), "r1")
    seats = [row["data"]["seats"][0] | {"id": f"new-{n}", "label": str(n), "x": n} for n in range(2_000)]
    row["data"]["seats"] = seats
    assert (await drawer.save(1, parts=[row])).json()["revision"] == 2
    assert len(part_of((await drawer.document()).json(), "r1")["data"]["seats"]) == 2_000


async def test_only_this_browsers_script_is_answered(draw: Draw, sign_in: SignIn):
    drawer = await draw()
    for what in ("changes", "examination", "publication", "removal"):
        refused = await drawer.ask(what, {}, token="0" * 64)
        assert refused.status_code == 403 and refused.json()["code"] == "form-stale"
    viewer = await sign_in(Scope.VIEW)
    for path in ("document", "file"):
        assert (await viewer.get(f"{drawer.base}/{path}")).status_code == 403
    drawer.browser.cookies = {name: value for name, value in drawer.browser.cookies.items() if "staff" not in name}
    assert (await drawer.document()).status_code == 401
    assert (await drawer.browser.get(f"{drawer.base}/document")).status_code == 303


async def test_what_the_doctor_finds_is_told_with_what_mends_it(draw: Draw):
    drawer = await draw(language="fr")
    row = part_of((await drawer.document()).json(), "r1")
    row["data"]["seats"][1]["id"] = row["data"]["seats"][0]["id"]
    await drawer.save(1, parts=[row])
    told = (await drawer.ask("examination", {})).json()
    assert (told["revision"], told["finding_count"]) == (2, 1)
    (finding,) = told["findings"]
    assert (finding["flaw"], finding["key"], finding["seat"]) == ("duplicate-id", "r1", "A-1")
    assert finding["where"] == "zones[0].rows[0].seats[1]" and "sert déjà" in finding["message"]
    assert set(finding["mended"]) == {"parts", "gone"} and [one["key"] for one in finding["mended"]["parts"]] == ["r1"]
    refused = await drawer.ask("publication", {"revision": 2})
    assert (refused.status_code, refused.json()["code"]) == (409, "drawing-unsound")
    assert refused.json()["fields"]["finding_count"] == 1 and "sert déjà" in refused.json()["detail"]
    assert (await drawer.save(2, **finding["mended"])).json()["revision"] == 3
    assert (await drawer.ask("examination", {})).json()["findings"] == []
    published = (await drawer.ask("publication", {"revision": 3})).json()
    assert published["number"] == 2 and "version 2" in await drawer.browser.page(published["path"])


async def test_findings_that_propose_too_much_are_told_without(draw: Draw, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("admin.drawings.MENDED_BYTES_MAX", 0)
    drawer = await draw()
    row = part_of((await drawer.document()).json(), "r1")
    row["data"]["seats"][1]["id"] = row["data"]["seats"][0]["id"]
    await drawer.save(1, parts=[row])
    assert (await drawer.ask("examination", {})).json()["findings"][0]["mended"] is None


async def test_a_version_from_elsewhere_is_told_and_may_be_published_over(draw: Draw, house: House, database: Database):
    drawer = await draw()
    hall, now = await hall_of(database, house), house.performances[0].sale_opens_at
    head = (await drawer.document()).json()["head"] | {"note": "Redrawn"}
    await drawer.save(1, head=head)
    redrawn = json.loads(placeur_json.write(small_plan())) | {"note": "Elsewhere"}
    elsewhere = placeur_json.read(json.dumps(redrawn).encode())
    await plans.add_version(database, house.organisation_id, hall, "Hall", elsewhere, now)
    refused = await drawer.ask("publication", {"revision": 2})
    assert (refused.status_code, refused.json()["code"]) == (409, "drawing-behind")
    assert refused.json()["fields"]["number"] == 2 and "Version 2 of this plan" in refused.json()["detail"]
    assert (await drawer.ask("publication", {"revision": 2, "over": 2})).json()["number"] == 3


async def test_a_drawing_is_taken_away_as_a_file(draw: Draw):
    drawer = await draw()
    browser, path = drawer.browser, f"{drawer.base}/file?format="
    whole = await browser.get(f"{path}placeur-json")
    assert placeur_json.read(whole.content) == small_plan() and "Hall.json" in whole.headers["content-disposition"]
    assert open_format.read((await browser.get(f"{path}open")).content).seat_count == small_plan().seat_count
    pictured = await browser.get(f"{path}svg")
    assert pictured.headers["content-type"].startswith("image/svg+xml") and b"<script" not in pictured.content
    refused = await browser.get(f"{path}rows")
    assert refused.status_code == 422
    assert (await browser.get(f"{path}exe")).status_code == 404


async def test_a_drawing_is_thrown_away_by_the_script_or_a_form(draw: Draw, database: Database):
    drawer = await draw()
    gone = await drawer.ask("removal", {})
    assert gone.status_code == 200 and "/admin/plans/" in gone.json()["path"]
    assert (await drawer.document()).status_code == 404
    page = await drawer.browser.page(gone.json()["path"])
    assert "Throw the drawing away" not in page
    drawer = await draw()
    assert "Throw the drawing away" in await drawer.browser.page(gone.json()["path"])
    assert await drawer.browser.done(f"{drawer.base}/removal") == gone.json()["path"]


async def test_a_new_plan_is_a_draft_until_it_is_published(sign_in: SignIn, house: House, database: Database):
    manager, viewer = await sign_in(), await sign_in(Scope.VIEW)
    hall = await hall_of(database, house)
    assert "Draw a new plan" in await manager.page(f"/admin/venues/{hall}")
    assert "Name of the plan" in await manager.page(f"/admin/venues/{hall}/drawings/new")
    edit = await manager.done(f"/admin/venues/{hall}/drawings", {"plan_name": "Garden"})
    assert "Garden" in await manager.page(edit)
    listed = await manager.page(f"/admin/venues/{hall}")
    assert "Garden" in listed and "Draft" in listed and "Pat Person" in listed
    assert "Garden" not in await viewer.page(f"/admin/venues/{hall}")
    plan = edit.replace(f"/venues/{hall}", "").removesuffix("/edit")
    page = await manager.page(plan)
    assert "No version yet" in page and "Go on drawing" in page
    assert "No version yet" in await viewer.page(plan)
    assert (await manager.get(f"{plan}/versions/1")).status_code == 404
    again = await manager.post(f"/admin/venues/{hall}/drawings", {"plan_name": "Garden"})
    assert again.status_code == 422 and "There is already a plan named Garden" in html.unescape(again.text)
    empty = await manager.post(f"/admin/venues/{hall}/drawings", {"plan_name": " "})
    assert empty.status_code == 422 and "This is needed." in empty.text
    assert await manager.done(f"{plan}/deletion") == f"/admin/venues/{hall}"
    assert (await manager.get(plan)).status_code == 404


async def test_a_file_is_opened_in_the_editor_as_it_is(sign_in: SignIn, house: House, database: Database):
    manager, hall = await sign_in(), await hall_of(database, house)
    assert "Open in the editor, unmended" in await manager.page(f"/admin/venues/{hall}/plans/new")
    fields = {"plan_name": "Wild", "with_file": "yes"}
    path = f"/admin/venues/{hall}/drawings"
    edit = await manager.done(path, fields, files={"file": ("plan.json", flawed(), "application/json")})
    drawer = Drawer(manager, await manager.page(edit), "")
    drawer.base = drawer.page.partition('data-document="')[2].partition("/document")[0]
    assert (await drawer.ask("examination", {})).json()["finding_count"] == 1
    refused = await manager.post(path, fields, files={"file": ("plan.json", flawed(), "application/json")})
    assert refused.status_code == 422 and "is being drawn already" in refused.text
    for sent, told in ((b"stand,sector\n", "line 1"), (b"", "Choose a file.")):
        answer = await manager.post(path, fields | {"plan_name": "X"}, files={"file": ("plan.csv", sent, "text/csv")})
        assert answer.status_code == 422 and told in answer.text and 'value="X"' in answer.text
    edit = await manager.done(path, fields | {"plan_name": "Rows"}, files={"file": ("rows.csv", ROWS, "text/csv")})
    drawer.base = (await manager.page(edit)).partition('data-document="')[2].partition("/document")[0]
    rows = await manager.get(f"{drawer.base}/file?format=rows")
    assert rows.status_code == 200 and files.format_of(rows.content) is files.Format.ROWS


async def test_buttons_lead_to_the_editor(sign_in: SignIn, house: House, database: Database):
    manager, viewer = await sign_in(), await sign_in(Scope.VIEW)
    hall = await hall_of(database, house)
    (version,) = await plans.list_of(database, house.organisation_id, hall)
    edit = f"/admin/venues/{hall}/plans/{version.plan_id}/edit"
    for path in (
        f"/admin/venues/{hall}",
        f"/admin/plans/{version.plan_id}",
        f"/admin/plans/{version.plan_id}/versions/1",
    ):
        assert edit in await manager.page(path)
        assert edit not in await viewer.page(path)
    assert (await viewer.get(edit)).status_code == 403


async def test_photos_of_the_view_are_kept_and_shown(draw: Draw, sign_in: SignIn) -> None:
    drawer = await draw("fr")
    name = (await drawer.ask("photos", photo())).json()["photo"]
    assert f'data-photos="{drawer.base}/photos"' in drawer.page
    shown = await drawer.browser.get(f"{drawer.base}/photos/{name}")
    assert shown.headers["content-type"] == "image/jpeg" and shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["cache-control"] == "private, max-age=31536000, immutable"
    refused = await drawer.ask("photos", b"no picture at all")
    assert refused.status_code == 422 and refused.json()["detail"].startswith("Ce n’est pas une image")
    assert (await drawer.ask("photos", photo("red"), token="no")).status_code == 403
    for other in ("a1" * 32, "a1", "none"):
        assert (await drawer.browser.get(f"{drawer.base}/photos/{other}")).status_code == 404
    viewer = await sign_in(scope=Scope.VIEW)
    assert (await viewer.get(f"{drawer.base}/photos/{name}")).status_code == 403


async def test_a_photo_that_is_not_kept_is_found_and_mended(draw: Draw) -> None:
    drawer = await draw("fr")
    document = (await drawer.document()).json()
    row = part_of(document, "r1")
    row["data"]["seats"][1]["photo"] = "a1" * 32
    await drawer.save(1, parts=[row])
    refused = await drawer.ask("publication", {"revision": 2})
    assert refused.status_code == 409 and "ne sont pas conservées ici" in refused.json()["detail"]
    (finding,) = (await drawer.ask("examination", {})).json()["findings"]
    assert (finding["flaw"], finding["key"]) == ("unknown-photo", "r1")
    assert (await drawer.save(2, parts=finding["mended"]["parts"])).status_code == 200
    assert (await drawer.ask("examination", {})).json()["finding_count"] == 0
