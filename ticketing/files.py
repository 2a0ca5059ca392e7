"""Files: what people upload, kept once by the SHA-256 of its bytes. Who may see one is asked of what it belongs to.

One that nothing refers to any more, its picture replaced or taken off, is forgotten by the worker.
"""

import hashlib
from datetime import datetime, timedelta

from msgspec import Struct

from ticketing.db import Database
from ticketing.refusals import NotFound
from ticketing.sql import Connection, load

HASH_BYTES = 32
UNUSED_KEPT = timedelta(days=1)
"""Since it was kept last."""

SQL = load("files")


class Kept(Struct, frozen=True):
    """A file as it is kept. `width` and `height` are a picture's, in pixels."""

    media_type: str
    content: bytes
    width: int | None
    height: int | None


async def keep(c: Connection, file: Kept, now: datetime) -> bytes:
    """Keep a file, if it is not kept already; its hash of 32 bytes. In the caller's transaction."""
    hash = hashlib.sha256(file.content).digest()
    values = {name: getattr(file, name) for name in Kept.__struct_fields__}
    await SQL.keep.run(c, hash=hash, created_at=now, **values)
    return hash


async def get(db: Database, hash: bytes) -> Kept:
    """A file by its hash, or NotFound. Whoever asks must have come to it through what it belongs to."""
    async with db.read() as c:
        found = await SQL.get.one(c, Kept, hash=hash)
    if found is None:
        raise NotFound(what="file")
    return found


def hash_of(text: str, what: str) -> bytes:
    """A hash as addresses have it; what is none is NotFound, as `what`."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != HASH_BYTES:
        raise NotFound(what=what)
    return found


async def forget_unused(db: Database, now: datetime) -> int:
    """Delete the files that nothing refers to, but for those kept within `UNUSED_KEPT`; how many."""
    async with db.read() as c:
        return await SQL.forget_unused.run(c, before=now - UNUSED_KEPT)
