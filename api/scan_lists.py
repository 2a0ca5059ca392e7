"""What a scanner keeps for when the network is gone."""

from collections import OrderedDict
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import MediaType, Response, get
from litestar.openapi import ResponseSpec
from litestar.params import QueryParameter

from api import access
from api.params import PerformanceId
from ticketing import door_dates, scan_lists
from ticketing.scan_devices import Door
from ticketing.scan_lists import Revocations, TicketList
from web.answers import send
from web.call import Call
from web.variants import Variants, matches

TAGS = ["Gates"]
JSON = str(MediaType.JSON)
PRIVATE = "private, no-cache"
KEPT_MAX = 16
VERSION_MAX = 2**63 - 1

Since = Annotated[
    int | None, QueryParameter(ge=1, le=VERSION_MAX, description="The `version` of what the scanner has; none: all")
]
_kept: OrderedDict[tuple[str, str], Variants] = OrderedDict()
"""Whole lists as they were sent last, by their tags: scanners ask for the same at the same time."""


@get(
    "/scan/performances/{performance:uuid}/tickets",
    tags=TAGS,
    security=access.DEVICE,
    responses={200: ResponseSpec(TicketList, description="The list", generate_examples=False)},
)
async def tickets(request: Call, performance: PerformanceId, since: Since = None) -> Response[bytes]:
    """Every ticket of a date with what a gate has to know, or those that may have changed since a version.

    Of what people read it has what the profile shows. Its ETag names its content.
    """
    door = await _at(request, performance)
    services, language = request.services, request.visit.language
    tag = f"{await scan_lists.tag(services.scan_lists, door.profile, performance, since)}-{language}"
    key = (performance.hex, tag)
    if key in _kept or matches(request.header(b"if-none-match"), f'"{tag}"'):
        return send(request, _kept.get(key) or Variants(b"", JSON, tag), PRIVATE)
    on = (services.database, services.scan_lists, door.profile, performance, since, language)
    made = await scan_lists.of(*on)
    variants = Variants(msgspec.json.encode(made), JSON, tag)
    if made.whole:
        _keep(key, variants)
    return send(request, variants, PRIVATE)


@get(
    "/scan/performances/{performance:uuid}/revocations",
    tags=TAGS,
    security=access.DEVICE,
    responses={200: ResponseSpec(Revocations, description="The codes", generate_examples=False)},
)
async def revocations(request: Call, performance: PerformanceId, since: Since = None) -> Response[bytes]:
    """The codes of a date that a signature alone does not speak for: old ones, cancelled, opposed, not paid.

    A scanner that has no list admits what is signed and not among them.
    """
    door = await _at(request, performance)
    lists = request.services.scan_lists
    tag = f"r-{await scan_lists.tag(lists, door.profile, performance, since)}"
    if matches(request.header(b"if-none-match"), f'"{tag}"'):
        return send(request, Variants(b"", JSON, tag), PRIVATE)
    found = await scan_lists.revocations(lists, performance, since)
    return send(request, Variants(msgspec.json.encode(found), JSON, tag), PRIVATE)


async def _at(call: Call, performance: UUID) -> Door:
    """The scanner that asks for a date that its profile covers; NotFound for another."""
    door = await access.device(call)
    await door_dates.ensure_covered(call.services.database, door.profile, [performance])
    return door


def _keep(key: tuple[str, str], variants: Variants) -> None:
    _kept[key] = variants
    while len(_kept) > KEPT_MAX:
        _kept.popitem(last=False)


HANDLERS = (tickets, revocations)
