"""A small house on sale behind the real application: Postgres, Valkey, every layer."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient, Response
from litestar import Litestar
from msgspec import Struct

from app import entered, routed
from engine.plan.model import Area, Attribute, Category, Plan, Position, Row, Seat, Size, Zone
from tests.api.serving import serving
from ticketing import box_offices, events, organisations, performances, plans, tariffs, tokens, venues, waiting_rooms
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.events import Texts
from ticketing.performances import Performance, Schedule
from ticketing.settings import Settings
from ticketing.sql import Query
from ticketing.stores import stores
from ticketing.tariffs import Tariff
from ticketing.tokens import Scope

numbers = count(1)
addresses = count(1)
SEATS_A_ROW = 10
ROWS = "ABCDE"
STANDING = 30
PLACES = SEATS_A_ROW * len(ROWS) + STANDING
SECRET = "5e" * 32


class House(Struct):
    """One organisation's box office, with two performances of one event."""

    key: str
    organisation_id: UUID
    performances: list[Performance]
    full: Tariff
    reduced: Tariff
    """At most three of these at the first performance."""
    secrets: dict[Scope, str]

    @property
    def first(self) -> str:
        return str(self.performances[0].id)

    @property
    def second(self) -> str:
        return str(self.performances[1].id)

    def path(self, rest: str) -> str:
        return f"/api/v1/box-offices/{self.key}/{rest}"

    def bearer(self, scope: Scope) -> dict[str, str]:
        return {"authorization": f"Bearer {self.secrets[scope]}"}


@cache
def routes() -> Litestar:
    """Made once for all tests, each of which serves it by itself: a fifth of a second less at each."""
    return routed()


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        data=str(tmp_path),
        secret=SECRET,
        availability_ms=0,
        stream_pause_ms=10,
        pools_warmed_max=0,
    )


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[AsyncClient]:
    """The application, called from an address of this test's own."""
    async with serving(entered(routes(), settings), f"10.9.{next(addresses) % 250}.1") as client:
        yield client


@pytest.fixture(scope="module")
async def database(database_url: str, redis_url: str) -> AsyncIterator[Database]:
    """The module's database as the application opens it."""
    settings = Settings(database_url=database_url, redis_url=redis_url, secret=SECRET, pools_warmed_max=0)
    database = await Database.open(database_url, settings)
    yield database
    await database.close()


@pytest.fixture
async def house(database: Database) -> House:
    """A fresh box office of its own organisation, with its performances on sale."""
    return await make_house(database)


@pytest.fixture
async def rival(database: Database) -> House:
    """Another organisation's."""
    return await make_house(database)


@pytest.fixture
async def free(settings: Settings, house: House) -> AsyncIterator[Callable[..., Any]]:
    """How many places are free at a performance of the house (the first), by a fresh reading of Redis's words."""
    async with stores(settings) as reader:

        async def count_free(performance: int = 0) -> int:
            copy, now_ms = await reader.inventory.copy(house.performances[performance].pool_id, 0.0)
            return copy.free_count(now_ms)

        yield count_free


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the SQL blocks that are run, in order. What is kept for seconds stays so on a slow machine too."""
    run: list[str] = []
    for module in ("ticketing.kept", "ticketing.tokens"):
        monkeypatch.setattr(f"{module}.time", SimpleNamespace(monotonic=lambda: 0.0))
    ordered = Query._ordered

    def noted(query: Query, values: dict[str, Any]) -> list[Any]:
        if query is not waiting_rooms.SQL.on:  # which the application asks by itself, every few seconds
            run.append(query.name)
        return ordered(query, values)

    monkeypatch.setattr(Query, "_ordered", noted)
    return run


async def titled(db: Database, house: House, **titles: str) -> None:
    """Give the event its titles, by language."""
    event = await events.get(db, house.organisation_id, house.performances[0].event_id)
    texts = {language: Texts(title=title) for language, title in titles.items()}
    by = Actor(organisation_id=house.organisation_id)
    await events.edit(
        db, house.organisation_id, event.id, events.settings_of(event), texts, event.version, by, datetime.now(UTC)
    )


async def taxed(db: Database, house: House) -> None:
    """Register the box office for VAT, at 5.5 % since ever."""
    office = house.performances[0].box_office_id
    async with db.read() as c:
        await c.execute(
            "update box_offices set vat_registered = true, vat_number = 'FR12345678901' where id = $1", office
        )
        await c.execute("insert into vat_rates values ($1, '2000-01-01', 5500)", office)


async def make_house(db: Database) -> House:
    number, now = next(numbers), datetime.now(UTC)
    key = f"house-{number}"
    organisation = await organisations.create(db, key, f"Organisation {number}", now)
    owner = organisation.id
    office = await box_offices.create(db, owner, key, f"Box office {number}", "CHF", now)
    venue = await venues.create(db, owner, "Theatre", "Europe/Zurich", now)
    version = await plans.add_version(db, owner, venue.id, "Hall", small_plan(), now)
    event = await events.create(db, owner, office.id, "The Seagull", now)
    shown = [
        await performances.create(db, owner, event.id, version.id, schedule(now + timedelta(days=days)))
        for days in (30, 31)
    ]
    full = await tariffs.create(db, owner, event.id, "Full", {"Gold": 6000, "Silver": 4000, "Standing": 2000}, 0)
    reduced = await tariffs.create(db, owner, event.id, "Reduced", {"Gold": 5000, "Silver": 3000}, 1)
    await tariffs.limit(db, owner, reduced.id, 3, shown[0].id)
    secrets = {scope: await tokens.create(db, owner, scope, scope, now) for scope in Scope}
    return House(key, owner, shown, full, reduced, secrets)


def schedule(starts_at: datetime) -> Schedule:
    return Schedule(
        starts_at=starts_at,
        doors_at=starts_at - timedelta(hours=1),
        ends_at=starts_at + timedelta(hours=2),
        sale_opens_at=starts_at - timedelta(days=60),
        sale_closes_at=starts_at,
    )


def small_plan() -> Plan:
    """Five rows of ten (A and B gold), a wheelchair bay with its companion at the end of row E, standing room."""
    rows = tuple(
        Row(label, 0, 100.0 * r, tuple(_seat(label, number) for number in range(1, SEATS_A_ROW + 1)))
        for r, label in enumerate(ROWS)
    )
    pit = Area("pit", 0, 600, 0, name="Pit", capacity=STANDING, category="Standing")
    return Plan(
        "Hall",
        (Category("Gold"), Category("Silver"), Category("Standing")),
        (Zone("stalls", "Stalls", 100, 200, rows), Zone("floor", "Floor", 100, 200, (), (pit,))),
        Size(800, 1200),
        Position(400, 0),
    )


def _seat(row: str, number: int) -> Seat:
    category = "Gold" if row in "AB" else "Silver"
    wheelchair = (Attribute.WHEELCHAIR,) if (row, number) == ("E", 9) else ()
    companion = "E-9" if (row, number) == ("E", 10) else ""
    return Seat(f"{row}-{number}", str(number), 55.0 * number, 0, category, wheelchair, companion)


@pytest.fixture
def hold(client: AsyncClient, house: House) -> Callable[..., Any]:
    """Hold the best seats for a party at the first performance; the answer's body."""

    async def take(party: int = 2, **fields: Any) -> Any:
        wants = fields.pop("wants", [{"kind": "best", "performance": house.first, "party": party}])
        response = await client.post(house.path("holds"), json={"wants": wants} | fields)
        assert response.status_code == 201, response.text
        return response.json()

    return take


@pytest.fixture
def order(client: AsyncClient, house: House, hold: Callable[..., Any]) -> Callable[..., Any]:
    """Order the best seats for a party at the full tariff; the answer's body."""

    async def place(party: int = 2, key: str | None = None) -> Any:
        body = order_body(house, await hold(party=party))
        response = await client.post(house.path("orders"), json=body, headers=keyed(key))
        assert response.status_code == 201, response.text
        return response.json()

    return place


@pytest.fixture
def paid(client: AsyncClient, house: House, order: Callable[..., Any]) -> Callable[..., Any]:
    """Order as `order` does, and pay over the counter."""

    async def place(party: int = 2) -> Any:
        placed = await order(party=party)
        path = f"/api/v1/orders/{placed['id']}/payments"
        response = await client.post(path, json={"provider": "on_site"}, headers=house.bearer(Scope.SELL))
        assert response.status_code == 201, response.text
        return placed

    return place


def order_body(house: House, held: Any, **changes: Any) -> dict[str, Any]:
    """An order of everything a hold has, at the full tariff."""
    seats = [
        {"performance": part["performance"], "place": place["place"], "tariff": str(house.full.id)}
        for part in held["parts"]
        for place in part["places"]
    ]
    buyer = {"email": "ada@example.org", "name": "Ada"}
    return {"hold": held["hold"], "buyer": buyer, "seats": seats} | changes


def keyed(key: str | None = None) -> dict[str, str]:
    """A request's own idempotency key, or this one."""
    return {"idempotency-key": key or uuid4().hex}


def opens(placed: Any) -> dict[str, str]:
    """What opens an order."""
    return {"authorization": f"Order {placed['secret']}"}


def problem(response: Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer that must be one."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    assert (found["status"], found["code"]) == (status, code)
    return found
