"""Schemathesis over the description: hundreds of requests that fit it and requests that do not, and never a 500.

Half of them name things that are there, and show a token that may do everything, so that they get past the door: a
manager's, or, where scanners ask, that of a supervisor's scanner.
"""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error

from tests.api.conftest import House, make_house, opens, order_body
from tests.api.scanners import make_code, make_profile
from tests.api.server import Server, server
from tests.api.test_print_agents import AGENTS, ask, code_of, printer_of
from ticketing import print_agents, scan_devices, scan_hubs
from ticketing.db import Database
from ticketing.doors import Mode
from ticketing.scan_devices import Enrolment
from ticketing.scan_profiles import Role
from ticketing.settings import Settings, secret_bytes
from ticketing.tokens import Scope

EXAMPLES = 12
ENDLESS = "/availability/stream"
NAMED = ("performances", "performance", "lists")
HUBS = re.compile(r"/hub(/|$)")
SCANNERS = re.compile(r"/scan/|/checkinrpc/")
LOOSE = {
    "reads_per_minute_max": 10_000_000,
    "holds_per_minute_max": 10_000_000,
    "sign_ins_per_minute_max": 1_000_000,
    "stream_s_max": 1,
}


@pytest.fixture
def loose(settings: Settings) -> Settings:
    """No limit of rate comes between."""
    return msgspec.structs.replace(settings, **LOOSE)


@pytest.fixture
def open_house(loose: Settings) -> House:
    async def make() -> House:
        database = await Database.open(loose.database_url, loose)
        try:
            return await make_house(database)
        finally:
            await database.close()

    return asyncio.run(make())


@pytest.fixture
def scanner(loose: Settings, open_house: House) -> dict[str, str]:
    """What a supervisor's scanner shows."""

    async def enrol() -> str:
        database = await Database.open(loose.database_url, loose)
        try:
            profile = await make_profile(database, open_house, role=Role.SUPERVISOR, mode=Mode.ENTRY_EXIT)
            code = await make_code(database, loose, open_house, profile)
            asked, now = Enrolment(name="Fuzz"), datetime.now(UTC)
            made = await scan_devices.enrol_by_code(database, secret_bytes(loose), code, None, asked, "", now)
            return made.token
        finally:
            await database.close()

    return {"authorization": f"Bearer {asyncio.run(enrol())}"}


@pytest.fixture
def agent(loose: Settings, open_house: House) -> dict[str, str]:
    """What a print agent shows, for which a job waits."""

    async def enrol() -> str:
        database = await Database.open(loose.database_url, loose)
        try:
            made = await print_agents.enrol(
                database, secret_bytes(loose), await code_of(database, loose, open_house), "Fuzz", "", "", "",
                datetime.now(UTC),
            )  # fmt: skip
            printer = await printer_of(database, open_house, {"agent": str(made.id)})
            await ask(database, open_house, printer, "fuzz")
            return made.token
        finally:
            await database.close()

    return {"authorization": f"Bearer {asyncio.run(enrol())}"}


@pytest.fixture
def hub(loose: Settings, open_house: House) -> dict[str, str]:
    """What a hub shows."""

    async def enrol() -> str:
        database = await Database.open(loose.database_url, loose)
        try:
            code = await make_code(database, loose, open_house, None)
            now = datetime.now(UTC)
            return (await scan_hubs.enrol(database, secret_bytes(loose), code, "Fuzz", "", "", now)).token
        finally:
            await database.close()

    return {"authorization": f"Bearer {asyncio.run(enrol())}"}


@pytest.fixture
def served(loose: Settings) -> Iterator[Server]:
    with server(loose) as served:
        yield served


def real_things(served: Server, house: House) -> dict[str, Any]:
    """Values of path parameters, and of some fields of bodies, that lead somewhere."""
    with httpx.Client(base_url=served.url, headers=house.bearer(Scope.SELL)) as client:
        wants = [{"kind": "best", "performance": house.first, "party": 2}]
        ordered = client.post(house.path("holds"), json={"wants": wants}).json()
        key = {"idempotency-key": "0123456789abcdef"}
        placed = client.post(house.path("orders"), json=order_body(house, ordered), headers=key).json()
        sheet = client.get(f"/api/v1/orders/{placed['id']}/tickets", headers=opens(placed)).json()
        held = client.post(house.path("holds"), json={"wants": wants}).json()
    return {
        "box_office": house.key,
        "performance": house.first,
        "hold": held["hold"],
        "order": placed["id"],
        "ticket": sheet["tickets"][0]["ticket_id"],
        "hash": house.performances[0].plan_hash.hex(),
        "code": "seats-taken",
        "organizer": house.key,
        "performances": [house.first],
        "lists": [house.performances[0].pool_id],
    }


def test_no_request_breaks_anything(
    served: Server, open_house: House, scanner: dict[str, str], agent: dict[str, str], hub: dict[str, str]
) -> None:
    schema = schemathesis.openapi.from_url(f"{served.url}/api/openapi.json")
    things, token = real_things(served, open_house), open_house.bearer(Scope.MANAGE)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 30
    sent = 0
    for operation in operations:
        if operation.path.endswith(ENDLESS):
            continue
        shown = scanner if SCANNERS.search(operation.path) and operation.method != "delete" else token
        shown = agent if operation.path.startswith(AGENTS) else shown
        shown = hub if HUBS.search(operation.path) and operation.method != "delete" else shown
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            sent += _send_many(operation, mode, things, shown)
    assert sent > 500


def _send_many(operation: Any, mode: GenerationMode, things: dict[str, Any], token: dict[str, str]) -> int:
    sent = 0

    @hypothesis_settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), seed=st.integers(0, 7))
    def send(case: Any, seed: int) -> None:
        nonlocal sent
        random = Random(seed)
        for name in case.path_parameters:
            if name in things and random.random() < 0.6:
                case.path_parameters[name] = things[name]
        if isinstance(case.body, dict):
            named = [name for name in case.body if name in NAMED and random.random() < 0.6]
            case.body |= {name: things[name] for name in named}
        headers = token if random.random() < 0.6 else None
        case.call_and_validate(checks=(not_a_server_error,), headers=headers)
        sent += 1

    try:
        send()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, f"nothing fits {operation.label}"  # some have nothing to get wrong
    return sent
