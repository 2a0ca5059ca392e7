from typing import Any, cast

import pytest
from litestar.types import HTTPScope

from ticketing.refusals import SettingRefused
from web.addresses import Addresses


def scope(peer: str | None, *forwarded: str) -> HTTPScope:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    fields: dict[str, Any] = {"client": (peer, 1) if peer else None, "headers": headers}
    return cast(HTTPScope, fields)


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.5", [], "203.0.113.5"),
        ("203.0.113.5", ["198.51.100.1"], "203.0.113.5"),  # not a proxy of ours: its word counts for nothing
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),  # what the caller wrote lies further left
        ("127.0.0.1", ["198.51.100.1, 10.1.2.3"], "198.51.100.1"),
        ("127.0.0.1", ["198.51.100.1", "10.1.2.3"], "198.51.100.1"),
        ("127.0.0.1", ["nonsense"], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1, nonsense"], "127.0.0.1"),
        ("127.0.0.1", ["10.0.0.1, 10.0.0.2"], "10.0.0.1"),
        ("2001:db8::1:2:3:4", [], "2001:db8::/64"),
        ("::ffff:203.0.113.9", [], "203.0.113.9"),
        (None, ["198.51.100.1"], "unknown"),
        ("unix:", [], "unknown"),
    ],
)
def test_the_first_address_that_is_not_a_trusted_proxy(peer: str | None, forwarded: list[str], expected: str):
    assert Addresses("127.0.0.1, 10.0.0.0/8").of(scope(peer, *forwarded)) == expected


def test_a_bad_setting_is_named():
    with pytest.raises(SettingRefused, match="'localhost' is no address"):
        Addresses("127.0.0.1,localhost")


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.5", ["198.51.100.1"], "203.0.113.5"),
        ("127.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("2001:db8::1:2:3:4", [], "2001:db8::1:2:3:4"),
        ("127.0.0.1", ["2001:DB8::1"], "2001:db8::1"),
        ("::ffff:203.0.113.9", [], "203.0.113.9"),
        (None, ["198.51.100.1"], "unknown"),
        ("unix:", [], "unknown"),
    ],
)
def test_the_whole_address_of_the_same_caller(peer: str | None, forwarded: list[str], expected: str):
    assert Addresses("127.0.0.1, 10.0.0.0/8").whole(scope(peer, *forwarded)) == expected
