from datetime import UTC, date, datetime
from typing import Any

import pytest
from httpx import AsyncClient

from tests.admin.conftest import Browser, SignIn
from tests.api.conftest import House, order_body
from ticketing import box_offices, vat
from ticketing.box_offices import BoxOffice
from ticketing.db import Database
from ticketing.tokens import Scope
from ticketing.vat import Rate

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def list_of(house: House) -> str:
    return f"/admin/organisations/{house.key}/box-offices"


def settings_of(house: House) -> str:
    return f"/admin/box-offices/{house.key}/settings"


def typed(**changes: Any) -> dict[str, Any]:
    """The settings' form of a house's box office, with changes; an unticked box is not sent."""
    fields = {"name": "Season", "currency": "CHF", "locale": "en", "vat_number": "", "version": 1} | changes
    return {name: value for name, value in fields.items() if value is not None}


async def stored(db: Database, house: House) -> BoxOffice:
    return await box_offices.get(db, house.organisation_id, house.key)


@pytest.fixture
async def ordered(client: AsyncClient, house: House) -> None:
    """An order in the house."""
    wants = [{"kind": "best", "performance": house.first, "party": 1}]
    held = (await client.post(house.path("holds"), json={"wants": wants})).json()
    headers = {"idempotency-key": "0123456789abcdef"}
    response = await client.post(house.path("orders"), json=order_body(house, held), headers=headers)
    assert response.status_code == 201, response.text


async def test_a_box_office_is_opened(sign_in: SignIn, house: House, database: Database):
    browser = await sign_in()
    await browser.get(f"{list_of(house)}/new")
    fields = {"name": f"Saison d’été {house.key}", "key": "", "currency": "EUR", "locale": "fr"}
    path = await browser.done(list_of(house), fields)
    assert path == f"/admin/box-offices/saison-dete-{house.key}/settings"
    text = await browser.page(path)
    assert f"Saison d’été {house.key} is open." in text
    made = await box_offices.get(database, house.organisation_id, f"saison-dete-{house.key}")
    assert (made.currency, made.locale) == ("EUR", "fr")
    assert f"Saison d’été {house.key}" in await browser.page(list_of(house))


async def test_a_key_that_is_taken_gets_a_free_one_suggested(sign_in: SignIn, house: House, rival: House):
    """Keys stand in shared addresses: that another organisation has one is not hidden, whose it is is."""
    browser = await sign_in()
    await browser.get(f"{list_of(house)}/new")
    fields = {"name": rival.key, "key": rival.key, "currency": "EUR", "locale": "fr"}
    response = await browser.post(list_of(house), fields)
    assert response.status_code == 422 and f"{rival.key}-2 is free." in response.text
    assert f'value="{rival.key}"' in response.text, "what was typed is kept"


async def test_a_new_box_office_starts_in_the_language_of_its_page(sign_in: SignIn, house: House):
    for language in ("en", "fr"):
        text = await (await sign_in(language=language)).page(f"{list_of(house)}/new")
        assert f'<option value="{language}" selected' in text and '/admin/box-offices/" hidden' in text


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("🎭 <b>Grand</b> Petit Théâtre", "grand-petit-theatre"), ("Rock & Roll <3", "rock-roll-3"),
        ("1 < 2 > 0", "1-2-0"), ("</h1>Fête", "fete"), ("🎭", ""), ("<script>", ""),
    ],
)  # fmt: skip
def test_a_key_is_made_of_the_words_of_a_name(name: str, key: str):
    assert box_offices.key_from(name) == key


async def test_the_menu_of_the_first_page_shows_what_one_reaches(sign_in: SignIn, house: House, rival: House):
    manager, seller = await sign_in(), await sign_in(Scope.SELL)
    for browser, manages in ((manager, True), (seller, False)):
        menu = (await browser.page("/admin")).partition('id="content"')[0]
        assert f'class="nav-link" href="/admin/box-offices/{house.key}"' in menu and rival.key not in menu
        assert (f'href="/admin/organisations/{house.key}/team"' in menu) is manages
        away = (await browser.page("/admin/profile")).partition('id="content"')[0]
        assert "All box offices" in away


async def test_a_box_office_is_called_by_its_name_in_the_menu(sign_in: SignIn, house: House, database: Database):
    """A name is shown as it is, whatever it would mean to who translates texts of ours."""
    await box_offices.create(database, house.organisation_id, f"{house.key}-n", "100 %(sure)s <Events>", "EUR", NOW)
    menu = (await (await sign_in()).get("/admin/")).text.partition('id="content"')[0]
    assert "100 %(sure)s &lt;Events&gt;" in menu


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("key", "Not A Key"),
        ("currency", "euro"),
        ("currency", "ABC"),
        ("locale", "xx"),
    ],
)
async def test_mistakes_are_marked(sign_in: SignIn, house: House, field: str, text: str):
    browser = await sign_in()
    await browser.get(f"{list_of(house)}/new")
    fields = {"name": "Season", "key": "some-key", "currency": "EUR", "locale": "fr"} | {field: text}
    response = await browser.post(list_of(house), fields)
    assert response.status_code == 422 and f'id="{field}-mistake"' in response.text


async def test_a_name_without_latin_letters_needs_a_key(sign_in: SignIn, house: House):
    browser = await sign_in()
    await browser.get(f"{list_of(house)}/new")
    response = await browser.post(list_of(house), {"name": "Театр", "key": "", "currency": "UAH", "locale": "en"})
    assert response.status_code == 422 and 'id="key-mistake"' in response.text


async def test_settings_are_changed(sign_in: SignIn, house: House, database: Database):
    browser = await sign_in()
    await browser.get(settings_of(house))
    fields = typed(name="Season 2027", locale="fr", vat_registered="on", vat_number="CHE-123.456.789 TVA")
    await browser.done(settings_of(house), fields)
    found = await stored(database, house)
    assert (found.name, found.locale, found.version) == ("Season 2027", "fr", 2)
    assert (found.vat_registered, found.vat_number) == (True, "CHE123456789TVA")
    text = await browser.page(settings_of(house))
    assert "no rate holds today" in text and "changed the settings of the box office" in text


@pytest.mark.parametrize("number", ["CHE12", "FR123", "DE 12 34", "hello", "1" * 30, "<script>"])
async def test_what_no_country_writes_is_no_vat_number(sign_in: SignIn, house: House, database: Database, number: str):
    browser = await sign_in()
    await browser.get(settings_of(house))
    response = await browser.post(settings_of(house), typed(vat_registered="on", vat_number=number))
    assert response.status_code == 422 and 'id="vat_number-mistake"' in response.text
    assert "<script>" not in response.text.replace("<script type", "")
    assert (await stored(database, house)).version == 1


async def test_who_is_registered_says_the_number(sign_in: SignIn, house: House):
    browser = await sign_in()
    await browser.get(settings_of(house))
    response = await browser.post(settings_of(house), typed(vat_registered="on"))
    assert response.status_code == 422 and "has a number" in response.text


async def test_the_currency_changes_as_long_as_there_are_no_orders(sign_in: SignIn, house: House, database: Database):
    browser = await sign_in()
    assert 'name="currency" required' in await browser.page(settings_of(house))
    await browser.done(settings_of(house), typed(currency="EUR"))
    assert (await stored(database, house)).currency == "EUR"


async def test_with_orders_the_currency_stays_and_the_page_says_why(
    sign_in: SignIn, house: House, database: Database, ordered: None
):
    browser = await sign_in()
    text = await browser.page(settings_of(house))
    assert "There are orders in it, so it stays." in text and '<select class="form-select" id="currency"' not in text
    response = await browser.post(settings_of(house), typed(currency="EUR"))
    assert response.status_code == 422 and "The currency stays CHF" in response.text
    assert (await stored(database, house)).currency == "CHF"
    await browser.done(settings_of(house), typed(name="Renamed"))


async def test_the_database_itself_refuses_another_currency(house: House, database: Database, ordered: None):
    """Whatever the page thought: the order may have come in between."""
    async with database.read() as c:
        with pytest.raises(Exception, match="orders_in_the_currency_of_their_box_office"):
            await c.execute("update box_offices set currency = 'EUR' where key = $1", house.key)


async def test_two_people_saving(sign_in: SignIn, house: House, database: Database):
    ada, bo = await sign_in(), await sign_in()
    for browser in (ada, bo):
        await browser.get(settings_of(house))
    await ada.done(settings_of(house), typed(name="Of Ada", vat_registered="on", vat_number="ATU12345678"))
    response = await bo.post(settings_of(house), typed(name="Of Bo", locale="fr"))
    assert response.status_code == 409 and "Somebody else has saved this box office" in response.text
    assert 'value="Of Bo"' in response.text and "Saved meanwhile: Of Ada" in response.text
    assert "Saved meanwhile: English" in response.text and "Saved meanwhile: ATU12345678" in response.text
    assert "Saved meanwhile: Yes" in response.text and 'name="version" value="2"' in response.text
    assert (await stored(database, house)).name == "Of Ada", "nothing is overwritten unseen"
    await bo.done(settings_of(house), typed(name="Of Bo", version=2))
    assert (await stored(database, house)).name == "Of Bo"


async def test_rates_are_scheduled_and_withdrawn(sign_in: SignIn, house: House, database: Database):
    browser = await sign_in()
    await browser.get(settings_of(house))
    rates = f"/admin/box-offices/{house.key}/vat-rates"
    await browser.done(rates, {"holds_from": "2024-01-01", "rate": "8.1"})
    await browser.done(rates, {"holds_from": "2099-01-01", "rate": "9,975 %"})
    found = await stored(database, house)
    expected = [Rate(date(2024, 1, 1), 8100), Rate(date(2099, 1, 1), 9975)]
    assert await vat.list_of(database, house.organisation_id, found.id) == expected
    text = await browser.page(settings_of(house))
    assert "8.1%" in text and "9.975%" in text and "In force" in text and "Scheduled" in text
    await browser.done(f"{rates}/withdrawal", {"holds_from": "2099-01-01"})
    assert await vat.list_of(database, house.organisation_id, found.id) == expected[:1]
    assert (await browser.post(f"{rates}/withdrawal", {"holds_from": "2099-01-01"})).status_code == 404


@pytest.mark.parametrize(
    ("day", "rate"),
    [("2024-01-01", "many"), ("2024-01-01", "-1"), ("2024-01-01", "100.001"), ("2024-01-01", "8.1234"), ("", "8"),
     ("2024-01-01", "NaN"), ("2024-01-01", "1e9"), ("soon", "8"), ("2024-01-01", "")],
)  # fmt: skip
async def test_what_is_no_rate_is_refused(sign_in: SignIn, house: House, database: Database, day: str, rate: str):
    browser = await sign_in()
    await browser.get(settings_of(house))
    response = await browser.post(f"/admin/box-offices/{house.key}/vat-rates", {"holds_from": day, "rate": rate})
    assert response.status_code == 422 and "invalid-feedback" in response.text
    assert await vat.list_of(database, house.organisation_id, (await stored(database, house)).id) == []


async def test_the_organisation_is_renamed_by_one_at_a_time(sign_in: SignIn, house: House):
    ada, bo = await sign_in(), await sign_in()
    path = f"/admin/organisations/{house.key}/settings"
    for browser in (ada, bo):
        await browser.get(path)
    await ada.done(path, {"name": "The Opera", "version": 1})
    response = await bo.post(path, {"name": "The Ballet", "version": 1})
    assert response.status_code == 409
    assert 'value="The Ballet"' in response.text and "Saved meanwhile: The Opera" in response.text
    await bo.done(path, {"name": "The Ballet", "version": 2})
    assert "renamed the organisation" in await ada.page(path) and "The Ballet" in await ada.page(path)
    assert (await ada.post(path, {"name": " ", "version": 3})).status_code == 422


@pytest.mark.parametrize("scope", [None, Scope.VIEW, Scope.SELL])
async def test_who_does_not_manage_changes_nothing(
    sign_in: SignIn, house: House, database: Database, scope: Scope | None
):
    browser = await sign_in(scope)
    before, expected = await stored(database, house), 404 if scope is None else 403
    organisation = f"/admin/organisations/{house.key}/settings"
    for path in (settings_of(house), list_of(house), f"{list_of(house)}/new", organisation):
        assert (await browser.get(path)).status_code == expected
    await browser.get("/admin")
    rates = f"/admin/box-offices/{house.key}/vat-rates"
    for path in (settings_of(house), list_of(house), organisation, rates, f"{rates}/withdrawal"):
        response = await browser.post(path, typed(name="Mine", key="mine", holds_from="2026-01-01", rate="1"))
        assert response.status_code == expected
    assert await stored(database, house) == before


async def test_another_organisations_box_office_is_not_found(
    sign_in: SignIn, house: House, rival: House, database: Database
):
    browser = await sign_in()
    await browser.get(settings_of(house))
    before = await stored(database, rival)
    for path in (settings_of(rival), list_of(rival)):
        assert (await browser.get(path)).status_code == 404
        assert (await browser.post(path, typed(name="Mine"))).status_code == 404
    assert await stored(database, rival) == before


async def test_a_form_of_another_site_changes_nothing(sign_in: SignIn, house: House, database: Database):
    browser = await sign_in()
    await browser.get(settings_of(house))
    response = await browser.post(settings_of(house), typed(csrf="0" * 64, name="Sly"))
    assert response.status_code == 403
    assert (await stored(database, house)).version == 1


async def shown(browser: Browser, path: str) -> str:
    """The switcher of a page."""
    text = await browser.page(path)
    return text[text.index('<details class="switcher"') : text.index("</details>", text.index('class="switcher"'))]


async def test_the_switcher_leads_to_the_same_kind_of_page(sign_in: SignIn, house: House, database: Database):
    other = await box_offices.create(database, house.organisation_id, f"{house.key}-next", "Next season", "EUR", NOW)
    browser = await sign_in()
    for kind in ("settings", "audit", "events"):
        found = await shown(browser, f"/admin/box-offices/{house.key}/{kind}")
        assert f'href="/admin/box-offices/{other.key}/{kind}"' in found
        assert f'href="/admin/box-offices/{house.key}/{kind}" aria-current="true"' in found
    assert found.index(house.key) < found.index(other.key), "the newest first"
    event = await shown(browser, f"/admin/events/{house.performances[0].event_id}/settings")
    assert f'href="/admin/box-offices/{other.key}/events"' in event


async def test_the_switcher_leads_nowhere_one_may_not_go(
    sign_in: SignIn, house: House, rival: House, database: Database
):
    other = await box_offices.create(database, house.organisation_id, f"{house.key}-next", "Next season", "EUR", NOW)
    hidden = await box_offices.create(database, house.organisation_id, f"{house.key}-x", "Hidden", "EUR", NOW)
    async with database.read() as c:
        ours = await c.fetchval("select id from box_offices where key = $1", house.key)
    browser = await sign_in(Scope.MANAGE, box_office_id=ours)
    async with database.transaction() as c:
        await c.execute(
            "insert into grants (id, organisation_id, box_office_id, scope, staff_id, created_at)"
            " values (gen_random_uuid(), $1, $2, 'view', $3, $4)",
            house.organisation_id, other.id, browser.staff_id, NOW,
        )  # fmt: skip
    found = await shown(browser, settings_of(house))
    assert hidden.key not in found and f"/{rival.key}/" not in found
    assert f"/admin/box-offices/{other.key}/settings" not in found, "it may be seen there, not changed"
    assert f'href="/admin/box-offices/{other.key}' in found


async def test_an_organisation_s_page_stays_in_the_box_office_one_came_from(
    sign_in: SignIn, house: House, database: Database
):
    await box_offices.create(
        database, house.organisation_id, f"{house.key}-next", "Next season", "EUR", datetime.now(UTC)
    )
    browser = await sign_in()
    await browser.get(settings_of(house))
    text = await browser.page(list_of(house))
    assert f'class="nav-link" href="/admin/box-offices/{house.key}/events"' in text


async def test_many_box_offices_are_found_by_name(sign_in: SignIn, house: House, database: Database):
    for n in range(9):
        await box_offices.create(database, house.organisation_id, f"{house.key}-{n}", f"Season {n}", "EUR", NOW)
    browser = await sign_in()
    assert "data-switcher-search" in await shown(browser, settings_of(house))
    text = (await browser.page("/admin?q=SEASON%203")).partition('id="content"')[2]
    assert "Season 3" in text and "Season 4" not in text
    assert "No box office has that in its name." in await browser.page("/admin?q=nowhere")
