from random import Random

from benchmarks.shoppers import Crowd, Pause
from benchmarks.visitors import Ask, Browser, Left, Told, Visit, bot, forms_of, visit

PAGE = """
<form method="post" action="/shop/x/cart/choices" id="choices"><input type="hidden" name="csrf" value="t"></form>
<select form="choices" name="tariff.1"><option value="a">A</option><option value="b" selected>B</option></select>
<button form="choices" name="checkout" value="1">Go</button>
<form action="/find"><input name="q"><textarea name="note" required></textarea><input type="file" name="f"></form>
"""
CART = '<form method="post" action="/shop/x/cart/choices"><input type="hidden" name="csrf" value="t"></form>'
BEST = '<form method="post" action="/shop/x/performances/p/best"><input type="hidden" name="seat" value="A-1"></form>'
DETAILS = """<form method="post" action="/shop/x/checkout"><input type="email" name="email" required>
<input type="radio" name="method" value="invoice" checked><input type="radio" name="method" value="sandbox">
<input type="checkbox" name="agreed" required><input type="checkbox" name="news"></form>"""


def test_forms_are_read_with_what_stands_elsewhere() -> None:
    choices, find = forms_of(PAGE)
    assert (choices.action, choices.method) == ("/shop/x/cart/choices", "post")
    assert {field.name: field.value for field in choices.fields} == {"csrf": "t", "tariff.1": "b"}
    assert choices.buttons == [("checkout", "1")]
    assert find.method == "get" and find.names() == {"q", "note"}


def play(script: Visit, answers: dict[tuple[str, str], Told]) -> tuple[Left, list[Ask]]:
    """The end of a visit whose requests are answered so; what was asked."""
    asked: list[Ask] = []
    try:
        step = next(script)
        while True:
            if isinstance(step, Pause):
                step = next(script)
            else:
                asked.append(step)
                step = script.send(answers.get((step.method, step.path), Told(404)))
    except StopIteration as end:
        return end.value, asked


def test_a_visit_goes_from_the_event_to_the_order() -> None:
    shopper = Crowd(party_weights=(1,), abandon_rate=0, renew_rate=0).shopper(1, Random(1))
    answers = {
        ("GET", "/shop/x/events/e"): Told(200, cookies=("placeur-visit=v; Path=/",)),
        ("GET", "/shop/x/performances/p"): Told(200),
        ("GET", "/shop/x/performances/p/best?party=1"): Told(200, BEST),
        ("POST", "/shop/x/performances/p/best"): Told(303, location="/shop/x/cart"),
        ("GET", "/shop/x/cart"): Told(200, CART),
        ("POST", "/shop/x/cart/choices"): Told(303, location="/shop/x/checkout"),
        ("GET", "/shop/x/checkout"): Told(200, DETAILS),
        ("POST", "/shop/x/checkout"): Told(303, location="https://site.example/sandbox/s?a=b"),
        ("GET", "/sandbox/s?a=b"): Told(200, "<form method=post></form>"),
        ("POST", "/sandbox/s?a=b"): Told(303, location="/shop/x/orders/o"),
        ("GET", "/shop/x/orders/o"): Told(200),
    }
    ended, asked = play(visit("/shop/x", "e", "p", shopper, Browser(shopper.address), Random(1)), answers)
    assert ended is Left.BOUGHT
    sent = next(ask for ask in asked if (ask.method, ask.path) == ("POST", "/shop/x/checkout"))
    assert b"method=sandbox" in sent.body and b"method=invoice" not in sent.body
    assert b"agreed=on" in sent.body and b"news" not in sent.body and b"email=visitor" in sent.body
    assert all(ask.headers["cookie"] == "placeur-visit=v" for ask in asked[1:])


def test_a_dead_end_and_a_sold_out_house_are_told() -> None:
    shopper = Crowd(party_weights=(0, 1), abandon_rate=0).shopper(1, Random(1))
    ended, asked = play(visit("/shop/x", "e", "p", shopper, Browser(shopper.address), Random(1)), {})
    assert ended is Left.NONE_LEFT and [ask.path for ask in asked][-2:] == [
        "/shop/x/performances/p/best?party=2", "/shop/x/performances/p/best?party=1",
    ]  # fmt: skip
    answers = {
        ("GET", "/shop/x/performances/p/best?party=2"): Told(200, BEST),
        ("POST", "/shop/x/performances/p/best"): Told(303, location="/shop/x/cart"),
        ("GET", "/shop/x/cart"): Told(200, "nothing to go on with"),
    }
    ended, _ = play(visit("/shop/x", "e", "p", shopper, Browser(shopper.address), Random(1)), answers)
    assert ended is Left.STUCK


def test_a_bot_is_refused() -> None:
    answers = {("GET", "/shop/x/visit"): Told(200, '{"token": "t"}'), ("POST", "/shop/x/cart/places"): Told(403)}
    ended, asked = play(bot("/shop/x", "p", Browser("10.0.0.1"), Random(1)), answers)
    assert ended is Left.NOT_LET_IN and asked[-1].headers["x-csrf-token"] == "t"
