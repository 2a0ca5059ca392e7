"""What an address may ask of a page: numbers and days beyond all bounds are shown a page, never a failure."""

import pytest

from tests.admin.conftest import SignIn
from tests.api.conftest import House

LISTS = ["/box-offices/{key}/events", "/organisations/{key}/venues", "/events/{event}", "/events/{event}/performances",
         "/events/{event}/answers"]  # fmt: skip
DAYS = ["audit?since=0001-01-01", "audit?until=9999-12-31", "audit?before=0001-01-01T00:00:00%2B14:00_1",
        "audit?before=9999-12-31T23:59:59-12:00_1", "reports?first=0001-01-01&last=0001-01-02",
        "reports?first=9999-12-30&last=9999-12-31"]  # fmt: skip


@pytest.mark.parametrize("page", ["9" * 5000, "10000", "0", "%C2%B2", "-1"])
async def test_a_list_has_no_page_of_that_number(sign_in: SignIn, house: House, page: str) -> None:
    browser = await sign_in()
    named = {"key": house.key, "event": house.performances[0].event_id}
    for path in LISTS:
        await browser.page(f"/admin{path.format(**named)}?page={page}")


@pytest.mark.parametrize("asked", DAYS)
async def test_days_at_the_ends_of_the_calendar_are_no_failure(sign_in: SignIn, house: House, asked: str) -> None:
    browser = await sign_in()
    response = await browser.get(f"/admin/box-offices/{house.key}/{asked}")
    assert response.status_code in (200, 422), response.status_code
    assert "before=" in asked or "Choose a year from 1900 to 2199." in response.text
