"""Printers that a box office knows: where each is, what lies in it, and how it was when somebody looked last.

The server prints on a printer itself, or an agent in the venue's network does. A printer is edited as everything is,
with the version that was looked at. It is never deleted, since its jobs name it: it retires, and can be brought back.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg.exceptions import UniqueViolationError
from msgspec import Struct
from msgspec.structs import asdict

from ticketing import audit, print_jobs
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.machines import DIALECTS, DOTS_PER_MM, PAPERS, Dialect, Paper, Prints, Way
from ticketing.refusals import AlreadyExists, EditedMeanwhile, InputRefused, NotFound, PrinterInUse, TooManyPrinters
from ticketing.sql import Connection, load
from ticketing.texts import text_of

NAME_CHARS_MAX = 60
PRINTERS_MAX = 100
"""Not retired, in one box office."""
ROWS_MAX = 300
HOST_CHARS_MAX = 253
PATH_CHARS_MAX = 200
PORT_MAX = 65_535
PORTS = {Way.RAW: 9100, Way.IPP: 631, Way.DEVICE: 0}
"""Where nothing else is said."""

SQL = load("printers")


class PrinterChoice(Struct, frozen=True, kw_only=True):
    """What somebody decides of a printer.

    `agent_id` None: the server prints itself. `path`: of the device, or of the IPP printer or queue. `certificate`: the
    SHA-256 of the certificate that is to be met, for IPP with TLS. `dots_per_mm`: of label printers. `cuts`: it has a
    cutter.
    """

    name: str
    prints: Prints
    paper: Paper
    way: Way = Way.RAW
    host: str = ""
    port: int | None = None
    path: str = ""
    tls: bool = False
    certificate: bytes | None = None
    dots_per_mm: int | None = None
    cuts: bool = False
    agent_id: UUID | None = None


class Printer(Struct, frozen=True, kw_only=True):
    """A printer; `conditions` are words of `hardware.outcomes`, as of `looked_at`."""

    id: UUID
    box_office_id: UUID
    agent_id: UUID | None
    agent_name: str | None
    name: str
    way: Way
    host: str
    port: int
    path: str
    dialect: Dialect
    tls: bool
    certificate: bytes | None
    prints: Prints
    paper: Paper
    dots_per_mm: int | None
    cuts: bool
    conditions: list[str]
    looked_at: datetime | None
    retired_at: datetime | None
    version: int


class Agent(Struct, frozen=True):
    """An agent that may print for a box office."""

    id: UUID
    name: str


async def create(
    db: Database, organisation_id: UUID, box_office_id: UUID, choice: PrinterChoice, by: Actor, now: datetime
) -> UUID:
    """Make a printer known; its id. Raises InputRefused, NotFound, AlreadyExists, TooManyPrinters."""
    values, printer_id = _values(choice), new_id()
    async with db.transaction() as c:
        known = await SQL.lock_office.row(c, organisation_id=organisation_id, box_office_id=box_office_id)
        if known is None:
            raise NotFound(what="box office")
        await _ensure_room(c, box_office_id)
        await _ensure_agent(c, box_office_id, choice)
        try:
            await SQL.create.run(c, printer_id=printer_id, box_office_id=box_office_id, now=now, **values)
        except UniqueViolationError:
            raise AlreadyExists(what="printer", name=values["name"], where="name") from None
        subject = Subject(kind="printer", id=printer_id, name=values["name"], box_office_id=box_office_id)
        told = {name: (None, value) for name, value in _told(values).items() if value not in ("", None, False)}
        await audit.note(c, by, "printer.created", subject, now, told)
    return printer_id


async def edit(
    db: Database, organisation_id: UUID, printer_id: UUID, version: int, choice: PrinterChoice, by: Actor, now: datetime
) -> None:
    """Set a printer up otherwise: how it is has to be looked at again.

    Raises InputRefused, NotFound, AlreadyExists, EditedMeanwhile; PrinterInUse while jobs wait for it, or as long as a
    till prints on it what it would not print any more.
    """
    values = _values(choice)
    async with db.transaction() as c:
        before = await _locked(c, organisation_id, printer_id)
        if before.version != version:
            raise EditedMeanwhile(what="printer")
        await _ensure_agent(c, before.box_office_id, choice)
        if await SQL.is_used.value(c, printer_id=printer_id, prints=choice.prints):
            raise PrinterInUse()
        try:
            await SQL.edit.run(c, printer_id=printer_id, **values)
        except UniqueViolationError:
            raise AlreadyExists(what="printer", name=values["name"], where="name") from None
        stored, wanted = _told(asdict(before)), _told(values)
        changes = {name: (stored[name], wanted[name]) for name in wanted if stored[name] != wanted[name]}
        await audit.note(c, by, "printer.edited", _subject(before), now, changes)


async def retire(
    db: Database, organisation_id: UUID, printer_id: UUID, retired: bool, by: Actor, now: datetime
) -> None:
    """Use a printer no more, or again; nothing when it is so already. Jobs that wait for one that retires are given up,
    and tills print on it no more.

    Raises NotFound; AlreadyExists when another one has its name meanwhile, and TooManyPrinters.
    """
    async with db.transaction() as c:
        printer = await _locked(c, organisation_id, printer_id)
        if (printer.retired_at is not None) == retired:
            return
        if retired:
            await print_jobs.give_up_waiting(c, printer_id, by, now)
            await SQL.leave_tills.run(c, printer_id=printer_id)
        else:
            await SQL.lock_office.row(c, organisation_id=organisation_id, box_office_id=printer.box_office_id)
            await _ensure_room(c, printer.box_office_id)
        try:
            await SQL.retire.run(c, printer_id=printer_id, retired_at=now if retired else None)
        except UniqueViolationError:
            raise AlreadyExists(what="printer", name=printer.name) from None
        await audit.note(c, by, "printer.retired" if retired else "printer.returned", _subject(printer), now)


async def get(db: Database, organisation_id: UUID, printer_id: UUID) -> Printer:
    """A printer of an organisation's, or NotFound."""
    async with db.read() as c:
        return _found(await SQL.get.one(c, Printer, organisation_id=organisation_id, printer_id=printer_id))


async def of_office(db: Database, box_office_id: UUID, printer_id: UUID) -> Printer:
    """A printer of a box office's, or NotFound."""
    async with db.read() as c:
        return _found(await SQL.of_office.one(c, Printer, box_office_id=box_office_id, printer_id=printer_id))


async def list_of(db: Database, box_office_id: UUID) -> list[Printer]:
    """The printers of a box office: those in use first, by name."""
    async with db.read() as c:
        return await SQL.list_of.all(c, Printer, box_office_id=box_office_id, rows_max=ROWS_MAX)


async def of_agent(db: Database, agent_id: UUID) -> list[Printer]:
    """The printers in use that an agent prints on."""
    async with db.read() as c:
        return await SQL.of_agent.all(c, Printer, agent_id=agent_id, rows_max=ROWS_MAX)


async def agents(db: Database, box_office_id: UUID) -> list[Agent]:
    """The agents that may print for a box office, by name."""
    async with db.read() as c:
        return await SQL.agents.all(c, Agent, box_office_id=box_office_id)


async def looked(
    db: Database, printer_id: UUID, agent_id: UUID | None, conditions: Iterable[str], now: datetime
) -> None:
    """Keep how a printer is, as its agent (None: the server) found it. Another's printer stays as it was."""
    async with db.read() as c:
        await SQL.looked.run(
            c, printer_id=printer_id, agent_id=agent_id, conditions=sorted(conditions), now=now
        )  # fmt: skip


def _values(choice: PrinterChoice) -> dict[str, Any]:
    """A choice as its row has it. Raises InputRefused."""
    if choice.paper not in PAPERS[choice.prints]:
        raise InputRefused(problem="Choose one of these.", where="loaded")
    dots = choice.dots_per_mm if choice.prints is Prints.LABELS else None
    if choice.prints is Prints.LABELS and dots not in DOTS_PER_MM:
        raise InputRefused(problem="Choose one of these.", where="dots_per_mm")
    if choice.way is Way.IPP and choice.prints in (Prints.LABELS, Prints.RECEIPTS):
        problem = "Tickets and receipts are sent to a port or a device: by IPP, documents and cards are printed."
        raise InputRefused(problem=problem, where="way")
    if choice.way is not Way.IPP and choice.prints in (Prints.DOCUMENTS, Prints.CARDS):
        problem = "Documents and cards are printed by IPP, on a printer or on a queue of CUPS."
        raise InputRefused(problem=problem, where="way")
    return {
        "agent_id": choice.agent_id, "name": text_of(choice.name, "name", chars_max=NAME_CHARS_MAX),
        "prints": choice.prints, "paper": choice.paper, "dots_per_mm": dots, "cuts": choice.cuts,
        "dialect": Dialect.NONE if choice.way is Way.IPP else DIALECTS[choice.prints], **_reached(choice),
    }  # fmt: skip


def _reached(choice: PrinterChoice) -> dict[str, Any]:
    """How a printer is reached. What is meant for another way is left out."""
    if choice.way is Way.DEVICE:
        if choice.agent_id is None:
            problem = "A printer on a USB port is printed on by the agent of that machine: choose it."
            raise InputRefused(problem=problem, where="agent_id")
        path = text_of(choice.path, "path", chars_max=PATH_CHARS_MAX)
        return {"way": Way.DEVICE, "host": "", "port": 0, "path": path, "tls": False, "certificate": None}
    over_ipp, port = choice.way is Way.IPP, PORTS[choice.way] if choice.port is None else choice.port
    if not 0 < port <= PORT_MAX:
        problem = "Type a whole number from {least} to {most}."
        raise InputRefused(problem=problem, where="port", least=1, most=PORT_MAX)
    host = text_of(choice.host, "host", chars_max=HOST_CHARS_MAX)
    path = text_of(choice.path, "path", chars_min=0, chars_max=PATH_CHARS_MAX) if over_ipp else ""
    tls = over_ipp and choice.tls
    return {
        "way": choice.way, "host": host, "port": port, "path": path, "tls": tls,
        "certificate": choice.certificate if tls else None,
    }  # fmt: skip


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """What the audit log tells of a printer."""
    names = ("name", "prints", "way", "host", "port", "path", "tls", "dots_per_mm", "cuts")
    return {"loaded": values["paper"]} | {name: values[name] for name in names}


async def _ensure_room(c: Connection, box_office_id: UUID) -> None:
    if await SQL.used_count.value(c, box_office_id=box_office_id) >= PRINTERS_MAX:
        raise TooManyPrinters(printers_max=PRINTERS_MAX)


async def _ensure_agent(c: Connection, box_office_id: UUID, choice: PrinterChoice) -> None:
    if choice.agent_id is None:
        return
    if not await SQL.has_agent.value(c, box_office_id=box_office_id, agent_id=choice.agent_id):
        raise InputRefused(problem="Choose one of these.", where="agent_id")


async def _locked(c: Connection, organisation_id: UUID, printer_id: UUID) -> Printer:
    return _found(await SQL.lock.one(c, Printer, organisation_id=organisation_id, printer_id=printer_id))


def _found(printer: Printer | None) -> Printer:
    if printer is None:
        raise NotFound(what="printer")
    return printer


def _subject(printer: Printer) -> Subject:
    return Subject(kind="printer", id=printer.id, name=printer.name, box_office_id=printer.box_office_id)
