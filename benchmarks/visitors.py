"""What a visitor of a shop does, page by page, without doing any of it: a script of requests and pauses.

Where `benchmarks.shoppers` talks to the API, these look at the pages that people see: they follow links and redirects,
keep cookies, and fill in the forms that a page holds, with the fields that stand in it. So a page that asks something
new is asked for it, and a page without its form ends the visit as what it is, a dead end. A script yields an `Ask` and
is sent a `Told`, or yields a `Pause`; whoever drives it (locust, or an event loop) chooses the client and the clock.
"""

from collections.abc import Generator, Iterator, Mapping
from enum import StrEnum
from html.parser import HTMLParser
from random import Random
from typing import TypeAlias
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import Struct

from benchmarks.shoppers import Pause, Shopper

REDIRECTS_MAX = 6
PAGES_MAX = 12
"""Pages of a checkout that are gone through; more than there are is a loop."""
FORM = "application/x-www-form-urlencoded"


class Left(StrEnum):
    """How a visit to a shop ended."""

    BOUGHT = "bought"
    WALKED_AWAY = "walked_away"
    NONE_LEFT = "none_left"
    NOT_LET_IN = "not_let_in"
    STUCK = "stuck"
    """A page that neither sold nor said why not."""


class Ask(Struct, frozen=True):
    """One request; `name` groups it with its like in the figures."""

    name: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


class Told(Struct, frozen=True):
    """What came back; `status` 0: nothing did. `cookies` are whole `Set-Cookie` lines."""

    status: int
    body: str = ""
    location: str = ""
    cookies: tuple[str, ...] = ()


Step: TypeAlias = Ask | Pause
Asked: TypeAlias = Generator[Step, Told, Told]
Visit: TypeAlias = Generator[Step, Told, Left]


class Field(Struct):
    """A field of a form as it stands in the page."""

    name: str
    kind: str
    value: str = ""
    required: bool = False
    checked: bool = False


class Form(Struct):
    """A form: where it goes, its fields, and the buttons that send it, as (name, value)."""

    action: str
    method: str
    fields: list[Field] = msgspec.field(default_factory=list)
    buttons: list[tuple[str, str]] = msgspec.field(default_factory=list)

    def names(self) -> set[str]:
        """What it asks for."""
        return {field.name for field in self.fields}


def forms_of(page: str) -> list[Form]:
    """The forms of a page; fields that stand elsewhere and name their form by id are its too."""
    reader = _Reader()
    reader.feed(page)
    return list(reader.forms.values())


class Browser:
    """One visitor's browser: cookies, and an address of its own."""

    def __init__(self, address: str, language: str = "en", cookies: Mapping[str, str] | None = None) -> None:
        self._headers = {"x-forwarded-for": address, "accept-language": language, "accept-encoding": "identity"}
        self.cookies = dict(cookies or {})
        self.path = ""
        """The page it is at."""

    def open(self, name: str, path: str) -> Asked:
        """Open a page, and go where it sends."""
        told = yield from self._ask(name, "GET", path)
        return (yield from self._follow(name, told))

    def send(self, name: str, form: Form, values: Mapping[str, str], button: tuple[str, str] | None = None) -> Asked:
        """Send a form, filled in, and go where it sends."""
        pairs = [*_filled(form, values), *([button] if button else form.buttons[:1])]
        told = yield from self._ask(name, "POST", form.action, urlencode(pairs).encode(), FORM)
        return (yield from self._follow(name, told))

    def json(self, name: str, path: str, body: object, token: str) -> Asked:
        """Ask what a page's script asks."""
        return (yield from self._ask(name, "POST", path, msgspec.json.encode(body), "application/json", token))

    def _ask(self, name: str, method: str, path: str, body: bytes = b"", kind: str = "", token: str = "") -> Asked:
        headers = dict(self._headers)
        if self.cookies:
            headers["cookie"] = "; ".join(f"{key}={value}" for key, value in self.cookies.items())
        if kind:
            headers["content-type"] = kind
        if token:
            headers["x-csrf-token"] = token
        told = yield Ask(name, method, path, headers, body)
        for line in told.cookies:
            key, _, value = line.partition(";")[0].partition("=")
            self.cookies[key] = value
        self.path = path
        return told

    def _follow(self, name: str, told: Told) -> Asked:
        for _ in range(REDIRECTS_MAX):
            if not 300 <= told.status < 400 or told.status == 304:
                return told
            where = urlsplit(told.location)
            told = yield from self._ask(name, "GET", where.path + (f"?{where.query}" if where.query else ""))
        return told


def visit(shop: str, event: str, performance: str, shopper: Shopper, browser: Browser, random: Random) -> Visit:
    """One visit by somebody who was let in, or need not be: from the event's page to the tickets, or the door.

    `shop` is its path, `event` and `performance` are ids.
    """
    yield from browser.open("event", f"{shop}/events/{event}")
    page = f"{shop}/performances/{performance}"
    yield from browser.open("performance", page)
    yield from browser.open("visit", f"{shop}/visit")
    yield from browser.open("availability", f"/api/v1/performances/{performance}/availability")
    yield Pause(shopper.thinks_s)
    taken = yield from _take(page, shopper, browser)
    if taken is not None:
        return taken
    yield Pause(shopper.thinks_s)
    if shopper.walks_away or shopper.lets_go:
        return (yield from _leave(shop, shopper, browser))
    return (yield from _buy(shop, shopper, browser))


def bot(shop: str, performance: str, browser: Browser, random: Random) -> Visit:
    """One who tries to take places without having been let in."""
    told = yield from browser.open("visit", f"{shop}/visit")
    token = _json(told).get("token", "")
    body = {"performance": performance, "area": "", "count": random.randint(1, 8)}
    answer = yield from browser.json("bot", f"{shop}/cart/places", body, str(token))
    return Left.NOT_LET_IN if answer.status >= 400 else Left.STUCK


def _take(page: str, shopper: Shopper, browser: Browser) -> Generator[Step, Told, Left | None]:
    """The best places for the party, then for half of it; None once they are in the cart."""
    party = shopper.party
    while party:
        told = yield from browser.open("best", f"{page}/best?party={party}")
        if told.status in (401, 403):
            return Left.NOT_LET_IN
        offers = [form for form in forms_of(told.body) if form.action.split("?")[0].endswith("/best")]
        offers = [form for form in offers if form.method == "post" and "seat" in form.names() | {"area"} & form.names()]
        for form in offers:
            told = yield from browser.send("take", form, {})
            if browser.path.endswith("/cart"):
                return None
        party //= 2
    return Left.NONE_LEFT


def _leave(shop: str, shopper: Shopper, browser: Browser) -> Visit:
    """Gives the places back, or just closes the window."""
    if shopper.lets_go:
        told = yield from browser.open("cart", f"{shop}/cart")
        form = next((form for form in forms_of(told.body) if form.action.endswith("/cart/removal")), None)
        if form is not None:
            yield from browser.send("empty", form, {}, ("all", "1"))
    return Left.WALKED_AWAY


def _buy(shop: str, shopper: Shopper, browser: Browser) -> Visit:
    """From the cart through as many pages as the checkout has; then the provider's page, and the order's."""
    told = yield from browser.open("cart", f"{shop}/cart")
    choices = next((form for form in forms_of(told.body) if form.action.endswith("/cart/choices")), None)
    if choices is None:
        return Left.STUCK
    told = yield from browser.send("checkout", choices, {}, ("checkout", "1"))
    values = {"email": f"visitor-{shopper.address}@example.org", "name": "A Visitor", "method": "sandbox"}
    for _ in range(PAGES_MAX):
        if "/orders/" in browser.path:
            return Left.BOUGHT
        if browser.path.startswith("/sandbox/"):
            told = yield from browser.send("pay", Form(browser.path, "post"), {}, ("paid", "true"))
            continue
        form = _onward(told.body)
        if form is None or told.status >= 400:
            return Left.STUCK
        told = yield from browser.send("order" if "total_cents" in form.names() else "step", form, values, _last(form))
    return Left.STUCK


def _onward(page: str) -> Form | None:
    """The form that leads on: of those of the checkout the one with the most fields."""
    forms = [form for form in forms_of(page) if form.method == "post" and "/checkout" in form.action]
    return max(forms, key=lambda form: len(form.fields), default=None)


def _last(form: Form) -> tuple[str, str] | None:
    return next((button for button in form.buttons if button[0] == "order"), form.buttons[-1] if form.buttons else None)


def _filled(form: Form, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What a person sends: what stands in the form, what they have to say, a tick or the first choice where one is
    demanded."""
    chosen: set[str] = {field.name for field in form.fields if field.kind == "radio" and field.checked}
    for field in form.fields:
        if field.kind == "radio":
            wanted = values.get(field.name)
            mine = field.value == wanted if wanted else field.checked or field.name not in chosen
            if mine:
                chosen.add(field.name)
                yield field.name, field.value
        elif field.kind == "checkbox":
            if field.checked or field.required:
                yield field.name, field.value or "on"
        elif field.name:
            yield field.name, values.get(field.name) or field.value or ("x" if field.required else "")


def _json(told: Told) -> dict[str, object]:
    try:
        found: dict[str, object] = msgspec.json.decode(told.body)
        return found
    except msgspec.DecodeError:
        return {}


class _Reader(HTMLParser):
    """Reads forms out of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, Form] = {}
        self._open: list[str] = []
        self._select: Field | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attributes}
        if tag == "form":
            key = said.get("id") or f"form {len(self.forms)}"
            self._open.append(key)
            self.forms[key] = Form(said.get("action", ""), said.get("method", "get").lower())
        elif tag == "option" and self._select is not None:
            if "selected" in said or not self._select.value:
                self._select.value = said.get("value", "")
        elif tag in ("input", "select", "textarea", "button"):
            self._field(tag, said)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._open:
            self._open.pop()
        elif tag == "select":
            self._select = None

    def _field(self, tag: str, said: Mapping[str, str]) -> None:
        form = self.forms.get(said.get("form") or (self._open[-1] if self._open else ""))
        if form is None:
            return
        name, kind = said.get("name", ""), said.get("type", "text") if tag == "input" else tag
        if tag == "button" or kind == "submit":
            form.buttons += [(name, said.get("value", ""))] if name else []
            return
        field = Field(name, kind, said.get("value", ""), "required" in said, "checked" in said)
        if name and kind != "file":
            form.fields.append(field)
        if tag == "select":
            self._select = field
