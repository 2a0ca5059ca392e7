"""Underlays: a picture under a drawing, to trace the house from. No part of the plan, and seen by its editors alone."""

from concurrent.futures import BrokenExecutor
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from engine.plan.model import COORDINATE_MAX
from ticketing.db import Database
from ticketing.refusals import InputRefused, NotFound
from ticketing.sql import load
from ticketing.workshop import Elsewhere, Workshop

BYTES_MAX = 20 * 1024 * 1024

SQL = load("underlays")
_traced = Elsewhere("ticketing.tracing", "traced")

Far = Annotated[float, Meta(ge=-COORDINATE_MAX, le=COORDINATE_MAX)]


class Placed(Struct, frozen=True, forbid_unknown_fields=True):
    """Where it lies: its corner and width in plan units, turned clockwise in degrees, so strong."""

    x: Far = 0
    y: Far = 0
    width: Annotated[float, Meta(ge=1, le=COORDINATE_MAX)] = 2000
    rotation: Annotated[float, Meta(ge=-360, le=360)] = 0
    opacity: Annotated[float, Meta(ge=0, le=1)] = 0.5


class Underlay(Struct, frozen=True):
    """A picture and where it lies (JSON)."""

    media_type: str
    content: bytes
    placed: str


async def put(db: Database, workshop: Workshop, organisation_id: UUID, drawing_id: UUID, content: bytes) -> None:
    """Lay a picture, or the first page of a PDF, under a drawing. InputRefused, NotFound, TooManyRequests."""
    if len(content) > BYTES_MAX:
        raise InputRefused(problem="A picture to trace has 20 MB at most.")
    try:
        kept = await workshop.do(_traced, content)
    except BrokenExecutor:
        raise InputRefused(
            problem="This picture takes too much work to read: save it anew, smaller, and choose that."
        ) from None
    values = {"media_type": kept.media_type, "content": kept.content}
    async with db.read() as c:
        if not await SQL.put.run(c, organisation_id=organisation_id, drawing_id=drawing_id, **values):
            raise NotFound(what="drawing")


async def get(db: Database, organisation_id: UUID, drawing_id: UUID) -> Underlay | None:
    """The picture under a drawing, if there is one."""
    async with db.read() as c:
        return await SQL.get.one(c, Underlay, organisation_id=organisation_id, drawing_id=drawing_id)


async def place(db: Database, organisation_id: UUID, drawing_id: UUID, placed: Placed) -> None:
    """Say where it lies. NotFound when there is none."""
    values = {"drawing_id": drawing_id, "placed": msgspec.json.encode(placed).decode()}
    async with db.read() as c:
        if not await SQL.place.run(c, organisation_id=organisation_id, **values):
            raise NotFound(what="picture")


async def remove(db: Database, organisation_id: UUID, drawing_id: UUID) -> None:
    """Take it away, if it is there."""
    async with db.read() as c:
        await SQL.remove.run(c, organisation_id=organisation_id, drawing_id=drawing_id)
