"""The editor's preview and the picture to trace, through the real application."""

import io

import pypdfium2
from PIL import Image

from engine.trial import Mix
from tests.admin.test_drawings import Draw, draw
from ticketing import tracing

__all__ = ["draw"]


def picture(kind: str = "PNG", size: tuple[int, int] = (600, 400)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "ivory").save(made, kind)
    return made.getvalue()


async def test_the_best_places_are_told_as_a_shopper_reads_them(draw: Draw) -> None:
    drawer = await draw()
    found = (await drawer.ask("trial", {"party": 2})).json()["proposals"]
    assert len(found) == 3 and found[0]["where"].startswith("Stalls, row A, seats ") and found[0]["because"]
    taken = {"party": 2, "taken": found[0]["seats"] + ["no such seat"]}
    again = (await drawer.ask("trial", taken)).json()["proposals"]
    assert not set(found[0]["seats"]) & {seat for one in again for seat in one["seats"]}
    assert (await drawer.ask("trial", {"party": 20, "clear_view": True, "together": False})).json()["proposals"]
    refused = await drawer.ask("trial", {"party": 1, "wheelchairs": 2})
    assert refused.status_code == 422 and "smaller than its parts" in refused.json()["detail"]
    assert (await drawer.ask("trial", {"party": 99})).status_code == 422
    french = await draw("fr")
    assert "rang A" in (await french.ask("trial", {"party": 2})).json()["proposals"][0]["where"]


async def test_a_sample_sale_sells_the_house(draw: Draw) -> None:
    drawer = await draw()
    for mix in Mix:
        sold = (await drawer.ask("sale", {"kind": mix.value})).json()
        seats = [seat for party in sold["parties"] for seat in party]
        assert len(seats) == len(set(seats)) == 48 and sold["together_count"] > 0, "all but the bay and its companion"
    assert (await drawer.ask("sale", {"kind": "crowds"})).status_code == 422
    assert (await drawer.ask("sale", {"kind": "couples"}, token="no")).status_code == 403


async def test_a_picture_is_laid_under_and_taken_away(draw: Draw) -> None:
    drawer = await draw()
    assert (await drawer.browser.get(f"{drawer.base}/underlay")).json() is None
    assert (await drawer.ask("underlay", picture())).json() == {"kept": True}
    response = await drawer.browser.get(f"{drawer.base}/underlay")
    assert response.headers["content-type"] == "image/jpeg" and response.headers["x-placed"] == "{}"
    placed = {"x": 10, "y": -20.5, "width": 900, "rotation": 3, "opacity": 0.4}
    assert (await drawer.ask("underlay/place", placed)).json() == {"kept": True}
    assert '"width": 900' in (await drawer.browser.get(f"{drawer.base}/underlay")).headers["x-placed"]
    assert (await drawer.ask("underlay/place", {"width": -1})).status_code == 422
    assert (await drawer.ask("underlay", b"no picture at all")).status_code == 422
    assert (await drawer.browser.get(f"{drawer.base}/underlay")).status_code == 200, "the one before stays"
    await drawer.ask("underlay/removal", {})
    assert (await drawer.browser.get(f"{drawer.base}/underlay")).json() is None
    assert (await drawer.ask("underlay/place", placed)).status_code == 404


def test_what_is_traced_is_drawn_anew() -> None:
    kept = tracing.traced(picture("WEBP", (5000, 1000)))
    assert kept.media_type == "image/jpeg" and kept.width == tracing.SIDE_PX_MAX
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 100)
    made = io.BytesIO()
    document.save(made)
    page = tracing.traced(made.getvalue())
    assert (page.width, page.height) == (4000, 2000)
