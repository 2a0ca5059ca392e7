"""A hub between scanners and a real server, with a line that can be cut, slow, or lose an answer."""

import asyncio
import re
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from httpx import ASGITransport, AsyncClient

from hardware.hub import certificates, shell
from hardware.hub import hub as hubs
from hardware.hub import line as lines
from hardware.hub.hub import Hub, Keeper
from hardware.hub.line import Line
from hardware.hub.log import Log, LogLocked
from tests.api.conftest import House, problem
from tests.api.scanners import Scanner, codes_of, enrol, make_code
from ticketing import scan_devices, scan_lists, tickets
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.doors import Direction, Mode
from ticketing.scan_profiles import Role, Shown
from ticketing.settings import Settings
from web.hub_app import application

Act = Callable[..., Any]
Enrol = Callable[..., Awaitable[Scanner]]
SCANNERS = 50


class Wire(httpx.AsyncBaseTransport):
    """The line to the server: `down`, `lost` (the server does it, and nobody hears) or `slow`."""

    def __init__(self, client: AsyncClient) -> None:
        self.client, self.state, self.asked = client, "up", list[str]()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if self.state == "down":
            raise httpx.ConnectError("no route to the server")
        if self.state == "slow" and request.url.path != "/healthz":
            await asyncio.Event().wait()
        headers = dict(request.headers) | {"x-forwarded-for": "10.9.251.7"}
        found = await self.client.request(
            request.method, str(request.url.raw_path.decode()), headers=headers, content=request.content
        )
        if self.state == "lost":
            raise httpx.ReadError("the line broke")
        told = {name: value for name, value in found.headers.items() if name != "content-encoding"}
        return httpx.Response(found.status_code, headers=told, content=found.content)


class Venue:
    """A hub at work, and scanners that have its address as the server's."""

    def __init__(self, folder: Path, token: str, wire: Wire) -> None:
        self.folder, self.token, self.wire = folder, token, wire
        self.open()

    def open(self) -> None:
        """Start the hub's process."""
        line = Line("http://placeur.test", self.token, httpx.AsyncClient(transport=self.wire))
        self.hub = Hub(Log(self.folder), line)
        self.keeper = Keeper(self.hub, "test")
        app = application(self.hub, "test", None)
        self.client = AsyncClient(transport=ASGITransport(app), base_url="http://hub.test")

    async def restart(self) -> None:
        """End the process, and start another on its folder."""
        self.hub.log.close()
        self.open()

    def at(self, scanner: Scanner) -> Scanner:
        """The same scanner, asking the hub."""
        return Scanner(self.client, scanner.house, scanner.profile, scanner.token, scanner.device)

    async def cut(self, state: str = "down") -> None:
        """Cut the line, and let the hub know."""
        self.wire.state = state
        self.hub.line.drop("cut")

    async def mend(self) -> None:
        """The line is back, and the hub has handed over."""
        self.wire.state = "up"
        self.keeper._due.clear()
        await self.keeper.once()
        assert self.hub.line.up, self.hub.line.why


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_lists, "FRESH_S", -1.0)
    monkeypatch.setattr(lines, "PASS_ON_S_MAX", 0.5)
    monkeypatch.setattr(Line.pass_on, "__defaults__", (0.5,))
    monkeypatch.setattr(scan_devices, "REMEMBERED_S", -1.0)
    monkeypatch.setattr(hubs, "HOLDS_BEFORE", timedelta(days=40_000))


@pytest.fixture
async def venue(
    client: AsyncClient, database: Database, settings: Settings, house: House, tmp_path: Path, scanner: Enrol
) -> AsyncIterator[Venue]:
    code = await make_code(database, settings, house, None)
    made = (await client.post("/api/v1/hubs", json={"code": code, "name": "Cellar"})).json()
    venue = Venue(tmp_path / "hub", made["token"], Wire(client))
    yield venue
    venue.hub.log.close()


@pytest.fixture
def scanner(client: AsyncClient, database: Database, settings: Settings, house: House) -> Enrol:
    async def made(**choice: Any) -> Scanner:
        return await enrol(client, database, settings, house, **choice)

    return made


@pytest.fixture
def codes(paid: Act, database: Database, settings: Settings) -> Act:
    async def sold(party: int = 1) -> list[str]:
        return await codes_of(database, settings, (await paid(party=party))["id"])

    return sold


async def passages(database: Database, house: House) -> list[tuple[str, str]]:
    """Who went through at the server: (gate, against which verdict)."""
    async with database.read() as c:
        rows = await c.fetch(
            "select gate, coalesce(despite, '') as despite from passages where performance_id = $1::uuid order by at",
            house.first,
        )
    return [(row["gate"], row["despite"]) for row in rows]


async def test_while_the_line_is_up_the_server_answers_and_the_hub_remembers(
    venue: Venue, scanner: Enrol, codes: Act, database: Database, house: House
) -> None:
    north, south = await scanner(), await scanner(gate="South")
    first, second = await codes(2)
    await venue.mend()
    told = await venue.at(north).scan(first)
    assert (told["verdict"], told["ticket"]["entered_gate"]) == ("admitted", "North")
    assert await passages(database, house) == [("North", "")] and not venue.hub.waiting
    await venue.cut()
    told = await venue.at(south).scan(first)
    assert (told["verdict"], told["ticket"]["entered_gate"], told["let_through"]) == ("already_in", "North", False)
    told = await venue.at(south).scan(second)
    assert (told["verdict"], told["ticket"]["entered_gate"], told["ticket"]["row"]) == ("admitted", "South", "A")
    assert (told["ticket"]["name"], told["ticket"]["tariff"], told["ticket"]["zone"]) == ("Ada", "Full", "Stalls")
    assert len(venue.hub.waiting) == 2, "what was refused is told, too"
    await venue.mend()
    assert not venue.hub.waiting and not venue.hub.troubles
    assert sorted(await passages(database, house)) == [("North", ""), ("South", "")]
    assert await north.verdict(second) == "already_in"


@pytest.mark.parametrize("protected", [True, False])
async def test_fifty_scanners_on_one_code_let_in_one(
    venue: Venue, scanner: Enrol, codes: Act, database: Database, house: House, protected: bool
) -> None:
    """All are judged before any is written; without the key of the passages all come in."""
    north = await scanner()
    (code,) = await codes()
    await venue.mend()
    await venue.cut()
    if not protected:
        venue.hub.log._c.execute("drop index passages")
    told = Counter(await asyncio.gather(*(venue.at(north).verdict(code) for _ in range(SCANNERS))))
    if not protected:
        assert told["admitted"] == SCANNERS
        return
    assert told == {"admitted": 1, "already_in": SCANNERS - 1}
    await venue.mend()
    assert await passages(database, house) == [("North", "")] and not venue.hub.troubles


async def test_an_answer_that_was_lost_is_the_same_scan(
    venue: Venue, scanner: Enrol, codes: Act, database: Database, house: House
) -> None:
    """The server let somebody in, nobody heard of it, and the hub did it again under the same id."""
    north, south = await scanner(), await scanner(gate="South")
    (code,) = await codes()
    await venue.mend()
    venue.wire.state = "lost"
    body = {"scan": str(uuid4()), "performances": [house.first], "code": code}
    told = (await venue.at(north).post("admissions", body)).json()
    assert (told["verdict"], told["repeated"]) == ("admitted", False) and not venue.hub.line.up
    again = (await venue.at(north).post("admissions", body)).json()
    assert (again["verdict"], again["repeated"]) == ("admitted", True)
    problem(await venue.at(north).post("admissions", body | {"code": "other"}), 409, "scan-reused")
    assert await venue.at(south).verdict(code) == "already_in"
    await venue.mend()
    assert await passages(database, house) == [("North", "")] and not venue.hub.troubles


async def test_a_server_that_does_not_answer_holds_up_one_scan(venue: Venue, scanner: Enrol, codes: Act) -> None:
    north, south = await scanner(), await scanner(gate="South")
    first, second = await codes(2)
    await venue.mend()
    venue.wire.state = "slow"
    assert await venue.at(north).verdict(first) == "admitted"
    asked = len(venue.wire.asked)
    assert await venue.at(south).verdict(first) == "already_in"
    assert await venue.at(south).verdict(second) == "admitted"
    assert len(venue.wire.asked) == asked, "nobody waits for it any more"


async def test_what_waits_is_decided_here_though_the_line_is_back(
    venue: Venue, scanner: Enrol, codes: Act, database: Database, house: House
) -> None:
    """The server does not know yet who was let in."""
    north, south = await scanner(), await scanner(gate="South")
    (code,) = await codes()
    await venue.mend()
    await venue.cut()
    assert await venue.at(north).verdict(code) == "admitted"
    venue.wire.state = "up"
    venue.hub.line.raise_up()
    assert await venue.at(south).verdict(code) == "already_in"
    await venue.mend()
    assert await passages(database, house) == [("North", "")]


async def test_let_in_here_while_the_server_let_in_another(
    venue: Venue, scanner: Enrol, codes: Act, database: Database, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line is given up while an answer is on its way: what the hub did meanwhile stands."""
    north, south = await scanner(), await scanner(gate="South")
    (code,) = await codes()
    await venue.mend()
    pass_on = venue.hub.line.pass_on

    async def late(*args: Any, **named: Any) -> Any:
        answer = await pass_on(*args, **named)
        venue.hub.line.drop("another scan waited too long")
        assert await venue.at(south).verdict(code) == "admitted"
        return answer

    monkeypatch.setattr(venue.hub.line, "pass_on", late)
    assert await venue.at(north).verdict(code) == "already_in"
    monkeypatch.undo()
    await venue.mend()
    assert len(venue.hub.troubles) == 1 and venue.hub.troubles[0].found == "already_in"
    assert await passages(database, house) == [("North", ""), ("South", "already_in")]


async def test_conflicts_come_back_with_both_gates(
    venue: Venue, scanner: Enrol, codes: Act, database: Database, house: House
) -> None:
    """A scanner with a line of its own let in the same ticket."""
    north, south = await scanner(role=Role.SUPERVISOR), await scanner(gate="South")
    (code,) = await codes()
    await venue.mend()
    await venue.cut()
    assert await venue.at(north).verdict(code) == "admitted"
    assert await south.verdict(code) == "admitted"
    await venue.mend()
    (trouble,) = venue.hub.troubles
    assert (trouble.gate, trouble.found) == ("North", "already_in") and trouble.place.startswith("Stalls A")
    (told,) = (await north.get("conflicts", params={"performance": house.first})).json()
    assert {told["gate"], told["other_gate"]} == {"North", "South"}
    page = await venue.client.get("/", headers={"accept-language": "fr"})
    assert trouble.place in page.text and "North" in page.text and "Laissés entrer" in page.text


async def test_a_revoked_scanner_is_refused(
    venue: Venue, scanner: Enrol, codes: Act, database: Database, house: House
) -> None:
    """By the list, or because the server said so while the line was up; and one that nobody knows."""
    north, south, east = await scanner(), await scanner(gate="South"), await scanner(gate="East")
    (code,) = await codes()
    await venue.mend()
    by, now = Actor(organisation_id=house.organisation_id), datetime.now(UTC)
    for one in (north, south):
        await scan_devices.revoke(database, house.organisation_id, UUID(one.device), by, now)
    body = {"scan": str(uuid4()), "performances": [house.first], "code": code}
    problem(await venue.at(north).post("admissions", body), 401, "not-signed-in")
    await venue.cut()
    problem(await venue.at(north).post("admissions", body), 401, "not-signed-in")
    await venue.restart()
    problem(await venue.at(north).post("admissions", body), 401, "not-signed-in")
    await venue.mend()
    await venue.cut()
    problem(await venue.at(south).post("admissions", body), 401, "not-signed-in")
    stranger = Scanner(venue.client, house, east.profile, east.token[:-2] + "xx", east.device)
    problem(await stranger.post("admissions", body), 401, "not-signed-in")
    assert await venue.at(east).verdict(code) == "admitted"


@pytest.mark.parametrize("mode", list(Mode))
async def test_it_judges_as_the_server_does(
    venue: Venue, scanner: Enrol, codes: Act, database: Database, house: House, mode: Mode
) -> None:
    """Everything a ticket may be, told by the server to one scanner and by the hub to another at the same moment."""
    gate = await scanner(mode=mode, entries_max=2 if mode is Mode.MULTIPLE else None, role=Role.SUPERVISOR)
    bound = await scanner(mode=mode, zones=("floor",), shown=(Shown.NAME,))
    good, opposed, old = await codes(3)
    async with database.read() as c:
        ids = [
            row["id"]
            for row in await c.fetch(
                "select id from tickets where performance_id = $1::uuid order by serial", house.first
            )
        ]
    now = datetime.now(UTC)
    await tickets.oppose(database, house.organisation_id, ids[1], now)
    await tickets.reissue(database, house.organisation_id, ids[2], now)
    forged = good[:-1] + ("A" if good[-1] != "A" else "B")
    await venue.mend()
    seen = []
    for code in (opposed, old, forged, "scratch", good):
        for one, at in ((bound, house.first), (gate, house.second)):
            for way in Direction:
                seen.append((code, one, at, way))
    seen += [
        (good, gate, house.first, way)
        for way in (Direction.OUT, *[Direction.IN] * 3, *[Direction.OUT] * 2, Direction.IN)
    ]
    for code, one, at, way in seen:
        await venue.cut()
        here = await venue.at(one).scan(code, at=at, direction=way)
        there = await one.scan(code, at=at, direction=way)
        for told in (here, there):
            for moment in ("entered_at", "left_at"):
                told["ticket"] = told["ticket"] and {**told["ticket"], moment: told["ticket"][moment] is not None}
        assert here | {"scan": ""} == there | {"scan": ""}


async def test_the_log_outlives_the_process(
    venue: Venue, scanner: Enrol, codes: Act, database: Database, house: House
) -> None:
    """With the line down all the while: lists, keys, scanners and who is in."""
    north = await scanner(mode=Mode.ENTRY_EXIT)
    first, second = await codes(2)
    await venue.mend()
    assert await venue.at(north).verdict(first) == "admitted"
    await venue.cut()
    assert await venue.at(north).verdict(second) == "admitted"
    await venue.restart()
    assert [await venue.at(north).verdict(code) for code in (first, second)] == ["already_in"] * 2
    assert await venue.at(north).verdict(second, direction="out") == "left"
    assert await venue.at(north).verdict(second) == "admitted"
    await venue.mend()
    assert len(await passages(database, house)) == 4 and not venue.hub.troubles


async def test_sold_since_the_list_and_undone_since(venue: Venue, scanner: Enrol, codes: Act) -> None:
    north = await scanner(role=Role.SUPERVISOR)
    (code,) = await codes()
    await venue.mend()
    entry = await venue.at(north).scan(code)
    undone = await venue.at(north).post("undos", {"scan": str(uuid4()), "undoes": entry["scan"], "reason": "turned"})
    assert undone.status_code == 200
    (later,) = await codes()
    await venue.cut()
    assert await venue.at(north).verdict(code) == "admitted", "it was taken back"
    told = await venue.at(north).scan(later)
    assert (told["verdict"], told["ticket"]) == ("admitted", None), "signed, of this date, and newer than the list"
    assert await venue.at(north).verdict(later) == "already_in"
    problem(await venue.at(north).post("undos", {"scan": str(uuid4()), "undoes": entry["scan"]}), 503, "line-is-down")
    despite = await venue.at(north).scan(code, despite="She lost her friends")
    assert (despite["verdict"], despite["despite"]) == ("admitted", "already_in")
    await venue.mend()
    assert [one.found for one in venue.hub.troubles] == ["already_in"]


async def test_what_else_scanners_ask(
    venue: Venue, scanner: Enrol, codes: Act, database: Database, house: House
) -> None:
    """Their profile and dates without a line; what they decided by themselves; one that was enrolled here."""
    north, (code,) = await scanner(shown=(Shown.SEAT,)), await codes()
    await venue.mend()
    here = venue.at(north)
    answers = [(await here.get(path)).json() for path in ("profile", "performances")]
    await venue.cut()
    again = [(await here.get(path)).json() for path in ("profile", "performances")]
    for one in (answers[0], again[0]):
        one.pop("now")
    assert again == answers
    beat = await here.post("heartbeats", {"pending_count": 3})
    assert beat.json()["profile_version"] == 1
    sent = {"scan": str(uuid4()), "performance": house.first, "told": "admitted", "code": code}
    body = {"device_now": datetime.now(UTC).isoformat(), "scans": [sent | {"at": datetime.now(UTC).isoformat()}]}
    (taken,) = (await here.post("uploads", body)).json()["taken"]
    assert (taken["found"], taken["conflict"], taken["repeated"]) == ("admitted", False, False)
    assert (await here.post("uploads", body)).json()["taken"][0]["repeated"]
    assert await here.verdict(code) == "already_in"
    problem(await here.get("search", params={"performance": house.first, "text": "Ada"}), 503, "line-is-down")
    await venue.mend()
    assert await passages(database, house) == [("North", "")]
    made = await venue.client.post(
        "/api/v1/scan/devices", json={"code": await _profile_code(database, house, north), "name": "New"}
    )
    assert made.status_code == 201
    await venue.cut()
    new = Scanner(venue.client, house, north.profile, made.json()["token"], made.json()["device"])
    assert await new.verdict(code) == "already_in"


async def _profile_code(database: Database, house: House, scanner: Scanner) -> str:
    return await make_code(database, Settings(secret="5e" * 32), house, scanner.profile)


async def test_a_revoked_hub_decides_nothing(venue: Venue, scanner: Enrol, codes: Act) -> None:
    north, (code,) = await scanner(), await codes()
    await venue.mend()
    await venue.hub.line.ask("DELETE", "/api/v1/hub")
    venue.keeper._due.clear()
    await venue.keeper.once()
    assert venue.hub.revoked and not venue.hub.line.up
    body = {"scan": str(uuid4()), "performances": [north.house.first], "code": code}
    problem(await venue.at(north).post("admissions", body), 503, "line-is-down")
    assert "Revoked" in (await venue.client.get("/")).text


async def test_the_scanner_opens_without_a_line(venue: Venue) -> None:
    """Its page, its service worker and all that these name, in both languages; and the page that says what is wrong."""
    await venue.mend()
    worker = (await venue.client.get("/scan/worker.js")).text
    listed = re.findall(r'"(/[^"]+)"', shell.LISTED.search(worker)[1])  # type: ignore[index]
    await venue.cut()
    script = next(path for path in listed if path.endswith(".js") and path.startswith("/assets/"))
    beside = re.findall(r'"\./([\w-]+\.js)"', (await venue.client.get(script)).text)
    for path in ["/scan/worker.js", *listed, *(f"/assets/{name}" for name in beside)]:
        assert (await venue.client.get(path)).status_code == 200, path
    page = await venue.client.get("/scan", headers={"accept-language": "fr"})
    assert 'lang="fr"' in page.text and "wasm-unsafe-eval" in page.headers["content-security-policy"]
    problem(await venue.client.get("/assets/other.js"), 503, "line-is-down")
    status = await venue.client.get("/")
    assert "Down: the hub decides" in status.text and "default-src" in status.headers["content-security-policy"]
    assert (await venue.client.get("/authority.crt")).status_code == 404


def test_a_hub_vouches_for_itself(tmp_path: Path) -> None:
    """A client that trusts its authority speaks to it by any of its names; it is made anew before it ends."""
    now = datetime.now(UTC)
    made = certificates.identity(tmp_path, "Cellar", ["10.1.2.3", "hub.local"], now)
    assert made.authority is not None and len(made.fingerprint.split(":")) == 32
    assert made.key.stat().st_mode & 0o077 == 0
    authority = x509.load_pem_x509_certificate(made.authority.read_bytes())
    store = Store([authority])
    leaf = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    for name in (x509.DNSName("hub.local"), x509.IPAddress(ip_address("10.1.2.3"))):
        assert PolicyBuilder().store(store).build_server_verifier(name).verify(leaf, [])
    with pytest.raises(VerificationError):
        PolicyBuilder().store(store).build_server_verifier(x509.DNSName("other.local")).verify(leaf, [])
    before = made.certificate.read_bytes()
    certificates.identity(tmp_path, "Cellar", ["10.1.2.3"], now + timedelta(days=300))
    assert made.certificate.read_bytes() == before
    certificates.identity(tmp_path, "Cellar", ["10.1.2.3"], now + timedelta(days=350))
    assert made.certificate.read_bytes() != before
    assert made.authority.read_bytes() == authority.public_bytes(Encoding.PEM), "devices need not trust it anew"


def test_a_folder_has_one_hub(tmp_path: Path) -> None:
    first = Log(tmp_path)
    with pytest.raises(LogLocked):
        Log(tmp_path)
    first.close()
    Log(tmp_path).close()


async def test_one_scan_that_the_server_declines_keeps_no_other_waiting(
    venue: Venue, scanner: Enrol, codes: Act, database: Database, house: House
) -> None:
    north, (code,) = await scanner(), await codes()
    await venue.mend()
    await venue.cut()
    assert await venue.at(north).verdict("a scratch\0on the glass") == "unknown"
    assert await venue.at(north).verdict(code) == "admitted"
    await venue.mend()
    assert not venue.hub.waiting and [one.refused for one in venue.hub.troubles] == ["input-refused"]
    assert await passages(database, house) == [("North", "")]


async def test_what_cannot_be_written_lets_nobody_in(
    venue: Venue, scanner: Enrol, codes: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    north, (code,) = await scanner(), await codes()
    await venue.mend()
    await venue.cut()
    body = {"scan": str(uuid4()), "performances": [north.house.first], "code": code}
    with monkeypatch.context() as full:
        full.setattr(venue.hub.log, "_add", unwritable)
        problem(await venue.at(north).post("admissions", body), 503, "log-unwritable")
    told = (await venue.at(north).post("admissions", body)).json()
    assert (told["verdict"], told["repeated"]) == ("admitted", False), "it was never told"


def unwritable(*_: Any) -> Any:
    raise sqlite3.OperationalError("database or disk is full")
