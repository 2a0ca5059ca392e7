"""The counter: what is sold over it, to whom, and how it is paid.

A sale is an order that is placed and paid in one act of the seller's. Both steps are idempotent: placing by the order's
request key, paying because nothing is due any more. So Enter pressed twice sells once; and where the payment is refused
once the order stands (its session was closed at this moment), the order waits for its money under its cart, and the
next Enter pays it. What can be known before is refused before anything is ordered.

Somebody may pay a part in cash and another by card: each part is a payment of its own, booked as it is taken, and the
order is sold once the last of them has come. A part names what was due as it was taken, so the same part sent again is
not taken again.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from string import ascii_uppercase
from uuid import UUID

from msgspec import Struct

from engine.inventory import Inventory
from ticketing import cash_sessions, order_lists, orders, payment_methods, payments
from ticketing.audit import Actor
from ticketing.carts import Carts, Shopper
from ticketing.cash_journal import Method
from ticketing.customers import Customer
from ticketing.db import Database
from ticketing.drafts import NOBODY, Buyer, PlaceOrder
from ticketing.orders import Order
from ticketing.performances import Label
from ticketing.refusals import CashSessionNeeded, ChangedMeanwhile, InputRefused, NotFound, NothingDue, WrongState
from ticketing.settings import Settings
from ticketing.sql import load
from ticketing.states import OrderStatus

ROWS_MAX = 12
CUSTOMERS_MAX = 8
TEXT_CHARS_MAX = 200

SQL = load("counter")


class Way(StrEnum):
    """How somebody pays at the counter."""

    CASH = "cash"
    CARD = "card"
    """By a terminal that we do not see: the seller says that it was paid."""
    INVOICE = "invoice"


METHODS = {Way.CASH: Method.CASH, Way.CARD: Method.TERMINAL}


class Date(Struct, frozen=True, kw_only=True):
    """A date that may be sold, from `opens_at` on."""

    id: UUID
    event_id: UUID
    event_name: str
    titles: dict[str, str]
    starts_at: datetime
    time_zone: str
    venue_name: str
    pool_id: int
    opens_at: datetime
    label: Label | None

    def title(self, language: str) -> str:
        """What its event is called in a language."""
        return self.titles.get(language) or self.event_name


class Money(Struct, frozen=True):
    """What is handed over: how, how much (None: exactly what is due; of cash it may be more) and into which session's
    drawer (None: the seller's own). `part`: no more than that, and the rest otherwise. `due_cents`: what was due as the
    seller was told; None: whatever is."""

    way: Way
    given_cents: int | None = None
    session_id: UUID | None = None
    part: bool = False
    due_cents: int | None = None


class Sale(Struct, frozen=True):
    """What came of it. `change_cents` goes back over the counter; `left_cents` is still to be paid, another way."""

    order: Order
    way: Way
    given_cents: int
    change_cents: int
    left_cents: int = 0


async def dates(
    db: Database, box_office_id: UUID, now: datetime, text: str = "", events: Sequence[UUID] | None = None
) -> list[Date]:
    """The next dates that may be sold, or those of the events that a text means, of `events` alone where these are
    named; at most `ROWS_MAX`."""
    words = order_lists.meant(text[:TEXT_CHARS_MAX]).words
    if text.strip() and not words:
        return []
    async with db.read() as c:
        values = {"event_ids": _listed(events), "now": now, "words": words, "rows_max": ROWS_MAX}
        return await SQL.dates.all(c, Date, box_office_id=box_office_id, **values)


async def customers(
    db: Database, organisation_id: UUID, text: str, events: Sequence[UUID] | None = None
) -> list[Customer]:
    """An organisation's customers by the beginning of an address, or of words of a name; where `events` are named,
    those who ordered one of them. At most `CUSTOMERS_MAX`."""
    means = order_lists.meant(text[:TEXT_CHARS_MAX])
    if len(text.strip()) < 2:
        return []
    values = {
        "event_ids": _listed(events), "email": means.email, "words": means.words, "rows_max": CUSTOMERS_MAX,
    }  # fmt: skip
    async with db.read() as c:
        return await SQL.known_customers.all(c, Customer, organisation_id=organisation_id, **values)


def keys_of(names: Iterable[str]) -> list[str]:
    """A letter for each tariff: the first of its name that no other has, else the first that is left; when all letters
    are used, none."""
    found: list[str] = []
    for name in names:
        plain = unicodedata.normalize("NFKD", name).upper()
        wanted = [sign for sign in plain if sign in ascii_uppercase]
        found.append(next((sign for sign in (*wanted, *ascii_uppercase) if sign not in found), ""))
    return found


def ensure_enough(money: Money, due_cents: int) -> None:
    """InputRefused where less is given than is due and it is no part of it, more by card, or a part of nothing."""
    given_cents = money.given_cents
    if money.part and (money.way is Way.INVOICE or not given_cents):
        raise InputRefused(problem="Type how much of it is paid so.", where="given")
    if money.way is Way.INVOICE or given_cents is None:
        return
    if given_cents < due_cents and not money.part:
        raise InputRefused(problem="That is less than what is due.", where="given")
    if given_cents > due_cents and money.way is Way.CARD:
        raise InputRefused(problem="That is more than what is due: a card pays no change.", where="given")


async def ensure_takes(db: Database, box_office_id: UUID, money: Money, buyer: Buyer, by: Actor) -> None:
    """Whether money can be booked: raises CashSessionNeeded where cash has no drawer to lie in, InputRefused for an
    invoice to nobody, NotFound for a session that is not the seller's to book in."""
    assert by.staff_id is not None, "a person sells"
    if money.way is Way.INVOICE:
        if buyer == NOBODY:
            raise InputRefused(problem="An invoice goes to somebody: type their e-mail address.", where="email")
        return
    counter = await cash_sessions.at_counter(db, box_office_id, by.staff_id)
    known = {choice.id: choice for choice in counter.drawers}
    if money.session_id is not None and money.session_id not in known:
        raise NotFound(what="cash session")
    own = any(choice.own for choice in known.values())
    if money.way is Way.CASH and counter.has_tills and money.session_id is None and not own:
        raise CashSessionNeeded()


async def sell(
    db: Database,
    inventory: Inventory,
    settings: Settings,
    carts: Carts,
    shopper: Shopper,
    request: PlaceOrder,
    money: Money,
    by: Actor,
    now: datetime,
) -> Sale:
    """Order what a cart holds, and take its money; done twice, it is done once.

    `request.total_cents` is what the customer was told. Raises as `orders.place`, `ensure_enough`, `ensure_takes` and
    `settle` do; once the order is placed, the cart knows it.
    """
    assert request.total_cents is not None, "the customer was told what it costs"
    if request.total_cents:
        ensure_enough(money, request.total_cents)
        await ensure_takes(db, request.box_office, money, request.buyer, by)
    placed = await orders.place(db, inventory, settings, request, now, by)
    await carts.ordered(shopper, request.hold.hex(), placed.id)
    return await settle(db, settings, placed.id, money, by, now)


async def settle(db: Database, settings: Settings, order_id: UUID, money: Money, by: Actor, now: datetime) -> Sale:
    """Take the money of an order that is placed; of one that is paid already, tell the same again.

    What no money is taken for is told to the seller's cash session. Raises NotFound, WrongState, InputRefused;
    ChangedMeanwhile where anything but what the seller was told is due; and as `payments.take_on_site` and
    `payment_methods.choose` do.
    """
    order = await orders.get(db, order_id)
    due_cents = order.due_cents or money.due_cents or order.total_cents
    if money.part and (money.given_cents or 0) < (money.due_cents or due_cents):
        return await _take_part(db, order, money, by, now)
    if order.due_cents and money.due_cents not in (None, order.due_cents):
        raise ChangedMeanwhile()
    ensure_enough(money, due_cents)
    on_invoice = money.way is Way.INVOICE and order.payment_method == payment_methods.INVOICE
    if order.due_cents and not on_invoice:
        try:
            order = await _take(db, settings, order, money, by, now)
        except (NothingDue, WrongState):
            order = await orders.get(db, order_id)
            if order.status is not OrderStatus.PAID:
                raise
    untaken = Method.INVOICE if money.way is Way.INVOICE else Method.FREE
    if untaken is Method.INVOICE or not order.total_cents:
        told = (order.id, order.box_office_id, order.total_cents, untaken, by, now, money.session_id)
        await cash_sessions.book_sale(db, *told)
    given_cents = due_cents if money.given_cents is None or money.way is not Way.CASH else money.given_cents
    return Sale(order, money.way, given_cents, given_cents - due_cents)


async def _take_part(db: Database, order: Order, money: Money, by: Actor, now: datetime) -> Sale:
    """A part of what is due; one that was taken from what was due then is not taken again."""
    due_cents = order.due_cents if money.due_cents is None else money.due_cents
    ensure_enough(money, due_cents)
    assert money.given_cents is not None, "a part is an amount"
    taken = (METHODS[money.way], money.session_id, money.given_cents)
    try:
        order = await payments.take_on_site(db, order.id, now, by, due_cents, *taken)
    except (NothingDue, ChangedMeanwhile, WrongState):
        order = await orders.get(db, order.id)
        if order.due_cents + money.given_cents != due_cents and order.status is not OrderStatus.PAID:
            raise
    return Sale(order, money.way, money.given_cents, 0, order.due_cents)


async def _take(db: Database, settings: Settings, order: Order, money: Money, by: Actor, now: datetime) -> Order:
    if money.way is Way.INVOICE:
        return await payment_methods.choose(db, settings, order.id, payment_methods.INVOICE, now, by)
    method = METHODS[money.way]
    return await payments.take_on_site(db, order.id, now, by, order.due_cents, method, money.session_id)


def _listed(events: Sequence[UUID] | None) -> list[UUID] | None:
    return None if events is None else list(events)
