"""Files that people send: what is taken, what is made of it, what is refused."""

import struct
import zlib
from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from tests.ticketing.house import NOW, open_house
from ticketing import uploads
from ticketing.db import Database
from ticketing.forms import Media
from ticketing.refusals import FileRefused, TooManyUploads
from ticketing.workshop import Bounds, Workshop

PAGE = b"<html><script>alert(1)</script></html>"


def picture(kind: str = "PNG", **options: object) -> bytes:
    made = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(made, kind, **options)
    return made.getvalue()


def document(**options: object) -> bytes:
    made = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        pdf.attachments["page.html"] = PAGE
        pdf.save(made, **options)
    return made.getvalue()


def png(width: int, height: int, pixels: bytes) -> bytes:
    """A picture of one bit a pixel, whatever follows its head."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def blanks(megabytes: int) -> bytes:
    """A PDF with its only page in a compressed part that unfolds to so much."""
    squeezed, part = zlib.compressobj(9), b" " * (1 << 20)
    packed = b"".join([squeezed.compress(b"3 0 " + part[4:]), *(squeezed.compress(part) for _ in range(megabytes))])
    packed += squeezed.compress(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>") + squeezed.flush()
    parts = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        4: b"<</Type/ObjStm/N 1/First 5/Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(packed), packed),
    }
    made, places = b"%PDF-1.5\n", {}
    for number, part in parts.items():
        places[number] = len(made)
        made += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    rows = [(0, 0, 0), (1, places[1], 0), (1, places[2], 0), (2, 4, 0), (1, places[4], 0), (1, len(made), 0)]
    table = b"".join(struct.pack(">BIH", *row) for row in rows)
    made_of = b"<</Type/XRef/Size 6/W[1 4 2]/Root 1 0 R/Length %d>>stream\n%b\nendstream" % (len(table), table)
    return made + b"5 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF" % (made_of, len(made))


PNG, PDF = picture(), document()


@pytest.mark.parametrize(("content", "media"), [(PNG, Media.PNG), (picture("JPEG"), Media.JPEG), (PDF, Media.PDF)])
def test_a_file_is_what_its_content_says(content: bytes, media: Media):
    made, found = uploads.sanitised(content)
    assert found is media and uploads.sanitised(made)[1] is media


@pytest.mark.parametrize(
    "content",
    [
        b"",
        PAGE,
        b"GIF89a" + bytes(100),
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        PAGE + PNG,
        b"\n" + PDF,
        PNG[:60],
        b"\x89PNG\r\n\x1a\n" + PAGE,
        b"\xff\xd8\xff" + PAGE,
        b"%PDF-1.7\n" + PAGE,
        document(encryption=pikepdf.Encryption(owner="owner", user="user")),
        bytes(uploads.FILE_BYTES_MAX + 1),
    ],
)
def test_what_is_none_of_these_is_refused(content: bytes):
    with pytest.raises(FileRefused):
        uploads.sanitised(content)


def test_what_rides_along_is_left_behind():
    marked = Image.Exif()
    marked[0x010E] = "at home"
    rotated = Image.Exif()
    rotated[0x0112] = 6
    for content in (PNG + PAGE, picture("JPEG", exif=marked) + PAGE, picture("JPEG", comment=PAGE)):
        made, _ = uploads.sanitised(content)
        assert b"script" not in made and b"at home" not in made
    upright, _ = uploads.sanitised(picture("JPEG", exif=rotated))
    assert Image.open(BytesIO(upright)).size == (30, 40)
    made, _ = uploads.sanitised(PDF + PAGE)
    with pikepdf.open(BytesIO(made)) as pdf:
        assert "/OpenAction" not in pdf.Root and not list(pdf.attachments)
    assert not made.rstrip().endswith(b"</html>")


def test_a_picture_that_would_fill_the_memory_is_refused():
    for side in (60_000, 5_500):
        with pytest.raises(FileRefused, match="pixels"):
            uploads.sanitised(png(side, side, zlib.compress(bytes(10_000))))


async def test_a_picture_as_large_as_it_may_be_is_taken_within_the_bounds(database: Database, workshop: Workshop):
    house = await open_house(database)
    made = BytesIO()
    Image.new("P", (6000, 5000)).save(made, "PNG", transparency=0)
    sent = await uploads.take(database, workshop, house.box_office, "plan.png", made.getvalue(), NOW)
    assert sent.media_type is Media.PNG


async def test_what_unfolds_to_gigabytes_is_refused_before_it_has(database: Database, workshop: Workshop):
    house = await open_house(database)
    with pytest.raises(FileRefused):
        await uploads.take(database, workshop, house.box_office, "bomb.pdf", blanks(600), NOW)
    mild = await uploads.take(database, workshop, house.box_office, "form.pdf", blanks(10), NOW)
    assert mild.media_type is Media.PDF


async def test_what_takes_too_much_work_is_refused_in_a_sentence(database: Database):
    house, tight = await open_house(database), Workshop(Bounds(memory_bytes_max=20 << 20))
    made = BytesIO()
    Image.new("RGB", (4000, 4000)).save(made, "PNG")
    try:
        with pytest.raises(FileRefused, match="takes too much work to read"):
            await uploads.take(database, tight, house.box_office, "plan.png", made.getvalue(), NOW)
    finally:
        tight.close()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("card.png", "card.png"),
        ("../../etc/passwd", "passwd.png"),
        ("C:\\photos\\me.exe", "me.png"),
        ("page.html", "page.png"),
        ("", "file.png"),
        ("..", "file.png"),
        ('a"b;c\r\nd.png', "abc d.png"),
        ("x" * 300 + ".png", "x" * 96 + ".png"),
        ("\u202egnp.exe", "gnp.png"),
    ],
)
def test_names_are_cleaned_and_end_as_what_they_are(sent: str, kept: str):
    assert uploads.named(sent, Media.PNG) == kept


async def test_what_waits_is_bounded_and_forgotten(
    database: Database, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
):
    house = await open_house(database)
    monkeypatch.setattr(uploads, "WAITING_MAX", 1)
    sent = await uploads.take(database, workshop, house.box_office, "card.png", PNG, NOW)
    with pytest.raises(TooManyUploads):
        await uploads.take(database, workshop, house.box_office, "card.png", PNG, NOW)
    async with database.read() as c:
        later = NOW + uploads.LIFE
        assert set(await uploads.waiting(c, house.box_office, [sent.id], NOW)) == {sent.id}
        assert await uploads.waiting(c, house.box_office, [sent.id], later) == {}
    assert await uploads.forget_lapsed(database, later) >= 1
    await uploads.take(database, workshop, house.box_office, "card.png", PNG, later)
