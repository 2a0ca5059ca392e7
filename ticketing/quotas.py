"""Quotas changed while tickets are sold: set, made larger or smaller, taken away.

A ticket at a bounded tariff claims one place of each of its quotas. So a quota that is set on a tariff with tickets
takes a place for each of them at once, and one that is taken away drops them; meanwhile the orders at the tariff wait,
and go on with what they read only if it still holds. Making it larger adds places. Making it smaller never goes below
what is claimed: claims on places past the new end move to free ones before it, since all are alike; carts that held
one of those past the end lose it, and are told.

The tariff's lock comes first, then its orders' rows, then the pool's.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from engine.inventory import Inventory
from ticketing import audit, pools, tariffs
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.refusals import EditedMeanwhile, InputRefused, NotFound, QuotaBelowSold
from ticketing.sql import Connection, load
from ticketing.tariffs import QUOTA_PLACES_MAX, Quota

SQL = load("quotas")


class Use(Struct, frozen=True):
    """A quota, or the lack of one, at a performance (None: over the event), and how many live tickets count in it."""

    performance_id: UUID | None
    starts_at: datetime | None
    time_zone: str | None
    place_count: int | None
    ticket_count: int


class _Tariff(Struct, frozen=True):
    id: UUID
    name: str
    event_id: UUID
    box_office_id: UUID


Wanted = Sequence[tuple[UUID | None, int | None]]
"""(performance or None for the event, places or None for no bound) pairs."""


async def uses(db: Database, tariff_id: UUID) -> list[Use]:
    """The event's bound first, then each performance's, by date."""
    async with db.read() as c:
        return await SQL.uses.all(c, Use, tariff_id=tariff_id)


async def write(
    db: Database,
    inventory: Inventory,
    organisation_id: UUID,
    tariff_id: UUID,
    version: int,
    wanted: Wanted,
    by: Actor,
    now: datetime,
) -> None:
    """Set a tariff's quotas, those that are named and no others.

    Raises NotFound, InputRefused, EditedMeanwhile, and QuotaBelowSold with `where` the performance's id or "event".
    """
    ensure_sound(wanted)
    touched: list[int] = []
    async with db.transaction() as c:
        tariff = await SQL.owned.one(c, _Tariff, organisation_id=organisation_id, tariff_id=tariff_id)
        if tariff is None:
            raise NotFound(what="tariff")
        await tariffs.lock_alone(c, tariff_id)
        if not await SQL.next_version.run(c, tariff_id=tariff_id, version=version):
            raise EditedMeanwhile(what="tariff")
        now_there = {quota.performance_id: quota for quota in await SQL.of_tariff.all(c, Quota, tariff_id=tariff_id)}
        changes: dict[str, tuple[int | None, int | None]] = {}
        for performance_id, count in wanted:
            quota = now_there.get(performance_id)
            before = quota.place_count if quota else None
            if count != before:
                touched += await _change(c, tariff, performance_id, quota, count)
                date = {"event_id": tariff.event_id, "performance_id": performance_id}
                starts_at = await SQL.starts_at.value(c, **date)
                changes[starts_at.isoformat() if starts_at else "event"] = (before, count)
        subject = Subject(kind="tariff", id=tariff_id, name=tariff.name, box_office_id=tariff.box_office_id)
        await audit.note(c, by, "tariff.bounded", subject, now, changes)
    for pool in touched:
        await inventory.rebuild(pool)


def ensure_sound(wanted: Wanted) -> None:
    """Refuse a number out of bounds."""
    for performance_id, count in wanted:
        if count is not None and not 0 <= count <= QUOTA_PLACES_MAX:
            problem = "A quota has 0 to {most} places."
            raise InputRefused(problem=problem, where=_where(performance_id), most=QUOTA_PLACES_MAX)


async def _change(
    c: Connection, tariff: _Tariff, performance_id: UUID | None, quota: Quota | None, count: int | None
) -> list[int]:
    """Set one bound; the pools whose words are to be written anew."""
    if quota is None:
        assert count is not None, "there is something to change"
        await _set(c, tariff, performance_id, count)
        return []
    if count is None or count < quota.place_count:
        await SQL.lock_orders.run(c, tariff_id=tariff.id)
    await pools.lock_exclusive(c, quota.pool_id)
    if count is None:
        await pools.let_go(c, quota.pool_id)
        await SQL.forget.run(c, quota_id=quota.id)
        return []
    if count < quota.place_count:
        _ensure_room(await pools.claim_count(c, quota.pool_id), count, performance_id)
    await pools.resize(c, quota.pool_id, count)
    return [quota.pool_id]


async def _set(c: Connection, tariff: _Tariff, performance_id: UUID | None, count: int) -> None:
    """A bound where there was none: the tickets that are sold take their places in it."""
    where = {"event_id": tariff.event_id, "performance_id": performance_id}
    if performance_id is not None and not await SQL.starts_at.value(c, **where):
        raise NotFound(what="performance")
    await SQL.lock_orders.run(c, tariff_id=tariff.id)
    made = await tariffs.add_quota(c, tariff.box_office_id, tariff.id, performance_id, count)
    live = await SQL.live.value(c, tariff_id=tariff.id, performance_id=performance_id)
    _ensure_room(live, count, performance_id)
    await SQL.claim.run(c, pool=made.pool_id, tariff_id=tariff.id, performance_id=performance_id)


def _ensure_room(taken: int, count: int, performance_id: UUID | None) -> None:
    if taken > count:
        raise QuotaBelowSold(place_count=taken, where=_where(performance_id))


def _where(performance_id: UUID | None) -> str:
    return "event" if performance_id is None else str(performance_id)
