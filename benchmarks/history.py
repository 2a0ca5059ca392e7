"""A season that has been sold: some 200,000 orders, as they would have come to be, made in bulk.

    .venv/bin/python -m benchmarks.history --orders 200000 --seed 1

A theatre of 1,200 seats with twenty plays, half of the season over. Its house, plays and tariffs are made by the verbs;
the orders are drawn from the seed and written by COPY in one transaction: buyers who come back, parties side by side,
tickets, claims, payments, the ledger, what expired, what was cancelled and given back. `placeur check` finds nothing
wrong with it. A database that has orders is left alone unless told otherwise (`--beside-others`).
"""

import asyncio
import hashlib
import time
from bisect import bisect
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from cyclopts import App, Parameter
from cyclopts.validators import Number
from msgspec import Struct

from demo import OneTransaction
from engine.plan.model import Category, Plan, Row, Seat, Size, Zone
from launcher import servers
from ticketing import box_offices, events, organisations, performances, plans, tariffs, venues
from ticketing.db import Database
from ticketing.ids import CODE_ALPHABET, CODE_CHARS, new_id
from ticketing.performances import Performance, Schedule
from ticketing.settings import Settings, from_environment

ORDERS_MAX = 2_000_000
ROWS, SEATS_A_ROW, GOLD_ROWS = 30, 40, 10
PERFORMANCES_A_PLAY = 20
TICKETS_AN_ORDER = 2.2
FILLED = 0.9
PRICES = {"Stalls": 4500, "Circle": 3000}
KINDS = (("Full price", 100), ("Reduced", 70), ("Under 26", 50), ("Members", 80))
KIND_WEIGHTS = (60, 20, 12, 8)
PARTY_WEIGHTS = (22, 50, 12, 11, 3, 2)
CHANNELS, CHANNEL_WEIGHTS = ("shop", "counter", "api"), (80, 17, 3)
EXPIRED, CANCELLED, PENDING_MAX = 0.035, 0.025, 40
BUYERS_AN_ORDER = 0.55
PLAYS = (
    "The Seagull", "Le Malade imaginaire", "Hamlet", "Antigone", "Cyrano de Bergerac", "The Cherry Orchard", "Tartuffe",
    "A Doll’s House", "Phèdre", "Twelfth Night", "Rhinocéros", "Mother Courage", "Le Cid", "Uncle Vanya", "Ondine",
    "Waiting for Nobody", "La Cantatrice", "The Tempest", "Knock", "Three Sisters",
)  # fmt: skip
FIRST_NAMES = (
    "Anna", "Élodie", "Thomas", "Camille", "Jean-Pierre", "Léa", "Hugo", "Zoë", "Amélie", "Paul", "Chloé", "Louis",
    "Inès", "Marc", "Noémie", "Émile", "Sarah", "Lucas", "Manon", "François", "Hélène", "Oliver", "Emma", "Jack",
    "Amelia", "Harry", "Isla", "George", "Sophie", "William", "Grace", "Arthur", "Clara", "Victor", "Alice",
    "Gabriel", "Rose", "Adam",
)  # fmt: skip
LAST_NAMES = (
    "Martin", "Bernard", "Dubois", "Lefèvre", "Moreau", "Laurent", "Simon", "Michel", "Garcia", "Roux", "Fournier",
    "Girard", "Bonnet", "Dupont", "Lambert", "Fontaine", "Rousseau", "Vincent", "Müller", "Faure", "Mercier",
    "Blanc", "Guérin", "Boyer", "Smith", "Jones", "Taylor", "Brown", "Williams", "Wilson", "Johnson", "Davies",
    "Patel", "Wright", "Thompson", "Evans", "Walker", "White", "Roberts", "Green", "Hall", "Wood", "Jackson",
    "Clarke", "O’Brien", "Nowak", "Rossi", "Silva", "Nguyen", "Keller", "Weber", "Fischer", "Meyer", "Huber",
    "Steiner", "Berger", "Janssen", "Peeters",
)  # fmt: skip
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

Record = tuple[Any, ...]

COLUMNS = {
    "customers": ("id", "organisation_id", "email", "name", "locale", "created_at"),
    "orders": (
        "id", "code", "box_office_id", "customer_id", "hold_id", "request_key", "request_digest", "secret_hash",
        "status", "currency", "channel", "placed_at", "expires_at", "closed_at",
    ),
    "order_lines": ("id", "order_id", "box_office_id", "kind", "label", "amount_cents", "reverses", "created_at"),
    "claims": ("pool_id", "place", "order_id"),
    "tickets": (
        "id", "order_id", "order_line_id", "performance_id", "tariff_id", "pool_id", "place", "zone", "row_label",
        "seat_label", "category", "price_cents", "holder_name", "status", "placed_at",
    ),
    "payments": (
        "id", "order_id", "provider", "reference", "amount_cents", "currency", "status", "created_at", "settled_at",
    ),
    "refunds": (
        "id", "order_id", "payment_id", "amount_cents", "currency", "status", "reason", "created_at", "sent_at",
    ),
    "ledger": (
        "order_id", "box_office_id", "payment_id", "debit", "credit", "amount_cents", "currency", "reason", "at",
    ),
}  # fmt: skip
"""What is written, in the order of the tables' references."""


class Season(Struct, frozen=True):
    """The house that sold: its plays' dates, and their tariffs by date."""

    organisation_id: UUID
    box_office_id: UUID
    currency: str
    dates: list[Performance]
    tariffs: dict[UUID, list[UUID]]
    """By performance, in the order of `KINDS`."""


class History:
    """Draws a season's orders, and keeps their rows by table."""

    def __init__(self, season: Season, seed: int, orders: int, now: datetime) -> None:
        self.rows: dict[str, list[Record]] = {table: [] for table in COLUMNS}
        self._season, self._now, self._count = season, now, orders
        self._random, self._codes = Random(seed), set[str]()
        self._salt = new_id().hex
        self._pending_left = PENDING_MAX
        self._buyers = [self._buyer(n) for n in range(max(1, round(orders * BUYERS_AN_ORDER)))]
        self._kinds = list(accumulate(KIND_WEIGHTS))
        self._parties = list(accumulate(PARTY_WEIGHTS))
        self._channels = list(accumulate(CHANNEL_WEIGHTS))

    def draw(self) -> None:
        """Draw every order, date by date, until there are as many as wanted."""
        left, dates = self._count, self._season.dates
        for at, date in enumerate(dates):
            share = -(-left // (len(dates) - at))
            left -= share
            self._sell(date, share)

    def _sell(self, date: Performance, orders: int) -> None:
        """Orders of one date, each beside the one before; a party that does not fit is not there."""
        place, capacity = 0, ROWS * SEATS_A_ROW
        for n in range(orders):
            fate = self._fate(date)
            room = capacity - place - (orders - n - 1)
            party = min(1 + self._pick(self._parties), max(1, room), SEATS_A_ROW)
            live = fate in ("paid", "pending")
            start = place if live else self._random.randrange(capacity - party + 1)
            self._order(date, range(start, start + party), fate)
            place += party if live else 0

    def _fate(self, date: Performance) -> str:
        drawn = self._random.random()
        if drawn < EXPIRED:
            return "expired"
        if drawn < EXPIRED + CANCELLED:
            return "cancelled"
        if self._pending_left and date.starts_at > self._now + DAY and drawn > 0.995:
            self._pending_left -= 1
            return "pending"
        return "paid"

    def _order(self, date: Performance, places: range, fate: str) -> None:
        season, placed_at = self._season, self._placed_at(date, fate)
        office = season.box_office_id
        order_id, customer = self._id(placed_at), self._customer(placed_at)
        kind = self._pick(self._kinds)
        tariff = season.tariffs[date.id][kind]
        closed_at = placed_at + (HOUR / 4 if fate == "expired" else DAY) if fate in ("expired", "cancelled") else None
        digest = hashlib.blake2b(order_id.bytes, digest_size=32, salt=b"history").digest()
        self.rows["orders"].append((
            order_id, self._code(), office, customer, digest[:16], f"history {self._salt} {order_id}",
            digest[:16], digest, fate, season.currency, CHANNELS[self._pick(self._channels)], placed_at,
            self._now + HOUR if fate == "pending" else placed_at + HOUR / 4, closed_at,
        ))  # fmt: skip
        total = 0
        ticket_status = {"paid": "valid", "pending": "reserved"}.get(fate, "cancelled")
        holder = self._holder
        for place in places:
            row, seat = divmod(place, SEATS_A_ROW)
            category = "Stalls" if row < GOLD_ROWS else "Circle"
            price = PRICES[category] * KINDS[kind][1] // 100
            total += price
            line = self._id(placed_at)
            label = f"{category}, {row + 1}-{seat + 1}, {KINDS[kind][0]}"
            self.rows["order_lines"].append((line, order_id, office, "ticket", label, price, None, placed_at))
            if closed_at:
                reversal = (self._id(closed_at), order_id, office, "reversal", label, -price, line, closed_at)
                self.rows["order_lines"].append(reversal)
            else:
                self.rows["claims"].append((date.pool_id, place, order_id))
            self.rows["tickets"].append((
                self._id(placed_at), order_id, line, date.id, tariff, date.pool_id, place, category, str(row + 1),
                str(seat + 1), category, price, holder, ticket_status, placed_at,
            ))  # fmt: skip
        self._money(order_id, fate, total, placed_at, closed_at)

    def _money(self, order_id: UUID, fate: str, total: int, placed_at: datetime, closed_at: datetime | None) -> None:
        """What was owed, what came, what went back."""
        currency, office, ledger = self._season.currency, self._season.box_office_id, self.rows["ledger"]
        ledger.append((order_id, office, None, "receivable", "sales", total, currency, "placed", placed_at))
        if closed_at:
            ledger.append((order_id, office, None, "sales", "receivable", total, currency, fate, closed_at))
        if fate not in ("paid", "cancelled"):
            return
        payment, paid_at = self._id(placed_at), placed_at + timedelta(seconds=self._random.randrange(20, 600))
        provider, account = ("on_site", "cash") if self._random.random() < 0.15 else ("sandbox", "sandbox")
        status = "refunded" if closed_at else "succeeded"
        self.rows["payments"].append(
            (payment, order_id, provider, f"history {payment}", total, currency, status, placed_at, paid_at)
        )
        ledger.append((order_id, office, payment, account, "receivable", total, currency, "payment", paid_at))
        if closed_at:
            refund = (
                self._id(closed_at),
                order_id,
                payment,
                total,
                currency,
                "sent",
                "cancelled",
                closed_at,
                closed_at,
            )
            self.rows["refunds"].append(refund)
            ledger.append((order_id, office, payment, "receivable", account, total, currency, "refund", closed_at))

    def _placed_at(self, date: Performance, fate: str) -> datetime:
        """Most come in the last weeks; what waits for its money has come just now."""
        if fate == "pending":
            return self._now - timedelta(seconds=self._random.randrange(1, 600))
        last = min(date.starts_at, self._now) - DAY - HOUR
        return last - 150 * DAY * (self._random.random() ** 3)

    def _buyer(self, n: int) -> tuple[UUID, str]:
        name = f"{self._random.choice(FIRST_NAMES)} {self._random.choice(LAST_NAMES)}"
        plain = "".join(sign for sign in name.lower().replace(" ", ".") if sign.isascii() and sign not in "’'")
        created_at = self._now - 400 * DAY
        customer_id = self._id(created_at)
        email = f"{plain}.{n}@{self._random.choice(('mail', 'post', 'box'))}.example"
        locale = "fr" if n % 3 else "en"
        record = (customer_id, self._season.organisation_id, email, name, locale, created_at)
        self.rows["customers"].append(record)
        return customer_id, name

    def _customer(self, placed_at: datetime) -> UUID:
        customer, self._holder = self._random.choice(self._buyers)
        return customer

    def _id(self, at: datetime) -> UUID:
        """A UUIDv7 of that moment."""
        value = int(at.timestamp() * 1000) << 80 | self._random.getrandbits(80)
        return UUID(int=value & ~(0xF000 << 64 | 0xC000 << 48) | 0x7000 << 64 | 0x8000 << 48)

    def _code(self) -> str:
        while (code := "".join(self._random.choices(CODE_ALPHABET, k=CODE_CHARS))) in self._codes:
            pass
        self._codes.add(code)
        return code

    def _pick(self, weights: Sequence[int]) -> int:
        """An index, as often as its (summed up) weight says."""
        return bisect(weights, self._random.random() * weights[-1])


async def write(settings: Settings, orders: int, seed: int, now: datetime, beside_others: bool = False) -> int:
    """Write a season of so many orders; how many tickets they have. SystemExit where there are orders already."""
    connection = await asyncpg.connect(settings.database_url, command_timeout=600)
    try:
        if not beside_others and await connection.fetchval("select exists (select from orders)"):
            raise SystemExit("There are orders in this database. --beside-others writes a season beside them.")
        async with connection.transaction():
            await connection.execute("set local synchronous_commit = off; set local statement_timeout = 0")
            season = await _open_season(OneTransaction(connection, settings), orders, now)
            history = History(season, seed, orders, now)
            history.draw()
            for table, records in history.rows.items():
                await connection.copy_records_to_table(table, records=records, columns=COLUMNS[table])
        await connection.execute("analyze")
    finally:
        await connection.close()
    return len(history.rows["tickets"])


async def _open_season(db: Database, orders: int, now: datetime) -> Season:
    """The house, its plays and dates, half of them over; under the first organisation, so that who is there sees it."""
    owners = await organisations.every(db)
    owner = owners[0] if owners else await organisations.create(db, "season", "Season Theatre", now)
    key = f"season-{new_id().hex[-8:]}"
    office = await box_offices.create(db, owner.id, key, "Grand Theatre, the season", "EUR", now, "fr")
    venue = await venues.create(db, owner.id, "Grand Theatre", "Europe/Paris", now, "1 Place du Théâtre, Lyon")
    version = await plans.add_version(db, owner.id, venue.id, "Italian house", _plan(), now)
    dates_wanted = max(2, round(orders * TICKETS_AN_ORDER / (ROWS * SEATS_A_ROW * FILLED)))
    per_play = min(PERFORMANCES_A_PLAY, dates_wanted)
    starts = list(_starts(dates_wanted, now))
    dates: list[Performance] = []
    kinds: dict[UUID, list[UUID]] = {}
    for n in range(0, dates_wanted, per_play):
        play = PLAYS[n // per_play % len(PLAYS)]
        event = await events.create(db, owner.id, office.id, play, now)
        made = [await _tariff(db, owner.id, event.id, position) for position in range(len(KINDS))]
        for start in starts[n : n + per_play]:
            date = await performances.create(db, owner.id, event.id, version.id, _schedule(start))
            dates.append(date)
            kinds[date.id] = made
    return Season(owner.id, office.id, office.currency, dates, kinds)


async def _tariff(db: Database, owner: UUID, event_id: UUID, position: int) -> UUID:
    name, percent = KINDS[position]
    prices = {category: cents * percent // 100 for category, cents in PRICES.items()}
    return (await tariffs.create(db, owner, event_id, name, prices, position)).id


def _starts(count: int, now: datetime) -> Iterator[datetime]:
    """Evenings, two a day in the end, from half of the season ago to half of it ahead."""
    first = now.replace(hour=19, minute=0, second=0, microsecond=0) - count // 4 * DAY
    for n in range(count):
        yield first + n // 2 * DAY + n % 2 * timedelta(hours=-4)


def _schedule(start: datetime) -> Schedule:
    return Schedule(
        starts_at=start, doors_at=start - HOUR, ends_at=start + 3 * HOUR, sale_opens_at=start - 200 * DAY,
        sale_closes_at=start,
    )  # fmt: skip


def _plan() -> Plan:
    def row(number: int) -> Row:
        category = "Stalls" if number < GOLD_ROWS else "Circle"
        seats = tuple(Seat(f"{number + 1}-{n + 1}", str(n + 1), 55.0 * n, 0, category) for n in range(SEATS_A_ROW))
        return Row(str(number + 1), 0, 90.0 * (number - (GOLD_ROWS if number >= GOLD_ROWS else 0)), seats)

    rows = [row(number) for number in range(ROWS)]
    stalls = Zone("stalls", "Stalls", 100, 100, tuple(rows[:GOLD_ROWS]))
    circle = Zone("circle", "Circle", 100, 1200, tuple(rows[GOLD_ROWS:]))
    return Plan("Italian house", tuple(Category(name) for name in PRICES), (stalls, circle), Size(2500, 3500))


app = App(help="Fill a database with a season of orders.")


@app.default
def main(
    *,
    orders: Annotated[int, Parameter(validator=Number(gte=1, lte=ORDERS_MAX))] = 200_000,
    seed: int = 1,
    beside_others: bool = False,
) -> None:
    """Write `--orders` orders, the same ones for the same `--seed`, into the database of the settings."""
    begun = time.monotonic()
    with servers(from_environment()) as settings:
        tickets = asyncio.run(write(settings, orders, seed, datetime.now(UTC), beside_others))
    print(f"{orders:,} orders with {tickets:,} tickets in {time.monotonic() - begun:.0f} s.")


if __name__ == "__main__":
    app()
