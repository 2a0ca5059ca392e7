"""A purchase: a cart on its way to an order. What is asked of its buyer, what they typed, and which step comes next.

All that was typed lies in the cart's row, by the names of the fields: whoever comes back, reloads, opens a second
window or was away for too long finds it there. Nothing here is believed because it is there: it is checked at each
step, and by the order itself.
"""

import re
import time
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct

from shop import access, accounts, buyers
from ticketing import answers, checkouts, forms, orders, uploads
from ticketing.answers import Asked, Given
from ticketing.carts import Cart, Shopper
from ticketing.checkouts import Handover, Rules
from ticketing.forms import Kind
from ticketing.refusals import AnswersRefused, FileRefused, InputRefused, TooManyRequests, TooManyUploads
from ticketing.shops import Storefront
from ticketing.texts import email_of, text_of
from web import asking
from web.asking import Questions
from web.call import Call
from web.forms import Form

NAME = re.compile(
    r"email|name|language|holder\.[0-9a-f.-]{1,60}|(?:[0-9a-f-]{36}\.[0-9]{1,9}\.)?answers\.[0-9a-f-]{36}"
)
"""The fields whose texts are kept."""
NAMES_MAX = 1000
TEXTS_MAX = 200
TEXT_CHARS_MAX = 5000
SENT_NAME_CHARS_MAX = 100


class Step(StrEnum):
    """A page on the way to the order."""

    DETAILS = "details"
    DELIVERY = "delivery"
    PAYMENT = "payment"


PATHS = {Step.DETAILS: "/checkout", Step.DELIVERY: "/checkout/delivery", Step.PAYMENT: "/checkout/payment"}


class Sent(Struct, frozen=True):
    """A file that waits for the order: the secret that names it, and what it is called."""

    id: str
    name: str


class Typed(Struct, frozen=True):
    """What was typed so far. `details` and `files` are by field; what is None was not chosen yet."""

    details: dict[str, list[str]] = {}
    files: dict[str, Sent] = {}
    handover: Handover | None = None
    method: str = ""
    agreed: bool = False
    bill: dict[str, str] = {}


class Purchase(Struct, frozen=True):
    """A visitor at the checkout. `away`: where they have to go instead, if their cart is empty, over or ordered."""

    front: Storefront
    shopper: Shopper
    cart: Cart
    rules: Rules
    sets: tuple[Questions, ...]
    typed: Typed
    away: str | None = None

    @property
    def whole(self) -> bool:
        """Whether one page is enough: nothing is to be paid, and nothing is asked."""
        return not self.cart.total_cents and not any(one.fields for one in self.sets)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The pages to go through."""
        if self.whole:
            return (Step.DETAILS,)
        delivery = (Step.DELIVERY,) if len(self.rules.handovers) > 1 else ()
        return (Step.DETAILS, *delivery, Step.PAYMENT)

    @property
    def handover(self) -> Handover | None:
        """How the tickets will reach their buyer, if that was chosen or there is one way."""
        offered = self.rules.handovers
        return self.typed.handover if self.typed.handover in offered else offered[0] if len(offered) == 1 else None

    @property
    def tickets(self) -> tuple[Questions, ...]:
        """The sets of the tickets."""
        return tuple(one for one in self.sets if one.item is not None and one.held is None)

    @property
    def passes(self) -> tuple[Questions, ...]:
        """The sets of the passes."""
        return tuple(one for one in self.sets if one.held is not None)

    @property
    def of_order(self) -> Questions:
        """The set of the order."""
        return self.sets[0]

    def path(self, step: Step) -> str:
        """Where a step is."""
        return self.front.path + PATHS[step]

    def after(self, step: Step) -> str:
        """Where to go on after a step: the first later one, or an earlier one that is not done."""
        if self.missing is not None and self.missing is not step:
            return self.path(self.missing)
        later = self.steps[self.steps.index(step) + 1 :] if step in self.steps else self.steps[-1:]
        return self.path(later[0] if later else step)

    @property
    def missing(self) -> Step | None:
        """The first step before the payment at which something is still to be said."""
        if not self.text("email").strip() or not self.text("name").strip():
            return Step.DETAILS
        return Step.DELIVERY if self.handover is None and Step.DELIVERY in self.steps else None

    def text(self, name: str) -> str:
        """A field as typed, or an empty text."""
        return next(iter(self.typed.details.get(name, ())), "")

    def given(self, one: Questions) -> Given:
        """What was answered to a set."""
        return asking.given(one, self.typed.details, {name: sent.id for name, sent in self.typed.files.items()})


async def enter(call: Call, key: str) -> Purchase:
    """Somebody comes to the checkout, which gives them more time, as far as there is."""
    front, services = await access.storefront(call, key), call.services
    shopper = access.shopper(call, front)
    cart = await services.carts.renew(shopper)
    typed = await _known(call, front, _typed_of(cart))
    if not cart.places:
        return Purchase(
            front, shopper, cart, Rules(), (Questions("answers.", ()),), typed, _elsewhere(call, front, cart)
        )
    rules = await checkouts.rules(services.database, front.box_office.id)
    return Purchase(front, shopper, cart, rules, await asking.asked(call.services.database, cart), typed)


def _elsewhere(call: Call, front: Storefront, cart: Cart) -> str:
    """Where somebody without places goes: to what became of them."""
    if cart.order_id is None:
        return f"{front.path}/cart"
    return buyers.admit(call, front, cart.order_id, orders.secret_of(call.services.settings, cart.order_id))


async def keep(call: Call, purchase: Purchase, **changes: Any) -> Purchase:
    """Remember what was typed; the purchase with it. A browser without a cart of its own has nowhere to keep it."""
    if not purchase.shopper.secret:
        return purchase
    await call.services.carts.type(purchase.shopper, changes)
    return msgspec.structs.replace(purchase, typed=msgspec.structs.replace(purchase.typed, **changes))


def details_of(purchase: Purchase, form: Form) -> dict[str, list[str]]:
    """The texts of a form beside those that were there. What the cart asks no more is dropped while there is one."""
    found = dict(purchase.typed.details)
    for name in form.names():
        if NAME.fullmatch(name):
            found[name] = [text[:TEXT_CHARS_MAX] for text in form.texts(name)[:TEXTS_MAX]]
    if not purchase.away:
        asked = set(_names(purchase.sets))
        boxes = {
            f"{one.prefix}{field.id}" for one in purchase.sets for field in one.fields if field.kind in forms.CHOICES
        }
        found = {name: [] if name in boxes and name not in form else found[name] for name in found if name in asked}
    return dict(list(found.items())[:NAMES_MAX])


async def files_of(call: Call, purchase: Purchase, form: Form) -> dict[str, Sent]:
    """The files beside those that were sent before; one that is not taken is a mistake of its field."""
    found = dict(purchase.typed.files)
    for name in (f"{one.prefix}{field.id}" for one in purchase.sets for field in one.fields if field.kind is Kind.FILE):
        sent = form.files.get(name)
        if sent is None or not sent.content:
            continue
        try:
            call.services.uploads.take(call.address, time.monotonic())
            stores, office = (call.services.database, call.services.workshop), purchase.front.box_office.id
            taken = await uploads.take(*stores, office, sent.name, sent.content, call.now)
            found[name] = Sent(taken.id, taken.name[:SENT_NAME_CHARS_MAX])
        except FileRefused as refusal:
            form.mistaken(name, str(refusal.fields["problem"]))
        except (TooManyUploads, TooManyRequests) as refusal:
            form.mistaken(name, type(refusal).__doc__ or "", **refusal.fields)
    return found


def copied(purchase: Purchase, prefix: str) -> dict[str, list[str]]:
    """The texts with the answers of one ticket given for all that are asked the same; files are each its own."""
    found = dict(purchase.typed.details)
    source = next((one for one in purchase.tickets if one.prefix == prefix), None)
    for one in purchase.tickets if source else ():
        if source is not None and one.forms == source.forms:
            for field in one.fields:
                if field.kind is not Kind.FILE:
                    found[f"{one.prefix}{field.id}"] = found.get(f"{prefix}{field.id}", [])
    return found


async def check(call: Call, purchase: Purchase, form: Form) -> None:
    """Note in the form whatever is wrong with what was typed; the mistakes of an order's answers under their fields."""
    for name, read in (("email", email_of), ("name", text_of)):
        try:
            if purchase.text(name).strip():
                read(purchase.text(name), name)
            else:
                form.mistaken(name, "This is needed.")
        except InputRefused as refusal:
            form.refused(refusal)
    for one in (*purchase.tickets, *purchase.passes):
        if one.holder and purchase.text(one.holder):
            try:
                text_of(purchase.text(one.holder), one.holder)
            except InputRefused as refusal:
                form.refused(refusal)
    asked = [
        Asked(one.prefix.removesuffix("."), None, tuple(form.id for form in one.forms), purchase.given(one))
        for one in purchase.sets
        if one.forms
    ]
    try:
        await answers.read(call.services.database, purchase.front.box_office.id, asked, call.now)
    except AnswersRefused as refusal:
        mistaken(purchase, form, refusal)


def mistaken(purchase: Purchase, form: Form, refusal: AnswersRefused) -> None:
    """Note the mistakes of answers at their fields, whether they were found here or by the order."""
    asking.mistaken(purchase.sets, form, refusal)


def _names(sets: Iterable[Questions]) -> Iterable[str]:
    yield from ("email", "name", "language")
    for one in sets:
        yield one.holder
        yield from (f"{one.prefix}{field.id}" for field in one.fields)


async def _known(call: Call, front: Storefront, typed: Typed) -> Typed:
    """What was typed, with what is known of who is signed in as long as they typed nothing of it."""
    if "email" in typed.details or (customer := await accounts.signed_in(call, front)) is None:
        return typed
    known = {"email": [customer.email], "name": [customer.name], "language": [customer.locale[:2]]}
    return msgspec.structs.replace(typed, details=known | typed.details)


def _typed_of(cart: Cart) -> Typed:
    """What a cart's row remembers; nothing where it was written by another version."""
    try:
        return msgspec.convert(cart.typed, Typed)
    except msgspec.ValidationError:
        return Typed()
