"""Orders: placed before they are paid, and what becomes of them.

Placing writes the claims, the order, its tickets, the ledger and the jobs in one transaction, so that from then on the
places are the buyer's and the money is owed: a payment page comes after it, and what comes too late expires. The
transaction rests on a pinned hold; Redis learns of the claims after the commit, from here or from the job.

A request key names one order of its box office. The same request again gets the first answer, the order's secret
included: the secret is derived from the order's id by a key that only the server has, and only its hash is stored.

An order's row is locked before its places' pools, pools in the order of their numbers, claims by (pool, place).
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any as Anything
from uuid import UUID

import msgspec
from msgspec import Struct

from engine.failpoints import reach
from engine.holds import Any, PinAnswer
from engine.inventory import Inventory
from engine.link import StoreUnreachable
from engine.outcomes import Outcome
from ticketing import answers, audit, checkouts, claims, drafts, invoicing, jobs, ledger, queues, refunds
from ticketing.audit import Actor, Subject
from ticketing.channels import Channel
from ticketing.claims import Claim
from ticketing.customers import ANONYMOUS
from ticketing.db import Database
from ticketing.drafts import Buyer, Draft, Ground, PassChoice, PlaceOrder, SeatChoice
from ticketing.ids import new_code, new_id, read_code, secret_hash
from ticketing.jobs import Job, MailKind, SendMail, SyncPlaces
from ticketing.ledger import Account
from ticketing.refusals import (
    ChangedMeanwhile,
    HoldMismatch,
    HoldOrdered,
    NotFound,
    NothingReceived,
    NotReady,
    OrderLate,
    PassWhole,
    Refusal,
    RequestReused,
    SeatsTaken,
    TariffChanged,
    TariffSoldOut,
    TicketUsed,
    TooManyPlaces,
)
from ticketing.settings import Settings, secret_bytes
from ticketing.sql import Connection, load
from ticketing.states import ORDER, TICKET, OrderEvent, OrderStatus, TicketEvent, TicketStatus, sources, step
from ticketing.vat import VatShare

__all__ = ["Buyer", "PassChoice", "PlaceOrder", "SeatChoice"]

PIN_TRIES_MAX = 2
DIGEST_BYTES = 16

ACTS = {
    OrderEvent.CANCEL: "order.cancelled",
    OrderEvent.GIVE_UP: "order.given-up",
    OrderEvent.WITHDRAW: "order.withdrawn",
}

SQL = load("orders")


class PlacedOrder(Struct, frozen=True):
    """What placing an order answers. `secret` opens the order and is shown nowhere else."""

    id: UUID
    code: str
    secret: str
    status: OrderStatus
    currency: str
    total_cents: int
    placed_at: datetime
    expires_at: datetime | None
    """When it expires unless it is paid; None when there is nothing to pay."""


class Order(Struct, frozen=True):
    """An order and its money: what it costs, what came in, what went back, what will go back, and what is still due.

    total = received - refunded - refund_due + due; `due_cents` is never below zero. `vat` is what of the total is tax,
    the highest rate first; nothing where the seller is not registered.
    """

    id: UUID
    code: str
    box_office_id: UUID
    organisation_id: UUID
    customer_id: UUID
    status: OrderStatus
    currency: str
    placed_at: datetime
    expires_at: datetime | None
    closed_at: datetime | None
    total_cents: int
    received_cents: int
    refunded_cents: int
    refund_due_cents: int
    due_cents: int
    vat: tuple[VatShare, ...]
    payment_method: str | None = None
    """How its buyer said it will be paid, if they said."""


class OrderLine(Struct, frozen=True):
    """One line of an order; a reversal names the line it takes back."""

    id: UUID
    kind: str
    label: str
    amount_cents: int
    vat_thousandths: int | None
    vat_cents: int
    reverses: UUID | None
    created_at: datetime


class Locked(Struct, frozen=True):
    """An order whose row the transaction holds."""

    id: UUID
    code: str
    box_office_id: UUID
    status: OrderStatus

    @property
    def subject(self) -> Subject:
        """The order as the audit log names it."""
        return Subject(kind="order", id=self.id, name=self.code, box_office_id=self.box_office_id)


class OrderTicket(Struct, frozen=True):
    """A ticket as taking back sees it."""

    id: UUID
    order_id: UUID
    order_line_id: UUID
    pass_id: UUID | None
    pool_id: int
    place: int
    status: TicketStatus
    admitted: bool


class _KeyTaken(Exception):
    """The order's code, key or hold is in another order."""


async def place(
    db: Database, inventory: Inventory, settings: Settings, request: PlaceOrder, now: datetime, by: Actor | None = None
) -> PlacedOrder:
    """Order the places of a hold: they are the buyer's from then on, and owed until `expires_at`. `by`: who of the
    staff sold it, if anybody.

    Raises InputRefused, NotFound, NoPrice, SaleClosed, PriceChanged and what else `drafts.draft` says of what cannot be
    ordered; HoldExpired, HoldLost, HoldBusy, HoldMismatch, HoldOrdered for the hold; TariffSoldOut, SeatsTaken,
    TariffChanged, TooManyPlaces (of the customer's that are not paid), TurnUsed; RequestReused for a key that was
    another request's; NotReady and OrderLate when the same may work in a moment. A refused order leaves the hold.
    """
    async with db.read() as c:
        ground = await drafts.ground(c, request)
    if ground[0].order_id is not None:
        return await _first_answer(db, settings, request)
    draft = await drafts.draft(db, request, ground, settings.held_s_max, now)
    _ensure_few(settings, request, ground[0], draft)
    attempt = _digest(request)
    pin = await _pin(inventory, settings, request, draft, attempt)
    reach("F2")
    try:
        claims.ensure_same(drafts.epochs_of(ground), pin.epochs)
        placed, owned = await _write(db, settings, request, ground, draft, pin, now, by)
    except _KeyTaken:
        return await _first_answer(db, settings, request)
    except Refusal as refusal:
        await _refused(db, inventory, request, pin, attempt, refusal)
        raise
    reach("F5")
    await claims.settle(inventory, request.box_office.hex, owned, request.hold)
    reach("F6")
    return placed


async def get(db: Database, order_id: UUID) -> Order:
    """An order, or NotFound."""
    async with db.read() as c:
        return await view(c, order_id)


async def by_secret(db: Database, order_id: UUID, secret: str) -> Order:
    """The order that this secret opens, or NotFound."""
    async with db.read() as c:
        return await view(c, await SQL.by_secret.value(c, order_id=order_id, secret_hash=secret_hash(secret)))


async def of_organisation(db: Database, organisation_id: UUID, order_id: UUID) -> Order:
    """An organisation's own order, or NotFound."""
    async with db.read() as c:
        return await view(c, await SQL.of_organisation.value(c, organisation_id=organisation_id, order_id=order_id))


async def by_code(db: Database, organisation_id: UUID, code: str) -> Order:
    """An organisation's own order by its code, as a person types it; or NotFound."""
    async with db.read() as c:
        return await view(c, await SQL.by_code.value(c, organisation_id=organisation_id, code=read_code(code)))


async def lines(db: Database, order_id: UUID) -> list[OrderLine]:
    """An order's lines as they were written."""
    async with db.read() as c:
        return await SQL.lines.all(c, OrderLine, order_id=order_id)


async def cancel(
    db: Database,
    inventory: Inventory,
    order_id: UUID,
    now: datetime,
    tickets: Sequence[UUID] | None = None,
    by: Actor | None = None,
    back_cents: int | None = None,
) -> Order:
    """Take tickets back (None: all of them): their places are free again, their money is not owed or goes back.

    Raises NotFound, WrongState, PassWhole (the tickets of a pass go together), TicketUsed; ChangedMeanwhile when
    anything but `back_cents` would go back.
    """
    return await _cancel(db, inventory, order_id, OrderEvent.CANCEL, tickets, now, by, back_cents)


async def refund(
    db: Database,
    inventory: Inventory,
    order_id: UUID,
    now: datetime,
    by: Actor | None = None,
    back_cents: int | None = None,
) -> Order:
    """Give back all that came in for an order: its tickets are taken back, but for those that were let in already
    (and their passes), which are paid back by a line of their own and stay what they are.

    Raises NotFound, WrongState, NothingReceived; ChangedMeanwhile when anything but `back_cents` would go back.
    """
    async with claims.transaction(db) as c:
        order = await lock(c, order_id)
        live = await live_tickets(c, order)
        used = {ticket.order_line_id for ticket in live if ticket.admitted}
        chosen = [ticket for ticket in live if ticket.order_line_id not in used]
        before = await view(c, order_id)
        kept_cents = before.received_cents - before.refunded_cents - before.refund_due_cents
        step(ORDER, "order", order.status, OrderEvent.CANCEL)
        if kept_cents <= 0:
            raise NothingReceived()
        if back_cents not in (None, kept_cents):
            raise ChangedMeanwhile()
        places = await places_of(c, order, chosen, not used)
        if not used:
            status = step(ORDER, "order", order.status, OrderEvent.CANCEL)
            await SQL.close.run(c, order_ids=[order.id], status=status, now=now)
        lines_chosen = {ticket.order_line_id for ticket in chosen}
        freed = await _take_back(c, [order.id], list(lines_chosen), places, "refunded", now)
        await _write_off(c, order.id, now)
        await refunds.flag_excess(c, order.id, "refunded", now)
        await invoicing.follow(c, [order.id], now)
        found = await view(c, order_id)
        if by is not None:
            told = {"refund_cents": (0, kept_cents), "status": (order.status, found.status)}
            await audit.note(c, by, "order.refunded", order.subject, now, told)
    await claims.free(inventory, order.box_office_id.hex, freed)
    return found


async def give_up(db: Database, inventory: Inventory, order_id: UUID, now: datetime, by: Actor | None = None) -> Order:
    """Cancel an order by its buyer, before it is paid. Raises NotFound, WrongState."""
    return await _cancel(db, inventory, order_id, OrderEvent.GIVE_UP, None, now, by)


async def withdraw(
    db: Database, inventory: Inventory, order_id: UUID, now: datetime, by: Actor, back_cents: int | None = None
) -> Order:
    """Cancel an order by its buyer after it was paid, as long as its box office lets them: what was paid goes back.

    Raises NotFound, WrongState, CancellationOver, TicketUsed; ChangedMeanwhile when anything but `back_cents` would go
    back.
    """
    await checkouts.ensure_cancellable(db, order_id, now)
    return await _cancel(db, inventory, order_id, OrderEvent.WITHDRAW, None, now, by, back_cents)


async def expire_due(db: Database, inventory: Inventory, now: datetime, orders_max: int = 100) -> int:
    """Expire orders whose payment time is over at `now` (Postgres's time, as `expires_at` is); how many.

    At most `orders_max`, in one transaction; orders that somebody else has in hand are left for the next time.
    """
    async with db.transaction() as c:
        due = await SQL.lock_due.all(c, Locked, now=now, orders_max=orders_max)
        if not due:
            return 0
        ids = [order.id for order in due]
        status = step(ORDER, "order", OrderStatus.PENDING, OrderEvent.EXPIRE)
        lines_open = [row["id"] for row in await SQL.open_lines.rows(c, order_ids=ids)]
        owned = await claims.of_orders(c, ids)
        await SQL.close.run(c, order_ids=ids, status=status, now=now)
        places = [(claim.pool, claim.place) for some in owned.values() for claim in some]
        freed = await _take_back(c, ids, lines_open, sorted(places), "expired", now)
        for row in await SQL.part_paid.rows(c, order_ids=ids):
            await refunds.flag_excess(c, row["id"], "expired", now)
        await invoicing.follow(c, ids, now)
    await _free_each(inventory, due, owned, freed)
    return len(due)


# For the modules that act on an order inside a transaction of theirs


async def lock(c: Connection, order_id: UUID | None) -> Locked:
    """Hold an order's row until the transaction ends; NotFound when there is none."""
    order = await SQL.lock.one(c, Locked, order_id=order_id)
    if order is None:
        raise NotFound(what="order")
    return order


async def view(c: Connection, order_id: UUID | None) -> Order:
    """An order as it stands in this transaction; NotFound when there is none."""
    order = None if order_id is None else await SQL.get.one(c, Order, order_id=order_id)
    if order is None:
        raise NotFound(what="order")
    return order


async def pay_if_settled(c: Connection, order_id: UUID, now: datetime) -> Order:
    """Once nothing is due of a pending order it is paid, its tickets are valid, and its buyer is told."""
    order = await view(c, order_id)
    if order.status is not OrderStatus.PENDING or order.due_cents > 0:
        return order
    await invoicing.receipt(c, order_id, now)
    return await _confirm(c, order, OrderEvent.PAY)


async def trust(c: Connection, order_id: UUID) -> Order:
    """Issue the tickets of a pending order before its money came; it does not end any more, and its debt stays."""
    return await _confirm(c, await view(c, order_id), OrderEvent.TRUST)


async def _confirm(c: Connection, order: Order, event: OrderEvent) -> Order:
    status = step(ORDER, "order", order.status, event)
    waiting = sources(TICKET, TicketEvent.PAY)
    await SQL.pay.run(c, order_id=order.id, status=status, ticket_sources=waiting, ticket_status=TicketStatus.VALID)
    await jobs.enqueue(c, Job.SEND_MAIL, SendMail(order.id, MailKind.ORDER_PAID))
    return msgspec.structs.replace(order, status=status)


# Placing


def _ensure_few(settings: Settings, request: PlaceOrder, ground: Ground, draft: Draft) -> None:
    """TooManyPlaces where a customer would have too many that are not paid; staff at the counter are not counted."""
    unpaid, most = ground.unpaid_places + len(draft.tickets), settings.places_per_account_max
    if draft.total_cents and unpaid > most and request.channel is not Channel.COUNTER:
        raise TooManyPlaces(places_max=most)


def _digest(request: PlaceOrder) -> bytes:
    """Names the request: kept beside its key to know a repetition, and the attempt a hold is pinned by."""
    asked = msgspec.structs.replace(request, admissions=())
    return hashlib.blake2b(msgspec.json.encode(asked), digest_size=DIGEST_BYTES).digest()


@lru_cache(maxsize=8)
def _secret_key(settings: Settings) -> bytes:
    return hashlib.blake2b(secret_bytes(settings), digest_size=32, person=b"placeur orders").digest()


def secret_of(settings: Settings, order_id: UUID) -> str:
    """The order's secret, 43 URL-safe characters: for who placed it, and for mails to them."""
    made = hashlib.blake2b(order_id.bytes, digest_size=32, key=_secret_key(settings)).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


async def _first_answer(db: Database, settings: Settings, request: PlaceOrder) -> PlacedOrder:
    """What this request was answered before. Raises RequestReused; HoldOrdered when another request had the hold.

    With neither of the two, another order has the code drawn for this one: OrderLate, and the next try draws anew.
    """
    async with db.read() as c:
        row = await SQL.placed_by_key.row(c, box_office_id=request.box_office, request_key=request.request_key)
        if row is None:
            raise HoldOrdered() if await SQL.hold_ordered.value(c, hold_id=request.hold) else OrderLate()
    if row["request_digest"] != _digest(request):
        raise RequestReused()
    return PlacedOrder(
        id=row["id"],
        code=row["code"],
        secret=secret_of(settings, row["id"]),
        status=OrderStatus.PENDING if row["total_cents"] else OrderStatus.PAID,
        currency=row["currency"],
        total_cents=row["total_cents"],
        placed_at=row["placed_at"],
        expires_at=row["expires_at"],
    )


async def _pin(
    inventory: Inventory, settings: Settings, request: PlaceOrder, draft: Draft, attempt: bytes
) -> PinAnswer:
    """Pin the hold, with exactly the places of the order in it: those beside the seats are added or dropped here."""
    box_office, seats = request.box_office.hex, _seats(draft)
    if draft.needs:
        await _fit(inventory, request, seats, draft.needs)
    for _ in range(PIN_TRIES_MAX):
        pin = await inventory.pin(box_office, request.hold, attempt, settings.pin_ms)
        claims.ensure_granted(pin.outcome)
        beside = {pool: len(places) for pool, places in pin.places.items() if pool not in seats}
        if beside == draft.needs and all(set(pin.places.get(pool, ())) == seats[pool] for pool in seats):
            return pin
        await inventory.unpin(box_office, request.hold, attempt)
        await _fit(inventory, request, seats, draft.needs)
    raise HoldMismatch()


async def _fit(inventory: Inventory, request: PlaceOrder, seats: dict[int, set[int]], needs: Counter[int]) -> None:
    """Make the hold have as many interchangeable places beside the seats as the order needs.

    The change is named by what it does, so that the same request twice at once makes it once.
    """
    held = await inventory.read(request.box_office.hex, request.hold)
    claims.ensure_granted(held.outcome)
    if any(set(held.places.get(pool, ())) != wanted for pool, wanted in seats.items()):
        raise HoldMismatch()
    beside = {pool: places for pool, places in held.places.items() if pool not in seats}
    add = tuple(Any(pool, count - len(beside.get(pool, ()))) for pool, count in needs.items())
    add = tuple(want for want in add if want.count > 0)
    drop = {pool: places[needs[pool] :] for pool, places in beside.items() if len(places) > needs[pool]}
    if not add and not drop:
        return
    change_id = hashlib.blake2b(msgspec.json.encode((_digest(request), add, drop)), digest_size=DIGEST_BYTES).digest()
    changed = await inventory.change(request.box_office.hex, request.hold, change_id, add, drop)
    if changed.outcome is Outcome.SOLD_OUT:
        raise TariffSoldOut()
    claims.ensure_granted(changed.outcome)


def _seats(draft: Draft) -> dict[int, set[int]]:
    seats: dict[int, set[int]] = {}
    for ticket in draft.tickets:
        seats.setdefault(ticket.pool, set()).add(ticket.place)
    return seats


async def _write(
    db: Database,
    settings: Settings,
    request: PlaceOrder,
    ground: Sequence[Ground],
    draft: Draft,
    pin: PinAnswer,
    now: datetime,
    by: Actor | None,
) -> tuple[PlacedOrder, list[Claim]]:
    """The one transaction. Raises _KeyTaken, TariffChanged, NotReady, SeatsTaken, OrderLate, with nothing written."""
    placed = _placed(settings, ground[0], draft, pin, now)
    wanted = claims.pairs(pin.places)
    values = _values(settings, request, ground[0], draft, placed, wanted) | _around(ground, placed, pin)
    async with claims.transaction(db) as c:
        row = await SQL.place.row(c, **values)
        assert row is not None, "the statement answers with one row"
        if not row["unchanged"]:
            raise TariffChanged()
        if not row["ready"]:
            raise NotReady()
        if not row["placed"]:
            raise _KeyTaken
        if len(row["places"]) < len(wanted):
            raise SeatsTaken()
        if not row["in_time"]:
            raise OrderLate()
        if draft.answers:
            await answers.store(c, placed.id, draft.answers, now)
        if request.choices is not None:
            await checkouts.store(c, placed.id, request.choices)
        for admission in request.admissions:
            await queues.bought(c, admission, [ticket.performance for ticket in draft.tickets])
        if by is not None:
            subject = Subject(kind="order", id=placed.id, name=placed.code, box_office_id=request.box_office)
            told = {"tickets": (None, len(draft.tickets)), "price_cents": (None, placed.total_cents)}
            await audit.note(c, by, "order.placed", subject, now, told)
        reach("F3")
        claims.reach_after_sending("F4")
    owned = zip(row["pools"], row["places"], row["serials"], strict=True)
    return placed, [Claim(*claim) for claim in owned]


def _around(ground: Sequence[Ground], placed: PlacedOrder, pin: PinAnswer) -> dict[str, Anything]:
    """The rest of the parameters: what the order rests on, and the jobs it leaves behind."""
    todo: list[tuple[Job, Struct, int]] = [(Job.SYNC_PLACES, SyncPlaces(pin.places), claims.SYNC_AFTER_S)]
    if placed.status is OrderStatus.PAID:
        todo.append((Job.SEND_MAIL, SendMail(placed.id, MailKind.ORDER_PAID), 0))
    versions = {row.tariff_id: row.tariff_version for row in ground if row.tariff_id is not None}
    return {
        "tariff_ids": list(versions),
        "tariff_versions": list(versions.values()),
        "pinned_pools": list(pin.epochs),
        "pinned_epochs": list(pin.epochs.values()),
        "jobs": [job for job, _, _ in todo],
        "priorities": [jobs.PRIORITIES[job] for job, _, _ in todo],
        "payloads": [jobs.write(job, payload) for job, payload, _ in todo],
        "job_delays": [after_s for _, _, after_s in todo],
    }


def _placed(settings: Settings, ground: Ground, draft: Draft, pin: PinAnswer, now: datetime) -> PlacedOrder:
    """The answer. Payment time counts from the first hold, on Redis's clock, and ends on Postgres's."""
    order_id, total_cents = new_id(), draft.total_cents
    held_s = (pin.now_ms - pin.first_held_ms) / 1000
    payment_s = max(0.0, min(settings.payment_s_max, settings.held_s_max - held_s))
    return PlacedOrder(
        id=order_id,
        code=new_code(),
        secret=secret_of(settings, order_id),
        status=OrderStatus.PENDING if total_cents else OrderStatus.PAID,
        currency=ground.currency,
        total_cents=total_cents,
        placed_at=now,
        expires_at=ground.asked_at + timedelta(seconds=payment_s) if total_cents else None,
    )


def _values(
    settings: Settings,
    request: PlaceOrder,
    ground: Ground,
    draft: Draft,
    placed: PlacedOrder,
    wanted: Sequence[tuple[int, int]],
) -> dict[str, Anything]:
    """The parameters of the statement: tables as one array a column."""
    tickets, passes = draft.tickets, draft.passes
    chosen = [(ticket.id, option) for ticket in tickets for option in ticket.options]
    return {
        "customer_id": ground.customer_id,
        "new_customer_id": new_id(),
        "organisation_id": ground.organisation_id,
        "email": drafts.address_of(request.buyer),
        "name": request.buyer.name.strip() or ANONYMOUS,
        "locale": request.buyer.locale,
        "order_id": placed.id,
        "code": placed.code,
        "box_office_id": request.box_office,
        "hold_id": request.hold,
        "request_key": request.request_key,
        "request_digest": _digest(request),
        "secret_hash": secret_hash(placed.secret),
        "status": placed.status,
        "channel": request.channel,
        "ticket_status": TicketStatus.RESERVED if placed.total_cents else TicketStatus.VALID,
        "currency": placed.currency,
        "placed_at": placed.placed_at,
        "expires_at": placed.expires_at,
        "asked_at": ground.asked_at,
        "order_s_max": settings.order_s_max,
        "claim_pools": [pool for pool, _ in wanted],
        "claim_places": [place for _, place in wanted],
        "line_ids": [line.id for line in draft.lines],
        "line_kinds": [line.kind for line in draft.lines],
        "line_labels": [line.label for line in draft.lines],
        "line_amounts": [line.amount_cents for line in draft.lines],
        "line_vats": [line.vat_thousandths for line in draft.lines],
        "pass_ids": [holder.id for holder in passes],
        "pass_lines": [holder.line for holder in passes],
        "pass_types": [holder.pass_type for holder in passes],
        "pass_holders": [holder.holder_name for holder in passes],
        "ticket_ids": [ticket.id for ticket in tickets],
        "ticket_lines": [ticket.line for ticket in tickets],
        "ticket_passes": [ticket.holder_pass for ticket in tickets],
        "ticket_performances": [ticket.performance for ticket in tickets],
        "ticket_tariffs": [ticket.tariff for ticket in tickets],
        "ticket_pools": [ticket.pool for ticket in tickets],
        "ticket_places": [ticket.place for ticket in tickets],
        "ticket_zones": [ticket.zone for ticket in tickets],
        "ticket_rows": [ticket.row for ticket in tickets],
        "ticket_seats": [ticket.seat for ticket in tickets],
        "ticket_categories": [ticket.category for ticket in tickets],
        "ticket_prices": [ticket.price_cents for ticket in tickets],
        "ticket_options_cents": [ticket.options_cents for ticket in tickets],
        "ticket_holders": [ticket.holder_name for ticket in tickets],
        "option_tickets": [ticket for ticket, _ in chosen],
        "option_ids": [option.id for _, option in chosen],
        "option_names": [option.name for _, option in chosen],
        "option_prices": [option.price_cents for _, option in chosen],
        "total_cents": placed.total_cents,
    }


async def _refused(
    db: Database, inventory: Inventory, request: PlaceOrder, pin: PinAnswer, attempt: bytes, refusal: Refusal
) -> None:
    """The hold is the buyer's again. What Redis was wrong about is looked at: places that another owns, old epochs."""
    if isinstance(refusal, SeatsTaken):
        async with db.read() as c:
            await claims.sync_later(c, claims.pairs(pin.places), after_s=0)
    if isinstance(refusal, NotReady):
        await claims.look_again(inventory, pin.epochs)
    with suppress(StoreUnreachable):
        await inventory.unpin(request.box_office.hex, request.hold, attempt)


# Taking back


async def _cancel(
    db: Database,
    inventory: Inventory,
    order_id: UUID,
    event: OrderEvent,
    tickets: Sequence[UUID] | None,
    now: datetime,
    by: Actor | None = None,
    back_cents: int | None = None,
) -> Order:
    async with claims.transaction(db) as c:
        order = await lock(c, order_id)
        due_before = 0 if back_cents is None else (await view(c, order_id)).refund_due_cents
        live = await live_tickets(c, order)
        chosen = live if tickets is None else choose(live, tickets)
        whole = len(chosen) == len(live)
        status = step(ORDER, "order", order.status, event if whole else OrderEvent.CHANGE)
        if any(ticket.admitted for ticket in chosen):
            raise TicketUsed()
        places = await places_of(c, order, chosen, whole)
        if whole:
            await SQL.close.run(c, order_ids=[order.id], status=status, now=now)
        lines_chosen = {ticket.order_line_id for ticket in chosen}
        freed = await _take_back(c, [order.id], list(lines_chosen), places, "cancelled", now)
        await refunds.flag_excess(c, order.id, "cancelled", now)
        found = await pay_if_settled(c, order.id, now)
        await invoicing.follow(c, [order.id], now)
        if back_cents not in (None, found.refund_due_cents - due_before):
            raise ChangedMeanwhile()
        if by is not None:
            told = {"tickets": (len(live), len(live) - len(chosen)), "status": (order.status, found.status)}
            await audit.note(c, by, ACTS[event] if whole else "order.reduced", order.subject, now, told)
    await claims.free(inventory, order.box_office_id.hex, freed)
    return found


async def _write_off(c: Connection, order_id: UUID, now: datetime) -> None:
    """What is left of an order costs nothing any more: each line by an adjustment, at its own rate of tax."""
    left = await view(c, order_id)
    if left.total_cents == 0:
        return
    open_lines = [row["id"] for row in await SQL.open_lines.rows(c, order_ids=[order_id])]
    await SQL.adjust.run(c, line_ids=open_lines, new_ids=[new_id() for _ in open_lines], now=now)
    values = (Account.RECEIVABLE, Account.SALES, -left.total_cents, left.currency, "refunded", now)
    await ledger.post(c, order_id, *values)


async def live_tickets(c: Connection, order: Locked) -> list[OrderTicket]:
    """The order's tickets that are somebody's, held so that no scan comes between."""
    await SQL.lock_tickets.run(c, order_ids=[order.id])
    found = await SQL.tickets_of.all(c, OrderTicket, order_ids=[order.id])
    live = sources(TICKET, TicketEvent.CANCEL)
    return [ticket for ticket in found if ticket.status in live]


def choose(live: Sequence[OrderTicket], wanted: Sequence[UUID]) -> list[OrderTicket]:
    """The tickets asked for. Raises NotFound for one that is not live in the order, PassWhole for a part of a pass."""
    chosen = [ticket for ticket in live if ticket.id in set(wanted)]
    if not wanted or len(chosen) < len(set(wanted)):
        raise NotFound(what="ticket")
    broken = {ticket.pass_id for ticket in chosen} & {ticket.pass_id for ticket in live if ticket not in chosen}
    if broken - {None}:
        raise PassWhole()
    return chosen


async def places_of(
    c: Connection, order: Locked, chosen: Sequence[OrderTicket], whole: bool = False
) -> list[tuple[int, int]]:
    """The (pool, place) pairs that go with the chosen tickets: their seats, and as many places beside them."""
    owned = (await claims.of_orders(c, [order.id])).get(order.id, [])
    if whole:
        return [(claim.pool, claim.place) for claim in owned]
    places = [(ticket.pool_id, ticket.place) for ticket in chosen]
    for row in await SQL.beside.rows(c, ticket_ids=[ticket.id for ticket in chosen]):
        mine = [(claim.pool, claim.place) for claim in owned if claim.pool == row["pool_id"]]
        places += mine[: row["place_count"]]
    return sorted(places)


async def take_back(c: Connection, line_ids: Sequence[UUID], reason: str, now: datetime) -> None:
    """Reverse lines with their tickets and passes; their places are the caller's to drop."""
    await SQL.take_back.run(
        c,
        line_ids=list(line_ids),
        reversal_ids=[new_id() for _ in line_ids],
        ticket_sources=sources(TICKET, TicketEvent.CANCEL),
        reason=reason,
        now=now,
    )


async def _take_back(
    c: Connection,
    order_ids: Sequence[UUID],
    line_ids: Sequence[UUID],
    places: Sequence[tuple[int, int]],
    reason: str,
    now: datetime,
) -> list[Claim]:
    """Reverse lines with their tickets and passes, and drop the claims on these places; the claims dropped."""
    await take_back(c, line_ids, reason, now)
    return await claims.drop(c, order_ids, places)


async def _free_each(
    inventory: Inventory, orders: Sequence[Locked], owned: dict[UUID, list[Claim]], freed: Sequence[Claim]
) -> None:
    """Tell Redis box office by box office; a pool belongs to one."""
    box_offices = {claim.pool: order.box_office_id.hex for order in orders for claim in owned.get(order.id, ())}
    for box_office in sorted(set(box_offices.values())):
        await claims.free(inventory, box_office, [claim for claim in freed if box_offices[claim.pool] == box_office])
