"""What the walk over every page (`test_walk`) puts in the place of path parameters, by their names.

Who adds a route with a parameter of a new name adds how to come by one that belongs to a house; the walk takes one of
its own house and one of another. Who adds a POST that needs less than managing names it in `LESS_THAN_MANAGE`.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from engine.plan import placeur_json
from tests.api.conftest import House, small_plan
from ticketing import account_links, organisations, plan_drafts, plans, staff, venues
from ticketing.account_links import LinkKind
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.tokens import Scope

Maker = Callable[[Database, House], Awaitable[Any]]


async def key(db: Database, house: House) -> str:
    return house.key


async def slug(db: Database, house: House) -> str:
    known = await organisations.every(db)
    return next(one.slug for one in known if one.id == house.organisation_id)


async def event_id(db: Database, house: House) -> Any:
    return house.performances[0].event_id


async def performance_id(db: Database, house: House) -> Any:
    return house.performances[1].id


async def tariff_id(db: Database, house: House) -> Any:
    return house.full.id


async def venue_id(db: Database, house: House) -> Any:
    return (await venues.list_of(db, house.organisation_id))[0].id


async def plan_id(db: Database, house: House) -> Any:
    place = await venue_id(db, house)
    return (await plans.list_of(db, house.organisation_id, place))[0].plan_id


async def draft_id(db: Database, house: House) -> Any:
    by, now = Actor(organisation_id=house.organisation_id), house.performances[0].sale_opens_at
    content = placeur_json.write(small_plan())
    venue = await venue_id(db, house)
    return await plan_drafts.keep(db, house.organisation_id, venue, "Hall", "hall.json", content, by, now)


async def version_number(db: Database, house: House) -> Any:
    return 1


async def format_name(db: Database, house: House) -> Any:
    return "placeur"


async def passkey_id(db: Database, house: House) -> Any:
    return uuid4()


async def session_id(db: Database, house: House) -> Any:
    return uuid4()


async def secret(db: Database, house: House) -> Any:
    now = datetime.now(UTC)
    person = await staff.create(db, f"{uuid4().hex}@example.org", "Invited", None, now)
    return await account_links.make(db, b"secret", LinkKind.INVITATION, person.id, "walk", now)


MAKERS: dict[str, Maker] = {
    "draft_id": draft_id,
    "format_name": format_name,
    "version_number": version_number,
    "event_id": event_id,
    "key": key,
    "passkey_id": passkey_id,
    "performance_id": performance_id,
    "plan_id": plan_id,
    "secret": secret,
    "session_id": session_id,
    "slug": slug,
    "tariff_id": tariff_id,
    "venue_id": venue_id,
}

PUBLIC = {
    "/admin/password",
    "/admin/password/{secret}",
    "/admin/sign-in",
    "/admin/sign-in/passkey",
    "/admin/sign-in/passkey/question",
}
"""What somebody may ask for who is not signed in."""

PERSONAL = {
    "/admin",
    "/admin/confirmation",
    "/admin/markup",
    "/admin/profile",
    "/admin/security",
    "/admin/security/authenticator",
    "/admin/security/authenticator/confirmation",
    "/admin/security/authenticator/end",
    "/admin/security/passkeys",
    "/admin/security/passkeys/new",
    "/admin/security/passkeys/question",
    "/admin/security/passkeys/{passkey_id}/end",
    "/admin/security/password",
    "/admin/security/recovery-codes",
    "/admin/security/sessions/end",
    "/admin/security/sessions/{session_id}/end",
    "/admin/sign-in/second-factor",
    "/admin/sign-in/second-factor/question",
    "/admin/sign-out",
}
"""What everybody who is signed in may ask for: about themselves, or chosen by what they reach."""

MAYBE_EMPTY = {
    "/admin/events/{event_id}/picture",
}
"""What is not found in a house that has none of it."""

LESS_THAN_MANAGE: dict[str, Scope] = {}
"""POSTs that need less than managing, by path, and what they need. Everything else is refused to who may less."""
