"""An on-sale: thousands of shoppers at once, over HTTP, until the house is sold out or the time is over.

So many shoppers are inside at any moment; each that leaves is followed by another. They share a bounded number of
connections, so the server is pressed and not buried. When one person is refused a place, the doors close until
everybody inside has bought or let go, and one more person tries: only if that one finds nothing either is it over.

What the clients saw gives the rates and the latencies (from the first byte sent to the last received, on a machine
that they share with the server). What was sold is counted from the tickets in Postgres, by a query that knows nothing
of the clients, and `check` says whether everything that must be true is.
"""

import asyncio
import time
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import msgspec
from msgspec import Struct

from benchmarks.lanes import Answer, Lanes, NoAnswer
from benchmarks.options import Options
from benchmarks.shoppers import Crowd, Ending, Pause, Reply, Request, Sale, Shopper, Visit, reply_of, sale_of, visit
from ticketing import check
from ticketing.check import Breach
from ticketing.settings import Settings
from ticketing.stores import stores

COUNT = Path(__file__).with_suffix(".sql")
TOLD_EVERY_S = 0.25
SHOWN_S_MAX = 1.5
"""How old the house may be that a site shows."""
AT_THE_DOOR = Shopper("10.255.255.255", 1, False, False, False, False, 0.0, "sandbox")


class OnsaleRefused(Exception):
    """The on-sale cannot be held; the message says why."""


class Figures(Struct, frozen=True):
    """One kind of request: how often, how fast, and what came of it (by problem code; `ok` for what was granted)."""

    count: int
    ok_per_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    outcomes: dict[str, int]


class Counted(Struct, frozen=True):
    """What Postgres says of the performances: places in all, tickets that hold one, how many of them are paid, and how
    many are for a place that another ticket is for, by number and by what is printed."""

    places: int
    tickets: int
    paid: int
    places_sold_again: int
    seats_sold_again: int

    @property
    def double_sales(self) -> int:
        return max(self.places_sold_again, self.seats_sold_again)


class Seen(Struct, frozen=True):
    """What the shoppers saw."""

    seconds: float
    sold_out: bool
    visits: dict[Ending, int]
    tickets: int
    """Tickets in the orders that were placed."""
    requests: dict[str, Figures]
    free: int
    held: int


class Report(Struct, frozen=True):
    """What happened. `before` and `after` are None, and nothing is checked, where the database cannot be asked."""

    performances: tuple[str, ...]
    seen: Seen
    before: Counted | None
    after: Counted | None
    breaches: tuple[Breach, ...] | None

    @property
    def sound(self) -> bool:
        """No place was sold twice, and every invariant holds."""
        return not self.breaches and (self.after is None or not self.after.double_sales)


class Told(Struct, frozen=True):
    """How far it is: for a progress bar."""

    seconds: float
    tickets: int
    free_at_first: int
    ok_per_s: dict[str, float]


async def hold(
    site: str, options: Options, crowd: Crowd, settings: Settings | None, tell: Callable[[Told], None]
) -> Report:
    """Hold an on-sale. `site` is `http://host:port`; `settings` names the database and the Redis behind it, None if
    they are not to be asked; `tell` hears how far it is.

    Raises OnsaleRefused when nothing is on sale there, NoAnswer when nothing answers.
    """
    async with Lanes(site, options.connections) as lanes:
        sales = await _sales(lanes, options)
        performances = tuple(sale.performance for sale in sales)
        before = await _count(settings, performances)
        load = Load(lanes, sales, options, crowd)
        seen = await load.run(tell)
    return Report(performances, seen, before, await _count(settings, performances), await _check(settings))


class Load:
    """The shoppers of one on-sale, and what they saw."""

    def __init__(self, lanes: Lanes, sales: Sequence[Sale], options: Options, crowd: Crowd) -> None:
        self._lanes, self._sales, self._options, self._crowd = lanes, sales, options, crowd
        self._random = Random(options.seed)
        self._numbers = count(1)
        self._inside: Counter[str] = Counter()
        self._doors = {sale.performance: asyncio.Event() for sale in sales}
        self._sold_out: set[str] = set()
        self._seconds: dict[str, array[float]] = defaultdict(lambda: array("d"))
        self._outcomes: dict[str, Counter[str]] = defaultdict(Counter)
        self._visits: Counter[Ending] = Counter()
        self._tickets = 0
        self._ends = 0.0

    async def run(self, tell: Callable[[Told], None]) -> Seen:
        """Let them in until the end; then everybody inside finishes."""
        free_at_first, _ = await self._house()
        began = time.perf_counter()
        self._ends = began + self._options.seconds
        telling = asyncio.create_task(self._tell(tell, began, free_at_first))
        for door in self._doors.values():
            door.set()
        try:
            async with asyncio.TaskGroup() as group:
                for n in range(self._options.shoppers):
                    group.create_task(self._one_after_another(self._sales[n % len(self._sales)]))
        finally:
            telling.cancel()
        seconds = time.perf_counter() - began
        await asyncio.sleep(SHOWN_S_MAX)
        free, held = await self._house()
        figures = {name: self._figures(name, seconds) for name in self._seconds}
        sold_out = len(self._sold_out) == len(self._sales)
        return Seen(seconds, sold_out, dict(self._visits), self._tickets, figures, free, held)

    async def _one_after_another(self, sale: Sale) -> None:
        name, door = sale.performance, self._doors[sale.performance]
        while True:
            await door.wait()
            if name in self._sold_out or time.perf_counter() > self._ends:
                return
            self._inside[name] += 1
            shopper = self._crowd.shopper(next(self._numbers), self._random)
            self._visits[await self._drive(visit(sale, shopper, self._random))] += 1
            self._inside[name] -= 1
            if sale.dry:
                door.clear()
                if not self._inside[name]:
                    await self._last_try(sale)

    async def _last_try(self, sale: Sale) -> None:
        """Nobody is inside: one person tries, for whom there is a place or there is none for anybody."""
        sale.full.clear()
        last = msgspec.structs.replace(AT_THE_DOOR, pays_with=self._crowd.pays_with)
        self._visits[await self._drive(visit(sale, last, self._random))] += 1
        if sale.dry:
            self._sold_out.add(sale.performance)
        self._doors[sale.performance].set()

    async def _drive(self, script: Visit) -> Ending:
        try:
            step = next(script)
            while True:
                if isinstance(step, Pause):
                    await asyncio.sleep(step.seconds)
                    step = next(script)
                else:
                    step = script.send(await self._reply(step))
        except StopIteration as end:
            ending: Ending = end.value
            return ending

    async def _reply(self, request: Request) -> Reply:
        try:
            answer = await self._lanes.ask(request.method, request.path, request.headers, request.body)
        except NoAnswer:
            self._outcomes[request.name]["no-answer"] += 1
            return Reply(0, "no-answer")
        reply = _reply(answer)
        self._seconds[request.name].append(answer.seconds)
        self._outcomes[request.name]["ok" if reply.fine else reply.code] += 1
        if request.name == "order" and reply.fine:
            self._tickets += request.body.count(b'"place"')
        return reply

    async def _house(self) -> tuple[int, int]:
        """Places free and held now, over all performances."""
        free = held = 0
        for sale in self._sales:
            free += await _free(self._lanes, sale.performance)
            answer = await self._lanes.ask("GET", f"/api/v1/performances/{sale.performance}/availability")
            held += _held(answer.body)
        return free, held

    def _figures(self, name: str, seconds: float) -> Figures:
        ordered = sorted(self._seconds[name])
        p50, p95, p99 = (round(1000 * ordered[len(ordered) * p // 100], 2) for p in (50, 95, 99))
        outcomes = dict(self._outcomes[name].most_common())
        return Figures(sum(outcomes.values()), round(outcomes.get("ok", 0) / seconds, 1), p50, p95, p99, outcomes)

    async def _tell(self, tell: Callable[[Told], None], began: float, free_at_first: int) -> None:
        while True:
            await asyncio.sleep(TOLD_EVERY_S)
            seconds = time.perf_counter() - began
            rates = {name: outcomes["ok"] / seconds for name, outcomes in self._outcomes.items()}
            tell(Told(seconds, self._tickets, free_at_first, rates))


def _reply(answer: Answer) -> Reply:
    return reply_of(answer.status, answer.body, answer.header("etag") if answer.status < 400 else "")


def _held(states: bytes) -> int:
    """How many places are held in a house of two bits a place."""
    return sum(times * sum(byte >> shift & 3 == 1 for shift in (0, 2, 4, 6)) for byte, times in Counter(states).items())


async def _sales(lanes: Lanes, options: Options) -> list[Sale]:
    """The next performances that have places left, as many as were asked for."""
    page = await _get(lanes, f"/api/v1/box-offices/{options.box_office}/performances")
    found: list[Sale] = []
    for performance in page["performances"]:
        if len(found) < options.performances and await _free(lanes, performance["id"]):
            found.append(await _sale(lanes, options.box_office, performance))
    if len(found) < options.performances:
        raise OnsaleRefused(f"{options.box_office} has {len(found)} performances with places left on sale.")
    return found


async def _free(lanes: Lanes, performance: str) -> int:
    counts = await _get(lanes, f"/api/v1/performances/{performance}/availability/counts")
    return int(counts["free"])


async def _sale(lanes: Lanes, box_office: str, performance: dict[str, Any]) -> Sale:
    detail = await _get(lanes, f"/api/v1/performances/{performance['id']}")
    return sale_of(box_office, performance, detail, await _get(lanes, f"/api/v1/plans/{performance['plan']}"))


async def _get(lanes: Lanes, path: str) -> Any:
    answer = await lanes.ask("GET", path)
    if answer.status != 200:
        raise OnsaleRefused(f"{path} answers {_reply(answer).code}.")
    return msgspec.json.decode(answer.body)


async def _count(settings: Settings | None, performances: Iterable[str]) -> Counted | None:
    if settings is None:
        return None
    connection = await asyncpg.connect(settings.database_url)
    try:
        return Counted(**dict(await connection.fetchrow(COUNT.read_text(), list(performances))))
    finally:
        await connection.close()


async def _check(settings: Settings | None) -> tuple[Breach, ...] | None:
    if settings is None:
        return None
    async with stores(settings) as opened:
        return tuple(await check.breaches(opened.database, opened.inventory, datetime.now(UTC)))
