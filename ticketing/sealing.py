"""Secrets at rest: sealed with AES-256-GCM under a key drawn from the installation's secret, one for each purpose.

What is sealed is bound to the row it belongs to: a backup alone opens nothing, and a seal moved to another row does not
open either.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
KEY_BYTES = 32


class SealBroken(Exception):
    """What was sealed does not open: another secret, another row, or other bytes."""


def seal(secret: bytes, purpose: str, plain: bytes, bound_to: bytes) -> bytes:
    """A nonce of 12 random bytes, then the sealed bytes and their tag."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _box(secret, purpose).encrypt(nonce, plain, bound_to)


def unseal(secret: bytes, purpose: str, sealed: bytes, bound_to: bytes) -> bytes:
    """What was sealed. Raises SealBroken."""
    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return _box(secret, purpose).decrypt(nonce, rest, bound_to)
    except (InvalidTag, ValueError):
        raise SealBroken() from None


def key(secret: bytes, purpose: str) -> bytes:
    """The key of one purpose, 32 bytes."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(secret)


def _box(secret: bytes, purpose: str) -> AESGCM:
    return AESGCM(key(secret, purpose))
