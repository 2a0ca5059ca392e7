"""Plans as they are kept: numbered versions, each known by the SHA-256 of its document.

A document is the plan in Placeur's own JSON, in its one canonical spelling, and never changes: whoever has the hash
has the plan, so it can be cached for ever, everywhere. The same drawing added twice is one version.
"""

import asyncio
import hashlib
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from engine.plan import doctor, places, placeur_json
from engine.plan.model import Plan
from engine.plan.places import PlaceList
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import NotFound, PlanUnsound
from ticketing.sql import Connection, load
from ticketing.texts import text_of

SQL = load("plans")


class PlanVersion(Struct, frozen=True):
    """One version of a plan; `number` counts from 1, `hash` has 32 bytes, `place_count` is its capacity."""

    id: UUID
    plan_id: UUID
    venue_id: UUID
    name: str
    number: int
    hash: bytes
    place_count: int
    created_at: datetime


async def add_version(
    db: Database, organisation_id: UUID, venue_id: UUID, name: str, plan: Plan, now: datetime
) -> PlanVersion:
    """Keep a plan as the next version of the venue's plan `name`, or find the version that it already is.

    Raises NotFound for another organisation's venue, PlanUnsound for a plan that the doctor would repair.
    """
    document = await asyncio.to_thread(_sound_document, plan)
    hash = hashlib.sha256(document).digest()
    values = {"hash": hash, "document": document, "place_count": plan.capacity, "created_at": now}
    owner = {"organisation_id": organisation_id, "venue_id": venue_id, "name": text_of(name, "name")}
    async with db.transaction() as c:
        plan_id = await SQL.plan_of_venue.value(c, plan_id=new_id(), **owner)
        if plan_id is None:
            raise NotFound(what="venue")
        await SQL.add_version.run(c, version_id=new_id(), plan_id=plan_id, **values)
        version = await SQL.version.one(c, PlanVersion, plan_id=plan_id, hash=hash)
    assert version is not None, "it was there or it was added"
    return version


async def get(db: Database, organisation_id: UUID, version_id: UUID) -> PlanVersion:
    """A version of an organisation's own plan, or NotFound."""
    async with db.read() as c:
        found = await SQL.get.one(c, PlanVersion, organisation_id=organisation_id, version_id=version_id)
    if found is None:
        raise NotFound(what="plan version")
    return found


async def list_of(db: Database, organisation_id: UUID, venue_id: UUID) -> list[PlanVersion]:
    """A venue's plans by name, each with its latest version first."""
    async with db.read() as c:
        return await SQL.list_of.all(c, PlanVersion, organisation_id=organisation_id, venue_id=venue_id)


async def document(db: Database, hash: bytes) -> bytes:
    """The plan of that hash, in canonical JSON, or NotFound. Whoever knows a plan's hash may read it."""
    async with db.read() as c:
        found: bytes | None = await SQL.document.value(c, hash=hash)
    if found is None:
        raise NotFound(what="plan")
    return found


async def place_list_document(db: Database, hash: bytes) -> bytes:
    """The encoded place list of that hash, or NotFound."""
    async with db.read() as c:
        found: bytes | None = await SQL.place_list.value(c, hash=hash)
    if found is None:
        raise NotFound(what="place list")
    return found


async def keep_place_list(c: Connection, place_list: PlaceList) -> bytes:
    """Keep a place list, if it is not kept already; its hash."""
    hash = places.name(place_list)
    values = {"document": places.encode(place_list), "place_count": place_list.place_count}
    await SQL.keep_place_list.run(c, hash=hash, **values)
    return hash


def _sound_document(plan: Plan) -> bytes:
    _, findings = doctor.examine(plan)
    if findings:
        first = findings[0]
        raise PlanUnsound(finding=first.message, where=first.where, finding_count=len(findings))
    return placeur_json.write(plan)
