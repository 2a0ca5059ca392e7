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
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(10_000)))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(FileRefused, match="pixels"):
        uploads.sanitised(bomb)


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


async def test_what_waits_is_bounded_and_forgotten(database: Database, monkeypatch: pytest.MonkeyPatch):
    house = await open_house(database)
    monkeypatch.setattr(uploads, "WAITING_MAX", 1)
    sent = await uploads.take(database, house.box_office, "card.png", PNG, NOW)
    with pytest.raises(TooManyUploads):
        await uploads.take(database, house.box_office, "card.png", PNG, NOW)
    async with database.read() as c:
        later = NOW + uploads.LIFE
        assert set(await uploads.waiting(c, house.box_office, [sent.id], NOW)) == {sent.id}
        assert await uploads.waiting(c, house.box_office, [sent.id], later) == {}
    assert await uploads.forget_lapsed(database, later) >= 1
    await uploads.take(database, house.box_office, "card.png", PNG, later)
