import msgspec
import pytest
from httpx import AsyncClient

from tests.admin.conftest import SignIn
from tests.api.conftest import PLACES, House
from ticketing.db import Database
from ticketing.settings import Settings
from ticketing.tokens import Scope


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A stream that ends soon: the transport of these tests hands an answer over when it is whole."""
    return msgspec.structs.replace(settings, stream_s_max=1)


async def test_the_map_of_a_draft_lives_for_the_team_alone(
    sign_in: SignIn, client: AsyncClient, database: Database, house: House
):
    async with database.transaction() as c:
        await c.execute(
            "update events set visibility = 'draft' where id = (select event_id from performances where id = $1)",
            house.performances[0].id,
        )
    browser = await sign_in(Scope.VIEW)
    path = f"/admin/performances/{house.first}/availability"
    answer = await browser.get(path)
    assert len(answer.content) == -(-PLACES // 4)
    assert answer.headers["cache-control"].startswith("private")
    told = await browser.get(f"{path}/stream")
    assert told.headers["content-type"].startswith("text/event-stream") and "event: house" in told.text
    for part in ("availability", "availability/stream"):
        assert (await client.get(f"/api/v1/performances/{house.first}/{part}")).status_code == 404


async def test_the_page_of_a_date_shows_the_live_map(sign_in: SignIn, house: House):
    browser = await sign_in(Scope.VIEW)
    assert f'data-live="/admin/performances/{house.first}/availability"' in await browser.page(
        f"/admin/performances/{house.first}"
    )
