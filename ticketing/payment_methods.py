"""Ways to pay: which of them a box office offers for an order, until when each keeps it, and the shopper's choice.

`METHODS` is the table of all there are: who takes the money, and how long an order waits for it. A box office says of
each whether it offers it and within which bounds (`billing.Rule`). What depends on the order (its amount, its first
date, the moment) is judged here, for a shop that shows what is offered and again when somebody chooses:

    ways = await payment_methods.offered(db, settings, box_office_id, Basket(amount_cents, first_starts_at), now)
    ways = await payment_methods.offered_for(db, settings, order_id, now)      # of an order that is placed
    order = await payment_methods.choose(db, settings, order_id, "invoice", now)

A `Way` whose `why_not` is a refusal is shown with that sentence and cannot be chosen: `choose` raises the same one. The
choice moves `expires_at` and may be made anew as long as nothing came in; an order that ended is not brought back by
it. Choosing never gives more time than the rules: an invoice's days count from the day of the order however often it is
chosen, and going back to the sandbox leaves at most the payment time of any order.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from ticketing import audit, billing, invoicing, jobs, orders
from ticketing.audit import Actor
from ticketing.billing import Billing, Rule
from ticketing.db import Database
from ticketing.jobs import Job, MailKind, SendMail
from ticketing.orders import Order
from ticketing.refunds import ON_SITE, SANDBOX, TRANSFER
from ticketing.refusals import (
    MethodNotOffered,
    MethodStays,
    NothingDue,
    OrderTooLarge,
    OrderTooSmall,
    Refusal,
    TooLateToPay,
    WrongState,
)
from ticketing.settings import Settings
from ticketing.sql import Connection, load
from ticketing.states import ORDER, OrderEvent, OrderStatus, step

AT_COUNTER, INVOICE, ONLINE = "on_site", "invoice", "sandbox"
PAY_DAYS_MIN = 1
"""An invoice that is due today is not offered: transfers take a day."""

SQL = load("payment_methods")


class Basket(Struct, frozen=True):
    """What is to be paid, and when the first date of it begins; None where it has none."""

    amount_cents: int
    first_starts_at: datetime | None


class Moment(Struct, frozen=True):
    """When a way to pay is judged: now, the order's day (today, of a cart), until when the order is kept as it is
    (None: it is none yet), and the zone in which the box office counts its days."""

    now: datetime
    placed_at: datetime
    expires_at: datetime | None
    zone: ZoneInfo
    payment_s_max: int


class Terms(Struct, frozen=True):
    """Until when an order is kept, and the day on which its invoice is due, if it has one."""

    until: datetime
    due_on: date | None = None


class Method(Struct, frozen=True):
    """A way to pay: whose payments they are, and what it grants an order by a rule; None when there is no time left."""

    provider: str
    terms: Callable[[Rule, Basket, Moment], Terms | None]
    usual: Rule
    """What a box office that has said nothing of it has."""


class Way(Struct, frozen=True):
    """A way to pay as a shopper sees it: `texts` of the box office by language, until when it keeps the order, and why
    it is not for this one, if so."""

    method: str
    texts: dict[str, str]
    until: datetime | None
    due_on: date | None
    why_not: Refusal | None


def _online(rule: Rule, basket: Basket, at: Moment) -> Terms | None:
    soon = at.now + timedelta(seconds=at.payment_s_max)
    return Terms(min(soon, at.expires_at or soon))


def _at_counter(rule: Rule, basket: Basket, at: Moment) -> Terms | None:
    """Until so many hours before the first date."""
    if basket.first_starts_at is None:
        return None
    until = basket.first_starts_at - timedelta(hours=rule.before_h)
    return Terms(until) if until > at.now else None


def _on_invoice(rule: Rule, basket: Basket, at: Moment) -> Terms | None:
    """Due some days after the order and some before the first date, whichever is first; then banks have their days."""
    if basket.first_starts_at is None:
        return None
    last = basket.first_starts_at - timedelta(hours=rule.before_h)
    grace = timedelta(rule.grace_days)
    today, placed_on = (moment.astimezone(at.zone).date() for moment in (at.now, at.placed_at))
    due_on = min(placed_on + timedelta(rule.pay_days), last.astimezone(at.zone).date() - grace)
    if (due_on - today).days < PAY_DAYS_MIN:
        return None
    over = datetime.combine(due_on + grace + timedelta(1), time(), at.zone)
    return Terms(min(over, last).astimezone(at.now.tzinfo), due_on)


METHODS: Mapping[str, Method] = {
    ONLINE: Method(SANDBOX, _online, Rule(method=ONLINE, offered=True)),
    INVOICE: Method(TRANSFER, _on_invoice, Rule(method=INVOICE, pay_days=14, grace_days=3, before_h=7 * 24)),
    AT_COUNTER: Method(ON_SITE, _at_counter, Rule(method=AT_COUNTER, before_h=1)),
}
"""In the order in which shops show them."""


async def offered(
    db: Database, settings: Settings, box_office_id: UUID, basket: Basket, now: datetime
) -> tuple[Way, ...]:
    """The ways to pay that a box office offers, for a basket that is not ordered yet; none when nothing is to be paid.

    Three statements.
    """
    async with db.read() as c:
        zone = ZoneInfo(await SQL.time_zone.value(c, box_office_id=box_office_id))
        at = Moment(now, now, None, zone, settings.payment_s_max)
        return await _ways(c, settings, box_office_id, basket, at)


async def offered_for(db: Database, settings: Settings, order_id: UUID, now: datetime) -> tuple[Way, ...]:
    """The same for an order that awaits its money; none for another, and once something came in. NotFound."""
    async with db.read() as c:
        order = await orders.view(c, order_id)
        if order.status is not OrderStatus.PENDING or order.received_cents or _is_over(order, now):
            return ()
        return await _ways(c, settings, order.box_office_id, *await _judged(c, settings, order, now))


async def choose(
    db: Database, settings: Settings, order_id: UUID, method: str, now: datetime, by: Actor | None = None
) -> Order:
    """Say how an order will be paid: it is kept until that way's deadline, and invoiced where that is the way.

    Chosen again, nothing new happens. Raises NotFound, WrongState, NothingDue, MethodStays, and what `Way.why_not` has:
    MethodNotOffered, OrderTooSmall, OrderTooLarge, TooLateToPay.
    """
    async with db.transaction() as c:
        locked = await orders.lock(c, order_id)
        order = await orders.view(c, order_id)
        step(ORDER, "order", order.status, OrderEvent.PAY)
        if order.due_cents == 0:
            raise NothingDue()
        if order.status is not OrderStatus.PENDING or order.received_cents:
            raise MethodStays()
        if _is_over(order, now):
            raise WrongState(what="order", state=OrderStatus.EXPIRED, event=OrderEvent.PAY)
        way = await _way(c, settings, order, method, now)
        await SQL.choose.run(c, order_id=order_id, method=method, until=way.until)
        if by is not None and method != order.payment_method:
            told = {"payment_method": (order.payment_method, method), "expires_at": (order.expires_at, way.until)}
            await audit.note(c, by, "order.method-chosen", locked.subject, now, told)
        if method == AT_COUNTER and method != order.payment_method:
            await jobs.enqueue(c, Job.SEND_MAIL, SendMail(order_id, MailKind.ORDER_PLACED))
        if method == INVOICE:
            await invoicing.issue(c, order_id, now, way.due_on)
            if (await billing.get(c, order.box_office_id)).tickets_first:
                return await orders.trust(c, order_id)
        return msgspec.structs.replace(order, payment_method=method, expires_at=way.until)


def every(found: list[Rule]) -> list[Rule]:
    """A rule for each way to pay there is: what the box office said, or what is usual."""
    said = {rule.method: rule for rule in found}
    return [said.get(name, method.usual) for name, method in METHODS.items()]


def _is_over(order: Order, now: datetime) -> bool:
    return order.expires_at is not None and order.expires_at <= now


async def _judged(c: Connection, settings: Settings, order: Order, now: datetime) -> tuple[Basket, Moment]:
    row = await SQL.ground.row(c, order_id=order.id)
    assert row is not None, "an order has its box office"
    at = Moment(now, order.placed_at, order.expires_at, ZoneInfo(row["time_zone"]), settings.payment_s_max)
    return Basket(order.due_cents, row["first_starts_at"]), at


async def _way(c: Connection, settings: Settings, order: Order, method: str, now: datetime) -> Way:
    ways = await _ways(c, settings, order.box_office_id, *await _judged(c, settings, order, now))
    way = next((way for way in ways if way.method == method), None)
    if way is None:
        raise MethodNotOffered()
    if way.why_not is not None:
        raise way.why_not
    return way


async def _ways(c: Connection, settings: Settings, box_office_id: UUID, basket: Basket, at: Moment) -> tuple[Way, ...]:
    if basket.amount_cents <= 0:
        return ()
    found = await billing.get(c, box_office_id)
    known = every(await billing.rules(c, box_office_id))
    return tuple(_judge(rule, basket, at) for rule in known if _is_offered(rule, found, settings))


def _is_offered(rule: Rule, found: Billing, settings: Settings) -> bool:
    """Whether it can be offered at all: the sandbox where the settings have it, invoices that can be paid."""
    return (
        rule.offered
        and (rule.method != ONLINE or settings.sandbox_payments)
        and (rule.method != INVOICE or found.ready)
    )


def _judge(rule: Rule, basket: Basket, at: Moment) -> Way:
    terms = METHODS[rule.method].terms(rule, basket, at)
    why_not: Refusal | None = None
    if rule.min_cents is not None and basket.amount_cents < rule.min_cents:
        why_not = OrderTooSmall()
    elif rule.max_cents is not None and basket.amount_cents > rule.max_cents:
        why_not = OrderTooLarge()
    elif terms is None:
        why_not = TooLateToPay()
    until, due_on = (terms.until, terms.due_on) if terms else (None, None)
    return Way(rule.method, rule.texts, until, due_on, why_not)
