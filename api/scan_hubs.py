"""Hubs of venues: enrolled, told what they serve, and heard of what they let in while the line was down."""

import time
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post
from litestar.openapi import ResponseSpec
from litestar.params import JSONBody, QueryParameter

from api import access
from api.params import PerformanceId
from api.scan_lists import Since
from api.scan_wire import (
    HubBody,
    HubReportBody,
    HubToken,
    HubUploadBody,
    UploadSeen,
    offline,
    sound,
)
from ticketing import offline_scans, scan_hubs
from ticketing.admissions import PERFORMANCES_MAX
from ticketing.audit import Actor
from ticketing.offline_scans import Conflict
from ticketing.refusals import ScanCodeWrong
from ticketing.scan_hubs import HubReport, Served
from ticketing.scan_lists import TicketList
from web.answers import send
from web.call import Call
from web.variants import Variants

TAGS = ["Hubs"]

AtDates = Annotated[
    list[UUID], QueryParameter(name="performance", max_items=PERFORMANCES_MAX, description="The dates asked about")
]


@post("/hubs", tags=TAGS)
async def enrol(request: Call, data: JSONBody[HubBody]) -> HubToken:
    """Enrol a hub by a code: a profile's, for its scanners, or the organiser's, for those of the box office.

    The answer's token is what it shows from then on; it is nowhere else.
    """
    services = request.services
    services.sign_ins.check(request.address, time.monotonic())
    try:
        made = await scan_hubs.enrol(
            services.database, services.secret, data.code, data.name, data.software, request.whole_address, request.now
        )
    except ScanCodeWrong:
        services.sign_ins.take(request.address, time.monotonic())
        raise
    return HubToken(made.hub_id, made.token)


@get("/hub", tags=TAGS, security=access.HUB)
async def served(request: Call) -> Served:
    """What the hub that asks serves: the profiles, the scanners that are good, the dates, and the keys of codes."""
    hub = await access.hub(request)
    return await scan_hubs.served(request.services.database, hub, request.now)


@delete("/hub", tags=TAGS, security=access.HUB, status_code=204)
async def leave(request: Call) -> None:
    """End the hub that asks: its token opens nothing any more."""
    hub = await access.hub(request)
    by = Actor(organisation_id=hub.organisation_id, address=request.whole_address)
    await scan_hubs.revoke(request.services.database, hub.organisation_id, hub.id, by, request.now)


@get(
    "/hub/performances/{performance:uuid}/tickets",
    tags=TAGS,
    security=access.HUB,
    responses={200: ResponseSpec(TicketList, description="The list", generate_examples=False)},
)
async def tickets(request: Call, performance: PerformanceId, since: Since = None) -> Response[bytes]:
    """Every ticket of a date with what any of the hub's gates has to know, or those that changed since a version.

    A last column has the ticket's id.
    """
    hub = await access.hub(request)
    services = request.services
    on = (services.database, services.scan_lists, hub, performance, since, request.visit.language)
    body = msgspec.json.encode(await scan_hubs.tickets(*on))
    return send(request, Variants(body, "application/json", f"{performance.hex}-{since}-{len(body)}"), "no-store")


@post("/hub/uploads", tags=TAGS, security=access.HUB, status_code=200)
async def upload(request: Call, data: JSONBody[HubUploadBody]) -> UploadSeen:
    """Take in what a hub decided by itself, each scan once and in the name of the scanner that made it.

    Sent again, they are answered as before. The hub keeps its scans until it has this answer.
    """
    hub = await access.hub(request)
    services = request.services
    sent = [(one.device, offline(one)) for one in data.scans]
    on = (services.database, services.keys, services.devices, hub, sound(data.device_now, "device_now"))
    return UploadSeen(await offline_scans.take_of_hub(*on, sent, request.now))


@post("/hub/heartbeats", tags=TAGS, security=access.HUB, status_code=204)
async def heartbeat(request: Call, data: JSONBody[HubReportBody]) -> None:
    """Hear how a hub is."""
    hub = await access.hub(request)
    told = HubReport(
        clock=sound(data.clock, "clock"), scanner_count=data.scanner_count, pending_count=data.pending_count,
        software=data.software,
    )  # fmt: skip
    await scan_hubs.report(request.services.database, hub, told, request.whole_address, request.now)


@get("/hub/conflicts", tags=TAGS, security=access.HUB)
async def conflicts(request: Call, performance: AtDates) -> list[Conflict]:
    """Who was let through offline against what was known, with both gates and both times; the latest first."""
    hub = await access.hub(request)
    database = request.services.database
    served = {one.date.id for one in (await scan_hubs.served(database, hub, request.now)).dates}
    return await offline_scans.conflicts(database, [one for one in performance if one in served])


HANDLERS = (enrol, served, leave, tickets, upload, heartbeat, conflicts)
