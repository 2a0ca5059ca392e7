"""The order of those who came before the opening: a shuffle that nobody can bend and everybody can check.

Whoever comes before a waiting room opens gets an ordinal, in the order of coming. At the opening these ordinals
[0, count) are shuffled: the rank of each is a permutation of them, keyed by a seed. The seed's SHA-256 is told before
anybody comes, the seed itself at the opening; so it cannot have been chosen to suit those who came, and each can work
out their own rank. Who comes later stands behind, in the order of coming: their rank is their ordinal.

The permutation is a balanced Feistel network over the least even number of bits that holds `count` (Luby and Rackoff,
"How to construct pseudorandom permutations", 1988), its round function HMAC-SHA-256, which browsers have built in, and
its rounds as many as NIST's FF1 has (SP 800-38G). A result outside [0, count) goes through it again until it is inside
("cycle walking": Black and Rogaway, "Ciphers with arbitrary finite domains", 2002), which keeps it a permutation.
`docs/waiting-room.md` has the recipe with a verifier that shares no code with this file.
"""

import hashlib
import hmac

SEED_BYTES = 32
ROUNDS = 10
COUNT_MAX = 1 << 48
"""Ordinals that can be shuffled: half of the bits fit the four bytes that a round is given."""


def seed_hash(seed: bytes) -> bytes:
    """What is told of a seed before the opening: its SHA-256, 32 bytes."""
    return hashlib.sha256(seed).digest()


def rank(seed: bytes, ordinal: int, count: int) -> int:
    """Where an ordinal stands once `count` of them are shuffled. O(1): some forty hashes, 50 microseconds.

    `seed` is 32 bytes. Over [0, count) the ranks are a permutation of [0, count); from `count` on, an ordinal's rank is
    itself.
    """
    assert len(seed) == SEED_BYTES and ordinal >= 0 and 0 <= count <= COUNT_MAX
    if ordinal >= count:
        return ordinal
    half_bits = max(1, ((count - 1).bit_length() + 1) // 2)
    found = _permuted(seed, ordinal, half_bits)
    while found >= count:
        found = _permuted(seed, found, half_bits)
    return found


def _permuted(seed: bytes, number: int, half_bits: int) -> int:
    """A permutation of [0, 4 ** half_bits)."""
    mask = (1 << half_bits) - 1
    left, right = number >> half_bits, number & mask
    for turn in range(ROUNDS):
        digest = hmac.digest(seed, bytes((turn,)) + right.to_bytes(4, "big"), "sha256")
        left, right = right, left ^ (int.from_bytes(digest[:4], "big") & mask)
    return left << half_bits | right
