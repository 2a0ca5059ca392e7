"""Kits: machines of a box office that travel together, such as an access point with scanners and a printer.

A kit is edited as everything is, with the version that was looked at, and retires when it is gone; its access points
retire with it. What its machines tell of themselves is theirs (`access_points`, `scan_devices`, `print_agents`).
"""

from datetime import date, datetime
from uuid import UUID

from asyncpg.exceptions import UniqueViolationError
from msgspec import Struct

from ticketing import audit
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import AlreadyExists, EditedMeanwhile, NotFound, TooManyKits
from ticketing.sql import Connection, load
from ticketing.texts import text_of

NAME_CHARS_MAX = 60
PLACE_CHARS_MAX = 100
KITS_MAX = 50
"""Not retired, in one box office."""

SQL = load("kits")


class KitChoice(Struct, frozen=True, kw_only=True):
    """What somebody decides of a kit: where it is used, and the day it has to be back, if it is lent."""

    name: str
    place: str = ""
    lent_until: date | None = None


class Kit(Struct, frozen=True, kw_only=True):
    """A kit as it is kept."""

    id: UUID
    name: str
    place: str
    lent_until: date | None
    retired_at: datetime | None
    version: int


async def create(
    db: Database, organisation_id: UUID, box_office_id: UUID, choice: KitChoice, by: Actor, now: datetime
) -> UUID:
    """Put a kit together; its id. Raises InputRefused, NotFound, AlreadyExists, TooManyKits."""
    values, kit_id = _values(choice), new_id()
    async with db.transaction() as c:
        row = await SQL.lock_office.row(c, organisation_id=organisation_id, box_office_id=box_office_id)
        if row is None:
            raise NotFound(what="box office")
        if row["kit_count"] >= KITS_MAX:
            raise TooManyKits(kits_max=KITS_MAX)
        try:
            await SQL.create.run(c, kit_id=kit_id, box_office_id=box_office_id, now=now, **values)
        except UniqueViolationError:
            raise AlreadyExists(what="kit", name=values["name"], where="name") from None
        told = {name: (None, value) for name, value in values.items() if value}
        await audit.note(c, by, "kit.created", _subject(kit_id, str(values["name"]), box_office_id), now, told)
    return kit_id


async def edit(
    db: Database, box_office_id: UUID, kit_id: UUID, version: int, choice: KitChoice, by: Actor, now: datetime
) -> None:
    """Change a kit. Raises InputRefused, NotFound, AlreadyExists, EditedMeanwhile."""
    values = _values(choice)
    async with db.transaction() as c:
        before = await locked(c, box_office_id, kit_id)
        if before.version != version:
            raise EditedMeanwhile(what="kit")
        try:
            await SQL.edit.run(c, kit_id=kit_id, **values)
        except UniqueViolationError:
            raise AlreadyExists(what="kit", name=values["name"], where="name") from None
        changes = {
            name: (getattr(before, name), now_) for name, now_ in values.items() if getattr(before, name) != now_
        }
        await audit.note(c, by, "kit.edited", _subject(kit_id, before.name, box_office_id), now, changes)


async def retire(db: Database, box_office_id: UUID, kit_id: UUID, by: Actor, now: datetime) -> None:
    """A kit is used no more, nor its access points; nothing when it is so already. Raises NotFound."""
    async with db.transaction() as c:
        kit = await locked(c, box_office_id, kit_id)
        if kit.retired_at is None:
            await SQL.retire.run(c, kit_id=kit_id, now=now)
            await SQL.retire_points.run(c, kit_id=kit_id, now=now)
            await audit.note(c, by, "kit.retired", _subject(kit_id, kit.name, box_office_id), now)


async def list_of(db: Database, box_office_id: UUID) -> list[Kit]:
    """The kits of a box office that are used, by name."""
    async with db.read() as c:
        return await SQL.list_of.all(c, Kit, box_office_id=box_office_id, rows_max=KITS_MAX)


async def get(db: Database, box_office_id: UUID, kit_id: UUID) -> Kit:
    """A kit of a box office that is used, or NotFound."""
    for one in await list_of(db, box_office_id):
        if one.id == kit_id:
            return one
    raise NotFound(what="kit")


async def locked(c: Connection, box_office_id: UUID, kit_id: UUID) -> Kit:
    """A kit of a box office, its row held; or NotFound."""
    found = await SQL.lock.one(c, Kit, box_office_id=box_office_id, kit_id=kit_id)
    if found is None:
        raise NotFound(what="kit")
    return found


def _values(choice: KitChoice) -> dict[str, object]:
    return {
        "name": text_of(choice.name, "name", chars_max=NAME_CHARS_MAX),
        "place": text_of(choice.place, "place", chars_min=0, chars_max=PLACE_CHARS_MAX),
        "lent_until": choice.lent_until,
    }


def _subject(kit_id: UUID, name: str, box_office_id: UUID) -> Subject:
    return Subject(kind="kit", id=kit_id, name=name, box_office_id=box_office_id)
