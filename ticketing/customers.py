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
from ticketing.texts import email_of, locale_of, text_of

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
