"""An order's tickets as files: the PDF of all, of one, a zip of one file each, the calendar file; and what a page needs
to show them on a telephone. Pages, the API and mails all hand out the same ones.

A handler of the shop's order page does no more than this, once it has found the order:

    GET .../tickets.pdf?size=a4   ticket_files.answer(await ticket_files.whole(stores, order_id, paper, tag, now))
    GET .../tickets.zip?size=a4   ticket_files.answer(await ticket_files.zipped(stores, order_id, paper, tag, now))
    GET .../{ticket or pass}.pdf  ticket_files.answer(await ticket_files.single(stores, order_id, id, paper, tag, now))
    GET .../calendar.ics          ticket_files.answer(await ticket_files.calendar(stores, order_id, tag, now))
    the tickets on its page       phone = await ticket_files.for_phone(stores, order_id, tag, now), then
                                  {% include "tickets/phone.html" %} with `phone`, `at` and the styles tickets.css

An empty `tag` is the buyer's. `ticket_links.path(settings, order_id)` leads to a page that has all of these
(`web/ticket_pages.py`).
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Response
from msgspec import Struct
from msgspec.structs import replace

from printing import calendars, records
from printing.records import TicketRecord
from ticketing import formats, ticket_designs, ticket_links, tickets
from ticketing.db import Database
from ticketing.legible import clean
from ticketing.refusals import NotFound, TicketsNotIssued
from ticketing.settings import Settings
from ticketing.signing_keys import Keys
from ticketing.states import TicketStatus
from ticketing.ticket_deliveries import Files, Paper
from ticketing.tickets import Issued
from web.press import Press

PDF, ZIP, ICS = "application/pdf", "application/zip", "text/calendar"
STEM_CHARS_MAX = 60
MADE_AT = (1980, 1, 1, 0, 0, 0)
"""The moment of a zip's members: the earliest there is, so that the same tickets are the same bytes."""


class Stores(Protocol):
    """What makes files; a process's services are one."""

    @property
    def settings(self) -> Settings: ...
    @property
    def database(self) -> Database: ...
    @property
    def keys(self) -> Keys: ...
    @property
    def press(self) -> Press: ...
    @property
    def site_url(self) -> str: ...


class Held(Struct, frozen=True):
    """Stores that are no services: the worker's."""

    settings: Settings
    database: Database
    keys: Keys
    press: Press
    site_url: str


class File(Struct, frozen=True):
    """A file to hand out, by the name it is saved under (ASCII)."""

    name: str
    media_type: str
    content: bytes


class Phone(Struct, frozen=True):
    """An order's tickets to show on a screen, in their order; `names` are what each is called in addresses."""

    order_code: str
    language: str
    records: tuple[TicketRecord, ...]
    ids: tuple[UUID, ...]


async def whole(stores: Stores, order_id: UUID, paper: Paper, tag: str, now: datetime) -> File:
    """All valid tickets and passes of an order as one PDF. NotFound, TicketsNotIssued."""
    issued = await tickets.issued(stores.database, stores.keys, order_id, now)
    return await whole_of(stores, issued, paper, tag or issued.head.customer_locale)


async def whole_of(stores: Stores, issued: Issued, paper: Paper, tag: str) -> File:
    """The same, of tickets that are issued already."""
    wardrobe = await ticket_designs.wardrobe(stores.database, issued.head.order_id)
    made = await stores.press.tickets(issued, paper, tag, wardrobe)
    return File(f"{_word(issued, tag)}-{issued.head.order_code}.pdf", PDF, made)


async def each(stores: Stores, issued: Issued, paper: Paper, tag: str) -> list[File]:
    """Each pass and ticket as a file of its own, named by the order, its number and where it is for."""
    wardrobe = await ticket_designs.wardrobe(stores.database, issued.head.order_id)
    made = await stores.press.each(issued, paper, tag, wardrobe)
    return [File(name, PDF, content) for name, content in zip(_names(issued, tag), made, strict=True)]


async def zipped(stores: Stores, order_id: UUID, paper: Paper, tag: str, now: datetime) -> File:
    """Each pass and ticket of an order as a file of its own, in a zip. NotFound, TicketsNotIssued."""
    issued = await tickets.issued(stores.database, stores.keys, order_id, now)
    tag = tag or issued.head.customer_locale
    name = f"{_word(issued, tag)}-{issued.head.order_code}.zip"
    return zip_of(name, await each(stores, issued, paper, tag))


async def single(stores: Stores, order_id: UUID, id: UUID, paper: Paper, tag: str, now: datetime) -> File:
    """One ticket or pass of an order as a PDF. NotFound for another's; TicketsNotIssued."""
    sheet = await tickets.sheet(stores.database, order_id)
    alone = replace(
        sheet,
        tickets=tuple(one for one in sheet.tickets if id in (one.ticket_id, one.pass_id)),
        passes=tuple(one for one in sheet.passes if one.pass_id == id),
    )
    if not alone.passes and not any(one.pass_id is None for one in alone.tickets):
        raise NotFound(what="ticket")
    issued = tickets.issue(alone, await stores.keys.signer(sheet.head.organisation_id, now))
    if not issued.tickets and not issued.passes:
        raise TicketsNotIssued()
    (file,) = await each(stores, issued, paper, tag or sheet.head.customer_locale)
    return file


async def some(
    stores: Stores, order_id: UUID, first: int, last: int, count_max: int, paper: Paper, now: datetime
) -> File:
    """An order's valid tickets from one number to another, at most so many, as one PDF. NotFound, TicketsNotIssued."""
    sheet = await tickets.sheet(stores.database, order_id)
    among = [one for one in sheet.tickets if one.pass_id is None and first <= one.serial <= last]
    chosen = sorted((one for one in among if one.status is TicketStatus.VALID), key=lambda one: one.serial)[:count_max]
    alone = replace(sheet, tickets=tuple(chosen), passes=())
    issued = tickets.issue(alone, await stores.keys.signer(sheet.head.organisation_id, now))
    if not issued.tickets:
        raise TicketsNotIssued()
    return await whole_of(stores, issued, paper, sheet.head.customer_locale)


async def calendar(stores: Stores, order_id: UUID, tag: str, now: datetime) -> File:
    """An order's performances for a calendar. NotFound."""
    sheet = await tickets.sheet(stores.database, order_id)
    tag = tag or sheet.head.customer_locale
    link = stores.site_url + ticket_links.path(stores.settings, order_id)
    host = urlsplit(stores.site_url).hostname or "localhost"
    made = calendars.ics(sheet, tag, link, host, now)
    return File(f"{_slug(sheet.head.order_code)}.ics", ICS, made)


async def for_phone(stores: Stores, order_id: UUID, tag: str, now: datetime) -> Phone:
    """What a page shows of an order's tickets. NotFound, TicketsNotIssued."""
    issued = await tickets.issued(stores.database, stores.keys, order_id, now)
    wardrobe = await ticket_designs.wardrobe(stores.database, issued.head.order_id)
    ids = (
        *(one.holder_pass.pass_id for one in issued.passes),
        *(one.ticket.ticket_id for one in issued.tickets),
    )
    tag = tag or issued.head.customer_locale
    return Phone(issued.head.order_code, formats.language(tag), records.of(issued, tag, wardrobe), ids)


async def attached(stores: Stores, issued: Issued, paper: Paper, files: Files, tag: str, each_max: int) -> list[File]:
    """The tickets as a mail has them: one PDF, or one each; in a zip when they are more than `each_max`."""
    if files is Files.ONE or len(issued.tickets) + len(issued.passes) == 1:
        return [await whole_of(stores, issued, paper, tag)]
    made = await each(stores, issued, paper, tag)
    if len(made) <= each_max:
        return made
    return [zip_of(f"{_word(issued, tag)}-{issued.head.order_code}.zip", made)]


def zip_of(name: str, files: Sequence[File]) -> File:
    """Files in a zip. PDFs are stored as they are: they are compressed already."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for file in files:
            archive.writestr(zipfile.ZipInfo(file.name, MADE_AT), file.content)
    return File(name, ZIP, made.getvalue())


def answer(file: File, *, inline: bool = False) -> Response[bytes]:
    """A file as an answer: to keep, or to look at in the browser."""
    how = "inline" if inline else "attachment"
    headers = {"content-disposition": f'{how}; filename="{file.name}"', "cache-control": "no-store"}
    return Response(file.content, media_type=file.media_type, headers=headers)


def paper_of(text: str, otherwise: Paper = Paper.A4) -> Paper:
    """A paper as an address names it, or the usual one."""
    return Paper(text) if text in set(Paper) else otherwise


def _names(issued: Issued, tag: str) -> list[str]:
    """What the file of each record is called, no two alike."""
    told = [(one.holder_pass.short_name or one.holder_pass.name, "") for one in issued.passes]
    for one in issued.tickets:
        ticket = one.ticket
        place = " ".join(filter(None, (ticket.zone, ticket.row_label, ticket.seat_label)))
        told.append((ticket.title(tag), place))
    code, count = issued.head.order_code, len(told)
    return [
        "-".join(filter(None, (code, f"{n:0{len(str(count))}}", _slug(title), _slug(place)))) + ".pdf"
        for n, (title, place) in enumerate(told, 1)
    ]


def _word(issued: Issued, tag: str) -> str:
    """What the file of all is called before the order's code."""
    return "billets" if formats.language(tag) is formats.Language.FR else "tickets"


def _slug(text: str) -> str:
    """A text as part of a file's name: plain letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", clean(text)).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain)[:STEM_CHARS_MAX].strip("-")
