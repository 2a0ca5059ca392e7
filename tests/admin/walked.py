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
from ticketing import (
    account_links,
    forms,
    groups,
    mailings,
    options,
    organisations,
    plan_drafts,
    plans,
    rights,
    staff,
    tariffs,
    tokens,
    venues,
)
from ticketing.account_links import LinkKind
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.mailings import Choice, Text
from ticketing.options import Options
from ticketing.rights import Grant
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


async def mailing_id(db: Database, house: House) -> Any:
    event, now = house.performances[0].event_id, house.performances[0].sale_opens_at
    choice = Choice({"en": Text("Doors open early", "Come early.")})
    return await mailings.draft(
        db, house.organisation_id, event, choice, Actor(organisation_id=house.organisation_id), now
    )


async def kind(db: Database, house: House) -> Any:
    return "sales.csv"


async def tariff_id(db: Database, house: House) -> Any:
    return house.full.id


async def option_group_id(db: Database, house: House) -> Any:
    found = await with_options(db, house)
    return found.groups[0].id


async def option_id(db: Database, house: House) -> Any:
    return (await with_options(db, house)).single[0].id


async def with_options(db: Database, house: House) -> Options:
    """The options of the full tariff: one alone, and a group."""
    found = await options.of_tariff(db, house.full.id)
    if found.empty:
        owner, by, now = house.organisation_id, Actor(organisation_id=house.organisation_id), datetime.now(UTC)
        version = (await tariffs.get(db, owner, house.full.id)).version
        programme = options.Draft(names={"en": "Programme"}, price_cents=300)
        await options.add(db, owner, house.full.id, version, programme, by, now)
        await options.add_group(db, owner, house.full.id, version + 1, {"en": "Menus"}, by, now)
    return await options.of_tariff(db, house.full.id)


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


async def staff_id(db: Database, house: House) -> Any:
    """Somebody of the house's team, in its group, with a permission."""
    now, by = datetime.now(UTC), Actor(organisation_id=house.organisation_id)
    person = await staff.create(db, f"{uuid4().hex}@example.org", "Member", "correct horse battery", now)
    async with db.transaction() as c:
        await staff.join(c, house.organisation_id, person.id, now)
        given = Grant(organisation_id=house.organisation_id, scope=Scope.MANAGE, staff_id=person.id)
        await rights.grant(c, given, now)
    await groups.join(db, house.organisation_id, await group_id(db, house), person.id, by, now)
    return person.id


async def group_id(db: Database, house: House) -> Any:
    known = await groups.list_of(db, house.organisation_id)
    by = Actor(organisation_id=house.organisation_id)
    return known[0].id if known else await groups.create(db, house.organisation_id, "Doors", by, datetime.now(UTC))


async def grant_id(db: Database, house: House) -> Any:
    async with db.transaction() as c:
        given = Grant(organisation_id=house.organisation_id, scope=Scope.VIEW, members=True)
        return await rights.grant(c, given, datetime.now(UTC))


async def secret(db: Database, house: House) -> Any:
    now = datetime.now(UTC)
    person = await staff.create(db, f"{uuid4().hex}@example.org", "Invited", None, now)
    return await account_links.make(db, b"secret", LinkKind.INVITATION, person.id, "walk", now)


async def token_id(db: Database, house: House) -> Any:
    return (await tokens.list_of(db, house.organisation_id))[0].id


async def form_id(db: Database, house: House) -> Any:
    async with db.read() as c:
        office = await c.fetchval("select id from box_offices where key = $1", house.key)
    owner, by, now = house.organisation_id, Actor(organisation_id=house.organisation_id), datetime.now(UTC)
    return await forms.create(db, owner, office, f"Form {uuid4().hex}", by, now)


async def field_id(db: Database, house: House) -> Any:
    owner, by, now = house.organisation_id, Actor(organisation_id=house.organisation_id), datetime.now(UTC)
    values = forms.FieldValues(kind=forms.Kind.TEXT, labels={"en": "Name"})
    return await forms.add_field(db, owner, await form_id(db, house), values, by, now)


async def upload_id(db: Database, house: House) -> Any:
    return uuid4()


MAKERS: dict[str, Maker] = {
    "field_id": field_id,
    "form_id": form_id,
    "upload_id": upload_id,
    "draft_id": draft_id,
    "format_name": format_name,
    "version_number": version_number,
    "event_id": event_id,
    "key": key,
    "option_group_id": option_group_id,
    "option_id": option_id,
    "kind": kind,
    "mailing_id": mailing_id,
    "grant_id": grant_id,
    "group_id": group_id,
    "passkey_id": passkey_id,
    "performance_id": performance_id,
    "plan_id": plan_id,
    "secret": secret,
    "session_id": session_id,
    "slug": slug,
    "staff_id": staff_id,
    "tariff_id": tariff_id,
    "venue_id": venue_id,
    "token_id": token_id,
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
    "/admin/orders/{order_id}/answers",
    "/admin/orders/{order_id}/answers/{ticket_id}",
    "/admin/orders/{order_id}/uploads/{upload_id}",
    "/admin/events/{event_id}/picture",
}
"""What is not found in a house that has none of it."""

LESS_THAN_MANAGE: dict[str, Scope] = {}
"""POSTs that need less than managing, by path, and what they need. Everything else is refused to who may less."""
