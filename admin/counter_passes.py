"""Passes at the counter: which are sold, and one seat for all the dates of each, the best ones or some by name."""

from uuid import UUID

from admin.access import Desk
from ticketing import pass_offers, passes
from ticketing.carts import Shopper
from ticketing.channels import Channel
from ticketing.holds import Ask, BestWish, PassWish
from ticketing.pass_offers import PassOffer
from ticketing.passes import Shown
from ticketing.refusals import NotFound
from web.call import Call


async def listed(call: Call, desk: Desk, typed: str = "") -> list[Shown]:
    """The passes that may be sold by who is at the counter, by name; or those whose name has what was typed."""
    assert desk.reach.box_office_id is not None
    found = await passes.shown(call.services.database, desk.reach.box_office_id, call.now)
    events, text = desk.reach.sold_events, typed.strip().casefold()
    return [
        one
        for one in found
        if text in one.name.casefold() and (events is None or all(date.event_id in events for date in one.dates))
    ]


async def offer(call: Call, desk: Desk, pass_type: UUID) -> PassOffer:
    """A pass of this box office, all of whose events are sold by who asks; or NotFound."""
    assert desk.reach.box_office_id is not None
    found = await pass_offers.of(call.services.offers, desk.reach.box_office_id, pass_type)
    events = desk.reach.sold_events
    if events is not None and any(date.event_id not in events for date in found.performances):
        raise NotFound(what="pass")
    return found


async def wishes(call: Call, shopper: Shopper, sold: PassOffer, seats: tuple[str, ...], count: int) -> list[PassWish]:
    """Passes for these seats, or for the best ones that are free at every date. NoFit where so many are not."""
    if not seats:
        free = await pass_offers.seats(call.services.inventory, sold)
        ask = Ask(box_office=shopper.box_office, now=call.now, address=None, channel=Channel.COUNTER)
        house = sold.house()
        best = pass_offers.proposals(sold, free, ask, BestWish(house.performance.id, count))[0]
        seats = tuple(place.seat for place in best.places if place.seat)
    return [PassWish(sold.kind.id, seat) for seat in seats]
