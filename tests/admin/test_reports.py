"""The report of a box office, on the page and as files that a spreadsheet computes nothing in."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from tests.admin.conftest import SignIn
from tests.api.conftest import House
from ticketing.db import Database
from ticketing.tokens import Scope

FORMULA = '=HYPERLINK("https://evil.example","x")'


def path(house: House, rest: str = "") -> str:
    return f"/admin/box-offices/{house.key}/reports{rest}"


@pytest.mark.parametrize("by", ["event", "date", "tariff", "day", "channel", "method", "nonsense"])
async def test_every_grouping_and_its_files(sign_in: SignIn, house: House, paid: Callable[..., Any], by: str) -> None:
    await paid(party=2)
    seller = await sign_in(Scope.VIEW)
    assert "120.00" in await seller.page(path(house, f"?by={by}"))
    text = (await seller.get(path(house, f"/sales.csv?by={by}"))).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len({len(row) for row in rows}) == 1 and any("120.00" in row for row in rows[1:])
    book = openpyxl.load_workbook(io.BytesIO((await seller.get(path(house, f"/sales.xlsx?by={by}"))).content))
    assert 120 in [cell.value for row in book.active for cell in row]


async def test_a_name_that_is_a_formula_stays_a_name(
    sign_in: SignIn, house: House, paid: Callable[..., Any], database: Database
) -> None:
    await paid(party=1)
    async with database.transaction() as c:
        await c.execute("update tariffs set name = $1 where id = $2", FORMULA, house.full.id)
    seller = await sign_in(Scope.VIEW)
    text = (await seller.get(path(house, "/sales.csv?by=tariff"))).text
    assert "'=HYPERLINK" in text
    book = openpyxl.load_workbook(io.BytesIO((await seller.get(path(house, "/sales.xlsx?by=tariff"))).content))
    (cell,) = [cell for row in book.active for cell in row if cell.value == f"'{FORMULA}"]
    assert cell.data_type == "s"


async def test_days_that_cannot_be_are_told(sign_in: SignIn, house: House) -> None:
    seller = await sign_in(Scope.VIEW)
    for asked in ("first=2026-02-02&last=2026-01-01", "first=x&last=2026-01-01", "first=1990-01-01&last=2026-01-01"):
        assert "Choose a" in await seller.page(path(house, f"?{asked}"))
        assert (await seller.get(path(house, f"/sales.csv?{asked}"))).status_code == 422
    assert (await seller.get(path(house, "/sales.pdf"))).status_code == 404


async def test_every_column_sorts_the_page_and_its_files(
    sign_in: SignIn, house: House, paid: Callable[..., Any], database: Database
) -> None:
    await paid(party=1)
    three = await paid(party=3)
    async with database.transaction() as c:
        change = "update tickets set tariff_id = $1 where order_id = $2"
        await c.execute(change, house.reduced.id, UUID(three["id"]))
    seller = await sign_in(Scope.VIEW)

    async def names(sort: str) -> list[str]:
        text = await seller.page(path(house, f"?by=tariff&sort={sort}"))
        assert text.count("aria-sort=") == 1
        shown = re.findall(r'<th scope="row">([^<]+)<', text.partition("<tbody>")[2].partition("</tbody>")[0])
        sheet = (await seller.get(path(house, f"/sales.csv?by=tariff&sort={sort}"))).content.decode("utf-8-sig")
        assert [row[0] for row in csv.reader(io.StringIO(sheet))][1:-1] == shown
        return shown

    by_name = await names("name")
    assert by_name == await names("nonsense") == (await names("-name"))[::-1]
    full, reduced = house.full.name, house.reduced.name
    assert await names("tickets") == [full, reduced] and await names("-tickets") == [reduced, full]
    for column in ("sold", "net", "vat", "returned", "lapsed", "received"):
        assert sorted(await names(column)) == sorted(by_name)
    text = await seller.page(path(house, "?by=method&sort=-received"))
    assert 'aria-sort="descending"><a href="?by=method' in text and "sort=received" in text
