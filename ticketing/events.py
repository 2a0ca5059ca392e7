"""Events: what is shown. Its dates are performances, its prices are tariffs.

An event holds what its dates share: who sees it, when each channel sells, how much one order may take, how long an
evening is. A performance may say otherwise for itself. Its name is for those who work with it; what the public reads is
a text for each language.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import asyncpg
from msgspec import Struct

from ticketing import audit, files, rights, tariffs
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.files import Kept
from ticketing.formats import Language
from ticketing.ids import new_id, new_secret
from ticketing.markup import CHARS_MAX
from ticketing.performances import Visibility
from ticketing.refusals import EditedMeanwhile, EventKept, EventOrdered, EventShown, InputRefused, NotFound
from ticketing.rights import Grant
from ticketing.sql import Connection, load
from ticketing.texts import text_of
from ticketing.tokens import Scope

LANGUAGES_MAX = 12
CLOSES_MIN_MAX = 525_600
DOORS_MIN_MAX = 1_440
DURATION_MIN_MAX = 44_640
ORDER_PLACES_MAX = 1_000
SECRET_CHARS = 22

SORTS = ("next", "-next", "name", "-name", "sold", "-sold")
"""What a list is sorted by: the next date, the nearest first (and reversed), the name, how many places are sold."""

SQL = load("events")


class Category(StrEnum):
    """What kind of thing an event is, for people who look for something to see."""

    THEATRE = "theatre"
    CONCERT = "concert"
    OPERA = "opera"
    DANCE = "dance"
    HUMOUR = "humour"
    CIRCUS = "circus"
    CINEMA = "cinema"
    FESTIVAL = "festival"
    SPORT = "sport"
    EXHIBITION = "exhibition"
    CONFERENCE = "conference"
    WORKSHOP = "workshop"
    FAMILY = "family"
    PARTY = "party"
    OTHER = "other"


class Event(Struct, frozen=True, kw_only=True):
    """An event of a box office. Minutes to a close count back from the start of each performance, past it when below
    zero; what is None for the counter is as it is for the shop; a sale that opens at None is open."""

    id: UUID
    box_office_id: UUID
    name: str
    created_at: datetime
    version: int
    visibility: Visibility
    link_secret: str | None
    category: Category | None
    languages: list[str]
    picture: bytes | None
    sale_opens_at: datetime | None
    sale_closes_min: int
    counter_opens_at: datetime | None
    counter_closes_min: int | None
    order_places_max: int | None
    doors_min: int
    duration_min: int


class EventSettings(Struct, frozen=True, kw_only=True):
    """What is edited of an event, beside its texts."""

    name: str
    visibility: Visibility = Visibility.DRAFT
    category: Category | None = None
    languages: list[str] = []
    sale_opens_at: datetime | None = None
    sale_closes_min: int = 0
    counter_opens_at: datetime | None = None
    counter_closes_min: int | None = None
    order_places_max: int | None = None
    doors_min: int = 30
    duration_min: int = 120


class Texts(Struct, frozen=True, kw_only=True):
    """An event in the words of one language; `description` is light mark-up (`markup.rendered`)."""

    title: str = ""
    subtitle: str = ""
    description: str = ""
    picture_alt: str = ""


class Programmed(Struct, frozen=True, kw_only=True):
    """A line of the list of events: its dates, the next of them, and how full they are together."""

    id: UUID
    name: str
    visibility: Visibility
    category: Category | None
    next_at: datetime | None
    time_zone: str | None
    date_count: int
    place_count: int
    sold_count: int


class Page(Struct, frozen=True):
    """A page of a list, and how many there are in all."""

    rows: list[Programmed]
    row_count: int


class Belongings(Struct, frozen=True):
    """What would go with an event that is removed, and (orders and types of passes) what keeps it."""

    date_count: int
    tariff_count: int
    mailing_count: int
    grant_count: int
    order_count: int
    pass_type_count: int

    @property
    def kept(self) -> bool:
        """Whether the event is not to be removed."""
        return bool(self.order_count or self.pass_type_count)


class Shown(StrEnum):
    """Which events a list shows."""

    CURRENT = "current"
    PAST = "past"
    DRAFT = "draft"
    ALL = "all"


async def create(
    db: Database, organisation_id: UUID, box_office_id: UUID, name: str, now: datetime, *,
    visibility: Visibility = Visibility.PUBLIC, category: Category | None = None, by: Actor | None = None,
    owned: bool = False,
) -> Event:  # fmt: skip
    """Announce an event. `owned`: whoever makes it is given all rights on it. NotFound when the organisation has no
    such box office."""
    author = by or Actor(organisation_id=organisation_id)
    async with db.transaction() as c:
        event = await _create(c, organisation_id, box_office_id, name, now, visibility, category)
        if owned and author.staff_id:
            given = Grant(
                organisation_id=organisation_id, scope=Scope.MANAGE, box_office_id=box_office_id, event_id=event.id,
                staff_id=author.staff_id,
            )  # fmt: skip
            await rights.grant(c, given, now)
        await audit.note(c, author, "event.created", _subject(event), now)
    return event


async def get(db: Database, organisation_id: UUID, event_id: UUID) -> Event:
    """An organisation's own event, or NotFound."""
    async with db.read() as c:
        return await _get(c, organisation_id, event_id)


async def list_of(db: Database, organisation_id: UUID, box_office_id: UUID) -> list[Event]:
    """A box office's events, by name; none when the box office is another organisation's."""
    async with db.read() as c:
        return await SQL.list_of.all(c, Event, organisation_id=organisation_id, box_office_id=box_office_id)


async def programmed(
    db: Database, staff_id: UUID, box_office_id: UUID, now: datetime, *, shown: Shown = Shown.CURRENT,
    text: str = "", sort: str = "next", page: int = 1, rows_max: int = 25,
) -> Page:  # fmt: skip
    """The events of a box office that a person reaches, sorted as one of `SORTS` says; `page` counts from 1."""
    assert sort in SORTS, "a list is sorted by what it shows"
    values = {"staff_id": staff_id, "box_office_id": box_office_id, "now": now, "shown": shown, "text": text.strip()}
    rows_max = min(rows_max, db.settings.page_rows_max)
    async with db.read() as c:
        count = await SQL.programmed_count.value(c, **values)
        rows = await SQL.programmed.all(
            c, Programmed, **values, sort=sort, after=(page - 1) * rows_max, rows_max=rows_max
        )
    return Page(rows, count)


async def texts_of(db: Database, event_id: UUID) -> dict[str, Texts]:
    """An event's texts by language; the caller has come to the event."""
    async with db.read() as c:
        return await _texts_of(c, event_id)


async def time_zone(db: Database, event_id: UUID) -> str:
    """The zone in which an event's moments are typed and its days counted: that of most of its dates."""
    async with db.read() as c:
        zone: str = await SQL.time_zone.value(c, event_id=event_id)
    return zone


async def edit(
    db: Database, organisation_id: UUID, event_id: UUID, settings: EventSettings, texts: Mapping[str, Texts],
    version: int, by: Actor, now: datetime,
) -> Event:  # fmt: skip
    """Change an event that is still at `version`.

    Raises NotFound, InputRefused, EditedMeanwhile, and EventOrdered for one with orders that would become a draft.
    """
    values, worded = _checked(settings), {_language(one): _checked_texts(said) for one, said in texts.items()}
    async with db.transaction() as c:
        before = await _get(c, organisation_id, event_id)
        hidden = settings.visibility is Visibility.DRAFT and before.visibility is not Visibility.DRAFT
        if hidden and await SQL.has_orders.value(c, event_id=event_id):
            raise EventOrdered(where="visibility")
        secret = before.link_secret or _new_secret(settings.visibility)
        changed = await SQL.edit.run(c, event_id=event_id, version=version, link_secret=secret, **values)
        if not changed:
            raise EditedMeanwhile(what="event")
        said_before = await _texts_of(c, event_id)
        rows = [{"event_id": event_id, "language": one, **_fields(said)} for one, said in worded.items()]
        await SQL.set_texts.many(c, rows)
        after = await _get(c, organisation_id, event_id)
        changes = _differences(before, after) | {
            f"texts {one}": (_fields(said_before.get(one, Texts())), _fields(said))
            for one, said in worded.items()
            if said_before.get(one, Texts()) != said
        }
        await audit.note(c, by, "event.edited", _subject(after), now, changes)
    return after


async def set_picture(
    db: Database, organisation_id: UUID, event_id: UUID, picture: Kept | None, by: Actor, now: datetime
) -> None:
    """Give an event its picture, or none."""
    async with db.transaction() as c:
        before = await _get(c, organisation_id, event_id)
        hash = await files.keep(c, picture, now) if picture else None
        await SQL.set_picture.run(c, event_id=event_id, picture=hash)
        changes = {"picture": (_hex(before.picture), _hex(hash))}
        await audit.note(c, by, "event.pictured", _subject(before), now, changes)


async def renew_link(db: Database, organisation_id: UUID, event_id: UUID, by: Actor, now: datetime) -> Event:
    """Give an event another secret link; the one before opens nothing from now on."""
    async with db.transaction() as c:
        before = await _get(c, organisation_id, event_id)
        await SQL.renew_link.run(c, event_id=event_id, link_secret=new_secret()[:SECRET_CHARS])
        await audit.note(c, by, "event.link_renewed", _subject(before), now)
        return await _get(c, organisation_id, event_id)


async def belongings(db: Database, event_id: UUID) -> Belongings:
    """What an event has; the caller has come to the event."""
    async with db.read() as c:
        return await _belongings(c, event_id)


async def remove(db: Database, organisation_id: UUID, event_id: UUID, by: Actor, now: datetime) -> None:
    """Remove a draft that nobody ever ordered anything of, with its dates, tariffs, texts, mails and rights.

    Raises NotFound, EventShown, EventKept. The pools stay: a reservation that somebody still has ends by itself.
    """
    try:
        async with db.transaction() as c:
            event = await _get(c, organisation_id, event_id)
            if await SQL.lock.value(c, event_id=event_id) != Visibility.DRAFT:
                raise EventShown()
            await SQL.lock_dates.rows(c, event_id=event_id)
            found = await _belongings(c, event_id)
            if found.kept:
                raise EventKept()
            await tariffs.forget(c, [row["id"] for row in await SQL.tariffs_of.rows(c, event_id=event_id)])
            await SQL.remove_dates.run(c, event_id=event_id)
            await SQL.remove.run(c, event_id=event_id)
            changes = {"dates": (found.date_count, None), "tariffs": (found.tariff_count, None)}
            await audit.note(c, by, "event.removed", _subject(event), now, changes)
    except asyncpg.ForeignKeyViolationError:
        raise EventKept() from None


async def create_in(
    c: Connection, organisation_id: UUID, box_office_id: UUID, settings: EventSettings, texts: Mapping[str, Texts],
    picture: bytes | None, now: datetime,
) -> Event:  # fmt: skip
    """An event with all its settings, as a draft, in the caller's transaction. NotFound as `create`."""
    event = await _create(c, organisation_id, box_office_id, settings.name, now, Visibility.DRAFT, settings.category)
    values = _checked(settings) | {"visibility": Visibility.DRAFT}
    await SQL.edit.run(c, event_id=event.id, version=event.version, link_secret=None, **values)
    rows = [{"event_id": event.id, "language": one, **_fields(said)} for one, said in texts.items()]
    await SQL.set_texts.many(c, rows)
    await SQL.set_picture.run(c, event_id=event.id, picture=picture)
    return await _get(c, organisation_id, event.id)


def settings_of(event: Event) -> EventSettings:
    """What is edited of an event, as it is."""
    return EventSettings(**{name: getattr(event, name) for name in EventSettings.__struct_fields__})


def _checked(settings: EventSettings) -> dict[str, object]:
    for field, least, most in (
        ("sale_closes_min", -CLOSES_MIN_MAX, CLOSES_MIN_MAX),
        ("counter_closes_min", -CLOSES_MIN_MAX, CLOSES_MIN_MAX),
        ("order_places_max", 1, ORDER_PLACES_MAX),
        ("doors_min", 0, DOORS_MIN_MAX),
        ("duration_min", 1, DURATION_MIN_MAX),
    ):
        value = getattr(settings, field)
        if value is not None and not least <= value <= most:
            raise InputRefused(
                problem="Type a whole number from {least} to {most}.", where=field, least=least, most=most
            )
    if len(settings.languages) > LANGUAGES_MAX:
        raise InputRefused(problem="Choose {most} languages at most.", where="languages", most=LANGUAGES_MAX)
    values = {name: getattr(settings, name) for name in EventSettings.__struct_fields__}
    return values | {"name": text_of(settings.name, "name")}


def _checked_texts(texts: Texts) -> Texts:
    if len(texts.description) > CHARS_MAX:
        raise InputRefused(problem="A description has {most} characters at most.", where="description", most=CHARS_MAX)
    lines = {name: text_of(getattr(texts, name), name, chars_min=0) for name in ("title", "subtitle", "picture_alt")}
    return Texts(description=texts.description.strip(), **lines)


def _language(tag: str) -> str:
    return Language(tag).value


def _new_secret(visibility: Visibility) -> str | None:
    return new_secret()[:SECRET_CHARS] if visibility is Visibility.LINK else None


def _fields(texts: Texts) -> dict[str, str]:
    return {name: getattr(texts, name) for name in Texts.__struct_fields__}


def _differences(before: Event, after: Event) -> dict[str, tuple[object, object]]:
    found = audit.differences(before, after)
    return {name: pair for name, pair in found.items() if name not in ("version", "link_secret")}


def _hex(hash: bytes | None) -> str | None:
    return hash.hex() if hash else None


def _subject(event: Event) -> Subject:
    return Subject(kind="event", id=event.id, name=event.name, box_office_id=event.box_office_id)


async def _create(
    c: Connection, organisation_id: UUID, box_office_id: UUID, name: str, now: datetime, visibility: Visibility,
    category: Category | None,
) -> Event:  # fmt: skip
    event_id = new_id()
    made = await SQL.create.run(
        c, event_id=event_id, organisation_id=organisation_id, box_office_id=box_office_id,
        name=text_of(name, "name"), created_at=now, visibility=visibility, category=category,
        link_secret=_new_secret(visibility),
    )  # fmt: skip
    if not made:
        raise NotFound(what="box office")
    return await _get(c, organisation_id, event_id)


async def _get(c: Connection, organisation_id: UUID, event_id: UUID) -> Event:
    found = await SQL.get.one(c, Event, organisation_id=organisation_id, event_id=event_id)
    if found is None:
        raise NotFound(what="event")
    return found


async def _belongings(c: Connection, event_id: UUID) -> Belongings:
    found = await SQL.belongings.one(c, Belongings, event_id=event_id)
    assert found is not None, "counts are always there"
    return found


async def _texts_of(c: Connection, event_id: UUID) -> dict[str, Texts]:
    rows = await SQL.texts_of.rows(c, event_id=event_id)
    return {row["language"]: Texts(**{name: row[name] for name in Texts.__struct_fields__}) for row in rows}
