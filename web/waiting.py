"""The serving number, as everybody who waits is told it: one small answer a room, made once a second, sent from memory.

It holds nothing of who asks, so any cache may keep it for its second. How long to wait before asking again is said in
it, and grows with the number of those who wait. From it, and from their own number, a browser works out the rest: its
rank (once the seed is told), how many are before it, and about how long that takes.
"""

import asyncio
import hashlib
import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import msgspec
import structlog
from msgspec import Struct

from engine.waiting import forecast
from ticketing import waiting_rooms
from ticketing.db import Database
from ticketing.kept import Kept
from ticketing.performances import Visibility
from ticketing.queues import ROOMS_MAX, WRITTEN_EVERY_S, Queues
from ticketing.refusals import NotFound
from ticketing.waiting_rooms import Room, RoomState
from web import metrics
from web.variants import Variants

FRESH_S = 1.0
JSON = "application/json"
FOR_A_SECOND = "public, max-age=1"
ROOMS_LOOKED_FOR_EVERY_S = 3.0
AWAY = (OSError, asyncpg.exceptions.PostgresError, asyncpg.exceptions.InterfaceError, TimeoutError)

log = structlog.get_logger()


class Serving(Struct, frozen=True, kw_only=True):
    """The serving number of a waiting room, and what else is the same for everybody.

    Ranks below `serving` may go in, those below `lapsed` have let their turn pass. Before the opening the `seed` is
    not told, only its SHA-256; `shuffled` is how many ordinals it shuffles.
    """

    event: UUID
    state: RoomState
    opens_at: datetime
    serving: int
    lapsed: int
    last: int
    """One above the highest rank that was given out and written."""
    waiting: int
    per_minute: int
    """How many people were called in a minute of late."""
    places_left: int | None
    """Rounded down. None while it is not known."""
    seed_hash: str
    seed: str | None
    shuffled: int | None
    next_poll_s: int


class ServingNumbers:
    """The serving numbers that one process is asked for."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._kept = Kept(self._made, FRESH_S, ROOMS_MAX)

    async def told(self, event_id: UUID) -> Variants:
        """The serving number of an event's waiting room as it is sent. NotFound."""
        return await self._kept.get(event_id)

    async def _made(self, event_id: UUID) -> Variants:
        room = await waiting_rooms.find(self._db, event_id)
        if room.visibility is Visibility.DRAFT:
            raise NotFound(what="waiting room")
        body = msgspec.json.encode(serving(room, datetime.now(UTC)))
        return Variants(body, JSON, hashlib.blake2b(body, digest_size=9).hexdigest())


def serving(room: Room, now: datetime) -> Serving:
    """What everybody is told of a room."""
    opens_in_s = (room.opens_at - now).total_seconds() if room.state is RoomState.ANNOUNCED else None
    return Serving(
        event=room.event_id,
        state=room.state,
        opens_at=room.opens_at,
        serving=room.serving,
        lapsed=room.lapsed,
        last=max(room.last_rank, room.serving),
        waiting=forecast.round_down(max(0, room.waiting_count)),
        per_minute=round(60 * room.called_per_s),
        places_left=None if room.left_places is None else forecast.round_down(max(0, room.left_places)),
        seed_hash=room.seed_hash.hex(),
        seed=room.seed.hex() if room.seed else None,
        shuffled=room.shuffled_count,
        next_poll_s=forecast.poll_s(room.waiting_count, opens_in_s),
    )


async def report(db: Database, queues: Queues, clock: Callable[[], float]) -> None:
    """Write who came, and while any room is on tell how fast this process answers; as long as the process serves."""
    process, looked_at, rooms_on = f"{socket.gethostname()}-{os.getpid()}", -ROOMS_LOOKED_FOR_EVERY_S, False
    while True:
        await asyncio.sleep(WRITTEN_EVERY_S)
        try:
            await queues.write(datetime.now(UTC))
            if clock() - looked_at >= ROOMS_LOOKED_FOR_EVERY_S:
                rooms_on, looked_at = bool(await waiting_rooms.on(db)), clock()
            counts = metrics.taken_loads()
            if rooms_on and any(counts):
                await queues.report_load(process, counts)
        except AWAY as error:
            log.warning("waiting-rooms-away", reason=f"{type(error).__name__}: {error}")
        except Exception as error:
            log.error("waiting-rooms-broken", exc_info=error)
