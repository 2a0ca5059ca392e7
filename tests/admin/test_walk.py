"""Every route of the back office, as everybody, with one's own ids and another organisation's.

The routes are the application's, so a new one is walked without being named here. Nothing answers with an error of
ours; what belongs to another organisation is not found; a form from who may not send it changes nothing.
"""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from httpx import AsyncClient, Response
from litestar import Litestar
from litestar.routes import HTTPRoute
from msgspec import Struct

from admin.access import COOKIE
from admin.routes import ADMIN
from tests.admin.conftest import Browser
from tests.admin.walked import LESS_THAN_MANAGE, MAKERS, MAYBE_EMPTY, PERSONAL, PUBLIC
from tests.api.conftest import House
from ticketing import rights, sessions, staff
from ticketing.db import Database
from ticketing.rights import Grant
from ticketing.sessions import Stage
from ticketing.settings import Settings
from ticketing.tokens import Scope

PARAMETER = re.compile(r"{(\w+)}")
MARK = "Zzyzx"
"""Stands in every name of the other organisation, and must never be read."""
NAMED = ("organisations", "box_offices", "events", "venues")
PASSING = frozenset({"staff_sessions", "attempts", "passkey_challenges", "known_addresses", "pgqueuer_log"})
"""Tables that reading, or trying in vain, may write to."""
ROLES: dict[str, Scope | None] = {"no right": None} | {scope.value: scope for scope in Scope}


class Stop(Struct, frozen=True):
    """A method of a path."""

    method: str
    path: str

    @property
    def parameters(self) -> list[str]:
        return PARAMETER.findall(self.path)

    def at(self, ids: dict[str, Any]) -> str:
        return PARAMETER.sub(lambda found: str(ids[found[1]]), self.path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def stops() -> Iterator[Stop]:
    """Every method of every path."""
    for route in Litestar([ADMIN], openapi_config=None).routes:
        if isinstance(route, HTTPRoute):
            for method in sorted(route.methods - {"OPTIONS", "HEAD"}):
                yield Stop(method, route.path_format.rstrip("/"))


EVERY = [*stops()]
STOPS = [stop for stop in EVERY if set(stop.parameters) <= MAKERS.keys()]
OWNED = [stop for stop in STOPS if stop.parameters and stop.path not in PERSONAL | PUBLIC]


class Walker:
    """Somebody who asks for one stop after the other, signed in all the time whatever the stops do."""

    def __init__(self, client: AsyncClient, db: Database, staff_id: UUID | None) -> None:
        self._db, self._staff_id, self._browser = db, staff_id, Browser(client)

    async def ask(self, stop: Stop, ids: dict[str, Any], token: str | None = None) -> Response:
        """Open a page or send a form: with the token of the browser's last page, or another."""
        if not self._browser.token:
            await self._browser.get("/admin/sign-in")
        if self._staff_id is not None:
            opened = await sessions.start(self._db, self._staff_id, Stage.FULL, "192.0.2.7", "walk", datetime.now(UTC))
            self._browser.cookies[f"placeur-{COOKIE}"] = opened
        path = stop.at(ids)
        response = await (
            self._browser.get(path)
            if stop.method == "GET"
            else self._browser.post(path, None if token is None else {"csrf": token})
        )
        assert response.status_code < 500, (str(stop), response.status_code, response.text[:2000])
        return response


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Streams end soon: nobody walks on before one has ended."""
    return msgspec.structs.replace(settings, stream_s_max=1)


@pytest.fixture
async def walkers(client: AsyncClient, database: Database, house: House) -> dict[str, Walker]:
    """One walker a role."""
    now, found = datetime.now(UTC), {"nobody": Walker(client, database, None)}
    for name, scope in ROLES.items():
        person = await staff.create(database, f"{uuid4().hex}@example.org", "Walker", None, now)
        async with database.transaction() as c:
            if scope is not None:
                await staff.join(c, house.organisation_id, person.id, now)
                await rights.grant(
                    c, Grant(organisation_id=house.organisation_id, scope=scope, staff_id=person.id), now
                )
        found[name] = Walker(client, database, person.id)
    return found


@pytest.fixture
async def own(database: Database, house: House) -> dict[str, Any]:
    return {name: await make(database, house) for name, make in MAKERS.items()}


@pytest.fixture
async def others(database: Database, rival: House, connection: asyncpg.Connection) -> AsyncIterator[dict[str, Any]]:
    """Another organisation's ids, with a mark in its names."""
    found = {name: await make(database, rival) for name, make in MAKERS.items()}
    for table in NAMED:
        owner = {
            "organisations": "id = $1",
            "events": "box_office_id in (select id from box_offices where organisation_id = $1)",
        }.get(table, "organisation_id = $1")
        await connection.execute(f"update {table} set name = name || ' {MARK}' where {owner}", rival.organisation_id)
    yield found


async def fingerprint(c: asyncpg.Connection) -> dict[str, str]:
    """What every table holds, as one number each."""
    names = await c.fetch(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
    )
    told = "select count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from \"{}\" t"
    return {row[0]: await c.fetchval(told.format(row[0])) for row in names if row[0] not in PASSING}


def test_every_parameter_is_known() -> None:
    unknown = {f"{stop}: {name}" for stop in EVERY for name in stop.parameters if name not in MAKERS}
    assert not unknown, f"add to MAKERS in tests/admin/walked.py: {sorted(unknown)}"


def test_what_is_named_here_is_there() -> None:
    paths = {stop.path for stop in EVERY}
    assert (PUBLIC | PERSONAL | set(LESS_THAN_MANAGE)) <= paths


async def test_nobody_is_let_in(walkers: dict[str, Walker], own: dict[str, Any], connection: asyncpg.Connection):
    before = await fingerprint(connection)
    for stop in STOPS:
        if stop.path not in PUBLIC:
            response = await walkers["nobody"].ask(stop, own)
            assert response.status_code == 303, str(stop)
            assert response.headers["location"].startswith("/admin/sign-in?next="), str(stop)
    assert await fingerprint(connection) == before


@pytest.mark.parametrize("role", ["no right", "manage"])
async def test_what_is_another_organisations_is_not_found(
    walkers: dict[str, Walker], others: dict[str, Any], connection: asyncpg.Connection, role: str
):
    before = await fingerprint(connection)
    for stop in OWNED:
        response = await walkers[role].ask(stop, others)
        assert response.status_code == 404, (str(stop), response.status_code)
        assert MARK not in response.text, str(stop)
    assert await fingerprint(connection) == before


async def test_one_of_anothers_ids_among_ones_own_is_not_found(
    walkers: dict[str, Walker], own: dict[str, Any], others: dict[str, Any], connection: asyncpg.Connection
):
    before = await fingerprint(connection)
    for stop in OWNED:
        mixed = [name for name in stop.parameters if own[name] != others[name]]
        for name in mixed if len(stop.parameters) > 1 else ():
            response = await walkers["manage"].ask(stop, own | {name: others[name]})
            refused = response.status_code in (404, 422)  # 422: the empty form, before anything is looked up
            assert refused, (str(stop), name, response.status_code)
    assert await fingerprint(connection) == before


async def test_ids_of_nothing_are_not_found(walkers: dict[str, Walker]):
    for stop in OWNED:
        for nothing in (uuid4(), "nothing-here"):
            response = await walkers["manage"].ask(stop, dict.fromkeys(MAKERS, nothing))
            assert response.status_code in (404, 422), (str(stop), response.status_code)


async def test_without_a_right_ones_own_house_is_not_found_either(walkers: dict[str, Walker], own: dict[str, Any]):
    for stop in OWNED:
        assert (await walkers["no right"].ask(stop, own)).status_code == 404, str(stop)


async def test_a_form_without_this_browsers_token_changes_nothing(
    walkers: dict[str, Walker], own: dict[str, Any], connection: asyncpg.Connection
):
    before = await fingerprint(connection)
    for stop in STOPS:
        if stop.method != "GET" and stop.path not in PUBLIC:
            response = await walkers["manage"].ask(stop, own, token="0" * 64)
            assert response.status_code == 403, (str(stop), response.status_code)
    assert await fingerprint(connection) == before


@pytest.mark.parametrize("role", ["view", "scan", "sell"])
async def test_who_may_less_changes_nothing(
    walkers: dict[str, Walker], own: dict[str, Any], connection: asyncpg.Connection, role: str
):
    before = await fingerprint(connection)
    for stop in OWNED:
        needed = LESS_THAN_MANAGE.get(stop.path, Scope.MANAGE)
        if stop.method != "GET" and not Scope(role).includes(needed):
            response = await walkers[role].ask(stop, own)
            assert response.status_code in (403, 404), (str(stop), response.status_code)
    assert await fingerprint(connection) == before


@pytest.mark.parametrize("role", list(ROLES))
async def test_every_page_is_shown_or_refused(
    walkers: dict[str, Walker], own: dict[str, Any], others: dict[str, Any], role: str
):
    assert others
    for stop in STOPS:
        if stop.method == "GET":
            response = await walkers[role].ask(stop, own)
            assert response.status_code in (200, 303, 403, 404), (str(stop), response.status_code)
            assert MARK not in response.text, str(stop)
            if role == "manage" and stop in OWNED and stop.path not in MAYBE_EMPTY:
                assert response.status_code in (200, 303), (str(stop), response.status_code)


async def test_empty_forms_of_a_manager_break_nothing(walkers: dict[str, Walker], own: dict[str, Any]):
    for stop in STOPS:
        if stop.method != "GET":
            await walkers["manage"].ask(stop, own)


async def test_the_walk_sees_a_page_that_is_open_to_all(
    walkers: dict[str, Walker], others: dict[str, Any], monkeypatch: pytest.MonkeyPatch, database: Database
):
    """With the protection off, that is with rights everywhere, the walk fails."""
    owned = [stop for stop in OWNED if stop.method == "GET" and stop.parameters == ["key"]]
    organisation = await organisation_of(database, others["key"])
    person = await staff.create(database, f"{uuid4().hex}@example.org", "Walker", None, datetime.now(UTC))
    async with database.transaction() as c:
        given = Grant(organisation_id=organisation, scope=Scope.MANAGE, staff_id=person.id)
        await rights.grant(c, given, datetime.now(UTC))
    walker = Walker(walkers["manage"]._browser._client, database, person.id)
    assert owned and all([(await walker.ask(stop, others)).status_code != 404 for stop in owned])


async def organisation_of(db: Database, key: str) -> UUID:
    async with db.read() as c:
        found: UUID = await c.fetchval("select organisation_id from box_offices where key = $1", key)
    return found
