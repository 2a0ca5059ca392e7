"""At the doors: what scanners scan, undo, look up and send afterwards."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import JSONBody, QueryParameter

from api import access
from api.params import PerformanceId
from api.scan_wire import QuickCancelBody, ScanBody, UndoBody, UploadBody, UploadSeen, offline, sound
from ticketing import door_cancellations, door_dates, door_scans, door_search, offline_scans, undos
from ticketing.admissions import PERFORMANCES_MAX, DoorScan
from ticketing.door_cancellations import Cancelled
from ticketing.door_dates import DoorDate
from ticketing.door_scans import DoorTold
from ticketing.door_search import TEXT_CHARS_MAX, FoundOrder
from ticketing.doors import Direction
from ticketing.gate_counts import DateCounts
from ticketing.offline_scans import Conflict
from ticketing.scan_profiles import Right
from ticketing.undos import Undo, Undone
from web.call import Call

TAGS = ["Gates"]

AtDates = Annotated[
    list[UUID], QueryParameter(name="performance", max_items=PERFORMANCES_MAX, description="The dates asked about")
]


@get("/scan/performances", tags=TAGS, security=access.DEVICE)
async def performances(request: Call) -> list[DoorDate]:
    """The dates that a scanner's profile covers and that are not long over, by their start, with its zones."""
    door = await access.device(request)
    return await door_dates.list_of(request.services.database, door.profile, request.now)


@post("/scan/admissions", tags=TAGS, security=access.DEVICE, status_code=200)
async def scan(request: Call, data: JSONBody[ScanBody]) -> DoorTold:
    """Answer a scan by the scanner's profile, and let the holder through if it says so.

    Every verdict is a 200: that somebody may not come in is an answer, not an error.
    """
    door = await access.device(request)
    services = request.services
    asked = DoorScan(
        scan_id=data.scan, performance_ids=tuple(dict.fromkeys(data.performances)), code=data.code,
        ticket_id=data.ticket, direction=Direction(data.direction), zones=data.zones, reason=data.despite,
    )  # fmt: skip
    on = (services.database, services.keys, services.devices)
    return await door_scans.ask(*on, door, asked, request.visit.language, request.now, request.whole_address)


@post("/scan/undos", tags=TAGS, security=access.DEVICE, status_code=200)
async def undo(request: Call, data: JSONBody[UndoBody]) -> Undone:
    """Take back a scan by which somebody went through (a supervisor's profile); the ticket stands as before it."""
    door = await access.device(request)
    asked = Undo(scan_id=data.scan, undoes=data.undoes, reason=data.reason)
    return await undos.undo(request.services.database, door, asked, request.now, request.whole_address)


@get("/scan/search", tags=TAGS, security=access.DEVICE)
async def search(
    request: Call,
    performance: AtDates,
    text: Annotated[str, QueryParameter(max_length=TEXT_CHARS_MAX, description="A name, a number, or a code")],
) -> list[FoundOrder]:
    """Orders with tickets at these dates, by a name, the beginning of their number, or a ticket's code."""
    door = await access.device(request)
    services = request.services
    return await door_search.find(services.database, services.keys, door, performance, text, request.now)


@post("/scan/cancellations", tags=TAGS, security=access.DEVICE, status_code=200)
async def cancel(request: Call, data: JSONBody[QuickCancelBody]) -> Cancelled:
    """Cancel a ticket that was printed for a point of sale and not sold, and put its place back on sale."""
    door = await access.device(request)
    services = request.services
    on = (services.database, services.inventory, services.keys)
    return await door_cancellations.cancel(*on, door, data.code, request.now, request.whole_address)


@get("/scan/performances/{performance:uuid}/counts", tags=TAGS, security=access.DEVICE)
async def counts(request: Call, performance: PerformanceId) -> DateCounts:
    """How many are in now and how many came in, in all, by gate and by zone; at most a second old."""
    door = await access.device(request)
    await door_dates.ensure_covered(request.services.database, door.profile, [performance])
    return await request.services.counters.of(performance)


@post("/scan/uploads", tags=TAGS, security=access.DEVICE, status_code=200)
async def upload(request: Call, data: JSONBody[UploadBody]) -> UploadSeen:
    """Take in scans that were made offline, each once; whom the server would not have let in is told as a conflict.

    Sent again, they are answered as before. The device keeps its scans until it has this answer.
    """
    door = await access.device(request)
    services = request.services
    sent = [offline(one) for one in data.scans]
    on = (services.database, services.keys, services.devices)
    device_now = sound(data.device_now, "device_now")
    return UploadSeen(await offline_scans.take(*on, door, device_now, sent, request.now))


@get("/scan/conflicts", tags=TAGS, security=access.DEVICE)
async def conflicts(request: Call, performance: AtDates) -> list[Conflict]:
    """Who was let through offline against what was known, with both gates and both times; the latest first."""
    door = await access.device(request)
    door.ensure(Right.SEARCH)
    database = request.services.database
    covered = await door_dates.ensure_covered(database, door.profile, performance)
    return await offline_scans.conflicts(database, [date.id for date in covered])


HANDLERS = (performances, scan, undo, search, cancel, counts, upload, conflicts)
