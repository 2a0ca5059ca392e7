from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from ticketing import organisations, tokens
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import NotFound, NotSignedIn, ScopeMissing
from ticketing.tokens import Scope, Tokens

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def organisation(database: Database) -> UUID:
    return (await organisations.create(database, f"o-{new_id().hex}", "Ours", NOW)).id


def test_a_scope_includes_the_lesser_ones() -> None:
    order = [Scope.VIEW, Scope.SCAN, Scope.SELL, Scope.MANAGE]
    for rank, scope in enumerate(order):
        assert [other for other in order if scope.includes(other)] == order[: rank + 1]


async def test_a_token_acts_for_its_organisation_within_its_scope(database: Database, organisation: UUID) -> None:
    secret = await tokens.create(database, organisation, "counter", Scope.SELL, NOW)
    known = Tokens(database)
    token = await known.verify(secret, Scope.SCAN, NOW)
    assert (token.organisation_id, token.name, token.scope) == (organisation, "counter", Scope.SELL)
    with pytest.raises(ScopeMissing, match="scope manage"):
        await known.verify(secret, Scope.MANAGE, NOW)


async def test_only_the_hash_is_kept(database: Database, organisation: UUID) -> None:
    secret = await tokens.create(database, organisation, "counter", Scope.SELL, NOW)
    async with database.read() as c:
        kept = str(await c.fetch("select t::text from tokens t where organisation_id = $1", organisation))
    assert secret not in kept and secret.removeprefix(tokens.PREFIX) not in kept


@pytest.mark.parametrize("secret", ["", "placeur_", "placeur_" + "x" * 43, "x" * 100_000, "\x00", "é"])
async def test_an_unknown_token_opens_nothing(database: Database, secret: str) -> None:
    with pytest.raises(NotSignedIn):
        await Tokens(database).verify(secret, Scope.VIEW, NOW)


async def test_a_revoked_token_is_forgotten_within_seconds(
    database: Database, organisation: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = await tokens.create(database, organisation, "counter", Scope.SELL, NOW)
    known = Tokens(database)
    token = await known.verify(secret, Scope.SELL, NOW)
    with pytest.raises(NotFound):
        await tokens.revoke(database, new_id(), token.id, NOW)
    await tokens.revoke(database, organisation, token.id, NOW)
    with pytest.raises(NotSignedIn):
        await Tokens(database).verify(secret, Scope.SELL, NOW)
    clock = tokens.time.monotonic()
    monkeypatch.setattr(tokens.time, "monotonic", lambda: clock + tokens.REMEMBERED_S + 0.1)
    with pytest.raises(NotSignedIn):
        await known.verify(secret, Scope.SELL, NOW)
    later = NOW + timedelta(days=1)
    await tokens.revoke(database, organisation, token.id, later)
    assert [kept.revoked_at for kept in await tokens.list_of(database, organisation)] == [NOW]


async def test_a_known_token_costs_no_query(
    database: Database, organisation: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = await tokens.create(database, organisation, "counter", Scope.SELL, NOW)
    known = Tokens(database)
    token = await known.verify(secret, Scope.SELL, NOW)
    monkeypatch.setattr(database, "read", None)
    assert await known.verify(secret, Scope.SELL, NOW) is token


async def test_its_last_use_is_written_once_a_minute(database: Database, organisation: UUID) -> None:
    secret = await tokens.create(database, organisation, "counter", Scope.SELL, NOW)
    for seconds, noted in [(0, 0), (59, 0), (61, 61), (100, 61), (122, 122)]:
        await Tokens(database).verify(secret, Scope.SELL, NOW + timedelta(seconds=seconds))
        (token,) = await tokens.list_of(database, organisation)
        assert token.last_used_at == NOW + timedelta(seconds=noted)


async def test_the_memory_of_tokens_is_bounded(
    database: Database, organisation: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "REMEMBERED_MAX", 2)
    known = Tokens(database)
    for n in range(4):
        secret = await tokens.create(database, organisation, f"counter {n}", Scope.SELL, NOW)
        await known.verify(secret, Scope.SELL, NOW)
    assert len(known._remembered) == 2
