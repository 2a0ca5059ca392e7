import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from admin import printers as pages
from hardware import discovery
from hardware.discovery import Found, Service
from hardware.outcomes import Condition
from printing import samples
from printing.label_designs import Cut, LabelDesign, Qr, written
from printing.label_formats import SHOW
from printing.zpl import Dpi
from tests.admin.conftest import Browser, SignIn
from tests.api.conftest import House
from tests.printing import rendering
from ticketing import label_designs, print_jobs
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.label_designs import Values
from ticketing.machines import Paper
from ticketing.print_jobs import Result
from ticketing.states import PrintEvent, PrintStatus
from ticketing.tokens import Scope

Act = Callable[..., Any]
ZEBRA = {
    "name": "Zebra", "loaded": "labels cinema", "dots_per_mm": "8", "cuts": "on", "way": "raw", "host": "192.0.2.1",
    "port": "9100",
}  # fmt: skip
DOUBT = Result(event=PrintEvent.DOUBT, outcome="unknown", note="reset by peer")


@pytest.fixture
def path(house: House) -> str:
    return f"/admin/box-offices/{house.key}/printers"


@pytest.fixture
async def manager(sign_in: SignIn) -> Browser:
    return await sign_in()


@pytest.fixture
async def seller(sign_in: SignIn) -> Browser:
    browser = await sign_in(Scope.SELL)
    await browser.get("/admin/")
    return browser


@pytest.fixture
async def printer(manager: Browser, path: str) -> str:
    """The page of a label printer."""
    await manager.page(f"{path}/new")
    return await manager.done(path, ZEBRA)


def id_of(path: str) -> UUID:
    return UUID(path.rpartition("/")[2])


async def settled(db: Database, house: House, result: Result) -> None:
    """What the server was to print next came to this."""
    now = house.performances[0].sale_opens_at
    async with db.read() as c:
        now = await c.fetchval("select now()")
    taken = await print_jobs.take(db, None, new_id(), now)
    assert taken is not None
    await print_jobs.settle(db, None, taken.id, taken.take_id, result, now)


async def test_a_printer_is_added_listed_and_edited(manager: Browser, path: str, seller: Browser) -> None:
    assert "No printer yet" in await manager.page(path)
    await manager.page(f"{path}/new")
    made = await manager.done(path, ZEBRA)
    page = await manager.page(made)
    assert "The printer Zebra is added." in page and "Short tickets, 80 × 54 mm" in page and "203 dpi" in page
    assert "Nothing was printed here yet." in page and "added the printer" in page
    page = await seller.page(path)
    assert "192.0.2.1:9100" in page and "Not looked at yet" in page and "Add printer" not in page
    await manager.page(f"{made}/settings")
    wanted = ZEBRA | {"name": "Office", "loaded": "documents a6", "way": "ipp", "path": "/ipp/print", "version": "1"}
    await manager.done(f"{made}/settings", wanted)
    page = await manager.page(made)
    assert "Office" in page and "/ipp/print" in page and "A6" in page
    response = await manager.post(f"{made}/settings", wanted)
    assert response.status_code == 409


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "Write 1 to 60 characters."),
        ({"loaded": "labels a4"}, "Choose one of these."),
        ({"loaded": "x"}, "Choose one of these."),
        ({"way": "fax"}, "Choose one of these."),
        ({"way": "device", "path": "/dev/usb/lp0"}, "is printed on by the agent"),
        ({"port": "99999"}, "Type a whole number"),
        ({"certificate": "abc"}, "A SHA-256 fingerprint is 64 digits"),
        ({"agent_id": "x"}, "Choose one of these."),
        ({"host": ""}, "Write 1 to 253 characters."),
    ],
)
async def test_mistakes_keep_what_was_typed(manager: Browser, path: str, wrong: dict[str, str], said: str) -> None:
    await manager.page(f"{path}/new")
    response = await manager.post(path, ZEBRA | {"path": "/kept"} | wrong)
    assert response.status_code == 422 and said in response.text
    assert re.search(r'name="cuts" value="on" checked', response.text)


async def test_what_is_nearby_fills_the_form(
    manager: Browser, path: str, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No printer makes itself known here" in await manager.page(f"{path}/nearby")
    zebra = Found(
        service=Service.RAW, name="ZD421 & co", host="z.local", addresses=("10.1.2.3",), port=9100, model="Zebra ZD421"
    )
    office = replace(zebra, service=Service.IPPS, name="Office", addresses=("192.0.2.9",), port=631, path="/ipp/print")

    async def found(*_: Any) -> list[Found]:
        return [zebra, office]

    monkeypatch.setattr(discovery, "look", found)
    page = await manager.page(f"{path}/nearby")
    assert "ZD421 & co" in page and "Placeur does not print to this address." in page
    [adds, other] = re.findall(r'href="([^"]+/new\?[^"]+)"', page)
    form = await manager.page(adds)
    assert 'value="ZD421 & co"' in form and 'value="10.1.2.3"' in form and 'value="labels show" selected' in form
    form = await manager.page(other)
    assert 'value="/ipp/print"' in form and 'value="ipp" selected' in form and 'name="tls" value="on" checked' in form


async def test_how_it_is_is_asked_of_it(
    seller: Browser, path: str, printer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def looked(*_: Any) -> frozenset[Condition]:
        return frozenset({Condition.PAPER_OUT})

    monkeypatch.setattr(pages.machines, "look", looked)
    await seller.page(printer)
    page = await seller.page(await seller.done(f"{printer}/look"))
    assert "Out of paper" in page and "Put paper in: it then prints on by itself." in page
    assert "Out of paper" in await seller.page(path)


async def test_a_test_page_waits_is_doubted_found_and_repeated(
    seller: Browser, house: House, database: Database, printer: str
) -> None:
    page = await seller.page(printer)
    key = re.findall(r'name="key" value="(\w+)"', page)[0]
    job = await seller.done(f"{printer}/test", {"key": key})
    assert await seller.done(f"{printer}/test", {"key": key}) == job, "sent twice, printed once"
    assert "Waiting for the printer" in await seller.page(job)
    jobs = f"/admin/box-offices/{house.key}/print-jobs"
    assert "Waiting" in await seller.page(jobs)
    await settled(database, house, DOUBT)
    page = await seller.page(jobs)
    assert "Please look at the printer" in page and "Did it come out?" in page
    refused = await seller.post(f"{job}/repetition", {"reason": "lost"})
    assert refused.status_code == 409, "it is looked for first"
    assert await seller.done(f"{job}/answer", {"answer": "again", "key": "k", "from": "list"}) == jobs
    page = await seller.page(jobs)
    assert "It is printed again." in page and "Not printed" in page and "Did it come out?" not in page
    await settled(database, house, DOUBT)
    [again] = await print_jobs.open_of(database, house.performances[0].box_office_id)
    assert again.reprint_of == id_of(job)
    await seller.done(f"/admin/print-jobs/{again.id}/answer", {"answer": "found"})
    page = await seller.page(f"/admin/print-jobs/{again.id}")
    assert "Noted: it came out." in page and "Printed" in page and "reset by peer" in page and "Pat Person" in page
    third = await seller.done(f"/admin/print-jobs/{again.id}/repetition", {"reason": "smudged", "key": "x"})
    await seller.done(f"{third}/giving-up")
    assert "Somebody gave it up." in await seller.page(third)


async def test_another_box_offices_jobs_are_not_found(
    sign_in: SignIn, manager: Browser, rival: House, printer: str
) -> None:
    await manager.page(printer)
    job = await manager.done(f"{printer}/test", {"key": "k"})
    stranger = await sign_in(organisation_id=rival.organisation_id)
    for path in (printer, job):
        assert (await stranger.get(path)).status_code == 404


async def test_a_printer_is_sent_the_design_of_its_paper(
    manager: Browser, house: House, database: Database, printer: str
) -> None:
    code = Qr(x_mm=2, y_mm=2, width_mm=30, height_mm=30)
    design = LabelDesign(width_mm=60, height_mm=40, blocks=(code,), cut=Cut.ORDER)
    owner, office = house.organisation_id, house.performances[0].box_office_id
    by, now = Actor(organisation_id=owner), house.performances[0].sale_opens_at
    for name, paper, shown in (("Short", Paper.CINEMA, design), ("Long", Paper.SHOW, SHOW)):
        values = Values(name, written(shown).decode())
        made = await label_designs.create(database, owner, office, paper, values, by, now)
        await label_designs.set_default(database, owner, made, True, by, now)
    await manager.page(printer)
    job = await manager.done(f"{printer}/test", {"key": "k"})
    async with database.read() as c:
        payload: bytes = await c.fetchval("select payload from print_jobs where id = $1", id_of(job))
    assert b"^PW480^LL320" in payload and b"^MMD" in payload and payload.endswith(b"~JK\n")
    ((picture,),) = rendering.rendered([(payload, design, Dpi.D203)])
    assert [found.text for found in rendering.codes(picture)] == [samples.CODE]


async def test_it_retires_and_its_jobs_are_given_up(manager: Browser, database: Database, printer: str) -> None:
    await manager.page(printer)
    job = await manager.done(f"{printer}/test", {"key": "k"})
    await manager.done(f"{printer}/retirement", {"retired": "yes"})
    assert "Nothing is printed here." in await manager.page(printer)
    async with database.read() as c:
        assert await c.fetchval("select status from print_jobs where id = $1", id_of(job)) == PrintStatus.FAILED
    assert (await manager.post(f"{printer}/test", {"key": "other"})).status_code == 409
    await manager.done(f"{printer}/retirement", {"retired": "no"})
