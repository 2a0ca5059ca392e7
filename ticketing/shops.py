"""Shops: how a box office's shop looks and what it says, as its organiser sets it.

Colours are few and checked: text must stay readable on what it stands on (WCAG 2.2, 4.5 to 1), so a shop cannot be made
unreadable by choice. Whoever wants more sets custom properties of the style sheet, whose names and values are checked
against a short list of shapes: what is sent to browsers is never written by hand.
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from ticketing import audit, embeddings, files
from ticketing.audit import Actor, Subject
from ticketing.box_offices import BoxOffice
from ticketing.db import Database
from ticketing.embeddings import Embedding
from ticketing.files import Kept
from ticketing.formats import Language
from ticketing.kept import Kept as Remembered
from ticketing.markup import CHARS_MAX
from ticketing.offers import Offers
from ticketing.refusals import EditedMeanwhile, InputRefused, NotFound
from ticketing.sql import Connection, load

FRESH_S = 3.0
SHOPS_MAX = 1000
CONTRAST_MIN = 4.5
VARIABLES_MAX = 40
TITLE_CHARS_MAX = 200
COLOUR = re.compile(r"#[0-9a-f]{6}")
NAME = re.compile(r"--shop-[a-z0-9]+(?:-[a-z0-9]+)*")
VALUE = re.compile(r"#[0-9a-fA-F]{3,8}|-?[0-9]+(?:\.[0-9]+)?(?:px|rem|em|%|vw|ch)?|[A-Za-z0-9 ,'-]{1,200}")
"""A colour, a length or a number, or words (families of fonts, keywords)."""

SQL = load("shops")


class DatesShown(StrEnum):
    """How the dates of an event are laid out before a visitor chooses otherwise."""

    LIST = "list"
    MONTH = "month"
    WEEK = "week"


class Colours(Struct, frozen=True, kw_only=True):
    """What the shop is painted in, as #rrggbb."""

    accent: str = "#8f2a1b"
    paper: str = "#ffffff"
    ink: str = "#1d1b18"


class ShopTexts(Struct, frozen=True, kw_only=True):
    """What the shop says in one language; `intro`, `terms` and `legal` are light mark-up."""

    title: str = ""
    """Over its pages; none: the box office's name."""
    intro: str = ""
    terms: str = ""
    """What a buyer agrees to; none: nothing is asked."""
    legal: str = ""
    """At the foot of every page: who sells, how to reach them."""


class Look(Struct, frozen=True, kw_only=True):
    """What an organiser decides of a shop. `variables` are custom properties by name."""

    colours: Colours = Colours()
    variables: dict[str, str] = {}
    texts: dict[str, ShopTexts] = {}
    dates_shown: DatesShown = DatesShown.LIST
    gauges: bool = True


class Shop(Struct, frozen=True, kw_only=True):
    """A shop as it is; `version` 0: nobody has set anything."""

    box_office_id: UUID
    version: int
    logo: bytes | None
    colours: Colours
    variables: dict[str, str]
    texts: dict[str, ShopTexts]
    dates_shown: DatesShown
    gauges: bool

    def said(self, language: str) -> ShopTexts:
        """Its texts in a language."""
        return self.texts.get(language, ShopTexts())

    @property
    def look(self) -> Look:
        """What was decided, to be changed."""
        return Look(**{name: getattr(self, name) for name in Look.__struct_fields__})


class Storefront(Struct, frozen=True):
    """A box office and its shop, and how it stands on other people's sites."""

    box_office: BoxOffice
    shop: Shop
    embedding: Embedding = Embedding()
    parameters: str = ""
    """What the visitor's link says, as addresses carry it behind the shop's key."""

    @property
    def path(self) -> str:
        """Where it is, for this visit: links and forms begin with it."""
        return self.own_path + self.parameters

    @property
    def own_path(self) -> str:
        """Where it is for everybody: what leaves the visit begins with it."""
        return f"/shop/{self.box_office.key}"

    def title(self, language: str) -> str:
        """What stands over its pages."""
        return self.shop.said(language).title or self.box_office.name


class Shops:
    """The shops one process has met of late."""

    def __init__(self, db: Database, offers: Offers) -> None:
        self._db, self._offers = db, offers
        self._known = Remembered(self._read, FRESH_S, SHOPS_MAX)

    async def of(self, key: str) -> Storefront:
        """The shop at an address, or NotFound."""
        return await self._known.get(key)

    async def _read(self, key: str) -> Storefront:
        box_office = await self._offers.box_office(key)
        return Storefront(box_office, await get(self._db, box_office.id), await embeddings.get(self._db, box_office.id))


async def get(db: Database, box_office_id: UUID) -> Shop:
    """A box office's shop, or NotFound."""
    async with db.read() as c:
        return await _get(c, box_office_id)


async def change(
    db: Database, organisation_id: UUID, box_office_id: UUID, version: int, look: Look, by: Actor, now: datetime
) -> Shop:
    """Change how a shop looks. Raises InputRefused, EditedMeanwhile, and NotFound for another organisation's."""
    ensure_sound(look)
    values = {name: getattr(look, name) for name in Look.__struct_fields__}
    values |= {name: msgspec.json.encode(values[name]).decode() for name in ("colours", "variables", "texts")}
    async with db.transaction() as c:
        name = await _lock(c, organisation_id, box_office_id)
        before = await _get(c, box_office_id)
        if await SQL.change.value(c, box_office_id=box_office_id, version=version, **values) is None:
            raise EditedMeanwhile(what="shop")
        after = await _get(c, box_office_id)
        await audit.note(c, by, "shop.changed", _subject(box_office_id, name), now, _differences(before, after))
    return after


async def set_logo(
    db: Database, organisation_id: UUID, box_office_id: UUID, logo: Kept | None, by: Actor, now: datetime
) -> None:
    """Give a shop its logo, drawn anew already, or take it off. NotFound for another organisation's."""
    async with db.transaction() as c:
        name = await _lock(c, organisation_id, box_office_id)
        had = (await _get(c, box_office_id)).logo is not None
        hash = None if logo is None else await files.keep(c, logo, now)
        await SQL.set_logo.run(c, box_office_id=box_office_id, logo=hash)
        changes = {"picture": (had, logo is not None)}
        await audit.note(c, by, "shop.changed", _subject(box_office_id, name), now, changes)


def ensure_sound(look: Look) -> None:
    """Raises InputRefused for colours that are none or cannot be read, and for variables and texts out of bounds."""
    for name in Colours.__struct_fields__:
        if not COLOUR.fullmatch(getattr(look.colours, name)):
            raise InputRefused(problem="Type a colour as # and six digits, such as #8f2a1b.", where=name)
    for name in ("accent", "ink"):
        if contrast(getattr(look.colours, name), look.colours.paper) < CONTRAST_MIN:
            raise InputRefused(
                problem="This colour is hard to read on the background: choose a darker or a lighter one.", where=name
            )
    if len(look.variables) > VARIABLES_MAX:
        raise InputRefused(problem="At most {most} variables.", where="variables", most=VARIABLES_MAX)
    for name, value in look.variables.items():
        if not NAME.fullmatch(name) or not VALUE.fullmatch(value):
            raise InputRefused(
                problem="“{line}” is no variable: write lines such as --shop-radius: 4px", where="variables",
                line=f"{name}: {value}",
            )  # fmt: skip
    for language, texts in look.texts.items():
        if language not in list(Language):
            raise InputRefused(problem="Choose one of these.", where="language")
        for field in ShopTexts.__struct_fields__:
            most = TITLE_CHARS_MAX if field == "title" else CHARS_MAX
            if len(getattr(texts, field)) > most:
                raise InputRefused(problem="At most {most} characters.", where=f"{field}_{language}", most=most)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable_on(colour: str) -> str:
    """White or black, whichever is read better on a colour."""
    return max(("#ffffff", "#000000"), key=lambda text: contrast(text, colour))


def _luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.2)."""
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _differences(before: Shop, after: Shop) -> dict[str, tuple[Any, Any]]:
    """What was changed, texts by their language."""
    pairs = audit.differences(before, after)
    plain = ("dates_shown", "gauges", "variables")
    known: dict[str, tuple[Any, Any]] = {name: pairs[name] for name in plain if name in pairs}
    known |= audit.differences(before.colours, after.colours)
    for language in sorted({*before.texts, *after.texts}):
        said = audit.differences(before.said(language), after.said(language))
        known |= {f"{field}_{language}": pair for field, pair in said.items()}
    return known


async def _get(c: Connection, box_office_id: UUID) -> Shop:
    found = await SQL.get.one(c, Shop, box_office_id=box_office_id)
    if found is None:
        raise NotFound(what="box office")
    return found


async def _lock(c: Connection, organisation_id: UUID, box_office_id: UUID) -> str:
    row = await SQL.own.row(c, organisation_id=organisation_id, box_office_id=box_office_id)
    if row is None:
        raise NotFound(what="box office")
    name: str = row["name"]
    return name


def _subject(box_office_id: UUID, name: str) -> Subject:
    return Subject(kind="shop", id=box_office_id, name=name, box_office_id=box_office_id)
