"""Holds over the real stack: every wish, every refusal, and that a refused one changes nothing."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient

from tests.api.conftest import PLACES, House, problem
from ticketing import allotments
from ticketing.allotments import Draft, Kind
from ticketing.audit import Actor
from ticketing.seat_lists import Picked
from ticketing.settings import Settings
from ticketing.stores import stores
from ticketing.tokens import Scope

Hold = Callable[..., Any]
Free = Callable[..., Any]


async def test_the_best_seats_for_a_party(hold: Hold, client: AsyncClient, house: House, free: Free):
    held = await hold(party=3)
    (part,) = held["parts"]
    assert part["performance"] == house.first
    assert {place["row"] for place in part["places"]} == {"A"}
    seats = sorted(int(place["label"]) for place in part["places"])
    assert seats == list(range(seats[0], seats[0] + 3))
    assert all(place["seat"] == f"A-{place['label']}" and place["category"] == "Gold" for place in part["places"])
    assert part["prices"] == {
        "Gold": [
            {"tariff": str(house.full.id), "name": "Full", "price_cents": 6000},
            {"tariff": str(house.reduced.id), "name": "Reduced", "price_cents": 5000},
        ]
    }
    assert "TOGETHER" in part["reasons"] and "row A" in part["because"]
    assert held["currency"] == "CHF" and len(held["hold"]) == 32
    assert 590 < held["expires_in_s"] <= 600 and held["expires_at"] > held["held_since"]
    assert await free() == PLACES - 3


async def test_named_seats_standing_places_and_several_performances_at_once(hold: Hold, house: House):
    wants = [
        {"kind": "seats", "performance": house.first, "seats": ["C-4", "C-5"]},
        {"kind": "seats", "performance": house.second, "seats": ["C-4"]},
        {"kind": "area", "performance": house.second, "area": "pit", "count": 4},
        {"kind": "tariff", "performance": house.first, "tariff": str(house.reduced.id), "count": 2},
    ]
    held = await hold(wants=wants)
    by_performance = {part["performance"]: part["places"] for part in held["parts"]}
    assert [place["seat"] for place in by_performance[house.first]] == ["C-4", "C-5"]
    second = by_performance[house.second]
    assert [place["seat"] for place in second] == ["C-4", None, None, None, None]
    assert {(place["zone"], place["row"], place["label"]) for place in second[1:]} == {("Pit", "", "")}
    assert held["tariffs"] == [{"tariff": str(house.reduced.id), "performance": house.first, "count": 2}]


async def test_price_categories_and_zones_bound_the_best(hold: Hold, house: House):
    wish = {"kind": "best", "performance": house.first, "party": 2}
    for bound in (
        {"categories": ["Silver"]},
        {"price_cents_max": 3500},
        {"price_cents_max": 4000, "zones": ["stalls"]},
    ):
        held = await hold(wants=[wish | bound])
        assert {place["category"] for place in held["parts"][0]["places"]} == {"Silver"}


async def test_a_wheelchair_bay_comes_with_its_companion(hold: Hold, house: House):
    wish = {"kind": "best", "performance": house.first, "party": 2, "wheelchairs": 1, "companions": 1}
    held = await hold(wants=[wish])
    assert {place["seat"] for place in held["parts"][0]["places"]} == {"E-9", "E-10"}


async def test_a_hold_is_read_renewed_changed_and_released(hold: Hold, client: AsyncClient, house: House, free: Free):
    held = await hold(party=2)
    path = house.path(f"holds/{held['hold']}")
    read = (await client.get(path)).json()
    assert read["hold"] == held["hold"] and read["parts"][0]["places"] == held["parts"][0]["places"]

    renewed = (await client.post(f"{path}/renewal")).json()
    assert renewed["expires_at"] >= held["expires_at"] and renewed["held_since"] == held["held_since"]

    dropped = held["parts"][0]["places"][0]["place"]
    change = {
        "add": [{"kind": "seats", "performance": house.second, "seats": ["E-1"]}],
        "drop": [{"performance": house.first, "places": [dropped]}],
    }
    changed = await client.post(f"{path}/changes", json=change)
    assert changed.status_code == 200, changed.text
    parts = {part["performance"]: [place["place"] for place in part["places"]] for part in changed.json()["parts"]}
    assert dropped not in parts[house.first] and len(parts[house.first]) == len(parts[house.second]) == 1
    assert changed.json()["held_since"] == held["held_since"]

    assert (await client.delete(path)).status_code == 204
    problem(await client.get(path), 410, "hold-expired")
    problem(await client.delete(path), 410, "hold-expired")
    assert await free() == PLACES


async def test_a_repeated_request_meets_its_own_hold(client: AsyncClient, house: House, free: Free):
    body = {"wants": [{"kind": "best", "performance": house.first, "party": 2}]}
    headers = {"idempotency-key": uuid4().hex}
    first = await client.post(house.path("holds"), json=body, headers=headers)
    again = await client.post(house.path("holds"), json=body, headers=headers)
    assert again.json()["hold"] == first.json()["hold"]
    assert await free() == PLACES - 2
    body["wants"][0]["party"] = 3
    problem(await client.post(house.path("holds"), json=body, headers=headers), 409, "request-reused")
    assert await free() == PLACES - 2


async def test_proposals_hold_nothing(client: AsyncClient, house: House, free: Free):
    want = {"kind": "best", "performance": house.first, "party": 4}
    response = await client.post(house.path("proposals"), json={"want": want})
    assert response.status_code == 200, response.text
    proposals = response.json()["proposals"]
    assert len(proposals) == 3 and all(len(proposal["places"]) == 4 for proposal in proposals)
    assert proposals[0]["places"][0]["row"] == "A"
    assert all(proposal["because"] for proposal in proposals)
    assert await free() == PLACES


BAD_WANTS: dict[str, tuple[list[dict[str, Any]], int, str]] = {
    "an unknown seat": ([{"kind": "seats", "seats": ["Z-1"]}], 422, "unknown-seat"),
    "ten thousand seats": ([{"kind": "seats", "seats": [f"A-{n}" for n in range(10_000)]}], 422, "input-refused"),
    "more seats than a hold may have": ([{"kind": "best", "party": 20}] * 4, 409, "too-many-places"),
    "the same seat twice": ([{"kind": "seats", "seats": ["A-1", "A-1"]}], 422, "input-refused"),
    "the same seat in two wishes": ([{"kind": "seats", "seats": ["A-1"]}] * 2, 422, "input-refused"),
    "no seat": ([{"kind": "seats", "seats": []}], 422, "input-refused"),
    "nothing": ([], 422, "input-refused"),
    "a negative party": ([{"kind": "best", "party": -2}], 422, "input-refused"),
    "nobody": ([{"kind": "best", "party": 0}], 422, "input-refused"),
    "a party as text": ([{"kind": "best", "party": "2"}], 422, "input-refused"),
    "a party in halves": ([{"kind": "best", "party": 2.5}], 422, "input-refused"),
    "more wheelchairs than people": ([{"kind": "best", "party": 1, "wheelchairs": 2}], 422, "input-refused"),
    "a companion of nobody": ([{"kind": "best", "party": 2, "companions": 1}], 422, "input-refused"),
    "an unknown category": ([{"kind": "best", "party": 2, "categories": ["Platinum"]}], 404, "not-found"),
    "nothing at that price": ([{"kind": "best", "party": 2, "price_cents_max": 5}], 409, "no-fit"),
    "a party that does not fit": ([{"kind": "best", "party": 12, "zones": ["floor"]}], 409, "no-fit"),
    "an unknown area": ([{"kind": "area", "area": "moon", "count": 1}], 404, "not-found"),
    "a negative count": ([{"kind": "area", "area": "pit", "count": -1}], 422, "input-refused"),
    "more than stand there": ([{"kind": "area", "area": "pit", "count": 31}], 409, "sold-out"),
    "an unknown kind": ([{"kind": "throne"}], 422, "input-refused"),
    "no kind": ([{}], 422, "input-refused"),
    "a field we do not know": ([{"kind": "best", "party": 2, "discount": 100}], 422, "input-refused"),
}


@pytest.mark.parametrize("case", BAD_WANTS)
async def test_what_cannot_be_held_is_refused_and_changes_nothing(
    client: AsyncClient, house: House, case: str, free: Free
):
    wants, status, code = BAD_WANTS[case]
    good = {"kind": "seats", "performance": house.first, "seats": ["D-1"]}
    sent = [{"performance": house.first} | want for want in wants]
    problem(await client.post(house.path("holds"), json={"wants": sent}), status, code)
    if wants:
        problem(await client.post(house.path("holds"), json={"wants": [*sent, good]}), status, code)
    assert await free() == PLACES


async def test_the_field_that_does_not_fit_is_named(client: AsyncClient, house: House):
    wants = [{"kind": "best", "performance": house.first, "party": -2}]
    found = problem(await client.post(house.path("holds"), json={"wants": wants}), 422, "input-refused")
    assert [error["path"] for error in found["errors"]] == ["wants[0].party"]


async def test_more_of_a_bounded_tariff_than_are_left(client: AsyncClient, house: House, free: Free):
    wants = [
        {"kind": "best", "performance": house.first, "party": 4},
        {"kind": "tariff", "performance": house.first, "tariff": str(house.reduced.id), "count": 4},
    ]
    problem(await client.post(house.path("holds"), json={"wants": wants}), 409, "sold-out")
    assert await free() == PLACES


async def test_seats_that_another_holds(hold: Hold, client: AsyncClient, house: House, free: Free):
    wants = [{"kind": "seats", "performance": house.first, "seats": ["A-1", "A-2"]}]
    await hold(wants=wants)
    problem(await client.post(house.path("holds"), json={"wants": wants}), 409, "seats-taken")
    assert await free() == PLACES - 2


async def test_anothers_hold_opens_nothing(hold: Hold, client: AsyncClient, house: House, rival: House, free: Free):
    held = await hold(party=2)
    for path in (house.path(f"holds/{'0' * 32}"), rival.path(f"holds/{held['hold']}"), house.path("holds/nonsense")):
        problem(await client.get(path), 410, "hold-expired")
        problem(await client.post(f"{path}/renewal"), 410, "hold-expired")
        problem(await client.post(f"{path}/changes", json={"drop": []}), 410, "hold-expired")
        problem(await client.delete(path), 410, "hold-expired")
    assert await free() == PLACES - 2


async def test_another_organisations_performance_is_not_found(client: AsyncClient, house: House, rival: House):
    wants = [{"kind": "best", "performance": rival.first, "party": 2}]
    problem(await client.post(house.path("holds"), json={"wants": wants}), 404, "not-found")
    staff = house.bearer(Scope.MANAGE)
    problem(await client.post(rival.path("holds"), json={"wants": wants}, headers=staff), 404, "not-found")


async def test_allotments_are_for_staff(client: AsyncClient, house: House):
    body = {"wants": [{"kind": "best", "performance": house.first, "party": 2}], "allotments": [16]}
    problem(await client.post(house.path("holds"), json=body), 403, "scope-missing")
    problem(await client.post(house.path("holds"), json=body, headers=house.bearer(Scope.SCAN)), 403, "scope-missing")
    problem(
        await client.post(house.path("holds"), json=body, headers={"authorization": "Bearer x"}), 401, "not-signed-in"
    )
    problem(await client.post(house.path("holds"), json=body, headers=house.bearer(Scope.SELL)), 404, "not-found")


async def test_a_hold_takes_from_an_allotment_of_its_performance(
    client: AsyncClient, house: House, rival: House, settings: Settings
):
    async with stores(settings) as opened:
        for kind, place in ((Kind.PRESS, 0), (Kind.HOUSE, 1)):
            owner, by = house.organisation_id, Actor(organisation_id=house.organisation_id)
            asked = (owner, house.performances[0].id, Picked((place,)), Draft(kind=kind), by, datetime.now(UTC))
            await allotments.put(opened.database, opened.inventory, *asked)
    path = f"/api/v1/performances/{house.first}/allotments"
    problem(await client.get(path), 401, "not-signed-in")
    problem(await client.get(path, headers=house.bearer(Scope.SCAN)), 403, "scope-missing")
    problem(await client.get(path, headers=rival.bearer(Scope.SELL)), 404, "not-found")
    seller = house.bearer(Scope.SELL)
    (press,) = (await client.get(path, headers=seller)).json()["allotments"]
    assert (press["code"], press["kind"]) == (16, "press")
    kept = {"wants": [{"kind": "seats", "performance": house.first, "seats": ["A-1"]}]}
    problem(await client.post(house.path("holds"), json=kept), 409, "seats-blocked")
    problem(await client.post(house.path("holds"), json=kept, headers=seller), 409, "seats-blocked")
    problem(await client.post(house.path("holds"), json=kept | {"allotments": [16]}), 403, "scope-missing")
    blocked = {"wants": [{"kind": "seats", "performance": house.first, "seats": ["A-2"]}], "allotments": [0x8000]}
    problem(await client.post(house.path("holds"), json=blocked, headers=seller), 404, "not-found")
    elsewhere = {"wants": [{"kind": "seats", "performance": house.second, "seats": ["A-1"]}], "allotments": [16]}
    problem(await client.post(house.path("holds"), json=elsewhere, headers=seller), 404, "not-found")
    want = {"kind": "best", "performance": house.first, "party": 10, "categories": ["Gold"]}
    found = await client.post(house.path("proposals"), json={"want": want, "allotments": [16]}, headers=seller)
    assert found.status_code == 200
    held = await client.post(house.path("holds"), json=kept | {"allotments": [16]}, headers=seller)
    assert held.status_code == 201 and held.json()["parts"][0]["places"][0]["place"] == 0


@pytest.mark.parametrize("places", [[9], [10_000], [9, 9]])
async def test_a_place_it_does_not_have_is_dropped_already(
    hold: Hold, client: AsyncClient, house: House, free: Free, places: list[int]
):
    held = await hold(wants=[{"kind": "seats", "performance": house.first, "seats": ["A-1", "A-2"]}])
    await hold(wants=[{"kind": "seats", "performance": house.first, "seats": ["A-10"]}])
    path = house.path(f"holds/{held['hold']}/changes")
    response = await client.post(path, json={"drop": [{"performance": house.first, "places": places}]})
    assert response.json()["parts"] == held["parts"]
    assert await free() == PLACES - 3


async def test_drops_of_one_performance_add_up(hold: Hold, client: AsyncClient, house: House, free: Free):
    held = await hold(wants=[{"kind": "seats", "performance": house.first, "seats": ["A-1", "A-2", "A-3"]}])
    path = house.path(f"holds/{held['hold']}/changes")
    drop = [{"performance": house.first, "places": [0]}, {"performance": house.first, "places": [1, 1]}]
    assert (await client.post(path, json={"drop": drop})).status_code == 200
    assert await free() == PLACES - 1


async def test_a_change_that_fails_changes_nothing(hold: Hold, client: AsyncClient, house: House, free: Free):
    held = await hold(wants=[{"kind": "seats", "performance": house.first, "seats": ["A-1", "A-2"]}])
    await hold(wants=[{"kind": "seats", "performance": house.first, "seats": ["B-1"]}])
    change = {
        "add": [{"kind": "seats", "performance": house.first, "seats": ["B-1"]}],
        "drop": [{"performance": house.first, "places": [0]}],
    }
    problem(await client.post(house.path(f"holds/{held['hold']}/changes"), json=change), 409, "seats-taken")
    assert await free() == PLACES - 3
    assert (await client.get(house.path(f"holds/{held['hold']}"))).json()["parts"] == held["parts"]


async def test_the_hot_path_asks_postgres_nothing(hold: Hold, queries: list[str]):
    await hold(party=2)
    queries.clear()
    await hold(party=2)
    assert queries == []
