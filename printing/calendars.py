"""An order's performances as a calendar file (iCalendar, RFC 5545): one event a performance, in UTC, with its venue and
doors. The library folds and escapes; what people typed is cleaned before.

The same performance of the same order has the same UID in every file, so that a calendar which has it already takes
the newer one in its place.
"""

from datetime import datetime
from itertools import groupby

from icalendar import Calendar, Event

from printing.words import WORDS
from ticketing import formats
from ticketing.legible import clean
from ticketing.states import TicketStatus
from ticketing.tickets import OrderSheet, Ticket

PRODUCT = "-//Placeur//Tickets//EN"


def ics(sheet: OrderSheet, tag: str, link: str, host: str, now: datetime) -> bytes:
    """The performances of an order's valid tickets, those of its passes among them. `link` is where the tickets are,
    absolute; `host` makes UIDs the site's own."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    valid = [ticket for ticket in sheet.tickets if ticket.status is TicketStatus.VALID]
    for _, alike in groupby(valid, key=lambda ticket: (ticket.starts_at, ticket.performance_id)):
        calendar.add_component(_event(sheet, [*alike], tag, link, host, now))
    made: bytes = calendar.to_ical()
    return made


def _event(sheet: OrderSheet, tickets: list[Ticket], tag: str, link: str, host: str, now: datetime) -> Event:
    words, first = WORDS[formats.language(tag)], tickets[0]
    doors = words.doors.format(hour=formats.hour(first.doors_at, first.time_zone, tag))
    seats = "\n".join(" · ".join(filter(None, _place(ticket))) for ticket in tickets)
    event = Event()
    event.add("uid", f"{sheet.head.order_id}.{first.pool_id}@{host}")
    event.add("dtstamp", now.replace(microsecond=0))
    event.add("dtstart", first.starts_at)
    if first.ends_at is not None and first.ends_at > first.starts_at:
        event.add("dtend", first.ends_at)
    event.add("summary", clean(first.title(tag)))
    event.add("location", ", ".join(filter(None, (clean(first.venue_name), clean(first.venue_address)))))
    event.add("description", "\n".join((doors, seats, f"{words.order} {sheet.head.order_code}", link)))
    event.add("url", link)
    return event


def _place(ticket: Ticket) -> tuple[str, ...]:
    """Where a ticket's holder sits."""
    return clean(ticket.zone), clean(ticket.row_label), clean(ticket.seat_label), clean(ticket.holder_name)
