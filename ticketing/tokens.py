"""Tokens: what a program or a machine shows to act for an organisation.

A token is shown once and kept as its SHA-256. Its scope includes the lesser ones: who may sell may scan, who may scan
may view. A process remembers a good token for a few seconds, so a request usually costs no query, and a revoked token
works for no longer than that. When it was last used is written once a minute at most.
"""

import time
from collections import OrderedDict
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from ticketing.db import Database
from ticketing.ids import new_id, new_secret, secret_hash
from ticketing.refusals import NotFound, NotSignedIn, ScopeMissing
from ticketing.sql import load
from ticketing.texts import text_of

PREFIX = "placeur_"
"""So that a token found where it should not be is known for what it is."""
TOKEN_CHARS_MAX = 100
REMEMBERED_S = 3.0
REMEMBERED_MAX = 10_000
USE_NOTED_EVERY = timedelta(minutes=1)

SQL = load("tokens")


class Scope(StrEnum):
    """What a token allows, from least to most."""

    VIEW = "view"
    SCAN = "scan"
    SELL = "sell"
    MANAGE = "manage"

    def includes(self, other: "Scope") -> bool:
        """Whether a token of this scope may do what `other` allows."""
        return _RANK[self] >= _RANK[other]


_RANK = {scope: rank for rank, scope in enumerate(Scope)}


class Token(Struct, frozen=True):
    """A token as it is kept: who it acts for, and what it may do."""

    id: UUID
    organisation_id: UUID
    name: str
    scope: Scope
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


async def create(db: Database, organisation_id: UUID, name: str, scope: Scope, now: datetime) -> str:
    """Make a token; what is returned is nowhere else and cannot be shown again."""
    secret = PREFIX + new_secret()
    values = {"name": text_of(name, "name"), "scope": scope, "created_at": now, "hash": secret_hash(secret)}
    async with db.read() as c:
        await SQL.create.run(c, token_id=new_id(), organisation_id=organisation_id, **values)
    return secret


async def list_of(db: Database, organisation_id: UUID) -> list[Token]:
    """An organisation's tokens, revoked ones too, oldest first."""
    async with db.read() as c:
        return await SQL.list_of.all(c, Token, organisation_id=organisation_id)


async def revoke(db: Database, organisation_id: UUID, token_id: UUID, now: datetime) -> None:
    """End a token, for good; processes that remember it forget it within seconds. NotFound for another's."""
    async with db.read() as c:
        if not await SQL.revoke.run(c, organisation_id=organisation_id, token_id=token_id, revoked_at=now):
            raise NotFound(what="token")


class Tokens:
    """The tokens one process has met of late."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._remembered: OrderedDict[bytes, tuple[float, Token]] = OrderedDict()

    async def verify(self, secret: str, scope: Scope, now: datetime) -> Token:
        """The token behind a secret, if it allows `scope`.

        Raises NotSignedIn for one that is unknown or revoked, ScopeMissing for one of a lesser scope. O(1); one query
        when the token was not seen for `REMEMBERED_S`.
        """
        if len(secret) > TOKEN_CHARS_MAX:
            raise NotSignedIn()
        token = await self._token(secret_hash(secret), now)
        if not token.scope.includes(scope):
            raise ScopeMissing(scope=scope)
        return token

    async def _token(self, hash: bytes, now: datetime) -> Token:
        until, token = self._remembered.get(hash, (0.0, None))
        if token is None or until < time.monotonic():
            token = await self._fetch(hash, now)
            self._remembered[hash] = (time.monotonic() + REMEMBERED_S, token)
            self._remembered.move_to_end(hash)
            while len(self._remembered) > REMEMBERED_MAX:
                self._remembered.popitem(last=False)
        return token

    async def _fetch(self, hash: bytes, now: datetime) -> Token:
        async with self._db.read() as c:
            token = await SQL.by_hash.one(c, Token, hash=hash)
            if token is None:
                self._remembered.pop(hash, None)
                raise NotSignedIn()
            if token.last_used_at is None or token.last_used_at < now - USE_NOTED_EVERY:
                await SQL.mark_used.run(c, token_id=token.id, used_at=now, unless_since=now - USE_NOTED_EVERY)
        return token
