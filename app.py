"""The ASGI application: opens what a process needs, hangs the handlers on it, and closes it in order.

`serving.py` serves it; any other ASGI server does: `granian --interface asgi --factory app:create_app --loop uvloop`.
"""

import asyncio
import gc
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from litestar import Litestar, Request, Response
from litestar.types import ASGIApp

from admin import pages, scanner
from admin.routes import ADMIN
from api import docs
from api.routes import HANDLERS
from engine.inventory import Inventory
from shop import front
from shop import pages as shop_pages
from shop.doors import Door
from shop.routes import SHOP
from ticketing import pools
from ticketing.carts import Carts
from ticketing.db import Database
from ticketing.gate_counts import Counters
from ticketing.offers import Offers
from ticketing.queues import Queues
from ticketing.sandbox import Sandbox
from ticketing.scan_devices import Devices
from ticketing.scan_lists import Lists
from ticketing.settings import Settings, from_environment, secret_bytes, site_url
from ticketing.shops import Shops
from ticketing.signing_keys import Keys
from ticketing.stores import stores
from ticketing.tokens import Tokens
from ticketing.workshop import Workshop
from web import logs, metrics, opt_outs, problems, ticket_pages, waiting
from web.addresses import Addresses
from web.body import StrictJson
from web.built import assets
from web.call import Call, Services
from web.documents import Documents
from web.entrance import Entrance
from web.live import Live
from web.press import Press
from web.rates import Rate
from web.templates import templates
from web.waiting import ServingNumbers

COLLECT_AFTER = 20_000
"""Objects made and not yet dropped before the garbage collector looks at the young ones."""
PUBLISHED_EVERY_S = 1.0


def create_app(settings: Settings | None = None) -> ASGIApp:
    """The application under these settings, or those of the environment."""
    settings = settings or from_environment()
    logs.configure(settings.log_level)
    return entered(routed(), settings)


def routed() -> Litestar:
    """Every route, and what surrounds them all: the same under any settings, and what takes long to make."""
    return Litestar(
        [front.front, *HANDLERS, SHOP, ADMIN, *scanner.HANDLERS, opt_outs.ask, opt_outs.decide, *ticket_pages.HANDLERS],
        lifespan=[_lifespan],
        request_class=Call,
        dto=StrictJson,
        return_dto=None,
        exception_handlers={Exception: _refused},
        openapi_config=docs.config(),
        logging_config=None,
    )


def _refused(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Why not: a page where pages are asked for, also at an address of the back office or a shop that is none."""
    path = request.scope["path"]
    if path.startswith(f"{ADMIN.path}/"):
        return pages.refused(request, error)
    unknown_page = path.startswith("/shop/") and not request.scope.get("path_template")
    return shop_pages.refused(request, error) if unknown_page else problems.answer(request, error)


def entered(app: Litestar, settings: Settings) -> ASGIApp:
    """The routes under these settings, behind their entrance."""
    app.state.settings = settings
    return Entrance(Door(app), https_only=settings.public_url.startswith("https:"))


@asynccontextmanager
async def _lifespan(app: Litestar) -> AsyncIterator[None]:
    async with open_services(app.state.settings) as services:
        app.state.services = services
        await pools.warm(services.database, services.inventory, datetime.now(UTC))
        _calm_collector()
        with _told_of_stop(services.live.stop):
            yield


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """What the handlers of one process share; closed in the opposite order."""
    async with AsyncExitStack() as stack:
        open_stores = await stack.enter_async_context(stores(settings))
        database, inventory = open_stores.database, open_stores.inventory
        live = Live(inventory, settings.availability_ms / 1000, settings.stream_pause_ms / 1000)
        stack.callback(live.stop)
        stack.callback(metrics.close)
        press = Press()
        stack.callback(press.close)
        workshop = Workshop()
        stack.callback(workshop.close)
        secret = secret_bytes(settings)
        site = site_url(settings)
        offers = Offers(database)
        stack.callback(asyncio.create_task(_publish(inventory)).cancel)
        queues = await stack.enter_async_context(_queues(database, secret))
        yield Services(
            settings=settings,
            database=database,
            inventory=inventory,
            claims=open_stores.claims,
            tokens=Tokens(database),
            keys=Keys(database, secret),
            devices=Devices(database),
            counters=Counters(database),
            scan_lists=Lists(database),
            sandbox=Sandbox(secret, f"{site}/sandbox"),
            press=press,
            workshop=workshop,
            templates=templates(),
            secret=secret,
            site_url=site,
            offers=offers,
            shops=Shops(database, offers),
            carts=Carts(database, offers, inventory, settings),
            documents=Documents(database),
            live=live,
            addresses=Addresses(settings.trusted_proxies),
            assets=assets(),
            queues=queues,
            serving=ServingNumbers(database),
            reads=Rate(settings.reads_per_minute_max),
            holds=Rate(settings.holds_per_minute_max),
            numbers=Rate(settings.numbers_per_minute_max),
            uploads=Rate(settings.uploads_per_minute_max),
            sign_ins=Rate(settings.sign_ins_per_minute_max),
        )


@asynccontextmanager
async def _queues(database: Database, secret: bytes) -> AsyncIterator[Queues]:
    """The queues before waiting rooms; who came in the last moment is written before they close."""
    queues = Queues(database, secret)
    reporting = asyncio.create_task(waiting.report(database, queues, time.monotonic))
    try:
        yield queues
    finally:
        reporting.cancel()
        with suppress(*waiting.AWAY):
            await queues.write(datetime.now(UTC))


def _calm_collector() -> None:
    """Leave what a process keeps for good out of the garbage collector's rounds, and make them rarer.

    Requests leave few cycles behind; walking everything every few hundred allocations costs a third of a busy worker
    and is what its slowest answers wait for.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 50)


async def _publish(inventory: Inventory) -> None:
    publisher = metrics.Publisher()
    while True:
        publisher.publish(inventory.counts)
        await asyncio.sleep(PUBLISHED_EVERY_S)


@contextmanager
def _told_of_stop(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` when the process is asked to end, before the server has waited for its open connections.

    A server closes the application only after its last connection, and a live stream has no end of its own. So the
    server's signal handlers stay, and ours run beside them. Nothing is done where signals do not arrive (a thread).
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def told(number: int, frame: object) -> None:
        loop.call_soon_threadsafe(stop)
        former = before[signal.Signals(number)]
        if callable(former):
            former(number, frame)  # type: ignore[arg-type]

    for number, former in before.items():
        if callable(former):
            signal.signal(number, told)
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
