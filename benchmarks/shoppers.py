"""What one shopper does, step by step, without doing any of it: a script of requests and pauses.

A script is a generator. It yields a request and is sent the answer, or yields a pause; whoever drives it chooses the
client and the clock. So the on-sale and the load tests of others (locust) have the same shopper, and a test can play
the server. A shopper looks at the house, takes the best places for the party, perhaps lets go of them or asks for more
time, orders, pays, and goes home. Refused the whole party, it takes places apart; then it halves the party, down to
one person. A request that got no answer is sent again under the same key, as a good client does.
"""

import secrets
from collections.abc import Generator, Sequence
from enum import StrEnum
from random import Random
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

PARTY_WEIGHTS = (8, 40, 16, 22, 6, 4, 2, 2)
"""How often a party has 1, 2, 3 ... people."""
TRIES_MAX = 5
PATIENCE_S = 0.5
"""How long a shopper waits before trying again what may succeed later."""
TRANSIENT = frozenset({"seats-taken", "not-ready", "too-many-requests", "hold-busy", "unavailable", "no-answer"})
NONE_LEFT = frozenset({"sold-out", "no-fit", "tariff-sold-out"})
CHEAPER_RATE = 0.1
"""How many parties have somebody who buys at a tariff that is bounded, when there is one."""
JSON = "Content-Type: application/json\r\n"

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class Ending(StrEnum):
    """How a visit ended."""

    BOUGHT = "bought"
    LET_GO = "let_go"
    WALKED_AWAY = "walked_away"
    NONE_LEFT = "none_left"
    REFUSED = "refused"


class Request(Struct, frozen=True):
    """One request; `name` groups it with its like in the figures, `headers` are whole lines."""

    name: str
    method: str
    path: str
    headers: str
    body: bytes = b""


class Pause(Struct, frozen=True):
    """Time spent looking at the page."""

    seconds: float


class Reply(Struct, frozen=True):
    """What came back; `code` is the problem's code, "no-answer" for a connection that broke, else the status."""

    status: int
    code: str
    body: bytes = b""
    etag: str = ""

    @property
    def fine(self) -> bool:
        return self.status in (200, 201, 204, 303, 304)


Step: TypeAlias = Request | Pause
Visit: TypeAlias = Generator[Step, Reply, Ending]
Asking: TypeAlias = Generator[Step, Reply, Reply]


class Part(Struct, frozen=True):
    """What is sold alike: an area, by its id in the plan, or (id "") all the seats."""

    id: str
    capacity: int


class Sale(Struct):
    """One performance as the shoppers of one load know it."""

    box_office: str
    performance: str
    parts: tuple[Part, ...]
    bounded: frozenset[str] = frozenset()
    """Tariffs that need a place of their own in the hold."""
    full: set[str] = msgspec.field(default_factory=set)
    """Parts in which one person was refused a place. Others of this load may yet let go of theirs."""
    etag: str = ""

    @property
    def dry(self) -> bool:
        """Whether there was nothing left in any part."""
        return len(self.full) == len(self.parts)


class Shopper(Struct, frozen=True):
    """Who comes, and what they are like."""

    address: str
    party: int
    lets_go: bool
    walks_away: bool
    renews: bool
    wants_bounded: bool
    thinks_s: float
    pays_with: str
    """`sandbox`, or the token of a till (scope sell) that takes the money on site."""


class Crowd(Struct, frozen=True):
    """Who may come."""

    party_weights: Sequence[float] = PARTY_WEIGHTS
    abandon_rate: float = 0.15
    walk_away_rate: float = 0.0
    renew_rate: float = 0.05
    thinks_s: float = 0.0
    pays_with: str = "sandbox"

    def shopper(self, number: int, random: Random) -> Shopper:
        """The `number`th to come; each has a network address of its own, up to sixteen million."""
        fate = random.random()
        return Shopper(
            address=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
            party=random.choices(range(1, len(self.party_weights) + 1), self.party_weights)[0],
            lets_go=fate < self.abandon_rate,
            walks_away=self.abandon_rate <= fate < self.abandon_rate + self.walk_away_rate,
            renews=random.random() < self.renew_rate,
            wants_bounded=random.random() < CHEAPER_RATE,
            thinks_s=random.uniform(0.5, 1.5) * self.thinks_s,
            pays_with=self.pays_with,
        )


def sale_of(box_office: str, performance: dict[str, Any], detail: dict[str, Any], drawn: dict[str, Any]) -> Sale:
    """A performance as the API lists it, with its detail and its plan, as shoppers know it."""
    seats = sum(len(row["seats"]) for zone in drawn["zones"] for row in zone.get("rows", ()))
    areas = [area for zone in drawn["zones"] for area in zone.get("areas", ()) if area.get("capacity")]
    parts = [Part("", seats)] * bool(seats) + [Part(area["id"], area["capacity"]) for area in areas]
    bounded = frozenset(tariff["id"] for tariff in detail["tariffs"] if tariff["bounded"])
    return Sale(box_office, performance["id"], tuple(parts), bounded)


def reply_of(status: int, body: bytes, etag: str) -> Reply:
    """An answer as the script reads it: a problem document by its code."""
    if status < 400:
        return Reply(status, str(status), body, etag)
    try:
        code = str(_decode(body)["code"])
    except (msgspec.DecodeError, KeyError, TypeError):
        code = str(status)
    return Reply(status, code, body)


def visit(sale: Sale, shopper: Shopper, random: Random) -> Visit:
    """One visit, from looking at the house to the ticket or the door."""
    origin = f"X-Forwarded-For: {shopper.address}\r\n"
    yield from _look(sale, origin)
    held = yield from _take(sale, shopper, origin, random)
    if held is None:
        return Ending.NONE_LEFT if sale.dry else Ending.REFUSED
    yield Pause(shopper.thinks_s)
    if shopper.walks_away:
        return Ending.WALKED_AWAY
    hold = f"/api/v1/box-offices/{sale.box_office}/holds/{held['hold']}"
    if shopper.lets_go:
        yield from _asked(Request("release", "DELETE", hold, origin))
        return Ending.LET_GO
    if shopper.renews:
        yield from _asked(Request("renew", "POST", f"{hold}/renewal", origin))
    return (yield from _buy(sale, shopper, held, origin, random))


def _look(sale: Sale, origin: str) -> Asking:
    """Asks for the house unless it is as the last one saw it."""
    known = f"If-None-Match: {sale.etag}\r\n" if sale.etag else ""
    path = f"/api/v1/performances/{sale.performance}/availability"
    reply = yield Request("look", "GET", path, origin + known)
    sale.etag = reply.etag or sale.etag
    return reply


def _take(sale: Sale, shopper: Shopper, origin: str, random: Random) -> Generator[Step, Reply, dict[str, Any] | None]:
    """The hold, for as many of the party as there is room for; None when there is none for one."""
    party, together, bounded = shopper.party, True, shopper.wants_bounded and bool(sale.bounded)
    path = f"/api/v1/box-offices/{sale.box_office}/holds"
    while not sale.dry:
        part = _part(sale, random)
        wants = _wants(sale, part, party, together, bounded, random)
        headers = f"{origin}{JSON}Idempotency-Key: {secrets.token_hex(16)}\r\n"
        reply = yield from _asked(Request("hold", "POST", path, headers, _encode({"wants": wants})))
        if reply.fine:
            found: dict[str, Any] = _decode(reply.body)
            return found
        if reply.code not in NONE_LEFT:
            return None
        if bounded:
            bounded = False
        elif together and not part and party > 1:
            together = False
        elif party > 1:
            party //= 2
        else:
            sale.full.add(part)
    return None


def _part(sale: Sale, random: Random) -> str:
    parts = [part for part in sale.parts if part.id not in sale.full]
    return random.choices(parts, [part.capacity for part in parts])[0].id


def _wants(sale: Sale, part: str, party: int, together: bool, bounded: bool, random: Random) -> list[dict[str, Any]]:
    performance = sale.performance
    wants: list[dict[str, Any]] = [
        {"kind": "area", "performance": performance, "area": part, "count": party}
        if part
        else {"kind": "best", "performance": performance, "party": party, "together": together}
    ]
    if bounded:
        tariff = random.choice(sorted(sale.bounded))
        wants.append({"kind": "tariff", "performance": performance, "tariff": tariff, "count": 1})
    return wants


def _buy(
    sale: Sale, shopper: Shopper, held: dict[str, Any], origin: str, random: Random
) -> Generator[Step, Reply, Ending]:
    buyer = {"name": "A Shopper", "email": f"shopper-{shopper.address}@example.org", "locale": "en"}
    order = {"hold": held["hold"], "buyer": buyer, "seats": _choices(sale, held, random)}
    headers = f"{origin}{JSON}Idempotency-Key: {secrets.token_hex(16)}\r\n"
    path = f"/api/v1/box-offices/{sale.box_office}/orders"
    reply = yield from _asked(Request("order", "POST", path, headers, _encode(order)))
    if not reply.fine:
        return Ending.REFUSED
    placed: dict[str, Any] = _decode(reply.body)
    reply = yield from _pay(shopper, placed, origin)
    return Ending.BOUGHT if reply.fine else Ending.REFUSED


def _choices(sale: Sale, held: dict[str, Any], random: Random) -> list[dict[str, Any]]:
    """A tariff for each place: the bounded ones held, then any that is not bounded."""
    owed = [part["tariff"] for part in held["tariffs"] for _ in range(part["count"])]
    choices = []
    for part in held["parts"]:
        for place in part["places"]:
            priced = [price["tariff"] for price in part["prices"][place["category"]]]
            due = next((tariff for tariff in owed if tariff in priced), None)
            if due is not None:
                owed.remove(due)
            free = [tariff for tariff in priced if tariff not in sale.bounded]
            tariff = due or random.choice(free or priced)
            choices.append({"performance": part["performance"], "place": place["place"], "tariff": tariff})
    return choices


def _pay(shopper: Shopper, placed: dict[str, Any], origin: str) -> Asking:
    if placed["status"] == "paid":
        return Reply(200, "nothing-to-pay")
    path = f"/api/v1/orders/{placed['id']}/payments"
    if shopper.pays_with != "sandbox":
        headers = f"{origin}{JSON}Authorization: Bearer {shopper.pays_with}\r\n"
        return (yield from _asked(Request("pay", "POST", path, headers, b'{"provider":"on_site"}')))
    headers = f"{origin}{JSON}Authorization: Order {placed['secret']}\r\n"
    reply = yield from _asked(Request("payment", "POST", path, headers, b'{"provider":"sandbox"}'))
    if not reply.fine:
        return reply
    page = _path_of(_decode(reply.body)["redirect_url"])
    form = f"{origin}Content-Type: application/x-www-form-urlencoded\r\n"
    return (yield from _asked(Request("pay", "POST", page, form, b"paid=true")))


def _path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3] if "://" in url else url


def _asked(request: Request) -> Asking:
    """The answer to a request, sent again for as long as it may succeed later."""
    for _ in range(TRIES_MAX):
        reply = yield request
        if reply.code not in TRANSIENT:
            break
        yield Pause(PATIENCE_S)
    return reply
