"""One act of one worker, in a process of its own, so that it can be killed or suspended in the middle.

`python -m tests.faults.actor ACT` reads its arguments as JSON from standard input and prints the outcome as JSON: a
value, or the code of a refusal. `PLACEUR_FAILPOINT` in the environment says where the process ends itself.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any as Anything
from uuid import UUID

import msgspec
from msgspec import Struct

from engine.holds import DIGEST_BYTES, Any, HoldRequest, Seats
from engine.inventory import Inventory
from engine.outcomes import Outcome
from tests.ticketing.house import SANDBOX
from ticketing import (
    admissions,
    allotments,
    consignments,
    exchanges,
    holds,
    offline_scans,
    orders,
    payments,
    splits,
    waiting_steps,
)
from ticketing.admissions import DoorScan
from ticketing.allotments import Draft
from ticketing.audit import Actor
from ticketing.box_offices import BoxOffice
from ticketing.db import Database
from ticketing.exchanges import Exchange
from ticketing.ids import new_id
from ticketing.offers import Offers
from ticketing.offline_scans import OfflineScan
from ticketing.orders import PlaceOrder
from ticketing.pools import PoolClaims
from ticketing.queues import Queues
from ticketing.refusals import Refusal
from ticketing.scan_devices import Devices
from ticketing.seat_lists import Picked
from ticketing.settings import Settings, secret_bytes
from ticketing.signing_keys import Keys
from ticketing.splits import Split


class Stage(Struct, frozen=True):
    """Where an act takes place. `clock_s`: how wrong this worker's own clock is."""

    database_url: str
    redis_url: str
    settings: Settings
    clock_s: float = 0


class Hold(Struct, frozen=True):
    box_office: BoxOffice
    key: str
    wishes: tuple[holds.Wish, ...]


class Place(Struct, frozen=True):
    request: PlaceOrder


class Receive(Struct, frozen=True):
    body: bytes
    signature: str


class Cancel(Struct, frozen=True):
    order: UUID


class Part(Struct, frozen=True):
    """Split an order, by somebody of the staff."""

    split: Split
    staff: UUID


class Swap(Struct, frozen=True):
    """Exchange a ticket, by somebody of the staff."""

    organisation: UUID
    exchange: Exchange
    staff: UUID


class Consign(Struct, frozen=True):
    """Make what is missing of a consignment."""

    order: UUID


class Drain(Struct, frozen=True):
    """Take single places of a pool until there are none."""

    box_office: str
    pool: int


class Contend(Struct, frozen=True):
    """Ask so many times for two neighbours of a pool, here and there."""

    box_office: str
    pool: int
    places: int
    attempts: int
    seed: int


class Rebuild(Struct, frozen=True):
    pool: int


class Keep(Struct, frozen=True):
    """Keep places of a date off open sale."""

    organisation: UUID
    performance: UUID
    places: tuple[int, ...]
    draft: Draft


class Come(Struct, frozen=True):
    """Take a number of a waiting room."""

    event: UUID
    browser: str
    now: datetime


class Enter(Struct, frozen=True):
    """Exchange a number for an admission."""

    event: UUID
    browser: str
    text: str
    now: datetime


class Step(Struct, frozen=True):
    """Let a waiting room move on by one second."""

    event: UUID
    now: datetime


class GoThrough(Struct, frozen=True):
    """Scan at a door, as a device."""

    token: str
    scan: DoorScan


class Upload(Struct, frozen=True):
    """Tell what a device scanned while it was offline."""

    token: str
    device_now: datetime
    scans: tuple[OfflineScan, ...]


class Worker:
    """What a worker process has open."""

    def __init__(self, stage: Stage, db: Database, inventory: Inventory) -> None:
        self.stage, self.db, self.inventory = stage, db, inventory
        self.settings = stage.settings

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.stage.clock_s)


async def hold(worker: Worker, asked: Hold) -> object:
    ask = holds.Ask(box_office=asked.box_office, now=worker.now, key=asked.key)
    return await holds.take(Offers(worker.db), worker.inventory, worker.settings, ask, asked.wishes)


async def place(worker: Worker, asked: Place) -> object:
    return await orders.place(worker.db, worker.inventory, worker.settings, asked.request, worker.now)


async def receive(worker: Worker, asked: Receive) -> object:
    arguments = (SANDBOX, asked.body, asked.signature, worker.now)
    return await payments.receive(worker.db, worker.inventory, worker.settings, *arguments)


async def cancel(worker: Worker, asked: Cancel) -> object:
    return await orders.cancel(worker.db, worker.inventory, asked.order, worker.now)


async def part(worker: Worker, asked: Part) -> object:
    by = Actor(organisation_id=None, staff_id=asked.staff)
    return await splits.split(worker.db, worker.stage.settings, asked.split, worker.now, by)


async def swap(worker: Worker, asked: Swap) -> object:
    by = Actor(organisation_id=asked.organisation, staff_id=asked.staff)
    stores = (worker.db, worker.inventory, worker.stage.settings)
    return await exchanges.exchange(*stores, asked.organisation, asked.exchange, worker.now, by)


async def consign(worker: Worker, asked: Consign) -> object:
    return await consignments.run(worker.db, worker.inventory, worker.stage.settings, asked.order, worker.now)


async def drain(worker: Worker, asked: Drain) -> object:
    taken: list[int] = []

    async def shop() -> None:
        while True:
            request = HoldRequest(asked.box_office, new_id().bytes, bytes(DIGEST_BYTES), (Any(asked.pool, 1),), 600_000)
            answer = await worker.inventory.hold(request)
            if answer.outcome is Outcome.SOLD_OUT:
                return
            if answer.outcome is Outcome.HELD:
                taken.extend(answer.places[asked.pool])

    await asyncio.gather(*(shop() for _ in range(20)))
    return taken


async def contend(worker: Worker, asked: Contend) -> object:
    dice, taken = Random(asked.seed), []
    firsts = iter([dice.randrange(asked.places - 1) for _ in range(asked.attempts)])

    async def shop() -> None:
        for first in firsts:
            wants = (Seats(asked.pool, (first, first + 1)),)
            request = HoldRequest(asked.box_office, new_id().bytes, bytes(DIGEST_BYTES), wants, 600_000)
            answer = await worker.inventory.hold(request)
            if answer.outcome is Outcome.HELD:
                taken.extend(answer.places[asked.pool])

    await asyncio.gather(*(shop() for _ in range(400)))
    return taken


async def rebuild(worker: Worker, asked: Rebuild) -> object:
    await worker.inventory.rebuild(asked.pool)
    return "ready"


async def keep(worker: Worker, asked: Keep) -> object:
    by = Actor(organisation_id=asked.organisation)
    arguments = (asked.organisation, asked.performance, Picked(asked.places), asked.draft, by, worker.now)
    return await allotments.put(worker.db, worker.inventory, *arguments)


async def come(worker: Worker, asked: Come) -> object:
    ours = Queues(worker.db, secret_bytes(worker.settings))
    number = await ours.join(asked.event, asked.browser, 2, asked.now)
    await ours.write(asked.now)
    return number


async def enter(worker: Worker, asked: Enter) -> object:
    ours = Queues(worker.db, secret_bytes(worker.settings))
    return await ours.admit(asked.event, asked.browser, asked.text, asked.now)


async def step(worker: Worker, asked: Step) -> object:
    return (await waiting_steps.step(worker.db, asked.event, asked.now)).serving


async def go_through(worker: Worker, asked: GoThrough) -> object:
    devices, keys = Devices(worker.db), Keys(worker.db, secret_bytes(worker.settings))
    door = await devices.verify(asked.token, worker.now)
    return await admissions.go_through(worker.db, keys, devices, door, asked.scan, worker.now)


async def upload(worker: Worker, asked: Upload) -> object:
    devices, keys = Devices(worker.db), Keys(worker.db, secret_bytes(worker.settings))
    door = await devices.verify(asked.token, worker.now)
    on = (worker.db, keys, devices, door)
    return await offline_scans.take(*on, asked.device_now, asked.scans, worker.now)


ACTS: dict[str, tuple[type[Struct], Callable[[Worker, Anything], Awaitable[object]]]] = {
    "hold": (Hold, hold),
    "place": (Place, place),
    "receive": (Receive, receive),
    "cancel": (Cancel, cancel),
    "part": (Part, part),
    "swap": (Swap, swap),
    "consign": (Consign, consign),
    "drain": (Drain, drain),
    "contend": (Contend, contend),
    "rebuild": (Rebuild, rebuild),
    "keep": (Keep, keep),
    "come": (Come, come),
    "enter": (Enter, enter),
    "step": (Step, step),
    "go_through": (GoThrough, go_through),
    "upload": (Upload, upload),
}


async def main() -> None:
    form, act = ACTS[sys.argv[1]]
    stage, asked = msgspec.json.decode(sys.stdin.buffer.read(), type=tuple[Stage, form])  # type: ignore[valid-type]
    db = await Database.open(stage.database_url, stage.settings)
    inventory = await Inventory.open(stage.redis_url, PoolClaims(db), secret_bytes(stage.settings))
    try:
        outcome = await act(Worker(stage, db, inventory), asked)
    except Refusal as refusal:
        outcome = {"refused": refusal.code}
    finally:
        await inventory.close()
        await db.close()
    sys.stdout.buffer.write(msgspec.json.encode(outcome))


if __name__ == "__main__":
    asyncio.run(main())
