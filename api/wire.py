"""What goes over the wire, where it is not what the verbs speak already: bodies, and answers.

Verbs speak structs of their own; they are sent as they are when nothing in them is private. What stands here is what
a browser needs otherwise: hashes as text, links, secrets.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from ticketing.holds import BestWish, Part, Wish, Wishes
from ticketing.performances import Performance, PerformanceStatus

PLACES_MAX = 1000
BLOCK_CODE_MAX = 0xFFFF

PlaceNumber = Annotated[int, Meta(ge=0, lt=1 << 31)]
Allotments = Annotated[tuple[Annotated[int, Meta(ge=1, le=BLOCK_CODE_MAX)], ...], Meta(max_length=16)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Locale = Annotated[str, Meta(pattern="^(en|fr)$")]


# Performances


class PerformanceSeen(Struct, frozen=True):
    """A performance on sale, and where its hall is drawn."""

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
        plan=performance.plan_hash.hex(),
        place_list=performance.place_list_hash.hex(),
    )


# Holds


class HoldBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What to hold, all or nothing. `allotments` are for staff."""

    wants: Wishes
    allotments: Allotments = ()


class Drop(Struct, frozen=True, forbid_unknown_fields=True):
    """Places to give back."""

    performance: UUID
    places: Annotated[tuple[PlaceNumber, ...], Meta(min_length=1, max_length=PLACES_MAX)]


class ChangeBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What to add to a hold and what to give back, all or nothing."""

    add: Annotated[tuple[Wish, ...], Meta(max_length=64)] = ()
    drop: Annotated[tuple[Drop, ...], Meta(max_length=64)] = ()
    allotments: Allotments = ()


class ProposalsBody(Struct, frozen=True, forbid_unknown_fields=True):
    """For whom to look. `allotments` are for staff."""

    want: BestWish
    allotments: Allotments = ()


class Proposals(Struct, frozen=True):
    """Sets of seats that could be held now, best first; none when the party does not fit."""

    proposals: tuple[Part, ...]
