import pytest

from engine.plan import placeur_json
from engine.plan.files import Format
from tests.ticketing.house import NOW, open_house, plan
from ticketing import organisations, plan_drafts, plans
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.plan_drafts import KEPT_FOR
from ticketing.refusals import InputRefused, NotFound, PlanRefused


async def test_a_draft_is_confirmed_once_as_it_was_looked_at(database: Database) -> None:
    house = await open_house(database)
    owner, venue, by = house.organisation, house.performance.venue_id, Actor(organisation_id=house.organisation)
    content = placeur_json.write(plan("Redrawn"))
    draft_id = await plan_drafts.keep(database, owner, venue, " Hall ", "hall.json", content, by, NOW)
    draft = await plan_drafts.get(database, owner, venue, draft_id)
    assert (draft.plan_name, draft.format, draft.place_count, draft.findings) == ("Hall", Format.PLACEUR, 40, ())
    compared = await plan_drafts.compare(database, owner, draft)
    assert compared == plan_drafts.Comparison(1, False, 20, 0, 0)
    version = await plan_drafts.confirm(database, owner, venue, draft_id, by, NOW)
    assert version.number == 2 and await plans.document(database, version.hash) == draft.document
    with pytest.raises(NotFound):
        await plan_drafts.confirm(database, owner, venue, draft_id, by, NOW)


async def test_drafts_of_another_organisation_or_venue_are_not_found(database: Database) -> None:
    house = await open_house(database)
    owner, venue, by = house.organisation, house.performance.venue_id, Actor(organisation_id=house.organisation)
    other = (await organisations.create(database, f"other-{new_id().hex[-8:]}", "Other", NOW)).id
    content = placeur_json.write(plan())
    with pytest.raises(NotFound, match="no such venue"):
        await plan_drafts.keep(database, other, venue, "Hall", "hall.json", content, by, NOW)
    draft_id = await plan_drafts.keep(database, owner, venue, "Hall", "hall.json", content, by, NOW)
    for organisation, place in ((other, venue), (owner, new_id())):
        with pytest.raises(NotFound):
            await plan_drafts.get(database, organisation, place, draft_id)
        with pytest.raises(NotFound):
            await plan_drafts.drop(database, organisation, place, draft_id)
    await plan_drafts.drop(database, owner, venue, draft_id)


async def test_what_nobody_came_back_to_goes_away(database: Database) -> None:
    house = await open_house(database)
    owner, venue, by = house.organisation, house.performance.venue_id, Actor(organisation_id=house.organisation)
    content = placeur_json.write(plan())
    old = await plan_drafts.keep(database, owner, venue, "Hall", "hall.json", content, by, NOW)
    await plan_drafts.keep(database, owner, venue, "Hall", "hall.json", content, by, NOW + KEPT_FOR * 2)
    with pytest.raises(NotFound):
        await plan_drafts.get(database, owner, venue, old)


async def test_what_is_no_plan_leaves_nothing(database: Database) -> None:
    house = await open_house(database)
    owner, venue, by = house.organisation, house.performance.venue_id, Actor(organisation_id=house.organisation)
    with pytest.raises(PlanRefused) as refused:
        await plan_drafts.keep(database, owner, venue, "Hall", "hall.csv", b"stand,sector\n", by, NOW)
    assert str(refused.value.fields["where"]) == "line 1"
    assert refused.value.message.startswith("The plan cannot be read (line 1). The first line must name")
    with pytest.raises(InputRefused):
        await plan_drafts.keep(database, owner, venue, "", "hall.json", placeur_json.write(plan()), by, NOW)
