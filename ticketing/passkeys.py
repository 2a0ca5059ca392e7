"""Passkeys: a key pair that a device or a security key keeps for this site alone (WebAuthn).

A browser signs a challenge of ours; each is good once, for a few minutes, and for the person it was made for, if that
one had already typed the password. A passkey alone signs in when it has checked who holds it (a PIN, a finger, a face):
then it is two factors in one. After a password its presence is enough. The site is named by `PLACEUR_PUBLIC_URL`; a
passkey made for another site does not sign for this one, which is what makes them worth more than codes.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from msgspec import Struct
from webauthn.helpers import (
    generate_challenge,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ticketing import account_mails
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import NotFound, PasskeyRefused, PasskeysEnough
from ticketing.settings import Settings
from ticketing.sql import load
from ticketing.texts import text_of

CHALLENGE_FOR = timedelta(minutes=5)
PASSKEYS_MAX = 20
CREDENTIAL_CHARS_MAX = 20_000
NAME_CHARS_MAX = 60

SQL = load("passkeys")


class Site(Struct, frozen=True):
    """What passkeys are made for: the host's name, and the address that pages stand at."""

    id: str
    origin: str


class Passkey(Struct, frozen=True):
    """A passkey as its owner sees it."""

    id: UUID
    name: str
    created_at: datetime
    used_at: datetime | None


class Key(Struct, frozen=True):
    """A passkey as it is checked."""

    id: UUID
    staff_id: UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int


def site(settings: Settings) -> Site:
    """The site that the settings name; on a machine of one's own, where no name is set, that is localhost."""
    if not settings.public_url:
        return Site("localhost", f"http://localhost:{settings.port}")
    parts = urlsplit(settings.public_url)
    return Site(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")


async def list_of(db: Database, staff_id: UUID) -> list[Passkey]:
    """Somebody's passkeys, the oldest first."""
    async with db.read() as c:
        return await SQL.list_of.all(c, Passkey, staff_id=staff_id)


async def registration(db: Database, at: Site, staff_id: UUID, email: str, name: str, now: datetime) -> str:
    """What the browser is asked to make a passkey by, as JSON."""
    keys, challenge = await _keys(db, staff_id), await _challenge(db, staff_id, now)
    options = webauthn.generate_registration_options(
        rp_id=at.id, rp_name="Placeur", user_name=email, user_id=staff_id.bytes, user_display_name=name,
        challenge=challenge, exclude_credentials=_described(keys),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )  # fmt: skip
    return webauthn.options_to_json(options)


async def add(db: Database, at: Site, by: Actor, email: str, name: str, credential: str, now: datetime) -> None:
    """Keep the passkey that the browser made. PasskeyRefused for what was not asked for, or is not made for us."""
    assert by.staff_id is not None
    label = text_of(name, "name", chars_max=NAME_CHARS_MAX)
    try:
        challenge = _signed_challenge(parse_registration_credential_json(_bounded(credential)))
        await _spend(db, challenge, by.staff_id, now)
        made = webauthn.verify_registration_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=at.id, expected_origin=at.origin
        )
    except PasskeyRefused:
        raise
    except Exception as error:  # whatever a forged answer breaks while it is read is a refusal
        raise PasskeyRefused() from error
    values = {"credential_id": made.credential_id, "public_key": made.credential_public_key}
    async with db.transaction() as c:
        await SQL.lock.run(c, staff_id=by.staff_id)
        if await SQL.count.value(c, staff_id=by.staff_id) >= PASSKEYS_MAX:
            raise PasskeysEnough(passkeys_max=PASSKEYS_MAX)
        if not await SQL.add.run(
            c, passkey_id=new_id(), staff_id=by.staff_id, name=label, sign_count=made.sign_count, now=now, **values
        ):
            raise PasskeyRefused()
        await account_mails.note_change(c, by, "passkey.added", email, label, now)


async def question(db: Database, at: Site, staff_id: UUID | None, now: datetime) -> str:
    """What the browser is asked to sign, as JSON: by one of somebody's passkeys, or by whichever it has for us."""
    keys = await _keys(db, staff_id) if staff_id else []
    need = UserVerificationRequirement.PREFERRED if staff_id else UserVerificationRequirement.REQUIRED
    options = webauthn.generate_authentication_options(
        rp_id=at.id, challenge=await _challenge(db, staff_id, now), allow_credentials=_described(keys),
        user_verification=need,
    )  # fmt: skip
    return webauthn.options_to_json(options)


async def verify(db: Database, at: Site, staff_id: UUID | None, credential: str, now: datetime) -> UUID:
    """Whose passkey has signed: `staff_id`'s, if that one is known; or anybody's, whom the passkey has checked.

    Raises PasskeyRefused, which does not tell what was wrong.
    """
    try:
        parsed = parse_authentication_credential_json(_bounded(credential))
        challenge = _signed_challenge(parsed)
        await _spend(db, challenge, staff_id, now)
        async with db.read() as c:
            key = await SQL.by_credential.one(c, Key, credential_id=parsed.raw_id)
        if key is None or (staff_id is not None and key.staff_id != staff_id):
            raise PasskeyRefused()
        answer = webauthn.verify_authentication_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=at.id, expected_origin=at.origin,
            credential_public_key=key.public_key, credential_current_sign_count=key.sign_count,
            require_user_verification=staff_id is None,
        )  # fmt: skip
    except PasskeyRefused:
        raise
    except Exception as error:  # whatever a forged answer breaks while it is read is a refusal
        raise PasskeyRefused() from error
    async with db.read() as c:
        await SQL.used.run(c, passkey_id=key.id, sign_count=answer.new_sign_count, now=now)
    return key.staff_id


async def end(db: Database, by: Actor, email: str, passkey_id: UUID, now: datetime) -> None:
    """Forget one of somebody's own passkeys. NotFound for another's."""
    assert by.staff_id is not None
    async with db.transaction() as c:
        name = await SQL.end.value(c, staff_id=by.staff_id, passkey_id=passkey_id)
        if name is None:
            raise NotFound(what="passkey")
        await account_mails.note_change(c, by, "passkey.ended", email, name, now)


async def _keys(db: Database, staff_id: UUID) -> list[Key]:
    async with db.read() as c:
        return await SQL.keys_of.all(c, Key, staff_id=staff_id)


async def _challenge(db: Database, staff_id: UUID | None, now: datetime) -> bytes:
    challenge = generate_challenge()
    async with db.read() as c:
        await SQL.forget.run(c, now=now)
        await SQL.ask.run(c, challenge=challenge, staff_id=staff_id, ends_at=now + CHALLENGE_FOR)
    return challenge


async def _spend(db: Database, challenge: bytes, staff_id: UUID | None, now: datetime) -> None:
    """Take a challenge back, so that what was signed for it is good once."""
    async with db.read() as c:
        if not await SQL.spend.run(c, challenge=challenge, staff_id=staff_id, now=now):
            raise PasskeyRefused()


def _signed_challenge(credential: object) -> bytes:
    """The challenge that the browser says it signed: the signature is checked later, against this one."""
    said: bytes = credential.response.client_data_json  # type: ignore[attr-defined]
    return parse_client_data_json(said).challenge


def _bounded(credential: str) -> str:
    if len(credential) > CREDENTIAL_CHARS_MAX:
        raise PasskeyRefused()
    return credential


def _described(keys: list[Key]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=key.credential_id) for key in keys]
