import re

from httpx import AsyncClient

from tests.api.conftest import House


async def test_the_first_page_tells_what_is_on_sale(client: AsyncClient, house: House):
    response = await client.get("/")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert "The Seagull" in response.text and f"/api/v1/performances/{house.first}" in response.text
    assert not re.search(r"<script|style=|onclick=|https?://", response.text)
    styles = re.findall(r'href="(/assets/[^"]+)"', response.text)
    assert [(await client.get(path)).status_code for path in styles] == [200]


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
