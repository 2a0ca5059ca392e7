"""The team of an organisation: who belongs to it, what each may, who is invited and who is shut out.

Only who manages the organisation comes here, and types the password before anything is changed.
"""

import re
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin.access import Desk
from admin.menu import marked
from ticketing import grants, groups, team
from ticketing.grants import Place
from ticketing.refusals import InputRefused, NotFound
from ticketing.rights import Grant
from ticketing.team import Invitation
from ticketing.texts import email_of
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form
from web.languages import OWN_NAMES

SCOPES = {
    Scope.VIEW: (marked("View"), marked("See events, orders and figures.")),
    Scope.SCAN: (marked("Scan"), marked("View, and let people in at the doors.")),
    Scope.SELL: (marked("Sell"), marked("Scan, and take orders at the counter.")),
    Scope.MANAGE: (marked("Manage"), marked("Everything, also settings and money.")),
}
"""What each permission is called and allows, from least to most."""
SHORT = {scope.value: label for scope, (label, _) in SCOPES.items()}


@get("/organisations/{slug:str}/team")
async def index(request: Call, slug: FromPath[str]) -> Response[str]:
    """The people."""
    desk = await access.organisation(request, slug, Scope.MANAGE)
    people = await team.people(request.services.database, desk.reach.organisation_id)
    kept = not request.services.settings.smtp_url
    return pages.show(request, "team/index.html", desk, people=people, short=SHORT, mails_kept=kept)


@get("/organisations/{slug:str}/team/new")
async def new(request: Call, slug: FromPath[str]) -> Response[str]:
    """The page that asks whom to invite."""
    desk = await access.organisation(request, slug, Scope.MANAGE)
    return await _new_shown(request, desk, Form.of({"scope": Scope.VIEW}))


@post("/organisations/{slug:str}/team", status_code=200)
async def invite(request: Call, slug: FromPath[str]) -> Response[str] | Redirect:
    """Take people in, and write to them."""
    desk, form = await access.confirmed_manager(request, slug)
    owner = desk.reach.organisation_id
    _check_addresses(form)
    if form.mistakes:
        return await _new_shown(request, desk, form)
    try:
        wanted = _invitation(form, owner)
        emails = await team.invite(request.services.database, owner, wanted, desk.actor, request.now)
    except InputRefused as refusal:
        form.refused(refusal)
        return await _new_shown(request, desk, form)
    return pages.done(request, _path(slug), marked("Invited: {emails}."), emails=", ".join(emails)[:300])


@get("/organisations/{slug:str}/team/{staff_id:uuid}")
async def show(request: Call, slug: FromPath[str], staff_id: FromPath[UUID]) -> Response[str]:
    """Somebody, and what they may."""
    desk = await access.organisation(request, slug, Scope.MANAGE)
    database, owner = request.services.database, desk.reach.organisation_id
    person = await team.person(database, owner, staff_id)
    return pages.show(
        request, "team/show.html", desk, member=person,
        given=await grants.of_person(database, owner, staff_id),
        groups=await groups.of_person(database, owner, staff_id),
        all_groups=await groups.list_of(database, owner),
        **await choices(request, desk), form=Form(), mails_kept=not request.services.settings.smtp_url,
    )  # fmt: skip


@post("/organisations/{slug:str}/team/{staff_id:uuid}/grants", status_code=200)
async def give(request: Call, slug: FromPath[str], staff_id: FromPath[UUID]) -> Redirect:
    """Give somebody a permission."""
    desk, form = await access.confirmed_manager(request, slug)
    wanted = grant_typed(form, desk.reach.organisation_id, staff_id=staff_id)
    await grants.give(request.services.database, wanted, desk.actor, request.now)
    return pages.done(request, f"{_path(slug)}/{staff_id}", marked("The permission is given."))


@post("/organisations/{slug:str}/grants/{grant_id:uuid}/end", status_code=200)
async def end_grant(request: Call, slug: FromPath[str], grant_id: FromPath[UUID]) -> Redirect:
    """Take a permission back; to the page it was seen on."""
    desk, form = await access.confirmed_manager(request, slug)
    await grants.end(request.services.database, desk.reach.organisation_id, grant_id, desk.actor, request.now)
    return pages.done(
        request, pages.local_path(form.text("from"), _path(slug)), marked("The permission is taken back.")
    )


@post("/organisations/{slug:str}/team/{staff_id:uuid}/invitation", status_code=200)
async def invite_again(request: Call, slug: FromPath[str], staff_id: FromPath[UUID]) -> Redirect:
    """Write once more to somebody who has not opened the account."""
    desk, _form = await access.confirmed_manager(request, slug)
    owner = desk.reach.organisation_id
    await team.invite_again(request.services.database, owner, staff_id, desk.actor, request.now)
    return pages.done(request, f"{_path(slug)}/{staff_id}", marked("The invitation is sent again."))


@post("/organisations/{slug:str}/team/{staff_id:uuid}/disabling", status_code=200)
async def disable(request: Call, slug: FromPath[str], staff_id: FromPath[UUID]) -> Redirect:
    """Shut somebody out, at once."""
    desk, _form = await access.confirmed_manager(request, slug)
    await team.disable(request.services.database, desk.reach.organisation_id, staff_id, desk.actor, request.now)
    return pages.done(request, f"{_path(slug)}/{staff_id}", marked("Shut out, at once and everywhere here."))


@post("/organisations/{slug:str}/team/{staff_id:uuid}/enabling", status_code=200)
async def enable(request: Call, slug: FromPath[str], staff_id: FromPath[UUID]) -> Redirect:
    """Let somebody in again."""
    desk, _form = await access.confirmed_manager(request, slug)
    await team.enable(request.services.database, desk.reach.organisation_id, staff_id, desk.actor, request.now)
    return pages.done(request, f"{_path(slug)}/{staff_id}", marked("Let in again, with the same permissions."))


@post("/organisations/{slug:str}/team/{staff_id:uuid}/removal", status_code=200)
async def remove(request: Call, slug: FromPath[str], staff_id: FromPath[UUID]) -> Redirect:
    """Take somebody out of the team."""
    desk, _form = await access.confirmed_manager(request, slug)
    await team.remove(request.services.database, desk.reach.organisation_id, staff_id, desk.actor, request.now)
    return pages.done(request, _path(slug), marked("Removed from the team."))


@get("/organisations/{slug:str}/rules")
async def rules(request: Call, slug: FromPath[str]) -> Response[str]:
    """Permissions that go by a rule: to a domain, or to all members."""
    desk = await access.organisation(request, slug, Scope.MANAGE)
    return await _rules_shown(request, desk, Form())


@post("/organisations/{slug:str}/rules", status_code=200)
async def add_rule(request: Call, slug: FromPath[str]) -> Response[str] | Redirect:
    """Give a permission by a rule."""
    desk, form = await access.confirmed_manager(request, slug)
    owner, domain = desk.reach.organisation_id, form.text("email_domain")
    holder = {"members": True} if form.text("whom") == "members" else {"email_domain": domain}
    try:
        await grants.give(request.services.database, grant_typed(form, owner, **holder), desk.actor, request.now)
    except InputRefused as refusal:
        form.refused(refusal)
        return await _rules_shown(request, desk, form)
    return pages.done(request, f"/admin/organisations/{slug}/rules", marked("The permission is given."))


def grant_typed(form: Form, organisation_id: UUID, **holder: object) -> Grant:
    """The permission that a form asks for. NotFound for a place or a permission that no page of ours offers."""
    scope = form.text("scope")
    if scope not in set(Scope):
        raise NotFound(what="permission")
    kind, _, id = form.text("place").partition(":")
    place = {"box-office": "box_office_id", "event": "event_id"}.get(kind)
    if form.text("place") and place is None:
        raise NotFound(what="place")
    named = {place: _id(id)} if place else {}
    creates = form.text("creates_events") == "on"
    values: dict[str, Any] = named | holder
    return Grant(organisation_id=organisation_id, scope=Scope(scope), creates_events=creates, **values)


async def choices(call: Call, desk: Desk) -> dict[str, Any]:
    """What a form that gives a permission offers: places by box office, and permissions."""
    found = await grants.places(call.services.database, desk.reach.organisation_id)
    offices: dict[UUID, list[Place]] = {}
    for place in found:
        offices.setdefault(place.box_office_id, []).append(place)
    return {"offices": list(offices.values()), "scopes": SCOPES, "short": SHORT}


def _typed_addresses(form: Form) -> tuple[str, ...]:
    return tuple(one for one in re.split(r"[\s,;]+", form.text("emails")) if one)


def _check_addresses(form: Form) -> None:
    for one in _typed_addresses(form):
        try:
            email_of(one)
        except InputRefused:
            form.mistaken("emails", "{email} is not an e-mail address.", email=one[:100])


def _invitation(form: Form, organisation_id: UUID) -> Invitation:
    emails = _typed_addresses(form)
    chosen = tuple(_id(one) for one in form.texts("groups"))
    locale = form.text("locale") or None
    if not form.text("scope"):
        return Invitation(emails=emails, locale=locale, scope=None, groups=chosen)
    given = grant_typed(form, organisation_id, members=True)
    return Invitation(
        emails=emails, locale=locale, scope=given.scope, box_office_id=given.box_office_id, event_id=given.event_id,
        creates_events=given.creates_events, groups=chosen,
    )  # fmt: skip


async def _new_shown(call: Call, desk: Desk, form: Form) -> Response[str]:
    all_groups = await groups.list_of(call.services.database, desk.reach.organisation_id)
    show = pages.show_again if form.mistakes else pages.show
    context = await choices(call, desk) | {"form": form, "all_groups": all_groups, "languages": OWN_NAMES.items()}
    return show(call, "team/new.html", desk, **context)


async def _rules_shown(call: Call, desk: Desk, form: Form) -> Response[str]:
    every = await grants.list_of(call.services.database, desk.reach.organisation_id)
    given = [one for one in every if one.members or one.email_domain]
    show = pages.show_again if form.mistakes else pages.show
    return show(call, "team/rules.html", desk, form=form, given=given, **await choices(call, desk))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(what="place") from None


def _path(slug: str) -> str:
    return f"/admin/organisations/{slug}/team"
