"""The keys an organisation signs its tickets with.

An organisation signs with one key and verifies with all it ever had, so a key is replaced without touching a ticket
that is out: `rotate` makes the next id and retires the one before. Private keys lie in Postgres sealed (AES-256-GCM)
under a key drawn from the server's secret, each bound to its organisation and id, so that a backup alone signs
nothing and a sealed key moved to another row does not open.

`Keys` is a process's memory of them. It looks again after a minute, and within a second when it meets an id it has
not seen, so a key made in another process is known at the gates at once.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from ticketing import sealing, ticket_codes
from ticketing.db import Database
from ticketing.refusals import NotFound, SigningKeysSpent, SigningKeyUnreadable
from ticketing.sealing import SealBroken
from ticketing.sql import Connection, load
from ticketing.ticket_codes import Code, Decoded, Forged, Kind

SQL = load("signing_keys")

KEY_ID_MAX = 255
KEYS_AGE_S_MAX = 60.0
UNKNOWN_AGE_S_MAX = 1.0
PURPOSE = "placeur signing keys"


class PublicKey(Struct, frozen=True):
    """A key as anybody may see it; `public_key` is its 32 raw bytes."""

    id: int
    public_key: bytes
    created_at: datetime
    retired_at: datetime | None


class SealedKey(Struct, frozen=True):
    """A row of `signing_keys`."""

    id: int
    public_key: bytes
    sealed_private_key: bytes
    created_at: datetime
    retired_at: datetime | None


class Signer:
    """An organisation's present key, ready to sign."""

    def __init__(self, key_id: int, private_key: Ed25519PrivateKey) -> None:
        self.key_id, self._private_key = key_id, private_key

    def ticket(self, serial: int, generation: int, pool_id: int) -> str:
        """The code of a ticket, 122 characters."""
        return self._sign(Code(Kind.TICKET, self.key_id, generation, serial, pool_id))

    def holder_pass(self, serial: int, generation: int) -> str:
        """The code of a pass, 122 characters."""
        return self._sign(Code(Kind.PASS, self.key_id, generation, serial, 0))

    def _sign(self, code: Code) -> str:
        return ticket_codes.sign(code, self._private_key)


class Keys:
    """What one process knows of every organisation's keys."""

    def __init__(self, db: Database, secret: bytes) -> None:
        self._db, self._secret = db, secret
        self._public: dict[UUID, tuple[datetime, Mapping[int, Ed25519PublicKey]]] = {}
        self._signers: dict[UUID, tuple[datetime, Signer]] = {}

    async def decode(self, organisation_id: UUID, text: str, now: datetime) -> Decoded:
        """What a scanned text is to this organisation; total, as `ticket_codes.decode`."""
        known = await self._known(organisation_id, now, KEYS_AGE_S_MAX)
        answer = ticket_codes.decode(text, known)
        if isinstance(answer, Forged) and answer.key_id not in known:
            return ticket_codes.decode(text, await self._known(organisation_id, now, UNKNOWN_AGE_S_MAX))
        return answer

    async def signer(self, organisation_id: UUID, now: datetime) -> Signer:
        """The organisation's signer; an organisation that has no key gets its first."""
        looked_at, signer = self._signers.get(organisation_id, (None, None))
        if signer is None or looked_at is None or _aged(looked_at, now, KEYS_AGE_S_MAX):
            sealed = await _active(self._db, self._secret, organisation_id, now)
            signer = Signer(sealed.id, _unseal(self._secret, organisation_id, sealed))
            self._signers[organisation_id] = (now, signer)
        return signer

    async def _known(self, organisation_id: UUID, now: datetime, age_s: float) -> Mapping[int, Ed25519PublicKey]:
        looked_at, known = self._public.get(organisation_id, (None, None))
        if known is None or looked_at is None or _aged(looked_at, now, age_s):
            listed = await public_keys(self._db, organisation_id)
            known = MappingProxyType({key.id: Ed25519PublicKey.from_public_bytes(key.public_key) for key in listed})
            self._public[organisation_id] = (now, known)
        return known


async def public_keys(db: Database, organisation_id: UUID) -> list[PublicKey]:
    """Every key the organisation ever signed with, oldest first: what a verifier elsewhere needs."""
    async with db.read() as c:
        return await SQL.public.all(c, PublicKey, organisation_id=organisation_id)


async def rotate(db: Database, secret: bytes, organisation_id: UUID, now: datetime) -> PublicKey:
    """Make a new key and retire the present one, which goes on verifying what it signed."""
    async with db.transaction() as c:
        await _lock(c, organisation_id)
        await SQL.retire.run(c, organisation_id=organisation_id, now=now)
        key = await _add(c, secret, organisation_id, now)
    return PublicKey(key.id, key.public_key, key.created_at, None)


async def _active(db: Database, secret: bytes, organisation_id: UUID, now: datetime) -> SealedKey:
    """The key that signs, made if there is none; several processes that find none make one between them."""
    async with db.read() as c:
        found = await SQL.active.one(c, SealedKey, organisation_id=organisation_id)
    if found is not None:
        return found
    async with db.transaction() as c:
        await _lock(c, organisation_id)
        found = await SQL.active.one(c, SealedKey, organisation_id=organisation_id)
        return found or await _add(c, secret, organisation_id, now)


async def _lock(c: Connection, organisation_id: UUID) -> None:
    if await SQL.lock_organisation.value(c, organisation_id=organisation_id) is None:
        raise NotFound(what="organisation")


async def _add(c: Connection, secret: bytes, organisation_id: UUID, now: datetime) -> SealedKey:
    key_id = await SQL.next_id.value(c, organisation_id=organisation_id)
    if key_id > KEY_ID_MAX:
        raise SigningKeysSpent(keys_max=KEY_ID_MAX + 1)
    private = Ed25519PrivateKey.generate()
    public, sealed = private.public_key().public_bytes_raw(), _seal(secret, organisation_id, key_id, private)
    await SQL.add.run(
        c, organisation_id=organisation_id, key_id=key_id, public_key=public, sealed_private_key=sealed, now=now
    )
    return SealedKey(key_id, public, sealed, now, None)


def _seal(secret: bytes, organisation_id: UUID, key_id: int, key: Ed25519PrivateKey) -> bytes:
    return sealing.seal(secret, PURPOSE, key.private_bytes_raw(), _bound_to(organisation_id, key_id))


def _unseal(secret: bytes, organisation_id: UUID, key: SealedKey) -> Ed25519PrivateKey:
    try:
        raw = sealing.unseal(secret, PURPOSE, key.sealed_private_key, _bound_to(organisation_id, key.id))
    except SealBroken:
        raise SigningKeyUnreadable(key_id=key.id) from None
    return Ed25519PrivateKey.from_private_bytes(raw)


def _bound_to(organisation_id: UUID, key_id: int) -> bytes:
    return organisation_id.bytes + bytes([key_id])


def _aged(looked_at: datetime, now: datetime, age_s: float) -> bool:
    """A clock set back counts as aged: looking twice costs a query, not looking costs a gate."""
    return not 0 <= (now - looked_at).total_seconds() < age_s
