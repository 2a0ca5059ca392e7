"""The state machines, walked whole: every state with every event, the illegal ones too."""

from enum import StrEnum
from itertools import product

import pytest

from ticketing.refusals import WrongState
from ticketing.states import (
    ORDER,
    PAYMENT,
    PRINT,
    PRINTABLE_AGAIN,
    TICKET,
    OrderEvent,
    OrderStatus,
    PaymentEvent,
    PaymentStatus,
    PrintEvent,
    PrintStatus,
    TicketEvent,
    TicketStatus,
    sources,
    step,
)

# A row a state, a column an event in the order they are declared; "-" is a pair that does not happen.
ORDERS = """
           paid  expired  cancelled  given-up   withdrawn  changed  on-invoice  seated-again
pending    paid  expired  cancelled  cancelled  -          pending  paid        -
paid       paid  -        cancelled  -          cancelled  paid     -           -
expired    -     -        -          -          -          -        -           paid
cancelled  -     -        -          -          -          -        -           -
"""
TICKETS = """
           paid   cancelled  seated-again  moved     opposed  issued-again  allowed-again
reserved   valid  cancelled  -             reserved  -        -             -
valid      -      cancelled  -             valid     opposed  valid         -
cancelled  -      -          valid         -         -        -             -
opposed    -      cancelled  -             -         -        valid         valid
"""
PAYMENTS = """
            accepted   failed  flagged     returned
pending     succeeded  failed  refund_due  -
succeeded   -          -       -           refunded
failed      succeeded  -       refund_due  -
refund_due  -          -       -           refunded
refunded    -          -       -           -
"""
PRINTS = """
         sent-off  kept    taken  confirmed  doubted  refused  given-up  found    missed
queued   sending   -       -      -          -        -        failed    -        -
sending  -         queued  sent   printed    unknown  failed   -         -        -
sent     -         -       -      printed    unknown  failed   -         printed  failed
printed  -         -       -      -          -        -        -         -        -
unknown  -         -       -      printed    -        -        -         printed  failed
failed   -         -       -      -          -        -        -         -        -
"""
MACHINES = [
    (ORDER, OrderStatus, OrderEvent, ORDERS),
    (TICKET, TicketStatus, TicketEvent, TICKETS),
    (PAYMENT, PaymentStatus, PaymentEvent, PAYMENTS),
    (PRINT, PrintStatus, PrintEvent, PRINTS),
]


def expected(drawing: str, states: type[StrEnum], events: type[StrEnum]) -> dict[tuple[StrEnum, StrEnum], StrEnum]:
    """The drawing as a table; its rows and columns are the states and events as declared."""
    _, *rows = [line.split() for line in drawing.strip().splitlines()]
    assert [row[0] for row in rows] == [state.value for state in states]
    cells = {(states(row[0]), event): cell for row in rows for event, cell in zip(events, row[1:], strict=True)}
    return {pair: states(cell) for pair, cell in cells.items() if cell != "-"}


@pytest.mark.parametrize(("table", "states", "events", "drawing"), MACHINES)
def test_each_machine_is_as_drawn(table, states, events, drawing) -> None:
    assert dict(table) == expected(drawing, states, events)


@pytest.mark.parametrize(("table", "states", "events", "drawing"), MACHINES)
def test_a_pair_that_is_not_drawn_is_refused(table, states, events, drawing) -> None:
    for state, event in product(states, events):
        if (state, event) in table:
            assert step(table, "thing", state, event) is table[state, event]
            assert state in sources(table, event)
        else:
            with pytest.raises(WrongState) as refused:
                step(table, "thing", state, event)
            assert refused.value.fields == {"what": "thing", "state": state, "event": event}
            assert state not in sources(table, event)


def test_every_state_is_met() -> None:
    for table, states, events, _ in MACHINES:
        assert {state for pair in table for state in (pair[0], table[pair])} == set(states)
        assert {event for _, event in table} == set(events)


def test_only_what_surely_never_left_waits_for_its_machine_again() -> None:
    back = {(state, event) for (state, event), after in PRINT.items() if after == PrintStatus.QUEUED}
    assert back == {(PrintStatus.SENDING, PrintEvent.KEEP)}
    assert sources(PRINT, PrintEvent.SEND) == [PrintStatus.QUEUED]


def test_what_is_unknown_is_looked_for_before_it_is_printed_again() -> None:
    assert PrintStatus.UNKNOWN not in PRINTABLE_AGAIN
    ends = {PRINT[PrintStatus.UNKNOWN, event] for event in (PrintEvent.FIND, PrintEvent.MISS)}
    assert ends == {PrintStatus.PRINTED, PrintStatus.FAILED} <= PRINTABLE_AGAIN


def test_whatever_may_be_on_paper_ends_by_a_machine_or_a_person() -> None:
    """From where bytes may have left, no event but the certain ones leads anywhere that prints."""
    reached = {PrintStatus.SENDING}
    for _ in PrintStatus:
        reached |= {after for (state, event), after in PRINT.items() if state in reached and event != PrintEvent.KEEP}
    assert reached == set(PrintStatus) - {PrintStatus.QUEUED}
