"""Plan drafts: a plan file that somebody has sent, read and mended, waiting for a yes.

Nothing of a draft is a version yet. It is kept whole, as the document that it would become, beside what the doctor
mended, so that what was looked at is exactly what is kept afterwards. A draft that nobody confirms goes away.
"""

import asyncio
import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from engine.plan import doctor, files, placeur_json, row_list, svg
from engine.plan import model as engine_model
from engine.plan.doctor import Finding
from engine.plan.files import Format
from engine.plan.model import Plan
from ticketing import plans, seat_photos
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.plans import PlanVersion
from ticketing.refusals import NotFound, PlanRefused
from ticketing.sql import load
from ticketing.texts import text_of

KEPT_FOR = timedelta(days=1)
DRAFTS_MAX = 20
"""Drafts of one venue at a time."""

SQL = load("plan_drafts")
_findings = msgspec.json.Decoder(tuple[Finding, ...])


class Draft(Struct, frozen=True):
    """A draft. `findings` are the doctor's repairs, all done in `document`."""

    id: UUID
    venue_id: UUID
    plan_name: str
    file_name: str
    format: Format
    document: bytes
    place_count: int
    findings: tuple[Finding, ...]
    created_at: datetime


class Waiting(Struct, frozen=True):
    """A draft in a list."""

    id: UUID
    plan_name: str
    file_name: str
    created_at: datetime


class Comparison(Struct, frozen=True):
    """A draft beside the version it would follow (`number`): seats that stay, come and go, by their ids."""

    number: int
    same: bool
    kept: int
    added: int
    removed: int


class _Mended(Struct, frozen=True):
    format: Format
    document: bytes
    place_count: int
    findings: tuple[Finding, ...]


async def keep(
    db: Database, organisation_id: UUID, venue_id: UUID, plan_name: str, file_name: str, content: bytes,
    by: Actor, now: datetime,
) -> UUID:  # fmt: skip
    """Read a plan file, mend it, and keep it to be looked at; the draft's id.

    Raises PlanRefused, with the place in the file, when it is none; NotFound for another organisation's venue.
    """
    name = text_of(plan_name, "plan_name")
    photos = await seat_photos.kept(db, organisation_id, seat_photos.named(content))
    mended = await asyncio.to_thread(_mended, content, name, photos)
    values = {
        "draft_id": new_id(),
        "plan_name": name,
        "file_name": file_name,
        "format": mended.format.value,
        "document": mended.document,
        "place_count": mended.place_count,
        "findings": msgspec.json.encode(mended.findings).decode(),
        "staff_id": by.staff_id,
        "created_at": now,
    }
    async with db.transaction() as c:
        if not await SQL.keep.run(c, organisation_id=organisation_id, venue_id=venue_id, **values):
            raise NotFound(what="venue")
        await SQL.sweep.run(c, venue_id=venue_id, made_before=now - KEPT_FOR, drafts_max=DRAFTS_MAX)
    return UUID(str(values["draft_id"]))


async def get(db: Database, organisation_id: UUID, venue_id: UUID, draft_id: UUID) -> Draft:
    """A draft at an organisation's own venue, or NotFound."""
    async with db.read() as c:
        row = await SQL.get.row(c, organisation_id=organisation_id, venue_id=venue_id, draft_id=draft_id)
    if row is None:
        raise NotFound(what="draft of a plan")
    values = dict(row) | {"findings": _findings.decode(row["findings"]), "format": Format(row["format"])}
    return Draft(**values)


async def of_venue(db: Database, organisation_id: UUID, venue_id: UUID, now: datetime) -> list[Waiting]:
    """The drafts that wait at an organisation's own venue, the newest first."""
    values = {"organisation_id": organisation_id, "venue_id": venue_id, "made_after": now - KEPT_FOR}
    async with db.read() as c:
        return await SQL.of_venue.all(c, Waiting, **values)


async def compare(db: Database, organisation_id: UUID, draft: Draft) -> Comparison | None:
    """What confirming the draft would change; None when it would be a plan's first version."""
    values = {"organisation_id": organisation_id, "venue_id": draft.venue_id, "plan_name": draft.plan_name}
    async with db.read() as c:
        row = await SQL.latest.row(c, **values)
    if row is None:
        return None
    same = bytes(row["hash"]) == hashlib.sha256(draft.document).digest()
    return await asyncio.to_thread(_compared, row["number"], same, row["document"], draft.document)


async def confirm(
    db: Database, organisation_id: UUID, venue_id: UUID, draft_id: UUID, by: Actor, now: datetime
) -> PlanVersion:
    """Make the draft the next version of its plan, once. NotFound when it was confirmed or dropped before."""
    async with db.transaction() as c:
        row = await SQL.take.row(c, organisation_id=organisation_id, venue_id=venue_id, draft_id=draft_id)
        if row is None:
            raise NotFound(what="draft of a plan")
        kept = (row["plan_name"], row["document"], row["place_count"])
        return await plans.keep(c, organisation_id, venue_id, *kept, by, now)


async def drop(db: Database, organisation_id: UUID, venue_id: UUID, draft_id: UUID) -> None:
    """Forget a draft; NotFound when there is none."""
    async with db.transaction() as c:
        if await SQL.take.row(c, organisation_id=organisation_id, venue_id=venue_id, draft_id=draft_id) is None:
            raise NotFound(what="draft of a plan")


def _mended(content: bytes, name: str, photos: Collection[str]) -> _Mended:
    try:
        form = files.format_of(content)
        named = {Format.ROWS: row_list.read, Format.SVG: svg.read}.get(form)
        drawn = files.read(content) if named is None else named(content, name)
        plan, findings = doctor.examine(drawn, photos)
        return _Mended(form, placeur_json.write(plan), plan.capacity, findings)
    except engine_model.PlanRefused as refused:
        raise PlanRefused(problem=refused.problem, where=refused.place) from None


def _compared(number: int, same: bool, before: bytes, after: bytes) -> Comparison:
    old, new = _ids(placeur_json.read(before)), _ids(placeur_json.read(after))
    return Comparison(number, same, len(old & new), len(new - old), len(old - new))


def _ids(plan: Plan) -> set[str]:
    return {seat.id for seat in plan.seats()}
