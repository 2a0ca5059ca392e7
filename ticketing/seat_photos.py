"""Photos of the view from seats: kept by their organisation beside its plans, which name them by their hash.

A plan says of a seat which photo is its own, and whoever has the plan has the names alone. A drawing may name photos
that are not kept here, as any drawing may be flawed; a version may not, and keeps those it names from being forgotten.
"""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from ticketing import files, pictures
from ticketing.db import Database
from ticketing.files import Kept
from ticketing.pictures import BYTES_MAX
from ticketing.refusals import InputRefused, NotFound, TooManyPhotos, UnknownPhoto
from ticketing.sql import Connection, load
from ticketing.workshop import Workshop

PHOTOS_MAX = 2000
"""Of one organisation."""
UNUSED_KEPT = timedelta(days=30)
"""Since it was kept last: whoever draws may undo what took it off."""
NAMED = re.compile(rb'"photo"\s*:\s*"([0-9a-f]{64})"')

SQL = load("seat_photos")


async def put(db: Database, workshop: Workshop, organisation_id: UUID, content: bytes, now: datetime) -> str:
    """Keep a photo, redrawn, once; its name. InputRefused for what is no picture, TooManyPhotos, TooManyRequests."""
    if len(content) > BYTES_MAX:
        raise InputRefused(problem="A photo has 12 MB at most.", where="photo")
    kept = await pictures.drawn(workshop, content, pictures.photo)
    async with db.transaction() as c:
        hash = await files.keep(c, kept, now)
        values = {"hash": hash, "kept_at": now, "photos_max": PHOTOS_MAX}
        if not await SQL.keep.run(c, organisation_id=organisation_id, **values):
            raise TooManyPhotos(photos_max=PHOTOS_MAX)
    return hash.hex()


async def get(db: Database, organisation_id: UUID, hash: bytes) -> Kept:
    """An organisation's own photo, or NotFound."""
    async with db.read() as c:
        found = await SQL.get.one(c, Kept, organisation_id=organisation_id, hash=hash)
    if found is None:
        raise NotFound(what="photo")
    return found


def named(content: bytes) -> set[str]:
    """The photos that a plan or the parts of one name, as they stand in JSON. O(bytes)."""
    return {name.decode() for name in NAMED.findall(content)}


async def kept(db: Database, organisation_id: UUID, names: Collection[str]) -> frozenset[str]:
    """Those of them that the organisation keeps."""
    if not names:
        return frozenset()
    async with db.read() as c:
        hashes = [bytes.fromhex(name) for name in names]
        rows = await SQL.kept.rows(c, organisation_id=organisation_id, hashes=hashes)
    return frozenset(row["hash"] for row in rows)


async def refer(c: Connection, organisation_id: UUID, plan_version_id: UUID, document: bytes) -> None:
    """Note what a new version of a plan names, in the transaction that adds it. UnknownPhoto for what is not kept."""
    hashes = [bytes.fromhex(name) for name in named(document)]
    values = {"organisation_id": organisation_id, "hashes": hashes}
    if hashes and await SQL.refer.run(c, plan_version_id=plan_version_id, **values) < len(hashes):
        raise UnknownPhoto()


async def forget_unused(db: Database, now: datetime) -> int:
    """Forget the photos that no plan and no drawing names, but for those kept within `UNUSED_KEPT`; how many."""
    async with db.read() as c:
        return await SQL.forget_unused.run(c, before=now - UNUSED_KEPT)
