"""Options of a tariff: what a buyer may add to a ticket, at more or at less than its price.

An option stands alone, and is chosen or not; or it is of a group, of which one is chosen or none, and none costs
nothing. Buyers see them in the order of their positions: those that stand alone, then group by group. What was chosen
is part of the ticket and of its line on the order. An option that is on a ticket is not deleted and stays where it is,
alone or in its group: it is closed. Its name and price may change for later orders; tickets keep what they were sold
as.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from ticketing import audit, formats
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.positions import swapped
from ticketing.refusals import AlreadyExists, EditedMeanwhile, InputRefused, NotFound, OptionSold
from ticketing.sql import Connection, Query, load
from ticketing.texts import text_of

OPTION_CENTS_MAX = 10_000_00
OPTIONS_MAX = 50
GROUPS_MAX = 20

SQL = load("options")


class Option(Struct, frozen=True):
    """An option; `ticket_count` is on how many tickets it is, or was."""

    id: UUID
    group_id: UUID | None
    name: str
    names: dict[str, str]
    price_cents: int
    closed_at: datetime | None
    ticket_count: int

    def called(self, language: str) -> str:
        """Its name in a language, or the box office's."""
        return self.names.get(language) or self.name


class Group(Struct, frozen=True):
    """A group of options that exclude each other."""

    id: UUID
    name: str
    names: dict[str, str]
    options: tuple[Option, ...]

    def called(self, language: str) -> str:
        """Its name in a language, or the box office's."""
        return self.names.get(language) or self.name


class Options(Struct, frozen=True):
    """All of a tariff's: those that stand alone, and the groups."""

    single: tuple[Option, ...]
    groups: tuple[Group, ...]

    @property
    def empty(self) -> bool:
        """Whether there are none."""
        return not self.single and not self.groups


class Draft(Struct, frozen=True, kw_only=True):
    """An option as somebody sets it; `group_id` None: it stands alone."""

    names: dict[str, str]
    price_cents: int
    group_id: UUID | None = None


class Acting(Struct, frozen=True):
    """Who changes the options of a tariff, and when; `version` is the tariff's as they saw it."""

    organisation_id: UUID
    tariff_id: UUID
    version: int
    by: Actor
    now: datetime


class _Tariff(Struct, frozen=True):
    id: UUID
    name: str
    box_office_id: UUID
    locale: str


async def of_tariff(db: Database, tariff_id: UUID) -> Options:
    """A tariff's options in their order, closed ones too."""
    async with db.read() as c:
        options = [_option(row) for row in await SQL.of_tariff.rows(c, tariff_id=tariff_id)]
        groups = await SQL.groups_of.rows(c, tariff_id=tariff_id)
    by_group = {row["id"]: tuple(option for option in options if option.group_id == row["id"]) for row in groups}
    single = tuple(option for option in options if option.group_id is None)
    return Options(single, tuple(Group(row["id"], row["name"], _names(row), by_group[row["id"]]) for row in groups))


def one(found: Options, option_id: UUID) -> Option:
    """One of a tariff's options, or NotFound."""
    every = (*found.single, *(option for group in found.groups for option in group.options))
    for option in every:
        if option.id == option_id:
            return option
    raise NotFound(what="option")


async def of_event(db: Database, event_id: UUID) -> dict[UUID, tuple[tuple[Option, str | None], ...]]:
    """The options of each of an event's tariffs that are sold, with the names of their groups."""
    found: dict[UUID, tuple[tuple[Option, str | None], ...]] = {}
    async with db.read() as c:
        for row in await SQL.of_event.rows(c, event_id=event_id):
            found[row["tariff_id"]] = (*found.get(row["tariff_id"], ()), (_option(row), row["group_name"]))
    return found


async def add(db: Database, acting: Acting, draft: Draft) -> None:
    """Add an option, from the next order on. Raises AlreadyExists, EditedMeanwhile, InputRefused, NotFound."""
    async with db.transaction() as c:
        tariff = await _changing(c, acting)
        values = _values(draft, tariff)
        if draft.group_id is not None:
            await _group(c, tariff.id, draft.group_id)
        if await SQL.count_of.value(c, tariff_id=tariff.id) >= OPTIONS_MAX:
            raise InputRefused(problem="A tariff has at most {most} options.", where="", most=OPTIONS_MAX)
        await _unique(c, "option", str(values["name"]), SQL.add, option_id=new_id(), tariff_id=tariff.id, **values)
        await _note(c, acting, "option.added", tariff, {"option": (None, values["name"])})


async def edit(db: Database, acting: Acting, option_id: UUID, draft: Draft) -> None:
    """Set an option's names and price for later orders, and its group while it is on no ticket (OptionSold)."""
    async with db.transaction() as c:
        tariff = await _changing(c, acting)
        before = await _own(c, tariff.id, option_id)
        if before.ticket_count and draft.group_id != before.group_id:
            raise OptionSold()
        if draft.group_id is not None:
            await _group(c, tariff.id, draft.group_id)
        values = _values(draft, tariff)
        await _unique(c, "option", str(values["name"]), SQL.edit, option_id=option_id, **values)
        pairs = {"option": (before.name, values["name"]), "price_cents": (before.price_cents, draft.price_cents)}
        await _note(c, acting, "option.edited", tariff, pairs)


async def close(db: Database, acting: Acting, option_id: UUID, closed: bool) -> None:
    """Sell an option no more, or again."""
    async with db.transaction() as c:
        tariff = await _changing(c, acting)
        option = await _own(c, tariff.id, option_id)
        await SQL.close.run(c, option_id=option_id, closed_at=acting.now if closed else None)
        act = "option.closed" if closed else "option.opened"
        await _note(c, acting, act, tariff, {"option": (option.name, option.name)})


async def move(db: Database, acting: Acting, option_id: UUID, down: bool) -> None:
    """Show an option one place further up or down, among those that stand alone or in its group."""
    async with db.transaction() as c:
        tariff = await _changing(c, acting)
        option = await _own(c, tariff.id, option_id)
        order = [row["id"] for row in await SQL.beside.rows(c, tariff_id=tariff.id, group_id=option.group_id)]
        places = swapped(order, option_id, down)
        if places is not None:
            await SQL.reorder.run(c, options=order)
            changes = {"option": (option.name, option.name), "position": places}
            await _note(c, acting, "option.moved", tariff, changes)


async def delete(db: Database, acting: Acting, option_id: UUID) -> None:
    """Delete an option that is on no ticket. Raises OptionSold."""
    async with db.transaction() as c:
        tariff = await _changing(c, acting)
        option = await _own(c, tariff.id, option_id)
        if option.ticket_count:
            raise OptionSold()
        await SQL.delete.run(c, option_id=option_id)
        await _note(c, acting, "option.deleted", tariff, {"option": (option.name, None)})


async def add_group(db: Database, acting: Acting, names: Mapping[str, str]) -> None:
    """Add a group, still without options. Raises AlreadyExists, EditedMeanwhile, InputRefused, NotFound."""
    async with db.transaction() as c:
        tariff = await _changing(c, acting)
        name, texts = _named(names, tariff.locale)
        if len(await SQL.groups_of.rows(c, tariff_id=tariff.id)) >= GROUPS_MAX:
            raise InputRefused(problem="A tariff has at most {most} groups of options.", where="", most=GROUPS_MAX)
        values = {"group_id": new_id(), "tariff_id": tariff.id, "name": name, "names": texts}
        await _unique(c, "group", name, SQL.add_group, **values)
        await _note(c, acting, "option_group.added", tariff, {"group": (None, name)})


async def rename_group(db: Database, acting: Acting, group_id: UUID, names: Mapping[str, str]) -> None:
    """Call a group otherwise."""
    async with db.transaction() as c:
        tariff = await _changing(c, acting)
        before = await _group(c, tariff.id, group_id)
        name, texts = _named(names, tariff.locale)
        await _unique(c, "group", name, SQL.rename_group, group_id=group_id, name=name, names=texts)
        await _note(c, acting, "option_group.edited", tariff, {"group": (before, name)})


async def move_group(db: Database, acting: Acting, group_id: UUID, down: bool) -> None:
    """Show a group one place further up or down."""
    async with db.transaction() as c:
        tariff = await _changing(c, acting)
        name = await _group(c, tariff.id, group_id)
        order = [row["id"] for row in await SQL.groups_of.rows(c, tariff_id=tariff.id)]
        places = swapped(order, group_id, down)
        if places is not None:
            await SQL.reorder_groups.run(c, groups=order)
            changes = {"group": (name, name), "position": places}
            await _note(c, acting, "option_group.moved", tariff, changes)


async def delete_group(db: Database, acting: Acting, group_id: UUID) -> None:
    """Delete a group with its options. Raises OptionSold when one of them is on a ticket."""
    async with db.transaction() as c:
        tariff = await _changing(c, acting)
        name = await _group(c, tariff.id, group_id)
        if await SQL.group_sold.value(c, group_id=group_id):
            raise OptionSold()
        await SQL.empty_group.run(c, group_id=group_id)
        await SQL.delete_group.run(c, group_id=group_id)
        await _note(c, acting, "option_group.deleted", tariff, {"group": (name, None)})


async def _changing(c: Connection, acting: Acting) -> _Tariff:
    """The tariff, at its next version: orders that read the one before are refused, and wait for this to be over.

    Its lock is taken alone, so that no order can put an option on a ticket while it is looked whether one has it.
    """
    tariff = await SQL.owned.one(c, _Tariff, organisation_id=acting.organisation_id, tariff_id=acting.tariff_id)
    if tariff is None:
        raise NotFound(what="tariff")
    await SQL.lock_alone.value(c, tariff_id=tariff.id)
    if not await SQL.next_version.run(c, tariff_id=tariff.id, version=acting.version):
        raise EditedMeanwhile(what="tariff")
    return tariff


async def _own(c: Connection, tariff_id: UUID, option_id: UUID) -> Option:
    row = await SQL.get.row(c, tariff_id=tariff_id, option_id=option_id)
    if row is None:
        raise NotFound(what="option")
    return _option(row)


async def _group(c: Connection, tariff_id: UUID, group_id: UUID) -> str:
    """What a group of the tariff is called, or NotFound."""
    name: str | None = await SQL.group_name.value(c, tariff_id=tariff_id, group_id=group_id)
    if name is None:
        raise NotFound(what="group")
    return name


async def _unique(c: Connection, what: str, called: str, query: Query, **values: object) -> None:
    try:
        async with c.transaction():
            await query.run(c, **values)
    except asyncpg.UniqueViolationError:
        raise AlreadyExists(what=what, name=called, where="") from None


def _values(draft: Draft, tariff: _Tariff) -> dict[str, object]:
    name, names = _named(draft.names, tariff.locale)
    if not -OPTION_CENTS_MAX <= draft.price_cents <= OPTION_CENTS_MAX:
        raise InputRefused(problem="An option costs, or takes off, 10,000 at most.", where="price")
    return {"name": name, "names": names, "price_cents": draft.price_cents, "group_id": draft.group_id}


def _named(names: Mapping[str, str], locale: str) -> tuple[str, str]:
    """The name in the box office's language, and those of all languages as they are stored."""
    texts = {tag: text_of(name, f"name_{tag}") for tag, name in names.items() if name.strip()}
    language = formats.language(locale)
    if language not in texts:
        raise InputRefused(problem="This is needed.", where=f"name_{language}")
    return texts[language], msgspec.json.encode(texts).decode()


def _option(row: asyncpg.Record) -> Option:
    values = {name: row[name] for name in ("id", "group_id", "name", "price_cents", "closed_at", "ticket_count")}
    return Option(names=_names(row), **values)


def _names(row: asyncpg.Record) -> dict[str, str]:
    return msgspec.json.decode(row["names"], type=dict[str, str])


async def _note(c: Connection, acting: Acting, act: str, tariff: _Tariff, changes: audit.Changes) -> None:
    subject = Subject(kind="tariff", id=tariff.id, name=tariff.name, box_office_id=tariff.box_office_id)
    await audit.note(c, acting.by, act, subject, acting.now, changes)
