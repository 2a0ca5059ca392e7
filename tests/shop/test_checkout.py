import asyncio
import html
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient, Response

from tests.api.conftest import House, taxed
from tests.shop.conftest import Browser
from ticketing import forms, orders, shops
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.forms import FieldValues, Kind
from ticketing.settings import Settings
from ticketing.shops import Look, ShopTexts

BUYER = {"email": "Ada@Example.org", "name": "Ada Lovelace", "language": "en"}
Asking = Callable[..., Awaitable[tuple[UUID, UUID]]]


@pytest.fixture
async def buyer(visitor: Browser, house: House) -> Browser:
    """Somebody with two seats in the cart."""
    await visitor.take(house, ["A-1", "A-2"])
    return visitor


async def details(browser: Browser, **fields: Any) -> str:
    """Fill the first page of the checkout; where it leads."""
    await browser.page(f"{browser.base}/checkout")
    return await browser.done(f"{browser.base}/checkout", BUYER | fields)


async def at_payment(browser: Browser, handover: str = "print") -> str:
    """Come to the last page; its text."""
    path = await details(browser)
    if path.endswith("/delivery"):
        await browser.page(path)
        path = await browser.done(path, {"handover": handover})
    return await browser.page(path)


async def test_two_seats_are_bought(buyer: Browser, house: House, database: Database) -> None:
    page = await at_payment(buyer)
    assert "row A, seat 1" in page and "CHF" in page and "120.00" in page
    path = await buyer.done(f"{buyer.base}/checkout/payment", {"total_cents": "12000", "method": "sandbox"})
    print(path)
    back = await buyer.done(path, {"paid": "true"})
    print(back)
