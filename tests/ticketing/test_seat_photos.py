"""Photos of the view from seats: kept once by their organisation, for as long as a plan or a drawing names them."""

import io
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace
from PIL import Image

from engine.plan import placeur_json
from engine.plan.doctor import Flaw
from engine.plan.model import Attribute, Plan
from tests.ticketing.house import NOW, House, open_house, plan
from ticketing import drawings, files, pictures, plan_drafts, plans, programme, seat_photos
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.refusals import DrawingUnsound, InputRefused, NotFound, PlanUnsound, TooManyPhotos, UnknownPhoto
from ticketing.workshop import Workshop

LATER = NOW + seat_photos.UNUSED_KEPT + timedelta(seconds=1)
LOST = "a1" * 32


def photo(color: str = "teal", size: tuple[int, int] = (800, 600), kind: str = "JPEG", mode: str = "RGB") -> bytes:
    made = io.BytesIO()
    Image.new(mode, size, color).save(made, kind)
    return made.getvalue()


def pictured(*names: str) -> Plan:
    """The house with photos for its first seats, which have a restricted view."""
    (stalls,) = plan().zones
    first, second = stalls.rows
    seats = [
        replace(seat, photo=name, attributes=(Attribute.RESTRICTED_VIEW,), note="A pillar.")
        for seat, name in zip(first.seats, names, strict=False)
    ]
    row = replace(first, seats=(*seats, *first.seats[len(seats) :]))
    return replace(plan(), zones=(replace(stalls, rows=(row, second)),))


@pytest.fixture
async def house(database: Database) -> House:
    return await open_house(database)


async def drawing_of(db: Database, house: House) -> UUID:
    (version, *_) = await plans.list_of(db, house.organisation, house.performance.venue_id)
    by = Actor(organisation_id=house.organisation)
    return await drawings.open_plan(db, house.organisation, version.venue_id, version.plan_id, by, NOW)


async def give(db: Database, house: House, drawing: UUID, revision: int, name: str) -> None:
    """Give the drawing's first seat a photo, or ("") none."""
    by = Actor(organisation_id=house.organisation)
    whole = msgspec.json.decode((await drawings.whole(db, house.organisation, drawing)).parts)
    row = next(part for part in whole if part["key"] == "r1")
    row["data"]["seats"][0]["photo"] = name
    made = drawings.changes_of(msgspec.json.encode({"revision": revision, "editor": "tab", "parts": [row]}))
    await drawings.save(db, house.organisation, drawing, made, by, NOW)


async def put(db: Database, workshop: Workshop, house: House, content: bytes) -> str:
    return await seat_photos.put(db, workshop, house.organisation, content, NOW)


async def there(db: Database, house: House, name: str) -> bool:
    return name in await seat_photos.kept(db, house.organisation, [name])


async def test_a_photo_is_drawn_anew_and_kept_once(database: Database, house: House, workshop: Workshop) -> None:
    name = await put(database, workshop, house, photo(size=(2400, 1800)))
    kept = await seat_photos.get(database, house.organisation, bytes.fromhex(name))
    assert (kept.media_type, kept.width, kept.height) == ("image/jpeg", 1600, 1200)
    assert await put(database, workshop, house, photo(size=(2400, 1800))) == name
    assert await seat_photos.kept(database, house.organisation, [name, LOST]) == {name}
    async with database.read() as c:
        count = "select count(*) from seat_photos where organisation_id = $1"
        assert await c.fetchval(count, house.organisation) == 1


async def test_what_is_no_photo_is_refused(database: Database, house: House, workshop: Workshop) -> None:
    for content in (b"no picture", photo(size=(199, 900)), photo()[:300], bytes(pictures.BYTES_MAX + 1)):
        with pytest.raises(InputRefused) as refused:
            await put(database, workshop, house, content)
        assert refused.value.fields["where"] == "photo"


def test_what_is_clear_becomes_white() -> None:
    kept = pictures.photo(photo("#ff000000", kind="PNG", mode="RGBA"))
    with Image.open(io.BytesIO(kept.content)) as drawn:
        assert (drawn.format, drawn.getpixel((5, 5))) == ("JPEG", (255, 255, 255))


async def test_photos_are_bounded(
    database: Database, house: House, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seat_photos, "PHOTOS_MAX", 1)
    name = await put(database, workshop, house, photo())
    assert await put(database, workshop, house, photo()) == name, "what is kept already may come again"
    with pytest.raises(TooManyPhotos):
        await put(database, workshop, house, photo("red"))
    other = await open_house(database)
    assert await put(database, workshop, other, photo("red"))


async def test_only_the_organisation_that_keeps_it_has_it(database: Database, house: House, workshop: Workshop) -> None:
    name = await put(database, workshop, house, photo("gold"))
    hash, other = bytes.fromhex(name), await open_house(database)
    with pytest.raises(NotFound):
        await seat_photos.get(database, other.organisation, hash)
    assert not await there(database, other, name)
    assert (await programme.picture(database, house.box_office, hash)).media_type == "image/jpeg"
    with pytest.raises(NotFound):
        await programme.picture(database, other.box_office, hash)
    with pytest.raises(PlanUnsound):
        await plans.add_version(database, other.organisation, other.performance.venue_id, "Hall", pictured(name), NOW)


async def test_a_version_names_photos_that_are_kept(database: Database, house: House, workshop: Workshop) -> None:
    name, venue = await put(database, workshop, house, photo()), house.performance.venue_id
    with pytest.raises(PlanUnsound) as refused:
        await plans.add_version(database, house.organisation, venue, "Hall", pictured(name, LOST), NOW)
    assert refused.value.fields["finding_count"] == 1
    version = await plans.add_version(database, house.organisation, venue, "Hall", pictured(name, name), NOW)
    assert seat_photos.named(await plans.document(database, version.hash)) == {name}
    await seat_photos.forget_unused(database, LATER)
    assert await there(database, house, name), "the version names it"
    document, by = placeur_json.write(pictured(LOST)), Actor(organisation_id=house.organisation)
    with pytest.raises(UnknownPhoto):
        async with database.transaction() as c:
            await plans.keep(c, house.organisation, venue, "Hall", document, 40, by, NOW)
    assert len(await plans.list_of(database, house.organisation, venue)) == 2


async def test_a_drawing_with_a_photo_that_is_not_kept_is_mended(
    database: Database, house: House, workshop: Workshop
) -> None:
    owner, drawing = house.organisation, await drawing_of(database, house)
    by = Actor(organisation_id=owner)
    await give(database, house, drawing, 1, LOST)
    with pytest.raises(DrawingUnsound) as refused:
        await drawings.publish(database, owner, drawing, 2, by, NOW)
    assert "not kept here" in str(refused.value.fields["finding"])
    _, found = await drawings.examine(database, owner, drawing)
    ((one,), count) = found.found, found.finding_count
    assert (count, one.finding.flaw, one.key) == (1, Flaw.UNKNOWN_PHOTO, "r1")
    mended = {"revision": 2, "editor": "tab", "parts": [part.wire() for part in one.mended.parts]}
    await drawings.save(database, owner, drawing, drawings.changes_of(msgspec.json.encode(mended)), by, NOW)
    await give(database, house, drawing, 3, name := await put(database, workshop, house, photo()))
    version = await drawings.publish(database, owner, drawing, 4, by, NOW)
    assert seat_photos.named(await plans.document(database, version.hash)) == {name}


async def test_an_imported_file_keeps_the_photos_that_are_here(
    database: Database, house: House, workshop: Workshop
) -> None:
    owner, venue, by = house.organisation, house.performance.venue_id, Actor(organisation_id=house.organisation)
    name = await put(database, workshop, house, photo())
    content = msgspec.json.format(placeur_json.write(pictured(name, LOST)), indent=2)
    draft = await plan_drafts.keep(database, owner, venue, "Hall", "hall.json", content, by, NOW)
    found = await plan_drafts.get(database, owner, venue, draft)
    assert [finding.flaw for finding in found.findings] == [Flaw.UNKNOWN_PHOTO]
    version = await plan_drafts.confirm(database, owner, venue, draft, by, NOW)
    assert seat_photos.named(await plans.document(database, version.hash)) == {name}


async def test_what_nothing_names_is_forgotten_after_a_month(
    database: Database, house: House, workshop: Workshop
) -> None:
    drawn, unused = [await put(database, workshop, house, photo(color)) for color in ("olive", "navy")]
    drawing = await drawing_of(database, house)
    await give(database, house, drawing, 1, drawn)
    await seat_photos.forget_unused(database, NOW + seat_photos.UNUSED_KEPT)
    assert await there(database, house, unused)
    await seat_photos.forget_unused(database, LATER)
    assert (await there(database, house, drawn), await there(database, house, unused)) == (True, False)
    await give(database, house, drawing, 2, "")
    await seat_photos.forget_unused(database, LATER)
    assert not await there(database, house, drawn)
    await files.forget_unused(database, LATER)
    with pytest.raises(NotFound):
        await files.get(database, bytes.fromhex(drawn))
