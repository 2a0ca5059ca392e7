"""A photo of the view: given to seats in the editor, undone and done again, published, and looked at in the shop."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.flows.conftest import DESK, PHONE, Site, look
from tests.flows.test_plan_editor import EDITOR, opened, panel, publish, saved, venue
from tests.flows.test_shop_map import opened as opened_date
from tests.flows.test_shop_map import point
from tests.ticketing.test_seat_photos import photo

Visit = Callable[..., Page]
SELECT = f"""(seats) => {{
  const editor = {EDITOR};
  const [row] = editor.drawing.every("row");
  editor.select(new editor.selection.constructor([], new Map([[row.key, new Set(seats)]])));
}}"""
FILE = {"name": "view.jpg", "mimeType": "image/jpeg", "buffer": photo()}


def test_a_photo_is_given_to_seats_and_looked_at(visit: Visit, site: Site) -> None:
    page = visit(DESK, "en")
    venue(page, site)
    page.locator("a[href*='/admin/plans/']", has_text="Hall").first.click()
    page.locator("a[href$='/edit']").first.click()
    opened(page)
    give(page)
    preview(page)
    publish(page)
    panel(page).get_by_role("link", name="Put dates onto it").click()
    page.get_by_role("link", name="Look").first.click()
    page.get_by_role("button", name=re.compile("^Sell on version")).click()
    on_the_map(opened_date(visit(DESK, "en", signed_in=False), site))
    in_the_list(opened_date(visit(PHONE, "fr", signed_in=False), site))
    nothing_where_it_cannot_be_had(visit(DESK, "en", signed_in=False), site)


def give(page: Page) -> None:
    """Two of three seats have a restricted view: the photo is theirs, and is taken away and given again."""
    page.evaluate(SELECT, ["A-4", "A-5"])
    expect(panel(page).get_by_label("Photo of the view")).to_have_count(0)
    panel(page).get_by_label("Restricted view").check()
    page.evaluate(SELECT, ["A-4", "A-5", "A-6"])
    field = panel(page).get_by_label("Photo of the view")
    seen = panel(page).get_by_role("img", name="Photo of the view")
    expect(panel(page).get_by_text("It goes to the seats of restricted view, 2 of 3.")).to_be_visible()
    field.set_input_files({**FILE, "buffer": b"no picture"})
    expect(panel(page).get_by_role("status").filter(has_text="This is not a picture")).to_be_visible()
    field.set_input_files(FILE)
    expect(seen).to_be_visible()
    look(page)
    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(seen).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Redo")).click()
    expect(seen).to_be_visible()
    panel(page).get_by_role("button", name="Take the photo away").click()
    expect(seen).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Undo")).click()
    saved(page)
    page.locator(".editor-acts").get_by_role("button", name="Changes").click()
    expect(panel(page).get_by_text("Attributes, notes, photos (2)")).to_be_visible()


def preview(page: Page) -> None:
    page.get_by_role("button", name="Preview").click()
    seat = f"{EDITOR}.panel.page.house.ids.indexOf('A-4')"
    page.evaluate(f"{EDITOR}.panel.page.map.focusOn({seat})")
    page.get_by_role("link", name="Photo of the view: seat 4, Row A, Stalls").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".editor-preview")).to_be_visible()


def on_the_map(page: Page) -> None:
    """Come to, the seat's photo is beside it, and is opened and closed with keys."""
    point(page, "A-4")
    expect(page.locator(".chosen-list li")).to_have_count(1)
    link = page.get_by_role("link", name="Photo of the view: seat 4, Row A, Stalls")
    expect(link.locator("img")).to_have_js_property("naturalWidth", 800)
    look(page)
    page.locator(".seat-map-stage canvas").focus()
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Photo of the view: seat 4, Row A, Stalls")).to_be_visible()
    look(page)
    page.keyboard.press("Escape")
    expect(link).to_be_focused()
    page.get_by_role("button", name="Hide the photo").click()
    expect(link).to_have_count(0)
    point(page, "A-7")
    expect(page.locator(".seat-photo a:visible")).to_have_count(0)


def in_the_list(page: Page) -> None:
    page.get_by_role("button", name="Liste", exact=True).click()
    page.locator(".pick-list summary").first.click()
    link = page.get_by_role("link", name="Photo de la vue : places 4–5, Rang A, Stalls")
    link.scroll_into_view_if_needed()
    expect(link.locator("img")).to_have_js_property("naturalWidth", 800)
    look(page)
    answer = page.request.get(str(link.get_attribute("href")))
    assert answer.ok and answer.headers["content-type"] == "image/jpeg", "it leads to the photo by itself"


def nothing_where_it_cannot_be_had(page: Page, site: Site) -> None:
    page.route("**/pictures/*", lambda route: route.fulfill(status=404))
    opened_date(page, site)
    with page.expect_response("**/pictures/*"):
        point(page, "A-5")
    expect(page.locator(".seat-photo")).to_be_hidden()
    expect(page.locator(".chosen-list li")).to_have_count(1)
