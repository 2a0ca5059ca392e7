"""A box office's orders as a list: narrowed, by time, a page at a time.

A page is two questions: which orders, then what is shown of them. Which orders is asked of the index by channel and
time, newest or oldest first, from where the page before ended (a keyset, so the thousandth page costs what the first
does): each channel is walked down by itself, so a rare one costs no more than all of them. A filter that few orders
pass would make that walk long. So what is not paid has an index of its own, the dates of an event are walked down one
by one, and a text, refunds that are due or a rare tariff are looked up first: the page is then picked among what they
leave.

Days are the box office's: an order counts on the day on which the reports count it, and is shown so.

Text is a code's beginning, an address's beginning, or the beginnings of words of the buyer's name, accents or not.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from ticketing.channels import Channel
from ticketing.db import Database
from ticketing.ids import CODE_ALPHABET, CODE_CHARS, read_code
from ticketing.sql import Connection, load
from ticketing.states import OrderStatus

ROWS_MAX = 50
CANDIDATES_MAX = 5000
PEOPLE_MAX = 1000
"""Buyers that a text may mean; of a text that means more, the rest are left out, and the page says so."""
WORDS_MAX = 6
CODE_CHARS_MIN = 3
EVER, NEVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)

SQL = load("order_lists")


class Sort(StrEnum):
    """Which orders come first."""

    NEWEST = "newest"
    OLDEST = "oldest"


class Filter(Struct, frozen=True, kw_only=True):
    """Which orders: what is None or empty narrows nothing. `since` and `until` are days, both included."""

    status: OrderStatus | None = None
    since: date | None = None
    until: date | None = None
    event: UUID | None = None
    performance: UUID | None = None
    tariff: UUID | None = None
    channel: Channel | None = None
    refund_due: bool = False
    text: str = ""
    sort: Sort = Sort.NEWEST


class Row(Struct, frozen=True):
    """An order in a list. `events` are names, of `event_count` events.

    `time_zone` is the box office's, in which its days are counted.
    """

    id: UUID
    code: str
    status: OrderStatus
    channel: Channel
    currency: str
    placed_at: datetime
    expires_at: datetime | None
    time_zone: str
    customer_name: str
    customer_email: str
    events: list[str]
    event_count: int
    ticket_count: int
    total_cents: int
    due_cents: int
    refund_due_cents: int


class Page(Struct, frozen=True):
    """A page of orders. `before` and `after` are the orders at its ends when there is more beyond them.

    `count` is how many there are in all, where that is known; `cut` says that orders were left out, because a text
    meant too many people or too many refunds are due.
    """

    rows: list[Row]
    before: UUID | None
    after: UUID | None
    count: int | None
    cut: bool


class Choice(Struct, frozen=True):
    """A performance or a tariff that a list can be narrowed to."""

    id: UUID
    event_id: UUID
    event_name: str
    name: str
    starts_at: datetime | None
    time_zone: str


class Wanted(Struct, frozen=True):
    """What a text may mean: a range of codes, the beginning of an address, words of a name as a tsquery."""

    code_from: str
    code_to: str
    email: str
    words: str


async def page(
    db: Database,
    box_office_id: UUID,
    wanted: Filter,
    *,
    after: UUID | None = None,
    before: UUID | None = None,
    rows_max: int = ROWS_MAX,
) -> Page:
    """A page of a box office's orders: after or before an order, or the first."""
    async with db.read() as c:
        zone: str = await SQL.time_zone.value(c, box_office_id=box_office_id)
        values = _values(box_office_id, wanted, ZoneInfo(zone))
        narrowed, cut = await _narrowed(c, wanted, values)
        edge = after or before
        at = await SQL.placed_at.value(c, box_office_id=box_office_id, order_id=edge) if edge else None
        backwards = at is not None and after is None
        newest = (wanted.sort is Sort.NEWEST) != backwards
        start = (at, edge) if at else ((NEVER, LAST) if newest else (EVER, FIRST))
        values |= {"at": start[0], "id": start[1], "rows_max": rows_max + 1}
        ids = await _ids(c, wanted, narrowed, newest, values)
        more, ids = len(ids) > rows_max, ids[:rows_max]
        if backwards:
            ids.reverse()
        rows = await SQL.rows.all(c, Row, order_ids=ids, time_zone=zone)
    further_back = more if backwards else at is not None
    further_on = at is not None if backwards else more
    whole = narrowed is not None and not more and at is None
    return Page(
        rows,
        ids[0] if ids and further_back else None,
        ids[-1] if ids and further_on else None,
        len(ids) if whole else None,
        cut,
    )


async def choices(db: Database, box_office_id: UUID) -> tuple[list[Choice], list[Choice]]:
    """The performances (the latest first, bounded) and the tariffs that a box office's list can be narrowed to."""
    async with db.read() as c:
        rows_max = db.settings.page_rows_max
        performances = await SQL.performances.all(c, Choice, box_office_id=box_office_id, rows_max=rows_max)
        tariffs = await SQL.tariffs.all(c, Choice, box_office_id=box_office_id, rows_max=rows_max)
    return performances, tariffs


def meant(text: str) -> Wanted:
    """What a text may mean."""
    typed = text.strip()
    code = read_code(typed)
    is_code = CODE_CHARS_MIN <= len(code) <= CODE_CHARS and all(sign in CODE_ALPHABET for sign in code)
    words = re.findall(r"[^\W_]+", typed)[:WORDS_MAX]
    return Wanted(
        code_from=code if is_code else "",
        code_to=f"{code}~" if is_code else "",
        email=typed.lower() if " " not in typed else "",
        words=" & ".join(f"{word}:*" for word in words) if len("".join(words)) > 1 and "@" not in typed else "",
    )


async def _narrowed(c: Connection, wanted: Filter, values: dict[str, Any]) -> tuple[list[UUID] | None, bool]:
    """The orders that the rare filters leave, None when none is rare; and whether others were left out.

    Refunds that are due are looked up when nothing else is: of orders that were found, each is asked.
    """
    box_office_id, narrowed, cut = values["box_office_id"], None, False
    if wanted.text.strip():
        narrowed, cut = await _of_text(c, box_office_id, meant(wanted.text))
    if wanted.tariff:
        found = await SQL.of_tariff.rows(c, tariff_id=wanted.tariff, found_max=CANDIDATES_MAX + 1)
        if len(found) <= CANDIDATES_MAX:
            orders = {row["id"] for row in found}
            narrowed = orders if narrowed is None else narrowed & orders
    if wanted.refund_due and narrowed is None:
        days = {name: values[name] for name in ("box_office_id", "since", "until")}
        newest = wanted.sort is Sort.NEWEST
        due = await SQL.of_refunds_due.rows(c, newest=newest, found_max=CANDIDATES_MAX + 1, **days)
        narrowed, cut = {row["id"] for row in due[:CANDIDATES_MAX]}, len(due) > CANDIDATES_MAX
    return (None if narrowed is None else list(narrowed)), cut


async def _of_text(c: Connection, box_office_id: UUID, means: Wanted) -> tuple[set[UUID], bool]:
    """The orders that a text means, and whether it means more people or orders than are looked up."""
    found = await SQL.of_text.rows(
        c, box_office_id=box_office_id, people_max=PEOPLE_MAX, found_max=CANDIDATES_MAX,
        **{name: getattr(means, name) for name in Wanted.__struct_fields__},
    )  # fmt: skip
    cut = any(row["people"] >= PEOPLE_MAX for row in found) or len(found) >= CANDIDATES_MAX
    return {row["id"] for row in found}, cut


async def _ids(
    c: Connection, wanted: Filter, narrowed: list[UUID] | None, newest: bool, values: dict[str, Any]
) -> list[UUID]:
    """The page's orders, and one more when there are more, in the direction of the walk."""
    about = {"performance_id": wanted.performance, "event_id": wanted.event, "tariff_id": wanted.tariff}
    values |= {"status": wanted.status}
    channel = {"channel": wanted.channel}
    if narrowed is not None:
        due = {"refund_due": wanted.refund_due}
        rows = await SQL.among.rows(c, order_ids=narrowed, newest=newest, **values, **channel, **about, **due)
    elif wanted.status not in (None, OrderStatus.PAID):
        rows = await (SQL.unpaid_newest if newest else SQL.unpaid_oldest).rows(c, **values, **channel, **about)
    elif any(about.values()):
        rows = await (SQL.dates_newest if newest else SQL.dates_oldest).rows(c, **values, **channel, **about)
    else:
        channels = [wanted.channel] if wanted.channel else list(Channel)
        rows = await (SQL.newest if newest else SQL.oldest).rows(c, channels=channels, **values)
    return [row["id"] for row in rows]


def _values(box_office_id: UUID, wanted: Filter, zone: ZoneInfo) -> dict[str, Any]:
    """The parameters that every walk takes."""
    since = datetime.combine(wanted.since, time(), zone) if wanted.since else EVER
    until = datetime.combine(wanted.until + timedelta(1), time(), zone) if wanted.until else NEVER
    return {
        "box_office_id": box_office_id,
        "since": since,
        "until": until,
    }
