"""API keys: what programs and machines act with for an organisation. Made, shown once, bounded, revoked."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, history, pages
from admin.access import Desk
from ticketing import organisations, tokens
from ticketing.ids import new_id
from ticketing.refusals import (
    AlreadyExists,
    EditedMeanwhile,
    InputRefused,
    Refusal,
    TooManyKeys,
    WrongState,
)
from ticketing.tokens import Scope, Token, TokenChoice
from web.call import Call
from web.forms import Form

LIST, NEW, CREATED, ONE = (f"api_keys/{page}.html" for page in ("index", "new", "created", "show"))


@get("/organisations/{slug:str}/api-keys")
async def index(request: Call, slug: FromPath[str]) -> Response[str]:
    """An organisation's keys, those in use first."""
    desk = await access.organisation(request, slug, Scope.MANAGE)
    database, organisation_id = request.services.database, desk.reach.organisation_id
    every = await tokens.list_of(database, organisation_id)
    in_use = [key for key in every if key.revoked_at is None]
    revoked = sorted((key for key in every if key.revoked_at), key=lambda key: key.revoked_at or key.created_at)
    zone = await organisations.time_zone(database, organisation_id)
    return pages.show(request, LIST, desk, in_use=in_use, revoked=revoked[::-1], zone=zone)


@get("/organisations/{slug:str}/api-keys/new")
async def new(request: Call, slug: FromPath[str]) -> Response[str]:
    """The form for a new key."""
    desk = await access.organisation(request, slug, Scope.MANAGE)
    form = Form.of({"id": new_id(), "scope": Scope.VIEW})
    return pages.show(request, NEW, desk, form=form, address=request.whole_address)


@post("/organisations/{slug:str}/api-keys", status_code=200)
async def create(request: Call, slug: FromPath[str]) -> Response[str] | Redirect:
    """Make a key and show its secret, here and now only. The same form sent again makes no second one."""
    desk, form = await access.confirmed_manager(request, slug)
    database, organisation_id = request.services.database, desk.reach.organisation_id
    choice, token_id = _choice(form), _id(form)
    try:
        if choice is not None:
            made, secret = await tokens.issue(database, organisation_id, token_id, choice, desk.actor, request.now)
            url = request.services.site_url
            return pages.show(request, CREATED, desk, status=201, key=made, secret=secret, site_url=url)
    except AlreadyExists:
        return pages.done(request, _list(desk), "This key was made already. Its secret is not shown a second time.")
    except (InputRefused, TooManyKeys) as refusal:
        form.refused(refusal)
    return pages.show_again(request, NEW, desk, form=form, address=request.whole_address)


@get("/api-keys/{token_id:uuid}")
async def show(request: Call, token_id: FromPath[UUID]) -> Response[str]:
    """A key: what it may, when it was used, its history."""
    desk = await access.token(request, token_id, Scope.MANAGE)
    key = await tokens.get(request.services.database, desk.reach.organisation_id, token_id)
    return await _one(request, desk, key, Form.of(_fields(key)))


@post("/api-keys/{token_id:uuid}", status_code=200)
async def update(request: Call, token_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Rename a key, or bound it otherwise."""
    desk = await access.token(request, token_id, Scope.MANAGE)
    form = await request.typed()
    await access.confirmed(request, desk.session, form)
    database, organisation_id = request.services.database, desk.reach.organisation_id
    choice, version, status = _choice(form), form.number("version", 1, 2**31 - 1), 422
    try:
        if choice is not None and version is not None:
            await tokens.change(database, organisation_id, token_id, version, choice, desk.actor, request.now)
            return pages.done(request, _page(token_id), "Saved. It holds within seconds.")
    except EditedMeanwhile as refusal:
        form.refused(refusal)
        form.compare(_fields(await tokens.get(database, organisation_id, token_id)))
        status = 409
    except Refusal as refusal:
        if not isinstance(refusal, InputRefused | WrongState):
            raise
        form.refused(refusal)
    key = await tokens.get(database, organisation_id, token_id)
    return await _one(request, desk, key, form, status)


@post("/api-keys/{token_id:uuid}/revocation", status_code=200)
async def revoke(request: Call, token_id: FromPath[UUID]) -> Redirect:
    """End a key, for good."""
    desk = await access.token(request, token_id, Scope.MANAGE)
    form = await request.typed()
    await access.confirmed(request, desk.session, form)
    organisation_id = desk.reach.organisation_id
    await tokens.revoke(request.services.database, organisation_id, token_id, request.now, desk.actor)
    return pages.done(request, _list(desk), "The key is revoked. It stops working within seconds.")


async def _one(call: Call, desk: Desk, key: Token, form: Form, status: int = 200) -> Response[str]:
    zone = await organisations.time_zone(call.services.database, desk.reach.organisation_id)
    past = await history.of(call, desk, "token", key.id, zone)
    return pages.show(
        call, ONE, desk, status=status, key=key, form=form, zone=zone, history=past, address=call.whole_address
    )


def _fields(key: Token) -> dict[str, object]:
    """A key as its form has it. A scope of `sell` is to scan, and to sell."""
    return {
        "name": key.name,
        "scope": Scope.SCAN if key.scope is Scope.SELL else key.scope,
        "may_sell": key.may_sell,
        "networks": "\n".join(key.networks),
        "version": key.version,
    }


def _choice(form: Form) -> TokenChoice | None:
    """What was decided of a key; None with the mistakes noted."""
    try:
        networks = tokens.networks_of(form.text("networks"))
    except InputRefused as refusal:
        form.refused(refusal)
        networks = ()
    return form.read_as(TokenChoice, may_sell=form.text("may_sell") == "on", networks=networks)


def _id(form: Form) -> UUID:
    """The id that the page gave the key, so that the form sent twice makes one; another for a page that gave none."""
    try:
        return UUID(form.text("id"))
    except ValueError:
        return new_id()


def _list(desk: Desk) -> str:
    return f"/admin/organisations/{desk.reach.organisation_slug}/api-keys"


def _page(token_id: UUID) -> str:
    return f"/admin/api-keys/{token_id}"
