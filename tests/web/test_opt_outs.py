"""The way out of mails to buyers: its link shows, its button acts, and nobody makes up a link of their own."""

from typing import Any
from urllib.parse import quote

import pytest
from httpx import AsyncClient, Response

from tests.api.conftest import House, client, database, house, rival, settings
from ticketing import mailings
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.settings import Settings

__all__ = ["client", "database", "house", "rival", "settings"]

EMAIL = "zoe@example.org"
OUT, AGAIN = "List-Unsubscribe=One-Click", "again=on"
FORM = {"content-type": "application/x-www-form-urlencoded"}
ONE_CLICK = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
PARTS = {"content-type": 'multipart/form-data; boundary="x"'}


@pytest.fixture
def link(settings: Settings, house: House) -> str:
    return f"/opt-out/{mailings.opt_out_token(settings, house.organisation_id, EMAIL)}"


async def opted_out(database: Database, house: House) -> bool:
    return (await mailings.opted_out(database, house.organisation_id, EMAIL))[1]


async def press(client: AsyncClient, link: str, body: str | bytes = OUT, headers: Any = FORM) -> Response:
    return await client.post(link, content=body, headers=headers)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_following_the_link_changes_nothing(
    client: AsyncClient, database: Database, house: House, link: str, method: str
) -> None:
    for _ in range(2):
        assert (await client.request(method, f"{link}?again=on&List-Unsubscribe=One-Click")).status_code == 200
    assert not await opted_out(database, house)
    page = (await client.get(link)).text
    assert EMAIL in page and "No more mails like this one" in page and "noindex" in page


async def test_the_button_ends_them_and_begins_them_again(
    client: AsyncClient, database: Database, house: House, rival: House, link: str
) -> None:
    for _ in range(2):  # a link is used as often as its mail is opened
        response = await press(client, link, b"")
        assert response.status_code == 200 and "Get these mails again" in response.text
        assert await opted_out(database, house)
    assert not await opted_out(database, rival)
    assert "Get these mails again" in (await client.get(link)).text
    for _ in range(2):
        assert "No more mails like this one" in (await press(client, link, AGAIN)).text
        assert not await opted_out(database, house)


@pytest.mark.parametrize(("body", "headers"), [(OUT, FORM), (ONE_CLICK, PARTS)])
async def test_a_mail_reader_does_it_with_one_click(
    client: AsyncClient, database: Database, house: House, link: str, body: Any, headers: Any
) -> None:
    """As RFC 8058 says, without cookies, from another site."""
    response = await press(client, link, body, headers | {"origin": "https://mail.example"})
    assert response.status_code == 200 and await opted_out(database, house)


async def test_links_that_are_not_ours(
    client: AsyncClient, database: Database, settings: Settings, house: House, rival: House, link: str
) -> None:
    token = link.rpartition("/")[2]
    other = mailings.opt_out_token(settings, rival.organisation_id, EMAIL)
    gone = mailings.opt_out_token(settings, new_id(), EMAIL)
    forged = [f"{other[:22]}{token[22:]}", f"{token[:-4]}AAAA", token[4:], "x", "A" * 3000, "é" * 20, gone]
    for one in forged:
        for response in (await client.get(f"/opt-out/{quote(one)}"), await press(client, f"/opt-out/{quote(one)}")):
            assert response.status_code == 404 and "This link does not work" in response.text, one
            assert EMAIL not in response.text
    assert not await opted_out(database, house) and not await opted_out(database, rival)


async def test_a_body_that_is_no_form_is_refused(
    client: AsyncClient, database: Database, house: House, link: str
) -> None:
    for body, headers in ((b"\xff\xfe", FORM), (b"--", PARTS), (b"a" * 300_000, FORM)):
        assert 400 <= (await press(client, link, body, headers)).status_code < 500
    assert not await opted_out(database, house)


async def test_an_address_is_a_text_on_the_page(client: AsyncClient, settings: Settings, house: House) -> None:
    token = mailings.opt_out_token(settings, house.organisation_id, "<script>@example.org")
    assert "<script>" not in (await client.get(f"/opt-out/{token}")).text


async def test_in_the_language_of_the_browser(client: AsyncClient, link: str) -> None:
    page = (await client.get(link, headers={"accept-language": "fr"})).text
    assert 'lang="fr"' in page and "Ne plus recevoir ces messages" in page
