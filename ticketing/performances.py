"""Performances: one date of an event in one venue, with its plan and the pool its places are sold from.

A performance is made on a plan version and its first place list. It may go onto another version of the plan
(`plan_changes`): the place list follows, so every seat keeps its number and with it its claims.
"""

import asyncio
import secrets
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from engine.plan import places, placeur_json
from engine.plan.places import PlaceList
from ticketing import halls, plans, pools
from ticketing.channels import Channel
from ticketing.db import Database
from ticketing.halls import Hall
from ticketing.ids import new_id
from ticketing.pools import PoolKind
from ticketing.refusals import InputRefused, NotFound, SaleClosed, SaleNotOpen
from ticketing.sql import Connection, load

SQL = load("performances")


class PerformanceStatus(StrEnum):
    """Where a performance stands."""

    DRAFT = "draft"
    ON_SALE = "on_sale"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Label(StrEnum):
    """What the public is told of a performance, whatever is left of it."""

    POSTPONED = "postponed"
    SOLD_OUT = "sold_out"


class Visibility(StrEnum):
    """Who sees an event: nobody outside the back office, whoever has its link, everybody."""

    DRAFT = "draft"
    LINK = "link"
    PUBLIC = "public"


class Schedule(Struct, frozen=True, kw_only=True):
    """The times of a performance: doors <= start < end, and the sale opens before it closes."""

    starts_at: datetime
    doors_at: datetime
    ends_at: datetime
    sale_opens_at: datetime
    sale_closes_at: datetime


class Performance(Struct, frozen=True, kw_only=True):
    """A performance, with what people are told of it.

    `event_name` is what the public calls the event: its title in the box office's language, or its name; `titles` are
    by language.
    """

    id: UUID
    event_id: UUID
    event_name: str
    titles: dict[str, str]
    box_office_id: UUID
    box_office_key: str
    organisation_id: UUID
    currency: str
    venue_id: UUID
    venue_name: str
    time_zone: str
    plan_version_id: UUID
    plan_hash: bytes
    place_list_hash: bytes
    pool_id: int
    starts_at: datetime
    doors_at: datetime
    ends_at: datetime
    sale_opens_at: datetime
    sale_closes_at: datetime
    counter_opens_at: datetime
    counter_closes_at: datetime
    status: PerformanceStatus
    label: Label | None
    visibility: Visibility
    link_secret: str | None
    order_places_max: int | None

    def title(self, language: str) -> str:
        """What the event is called in a language."""
        return self.titles.get(language) or self.event_name


class Page(Struct, frozen=True):
    """Where a list goes on: after the performance with this start and id."""

    starts_at: datetime
    id: UUID


async def create(
    db: Database, organisation_id: UUID, event_id: UUID, plan_version_id: UUID, schedule: Schedule
) -> Performance:
    """Put a performance on sale, from `sale_opens_at` on. NotFound when event or plan are another organisation's."""
    _check(schedule)
    ground = {"organisation_id": organisation_id, "event_id": event_id, "version_id": plan_version_id}
    async with db.transaction() as c:
        row = await SQL.ground.row(c, **ground)
        if row is None:
            raise NotFound(what="event or plan version")
        place_list = await asyncio.to_thread(first_places, row["document"])
        values = {
            "performance_id": new_id(),
            "event_id": event_id,
            "box_office_id": row["box_office_id"],
            "venue_id": row["venue_id"],
            "version_id": plan_version_id,
            "place_list_hash": await plans.keep_place_list(c, place_list),
            "pool_id": await pools.create(c, row["box_office_id"], PoolKind.PERFORMANCE, place_list.place_count),
            **{name: getattr(schedule, name) for name in Schedule.__struct_fields__},
        }
        await SQL.create.run(c, **values)
        return await _get(c, values["performance_id"])


async def get(db: Database, performance_id: UUID) -> Performance:
    """What anybody may see of a performance that is no draft, or NotFound."""
    async with db.read() as c:
        return await _get(c, performance_id)


async def list_on_sale(
    db: Database, box_office_key: str | None, now: datetime, after: Page | None = None, rows_max: int = 1000,
    link: str = "",
) -> list[Performance]:  # fmt: skip
    """Performances that are not over, of one box office or of all, by start; at most `rows_max` after `after`.

    Those of events that everybody sees; or, with an event's secret `link`, those of that event.
    """
    most = min(rows_max, db.settings.page_rows_max)
    start = after or Page(now.replace(year=1), UUID(int=0))
    values = {"after_starts_at": start.starts_at, "after_id": start.id, "rows_max": most}
    async with db.read() as c:
        return await SQL.list_on_sale.all(c, Performance, box_office_key=box_office_key, now=now, link=link, **values)


async def hall(db: Database, performance: Performance) -> Hall:
    """The hall a performance is sold in. O(1) once this process knows its plan."""
    return await halls.hall(db, performance.plan_hash, performance.place_list_hash)


def ensure_shown(performance: Performance, link: str) -> None:
    """Raises NotFound for a performance that is shown by link to who does not have its link."""
    hidden = performance.visibility is Visibility.LINK
    if hidden and not secrets.compare_digest((performance.link_secret or "").encode(), link.encode()):
        raise NotFound(what="performance")


def ensure_on_sale(performance: Performance, now: datetime, channel: Channel = Channel.SHOP) -> None:
    """Raises SaleNotOpen or SaleClosed unless places may be sold in this channel now."""
    at_counter = channel is Channel.COUNTER
    opens_at = performance.counter_opens_at if at_counter else performance.sale_opens_at
    closes_at = performance.counter_closes_at if at_counter else performance.sale_closes_at
    stopped = performance.status is not PerformanceStatus.ON_SALE or performance.label is Label.POSTPONED
    if stopped or now >= closes_at:
        raise SaleClosed()
    if now < opens_at:
        raise SaleNotOpen(opens_at=opens_at.isoformat())


async def _get(c: Connection, performance_id: UUID) -> Performance:
    found = await SQL.get.one(c, Performance, performance_id=performance_id)
    if found is None:
        raise NotFound(what="performance")
    return found


def _check(schedule: Schedule) -> None:
    if not schedule.doors_at <= schedule.starts_at < schedule.ends_at:
        raise InputRefused(problem="Doors open before the start, and the end comes after it.", where="starts_at")
    if not schedule.sale_opens_at < schedule.sale_closes_at:
        raise InputRefused(problem="The sale opens before it closes.", where="sale_opens_at")


def first_places(plan_document: bytes) -> PlaceList:
    """The place list that a performance begins with. Takes a moment for a large plan: call it in a thread."""
    return places.first(placeur_json.read(plan_document))
