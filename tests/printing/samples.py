"""Orders to print: signed with a key of the tests' own, read back with its public half."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from ticketing.signing_keys import Signer
from ticketing.states import OrderStatus, TicketStatus
from ticketing.tickets import HolderPass, Issued, OrderHead, OrderSheet, Ticket, issue

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STARTS = datetime(2026, 5, 16, 18, 30, tzinfo=UTC)
PASS_ID = UUID(int=9)

HEAD = OrderHead(
    order_id=UUID(int=1),
    order_code="7KQ2M9XA",
    status=OrderStatus.PAID,
    currency="CHF",
    placed_at=STARTS - timedelta(days=30),
    organisation_id=UUID(int=2),
    box_office_name="Saison 2026",
    organisation_name="Théâtre du Passage",
    customer_name="Camille Dubois",
    customer_email="camille@example.org",
    customer_locale="fr",
    total_cents=9000,
)

TICKET = Ticket(
    ticket_id=UUID(int=3),
    serial=1001,
    generation=0,
    status=TicketStatus.VALID,
    pass_id=None,
    pool_id=42,
    zone="Parterre",
    row_label="H",
    seat_label="12",
    category="Catégorie 1",
    tariff_name="Plein tarif",
    price_cents=4500,
    holder_name="Camille Dubois",
    event_name="Le Songe d’une nuit d’été",
    venue_name="Théâtre du Passage",
    venue_address="Passage Maximilien-de-Meuron 4, 2000 Neuchâtel",
    time_zone="Europe/Zurich",
    starts_at=STARTS,
    doors_at=STARTS - timedelta(minutes=45),
)

PASS = HolderPass(
    pass_id=PASS_ID,
    serial=77,
    generation=0,
    status=TicketStatus.VALID,
    holder_name="Camille Dubois",
    name="Abonnement Grande saison",
    short_name="GRANDE SAISON",
    price_cents=32000,
)


def ticket(serial: int = 1001, **changed: object) -> Ticket:
    return replace(TICKET, serial=serial, **changed)


def seats(count: int, one_seat: bool = True) -> list[Ticket]:
    """The tickets of a pass, nine days apart."""
    return [
        ticket(
            n,
            pass_id=PASS_ID,
            starts_at=STARTS + timedelta(days=9 * n),
            event_name=f"Pièce {n + 1}",
            seat_label="12" if one_seat else str(n + 1),
        )
        for n in range(count)
    ]


def issued(*tickets: Ticket, passes: tuple[HolderPass, ...] = ()) -> Issued:
    return issue(OrderSheet(HEAD, tickets, passes), Signer(7, KEY))
