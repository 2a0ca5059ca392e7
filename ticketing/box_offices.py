"""Box offices: a seller's shop for one season or edition, with its currency, its language and its VAT.

Its id, in hexadecimal, is the hash tag of everything it holds in Redis: one box office, one slot. Its key stands in
addresses that are printed and linked, and never changes; its currency is that of every price and every order in it, and
does not change once there are orders, which the database itself refuses.
"""

import re
import unicodedata
from datetime import datetime
from uuid import UUID

from asyncpg.exceptions import ForeignKeyViolationError
from msgspec import Struct

from ticketing import audit
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import AlreadyExists, CurrencyFixed, EditedMeanwhile, InputRefused, NotFound
from ticketing.sql import load
from ticketing.texts import currency_of, locale_of, slug_of, text_of
from ticketing.vat import number_of

KEY_CHARS_MAX = 40
SUGGESTIONS_MAX = 99
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")

SQL = load("box_offices")


class BoxOffice(Struct, frozen=True):
    """A box office; `key` is its name in addresses."""

    id: UUID
    organisation_id: UUID
    key: str
    name: str
    currency: str
    locale: str
    vat_registered: bool
    vat_number: str
    created_at: datetime
    version: int


class BoxOfficeChoice(Struct, frozen=True, kw_only=True):
    """What somebody decides of a box office."""

    name: str
    currency: str
    locale: str
    vat_registered: bool = False
    vat_number: str = ""


async def create(
    db: Database,
    organisation_id: UUID,
    key: str,
    name: str,
    currency: str,
    now: datetime,
    locale: str = "en",
    by: Actor | None = None,
) -> BoxOffice:
    """Open a box office. AlreadyExists when the key is taken, by any organisation: addresses are shared."""
    values = {
        "key": slug_of(key, "key"),
        "name": text_of(name, "name"),
        "currency": currency_of(currency),
        "locale": locale_of(locale),
    }
    async with db.transaction() as c:
        made = await SQL.create.one(
            c, BoxOffice, box_office_id=new_id(), organisation_id=organisation_id, created_at=now, **values
        )
        if made is None:
            raise AlreadyExists(what="box office", name=key)
        changes = {field: (None, values[field]) for field in ("currency", "locale")}
        actor = by or Actor(organisation_id=organisation_id)
        await audit.note(c, actor, "box_office.created", _subject(made), now, changes)
    return made


async def change(
    db: Database,
    organisation_id: UUID,
    key: str,
    version: int,
    choice: BoxOfficeChoice,
    by: Actor,
    now: datetime,
) -> BoxOffice:
    """Change a box office's settings.

    Raises InputRefused, CurrencyFixed once there are orders, EditedMeanwhile, and NotFound for another organisation's.
    """
    values, found = _values(choice), {"organisation_id": organisation_id, "key": key}
    async with db.transaction() as c:
        before = _found(await SQL.get.one(c, BoxOffice, **found))
        try:
            async with c.transaction():
                after = await SQL.change.one(c, BoxOffice, **found, version=version, **values)
        except ForeignKeyViolationError:
            raise CurrencyFixed(currency=before.currency, where="currency") from None
        if after is None:
            raise EditedMeanwhile(what="box office")
        changes = audit.differences(before, after)
        changes.pop("version")
        await audit.note(c, by, "box_office.changed", _subject(after), now, changes)
    return after


async def time_zone(db: Database, box_office_id: UUID) -> str:
    """The zone in which its days are counted: that of most of its dates."""
    async with db.read() as c:
        zone: str = await SQL.time_zone.value(c, box_office_id=box_office_id)
    return zone


async def has_orders(db: Database, box_office_id: UUID) -> bool:
    """Whether anything was ever ordered in it."""
    async with db.read() as c:
        return bool(await SQL.has_orders.value(c, box_office_id=box_office_id))


async def suggest_key(db: Database, name: str) -> str:
    """A key that nobody has, made of a name: "Saison 2027 – été" becomes `saison-2027-ete`. Empty for a name that has
    no letter and no digit of the Latin alphabet."""
    stem = key_from(name)
    if not stem:
        return ""
    async with db.read() as c:
        taken = {row["key"] for row in await SQL.keys_like.rows(c, start=stem[: KEY_CHARS_MAX - 3])}
    wanted = [stem, *(f"{stem[: KEY_CHARS_MAX - 3]}-{n}" for n in range(2, SUGGESTIONS_MAX))]
    return next((key for key in wanted if key not in taken), "")


def key_from(name: str) -> str:
    """A name as it may stand in an address; what looks like a tag of HTML is no part of it."""
    small = TAG.sub(" ", name).lower()
    plain = unicodedata.normalize("NFKD", small.replace("ß", "ss").replace("œ", "oe").replace("æ", "ae"))
    ascii_only = plain.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:KEY_CHARS_MAX].rstrip("-")


async def get(db: Database, organisation_id: UUID, key: str) -> BoxOffice:
    """An organisation's own box office, or NotFound."""
    async with db.read() as c:
        return _found(await SQL.get.one(c, BoxOffice, organisation_id=organisation_id, key=key))


async def public(db: Database, key: str) -> BoxOffice:
    """What anybody may see at the shop's address, or NotFound."""
    async with db.read() as c:
        return _found(await SQL.public.one(c, BoxOffice, key=key))


async def list_of(db: Database, organisation_id: UUID) -> list[BoxOffice]:
    """An organisation's box offices, by key."""
    async with db.read() as c:
        return await SQL.list_of.all(c, BoxOffice, organisation_id=organisation_id)


def _values(choice: BoxOfficeChoice) -> dict[str, object]:
    number = number_of(choice.vat_number)
    if choice.vat_registered and not number:
        raise InputRefused(problem="Who is registered for VAT has a number: write it here.", where="vat_number")
    return {
        "name": text_of(choice.name, "name"),
        "currency": currency_of(choice.currency),
        "locale": locale_of(choice.locale),
        "vat_registered": choice.vat_registered,
        "vat_number": number,
    }


def _subject(box_office: BoxOffice) -> Subject:
    return Subject(kind="box_office", id=box_office.id, name=box_office.name, box_office_id=box_office.id)


def _found(box_office: BoxOffice | None) -> BoxOffice:
    if box_office is None:
        raise NotFound(what="box office")
    return box_office
