"""The state machines of what is sold and printed: one table each, from (state, event) to the next state.

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


class PrintStatus(StrEnum):
    QUEUED = "queued"
    """Waits for its machine: no byte of it has left."""
    SENDING = "sending"
    """Recorded before its first byte leaves. Whoever finds it so after a crash cannot know: it is in doubt."""
    SENT = "sent"
    """The machine took it and tells no more, or not yet."""
    PRINTED = "printed"
    """The machine says so, or a person saw it."""
    UNKNOWN = "unknown"
    """It may have come out: a person looks, and says."""
    FAILED = "failed"
    """It did not come out, and is not sent again. Printing it after all is a new job, which names this one."""


class PrintEvent(StrEnum):
    SEND = "sent off"
    KEEP = "kept"
    """Surely no byte of it left: the machine was away or not ready."""
    TAKE = "taken"
    CONFIRM = "confirmed"
    """By the machine, at once or when it is asked later."""
    DOUBT = "doubted"
    """The line dropped, the sender ended, or the machine forgot what it had taken."""
    REFUSE = "refused"
    """The machine will not print it, and has not."""
    GIVE_UP = "given up"
    """By a person, or because it waited too long."""
    FIND = "found"
    """A person has it in hand."""
    MISS = "missed"
    """A person looked, and it did not come out."""


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

PRINT: Mapping[tuple[PrintStatus, PrintEvent], PrintStatus] = {
    (PrintStatus.QUEUED, PrintEvent.SEND): PrintStatus.SENDING,
    (PrintStatus.QUEUED, PrintEvent.GIVE_UP): PrintStatus.FAILED,
    (PrintStatus.SENDING, PrintEvent.KEEP): PrintStatus.QUEUED,
    (PrintStatus.SENDING, PrintEvent.TAKE): PrintStatus.SENT,
    (PrintStatus.SENDING, PrintEvent.CONFIRM): PrintStatus.PRINTED,
    (PrintStatus.SENDING, PrintEvent.DOUBT): PrintStatus.UNKNOWN,
    (PrintStatus.SENDING, PrintEvent.REFUSE): PrintStatus.FAILED,
    (PrintStatus.SENT, PrintEvent.CONFIRM): PrintStatus.PRINTED,
    (PrintStatus.SENT, PrintEvent.DOUBT): PrintStatus.UNKNOWN,
    (PrintStatus.SENT, PrintEvent.REFUSE): PrintStatus.FAILED,
    (PrintStatus.SENT, PrintEvent.FIND): PrintStatus.PRINTED,
    (PrintStatus.SENT, PrintEvent.MISS): PrintStatus.FAILED,
    (PrintStatus.UNKNOWN, PrintEvent.CONFIRM): PrintStatus.PRINTED,
    (PrintStatus.UNKNOWN, PrintEvent.FIND): PrintStatus.PRINTED,
    (PrintStatus.UNKNOWN, PrintEvent.MISS): PrintStatus.FAILED,
}
"""Nothing is printed twice unseen: a job goes back to the queue by `KEEP` alone, which is for bytes that never left."""

PRINTABLE_AGAIN = frozenset({PrintStatus.SENT, PrintStatus.PRINTED, PrintStatus.FAILED})
"""What a person may have printed again, by a new job that names the old. What is unknown has to be looked for first."""

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
