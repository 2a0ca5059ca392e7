"""A rush: twenty thousand people come within a minute to a stadium that goes on sale, and wait for their turn.

    .venv/bin/python -m benchmarks.rush --arrivals 20000 --within 60 --seconds 240

It opens a site of its own (Postgres, Valkey, web server, worker), puts a waiting room before a match, and lets the
crowd come. Those who wait cost little and are many: a cheap client on an event loop of its own process takes their
numbers and asks for the serving number as often as it is told to, each at a moment of their own. Those who are let in
are few and look at real pages: each is handed to locust (`benchmarks.locustfile.Guest`), which goes through the shop
as `benchmarks.visitors` does, one in four of them leaving without buying. Some who come are programs that try to take
places without a turn.

What counts is what the server measured (its own histogram, over all its processes) and what Postgres says was sold.
The latency that clients saw is told from the moment at which they meant to ask. A client that runs late itself measures
nothing: a run whose clients lagged more than `LAG_S_MAX` is void, and says so.
"""

import argparse
import asyncio
import json
import re
import subprocess
import sys
import time
from array import array
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import msgspec
import uvloop
from msgspec import Struct

from benchmarks.lanes import Answer, Lanes, NoAnswer
from benchmarks.shoppers import PARTY_WEIGHTS
from benchmarks.site import Site, site
from engine.waiting import forecast, shuffle
from ticketing import check, waiting_rooms
from ticketing.audit import Actor
from ticketing.check import Breach
from ticketing.stores import stores
from ticketing.waiting_rooms import RoomSettings

LAG_S_MAX = 0.1
LAG_LOOKED_AT_EVERY_S = 0.01
TARGET_S, STEERED_S = 0.5, 0.25
"""What must hold of all answers, and what the room is steered by, which looks at the last seconds."""
OPENS_AFTER = 0.5
"""The share of the arrivals' time after which the doors open: who comes before is shuffled, who comes later queues."""
BOTS = 0.3
LANES = 256
GUESTS_MAX = 400
"""Guests that locust serves at once."""
JITTER = 0.25
PACE_MIN = 60
STOPS_WITHIN_S = 20
LINE_BYTES_MAX = 1 << 20
TOGETHER = "pages of those let in"
COUNT = Path(__file__).with_suffix(".sql")
FIGURES = re.compile(r"^placeur_http_seconds_bucket\{(.*)\} ([0-9.e+]+)$", re.MULTILINE)
LABELS = re.compile(r'(\w+)="([^"]*)"')
HERE = Path(__file__).parent
QUEUE = ("/queue", "/queue/number", "/queue/admission", "/visit")
"""Ends of the routes that those ask who wait."""
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


class Wave(Struct, frozen=True):
    """Who comes, and when."""

    arrivals: int
    within_s: float
    seconds: float
    seed: int


class Guest(Struct, frozen=True):
    """One who was let in, as locust is told: their cookies say so."""

    number: int
    party: int
    cookies: dict[str, str]
    event: str
    performance: str
    shop: str


class Person:
    """A browser that waits: its address, its cookies, and its forms' token."""

    def __init__(self, address: str) -> None:
        self._address, self.token = address, ""
        self.cookies: dict[str, str] = {}

    def headers(self, kind: str) -> str:
        """What it sends with a request whose body is of this kind, or (empty) with one that has none."""
        lines = [f"X-Forwarded-For: {self._address}", "Accept-Language: en"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if kind:
            lines += [f"Content-Type: {kind}", f"X-Csrf-Token: {self.token}"]
        return "\r\n".join(lines) + "\r\n"

    def keep(self, answer: Answer) -> None:
        """Keep the cookies that an answer sets."""
        for line in answer.head.split(b"\r\n"):
            if line[:11].lower() == b"set-cookie:":
                name, _, value = line[11:].decode().partition(";")[0].strip().partition("=")
                self.cookies[name] = value


class Crowd:
    """Everybody who waits, and what they saw."""

    def __init__(self, lanes: Lanes, opened: Site, wave: Wave, guests: asyncio.Queue[Guest]) -> None:
        performance = opened.performances[0]
        self._lanes, self._wave, self._guests = lanes, wave, guests
        self._event, self._performance = str(performance.event_id), str(performance.id)
        self._shop = f"/shop/{opened.box_office}"
        self._random = Random(wave.seed)
        self.outcomes: Counter[str] = Counter()
        self.late = array("d")
        """Seconds from the moment at which each question was meant to be asked to its answer."""
        self.polls = 0

    async def come(self) -> None:
        """Let everybody come, and wait until the time is over."""
        began = time.perf_counter()
        moments = sorted(self._random.random() * self._wave.within_s for _ in range(self._wave.arrivals))
        people = [asyncio.create_task(self._wait(number, began, at)) for number, at in enumerate(moments)]
        done, waiting = await asyncio.wait(people, timeout=self._wave.seconds)
        self.outcomes["still-waiting"] = len(waiting)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        for task in done:
            task.result()

    async def _wait(self, number: int, began: float, at: float) -> None:
        """One person: opens the waiting room's page, takes a number as its script does, asks for the serving number
        until it is their turn, and goes in."""
        person = Person(f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")
        party = self._random.choices(range(1, len(PARTY_WEIGHTS) + 1), PARTY_WEIGHTS)[0]
        queue = f"{self._shop}/events/{self._event}/queue"
        await self._ask(person, began + at, "GET", "queue", queue, packed=True)
        visit = await self._json(person, "GET", "visit", f"{self._shop}/visit")
        person.token = str(visit.get("token", ""))
        given = await self._json(person, "POST", "number", f"{queue}/number", b'{"party":%d}' % party)
        if "ordinal" not in given:
            return
        await self._called(person, given)
        await self._ask(person, time.perf_counter(), "GET", "queue", queue)
        turn = await self._ask(person, time.perf_counter(), "POST", "admission", f"{queue}/admission", b"", FORM)
        if turn is None or not any("admission-" in name for name in person.cookies):
            self.outcomes["not-let-in"] += 1
            return
        self.outcomes["admitted"] += 1
        guest = Guest(number, party, person.cookies, self._event, self._performance, self._shop)
        await self._guests.put(guest)

    async def _called(self, person: Person, given: dict[str, Any]) -> None:
        """Ask until it is their turn."""
        rank, told, serving = given["rank"], given["told"], f"/api/v1/events/{self._event}/serving"
        while rank is None or rank >= told["serving"]:
            ahead = 0 if rank is None else forecast.ahead(rank, told["serving"], told["last"], told["waiting"])
            pause_s = forecast.pause_s(told["next_poll_s"], ahead, told["per_minute"] / 60)
            pause_s *= self._random.uniform(1 - JITTER, 1 + JITTER)
            answer = await self._ask(person, time.perf_counter() + pause_s, "GET", "serving", serving)
            if answer is None or answer.status != 200:
                continue
            self.polls += 1
            told = msgspec.json.decode(answer.body)
            if rank is None and told["seed"]:
                rank = shuffle.rank(bytes.fromhex(told["seed"]), given["ordinal"], told["shuffled"])

    async def _json(self, person: Person, method: str, what: str, path: str, body: bytes = b"") -> dict[str, Any]:
        """What a script is told; nothing when it is refused, which is counted."""
        answer = await self._ask(person, time.perf_counter(), method, what, path, body, JSON if body else "")
        if answer is None or answer.status != 200:
            self.outcomes[f"{what}-{answer.status if answer else 0}"] += 1
            return {}
        found: dict[str, Any] = msgspec.json.decode(answer.body)
        return found

    async def _ask(
        self,
        person: Person,
        meant: float,
        method: str,
        what: str,
        path: str,
        body: bytes = b"",
        kind: str = "",
        packed: bool = False,
    ) -> Answer | None:
        """Ask at the moment that was meant, for a compressed answer where nobody reads it; None when there was none."""
        await asyncio.sleep(max(0.0, meant - time.perf_counter()))
        try:
            packing = "Accept-Encoding: br\r\n" if packed else ""
            answer = await self._lanes.ask(method, path, person.headers(kind) + packing, body)
        except NoAnswer:
            self.outcomes[f"{what}-no-answer"] += 1
            return None
        self.late.append(time.perf_counter() - meant)
        if answer.status >= 500:
            self.outcomes[f"{what}-{answer.status}"] += 1
        person.keep(answer)
        return answer


class Lag:
    """How late this process's own loop runs."""

    def __init__(self) -> None:
        self.worst_s = 0.0
        self.late_s = array("d")

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            meant = time.perf_counter() + LAG_LOOKED_AT_EVERY_S
            await asyncio.sleep(LAG_LOOKED_AT_EVERY_S)
            late = time.perf_counter() - meant
            self.late_s.append(late)
            self.worst_s = max(self.worst_s, late)


class Report(Struct, frozen=True):
    """What happened."""

    arrivals: int
    seconds: float
    outcomes: dict[str, int]
    polls: int
    late_p99_ms: float
    lag_p99_ms: float
    guests: dict[str, Any]
    server_p99_ms: dict[str, float]
    answers_5xx: int
    out_of_order: int
    tickets: int
    claims: int
    breaches: tuple[Breach, ...]
    pace_per_s: float
    """How many were called in a second at the end."""

    def must_hold(self) -> dict[str, bool]:
        """What must hold of every rush, by name."""
        return {
            "nobody let in out of order": self.out_of_order == 0,
            "no 5xx": self.answers_5xx == 0,
            "p99 of those let in": self.server_p99_ms[TOGETHER] <= 1000 * TARGET_S,
            "sold = owned": self.tickets == self.claims,
            "no breach": not self.breaches,
        }

    @property
    def void(self) -> bool:
        """Whether the clients were too late to have measured anything."""
        return self.lag_p99_ms > 1000 * LAG_S_MAX or self.guests.get("lag_p99_ms", 0) > 1000 * LAG_S_MAX


async def rush(opened: Site, wave: Wave) -> Report:
    """Hold it; the site is open, its worker runs, and its waiting room is announced."""
    guests: asyncio.Queue[Guest] = asyncio.Queue()
    began = time.perf_counter()
    lag = Lag()
    watching = asyncio.create_task(lag.watch())
    async with Lanes(opened.url, LANES) as lanes, _locust(opened, wave, guests) as told:
        crowd = Crowd(lanes, opened, wave, guests)
        await crowd.come()
    watching.cancel()
    seconds = time.perf_counter() - began
    async with Lanes(opened.url, 1) as lanes:
        counted = (await lanes.ask("GET", "/metrics")).body.decode()
    p99, broken = judged(counted)
    sold, breaches = await _counted(opened)
    return Report(
        arrivals=wave.arrivals, seconds=round(seconds, 1), outcomes=dict(crowd.outcomes), polls=crowd.polls,
        late_p99_ms=_percentile_ms(crowd.late), lag_p99_ms=_percentile_ms(lag.late_s), guests=told,
        server_p99_ms=p99, answers_5xx=broken, breaches=breaches, **sold,
    )  # fmt: skip


def judged(exposition: str) -> tuple[dict[str, float], int]:
    """From Prometheus's text: the bound under which 99 of 100 answers of each route stayed, in ms; and how many answers
    were 5xx. Routes of the queue, and all others."""
    buckets: dict[str, Counter[float]] = {}
    broken = 0
    for labels, value in FIGURES.findall(exposition):
        said = dict(LABELS.findall(labels))
        count, bound = int(float(value)), float(said["le"])
        buckets.setdefault(said["route"], Counter())[bound] += count
        if bound == float("inf") and said["status"].startswith("5"):
            broken += count
    everywhere: Counter[float] = Counter()
    for route, counts in buckets.items():
        if route.startswith("/shop/") and not route.endswith(QUEUE):
            everywhere.update(counts)
    found = {route: _p99_ms(counts) for route, counts in buckets.items()}
    return found | {TOGETHER: _p99_ms(everywhere)}, broken


def _p99_ms(counts: Counter[float]) -> float:
    total = counts[float("inf")]
    return next((1000 * bound for bound in sorted(counts) if counts[bound] >= 0.99 * total), 0.0)


def _percentile_ms(seconds: Sequence[float], share: float = 0.99) -> float:
    ordered = sorted(seconds)
    return round(1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1) if ordered else 0.0


@asynccontextmanager
async def _locust(opened: Site, wave: Wave, guests: asyncio.Queue[Guest]) -> AsyncIterator[dict[str, Any]]:
    """Locust in a process of its own, which is told of guests line by line; what it saw, once it has ended."""
    told: dict[str, Any] = {}
    command = [
        str(Path(sys.executable).with_name("locust")), "-f", str(HERE / "locustfile.py"), "--headless", "--host",
        opened.url, "--users", str(GUESTS_MAX), "--spawn-rate", str(GUESTS_MAX), "--stop-timeout", str(STOPS_WITHIN_S),
        "--only-summary", "--seed", str(wave.seed), "Guest",
    ]  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, limit=LINE_BYTES_MAX
    )
    assert process.stdin is not None and process.stdout is not None
    handing = asyncio.create_task(_hand_over(guests, process.stdin))
    try:
        yield told
    finally:
        handing.cancel()
        await asyncio.gather(handing, return_exceptions=True)
        process.stdin.close()
        async with asyncio.timeout(STOPS_WITHIN_S + 30):
            async for line in process.stdout:
                if line.startswith(b"{"):
                    told |= json.loads(line)
            await process.wait()


async def _hand_over(guests: asyncio.Queue[Guest], lines: asyncio.StreamWriter) -> None:
    while True:
        lines.write(msgspec.json.encode(await guests.get()) + b"\n")
        await lines.drain()


async def _counted(opened: Site) -> tuple[dict[str, Any], tuple[Breach, ...]]:
    """What Postgres says of the room and the sale, once every hold of it has been let go or ordered."""
    performance = opened.performances[0]
    connection = await asyncpg.connect(opened.settings.database_url)
    try:
        row = await connection.fetchrow(COUNT.read_text(), performance.event_id, performance.id)
    finally:
        await connection.close()
    async with stores(opened.settings) as reader:
        breaches = tuple(await check.breaches(reader.database, reader.inventory, datetime.now(UTC)))
    return dict(row), breaches


async def _announce(opened: Site, opens_at: datetime, pace_min: int) -> None:
    """Put a waiting room before the first match."""
    async with stores(opened.settings) as reader:
        by = Actor(organisation_id=opened.organisation_id)
        room = RoomSettings(opens_at=opens_at, target_p99_ms=round(1000 * STEERED_S), pace_min=pace_min)
        event = opened.performances[0].event_id
        await waiting_rooms.announce(reader.database, opened.organisation_id, event, room, by, datetime.now(UTC))


def main() -> None:
    """Hold a rush and print what happened; status 1 when something that must hold does not."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rush", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--arrivals", type=int, default=20_000)
    parser.add_argument("--within", type=float, default=60.0, help="seconds in which they come")
    parser.add_argument("--seconds", type=float, default=180.0, help="how long it is watched")
    parser.add_argument("--pace", type=int, default=PACE_MIN, help="people called in a minute at first, and at least")
    parser.add_argument("--workers", type=int, default=2, help="processes that serve")
    parser.add_argument("--seed", type=int, default=20_261_122)
    given = parser.parse_args()
    wave = Wave(given.arrivals, given.within, given.seconds, given.seed)
    settings = {"numbers_per_minute_max": 10_000_000, "hold_s": 600}
    with site(given.workers, performance_count=1, sold=0.0, worker=True, **settings) as opened:
        opens_at = datetime.now(UTC) + timedelta(seconds=OPENS_AFTER * given.within)
        asyncio.run(_announce(opened, opens_at, given.pace))
        report = uvloop.run(rush(opened, wave))
    print(json.dumps(msgspec.to_builtins(report), indent=1))
    missing = [name for name, holds in report.must_hold().items() if not holds]
    print("void: the clients lagged" if report.void else f"does not hold: {', '.join(missing)}" if missing else "holds")
    sys.exit(1 if report.void or missing else 0)


if __name__ == "__main__":
    main()
