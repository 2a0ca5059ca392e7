"""An inventory on the shared Valkey over a claims book: Redis is real, Postgres is a dictionary."""

import os
from collections.abc import AsyncIterator, Callable
from itertools import count

import pytest

from engine.holds import Any, Best, HoldRequest, Owner, Seats
from engine.inventory import Inventory
from tests.engine.claims_book import ClaimsBook

pools = count(1000)
SECRET = b"not a secret: a test's"
Ask = Callable[..., HoldRequest]


def ask(
    *wants: Seats | Best | Any,
    hold_ms: int = 60_000,
    request_id: bytes | None = None,
    digest: bytes = b"asked--1",
    allow: tuple[int, ...] = (),
    owners: tuple[Owner, ...] = (),
    box_office: str = "bo",
) -> HoldRequest:
    """A hold request with a fresh request id, unless one is given."""
    return HoldRequest(box_office, request_id or os.urandom(16), digest, wants, hold_ms, allow, owners)


@pytest.fixture
def book() -> ClaimsBook:
    return ClaimsBook()


@pytest.fixture
def pool(book: ClaimsBook) -> int:
    """A fresh pool of 100 places that are all alike."""
    return book.add(next(pools), "bo", 100)


@pytest.fixture
async def inventory(redis_url: str, book: ClaimsBook) -> AsyncIterator[Inventory]:
    inventory = await Inventory.open(redis_url, book, SECRET)
    yield inventory
    await inventory.close()


@pytest.fixture
async def other(redis_url: str, book: ClaimsBook) -> AsyncIterator[Inventory]:
    """Another worker's inventory over the same pools."""
    inventory = await Inventory.open(redis_url, book, SECRET)
    yield inventory
    await inventory.close()
