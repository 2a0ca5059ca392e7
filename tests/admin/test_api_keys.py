import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import ASGITransport, AsyncClient

from tests.admin.conftest import PASSWORD, Browser, SignIn
from tests.api.conftest import House, problem
from ticketing import sessions, tokens
from ticketing.db import Database
from ticketing.tokens import Scope
from web.addresses import Addresses

SECRET = re.compile(r'id="secret" value="(placeur_[\w-]{43})"')
CODE = "/api/v1/orders?code=x"
"""Nobody's order: found by nobody, and asked for by who may read orders."""
ID = re.compile(r'name="id" value="([\w-]{36})"')


class Keys:
    """The pages of a house's keys, in one browser."""

    def __init__(self, browser: Browser, house: House) -> None:
        self.browser = browser
        self.list = f"/admin/organisations/{house.key}/api-keys"

    async def make(self, **fields: Any) -> tuple[str, UUID]:
        """Make a key; its secret and its id."""
        found = ID.search(await self.browser.page(f"{self.list}/new"))
        assert found
        response = await self.browser.post(self.list, {"id": found[1], "name": "Site", "scope": "view"} | fields)
        assert response.status_code == 201, response.text
        shown = SECRET.search(response.text)
        assert shown
        return shown[1], UUID(found[1])


@pytest.fixture
async def keys(sign_in: SignIn, house: House) -> Keys:
    return Keys(await sign_in(), house)


def bearer(secret: str, **headers: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"} | headers


async def test_a_key_is_shown_once(keys: Keys, client: AsyncClient, house: House):
    secret, key_id = await keys.make(name="Our website")
    for path in (keys.list, f"/admin/api-keys/{key_id}", f"{keys.list}/new"):
        assert secret not in await keys.browser.page(path)
    assert "Our website" in await keys.browser.page(keys.list)
    assert (await client.get(CODE, headers=bearer(secret))).status_code == 404


async def test_the_answer_with_the_secret_is_kept_by_no_browser(keys: Keys):
    found = ID.search(await keys.browser.page(f"{keys.list}/new"))
    assert found
    response = await keys.browser.post(keys.list, {"id": found[1], "name": "Site", "scope": "view"})
    assert response.headers["cache-control"] == "no-store"


async def test_the_form_sent_again_makes_no_second_key(keys: Keys, database: Database, house: House):
    _, key_id = await keys.make()
    fields = {"id": str(key_id), "name": "Site", "scope": "view"}
    assert await keys.browser.done(keys.list, fields) == keys.list
    assert "was made already" in await keys.browser.page(keys.list)
    assert [key.id for key in await tokens.list_of(database, house.organisation_id)].count(key_id) == 1


async def test_a_key_that_may_not_sell_does_not(keys: Keys, client: AsyncClient, house: House):
    body = {"wants": [{"kind": "best", "performance": house.first, "party": 1}], "allotments": [1]}
    manager, _ = await keys.make(scope="manage")
    problem(await client.post(house.path("holds"), json=body, headers=bearer(manager)), 403, "may-not-sell")
    reader, _ = await keys.make(scope="view")
    problem(await client.post(house.path("holds"), json=body, headers=bearer(reader)), 403, "scope-missing")
    seller, _ = await keys.make(scope="view", may_sell="on")
    problem(await client.post(house.path("holds"), json=body, headers=bearer(seller)), 404, "not-found")
    open_sale = body | {"allotments": []}
    assert (await client.post(house.path("holds"), json=open_sale, headers=bearer(seller))).status_code == 201
    admission = {"scan": str(uuid4()), "code": "x", "gate": "x"}
    path = f"/api/v1/performances/{house.first}/admissions"
    problem(await client.post(path, json=admission, headers=bearer(seller)), 403, "scope-missing")


@pytest.mark.parametrize(
    ("networks", "caller", "allowed"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("192.0.2.0/24, 203.0.113.0/24", "203.0.113.8", True),
        ("2001:db8::1", "2001:db8::1", True),
        ("2001:db8::1", "2001:db8::2", False),  # the same /64, by which limits count
        ("2001:db8:7::/48", "2001:db8:7:1::5", True),
        ("2001:db8:7::/48", "203.0.113.7", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
    ],
)
async def test_a_key_opens_nothing_from_elsewhere(
    keys: Keys, client: AsyncClient, networks: str, caller: str, allowed: bool
):
    secret, _ = await keys.make(networks=networks)
    response = await client.get(CODE, headers=bearer(secret, **{"x-forwarded-for": caller}))
    if allowed:
        assert response.status_code == 404
    else:
        problem(response, 403, "address-not-allowed")


async def test_a_forged_header_does_not_bring_a_caller_into_a_network(keys: Keys, client: AsyncClient):
    """Neither to a stranger who writes the header, nor through our proxy, which adds whom it saw."""
    secret, _ = await keys.make(networks="203.0.113.7")
    app = client._transport.app  # type: ignore[attr-defined]
    forged = bearer(secret, **{"x-forwarded-for": "203.0.113.7"})
    transport = ASGITransport(app, client=("198.51.100.1", 1))
    async with AsyncClient(transport=transport, base_url="http://placeur.test") as stranger:
        found = problem(await stranger.get(CODE, headers=forged), 403, "address-not-allowed")
        assert found["fields"] == {"address": "198.51.100.1"}
    through = bearer(secret, **{"x-forwarded-for": "203.0.113.7, 198.51.100.1"})
    problem(await client.get(CODE, headers=through), 403, "address-not-allowed")
    assert (await client.get(CODE, headers=forged)).status_code == 404, "said by the proxy itself"


async def test_with_the_proxy_s_word_taken_from_anybody_the_forged_header_helps(
    keys: Keys, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    """The protection switched off: what the test above would then see."""
    secret, _ = await keys.make(networks="203.0.113.7")
    monkeypatch.setattr(Addresses, "_is_trusted", lambda addresses, text: True)
    through = bearer(secret, **{"x-forwarded-for": "203.0.113.7, 198.51.100.1"})
    assert (await client.get(CODE, headers=through)).status_code == 404


@pytest.mark.parametrize("typed", ["203.0.113.256", "192.0.2.1/24", "localhost", "2001:db8::/129", "<b>x</b>"])
async def test_what_is_no_network_is_refused_and_kept(keys: Keys, database: Database, house: House, typed: str):
    await keys.browser.get(f"{keys.list}/new")
    response = await keys.browser.post(keys.list, {"name": "Site", "scope": "view", "networks": typed})
    assert response.status_code == 422 and "is not an address or a network" in response.text
    assert "<b>x" not in response.text
    assert len(await tokens.list_of(database, house.organisation_id)) == len(Scope)


@pytest.mark.parametrize("fields", [{"name": ""}, {"scope": "everything"}, {"scope": ""}, {"scope": "sell"}])
async def test_what_is_missing_is_marked(keys: Keys, fields: dict[str, str]):
    await keys.browser.get(f"{keys.list}/new")
    response = await keys.browser.post(keys.list, {"name": "Site", "scope": "view"} | fields)
    assert response.status_code == 422 and "invalid-feedback" in response.text


async def test_where_and_when_a_key_was_used_is_told(keys: Keys, client: AsyncClient):
    secret, key_id = await keys.make()
    assert "Never used" in await keys.browser.page(f"/admin/api-keys/{key_id}")
    await client.get(CODE, headers=bearer(secret, **{"x-forwarded-for": "2001:db8::9"}))
    for path in (f"/admin/api-keys/{key_id}", keys.list):
        assert "2001:db8::9" in await keys.browser.page(path)
    assert "Never used" not in await keys.browser.page(f"/admin/api-keys/{key_id}")


async def test_a_revoked_key_is_forgotten_within_seconds(
    keys: Keys, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    secret, key_id = await keys.make()
    assert (await client.get(CODE, headers=bearer(secret))).status_code == 404
    assert await keys.browser.done(f"/admin/api-keys/{key_id}/revocation") == keys.list
    clock = tokens.time.monotonic()
    monkeypatch.setattr(tokens.time, "monotonic", lambda: clock + tokens.REMEMBERED_S + 0.1)
    problem(await client.get(CODE, headers=bearer(secret)), 401, "not-signed-in")
    text = await keys.browser.page(f"/admin/api-keys/{key_id}")
    assert "Revoked on" in text and "revoked the API key" in text
    response = await keys.browser.post(f"/admin/api-keys/{key_id}", {"version": 1, "name": "Back", "scope": "view"})
    assert response.status_code == 422


async def test_the_password_is_asked_again(
    keys: Keys, database: Database, house: House, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sessions.Session, "confirmed", lambda session, now: False)
    await keys.browser.get(f"{keys.list}/new")
    before = await tokens.list_of(database, house.organisation_id)
    token = before[0]
    acts = [keys.list, f"/admin/api-keys/{token.id}", f"/admin/api-keys/{token.id}/revocation"]
    fields = {"name": "Sly", "scope": "manage", "may_sell": "on", "version": 1}
    for path in acts:
        for password in ({}, {"password_again": "not this one"}):
            response = await keys.browser.post(path, fields | password)
            assert response.status_code in (200, 401, 403, 422) and SECRET.search(response.text) is None
    assert await tokens.list_of(database, house.organisation_id) == before
    asked = await keys.browser.post(keys.list, fields)
    assert 'name="password_again"' in asked.text and 'name="name" value="Sly"' in asked.text
    response = await keys.browser.post(keys.list, fields | {"password_again": PASSWORD})
    assert response.status_code == 201 and SECRET.search(response.text)


@pytest.mark.parametrize("scope", [None, Scope.VIEW, Scope.SELL])
async def test_who_does_not_manage_has_no_keys(sign_in: SignIn, house: House, database: Database, scope: Scope | None):
    browser = await sign_in(scope)
    token = next(iter(await tokens.list_of(database, house.organisation_id)))
    list_of = f"/admin/organisations/{house.key}/api-keys"
    expected = 404 if scope is None else 403
    for path in (list_of, f"{list_of}/new", f"/admin/api-keys/{token.id}"):
        assert (await browser.get(path)).status_code == expected
    for path in (list_of, f"/admin/api-keys/{token.id}/revocation"):
        assert (await browser.post(path, {"name": "x", "scope": "manage"})).status_code == expected
    assert token in await tokens.list_of(database, house.organisation_id)


async def test_managing_a_box_office_is_not_managing_keys(sign_in: SignIn, house: House, database: Database):
    async with database.read() as c:
        box_office_id = await c.fetchval("select id from box_offices where key = $1", house.key)
    browser = await sign_in(Scope.MANAGE, box_office_id=box_office_id)
    assert (await browser.get(f"/admin/organisations/{house.key}/api-keys")).status_code == 403
    text = await browser.page(f"/admin/box-offices/{house.key}/settings")
    assert "/api-keys" not in text and f"/admin/box-offices/{house.key}/audit" in text


async def test_another_organisations_key_is_not_found(keys: Keys, rival: House, database: Database):
    theirs = next(iter(await tokens.list_of(database, rival.organisation_id)))
    assert (await keys.browser.get(f"/admin/api-keys/{theirs.id}")).status_code == 404
    await keys.browser.get(keys.list)
    assert (await keys.browser.post(f"/admin/api-keys/{theirs.id}/revocation")).status_code == 404
    assert theirs in await tokens.list_of(database, rival.organisation_id)


async def test_a_form_of_another_site_makes_no_key(keys: Keys, database: Database, house: House):
    before = await tokens.list_of(database, house.organisation_id)
    response = await keys.browser.post(keys.list, {"csrf": "0" * 64, "name": "Sly", "scope": "manage"})
    assert response.status_code == 403
    assert await tokens.list_of(database, house.organisation_id) == before


async def test_two_people_saving(keys: Keys, sign_in: SignIn, house: House):
    _, key_id = await keys.make(name="Site", networks="203.0.113.7")
    path, fields = f"/admin/api-keys/{key_id}", {"version": 1, "scope": "view"}
    await keys.browser.done(path, fields | {"name": "Site of Ada", "networks": "203.0.113.8"})
    other = await sign_in()
    await other.get(path)
    response = await other.post(path, fields | {"name": "Site of Bo", "networks": "203.0.113.7"})
    assert response.status_code == 409
    assert 'value="Site of Bo"' in response.text and "Site of Ada" in response.text
    assert 'name="version" value="2"' in response.text and "203.0.113.8/32" in response.text
    await other.done(path, {"version": 2, "scope": "view", "name": "Site of Bo", "networks": "203.0.113.8"})
    assert "Site of Bo" in await keys.browser.page(path)


async def test_a_stored_script_is_text(keys: Keys):
    name = "<script>alert(1)</script>"
    _, key_id = await keys.make(name=name)
    for path in (keys.list, f"/admin/api-keys/{key_id}", keys.list.replace("api-keys", "audit")):
        response = await keys.browser.get(path)
        assert name not in response.text and "&lt;script&gt;alert(1)" in response.text
