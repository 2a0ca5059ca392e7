"""Plans as they are kept: numbered versions, each known by the SHA-256 of its document.

A document is the plan in Placeur's own JSON, in its one canonical spelling, and never changes: whoever has the hash
has the plan, so it can be cached for ever, everywhere. The same drawing added twice is one version.
"""

import asyncio
import hashlib
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from engine.plan import doctor, places, placeur_json
from engine.plan.model import Plan
from engine.plan.places import PlaceList
from ticketing import audit, seat_photos
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import InputRefused, NotFound, PlanInUse, PlanUnsound
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


class PlanName(Struct, frozen=True):
    """A plan by itself: one that is drawn for the first time has no version yet."""

    id: UUID
    venue_id: UUID
    name: str


class Use(Struct, frozen=True):
    """A performance on a version of a plan."""

    performance_id: UUID
    event_id: UUID
    event_name: str
    box_office_name: str
    version_number: int
    starts_at: datetime
    status: str


async def add_version(
    db: Database,
    organisation_id: UUID,
    venue_id: UUID,
    name: str,
    plan: Plan,
    now: datetime,
    by: Actor | None = None,
) -> PlanVersion:
    """Keep a plan as the next version of the venue's plan `name`, or find the version that it already is.

    Raises NotFound for another organisation's venue, PlanUnsound for a plan that the doctor would repair.
    """
    photos = await seat_photos.kept(db, organisation_id, await asyncio.to_thread(plan.photos))
    document = await asyncio.to_thread(sound_document, plan, photos)
    who = by or Actor(organisation_id=organisation_id)
    async with db.transaction() as c:
        return await keep(c, organisation_id, venue_id, name, document, plan.capacity, who, now)


async def keep(
    c: Connection,
    organisation_id: UUID,
    venue_id: UUID,
    name: str,
    document: bytes,
    place_count: int,
    by: Actor,
    now: datetime,
) -> PlanVersion:
    """The same in the caller's transaction, for a document that `sound_document` made. UnknownPhoto."""
    hash = hashlib.sha256(document).digest()
    values = {"hash": hash, "document": document, "place_count": place_count, "created_at": now}
    owner = {"organisation_id": organisation_id, "venue_id": venue_id, "name": text_of(name, "name")}
    plan_id = await SQL.plan_of_venue.value(c, plan_id=new_id(), **owner)
    if plan_id is None:
        raise NotFound(what="venue")
    added = await SQL.add_version.run(c, version_id=new_id(), plan_id=plan_id, **values)
    version = await SQL.version.one(c, PlanVersion, plan_id=plan_id, hash=hash)
    assert version is not None, "it was there or it was added"
    if added:
        await seat_photos.refer(c, organisation_id, version.id, document)
        told = {"version": (None, version.number), "places": (None, place_count)}
        subject = Subject(kind="plan", id=plan_id, name=version.name)
        await audit.note(c, by, "plan.version_added", subject, now, told)
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


async def named(db: Database, organisation_id: UUID, plan_id: UUID) -> PlanName:
    """An organisation's own plan, or NotFound."""
    async with db.read() as c:
        found = await SQL.named.one(c, PlanName, organisation_id=organisation_id, plan_id=plan_id)
    if found is None:
        raise NotFound(what="plan")
    return found


async def versions_of(db: Database, organisation_id: UUID, plan_id: UUID) -> list[PlanVersion]:
    """A plan's versions, the latest first: none of another organisation's plan, or of one that was never published."""
    async with db.read() as c:
        return await SQL.versions_of.all(c, PlanVersion, organisation_id=organisation_id, plan_id=plan_id)


async def uses_of(
    db: Database, organisation_id: UUID, plan_id: UUID, rows_max: int, number: int | None = None
) -> list[Use]:
    """The performances on a version of a plan, or (None) on any, the latest first; at most `rows_max`."""
    values = {"organisation_id": organisation_id, "plan_id": plan_id, "number": number, "rows_max": rows_max}
    async with db.read() as c:
        return await SQL.uses_of.all(c, Use, **values)


async def use_counts(db: Database, organisation_id: UUID, plan_id: UUID) -> dict[UUID, int]:
    """How many performances are on each version of a plan; versions that have none are left out."""
    async with db.read() as c:
        rows = await SQL.use_counts.rows(c, organisation_id=organisation_id, plan_id=plan_id)
    return {row["version_id"]: row["performance_count"] for row in rows}


async def delete(db: Database, organisation_id: UUID, plan_id: UUID, by: Actor, now: datetime) -> None:
    """Forget a plan with its versions. PlanInUse when a performance is on one of them, cancelled ones too."""
    async with db.transaction() as c:
        plan = await SQL.lock.row(c, organisation_id=organisation_id, plan_id=plan_id)
        if plan is None:
            raise NotFound(what="plan")
        if plan["virtual"]:
            raise InputRefused(problem="The plan of a virtual venue stays as long as the venue does.")
        await SQL.lock_versions.rows(c, plan_id=plan_id)
        if count := await SQL.performance_count.value(c, plan_id=plan_id):
            raise PlanInUse(performance_count=count)
        await SQL.delete_versions.run(c, plan_id=plan_id)
        await SQL.delete.run(c, plan_id=plan_id)
        await audit.note(c, by, "plan.deleted", Subject(kind="plan", id=plan_id, name=plan["name"]), now)


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


def sound_document(plan: Plan, photos: Collection[str] = ()) -> bytes:
    """The one spelling of a plan, or PlanUnsound when the doctor would repair it; `photos` are those that are kept for
    it. O(seats): call it in a thread."""
    _, findings = doctor.examine(plan, photos)
    if findings:
        first = findings[0]
        raise PlanUnsound(finding=first.saying, where=first.where, finding_count=len(findings))
    return placeur_json.write(plan)
