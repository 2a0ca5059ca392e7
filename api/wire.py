"""What goes over the wire, where it is not what the verbs speak already: bodies, and answers.

Verbs speak structs of their own; they are sent as they are when nothing in them is private. What stands here is what
a browser needs otherwise: hashes as text, links, secrets.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from ticketing.holds import BestWish, Label, Part, Wish, Wishes
from ticketing.passes import PassType
from ticketing.payments import Received
from ticketing.performances import Label as PublicLabel
from ticketing.performances import Performance, PerformanceStatus
from ticketing.signing_keys import PublicKey
from ticketing.states import OrderStatus

PLACES_MAX = 1000
BLOCK_CODE_MAX = 0xFFFF

PlaceNumber = Annotated[int, Meta(ge=0, lt=1 << 31)]
Allotments = Annotated[tuple[Annotated[int, Meta(ge=1, le=BLOCK_CODE_MAX)], ...], Meta(max_length=16)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Link = Annotated[str, Meta(max_length=64)]
HolderName = Annotated[str, Meta(max_length=200)]
Email = Annotated[str, Meta(min_length=3, max_length=254)]
HoldText = Annotated[str, Meta(min_length=1, max_length=64)]
Locale = Literal["en", "fr"]
Paper = Literal["a4", "a6"]
Provider = Literal["sandbox", "on_site"]


# Performances


class PerformanceSeen(Struct, frozen=True):
    """A performance on sale, and where its hall is drawn. `label`: what the house says of it, whatever is free."""

    id: UUID
    event: UUID
    event_name: str
    venue_name: str
    time_zone: str
    currency: str
    starts_at: datetime
    doors_at: datetime
    ends_at: datetime
    sale_opens_at: datetime
    sale_closes_at: datetime
    status: PerformanceStatus
    label: PublicLabel | None
    plan: str
    place_list: str


class PerformancePage(Struct, frozen=True):
    """Performances by start; `next` is where the list goes on, to be sent as `after`."""

    performances: tuple[PerformanceSeen, ...]
    next: str | None


class TariffSeen(Struct, frozen=True):
    """A tariff of a performance and its prices by category; a bounded one needs a place of its own in the hold."""

    id: UUID
    name: str
    bounded: bool
    prices: dict[str, int]


class PerformanceDetail(Struct, frozen=True):
    """A performance and what it costs."""

    performance: PerformanceSeen
    tariffs: tuple[TariffSeen, ...]


class CategoryFree(Struct, frozen=True):
    """Free places of one category."""

    category: str
    free: int


class Counts(Struct, frozen=True):
    """How many places are free, in all and by category."""

    version: str
    free: int
    categories: tuple[CategoryFree, ...]


def performance_seen(performance: Performance) -> PerformanceSeen:
    """What anybody may see of a performance."""
    return PerformanceSeen(
        id=performance.id,
        event=performance.event_id,
        event_name=performance.event_name,
        venue_name=performance.venue_name,
        time_zone=performance.time_zone,
        currency=performance.currency,
        starts_at=performance.starts_at,
        doors_at=performance.doors_at,
        ends_at=performance.ends_at,
        sale_opens_at=performance.sale_opens_at,
        sale_closes_at=performance.sale_closes_at,
        status=performance.status,
        label=performance.label,
        plan=performance.plan_hash.hex(),
        place_list=performance.place_list_hash.hex(),
    )


# Holds


class HoldBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What to hold, all or nothing. `allotments` are for staff, `link` for an event that is shown by link."""

    wants: Wishes
    allotments: Allotments = ()
    link: Link = ""


class Drop(Struct, frozen=True, forbid_unknown_fields=True):
    """Places to give back."""

    performance: UUID
    places: Annotated[tuple[PlaceNumber, ...], Meta(min_length=1, max_length=PLACES_MAX)]


class ChangeBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What to add to a hold and what to give back, all or nothing."""

    add: Annotated[tuple[Wish, ...], Meta(max_length=64)] = ()
    drop: Annotated[tuple[Drop, ...], Meta(max_length=64)] = ()
    allotments: Allotments = ()
    link: Link = ""


class ProposalsBody(Struct, frozen=True, forbid_unknown_fields=True):
    """For whom to look. `allotments` are for staff."""

    want: BestWish
    allotments: Allotments = ()
    link: Link = ""


class Proposals(Struct, frozen=True):
    """Sets of seats that could be held now, best first; none when the party does not fit."""

    proposals: tuple[Part, ...]


# Orders


class BuyerBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Who buys, and in which language to write to them."""

    email: Email
    name: Name
    locale: Locale = "en"


class SeatBody(Struct, frozen=True, forbid_unknown_fields=True):
    """One place of the hold, at one tariff; no holder: the buyer."""

    performance: UUID
    place: PlaceNumber
    tariff: UUID
    holder_name: HolderName = ""


class PassBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A pass, with the seat that the hold has at each of its performances."""

    pass_type: UUID
    seat: Label
    holder_name: Name


class OrderBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Exactly what the hold has, priced by tariff."""

    hold: HoldText
    buyer: BuyerBody
    seats: Annotated[tuple[SeatBody, ...], Meta(max_length=PLACES_MAX)] = ()
    passes: Annotated[tuple[PassBody, ...], Meta(max_length=PLACES_MAX)] = ()


class CancellationBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Which tickets to take back; none named: the whole order. Naming some is for staff."""

    tickets: Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=PLACES_MAX)] | None = None


class PaymentBody(Struct, frozen=True, forbid_unknown_fields=True):
    """How to pay: `sandbox` sends the shopper to a page, `on_site` books money taken over the counter (staff)."""

    provider: Provider


class PaymentSeen(Struct, frozen=True):
    """A payment: to be made at `redirect_url`, or made (none)."""

    provider: Provider
    amount_cents: int
    currency: str
    redirect_url: str | None
    order_status: OrderStatus


class NotificationSeen(Struct, frozen=True):
    """What became of a notification."""

    outcome: Received


# Tickets and gates


class MoveBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a ticket goes."""

    place: PlaceNumber
    allotments: Allotments = ()


class AdmissionBody(Struct, frozen=True, forbid_unknown_fields=True):
    """One scan at a gate; asked again under the same `scan`, it is answered as the first time."""

    scan: UUID
    code: Annotated[str, Meta(max_length=1000)]
    gate: Name


class PublicKeys(Struct, frozen=True):
    """The keys that an organisation's tickets are verified with, oldest first; each is 32 bytes in base64."""

    organisation: UUID
    keys: tuple[PublicKey, ...]


class PassTypes(Struct, frozen=True):
    """The passes a box office sells."""

    pass_types: tuple[PassType, ...]
