"""Signing keys: made once, sealed, replaced without touching what is out."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from ticketing import organisations, signing_keys
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import NotFound, SigningKeysSpent, SigningKeyUnreadable
from ticketing.signing_keys import Keys
from ticketing.ticket_codes import Code, Forged, Kind, decode

NOW = datetime(2026, 5, 1, tzinfo=UTC)
SECRET = bytes(range(32))


@pytest.fixture
async def organisation(database: Database) -> UUID:
    made = await organisations.create(database, f"o-{new_id().hex[-12:]}", "Organisation", NOW)
    return made.id


async def test_the_first_signature_makes_the_first_key(database: Database, organisation: UUID) -> None:
    signer = await Keys(database, SECRET).signer(organisation, NOW)
    assert signer.key_id == 0
    assert await Keys(database, SECRET).decode(organisation, signer.ticket(5, 1, 9), NOW) == Code(
        Kind.TICKET, 0, 1, 5, 9
    )


async def test_processes_that_start_at_once_share_one_key(database: Database, organisation: UUID) -> None:
    signers = await asyncio.gather(*(Keys(database, SECRET).signer(organisation, NOW) for _ in range(20)))
    assert len({signer.ticket(1, 0, 1) for signer in signers}) == 1
    assert len(await signing_keys.public_keys(database, organisation)) == 1


async def test_a_new_key_signs_and_the_old_ones_verify(database: Database, organisation: UUID) -> None:
    keys = Keys(database, SECRET)
    old = (await keys.signer(organisation, NOW)).holder_pass(3, 0)
    await signing_keys.rotate(database, SECRET, organisation, NOW)
    later = NOW + timedelta(minutes=2)
    new = (await keys.signer(organisation, later)).holder_pass(3, 0)
    assert [await keys.decode(organisation, code, later) for code in (old, new)] == [
        Code(Kind.PASS, key_id, 0, 3, 0) for key_id in (0, 1)
    ]
    listed = await signing_keys.public_keys(database, organisation)
    assert [(key.id, key.retired_at) for key in listed] == [(0, NOW), (1, None)]


async def test_keys_replaced_at_once_are_replaced_one_after_the_other(database: Database, organisation: UUID) -> None:
    await asyncio.gather(*(signing_keys.rotate(database, SECRET, organisation, NOW) for _ in range(8)))
    listed = await signing_keys.public_keys(database, organisation)
    assert [key.id for key in listed] == list(range(8))
    assert [key.retired_at is None for key in listed] == [False] * 7 + [True]


async def test_the_public_keys_are_enough_elsewhere(database: Database, organisation: UUID) -> None:
    code = (await Keys(database, SECRET).signer(organisation, NOW)).ticket(5, 0, 9)
    listed = await signing_keys.public_keys(database, organisation)
    keys = {key.id: signing_keys.Ed25519PublicKey.from_public_bytes(key.public_key) for key in listed}
    assert decode(code, keys) == Code(Kind.TICKET, 0, 0, 5, 9)


async def test_an_unknown_key_is_looked_up_once_a_second(database: Database, organisation: UUID) -> None:
    here, there = Keys(database, SECRET), Keys(database, SECRET)
    await here.signer(organisation, NOW)
    assert isinstance(
        await here.decode(organisation, (await there.signer(organisation, NOW)).ticket(1, 0, 1), NOW), Code
    )
    await signing_keys.rotate(database, SECRET, organisation, NOW)
    code = (await Keys(database, SECRET).signer(organisation, NOW)).ticket(1, 0, 1)
    assert await here.decode(organisation, code, NOW + timedelta(seconds=0.5)) == Forged(1)
    assert isinstance(await here.decode(organisation, code, NOW + timedelta(seconds=1)), Code)


async def test_another_secret_opens_nothing(database: Database, organisation: UUID) -> None:
    await Keys(database, SECRET).signer(organisation, NOW)
    with pytest.raises(SigningKeyUnreadable):
        await Keys(database, bytes(32)).signer(organisation, NOW)


async def test_a_sealed_key_moved_to_another_organisation_does_not_open(database: Database, organisation: UUID) -> None:
    other = (await organisations.create(database, f"o-{new_id().hex[-12:]}", "Other", NOW)).id
    await Keys(database, SECRET).signer(organisation, NOW)
    async with database.read() as c:
        await c.execute(
            "insert into signing_keys select $1, id, public_key, sealed_private_key, created_at, retired_at"
            " from signing_keys where organisation_id = $2",
            other,
            organisation,
        )
    with pytest.raises(SigningKeyUnreadable):
        await Keys(database, SECRET).signer(other, NOW)


async def test_the_private_key_is_not_in_the_database(database: Database, organisation: UUID) -> None:
    signer = await Keys(database, SECRET).signer(organisation, NOW)
    async with database.read() as c:
        sealed = await c.fetchval(
            "select sealed_private_key from signing_keys where organisation_id = $1", organisation
        )
    assert signer._private_key.private_bytes_raw() not in sealed


async def test_key_ids_run_out_with_a_sentence(database: Database, organisation: UUID) -> None:
    await signing_keys.rotate(database, SECRET, organisation, NOW)
    async with database.read() as c:
        await c.execute("update signing_keys set id = 255 where organisation_id = $1", organisation)
    with pytest.raises(SigningKeysSpent):
        await signing_keys.rotate(database, SECRET, organisation, NOW)
    listed = await signing_keys.public_keys(database, organisation)
    assert [key.retired_at for key in listed] == [None]


async def test_an_organisation_that_is_not_there(database: Database) -> None:
    with pytest.raises(NotFound):
        await Keys(database, SECRET).signer(UUID(int=5), NOW)
