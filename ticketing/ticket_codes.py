"""Ticket codes: what a QR holds, and how anybody with the public keys can tell that we wrote it.

A code is 75 bytes, 11 of content and 64 of Ed25519 signature, written as `PL` and 120 characters of base 32 (RFC 4648,
upper case). Those 122 characters are exactly what a version 5 QR holds in alphanumeric mode at correction level M, are
safe in a URL, and have no padding and no spare bits: one code has one spelling. A gate needs no database to know a
forgery; it needs one to know whether the ticket was paid, cancelled, replaced or is already in.

    byte 0       high four bits: version of the format (1); low four bits: kind (1 ticket, 2 pass)
    byte 1       key id: which of the organisation's keys signed
    byte 2       generation: 0 when first issued, one more each time the code is replaced
    bytes 3-6    serial of the ticket or of the pass, big-endian
    bytes 7-10   pool of the performance, big-endian; 0 for a pass
    bytes 11-74  Ed25519 signature of the 4 bytes `PLv1` followed by bytes 0-10

The signed message starts with a name of the format, so that a signature made for anything else is never a ticket.
`docs/ticket-codes.md` is the same for readers elsewhere, with a worked example.
"""

import base64
import binascii
import struct
from collections.abc import Mapping
from enum import IntEnum
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

PREFIX = "PL"
VERSION = 1
DOMAIN = b"PLv1"
CODE_CHARS = 122
CODE_BYTES = 75
TYPED_CHARS_MAX = 200
GENERATION_MAX = 255
SERIAL_MAX = 2**32 - 1
POOL_MAX = 2**32 - 1

_CONTENT = struct.Struct(">BBBII")


class Kind(IntEnum):
    """What a code stands for."""

    TICKET = 1
    PASS = 2


class Code(Struct, frozen=True):
    """What a code says. `pool_id` is the pool of the ticket's performance when it was issued, 0 for a pass."""

    kind: Kind
    key_id: int
    generation: int
    serial: int
    pool_id: int


class Forged(Struct, frozen=True):
    """It looks like a code, and none of the given keys signed it. `key_id` is the key it claims."""

    key_id: int


class Malformed(Struct, frozen=True):
    """It is no code of ours: another shop's barcode, a web address, a scratch on the glass."""


Decoded: TypeAlias = Code | Forged | Malformed

_HEADS = {VERSION << 4 | kind: kind for kind in Kind}


def sign(code: Code, key: Ed25519PrivateKey) -> str:
    """The 122 characters that go into the QR. `key` must be the one named by `code.key_id`.

    The numbers must be in the bounds above; a serial or a pool past 32 bits is a programmer's error here, because
    whoever hands them out is the one to refuse.
    """
    content = _CONTENT.pack(VERSION << 4 | code.kind, code.key_id, code.generation, code.serial, code.pool_id)
    return PREFIX + base64.b32encode(content + key.sign(DOMAIN + content)).decode("ascii")


def decode(text: str, keys: Mapping[int, Ed25519PublicKey]) -> Decoded:
    """What `text` is, for whoever trusts `keys` (key id -> key). Total: every string has an answer, none raises.

    Case, and white space around, do not matter: addresses get lowered, and readers end a line. About 0.1 ms,
    nearly all of it the signature.
    """
    raw = _raw(text)
    if raw is None:
        return Malformed()
    content, signature = raw[: _CONTENT.size], raw[_CONTENT.size :]
    head, key_id, generation, serial, pool_id = _CONTENT.unpack(content)
    if head not in _HEADS:
        return Malformed()
    key = keys.get(key_id)
    if key is None:
        return Forged(key_id)
    try:
        key.verify(signature, DOMAIN + content)
    except InvalidSignature:
        return Forged(key_id)
    return Code(_HEADS[head], key_id, generation, serial, pool_id)


def canonical(text: str) -> str:
    """The one spelling of what was scanned, whatever it is: trimmed, and in upper case where that cannot matter."""
    trimmed = text.strip()
    return trimmed.upper() if trimmed.isascii() and trimmed[:2].upper() == PREFIX else trimmed


def _raw(text: str) -> bytes | None:
    """The 75 bytes of a code, or None for anything that is not spelt like one."""
    spelt = canonical(text) if len(text) <= TYPED_CHARS_MAX else ""
    if len(spelt) != CODE_CHARS or not spelt.startswith(PREFIX):
        return None
    try:
        raw = base64.b32decode(spelt[len(PREFIX) :])
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == CODE_BYTES else None
