"""The shoppers of `placeur onsale` as locust users, for those who load from many machines or want locust's charts.

    .venv/bin/uv pip install -e '.[load]'
    .venv/bin/locust -f benchmarks/locustfile.py --headless --host http://127.0.0.1:8000 -u 200 -r 50 -t 20s Visitor

`Visitor` talks to the API, `Guest` goes through the shop's pages: it is told by `benchmarks.rush`, line by line, who
was let in through the waiting room, and plays them one after the other, with programs among them that were not.

A user is a place in the queue: when one shopper has left, the next takes it. Refusals that are part of any sale (taken
before you, none left) are not failures.
"""

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Any, ClassVar

import gevent
from gevent.fileobject import FileObjectThread
from gevent.queue import Queue
from locust import FastHttpUser, events, task
from locust.env import Environment
from locust.exception import StopUser
from msgspec.structs import replace

from benchmarks import visitors
from benchmarks.shoppers import NONE_LEFT, TRANSIENT, Crowd, Pause, Reply, Request, Sale, reply_of, sale_of, visit

ORDINARY = NONE_LEFT | TRANSIENT
ABANDON = 0.25
BOTS = 0.3
"""Programs that come without having been let in, for each guest."""
THINKS_S = 2.0
LAG_LOOKED_AT_EVERY_S = 0.02


@events.init_command_line_parser.add_listener
def add_options(parser: ArgumentParser) -> None:
    """What locust is told beside its own options."""
    parser.add_argument("--box-office", default="stadium", help="Whose next performance is sold")
    parser.add_argument("--seed", type=int, default=1, help="What guests are like is drawn from it")


class Visitor(FastHttpUser):
    """One shopper after the other."""

    crowd: ClassVar[Crowd] = Crowd()
    numbers: ClassVar[Iterator[int]] = count(1)
    random: ClassVar[Random] = Random()
    sales: ClassVar[dict[str, Sale]] = {}

    def on_start(self) -> None:
        """The first to come finds out what is on sale."""
        box_office = self.environment.parsed_options.box_office
        if box_office not in self.sales:
            self.sales[box_office] = self._next_sale(box_office)
        self.sale = self.sales[box_office]

    @task
    def shop(self) -> None:
        """A visit, from looking at the house to the ticket or the door."""
        if self.sale.dry:
            raise StopUser
        script = visit(self.sale, self.crowd.shopper(next(self.numbers), self.random), self.random)
        try:
            step = next(script)
            while True:
                if isinstance(step, Pause):
                    time.sleep(step.seconds)  # locust makes it yield to the other users
                    step = next(script)
                else:
                    step = script.send(self._reply(step))
        except StopIteration:
            return

    def _reply(self, request: Request) -> Reply:
        headers = dict(line.split(": ", 1) for line in request.headers.splitlines())
        with self.client.request(
            request.method,
            request.path,
            name=request.name,
            headers=headers,
            data=request.body.decode() or None,
            allow_redirects=False,
            catch_response=True,
        ) as answer:
            reply = reply_of(answer.status_code, answer.content or b"", answer.headers.get("etag", ""))
            if reply.fine or reply.code in ORDINARY:
                answer.success()
            else:
                answer.failure(reply.code)
        return reply if answer.status_code else Reply(0, "no-answer")

    def _next_sale(self, box_office: str) -> Sale:
        performances = self._get(f"/api/v1/box-offices/{box_office}/performances")["performances"]
        for performance in performances:
            detail = self._get(f"/api/v1/performances/{performance['id']}")
            if self._get(f"/api/v1/performances/{performance['id']}/availability/counts")["free"]:
                return sale_of(box_office, performance, detail, self._get(f"/api/v1/plans/{performance['plan']}"))
        raise StopUser

    def _get(self, path: str) -> Any:
        return self.client.get(path, name="catalogue").json()


class Guest(FastHttpUser):
    """Those who were let in, one after the other, through the pages of the shop."""

    crowd: ClassVar[Crowd] = Crowd(abandon_rate=ABANDON / 2, walk_away_rate=ABANDON / 2, thinks_s=THINKS_S)
    lines: ClassVar[Queue] = Queue()
    endings: ClassVar[dict[str, int]] = {}
    random: ClassVar[Random] = Random(1)

    @task
    def come(self) -> None:
        """Wait for one who was let in, and be them; now and then a program tries its luck first."""
        told = self.lines.get()
        if told is None:
            raise StopUser
        if self.random.random() < BOTS:
            number = self.random.randrange(1 << 24)
            browser = visitors.Browser(f"11.{number >> 16}.{number >> 8 & 255}.{number & 255}")
            self._play(visitors.bot(told["shop"], told["performance"], browser, self.random), "bot ")
        shopper = self.crowd.shopper(told["number"], self.random)
        browser = visitors.Browser(shopper.address, cookies=told["cookies"])
        page = (told["shop"], told["event"], told["performance"])
        party = min(shopper.party, told["party"])
        self._play(visitors.visit(*page, replace(shopper, party=party), browser, self.random))

    def _play(self, script: visitors.Visit, kind: str = "") -> None:
        try:
            step = next(script)
            while True:
                if isinstance(step, Pause):
                    time.sleep(step.seconds)
                    step = next(script)
                else:
                    step = script.send(self._told(step))
        except StopIteration as end:
            name = kind + str(end.value)
            self.endings[name] = self.endings.get(name, 0) + 1

    def _told(self, ask: visitors.Ask) -> visitors.Told:
        with self.client.request(
            ask.method, ask.path, name=ask.name, headers=dict(ask.headers), data=ask.body.decode() or None,
            allow_redirects=False, catch_response=True,
        ) as answer:  # fmt: skip
            if answer.status_code and answer.status_code < 500:
                answer.success()
            else:
                answer.failure(str(answer.status_code))
            if not answer.status_code:
                return visitors.Told(0)
            cookies = tuple(answer.headers.get_all("set-cookie", [])) if answer.headers else ()
            location = answer.headers.get("location", "") if answer.headers else ""
            return visitors.Told(answer.status_code, answer.text or "", location, cookies)


@events.init.add_listener
def listen(environment: Environment, **_: object) -> None:
    """Read who was let in from the standard input, and watch how late this process runs."""
    if [one.__name__ for one in environment.user_classes] == ["Guest"]:
        assert environment.parsed_options is not None
        Guest.random = Random(environment.parsed_options.seed)
        lag: list[float] = []
        gevent.spawn(_read, environment)
        gevent.spawn(_watch, lag)
        quitting: Any = environment.events.quitting
        quitting.add_listener(lambda **_: _tell(environment, lag))


def _read(environment: Environment) -> None:
    with FileObjectThread(sys.stdin.buffer, "rb") as lines:
        for line in lines:
            Guest.lines.put(json.loads(line))
    assert environment.runner is not None
    environment.runner.quit()


def _watch(lag: list[float]) -> None:
    while True:
        meant = time.perf_counter() + LAG_LOOKED_AT_EVERY_S
        gevent.sleep(LAG_LOOKED_AT_EVERY_S)
        lag.append(time.perf_counter() - meant)


def _tell(environment: Environment, lag: list[float]) -> None:
    """One line of JSON: what the guests saw."""
    stats = environment.stats
    pages = {
        name: {"count": one.num_requests, "failed": one.num_failures, "p99_ms": one.get_response_time_percentile(0.99)}
        for (name, _), one in sorted(stats.entries.items())
    }
    late = sorted(lag)
    p99 = round(1000 * late[int(len(late) * 0.99)], 1) if late else 0.0
    whole = stats.total.get_response_time_percentile(0.99)
    waiting = Guest.lines.qsize()
    told = {"endings": Guest.endings, "p99_ms": whole, "pages": pages, "lag_p99_ms": p99, "not_served": waiting}
    print(json.dumps(told), flush=True)
