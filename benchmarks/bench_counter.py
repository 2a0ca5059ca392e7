"""How long does the next customer take? Two of the best seats for cash at a stadium's counter, by keys alone.

A browser serves customers at the counter of a site with a till and an open session, as somebody does who knows the
keys (`benchmarks.hand`): how many and the tariff's letter, Enter, what is given, Enter, the change, Enter. Hands and
thoughts are counted by the keystroke-level model; waiting is measured in the page, from a key to what the seller has to
see before going on: what is to pay, what goes back, the empty cart. Not in it: what customers say, and printing.

    python -m benchmarks.bench_counter
"""

import shutil
import sys
import time
from datetime import UTC, datetime
from statistics import median, quantiles

import uvloop
from msgspec import Struct
from playwright.sync_api import Page, sync_playwright

from benchmarks.draw_theatre import ARGUMENTS, EMAIL, PASSWORD, SIZE
from benchmarks.hand import SECONDS, Hand
from benchmarks.site import Site, site
from ticketing import cash_sessions, denominations, staff, team, tills
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.tills import TillChoice

CUSTOMERS, WARM = 40, 5
KEYS_BAR, SECONDS_BAR = 12, 10.0
NOTE = 50
WAIT_MS = 15_000
DUE = """seen => { const [hold, due] = ['[name=hold]', '[data-due]'].map((one) => document.querySelector(one));
  return hold && due && hold.value && hold.value !== seen && Number(due.dataset.due); }"""


class Served(Struct, frozen=True):
    """A customer: keys, what hands and thoughts take by the model, and what was waited for, each in seconds."""

    keys: int
    hand_s: float
    total_s: float
    sold_s: float
    next_s: float

    @property
    def seconds(self) -> float:
        """From one customer to the next."""
        return self.hand_s + self.total_s + self.sold_s + self.next_s


def serve(page: Page, hand: Hand, name: str) -> Served:
    """One customer, who gives the next whole fifty."""
    hand.begin(name)
    field = page.locator("[name=hold]")
    seen = field.get_attribute("value") if field.count() else ""
    hand.think()
    hand.keys("2", "f")
    began = time.monotonic()
    hand.keys("Enter")
    cents = page.wait_for_function(DUE, arg=seen, timeout=WAIT_MS).json_value()
    total_s = time.monotonic() - began
    hand.think()
    hand.keys(*str(-(-cents // (100 * NOTE)) * NOTE))
    began = time.monotonic()
    hand.keys("Enter")
    page.locator("[data-next]:focus").wait_for(timeout=WAIT_MS)
    sold_s = time.monotonic() - began
    hand.think()
    began = time.monotonic()
    hand.keys("Enter")
    page.locator("[data-none]").wait_for(timeout=WAIT_MS)
    next_s = time.monotonic() - began
    counted = hand.counted[name]
    return Served(counted["K"], sum(SECONDS[one] * times for one, times in counted.items()), total_s, sold_s, next_s)


def main() -> None:
    """Serve customers and print how long they take; status 1 where a bar is missed."""
    with site(1, performance_count=3) as opened:
        uvloop.run(_furnished(opened))
        served = _queue(opened)
    print(f"{len(served)} customers: {max(one.keys for one in served)} keys at most")
    rows = {
        "hands and thoughts, by the model": [one.hand_s for one in served],
        "until what is to pay is seen": [one.total_s for one in served],
        "until it is sold": [one.sold_s for one in served],
        "until the counter is empty": [one.next_s for one in served],
        "from one customer to the next": [one.seconds for one in served],
    }
    for what, seconds in rows.items():
        print(f"{what:34} median {median(seconds):5.2f} s   p95 {quantiles(seconds, n=20)[-1]:5.2f} s")
    late = quantiles(rows["from one customer to the next"], n=20)[-1] > SECONDS_BAR
    sys.exit(1 if late or max(one.keys for one in served) > KEYS_BAR else 0)


def _queue(opened: Site) -> list[Served]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        page = browser.new_context(base_url=opened.url, viewport=SIZE).new_page()
        page.goto("/admin/sign-in")
        page.fill("#email", EMAIL)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url("**/admin")
        page.goto(f"/admin/box-offices/{opened.box_office}/counter")
        page.locator("[data-none]").wait_for()
        hand = Hand(page)
        served = [serve(page, hand, f"customer {number}") for number in range(WARM + CUSTOMERS)]
        browser.close()
    return served[WARM:]


async def _furnished(opened: Site) -> None:
    """Somebody who sells, at a till where a session is open."""
    database, now = await Database.open(opened.settings.database_url, opened.settings), datetime.now(UTC)
    await team.add_administrator(database, opened.organisation_id, EMAIL, "Bench", PASSWORD, now)
    seller = await staff.verify(database, EMAIL, PASSWORD)
    by = Actor(organisation_id=opened.organisation_id, staff_id=seller)
    choice = TillChoice(name="Till", locale="en")
    till = await tills.create(database, opened.organisation_id, opened.box_office_id, choice, by, now)
    float_ = denominations.counted("EUR", {1000: 20, 5000: 4})
    await cash_sessions.open_till(database, opened.organisation_id, till, float_, by, now)
    await database.close()


if __name__ == "__main__":
    main()
