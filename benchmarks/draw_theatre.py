"""How long does a hall take to draw? The demo's theatre, from an empty plan to its first version, by hand.

A browser draws it in the editor with a mouse and keys alone (`benchmarks.hand`), as somebody does who knows the editor
and has the house's list of rows beside it: 1,400 seats in stalls, sixteen boxes, a box of honour, balcony and gallery,
with numbers, categories, floors, wheelchair bays with their companions, restricted views. Each act is counted by the
keystroke-level model, with a moment of thought before each unit of work. What comes out is compared with the demo's
plan, seat by seat: labels, category, what a seat is besides, notes, tables, the order of zones. Left out are colours of
categories, words and pillars on the sheet, the quality of 44 seats set by hand, and where seats stand to a centimetre.

    python -m benchmarks.draw_theatre
"""

import math
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID

import uvloop
from msgspec import Struct
from playwright.sync_api import ViewportSize, sync_playwright

from benchmarks.hand import SECONDS, Hand, Point
from benchmarks.site import Site, site
from engine.plan import placeur_json
from engine.plan.model import Plan
from examples import draw_theatre
from ticketing import plans, team, venues
from ticketing.db import Database

SIZE: ViewportSize = {"width": 1440, "height": 900}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
EMAIL, PASSWORD = "bench@example.org", "correct horse battery"
NAME = "Theatre"
BAR_S = 600


class Arcs(Struct, frozen=True):
    """Rows as they were drawn: how long the front one is, how much it bends, where its ends stand, how far apart
    rows are."""

    length: float
    bow: float
    top: float
    row: float = draw_theatre.ROW

    def at(self, row: float, along: float) -> Point:
        """Where something stands in a row (the front one is 0), so far along from its middle."""
        front = self.length**2 / (8 * self.bow)
        radius = front + self.row * row
        angle = along / radius
        x, up = radius * math.sin(angle), radius * (1 - math.cos(angle))
        return draw_theatre.STAGE_X + x, self.top + self.bow + self.row * row - up


STALLS = Arcs(1_225, 80, 1_169)
STEPS = Arcs(1_398, 56, 3_334)
BALCONY = Arcs(2_505, 158, 3_753)
RAMP = Arcs(414, 4, 4_702)
GALLERY = Arcs(2_685, 147, 4_944)
BOX = (880.0, 1_130.0)
BOX_DOWN, BOX_OUT = 245, -45


def _plan(hand: Hand) -> None:
    """A plan is begun; its sheet is made as deep as the house; what seats cost is written down."""
    page = hand.page
    hand.think()
    hand.press(page.locator("a[href$='/drawings/new']").first)
    hand.press(page.locator("[name=plan_name]"))
    hand.write(NAME)
    hand.keys("Enter")
    page.locator("[data-editor][data-painted]").wait_for(state="attached")
    hand.think()
    hand.field("height", "5800")
    hand.think()
    hand.press(page.locator("[name=category-name-0]"))
    for number, category in enumerate(draw_theatre.theatre().categories):
        if number:
            hand.think()
            hand.keys(*["Tab"] * (2 if number == 1 else 3), "Enter")
        hand.fields(category.name, None if category.price_hint == 100 else str(category.price_hint))
    hand.keys("Enter")


def _stage(hand: Hand) -> None:
    _zone(hand, "Surroundings")
    hand.look()
    hand.think()
    hand.keys("f")
    hand.click(draw_theatre.STAGE_X, draw_theatre.STAGE_Y - draw_theatre.FOCUS)
    hand.think()
    hand.keys("s")
    hand.drag((1_300, 150), (2_700, 950))
    hand.keys("m")


def _stalls(hand: Hand) -> None:
    _zone(hand, "Stalls", "Stalls", "Step-free from the foyer.")
    rows = "2x11+11,2x12+12,2x13+13,2x14+14,2x15+15,,2x16+16,8x17+17"
    _block(hand, (1_395, STALLS.top), "F", None, None, None, rows, None, "95", "80", "125")
    hand.keys("z")
    hand.look()
    _brush(hand, "Second")
    hand.drag(STALLS.at(16, -400), STALLS.at(20, -400))
    _brush(hand, "Premium")
    hand.keys("1")
    hand.drag((1_525, 1_371), (2_475, 2_325), held="Shift")
    _brush(hand, "as it is", "legroom")
    hand.keys("2")
    hand.click(*STALLS.at(0, 200))
    hand.click(*STALLS.at(11, 200))
    _brush(hand, None, "legroom", "hearing")
    hand.drag(STALLS.at(3, 300), STALLS.at(8, 300))
    _brush(hand, "Restricted view", "hearing", "restricted_view", note="A pillar hides part of the stage.")
    hand.keys("1")
    for side in (-1, 1):
        hand.drag(STALLS.at(18.5, side * 585), STALLS.at(20.5, side * 695), held="Shift")
    hand.keys("0")
    _block(hand, (1_301, STEPS.top), "A", None, "8+8", "82", None, "56", "250")
    _bays(hand, STEPS, [side * (125 + 164 * pair) for side in (-1, 1) for pair in range(4)], "restricted_view")


def _boxes(hand: Hand) -> None:
    """One box is drawn, with its walls; seven more go on from it, and all eight are mirrored."""
    x, y = BOX
    _zone(hand, "Box 1")
    _block(hand, BOX, "S", None, "3,2", "63", "90", "0", None, None, "100", centred=False)
    hand.think()
    hand.keys("v", "z")
    hand.look()
    hand.click(x - 94, y + 15)
    hand.choose("category", "T")
    hand.think()
    hand.keys("3")
    hand.click(x, y)
    hand.press(hand.page.locator(".editor-acts").get_by_role("button", name="Numbering"))
    hand.choose("rows-kind", "n")
    hand.press(hand.page.locator("[name=seats-continue]"))
    hand.keys("End", "Enter")
    hand.button("Give these labels")
    hand.press(hand.page.locator(".editor-acts").get_by_role("button", name="Numbering"))
    hand.think()
    hand.keys("o")
    for corner in ((x + 48, y - 45), (x - 127, y - 45), (x - 166, y + 170), (x + 9, y + 170)):
        hand.click(*corner)
    hand.keys("Enter")
    hand.think()
    hand.keys("v")
    hand.click(x, y)
    hand.press(hand.page.locator("[name=repeat-times]"))
    hand.fields("7", str(BOX_OUT), str(BOX_DOWN), "2")
    hand.keys("Enter")
    hand.button("Repeat")
    hand.think()
    hand.button("Mirrored copy")
    hand.keys("0")
    hand.look()
    note = "Seen from the side: a third of the stage is hidden."
    _brush(hand, "Restricted view", "wheelchair", "restricted_view", note=note)
    for down in (0, 1):
        for seat in (x + BOX_OUT * down, 2 * draw_theatre.STAGE_X - x - BOX_OUT * down):
            hand.click(seat, y + BOX_DOWN * down)


def _honour(hand: Hand) -> None:
    _zone(hand, "Box of honour", None, "Sold as a whole, eight armchairs.")
    _block(hand, (1_755, 3_584), "P", None, "8", "70", None, "6")
    hand.think()
    hand.field("rowLabel", "1")


def _balcony(hand: Hand) -> None:
    _floor(hand, "Balcony", "Lift from the foyer.")
    rows = "2x11+22+11,11+24+11,12+24+12,2x12+26+12,2x13+28+13"
    _block(hand, (761, BALCONY.top), "F", None, rows, "55", None, "158", "125")
    _block(hand, (1_793, RAMP.top), "A", None, "2+2", "82", None, "4", "250")
    hand.think()
    hand.field("rowLabel", "W")
    hand.keys("0")
    hand.look()
    _brush(hand, "Second", "restricted_view", note="")
    hand.keys("2")
    hand.drag(BALCONY.at(3, -300), BALCONY.at(7, -300))
    _brush(hand, "as it is", "legroom", note="A rail in front.")
    hand.click(*BALCONY.at(0, 300))
    hand.keys("1")
    _bays(hand, RAMP, [-125, 125], "legroom")


def _gallery(hand: Hand) -> None:
    _floor(hand, "Gallery", "62 steps, no lift.")
    rows = ",".join(f"9+{middle}+{middle}+9" for middle in range(14, 20))
    _block(hand, (668, GALLERY.top), "T", None, rows, "55", None, "147", "125")
    hand.keys("z")
    hand.look()
    _brush(hand, "as it is", "wheelchair", "legroom", note="")
    hand.keys("2")
    hand.click(*GALLERY.at(0, 300))
    hand.think()
    hand.keys("v", "3")
    hand.click(*GALLERY.at(0, 300))
    hand.field("ends", "4")
    hand.button("Select the ends of rows")
    hand.think()
    hand.choose("category", "R")
    hand.press(hand.page.locator("[name=restricted_view]"))
    for _ in range(2):  # some of them have it: all have it, none has it
        hand.press(hand.page.locator("[name=legroom]"))
    hand.field("note", "The near side of the stage is hidden.")


def _every_floor(hand: Hand) -> None:
    """Odd and even numbers; the first and the last seat of each row at an aisle, its label shown there; what is sold as
    a whole."""
    page = hand.page
    hand.think()
    hand.press(page.get_by_role("button", name="All floors"))
    hand.keys("0")
    hand.look()
    hand.think()
    hand.click(*STALLS.at(5, 200))
    hand.click(*BALCONY.at(5, 200), held="Shift")
    hand.press(page.locator(".editor-acts").get_by_role("button", name="Numbering"))
    hand.think()
    hand.press(page.locator("[name=rows-on]"))
    hand.choose("seats-pattern", "odd a")
    hand.button("Give these labels")
    hand.press(page.locator(".editor-acts").get_by_role("button", name="Numbering"))
    hand.think()
    hand.keys("2")
    hand.drag((1_010, 1_100), (2_990, 3_650))
    hand.drag((200, 3_680), (3_800, 5_750), held="Shift")
    hand.press(page.locator("[name=labelsAt]"))
    hand.keys("End", "Enter")
    hand.field("ends", "1")
    hand.button("Select the ends of rows")
    hand.press(page.locator("[name=aisle]"))
    hand.think()
    hand.click(2_035, 3_590)
    hand.button("Sell together")


def _published(hand: Hand) -> None:
    page = hand.page
    hand.think()
    hand.press(page.get_by_role("button", name="Check", exact=True))
    page.get_by_text("Nothing to mend").wait_for()
    hand.think()
    hand.press(page.get_by_role("button", name="Publish", exact=True))
    hand.button("Publish version 1")
    page.get_by_role("link", name="To version 1").wait_for()


DRAWN: dict[str, Callable[[Hand], None]] = {
    "Sheet and prices": _plan,
    "Stage": _stage,
    "Stalls": _stalls,
    "Sixteen boxes": _boxes,
    "Box of honour": _honour,
    "Balcony": _balcony,
    "Gallery": _gallery,
    "On all floors": _every_floor,
    "Checked and published": _published,
}
"""The parts of the house, in the order in which they are drawn."""


def _zone(hand: Hand, *texts: str | None) -> None:
    """A zone for what is drawn next: its name, its floor, its note."""
    hand.think()
    hand.keys("n")
    hand.fields(*texts)
    hand.keys("Enter")


def _floor(hand: Hand, name: str, note: str) -> None:
    hand.think()
    hand.press(hand.page.locator(".add-floor"))
    hand.fields(name, note)
    hand.keys("Enter", "0")


def _block(hand: Hand, first: Point, *texts: str | None, centred: bool = True) -> None:
    """A block of rows by the numbers of its form, from the first one on; where its first seat stands. It stands in
    line with nothing (Control), but for being centred on the stage."""
    hand.think()
    hand.keys("b", "e")
    hand.fields(*texts)
    hand.keys("Enter")
    hand.look()
    hand.click(*first, held="Control")
    if centred:
        hand.keys("m")


def _brush(hand: Hand, category: str | None, *turned: str, note: str | None = None) -> None:
    """Another brush: a category, or none; what seats are besides turned on or off; a note, or none."""
    hand.think()
    if not hand.page.locator("[name=brush-note]").count():
        hand.keys("p")
    if category:
        hand.press(hand.page.locator(".brush-color").get_by_text(category, exact=True))
    for name in turned:
        hand.press(hand.page.locator(f"[name=brush-{name}]"))
    if note is not None:
        hand.field("brush-note", note)


def _bays(hand: Hand, row: Arcs, along: list[float], before: str) -> None:
    """Every other seat of the row that is selected becomes a wheelchair place, the others accompany them."""
    hand.think()
    hand.field("note", "For a companion.")
    _brush(hand, "as it is", before, "wheelchair", note="Space for a wheelchair.")
    hand.keys("1")
    for bay in along:
        hand.click(*row.at(0, bay))
    hand.think()
    hand.keys("v", "2")
    hand.click(*row.at(0, along[0]))
    hand.press(hand.page.locator("[name=companion]"))


def differences(drawn: Plan, wanted: Plan) -> Iterator[str]:
    """What one plan has otherwise than another: categories, zones in their order, seats by their labels with what they
    say, tables."""
    for plan, other, word in ((drawn, wanted, "not wanted"), (wanted, drawn, "missing")):
        there = _told(other)
        yield from (f"{word}: {said}" for said in _told(plan) if said not in there)


def _told(plan: Plan) -> dict[str, None]:
    """Everything that counts of a plan in sentences, once each."""
    names = {
        seat.id: f"{zone.name} {row.label} {seat.label}"
        for zone in plan.zones
        for row in zone.rows
        for seat in row.seats
    }
    said = [f"category {category.name} at {category.price_hint} %" for category in plan.categories]
    for number, zone in enumerate(plan.zones):
        said.append(f"zone {number}: {zone.name}, floor {zone.floor}, {zone.note}")
        said += [
            f"{names[seat.id]}, {seat.category}, {sorted(seat.attributes)}, {seat.note}, aisle {seat.aisle_after}, "
            f"with {names.get(seat.companion_of)}, labels at {row.labels_at}"
            for row in zone.rows
            for seat in row.seats
        ]
        said += [f"table {one.label} of {[names[id] for id in one.seats]}, {one.sold_whole}" for one in zone.tables]
    return dict.fromkeys(said)


def main() -> None:
    """Draw the theatre and print how long each part of it takes; status 1 where it is another theatre, or took longer
    than it may."""
    with site(1, performance_count=1, sold=0) as opened:
        venue = uvloop.run(_furnished(opened))
        hand = _drawn(opened, venue)
        found = list(differences(uvloop.run(_plan_of(opened, venue)), draw_theatre.theatre()))
    print(f"{'':24}{'time':>6}  {'  '.join(f'{operator:>4}' for operator in SECONDS)}")
    for part, counts in [*hand.counted.items(), ("in all", hand.all)]:
        seconds = round(sum(SECONDS[operator] * times for operator, times in counts.items()))
        operators = "  ".join(f"{counts[operator]:4}" for operator in SECONDS)
        print(f"{part:24}{seconds // 60:3}:{seconds % 60:02}  {operators}")
    print(f"{len(hand.dragged_cm)} drags, {sum(hand.dragged_cm) / 100:.0f} m on the sheet")
    print("\n".join(found[:20]) or "the same as the demo's plan, seat by seat")
    sys.exit(1 if found or hand.seconds > BAR_S else 0)


def _drawn(opened: Site, venue: UUID) -> Hand:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        page = browser.new_context(base_url=opened.url, viewport=SIZE, reduced_motion="reduce").new_page()
        page.goto("/admin/sign-in")
        page.fill("#email", EMAIL)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url("**/admin")
        page.goto(f"/admin/venues/{venue}")
        hand = Hand(page)
        for name, part in DRAWN.items():
            hand.begin(name)
            part(hand)
        browser.close()
    return hand


async def _furnished(opened: Site) -> UUID:
    """Somebody who manages, and a venue without a plan."""
    database, now = await Database.open(opened.settings.database_url, opened.settings), datetime.now(UTC)
    await team.add_administrator(database, opened.organisation_id, EMAIL, "Bench", PASSWORD, now)
    venue = await venues.create(database, opened.organisation_id, NAME, "Europe/Zurich", now)
    await database.close()
    return venue.id


async def _plan_of(opened: Site, venue: UUID) -> Plan:
    """What was published."""
    database = await Database.open(opened.settings.database_url, opened.settings)
    (version,) = await plans.list_of(database, opened.organisation_id, venue)
    document = await plans.document(database, version.hash)
    await database.close()
    return placeur_json.read(document)


if __name__ == "__main__":
    main()
