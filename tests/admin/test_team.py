"""The team's pages: who comes in, what they may, and that nobody else gives it to them."""

import re
from uuid import UUID

import pytest

from tests.admin.conftest import Browser, SignIn
from tests.api.conftest import House
from ticketing import grants, rights, staff, team
from ticketing.db import Database
from ticketing.refusals import NotFound
from ticketing.rights import Thing
from ticketing.tokens import Scope


async def base(manager: Browser) -> str:
    """The path of the manager's organisation."""
    page = await manager.page("/admin/")
    return re.search(r"/admin/organisations/[a-z0-9-]+", page)[0]


async def test_people_are_invited_with_a_permission_and_a_mail(sign_in: SignIn, database: Database, house: House):
    manager = await sign_in()
    path = await base(manager)
    await manager.page(f"{path}/team/new")
    place = f"event:{house.performances[0].event_id}"
    fields = {"emails": "new-1@example.org,\n NEW-2@example.org", "locale": "fr", "scope": "sell", "place": place}
    await manager.done(f"{path}/team", fields)
    for email in ("new-1@example.org", "new-2@example.org"):
        person = await staff.by_email(database, email)
        assert person.locale == "fr"
        assert (await rights.on(Thing.EVENT, database, person.id, house.performances[0].event_id)).scope is Scope.SELL
        assert (await rights.on_box_office(database, person.id, house.key)).scope is None
    async with database.read() as c:
        asked = await c.fetch(
            "select convert_from(payload, 'utf8') from pgqueuer where entrypoint = 'send-account-mail'"
        )
    assert sum("new-" in row[0] for row in asked) == 2
    text = await manager.page(f"{path}/team")
    assert "Invited" in text and "Sell, in a part" in text
    assert text.count("The mail is kept as a file: no mail server is set up") == 2


async def test_who_is_shut_out_reaches_nothing_and_is_let_in_again(sign_in: SignIn, database: Database, house: House):
    manager, other = await sign_in(), await sign_in(Scope.SELL)
    path = f"{await base(manager)}/team/{other.staff_id}"
    assert (await other.get(f"/admin/box-offices/{house.key}/events")).status_code == 200
    await manager.page(path)
    await manager.done(f"{path}/disabling")
    assert (await other.get(f"/admin/box-offices/{house.key}/events")).status_code == 404
    assert "Shut out" in await manager.page(path)
    await manager.done(f"{path}/enabling")
    assert (await other.get(f"/admin/box-offices/{house.key}/events")).status_code == 200


async def test_permissions_are_given_and_taken_back(sign_in: SignIn, database: Database, house: House):
    manager, other = await sign_in(), await sign_in(None)
    async with database.transaction() as c:
        await staff.join(c, house.organisation_id, other.staff_id, house.performances[0].sale_opens_at)
    path = await base(manager)
    await manager.page(f"{path}/team/{other.staff_id}")
    given = {"scope": "view", "place": "", "creates_events": "on"}
    await manager.done(f"{path}/team/{other.staff_id}/grants", given)
    reach = await rights.on_box_office(database, other.staff_id, house.key)
    assert (reach.scope, reach.creates_events) == (Scope.VIEW, True)
    (one,) = await grants.of_person(database, house.organisation_id, other.staff_id)
    back = await manager.done(f"{path}/grants/{one.id}/end", {"from": f"{path}/team/{other.staff_id}"})
    assert back == f"{path}/team/{other.staff_id}"
    with pytest.raises(NotFound):
        await rights.on_box_office(database, other.staff_id, house.key)


@pytest.mark.parametrize("act", ["disabling", "removal"])
async def test_the_last_manager_stays(sign_in: SignIn, database: Database, house: House, act: str):
    manager = await sign_in()
    path = await base(manager)
    await manager.page(f"{path}/team/{manager.staff_id}")
    response = await manager.post(f"{path}/team/{manager.staff_id}/{act}")
    assert response.status_code == 409 and "Nobody would be left" in response.text
    (one,) = await grants.of_person(database, house.organisation_id, manager.staff_id)
    assert (await manager.post(f"{path}/grants/{one.id}/end")).status_code == 409
    assert (await manager.get(f"{path}/team")).status_code == 200


async def test_a_group_gives_what_it_has(sign_in: SignIn, database: Database, house: House):
    manager, other = await sign_in(), await sign_in(Scope.VIEW)
    path = await base(manager)
    await manager.page(f"{path}/groups")
    group = await manager.done(f"{path}/groups", {"name": "Doors <script>alert(1)</script>"})
    assert "<script>alert" not in (await manager.get(group)).text
    await manager.done(f"{group}/members", {"person": str(other.staff_id)})
    await manager.done(f"{group}/grants", {"scope": "scan", "place": ""})
    assert (await rights.on_box_office(database, other.staff_id, house.key)).scope is Scope.SCAN
    assert (await manager.post(f"{path}/groups", {"name": "Doors <script>alert(1)</script>"})).status_code == 422
    await manager.done(group, {"name": "Gates"})
    assert "Gates" in await manager.page(f"{path}/team/{other.staff_id}")
    await manager.done(f"{group}/members/{other.staff_id}/removal")
    assert (await rights.on_box_office(database, other.staff_id, house.key)).scope is Scope.VIEW
    await manager.done(f"{group}/deletion")
    assert (await manager.get(group)).status_code == 404


async def test_a_rule_lets_in_a_domain_and_a_shut_out_person_stays_out(
    sign_in: SignIn, database: Database, house: House
):
    manager, other = await sign_in(), await sign_in(None)
    path = await base(manager)
    await manager.page(f"{path}/rules")
    response = await manager.post(f"{path}/rules", {"whom": "domain", "email_domain": "nonsense", "scope": "view"})
    assert response.status_code == 422
    await manager.done(
        f"{path}/rules", {"whom": "domain", "email_domain": "@Example.org", "scope": "view", "place": ""}
    )
    assert "Addresses of example.org" in await manager.page(f"{path}/rules")
    assert (await rights.on_box_office(database, other.staff_id, house.key)).scope is Scope.VIEW
    await manager.page(f"{path}/team/{other.staff_id}")
    for act in ("disabling", "removal"):
        await manager.done(f"{path}/team/{other.staff_id}/{act}")
        with pytest.raises(NotFound):
            await rights.on_box_office(database, other.staff_id, house.key)


async def test_nothing_of_another_organisation_is_named(
    sign_in: SignIn, database: Database, house: House, rival: House
):
    manager, stranger = await sign_in(), await sign_in(Scope.MANAGE, organisation_id=rival.organisation_id)
    path = await base(manager)
    await manager.page(f"{path}/team/new")
    foreign = f"event:{rival.performances[0].event_id}"
    fields = {"emails": "x@example.net", "scope": "view", "place": foreign}
    assert (await manager.post(f"{path}/team", fields)).status_code == 404
    assert await staff.by_email(database, "x@example.net") is None
    for response in (
        await manager.post(f"{path}/team/{stranger.staff_id}/grants", {"scope": "view", "place": ""}),
        await manager.post(f"{path}/team/{manager.staff_id}/grants", {"scope": "view", "place": foreign}),
        await manager.post(f"{path}/team/{manager.staff_id}/grants", {"scope": "rule", "place": ""}),
    ):
        assert response.status_code == 404


async def test_who_does_not_manage_all_of_it_is_not_let_near(sign_in: SignIn, house: House):
    path = await base(await sign_in())
    seller = await sign_in(Scope.SELL)
    office = await sign_in(Scope.MANAGE, event_id=house.performances[0].event_id, box_office_id=await office_id(house))
    for browser in (seller, office):
        await browser.get("/admin/")
        for page in ("team", "groups", "rules", "team/new"):
            assert (await browser.get(f"{path}/{page}")).status_code == 403
        own = {"scope": "manage", "place": ""}
        assert (await browser.post(f"{path}/team/{browser.staff_id}/grants", own)).status_code == 403


async def office_id(house: House) -> UUID:
    return house.performances[0].box_office_id


async def test_the_password_is_asked_for_again(sign_in: SignIn, database: Database, house: House):
    manager, other = await sign_in(), await sign_in(Scope.VIEW)
    path = await base(manager)
    async with database.read() as c:
        await c.execute(
            "update staff_sessions set confirmed_at = confirmed_at - interval '1 hour' where staff_id = $1",
            manager.staff_id,
        )
    await manager.page(f"{path}/team/{other.staff_id}")
    response = await manager.post(f"{path}/team/{other.staff_id}/grants", {"scope": "sell", "place": ""})
    assert response.status_code == 200 and "Type your password again" in response.text
    wrong = await manager.post(
        f"{path}/team/{other.staff_id}/grants", {"scope": "sell", "place": "", "password_again": "no"}
    )
    assert wrong.status_code == 422 and 'name="scope" value="sell"' in wrong.text
    assert (await team.person(database, house.organisation_id, other.staff_id)).scope == "view"
    right = {"scope": "sell", "place": "", "password_again": "correct horse battery"}
    await manager.done(f"{path}/team/{other.staff_id}/grants", right)


async def test_a_form_without_its_token_changes_nothing(sign_in: SignIn, database: Database):
    manager = await sign_in()
    path = await base(manager)
    manager.token = "0" * 64
    assert (await manager.post(f"{path}/team", {"emails": "y@example.net", "scope": "view"})).status_code == 403
    assert await staff.by_email(database, "y@example.net") is None


@pytest.mark.parametrize("page", ["team", "team/new", "groups", "rules"])
async def test_the_menu_says_where_one_is(sign_in: SignIn, house: House, page: str):
    text = await (await sign_in()).page(f"/admin/organisations/{house.key}/{page}")
    current = re.findall(r'href="([^"]+)" aria-current="page"><span class="nav-link-icon">', text)
    assert current == [f"/admin/organisations/{house.key}/team"]
