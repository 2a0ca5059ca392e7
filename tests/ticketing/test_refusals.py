import re
from string import Formatter

from ticketing.refusals import NotFound, Refusal, TooManyRequests


def test_every_refusal_has_a_message_a_code_and_a_status() -> None:
    assert len(Refusal.family) > 20
    for code, refusal in Refusal.family.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
        assert 400 <= refusal.status < 600
        assert (
            refusal.__doc__ and "\n" not in refusal.__doc__ and (refusal.__doc__[-1] == "." or "}" in refusal.__doc__)
        )


def test_fields_fill_the_message_and_travel_beside_it() -> None:
    refusal = TooManyRequests(retry_s=3)
    assert refusal.message == str(refusal) == "Too many requests: try again in 3 s."
    assert refusal.fields == {"retry_s": 3}
    assert (NotFound(what="order").message, NotFound.code, NotFound.status) == (
        "There is no such order.",
        "not-found",
        404,
    )


def test_every_message_needs_only_named_fields() -> None:
    for refusal in Refusal.family.values():
        names = [name for _, name, _, _ in Formatter().parse(refusal.__doc__ or "") if name is not None]
        assert all(name.isidentifier() for name in names)
        assert refusal(**dict.fromkeys(names, "x")).message
