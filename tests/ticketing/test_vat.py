from datetime import UTC, date, datetime
from uuid import UUID

import msgspec
import pytest

from engine.inventory import Inventory
from tests.ticketing.house import NOW as HOUSE_NOW
from tests.ticketing.house import SETTINGS, hold, open_house, order, request
from ticketing import box_offices, orders, organisations, tariffs, tickets, vat
from ticketing.audit import Actor
from ticketing.box_offices import BoxOffice, BoxOfficeChoice
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import InputRefused, NotFound, TooManyRates
from ticketing.vat import Rate, VatShare

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NOBODY = Actor(organisation_id=None)


@pytest.fixture
async def office(database: Database) -> BoxOffice:
    """A box office that is registered for VAT."""
    owner = (await organisations.create(database, f"o-{new_id().hex[:20]}", "Ours", NOW)).id
    made = await box_offices.create(database, owner, f"b-{new_id().hex[-20:]}", "Season", "CHF", NOW)
    choice = BoxOfficeChoice(name="Season", currency="CHF", locale="fr", vat_registered=True, vat_number="CHE123456789")
    return await box_offices.change(database, owner, made.key, 1, choice, Actor(organisation_id=owner), NOW)


async def registered(db: Database, box_office_id: UUID) -> None:
    """Let a box office be registered, at 5.5 % since ever."""
    async with db.read() as c:
        await c.execute(
            "update box_offices set vat_registered = true, vat_number = 'FR12345678901' where id = $1", box_office_id
        )
        await c.execute("insert into vat_rates values ($1, '2000-01-01', 5500)", box_office_id)


async def rate_on(db: Database, box_office_id: UUID, day: date) -> int | None:
    """What orders ask, in SQL."""
    async with db.read() as c:
        rate: int | None = await c.fetchval("select vat_rate_on($1, $2)", box_office_id, day)
        return rate


async def schedule(db: Database, office: BoxOffice, day: date, thousandths: int) -> None:
    by = Actor(organisation_id=office.organisation_id)
    await vat.schedule(db, office.organisation_id, office.id, Rate(day, thousandths), by, NOW)


async def test_a_rate_holds_from_its_day_until_the_next(database: Database, office: BoxOffice) -> None:
    assert await rate_on(database, office.id, date(2025, 1, 1)) is None
    await schedule(database, office, date(2024, 1, 1), 8100)
    await schedule(database, office, date(2018, 1, 1), 7700)
    days = [date(2017, 12, 31), date(2018, 1, 1), date(2023, 12, 31), date(2024, 1, 1), date(2099, 1, 1)]
    assert [await rate_on(database, office.id, day) for day in days] == [None, 7700, 7700, 8100, 8100]
    await schedule(database, office, date(2024, 1, 1), 8150)
    assert await rate_on(database, office.id, date(2024, 6, 1)) == 8150
    by = Actor(organisation_id=office.organisation_id)
    await vat.withdraw(database, office.organisation_id, office.id, date(2024, 1, 1), by, NOW)
    assert await rate_on(database, office.id, date(2024, 6, 1)) == 7700


async def test_who_is_not_registered_has_no_rate(database: Database, office: BoxOffice) -> None:
    await schedule(database, office, date(2024, 1, 1), 8100)
    choice = BoxOfficeChoice(name="Season", currency="CHF", locale="fr")
    by = Actor(organisation_id=office.organisation_id)
    await box_offices.change(database, office.organisation_id, office.key, office.version, choice, by, NOW)
    assert await rate_on(database, office.id, date(2025, 1, 1)) is None


async def test_a_rate_of_nothing_is_a_rate(database: Database, office: BoxOffice) -> None:
    await schedule(database, office, date(2024, 1, 1), 0)
    assert await rate_on(database, office.id, date(2025, 1, 1)) == 0


@pytest.mark.parametrize("thousandths", [-1, 100_001])
async def test_a_rate_has_bounds(database: Database, office: BoxOffice, thousandths: int) -> None:
    with pytest.raises(InputRefused, match="rate"):
        await schedule(database, office, date(2024, 1, 1), thousandths)


async def test_rates_are_bounded(database: Database, office: BoxOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vat, "RATES_MAX", 2)
    for day in (1, 2):
        await schedule(database, office, date(2024, 1, day), 8100)
    with pytest.raises(TooManyRates):
        await schedule(database, office, date(2024, 1, 3), 8100)
    await schedule(database, office, date(2024, 1, 1), 8200)  # one of them may be corrected
    assert await rate_on(database, office.id, date(2024, 1, 1)) == 8200


async def test_anothers_box_office_is_not_found(database: Database, office: BoxOffice) -> None:
    with pytest.raises(NotFound):
        await vat.schedule(database, new_id(), office.id, Rate(date(2024, 1, 1), 8100), NOBODY, NOW)
    await schedule(database, office, date(2024, 1, 1), 8100)
    with pytest.raises(NotFound):
        await vat.withdraw(database, new_id(), office.id, date(2024, 1, 1), NOBODY, NOW)
    assert await vat.list_of(database, new_id(), office.id) == []
    assert await rate_on(database, office.id, date(2025, 1, 1)) == 8100


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("", ""),
        ("che-123.456.789 tva", "CHE123456789TVA"),
        ("CHE-123.456.789", "CHE123456789"),
        ("FR 12 345 678 901", "FR12345678901"),
        ("fr xx 345678901", "FRXX345678901"),
        ("DE123456789", "DE123456789"),
        ("ATU12345678", "ATU12345678"),
        ("NL123456789B01", "NL123456789B01"),
        ("NO 123 456 789 MVA", "NO123456789MVA"),
        ("123456789012", "123456789012"),
        ("UA123456789012", "UA123456789012"),
    ],
)
def test_a_number_is_kept_bare(typed: str, number: str) -> None:
    assert vat.number_of(typed) == number


@pytest.mark.parametrize(
    "typed", ["CHE12345678", "FR1234567890", "DE12345678A", "ATX12345678", "hello", "9" * 40, "FR"]
)
def test_what_no_country_writes_is_refused(typed: str) -> None:
    with pytest.raises(InputRefused, match="not a VAT number"):
        vat.number_of(typed)


async def test_what_of_an_order_is_tax_adds_up_to_its_lines(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    await registered(database, house.box_office)
    both = await tariffs.get(database, house.organisation, house.cheap)
    terms = msgspec.structs.replace(both.terms, vat_thousandths=20_000)
    by = Actor(organisation_id=house.organisation)
    await tariffs.edit(database, house.organisation, both.id, both.version, terms, by, HOUSE_NOW)
    held = await hold(inventory, house, [0, 1, 2, 10, 11])
    asked = request(house, held, [0, 1, 2, 10, 11])
    kinds = [house.full, house.full, house.full, house.cheap, house.free]
    seats = tuple(msgspec.structs.replace(seat, tariff=kind) for seat, kind in zip(asked.seats, kinds, strict=True))
    wanted = msgspec.structs.replace(asked, seats=seats)
    placed = await orders.place(database, inventory, SETTINGS, wanted, HOUSE_NOW)
    found = await orders.get(database, placed.id)
    assert found.vat == (VatShare(20_000, 1000, 167), VatShare(5500, 9000, 3 * 156))
    lines = await orders.lines(database, placed.id)
    assert sum(line.vat_cents for line in lines) == sum(share.vat_cents for share in found.vat) == 635
    assert (await tickets.sheet(database, placed.id)).head.vat == found.vat
    assert (await tickets.sheet(database, placed.id)).head.vat_number == "FR12345678901"
    cheap = [one.ticket_id for one in (await tickets.sheet(database, placed.id)).tickets if one.price_cents == 1000]
    assert (await orders.cancel(database, inventory, placed.id, HOUSE_NOW, cheap)).vat == found.vat[1:]
    assert (await orders.cancel(database, inventory, placed.id, HOUSE_NOW)).vat == ()


async def test_who_is_not_registered_tells_no_tax(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    placed = await order(database, inventory, house, [0])
    assert (await orders.get(database, placed.id)).vat == ()
