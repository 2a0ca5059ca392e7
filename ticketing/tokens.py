"""Tokens: what a program or a machine shows to act for an organisation. Pages call them API keys.

A token is shown once and kept as its SHA-256. Its scope includes the lesser ones: who may scan may view, who may manage
may do both. Selling is apart: a token sells if it may, whatever its scope. It may be bound to networks, outside of
which it opens nothing.

A process remembers a good token for a few seconds, so a request usually costs no query, and a token that was revoked or
changed works as before for no longer than that. When and from where it was last used is written once a minute at most.
"""

import time
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from uuid import UUID

from msgspec import Struct

from ticketing import audit
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.ids import new_id, new_secret, secret_hash
from ticketing.refusals import (
    AddressNotAllowed,
    AlreadyExists,
    EditedMeanwhile,
    InputRefused,
    MayNotSell,
    NotFound,
    NotSignedIn,
    ScopeMissing,
    TooManyKeys,
    WrongState,
)
from ticketing.sql import load
from ticketing.texts import text_of

PREFIX = "placeur_"
"""So that a token found where it should not be is known for what it is."""
TOKEN_CHARS_MAX = 100
TOKENS_MAX = 500
"""In use at a time, in one organisation."""
REVOKED_SHOWN_MAX = 50
"""Revoked tokens that a list still shows."""
NETWORKS_MAX = 50
REMEMBERED_S = 3.0
REMEMBERED_MAX = 10_000
USE_NOTED_EVERY = timedelta(minutes=1)

SQL = load("tokens")

Network = IPv4Network | IPv6Network


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
    """A token as it is kept: who it acts for, what it may do, from where (no networks: from anywhere)."""

    id: UUID
    organisation_id: UUID
    name: str
    scope: Scope
    may_sell: bool
    networks: list[str]
    created_at: datetime
    last_used_at: datetime | None
    last_used_from: str | None
    revoked_at: datetime | None
    version: int

    def ensure(self, scope: Scope) -> None:
        """Raises ScopeMissing, or MayNotSell, unless it allows `scope`."""
        if scope is Scope.SELL and not self.may_sell:
            raise MayNotSell() if self.scope.includes(scope) else ScopeMissing(scope=scope)
        if scope is not Scope.SELL and not self.scope.includes(scope):
            raise ScopeMissing(scope=scope)


class TokenChoice(Struct, frozen=True, kw_only=True):
    """What somebody decides of a token. `may_sell` None: as the scope says."""

    name: str
    scope: Scope
    may_sell: bool | None = None
    networks: tuple[str, ...] = ()


async def create(
    db: Database, organisation_id: UUID, name: str, scope: Scope, now: datetime, by: Actor | None = None
) -> str:
    """Make a token that is good from anywhere, and sells if its scope says so; its secret, as `issue` gives it."""
    actor = by or Actor(organisation_id=organisation_id)
    _, secret = await issue(db, organisation_id, new_id(), TokenChoice(name=name, scope=scope), actor, now)
    return secret


async def issue(
    db: Database, organisation_id: UUID, token_id: UUID, choice: TokenChoice, by: Actor, now: datetime
) -> tuple[Token, str]:
    """Make a token under an id of the caller's, so that a request sent again makes no second one (AlreadyExists).

    The secret is nowhere else and cannot be shown again. Raises InputRefused with the field, and TooManyKeys.
    """
    secret, values = PREFIX + new_secret(), _values(choice)
    async with db.transaction() as c:
        if await SQL.count_in_use.value(c, organisation_id=organisation_id) >= TOKENS_MAX:
            raise TooManyKeys(keys_max=TOKENS_MAX)
        made = await SQL.create.one(
            c, Token, token_id=token_id, organisation_id=organisation_id, hash=secret_hash(secret), created_at=now,
            **values,
        )  # fmt: skip
        if made is None:
            raise AlreadyExists(what="key", name=values["name"])
        changes = {field: (None, values[field]) for field in ("scope", "may_sell", "networks")}
        await audit.note(c, by, "token.created", _subject(made), now, changes)
    return made, secret


async def get(db: Database, organisation_id: UUID, token_id: UUID) -> Token:
    """An organisation's token, revoked or not; NotFound for another's."""
    async with db.read() as c:
        return _found(await SQL.get.one(c, Token, organisation_id=organisation_id, token_id=token_id))


async def list_of(db: Database, organisation_id: UUID) -> list[Token]:
    """An organisation's tokens, oldest first; of those that were revoked, the last ones."""
    async with db.read() as c:
        return await SQL.list_of.all(c, Token, organisation_id=organisation_id, revoked_max=REVOKED_SHOWN_MAX)


async def change(
    db: Database, organisation_id: UUID, token_id: UUID, version: int, choice: TokenChoice, by: Actor, now: datetime
) -> Token:
    """Rename a token, or bound it otherwise; its secret stays. Processes that remember it follow within seconds.

    Raises InputRefused, EditedMeanwhile, WrongState for a revoked one, NotFound for another organisation's.
    """
    values, key = _values(choice), {"organisation_id": organisation_id, "token_id": token_id}
    async with db.transaction() as c:
        before = _found(await SQL.get.one(c, Token, **key))
        if before.revoked_at is not None:
            raise WrongState(what="key", state="revoked", event="changed")
        after = await SQL.change.one(c, Token, **key, version=version, **values)
        if after is None:
            raise EditedMeanwhile(what="key")
        changes = audit.differences(before, after)
        changes.pop("version")
        await audit.note(c, by, "token.changed", _subject(after), now, changes)
    return after


async def revoke(db: Database, organisation_id: UUID, token_id: UUID, now: datetime, by: Actor | None = None) -> None:
    """End a token, for good; processes that remember it forget it within seconds. NotFound for another's."""
    key, actor = (
        {"organisation_id": organisation_id, "token_id": token_id},
        by or Actor(organisation_id=organisation_id),
    )
    async with db.transaction() as c:
        token = _found(await SQL.get.one(c, Token, **key))
        if await SQL.revoke.run(c, **key, revoked_at=now):
            await audit.note(c, actor, "token.revoked", _subject(token), now)


class Tokens:
    """The tokens one process has met of late."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._remembered: OrderedDict[bytes, tuple[float, Token, tuple[Network, ...]]] = OrderedDict()

    async def verify(self, secret: str, scope: Scope, now: datetime, address: str = "") -> Token:
        """The token behind a secret, if it allows `scope`, and to whoever calls from `address`.

        Raises NotSignedIn for one that is unknown or revoked, AddressNotAllowed, and ScopeMissing or MayNotSell for one
        that allows less. O(1); one query when the token was not seen for `REMEMBERED_S`.
        """
        if len(secret) > TOKEN_CHARS_MAX:
            raise NotSignedIn()
        token, networks = await self._token(secret_hash(secret), now, address)
        if networks and not _lies_in(address, networks):
            raise AddressNotAllowed(address=address or "here")
        token.ensure(scope)
        return token

    async def _token(self, hash: bytes, now: datetime, address: str) -> tuple[Token, tuple[Network, ...]]:
        remembered = self._remembered.get(hash)
        if remembered is not None and remembered[0] >= time.monotonic():
            return remembered[1:]
        token, networks = await self._fetch(hash, now, address)
        self._remembered[hash] = (time.monotonic() + REMEMBERED_S, token, networks)
        self._remembered.move_to_end(hash)
        while len(self._remembered) > REMEMBERED_MAX:
            self._remembered.popitem(last=False)
        return token, networks

    async def _fetch(self, hash: bytes, now: datetime, address: str) -> tuple[Token, tuple[Network, ...]]:
        async with self._db.read() as c:
            token = await SQL.by_hash.one(c, Token, hash=hash)
            if token is None:
                self._remembered.pop(hash, None)
                raise NotSignedIn()
            networks = tuple(ip_network(network) for network in token.networks)
            used_lately = token.last_used_at is not None and token.last_used_at >= now - USE_NOTED_EVERY
            if not used_lately and (not networks or _lies_in(address, networks)):
                since = now - USE_NOTED_EVERY
                await SQL.mark_used.run(c, token_id=token.id, used_at=now, used_from=address, unless_since=since)
        return token, networks


def networks_of(text: str, field: str = "networks") -> tuple[str, ...]:
    """Networks as people type them, one a line or apart by commas: `203.0.113.7`, `192.0.2.0/24`, `2001:db8::/48`.

    InputRefused for what is none: a network whose address has more bits than its length is a slip of the hand.
    """
    found: list[str] = []
    for typed in text.replace(",", "\n").split():
        try:
            network = ip_network(typed)
        except ValueError:
            raise InputRefused(
                problem="{typed} is not an address or a network, such as 203.0.113.7, 192.0.2.0/24 or 2001:db8::/48.",
                where=field,
                typed=typed[:60],
            ) from None
        if str(network) not in found:
            found.append(str(network))
    return tuple(found)


def _values(choice: TokenChoice) -> dict[str, object]:
    may_sell = choice.scope.includes(Scope.SELL) if choice.may_sell is None else choice.may_sell
    if choice.scope is Scope.SELL and not may_sell:
        raise InputRefused(problem="A key of this scope sells.", where="may_sell")
    if len(choice.networks) > NETWORKS_MAX:
        raise InputRefused(
            problem="A key has at most {networks_max} networks.", where="networks", networks_max=NETWORKS_MAX
        )
    networks = list(networks_of("\n".join(choice.networks)))
    return {"name": text_of(choice.name, "name"), "scope": choice.scope, "may_sell": may_sell, "networks": networks}


def _lies_in(address: str, networks: Iterable[Network]) -> bool:
    """Whether an address, as `web.addresses` reads it, lies in one of them; what is no address lies nowhere."""
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in networks)


def _subject(token: Token) -> Subject:
    return Subject(kind="token", id=token.id, name=token.name)


def _found(token: Token | None) -> Token:
    if token is None:
        raise NotFound(what="key")
    return token
