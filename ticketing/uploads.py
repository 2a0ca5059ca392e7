"""Files that people send with their answers: taken by what they are, bounded, and kept from ever becoming a page.

What a file is says its content; its name and the type it came with say nothing. A picture is decoded and encoded anew,
which drops whatever was hidden before, in or after it, with the place and the camera it was taken by; a PDF is written
anew without its scripts, its attachments and what it does when it is opened. Whatever else is refused. All this is done
in a process of its own, within bounds: what a few bytes unfold to is known only by unfolding them.

A file comes before its order. It is named by a secret, lives for a while, and is forgotten unless an order takes it.
How many wait for one box office is bounded, so that nobody can fill the database from outside.
"""

from concurrent.futures import BrokenExecutor
from datetime import datetime, timedelta
from io import BytesIO
from uuid import UUID

import pikepdf
from msgspec import Struct
from pikepdf.settings import set_qpdf_limits
from PIL import Image

from ticketing import pictures
from ticketing.db import Database
from ticketing.forms import FILE_BYTES_MAX, Media
from ticketing.ids import new_id, new_secret, secret_hash
from ticketing.legible import clean
from ticketing.refusals import FileRefused, NotFound, TooManyUploads
from ticketing.sql import Connection, load
from ticketing.workshop import Workshop

LIFE = timedelta(hours=2)
WAITING_MAX = 2000
SIDE_PX_MAX = 4000
UNFOLDED_BYTES_MAX = 64 * 1024 * 1024
"""What one compressed part of a PDF may come to where it must be read; pictures on its pages are passed on as they
are."""
NAME_CHARS_MAX = 100
STARTS = {b"%PDF-": Media.PDF, b"\x89PNG\r\n\x1a\n": Media.PNG, b"\xff\xd8\xff": Media.JPEG}
ENDINGS = {Media.PDF: ".pdf", Media.PNG: ".png", Media.JPEG: ".jpg"}
ACTIVE = ("/OpenAction", "/AA", "/AcroForm", "/URI")
NAMED = ("/JavaScript", "/EmbeddedFiles")

SQL = load("uploads")


class Upload(Struct, frozen=True):
    """A file that waits for its order."""

    id: UUID
    secret_hash: bytes
    name: str
    media_type: Media
    byte_count: int


class Sent(Struct, frozen=True):
    """A file that was taken. `id` is what an answer names it by, until `ends_at`; it is shown nowhere else."""

    id: str
    name: str
    media_type: Media
    byte_count: int
    ends_at: datetime


class Content(Struct, frozen=True):
    """A file with all that is in it."""

    name: str
    media_type: Media
    content: bytes


async def take(db: Database, workshop: Workshop, box_office_id: UUID, name: str, content: bytes, now: datetime) -> Sent:
    """Keep a file for `LIFE`, for an answer at this box office. FileRefused, TooManyUploads, TooManyRequests."""
    _media(content)
    try:
        sound, media = await workshop.do(sanitised, content)
    except BrokenExecutor:
        raise FileRefused(
            problem="This file takes too much work to read: save it anew, smaller or simpler, and send that."
        ) from None
    secret, ends_at = new_secret(), now + LIFE
    called = named(name, media)
    async with db.transaction() as c:
        if await SQL.waiting_count.value(c, box_office_id=box_office_id) >= WAITING_MAX:
            raise TooManyUploads()
        await SQL.add.run(
            c, upload_id=new_id(), box_office_id=box_office_id, secret_hash=secret_hash(secret), name=called,
            media_type=media, content=sound, now=now, ends_at=ends_at,
        )  # fmt: skip
    return Sent(secret, called, media, len(sound), ends_at)


async def waiting(c: Connection, box_office_id: UUID, secrets: list[str], now: datetime) -> dict[str, Upload]:
    """The files that wait under these secrets."""
    by_hash = {secret_hash(secret): secret for secret in secrets}
    found = await SQL.waiting.all(c, Upload, box_office_id=box_office_id, hashes=list(by_hash), now=now)
    return {by_hash[upload.secret_hash]: upload for upload in found}


async def keep(c: Connection, upload_ids: list[UUID], now: datetime) -> bool:
    """Keep files for good, in the transaction of what refers to them; False when one is gone."""
    return await SQL.keep.run(c, upload_ids=upload_ids, now=now) == len(set(upload_ids))


async def content(db: Database, organisation_id: UUID, order_id: UUID, upload_id: UUID) -> Content:
    """A file that came with an order of the organisation, or NotFound."""
    async with db.read() as c:
        values = {"organisation_id": organisation_id, "order_id": order_id, "upload_id": upload_id}
        found = await SQL.content.one(c, Content, **values)
    if found is None:
        raise NotFound(what="file")
    return found


async def forget_lapsed(db: Database, now: datetime) -> int:
    """Delete the files that no order came for; how many."""
    async with db.read() as c:
        return await SQL.forget_lapsed.run(c, now=now)


def sanitised(content: bytes) -> tuple[bytes, Media]:
    """A file written anew, and what it is. FileRefused. May take seconds of a core and all memory there is."""
    media = _media(content)
    made = _document(content) if media is Media.PDF else _picture(content, media)
    if len(made) > FILE_BYTES_MAX:
        raise FileRefused(problem="A file has 10 MB at most.")
    return made, media


def named(name: str, media: Media) -> str:
    """A name to keep and to show: the last part of a path, without signs that a file system or a reader trips over,
    with the ending of what the file is."""
    last = clean(name.replace("\\", "/").rpartition("/")[2])
    plain = "".join(sign for sign in last if sign not in "<>:\"|?*%;'`").strip(". ")
    stem = plain.rpartition(".")[0] or plain
    return (stem[: NAME_CHARS_MAX - 4].strip(". ") or "file") + ENDINGS[media]


def _media(content: bytes) -> Media:
    if len(content) > FILE_BYTES_MAX:
        raise FileRefused(problem="A file has 10 MB at most.")
    media = next((media for start, media in STARTS.items() if content.startswith(start)), None)
    if media is None:
        raise FileRefused(problem="This is neither a PDF nor a picture (PNG or JPEG).")
    return media


def _picture(content: bytes, media: Media) -> bytes:
    """Decoded, turned upright, bounded, encoded anew without anything beside its pixels."""
    kind = media.name
    try:
        with Image.open(BytesIO(content), formats=[kind]) as opened:
            if opened.width * opened.height > pictures.PIXELS_MAX:
                raise FileRefused(problem="This picture has too many pixels: 30 million at most.")
            clear = media is Media.PNG and opened.has_transparency_data
            bare = pictures.bare(opened, "RGBA" if clear else "RGB", SIDE_PX_MAX)
    except Image.DecompressionBombError:
        raise FileRefused(problem="This picture has too many pixels: 30 million at most.") from None
    except (OSError, SyntaxError, ValueError):
        raise FileRefused(problem="This picture cannot be read: it is cut short, or none.") from None
    made = BytesIO()
    bare.save(made, kind, **({"quality": 88} if media is Media.JPEG else {}))
    return made.getvalue()


def _document(content: bytes) -> bytes:
    """Written anew by what its pages show: what was filled into fields is drawn, and the fields are gone."""
    made = BytesIO()
    most = UNFOLDED_BYTES_MAX
    set_qpdf_limits(flate_max_memory=most, run_length_max_memory=most, png_max_memory=most, tiff_max_memory=most)
    try:
        with pikepdf.open(BytesIO(content)) as document:
            if document.is_encrypted or not len(document.pages):
                raise FileRefused(problem="This PDF is locked or empty: send one that opens without a password.")
            document.flatten_annotations("all")
            for name in ACTIVE:
                if name in document.Root:
                    del document.Root[name]
            for name in NAMED:
                if "/Names" in document.Root and name in document.Root.Names:
                    del document.Root.Names[name]
            for page in document.pages:
                for name in ("/AA", "/Annots"):
                    if name in page:
                        del page[name]
            document.save(made, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, TypeError, AttributeError, RuntimeError):
        raise FileRefused(problem="This PDF cannot be read: it is damaged, locked, or none.") from None
    return made.getvalue()
