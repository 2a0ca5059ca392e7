import ast
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from html import unescape
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from httpx import AsyncClient
from msgspec import Struct

from admin import acts
from tests.admin.conftest import Browser, SignIn
from tests.api.conftest import House, keyed, opens, order_body
from ticketing import (
    audit,
    billing,
    box_offices,
    checkouts,
    dates,
    embeddings,
    events,
    forms,
    passes,
    scan_profiles,
    shops,
    tariffs,
    ticket_designs,
    tills,
    tokens,
    vat,
    venues,
    waiting_rooms,
)
from ticketing.audit import Actor, Line, Subject
from ticketing.box_offices import BoxOfficeChoice
from ticketing.db import Database
from ticketing.jobs import MailKind
from ticketing.mailings import State
from ticketing.states import OrderStatus, TicketStatus
from ticketing.tokens import Scope
from ticketing.vat import Rate

Act = Callable[..., Any]

TICKETING = Path(audit.__file__).parent
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROWS = re.compile(r"<tr>\s*<td class=\"text-secondary text-nowrap\">(.*?)</tr>", re.DOTALL)
ACT = re.compile(r'"([a-z]+(?:[_-][a-z]+)*\.[a-z]+(?:[_-][a-z]+)*)"')
BUYERS = {
    "customer.account-opened",
    "customer.changed",
    "customer.data-taken",
    "customer.deletion-asked",
    "customer.deletion-withdrawn",
    "customer.email-changed",
    "customer.forgotten",
    "customer.password-removed",
    "customer.password-set",
    "order.given-up",
    "order.holders-named",
    "order.withdrawn",
}
"""What nobody of the staff does."""
NO_ACT = re.compile(r"\.(json|html|sql|txt|py|po|pot|js|css|svg|key|part|new)$")


async def noted(db: Database, house: House, act: str, at: datetime, name: str = "Thing", **fields: Any) -> None:
    """A line of a house's log; `changes`, `by` and `subject` beside what it is of."""
    by = fields.get("by") or Actor(organisation_id=house.organisation_id, address="192.0.2.1")
    box_office = await box_offices.public(db, house.key)
    subject = fields.get("subject") or Subject(kind="event", id="1", name=name, box_office_id=box_office.id)
    async with db.transaction() as c:
        await audit.note(c, by, act, subject, at, fields.get("changes", {}))


def page_of(house: House, rest: str = "") -> str:
    return f"/admin/organisations/{house.key}/audit{rest}"


async def rows(browser: Browser, path: str) -> list[str]:
    """The lines of a page, without their tags."""
    text = await browser.page(path)
    return [" ".join(unescape(re.sub(r"<[^>]*>", " ", row)).split()) for row in ROWS.findall(text)]


async def test_an_act_is_a_sentence_with_what_changed(sign_in: SignIn, house: House, database: Database):
    browser = await sign_in()
    by = Actor(organisation_id=house.organisation_id, staff_id=browser.staff_id, address="192.0.2.9")
    choice = BoxOfficeChoice(
        name="Season 2027", currency="CHF", locale="fr", vat_registered=True, vat_number="che-123.456.789"
    )
    made = await box_offices.change(database, house.organisation_id, house.key, 1, choice, by, NOW)
    await vat.schedule(database, house.organisation_id, made.id, Rate(NOW.date(), 8100), by, NOW)
    (scheduled,) = await rows(browser, page_of(house, "?act=vat_rate.scheduled"))
    (changed,) = await rows(browser, page_of(house, "?act=box_office.changed"))
    assert "Pat Person changed the settings of the box office Season 2027" in changed
    assert "Language English French" in changed
    assert "Registered for VAT No Yes" in changed and "VAT number CHE123456789" in changed
    assert changed.endswith("192.0.2.9")
    assert "scheduled a VAT rate" in scheduled and "8.1%" in scheduled and "1 March 2026" in scheduled


async def test_it_is_told_in_french_too(sign_in: SignIn, house: House, database: Database):
    browser = await sign_in(language="fr")
    await noted(database, house, "event.edited", NOW, "Cyrano", changes={"sale_opens_at": (None, NOW)})
    (line,) = await rows(browser, page_of(house, "?act=event.edited"))
    assert "Placeur a modifié l’événement Cyrano" in line
    assert "Ouverture de la vente 1 mars 2026, 13:00" in line, "in the time of the house's venue"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_act_has_a_sentence(language: str):
    written = {
        act
        for path in TICKETING.glob("*.py")
        if "audit" in path.read_text()
        for act in ACT.findall(path.read_text())
        if not NO_ACT.search(act)
    }
    assert sorted(written - set(acts.ACTS)) == [], "add them to admin/acts.py, with their French"
    assert {act.partition(".")[0] for act in acts.ACTS} <= set(acts.KINDS)
    for act in acts.ACTS:
        line = Line(1, NOW, act, "event", "1", "Cyrano", {}, "", None, "Ada", False, False)
        told = acts.sentence(line, language)
        assert ("<strong>Ada</strong>" in told or act in BUYERS) and "<strong>Cyrano</strong>" in told
        assert "{" not in told
    groups = acts.choices(language)
    assert sorted(act for _, some in groups for act, _ in some) == sorted(acts.ACTS)
    assert all(label[:1].isupper() and "{" not in label for _, some in groups for _, label in some)


COMPARED: dict[str, tuple[type[Struct], ...]] = {
    "billing": (billing.Billing, billing.Rule),
    "box_offices": (box_offices.BoxOffice,),
    "checkouts": (checkouts.Rules,),
    "dates": (dates.DateSettings, dates.Change),
    "embeddings": (embeddings.Embedding,),
    "events": (events.Event, events.Texts),
    "forms": (forms.Field, forms.Option, forms.Limits),
    "passes": (passes.Terms,),
    "scan_profiles": (scan_profiles.Choice,),
    "shops": (shops.Colours, shops.ShopTexts),
    "tariffs": (tariffs.Terms,),
    "ticket_designs": (ticket_designs.Look, ticket_designs.Texts),
    "tills": (tills.TillChoice,),
    "tokens": (tokens.Token,),
    "venues": (venues.Details, venues.Texts),
    "waiting_rooms": (waiting_rooms.RoomSettings,),
}
"""What the modules that call `audit.differences` compare, with what is inside."""
NEVER_CHANGED = re.compile(r"(id|.+_id|created_at|link_secret|last_used_.+|revoked_at|hidden|answered)")


def noted_fields(path: Path) -> Iterator[str]:
    """The fields that a module writes by name: `{"scope": (before, after)}`, and those that a loop over names makes."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            yield from (key.value for key, value in pairs if isinstance(key, ast.Constant) and is_pair(value))
        if isinstance(node, ast.DictComp) and is_pair(node.value):
            names = node.generators[0].iter
            yield from (one.value for one in getattr(names, "elts", ()) if isinstance(one, ast.Constant))


def is_pair(node: ast.expr) -> bool:
    return isinstance(node, ast.Tuple) and len(node.elts) == 2


def test_every_field_has_a_label_and_every_kind_of_value_its_words():
    modules = {path for path in TICKETING.glob("*.py") if "audit.note(" in path.read_text()}
    comparing = {path.stem for path in modules if "audit.differences(" in path.read_text()}
    assert comparing == set(COMPARED), "say what it compares"
    compared = [field for structs in COMPARED.values() for kind in structs for field in msgspec.structs.fields(kind)]
    names = {field.name for field in compared if not NEVER_CHANGED.fullmatch(field.name)}
    names |= {name for path in modules for name in noted_fields(path)}
    assert sorted(names - set(acts.FIELDS)) == [], "add them to FIELDS in admin/acts.py, with their French"
    listed = [(field.name, kind) for field in compared for kind in (field.type, *get_args(field.type))]
    listed += [("mail", MailKind), ("state", State), ("status", OrderStatus), ("status", TicketStatus)]
    values = {f"{name} {value}" for name, kind in listed if is_enumeration(kind) for value in kind}
    assert sorted(values - set(acts.VALUES)) == [], "add them to VALUES in admin/acts.py, with their French"


def is_enumeration(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, StrEnum)


def test_fields_in_a_language_and_at_a_moment_are_named_so():
    changes = {
        "description_fr": ("", "Un lieu"),
        "2026-03-01T18:00:00+00:00": (1, 2),
        "picture": ("ab" * 32, "cd" * 32),
        "options": ([], [{"key": "a", "labels": {"en": "Vegetarian"}}]),
    }
    line = Line(1, NOW, "venue.edited", "venue", "1", "Hall", changes, "", None, None, False, False)
    told = [(one.field, one.before, one.after) for one in acts.told(line, "en", "Europe/Paris", "EUR").changes]
    assert told[0] == ("Description (French)", None, "Un lieu")
    assert told[1] == ("1 Mar 2026, 19:00", "1", "2")
    assert told[2] == ("Picture", None, "A picture")
    assert told[3] == ("Options", None, "Key: a; Labels: English: Vegetarian")
    line = msgspec.structs.replace(line, act="order.answers-changed", changes={"Do_you e-mail?": ("", "answered")})
    assert acts.told(line, "en", "UTC", None).changes[0].field == "Do_you e-mail?", "as somebody wrote it"


def test_an_act_of_a_later_version_is_told_by_its_name():
    line = Line(1, NOW, "hat.worn", "hat", "1", "Bowler", {}, "", None, None, False, False)
    assert acts.sentence(line, "en") == "<strong>Placeur</strong> did hat.worn on <strong>Bowler</strong>"


async def test_values_are_told_as_what_they_are(sign_in: SignIn, house: House, database: Database):
    changes = {
        "price_cents": (1250, 1300),
        "tickets": (2, 2),
        "networks": ([], []),
        "doors_at": ("2026-03-01T18:00:00Z", None),
        "names": ({"en": "Full"}, {"en": "Full", "fr": "Plein"}),
        "wholly_new": (None, "x" * 500),
        "visibility": ("draft", "public"),
    }
    await noted(database, house, "order.reduced", NOW, changes=changes)
    await noted(database, house, "tariff.priced", NOW, changes={"VIP_1": (1250, None)})
    browser = await sign_in()
    path = f"/admin/box-offices/{house.key}/audit"
    (line,) = await rows(browser, f"{path}?act=order.reduced")
    assert "Price 12.50 CHF 13.00 CHF" in line.replace("\xa0", " ")
    assert "Tickets 2" in line and "Networks" not in line
    assert "Doors 1 Mar 2026, 19:00 —" in line and "Visibility Draft Public" in line
    assert "English: Full English: Full; French: Plein" in line and f"Wholly new {'x' * 200}…" in line
    (line,) = await rows(browser, f"{path}?act=tariff.priced")
    assert "VIP_1 12.50 CHF —" in line.replace("\xa0", " ")


async def test_filters_and_pages(sign_in: SignIn, house: House, database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(audit.page, "__defaults__", (None, 3))
    browser = await sign_in()
    mine = Actor(organisation_id=house.organisation_id, staff_id=browser.staff_id)
    for n in range(7):
        await noted(database, house, "event.edited", NOW, f"Thing {n}", by=mine if n % 2 else None)
    path = page_of(house, "?act=event.edited")
    seen: list[str] = []
    while path:
        text = await browser.page(path)
        seen += re.findall(r"Thing \d", text)
        older = re.search(r'href="(\?[^"]*before=[^"]*)"', text)
        path = page_of(house, older[1]) if older else ""
    assert seen == [f"Thing {n}" for n in reversed(range(7))], "all of one moment, each once"
    mine_only = await rows(browser, page_of(house, f"?act=event.edited&person={browser.staff_id}"))
    assert len(mine_only) == 3 and all("Pat Person" in line for line in mine_only)
    assert await rows(browser, page_of(house, "?act=event.edited&since=2026-03-02")) == []
    assert len(await rows(browser, page_of(house, "?act=event.edited&since=2026-03-01&until=2026-03-01"))) == 3
    assert await rows(browser, page_of(house, "?act=event.edited&until=2026-02-28")) == []
    assert "nothing was done that fits" in (await browser.page(page_of(house, "?until=2001-01-01"))).lower()


async def test_a_subject_s_history(sign_in: SignIn, house: House, database: Database):
    token = next(iter(await tokens.list_of(database, house.organisation_id)))
    await tokens.revoke(database, house.organisation_id, token.id, NOW)
    browser = await sign_in()
    text = await browser.page(page_of(house, f"?subject=token:{token.id}"))
    lines = await rows(browser, page_of(house, f"?subject=token:{token.id}"))
    assert len(lines) == 2 and all(token.name in line for line in lines)
    assert f'href="/admin/api-keys/{token.id}"' in text and "Only what was done to:" in text
    assert "revoked the API key" in await browser.page(f"/admin/api-keys/{token.id}")


async def test_what_a_key_did_is_found_by_the_key(sign_in: SignIn, house: House, database: Database):
    token = next(iter(await tokens.list_of(database, house.organisation_id)))
    by = Actor(organisation_id=house.organisation_id, token_id=token.id)
    await noted(database, house, "order.paid", NOW, "CODE1234", by=by)
    (line,) = await rows(await sign_in(), page_of(house, f"?person={token.id}"))
    assert f"The key {token.name} took the payment of the order CODE1234" in line


async def test_what_a_key_does_through_the_api_is_told_with_its_name(
    sign_in: SignIn, house: House, client: AsyncClient, paid: Act
):
    """Every act that the API lets staff do on what was sold, but those on passes."""
    placed, seller = await paid(party=3), house.bearer(Scope.SELL)
    one = f"/api/v1/orders/{placed['id']}"

    async def done(path: str, body: Any = None) -> None:
        response = await client.post(path, json=body, headers=seller)
        assert response.status_code == 200, response.text

    sheet = (await client.get(f"{one}/tickets", headers=seller)).json()["tickets"]
    first, second, third = (f"/api/v1/tickets/{ticket['ticket_id']}" for ticket in sheet)
    await done(f"{first}/moves", {"place": 45})
    await done(f"{second}/opposition")
    await done(f"{third}/reissue")
    await done(f"{one}/cancellation", {"tickets": [sheet[2]["ticket_id"]]})
    await done(f"{one}/cancellation", {})
    for refund in (await client.get(f"{one}/refunds", headers=seller)).json():
        await done(f"/api/v1/refunds/{refund['id']}/handed-out")
    acts_done = [
        *("handed out a refund of", "cancelled", "cancelled tickets of", "changed the code of a ticket of"),
        *("opposed a ticket of", "moved a ticket of", "took the payment of"),
    ]
    lines = await rows(await sign_in(), page_of(house, f"?subject=order:{placed['id']}"))
    told = [told for line in lines for told in re.findall("The key sell (.*?) the order", line)]
    assert list(dict.fromkeys(told)) == acts_done and len(told) == len(lines)
    called_from = client.headers["x-forwarded-for"]
    assert all(line.endswith(called_from) for line in lines)


async def test_who_sold_an_order_at_the_counter_is_told_and_a_shopper_s_order_needs_nobody(
    sign_in: SignIn, house: House, client: AsyncClient, hold: Act, order: Act
):
    browser, seller, key = await sign_in(), house.bearer(Scope.SELL), keyed()
    body = order_body(house, await hold(party=2))
    for _ in range(2):
        response = await client.post(house.path("orders"), json=body, headers=seller | key)
        assert response.status_code == 201, response.text
    (line,) = await rows(browser, page_of(house, f"?subject=order:{response.json()['id']}"))
    assert f"The key sell sold the order {response.json()['code']}" in line, "the same request again adds no line"
    assert "Tickets 2" in line
    assert await rows(browser, page_of(house, f"?subject=order:{(await order())['id']}")) == []


async def test_what_a_shopper_does_with_an_order_is_told_as_the_buyer_s(
    sign_in: SignIn, house: House, client: AsyncClient, order: Act
):
    placed = await order()
    await client.post(f"/api/v1/orders/{placed['id']}/cancellation", json={}, headers=opens(placed))
    browser = await sign_in()
    (line,) = await rows(browser, page_of(house, f"?subject=order:{placed['id']}"))
    assert f"The buyer gave up the order {placed['code']}" in line and "Status Waiting for payment Cancelled" in line
    assert "The buyer gave up the order" in await browser.page(f"/admin/orders/{placed['id']}")


@pytest.mark.parametrize(
    "query",
    [
        "person=x",
        "act=x",
        "subject=x",
        "subject=event:",
        "before=x_y",
        "before=2026-01-01_1",
        "since=x",
        "until=9999-12-31x",
    ],
)
async def test_addresses_that_nobody_writes_break_nothing(sign_in: SignIn, house: House, query: str):
    assert (await (await sign_in()).get(page_of(house, f"?{query}"))).status_code == 200


async def test_a_stored_script_is_text(sign_in: SignIn, house: House, database: Database):
    script = "<script>alert(1)</script>{who}"
    await noted(database, house, "event.edited", NOW, script, changes={"name": (script, script + "2"), script: (1, 2)})
    response = await (await sign_in()).get(page_of(house))
    assert "<script>alert" not in response.text and "&lt;script&gt;alert(1)" in response.text


async def test_another_organisation_s_lines_are_not_there(
    sign_in: SignIn, house: House, rival: House, database: Database
):
    await noted(database, rival, "event.edited", NOW, "Theirs", subject=Subject(kind="event", id="7", name="Theirs"))
    browser = await sign_in()
    assert (await browser.get(page_of(rival))).status_code == 404
    assert (await browser.get(f"/admin/box-offices/{rival.key}/audit")).status_code == 404
    for query in ("", "?subject=event:7", "?act=event.edited"):
        assert "Theirs" not in await browser.page(page_of(house, query))


async def test_a_box_office_s_page_has_its_own_lines_only(sign_in: SignIn, house: House, database: Database):
    box_office = await box_offices.public(database, house.key)
    other = await box_offices.create(database, house.organisation_id, f"{house.key}-b", "Other", "EUR", NOW)
    for office, name in ((box_office, "Here"), (other, "There")):
        subject = Subject(kind="event", id=name, name=name, box_office_id=office.id)
        await noted(database, house, "event.edited", NOW, subject=subject)
    browser = await sign_in(Scope.MANAGE, box_office_id=box_office.id)
    path = f"/admin/box-offices/{house.key}/audit"
    for query in ("", "?act=event.edited", "?subject=event:There", f"?person={browser.staff_id}"):
        assert "There" not in " ".join(await rows(browser, path + query))
    assert "Here" in await browser.page(path)
    assert (await browser.get(page_of(house))).status_code == 403
    assert (await browser.get(f"/admin/box-offices/{other.key}/audit")).status_code == 404


@pytest.mark.parametrize("scope", [Scope.VIEW, Scope.SELL])
async def test_who_does_not_manage_does_not_read_it(sign_in: SignIn, house: House, scope: Scope):
    browser = await sign_in(scope)
    assert (await browser.get(page_of(house))).status_code == 403
    assert (await browser.get(f"/admin/box-offices/{house.key}/audit")).status_code == 403


async def test_a_page_costs_few_queries(sign_in: SignIn, house: House, queries: list[str]):
    browser = await sign_in()
    queries.clear()
    await browser.page(page_of(house))
    assert queries == ["find", "on_organisation", "places", "time_zone", "of_organisation", "actors"]


async def test_lines_are_never_changed(database: Database, house: House):
    assert not {name for name in dir(audit) if re.match(r"(change|edit|delete|remove|forget)", name)}
    assert not re.search(r"\b(update|delete)\b", (Path(audit.__file__).parent / "sql" / "audit.sql").read_text())


async def test_since_is_before_until_by_a_day(database: Database, house: House):
    """The last day of a range is in it, to its end in the venue's time."""
    await noted(database, house, "event.edited", datetime(2026, 3, 1, 22, 59, tzinfo=UTC), "Late")
    wanted = audit.Wanted(organisation_id=house.organisation_id, until=datetime(2026, 3, 1, 23, tzinfo=UTC))
    found, _ = await audit.page(database, wanted)
    assert "Late" in {line.subject_name for line in found}
    before = audit.Wanted(organisation_id=house.organisation_id, until=wanted.until - timedelta(minutes=1))
    assert "Late" not in {line.subject_name for line in (await audit.page(database, before))[0]}
