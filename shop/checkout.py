"""The checkout: who buys and what is asked, how tickets reach them, what it comes to, how it is paid; then the order.

A free order of which nothing is asked is one page. Each page gives the cart more time. What was typed is kept before it
is judged, so a mistake, a cart that ran out or a page that was open for too long costs nothing but a look.

The order is one call of `orders.place`, under a key made of the hold and of all that was confirmed: the same form sent
twice is one order, and leads to it twice. A second window that confirmed something else meets a cart that is ordered,
and is led to that order too.
"""

import asyncio
import hashlib
from typing import Any, TypeVar

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec.structs import replace

from shop import access, buyers, cart, pages, paying, purchases
from shop.purchases import Purchase, Step
from ticketing import checkouts, drafts, orders, payment_methods
from ticketing.checkouts import Choices, Handover
from ticketing.drafts import Buyer, PassChoice, PlaceOrder, SeatChoice
from ticketing.holds import hold_bytes
from ticketing.payment_methods import Basket
from ticketing.refusals import (
    AnswersRefused,
    CounterOnly,
    FormChanged,
    FormStale,
    HoldBusy,
    HoldExpired,
    HoldLost,
    HoldMismatch,
    HoldOrdered,
    InputRefused,
    NoPrice,
    NotFound,
    OptionsBelowNothing,
    OptionsExclude,
    PassIncomplete,
    Refusal,
    RequestReused,
    SaleClosed,
    SaleNotOpen,
    SeatsTaken,
    TariffChanged,
    TariffClosed,
    TariffMaximum,
    TariffMinimum,
    TariffNotOpen,
    TariffSoldOut,
    TooManyPlaces,
    UnknownOption,
)
from web import languages
from web.asking import Questions
from web.call import Call
from web.forms import Form, decoded

DETAILS, DELIVERY, PAYMENT = "shop/checkout/details.html", "shop/checkout/delivery.html", "shop/checkout/payment.html"
FORM_BYTES_MAX = 24 * 1024 * 1024
CENTS_MAX = 2**31 - 1
BUSY_TRIES_MAX, BUSY_PAUSE_S = 10, 0.3
"""How long an order that another window places is waited for."""
AT_CART = (
    CounterOnly, NoPrice, NotFound, OptionsBelowNothing, OptionsExclude, PassIncomplete, SaleClosed, SaleNotOpen,
    SeatsTaken, TariffChanged, TariffClosed, TariffMaximum, TariffMinimum, TariffNotOpen, TariffSoldOut, TooManyPlaces,
    UnknownOption,
)  # fmt: skip
"""What is mended in the cart."""
AT_DETAILS = (AnswersRefused, FormChanged, InputRefused)
TAKEN_AWAY = (HoldBusy, HoldExpired, HoldLost, HoldMismatch, HoldOrdered, RequestReused)
"""Signs that the cart is being ordered, is ordered, or is over."""

Answer = Response[str] | Redirect
T = TypeVar("T")


@get("/checkout")
async def details(request: Call, key: FromPath[str]) -> Answer:
    """Who buys, and what is asked."""
    purchase = await purchases.enter(request, key)
    if purchase.away:
        return pages.done(request, purchase.away)
    return _show_details(request, purchase, Form(purchase.typed.details))


@post("/checkout", status_code=200)
async def save_details(request: Call, key: FromPath[str]) -> Answer:
    """Keep what was typed, and go on; or order at once, where this page is all."""
    purchase = await purchases.enter(request, key)
    form, stale = await _sent(request)
    purchase = await purchases.keep(request, purchase, details=purchases.details_of(purchase, form))
    if purchase.away:
        return pages.done(request, purchase.away)
    judged = Form(purchase.typed.details)
    purchase = await purchases.keep(request, purchase, files=await purchases.files_of(request, purchase, form))
    judged.mistakes |= form.mistakes
    if stale:
        judged.refused(FormStale())
    elif "copy" in form and not judged.mistakes:
        await purchases.keep(request, purchase, details=purchases.copied(purchase, form.text("copy")))
        return pages.done(request, purchase.path(Step.DETAILS) + "#tickets")
    await purchases.check(request, purchase, judged)
    if purchase.whole:
        purchase = await purchases.keep(
            request, await _chosen(request, purchase, form, judged), agreed="agreed" in form
        )
    if judged.mistakes:
        return _show_details(request, purchase, judged, status=422)
    if purchase.whole and "order" in form:
        return await _order(request, purchase, form)
    return pages.done(request, purchase.after(Step.DETAILS))


@post("/checkout/typed", status_code=200)
async def save_typed(request: Call, key: FromPath[str]) -> dict[str, float]:
    """Keep what is being typed, for a script; how long the cart lasts then."""
    purchase = await purchases.enter(request, key)
    form, stale = await _sent(request)
    if stale:
        raise FormStale()
    await purchases.keep(request, purchase, details=purchases.details_of(purchase, form))
    return {"expires_in_s": purchase.cart.expires_in_s}


@get("/checkout/delivery")
async def delivery(request: Call, key: FromPath[str]) -> Answer:
    """How the tickets reach their buyer."""
    purchase = await purchases.enter(request, key)
    if purchase.away or purchase.missing is Step.DETAILS or Step.DELIVERY not in purchase.steps:
        return pages.done(request, purchase.away or purchase.after(Step.DETAILS))
    return _show_delivery(request, purchase, Form())


@post("/checkout/delivery", status_code=200)
async def save_delivery(request: Call, key: FromPath[str]) -> Answer:
    """Keep it, and go on."""
    purchase = await purchases.enter(request, key)
    form, stale = await _sent(request)
    if purchase.away:
        return pages.done(request, purchase.away)
    purchase = await _chosen(request, purchase, form, form)
    if stale:
        form.refused(FormStale())
    if form.mistakes:
        return _show_delivery(request, purchase, form, status=422)
    return pages.done(request, purchase.after(Step.DELIVERY))


@get("/checkout/payment")
async def payment(request: Call, key: FromPath[str]) -> Answer:
    """What it comes to, and how it is paid."""
    purchase = await purchases.enter(request, key)
    if purchase.away or purchase.missing or purchase.whole:
        return pages.done(request, purchase.away or purchase.path(purchase.missing or Step.DETAILS))
    return await _show_payment(request, purchase, Form())


@post("/checkout/payment", status_code=200)
async def order(request: Call, key: FromPath[str]) -> Answer:
    """Order."""
    purchase = await purchases.enter(request, key)
    form, stale = await _sent(request)
    if purchase.away or purchase.missing:
        return pages.done(request, purchase.away or purchase.path(purchase.missing or Step.DETAILS))
    bill = {name: form.text(f"bill.{name}")[: purchases.TEXT_CHARS_MAX] for name in paying.BILL_FIELDS}
    purchase = await purchases.keep(
        request, purchase, method=form.text("method")[:40], agreed="agreed" in form, bill=bill
    )
    if stale:
        form.refused(FormStale())
        return await _show_payment(request, purchase, form, status=422)
    return await _order(request, purchase, form)


# The order


async def _order(call: Call, purchase: Purchase, form: Form) -> Answer:
    """Place it, if all is said that has to be; then on to paying it."""
    terms = terms_of(purchase, call.visit.language)
    if terms and "agreed" not in form:
        form.mistaken("agreed", "Please agree to the terms to go on.")
    elif terms and form.text("terms") != named(terms):
        form.mistaken("agreed", "The terms have changed meanwhile: please read them again.")
    total_cents = form.number("total_cents", 0, CENTS_MAX, required=False)
    address = None
    if total_cents:
        services, basket = call.services, _basket(purchase, total_cents)
        office = purchase.front.box_office.id
        ways = await payment_methods.offered(services.database, services.settings, office, basket, call.now)
        address = paying.judged(paying.narrowed(call, ways), form)
    if form.mistakes or total_cents is None:
        return await _show_again(call, purchase, form)
    wanted = _request(call, purchase, total_cents)
    services = call.services
    try:
        placed = await orders.place(services.database, services.inventory, services.settings, wanted, call.now)
    except Refusal as refusal:
        return await _turned_back(call, purchase, form, refusal)
    await services.carts.ordered(purchase.shopper, purchase.cart.hold, placed.id)
    path = buyers.admit(call, purchase.front, placed.id, placed.secret)
    buyers.thank(call, purchase.front, placed.id)
    if not placed.total_cents:
        return pages.done(call, path)
    try:
        ordered = await orders.get(services.database, placed.id)
        return pages.done(call, await paying.begin(call, path, ordered, form.text("method"), address))
    except Refusal:  # the order's page says what is to pay, and how it may be
        return pages.done(call, path)


def _request(call: Call, purchase: Purchase, total_cents: int | None = None) -> PlaceOrder:
    """What is ordered. Its key is of the hold and of everything confirmed: the same again is the same order."""
    language = purchase.text("language") if purchase.text("language") in languages.SPOKEN else call.visit.language
    seats = []
    for one in purchase.tickets:
        item = one.item
        assert item is not None
        if item.tariff is None:
            raise NoPrice(tariff=item.tariff_name, category=item.category)
        holder = purchase.text(one.holder).strip() if one.holder else ""
        seats.append(SeatChoice(item.performance, item.place, item.tariff, holder, item.options, purchase.given(one)))
    passes = []
    for one in purchase.passes:
        assert one.held is not None
        places = tuple((item.performance, item.place) for item in one.held.dates)
        passes.append(
            PassChoice(one.held.pass_type, purchase.text(one.holder).strip() or purchase.text("name"), places)
        )
    terms = terms_of(purchase, call.visit.language)
    made = PlaceOrder(
        box_office=purchase.front.box_office.id,
        request_key="",
        hold=hold_bytes(purchase.cart.hold),
        buyer=Buyer(purchase.text("email"), purchase.text("name"), language),
        seats=tuple(seats),
        passes=tuple(passes),
        total_cents=total_cents,
        answers=purchase.given(purchase.of_order),
        choices=Choices(purchase.handover or Handover.PRINT, checkouts.hash_of(terms)),
    )
    digest = hashlib.blake2b(msgspec.json.encode(made), digest_size=16).hexdigest()
    return replace(made, request_key=f"shop-{purchase.cart.hold}-{digest}", admissions=access.admissions(call))


async def _turned_back(call: Call, purchase: Purchase, form: Form, refusal: Refusal) -> Answer:
    """Back to where it can be mended, with the reason and all that was typed; or on to the order, if there is one."""
    if isinstance(refusal, TAKEN_AWAY):
        found = await _after(call, purchase, refusal)
        if found.away:
            return pages.done(call, found.away)
    if isinstance(refusal, AT_DETAILS):
        judged = Form(purchase.typed.details)
        if isinstance(refusal, AnswersRefused):
            purchases.mistaken(purchase, judged, refusal)
        else:
            judged.refused(refusal)
        return _show_details(call, purchase, judged, status=refusal.status)
    form.refused(refusal)
    if isinstance(refusal, AT_CART):
        return pages.show(call, purchase.front, cart.SHOW, status=refusal.status, cart=purchase.cart, form=form)
    return await _show_again(call, purchase, form, refusal.status)


async def _after(call: Call, purchase: Purchase, refusal: Refusal) -> Purchase:
    """The purchase as it is after somebody else has had the hold in hand: where another window orders, its order."""
    found = await purchases.enter(call, purchase.front.box_office.key)
    for _ in range(BUSY_TRIES_MAX):
        if found.away or not isinstance(refusal, HoldBusy):
            break
        await asyncio.sleep(BUSY_PAUSE_S)
        found = await purchases.enter(call, purchase.front.box_office.key)
    return found


# The pages


def terms_of(purchase: Purchase, language: str) -> str:
    """The terms to be agreed to, in the reader's language or the one they are there in; empty for none."""
    shop = purchase.front.shop
    return shop.said(language).terms or next((said.terms for said in shop.texts.values() if said.terms), "")


def named(terms: str) -> str:
    """Names the terms that a page shows: others are not agreed to with it."""
    return (checkouts.hash_of(terms) or b"").hex()


def _basket(purchase: Purchase, total_cents: int) -> Basket:
    return Basket(total_cents, min((item.starts_at for item in purchase.cart.places), default=None))


async def _show_again(call: Call, purchase: Purchase, form: Form, status: int = 422) -> Answer:
    """The page that the order was sent from."""
    if not purchase.whole:
        return await _show_payment(call, purchase, form, status=status)
    judged = Form(purchase.typed.details | {"total_cents": [str(purchase.cart.total_cents)]})
    judged.mistakes = form.mistakes
    return _show_details(call, purchase, judged, status=status)


def _show_details(call: Call, purchase: Purchase, form: Form, status: int = 200) -> Response[str]:
    return _show(
        call, purchase, Step.DETAILS, DETAILS, form, status, answered=_said(purchase, form), **_whole(call, purchase)
    )


def _whole(call: Call, purchase: Purchase) -> dict[str, Any]:
    """What the one page of a free order has beside."""
    return {"terms": terms_of(purchase, call.visit.language)} if purchase.whole else {"terms": ""}


def _show_delivery(call: Call, purchase: Purchase, form: Form, status: int = 200) -> Response[str]:
    return _show(call, purchase, Step.DELIVERY, DELIVERY, form, status)


async def _show_payment(call: Call, purchase: Purchase, form: Form, status: int = 200) -> Answer:
    """The summary, priced as the order would be now."""
    database, settings = call.services.database, call.services.settings
    try:
        draft = await drafts.preview(database, _request(call, purchase), settings.held_s_max, call.now)
    except (*AT_DETAILS, *AT_CART) as refusal:
        return await _turned_back(call, purchase, form, refusal)
    office, total_cents = purchase.front.box_office.id, draft.total_cents
    taxes = await checkouts.vat(database, [(line.amount_cents, line.vat_thousandths) for line in draft.lines])
    ways = await payment_methods.offered(database, settings, office, _basket(purchase, total_cents), call.now)
    ways = paying.narrowed(call, ways)
    lines = [(one.item, ticket) for one, ticket in zip(purchase.tickets, draft.tickets, strict=False)]  # then of passes
    passes = [(one.held, made) for one, made in zip(purchase.passes, draft.passes, strict=True)]
    return _show(
        call, purchase, Step.PAYMENT, PAYMENT, form, status, terms=terms_of(purchase, call.visit.language), lines=lines,
        passes=passes, total_cents=total_cents, vat=taxes,
        **paying.context(call, ways, form, purchase.typed.method, purchase.typed.bill, purchase.text("name")),
    )  # fmt: skip


def _show(
    call: Call, purchase: Purchase, step: Step, template: str, form: Form, status: int, **context: Any
) -> Response[str]:
    return pages.show(
        call, purchase.front, template, status=status, purchase=purchase, cart=purchase.cart, step=step, form=form,
        labels=_labels(purchase, call.visit.language), named=named, **context,
    )  # fmt: skip


def _said(purchase: Purchase, form: Form) -> dict[str, dict[str, Any]]:
    """What the questions' macro wants of each set, by its prefix: texts, mistakes and names of files, by field."""
    return {
        one.prefix: {
            "said": {str(field.id): purchase.typed.details.get(f"{one.prefix}{field.id}", []) for field in one.fields},
            "mistakes": _of_set(one, form.mistakes),
            "files": {name: sent.name for name, sent in _of_set(one, purchase.typed.files).items()},
        }
        for one in purchase.sets
    }


def _of_set(one: Questions, by_name: dict[str, T]) -> dict[str, T]:
    """What is known of the fields of a set, by field."""
    found = {str(field.id): by_name.get(f"{one.prefix}{field.id}") for field in one.fields}
    return {at: value for at, value in found.items() if value is not None}


def _labels(purchase: Purchase, language: str) -> dict[str, tuple[str, Questions | None]]:
    """What fields are called, by name, with the set they belong to: for the list of what is to be mended."""
    return {f"{one.prefix}{field.id}": (field.label(language), one) for one in purchase.sets for field in one.fields}


async def _chosen(call: Call, purchase: Purchase, form: Form, judged: Form) -> Purchase:
    """Keep how tickets are to be handed over, where there is a choice."""
    offered = purchase.rules.handovers
    if len(offered) < 2:
        return purchase
    wanted = next((one for one in offered if one == form.text("handover")), None)
    if wanted is None:
        judged.mistaken("handover", "Choose one of these.")
        return purchase
    return await purchases.keep(call, purchase, handover=wanted)


async def _sent(call: Call) -> tuple[Form, bool]:
    """What a form carries, and whether its page is too old to count: then it is shown again, with all of it.

    FormStale where another site may have sent it.
    """
    kind = call.header(b"content-type")
    parts = kind.startswith("multipart/form-data")
    form = decoded(kind, await call.received(FORM_BYTES_MAX) if parts else await call.body())
    try:
        call.visit.ensure_own(form.text("csrf") or call.header(b"x-csrf-token"))
    except FormStale:
        if call.header(b"sec-fetch-site") != "same-origin":
            raise
        return form, True
    return form, False
