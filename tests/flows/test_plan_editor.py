"""The plan editor in a browser: a hall drawn by the mouse, one by the keyboard alone, a broken file mended, two windows
on one drawing, a connection that fails."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
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
    box = page.locator("canvas.sheet").bounding_box()
    assert box and box["height"] > 200
    panel(page).locator("button.btn-primary").first.click()
    assert counts(page)["rows"] == 8
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
