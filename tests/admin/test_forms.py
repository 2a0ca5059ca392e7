"""Forms as those see them who make them: lists, fields, previews, links, and what keeps an answered field as it is."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.admin.conftest import Browser, SignIn
from tests.api.conftest import House
from ticketing import forms
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.forms import FieldValues, Kind
from ticketing.tokens import Scope

NAME = {"kind": "text", "label_en": "Name of the visitor", "label_fr": "Nom du visiteur", "position": "1"}
SCRIPT = "<script>alert(1)</script>"


async def make_form(browser: Browser, house: House, name: str = "Visitors") -> str:
    """A form made on its page; its address."""
    await browser.page(f"/admin/box-offices/{house.key}/forms/new")
    return await browser.done(f"/admin/box-offices/{house.key}/forms", {"name": name})


async def add_field(browser: Browser, form: str, fields: dict[str, Any]) -> str:
    """A field added on its page; its address."""
    await browser.page(f"{form}/fields/new?kind={fields['kind']}")
    assert await browser.done(f"{form}/fields", fields) == form
    return (await browser.page(form)).split("/admin/form-fields/")[-1][:36]


async def answer(database: Database, house: House, field_id: str, text: str = "Ann") -> None:
    """An answer to a field, as an order of the house left it."""
    async with database.transaction() as c:
        customer, order = uuid4(), uuid4()
        office = await c.fetchval("select id from box_offices where key = $1", house.key)
        await c.execute(
            "insert into customers (id, organisation_id, email, name, created_at) values ($1, $2, $3, 'Ann', now())",
            customer, house.organisation_id, f"{customer}@example.org",
        )  # fmt: skip
        await c.execute(
            "insert into orders (id, code, box_office_id, customer_id, hold_id, request_key, request_digest,"
            " secret_hash, status, currency, placed_at)"
            " values ($1, $2, $3, $4, $5, $2, '\\x00', '\\x00', 'paid', 'CHF', now())",
            order, order.hex[:8].upper(), office, customer, order.bytes,
        )  # fmt: skip
        await c.execute(
            "insert into answers values ($1, $2, null, $3, array[$4], null, now())",
            uuid4(),
            order,
            UUID(field_id),
            text,
        )


async def test_a_form_is_made_and_asks_in_the_order_of_positions(sign_in: SignIn, house: House):
    browser = await sign_in()
    assert "Nothing is asked yet" in await browser.page(f"/admin/box-offices/{house.key}/forms")
    form = await make_form(browser, house)
    for label, position in (("Last of all", "0"), ("Anywhere", ""), ("Second", "2"), ("First", "1")):
        await add_field(browser, form, {"kind": "text", "label_en": label, "position": position})
    text = await browser.page(form)
    at = [text.index(f">{label}<") for label in ("First", "Second", "Anywhere", "Last of all")]
    assert at == sorted(at)
    assert "Visitors" in await browser.page(f"/admin/box-offices/{house.key}/forms")


@pytest.mark.parametrize("kind", list(Kind))
async def test_every_kind_is_made_previewed_and_opened_again(sign_in: SignIn, house: House, kind: Kind):
    browser = await sign_in(language="fr")
    form = await make_form(browser, house)
    fields = NAME | {
        "kind": kind.value,
        "link": "https://example.org/rules?a=1&b=2",
        "help_en": "As on the card",
        "option_key": ["", ""],
        "option_en": ["Meat", "Leek"],
        "option_fr": ["Viande", "Poireau"],
        "media": ["application/pdf"],
        "megabytes_max": "2",
        "least": "1.5",
        "most": "10",
        "first_day": "2026-01-01",
        "last_day": "2026-12-31",
        "region": "FR",
    }
    previewed = await browser.post(f"{form}/fields/preview", fields)
    assert previewed.status_code == 200 and "Nom du visiteur" in previewed.text and "<html" not in previewed.text
    field = await add_field(browser, form, fields)
    shown = await browser.page(form)
    assert 'href="https://example.org/rules?a=1&b=2"' in shown and "noopener" in shown
    edited = await browser.page(f"/admin/form-fields/{field}")
    if kind in forms.CHOICES:
        assert "Meat" in edited and "Leek" in shown
    again = fields | {"version": "1", "label_en": "Another"}
    assert await browser.done(f"/admin/form-fields/{field}", again) == form


async def test_what_is_wrong_is_told_beside_its_field_and_kept(sign_in: SignIn, house: House):
    browser = await sign_in()
    form = await make_form(browser, house)
    for fields, told in (
        ({"label_en": ""}, "label_en-mistake"),
        ({"link": "javascript:alert(1)"}, "link-mistake"),
        ({"link": "data:text/html,hi"}, "link-mistake"),
        ({"link": "https://user:pass@example.org"}, "link-mistake"),
        ({"link": "//example.org"}, "link-mistake"),
        ({"position": "-1"}, "position-mistake"),
        ({"kind": "select"}, "options-mistake"),
        ({"kind": "select", "option_key": "", "option_en": "", "option_fr": "Oui"}, "options-mistake"),
        ({"kind": "number", "least": "3", "most": "2"}, "most-mistake"),
        ({"kind": "number", "least": "NaN"}, "least-mistake"),
        ({"kind": "date", "first_day": "2026-02-01", "last_day": "2026-01-01"}, "last_day-mistake"),
        ({"kind": "file", "megabytes_max": "11"}, "megabytes_max-mistake"),
        ({"kind": "telephone", "region": "XX"}, "region-mistake"),
        ({"kind": "email", "on_ticket": "holder"}, "on_ticket-mistake"),
    ):
        response = await browser.post(f"{form}/fields", NAME | {"help_en": "typed before"} | fields)
        assert response.status_code == 422 and told in response.text, (fields, response.text)
        assert 'value="typed before"' in response.text
    taken = await browser.post(f"/admin/box-offices/{house.key}/forms", {"name": "Visitors"})
    assert taken.status_code == 422 and "name-mistake" in taken.text


async def test_a_field_with_answers_keeps_its_kind_and_is_hidden(sign_in: SignIn, house: House, database: Database):
    browser = await sign_in()
    form = await make_form(browser, house)
    field = await add_field(browser, form, NAME)
    await answer(database, house, field)
    assert "keeps its kind" in await browser.page(f"/admin/form-fields/{field}")
    response = await browser.post(f"/admin/form-fields/{field}", NAME | {"kind": "email", "version": "1"})
    assert response.status_code == 422 and "its kind stays" in response.text
    await browser.page(form)
    await browser.done(f"/admin/form-fields/{field}/removal")
    assert "no longer asked" in await browser.page(form)
    response = await browser.post(f"{form}/removal")
    assert response.status_code == 422
    await browser.done(f"/admin/form-fields/{field}/return")
    assert "no longer asked" not in (await browser.page(form)).split("card-footer")[0]


async def test_what_nobody_answered_is_deleted(sign_in: SignIn, house: House):
    browser = await sign_in()
    form = await make_form(browser, house)
    field = await add_field(browser, form, NAME)
    await browser.done(f"/admin/form-fields/{field}/removal")
    assert (await browser.get(f"/admin/form-fields/{field}")).status_code == 404
    assert await browser.done(f"{form}/removal") == f"/admin/box-offices/{house.key}/forms"
    assert (await browser.get(form)).status_code == 404


async def test_an_option_that_was_chosen_is_no_longer_offered(sign_in: SignIn, house: House, database: Database):
    browser = await sign_in()
    form = await make_form(browser, house)
    fields = NAME | {"kind": "select", "option_key": ["", ""], "option_en": ["Meat", "Leek"], "option_fr": ["", ""]}
    field = await add_field(browser, form, fields)
    stored = (await forms.form_of_field(database, house.organisation_id, UUID(field)))[1].options
    await answer(database, house, field, stored[0].key)
    left = fields | {"option_key": [stored[1].key], "option_en": ["Leek"], "option_fr": [""], "version": "1"}
    await browser.done(f"/admin/form-fields/{field}", left)
    kept = (await forms.form_of_field(database, house.organisation_id, UUID(field)))[1]
    assert [option.labels["en"] for option in kept.offered] == ["Leek"]
    assert [option.key for option in kept.options if option.hidden] == [stored[0].key]


async def test_the_second_of_two_sees_both_and_decides(sign_in: SignIn, house: House):
    first, second = await sign_in(), await sign_in()
    form = await make_form(first, house)
    field = await add_field(first, form, NAME)
    await second.page(f"/admin/form-fields/{field}")
    await first.done(f"/admin/form-fields/{field}", NAME | {"label_en": "Name on the badge", "version": "1"})
    response = await second.post(f"/admin/form-fields/{field}", NAME | {"label_en": "Who comes", "version": "1"})
    assert response.status_code == 409
    assert "Who comes" in response.text and "Name on the badge" in response.text and 'value="2"' in response.text
    await second.done(f"/admin/form-fields/{field}", NAME | {"label_en": "Who comes", "version": "2"})
    await second.page(form)
    await first.done(form, {"name": "Guests", "version": "1"})
    response = await second.post(form, {"name": "Public", "version": "1"})
    assert response.status_code == 422 and "Guests" in response.text and "Public" in response.text


async def test_texts_of_others_are_shown_and_never_run(sign_in: SignIn, house: House):
    browser = await sign_in()
    form = await make_form(browser, house, SCRIPT)
    fields = dict.fromkeys(("label_en", "label_fr", "help_en", "help_fr"), SCRIPT)
    options = {"kind": "radio", "option_key": "", "option_en": SCRIPT, "option_fr": SCRIPT}
    field = await add_field(browser, form, fields | options)
    for path in (form, f"/admin/form-fields/{field}", f"/admin/box-offices/{house.key}/forms"):
        assert SCRIPT not in (await browser.get(path)).text
    assert SCRIPT not in (await browser.post(f"{form}/fields/preview", fields | options)).text


async def test_a_form_is_linked_and_unlinked(sign_in: SignIn, house: House, database: Database):
    browser = await sign_in()
    form = await make_form(browser, house)
    form_id, event = form.rpartition("/")[2], house.performances[0].event_id
    for path in (f"/admin/tariffs/{house.full.id}/form", f"/admin/events/{event}/order-form"):
        assert "Visitors" in await browser.page(path)
        assert await browser.done(path, {"form_id": form_id}) == path
        assert f'value="{form_id}" selected' in await browser.page(path)
    await browser.page(f"/admin/box-offices/{house.key}/order-form")
    await browser.done(f"/admin/box-offices/{house.key}/order-form", {"form_id": form_id})
    text = await browser.page(form)
    assert "each ticket" in text and "each order" in text and "whole box office" in text
    assert (await browser.post(f"{form}/removal")).status_code == 422
    for path in (f"/admin/tariffs/{house.full.id}/form", f"/admin/events/{event}/order-form"):
        await browser.done(path, {"form_id": ""})
    await browser.done(f"/admin/box-offices/{house.key}/order-form", {"form_id": ""})
    assert await browser.done(f"{form}/removal")


async def test_another_organisations_form_is_not_there(sign_in: SignIn, house: House, rival: House, database: Database):
    async with database.read() as c:
        office = await c.fetchval("select id from box_offices where key = $1", rival.key)
    by = Actor(organisation_id=rival.organisation_id)
    now = rival.performances[0].starts_at
    foreign = await forms.create(database, rival.organisation_id, office, "Theirs", by, now)
    values = FieldValues(kind=Kind.TEXT, labels={"en": "Name"})
    field = await forms.add_field(database, rival.organisation_id, foreign, values, by, now)
    browser = await sign_in()
    await browser.page(f"/admin/box-offices/{house.key}/forms")
    for path in (f"/admin/forms/{foreign}", f"/admin/form-fields/{field}", f"/admin/box-offices/{rival.key}/forms"):
        assert (await browser.get(path)).status_code == 404
    for path in (
        f"/admin/forms/{foreign}",
        f"/admin/forms/{foreign}/removal",
        f"/admin/forms/{foreign}/fields",
        f"/admin/forms/{foreign}/fields/preview",
        f"/admin/form-fields/{field}/removal",
    ):
        assert (await browser.post(path, NAME | {"name": "Ours", "version": "1"})).status_code == 404
    event = house.performances[0].event_id
    for path in (
        f"/admin/tariffs/{house.full.id}/form",
        f"/admin/events/{event}/order-form",
        f"/admin/box-offices/{house.key}/order-form",
    ):
        assert (await browser.post(path, {"form_id": str(foreign)})).status_code == 404
        assert (await browser.post(path, {"form_id": "none such"})).status_code == 404


async def test_who_may_only_look_changes_nothing(sign_in: SignIn, house: House):
    manager, viewer = await sign_in(), await sign_in(Scope.VIEW)
    form = await make_form(manager, house)
    field = await add_field(manager, form, NAME)
    text = await viewer.page(form)
    assert "Add field" not in text
    for path in (f"{form}/fields/new", f"/admin/form-fields/{field}"):
        assert (await viewer.get(path)).status_code == 403
    for path in (form, f"{form}/fields", f"{form}/removal", f"/admin/form-fields/{field}/removal"):
        assert (await viewer.post(path, NAME)).status_code == 403


async def test_a_form_of_another_site_changes_nothing(sign_in: SignIn, house: House):
    browser = await sign_in()
    form = await make_form(browser, house)
    browser.token = "0" * 64
    assert (await browser.post(f"{form}/removal")).status_code == 403
    assert (await browser.get(form)).status_code == 200
