"""The one rule for answers, tried with whatever can be sent; and answers with an order, in its own transaction."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.inventory import Inventory
from tests.ticketing.house import NOW, SETTINGS, House, hold, open_house, request
from tests.ticketing.test_uploads import PNG
from ticketing import answer_lists, answers, forms, orders, tickets, uploads
from ticketing.answers import check
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.forms import Field, FieldValues, Form, Kind, Limits, Media, OnTicket, Option
from ticketing.ids import new_id
from ticketing.refusals import AnswersRefused, EditedMeanwhile, FormChanged, NotFound
from ticketing.uploads import Upload
from ticketing.workshop import Workshop

OPTIONS = (Option("a", {"en": "Meat", "fr": "Viande"}), Option("b", {"en": "Leek"}), Option("c", {"en": "No"}, True))
FILES = {
    "png": Upload(new_id(), bytes(32), "card.png", Media.PNG, 1000),
    "pdf": Upload(new_id(), bytes(32), "card.pdf", Media.PDF, 9_000_000),
}


def field(kind: Kind, **values: Any) -> Field:
    options = OPTIONS if kind in forms.CHOICES else ()
    around = {"labels": {"en": f"{kind}?"}, "options": options, "id": new_id(), "form_id": UUID(int=1)}
    return Field(**({"kind": kind, "hidden": False, "version": 1, "answered": False} | around | values))


def form(*fields: Field, locale: str = "fr-CH", currency: str = "CHF") -> Form:
    return Form(
        id=UUID(int=1), organisation_id=UUID(int=2), box_office_id=UUID(int=3), box_office_key="key", locale=locale,
        currency=currency, name="Form", of_orders=False, version=1, fields=fields,
    )  # fmt: skip


def said(one: Field, *texts: str, whole: bool = True) -> tuple[str, ...] | str:
    """What becomes of an answer: the texts kept, or the mistake."""
    checked = check([form(one)], {one.id: texts}, FILES, whole=whole)
    if one.id in checked.mistakes:
        return str(checked.mistakes[one.id])
    return checked.values[one.id].texts if one.id in checked.values else ()


@pytest.mark.parametrize(
    ("kind", "texts", "kept"),
    [
        (Kind.TEXT, ("  Ann  ",), ("Ann",)),
        (Kind.TEXT, ("one\ntwo",), "Type one line of text."),
        (Kind.TEXT, ("a", "b"), "Give one answer."),
        (Kind.TEXT, ("x" * 301,), "Type at most 300 characters."),
        (Kind.LONG_TEXT, ("one\r\ntwo",), ("one\ntwo",)),
        (Kind.LONG_TEXT, ("bell \x07",), "This has signs that cannot be shown."),
        (Kind.SELECT, ("b",), ("b",)),
        (Kind.RADIO, ("c",), "Choose one of these."),
        (Kind.RADIO, ("Meat",), "Choose one of these."),
        (Kind.CHECKBOXES, ("b", "a", "b"), ("a", "b")),
        (Kind.EMAIL, ("Ada@Example.org",), ("ada@example.org",)),
        (Kind.EMAIL, ("ada",), "Type an e-mail address, such as ada@example.org."),
        (Kind.TELEPHONE, ("044 668 18 00",), ("+41446681800",)),
        (Kind.TELEPHONE, ("+33 1 42 68 53 00",), ("+33142685300",)),
        (Kind.TELEPHONE, ("+41 44 668 18 00 ext. 7",), None),
        (Kind.TELEPHONE, ("12",), None),
        (Kind.TELEPHONE, ("=1+1",), None),
        (Kind.DATE, ("2026-05-16",), ("2026-05-16",)),
        (Kind.DATE, ("2026-02-30",), "Choose a day."),
        (Kind.DATE, ("20260516",), "Choose a day."),
        (Kind.NUMBER, ("1 234,50",), ("1234.5",)),
        (Kind.NUMBER, ("-0",), ("0",)),
        (Kind.NUMBER, ("1e9",), "Type a number."),
        (Kind.NUMBER, ("NaN",), "Type a number."),
        (Kind.FILE, ("png",), ()),
        (Kind.FILE, ("gone",), "This file is no longer there: send it again."),
    ],
)
def test_each_kind_keeps_what_it_means(kind: Kind, texts: tuple[str, ...], kept: Any):
    found = said(field(kind), *texts)
    assert isinstance(found, str) if kept is None else found == kept


def test_bounds_are_kept():
    number = field(Kind.NUMBER, limits=Limits(least=Decimal("1.5"), most=Decimal(10)))
    assert [said(number, text) for text in ("1,5", "10")] == [("1.5",), ("10",)]
    assert all(isinstance(said(number, text), str) for text in ("1.4", "10.01"))
    day = field(Kind.DATE, limits=Limits(first_day=date(2026, 1, 2), last_day=date(2026, 1, 3)))
    assert said(day, "2026-01-03") == ("2026-01-03",)
    assert all(isinstance(said(day, text), str) for text in ("2026-01-01", "2026-01-04"))
    file = field(Kind.FILE, limits=Limits(media=(Media.PNG,), bytes_max=999))
    assert said(file, "pdf") == "This kind of file is not taken here."
    assert said(file, "png") == "This file is too large: 0 MB at most."
    abroad = field(Kind.TELEPHONE, limits=Limits(region="FR"))
    assert said(abroad, "01 42 68 53 00") == ("+33142685300",)


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_mandatory_is_missed_but_not_by_staff(kind: Kind):
    needed = field(kind, mandatory=True)
    assert said(needed, "  ") == "This is needed." and said(needed, whole=False) == ()


def test_mandatory_boxes_are_all_ticked():
    boxes = field(Kind.CHECKBOXES, mandatory=True)
    assert said(boxes, "a") == "Tick every box." and said(boxes, "b", "a") == ("a", "b")


def test_what_is_hidden_or_of_another_form_is_not_asked():
    hidden, other = field(Kind.TEXT, hidden=True, mandatory=True), new_id()
    checked = check([form(hidden)], {hidden.id: ("x",), other: ("y",)}, FILES)
    assert checked.values == {} and set(checked.mistakes) == {hidden.id, other}


SENT = st.text(max_size=40) | st.sampled_from(
    ["a", "b", "c", "png", "pdf", "2026-05-16", "+41446681800", "1,5", "=1+1"]
)


@settings(max_examples=300, deadline=None)
@given(
    kinds=st.lists(st.tuples(st.sampled_from(list(Kind)), st.booleans()), min_size=1, max_size=6),
    texts=st.lists(st.lists(SENT, max_size=4), max_size=6),
    whole=st.booleans(),
)
def test_whatever_is_sent_is_kept_or_named_and_kept_again(
    kinds: list[tuple[Kind, bool]], texts: list[list[str]], whole: bool
):
    asked = form(*(field(kind, mandatory=mandatory) for kind, mandatory in kinds))
    sent = {one.id: some for one, some in zip(asked.fields, texts, strict=False)}
    checked = check([asked], sent, FILES, whole=whole)
    assert not checked.values.keys() & checked.mistakes.keys()
    blank = {at for at in sent if not any(text.strip() for text in sent[at])}
    assert sent.keys() - blank <= checked.values.keys() | checked.mistakes.keys()
    if whole:
        assert {one.id for one in asked.fields if one.mandatory} <= checked.values.keys() | checked.mistakes.keys()
    again = {at: value.texts for at, value in checked.values.items() if value.upload is None}
    assert check([asked], again, FILES, whole=False).values == {at: checked.values[at] for at in again}
    for one in asked.fields:
        if one.id in again:
            assert answers.shown(one.kind, one.options, again[one.id], "fr")


@pytest.mark.parametrize(
    ("locale", "currency", "region"),
    [
        ("fr-CH", "EUR", "CH"),
        ("fr", "EUR", "FR"),
        ("fr", "CHF", "CH"),
        ("en", "GBP", "GB"),
        ("en", "UAH", "UA"),
        ("en", "USD", "US"),
        ("en", "CAD", "CA"),
    ],
)
def test_a_box_office_has_a_country(locale: str, currency: str, region: str):
    assert forms.region_of(locale, currency) == region


def test_a_country_is_found_where_the_currency_is_of_many():
    assert forms.region_of("en", "EUR") in ("IE", "MT")
    assert forms.region_of("en", "XAF") in forms.phonenumbers.SUPPORTED_REGIONS


# With an order


@pytest.fixture
async def house(database: Database) -> House:
    return await open_house(database)


def by(house: House) -> Actor:
    return Actor(organisation_id=house.organisation)


async def asking(database: Database, house: House, *fields: FieldValues) -> tuple[UUID, list[UUID]]:
    """A form of the house that the full tariff asks; its id and those of its fields."""
    name, owner = f"Form {new_id()}", house.organisation
    form_id = await forms.create(database, owner, house.box_office, name, by(house), NOW)
    ids = [await forms.add_field(database, owner, form_id, values, by(house), NOW) for values in fields]
    await forms.link_tariff(database, owner, house.full, form_id, by(house), NOW)
    return form_id, ids


def ask(kind: Kind = Kind.TEXT, label: str = "Name", **values: Any) -> FieldValues:
    return FieldValues(kind=kind, labels={"en": label}, **values)


async def ordered(database: Database, inventory: Inventory, house: House, *given: Any, order_given: Any = ()) -> Any:
    """Order a place for each set of answers; the order."""
    free = [row for row in range(40) if row not in TAKEN.setdefault(house.box_office, set())][: len(given)]
    TAKEN[house.box_office] |= set(free)
    held = await hold(inventory, house, free)
    wanted = request(house, held, free)
    seats = tuple(msgspec.structs.replace(seat, answers=some) for seat, some in zip(wanted.seats, given, strict=True))
    wanted = msgspec.structs.replace(wanted, seats=seats, answers=order_given)
    return await orders.place(database, inventory, SETTINGS, wanted, NOW)


TAKEN: dict[UUID, set[int]] = {}


async def test_answers_come_with_the_order_and_name_its_holders(database: Database, inventory: Inventory, house: House):
    _, (first, last, meal) = await asking(
        database,
        house,
        ask(label="First name", on_ticket=OnTicket.HOLDER, position=1, mandatory=True),
        ask(label="Last name", on_ticket=OnTicket.HOLDER, position=2),
        ask(Kind.SELECT, "Meal", options=OPTIONS, on_ticket=OnTicket.LINE),
    )
    one = ((first, ("Eve",)), (last, ("Holder",)), (meal, ("a",)))
    placed = await ordered(database, inventory, house, one, ((first, ("Bob",)),))
    sheet = await tickets.sheet(database, placed.id)
    assert [ticket.holder_name for ticket in sheet.tickets] == ["Eve Holder", "Bob"]
    assert [(line.question, line.answer) for line in sheet.tickets[0].answers] == [("Meal", "Meat")]
    sets = await answers.of_order(database, placed.id, "fr")
    assert [[text for _, text, _ in some.answers] for some in sets] == [["Eve", "Holder", "Viande"], ["Bob"]]


async def test_mistakes_are_named_by_where_they_are(database: Database, inventory: Inventory, house: House):
    _, (name, mail) = await asking(database, house, ask(mandatory=True), ask(Kind.EMAIL, "Mail"))
    stranger = new_id()
    with pytest.raises(AnswersRefused) as refused:
        await ordered(
            database, inventory, house, ((mail, ("x",)),), ((name, ("Ann",)),), order_given=((stranger, ("x",)),)
        )
    assert set(refused.value.fields["mistakes"]) == {
        f"seats.0.answers.{name}",
        f"seats.0.answers.{mail}",
        f"answers.{stranger}",
    }


async def test_an_order_answers_the_form_of_its_event_or_of_the_box_office(
    database: Database, inventory: Inventory, house: House
):
    owner, event = house.organisation, house.performance.event_id
    ids = []
    for name in ("Event", "Office"):
        form_id = await forms.create(database, owner, house.box_office, f"{name} {new_id()}", by(house), NOW)
        ids.append((form_id, await forms.add_field(database, owner, form_id, ask(mandatory=True), by(house), NOW)))
    (of_event, event_field), (of_office, office_field) = ids
    await forms.link_box_office(database, house.box_office, of_office, by(house), NOW)
    placed = await ordered(database, inventory, house, (), order_given=((office_field, ("Ann",)),))
    assert [some.ticket_id for some in await answers.of_order(database, placed.id, "en")] == [None]
    await forms.link_event(database, owner, event, of_event, by(house), NOW)
    with pytest.raises(AnswersRefused):
        await ordered(database, inventory, house, (), order_given=((office_field, ("Ann",)),))
    await ordered(database, inventory, house, (), order_given=((event_field, ("Ann",)),))
    asked, _ = await forms.asked_at(database, house.performance.id)
    assert asked is not None and asked.id == of_event


async def test_a_file_is_taken_once_by_the_order_it_was_sent_for(
    database: Database, inventory: Inventory, house: House, workshop: Workshop
):
    _, (card,) = await asking(database, house, ask(Kind.FILE, "Card"))
    sent = await uploads.take(database, workshop, house.box_office, "../../card.png", PNG, NOW)
    with pytest.raises(AnswersRefused, match="1 answers"):
        await ordered(database, inventory, house, ((card, (sent.id,)),), ((card, (sent.id,)),))
    placed = await ordered(database, inventory, house, ((card, (sent.id,)),))
    with pytest.raises(AnswersRefused):
        await ordered(database, inventory, house, ((card, (sent.id,)),))
    ((_, name, upload_id),) = (await answers.of_order(database, placed.id, "en"))[0].answers
    assert name == "card.png" and upload_id
    kept = await uploads.content(database, house.organisation, placed.id, upload_id)
    assert kept.media_type == Media.PNG
    await uploads.forget_lapsed(database, NOW + uploads.LIFE * 2)
    assert await uploads.content(database, house.organisation, placed.id, upload_id)
    with pytest.raises(NotFound):
        await uploads.content(database, new_id(), placed.id, upload_id)
    other = await open_house(database)
    theirs = await uploads.take(database, workshop, other.box_office, "card.png", PNG, NOW)
    with pytest.raises(AnswersRefused):
        await ordered(database, inventory, house, ((card, (theirs.id,)),))


async def test_a_question_that_changed_meanwhile_refuses_the_order(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch
):
    _, (name,) = await asking(database, house, ask())
    read = answers.read

    async def changed(db: Database, *rest: Any) -> Any:
        found = await read(db, *rest)
        await forms.change_field(db, house.organisation, name, ask(Kind.EMAIL), 1, by(house), NOW)
        return found

    monkeypatch.setattr(answers, "read", changed)
    with pytest.raises(FormChanged):
        await ordered(database, inventory, house, ((name, ("Ann",)),))
    async with database.read() as c:
        assert await c.fetchval("select count(*) from orders where box_office_id = $1", house.box_office) == 0


async def test_staff_change_answers_and_the_log_says_only_that(database: Database, inventory: Inventory, house: House):
    _, (name, meal) = await asking(
        database, house, ask(on_ticket=OnTicket.HOLDER, mandatory=True), ask(Kind.SELECT, "Meal", options=OPTIONS)
    )
    placed = await ordered(database, inventory, house, ((name, ("Eve",)), (meal, ("a",))))
    ticket = (await tickets.sheet(database, placed.id)).tickets[0].ticket_id
    sheet = await answers.sheet(database, house.organisation, placed.id, ticket)
    args = (database, house.organisation, placed.id, ticket)
    await answers.change(*args, ((name, ("Zoe",)),), sheet.mark, by(house), NOW)
    assert (await tickets.sheet(database, placed.id)).tickets[0].holder_name == "Zoe"
    after = await answers.sheet(database, house.organisation, placed.id, ticket)
    assert {at: one.texts for at, one in after.said.items()} == {name: ("Zoe",)}
    with pytest.raises(EditedMeanwhile):
        await answers.change(*args, ((name, ("Late",)),), sheet.mark, by(house), NOW)
    with pytest.raises(AnswersRefused):
        await answers.change(*args, ((meal, ("nothing",)),), after.mark, by(house), NOW)
    with pytest.raises(NotFound):
        await answers.sheet(database, new_id(), placed.id, ticket)
    async with database.read() as c:
        told = await c.fetchval(
            "select changes::text from audit where act = 'order.answers-changed' and subject_id = $1", str(placed.id)
        )
    assert "Meal" in told and "Zoe" not in told and "Eve" not in told


async def test_a_copy_of_an_event_is_linked_alike(database: Database, house: House):
    form_id, _ = await asking(database, house, ask())
    owner, event = house.organisation, house.performance.event_id
    other = await open_house(database)
    missing = await forms.missing(database, event, other.box_office)
    assert len(missing) == 1 and await forms.missing(database, event, house.box_office) == []
    async with database.transaction() as c:
        await forms.copy_links(c, event, event, {house.full: house.cheap})
        await forms.copy_links(c, event, other.performance.event_id, {house.full: other.full})
    assert (await forms.tariff(database, owner, house.cheap)).form_id == form_id
    assert (await forms.tariff(database, other.organisation, other.full)).form_id is None
    twin = await forms.create(database, other.organisation, other.box_office, missing[0], by(other), NOW)
    async with database.transaction() as c:
        await forms.copy_links(c, event, other.performance.event_id, {house.full: other.full})
    assert (await forms.tariff(database, other.organisation, other.full)).form_id == twin


async def test_answers_of_an_event_are_listed_and_found(database: Database, inventory: Inventory, house: House):
    form_id, (name,) = await asking(database, house, ask())
    for who in ("Eve", "Bob"):
        await ordered(database, inventory, house, ((name, (who,)),), ((name, (who * 2,)),))
    event = house.performance.event_id
    (answering,) = await answer_lists.of_event(database, event)
    assert (answering.form.id, answering.count) == (form_id, 4)
    chosen = answer_lists.Chosen(event, form_id)
    first = await answer_lists.page(database, chosen, 3, 0)
    assert [line.text(answering.columns[0], "en") for line in first] == ["Bob", "BobBob", "Eve"]
    assert len([line async for lines in answer_lists.every(database, chosen) for line in lines]) == 4
    searched = msgspec.structs.replace(chosen, search=first[0].order_code.lower())
    assert len(await answer_lists.page(database, searched, 10, 0)) == 2
    elsewhere = msgspec.structs.replace(chosen, performance_id=new_id())
    assert await answer_lists.page(database, elsewhere, 10, 0) == []
    assert [date.id for date in await answer_lists.dates(database, event)] == [house.performance.id]
