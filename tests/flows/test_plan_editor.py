"""The plan editor in a browser: a hall drawn by the mouse, one by the keyboard alone, floors, a picture to trace,
corners, rows bent together, the brush, parts carried from window to window, a broken file mended, two windows on one
drawing, a connection that fails."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from tests.flows.conftest import DESK, PHONE, Site, look, sell
from tests.running import run
from ticketing.orders import Buyer
from ticketing.stores import stores

Visit = Callable[..., Page]
TABS_MAX = 200
EDITOR = "document.querySelector('[data-editor]').editor"
COUNTS = f"""() => {{
  const drawing = {EDITOR}.drawing;
  const seats = drawing.every("row").flatMap(({{ data }}) => data.seats);
  return {{ seats: seats.length, rows: drawing.every("row").length, tables: drawing.every("table").length,
    areas: drawing.every("area").length, categories: [...new Set(seats.map(({{ category }}) => category))] }};
}}"""


PASTE = """text => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  document.querySelector("canvas.sheet").dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}"""
SEATS = f"""() => {{
  const drawing = {EDITOR}.drawing;
  return drawing.every("row").flatMap(({{ parent, data }}) => {{
    const [x, y] = [drawing.get(parent).data.x + data.x, drawing.get(parent).data.y + data.y];
    return data.seats.map(seat => ({{ ...seat, row: data.label, x: x + seat.x, y: y + seat.y }}));
  }});
}}"""


def venue(page: Page, site: Site) -> None:
    """Come to the house's venue."""
    page.goto(f"/admin/organisations/{site.house.key}/venues")
    page.locator("main a[href*='/admin/venues/']", has_text="Theatre").first.click()


def begun(page: Page, site: Site, name: str) -> str:
    """Begin to draw a plan; where it is drawn."""
    venue(page, site)
    page.locator("a[href$='/drawings/new']").first.click()
    page.locator("[name=plan_name]").fill(name)
    page.locator("main form button.btn-primary").last.click()
    return opened(page)


def opened(page: Page) -> str:
    expect(page.locator("[data-editor][data-painted]")).to_be_attached()
    return page.url


def counts(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(COUNTS)
    return found


def saved(page: Page) -> None:
    expect(page.locator(".editor-state")).to_have_attribute("data-state", "saved")


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag over the sheet, from one part of it to another."""
    box = page.locator("canvas.sheet").bounding_box()
    assert box
    points = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in (start, end)]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=6)
    page.mouse.up()


def click(page: Page, x: float, y: float) -> None:
    box = page.locator("canvas.sheet").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)


def on_screen(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a place of the sheet, in centimetres, is seen."""
    box = page.locator("canvas.sheet").bounding_box()
    assert box
    left, top = page.evaluate(f"{EDITOR}.sheet.view.project({x}, {y})")
    return box["x"] + left, box["y"] + top


def drag_on(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag from one place of the sheet to another, in centimetres."""
    page.mouse.move(*on_screen(page, *start))
    page.mouse.down()
    page.mouse.move(*on_screen(page, *end), steps=8)
    page.mouse.up()


def seats(page: Page) -> list[dict[str, Any]]:
    """Every seat as it is drawn, with where it stands."""
    found: list[dict[str, Any]] = page.evaluate(SEATS)
    return found


def corners(page: Page) -> list[list[float]]:
    """The corners of the only area."""
    found: list[list[float]] = page.evaluate(f"{EDITOR}.drawing.every('area')[0].data.outline.points")
    return found


def panel(page: Page) -> Locator:
    return page.locator(".editor-panel")


def publish(page: Page) -> None:
    page.get_by_role("button", name="Publish", exact=True).click()
    panel(page).get_by_role("button", name=re.compile("^Publish version")).click()


def published(page: Page) -> None:
    publish(page)
    link = panel(page).get_by_role("link", name=re.compile("^To version"))
    expect(link).to_be_visible()
    link.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("version 1")


def test_a_hall_is_drawn_by_the_mouse(visit: Visit, site: Site) -> None:
    page = visit(DESK, "en")
    url = begun(page, site, "By the mouse")
    look(page)
    page.keyboard.press("s")
    drag(page, (0.35, 0.06), (0.65, 0.16))
    page.keyboard.press("b")
    drag(page, (0.3, 0.3), (0.6, 0.55))
    found = counts(page)
    assert found["seats"] > 100 and found["areas"] == 1
    panel(page).locator("[name=seatCount]").first.fill("16")
    panel(page).locator("[name=rowCount]").first.fill("6")
    panel(page).locator("[name=aisles]").fill("8")
    panel(page).locator("[name=bow]").first.fill("60")
    panel(page).locator("[name=bow]").first.press("Enter")
    assert counts(page)["rows"] == 6 and counts(page)["seats"] == 96, "the block that was placed last follows its form"
    look(page)
    page.keyboard.press("Escape")  # from the form to the sheet
    page.keyboard.press("t")
    click(page, 0.2, 0.75)
    page.keyboard.press("y")
    click(page, 0.35, 0.75)
    page.keyboard.press("a")
    drag(page, (0.55, 0.7), (0.7, 0.85))
    found = counts(page)
    assert (found["tables"], found["seats"]) == (2, 96 + 8 + 5)
    page.keyboard.press("Escape")
    drag(page, (0.1, 0.65), (0.45, 0.9))
    page.keyboard.press("Delete")
    assert counts(page)["tables"] == 0 and counts(page)["seats"] == 96
    page.keyboard.press("Control+z")
    assert counts(page)["tables"] == 2
    saved(page)
    page.goto(url)
    opened(page)
    assert counts(page)["tables"] == 2
    page.get_by_role("button", name=re.compile("^Undo")).click()
    assert counts(page)["areas"] < found["areas"], "the way back is there after a reload"
    page.get_by_role("button", name=re.compile("^Redo")).click()
    page.get_by_role("button", name="Numbering").click()
    panel(page).locator("[name=seats-pattern]").select_option("odd_even")
    look(page)
    panel(page).get_by_role("button", name="Give these labels").click()
    page.get_by_role("button", name="Preview").click()
    expect(panel(page).locator(".seat-map-categories li")).to_have_text(["General100 %209 left"])
    panel(page).get_by_role("button", name="Find the best places").click()
    expect(panel(page).locator(".proposal")).to_have_count(3)
    look(page)
    panel(page).get_by_role("button", name="Couples").click()
    expect(panel(page).get_by_text(re.compile("parties, .* side by side"))).to_be_visible()
    page.locator(".editor-acts").get_by_role("button", name="Check").click()
    expect(panel(page).get_by_text("Nothing to mend")).to_be_visible()
    published(page)


def test_a_hall_is_drawn_by_the_keyboard_alone(visit: Visit, site: Site) -> None:
    page = visit(DESK, "en")
    begun(page, site, "By the keyboard")
    page.locator("canvas.sheet").focus()
    page.keyboard.press("s")
    page.keyboard.press("Enter")
    assert counts(page)["areas"] == 1
    type_into(page, {"x": "1500", "y": "100", "width": "1000", "height": "300"})
    page.locator("canvas.sheet").focus()
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    type_into(page, {"x": "1500", "y": "800", "rowCount": "5", "seatCount": "10"})
    assert counts(page) == {"seats": 50, "rows": 5, "tables": 0, "areas": 1, "categories": ["General"]}
    page.locator("canvas.sheet").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+d")
    assert counts(page)["seats"] == 100, "what was placed is selected, and is doubled"
    for _ in range(5):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.evaluate(f"{EDITOR}.selection.seats.size") == 1
    page.keyboard.press("Tab")
    tab_to(page, "wheelchair")
    page.keyboard.press("Space")
    assert (
        page.evaluate(f"""{EDITOR}.drawing.every("row").flatMap(({{ data }}) => data.seats).filter(
        ({{ attributes }}) => attributes?.includes("wheelchair")).length""")
        == 1
    )
    page.keyboard.press("Shift+Tab")
    tab_to_button(page, "Publish")
    page.keyboard.press("Enter")
    tab_to_button(page, "Publish version 1")
    page.keyboard.press("Enter")
    expect(panel(page).get_by_role("link", name="To version 1").or_(panel(page).get_by_text("to mend"))).to_be_visible()


def tab_to(page: Page, name: str) -> None:
    """Go on with Tab until a field has the focus."""
    for _ in range(TABS_MAX):
        if page.evaluate("document.activeElement.getAttribute('name')") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {name}")


def tab_to_button(page: Page, text: str) -> None:
    for _ in range(TABS_MAX):
        if page.evaluate("document.activeElement.textContent.trim()") == text:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {text}")


def type_into(page: Page, values: dict[str, str]) -> None:
    """Type into the fields of the tool's form, one after the other as they come."""
    page.keyboard.press("Tab")
    for name, value in values.items():
        tab_to(page, name)
        page.keyboard.press("Control+a")
        page.keyboard.type(value)
        page.keyboard.press("Tab")


def test_a_hall_is_drawn_from_its_list_of_rows(visit: Visit, site: Site) -> None:
    page = visit(DESK, "en")
    begun(page, site, "By its list")
    page.keyboard.press("n")
    page.keyboard.type("Stalls")
    page.keyboard.press("Enter")
    page.keyboard.press("b")
    panel(page).locator("[name=lines]").fill("2 x 5+5\n6+6\n\nnine")
    panel(page).locator("[name=bow]").click()
    page.keyboard.type("40")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This line is no row: nine")).to_be_visible()
    expect(panel(page).locator("[name=rowCount]")).to_have_count(0)
    click(page, 0.2, 0.3)
    assert [len([seat for seat in seats(page) if seat["row"] == row]) for row in "ABC"] == [10, 10, 12]
    assert [seat["label"] for seat in seats(page) if seat.get("aisle_after")] == ["5", "5", "6"]
    look(page)
    page.keyboard.press("m")
    middle = page.evaluate(f"{EDITOR}.axis")
    assert abs(sum(seat["x"] for seat in seats(page)) / 32 - middle) < 1, "centred on the sheet"
    page.keyboard.press("v")
    panel(page).locator("[name=ends]").fill("2")
    panel(page).get_by_role("button", name="Select the ends of rows").click()
    assert page.evaluate(f"[...{EDITOR}.selection.seats.values()].map(ids => ids.size)") == [4, 4, 4]
    panel(page).get_by_role("button", name="Sell together").click()
    assert counts(page)["tables"] == 1
    expect(panel(page).locator("[name=whole]")).to_be_checked()
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    page.mouse.click(*on_screen(page, seats(page)[4]["x"], seats(page)[4]["y"]))
    for name, value in (("times", "2"), ("right", "0"), ("down", "500")):
        panel(page).locator(f"[name=repeat-{name}]").fill(value)
        panel(page).locator(f"[name=repeat-{name}]").press("Enter")
    panel(page).get_by_role("button", name="Repeat").click()
    assert page.evaluate(f"{EDITOR}.drawing.zones.map(({{ data }}) => data.name)") == ["Stalls", "Stalls 2", "Stalls 3"]
    assert counts(page)["seats"] == 96
    look(page)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert counts(page)["seats"] == 32, "three nudges are one step"


def test_floors_are_added_and_zones_put_on_them(visit: Visit, site: Site) -> None:
    page = visit(DESK, "en")
    begun(page, site, "With floors")
    for name in ("Stalls", "Balcony"):
        page.locator(".add-floor").click()
        expect(panel(page).locator("[name=floor]")).to_be_focused()
        page.keyboard.type(name)
        page.keyboard.press("Enter")
        page.keyboard.press("b")
        click(page, 0.3, 0.4)
    look(page)
    floors = page.locator(".editor-sheet > .seat-map-floors button")
    expect(floors.filter(has_text="Balcony")).to_have_attribute("aria-pressed", "true")
    told = (
        f"{EDITOR}.drawing.zones.map(({{ key, data }}) => [data.name, data.floor, {EDITOR}.drawing.rows(key).length])"
    )
    assert page.evaluate(told) == [["Stalls", "Stalls", 8], ["Balcony", "Balcony", 8]]
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.type("Boxes")
    page.keyboard.press("Enter")
    assert page.evaluate(told)[2] == ["Boxes", "Balcony", 0], "a new zone is on the floor that is looked at"
    panel(page).locator("[name=floor]").fill("Stalls")
    panel(page).locator("[name=floor]").press("Enter")
    assert page.evaluate(told)[2][:2] == ["Boxes", "Stalls"]
    page.keyboard.press("Escape")
    panel(page).locator("[name=floor-0]").fill("Ground floor")
    panel(page).locator("[name=floor-0]").press("Enter")
    assert [floor for _, floor, _ in page.evaluate(told)] == ["Ground floor", "Balcony", "Ground floor"]
    look(page)


def test_the_picture_to_trace_is_scaled_by_a_distance(visit: Visit, site: Site, tmp_path: Path) -> None:
    page = visit(DESK, "en")
    begun(page, site, "Traced")
    panel(page).get_by_text("Picture to trace").click()
    file = tmp_path / "house.png"
    Image.new("RGB", (600, 400), "#dddddd").save(file)
    panel(page).locator("#underlay-file").set_input_files(file)
    panel(page).get_by_role("button", name="Scale it by a distance").click()
    look(page)
    page.mouse.click(*on_screen(page, 1000, 500))
    expect(panel(page).get_by_text("Now its other end.")).to_be_visible()
    page.mouse.click(*on_screen(page, 2000, 500))
    expect(panel(page).locator("[name=measure-apart]")).to_be_focused()
    look(page)
    apart = float(panel(page).locator("[name=measure-apart]").input_value())
    before = page.evaluate(f"{EDITOR}.underlay.placed.width")
    page.keyboard.type("1500")
    with page.expect_response("**/underlay/place"):
        page.keyboard.press("Enter")
    assert abs(page.evaluate(f"{EDITOR}.underlay.placed.width") / before - 1500 / apart) < 0.01
    expect(page.get_by_text("The picture is to scale.")).to_be_visible()
    panel(page).get_by_role("button", name="Scale it by a distance").click()
    for name, value in (("0-x", "0"), ("0-y", "0"), ("1-x", "300"), ("1-y", "400")):
        panel(page).locator(f"[name=measure-{name}]").fill(value)
        panel(page).locator(f"[name=measure-{name}]").press("Tab")
    expect(panel(page).locator("[name=measure-apart]")).to_have_value("500")


def test_corners_are_moved_added_and_removed(visit: Visit, site: Site) -> None:
    page = visit(DESK, "en")
    begun(page, site, "Cornered")
    page.keyboard.press("o")
    for corner in ((1000, 500), (2000, 500), (2000, 1500), (1000, 1500)):
        page.mouse.click(*on_screen(page, *corner))
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert len(corners(page)) == 4
    page.mouse.dblclick(*on_screen(page, 1300, 500))
    assert len(corners(page)) == 5
    expect(panel(page).get_by_text("Corner 2 of 5")).to_be_visible()
    drag_on(page, (1500, 1500), (1500, 1900))
    assert len(corners(page)) == 6, "the middle of an edge becomes a corner"
    assert max(y for _, y in corners(page)) > 1300
    look(page)
    page.keyboard.press("Delete")
    assert len(corners(page)) == 5
    drag_on(page, (2000, 1500), (2200, 1600))
    assert max(x for x, _ in corners(page)) > 1150
    page.keyboard.press("Escape")
    page.keyboard.press(".")
    before = corners(page)[0]
    for _ in range(4):
        page.keyboard.press("Shift+ArrowUp")
    assert corners(page)[0] == [before[0], before[1] - 200]
    page.keyboard.press("Control+z")
    assert corners(page)[0] == before, "as many moves are one step"
    page.keyboard.press("Insert")
    assert len(corners(page)) == 6
    panel(page).locator("[name=corner-x]").fill("1111")
    panel(page).locator("[name=corner-x]").press("Enter")
    for _ in range(5):
        page.keyboard.press("Delete")
    assert len(corners(page)) == 3
    expect(page.get_by_text("Three corners are the least.")).to_be_visible()


def test_rows_are_bent_and_widened_together_and_painted(visit: Visit, site: Site) -> None:
    page = visit(DESK, "en")
    begun(page, site, "Together")
    panel(page).get_by_role("button", name="Add a category").click()
    page.keyboard.type("Premium")
    page.keyboard.press("Enter")
    page.keyboard.press("b")
    drag_on(page, (1200, 700), (2800, 1300))
    page.keyboard.press("Escape")
    rows = counts(page)["rows"]
    handles = f"{EDITOR}.tools.get('select')._handles().map(({{ at }}) => at)"
    (_, right, middle, *_) = page.evaluate(handles)
    look(page)
    drag_on(page, tuple(middle), (middle[0], middle[1] + 120))
    found = seats(page)
    by_row = {row: [seat for seat in found if seat["row"] == row] for row in {seat["row"] for seat in found}}
    for row in by_row.values():
        assert row[len(row) // 2]["y"] - row[0]["y"] > 60, "every row is bent"
    page.keyboard.press("Control+z")
    drag_on(page, tuple(right), (right[0] + 110, right[1]))
    assert counts(page)["seats"] == len(found) + 2 * rows
    page.keyboard.press("Control+z")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    click(page, 0.5, 0.9)
    expect(page.get_by_text("Choose first what the brush gives.")).to_be_visible()
    panel(page).get_by_label("Premium").check()
    panel(page).get_by_label("Legroom").check()
    look(page)
    page.keyboard.press("1")
    first, third = found[0], found[2]
    drag_on(page, (first["x"] - 20, first["y"]), (third["x"] + 10, third["y"]))
    painted = [seat for seat in seats(page) if seat["category"] == "Premium"]
    assert [seat["id"] for seat in painted] == [seat["id"] for seat in found[:3]]
    assert all(seat["attributes"] == ["legroom"] for seat in painted)
    page.keyboard.press("Control+z")
    assert not [seat for seat in seats(page) if seat["category"] == "Premium"], "a stroke is one step"
    page.keyboard.press("2")
    page.mouse.click(*on_screen(page, first["x"], first["y"]))
    assert len([seat for seat in seats(page) if seat["category"] == "Premium"]) == len(by_row["A"])
    page.keyboard.press("Control+a")
    panel(page).get_by_label("Take it away instead").check()
    panel(page).get_by_role("button", name="Give it to what is selected").click()
    assert not [seat for seat in seats(page) if seat.get("attributes")]


def test_parts_go_from_one_window_to_another(visit: Visit, site: Site) -> None:
    page = visit(DESK, "en")
    begun(page, site, "Copied from")
    page.keyboard.press("b")
    click(page, 0.3, 0.3)
    page.keyboard.press("Escape")
    drawn = {seat["id"] for seat in seats(page)}
    page.keyboard.press("Control+c")
    expect(page.get_by_text("Copied.")).to_be_visible()
    page.keyboard.press("Control+v")
    assert counts(page)["rows"] == 16
    other = page.context.new_page()
    begun(other, site, "Copied into")
    other.locator("canvas.sheet").focus()
    other.keyboard.press("Control+v")
    expect(other.get_by_text("Pasted.")).to_be_visible()
    assert counts(other)["rows"] == 8 and not drawn & {seat["id"] for seat in seats(other)}
    other.keyboard.press("Control+x")
    assert counts(other)["rows"] == 0
    other.keyboard.press("Control+v")
    assert counts(other)["rows"] == 8
    for text, told in (
        ("A shopping list", "does not come from this editor"),
        ('{"mark": "placeur-parts", "version": 99}', "from another version of this editor"),
        ('{"mark": "placeur-parts", "version": 1, "parts": [{}], "zones": [], "categories": []}', "is damaged"),
    ):
        other.evaluate(PASTE, text)
        expect(other.get_by_text(told)).to_be_visible()
    assert counts(other)["rows"] == 8
    other.close()


def test_a_sold_seat_does_not_vanish(visit: Visit, site: Site) -> None:
    """The hall of a date on sale loses its first row, of which two seats are sold, and is given another one."""
    code = run(_sold(site))
    page = visit(DESK, "en")
    venue(page, site)
    page.locator("a[href*='/admin/plans/']", has_text="Hall").first.click()
    page.locator("a[href$='/edit']").first.click()
    opened(page)
    first = f"{EDITOR}.drawing.every('row')[0].key"
    page.evaluate(f"{EDITOR}.select(new ({EDITOR}.selection.constructor)([{first}]))")
    page.locator("canvas.sheet").focus()
    page.keyboard.press("Delete")
    page.locator(".editor-acts").get_by_role("button", name="Changes").click()
    expect(panel(page).get_by_text("Seats gone (10)")).to_be_visible()
    look(page)
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    publish(page)
    panel(page).get_by_role("link", name="Put dates onto it").click()
    expect(page.get_by_text("2 sold places").first).to_be_visible()
    look(page)
    page.get_by_role("link", name="Look").first.click()
    expect(page.get_by_role("heading", name=re.compile("^Sold seats that this version does not have"))).to_be_visible()
    expect(page.get_by_role("link", name=code)).to_have_count(2)
    expect(page.get_by_role("button", name=re.compile("^Sell on version"))).to_be_disabled()
    look(page)
    look_at = page.url
    for _ in range(2):
        page.get_by_role("link", name="Move", exact=True).first.click()
        page.locator("fieldset", has_text="Row B").locator(".free-seat").first.click()
        page.get_by_role("button", name="Move the ticket").click()
        page.wait_for_url("**/admin/orders/*")
        page.goto(look_at)
    expect(page.get_by_text("Nothing stands in the way")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Sell on version")).click()
    page.goto(f"/shop/{site.house.key}/performances/{site.house.first}")
    expect(page.locator(".sell.ready")).to_be_visible()


async def _sold(site: Site) -> str:
    """Two seats of the first row, paid on site; the order's number."""
    async with stores(site.settings) as opened:
        placed = await sell(opened, site, Buyer("ines.moreau@example.org", "Inès Moreau"), (0, 1))
    return placed.code


def broken_plan() -> bytes:
    """Two seats of one id, two of one label, a companion of nobody, seats on one another, an empty row."""

    def seat(id: str, label: str, x: float, **more: Any) -> dict[str, Any]:
        return {"id": id, "label": label, "x": x, "y": 0, "category": "Gold"} | more

    rows = [
        {"label": "A", "x": 0, "y": 300, "seats": [seat("a", "1", 0), seat("a", "2", 55), seat("c", "2", 110)]},
        {"label": "B", "x": 0, "y": 400, "seats": [seat("d", "1", 0, companion_of="nobody"), seat("e", "2", 2)]},
        {"label": "C", "x": 0, "y": 500, "seats": []},
    ]
    zone = {"id": "stalls", "name": "Stalls", "x": 300, "y": 0, "rows": rows}
    plan = {
        "format": "placeur-plan-1", "name": "Broken", "categories": [{"name": "Gold"}], "zones": [zone],
        "size": {"width": 1000, "height": 800},
    }  # fmt: skip
    return json.dumps(plan).encode()


def test_a_broken_file_is_shown_and_mended(visit: Visit, site: Site, tmp_path: Path) -> None:
    page = visit(DESK, "en")
    venue(page, site)
    page.locator("a[href$='/plans/new']").first.click()
    file = tmp_path / "broken.json"
    file.write_bytes(broken_plan())
    page.locator("[name=plan_name]").fill("Broken")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("[name=with_file]").click()
    opened(page)
    page.locator(".editor-acts").get_by_role("button", name="Check").click()
    findings = panel(page).locator(".finding")
    expect(findings.first).to_be_visible()
    before = findings.count()
    assert before >= 4
    for told in findings.locator("p").all_inner_texts():
        assert ". Mending " in told and " now " not in told, "what there is, and what mending will make of it"
    look(page)
    findings.first.get_by_role("button", name="Show").click()
    assert not page.evaluate(f"{EDITOR}.selection.empty")
    findings.first.get_by_role("button", name="Mend").click()
    expect(findings).not_to_have_count(before)
    page.get_by_role("button", name="Publish", exact=True).click()
    panel(page).get_by_role("button", name=re.compile("^Publish version")).click()
    expect(panel(page).get_by_text(re.compile("things? to mend before"))).to_be_visible()
    page.locator(".editor-acts").get_by_role("button", name="Check").click()
    for _ in range(5):
        expect(panel(page).get_by_text(re.compile("to mend"))).to_be_visible()
        if panel(page).get_by_text("Nothing to mend").is_visible():
            break
        everything = panel(page).get_by_role("button", name="Mend all of these")
        (everything if everything.is_visible() else findings.first.get_by_role("button", name="Mend")).click()
        page.wait_for_timeout(1500)
    expect(panel(page).get_by_text("Nothing to mend")).to_be_visible()
    published(page)
    venue(page, site)
    page.locator("a[href$='/plans/new']").first.click()
    file.write_bytes(broken_plan()[:-40])
    page.locator("[name=plan_name]").fill("Cut short")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("[name=with_file]").click()
    expect(page.locator("main")).to_contain_text(re.compile("line 1|cut short|column"))


def test_the_second_of_two_windows_is_told(visit: Visit, site: Site) -> None:
    first = visit(DESK, "en")
    url = begun(first, site, "Two windows")
    second = visit(DESK, "en")
    second.goto(url)
    opened(second)
    for page in (first, second):
        page.locator("canvas.sheet").focus()
    first.keyboard.press("b")
    first.keyboard.press("Enter")
    saved(first)
    second.keyboard.press("t")
    second.keyboard.press("Enter")
    expect(second.get_by_role("alert").filter(has_text="has changed this drawing")).to_be_visible()
    look(second)
    with second.expect_download() as kept:
        second.get_by_role("button", name="Keep mine as a file").click()
    assert b'"tables":[{' in Path(kept.value.path()).read_bytes()
    second.get_by_role("button", name="Load it as it is now").click()
    opened(second)
    assert counts(second)["tables"] == 0 and counts(second)["rows"] == counts(first)["rows"]


def test_a_lost_connection_loses_nothing(visit: Visit, site: Site) -> None:
    page = visit(DESK, "en")
    url = begun(page, site, "Lost")
    answered: list[str] = []

    def cut(route: Route) -> None:
        answered.append(route.request.url)
        if len(answered) == 1:
            route.fetch()  # done, and never told
        route.abort()

    page.route("**/changes", cut)
    page.locator("canvas.sheet").focus()
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    expect(page.locator(".editor-state")).to_have_attribute("data-state", "offline")
    page.keyboard.press("Shift+ArrowDown")
    page.unroute("**/changes")
    saved(page)
    expect(page.locator(".editor-conflict")).to_be_hidden()
    rows = page.evaluate(f"{EDITOR}.drawing.every('row').map(({{ data }}) => data.y)")
    page.goto(url)
    opened(page)
    assert page.evaluate(f"{EDITOR}.drawing.every('row').map(({{ data }}) => data.y)") == rows


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_is_used_on_a_telephone(visit: Visit, site: Site, language: str) -> None:
    page = visit(PHONE, language)
    begun(page, site, f"Telephone {language}")
    look(page)
    page.locator(".editor-rail button").nth(3).click()
    assert height(page, "canvas.sheet") >= PHONE[1] / 2
    assert height(page, ".editor-bar") < 60 and height(page, ".editor-rail") < 60, "one line each"
    panel(page).locator("button.btn-primary").first.click()
    assert counts(page)["rows"] == 8
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.set_viewport_size({"width": 667, "height": 375})
    look(page)
    assert height(page, "canvas.sheet") > 300 and height(page, ".editor-panel") > 300, "beside one another"
    page.locator(".editor-bar .btn-primary").click()
    expect(panel(page).locator("button.btn-primary")).to_be_visible()


def height(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box
    return box["height"]
