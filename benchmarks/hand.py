"""A hand at a page, with a mouse and keys alone, whose acts are counted by the keystroke-level model.

Card, Moran and Newell, "The keystroke-level model for user performance time with interactive systems", Communications
of the ACM 23 (1980): what somebody needs who knows what to do and makes no mistake. Waiting for the system is left out.
"""

import math
import re
from collections import Counter

from msgspec import Struct
from playwright.sync_api import Locator, Page

SECONDS = {"K": 0.28, "P": 1.1, "B": 0.1, "H": 0.4, "M": 1.35}
"""A key; pointing; a button of the mouse pressed or let go, or a notch of its wheel; a hand that goes from the keyboard
to the mouse or back; a moment of thought."""
SHIFTED = re.compile(r"[A-Z+:]+")
"""Signs for which the shift key is held, once for as many as follow one another."""
SETTLED_MS = 25
NOTCHES_MAX = 30

Point = tuple[float, float]


class Looks(Struct, frozen=True):
    """Where the sheet lies on the screen: pixels = centimetres x scale + (left, top)."""

    scale: float
    left: float
    top: float


class Hand:
    """Somebody's hands at a page: what they do is done there, and counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.counted: dict[str, Counter[str]] = {}
        self.dragged_cm: list[float] = []
        self._part, self._at_mouse, self._looks = "", False, Looks(1, 0, 0)

    def begin(self, part: str) -> None:
        """What is done from now on belongs to this part of the work."""
        self._part = part
        self.counted.setdefault(part, Counter())

    def think(self) -> None:
        """A moment, before a unit of work."""
        self._count("M")

    def keys(self, *names: str) -> None:
        """Keys one after the other, as "Tab" or "Control+a"; what is held with one is a key too."""
        self._to(mouse=False)
        for name in names:
            self._count("K", name.count("+") + 1 if len(name) > 1 else 1)
            self.page.keyboard.press(name)
            self.page.wait_for_timeout(SETTLED_MS)

    def write(self, text: str) -> None:
        """Type a text; the shift key counts."""
        self._to(mouse=False)
        self._count("K", len(text) + len(SHIFTED.findall(text)))
        self.page.keyboard.type(text)
        self.page.wait_for_timeout(SETTLED_MS)

    def fields(self, *texts: str | None) -> None:
        """Type into one field after another from the one that has the focus, passing over those that are None."""
        for number, text in enumerate(texts):
            if number:
                self.keys("Tab")
            if text is not None:
                self.write(text)

    def field(self, name: str, text: str) -> None:
        """Point at a field beside the sheet, type into it and go back to the sheet."""
        self.press(self.page.locator(f"[name={name}]"))
        self.write(text) if text else self.keys("Delete")
        self.keys("Enter")

    def choose(self, name: str, text: str) -> None:
        """Point at a list beside the sheet, and type how what is chosen begins."""
        self.press(self.page.locator(f"[name={name}]"))
        self.write(text)
        self.keys("Enter")

    def click(self, x: float, y: float, *, held: str = "") -> None:
        """Point at a place of the sheet and click; `held`: with a key."""
        self._click(*self._screen(x, y), held)

    def drag(self, start: Point, end: Point, *, held: str = "") -> None:
        """Point, press, point, let go."""
        self._to(mouse=True)
        self._count("K", 1 if held else 0)
        self._count("P", 2)
        self._count("B", 2)
        self.dragged_cm.append(math.dist(start, end))
        if held:
            self.page.keyboard.down(held)
        self.page.mouse.move(*self._screen(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self._screen(*end), steps=40)
        self.page.mouse.up()
        if held:
            self.page.keyboard.up(held)
        self.page.wait_for_timeout(SETTLED_MS)

    def press(self, target: Locator) -> None:
        """Point at something beside the sheet and click; turn the wheel until it is seen."""
        target.wait_for()
        panel = self.page.locator(".editor-panel")
        inside = target.locator("xpath=ancestor::*[contains(@class, 'editor-panel')]").count()
        for _ in range(NOTCHES_MAX if inside else 0):
            box, around = target.bounding_box(), panel.bounding_box()
            assert box and around
            if around["y"] <= box["y"] <= around["y"] + around["height"] - box["height"]:
                break
            self._to(mouse=True)
            self._count("B")
            self.page.mouse.move(around["x"] + around["width"] / 2, around["y"] + around["height"] / 2)
            self.page.mouse.wheel(0, 120 if box["y"] > around["y"] else -120)
            self.page.wait_for_timeout(60)
        box = target.bounding_box()
        assert box
        self._click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, "")

    def button(self, name: str) -> None:
        self.press(self.page.locator(".editor-panel").get_by_role("button", name=name, exact=True))

    def look(self) -> None:
        """See where the sheet lies now, which costs nothing: the words below it say where the pointer is."""
        self.page.wait_for_timeout(120)
        box = self.page.locator("canvas.sheet").bounding_box()
        assert box
        seen = []
        for share in (0.3, 0.9):
            x, y = round(box["x"] + box["width"] * share), round(box["y"] + box["height"] * share)
            self.page.mouse.move(x, y)
            told = re.findall(r"-?\d+", self.page.locator(".editor-at").inner_text())
            seen.append((x, y, float(told[0]), float(told[1])))
        (x0, y0, left, top), (x1, _, right, _) = seen
        scale = (x1 - x0) / (right - left)
        self._looks = Looks(scale, x0 - left * scale, y0 - top * scale)

    @property
    def all(self) -> Counter[str]:
        """All acts, whatever they belong to."""
        return sum(self.counted.values(), Counter())

    @property
    def seconds(self) -> float:
        return sum(SECONDS[operator] * times for operator, times in self.all.items())

    def _screen(self, x: float, y: float) -> Point:
        return x * self._looks.scale + self._looks.left, y * self._looks.scale + self._looks.top

    def _click(self, x: float, y: float, held: str) -> None:
        self._to(mouse=True)
        self._count("K", 1 if held else 0)
        self._count("P")
        self._count("B", 2)
        self.page.mouse.move(x, y)
        if held:
            self.page.keyboard.down(held)
        self.page.mouse.click(x, y)
        if held:
            self.page.keyboard.up(held)
        self.page.wait_for_timeout(SETTLED_MS)

    def _to(self, mouse: bool) -> None:
        if mouse != self._at_mouse:
            self._count("H")
        self._at_mouse = mouse

    def _count(self, operator: str, times: int = 1) -> None:
        if times:
            self.counted[self._part][operator] += times
