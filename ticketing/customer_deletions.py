"""The end of a customer: at their wish, thirty days after the last event they have tickets for.

Until then the tickets must let in, and whoever sold them must be able to say that an evening is put off; so the wish is
noted, can be taken back, and is done by the worker when it is time. Who has nothing to come, and was nowhere of late,
is forgotten at once.

Forgotten are the name, the address, the names on tickets, what was answered to questions with the files, what opens the
account, and where mails went. The orders, their amounts, the invoices and the ledger stay as they are, because the law
wants them kept: whose they were is what is gone. What the staff noted about an order is the organiser's, and stays.
"""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from ticketing import customer_accounts, customer_mails
from ticketing.audit import Actor
from ticketing.customers import Customer
from ticketing.db import Database
from ticketing.jobs import CustomerMailKind
from ticketing.refusals import AccountGone, NotFound
from ticketing.sql import Connection, load

AFTER_LAST_EVENT = timedelta(days=30)
FORGOTTEN_MAX = 200
"""Of those who asked, looked at in one round."""
FIRST = UUID(int=0)

SQL = load("customer_deletions")


class Standing(Struct, frozen=True):
    """What a customer's end waits for. `last_ends_at` None: they have no ticket. `awaits_money`: an order is to be
    paid, or money is to go back to them."""

    asked_at: datetime | None
    last_ends_at: datetime | None
    order_count: int
    awaits_money: bool

    @property
    def due_at(self) -> datetime | None:
        """When it may be done, as far as events go; None: at any time."""
        return self.last_ends_at + AFTER_LAST_EVENT if self.last_ends_at else None

    def is_due(self, now: datetime) -> bool:
        """Whether nothing is waited for any more."""
        return not self.awaits_money and (self.due_at is None or self.due_at <= now)


async def standing(db: Database, organisation_id: UUID, customer_id: UUID) -> Standing:
    """How it stands with the end of an organisation's customer. NotFound for another's, and for who was forgotten."""
    async with db.read() as c:
        await _get(c, organisation_id, customer_id)
        return await _standing(c, customer_id)


async def ask(
    db: Database, organisation_id: UUID, customer_id: UUID, box_office: str, by: Actor, now: datetime
) -> bool:
    """Note the wish, or forget the customer now when nothing is waited for; whether they are forgotten. NotFound.

    Asked again, nothing is done but what became due.
    """
    async with db.transaction() as c:
        person = await _get(c, organisation_id, customer_id)
        stands = await _standing(c, customer_id)
        if stands.is_due(now):
            await _forget(c, person, by, now)
            return True
        if await SQL.ask.run(c, customer_id=customer_id, now=now):
            await customer_mails.ask(c, CustomerMailKind.DELETION_ASKED, organisation_id, box_office, person.email)
            told = {"deletion_due_at": (None, stands.due_at)} if stands.due_at else {}
            act = "customer.deletion-noted" if by.staff_id else "customer.deletion-asked"
            await customer_accounts.note(c, person, act, by, now, told)
    return False


async def withdraw(db: Database, organisation_id: UUID, customer_id: UUID, by: Actor, now: datetime) -> None:
    """Take the wish back; nothing for who has none. NotFound."""
    async with db.transaction() as c:
        person = await _get(c, organisation_id, customer_id)
        if await SQL.withdraw.run(c, customer_id=customer_id):
            act = "customer.deletion-undone" if by.staff_id else "customer.deletion-withdrawn"
            await customer_accounts.note(c, person, act, by, now)


async def forget_due(db: Database, now: datetime, customers_max: int = FORGOTTEN_MAX) -> int:
    """Forget those who asked and have nothing to come any more; how many. Each in a transaction of its own, and whom
    somebody else has in hand is left for the next time."""
    after, count = FIRST, 0
    for _ in range(customers_max):
        async with db.transaction() as c:
            person = await SQL.next_asked.one(c, Customer, after=after)
            if person is None:
                break
            after = person.id
            if (await _standing(c, person.id)).is_due(now):
                await _forget(c, person, Actor(organisation_id=person.organisation_id), now)
                count += 1
    return count


async def _forget(c: Connection, person: Customer, by: Actor, now: datetime) -> None:
    order_ids = [row["id"] for row in await SQL.lock_orders.rows(c, customer_id=person.id)]
    await SQL.drop_answers.run(c, order_ids=order_ids)
    await SQL.drop_ticket_holders.run(c, order_ids=order_ids)
    await SQL.drop_pass_holders.run(c, order_ids=order_ids)
    await SQL.drop_printed.run(c, order_ids=order_ids)
    await SQL.drop_recipients.run(c, order_ids=order_ids)
    await SQL.drop_typed.run(c, order_ids=order_ids)
    await SQL.drop_replies.run(c, customer_id=person.id)
    await SQL.drop_opt_out.run(c, organisation_id=person.organisation_id, email=person.email)
    await customer_accounts.strip(c, person.id, now)
    await customer_mails.say_goodbye(c, person.organisation_id, person.email, person.name, person.locale)
    await customer_accounts.note(c, person, "customer.forgotten", by, now, {"orders": (None, len(order_ids))})


async def _standing(c: Connection, customer_id: UUID) -> Standing:
    found = await SQL.standing.one(c, Standing, customer_id=customer_id)
    if found is None:
        raise AccountGone()
    return found


async def _get(c: Connection, organisation_id: UUID, customer_id: UUID) -> Customer:
    found = await SQL.get.one(c, Customer, organisation_id=organisation_id, customer_id=customer_id)
    if found is None:
        raise NotFound(what="customer")
    return found
