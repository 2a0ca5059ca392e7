from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from httpx import AsyncClient

from tests.api.conftest import House, problem
from tests.api.scanners import Scanner, codes_of, enrol
from ticketing import forms, scan_lists, tickets
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.scan_profiles import Shown
from ticketing.settings import Settings

Act = Callable[..., Any]
Enrol = Callable[..., Awaitable[Scanner]]


@pytest.fixture(autouse=True)
def always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_lists, "FRESH_S", -1.0)


@pytest.fixture
def scanner(client: AsyncClient, database: Database, settings: Settings, house: House) -> Enrol:
    async def made(**choice: Any) -> Scanner:
        return await enrol(client, database, settings, house, **choice)

    return made


async def listed(gate: Scanner, path: str, since: str | None = None) -> dict[str, Any]:
    params = {} if since is None else {"since": since}
    response = await gate.get(f"performances/{gate.house.first}/{path}", params=params)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def rows(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(found["columns"], row, strict=True)) for row in found["tickets"]]


async def of_order(db: Database, placed: Any) -> list[Any]:
    async with db.read() as c:
        return await c.fetch("select id, serial from tickets where order_id = $1::uuid order by serial", placed["id"])


async def test_a_list_has_every_ticket_and_what_the_profile_shows(
    scanner: Enrol, paid: Act, order: Act, house: House, database: Database
) -> None:
    gate, waiting = await scanner(), await order(party=1)
    placed = await paid(party=2)
    found = await listed(gate, "tickets")
    assert found["whole"] and found["number"] == house.performances[0].pool_id
    assert (found["mode"], found["cancelled"], found["words"]) == ("once", False, ["Full"])
    by_serial = {row["serial"]: row for row in rows(found)}
    assert len(by_serial) == 3
    (unpaid,), good = await of_order(database, waiting), await of_order(database, placed)
    assert by_serial[unpaid["serial"]]["status"] == 1
    row = by_serial[good[0]["serial"]]
    assert (row["kind"], row["generation"], row["status"], row["entries"], row["inside"]) == (1, 0, 0, 0, 0)
    assert (row["name"], row["tariff"], row["pass"]) == ("Ada", 0, -1) and row["row"] and row["seat"]
    assert found["zones"][row["zone"]] == {"id": "stalls", "label": "Stalls", "admitted": True}


async def test_what_a_profile_does_not_show_is_not_in_its_list(scanner: Enrol, paid: Act) -> None:
    await paid(party=1)
    found = await listed(await scanner(shown=(Shown.TARIFF,), zones=("floor",)), "tickets")
    assert found["columns"] == ["kind", "serial", "generation", "status", "entries", "inside", "zone", "tariff"]
    assert "Ada" not in str(found) and found["zones"][0]["admitted"] is False


async def test_changes_are_told_by_version(
    scanner: Enrol, paid: Act, database: Database, settings: Settings, house: House
) -> None:
    gate, placed = await scanner(), await paid(party=3)
    before = await listed(gate, "tickets")
    codes, (first, second, third) = await codes_of(database, settings, placed["id"]), await of_order(database, placed)
    nothing = await listed(gate, "tickets", before["version"])
    assert not nothing["whole"] and nothing["tickets"] == []
    now = datetime.now(UTC)
    await tickets.oppose(database, house.organisation_id, first["id"], now)
    await tickets.reissue(database, house.organisation_id, second["id"], now)
    scanned = {code: await gate.verdict(code) for code in codes}
    assert sorted(scanned.values()) == ["admitted", "old_code", "opposed"]
    after = await listed(gate, "tickets", before["version"])
    assert not after["whole"]
    changed = {row["serial"]: row for row in rows(after)}
    assert (changed[first["serial"]]["status"], changed[second["serial"]]["generation"]) == (3, 1)
    assert (changed[third["serial"]]["entries"], changed[third["serial"]]["inside"]) == (1, 1)
    more = await paid(party=1)
    newest = await listed(gate, "tickets", after["version"])
    assert [row["serial"] for row in rows(newest)] == [row["serial"] for row in await of_order(database, more)]
    assert len(rows(await listed(gate, "tickets"))) == 4
    future = await listed(gate, "tickets", str(int(newest["version"]) + 10**9))
    assert future["whole"] and len(future["tickets"]) == 4, "a version of another database is none"


async def test_a_change_under_way_is_told_once_it_is_there(
    scanner: Enrol, paid: Act, database: Database, connection: asyncpg.Connection
) -> None:
    """A transaction that began before a list was read and ends after it is in what comes since."""
    gate, placed = await scanner(), await paid(party=1)
    (ticket,) = await of_order(database, placed)
    async with connection.transaction():
        await connection.execute("update tickets set status = 'opposed' where id = $1", ticket["id"])
        during = await listed(gate, "tickets")
        await paid(party=1)  # later transactions come and go meanwhile
        later = await listed(gate, "tickets")
        assert [row["status"] for row in rows(during) + rows(later)] == [0, 0, 0]
    for seen in (during, later):
        assert 3 in {row["status"] for row in rows(await listed(gate, "tickets", seen["version"]))}


async def test_revocations_are_what_a_signature_does_not_say(
    scanner: Enrol, paid: Act, order: Act, database: Database, house: House
) -> None:
    gate, placed = await scanner(), await paid(party=3)
    (unpaid,), (first, second, _) = await of_order(database, await order(party=1)), await of_order(database, placed)
    found = await listed(gate, "revocations")
    assert found["whole"] and found["revoked"] == [[1, unpaid["serial"], 0, 1]]
    now = datetime.now(UTC)
    await tickets.oppose(database, house.organisation_id, first["id"], now)
    await tickets.reissue(database, house.organisation_id, second["id"], now)
    since = await listed(gate, "revocations", found["version"])
    assert sorted(since["revoked"]) == [[1, first["serial"], 0, 3], [1, second["serial"], 1, 0]]
    await tickets.allow(database, house.organisation_id, first["id"], now)
    allowed = await listed(gate, "revocations", since["version"])
    assert [1, first["serial"], 0, 0] in allowed["revoked"], "what is good again is told too"
    assert len((await listed(gate, "revocations"))["revoked"]) == 2


async def test_the_tag_is_of_the_content(scanner: Enrol, paid: Act, codes: Act, house: House) -> None:
    gate = await scanner()
    path = f"performances/{house.first}/tickets"
    first = await gate.get(path, headers={"accept-encoding": "gzip"})
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache" and first.headers["content-encoding"] == "gzip"
    same = await gate.get(path, headers={"if-none-match": tag})
    assert same.status_code == 304 and same.content == b""
    (code,) = await codes()
    await gate.scan(code)
    after = await gate.get(path, headers={"if-none-match": tag})
    assert after.status_code == 200 and after.headers["etag"] != tag
    other = await scanner(shown=())
    assert (await other.get(path)).headers["etag"] != after.headers["etag"]


@pytest.fixture
def codes(paid: Act, database: Database, settings: Settings) -> Act:
    async def sold(party: int = 1) -> list[str]:
        return await codes_of(database, settings, (await paid(party=party))["id"])

    return sold


async def test_another_box_offices_list_is_not_found(scanner: Enrol, rival: House) -> None:
    gate = await scanner()
    for path in ("tickets", "revocations"):
        problem(await gate.get(f"performances/{rival.first}/{path}"), 404, "not-found")
        problem(await gate.get(f"performances/{rival.first}/{path}", params={"since": "0"}), 422, "input-refused")


async def test_answers_are_shown_where_the_profile_says_so(
    scanner: Enrol, paid: Act, codes: Act, database: Database, house: House
) -> None:
    owner, by, now = house.organisation_id, Actor(organisation_id=house.organisation_id), datetime.now(UTC)
    form = await forms.create(database, owner, house.performances[0].box_office_id, "Runners", by, now)
    values = forms.FieldValues(kind=forms.Kind.TEXT, labels={"en": "T-shirt", "fr": "Maillot"})
    field: UUID = await forms.add_field(database, owner, form, values, by, now)
    gate = await scanner(field_ids=(field,))
    (code,) = await codes()
    async with database.read() as c:
        await c.execute(
            "insert into answers (id, order_id, ticket_id, field_id, texts, answered_at)"
            " select gen_random_uuid(), order_id, id, $1, '{XL}', now() from tickets where performance_id = $2::uuid",
            field, house.first,
        )  # fmt: skip
    told = await gate.scan(code)
    assert told["ticket"]["answers"] == [{"question": "T-shirt", "answer": "XL", "field_id": str(field)}]
    found = await listed(gate, "tickets")
    assert found["questions"] == ["T-shirt"] and rows(found)[0]["answers"] == ["XL"]
    assert (await (await scanner()).scan(code))["ticket"]["answers"] == []
