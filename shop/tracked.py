"""What trackers and the page around a frame are told: the cart as their scripts know it, and what was done just before.

Nothing of it says who the visitor is: no name, no address, no answer, no seat's holder.
"""

from typing import Any

from babel.numbers import get_currency_precision

from ticketing.carts import Cart, Item
from ticketing.orders import Order
from ticketing.states import TicketStatus
from ticketing.tickets import OrderSheet, Ticket
from web.call import Call

DID = "did"
"""The cookie of what was done on the page before, until the next one tells it."""
DID_S = 60
GONE = (TicketStatus.CANCELLED,)
LOGIN, LOGOUT = "ike_user_login", "ike_user_logout"


def cart(found: Cart, method: str | None = None) -> dict[str, Any]:
    """The details of a cart; amounts in the currency's main unit. `method` is the way to pay that is chosen. A pass is
    told as its first place, at the tariff of its name."""
    items = [
        _told(f"{one.performance}.{one.place}", one, one.tariff_name, one.price_cents or 0, found.currency)
        for one in found.items
    ]
    for held in found.passes:
        one = held.first
        items.append(_told(f"{one.performance}.{one.place}", one, held.name, held.price_cents, found.currency))
    told = _whole(items, found.total_cents, found.currency)
    return told if method is None else told | {"paymentMethodSelected": method}


def order(found: Order, sheet: OrderSheet) -> dict[str, Any]:
    """The same of a cart that has become an order."""
    there = [one for one in sheet.tickets if one.status not in GONE]
    items = [
        _told(str(one.ticket_id), one, one.tariff_name, one.price_cents, found.currency)
        for one in there
        if one.pass_id is None
    ]
    for held in sheet.passes:
        first = next((one for one in there if one.pass_id == held.pass_id), None)
        if first is not None:
            items.append(_told(str(held.pass_id), first, held.name, held.price_cents, found.currency))
    return _whole(items, found.total_cents, found.currency) | {"paymentMethodSelected": found.payment_method or ""}


def did(call: Call, name: str) -> None:
    """Have the next page tell that something was done (`LOGIN`, `LOGOUT`)."""
    call.visit.keep(DID, name, DID_S)


def done(call: Call) -> list[str]:
    """What was done on the page before, told once."""
    name = call.visit.cookie(DID)
    if name:
        call.visit.drop(DID)
    return [name] if name in (LOGIN, LOGOUT) else []


def _whole(items: list[dict[str, Any]], cents: int, currency: str) -> dict[str, Any]:
    return {"count": len(items), "topaid": _amount(cents, currency), "currency": {"name": currency}, "items": items}


def _told(id: str, place: Item | Ticket, tariff: str, cents: int, currency: str) -> dict[str, Any]:
    return {
        "id": id,
        "name": place.event_name,
        "date": place.starts_at.isoformat(),
        "zone": place.zone,
        "category": place.category,
        "tariff": tariff,
        "price": _amount(cents, currency),
    }


def _amount(cents: int, currency: str) -> float:
    return float(cents / 10 ** get_currency_precision(currency))
