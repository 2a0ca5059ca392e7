import json
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from benchmarks.shoppers import Crowd, Ending, Part, Pause, Reply, Request, Sale, Shopper, Visit, visit

ADULT, STUDENT = "adult", "student"
PRICES = {"A": [{"tariff": ADULT, "price_cents": 10}, {"tariff": STUDENT, "price_cents": 5}]}
DONE = Reply(200, "200", b"{}")


def sale(**fields: Any) -> Sale:
    return Sale(**{"box_office": "house", "performance": "p1", "parts": (Part("", 10),), **fields})


def shopper(**fields: Any) -> Shopper:
    plain = {"address": "10.0.0.1", "party": 2, "lets_go": False, "walks_away": False, "renews": False}
    return Shopper(**{**plain, "wants_bounded": False, "thinks_s": 0.0, "pays_with": "sandbox", **fields})


def problem(code: str, status: int = 409) -> Reply:
    return Reply(status, code)


class House:
    """A server of so many places that grants what there is, and refuses a request as told."""

    def __init__(self, free: int, refusals: dict[str, list[Reply]] | None = None) -> None:
        self.free = free
        self.refusals = refusals or {}
        self.asked: list[Request] = []
        self.orders: list[dict[str, Any]] = []

    def __call__(self, request: Request) -> Reply:
        self.asked.append(request)
        if self.refusals.get(request.name):
            return self.refusals[request.name].pop(0)
        answer: Callable[[Request], Reply] = getattr(self, request.name, lambda _: DONE)
        return answer(request)

    def hold(self, request: Request) -> Reply:
        wants = json.loads(request.body)["wants"]
        party = wants[0].get("party") or wants[0]["count"]
        if party > self.free:
            return problem("sold-out")
        self.free -= party
        places = [{"place": self.free + n, "category": "A"} for n in range(party)]
        tariffs = [{"tariff": want["tariff"], "count": want["count"]} for want in wants if want["kind"] == "tariff"]
        parts = [{"performance": "p1", "places": places, "prices": PRICES}]
        return Reply(201, "201", json.dumps({"hold": "h", "parts": parts, "tariffs": tariffs}).encode())

    def order(self, request: Request) -> Reply:
        self.orders.append(json.loads(request.body))
        return Reply(201, "201", b'{"id": "o1", "secret": "s1", "status": "pending"}')

    def payment(self, _: Request) -> Reply:
        return Reply(201, "201", b'{"redirect_url": "http://127.0.0.1:8000/sandbox/abc"}')

    @property
    def names(self) -> list[str]:
        return [request.name for request in self.asked]


def play(script: Visit, house: House) -> Ending:
    try:
        step = next(script)
        while True:
            step = next(script) if isinstance(step, Pause) else script.send(house(step))
    except StopIteration as end:
        ending: Ending = end.value
        return ending


def test_a_shopper_looks_holds_orders_and_pays() -> None:
    house = House(10)
    assert play(visit(sale(), shopper(), Random(0)), house) is Ending.BOUGHT
    assert house.names == ["look", "hold", "order", "payment", "pay"]
    order = house.orders[0]
    assert order["hold"] == "h" and [seat["place"] for seat in order["seats"]] == [8, 9]
    assert house.asked[-1].path == "/sandbox/abc"
    assert "Authorization: Order s1\r\n" in house.asked[3].headers
    assert all("X-Forwarded-For: 10.0.0.1\r\n" in request.headers for request in house.asked)


def test_a_till_takes_the_money_with_its_token() -> None:
    house = House(10)
    play(visit(sale(), shopper(pays_with="t0k"), Random(0)), house)
    assert house.names == ["look", "hold", "order", "pay"]
    assert "Authorization: Bearer t0k\r\n" in house.asked[-1].headers


@pytest.mark.parametrize(
    ("fields", "ending", "last"),
    [
        ({"lets_go": True}, Ending.LET_GO, "release"),
        ({"walks_away": True}, Ending.WALKED_AWAY, "hold"),
        ({"renews": True}, Ending.BOUGHT, "pay"),
    ],
)
def test_some_do_otherwise(fields: dict[str, bool], ending: Ending, last: str) -> None:
    house = House(10)
    assert play(visit(sale(), shopper(**fields), Random(0)), house) is ending
    assert house.names[-1] == last
    assert ("renew" in house.names) == ("renews" in fields)


def test_a_party_for_whom_there_is_no_room_comes_apart_and_gets_smaller() -> None:
    house = House(1)
    assert play(visit(sale(), shopper(party=5), Random(0)), house) is Ending.BOUGHT
    wants = [json.loads(request.body)["wants"][0] for request in house.asked if request.name == "hold"]
    assert [(want["party"], want["together"]) for want in wants] == [(5, True), (5, False), (2, False), (1, False)]


def test_nothing_left_for_one_is_nothing_left() -> None:
    house, selling = House(0), sale()
    assert play(visit(selling, shopper(), Random(0)), house) is Ending.NONE_LEFT
    assert selling.dry
    assert play(visit(selling, shopper(), Random(0)), house) is Ending.NONE_LEFT
    assert house.names[-1] == "look"


def test_standing_room_is_asked_for_area_by_area() -> None:
    house, selling = House(0), sale(parts=(Part("front", 5), Part("back", 5)))
    play(visit(selling, shopper(party=1), Random(0)), house)
    areas = [json.loads(request.body)["wants"][0]["area"] for request in house.asked if request.name == "hold"]
    assert sorted(areas) == ["back", "front"] and selling.dry


def test_a_bounded_tariff_is_held_beside_the_seats_and_used_once() -> None:
    house = House(10)
    play(visit(sale(bounded=frozenset({STUDENT})), shopper(party=3, wants_bounded=True), Random(0)), house)
    assert Counter(seat["tariff"] for seat in house.orders[0]["seats"]) == {STUDENT: 1, ADULT: 2}


def test_a_bounded_tariff_that_is_used_up_is_done_without() -> None:
    house = House(10, {"hold": [problem("sold-out")]})
    play(visit(sale(bounded=frozenset({STUDENT})), shopper(wants_bounded=True), Random(0)), house)
    assert {seat["tariff"] for seat in house.orders[0]["seats"]} == {ADULT}


def test_what_may_succeed_later_is_asked_again_under_the_same_key() -> None:
    again = [problem("seats-taken"), Reply(0, "no-answer"), problem("not-ready", 503)]
    house = House(10, {"hold": again})
    assert play(visit(sale(), shopper(), Random(0)), house) is Ending.BOUGHT
    assert len({request.headers for request in house.asked if request.name == "hold"}) == 1
    assert house.names.count("hold") == 4


@pytest.mark.parametrize("name", ["hold", "order", "payment", "pay"])
def test_a_refusal_ends_the_visit(name: str) -> None:
    house = House(10, {name: [problem("input-refused", 422)]})
    assert play(visit(sale(), shopper(), Random(0)), house) is Ending.REFUSED
    assert house.names[-1] == name


def test_nothing_to_pay_is_paid() -> None:
    house = House(10, {"order": [Reply(201, "201", b'{"id": "o1", "secret": "s1", "status": "paid"}')]})
    assert play(visit(sale(), shopper(), Random(0)), house) is Ending.BOUGHT
    assert house.names[-1] == "order"


def test_the_house_is_sent_once_while_it_is_as_it_was() -> None:
    house, selling = House(10, {"look": [Reply(200, "200", b"", 'W/"1"')]}), sale()
    for _ in range(2):
        play(visit(selling, shopper(), Random(0)), house)
    looks = [request.headers for request in house.asked if request.name == "look"]
    assert "If-None-Match" not in looks[0] and 'If-None-Match: W/"1"\r\n' in looks[1]


def test_a_crowd_is_as_it_is_said_to_be() -> None:
    crowd, random = Crowd(abandon_rate=0.2, walk_away_rate=0.1, renew_rate=0.3), Random(1)
    came = [crowd.shopper(n, random) for n in range(1, 4001)]
    assert len({one.address for one in came}) == len(came)
    assert {one.party for one in came} == set(range(1, 9))
    assert sum(one.lets_go for one in came) / len(came) == pytest.approx(0.2, abs=0.03)
    assert sum(one.walks_away for one in came) / len(came) == pytest.approx(0.1, abs=0.03)
    assert sum(one.renews for one in came) / len(came) == pytest.approx(0.3, abs=0.03)
