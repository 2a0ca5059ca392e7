"""The best places for a party, from a form that any browser can send: who comes, what it may cost, where.

A question is an address, so it can be gone back to and sent to a friend; up to three proposals answer it, each with its
reasons and its price, and a form that takes just those seats. Nothing is held until one is taken: who is slower than
somebody else is given the best that are left at the same price, and told so, or is shown what there is instead.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct
from msgspec.structs import replace

from shop import access, offered, pages
from ticketing import holds
from ticketing.carts import Shopper
from ticketing.channels import Channel
from ticketing.holds import AreaWish, Ask, BestWish, Part, Place, SeatsWish, Wish
from ticketing.ids import new_secret
from ticketing.offers import Offer, Price
from ticketing.performances import Performance
from ticketing.programme import Sale
from ticketing.refusals import InputRefused, NoFit, Refusal, SeatsTaken
from ticketing.shops import Storefront
from web import languages, seat_words
from web.call import Call
from web.forms import Form
from web.languages import marked

SHOW = "shop/performances/best.html"
PARTY_MAX = 20
PARTY = 2
TARIFF, AREA = "tariff-", "area:"
ALIKE = marked("Somebody was quicker with those places: here are the best that are left at the same price.")
QUERY_CHARS_MAX = 2000


class Asked(Struct, frozen=True, kw_only=True):
    """What a shopper asks for. `counts`: how many at which tariff; `place`: a zone's id, or "area:" and an area's."""

    counts: dict[UUID, int] = {}
    party: int = PARTY
    wheelchairs: int = 0
    companions: int = 0
    place: str = ""
    price_cents_max: int | None = None
    clear_view: bool = False
    cheapest: bool = False

    @property
    def tariffs(self) -> tuple[UUID, ...]:
        """One for each of the party."""
        return tuple(tariff for tariff, count in self.counts.items() for _ in range(count))

    @property
    def area(self) -> str | None:
        """The area that is asked for, if it is one."""
        return self.place.removeprefix(AREA) if self.place.startswith(AREA) else None

    def wish(self, performance: UUID) -> BestWish:
        """The same, as the search takes it."""
        return BestWish(
            performance=performance, party=self.party, wheelchairs=self.wheelchairs, companions=self.companions,
            zones=(self.place,) if self.place else (), price_cents_max=self.price_cents_max,
            tariffs=tuple(self.counts), clear_view=self.clear_view,
        )  # fmt: skip


class Line(Struct, frozen=True):
    """One place of a proposal, at a tariff."""

    place: Place
    price: Price | None
    tariff_name: str


class Proposal(Struct, frozen=True):
    """Places that could be taken now. `area` None: numbered seats."""

    lines: tuple[Line, ...]
    where: str
    because: str
    area: str | None = None

    @property
    def total_cents(self) -> int:
        """What they cost together."""
        return sum(line.price.price_cents for line in self.lines if line.price)

    @property
    def priced(self) -> list[tuple[tuple[str, int], int]]:
        """How many places at each tariff and price."""
        counts = Counter((line.tariff_name, line.price.price_cents) for line in self.lines if line.price)
        return list(counts.items())


class ProposalSeen(Struct, frozen=True):
    """A proposal, for the map's script."""

    seats: tuple[str, ...]
    tariffs: tuple[UUID, ...]
    where: str
    because: str
    total_cents: int
    area: str | None
    count: int
    wheelchairs: bool
    """Wheelchair places were asked for: some may be kept for who does."""


class Subject(Struct, frozen=True):
    """What places are looked for: its name, its address, the page to go back to; `when`, for one date."""

    name: str
    at: str
    back: str
    when: Performance | None = None


class ProposalsSeen(Struct, frozen=True):
    """All of them; `problem` says why there are none."""

    proposals: tuple[ProposalSeen, ...]
    problem: str


@get("/performances/{performance_id:uuid}/best")
async def show(request: Call, key: FromPath[str], performance_id: FromPath[UUID]) -> Response[str] | Redirect:
    """The form, and what answers it."""
    front = await access.storefront(request, key)
    offer = await offered.shown(request, front, performance_id, request.query_params.get("link", ""))
    form = Form({name: request.query_params.getall(name) for name in request.query_params})
    asked = read(form, offer)
    return await _answered(request, front, offer, form, asked)


@post("/performances/{performance_id:uuid}/best", status_code=200)
async def take(request: Call, key: FromPath[str], performance_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Put a proposal into the cart; or say what became of it, with others."""
    front = await access.storefront(request, key)
    form = await request.typed()
    offer = await offered.shown(request, front, performance_id, request.query_params.get("link", ""))
    access.taking(request)
    shopper = access.shopper(request, front, form.text("key") or None, opening=True)
    before = question(form)
    asked = read(before, offer)
    try:
        await request.services.carts.add(shopper, _wishes(form, performance_id, asked), asked.tariffs)
    except SeatsTaken as refusal:
        if await _alike(request, offer, asked, shopper, form.texts("seat")):
            return pages.done(request, f"{front.path}/cart#added", ALIKE)
        return await _answered(request, front, offer, before, asked, refusal)
    except Refusal as refusal:
        return await _answered(request, front, offer, before, asked, refusal)
    return pages.done(request, f"{front.path}/cart#added")


@get("/performances/{performance_id:uuid}/proposals")
async def proposed(request: Call, key: FromPath[str], performance_id: FromPath[UUID]) -> ProposalsSeen:
    """The answer by itself, for the map's script."""
    front = await access.storefront(request, key)
    offer = await offered.shown(request, front, performance_id, request.query_params.get("link", ""))
    form = Form({name: request.query_params.getall(name) for name in request.query_params})
    asked = read(form, offer)
    found = () if form.mistakes else await proposals(request, front, offer, asked)
    return told(request, form, asked, found)


def told(call: Call, form: Form, asked: Asked, found: Sequence[Proposal]) -> ProposalsSeen:
    """An answer for the map's script."""
    language, mistake = call.visit.language, next(iter(form.mistakes.values()), None)
    if mistake is not None:
        return ProposalsSeen((), languages.translated(mistake.text, language).format_map(mistake.fields))
    seen = tuple(_seen(one, bool(asked.wheelchairs)) for one in found)
    return ProposalsSeen(seen, "" if found else languages.translated(sorry(asked), language))


def read(form: Form, offer: Offer) -> Asked:
    """What a form asks; what cannot be is noted there, and what is not said is as usual.

    Who asks for tickets that only bays and the seats beside them are sold at, and says no more, wants these: bays at
    the first such tariff, companions at the others.
    """
    counts = {
        tariff.id: count
        for tariff in offer.tariffs
        if (count := form.number(f"{TARIFF}{tariff.id}", 0, PARTY_MAX, required=False))
    }
    party = sum(counts.values()) or form.number("party", 1, PARTY_MAX, required=False) or PARTY
    wheelchairs = form.number("wheelchairs", 0, PARTY_MAX, required=False) or 0
    companions = form.number("companions", 0, PARTY_MAX, required=False) or 0
    known = offered.choices(offer)
    special = [counts.get(tariff, 0) for tariff in known.accessible]
    if special and not wheelchairs and not companions:
        wheelchairs, companions = special[0], sum(special[1:])
    if party > PARTY_MAX:
        form.mistaken("", "At most {most} places at once.", most=PARTY_MAX)
        party = PARTY_MAX
    if wheelchairs + companions > party or (companions and not wheelchairs):
        form.mistaken("wheelchairs", "More wheelchairs and companions than there are people.")
        wheelchairs = companions = 0
    place = form.text("place")
    return Asked(
        counts=counts, party=party, wheelchairs=wheelchairs, companions=companions,
        place=place if place in known.zones or place.removeprefix(AREA) in known.areas else "",
        price_cents_max=form.number("price_max", 0, max(known.steps, default=0), required=False),
        clear_view=form.text("clear_view") == "1", cheapest=form.text("prefer") == "cheapest",
    )  # fmt: skip


async def proposals(call: Call, front: Storefront, offer: Offer, asked: Asked) -> tuple[Proposal, ...]:
    """What answers a question, best first; none where the party does not fit."""
    if asked.area is not None or not offer.hall.seated:
        return await _standing(call, offer, asked)
    ask = Ask(
        box_office=front.box_office, now=call.now, address=call.address, link=call.query_params.get("link", ""),
        admissions=access.admissions(call),
    )  # fmt: skip
    search = holds.cheapest if asked.cheapest else holds.proposals
    try:
        found = await search(call.services.offers, call.services.inventory, ask, asked.wish(offer.performance.id))
    except NoFit:
        return ()
    return tuple(proposal(offer, part, asked, call.visit.language) for part in found)


async def _standing(call: Call, offer: Offer, asked: Asked) -> tuple[Proposal, ...]:
    """So many places of an area, if that many are free: of the one asked for, or of the first that has them."""
    language = call.visit.language
    areas = [asked.area] if asked.area is not None else list(offered.choices(offer).areas)
    snapshot = await call.services.live.snapshot(offer.performance.pool_id)
    for area in areas:
        places = [place for start, count in offer.hall.areas[area] for place in range(start, start + count)]
        free = [place for place in places if not snapshot.status[place >> 2] >> (place & 3) * 2 & 3][: asked.party]
        lines = tuple(_lines(offer, [holds.place_of(offer, place) for place in free], asked, language))
        if len(free) == asked.party and all(line.price for line in lines):
            return (Proposal(lines, lines[0].place.zone, "", area),)
    return ()


def proposal(offer: Offer, part: Part, asked: Asked, language: str) -> Proposal:
    """Places that were found, told with their prices and the reasons for them."""
    places = sorted(part.places, key=lambda place: place.place)
    where = seat_words.where([(place.zone, place.row, place.label) for place in places], language)
    because = seat_words.because(part.reasons, len(places), language)
    return Proposal(tuple(_lines(offer, places, asked, language)), where, because)


def _lines(offer: Offer, places: Sequence[Place], asked: Asked, language: str) -> Iterator[Line]:
    """Each place at the first of the party's tariffs that is left and sold there, as the cart gives them."""
    names = {tariff.id: tariff.called(language) for tariff in offer.tariffs}
    turn = Counter(asked.tariffs)
    for place in places:
        label = offer.hall.label(place.place)
        sold = offer.prices(label.zone_id, label.category, Channel.SHOP)
        by_tariff = {price.tariff: price for price in sold}
        tariff = next((tariff for tariff in turn if turn[tariff] and tariff in by_tariff), None)
        if tariff is not None:
            turn[tariff] -= 1
        price = by_tariff[tariff] if tariff is not None else next(iter(sold), None)
        yield Line(place, price, names.get(price.tariff, price.name) if price else "")


def _wishes(form: Form, performance: UUID, asked: Asked) -> tuple[Wish, ...]:
    area, count = form.text("area"), form.number("count", 1, PARTY_MAX, required=False)
    if area and count:
        return (AreaWish(performance, area, count),)
    seats = tuple(form.texts("seat")[:PARTY_MAX])
    if not seats:
        raise InputRefused(problem="Choose a proposal.", where="")
    return (SeatsWish(performance, seats, bool(asked.wheelchairs)),)


async def _alike(call: Call, offer: Offer, asked: Asked, shopper: Shopper, seats: Sequence[str]) -> bool:
    """Take the best that are left at the price of those that somebody else was quicker with; whether there were any.

    In a rush everybody is offered the same best places. Only where all of them cost the same is anything taken in
    their stead, so nobody pays more than they saw; and nobody finds themselves on a wheelchair place unasked.
    """
    labels = [offer.hall.label(place) for place in offer.hall.places(seats)]
    if len({offer.group(label.zone_id, label.category) for label in labels}) != 1:
        return False
    wish = asked.wish(offer.performance.id)
    zones = (labels[0].zone_id,) if labels[0].zone_id in offer.zones else wish.zones
    wish = replace(wish, categories=(labels[0].category,), zones=zones, last_resort=False)
    key = f"{shopper.key} alike" if shopper.key else None
    try:
        await call.services.carts.add(replace(shopper, key=key), (wish,), asked.tariffs)
    except Refusal:
        return False
    return True


async def _answered(
    call: Call, front: Storefront, offer: Offer, form: Form, asked: Asked, refusal: Refusal | None = None
) -> Response[str] | Redirect:
    stands = await offered.standing(call, offer)
    if stands.sale is not Sale.OPEN:
        return pages.done(call, _path(call, front, offer))
    found = await proposals(call, front, offer, asked) if not form.mistakes else ()
    date = offer.performance
    at, back = f"{front.path}/performances/{date.id}", _path(call, front, offer)
    subject = Subject(date.title(call.visit.language), at, back, date)
    return page(call, front, subject, offer, form, asked, found, refusal)


def page(
    call: Call, front: Storefront, subject: Subject, offer: Offer, form: Form, asked: Asked,
    found: Sequence[Proposal], refusal: Refusal | None,
) -> Response[str]:  # fmt: skip
    """The form and what answers it, as a page; where a proposal was asked for and refused, with why."""
    return pages.show(
        call, front, SHOW, status=refusal.status if refusal else 422 if form.mistakes else 200, subject=subject,
        currency=offer.performance.currency, proposals=found, asked=asked, form=form, choices=offered.choices(offer),
        tariffs=offered.tariffs(offer, call.visit.language, call),
        sorry="" if found or form.mistakes else sorry(asked), refusal=refusal, key=new_secret(),
        question=_told_question(form),
    )  # fmt: skip


def _path(call: Call, front: Storefront, offer: Offer) -> str:
    link = call.query_params.get("link", "")
    return f"{front.path}/performances/{offer.performance.id}" + (f"?{urlencode({'link': link})}" if link else "")


def _told_question(form: Form) -> str:
    """What was asked, to be carried along by what takes the answer."""
    return urlencode([(name, text) for name in form.names() for text in form.texts(name)])


def question(form: Form) -> Form:
    """What was asked, as it was carried along."""
    return Form(parse_qs(form.text("query")[:QUERY_CHARS_MAX]))


def sorry(asked: Asked) -> str:
    """Why there is nothing, and what may help."""
    if asked.price_cents_max is not None or asked.place or asked.clear_view:
        return marked("Nothing like that is left for all of you. Try another price or place, or ask for fewer.")
    return marked("There are not enough places left for all of you. Try with fewer, or look at another date.")


def _seen(proposal: Proposal, wheelchairs: bool) -> ProposalSeen:
    return ProposalSeen(
        seats=tuple(line.place.seat for line in proposal.lines if line.place.seat is not None),
        tariffs=tuple(line.price.tariff for line in proposal.lines if line.price),
        where=proposal.where, because=proposal.because, total_cents=proposal.total_cents, area=proposal.area,
        count=len(proposal.lines), wheelchairs=wheelchairs,
    )  # fmt: skip
