"""Answers in the back office: an event's table and spreadsheet, an order's to be corrected, files only to be kept."""

from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from openpyxl import load_workbook

from tests.admin.conftest import SignIn
from tests.api.conftest import House, keyed, order_body
from tests.ticketing.test_uploads import PAGE, PNG
from ticketing import forms
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.forms import FieldValues, Kind, OnTicket, Option
from ticketing.tokens import Scope

SCRIPT = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("https://evil.example";"you won")'


@pytest.fixture
async def asked(database: Database, house: House) -> dict[str, str]:
    """The full tariff asks a name, a remark, a meal, a telephone and a card; the ids of these questions."""
    owner, now = house.organisation_id, house.performances[0].sale_opens_at
    by = Actor(organisation_id=owner)
    async with database.read() as c:
        office = await c.fetchval("select id from box_offices where key = $1", house.key)
    form_id = await forms.create(database, owner, office, "Visitors", by, now)
    meals = (Option("leek", {"en": "Leek", "fr": "Poireau"}),)
    fields = {
        "name": FieldValues(
            kind=Kind.TEXT,
            labels={"en": "Name", "fr": "Nom du visiteur"},
            mandatory=True,
            on_ticket=OnTicket.HOLDER,
            position=1,
        ),
        "remark": FieldValues(kind=Kind.LONG_TEXT, labels={"en": "Remark"}, position=2),
        "meal": FieldValues(kind=Kind.SELECT, labels={"en": "Meal", "fr": "Repas"}, options=meals, position=3),
        "card": FieldValues(kind=Kind.FILE, labels={"en": "Card"}, position=4),
    }
    ids = {name: await forms.add_field(database, owner, form_id, one, by, now) for name, one in fields.items()}
    await forms.link_tariff(database, owner, house.full.id, form_id, by, now)
    return {name: str(field_id) for name, field_id in ids.items()}


@pytest.fixture
async def ordered(client: AsyncClient, house: House, asked: dict[str, str]) -> dict[str, Any]:
    """An order of one seat with an answer to everything; its ids."""
    sent = (await client.post(house.path("uploads"), content=PNG, params={"name": "card.png"})).json()
    wants = [{"kind": "best", "performance": house.first, "party": 1}]
    body = order_body(house, (await client.post(house.path("holds"), json={"wants": wants})).json())
    body["seats"][0]["answers"] = {
        asked["name"]: SCRIPT, asked["remark"]: FORMULA, asked["meal"]: "leek", asked["card"]: sent["id"],
    }  # fmt: skip
    placed = await client.post(house.path("orders"), json=body, headers=keyed())
    assert placed.status_code == 201, placed.text
    order = placed.json()
    opened = {"authorization": f"Order {order['secret']}"}
    sheet = (await client.get(f"/api/v1/orders/{order['id']}/tickets", headers=opened)).json()
    return {"id": order["id"], "code": order["code"], "ticket": sheet["tickets"][0]["ticket_id"]}


def answers_of(house: House) -> str:
    return f"/admin/events/{house.performances[0].event_id}/answers"


async def test_an_event_without_answers_says_what_to_do(sign_in: SignIn, house: House):
    browser = await sign_in()
    assert "order-form" in await browser.page(answers_of(house))
    assert (await browser.get(answers_of(house) + ".xlsx")).status_code == 200


async def test_answers_are_listed_filtered_and_harmless(sign_in: SignIn, house: House, ordered: dict[str, Any]):
    browser = await sign_in(language="fr")
    response = await browser.get(answers_of(house))
    assert SCRIPT not in response.text and "&lt;script&gt;" in response.text
    assert "Poireau" in response.text and "Nom du visiteur" in response.text and ordered["code"] in response.text
    for query, there in (
        (f"search={ordered['code']}", True),
        ("search=ada@", True),
        ("search=nobody", False),
        (f"performance={house.second}", False),
        (f"performance={house.first}", True),
        ("performance=nonsense&form=nonsense&page=-3", True),
        ("page=2", False),
    ):
        assert (ordered["code"] in (await browser.page(f"{answers_of(house)}?{query}")).split("<table")[-1]) is there


async def test_the_spreadsheet_has_texts_and_no_formulas(sign_in: SignIn, house: House, ordered: dict[str, Any]):
    for language, head, meal in (("en", "Order", "Leek"), ("fr", "Commande", "Poireau")):
        browser = await sign_in(language=language)
        response = await browser.get(answers_of(house) + ".xlsx")
        assert response.headers["content-disposition"].startswith("attachment;")
        table = load_workbook(BytesIO(response.content)).worksheets[0]
        rows = [[cell.value for cell in row] for row in table.iter_rows()]
        assert rows[0][0] == head and rows[1][0] == ordered["code"]
        assert meal in rows[1] and f"'{FORMULA}" in rows[1] and SCRIPT in rows[1] and "card.png" in rows[1]
        cells = [cell for row in table.iter_rows() for cell in row]
        assert all(cell.data_type in ("s", "n") and not cell.hyperlink for cell in cells)


async def test_a_file_is_kept_and_never_a_page(sign_in: SignIn, house: House, ordered: dict[str, Any]):
    browser = await sign_in(Scope.VIEW)
    text = await browser.page(answers_of(house))
    path = f"/admin/orders/{ordered['id']}/uploads/" + text.split(f"/admin/orders/{ordered['id']}/uploads/")[1][:36]
    response = await browser.get(path)
    assert response.status_code == 200 and response.headers["content-type"] == "image/png"
    assert response.headers["content-disposition"].startswith("attachment;")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in response.headers["content-security-policy"]
    assert (await browser.get(f"/admin/orders/{ordered['id']}/uploads/{uuid4()}")).status_code == 404


async def test_a_file_is_removed_and_its_answer_says_so(
    sign_in: SignIn, house: House, asked: dict[str, str], ordered: dict[str, Any], database: Database
):
    at = f"/admin/orders/{ordered['id']}"
    viewer, clerk = await sign_in(Scope.VIEW), await sign_in(Scope.SELL)
    file = f"{at}/uploads/" + (await viewer.page(answers_of(house))).split(f"{at}/uploads/")[1][:36]
    assert f"{file}/removal" not in await viewer.page(at)
    assert (await viewer.get(f"{file}/removal")).status_code == 403
    assert (await viewer.post(f"{file}/removal")).status_code == 403
    assert f"{file}/removal" in await clerk.page(at)
    assert "card.png" in await clerk.page(f"{file}/removal")
    assert await clerk.done(f"{file}/removal") == f"{at}#answers"
    for page in (at, answers_of(house), f"{at}/answers/{ordered['ticket']}"):
        text = await clerk.page(page)
        assert "The file was removed" in text and "card.png" not in text, page
    assert (await clerk.get(file)).status_code == 404 and (await clerk.post(f"{file}/removal")).status_code == 404
    sheet = await clerk.get(answers_of(house) + ".xlsx")
    cells = [cell.value for row in load_workbook(BytesIO(sheet.content)).worksheets[0].iter_rows() for cell in row]
    assert "The file was removed" in cells
    async with database.read() as c:
        assert not await c.fetchval("select count(*) from uploads where id = $1", UUID(file[-36:]))
        query = "select changes::text from audit where act = 'order.file-removed' and subject_id = $1"
        assert (await c.fetchval(query, ordered["id"])) == '{"field": ["Card", null]}'
    edited = await clerk.page(f"{at}/answers/{ordered['ticket']}")
    mark = edited.split('name="mark" value="')[1].split('"')[0]
    await clerk.done(f"{at}/answers/{ordered['ticket']}", {"mark": mark, f"answers.{asked['name']}": "Zoe"})
    assert "The file was removed" in await clerk.page(at), "it stays removed when other answers change"


async def test_staff_correct_answers(sign_in: SignIn, house: House, asked: dict[str, str], ordered: dict[str, Any]):
    browser = await sign_in(Scope.SELL)
    path = f"/admin/orders/{ordered['id']}/answers/{ordered['ticket']}"
    response = await browser.get(path)
    assert response.status_code == 200 and SCRIPT not in response.text
    mark = response.text.split('name="mark" value="')[1].split('"')[0]
    fields = {"mark": mark, f"answers.{asked['name']}": "Zoe", f"answers.{asked['meal']}": "meat"}
    response = await browser.post(path, fields)
    assert (
        response.status_code == 422
        and 'value="Zoe"' in response.text
        and f"answers.{asked['meal']}-mistake" in response.text
    )
    files = {f"answers.{asked['card']}": ("card.png", PAGE, "image/png")}
    fields |= {f"answers.{asked['meal']}": "leek"}
    assert (await browser.post(path, fields, files=files)).status_code == 422
    files = {f"answers.{asked['card']}": ("new.png", PNG, "text/html")}
    assert await browser.done(path, fields, files=files) == f"/admin/orders/{ordered['id']}"
    text = await browser.page(answers_of(house))
    assert "Zoe" in text and "new.png" in text and "HYPERLINK" not in text
    late = await browser.post(path, fields | {f"answers.{asked['name']}": "Late"})
    assert late.status_code == 409 and 'value="Late"' in late.text


async def test_others_see_and_change_nothing(
    sign_in: SignIn, house: House, rival: House, asked: dict[str, str], ordered: dict[str, Any]
):
    path = f"/admin/orders/{ordered['id']}/answers/{ordered['ticket']}"
    stranger, viewer = await sign_in(organisation_id=rival.organisation_id), await sign_in(Scope.VIEW)
    await stranger.get(f"/admin/box-offices/{rival.key}/forms")
    for wanted in (answers_of(house), answers_of(house) + ".xlsx", path, f"/admin/orders/{ordered['id']}/answers"):
        assert (await stranger.get(wanted)).status_code == 404
    assert (await stranger.post(path, {"mark": "x"})).status_code == 404
    assert (await viewer.get(path)).status_code == 403
    await viewer.get(answers_of(house))
    assert (await viewer.post(path, {"mark": "x"})).status_code == 403
    seller = await sign_in(Scope.SELL)
    await seller.page(path)
    seller.token = "0" * 64
    assert (await seller.post(path, {"mark": "x"})).status_code == 403
