"""Groups of a team: who belongs to each, and what all of them may."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin.access import Desk
from admin.menu import marked
from admin.team import choices, grant_typed
from ticketing import grants, groups, team
from ticketing.refusals import AlreadyExists, InputRefused
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form


@get("/organisations/{slug:str}/groups")
async def index(request: Call, slug: FromPath[str]) -> Response[str]:
    """The groups."""
    desk = await access.organisation(request, slug, Scope.MANAGE)
    return await _listed(request, desk, Form())


@post("/organisations/{slug:str}/groups", status_code=200)
async def create(request: Call, slug: FromPath[str]) -> Response[str] | Redirect:
    """Make a group."""
    desk, form = await access.confirmed_manager(request, slug)
    owner = desk.reach.organisation_id
    try:
        made = await groups.create(request.services.database, owner, form.text("name"), desk.actor, request.now)
    except (InputRefused, AlreadyExists) as refusal:
        form.refused(refusal)
        return await _listed(request, desk, form)
    return pages.done(request, f"{_path(slug)}/{made}", marked("The group is made. Add its people and permissions."))


@get("/organisations/{slug:str}/groups/{group_id:uuid}")
async def show(request: Call, slug: FromPath[str], group_id: FromPath[UUID]) -> Response[str]:
    """One group."""
    desk = await access.organisation(request, slug, Scope.MANAGE)
    group = await groups.get(request.services.database, desk.reach.organisation_id, group_id)
    return await _shown(request, desk, group_id, Form.of({"name": group.name}))


@post("/organisations/{slug:str}/groups/{group_id:uuid}", status_code=200)
async def rename(request: Call, slug: FromPath[str], group_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Call it otherwise."""
    desk, form = await access.confirmed_manager(request, slug)
    database, owner = request.services.database, desk.reach.organisation_id
    await groups.get(database, owner, group_id)
    try:
        await groups.rename(database, owner, group_id, form.text("name"), desk.actor, request.now)
    except (InputRefused, AlreadyExists) as refusal:
        form.refused(refusal)
        return await _shown(request, desk, group_id, form)
    return pages.done(request, f"{_path(slug)}/{group_id}", marked("Saved."))


@post("/organisations/{slug:str}/groups/{group_id:uuid}/deletion", status_code=200)
async def delete(request: Call, slug: FromPath[str], group_id: FromPath[UUID]) -> Redirect:
    """End it, with its permissions."""
    desk, _form = await access.confirmed_manager(request, slug)
    await groups.delete(request.services.database, desk.reach.organisation_id, group_id, desk.actor, request.now)
    return pages.done(request, _path(slug), marked("The group is deleted. Its people stay in the team."))


@post("/organisations/{slug:str}/groups/{group_id:uuid}/members", status_code=200)
async def join(request: Call, slug: FromPath[str], group_id: FromPath[UUID]) -> Redirect:
    """Take somebody in."""
    desk, form = await access.confirmed_manager(request, slug)
    database, owner = request.services.database, desk.reach.organisation_id
    await groups.get(database, owner, group_id)
    every = {str(person.id): person.id for person in await team.people(database, owner)}
    if chosen := every.get(form.text("person")):
        await groups.join(database, owner, group_id, chosen, desk.actor, request.now)
    return pages.done(request, pages.local_path(form.text("from"), f"{_path(slug)}/{group_id}"))


@post("/organisations/{slug:str}/groups/{group_id:uuid}/members/{staff_id:uuid}/removal", status_code=200)
async def leave(request: Call, slug: FromPath[str], group_id: FromPath[UUID], staff_id: FromPath[UUID]) -> Redirect:
    """Take somebody out."""
    desk, form = await access.confirmed_manager(request, slug)
    database, owner = request.services.database, desk.reach.organisation_id
    await groups.leave(database, owner, group_id, staff_id, desk.actor, request.now)
    return pages.done(request, pages.local_path(form.text("from"), f"{_path(slug)}/{group_id}"))


@post("/organisations/{slug:str}/groups/{group_id:uuid}/grants", status_code=200)
async def give(request: Call, slug: FromPath[str], group_id: FromPath[UUID]) -> Redirect:
    """Give all of them a permission."""
    desk, form = await access.confirmed_manager(request, slug)
    wanted = grant_typed(form, desk.reach.organisation_id, group_id=group_id)
    await grants.give(request.services.database, wanted, desk.actor, request.now)
    return pages.done(request, f"{_path(slug)}/{group_id}", marked("The permission is given."))


async def _listed(call: Call, desk: Desk, form: Form) -> Response[str]:
    found = await groups.list_of(call.services.database, desk.reach.organisation_id)
    show = pages.show_again if form.mistakes else pages.show
    return show(call, "groups/index.html", desk, form=form, groups=found)


async def _shown(call: Call, desk: Desk, group_id: UUID, form: Form) -> Response[str]:
    database, owner = call.services.database, desk.reach.organisation_id
    group, members = await groups.get(database, owner, group_id), await groups.members(database, owner, group_id)
    inside = {member.id for member in members}
    context = await choices(call, desk) | {
        "form": form,
        "group": group,
        "members": members,
        "others": [person for person in await team.people(database, owner) if person.id not in inside],
        "given": [one for one in await grants.list_of(database, owner) if one.group_id == group_id],
    }
    show = pages.show_again if form.mistakes else pages.show
    return show(call, "groups/show.html", desk, **context)


def _path(slug: str) -> str:
    return f"/admin/organisations/{slug}/groups"
