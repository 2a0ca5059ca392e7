"""The audit log: who did what, to what, when and from where. It is read, filtered and paged; nothing changes it."""

from datetime import datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.params import FromPath
from msgspec import Struct

from admin import access, acts, pages
from admin.access import Desk
from ticketing import audit, organisations
from ticketing.audit import Place, Wanted
from ticketing.tokens import Scope
from web.call import Call
from web.forms import YEAR_MAX, YEAR_MIN, Form

FILTERS = ("person", "act", "subject", "since", "until")


class Filters(Struct, frozen=True):
    """What is asked for, as it stands in the address."""

    person: UUID | None
    act: str | None
    subject: tuple[str, str] | None
    before: Place | None


@get("/box-offices/{key:str}/audit")
async def of_box_office(request: Call, key: FromPath[str]) -> Response[str]:
    """What was done in a box office."""
    return await _page(request, await access.box_office(request, key, Scope.MANAGE))


@get("/organisations/{slug:str}/audit")
async def of_organisation(request: Call, slug: FromPath[str]) -> Response[str]:
    """What was done in all of an organisation."""
    return await _page(request, await access.organisation(request, slug, Scope.MANAGE))


async def _page(call: Call, desk: Desk) -> Response[str]:
    database, organisation_id = call.services.database, desk.reach.organisation_id
    asked = {name: text.strip() for name, text in call.query_params.items() if text.strip()}
    form, filters = Form.of(asked), _filters(asked)
    zone = await organisations.time_zone(database, organisation_id)
    lines, rest = await audit.page(database, _wanted(desk, form, filters, zone), filters.before)
    language = call.visit.language
    kept = {name: asked[name] for name in FILTERS if name in asked}
    return pages.show(
        call, "audit/index.html", desk, form=form, zone=zone, filtered=bool(kept),
        lines=[acts.told(line, language, zone, desk.reach.currency) for line in lines],
        actors=await audit.actors(database, organisation_id), acts=acts.choices(language),
        subject_name=lines[0].subject_name if filters.subject and lines else None,
        subject_page=acts.opened(*filters.subject) if filters.subject else None,
        older=_address(kept | {"before": f"{rest.at.isoformat()}_{rest.id}"}) if rest else None,
        newest=_address(kept) if filters.before else None, only=lambda **more: _address(kept | more),
    )  # fmt: skip


def _wanted(desk: Desk, form: Form, filters: Filters, zone: str) -> Wanted:
    since, until = form.day("since", required=False), form.day("until", required=False)
    there = ZoneInfo(zone)
    kind, id = filters.subject or (None, None)
    return Wanted(
        organisation_id=desk.reach.organisation_id,
        box_office_id=desk.reach.box_office_id,
        actor_id=filters.person,
        act=filters.act,
        subject_kind=kind,
        subject_id=id,
        since=datetime.combine(since, time.min, there) if since else None,
        until=datetime.combine(until + timedelta(days=1), time.min, there) if until else None,
    )


def _filters(asked: dict[str, str]) -> Filters:
    """What an address asks for; parts of it that nobody's page would write count as not there."""
    kind, _, id = asked.get("subject", "").partition(":")
    act = asked.get("act")
    return Filters(
        person=_id_of(asked.get("person", "")),
        act=act if act in acts.ACTS else None,
        subject=(kind, id) if kind and id else None,
        before=_place(asked.get("before", "")),
    )


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _place(text: str) -> Place | None:
    at, _, id = text.rpartition("_")
    try:
        moment, number = datetime.fromisoformat(at), int(id)
    except ValueError:
        return None
    known = moment.tzinfo and YEAR_MIN <= moment.year <= YEAR_MAX
    return Place(moment, number) if known and 0 <= number < 1 << 63 else None


def _address(kept: dict[str, str]) -> str:
    return f"?{urlencode(kept)}" if kept else "?"
