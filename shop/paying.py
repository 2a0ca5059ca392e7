"""Paying: the ways that are offered for an order, and the first step of the one that its buyer takes."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from shop import access
from ticketing import billing, invoices, payment_methods, payments
from ticketing.billing import Address
from ticketing.orders import Order
from ticketing.payment_methods import INVOICE, ONLINE, Basket, Way
from ticketing.refusals import InputRefused, InvoiceStays
from ticketing.states import OrderStatus
from web.call import Call
from web.forms import Form

BILL_FIELDS = Address.__struct_fields__
BILL = "bill."


def context(
    call: Call, ways: Sequence[Way], form: Form, method: str, bill: Mapping[str, str], name: str
) -> dict[str, Any]:
    """What the choice of a way needs to be shown, with what was chosen and typed before; `name` is the buyer's."""
    open_ways = [way.method for way in ways if way.why_not is None]
    chosen = form.text("method") or method
    if chosen not in open_ways:
        chosen = open_ways[0] if len(open_ways) == 1 else ""
    known = {**bill, "name": bill.get("name") or name}
    shown = Form.of(
        {
            at: form.text(at) if at in form else known.get(at.removeprefix(BILL), "")
            for at in map(BILL.__add__, BILL_FIELDS)
        }
    )
    shown.mistakes = form.mistakes
    countries = billing.countries(call.visit.language) if INVOICE in open_ways else []
    return {"ways": ways, "method": chosen, "bill": shown, "countries": countries}


def judged(ways: Sequence[Way], form: Form) -> Address | None:
    """The address on the invoice, where that is the way; a mistake in the form for a way that is none, and for an
    address that cannot be written."""
    way = next((way for way in ways if way.method == form.text("method")), None)
    if way is None:
        form.mistaken("method", "Choose how you pay.")
    elif way.why_not is not None:
        form.mistaken("method", type(way.why_not).__doc__ or "", **way.why_not.fields)
    elif way.method == INVOICE:
        try:
            return billing.address_of(Address(**{name: form.text(f"{BILL}{name}") for name in BILL_FIELDS}), BILL)
        except InputRefused as refusal:
            form.refused(refusal)
    return None


def narrowed(call: Call, ways: Sequence[Way]) -> tuple[Way, ...]:
    """The ways that the link by which the visitor came leaves of those there are."""
    methods = access.frame(call).methods
    return tuple(way for way in ways if not methods or way.method in methods)


async def offered(call: Call, order: Order) -> tuple[Way, ...]:
    """The ways to pay what is due of an order: those of its box office as long as nothing came in, then the rest at
    once."""
    database, settings = call.services.database, call.services.settings
    found = narrowed(call, await payment_methods.offered_for(database, settings, order.id, call.now))
    alive = order.status is OrderStatus.PAID or (order.expires_at is not None and order.expires_at > call.now)
    if found or order.due_cents <= 0 or not alive:
        return found
    some = await payment_methods.offered(
        database, settings, order.box_office_id, Basket(order.due_cents, None), call.now
    )  # fmt: skip
    return tuple(way for way in some if way.method == ONLINE)


async def begin(call: Call, path: str, order: Order, method: str, address: Address | None) -> str:
    """Take a way to pay an order whose page is at `path`; where to go on. Raises as `payment_methods.choose` and
    `payments.begin` do."""
    services = call.services
    if address is not None:
        with suppress(InvoiceStays):
            await invoices.bill_to(services.database, order.id, address, call.now)
    if order.status is OrderStatus.PENDING and not order.received_cents:
        await payment_methods.choose(services.database, services.settings, order.id, method, call.now)
    if method != ONLINE:
        return path
    back = f"{services.site_url}{path}?returned=1"
    begun = await payments.begin(services.database, services.sandbox, order.id, back, call.now)
    return begun.redirect_url.removeprefix(services.site_url)
