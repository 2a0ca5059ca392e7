from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from ticketing import organisations, tokens
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.ids import new_id
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
from ticketing.tokens import Scope, TokenChoice, Tokens

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


def choice(**fields: object) -> TokenChoice:
    return TokenChoice(**({"name": "site", "scope": Scope.VIEW} | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("scope", "may_sell", "allowed"),
    [
        (Scope.VIEW, None, {Scope.VIEW}),
        (Scope.VIEW, True, {Scope.VIEW, Scope.SELL}),
        (Scope.SCAN, False, {Scope.VIEW, Scope.SCAN}),
        (Scope.SELL, None, {Scope.VIEW, Scope.SCAN, Scope.SELL}),
        (Scope.MANAGE, False, {Scope.VIEW, Scope.SCAN, Scope.MANAGE}),
        (Scope.MANAGE, None, set(Scope)),
    ],
)
async def test_selling_is_apart_from_the_scope(
    database: Database, organisation: UUID, scope: Scope, may_sell: bool | None, allowed: set[Scope]
) -> None:
    wanted = choice(scope=scope, may_sell=may_sell)
    _, secret = await tokens.issue(database, organisation, new_id(), wanted, Actor(organisation_id=organisation), NOW)
    found = set()
    for asked in Scope:
        try:
            await Tokens(database).verify(secret, asked, NOW)
            found.add(asked)
        except (ScopeMissing, MayNotSell):
            pass
    assert found == allowed


async def test_a_token_that_sells_by_its_scope_sells(database: Database, organisation: UUID) -> None:
    by = Actor(organisation_id=organisation)
    with pytest.raises(InputRefused, match="sells"):
        await tokens.issue(database, organisation, new_id(), choice(scope=Scope.SELL, may_sell=False), by, NOW)


async def test_outside_its_networks_a_token_opens_nothing_and_is_not_marked_used(
    database: Database, organisation: UUID
) -> None:
    wanted = choice(networks=("192.0.2.0/24", "2001:db8::/48"))
    made, secret = await tokens.issue(
        database, organisation, new_id(), wanted, Actor(organisation_id=organisation), NOW
    )
    known = Tokens(database)
    for address in ("198.51.100.1", "2001:db9::1", "unknown", ""):
        with pytest.raises(AddressNotAllowed):
            await known.verify(secret, Scope.VIEW, NOW, address)
    assert (await tokens.get(database, organisation, made.id)).last_used_at is None
    for address in ("192.0.2.77", "2001:db8:0:7::1"):
        assert (await Tokens(database).verify(secret, Scope.VIEW, NOW, address)).id == made.id
    assert (await tokens.get(database, organisation, made.id)).last_used_from == "192.0.2.77"


async def test_one_id_makes_one_token(database: Database, organisation: UUID) -> None:
    by, token_id = Actor(organisation_id=organisation), new_id()
    await tokens.issue(database, organisation, token_id, choice(), by, NOW)
    with pytest.raises(AlreadyExists):
        await tokens.issue(database, organisation, token_id, choice(), by, NOW)


async def test_tokens_and_their_networks_are_bounded(
    database: Database, organisation: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = Actor(organisation_id=organisation)
    with pytest.raises(InputRefused, match="at most"):
        many = tuple(f"192.0.2.{n}" for n in range(tokens.NETWORKS_MAX + 1))
        await tokens.issue(database, organisation, new_id(), choice(networks=many), by, NOW)
    monkeypatch.setattr(tokens, "TOKENS_MAX", 1)
    made, _ = await tokens.issue(database, organisation, new_id(), choice(), by, NOW)
    with pytest.raises(TooManyKeys):
        await tokens.issue(database, organisation, new_id(), choice(), by, NOW)
    await tokens.revoke(database, organisation, made.id, NOW)
    await tokens.issue(database, organisation, new_id(), choice(), by, NOW)


async def test_a_token_is_changed_by_one_at_a_time(database: Database, organisation: UUID) -> None:
    by = Actor(organisation_id=organisation)
    made, _ = await tokens.issue(database, organisation, new_id(), choice(), by, NOW)
    wanted = choice(name="till", networks=("192.0.2.1",))
    changed = await tokens.change(database, organisation, made.id, 1, wanted, by, NOW)
    assert (changed.name, changed.networks, changed.version) == ("till", ["192.0.2.1/32"], 2)
    with pytest.raises(EditedMeanwhile):
        await tokens.change(database, organisation, made.id, 1, choice(), by, NOW)
    with pytest.raises(NotFound):
        await tokens.change(database, new_id(), made.id, 2, choice(), by, NOW)
    await tokens.revoke(database, organisation, made.id, NOW)
    with pytest.raises(WrongState):
        await tokens.change(database, organisation, made.id, 2, choice(), by, NOW)
