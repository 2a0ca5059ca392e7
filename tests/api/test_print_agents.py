"""Agents and access points as the server meets them: by their own tokens, each in its own box office."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from httpx import AsyncClient

from hardware import discovery
from hardware import printers as machines
from hardware.agent import Agent, Rhythm
from hardware.agent_journal import FILE, Journal, Step
from hardware.agent_line import Patience, Revoked, ServerLine
from hardware.guard import agent_guard
from tests.api.conftest import House, problem
from tests.hardware.simulators import Machine
from ticketing import access_points, agent_codes, kits, print_agents, print_jobs, printers
from ticketing.access_points import Kind, PointChoice
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.kits import KitChoice
from ticketing.machines import Dialect, Paper, Prints
from ticketing.print_jobs import NewJob
from ticketing.printers import PrinterChoice
from ticketing.refusals import AgentCodeWrong, NotFound
from ticketing.settings import Settings, secret_bytes

AGENTS, BEATS = "/api/v1/agents", "/api/v1/access-points/heartbeats"


def office(house: House) -> UUID:
    return house.performances[0].box_office_id


def by(house: House) -> Actor:
    return Actor(organisation_id=house.organisation_id)


async def code_of(db: Database, settings: Settings, house: House) -> str:
    secret, now = secret_bytes(settings), datetime.now(UTC)
    await agent_codes.make(db, secret, house.organisation_id, office(house), 1, by(house), now)
    return (await agent_codes.list_of(db, secret, office(house), now))[-1].text


async def enrolled(client: AsyncClient, db: Database, settings: Settings, house: House) -> dict[str, Any]:
    body = {"code": await code_of(db, settings, house), "name": "Box office PC"}
    response = await client.post(AGENTS, json=body)
    assert response.status_code == 201, response.text
    made = response.json()
    return made | {"headers": {"authorization": f"Bearer {made['token']}"}}


async def printer_of(db: Database, house: House, agent: dict[str, Any], port: int = 9100) -> UUID:
    choice = PrinterChoice(
        name=f"Zebra {new_id()}", prints=Prints.LABELS, paper=Paper.CINEMA, dots_per_mm=8, host="127.0.0.1", port=port,
        agent_id=UUID(agent["agent"]),
    )  # fmt: skip
    return await printers.create(db, house.organisation_id, office(house), choice, by(house), datetime.now(UTC))


async def ask(db: Database, house: House, printer: UUID, key: str, payload: bytes = b"^XA^FDx^FS^XZ") -> UUID:
    wanted = NewJob(
        key=key, kind=print_jobs.Kind.TEST, name=key, payload=payload, format="application/zpl"
    )  # fmt: skip
    return await print_jobs.queue(db, office(house), printer, wanted, by(house), datetime.now(UTC))


async def stood(db: Database, printer: UUID) -> list[str]:
    async with db.read() as c:
        rows = await c.fetch("select status from print_jobs where printer_id = $1 order by number", printer)
    return [row["status"] for row in rows]


async def test_a_code_enrols_until_it_is_over(
    client: AsyncClient, database: Database, settings: Settings, house: House, rival: House
) -> None:
    made = await enrolled(client, database, settings, house)
    assert made["name"] == "Box office PC" and made["token"].startswith("placeur_agent_")
    (agent,) = await print_agents.list_of(database, office(house))
    assert not agent.troubles(datetime.now(UTC)) and agent.troubles(datetime.now(UTC) + timedelta(hours=1))
    secret, now = secret_bytes(settings), datetime.now(UTC)
    (code,) = await agent_codes.list_of(database, secret, office(house), now)
    assert code.agent_count == 1
    with pytest.raises(AgentCodeWrong):
        await agent_codes.find(database, secret, code.text, now + timedelta(hours=2))
    with pytest.raises(NotFound):
        await agent_codes.revoke(database, office(rival), code.id, by(rival), now)
    await agent_codes.revoke(database, office(house), code.id, by(house), now)
    for text in (code.text, "", "O0O0-O0O0"):
        problem(await client.post(AGENTS, json={"code": text, "name": "x"}), 401, "agent-code-wrong")
    async with database.read() as c:
        kept = await c.fetchval("select hash from print_agents where id = $1", agent.id)
    assert made["token"].encode() not in kept


async def test_another_box_offices_jobs_are_not_there(
    client: AsyncClient, database: Database, settings: Settings, house: House, rival: House
) -> None:
    ours, theirs = [await enrolled(client, database, settings, one) for one in (house, rival)]
    printer = await printer_of(database, house, ours)
    job = await ask(database, house, printer, "one")
    take = {"take": str(new_id())}
    for body in (take, {"take": str(new_id())}):
        given = (await client.post(f"{AGENTS}/takes", json=body, headers=theirs["headers"])).json()
        assert given["work"] is None
    given = (await client.post(f"{AGENTS}/takes", json=take, headers=ours["headers"])).json()
    assert given["work"]["id"] == str(job) and given["work"]["printer"]["host"] == "127.0.0.1"
    spied = (await client.post(f"{AGENTS}/takes", json=take, headers=theirs["headers"])).json()
    assert spied["work"] is None, "not even by the same id"
    ending = {"take": take["take"], "outcome": "delivered"}
    path = f"{AGENTS}/jobs/{job}/ending"
    problem(await client.post(path, json=ending, headers=theirs["headers"]), 404, "not-found")
    report = {"printers": [{"printer_id": str(printer), "conditions": ["paper_out"]}]}
    seen = (await client.post(f"{AGENTS}/reports", json=report, headers=theirs["headers"])).json()
    assert seen["printers"] == []
    assert (await printers.list_of(database, office(house)))[0].conditions == []
    for _ in range(2):
        assert (await client.post(path, json=ending, headers=ours["headers"])).status_code == 204
    assert await stood(database, printer) == ["printed"]


async def test_what_an_agent_knows_nothing_of_is_in_doubt(
    client: AsyncClient, database: Database, settings: Settings, house: House
) -> None:
    agent = await enrolled(client, database, settings, house)
    printers_ = [await printer_of(database, house, agent) for _ in range(2)]
    for printer in printers_:
        await ask(database, house, printer, str(printer))
    takes = [str(new_id()) for _ in printers_]
    for take in takes:
        await client.post(f"{AGENTS}/takes", json={"take": take}, headers=agent["headers"])
    report = {"takes": takes[:1], "software": "placeur 1", "plugged": [{"path": "/dev/usb/lp0", "model": "TM-T20"}]}
    await client.post(f"{AGENTS}/reports", json=report, headers=agent["headers"])
    assert [await stood(database, one) for one in printers_] == [["sending"], ["sending"]], "it may be on its way"
    async with database.read() as c:
        await c.execute("update print_jobs set sending_at = sending_at - interval '2 minutes'")
    heard = await client.post(f"{AGENTS}/reports", json=report, headers=agent["headers"])
    assert {one["id"] for one in heard.json()["printers"]} == {str(one) for one in printers_}
    assert [await stood(database, one) for one in printers_] == [["sending"], ["unknown"]]
    kept = await print_agents.get(database, office(house), UUID(agent["agent"]))
    assert kept.plugged[0].model == "TM-T20" and kept.software == "placeur 1"
    await print_agents.revoke(database, office(house), kept.id, by(house), datetime.now(UTC))
    assert [await stood(database, one) for one in printers_] == [["unknown"], ["unknown"]]
    problem(await client.post(f"{AGENTS}/reports", json=report, headers=agent["headers"]), 401, "not-signed-in")


async def test_it_looks_when_somebody_wants_to_know(
    client: AsyncClient, database: Database, settings: Settings, house: House, rival: House
) -> None:
    agent = await enrolled(client, database, settings, house)
    id, now, headers = UUID(agent["agent"]), datetime.now(UTC), agent["headers"]
    with pytest.raises(NotFound):
        await print_agents.ask_look(database, office(rival), id, now)
    await print_agents.ask_look(database, office(house), id, now)
    given = (await client.post(f"{AGENTS}/takes", json={"take": str(new_id())}, headers=headers)).json()
    assert given == {"work": None, "report": True}
    look = (await client.post(f"{AGENTS}/reports", json={}, headers=headers)).json()["look"]
    found = {
        "service": "_ipp._tcp.local.",
        "name": "Smart",
        "host": "s.local.",
        "addresses": ["10.0.0.7"],
        "port": 631,
    }
    for answered in (str(new_id()), look):
        body = {"look": answered, "found": [found]}
        heard = (await client.post(f"{AGENTS}/reports", json=body, headers=headers)).json()
        assert (heard["look"] is None) == (answered == look)
    kept = await print_agents.get(database, office(house), id)
    assert [one.name for one in kept.found] == ["Smart"] and kept.look_asked_at is None


class Lossy(httpx.AsyncBaseTransport):
    """A line on which the first answer on each path is lost, and nobody answers before."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self._lost: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        kind = request.url.path.rpartition("/")[2]
        if kind not in self._lost and "away" not in self._lost:
            self._lost.add("away")
            raise httpx.ConnectError("nobody there")
        response = await self._inner.handle_async_request(request)
        if kind not in self._lost:
            self._lost.add(kind)
            raise httpx.ReadError("cut off")
        return response


class Slow(httpx.AsyncBaseTransport):
    """A line after which the machine sleeps for so long that the server gives up on what it had given out."""

    def __init__(self, inner: httpx.AsyncBaseTransport, database: Database, agent: UUID) -> None:
        self._inner, self._database, self._agent = inner, database, agent

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        await print_jobs.abandon(self._database, self._agent, datetime.now(UTC))
        return response


@asynccontextmanager
async def at_work(
    client: AsyncClient, agent: dict[str, Any], folder: Path, line: httpx.AsyncBaseTransport | None = None,
    fresh_s_max: float = 60,
) -> AsyncIterator[tuple[Any, list[str]]]:  # fmt: skip
    """An agent at the end of a line, on which the first answers are lost unless told otherwise; and what it says."""
    said: list[str] = []
    hasty = Patience(first_s=0.001, pause_s_max=0.001)
    transport = line or Lossy(client._transport)
    calls = ServerLine("http://placeur.test", agent["token"], said.append, hasty, transport)
    journal, stop = Journal.open(folder), asyncio.Event()
    rhythm = Rhythm(ask_s=0.005, report_s=0.005, stop_s_max=0.05, fresh_s_max=fresh_s_max)
    task = asyncio.create_task(Agent(calls, journal, agent_guard("1-65535"), said.append, "x", rhythm=rhythm).run(stop))
    try:
        yield task, said
    finally:
        stop.set()
        await asyncio.gather(task, return_exceptions=True)
        journal.close()


async def test_answers_that_are_lost_and_a_server_that_is_away(
    client: AsyncClient, database: Database, settings: Settings, house: House, tmp_path: Path
) -> None:
    agent, machine = await enrolled(client, database, settings, house), Machine(Dialect.ZPL)
    async with machine.listening() as at:
        printer = await printer_of(database, house, agent, at.port)
        for key in ("one", "two"):
            await ask(database, house, printer, key)
        async with at_work(client, agent, tmp_path) as (_, said):
            async with asyncio.timeout(30):
                while await stood(database, printer) != ["printed", "printed"]:
                    await asyncio.sleep(0.01)
    assert len(machine.printed) == 2 and "The server answers again." in said
    assert not Journal.open(tmp_path).at(Step.ENDED)


async def test_a_printer_that_hangs_keeps_no_other_waiting_and_is_in_doubt_at_the_end(
    client: AsyncClient, database: Database, settings: Settings, house: House, tmp_path: Path
) -> None:
    agent, deaf, other = await enrolled(client, database, settings, house), Machine(), Machine(Dialect.ZPL)
    deaf.deaf = True
    async with deaf.listening() as there, other.listening() as here:
        stuck, free = [await printer_of(database, house, agent, at.port) for at in (there, here)]
        await ask(database, house, stuck, "stuck", b"^XA" + b"x" * 4_000_000 + b"^XZ")
        async with asyncio.timeout(30), at_work(client, agent, tmp_path):
            while b"starting" not in (tmp_path / FILE).read_bytes():
                await asyncio.sleep(0.01)
            await ask(database, house, free, "free")
            while await stood(database, free) != ["printed"]:
                await asyncio.sleep(0.01)
    assert await stood(database, stuck) == ["unknown"], "it was told before it ended"
    assert not Journal.open(tmp_path).standing or Journal.open(tmp_path).at(Step.ASKED)


@pytest.mark.parametrize("given_up", [False, True])
async def test_what_was_given_long_ago_is_asked_for_again(
    client: AsyncClient, database: Database, settings: Settings, house: House, tmp_path: Path, given_up: bool
) -> None:
    """Somebody may have had it printed elsewhere while the machine slept."""
    agent, machine = await enrolled(client, database, settings, house), Machine(Dialect.ZPL)
    line = Slow(client._transport, database, UUID(agent["agent"])) if given_up else client._transport
    async with machine.listening() as at:
        printer = await printer_of(database, house, agent, at.port)
        await ask(database, house, printer, "one")
        async with asyncio.timeout(30), at_work(client, agent, tmp_path, line, fresh_s_max=-1):
            while await stood(database, printer) not in (["printed"], ["unknown"]):
                await asyncio.sleep(0.01)
            while b"told" not in (tmp_path / FILE).read_bytes():
                await asyncio.sleep(0.01)
    assert (await stood(database, printer), len(machine.printed)) == (
        (["unknown"], 0) if given_up else (["printed"], 1)
    )


async def test_a_network_that_cannot_be_searched_ends_no_agent(
    client: AsyncClient, database: Database, settings: Settings, house: House, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    async def broken(*_: Any) -> Any:
        raise RuntimeError("no multicast here")

    monkeypatch.setattr(discovery, "look", broken)
    monkeypatch.setattr(machines, "look", broken)
    agent = await enrolled(client, database, settings, house)
    id, printer = UUID(agent["agent"]), await printer_of(database, house, agent)
    await print_agents.ask_look(database, office(house), id, datetime.now(UTC))
    async with asyncio.timeout(30), at_work(client, agent, tmp_path) as (task, said):
        while (await print_agents.get(database, office(house), id)).looked_at is None:
            await asyncio.sleep(0.01)
        while not (found := (await printers.of_agent(database, id))[0]).conditions:
            await asyncio.sleep(0.01)
        assert (found.id, found.conditions, task.done()) == (printer, ["offline"], False)
    assert any("no multicast here" in one for one in said)


async def test_a_revoked_agent_ends_and_says_so(
    client: AsyncClient, database: Database, settings: Settings, house: House, tmp_path: Path
) -> None:
    agent = await enrolled(client, database, settings, house)
    async with at_work(client, agent, tmp_path) as (task, _):
        await print_agents.revoke(database, office(house), UUID(agent["agent"]), by(house), datetime.now(UTC))
        with pytest.raises(Revoked):
            await asyncio.wait_for(task, 30)


async def test_an_access_point_tells_of_itself_and_reads_nothing(
    client: AsyncClient, database: Database, house: House, rival: House
) -> None:
    now, today = datetime.now(UTC), datetime.now(UTC).date()
    kit = await kits.create(database, house.organisation_id, office(house), KitChoice(name="Kit"), by(house), now)
    choice = PointChoice(name="Router", kind=Kind.MOBILE, plan_ends_on=today)
    with pytest.raises(NotFound):
        await access_points.add(database, office(rival), kit, choice, by(rival), now)
    point = await access_points.add(database, office(house), kit, choice, by(house), now)
    token = await access_points.renew_token(database, office(house), point, by(house), now)
    headers = {"authorization": f"Bearer {token}"}
    body = {"connected_count": 5, "battery": 12, "charging": False, "signal": 70, "data_left_mb": 100}
    assert (await client.post(BEATS, json=body, headers=headers)).status_code == 204
    (told,) = await access_points.list_of(database, office(house))
    assert (told.connected_count, told.days_left(today)) == (5, 1)
    found = told.troubles(datetime.now(UTC), today)
    assert [str(one) for one in found] == ["data_low", "battery_low", "plan_ends"]
    problem(await client.post(f"{AGENTS}/takes", json={"take": str(new_id())}, headers=headers), 401, "not-signed-in")
    problem(await client.post(BEATS, json={"battery": 101}, headers=headers), 422, "input-refused")
    await kits.retire(database, office(house), kit, by(house), now)
    problem(await client.post(BEATS, json=body, headers=headers), 401, "not-signed-in")
