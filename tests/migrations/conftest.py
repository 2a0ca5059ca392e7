from collections.abc import AsyncIterator
from itertools import count

import asyncpg
import pytest

from embedded import Postgres

numbers = count()


@pytest.fixture
async def empty_url(postgres: Postgres) -> AsyncIterator[str]:
    """The URL of a database with nothing in it."""
    name = f"empty_{next(numbers)}"
    connection = await asyncpg.connect(postgres.url("postgres"))
    await connection.execute(f"create database {name}")
    yield postgres.url(name)
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()
