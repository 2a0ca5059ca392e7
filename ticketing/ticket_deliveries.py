"""How tickets are handed over: on which paper, and all of an order in one file or each in its own.

A box office says how; whoever ordered may choose otherwise for their order.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from ticketing import audit
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.refusals import NotFound
from ticketing.sql import load

SQL = load("ticket_deliveries")


class Paper(StrEnum):
    """What a ticket is printed on, or shown on: a narrow page for the telephone's screen."""

    A4 = "a4"
    A6 = "a6"
    PHONE = "phone"


class Files(StrEnum):
    """How many files an order's tickets are."""

    ONE = "one"
    EACH = "each"


class Delivery(Struct, frozen=True):
    """How an order's tickets are handed over."""

    paper: Paper = Paper.A4
    files: Files = Files.ONE


class _Office(Struct, frozen=True):
    name: str
    paper: Paper
    files: Files


async def of_box_office(db: Database, organisation_id: UUID, box_office_id: UUID) -> Delivery:
    """A box office's way, or NotFound."""
    async with db.read() as c:
        found = await SQL.of_box_office.one(c, Delivery, organisation_id=organisation_id, box_office_id=box_office_id)
    if found is None:
        raise NotFound(what="box office")
    return found


async def set_of_box_office(
    db: Database, organisation_id: UUID, box_office_id: UUID, wanted: Delivery, by: Actor, now: datetime
) -> None:
    """Choose a box office's way, for orders that have none of their own."""
    async with db.transaction() as c:
        found = await SQL.lock_office.one(c, _Office, organisation_id=organisation_id, box_office_id=box_office_id)
        if found is None:
            raise NotFound(what="box office")
        await SQL.set_of_box_office.run(c, box_office_id=box_office_id, paper=wanted.paper, files=wanted.files)
        subject = Subject(kind="box_office", id=box_office_id, name=found.name, box_office_id=box_office_id)
        changes = {"ticket_paper": (found.paper, wanted.paper), "ticket_files": (found.files, wanted.files)}
        changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
        await audit.note(c, by, "box-office.ticket-delivery-set", subject, now, changes)


async def of_order(db: Database, order_id: UUID) -> Delivery:
    """An order's own way, or its box office's; NotFound."""
    async with db.read() as c:
        found = await SQL.of_order.one(c, Delivery, order_id=order_id)
    if found is None:
        raise NotFound(what="order")
    return found


async def choose(db: Database, order_id: UUID, wanted: Delivery) -> None:
    """Hand an order's tickets over otherwise: its mails are written so from now on. Who asks has its secret."""
    async with db.read() as c:
        if not await SQL.set_of_order.run(c, order_id=order_id, paper=wanted.paper, files=wanted.files):
            raise NotFound(what="order")
