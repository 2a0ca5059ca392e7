"""The shoppers of `placeur onsale` as locust users, for those who load from many machines or want locust's charts.

    .venv/bin/uv pip install -e '.[load]'
    .venv/bin/locust -f benchmarks/locustfile.py --headless --host http://127.0.0.1:8000 -u 200 -r 50 -t 20s

A user is a place in the queue: when one shopper has left, the next takes it. Refusals that are part of any sale (taken
before you, none left) are not failures.
"""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Any, ClassVar

from locust import FastHttpUser, events, task
from locust.exception import StopUser

from benchmarks.shoppers import NONE_LEFT, TRANSIENT, Crowd, Pause, Reply, Request, Sale, reply_of, sale_of, visit

ORDINARY = NONE_LEFT | TRANSIENT


@events.init_command_line_parser.add_listener
def add_options(parser: ArgumentParser) -> None:
    """What locust is told beside its own options."""
    parser.add_argument("--box-office", default="stadium", help="Whose next performance is sold")


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
