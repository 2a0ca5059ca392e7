"""A small house on sale, through the same verbs as the product: two rows of seats, standing room, three tariffs.

Place numbers: 0-9 row A (category A), 10-19 row B (category B), 20-39 standing (category B).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from msgspec import Struct

from engine.core.words import CLAIMED
from engine.holds import DIGEST_BYTES, HoldRequest, Seats
from engine.inventory import Inventory
from engine.plan.model import Area, Category, Plan, Row, Seat, Size, Zone
from ticketing import box_offices, check, events, jobs, orders, organisations, performances, plans, tariffs, venues
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.jobs import Job, MakeConsignment, SendMail, ShowCodes, SyncPlaces
from ticketing.orders import Buyer, PlacedOrder, PlaceOrder, SeatChoice
from ticketing.performances import Performance, Schedule
from ticketing.sandbox import Sandbox
from ticketing.settings import Settings
from ticketing.sql import Connection

SETTINGS = Settings(secret="5a" * 32)
NOW = datetime.now(UTC).replace(microsecond=0)
PRICES = {"A": 3000, "B": 2000}
CHEAP_PLACES = 5
SANDBOX = Sandbox(bytes(32), "http://pay.test/sandbox")
_numbers = count(1)

EMPTY = """
do $$
declare
    name text;
    filled boolean;
begin
    set local session_replication_role = replica;
    for name in
        select quote_ident(relname) from pg_class
        where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and relname <> 'migrations'
    loop
        execute 'select exists (select from ' || name || ')' into filled;
        if filled then
            execute 'delete from ' || name;
        end if;
    end loop;
end $$
"""
"""Triggers and foreign keys rest meanwhile. To truncate makes every table's files anew: ten times as long."""


class House(Struct, frozen=True):
    """What was put on sale. `full` costs PRICES, `cheap` half and is bounded over the event, `free` nothing."""

    organisation: UUID
    box_office: UUID
    performances: tuple[Performance, ...]
    full: UUID
    cheap: UUID
    free: UUID
    quota_pool: int

    @property
    def performance(self) -> Performance:
        return self.performances[0]

    @property
    def pool(self) -> int:
        return self.performance.pool_id


def plan(name: str = "Small house") -> Plan:
    def row(label: str, category: str, y: float) -> Row:
        seats = tuple(Seat(f"{label}{n}", str(n), 50.0 * n, 0.0, category) for n in range(1, 11))
        return Row(label, 0.0, y, seats)

    standing = Area("standing", 0.0, 400.0, 0.0, name="Standing", capacity=20, category="B")
    stalls = Zone("stalls", "Stalls", 100.0, 100.0, rows=(row("A", "A", 0.0), row("B", "B", 100.0)), areas=(standing,))
    return Plan(name, (Category("A"), Category("B")), (stalls,), Size(1000, 1000))


async def open_house(
    db: Database, performance_count: int = 1, drawing: Plan | None = None, now: datetime = NOW
) -> House:
    """An organisation of its own, so that tests of one database do not meet, with the small plan or another."""
    drawn = drawing or plan()
    prices = {category.name: PRICES.get(category.name, 1000) for category in drawn.categories}
    key = f"house-{next(_numbers)}-{new_id().hex[-6:]}"
    organisation = (await organisations.create(db, key, "The Organisation", now)).id
    office = (await box_offices.create(db, organisation, key, "The Box Office", "EUR", now)).id
    venue = (await venues.create(db, organisation, "The Venue", "Europe/Paris", now)).id
    version = (await plans.add_version(db, organisation, venue, "Hall", drawn, now)).id
    event = (await events.create(db, organisation, office, "The Play", now)).id
    day = timedelta(days=1)
    shown = []
    for n in range(performance_count):
        start = now + 30 * day + n * day
        schedule = Schedule(
            starts_at=start, doors_at=start, ends_at=start + day / 8, sale_opens_at=now - day, sale_closes_at=start
        )
        shown.append(await performances.create(db, organisation, event, version, schedule))
    full = await tariffs.create(db, organisation, event, "Full", prices)
    cheap = await tariffs.create(db, organisation, event, "Cheap", {name: cents // 2 for name, cents in prices.items()})
    free = await tariffs.create(db, organisation, event, "Free", dict.fromkeys(prices, 0))
    quota = await tariffs.limit(db, organisation, cheap.id, CHEAP_PLACES)
    return House(organisation, office, tuple(shown), full.id, cheap.id, free.id, quota.pool_id)


async def empty(db: Database) -> None:
    """Forget every organisation with all it has, and every job, so that a test sees its own breaches only."""
    async with db.transaction() as c:
        await c.execute(EMPTY)


async def hold(inventory: Inventory, house: House, places: Sequence[int], pool: int | None = None) -> bytes:
    """A hold on these places of the first performance (or of a pool); the id it has."""
    request = HoldRequest(
        box_office=house.box_office.hex,
        request_id=new_id().bytes,
        digest=bytes(DIGEST_BYTES),
        wants=(Seats(house.pool if pool is None else pool, tuple(places)),),
        hold_ms=600_000,
    )
    answer = await inventory.hold(request)
    assert answer.outcome.granted, answer.outcome
    return answer.hold


def request(
    house: House, held: bytes, places: Sequence[int], tariff: UUID | None = None, key: str | None = None
) -> PlaceOrder:
    """An order of the first performance's places at one tariff (the full one)."""
    email = f"buyer-{new_id().hex[-12:]}@example.org"
    seats = tuple(SeatChoice(house.performance.id, place, tariff or house.full) for place in places)
    return PlaceOrder(house.box_office, key or new_id().hex, held, Buyer(email, "Ann Example"), seats)


async def order(
    db: Database, inventory: Inventory, house: House, places: Sequence[int], tariff: UUID | None = None
) -> PlacedOrder:
    """Hold and order places."""
    held = await hold(inventory, house, places)
    return await orders.place(db, inventory, SETTINGS, request(house, held, places, tariff), NOW)


async def breaches(db: Database, inventory: Inventory) -> list[check.Breach]:
    """What `placeur check` finds; nothing is expected."""
    return await check.breaches(db, inventory, datetime.now(UTC), settling_s=0.05)


async def owned_words(inventory: Inventory, pool: int) -> set[int]:
    """The places that Redis shows as owned."""
    copy, _ = await inventory.copy(pool, 0)
    return {place for place, word in enumerate(copy.words().tolist()) if word >= CLAIMED}


async def queued(db: Database, house: House, job: Job) -> list[Struct]:
    """The payloads of the jobs of a kind that are about this house's pools or orders, the oldest first."""
    async with db.read() as c:
        rows = await c.fetch("select payload from pgqueuer where entrypoint = $1 order by id", job)
        mine = {row["id"] for row in await c.fetch("select id from orders where box_office_id = $1", house.box_office)}
        pools = {row["id"] for row in await c.fetch("select id from pools where box_office_id = $1", house.box_office)}
        refunds = {row["id"] for row in await c.fetch("select id from refunds where order_id = any($1)", mine)}
    found = [jobs.read(job, row["payload"]) for row in rows]
    return [payload for payload in found if _is_about(payload, mine, pools, refunds)]


def _is_about(payload: Struct, orders: set[UUID], pools: set[int], refunds: set[UUID]) -> bool:
    if isinstance(payload, SyncPlaces):
        return bool(pools & payload.places.keys())
    if isinstance(payload, ShowCodes):
        return payload.pool in pools
    return payload.order in orders if isinstance(payload, SendMail | MakeConsignment) else payload.refund in refunds  # type: ignore[attr-defined]


async def let_in(c: Connection, house: House, ticket: UUID) -> None:
    """Write that a gate admitted this ticket."""
    scan = new_id()
    await c.execute(
        "insert into scans (id, performance_id, ticket_id, gate, verdict, digest, at)"
        " values ($1, $2, $3, 'North', 'admitted', $4, $5)",
        scan, house.performance.id, ticket, bytes(16), NOW,
    )  # fmt: skip
    await c.execute(
        "insert into passages (ticket_id, number, scan_id, performance_id, gate, at, direction, mode, last, entry,"
        " entry_count, entry_change, inside_change, entered_at, entered_gate)"
        " values ($1, 1, $2, $3, 'North', $4, 'in', 'once', 1, 1, 1, 1, 1, $4, 'North')",
        ticket, scan, house.performance.id, NOW,
    )  # fmt: skip
