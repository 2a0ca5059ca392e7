"""Identities and secrets.

Rows are named by UUIDv7, so that neighbours in time are neighbours in an index. People see an order's code: eight
characters that can be read over a telephone. Secrets are 256 random bits, shown once and kept as SHA-256: nothing
that can be read in a backup opens anything.
"""

import hashlib
import secrets
from uuid import UUID

from uuid_utils.compat import uuid7

CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
CODE_CHARS = 8
_READ_AS = str.maketrans("ILO", "110")


def new_id() -> UUID:
    """A UUIDv7: 48 bits of Unix milliseconds, then random bits."""
    return uuid7()


def new_code() -> str:
    """A random order code, 40 bits; the unique key on `orders.code` tells of the rare repeat."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_CHARS))


def read_code(typed: str) -> str:
    """The code a person typed, as it is stored: any case, with spaces or hyphens, O for 0 and I or L for 1."""
    return "".join(typed.split()).replace("-", "").upper().translate(_READ_AS)


def new_secret() -> str:
    """256 random bits as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def secret_hash(secret: str) -> bytes:
    """SHA-256 of a secret, 32 bytes. Plain, not slow: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()
