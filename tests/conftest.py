"""The servers every test shares: one Postgres and one Valkey a session, real ones, started from their wheels.

Each test module gets a database of its own, cloned from a migrated template, and an emptied Valkey. Tests that stop,
kill or flush a server start their own (`embedded.Postgres(folder)`), never the shared one.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest
from hypothesis import settings
from redis import Redis

from embedded import Postgres, Valkey, ValkeyCluster
from engine.inventory import Inventory
from tests.running import run
from ticketing.db import Database
from ticketing.migrations import migrate
from ticketing.pools import PoolClaims
from ticketing.workshop import Workshop

TEMPLATE = "placeur_template"
SECRET = bytes(range(32))
numbers = count(1)

settings.register_profile("patient", deadline=None)  # a busy machine is no mistake of what is tried
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--durable", action="store_true", help="run the shared Postgres with fsync, as the product does")


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """An empty folder that a server without privileges may enter, for tests that start servers of their own."""
    yield from _folder()


@pytest.fixture(scope="session")
def session_folder() -> Iterator[Path]:
    yield from _folder()


def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="placeur-tests-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def workshop() -> Iterator[Workshop]:
    """Where files that people send are read: processes that start with the first."""
    workshop = Workshop()
    yield workshop
    workshop.close()


@pytest.fixture(scope="session")
def postgres(session_folder: Path, request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """The shared Postgres, on a unix socket and a loopback port."""
    durable = bool(request.config.getoption("--durable"))
    with Postgres(session_folder / "pg", port=0, durable=durable, settings={"max_connections": "300"}) as server:
        yield server


@pytest.fixture(scope="session")
def valkey(session_folder: Path) -> Iterator[Valkey]:
    """The shared Valkey, on a unix socket and a loopback port."""
    with Valkey(session_folder / "vk", port=0) as server:
        yield server


@pytest.fixture(scope="session")
def valkey_cluster(session_folder: Path) -> Iterator[ValkeyCluster]:
    """Three real Valkey nodes that form a cluster; `.url()` names one of them."""
    with ValkeyCluster(session_folder / "cl") as cluster:
        yield cluster


@pytest.fixture(scope="session")
def template(postgres: Postgres) -> str:
    """The name of a database that holds the migrated, empty schema."""
    _execute(postgres, f"create database {TEMPLATE}")
    run(migrate(postgres.url(TEMPLATE)))
    return TEMPLATE


@pytest.fixture(scope="module")
def fresh_database(postgres: Postgres, template: str) -> Iterator[Callable[[], str]]:
    """Makes databases with the schema in them, that go with the module; the URL of each."""
    made: list[str] = []

    def make() -> str:
        made.append(f"placeur_{os.getpid()}_{next(numbers)}")
        _execute(postgres, f"create database {made[-1]} template {template}")
        return postgres.url(made[-1])

    yield make
    for name in made:
        _execute(postgres, f"drop database {name} with (force)")


@pytest.fixture(scope="module")
def database_url(fresh_database: Callable[[], str]) -> str:
    """The URL of a fresh database with the schema in it, one for each test module."""
    return fresh_database()


@pytest.fixture(scope="module")
def redis_url(valkey: Valkey) -> str:
    """The URL of the shared Valkey, emptied once for each test module."""
    with Redis.from_url(valkey.url()) as client:
        client.flushall()
    return valkey.url()


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """One plain connection to the module's database."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture(scope="module")
async def database(database_url: str) -> AsyncIterator[Database]:
    """The module's database as the product opens it. Tests share its content: make an organisation of your own."""
    database = await Database.open(database_url)
    yield database
    await database.close()


@pytest.fixture(scope="module")
async def inventory(redis_url: str, database: Database) -> AsyncIterator[Inventory]:
    """The inventory as the product opens it, over the module's database and the shared Valkey."""
    inventory = await Inventory.open(redis_url, PoolClaims(database), SECRET)
    yield inventory
    await inventory.close()


def _execute(postgres: Postgres, statement: str) -> None:
    async def executed() -> None:
        connection = await asyncpg.connect(postgres.url("postgres"))
        await connection.execute(statement)
        await connection.close()

    run(executed())
