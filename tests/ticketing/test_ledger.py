"""The ledger: transfers, so that it sums to zero whatever is written."""

from engine.inventory import Inventory
from tests.ticketing.house import NOW, empty, open_house, order
from ticketing import ledger
from ticketing.db import Database
from ticketing.ledger import Account, Balance


async def test_an_amount_below_zero_goes_the_other_way(database: Database, inventory: Inventory) -> None:
    await empty(database)
    placed = await order(database, inventory, await open_house(database), [0])
    sold = [Balance(Account.RECEIVABLE, "EUR", 3000), Balance(Account.SALES, "EUR", -3000)]
    assert await ledger.balances(database, placed.id) == sold
    async with database.transaction() as c:
        for amount_cents in (500, -500, 0):
            await ledger.post(c, placed.id, Account.CASH, Account.RECEIVABLE, amount_cents, "EUR", "test", NOW)
        assert await c.fetchval("select count(*) from ledger where order_id = $1", placed.id) == 3
    assert await ledger.balances(database, placed.id) == [Balance(Account.CASH, "EUR", 0), *sold]
