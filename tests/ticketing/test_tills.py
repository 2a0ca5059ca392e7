from collections.abc import AsyncIterator

import pytest

from tests.ticketing.house import NOW, House, empty, open_house
from tests.ticketing.printers import add_printer
from tests.ticketing.till import add_till, open_session, person
from ticketing import audit, dates, printers, tills
from ticketing.audit import Actor, Wanted
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.machines import Paper, Prints
from ticketing.refusals import (
    AlreadyExists,
    EditedMeanwhile,
    InputRefused,
    NotFound,
    TillInUse,
    TillRetired,
    TooManyTills,
)
from ticketing.tills import TillChoice


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    await empty(database)
    yield await open_house(database, 2)
    await empty(database)


def by(house: House) -> Actor:
    return Actor(organisation_id=house.organisation)


async def test_a_till_is_set_up_edited_and_told_of(database: Database, house: House) -> None:
    date = house.performances[1]
    made = await add_till(database, house, " Front  desk", locale="fr", performance_id=date.id, shared=True)
    till = await tills.get(database, house.organisation, made)
    assert (till.name, till.locale, till.event_id, till.performance_id) == ("Front  desk", "fr", date.event_id, date.id)
    assert till.shared and till.drawer_kicked and not till.receipt_with_tickets and till.version == 1
    wanted = TillChoice(name="Door", locale="en", event_id=date.event_id, receipt_with_tickets=True)
    await tills.edit(database, house.organisation, made, 1, wanted, by(house), NOW)
    till = await tills.get(database, house.organisation, made)
    assert (till.name, till.performance_id, till.shared, till.version) == ("Door", None, False, 2)
    found, _ = await audit.page(database, Wanted(organisation_id=house.organisation, act="till.edited"))
    assert found[0].subject_name == "Door" and found[0].changes["locale"] == ("fr", "en")
    assert set(found[0].changes) == {"name", "locale", "shared", "receipt_with_tickets", "date"}
    [row] = await tills.list_of(database, house.box_office, new_id())
    assert (row.name, row.event_name, row.session_id, row.last_number) == ("Door", "The Play", None, None)
    assert [one.id for one in await tills.dates(database, house.box_office, NOW)] == [d.id for d in house.performances]


async def test_the_second_of_two_who_edit_is_told(database: Database, house: House) -> None:
    made = await add_till(database, house)
    wanted = TillChoice(name="Till 1", locale="en")
    await tills.edit(database, house.organisation, made, 1, wanted, by(house), NOW)
    with pytest.raises(EditedMeanwhile):
        await tills.edit(database, house.organisation, made, 1, wanted, by(house), NOW)


async def test_names_are_unique_among_the_tills_in_use(database: Database, house: House) -> None:
    first = await add_till(database, house, "Desk")
    with pytest.raises(AlreadyExists):
        await add_till(database, house, "desk")
    await tills.retire(database, house.organisation, first, True, by(house), NOW)
    second = await add_till(database, house, "Desk")
    with pytest.raises(AlreadyExists):
        await tills.retire(database, house.organisation, first, False, by(house), NOW)
    other = await add_till(database, house, "Other")
    with pytest.raises(AlreadyExists):
        wanted = TillChoice(name="DESK", locale="en")
        await tills.edit(database, house.organisation, other, 1, wanted, by(house), NOW)
    assert [row.id for row in await tills.list_of(database, house.box_office, new_id())] == [second, other, first]


@pytest.mark.parametrize("choice", [{"name": " "}, {"name": "x" * 61}, {"locale": "de"}])
async def test_what_cannot_be_is_refused(database: Database, house: House, choice: dict[str, str]) -> None:
    with pytest.raises(InputRefused):
        await add_till(database, house, **({"name": "Till"} | choice))


async def test_a_till_shows_what_is_its_box_offices_own(database: Database, house: House) -> None:
    rival = await open_house(database)
    for choice in ({"performance_id": rival.performance.id}, {"event_id": rival.performance.event_id}):
        with pytest.raises(InputRefused):
            await add_till(database, house, **choice)


async def test_what_is_shown_first_may_be_removed(database: Database, house: House) -> None:
    date = house.performances[1]
    made = await add_till(database, house, performance_id=date.id)
    await dates.remove(database, house.organisation, date.event_id, [date.id], by(house), NOW)
    till = await tills.get(database, house.organisation, made)
    assert (till.event_id, till.performance_id) == (date.event_id, None)


async def test_a_till_retires_once_nobody_works_there(database: Database, house: House) -> None:
    till, seller = await add_till(database, house), await person(database, house)
    await open_session(database, house, till, seller)
    with pytest.raises(TillInUse):
        await tills.retire(database, house.organisation, till, True, by(house), NOW)
    idle = await add_till(database, house, "Idle")
    for _ in range(2):
        await tills.retire(database, house.organisation, idle, True, by(house), NOW)
    with pytest.raises(TillRetired):
        await open_session(database, house, idle, await person(database, house))
    await tills.retire(database, house.organisation, idle, False, by(house), NOW)
    await open_session(database, house, idle, await person(database, house))


async def test_tills_are_bounded(database: Database, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tills, "TILLS_MAX", 1)
    first = await add_till(database, house)
    with pytest.raises(TooManyTills):
        await add_till(database, house, "Another")
    await tills.retire(database, house.organisation, first, True, by(house), NOW)
    await add_till(database, house, "Another")
    with pytest.raises(TooManyTills):
        await tills.retire(database, house.organisation, first, False, by(house), NOW)


async def test_anothers_till_is_not_there(database: Database, house: House) -> None:
    rival = await open_house(database)
    theirs = await add_till(database, rival)
    wanted = TillChoice(name="Mine", locale="en")
    acts = [
        tills.get(database, house.organisation, theirs),
        tills.edit(database, house.organisation, theirs, 1, wanted, by(house), NOW),
        tills.retire(database, house.organisation, theirs, True, by(house), NOW),
        tills.create(database, house.organisation, rival.box_office, wanted, by(house), NOW),
        tills.row(database, theirs, house.box_office, new_id()),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            await act


async def test_a_till_prints_on_its_box_offices_printers(database: Database, house: House) -> None:
    zebra = await add_printer(database, house, "Zebra")
    receipts = {"prints": Prints.RECEIPTS, "paper": Paper.MM80, "dots_per_mm": None}
    small, rival = await add_printer(database, house, "Epson", **receipts), await open_house(database)
    made = await add_till(database, house, ticket_printer_id=zebra)
    for wrong in ({"ticket_printer_id": small}, {"receipt_printer_id": zebra}, {"card_printer_id": new_id()}):
        with pytest.raises(InputRefused):
            await add_till(database, house, "Wrong", **wrong)
    with pytest.raises(InputRefused):
        await add_till(database, rival, "Wrong", ticket_printer_id=zebra)
    wanted = TillChoice(name="Till 1", locale="en", receipt_printer_id=small)
    await tills.edit(database, house.organisation, made, 1, wanted, by(house), NOW)
    found, _ = await audit.page(database, Wanted(organisation_id=house.organisation, act="till.edited"))
    assert found[0].changes == {"ticket_printer": ("Zebra", None), "receipt_printer": (None, "Epson")}
    await printers.retire(database, house.organisation, small, True, by(house), NOW)
    till = await tills.get(database, house.organisation, made)
    assert (till.ticket_printer_id, till.receipt_printer_id, till.version) == (None, None, 3)
