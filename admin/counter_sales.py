"""A sale at the counter: what it comes to and what is asked, to whom it goes, what is given, and what was sold.

The order's key is made of the hold and of all that was confirmed, as in the shop: Enter pressed twice is one order and
one payment. What is wrong is said in the payment's own block, with all that was typed still there.
"""

import hashlib
import time
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath
from msgspec.structs import replace

from admin import access, pages
from admin.access import Desk
from admin.counter import AT, SHOW, ensure_sells, ensure_window, shopper_of, till_of, waiting
from admin.menu import marked
from ticketing import counter, dossiers, payment_methods, payments, uploads
from ticketing.carts import Cart, Shopper
from ticketing.channels import Channel
from ticketing.counter import Money, Sale, Way
from ticketing.drafts import NOBODY, Buyer, PassChoice, PlaceOrder, SeatChoice
from ticketing.forms import Kind
from ticketing.holds import hold_bytes
from ticketing.orders import Order
from ticketing.payment_methods import Basket
from ticketing.refusals import (
    AnswersRefused,
    CartChanged,
    FileRefused,
    NoPrice,
    Refusal,
    TooManyRequests,
    TooManyUploads,
)
from ticketing.states import PaymentStatus
from web import asking, languages
from web.asking import Questions
from web.call import Call
from web.cash_words import METHODS
from web.forms import Form
from web.payment_words import PROVIDERS as PAID_BY

FORM_BYTES_MAX = 24 * 1024 * 1024
CENTS_MAX = 2**31 - 1
TEXT_CHARS_MAX = 200
PROVIDERS = PAID_BY | {str(method): words for method, words in METHODS.items()}
"""What payments are called here: at a counter what is on site is cash."""
BLOCK = "counter-block"
"""The header that says which block of the page an answer is, where it is not the sale."""
WORDS = {Way.CASH: marked("Cash"), Way.CARD: marked("Card"), Way.INVOICE: marked("Invoice")}


@get(AT + "/payment")
async def payment(request: Call, key: FromPath[str]) -> Response[str]:
    """What this window's cart comes to now, and what is asked of who buys it."""
    desk = await access.counter(request, key)
    shopper = await shopper_of(request, desk, request.query_params.get("window", ""))
    return await _asked(request, desk, await request.services.carts.renew(shopper), Form())


@get(AT + "/customers")
async def customers(request: Call, key: FromPath[str]) -> Response[str]:
    """Customers of the organisation whom a text may mean."""
    desk = await access.counter(request, key)
    typed = request.query_params.get("q", "")[:TEXT_CHARS_MAX]
    reach = desk.reach
    found = await counter.customers(request.services.database, reach.organisation_id, typed, reach.sold_events)
    return pages.show(request, SHOW, desk, block="people", people=found)


@post(AT + "/orders", status_code=200)
async def sell(request: Call, key: FromPath[str]) -> Response[str]:
    """Order what this window has in hand and take its money; then what was sold, and what goes back."""
    desk = await access.counter(request, key)
    form = await request.typed(FORM_BYTES_MAX)
    ensure_window(form.text("window"))
    shopper, services = await shopper_of(request, desk, form.text("window")), request.services
    cart = await services.carts.of(shopper)
    money = await _money(request, desk, form)
    if cart.passes and not form.text("email").strip():
        form.mistaken("email", "A pass is somebody’s: type their e-mail address, or search them by name.")
    if form.mistakes:
        return await _asked(request, desk, cart, form, 422)
    try:
        sale = await _sell(request, desk, shopper, cart, form, money)
    except Refusal as refusal:
        if isinstance(refusal, AnswersRefused):
            asking.mistaken(await asking.asked(services.database, cart), form, refusal)
        else:
            form.refused(refusal)
        return await _asked(request, desk, await services.carts.of(shopper), form, refusal.status)
    return await _sold(request, desk, sale) if not sale.left_cents else await _left(request, desk, shopper)


SCRIPTED = Router("/", route_handlers=[payment, customers, sell], exception_handlers={Exception: pages.told})


async def _sell(call: Call, desk: Desk, shopper: Shopper, cart: Cart, form: Form, money: Money) -> Sale:
    """The sale; of a cart that was ordered before, its order is paid, or was."""
    services, by = call.services, desk.actor
    if not cart.places and cart.order_id is not None and form.text("order") in ("", str(cart.order_id)):
        return await counter.settle(services.database, services.settings, cart.order_id, money, by, call.now)
    if not cart.places or form.text("hold") != cart.hold:
        raise CartChanged()
    ensure_sells(desk, (item.event for item in cart.places))
    wanted = await _request(call, shopper, cart, form)
    stores = (services.database, services.inventory, services.settings, services.carts)
    return await counter.sell(*stores, shopper, wanted, money, by, call.now)


async def _request(call: Call, shopper: Shopper, cart: Cart, form: Form) -> PlaceOrder:
    """What is ordered, with its key: the same confirmed again is the same order."""
    sets = await asking.asked(call.services.database, cart)
    texts = {name: form.texts(name) for name in form.names()}
    files = await _files(call, shopper, sets, form)
    seats, passes = [], []
    for one in sets:
        if one.held is not None:
            places = tuple((item.performance, item.place) for item in one.held.dates)
            passes.append(PassChoice(one.held.pass_type, _holder(form, one), places))
        if (item := one.item) is None or one.held is not None:
            continue
        if item.tariff is None:
            raise NoPrice(tariff=item.tariff_name, category=item.category)
        given = asking.given(one, texts, files)
        seats.append(SeatChoice(item.performance, item.place, item.tariff, _holder(form, one), item.options, given))
    made = PlaceOrder(
        box_office=shopper.box_office.id,
        request_key="",
        hold=hold_bytes(cart.hold),
        buyer=_buyer(form, shopper.language),
        seats=tuple(seats),
        passes=tuple(passes),
        channel=Channel.COUNTER,
        total_cents=form.number("total_cents", 0, CENTS_MAX) or 0,
        answers=asking.given(sets[0], texts, files),
    )
    digest = hashlib.blake2b(msgspec.json.encode(made), digest_size=16).hexdigest()
    return replace(made, request_key=f"counter-{cart.hold}-{digest}")


def _holder(form: Form, one: Questions) -> str:
    """Whose a ticket is: a name of its own, or the customer's; a pass without either bears the address."""
    if not one.holder:
        return ""
    told = form.text(one.holder).strip() or form.text("name").strip()
    return told or (form.text("email").strip().partition("@")[0] if one.held else "")


def _buyer(form: Form, language: str) -> Buyer:
    """Whoever left an address; who left none is nobody, and their name stands on the tickets alone."""
    email, name = form.text("email").strip(), form.text("name").strip()
    spoken = form.text("language") if form.text("language") in languages.SPOKEN else language
    return Buyer(email, name or email.partition("@")[0], spoken) if email else NOBODY


async def _files(call: Call, shopper: Shopper, sets: tuple[Questions, ...], form: Form) -> dict[str, str]:
    """The secrets of the files that were sent, by field; one that is not taken is refused at its field."""
    found: dict[str, str] = {}
    for name in (f"{one.prefix}{field.id}" for one in sets for field in one.fields if field.kind is Kind.FILE):
        sent = form.files.get(name)
        if sent is None or not sent.content:
            continue
        try:
            call.services.uploads.take(call.address, time.monotonic())
            stores = (call.services.database, call.services.workshop)
            found[name] = (await uploads.take(*stores, shopper.box_office.id, sent.name, sent.content, call.now)).id
        except FileRefused as refusal:
            form.mistaken(name, str(refusal.fields["problem"]))
            raise
        except (TooManyUploads, TooManyRequests) as refusal:
            form.mistaken(name, type(refusal).__doc__ or "", **refusal.fields)
            raise
    return found


async def _money(call: Call, desk: Desk, form: Form) -> Money:
    way = next((one for one in Way if one == form.text("way")), Way.CASH)
    given_cents = None
    if way is not Way.INVOICE and form.text("given").strip():
        given_cents = form.money("given", desk.reach.currency or "")
    till = await till_of(call, desk)
    told = form.number("total_cents", 0, CENTS_MAX) if "total_cents" in form else None
    return Money(way, given_cents, till.session_id if till else None, "part" in form, told)


async def _left(call: Call, desk: Desk, shopper: Shopper) -> Response[str]:
    """A part was taken: what is left is to be paid."""
    response = await _asked(call, desk, await call.services.carts.of(shopper), Form())
    response.headers[BLOCK] = "asked"
    return response


async def _asked(call: Call, desk: Desk, cart: Cart, form: Form, status: int = 200) -> Response[str]:
    """The payment's block: the total, what is asked, what is wrong."""
    order = await waiting(call, cart)
    sets = await asking.asked(call.services.database, cart) if cart.places else ()
    total_cents = order.due_cents if order else cart.total_cents
    taken = await payments.of_order(call.services.database, order.id) if order else []
    context: dict[str, Any] = {
        "taken": [one for one in taken if one.status is PaymentStatus.SUCCEEDED], "providers": PROVIDERS,
        "cart": cart, "waits": order, "sets": sets, "total_cents": total_cents, "form": form,
        "way_not": await _way_not(call, desk, cart, total_cents, order), "currency": desk.reach.currency,
        "answered": {one.prefix: _said(one, form) for one in sets},
    }  # fmt: skip
    response = pages.show(call, SHOW, desk, block="asked", **context)
    response.status_code = status
    return response


async def _way_not(
    call: Call, desk: Desk, cart: Cart, total_cents: int, order: Order | None
) -> dict[str, Refusal | None]:
    """The ways that are offered beside cash and card, each with why it is not for this, if so."""
    services, office = call.services, desk.reach.box_office_id
    assert office is not None
    if order is not None:
        ways = await payment_methods.offered_for(services.database, services.settings, order.id, call.now)
    else:
        basket = Basket(total_cents, min((item.starts_at for item in cart.places), default=None))
        ways = await payment_methods.offered(services.database, services.settings, office, basket, call.now)
    return {way.method: way.why_not for way in ways if way.method == payment_methods.INVOICE}


def _said(one: Questions, form: Form) -> dict[str, Any]:
    """What the questions' macro wants of a set: texts and mistakes by field; files are chosen anew."""
    names = {str(field.id): f"{one.prefix}{field.id}" for field in one.fields}
    mistakes = {at: form.mistakes[name] for at, name in names.items() if name in form.mistakes}
    return {"said": {at: form.texts(name) for at, name in names.items()}, "mistakes": mistakes, "files": {}}


async def _sold(call: Call, desk: Desk, sale: Sale) -> Response[str]:
    dossier = await dossiers.of(call.services.database, sale.order.id)
    return pages.show(
        call,
        SHOW,
        desk,
        block="sold",
        sale=sale,
        dossier=dossier,
        ways=WORDS,
        providers=PROVIDERS,
        print_path=print_path(sale.order.id),
    )


def print_path(order_id: UUID) -> str:
    """Where printing an order's tickets is asked for: a file to print, until printers are set up."""
    return f"/admin/orders/{order_id}/tickets.pdf"
