from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.ticketing.house import NOW, House, empty, open_house
from tests.ticketing.printers import add_agent, add_printer, queue
from ticketing import audit, printers
from ticketing.audit import Actor, Wanted
from ticketing.db import Database
from ticketing.machines import DIALECTS, PAPERS, Dialect, Paper, Prints, Way
from ticketing.printers import PrinterChoice
from ticketing.refusals import AlreadyExists, EditedMeanwhile, InputRefused, NotFound, PrinterInUse, TooManyPrinters


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    await empty(database)
    yield await open_house(database)
    await empty(database)


def by(house: House) -> Actor:
    return Actor(organisation_id=house.organisation)


async def test_a_printer_is_added_edited_and_told_of(database: Database, house: House) -> None:
    made = await add_printer(database, house, " Zebra ", cuts=True)
    printer = await printers.get(database, house.organisation, made)
    assert (printer.name, printer.way, printer.port, printer.dialect) == ("Zebra", Way.RAW, 9100, Dialect.ZPL)
    await printers.looked(database, made, None, {"ready"}, NOW)
    wanted = PrinterChoice(name="Receipts", prints=Prints.RECEIPTS, paper=Paper.MM80, host="till.local", port=9101)
    await printers.edit(database, house.organisation, made, 1, wanted, by(house), NOW)
    printer = await printers.get(database, house.organisation, made)
    assert (printer.dialect, printer.dots_per_mm, printer.version, printer.looked_at) == (Dialect.ESCPOS, None, 2, None)
    with pytest.raises(EditedMeanwhile):
        await printers.edit(database, house.organisation, made, 1, wanted, by(house), NOW)
    found, _ = await audit.page(database, Wanted(organisation_id=house.organisation, act="printer.edited"))
    assert found[0].changes["host"] == ("10.0.0.9", "till.local")
    with pytest.raises(NotFound):
        await printers.get(database, (await open_house(database)).organisation, made)


async def test_every_kind_has_its_papers(database: Database, house: House) -> None:
    for prints, papers in PAPERS.items():
        over_ipp = prints in (Prints.DOCUMENTS, Prints.CARDS)
        for paper in papers:
            way = Way.IPP if over_ipp else Way.RAW
            made = await add_printer(database, house, paper, prints=prints, paper=paper, way=way)
            printer = await printers.get(database, house.organisation, made)
            assert (printer.paper, printer.dialect) == (paper, Dialect.NONE if over_ipp else DIALECTS[prints])


@pytest.mark.parametrize(
    "choice",
    [
        {"name": " "}, {"paper": Paper.A4}, {"dots_per_mm": 10}, {"host": ""}, {"port": 0}, {"way": Way.IPP},
        {"way": Way.DEVICE, "path": "/dev/usb/lp0"}, {"prints": Prints.CARDS, "paper": Paper.CR80},
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused(database: Database, house: House, choice: dict[str, Any]) -> None:
    with pytest.raises(InputRefused):
        await add_printer(database, house, **({"name": "Printer"} | choice))


async def test_an_agent_is_its_box_offices_own(database: Database, house: House) -> None:
    device = {"way": Way.DEVICE, "path": "/dev/usb/lp0"}
    agent = await add_agent(database, house)
    made = await add_printer(database, house, agent_id=agent, **device)
    assert [one.id for one in await printers.of_agent(database, agent)] == [made]
    assert [one.id for one in await printers.agents(database, house.box_office)] == [agent]
    with pytest.raises(InputRefused):
        await add_printer(database, await open_house(database), agent_id=agent, **device)
    await printers.looked(database, made, None, {"ready"}, NOW)
    assert not (await printers.get(database, house.organisation, made)).conditions, "the server does not speak for it"


async def test_a_printer_that_is_used_stays_what_it_is(database: Database, house: House) -> None:
    made = await add_printer(database, house)
    await queue(database, house, made)
    wanted = PrinterChoice(name="Zebra", prints=Prints.LABELS, paper=Paper.SHOW, dots_per_mm=12, host="10.0.0.8")
    with pytest.raises(PrinterInUse):
        await printers.edit(database, house.organisation, made, 1, wanted, by(house), NOW)


async def test_names_are_unique_and_printers_bounded(
    database: Database, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printers, "PRINTERS_MAX", 2)
    first = await add_printer(database, house, "Zebra")
    with pytest.raises(AlreadyExists):
        await add_printer(database, house, "zebra")
    for _ in range(2):
        await printers.retire(database, house.organisation, first, True, by(house), NOW)
    await add_printer(database, house, "Zebra")
    with pytest.raises(AlreadyExists):
        await printers.retire(database, house.organisation, first, False, by(house), NOW)
    await add_printer(database, house, "Other")
    with pytest.raises(TooManyPrinters):
        await add_printer(database, house, "Third")
