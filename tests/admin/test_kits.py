"""Print agents, kits and devices in the back office: enrolled, named, seen with what is wrong first."""

import html
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.admin.conftest import SignIn
from tests.api.conftest import House
from tests.api.test_print_agents import ask, by, code_of, office, printer_of
from ticketing import access_points, agent_codes, kits, print_agents, printers
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.print_agents import Told
from ticketing.settings import Settings, secret_bytes
from ticketing.tokens import Scope


async def enrolled(db: Database, settings: Settings, house: House, name: str = "Desk PC") -> UUID:
    code = await code_of(db, settings, house)
    made = await print_agents.enrol(db, secret_bytes(settings), code, name, "placeur 1", "Linux", "", datetime.now(UTC))
    return made.id


async def silent(db: Database, agent: UUID) -> None:
    async with db.read() as c:
        await c.execute("update print_agents set seen_at = seen_at - interval '1 hour' where id = $1", agent)


async def test_a_code_is_shown_with_the_command_that_uses_it(
    sign_in: SignIn, database: Database, settings: Settings, house: House
) -> None:
    browser, base = await sign_in(), f"/admin/box-offices/{house.key}/print-agents"
    assert "No print agent yet" in await browser.page(base)
    assert (await browser.post(f"{base}/codes", {"hours": "999"})).status_code == 422
    await browser.done(f"{base}/codes", {"hours": "4"})
    (code,) = await agent_codes.list_of(database, secret_bytes(settings), office(house), datetime.now(UTC))
    page = await browser.page(base)
    assert f"--code {code.text[:4]}-{code.text[4:]}" in page and "data:image/svg+xml" in page
    seller = await sign_in(Scope.SELL)
    assert code.text[:4] not in await seller.page(base)
    assert (await seller.post(f"{base}/codes", {"hours": "4"})).status_code == 403
    await browser.done(f"{base}/codes/{code.id}/revocation")
    assert "--code" not in await browser.page(base)


async def test_an_agent_is_named_asked_and_revoked(
    sign_in: SignIn, database: Database, settings: Settings, house: House
) -> None:
    browser, base = await sign_in(), f"/admin/box-offices/{house.key}/print-agents"
    agent = await enrolled(database, settings, house)
    await browser.page(base)
    await browser.done(f"{base}/{agent}/name", {"name": "Box office"})
    assert (await browser.post(f"{base}/{agent}/name", {"name": ""})).status_code == 422
    await browser.done(f"{base}/{agent}/look")
    page = await browser.page(base)
    assert "Box office does not answer" in page and "it has not answered yet" in page
    async with database.read() as c:
        look = await c.fetchval("select look_id from print_agents where id = $1", agent)
    zebra = (
        b'[{"service": "_pdl-datastream._tcp.local.", "name": "Zebra <b>", "host": "z.local.", "addresses":'
        b' ["192.168.8.20"], "port": 9100, "model": "Zebra ZD421"}]'
    )
    told = Told(
        software="", plugged=b'[{"path": "/dev/usb/lp0", "model": "TM-T20", "dialect": "escpos"}]', look_id=look,
        found=zebra, conditions={}, takes=(),
    )  # fmt: skip
    caller = print_agents.Caller(
        id=agent, box_office_id=office(house), organisation_id=house.organisation_id, name="", seen_at=None,
        report_wanted=False,
    )  # fmt: skip
    await print_agents.report(database, caller, told, "10.0.0.1", datetime.now(UTC))
    raw = (await browser.get(base)).text
    assert "TM-T20" in raw and "Zebra &lt;b&gt;" in raw
    links = [html.unescape(one) for one in re.findall(r'href="([^"]*printers/new\?[^"]*host=[^"]*)"', raw)]
    form = await browser.page(links[0])
    assert 'value="192.168.8.20"' in form and f'value="{agent}" selected' in form
    await browser.done(f"{base}/{agent}/revocation")
    assert "Revoked agents" in await browser.page(base)


async def test_what_is_wrong_stands_first(
    sign_in: SignIn, database: Database, settings: Settings, house: House
) -> None:
    browser, base = await sign_in(), f"/admin/box-offices/{house.key}/kits"
    assert "No machine yet" in await browser.page(base)
    agent = await enrolled(database, settings, house)
    printer = await printer_of(database, house, {"agent": str(agent)})
    assert "Everything that reports is in order." in await browser.page(base)
    await ask(database, house, printer, "one")
    await silent(database, agent)
    await printers.looked(database, printer, agent, ["paper_out"], datetime.now(UTC))
    page = await browser.page(base)
    first = page[page.index("What is wrong") :]
    assert first.index("Does not call: nothing is printed there") < first.index("Out of paper")
    assert "Put paper in" in page
    french = await sign_in(language="fr")
    assert "N’appelle plus" in await french.page(base)
    await print_agents.revoke(database, office(house), agent, by(house), datetime.now(UTC))
    gone = await (await sign_in(Scope.SELL)).page(base)
    assert "Its agent was revoked" in gone and "Out of paper" not in gone[: gone.index("Printers")]
    with pytest.raises(AssertionError):
        await (await sign_in(Scope.SCAN)).page(base)


async def test_a_kit_and_its_access_point(sign_in: SignIn, database: Database, house: House, rival: House) -> None:
    browser, office_url = await sign_in(), f"/admin/box-offices/{house.key}"
    base, today = f"{office_url}/kits", datetime.now(UTC).date()
    await browser.page(f"{base}/new")
    assert (await browser.post(base, {"name": "", "lent_until": ""})).status_code == 422
    overdue = str(today - timedelta(days=9))
    page = await browser.done(base, {"name": "Kit 3", "place": "Foyer", "lent_until": overdue})
    assert (await browser.post(base, {"name": "kit 3"})).status_code == 422
    assert (await browser.post(f"{page}/access-points", {"name": "Router", "kind": "?"})).status_code == 422
    soon = {"name": "Router", "kind": "mobile", "identity": "IMEI 35", "plan_ends_on": str(today + timedelta(days=1))}
    point = await browser.done(f"{page}/access-points", soon)
    shown = await browser.page(base)
    assert "Has to be back since" in shown and "Its data plan ends soon" in shown and "IMEI 35" in shown
    made = await browser.post(f"{point}/token")
    token = re.search(r"placeur_access_point_[\w-]+", made.text)
    assert made.status_code == 201 and token and token[0] not in (await browser.get(point)).text
    assert await access_points.verify(database, token[0], datetime.now(UTC))
    stale = await browser.post(point, soon | {"version": "7"})
    assert stale.status_code == 409
    await browser.done(point, soon | {"version": "1", "name": "Second router"})
    theirs = (await sign_in(organisation_id=rival.organisation_id)).page(point)
    with pytest.raises(AssertionError, match="404"):
        await theirs
    await browser.done(f"{point}/retirement")
    kit = page.rpartition("/")[2]
    await browser.done(page, {"name": "Kit 4", "version": "1", "lent_until": ""})
    await browser.done(f"{page}/retirement")
    assert not await kits.list_of(database, office(house)) and UUID(kit) != new_id()
