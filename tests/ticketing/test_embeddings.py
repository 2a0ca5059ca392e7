import base64
import hashlib
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.ticketing.house import House, open_house
from ticketing import carried_visits, embeddings
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.embeddings import Trackers, host_source_of, origin_of, script_url_of, snippet_of
from ticketing.refusals import EditedMeanwhile, InputRefused, NotFound

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
async def house(database: Database) -> House:
    return await open_house(database)


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://Example.org/", "https://example.org"),
        (" https://example.org:443", "https://example.org"),
        ("https://example.org:8443", "https://example.org:8443"),
        ("http://localhost:5000", "http://localhost:5000"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("https://théâtre.example", "https://xn--thtre-fsae3d.example"),
    ],
)
def test_an_origin_is_read_into_its_parts(typed: str, origin: str) -> None:
    if "xn--" in origin:
        origin = "https://" + "théâtre.example".encode("idna").decode()
    assert origin_of(typed, "origins") == origin


@pytest.mark.parametrize(
    "typed",
    [
        "example.org", "http://example.org", "https://example.org/page", "https://example.org?x", "https://*",
        "https://*.example.org", "https://example.org; script-src *", "https://example.org 'self'", "https://a,b.org",
        "https://user@example.org", "https://example.org:x", "https://example.org:99999", "javascript:alert(1)",
        "https://", "https://-a.org", "*", "'self'", "data:", "https://exam\nple.org;x", "https://" + "a" * 300,
    ],
)  # fmt: skip
def test_what_is_no_origin_is_refused(typed: str) -> None:
    with pytest.raises(InputRefused):
        origin_of(typed, "origins")


def test_hosts_and_addresses_of_scripts() -> None:
    assert host_source_of("www.example.org", "img_hosts") == "https://www.example.org"
    assert host_source_of("https://*.Example.org/", "img_hosts") == "https://*.example.org"
    for typed in ("*", "*.org", "http://example.org", "example.org/x", "a b", "'unsafe-inline'", "https://*.*.org"):
        with pytest.raises(InputRefused):
            host_source_of(typed, "img_hosts")
    url = "https://www.example.org/gtag/js?id=G-1"
    assert script_url_of(url, "script_urls") == url
    for typed in (
        "http://example.org/x.js",
        "//example.org/x.js",
        "https://e.org/x.js; *",
        "https://e.org/a b",
        "x.js",
    ):
        with pytest.raises(InputRefused):
            script_url_of(typed, "script_urls")


def test_a_snippet_is_allowed_by_the_hash_of_what_browsers_read() -> None:
    found = snippet_of(' window.a = 1;\r\nwindow.b = "é"; ')
    assert found == 'window.a = 1;\nwindow.b = "é";'
    digest = base64.b64encode(hashlib.sha256(found.encode()).digest()).decode()
    assert Trackers(snippet=found).snippet_hash == f"'sha256-{digest}'"
    for typed in ("<script>a()</script>", "a = '</SCRIPT'", "<!-- x", "x" * 20_001, "a\0b"):
        with pytest.raises(InputRefused):
            snippet_of(typed)


async def test_each_part_is_changed_by_itself_once(database: Database, house: House) -> None:
    by, own = Actor(organisation_id=house.organisation), (database, house.organisation, house.box_office)
    assert (await embeddings.get(database, house.box_office)).version == 0
    saved = await embeddings.set_origins(*own, 0, ["https://a.example", "", "https://a.example/"], by, NOW)
    assert (saved.version, saved.origins) == (1, ["https://a.example"])
    with pytest.raises(EditedMeanwhile):
        await embeddings.set_origins(*own, 0, [], by, NOW)
    saved = await embeddings.set_trackers(*own, 1, Trackers(snippet="a()", img_hosts=["b.example"]), by, NOW)
    assert saved.origins == ["https://a.example"] and saved.img_hosts == ["https://b.example"] and saved.any
    assert (await embeddings.set_origins(*own, 2, [], by, NOW)).trackers == saved.trackers
    with pytest.raises(InputRefused):
        await embeddings.set_origins(*own, 3, [f"https://{n}.example" for n in range(21)], by, NOW)
    with pytest.raises(NotFound):
        await embeddings.set_origins(database, uuid4(), house.box_office, 3, [], by, NOW)
    with pytest.raises(NotFound):
        await embeddings.get(database, uuid4())


async def test_a_visit_keeps_what_a_browser_would(database: Database) -> None:
    secret = "s" * 43
    assert await carried_visits.read(database, secret) == {}
    await carried_visits.write(database, secret, {"a": "1"}, NOW)
    await carried_visits.write(database, secret, {"a": "2", "b": "x"}, NOW)
    assert await carried_visits.read(database, secret) == {"a": "2", "b": "x"}
    assert await carried_visits.read(database, "t" * 43) == {}
    many = {f"c{n}": "v" * 1000 for n in range(40)}
    await carried_visits.write(database, secret, many, NOW)
    kept = await carried_visits.read(database, secret)
    assert "c39" in kept and "c0" not in kept and sum(map(len, kept.values())) < carried_visits.BYTES_MAX
    assert await carried_visits.forget(database, NOW + timedelta(days=1)) == 0
    assert await carried_visits.forget(database, NOW + timedelta(days=3)) == 1
