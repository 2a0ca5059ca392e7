"""The state machines of what is sold: one table each, from (state, event) to the next state.

A pair that is not in its table does not happen: `step` refuses it, in the words of whoever asked. The verbs that write
a status take it from here, and the SQL that writes it selects the rows by the states the event may start from.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from ticketing.refusals import WrongState


class OrderStatus(StrEnum):
    PENDING = "pending"
    """Its places are claimed, its money is awaited until `expires_at`."""
    PAID = "paid"
    """Its tickets are good: nothing was left to collect, or its box office trusts its buyer. A move to a dearer seat
    may leave something again."""
    EXPIRED = "expired"
    """The money did not come in time: the places went back on sale."""
    CANCELLED = "cancelled"


class OrderEvent(StrEnum):
    PAY = "paid"
    EXPIRE = "expired"
    CANCEL = "cancelled"
    GIVE_UP = "given up"
    """By its buyer, who does not want to pay any more."""
    WITHDRAW = "cancelled by its buyer"
    """After it was paid, where the box office lets them."""
    CHANGE = "changed"
    """Some of its tickets are cancelled, or one is moved."""
    TRUST = "issued on invoice"
    """Its tickets are good before its money came: the box office waits for that."""
    RESEAT = "seated again"
    """The money came after the expiry, and its places were still free."""


class TicketStatus(StrEnum):
    RESERVED = "reserved"
    """Of an order that awaits its money: no gate lets it in."""
    VALID = "valid"
    CANCELLED = "cancelled"
    OPPOSED = "opposed"
    """Made invalid while its place stays owned; the proof is kept."""


class TicketEvent(StrEnum):
    PAY = "paid"
    CANCEL = "cancelled"
    RESEAT = "seated again"
    MOVE = "moved"
    OPPOSE = "opposed"
    REISSUE = "issued again"
    ALLOW = "allowed again"
    """Its opposition ends, and the code it had is good again."""


class PaymentStatus(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUND_DUE = "refund_due"
    """The money came and cannot be kept: all of it goes back."""
    REFUNDED = "refunded"
    """All of it went back."""


class RefundStatus(StrEnum):
    DUE = "due"
    """Flagged: it will go back, whatever happens to the order."""
    SENT = "sent"


class PaymentEvent(StrEnum):
    ACCEPT = "accepted"
    FAIL = "failed"
    FLAG = "flagged for refund"
    RETURN = "returned"


ORDER: Mapping[tuple[OrderStatus, OrderEvent], OrderStatus] = {
    (OrderStatus.PENDING, OrderEvent.PAY): OrderStatus.PAID,
    (OrderStatus.PENDING, OrderEvent.TRUST): OrderStatus.PAID,
    (OrderStatus.PENDING, OrderEvent.EXPIRE): OrderStatus.EXPIRED,
    (OrderStatus.PENDING, OrderEvent.CANCEL): OrderStatus.CANCELLED,
    (OrderStatus.PENDING, OrderEvent.GIVE_UP): OrderStatus.CANCELLED,
    (OrderStatus.PENDING, OrderEvent.CHANGE): OrderStatus.PENDING,
    (OrderStatus.PAID, OrderEvent.PAY): OrderStatus.PAID,
    (OrderStatus.PAID, OrderEvent.CANCEL): OrderStatus.CANCELLED,
    (OrderStatus.PAID, OrderEvent.WITHDRAW): OrderStatus.CANCELLED,
    (OrderStatus.PAID, OrderEvent.CHANGE): OrderStatus.PAID,
    (OrderStatus.EXPIRED, OrderEvent.RESEAT): OrderStatus.PAID,
}

TICKET: Mapping[tuple[TicketStatus, TicketEvent], TicketStatus] = {
    (TicketStatus.RESERVED, TicketEvent.PAY): TicketStatus.VALID,
    (TicketStatus.RESERVED, TicketEvent.CANCEL): TicketStatus.CANCELLED,
    (TicketStatus.RESERVED, TicketEvent.MOVE): TicketStatus.RESERVED,
    (TicketStatus.VALID, TicketEvent.CANCEL): TicketStatus.CANCELLED,
    (TicketStatus.VALID, TicketEvent.MOVE): TicketStatus.VALID,
    (TicketStatus.VALID, TicketEvent.OPPOSE): TicketStatus.OPPOSED,
    (TicketStatus.VALID, TicketEvent.REISSUE): TicketStatus.VALID,
    (TicketStatus.OPPOSED, TicketEvent.CANCEL): TicketStatus.CANCELLED,
    (TicketStatus.OPPOSED, TicketEvent.REISSUE): TicketStatus.VALID,
    (TicketStatus.OPPOSED, TicketEvent.ALLOW): TicketStatus.VALID,
    (TicketStatus.CANCELLED, TicketEvent.RESEAT): TicketStatus.VALID,
}
"""Of tickets and passes alike. Cancelled is final but for a ticket whose order merely expired."""

PAYMENT: Mapping[tuple[PaymentStatus, PaymentEvent], PaymentStatus] = {
    (PaymentStatus.PENDING, PaymentEvent.ACCEPT): PaymentStatus.SUCCEEDED,
    (PaymentStatus.PENDING, PaymentEvent.FAIL): PaymentStatus.FAILED,
    (PaymentStatus.PENDING, PaymentEvent.FLAG): PaymentStatus.REFUND_DUE,
    (PaymentStatus.FAILED, PaymentEvent.ACCEPT): PaymentStatus.SUCCEEDED,
    (PaymentStatus.FAILED, PaymentEvent.FLAG): PaymentStatus.REFUND_DUE,
    (PaymentStatus.SUCCEEDED, PaymentEvent.RETURN): PaymentStatus.REFUNDED,
    (PaymentStatus.REFUND_DUE, PaymentEvent.RETURN): PaymentStatus.REFUNDED,
}
"""A failure may be followed by the success of a second try, and notices come in any order: money that came stays."""

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


def step(table: Mapping[tuple[State, Event], State], what: str, state: State, event: Event) -> State:
    """The state after `event`; WrongState when the table has none. `what` names the thing in the message."""
    after = table.get((state, event))
    if after is None:
        raise WrongState(what=what, state=state, event=event)
    return after


def sources(table: Mapping[tuple[State, Event], State], event: Event) -> list[State]:
    """The states `event` may start from."""
    return [state for state, of in table if of == event]
