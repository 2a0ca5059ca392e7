"""Tickets of nobody, to see a design with. Their codes are none: a gate calls them forged."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from ticketing.formats import Language
from ticketing.states import OrderStatus, TicketStatus
from ticketing.tickets import Issued, IssuedTicket, OrderHead, Ticket, TicketAnswer

NOBODY = UUID(int=0)
STARTS = datetime(2027, 5, 15, 18, 30, tzinfo=UTC)
CODE = (
    "PLACEUR SAMPLE: THIS CODE LETS NOBODY IN. IT IS AS LONG AS THAT OF A REAL TICKET IS: 0123456789 0123456789 0123456"
)
EN = (
    "A Midsummer Night’s Dream",
    "Municipal Theatre",
    "4 Theatre Square",
    "Stalls",
    "Category 1",
    "Full price",
    "Meal",
    "Vegetarian",
)
FR = (
    "Le Songe d’une nuit d’été",
    "Théâtre municipal",
    "4, place du Théâtre",
    "Parterre",
    "Catégorie 1",
    "Plein tarif",
    "Repas",
    "Végétarien",
)


def issued(organisation_name: str, currency: str, language: Language) -> Issued:
    """An order of one ticket, paid, in an organisation's name."""
    title, venue, address, zone, category, tariff, question, answer = FR if language is Language.FR else EN
    head = replace(_head(organisation_name, currency), customer_locale=language)
    ticket = Ticket(
        ticket_id=NOBODY, serial=1001, generation=0, status=TicketStatus.VALID, pass_id=None, pool_id=0, zone=zone,
        row_label="H", seat_label="12", category=category, tariff_name=tariff, price_cents=4500,
        holder_name="Camille Dubois", event_name=title, venue_name=venue, venue_address=address,
        time_zone="Europe/Paris", starts_at=STARTS, doors_at=STARTS - timedelta(minutes=45),
        answers=(TicketAnswer(question, answer),),
    )  # fmt: skip
    return Issued(head, (IssuedTicket(ticket, CODE),), ())


def _head(organisation_name: str, currency: str) -> OrderHead:
    return OrderHead(
        order_id=NOBODY, order_code="7KQ2M9XA", status=OrderStatus.PAID, currency=currency, placed_at=STARTS,
        organisation_id=NOBODY, box_office_name="", organisation_name=organisation_name, customer_name="",
        customer_email="", customer_locale="", total_cents=4500,
    )  # fmt: skip
