import gzip

import brotli
import pytest

from web.variants import Variants, best_encoding, matches


def test_each_encoding_holds_the_same():
    variants = Variants(b"place " * 1000, "text/plain", "abc")
    assert gzip.decompress(variants.encoded("gzip")) == variants.plain
    assert brotli.decompress(variants.encoded("br")) == variants.plain
    assert variants.encoded("") == variants.plain
    assert len(variants.br) < 100


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0, br;q=0", "gzip"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("", ""),
        ("identity", ""),
        ("br;q=nonsense", ""),
        ("*", ""),
    ],
)
def test_the_best_encoding_that_is_accepted(accepted: str, expected: str):
    assert best_encoding(accepted) == expected


@pytest.mark.parametrize(
    ("if_none_match", "expected"),
    [('W/"a.1"', True), ('"a.1"', True), ('W/"b", W/"a.1"', True), ("*", True), ('W/"a"', False), ("", False)],
)
def test_a_caller_that_has_it_already(if_none_match: str, expected: bool):
    assert matches(if_none_match, 'W/"a.1"') is expected
