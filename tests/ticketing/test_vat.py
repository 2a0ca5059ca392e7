from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from ticketing import box_offices, organisations, vat
from ticketing.audit import Actor
from ticketing.box_offices import BoxOffice, BoxOfficeChoice
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import InputRefused, NotFound, TooManyRates
from ticketing.vat import Rate

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NOBODY = Actor(organisation_id=None)


@pytest.fixture
async def office(database: Database) -> BoxOffice:
    """A box office that is registered for VAT."""
    owner = (await organisations.create(database, f"o-{new_id().hex[:20]}", "Ours", NOW)).id
    made = await box_offices.create(database, owner, f"b-{new_id().hex[-20:]}", "Season", "CHF", NOW)
    choice = BoxOfficeChoice(name="Season", currency="CHF", locale="fr", vat_registered=True, vat_number="CHE123456789")
    return await box_offices.change(database, owner, made.key, 1, choice, Actor(organisation_id=owner), NOW)


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
