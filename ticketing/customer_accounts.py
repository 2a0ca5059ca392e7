"""Accounts of customers: one an organisation, over all its box offices.

Whoever ordered once is a customer; the account is opened by showing that the address is theirs, by a link sent there,
and holds all that was ever ordered with that address. A password is a convenience which they may add, and take away.
Nothing here is known to the staff's side of signing in, nor the other way round.

The audit log names customers by a number: its lines are never removed, and customers may be.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from ticketing import attempts, audit, customer_links, customer_mails, customer_sessions, staff
from ticketing.attempts import Tried
from ticketing.audit import NONE, Actor, Changes, Subject
from ticketing.customer_links import CustomerLink, CustomerLinkKind, Onward
from ticketing.customer_sessions import CustomerSession
from ticketing.customers import ANONYMOUS, Customer
from ticketing.db import Database
from ticketing.ids import secret_hash
from ticketing.jobs import CustomerMailKind
from ticketing.refusals import AccountGone, InputRefused, LinkSpent, PasswordWrong
from ticketing.sql import Connection, load
from ticketing.states import OrderStatus
from ticketing.texts import email_of, locale_of, text_of

ORDERS_MAX = 500
TICKETS_MAX = 100
NUMBER_CHARS = 8

SQL = load("customer_accounts")


class Visitor(Struct, frozen=True, kw_only=True):
    """A browser at the shop of a box office: what is to be known of it by who lets it in. `browser` names it."""

    organisation_id: UUID
    box_office: str
    address: str
    agent: str
    browser: str
    now: datetime


class Bought(Struct, frozen=True):
    """An order in the list of a customer's. `events` are titles in the reader's language."""

    id: UUID
    code: str
    box_office_key: str
    box_office_name: str
    status: OrderStatus
    currency: str
    placed_at: datetime
    expires_at: datetime | None
    first_at: datetime | None
    last_ends_at: datetime | None
    time_zone: str
    events: list[str]
    ticket_count: int
    total_cents: int
    upcoming: bool

    @property
    def path(self) -> str:
        """Its page."""
        return f"/shop/{self.box_office_key}/orders/{self.id}"


class NextTicket(Struct, frozen=True):
    """A good ticket of a date to come."""

    order_id: UUID
    box_office_key: str
    performance_id: UUID
    event_name: str
    venue_name: str
    time_zone: str
    starts_at: datetime
    doors_at: datetime | None
    zone: str
    row: str
    label: str
    tariff_name: str
    holder_name: str

    @property
    def path(self) -> str:
        """Its order's page."""
        return f"/shop/{self.box_office_key}/orders/{self.order_id}"


# Signing in


async def ask_link(db: Database, visitor: Visitor, email: str, onward: Onward = Onward.ORDERS) -> None:
    """Have a link to sign in sent: the same is done, and takes as long, whether anybody has the address.

    InputRefused for what is no address.
    """
    async with db.transaction() as c:
        await customer_mails.ask(
            c, CustomerMailKind.SIGN_IN, visitor.organisation_id, visitor.box_office, email_of(email),
            browser=secret_hash(visitor.browser).hex(), onward=onward,
        )  # fmt: skip


async def open_by_link(db: Database, visitor: Visitor, text: str) -> tuple[str, CustomerLink]:
    """Let a browser in by a link, which is used up; the secret of its session. LinkSpent."""
    now = visitor.now
    async with db.transaction() as c:
        link = await customer_links.found(c, visitor.organisation_id, text, now)
        if link.kind is not CustomerLinkKind.SIGN_IN:
            raise LinkSpent()
        await customer_links.use(c, text, now)
        person = await _locked(c, link.customer_id)
        if await SQL.prove.value(c, customer_id=person.id, now=now):
            await note(c, person, "customer.account-opened", _themselves(person, visitor.address), now)
        return await _let_in(c, person, visitor), link


async def open_by_password(db: Database, visitor: Visitor, email: str, password: str) -> str:
    """Let a browser in by address and password; the secret of its session.

    PasswordWrong, which does not tell what was wrong, and TooManyRequests when it is guessed at.
    """
    now, organisation = visitor.now, visitor.organisation_id
    customer_id = await _verified(db, organisation, email, password, visitor.address, now)
    async with db.transaction() as c:
        return await _let_in(c, await _locked(c, customer_id), visitor)


async def confirm(db: Database, session: CustomerSession, password: str, address: str, now: datetime) -> None:
    """The password, typed again by who is signed in. PasswordWrong, TooManyRequests."""
    await _verified(db, session.organisation_id, session.email, password, address, now)
    await customer_sessions.confirm(db, session.id, now)


async def _verified(db: Database, organisation: UUID, email: str, password: str, address: str, now: datetime) -> UUID:
    await attempts.begin(db, Tried.PASSWORD, email, address, now, organisation)
    async with db.read() as c:
        row = await SQL.password_of.row(c, organisation_id=organisation, email=email.strip().lower())
    right = await staff.matches(row["password_hash"] if row else None, password)
    if not right or row is None or row["password_hash"] is None:
        raise PasswordWrong()
    await attempts.succeeded(db, Tried.PASSWORD, email, address, now, organisation)
    found: UUID = row["id"]
    return found


async def _let_in(c: Connection, person: Customer, visitor: Visitor) -> str:
    await attempts.know_customer(c, person.id, visitor.address, visitor.now)
    return await customer_sessions.start(c, person.id, visitor.address, visitor.agent, visitor.now)


# What is kept of them


async def set_profile(
    db: Database, session: CustomerSession, name: str, locale: str, address: str, now: datetime
) -> None:
    """Their name, and the language they are written to in. InputRefused."""
    called, language = text_of(name, "name"), locale_of(locale)
    async with db.transaction() as c:
        before = await _locked(c, session.customer_id)
        if (before.name, before.locale) != (called, language):
            await SQL.set_profile.run(c, customer_id=before.id, name=called, locale=language)
            await note(c, before, "customer.changed", _themselves(before, address), now)


async def set_password(
    db: Database, session: CustomerSession, password: str | None, box_office: str, address: str, now: datetime
) -> None:
    """Another password, or none: every other browser is signed out, every link is void, and they are told by mail.

    InputRefused for a weak one.
    """
    hash = await staff.hashed(password) if password is not None else None
    async with db.transaction() as c:
        person = await _locked(c, session.customer_id)
        await SQL.set_password.run(c, customer_id=person.id, password_hash=hash)
        await customer_sessions.end(c, person.id, session.id)
        await customer_links.end(c, person.id, now)
        await customer_mails.ask(c, CustomerMailKind.PASSWORD_CHANGED, person.organisation_id, box_office, person.email)
        act = "customer.password-set" if hash else "customer.password-removed"
        await note(c, person, act, _themselves(person, address), now)


async def ask_email(db: Database, session: CustomerSession, email: str, box_office: str) -> str:
    """Have a link sent to another address, by which it becomes theirs; the present one is told. The address, as kept.

    InputRefused. Whether somebody else has the address is not told: whoever reads its mail may take it.
    """
    wanted = email_of(email)
    if wanted == session.email:
        raise InputRefused(problem="This is your address already.", where="email")
    async with db.transaction() as c:
        of, whose = (session.organisation_id, box_office), session.customer_id
        await customer_mails.ask(c, CustomerMailKind.EMAIL_CHANGE, *of, wanted, customer=whose)
        await customer_mails.ask(c, CustomerMailKind.EMAIL_CHANGING, *of, session.email, customer=whose)
    return wanted


async def take_email(
    db: Database, session: CustomerSession, text: str, box_office: str, address: str, now: datetime
) -> str:
    """Make the address that a link was sent to theirs, with all that was ordered by it; the address.

    Only who is signed in to the account may: a link alone would give somebody's orders to whoever asked for it.
    LinkSpent.
    """
    async with db.transaction() as c:
        link = await customer_links.found(c, session.organisation_id, text, now)
        if link.kind is not CustomerLinkKind.EMAIL or link.customer_id != session.customer_id:
            raise LinkSpent()
        await customer_links.use(c, text, now)
        person = await _locked(c, session.customer_id)
        await _absorb(c, person, link.email, now)
        values = {"organisation_id": person.organisation_id, "email": person.email, "new_email": link.email, "now": now}
        await SQL.keep_opted_out.run(c, **values)
        await SQL.set_email.run(c, customer_id=person.id, email=link.email, now=now)
        await customer_sessions.end(c, person.id, session.id)
        await customer_links.end(c, person.id, now)
        await customer_mails.ask(
            c, CustomerMailKind.EMAIL_CHANGED, person.organisation_id, box_office, person.email, customer=person.id
        )
        await note(c, person, "customer.email-changed", _themselves(person, address), now)
    return link.email


async def _absorb(c: Connection, person: Customer, email: str, now: datetime) -> None:
    """What was ordered with an address that is theirs now is theirs; the customer who had it is nobody any more."""
    other: UUID | None = await SQL.lock_other.value(
        c, organisation_id=person.organisation_id, email=email, customer_id=person.id
    )
    if other is not None:
        await SQL.take_orders.run(c, customer_id=person.id, other_id=other)
        await strip(c, other, now)


async def strip(c: Connection, customer_id: UUID, now: datetime) -> None:
    """Take name, address and all that opens an account from a customer, in the caller's transaction."""
    await customer_sessions.end(c, customer_id)
    await SQL.drop_links.run(c, customer_id=customer_id)
    await SQL.drop_addresses.run(c, customer_id=customer_id)
    await SQL.strip.run(c, customer_id=customer_id, name=ANONYMOUS, now=now)


# What they bought


async def orders(db: Database, customer_id: UUID, language: str, now: datetime) -> list[Bought]:
    """A customer's orders at all box offices: those to come first, the nearest first of all; then the last ones."""
    values = {"customer_id": customer_id, "language": language, "now": now}
    async with db.read() as c:
        return await SQL.orders.all(c, Bought, orders_max=ORDERS_MAX, **values)


async def next_tickets(db: Database, customer_id: UUID, language: str, now: datetime) -> list[NextTicket]:
    """Their good tickets of dates to come, the nearest first."""
    values = {"customer_id": customer_id, "language": language, "now": now}
    async with db.read() as c:
        return await SQL.next_tickets.all(c, NextTicket, tickets_max=TICKETS_MAX, **values)


async def is_theirs(db: Database, customer_id: UUID, order_id: UUID, box_office_id: UUID) -> bool:
    """Whether an order of a box office is this customer's."""
    values = {"customer_id": customer_id, "order_id": order_id, "box_office_id": box_office_id}
    async with db.read() as c:
        return bool(await SQL.is_theirs.value(c, **values))


async def offered(db: Database, order_id: UUID) -> Customer | None:
    """The customer of an order, if nobody has shown yet that their address is theirs; for who may see the order."""
    async with db.read() as c:
        found = await SQL.customer_of.one(c, Customer, order_id=order_id)
        proved = found is None or await SQL.is_proved.value(c, customer_id=found.id)
    return None if proved else found


async def taken_away(db: Database, session: CustomerSession, address: str, now: datetime) -> str:
    """All that is kept of a customer and their orders, as a JSON document; files are named in it."""
    async with db.transaction() as c:
        person = await _locked(c, session.customer_id)
        await note(c, person, "customer.data-taken", _themselves(person, address), now)
        document: str = await SQL.taken_away.value(c, customer_id=person.id)
    return document


# For the modules that act on an account inside a transaction of theirs


async def note(c: Connection, person: Customer, act: str, by: Actor, now: datetime, changes: Changes = NONE) -> None:
    """A line in the audit log of the customer's organisation."""
    subject = Subject(kind="customer", id=person.id, name=number(person.id))
    await audit.note(c, by, act, subject, now, changes)


def number(customer_id: UUID) -> str:
    """What people call a customer by, where no name may stand: the end of the id, in capitals."""
    return customer_id.hex[-NUMBER_CHARS:].upper()


def _themselves(person: Customer, address: str) -> Actor:
    return Actor(organisation_id=person.organisation_id, address=address)


async def _locked(c: Connection, customer_id: UUID) -> Customer:
    person = await SQL.lock.one(c, Customer, customer_id=customer_id)
    if person is None:
        raise AccountGone()
    return person
