"""The demo: a stadium with ten matches, a theatre with a play, a festival day, all on sale.

Everything is made by the verbs that people's own data is made by, inside one transaction: a set-up that is cut short
leaves nothing, and the next one starts afresh. A database that has an organisation already is left alone. Dates count
from the day of the set-up, so the demo is always to come.

Each house has a till where a session may be opened, and a scan profile for its doors; a code that enrols scanners at
the theatre's is good for a month.

The demo's tokens, one a scope, the password of its administrator and the doors' code are in `demo-tokens.json`,
`demo-sign-in.json` and `demo-doors.json` of the data folder, readable by its owner alone. The files are written before
the commit: tokens that never came to be are overwritten by the next try, while a token that exists and that nobody
knows could only be revoked.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
from msgspec import Struct

from engine.plan import placeur_json, row_list
from engine.plan.model import Attribute, Category, Plan
from ticketing import (
    billing,
    box_offices,
    events,
    organisations,
    passes,
    performances,
    plans,
    scan_codes,
    scan_profiles,
    tariffs,
    team,
    tills,
    tokens,
    venues,
)
from ticketing.audit import Actor
from ticketing.billing import Billing, Rule
from ticketing.box_offices import BoxOffice
from ticketing.db import Database, Isolation
from ticketing.ids import new_secret
from ticketing.performances import Performance, Schedule
from ticketing.settings import Settings, secret_bytes
from ticketing.sql import Connection, load
from ticketing.stores import stores
from ticketing.tills import TillChoice
from ticketing.tokens import Scope

EXAMPLES = Path(__file__).parent / "examples"
TOKENS_FILE, SIGN_IN_FILE, DOORS_FILE = "demo-tokens.json", "demo-sign-in.json", "demo-doors.json"
ADMINISTRATOR, PASSWORD_CHARS = "admin@demo.example", 16
COUNTERS = {"en": ("Till 1", "Main entrance"), "fr": ("Caisse 1", "Entrée principale")}
"""A till and the doors, by language."""
ADVISORY_KEY = -2  # keys from 0 on are pools, -1 is the migrations'

SQL = load("demo")


class Kind(Struct, frozen=True):
    """A tariff of the demo: its price in percent of the category's. `accessible`: for wheelchair bays and the seats
    beside them only (True), or for the others only (False). `places_max` bounds it, over all dates of its event."""

    name: str
    percent: int
    accessible: bool = False
    places_max: int | None = None


class Dates(Struct, frozen=True):
    """When an event is: the first such weekday (0 is Monday) a number of days ahead or later, then every so often."""

    days_ahead: int
    weekday: int
    at: time
    count: int = 1
    every_days: int = 7

    def starts(self, zone: ZoneInfo, now: datetime) -> Iterator[datetime]:
        """The starts, in UTC; the clock on the wall stays the same when the zone's offset does not."""
        day = now.astimezone(zone).date() + timedelta(self.days_ahead)
        day += timedelta((self.weekday - day.weekday()) % 7)
        for n in range(self.count):
            yield datetime.combine(day + timedelta(n * self.every_days), self.at, zone).astimezone(UTC)


class Show(Struct, frozen=True):
    """An event of the demo."""

    name: str
    dates: tuple[Dates, ...]


class SeasonPass(Struct, frozen=True):
    """A pass for all the dates of a house, one seat for all of them."""

    name: str
    short_name: str
    price_cents: int
    quantity: int


class House(Struct, frozen=True, kw_only=True):
    """One box office of the demo, its venue, and what is on there. `price_cents` is what a place costs in a category
    of price hint 100, and is a multiple of `step_cents`, as every price is."""

    key: str
    name: str
    currency: str
    locale: str
    venue: str
    address: str
    time_zone: str
    file: str
    plan_name: str
    price_cents: int
    step_cents: int
    hours: int
    kinds: tuple[Kind, ...]
    shows: tuple[Show, ...]
    creditor: Billing
    season_pass: SeasonPass | None = None


Prices = list[tuple[Kind, dict[str, int]]]

WAYS = (
    Rule(method="sandbox", offered=True),
    Rule(
        method="invoice",
        offered=True,
        pay_days=10,
        grace_days=3,
        before_h=2 * 24,
        texts={
            "en": "You get the invoice by mail. Tickets follow once it is paid.",
            "fr": "Vous recevez la facture par e-mail. Les billets suivent dès qu’elle est payée.",
        },
    ),
    Rule(
        method="on_site",
        offered=True,
        before_h=1,
        texts={
            "en": "Your places are kept until an hour before the start.",
            "fr": "Vos places sont gardées jusqu’à une heure avant le début.",
        },
    ),
)
"""How the demo's box offices are paid."""

VISITORS = (
    "Northbridge", "Lakeside", "Harbour Rovers", "Millfield", "Stonegate",
    "Riverton", "Oakdale", "Westhaven", "Kingsford", "Redhill",
)  # fmt: skip

STADIUM = House(
    key="stadium",
    name="Stadium box office",
    currency="UAH",
    locale="en",
    venue="Metalist Stadium",
    address="Plekhanivska Street 65, Kharkiv",
    time_zone="Europe/Kyiv",
    file="metalist-stadium.csv",
    plan_name="All seats",
    price_cents=400_00,
    step_cents=10_00,
    hours=2,
    kinds=(
        Kind("Adult", 100),
        Kind("Child", 50),
        Kind("Student", 70, places_max=2_000),
    ),
    shows=tuple(Show(f"City v {visitor}", (Dates(10 + 14 * n, 5, time(18, 0)),)) for n, visitor in enumerate(VISITORS)),
    creditor=Billing(
        name="Stadium box office",
        street="Plekhanivska Street 65",
        postal_code="61001",
        city="Kharkiv",
        country="UA",
        iban="UA213223130000026007233566001",
        number_prefix="ST-",
    ),
    season_pass=SeasonPass("Season pass", "Season pass", 3_200_00, 5_000),
)
THEATRE = House(
    key="theatre",
    name="Riverside Theatre",
    currency="EUR",
    locale="en",
    venue="Riverside Theatre",
    address="Quay Street 4, Galway",
    time_zone="Europe/Dublin",
    file="theatre.json",
    plan_name="Main house",
    price_cents=38_00,
    step_cents=50,
    hours=3,
    kinds=(
        Kind("Full price", 100),
        Kind("Under 26", 60, places_max=400),
        Kind("Wheelchair place", 100, accessible=True),
        Kind("Companion", 0, accessible=True),
    ),
    shows=(
        Show(
            "The Lighthouse Keeper",
            (
                Dates(7, 3, time(20, 0), count=2),
                Dates(7, 4, time(20, 0), count=2),
                Dates(7, 5, time(20, 0), count=2),
                Dates(7, 6, time(15, 0), count=2),
            ),
        ),
    ),
    creditor=Billing(
        name="Riverside Theatre",
        street="Quay Street 4",
        postal_code="H91 AB12",
        city="Galway",
        country="IE",
        iban="IE64IRCE92050112345678",
        number_prefix="RT-",
        notes={"en": "We look forward to seeing you.", "fr": "Au plaisir de vous voir."},
    ),
)
FESTIVAL = House(
    key="festival",
    name="Festival de la Prairie",
    currency="EUR",
    locale="fr",
    venue="La Prairie",
    address="Chemin des Prés, 44000 Nantes",
    time_zone="Europe/Paris",
    file="festival.json",
    plan_name="Plein air",
    price_cents=32_00,
    step_cents=50,
    hours=10,
    kinds=(
        Kind("Plein tarif", 100),
        Kind("Tarif réduit", 75),
        Kind("Prévente", 80, places_max=500),
        Kind("Place PMR", 100, accessible=True),
        Kind("Accompagnant", 0, accessible=True),
    ),
    shows=(Show("Une journée à la Prairie", (Dates(40, 5, time(14, 0)),)),),
    creditor=Billing(
        name="Festival de la Prairie",
        street="Chemin des Prés 1",
        postal_code="44000",
        city="Nantes",
        country="FR",
        iban="FR1420041010050500013M02606",
        number_prefix="FP-",
        notes={"fr": "Merci de votre visite."},
    ),
)
HOUSES = (STADIUM, THEATRE, FESTIVAL)


async def make_once(settings: Settings, examples: Path = EXAMPLES) -> bool:
    """Make the demo in an empty installation and open its pools for sale; False when there is an organisation.

    `settings` must name both servers; `examples` is the folder of the three plans.
    """
    connection = await asyncpg.connect(settings.database_url)
    try:
        async with connection.transaction():
            made = await _make(OneTransaction(connection, settings), examples, datetime.now(UTC))
    finally:
        await connection.close()
    if made:
        await _count_pools(settings)
    return made


class OneTransaction(Database):
    """A database whose every block lends one connection, inside the transaction that is open on it: what the verbs
    take for transactions of their own are savepoints. For one caller at a time."""

    def __init__(self, connection: Connection, settings: Settings) -> None:
        self._connection = connection
        self.settings = settings

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Connection]:
        yield self._connection

    @asynccontextmanager
    async def transaction(self, isolation: Isolation = "read_committed") -> AsyncIterator[Connection]:
        async with self._connection.transaction():
            yield self._connection


async def _make(db: Database, examples: Path, now: datetime) -> bool:
    async with db.read() as c:
        await SQL.lock.value(c, key=ADVISORY_KEY)
    if await organisations.every(db):
        return False
    organisation = await organisations.create(db, "demo", "Demo Tickets", now)
    for house in HOUSES:
        plan = await asyncio.to_thread(_read, examples / house.file, house.venue)
        office = await _make_house(db, organisation.id, house, plan, now)
        doors = await _make_counter_and_doors(db, office, house, now)
        if house is THEATRE:
            await _make_code(db, office, doors, now)
    secrets = {str(scope): await tokens.create(db, organisation.id, f"Demo, {scope}", scope, now) for scope in Scope}
    _keep(Path(db.settings.data) / TOKENS_FILE, secrets)
    password = new_secret()[:PASSWORD_CHARS]
    await team.add_administrator(db, organisation.id, ADMINISTRATOR, "Demo Administrator", password, now)
    _keep(Path(db.settings.data) / SIGN_IN_FILE, {"email": ADMINISTRATOR, "password": password})
    return True


def _read(path: Path, name: str) -> Plan:
    if path.suffix == ".csv":
        return row_list.read(path.read_bytes(), name)
    return placeur_json.read(path.read_bytes())


async def _make_house(db: Database, organisation_id: UUID, house: House, plan: Plan, now: datetime) -> BoxOffice:
    box_office = await box_offices.create(db, organisation_id, house.key, house.name, house.currency, now, house.locale)
    venue = await venues.create(db, organisation_id, house.venue, house.time_zone, now, house.address)
    version = await plans.add_version(db, organisation_id, venue.id, house.plan_name, plan, now)
    prices = _prices(house, plan)
    made = [
        performance
        for show in house.shows
        for performance in await _make_show(db, box_office, house, show, prices, version.id, now)
    ]
    await _make_payable(db, box_office, house, now)
    if house.season_pass is not None:
        await _make_pass(db, box_office, house.season_pass, made, now)
    return box_office


async def _make_counter_and_doors(db: Database, box_office: BoxOffice, house: House, now: datetime) -> UUID:
    """A till to sell at, and a profile to scan with; the profile's id."""
    owner, by = box_office.organisation_id, Actor(organisation_id=box_office.organisation_id)
    till, doors = COUNTERS.get(house.locale, COUNTERS["en"])
    await tills.create(db, owner, box_office.id, TillChoice(name=till, locale=house.locale), by, now)
    choice = scan_profiles.Choice(name=doors, gate=doors, role=scan_profiles.Role.SUPERVISOR)
    return await scan_profiles.create(db, owner, box_office.id, choice, by, now)


async def _make_code(db: Database, box_office: BoxOffice, profile_id: UUID, now: datetime) -> None:
    """A code that enrols scanners at these doors, kept where the launcher tells it from."""
    secret, by = secret_bytes(db.settings), Actor(organisation_id=box_office.organisation_id)
    await scan_codes.make(
        db, secret, box_office.organisation_id, box_office.id, profile_id, scan_codes.HOURS_MAX,
        by, now,
    )  # fmt: skip
    [code] = await scan_codes.list_of(db, secret, box_office.id, now, profile_id)
    _keep(Path(db.settings.data) / DOORS_FILE, {"code": code.text, "until": code.expires_at.isoformat()})


async def _make_payable(db: Database, box_office: BoxOffice, house: House, now: datetime) -> None:
    """Every way to pay, with a creditor that nobody is: the accounts are examples of the IBAN registry."""
    by = Actor(organisation_id=box_office.organisation_id)
    await billing.change(db, box_office.organisation_id, box_office.id, house.creditor, WAYS, by, now)


async def _make_show(
    db: Database,
    box_office: BoxOffice,
    house: House,
    show: Show,
    prices: Prices,
    version_id: UUID,
    now: datetime,
) -> list[Performance]:
    organisation_id = box_office.organisation_id
    event = await events.create(db, organisation_id, box_office.id, show.name, now)
    for position, (kind, by_category) in enumerate(prices):
        tariff = await tariffs.create(db, organisation_id, event.id, kind.name, by_category, position)
        if kind.places_max is not None:
            await tariffs.limit(db, organisation_id, tariff.id, kind.places_max)
    starts = sorted(start for dates in show.dates for start in dates.starts(ZoneInfo(house.time_zone), now))
    return [
        await performances.create(db, organisation_id, event.id, version_id, _schedule(house, start, now))
        for start in starts
    ]


def _prices(house: House, plan: Plan) -> Prices:
    """The house's tariffs, with cents by category; without those that suit no category of this plan."""
    accessible = {
        seat.category for seat in plan.seats() if Attribute.WHEELCHAIR in seat.attributes or seat.companion_of
    }
    priced = [
        (
            kind,
            {
                one.name: _price(house, one, kind)
                for one in plan.categories
                if (one.name in accessible) == kind.accessible
            },
        )
        for kind in house.kinds
    ]
    return [(kind, by_category) for kind, by_category in priced if by_category]


def _price(house: House, category: Category, kind: Kind) -> int:
    exact = house.price_cents * category.price_hint * kind.percent / 10_000
    return round(exact / house.step_cents) * house.step_cents


def _schedule(house: House, start: datetime, now: datetime) -> Schedule:
    return Schedule(
        starts_at=start,
        doors_at=start - timedelta(minutes=60),
        ends_at=start + timedelta(hours=house.hours),
        sale_opens_at=now,
        sale_closes_at=start,
    )


async def _make_pass(
    db: Database, box_office: BoxOffice, kind: SeasonPass, made: Sequence[Performance], now: datetime
) -> None:
    await passes.create_type(
        db,
        box_office.organisation_id,
        box_office.id,
        kind.name,
        kind.short_name,
        kind.price_cents,
        [performance.id for performance in made],
        now,
        kind.quantity,
    )


def _keep(path: Path, secrets: dict[str, str]) -> None:
    """Write the tokens, whole or not at all, for their owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(secrets, indent=2) + "\n")
    os.replace(draft, path)


async def _count_pools(settings: Settings) -> None:
    """Write every pool's words, so that the first shopper does not wait for it."""
    async with stores(settings) as opened:
        for pool in await opened.claims.live_pools():
            await opened.inventory.ready(pool)


def sign_in_of(settings: Settings) -> dict[str, str]:
    """The address and password of the demo's administrator; none when there is no demo."""
    path = Path(settings.data) / SIGN_IN_FILE
    return cast(dict[str, str], json.loads(path.read_text())) if path.exists() else {}


def doors_code_of(settings: Settings, now: datetime) -> str:
    """The code that enrols a scanner at the demo's theatre; empty when it is over, or there is no demo."""
    path = Path(settings.data) / DOORS_FILE
    found = json.loads(path.read_text()) if path.exists() else None
    return str(found["code"]) if found and datetime.fromisoformat(found["until"]) > now else ""


def tokens_of(settings: Settings) -> dict[str, str]:
    """The demo's tokens by scope, as kept in the data folder; none when there is no demo."""
    path = Path(settings.data) / TOKENS_FILE
    return cast(dict[str, str], json.loads(path.read_text())) if path.exists() else {}
