"""A box office with printers."""

from itertools import count
from typing import Any
from uuid import UUID

from tests.ticketing.house import NOW, House
from ticketing import print_jobs, printers
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.machines import Paper, Prints
from ticketing.print_jobs import Kind, NewJob
from ticketing.printers import PrinterChoice

numbers = count(1)
ZPL = "application/zpl"


async def add_printer(db: Database, house: House, name: str = "", **choice: Any) -> UUID:
    """A label printer, unless told otherwise."""
    wanted = {"prints": Prints.LABELS, "paper": Paper.CINEMA, "dots_per_mm": 8, "host": "10.0.0.9"} | choice
    made = PrinterChoice(name=name or f"Printer {next(numbers)}", **wanted)
    by = Actor(organisation_id=house.organisation)
    return await printers.create(db, house.organisation, house.box_office, made, by, NOW)


async def add_agent(db: Database, house: House, name: str = "Box office PC") -> UUID:
    """An agent, as its enrolment leaves it."""
    agent_id = new_id()
    async with db.read() as c:
        await c.execute(
            "insert into print_agents (id, box_office_id, name, hash, enrolled_at) values ($1, $2, $3, $4, $5)",
            agent_id, house.box_office, name, agent_id.bytes * 2, NOW,
        )  # fmt: skip
    return agent_id


def a_job(key: str = "", **wanted: Any) -> NewJob:
    values = {"kind": Kind.TICKETS, "name": "Order", "payload": b"^XA^XZ", "format": ZPL} | wanted
    return NewJob(key=key or f"key {next(numbers)}", **values)


async def queue(db: Database, house: House, printer: UUID, key: str = "", **wanted: Any) -> UUID:
    by = Actor(organisation_id=house.organisation)
    now = wanted.pop("now", NOW)
    return await print_jobs.queue(db, house.box_office, printer, a_job(key, **wanted), by, now)
