"""The pages of tickets in bulk for points of sale."""

import re

from engine.inventory import Inventory
from tests.admin.conftest import Browser, SignIn
from tests.api.conftest import House
from tests.conftest import SECRET
from ticketing import consignments
from ticketing.db import Database
from ticketing.pools import PoolClaims
from ticketing.settings import Settings
from ticketing.tokens import Scope


async def made(settings: Settings, database: Database, order_id: str) -> consignments.Consignment:
    """The worker's part."""
    inventory = await Inventory.open(settings.redis_url, PoolClaims(database), SECRET)
    one = consignments.UUID(order_id)
    await consignments.run(database, inventory, settings, one, (await consignments.get(database, one)).created_at)
    await inventory.close()
    return await consignments.get(database, one)


async def test_tickets_are_given_out_printed_and_given_back(
    sign_in: SignIn, settings: Settings, database: Database, house: House
):
    manager: Browser = await sign_in(Scope.MANAGE)
    at = f"/admin/box-offices/{house.key}/consignments"
    text = await manager.page(at)
    assert "Nothing was given out yet." in text
    key = re.search(r'name="key" value="(\w+)"', text)[1]  # type: ignore[index]
    asked = {"date": str(house.first), "tariff": str(house.full.id), "name": "Station Kiosk", "key": key}
    wrong = await manager.post(at, asked | {"count": "0", "email": "kiosk@example.org"})
    assert wrong.status_code == 422 and 'value="Station Kiosk"' in wrong.text
    wrong = await manager.post(at, asked | {"count": "5", "email": "nobody"})
    assert wrong.status_code == 422 and key in wrong.text
    done = await manager.done(at, asked | {"count": "5", "email": "kiosk@example.org"})
    assert await manager.done(at, asked | {"count": "5", "email": "kiosk@example.org"}) == done, (
        "asked twice, made once"
    )
    assert 'hx-trigger="every 2s"' in await manager.page(done)
    one = await made(settings, database, done.rpartition("/")[2])
    assert one.live_count == 5 and "5 of 5 tickets" in await manager.page(f"{done}/progress")
    pdf = await manager.get(f"{done}/tickets.pdf?first={one.first_serial}&last={one.last_serial}&size=a6")
    assert pdf.status_code == 200 and pdf.content.startswith(b"%PDF") and pdf.content.count(b"/Type /Page\n") in (0, 5)
    refused = await manager.post(f"{done}/returns", {"first": "1", "last": "x"})
    assert refused.status_code == 422
    numbers = {"first": str(one.first_serial), "last": str((one.first_serial or 0) + 1)}
    assert await manager.done(f"{done}/returns", numbers) == done
    text = await manager.page(done)
    assert "3 are out, 2 came back, 0 were let in." in text and "Issue an invoice" in text
    assert "2 back" in await manager.page(at)
    seller = await sign_in(Scope.SELL)
    assert (await seller.get(done)).status_code == 403
