"""Holds: places kept for a shopper for some minutes. Whoever has a hold's id may read, change, renew and release it."""

from uuid import UUID

from litestar import delete, get, post
from litestar.params import JSONBody

from api import access, waiting
from api.params import BoxOfficeKey, HoldId, HoldKey
from api.wire import ChangeBody, HoldBody, Proposals, ProposalsBody
from ticketing import holds
from ticketing.channels import Channel
from ticketing.holds import Ask, Held
from ticketing.refusals import NotFound, ScopeMissing
from ticketing.tokens import Scope
from web.call import Call

TAGS = ["Holds"]
PATH = "/box-offices/{box_office:str}/holds"
ONE = PATH + "/{hold:str}"


@post(PATH, tags=TAGS)
async def take(request: Call, box_office: BoxOfficeKey, data: JSONBody[HoldBody], key: HoldKey = None) -> Held:
    """Hold places, all or nothing: seats, the best for a party, standing places, in one or several performances.

    The answer's `hold` is the shopper's secret. With a token of scope `sell`, allotments may be taken from. Where the
    event's waiting room is on, the header `X-Admission` shows by what one was let in.
    """
    ask = await _ask(request, box_office, key, data.allotments, data.link)
    services = request.services
    return await holds.take(services.offers, services.inventory, services.settings, ask, data.wants)


@get(ONE, tags=TAGS)
async def read(request: Call, box_office: BoxOfficeKey, hold: HoldId) -> Held:
    """How a hold stands."""
    services = request.services
    seller = await services.offers.box_office(box_office)
    channel = await _channel(request)
    return await holds.read(services.offers, services.inventory, services.settings, seller, hold, channel)


@post(ONE + "/changes", tags=TAGS, status_code=200)
async def change(
    request: Call, box_office: BoxOfficeKey, hold: HoldId, data: JSONBody[ChangeBody], key: HoldKey = None
) -> Held:
    """Add places to a hold and give some back, all or nothing. Its clock goes on."""
    ask = await _ask(request, box_office, key, data.allotments, data.link)
    services = request.services
    drop: dict[UUID, tuple[int, ...]] = {}
    for some in data.drop:
        drop[some.performance] = (*drop.get(some.performance, ()), *some.places)
    return await holds.change(services.offers, services.inventory, services.settings, ask, hold, data.add, drop)


@post(ONE + "/renewal", tags=TAGS, status_code=200)
async def renew(request: Call, box_office: BoxOfficeKey, hold: HoldId) -> Held:
    """Start a hold's clock again, within the longest that a hold may last."""
    services = request.services
    seller = await services.offers.box_office(box_office)
    channel = await _channel(request)
    return await holds.renew(services.offers, services.inventory, services.settings, seller, hold, channel)


@delete(ONE, tags=TAGS)
async def release(request: Call, box_office: BoxOfficeKey, hold: HoldId) -> None:
    """Give the places back."""
    services = request.services
    await holds.release(services.inventory, await services.offers.box_office(box_office), hold)


@post("/box-offices/{box_office:str}/proposals", tags=TAGS, status_code=200)
async def propose(request: Call, box_office: BoxOfficeKey, data: JSONBody[ProposalsBody]) -> Proposals:
    """Up to three sets of seats for a party, best first. Nothing is held: by the time they are asked for, another may
    have taken them."""
    ask = await _ask(request, box_office, None, data.allotments, data.link)
    services = request.services
    return Proposals(await holds.proposals(services.offers, services.inventory, ask, data.want))


async def _ask(request: Call, box_office: str, key: str | None, allotments: tuple[int, ...], link: str) -> Ask:
    """Who asks: staff of the box office's organisation, or anybody, whose rate and places are counted."""
    seller = await request.services.offers.box_office(box_office)
    token = await access.staff_or_anybody(request, Scope.SELL)
    if token is None:
        access.anybody_holds(request)
        if allotments:
            raise ScopeMissing(scope=Scope.SELL)
        shown = waiting.admissions(request)
        return Ask(box_office=seller, now=request.now, key=key, address=request.address, link=link, admissions=shown)
    if token.organisation_id != seller.organisation_id:
        raise NotFound(what="box office")
    return Ask(box_office=seller, now=request.now, key=key, allotments=allotments, channel=Channel.COUNTER)


async def _channel(request: Call) -> Channel:
    """Whose prices are told: the counter's to staff who sell, the shop's to anybody else."""
    token = await access.staff_or_anybody(request, Scope.SELL)
    return Channel.SHOP if token is None else Channel.COUNTER
