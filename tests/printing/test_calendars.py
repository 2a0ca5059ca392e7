"""Calendar files: read back by the library, and line by line as RFC 5545 (3.1, 3.3.11) has them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from icalendar import Calendar

from printing.calendars import ics
from tests.printing.samples import HEAD, STARTS, ticket
from ticketing.states import TicketStatus
from ticketing.tickets import OrderSheet

NOW = datetime(2026, 4, 1, 9, 30, 15, tzinfo=UTC)
LINK = "https://tickets.example.org/tickets/abc"


def file(*tickets: object) -> bytes:
    return ics(OrderSheet(HEAD, tickets, ()), "fr", LINK, "tickets.example.org", NOW)


def test_one_event_a_performance_in_utc() -> None:
    first, second = UUID(int=1), UUID(int=2)
    later = STARTS + timedelta(days=1)
    made = file(
        ticket(1, performance_id=first, ends_at=STARTS + timedelta(hours=2)),
        ticket(2, performance_id=first, seat_label="13"),
        ticket(3, performance_id=second, pool_id=43, starts_at=later, doors_at=later),
        ticket(4, status=TicketStatus.CANCELLED),
    )
    events = Calendar.from_ical(made).walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [STARTS, later]
    assert b"DTSTART:20260516T183000Z\r\n" in made and b"DTEND:20260516T203000Z\r\n" in made
    assert len({str(event["uid"]) for event in events}) == 2
    said = str(events[0]["description"])
    assert "Portes 19:45" in said and "H · 12" in said and "H · 13" in said and LINK in said
    assert str(events[0]["location"]).startswith("Théâtre du Passage, Passage Maximilien")


def test_the_same_performance_keeps_its_uid() -> None:
    assert (
        Calendar.from_ical(file(ticket())).walk("VEVENT")[0]["uid"]
        == (Calendar.from_ical(file(ticket(), ticket(2))).walk("VEVENT")[0]["uid"])
    )


def test_names_begin_no_line_of_their_own_and_long_lines_are_folded() -> None:
    name = "Le; grand, \\ bal\r\nEND:VCALENDAR\r\nX-EVIL:1 " + "é" * 200
    made = file(ticket(event_name=name, venue_name=name, zone=name))
    assert made.count(b"END:VCALENDAR\r\n") == 1 and not any(line.startswith(b"X-EVIL") for line in made.split(b"\r\n"))
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    (event,) = Calendar.from_ical(made).walk("VEVENT")
    assert str(event["summary"]).startswith("Le; grand, \\ bal END:VCALENDAR X-EVIL:1 éééé")
