"""Customers: one an e-mail address and organisation.

Whoever types an address into a checkout has not proved that it is theirs, so a later order never changes what is known
of a customer: it finds the customer, or adds one.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import NotFound
from ticketing.sql import Connection, load
from ticketing.states import OrderStatus
from ticketing.texts import email_of, locale_of, text_of

ORDERS_MAX = 100
ANONYMOUS = "Anonymous"
"""What somebody is called who was forgotten: pages translate it."""

SQL = load("customers")


class Customer(Struct, frozen=True):
    """A customer of an organisation."""

    id: UUID
    organisation_id: UUID
    email: str
    name: str
    locale: str
    created_at: datetime


class Placed(Struct, frozen=True):
    """An order on a customer's page."""

    id: UUID
    code: str
    status: OrderStatus
    currency: str
    placed_at: datetime
    time_zone: str
    events: list[str]
    ticket_count: int
    total_cents: int


class CustomerSheet(Struct, frozen=True):
    """A customer as a box office knows them. `proved_at` None: nobody has opened an account with the address;
    `forgotten_at`: they were deleted, and whose the orders were is not known."""

    id: UUID
    email: str
    name: str
    locale: str
    created_at: datetime
    proved_at: datetime | None
    deletion_asked_at: datetime | None
    forgotten_at: datetime | None
    opted_out: bool
    order_count: int
    elsewhere_count: int


async def find_or_add(
    c: Connection, organisation_id: UUID, email: str, name: str, locale: str, now: datetime
) -> Customer:
    """The customer of this address, added with this name and locale if there was none; safe beside itself."""
    address = email_of(email)
    values = {"name": text_of(name, "name"), "locale": locale_of(locale), "created_at": now}
    found = await SQL.by_email.one(c, Customer, organisation_id=organisation_id, email=address)
    if found is None:
        await SQL.add.run(c, customer_id=new_id(), organisation_id=organisation_id, email=address, **values)
        found = await SQL.by_email.one(c, Customer, organisation_id=organisation_id, email=address)
    assert found is not None, "customers are never deleted"
    return found


async def get(db: Database, organisation_id: UUID, customer_id: UUID) -> Customer:
    """An organisation's own customer, or NotFound."""
    async with db.read() as c:
        found = await SQL.get.one(c, Customer, organisation_id=organisation_id, customer_id=customer_id)
    if found is None:
        raise NotFound(what="customer")
    return found


async def sheet(db: Database, organisation_id: UUID, box_office_id: UUID, customer_id: UUID) -> CustomerSheet:
    """A customer who ordered at a box office of the organisation, or NotFound."""
    values = {"organisation_id": organisation_id, "box_office_id": box_office_id, "customer_id": customer_id}
    async with db.read() as c:
        found = await SQL.sheet.one(c, CustomerSheet, **values)
    if found is None:
        raise NotFound(what="customer")
    return found


async def orders_at(db: Database, box_office_id: UUID, customer_id: UUID) -> list[Placed]:
    """What they ordered at a box office, the newest first; at most `ORDERS_MAX`."""
    values = {"customer_id": customer_id, "box_office_id": box_office_id, "rows_max": ORDERS_MAX}
    async with db.read() as c:
        return await SQL.orders_at.all(c, Placed, **values)
