"""An event's page and a date's: what they say is what was sold."""

from tests.admin.conftest import SignIn
from tests.api.conftest import House
from ticketing.tokens import Scope


async def test_an_event_without_sales(sign_in: SignIn, house: House) -> None:
    seller = await sign_in(Scope.VIEW)
    text = await seller.page(f"/admin/events/{house.performances[0].event_id}")
    print(text[-9000:])
    text = await seller.page(f"/admin/performances/{house.first}")
    print(text[-9000:])
