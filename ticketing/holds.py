"""Holds: what a shopper wishes, told to the inventory in places; and what it took, told back in seats and prices.

A hold is opened by its id alone, which only its shopper knows. It may reach over several performances, take standing
room, and take the places of bounded tariffs beside the seats, all or nothing. Nothing here asks Postgres while the
offers are fresh, and nothing is written there: a hold that is never ordered leaves no trace.
"""

import secrets
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import product
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from engine.core.best import PartyWant, Proposal
from engine.core.packed import RESTRICTED_VIEW
from engine.failpoints import reach
from engine.holds import (
    DIGEST_BYTES,
    HOLD_BYTES,
    PLACES_PER_HOLD_MAX,
    Any,
    Best,
    HoldAnswer,
    HoldRequest,
    Owner,
    Seats,
    Want,
)
from engine.inventory import Inventory
from engine.outcomes import Outcome
from engine.reasons import explain
from engine.seat_index import SeatLabel
from ticketing.allotments import ACCESSIBLE
from ticketing.box_offices import BoxOffice
from ticketing.channels import Channel
from ticketing.offers import Offer, Offers, Price
from ticketing.performances import ensure_on_sale, ensure_shown
from ticketing.queue_numbers import Admission, ensure_admitted, queue_path
from ticketing.refusals import (
    HoldBusy,
    HoldExpired,
    HoldLost,
    InputRefused,
    NoFit,
    NotFound,
    NotReady,
    Refusal,
    RequestReused,
    SaleClosed,
    SeatsBlocked,
    SeatsTaken,
    SoldOut,
    TableSoldWhole,
    TooManyPlaces,
)
from ticketing.settings import Settings

SEATS_MAX = 1000
"""Seats one wish may name before it is not even counted."""
WISHES_MAX = 64
LABEL_CHARS_MAX = 200
PROPOSALS = 3

Label = Annotated[str, Meta(min_length=1, max_length=LABEL_CHARS_MAX)]
Count = Annotated[int, Meta(ge=1, le=SEATS_MAX)]
Cents = Annotated[int, Meta(ge=0, le=1_000_000_000)]

REFUSALS: Mapping[Outcome, type[Refusal]] = {
    Outcome.NOT_READY: NotReady,
    Outcome.REUSED: RequestReused,
    Outcome.EXPIRED: HoldExpired,
    Outcome.LOST: HoldLost,
    Outcome.BUSY: HoldBusy,
    Outcome.BLOCKED: SeatsBlocked,
    Outcome.TAKEN: SeatsTaken,
    Outcome.NO_FIT: NoFit,
    Outcome.SOLD_OUT: SoldOut,
}


class SeatsWish(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="seats"):
    """These seats of a performance, by their ids in its plan. `wheelchairs`: they are for wheelchair users and their
    companions, for whom some may be kept."""

    performance: UUID
    seats: Annotated[tuple[Label, ...], Meta(min_length=1, max_length=SEATS_MAX)]
    wheelchairs: bool = False


class BestWish(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="best"):
    """The best free seats for a party: side by side if they may be, near the focal point.

    `party` counts everybody. Wheelchair bays, and companions' seats beside them, are given to who asks; and, where the
    organiser has opened them to everybody and nothing else is left for a party, as `last_resort`, with a reason.
    Categories by name and zones by id; none given: any. `price_cents_max` is for one seat, at its cheapest tariff; or,
    of the `tariffs` that the party will be ordered at, at the dearest that is sold there.
    """

    performance: UUID
    party: Annotated[int, Meta(ge=1, le=20)]
    wheelchairs: Annotated[int, Meta(ge=0, le=20)] = 0
    companions: Annotated[int, Meta(ge=0, le=20)] = 0
    categories: Annotated[tuple[Label, ...], Meta(max_length=64)] = ()
    zones: Annotated[tuple[Label, ...], Meta(max_length=2000)] = ()
    price_cents_max: Cents | None = None
    tariffs: Annotated[tuple[UUID, ...], Meta(max_length=100)] = ()
    together: bool = True
    clear_view: bool = False
    last_resort: bool = True


class AreaWish(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="area"):
    """So many places of an area without numbered seats, by its id in the plan."""

    performance: UUID
    area: Label
    count: Count


class TariffWish(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="tariff"):
    """So many places of a bounded tariff, beside the seats that will be ordered at it."""

    performance: UUID
    tariff: UUID
    count: Count


class PassWish(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="pass"):
    """One seat at every performance of a pass, and one of the pass's quantity if that is bounded."""

    pass_type: UUID
    seat: Label


PerformanceWish = SeatsWish | BestWish | AreaWish | TariffWish
Wish = PerformanceWish | PassWish
Wishes = Annotated[tuple[Wish, ...], Meta(min_length=1, max_length=WISHES_MAX)]


class Ask(Struct, frozen=True, kw_only=True):
    """Who asks, and how: `key` names the request, so that repeating it does it once."""

    box_office: BoxOffice
    now: datetime
    key: str | None = None
    address: str | None = None
    """Whose unpaid places are counted; None for staff, who are not."""
    allotments: tuple[int, ...] = ()
    """Codes of the allotments that this caller may take from, at each performance that is wished for."""
    channel: Channel = Channel.SHOP
    link: str = ""
    """The secret link of an event that is not shown to everybody; staff need none."""
    session: str | None = None
    """The browser whose unpaid places are counted, named by something that is no secret."""
    admissions: tuple[Admission, ...] = ()
    """To events whose waiting room is on; staff need none."""
    beyond: int = 0
    """How many places of passes the hold has already beyond one each."""


class Place(Struct, frozen=True):
    """One place. An area's has its area's name for a zone, and neither row nor seat."""

    place: int
    seat: str | None
    zone: str
    row: str
    label: str
    category: str
    price_group: str
    """Under which its prices are told: its category, or its zone and category where the zone has its own prices."""


class Part(Struct, frozen=True):
    """What is held, or proposed, of one performance."""

    performance: UUID
    places: tuple[Place, ...]
    prices: dict[str, tuple[Price, ...]]
    """By price group of these places."""
    reasons: tuple[str, ...] = ()
    because: str = ""
    """The reasons as a person reads them."""


class TariffPart(Struct, frozen=True):
    """Places held of a bounded tariff. No performance: it is bounded over the whole event."""

    tariff: UUID
    performance: UUID | None
    count: int


class Gone(Struct, frozen=True):
    """Places held that the performance's plan does not draw any more: they cannot be ordered, only dropped."""

    performance: UUID
    places: tuple[int, ...]


class Held(Struct, frozen=True):
    """A hold as it stands."""

    hold: str
    currency: str
    held_since: datetime
    expires_at: datetime
    expires_in_s: float
    parts: tuple[Part, ...]
    tariffs: tuple[TariffPart, ...]
    gone: tuple[Gone, ...] = ()


async def take(offers: Offers, inventory: Inventory, settings: Settings, ask: Ask, wishes: tuple[Wish, ...]) -> Held:
    """Hold places, all or nothing.

    Raises the refusal of each outcome (SeatsTaken, SoldOut, NoFit, SeatsBlocked, TooManyPlaces, RequestReused,
    NotReady), SaleNotOpen, SaleClosed, UnknownSeat, and NotFound for a performance of another box office; where a
    waiting room is on, WaitingRoomFirst, AdmissionLapsed.
    """
    wanted = await _wanted(offers, settings, ask, wishes)
    owners = _owners(settings, ask, wanted.beyond) + wanted.turns({})
    request = HoldRequest(
        box_office=ask.box_office.id.hex,
        request_id=_request_id(ask.key),
        digest=_digest(ask, wishes),
        wants=wanted.wants(),
        hold_ms=settings.hold_s * 1000,
        allow=_allowed(ask, wishes),
        owners=owners,
    )
    answer = await inventory.hold(request)
    reach("F1")
    return await _held(offers, ask.box_office, ask.channel, _granted(answer, owners), wanted.met)


async def change(
    offers: Offers,
    inventory: Inventory,
    settings: Settings,
    ask: Ask,
    hold: str,
    add: tuple[Wish, ...],
    drop: Mapping[UUID, Sequence[int]],
    ended: Sequence[UUID] = (),
) -> Held:
    """Add wishes to a hold and drop places from it (by performance), all or nothing; its clock goes on.

    A place that it does not have is dropped already; with a place of a table that is sold whole go its others.
    `ended`: the types of the passes whose places are dropped, one for each: their number grows again.
    Raises as `take` does, and HoldExpired, HoldLost, HoldBusy.
    """
    wanted = await _wanted(offers, settings, ask, add)
    left = [(await _offer(offers, ask, performance), places) for performance, places in drop.items()]
    dropped = {offer.performance.pool_id: _whole(offer, places) for offer, places in left}
    bound = Counter([pool for kind in ended if (pool := (await offers.pass_type(kind)).pool_id) is not None])
    if bound:
        numbers = (await inventory.read(ask.box_office.id.hex, hold_bytes(hold))).places
        dropped |= {pool: tuple(numbers.get(pool, ())[:count]) for pool, count in bound.items()}
    owners = _owners(settings, ask, wanted.beyond)
    if wanted.admitted:
        before = await inventory.read(ask.box_office.id.hex, hold_bytes(hold))
        owners += wanted.turns(await _elsewhere(offers, before.places, wanted.admitted))
    answer = await inventory.change(
        ask.box_office.id.hex,
        hold_bytes(hold),
        _request_id(ask.key),
        wanted.wants(),
        dropped,
        _allowed(ask, add),
        owners,
    )
    return await _held(offers, ask.box_office, ask.channel, _granted(answer, owners), wanted.met)


async def read(
    offers: Offers,
    inventory: Inventory,
    settings: Settings,
    box_office: BoxOffice,
    hold: str,
    channel: Channel = Channel.SHOP,
) -> Held:
    """How a hold stands. Raises HoldExpired, HoldLost."""
    answer = await inventory.read(box_office.id.hex, hold_bytes(hold))
    return await _held(offers, box_office, channel, _granted(answer, ()), {})


async def renew(
    offers: Offers,
    inventory: Inventory,
    settings: Settings,
    box_office: BoxOffice,
    hold: str,
    channel: Channel = Channel.SHOP,
) -> Held:
    """Start a hold's clock again, within the longest that any may last. Raises HoldExpired, HoldLost, HoldBusy."""
    times = (settings.hold_s * 1000, settings.held_s_max * 1000)
    answer = await inventory.renew(box_office.id.hex, hold_bytes(hold), *times)
    return await _held(offers, box_office, channel, _granted(answer, ()), {})


async def release(inventory: Inventory, box_office: BoxOffice, hold: str) -> None:
    """Give the places back. Raises HoldExpired (it was over), HoldBusy."""
    outcome = await inventory.release(box_office.id.hex, hold_bytes(hold))
    if not outcome.granted:
        raise REFUSALS[outcome]()


async def proposals(offers: Offers, inventory: Inventory, ask: Ask, wish: BestWish) -> tuple[Part, ...]:
    """Up to three sets of seats that `take` would choose from now, best first; nothing is held."""
    offer = await _on_sale(offers, ask, wish.performance)
    _admitted(offer, ask)
    found = await inventory.proposals(offer.performance.pool_id, party_of(offer, ask, wish), PROPOSALS)
    return tuple(part_of(offer, ask.channel, proposal.places, (proposal,)) for proposal in found)


async def cheapest(offers: Offers, inventory: Inventory, ask: Ask, wish: BestWish) -> tuple[Part, ...]:
    """Up to three sets of seats at the lowest price at which the party finds room, what costs it least first.

    The search (`proposals`) begins among the places of the lowest price and takes in the next dearer ones until there
    are some: so the party sits together if it may at that price, apart rather than dearer. The last resort comes after
    the dearest. Nothing is held.
    """
    offer = await _on_sale(offers, ask, wish.performance)
    most = wish.price_cents_max
    steps = [cents for cents in offer.price_steps(ask.channel, wish.tariffs) if most is None or cents <= most]
    resorts = (False, True) if wish.last_resort and offer.bays_open else (False,)
    for last_resort, cents in product(resorts, steps):
        with suppress(NoFit):
            asked = replace(wish, price_cents_max=cents, last_resort=last_resort)
            found = await proposals(offers, inventory, ask, asked)
            if found:
                return tuple(sorted(found, key=lambda part: _least_cents(part, wish.tariffs)))
    return ()


def _least_cents(part: Part, tariffs: Collection[UUID]) -> int:
    """What a proposal costs at the cheapest of the tariffs, or of all, for each of its places."""
    return sum(
        min(price.price_cents for price in part.prices[place.price_group] if not tariffs or price.tariff in tariffs)
        for place in part.places
    )


def hold_bytes(hold: str) -> bytes:
    """A hold's id as the inventory knows it. HoldExpired for what is none: no such hold is running."""
    try:
        found = bytes.fromhex(hold)
    except ValueError:
        found = b""
    if len(found) != HOLD_BYTES:
        raise HoldExpired()
    return found


# From wishes to places


class _Wanted:
    """Wishes as the inventory takes them, gathered one by one: the seats of one pool together, each of them once."""

    def __init__(self, offers: Offers, ask: Ask) -> None:
        self._offers, self._ask = offers, ask
        self._seats: dict[int, list[int]] = defaultdict(list)
        self._others: list[Want] = []
        self._bound: Counter[int] = Counter()
        self.beyond = 0
        """Places of passes beyond one each: who buys a pass is counted as who buys one place."""
        self.met: dict[int, Offer] = {}
        """The offers met on the way, by pool."""
        self.admitted: dict[UUID, Admission] = {}
        """By what one was let in to the events whose waiting room is on."""

    async def add(self, wish: Wish) -> None:
        if isinstance(wish, PassWish):
            return await self._add_pass(wish)
        offer = await self._offer(wish.performance)
        if isinstance(wish, SeatsWish):
            places = offer.hall.places(wish.seats)
            if self._ask.address is not None:
                _ensure_whole(offer, places)
            self._seats[offer.performance.pool_id] += places
        elif isinstance(wish, BestWish):
            self._others.append(Best(offer.performance.pool_id, party_of(offer, self._ask, wish)))
        else:
            self._others += _countable(offer, wish)

    def wants(self) -> tuple[Want, ...]:
        """All of them. InputRefused for a seat that was wished for twice, TooManyPlaces past the engine's own bound."""
        count = sum(map(len, self._seats.values())) + sum(map(_count, self._others)) + self._bound.total()
        if count > PLACES_PER_HOLD_MAX:
            raise TooManyPlaces(places_max=PLACES_PER_HOLD_MAX)
        for pool, places in self._seats.items():
            _ensure_distinct(self.met[pool], places)
        seats = (Seats(pool, tuple(places)) for pool, places in self._seats.items())
        return (*seats, *self._others, *(Any(pool, count) for pool, count in self._bound.items()))

    def turns(self, elsewhere: Mapping[UUID, int]) -> tuple[Owner, ...]:
        """Under which turns these places are counted: of an event, no more than one came for. `elsewhere`: how many
        places that are not the event's the hold has already, by event."""
        owners = []
        for event, admission in self.admitted.items():
            theirs = {pool for pool, offer in self.met.items() if offer.performance.event_id == event}
            others = sum(_count(want) for want in self.wants() if want.pool not in theirs)
            owners.append(Owner(admission.owner, admission.party + others + elsewhere.get(event, 0)))
        return tuple(owners)

    async def _add_pass(self, wish: PassWish) -> None:
        pass_type = await self._offers.pass_type(wish.pass_type)
        if pass_type.box_office_id != self._ask.box_office.id:
            raise NotFound(what="pass type")
        if pass_type.withdrawn_at is not None:
            raise SaleClosed()
        for performance in pass_type.performances:
            offer = await self._offer(performance)
            self._seats[offer.performance.pool_id] += offer.hall.places((wish.seat,))
        if pass_type.pool_id is not None:
            self._bound[pass_type.pool_id] += 1
        self.beyond += pass_type.place_count - 1

    async def _offer(self, performance: UUID) -> Offer:
        offer = await _on_sale(self._offers, self._ask, performance)
        admission = _admitted(offer, self._ask)
        if admission is not None:
            self.admitted[admission.event_id] = admission
        self.met[offer.performance.pool_id] = offer
        return offer


async def _wanted(offers: Offers, settings: Settings, ask: Ask, wishes: Sequence[Wish]) -> _Wanted:
    _ensure_few(wishes, settings)
    wanted = _Wanted(offers, ask)
    for wish in wishes:
        await wanted.add(wish)
    return wanted


async def _offer(offers: Offers, ask: Ask, performance: UUID) -> Offer:
    offer = await offers.of(performance)
    if offer.performance.box_office_id != ask.box_office.id:
        raise NotFound(what="performance")
    return offer


async def _on_sale(offers: Offers, ask: Ask, performance: UUID) -> Offer:
    offer = await _offer(offers, ask, performance)
    if ask.address is not None:
        ensure_shown(offer.performance, ask.link)
    ensure_on_sale(offer.performance, ask.now, ask.channel)
    if ask.allotments:
        await offers.ensure_sellable(performance, ask.allotments)
    return offer


def _admitted(offer: Offer, ask: Ask) -> Admission | None:
    """By what the caller was let in where a waiting room is on; None where none is, and for staff.

    Raises WaitingRoomFirst, AdmissionLapsed.
    """
    if not offer.guarded or ask.address is None:
        return None
    performance = offer.performance
    queue = queue_path(performance.box_office_key, performance.event_id)
    return ensure_admitted(ask.admissions, performance.event_id, queue, ask.now)


async def _elsewhere(
    offers: Offers, places: Mapping[int, Sequence[int]], admitted: Iterable[UUID]
) -> Mapping[UUID, int]:
    """For each of these events, how many places of a hold are not of its performances."""
    count = sum(map(len, places.values()))
    by_event: Counter[UUID] = Counter()
    for use in await offers.uses(list(places)):
        if use.tariff_id is None and use.performance_id is not None:
            by_event[(await offers.of(use.performance_id)).performance.event_id] += len(places[use.pool_id])
    return {event: count - by_event[event] for event in admitted}


def party_of(offer: Offer, ask: Ask, wish: BestWish) -> PartyWant:
    """What a wish is to the search over an offer's house. InputRefused, NotFound for what is not there, NoFit."""
    if (wish.companions and not wish.wheelchairs) or wish.wheelchairs + wish.companions > wish.party:
        raise InputRefused(problem="The party is smaller than its parts.", where="party")
    categories = _indexes(wish.categories, offer.hall.categories, "category") or None
    zones = _indexes(wish.zones, offer.hall.zones, "zone") or None
    if wish.price_cents_max is not None or wish.tariffs:
        affordable, where = offer.affordable(wish.price_cents_max, ask.channel, wish.tariffs)
        categories = affordable if categories is None else categories & affordable
        zones = where if zones is None else zones if where is None else zones & where
        if not categories or zones == frozenset():
            raise NoFit()
    bays_open = offer.bays_open and wish.last_resort and not wish.wheelchairs
    if bays_open and not wish.tariffs and (apart := offer.apart(ask.channel)):
        categories = (frozenset(range(len(offer.hall.categories))) if categories is None else categories) - apart
    return PartyWant(
        wish.party,
        wheelchairs=wish.wheelchairs,
        companions=wish.companions,
        categories=categories,
        zones=zones,
        allow=_allowed(ask, (wish,)),
        together=wish.together,
        exclude_attributes=RESTRICTED_VIEW if wish.clear_view else 0,
        bays_open=bays_open,
    )


def _allowed(ask: Ask, wishes: Iterable[Wish]) -> tuple[int, ...]:
    """The codes that may be taken beside open sale: those of the caller's allotments, and for who asks for wheelchair
    places the one that keeps them."""
    asked = any(isinstance(wish, SeatsWish | BestWish) and wish.wheelchairs for wish in wishes)
    return tuple(dict.fromkeys((*ask.allotments, ACCESSIBLE))) if asked else ask.allotments


def _indexes(names: Iterable[str], known: Sequence[str], what: str) -> frozenset[int]:
    try:
        return frozenset(known.index(name) for name in names)
    except ValueError:
        raise NotFound(what=what) from None


def _countable(offer: Offer, wish: AreaWish | TariffWish) -> list[Want]:
    """What is wished by number only: an area's places, or a place in each quota that bounds a tariff."""
    if isinstance(wish, AreaWish):
        ranges = offer.hall.areas.get(wish.area)
        if ranges is None:
            raise NotFound(what="area")
        return [Any(offer.performance.pool_id, wish.count, tuple(ranges))]
    return [Any(pool, wish.count) for pool in offer.quota_pools.get(wish.tariff, ())]


def _ensure_few(wishes: Iterable[Wish], settings: Settings) -> None:
    """Seats and standing places are counted; a tariff's places stand beside them, and a pass is bounded by its type."""
    count = sum(_size(wish) for wish in wishes if not isinstance(wish, TariffWish))
    bounded = sum(wish.count for wish in wishes if isinstance(wish, TariffWish))
    if max(count, bounded) > settings.places_per_hold_max:
        raise TooManyPlaces(places_max=settings.places_per_hold_max)


def _size(wish: Wish) -> int:
    match wish:
        case SeatsWish():
            return len(wish.seats)
        case BestWish():
            return wish.party
        case PassWish():
            return 1
        case _:
            return wish.count


def _count(want: Want) -> int:
    match want:
        case Best():
            return want.want.party
        case Seats():
            return len(want.places)
        case Any():
            return want.count


def _whole(offer: Offer, places: Sequence[int]) -> tuple[int, ...]:
    """The places, and the others of their tables that are sold whole."""
    tables = offer.hall.tables
    return tuple(dict.fromkeys(one for place in places for one in tables.get(place, (place,))))


def _ensure_whole(offer: Offer, places: Sequence[int]) -> None:
    for place in places:
        table = offer.hall.tables.get(place, ())
        if not set(table) <= set(places):
            raise TableSoldWhole(seat=offer.hall.seats.seat(place), place_count=len(table))


def _ensure_distinct(offer: Offer, places: Sequence[int]) -> None:
    if len(set(places)) < len(places):
        place = next(place for place, count in Counter(places).items() if count > 1)
        seat = offer.hall.seats.seat(place)
        raise InputRefused(problem="The seat {seat} is asked for twice.", where="seats", seat=seat)


def _owners(settings: Settings, ask: Ask, beyond: int) -> tuple[Owner, ...]:
    """Whose unpaid places are counted: an address's, and a browser's; `beyond` are of passes, and not counted."""
    more = beyond + ask.beyond
    address = (Owner(f"a:{ask.address}", settings.places_per_address_max + more),) if ask.address else ()
    session = (Owner(f"s:{ask.session}", settings.places_per_session_max + more),) if ask.session else ()
    return address + session


def _request_id(key: str | None) -> bytes:
    """What a hold's id is derived from: the caller's key, hashed to a bounded length, or chance."""
    return blake2b(key.encode(), digest_size=32).digest() if key else secrets.token_bytes(16)


def _digest(ask: Ask, wishes: tuple[Wish, ...]) -> bytes:
    """What a repeated key must ask for again. Of no use, and not worked out, without a key."""
    if ask.key is None:
        return bytes(DIGEST_BYTES)
    return blake2b(msgspec.json.encode((wishes, ask.allotments)), digest_size=DIGEST_BYTES).digest()


# From places to seats


def _granted(answer: HoldAnswer, owners: Sequence[Owner]) -> HoldAnswer:
    if answer.outcome is Outcome.CAPPED:
        raise TooManyPlaces(places_max=min(owner.places_max for owner in owners))
    if not answer.outcome.granted:
        raise REFUSALS[answer.outcome]()
    return answer


async def _held(
    offers: Offers, box_office: BoxOffice, channel: Channel, answer: HoldAnswer, found: Mapping[int, Offer]
) -> Held:
    """`found`: offers at hand, by pool; what else the hold has places of is looked up."""
    parts: list[Part] = []
    bounded: list[TariffPart] = []
    gone: list[Gone] = []
    unknown = [pool for pool in answer.places if pool not in found]
    uses = {use.pool_id: use for use in await offers.uses(unknown)} if unknown else {}
    for pool, places in answer.places.items():
        use = uses.get(pool)
        if use is not None and use.tariff_id is not None:
            bounded.append(TariffPart(use.tariff_id, use.performance_id, len(places)))
        elif use is None or use.performance_id is not None:
            offer = found[pool] if use is None else await offers.of(use.performance_id)  # type: ignore[arg-type]
            offer, drawn, left = await _drawn(offers, offer, places)
            if drawn:
                parts.append(part_of(offer, channel, drawn, answer.proposals.get(pool, ())))
            if left:
                gone.append(Gone(offer.performance.id, left))
    return Held(
        hold=answer.hold.hex(),
        currency=box_office.currency,
        held_since=_moment(answer.first_held_ms),
        expires_at=_moment(answer.deadline_ms),
        expires_in_s=max(0, answer.deadline_ms - answer.now_ms) / 1000,
        parts=tuple(parts),
        tariffs=tuple(bounded),
        gone=tuple(gone),
    )


async def _drawn(
    offers: Offers, offer: Offer, places: tuple[int, ...]
) -> tuple[Offer, tuple[int, ...], tuple[int, ...]]:
    """The places that an offer's hall draws, and those that it does not any more, with the offer as it is now where the
    one at hand does not know them all: another version of the plan has come under its date."""
    if any(offer.hall.known(place) is None for place in places):
        offer = await offers.renewed(offer.performance.id)
    left = tuple(place for place in places if offer.hall.known(place) is None)
    if any(place >= offer.hall.packed.place_count for place in left):
        raise NotReady()
    return offer, tuple(place for place in places if place not in left), left


def part_of(offer: Offer, channel: Channel, places: Sequence[int], proposals: Sequence[Proposal]) -> Part:
    """Places of an offer as they are told, with the reasons of what proposed them."""
    labels = [offer.hall.label(place) for place in places]
    groups = {offer.group(label.zone_id, label.category): (label.zone_id, label.category) for label in labels}
    return Part(
        performance=offer.performance.id,
        places=tuple(_place(offer, place, label) for place, label in zip(places, labels, strict=True)),
        prices={group: offer.prices(*groups[group], channel) for group in sorted(groups)},
        reasons=tuple(dict.fromkeys(reason for proposal in proposals for reason in proposal.reasons)),
        because="; ".join(explain(offer.hall.packed, proposal) for proposal in proposals),
    )


def place_of(offer: Offer, place: int) -> Place:
    """What a place of a performance is called. Raises UnknownSeat."""
    return _place(offer, place, offer.hall.label(place))


def _place(offer: Offer, place: int, label: SeatLabel) -> Place:
    group = offer.group(label.zone_id, label.category)
    return Place(place, offer.hall.seats.seat(place), label.zone, label.row, label.seat, label.category, group)


def _moment(unix_ms: int) -> datetime:
    return datetime.fromtimestamp(unix_ms / 1000, UTC)
