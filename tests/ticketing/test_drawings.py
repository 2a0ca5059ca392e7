"""Drawings: saved part by part, by one at a time, until they are published."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from msgspec.structs import replace

from engine.plan import decoding, placeur_json, row_list
from engine.plan.model import Plan
from tests.ticketing.house import NOW, House, open_house, plan
from ticketing import drawings, organisations, plans, venues
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.drawings import Saved
from ticketing.ids import new_id
from ticketing.refusals import (
    AlreadyExists,
    DrawingBehind,
    DrawingChanged,
    DrawingEmpty,
    DrawingExists,
    DrawingRefused,
    DrawingUnsound,
    InputRefused,
    NotFound,
    PlanRefused,
    TooManyDrawings,
)
from ticketing.sql import Query

STADIUM = Path(__file__).parents[2] / "examples" / "metalist-stadium.csv"
SEAT = {"id": "new", "label": "11", "x": 550, "y": 0, "category": "A"}


class At:
    """Somebody at a drawing of the house's plan."""

    def __init__(self, db: Database, house: House, drawing: UUID) -> None:
        self.db, self.owner, self.id, self.venue = db, house.organisation, drawing, house.performance.venue_id
        self.by = Actor(organisation_id=house.organisation)

    async def save(self, revision: int, request: str = "", **fields: Any) -> Saved:
        body = {"revision": revision, "editor": "tab", "request": request} | fields
        made = drawings.changes_of(msgspec.json.encode(body))
        return await drawings.save(self.db, self.owner, self.id, made, self.by, NOW)

    async def part(self, key: str) -> dict[str, Any]:
        """A part as it is saved, as the script has it."""
        return next(one for one in await self.parts() if one["key"] == key)

    async def parts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = msgspec.json.decode((await drawings.whole(self.db, self.owner, self.id)).parts)
        return found

    async def plan(self) -> Plan:
        return (await drawings.plan_of(self.db, self.owner, self.id))[1]

    async def publish(self, revision: int, over: int | None = None) -> plans.PlanVersion:
        return await drawings.publish(self.db, self.owner, self.id, revision, self.by, NOW, over)

    async def row_with(self, label: str) -> dict[str, Any]:
        """The first row, its first seat called otherwise."""
        row = await self.part("r1")
        row["data"]["seats"][0]["label"] = label
        return row


@pytest.fixture
async def at(database: Database) -> At:
    house = await open_house(database)
    (version,) = await plans.list_of(database, house.organisation, house.performance.venue_id)
    by = Actor(organisation_id=house.organisation)
    opened = await drawings.open_plan(database, house.organisation, version.venue_id, version.plan_id, by, NOW)
    return At(database, house, opened)


async def test_a_plan_is_opened_as_its_latest_version_and_once(at: At, database: Database) -> None:
    found = await drawings.get(database, at.owner, at.id)
    assert (found.revision, found.base_number, found.latest_number, found.plan_name) == (1, 1, 1, "Hall")
    assert await at.plan() == plan()
    assert [part["key"] for part in await at.parts()] == ["z1", "a1", "r1", "r2"]
    again = [drawings.open_plan(database, at.owner, at.venue, found.plan_id, at.by, NOW) for _ in range(4)]
    assert set(await asyncio.gather(*again)) == {at.id}


async def test_a_save_writes_what_changed(at: At) -> None:
    row = await at.part("r1")
    row["data"]["seats"].append(SEAT)
    box = {
        "key": "box",
        "kind": "zone",
        "parent": None,
        "position": 0.5,
        "data": {"id": "b", "name": "Box", "x": 1, "y": 2},
    }
    moved = await at.part("r2") | {"parent": "box", "position": -1}
    assert (await at.save(1, parts=[moved, row, box])).revision == 2
    first, stalls = (await at.plan()).zones
    assert (first.name, [one.label for one in first.rows]) == ("Box", ["B"])
    assert [len(one.seats) for one in stalls.rows] == [11] and stalls.areas == plan().zones[0].areas
    head = {
        "name": "Redrawn",
        "categories": [{"name": "A"}],
        "size": {"width": 10, "height": 20},
        "focal_point": [1, 2],
    }
    assert (await at.save(2, head=head, gone=["a1", "r2", "box", "never-there"])).revision == 3
    after = await at.plan()
    assert (after.name, len(after.zones), after.zones[0].areas, after.seat_count) == ("Redrawn", 1, (), 11)
    assert after.focal_point is not None and after.focal_point.y == 2


async def test_whoever_saves_second_is_told_and_writes_nothing(at: At) -> None:
    mine, theirs = await at.row_with("mine"), await at.row_with("theirs")
    await at.save(1, parts=[mine])
    with pytest.raises(DrawingChanged) as refused:
        await at.save(1, parts=[theirs])
    assert refused.value.fields["revision"] == 2 and refused.value.fields["at"] == NOW
    assert (await at.part("r1"))["data"]["seats"][0]["label"] == "mine"


@pytest.mark.parametrize("protected", [True, False])
async def test_the_revision_keeps_two_who_save_at_once_apart(
    at: At, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    """With the check off, both are told that they saved, and one is lost."""
    if not protected:
        real = drawings.SQL.advance
        blind = Query(real.name, real.text.replace(" and d.revision = $", " and 0 < $"), real.parameters)
        assert blind.text != real.text
        monkeypatch.setitem(drawings.SQL._by_name, "advance", blind)
    sent = [at.save(1, f"request-{label}", parts=[await at.row_with(label)]) for label in ("mine", "theirs")]
    answers = await asyncio.gather(*sent, return_exceptions=True)
    saved = [one for one in answers if isinstance(one, Saved)]
    assert (len(saved) == 1) is protected
    assert sum(isinstance(one, DrawingChanged) for one in answers) == (1 if protected else 0)


async def test_a_save_that_is_sent_again_is_done_once(at: At) -> None:
    row = await at.row_with("mine")
    saved = await asyncio.gather(*(at.save(1, "once", parts=[row]) for _ in range(4)))
    assert {one.revision for one in saved} == {2}
    assert (await at.save(1, "once", parts=[row])).revision == 2
    await at.save(2, "twice")
    with pytest.raises(DrawingChanged):
        await at.save(1, "once", parts=[row])


ZONE = {"key": "z9", "kind": "zone", "parent": None, "position": 9, "data": {"id": "z", "name": "Z", "x": 0, "y": 0}}
EMPTY = {"key": "r9", "kind": "row", "parent": "z1", "position": 9, "data": {"label": "Z", "x": 0, "y": 0, "seats": []}}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"parts": [EMPTY | {"parent": "nowhere"}]}, "(parts[0].parent). There is no zone nowhere."),
        ({"parts": [EMPTY | {"parent": "r1"}]}, "(parts[0].parent). There is no zone r1."),
        ({"parts": [EMPTY, ZONE], "gone": ["z1"]}, "(gone). There is something in the zone z1 still."),
        ({"parts": [ZONE | {"key": "r1"}]}, "(parts). A part stays what it is"),
        ({"parts": [ZONE], "gone": ["z9"]}, "(gone[0]). The part z9 is sent, and gone."),
        ({"parts": [ZONE, ZONE]}, "(parts[1].key). The key z9 is there twice."),
        ({"parts": [EMPTY | {"data": EMPTY["data"] | {"seats": [SEAT | {"x": None}]}}]},
         "(parts[0].data.seats[0].x). Expected a number, got nothing."),
        ({"parts": [ZONE | {"key": "no key"}]}, "(parts[0].key)"),
        ({"parts": [ZONE | {"position": 1e300}]}, "(parts[0].position)"),
        ({"parts": [{"key": "x"}]}, "(parts[0]). There is no field kind."),
        ({"head": {"name": "N", "categories": [], "size": {"width": -1, "height": 1}}}, "(head.size.width)"),
        ({"head": {"name": "N\u0001", "categories": [], "size": {"width": 1, "height": 1}}}, "(head.name)"),
        ({"head": None}, "(head)"),
        ({"gone": [5]}, "(gone[0]). Expected a text, got a whole number."),
        ({"request": "\u0000"}, "(request)"),
        ({"other": 5}, "There is an unknown field other."),
    ],
)  # fmt: skip
async def test_what_does_not_fit_writes_nothing(at: At, changes: dict[str, Any], told: str) -> None:
    before = await drawings.whole(at.db, at.owner, at.id)
    with pytest.raises(DrawingRefused) as refused:
        await at.save(1, **changes)
    assert told in refused.value.message
    assert await drawings.whole(at.db, at.owner, at.id) == before


async def test_what_is_no_json_is_refused() -> None:
    for body in (b"", b"[]", b'{"revision": 1', b"\xff", b'{"revision": "1", "editor": "tab"}'):
        with pytest.raises(DrawingRefused):
            drawings.changes_of(body)


async def test_a_drawing_is_no_larger_than_a_plan(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    row = await at.part("r1")
    monkeypatch.setitem(decoding.COUNTS_MAX, "rows", 2)
    with pytest.raises(DrawingRefused, match="at most 2 rows, this one has 3"):
        await at.save(1, parts=[row | {"key": "r3"}])
    assert (await at.save(1, parts=[row | {"key": "r3"}], gone=["r2"])).revision == 2
    monkeypatch.setattr(drawings, "OCTETS_MAX", 100)
    with pytest.raises(DrawingRefused, match="at most 100 bytes"):
        await at.save(2, parts=[row])


async def test_the_bounds_of_the_database_are_those_of_a_plan(connection: asyncpg.Connection) -> None:
    told = await connection.fetch(
        "select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'drawing_parts'::regclass"
    )
    checks = " ".join(row[0] for row in told)
    for bound in (decoding.COUNTS_MAX["seats"], decoding.COUNTS_MAX["places"], drawings.OCTETS_MAX):
        assert f"<= {bound})" in checks


async def test_a_drawing_becomes_the_next_version_and_stays(at: At, database: Database) -> None:
    await at.save(1, parts=[await at.row_with("one")])
    version = await at.publish(2)
    assert version.number == 2
    kept = placeur_json.read(await plans.document(database, version.hash))
    assert kept == await at.plan() and kept.zones[0].rows[0].seats[0].label == "one"
    found = await drawings.get(database, at.owner, at.id)
    assert (found.base_number, found.latest_number, found.revision) == (2, 2, 2)
    assert (await at.publish(2)).number == 2, "the same drawing is the same version"
    await at.save(2, parts=[await at.row_with("uno")])
    with pytest.raises(DrawingChanged):
        await at.publish(2)
    assert (await at.publish(3)).number == 3


async def test_what_is_unsound_or_empty_is_not_published(at: At, database: Database) -> None:
    row = await at.part("r1")
    row["data"]["seats"][1]["id"] = row["data"]["seats"][0]["id"]
    await at.save(1, parts=[row])
    with pytest.raises(DrawingUnsound) as refused:
        await at.publish(2)
    assert refused.value.fields["finding_count"] == 1
    revision, found = await drawings.examine(database, at.owner, at.id)
    assert (revision, found.finding_count) == (2, 1)
    (one,) = found.found
    assert (one.key, one.seat) == ("r1", "A1")
    (mended,) = one.mended.parts
    await at.save(2, parts=[msgspec.json.decode(msgspec.json.encode(mended.wire()))])
    assert (await at.publish(3)).number == 2
    await at.save(3, gone=["r1", "r2", "a1"])
    with pytest.raises(DrawingEmpty):
        await at.publish(4)


async def test_a_version_that_came_from_elsewhere_is_not_published_over_unseen(at: At, database: Database) -> None:
    await at.save(1, parts=[await at.row_with("one")])
    await plans.add_version(database, at.owner, at.venue, "Hall", plan("Redrawn"), NOW)
    with pytest.raises(DrawingBehind) as refused:
        await at.publish(2)
    assert refused.value.fields["number"] == 2
    with pytest.raises(DrawingBehind):
        await at.publish(2, over=1)
    assert (await at.publish(2, over=2)).number == 3
    await at.save(2, parts=[await at.row_with("uno")])
    assert (await at.publish(3)).number == 4


async def test_a_new_plan_is_drawn_before_it_has_a_version(at: At, database: Database) -> None:
    plan_id = await drawings.create(database, at.owner, at.venue, " Garden ", at.by, NOW)
    assert await plans.versions_of(database, at.owner, plan_id) == []
    assert (await plans.named(database, at.owner, plan_id)).name == "Garden"
    opened = await drawings.open_plan(database, at.owner, at.venue, plan_id, at.by, NOW)
    found = await drawings.get(database, at.owner, opened)
    assert (found.base_number, found.latest_number, found.plan_name) == (None, None, "Garden")
    hall, garden = [*reversed(await drawings.of_venue(database, at.owner, at.venue))]
    assert (hall.plan_name, hall.versioned, garden.plan_name, garden.versioned) == ("Hall", True, "Garden", False)
    (line,) = await venues.overview(database, at.owner, NOW, 10)
    assert (line.plan_count, line.place_count) == (2, 40)
    with pytest.raises(AlreadyExists):
        await drawings.create(database, at.owner, at.venue, "Garden", at.by, NOW)
    at.id = opened
    row = {"key": "r", "kind": "row", "parent": "z9", "position": 1, "data": EMPTY["data"] | {"seats": [SEAT]}}
    head = {"name": "Garden", "categories": [{"name": "A"}], "size": {"width": 100, "height": 100}}
    await at.save(1, head=head, parts=[row, ZONE])
    version = await at.publish(2)
    assert (version.number, version.plan_id, version.place_count) == (1, plan_id, 1)


async def test_a_file_is_opened_as_it_is(at: At, database: Database) -> None:
    flawed = replace(plan(), zones=plan().zones * 2)
    content = placeur_json.write(flawed)
    plan_id = await drawings.create(database, at.owner, at.venue, "Wild", at.by, NOW, content)
    at.id = await drawings.open_plan(database, at.owner, at.venue, plan_id, at.by, NOW)
    assert await at.plan() == flawed
    with pytest.raises(DrawingExists):
        await drawings.create(database, at.owner, at.venue, "Wild", at.by, NOW, content)
    with pytest.raises(PlanRefused):
        await drawings.create(database, at.owner, at.venue, "Other", at.by, NOW, b"stand,sector\n")
    with pytest.raises(InputRefused):
        await drawings.create(database, at.owner, at.venue, " ", at.by, NOW)
    await plans.add_version(database, at.owner, at.venue, "Drawn once", plan(), NOW)
    plan_id = await drawings.create(database, at.owner, at.venue, "Drawn once", at.by, NOW, content)
    line = await drawings.of_plan(database, at.owner, plan_id)
    assert line and (await drawings.get(database, at.owner, line.id)).base_number == 1


async def test_what_is_thrown_away_is_gone_and_versions_stay(at: At, database: Database) -> None:
    await at.save(1, parts=[await at.row_with("one")])
    found = await drawings.remove(database, at.owner, at.id, at.by, NOW)
    with pytest.raises(NotFound):
        await drawings.get(database, at.owner, at.id)
    at.id = await drawings.open_plan(database, at.owner, at.venue, found.plan_id, at.by, NOW)
    assert await at.plan() == plan()
    new = await drawings.create(database, at.owner, at.venue, "Garden", at.by, NOW)
    line = await drawings.of_plan(database, at.owner, new)
    assert line
    await drawings.remove(database, at.owner, line.id, at.by, NOW)
    with pytest.raises(NotFound):
        await plans.named(database, at.owner, new)


async def test_a_plan_takes_its_drawing_with_it(at: At, database: Database) -> None:
    new = await drawings.create(database, at.owner, at.venue, "Garden", at.by, NOW, placeur_json.write(plan()))
    line = await drawings.of_plan(database, at.owner, new)
    assert line
    at.id = line.id
    await at.publish(1)
    await plans.delete(database, at.owner, new, at.by, NOW)
    with pytest.raises(NotFound):
        await drawings.get(database, at.owner, line.id)
    venue = (await venues.create(database, at.owner, "Empty", "UTC", NOW)).id
    await drawings.create(database, at.owner, venue, "Garden", at.by, NOW)
    await venues.delete(database, at.owner, venue, at.by, NOW)


async def test_another_organisations_drawings_are_not_found(at: At, database: Database) -> None:
    found = await drawings.get(database, at.owner, at.id)
    other = (await organisations.create(database, f"other-{new_id().hex[-8:]}", "Other", NOW)).id
    empty = drawings.changes_of(b'{"revision": 1, "editor": ""}')
    for verb in (
        drawings.get(database, other, at.id),
        drawings.whole(database, other, at.id),
        drawings.plan_of(database, other, at.id),
        drawings.examine(database, other, at.id),
        drawings.save(database, other, at.id, empty, at.by, NOW),
        drawings.publish(database, other, at.id, 1, at.by, NOW),
        drawings.remove(database, other, at.id, at.by, NOW),
        drawings.create(database, other, at.venue, "Garden", at.by, NOW),
        drawings.open_plan(database, other, at.venue, found.plan_id, at.by, NOW),
        drawings.open_plan(database, at.owner, new_id(), found.plan_id, at.by, NOW),
    ):
        with pytest.raises(NotFound):
            await verb
    assert await drawings.of_plan(database, other, found.plan_id) is None
    assert await drawings.of_venue(database, other, at.venue) == []


async def test_a_virtual_venue_is_not_drawn(at: At, database: Database) -> None:
    details = venues.Details(name="Stream", time_zone="Europe/Paris", capacity=9)
    virtual = await venues.add(database, at.owner, details, {}, at.by, NOW)
    (room,) = await plans.list_of(database, at.owner, virtual.id)
    with pytest.raises(InputRefused):
        await drawings.open_plan(database, at.owner, virtual.id, room.plan_id, at.by, NOW)
    with pytest.raises(InputRefused):
        await drawings.create(database, at.owner, virtual.id, "Garden", at.by, NOW)


async def test_drawings_are_bounded(at: At, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawings, "DRAWINGS_MAX", 1)
    with pytest.raises(TooManyDrawings):
        await drawings.create(database, at.owner, at.venue, "Garden", at.by, NOW)


async def test_the_stadium_is_drawn(at: At, database: Database) -> None:
    plan_id = await drawings.create(database, at.owner, at.venue, "Stadium", at.by, NOW, STADIUM.read_bytes())
    at.id = await drawings.open_plan(database, at.owner, at.venue, plan_id, at.by, NOW)
    assert await at.plan() == row_list.read(STADIUM.read_bytes(), "Stadium")
    row = await at.row_with("one")
    assert (await at.save(1, parts=[row])).revision == 2
    _, found = await drawings.examine(database, at.owner, at.id)
    assert found.finding_count == 0
    assert (await at.publish(2)).place_count == 39_350
