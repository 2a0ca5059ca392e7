"""Codes: signed, read back, told from forgeries; and no input at all that makes the decoder raise."""

import base64
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from ticketing.ticket_codes import (
    CODE_CHARS,
    GENERATION_MAX,
    POOL_MAX,
    SERIAL_MAX,
    Code,
    Forged,
    Kind,
    Malformed,
    canonical,
    decode,
    sign,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
KEYS = {7: KEY.public_key(), 9: OTHER.public_key()}
TICKET = Code(Kind.TICKET, 7, 2, 123_456, 42)
DOCUMENT = Path(__file__).parents[2] / "docs" / "ticket-codes.md"

codes = st.builds(
    Code,
    st.sampled_from(Kind),
    st.just(7),
    st.integers(0, GENERATION_MAX),
    st.integers(0, SERIAL_MAX),
    st.integers(0, POOL_MAX),
)


@given(codes)
def test_a_code_reads_back(code: Code) -> None:
    text = sign(code, KEY)
    assert len(text) == CODE_CHARS
    assert re.fullmatch(r"[A-Z2-7]+", text)
    assert decode(text, KEYS) == code


def test_case_and_white_space_do_not_matter() -> None:
    text = sign(TICKET, KEY)
    assert decode(f" {text.lower()}\r\n", KEYS) == TICKET
    assert canonical(f" {text.lower()}\r\n") == text


@given(st.text(max_size=300))
def test_any_text_has_an_answer(text: str) -> None:
    assert decode(text, KEYS) == Malformed()


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567=01ıſ", min_size=120, max_size=120))
def test_anything_spelt_like_a_code_has_an_answer(text: str) -> None:
    assert decode("PL" + text, KEYS) == Malformed() or isinstance(decode("PL" + text, KEYS), Forged)


@given(st.binary(min_size=75, max_size=75))
def test_any_bytes_have_an_answer(raw: bytes) -> None:
    answer = decode("PL" + base64.b32encode(raw).decode(), KEYS)
    assert isinstance(answer, Forged | Malformed)


@given(codes, st.integers(0, 75 * 8 - 1))
def test_one_changed_bit_is_never_a_code(code: Code, bit: int) -> None:
    raw = bytearray(base64.b32decode(sign(code, KEY)[2:]))
    raw[bit // 8] ^= 1 << bit % 8
    assert not isinstance(decode("PL" + base64.b32encode(raw).decode(), KEYS), Code)


@given(codes, st.integers(0, CODE_CHARS - 1), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_one_code_has_one_spelling(code: Code, at: int, letter: str) -> None:
    text = sign(code, KEY)
    changed = text[:at] + letter + text[at + 1 :]
    assert changed == text or not isinstance(decode(changed, KEYS), Code)


def test_a_key_nobody_knows_is_a_forgery() -> None:
    assert decode(sign(TICKET, KEY), {}) == Forged(7)


def test_another_key_under_the_same_id_is_a_forgery() -> None:
    assert decode(sign(TICKET, OTHER), KEYS) == Forged(7)


def test_padding_inside_is_malformed() -> None:
    assert decode(sign(TICKET, KEY)[:-6] + "======", KEYS) == Malformed()


@pytest.mark.parametrize("text", ["", "PL", "https://example.org/PL", "\x00", "\ud800" * 122, "PL" + "ı" * 120])
def test_what_is_no_code(text: str) -> None:
    assert decode(text, KEYS) == Malformed()


def test_a_signature_for_something_else_is_no_ticket() -> None:
    """The domain is part of what is signed: the bare content, signed, does not pass."""
    content = base64.b32decode(sign(TICKET, KEY)[2:])[:11]
    bare = base64.b32encode(content + KEY.sign(content)).decode()
    assert decode("PL" + bare, KEYS) == Forged(7)


def test_the_document_is_enough_to_verify() -> None:
    """A verifier written from the page alone, on the page's own example."""
    example = dict(re.findall(r"^(seed|public|message|code) +(\S+)$", DOCUMENT.read_text(), re.MULTILINE))
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(example["public"]))
    raw = base64.b32decode(example["code"][2:])
    message = b"PLv1" + raw[0:11]
    public.verify(raw[11:75], message)
    assert message.hex() == example["message"]
    assert (raw[0] >> 4, raw[0] & 15, raw[1], raw[2]) == (1, 1, 7, 2)
    assert (int.from_bytes(raw[3:7], "big"), int.from_bytes(raw[7:11], "big")) == (123_456, 42)
    assert decode(example["code"], {7: public}) == TICKET
    assert sign(TICKET, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(example["seed"]))) == example["code"]
