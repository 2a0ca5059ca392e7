import html
import re

from httpx import AsyncClient

from tests.api.conftest import House, titled
from ticketing import formats
from ticketing.db import Database


async def test_the_first_page_tells_what_is_on_sale(client: AsyncClient, house: House):
    response = await client.get("/")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert (
        "The Seagull" in response.text and f"/shop/{house.key}/events/{house.performances[0].event_id}" in response.text
    )
    assert not re.search(r"<script>|style=|onclick=|https?://", response.text)
    built = re.findall(r'(?:href|src)="(/assets/[^"#]+)"', response.text)
    assert [(await client.get(path)).status_code for path in built] == [200] * len(built)


async def test_the_first_page_speaks_the_readers_language(client: AsyncClient, house: House, database: Database):
    await titled(database, house, en="Seagull, The", fr="La Mouette")
    french = await client.get("/", headers={"accept-language": "fr-CH, en;q=0.5"})
    text = html.unescape(french.text)
    assert '<html lang="fr">' in text and "En vente" in text and "On sale" not in text
    assert "La Mouette" in text and "Seagull, The" not in text
    starts = house.performances[0].starts_at
    assert formats.day(starts, "Europe/Zurich", "fr") in text
    assert "Seagull, The" in html.unescape((await client.get("/", headers={"accept-language": "en"})).text)
    assert "accept-language" in french.headers["vary"]


async def test_a_page_asks_for_no_icon_that_is_not_there(client: AsyncClient, house: House):
    for path in ("/", "/api/docs", "/opt-out/nothing", "/admin/sign-in"):
        assert re.search(r'<link rel="icon" href="data:image/svg', (await client.get(path)).text), path


async def test_built_files_are_cached_for_ever(client: AsyncClient):
    page = (await client.get("/api/docs")).text
    for path in re.findall(r'"(/assets/[^"]+)"', page):
        plain = await client.get(path, headers={"accept-encoding": "identity"})
        packed = await client.get(path, headers={"accept-encoding": "br"})
        assert packed.headers["content-encoding"] == "br" and packed.content == plain.content
        assert "immutable" in plain.headers["cache-control"]
        assert plain.headers["content-type"].split(";")[0] in ("text/javascript", "text/css")
    assert (await client.get("/assets/manifest.json")).status_code == 404
    assert (await client.get("/assets/..%2f..%2fapp.py")).status_code == 404
