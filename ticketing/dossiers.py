"""Dossiers: all that is known of one order, for whoever serves its buyer; and what taking back would do to it.

Read in one snapshot, so that the money adds up on the page while somebody else is paying.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from ticketing import invoices, mails, notes, oppositions, orders, payments, refunds
from ticketing.channels import Channel
from ticketing.checkouts import Handover
from ticketing.db import Database
from ticketing.invoices import Issued
from ticketing.mails import Mail
from ticketing.notes import Note
from ticketing.oppositions import Opposition
from ticketing.orders import Order, OrderLine
from ticketing.payments import Payment
from ticketing.refunds import Refund
from ticketing.sql import load
from ticketing.states import ORDER, TICKET, OrderEvent, PaymentStatus, TicketEvent, TicketStatus, sources

SQL = load("dossiers")
RECEIVED = (PaymentStatus.SUCCEEDED, PaymentStatus.REFUND_DUE, PaymentStatus.REFUNDED)


class Client(Struct, frozen=True):
    """Who bought, where, and how many orders of theirs there are at the box office."""

    name: str
    email: str
    locale: str
    channel: Channel
    box_office_key: str
    box_office_name: str
    order_count: int
    handover: Handover | None
    """How they want their tickets, if they were asked."""


class Seat(Struct, frozen=True):
    """A ticket with all that a desk wants to know of it."""

    id: UUID
    line_id: UUID
    serial: int
    generation: int
    status: TicketStatus
    pass_id: UUID | None
    performance_id: UUID
    place: int
    zone: str
    row_label: str
    seat_label: str
    category: str
    tariff_name: str | None
    price_cents: int
    holder_name: str
    event_id: UUID
    event_name: str
    venue_name: str
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    admitted_at: datetime | None
    admitted_gate: str | None

    @property
    def live(self) -> bool:
        """Whether it can be taken back."""
        return self.status in sources(TICKET, TicketEvent.CANCEL)


class HeldPass(Struct, frozen=True):
    """A pass of the order."""

    id: UUID
    line_id: UUID
    serial: int
    generation: int
    status: TicketStatus
    holder_name: str
    name: str
    price_cents: int


class Back(Struct, frozen=True):
    """What goes back of one payment."""

    payment: Payment
    amount_cents: int


class Taking(Struct, frozen=True):
    """What taking tickets back would do: the tickets, whether that is all of them, what is not owed any more, and
    what goes back by which payment."""

    tickets: tuple[UUID, ...]
    whole: bool
    value_cents: int
    due_less_cents: int
    back: tuple[Back, ...]

    @property
    def back_cents(self) -> int:
        """All that goes back."""
        return sum(back.amount_cents for back in self.back)


class Dossier(Struct, frozen=True):
    """An order and everything around it."""

    order: Order
    client: Client
    lines: list[OrderLine]
    seats: list[Seat]
    passes: list[HeldPass]
    payments: list[Payment]
    refunds: list[Refund]
    mails: list[Mail]
    notes: list[Note]
    invoices: list[Issued]
    oppositions: list[Opposition]

    @property
    def time_zone(self) -> str:
        """The time that its moments are told in: the first venue's."""
        return self.seats[0].time_zone if self.seats else "UTC"

    @property
    def open(self) -> bool:
        """Whether anything of it can still be changed."""
        return self.order.status in sources(ORDER, OrderEvent.CHANGE)

    def seat(self, ticket_id: UUID) -> Seat | None:
        """A ticket of this order, or None."""
        return next((seat for seat in self.seats if seat.id == ticket_id), None)

    def holder_pass(self, pass_id: UUID) -> HeldPass | None:
        """A pass of this order, or None."""
        return next((held for held in self.passes if held.id == pass_id), None)

    def opposed(self, id: UUID) -> Opposition | None:
        """Why a ticket or a pass is invalid, as long as it is."""
        of_it = [one for one in self.oppositions if id in (one.ticket_id, one.pass_id) and one.ended_at is None]
        return of_it[-1] if of_it else None

    def taking(self, ticket_ids: Sequence[UUID]) -> Taking:
        """What taking these tickets back would do, as it stands; the verb decides when it is done."""
        chosen = [seat for seat in self.seats if seat.live and seat.id in set(ticket_ids)]
        lines = {seat.line_id for seat in chosen}
        value_cents = sum(line.amount_cents for line in self.lines if line.id in lines)
        order = self.order
        kept_cents = order.received_cents - order.refunded_cents - order.refund_due_cents
        back_cents = max(0, kept_cents - (order.total_cents - value_cents))
        live_count = sum(seat.live for seat in self.seats)
        return Taking(
            tickets=tuple(seat.id for seat in chosen),
            whole=len(chosen) == live_count,
            value_cents=value_cents,
            due_less_cents=value_cents - back_cents,
            back=tuple(self.back(back_cents)),
        )

    def back(self, back_cents: int) -> list[Back]:
        """Which payments an amount that goes back comes out of: the newest first, as refunds are flagged."""
        found = []
        payments = [one for one in self.payments if one.status in RECEIVED and one.currency == self.order.currency]
        for payment in sorted(payments, key=lambda one: (one.created_at, one.id), reverse=True):
            left = payment.amount_cents - sum(r.amount_cents for r in self.refunds if r.payment_id == payment.id)
            amount_cents = min(left, back_cents)
            if amount_cents > 0:
                found.append(Back(payment, amount_cents))
            back_cents -= max(0, amount_cents)
        return found


async def of(db: Database, order_id: UUID) -> Dossier:
    """The dossier of an order, or NotFound."""
    async with db.transaction("repeatable_read") as c:
        order = await orders.view(c, order_id)
        client = await SQL.client.one(c, Client, order_id=order_id)
        assert client is not None, "an order has its customer"
        return Dossier(
            order=order,
            client=client,
            lines=await orders.SQL.lines.all(c, OrderLine, order_id=order_id),
            seats=await SQL.seats.all(c, Seat, order_id=order_id),
            passes=await SQL.passes.all(c, HeldPass, order_id=order_id),
            payments=await payments.SQL.of_order.all(c, Payment, order_id=order_id),
            refunds=await refunds.SQL.of_order.all(c, Refund, order_id=order_id),
            mails=await mails.of_order(c, order_id),
            notes=await notes.of_order(c, order_id),
            invoices=await invoices.listed(c, order_id),
            oppositions=await oppositions.of_order(c, order_id),
        )
