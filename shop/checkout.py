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

from shop import access, buyers, cart, pages, paying, tills
from shop.tills import Questions, Step, Till
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
    till = await tills.enter(request, key)
    if till.away:
        return pages.done(request, till.away)
    return _show_details(request, till, Form(till.typed.details))


@post("/checkout", status_code=200)
async def save_details(request: Call, key: FromPath[str]) -> Answer:
    """Keep what was typed, and go on; or order at once, where this page is all."""
    till = await tills.enter(request, key)
    form, stale = await _sent(request)
    till = await tills.keep(request, till, details=tills.details_of(till, form))
    if till.away:
        return pages.done(request, till.away)
    judged = Form(till.typed.details)
    till = await tills.keep(request, till, files=await tills.files_of(request, till, form))
    judged.mistakes |= form.mistakes
    if stale:
        judged.refused(FormStale())
    elif "copy" in form and not judged.mistakes:
        await tills.keep(request, till, details=tills.copied(till, form.text("copy")))
        return pages.done(request, till.path(Step.DETAILS) + "#tickets")
    await tills.check(request, till, judged)
    if till.whole:
        till = await tills.keep(request, await _chosen(request, till, form, judged), agreed="agreed" in form)
    if judged.mistakes:
        return _show_details(request, till, judged, status=422)
    if till.whole and "order" in form:
        return await _order(request, till, form)
    return pages.done(request, till.after(Step.DETAILS))


@post("/checkout/typed", status_code=200)
async def save_typed(request: Call, key: FromPath[str]) -> dict[str, float]:
    """Keep what is being typed, for a script; how long the cart lasts then."""
    till = await tills.enter(request, key)
    form, stale = await _sent(request)
    if stale:
        raise FormStale()
    await tills.keep(request, till, details=tills.details_of(till, form))
    return {"expires_in_s": till.cart.expires_in_s}


@get("/checkout/delivery")
async def delivery(request: Call, key: FromPath[str]) -> Answer:
    """How the tickets reach their buyer."""
    till = await tills.enter(request, key)
    if till.away or till.missing is Step.DETAILS or Step.DELIVERY not in till.steps:
        return pages.done(request, till.away or till.after(Step.DETAILS))
    return _show_delivery(request, till, Form())


@post("/checkout/delivery", status_code=200)
async def save_delivery(request: Call, key: FromPath[str]) -> Answer:
    """Keep it, and go on."""
    till = await tills.enter(request, key)
    form, stale = await _sent(request)
    if till.away:
        return pages.done(request, till.away)
    till = await _chosen(request, till, form, form)
    if stale:
        form.refused(FormStale())
    if form.mistakes:
        return _show_delivery(request, till, form, status=422)
    return pages.done(request, till.after(Step.DELIVERY))


@get("/checkout/payment")
async def payment(request: Call, key: FromPath[str]) -> Answer:
    """What it comes to, and how it is paid."""
    till = await tills.enter(request, key)
    if till.away or till.missing or till.whole:
        return pages.done(request, till.away or till.path(till.missing or Step.DETAILS))
    return await _show_payment(request, till, Form())


@post("/checkout/payment", status_code=200)
async def order(request: Call, key: FromPath[str]) -> Answer:
    """Order."""
    till = await tills.enter(request, key)
    form, stale = await _sent(request)
    if till.away or till.missing:
        return pages.done(request, till.away or till.path(till.missing or Step.DETAILS))
    bill = {name: form.text(f"bill.{name}")[: tills.TEXT_CHARS_MAX] for name in paying.BILL_FIELDS}
    till = await tills.keep(request, till, method=form.text("method")[:40], agreed="agreed" in form, bill=bill)
    if stale:
        form.refused(FormStale())
        return await _show_payment(request, till, form, status=422)
    return await _order(request, till, form)


# The order


async def _order(call: Call, till: Till, form: Form) -> Answer:
    """Place it, if all is said that has to be; then on to paying it."""
    terms = terms_of(till, call.visit.language)
    if terms and "agreed" not in form:
        form.mistaken("agreed", "Please agree to the terms to go on.")
    elif terms and form.text("terms") != named(terms):
        form.mistaken("agreed", "The terms have changed meanwhile: please read them again.")
    total_cents = form.number("total_cents", 0, CENTS_MAX, required=False)
    address = None
    if total_cents:
        ways = await payment_methods.offered(
            call.services.database, call.services.settings, till.front.box_office.id, _basket(till, total_cents),
            call.now,
        )  # fmt: skip
        address = paying.judged(paying.narrowed(call, ways), form)
    if form.mistakes or total_cents is None:
        return await _show_again(call, till, form)
    wanted = _request(call, till, total_cents)
    services = call.services
    try:
        placed = await orders.place(services.database, services.inventory, services.settings, wanted, call.now)
    except Refusal as refusal:
        return await _turned_back(call, till, form, refusal)
    await services.carts.ordered(till.shopper, till.cart.hold, placed.id)
    path = buyers.admit(call, till.front, placed.id, placed.secret)
    buyers.thank(call, till.front, placed.id)
    if not placed.total_cents:
        return pages.done(call, path)
    try:
        ordered = await orders.get(services.database, placed.id)
        return pages.done(call, await paying.begin(call, path, ordered, form.text("method"), address))
    except Refusal:  # the order's page says what is to pay, and how it may be
        return pages.done(call, path)


def _request(call: Call, till: Till, total_cents: int | None = None) -> PlaceOrder:
    """What is ordered. Its key is of the hold and of everything confirmed: the same again is the same order."""
    language = till.text("language") if till.text("language") in languages.SPOKEN else call.visit.language
    seats = []
    for one in till.tickets:
        item = one.item
        assert item is not None
        if item.tariff is None:
            raise NoPrice(tariff=item.tariff_name, category=item.category)
        holder = till.text(one.holder).strip() if one.holder else ""
        seats.append(SeatChoice(item.performance, item.place, item.tariff, holder, item.options, till.given(one)))
    passes = []
    for one in till.passes:
        assert one.held is not None
        places = tuple((item.performance, item.place) for item in one.held.dates)
        passes.append(PassChoice(one.held.pass_type, till.text(one.holder).strip() or till.text("name"), places))
    terms = terms_of(till, call.visit.language)
    made = PlaceOrder(
        box_office=till.front.box_office.id,
        request_key="",
        hold=hold_bytes(till.cart.hold),
        buyer=Buyer(till.text("email"), till.text("name"), language),
        seats=tuple(seats),
        passes=tuple(passes),
        total_cents=total_cents,
        answers=till.given(till.of_order),
        choices=Choices(till.handover or Handover.PRINT, checkouts.hash_of(terms)),
    )
    digest = hashlib.blake2b(msgspec.json.encode(made), digest_size=16).hexdigest()
    return replace(made, request_key=f"shop-{till.cart.hold}-{digest}", admissions=access.admissions(call))


async def _turned_back(call: Call, till: Till, form: Form, refusal: Refusal) -> Answer:
    """Back to where it can be mended, with the reason and all that was typed; or on to the order, if there is one."""
    if isinstance(refusal, TAKEN_AWAY):
        found = await _after(call, till, refusal)
        if found.away:
            return pages.done(call, found.away)
    if isinstance(refusal, AT_DETAILS):
        judged = Form(till.typed.details)
        if isinstance(refusal, AnswersRefused):
            tills.mistaken(till, judged, refusal)
        else:
            judged.refused(refusal)
        return _show_details(call, till, judged, status=refusal.status)
    form.refused(refusal)
    if isinstance(refusal, AT_CART):
        return pages.show(call, till.front, cart.SHOW, status=refusal.status, cart=till.cart, form=form)
    return await _show_again(call, till, form, refusal.status)


async def _after(call: Call, till: Till, refusal: Refusal) -> Till:
    """The till as it is after somebody else has had the hold in hand: where another window orders, its order."""
    found = await tills.enter(call, till.front.box_office.key)
    for _ in range(BUSY_TRIES_MAX):
        if found.away or not isinstance(refusal, HoldBusy):
            break
        await asyncio.sleep(BUSY_PAUSE_S)
        found = await tills.enter(call, till.front.box_office.key)
    return found


# The pages


def terms_of(till: Till, language: str) -> str:
    """The terms to be agreed to, in the reader's language or the one they are there in; empty for none."""
    shop = till.front.shop
    return shop.said(language).terms or next((said.terms for said in shop.texts.values() if said.terms), "")


def named(terms: str) -> str:
    """Names the terms that a page shows: others are not agreed to with it."""
    return (checkouts.hash_of(terms) or b"").hex()


def _basket(till: Till, total_cents: int) -> Basket:
    return Basket(total_cents, min((item.starts_at for item in till.cart.places), default=None))


async def _show_again(call: Call, till: Till, form: Form, status: int = 422) -> Answer:
    """The page that the order was sent from."""
    if not till.whole:
        return await _show_payment(call, till, form, status=status)
    judged = Form(till.typed.details | {"total_cents": [str(till.cart.total_cents)]})
    judged.mistakes = form.mistakes
    return _show_details(call, till, judged, status=status)


def _show_details(call: Call, till: Till, form: Form, status: int = 200) -> Response[str]:
    return _show(call, till, Step.DETAILS, DETAILS, form, status, answered=_said(till, form), **_whole(call, till))


def _whole(call: Call, till: Till) -> dict[str, Any]:
    """What the one page of a free order has beside."""
    return {"terms": terms_of(till, call.visit.language)} if till.whole else {"terms": ""}


def _show_delivery(call: Call, till: Till, form: Form, status: int = 200) -> Response[str]:
    return _show(call, till, Step.DELIVERY, DELIVERY, form, status)


async def _show_payment(call: Call, till: Till, form: Form, status: int = 200) -> Answer:
    """The summary, priced as the order would be now."""
    database, settings = call.services.database, call.services.settings
    try:
        draft = await drafts.preview(database, _request(call, till), settings.held_s_max, call.now)
    except (*AT_DETAILS, *AT_CART) as refusal:
        return await _turned_back(call, till, form, refusal)
    office, total_cents = till.front.box_office.id, draft.total_cents
    taxes = await checkouts.vat(database, [(line.amount_cents, line.vat_thousandths) for line in draft.lines])
    ways = await payment_methods.offered(database, settings, office, _basket(till, total_cents), call.now)
    ways = paying.narrowed(call, ways)
    lines = [(one.item, ticket) for one, ticket in zip(till.tickets, draft.tickets, strict=False)]  # then of passes
    passes = [(one.held, made) for one, made in zip(till.passes, draft.passes, strict=True)]
    return _show(
        call, till, Step.PAYMENT, PAYMENT, form, status, terms=terms_of(till, call.visit.language), lines=lines,
        passes=passes, total_cents=total_cents, vat=taxes,
        **paying.context(call, ways, form, till.typed.method, till.typed.bill, till.text("name")),
    )  # fmt: skip


def _show(call: Call, till: Till, step: Step, template: str, form: Form, status: int, **context: Any) -> Response[str]:
    return pages.show(
        call, till.front, template, status=status, till=till, cart=till.cart, step=step, form=form,
        labels=_labels(till, call.visit.language), named=named, **context,
    )  # fmt: skip


def _said(till: Till, form: Form) -> dict[str, dict[str, Any]]:
    """What the questions' macro wants of each set, by its prefix: texts, mistakes and names of files, by field."""
    return {
        one.prefix: {
            "said": {str(field.id): till.typed.details.get(f"{one.prefix}{field.id}", []) for field in one.fields},
            "mistakes": _of_set(one, form.mistakes),
            "files": {name: sent.name for name, sent in _of_set(one, till.typed.files).items()},
        }
        for one in till.sets
    }


def _of_set(one: Questions, by_name: dict[str, T]) -> dict[str, T]:
    """What is known of the fields of a set, by field."""
    found = {str(field.id): by_name.get(f"{one.prefix}{field.id}") for field in one.fields}
    return {at: value for at, value in found.items() if value is not None}


def _labels(till: Till, language: str) -> dict[str, tuple[str, Questions | None]]:
    """What fields are called, by name, with the set they belong to: for the list of what is to be mended."""
    return {f"{one.prefix}{field.id}": (field.label(language), one) for one in till.sets for field in one.fields}


async def _chosen(call: Call, till: Till, form: Form, judged: Form) -> Till:
    """Keep how tickets are to be handed over, where there is a choice."""
    offered = till.rules.handovers
    if len(offered) < 2:
        return till
    wanted = next((one for one in offered if one == form.text("handover")), None)
    if wanted is None:
        judged.mistaken("handover", "Choose one of these.")
        return till
    return await tills.keep(call, till, handover=wanted)


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
