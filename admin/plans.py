"""Plans: a plan's versions and who uses them, a version's map, its files; new versions by upload, looked at first."""

import asyncio
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin.access import Desk
from engine.plan import files, model, placeur_json
from engine.plan.files import Format
from printing.plan_pictures import picture as drawn
from ticketing import drawings, plan_drafts, plans, venues
from ticketing.plans import PlanVersion
from ticketing.refusals import NotFound, PlanRefused, Refusal
from ticketing.tokens import Scope
from web.answers import attached
from web.call import Call
from web.documents import JSON, SVG
from web.forms import Form

FORM, DRAFT, SHOW, VERSION = "plans/form.html", "plans/draft.html", "plans/show.html", "plans/version.html"
USES_MAX = 200
FINDINGS_SHOWN_MAX = 200
FORM_BYTES_MAX = 1 << 16
"""What a form has beside its file."""
ENDINGS = {Format.PLACEUR: "json", Format.OPEN: "open.json", Format.ROWS: "csv", Format.SVG: "svg"}
MEDIA_TYPES = {Format.PLACEUR: JSON, Format.OPEN: JSON, Format.ROWS: "text/csv", Format.SVG: SVG}


@get("/venues/{venue_id:uuid}/plans/new")
async def new(request: Call, venue_id: FromPath[UUID]) -> Response[str]:
    """The form for a plan file."""
    desk = await access.venue(request, venue_id, Scope.MANAGE)
    form = Form.of({"plan_name": request.query_params.get("plan", "")})
    return pages.show(request, FORM, desk, **await about_upload(request, desk, venue_id, form))


@post("/venues/{venue_id:uuid}/plan-drafts", status_code=200)
async def upload(request: Call, venue_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Read and mend a plan file, and keep it as a draft."""
    desk = await access.venue(request, venue_id, Scope.MANAGE)
    form = await request.typed(request.services.settings.plan_bytes_max + FORM_BYTES_MAX)
    file = form.files.get("file")
    if not form.text("plan_name").strip():
        form.mistaken("plan_name", "This is needed.")
    if file is None or not file.content:
        form.mistaken("file", "Choose a file.")
    elif not form.mistakes:
        try:
            sent = (venue_id, form.text("plan_name"), file.name, file.content)
            owner = desk.reach.organisation_id
            draft = await plan_drafts.keep(request.services.database, owner, *sent, desk.actor, request.now)
            return pages.done(request, f"/admin/venues/{venue_id}/plan-drafts/{draft}")
        except Refusal as refusal:
            file_refused(form, refusal)
    return pages.show_again(request, FORM, desk, **await about_upload(request, desk, venue_id, form))


@get("/venues/{venue_id:uuid}/plan-drafts/{draft_id:uuid}")
async def draft(request: Call, venue_id: FromPath[UUID], draft_id: FromPath[UUID]) -> Response[str]:
    """What was read, what the doctor mended, and what confirming it would change."""
    desk = await access.venue(request, venue_id, Scope.MANAGE)
    database, owner = request.services.database, desk.reach.organisation_id
    found = await plan_drafts.get(database, owner, venue_id, draft_id)
    groups: dict[str, list[object]] = {}
    for finding in found.findings:
        groups.setdefault(finding.flaw.value, []).append(finding)
    return pages.show(
        request, DRAFT, desk, draft=found, groups=groups, shown_max=FINDINGS_SHOWN_MAX,
        venue=await venues.get(database, owner, venue_id), compared=await plan_drafts.compare(database, owner, found),
    )  # fmt: skip


@get("/venues/{venue_id:uuid}/plan-drafts/{draft_id:uuid}/picture")
async def draft_picture(request: Call, venue_id: FromPath[UUID], draft_id: FromPath[UUID]) -> Response[bytes]:
    """The draft as a picture."""
    desk = await access.venue(request, venue_id, Scope.MANAGE)
    found = await plan_drafts.get(request.services.database, desk.reach.organisation_id, venue_id, draft_id)
    svg = await asyncio.to_thread(lambda: drawn(placeur_json.read(found.document)))
    return Response(svg, media_type=SVG)


@post("/venues/{venue_id:uuid}/plan-drafts/{draft_id:uuid}/confirmation", status_code=200)
async def confirm(request: Call, venue_id: FromPath[UUID], draft_id: FromPath[UUID]) -> Redirect:
    """Make the draft a version."""
    desk = await access.venue(request, venue_id, Scope.MANAGE)
    await request.typed()
    owner = desk.reach.organisation_id
    version = await plan_drafts.confirm(request.services.database, owner, venue_id, draft_id, desk.actor, request.now)
    path = f"/admin/plans/{version.plan_id}/versions/{version.number}"
    return pages.done(request, path, "Version {number} of {name} is here.", number=version.number, name=version.name)


@post("/venues/{venue_id:uuid}/plan-drafts/{draft_id:uuid}/deletion", status_code=200)
async def drop(request: Call, venue_id: FromPath[UUID], draft_id: FromPath[UUID]) -> Redirect:
    """Forget the draft."""
    desk = await access.venue(request, venue_id, Scope.MANAGE)
    await request.typed()
    await plan_drafts.drop(request.services.database, desk.reach.organisation_id, venue_id, draft_id)
    return pages.done(request, f"/admin/venues/{venue_id}", "The file is dropped; nothing was changed.")


@get("/plans/{plan_id:uuid}")
async def show(request: Call, plan_id: FromPath[UUID]) -> Response[str]:
    """A plan: its versions, and the performances on them."""
    desk = await access.plan(request, plan_id)
    database, owner = request.services.database, desk.reach.organisation_id
    plan = await plans.named(database, owner, plan_id)
    return pages.show(
        request, SHOW, desk, plan=plan, versions=await plans.versions_of(database, owner, plan_id),
        drawing=await drawings.of_plan(database, owner, plan_id) if desk.may(Scope.MANAGE) else None,
        venue=await venues.get(database, owner, plan.venue_id),
        counts=await plans.use_counts(database, owner, plan_id),
        uses=await plans.uses_of(database, owner, plan_id, USES_MAX), uses_max=USES_MAX,
    )  # fmt: skip


@post("/plans/{plan_id:uuid}/deletion", status_code=200)
async def delete(request: Call, plan_id: FromPath[UUID]) -> Redirect:
    """Forget a plan that nothing was ever put on."""
    desk = await access.plan(request, plan_id, Scope.MANAGE)
    await request.typed()
    database, owner = request.services.database, desk.reach.organisation_id
    venue_id = (await plans.named(database, owner, plan_id)).venue_id
    await plans.delete(database, owner, plan_id, desk.actor, request.now)
    return pages.done(request, f"/admin/venues/{venue_id}", "The plan and its versions are deleted.")


@get("/plans/{plan_id:uuid}/versions/{version_number:int}")
async def version(request: Call, plan_id: FromPath[UUID], version_number: FromPath[int]) -> Response[str]:
    """A version: its map, its files, the performances on it."""
    desk = await access.plan(request, plan_id)
    database, owner = request.services.database, desk.reach.organisation_id
    found = await _version(request, desk, plan_id, version_number)
    uses = await plans.uses_of(database, owner, plan_id, USES_MAX, version_number)
    return pages.show(
        request, VERSION, desk, version=found, uses=uses, formats=await _formats(request, found),
        venue=await venues.get(database, owner, found.venue_id),
    )  # fmt: skip


@get("/plans/{plan_id:uuid}/versions/{version_number:int}/files/{format_name:str}")
async def file(
    request: Call, plan_id: FromPath[UUID], version_number: FromPath[int], format_name: FromPath[str]
) -> Response[bytes]:
    """A version in one of the formats plans are read from."""
    desk = await access.plan(request, plan_id)
    if format_name not in list(Format):
        raise NotFound(what="format")
    found = await _version(request, desk, plan_id, version_number)
    document = await plans.document(request.services.database, found.hash)
    try:
        written = await asyncio.to_thread(lambda: files.write(placeur_json.read(document), Format(format_name)))
    except model.PlanRefused as refused:
        raise PlanRefused(problem=refused.problem, where=refused.place) from None
    name = f"{found.name}-{found.number}.{ENDINGS[Format(format_name)]}"
    return Response(written, media_type=MEDIA_TYPES[Format(format_name)], headers=attached(name))


async def about_upload(call: Call, desk: Desk, venue_id: UUID, form: Form) -> dict[str, Any]:
    """What the forms that begin a plan show."""
    database, owner = call.services.database, desk.reach.organisation_id
    known = {version.name for version in await plans.list_of(database, owner, venue_id)}
    bytes_max = call.services.settings.plan_bytes_max
    return {
        "form": form,
        "venue": await venues.get(database, owner, venue_id),
        "names": sorted(known),
        "megabytes_max": bytes_max // (1024 * 1024),
    }


async def _version(call: Call, desk: Desk, plan_id: UUID, number: int) -> PlanVersion:
    versions = await plans.versions_of(call.services.database, desk.reach.organisation_id, plan_id)
    found = next((one for one in versions if one.number == number), None)
    if found is None:
        raise NotFound(what="plan version")
    return found


async def _formats(call: Call, version: PlanVersion) -> list[Format]:
    """The formats that can hold this plan: a row list only holds stands and sectors."""
    document = await plans.document(call.services.database, version.hash)
    rows = await asyncio.to_thread(lambda: _stands(placeur_json.read(document)))
    return [Format.PLACEUR, Format.OPEN, Format.SVG, *([Format.ROWS] if rows else [])]


def _stands(plan: model.Plan) -> bool:
    try:
        files.write(plan, Format.ROWS)
    except model.PlanRefused:
        return False
    return plan.seat_count > 0


def file_refused(form: Form, refusal: Refusal) -> None:
    """Note why a file was not taken: beside the file, with the place in it, or beside the field that is named."""
    if isinstance(refusal, PlanRefused):
        form.mistaken("file", type(refusal).__doc__ or "", **refusal.fields)
    else:
        form.refused(refusal)
