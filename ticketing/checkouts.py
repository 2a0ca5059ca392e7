"""The checkout: what a box office lets its buyers choose and do, and what the buyer of an order chose.

Tickets reach their buyer at home, on the telephone or at the counter. The box office says which of these it offers, and
until how many hours before the first date a buyer may cancel what they paid or put another name on a ticket; what it
has not said is `Rules()`. What a buyer chose is written in the transaction of the order, with the hash of the terms
that they agreed to: the texts themselves are in the audit log, as every text of a shop is.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from ticketing import audit
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.refusals import (
    CancellationOver,
    EditedMeanwhile,
    HandoverNotOffered,
    HoldersFixed,
    InputRefused,
    NotFound,
)
from ticketing.sql import Connection, load
from ticketing.ticket_deliveries import Paper
from ticketing.vat import VatShare

HOURS_MAX = 8760
"""A year."""

SQL = load("checkouts")


class Handover(StrEnum):
    """How tickets reach their buyer."""

    PRINT = "print"
    """A PDF, to print at home."""
    MOBILE = "mobile"
    """A page for the telephone's screen."""
    COUNTER = "counter"
    """Printed and handed out by the box office: nobody else has the codes before."""


class Rules(Struct, frozen=True, kw_only=True):
    """What a box office lets its buyers do. Hours are before an order's first date; None: never. `version` 0: nobody
    has said anything yet."""

    version: int = 0
    handovers: tuple[Handover, ...] = (Handover.PRINT, Handover.MOBILE)
    cancellation_until_hours: int | None = None
    holders_until_hours: int | None = None


class Choices(Struct, frozen=True):
    """What a buyer chose on the way to the order. `terms_hash` is of what they agreed to; None: there was nothing."""

    handover: Handover
    terms_hash: bytes | None = None


class Permitted(Struct, frozen=True):
    """What the buyer of an order chose, and until when they may cancel it and name holders (None: not at all). An order
    that came another way has no `handover`."""

    box_office_id: UUID
    box_office_key: str
    handover: Handover | None
    handovers: tuple[Handover, ...]
    cancellable_until: datetime | None
    holders_until: datetime | None

    def may_cancel(self, now: datetime) -> bool:
        """Whether what is paid may be cancelled now."""
        return self.cancellable_until is not None and now < self.cancellable_until

    def may_name(self, now: datetime) -> bool:
        """Whether tickets may get other names now."""
        return self.holders_until is not None and now < self.holders_until

    @property
    def at_counter(self) -> bool:
        """Whether the tickets wait at the counter."""
        return self.handover is Handover.COUNTER


class _Row(Struct, frozen=True):
    box_office_id: UUID
    box_office_key: str
    handover: Handover | None
    handovers: tuple[Handover, ...]
    cancellation_until_hours: int | None
    holders_until_hours: int | None
    first_starts_at: datetime | None


async def rules(db: Database, box_office_id: UUID) -> Rules:
    """What a box office lets its buyers do."""
    async with db.read() as c:
        return await _rules(c, box_office_id)


async def change(
    db: Database, organisation_id: UUID, box_office_id: UUID, wanted: Rules, by: Actor, now: datetime
) -> Rules:
    """Let buyers do otherwise; `wanted.version` is the one that was looked at.

    Raises InputRefused with the field, EditedMeanwhile, and NotFound for another organisation's.
    """
    _ensure_sound(wanted)
    async with db.transaction() as c:
        office = await SQL.own.row(c, organisation_id=organisation_id, box_office_id=box_office_id)
        if office is None:
            raise NotFound(what="box office")
        before = await _rules(c, box_office_id)
        values = {name: getattr(wanted, name) for name in Rules.__struct_fields__}
        values["handovers"] = [one for one in Handover if one in wanted.handovers]
        if await SQL.change.value(c, box_office_id=box_office_id, **values) is None:
            raise EditedMeanwhile(what="box office")
        after = await _rules(c, box_office_id)
        changes = audit.differences(before, after)
        changes.pop("version", None)
        subject = Subject(kind="box_office", id=box_office_id, name=office["name"], box_office_id=box_office_id)
        if changes:
            await audit.note(c, by, "checkout.changed", subject, now, changes)
    return after


async def store(c: Connection, order_id: UUID, choices: Choices) -> None:
    """Write what a buyer chose, in the transaction of their order."""
    await SQL.store.run(c, order_id=order_id, handover=choices.handover, terms_hash=choices.terms_hash)
    if choices.handover is Handover.MOBILE:
        await SQL.set_paper.run(c, order_id=order_id, paper=Paper.PHONE)


async def of_order(db: Database, order_id: UUID) -> Permitted:
    """What the buyer of an order chose and may do, or NotFound."""
    async with db.read() as c:
        return await permitted(c, order_id)


async def permitted(c: Connection, order_id: UUID) -> Permitted:
    """The same, as it stands in this transaction."""
    row = await SQL.of_order.one(c, _Row, order_id=order_id)
    if row is None:
        raise NotFound(what="order")

    return Permitted(
        row.box_office_id,
        row.box_office_key,
        row.handover,
        row.handovers or Rules().handovers,
        _before(row.first_starts_at, row.cancellation_until_hours),
        _before(row.first_starts_at, row.holders_until_hours),
    )


async def hand_over(db: Database, order_id: UUID, wanted: Handover) -> None:
    """Let an order's tickets reach their buyer otherwise. HandoverNotOffered, NotFound. Who asks has its secret."""
    async with db.transaction() as c:
        found = await permitted(c, order_id)
        if wanted not in found.handovers:
            raise HandoverNotOffered()
        await SQL.set_handover.run(c, order_id=order_id, handover=wanted)
        await SQL.set_paper.run(c, order_id=order_id, paper=Paper.PHONE if wanted is Handover.MOBILE else None)


async def ensure_cancellable(db: Database, order_id: UUID, now: datetime) -> None:
    """CancellationOver when the buyer of an order may not cancel what they paid."""
    if not (await of_order(db, order_id)).may_cancel(now):
        raise CancellationOver()


async def ensure_nameable(c: Connection, order_id: UUID, now: datetime) -> None:
    """HoldersFixed when the buyer of an order may not put other names on its tickets."""
    if not (await permitted(c, order_id)).may_name(now):
        raise HoldersFixed()


async def vat(db: Database, amounts: Sequence[tuple[int, int | None]]) -> list[VatShare]:
    """What of amounts, each with its rate in thousandths of a percent, will be tax: by rate, the highest first."""
    cents, rates = [amount for amount, _ in amounts], [rate for _, rate in amounts]
    async with db.read() as c:
        return await SQL.vat.all(c, VatShare, amounts=cents, rates=rates)


def hash_of(terms: str) -> bytes | None:
    """Names terms of sale, 32 bytes; None for none."""
    return hashlib.sha256(terms.encode()).digest() if terms.strip() else None


def _before(starts_at: datetime | None, hours: int | None) -> datetime | None:
    return None if starts_at is None or hours is None else starts_at - timedelta(hours=hours)


async def _rules(c: Connection, box_office_id: UUID) -> Rules:
    return await SQL.rules.one(c, Rules, box_office_id=box_office_id) or Rules()


def _ensure_sound(wanted: Rules) -> None:
    if not wanted.handovers:
        raise InputRefused(problem="Offer at least one of these.", where="handovers")
    for name in ("cancellation_until_hours", "holders_until_hours"):
        hours = getattr(wanted, name)
        if hours is not None and not 0 <= hours <= HOURS_MAX:
            raise InputRefused(problem="Type a number from 0 to {most}.", where=name, most=HOURS_MAX)
