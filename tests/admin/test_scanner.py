"""The web scanner's shell: who may compile what, what a telephone keeps, and that a new version is a new one."""

import msgspec
import pytest
from httpx import AsyncClient

from admin import scanner
from tests.api.conftest import problem


@pytest.fixture
async def shell(client: AsyncClient) -> list[str]:
    """What the service worker keeps."""
    script = (await client.get("/scan/worker.js")).text
    return msgspec.json.decode(script.partition("self.SHELL=")[2].partition(";\n")[0], type=list[str])


async def test_only_the_scanner_compiles_webassembly_and_has_the_camera(client: AsyncClient, shell: list[str]) -> None:
    reader = next(path for path in shell if path.startswith("/scan/reader/"))
    for path in ("/scan", reader):
        headers = (await client.get(path)).headers
        policies = headers.get_list("content-security-policy")
        assert len(policies) == 1 and "'wasm-unsafe-eval'" in policies[0] and "'unsafe-" not in policies[0]
        assert headers.get_list("permissions-policy") == [scanner.MAY]
    for path in ("/", "/scan/worker.js", "/admin/sign-in", *(path for path in shell if path.startswith("/assets/"))):
        headers = (await client.get(path)).headers
        assert "wasm" not in headers["content-security-policy"] and "camera=()" in headers["permissions-policy"]
    problem(await client.get("/scan/reader/other.js"), 404, "not-found")


async def test_all_that_the_shell_keeps_is_there_and_is_the_same_for_everybody(
    client: AsyncClient, shell: list[str]
) -> None:
    for path in shell:
        response = await client.get(path)
        assert response.status_code == 200 and response.content, path
        assert "set-cookie" not in response.headers and response.headers["cache-control"] != "no-store"
    wasm = next(path for path in shell if path.endswith(".wasm"))
    assert (await client.get(wasm)).headers["content-type"] == "application/wasm"
    worker = await client.get("/scan/worker.js")
    assert worker.headers["service-worker-allowed"] == "/scan" and worker.headers["cache-control"] == "no-cache"
    again = await client.get("/scan/worker.js", headers={"if-none-match": worker.headers["etag"]})
    assert again.status_code == 304
    page = (await client.get("/scan")).text
    assert f'data-version="{scanner.version()}"' in page and scanner.version() in worker.text


async def test_it_is_installed_under_its_own_name(client: AsyncClient) -> None:
    for language, name in (("en", "Scanner"), ("fr", "Lecteur")):
        response = await client.get("/scan/manifest.webmanifest", headers={"accept-language": language})
        told = response.json()
        assert response.headers["content-type"] == "application/manifest+json"
        assert (told["short_name"], told["start_url"], told["scope"], told["display"]) == (
            name, "/scan", "/scan", "standalone",
        )  # fmt: skip
        for icon in told["icons"]:
            assert (await client.get(icon["src"])).status_code == 200
    page = (await client.get("/scan", headers={"accept-language": "fr"})).text
    assert '<html lang="fr">' in page and r"D\u00e9j\u00e0 entr\u00e9" in page
