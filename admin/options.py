"""The options of a tariff: those that stand alone, and groups of which one is chosen or none."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin import tariffs as tariff_pages
from admin.access import Desk
from ticketing import formats, options
from ticketing.options import OPTION_CENTS_MAX, Acting, Draft, Option, Options
from ticketing.refusals import EditedMeanwhile, InputRefused, Refusal
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form, field_money
from web.languages import NAMES

PAGE, EDIT = "tariffs/options.html", "tariffs/option.html"
Act = Callable[[Form, int], Awaitable[None]]


@get("/tariffs/{tariff_id:uuid}/options")
async def show(request: Call, tariff_id: FromPath[UUID]) -> Response[str]:
    """A tariff's options, and the forms for one more."""
    desk = await access.tariff(request, tariff_id, Scope.VIEW)
    around = await _around(request, desk, tariff_id)
    return pages.show(request, PAGE, desk, form=Form(), group_form=Form(), **around)


@post("/tariffs/{tariff_id:uuid}/options", status_code=200)
async def add(request: Call, tariff_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Add an option, from the next order on."""
    desk = await access.tariff(request, tariff_id, Scope.MANAGE)
    form = await request.typed()

    async def act(form: Form, version: int) -> None:
        draft = _draft(form, tariff_pages.currency(desk), request.visit.language)
        if draft is not None:
            await options.add(request.services.database, _as(request, desk, tariff_id, version), draft)

    if await _done(form, act):
        return pages.done(request, _path(tariff_id), "The option is added, from the next order on.")
    around = await _around(request, desk, tariff_id)
    form.compare({"version": around["tariff"].version})
    return pages.show_again(request, PAGE, desk, form=form, group_form=Form(), **around)


@post("/tariffs/{tariff_id:uuid}/option-groups", status_code=200)
async def add_group(request: Call, tariff_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Add a group, still without options."""
    desk = await access.tariff(request, tariff_id, Scope.MANAGE)
    form = await request.typed()

    async def act(form: Form, version: int) -> None:
        await options.add_group(request.services.database, _as(request, desk, tariff_id, version), _names(form))

    if await _done(form, act):
        return pages.done(request, _path(tariff_id), "The group is added: put options in it.")
    around = await _around(request, desk, tariff_id)
    return pages.show_again(request, PAGE, desk, form=Form(), group_form=form, **around)


@get("/tariffs/{tariff_id:uuid}/options/{option_id:uuid}")
async def edit(request: Call, tariff_id: FromPath[UUID], option_id: FromPath[UUID]) -> Response[str]:
    """The form of one option."""
    desk = await access.tariff(request, tariff_id, Scope.VIEW)
    around = await _around(request, desk, tariff_id)
    option = options.one(around["options"], option_id)
    form = Form.of(_fields(option, around))
    return pages.show(request, EDIT, desk, form=form, option=option, **around)


@post("/tariffs/{tariff_id:uuid}/options/{option_id:uuid}", status_code=200)
async def save(request: Call, tariff_id: FromPath[UUID], option_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Call an option otherwise, change its price for later orders."""
    desk = await access.tariff(request, tariff_id, Scope.MANAGE)
    form = await request.typed()
    around = await _around(request, desk, tariff_id)
    option, status = options.one(around["options"], option_id), 422
    draft = _draft(form, around["currency"], request.visit.language)
    version = form.number("version", 0, tariff_pages.VERSION_MAX)
    if draft is not None and version is not None:
        try:
            acting = _as(request, desk, tariff_id, version)
            await options.edit(request.services.database, acting, option_id, draft)
            return pages.done(request, _path(tariff_id), "The option is saved, for later orders.")
        except EditedMeanwhile as refusal:
            form.refused(refusal)
            form.compare(_fields(option, around))
            status = 409
        except Refusal as refusal:
            form.refused(refusal)
    return pages.show_again(request, EDIT, desk, status=status, form=form, option=option, **around)


@post("/tariffs/{tariff_id:uuid}/options/{option_id:uuid}/closure", status_code=200)
async def close(request: Call, tariff_id: FromPath[UUID], option_id: FromPath[UUID]) -> Redirect:
    """Sell an option no more, or again."""
    form, acting = await _acting(request, tariff_id)
    closed = form.text("closed") == "yes"
    await options.close(request.services.database, acting, option_id, closed)
    return pages.done(request, _path(tariff_id), "The option is closed." if closed else "The option is sold again.")


@post("/tariffs/{tariff_id:uuid}/options/{option_id:uuid}/moves", status_code=200)
async def move(request: Call, tariff_id: FromPath[UUID], option_id: FromPath[UUID]) -> Redirect:
    """Show an option one place further up or down."""
    form, acting = await _acting(request, tariff_id)
    await options.move(request.services.database, acting, option_id, form.text("direction") == "down")
    return pages.done(request, f"{_path(tariff_id)}#option-{option_id}")


@post("/tariffs/{tariff_id:uuid}/options/{option_id:uuid}/deletion", status_code=200)
async def delete(request: Call, tariff_id: FromPath[UUID], option_id: FromPath[UUID]) -> Redirect:
    """Delete an option that is on no ticket."""
    _, acting = await _acting(request, tariff_id)
    await options.delete(request.services.database, acting, option_id)
    return pages.done(request, _path(tariff_id), "The option is deleted.")


@post("/tariffs/{tariff_id:uuid}/option-groups/{option_group_id:uuid}", status_code=200)
async def rename_group(request: Call, tariff_id: FromPath[UUID], option_group_id: FromPath[UUID]) -> Redirect:
    """Call a group otherwise."""
    form, acting = await _acting(request, tariff_id)
    await options.rename_group(request.services.database, acting, option_group_id, _names(form))
    return pages.done(request, _path(tariff_id), "Saved.")


@post("/tariffs/{tariff_id:uuid}/option-groups/{option_group_id:uuid}/moves", status_code=200)
async def move_group(request: Call, tariff_id: FromPath[UUID], option_group_id: FromPath[UUID]) -> Redirect:
    """Show a group one place further up or down."""
    form, acting = await _acting(request, tariff_id)
    await options.move_group(request.services.database, acting, option_group_id, form.text("direction") == "down")
    return pages.done(request, f"{_path(tariff_id)}#group-{option_group_id}")


@post("/tariffs/{tariff_id:uuid}/option-groups/{option_group_id:uuid}/deletion", status_code=200)
async def delete_group(request: Call, tariff_id: FromPath[UUID], option_group_id: FromPath[UUID]) -> Redirect:
    """Delete a group with its options, while none of them is on a ticket."""
    _, acting = await _acting(request, tariff_id)
    await options.delete_group(request.services.database, acting, option_group_id)
    return pages.done(request, _path(tariff_id), "The group is deleted.")


async def _acting(request: Call, tariff_id: UUID) -> tuple[Form, Acting]:
    """The form of one button, and who presses it, at the version that they were looking at."""
    desk = await access.tariff(request, tariff_id, Scope.MANAGE)
    form = await request.typed()
    return form, _as(request, desk, tariff_id, _version(form))


def _as(request: Call, desk: Desk, tariff_id: UUID, version: int) -> Acting:
    return Acting(desk.reach.organisation_id, tariff_id, version, desk.actor, request.now)


def _version(form: Form) -> int:
    version = form.number("version", 0, tariff_pages.VERSION_MAX)
    if version is None:
        raise InputRefused(problem="This is not a form that a page of ours sends.", where="version")
    return version


async def _done(form: Form, act: Act) -> bool:
    """Whether it was done; mistakes are in the form."""
    version = form.number("version", 0, tariff_pages.VERSION_MAX)
    try:
        if version is not None:
            await act(form, version)
    except Refusal as refusal:
        form.refused(refusal)
    return not form.mistakes


def _path(tariff_id: UUID) -> str:
    return f"/admin/tariffs/{tariff_id}/options"


def _names(form: Form) -> dict[str, str]:
    return {tag.value: form.text(f"name_{tag.value}") for tag in NAMES}


def _draft(form: Form, currency: str, language: str) -> Draft | None:
    cents = form.money("price", currency)
    if cents is not None and abs(cents) > OPTION_CENTS_MAX:
        most = formats.money(OPTION_CENTS_MAX, currency, language)
        form.mistaken("price", "An option costs, or takes off, {most} at most.", most=most)
    try:
        group_id = UUID(form.text("group")) if form.text("group") else None
    except ValueError:
        form.mistaken("group", "Choose one of these.")
        return None
    if cents is None or form.mistakes:
        return None
    return Draft(names=_names(form), price_cents=cents, group_id=group_id)


def _fields(option: Option, around: dict[str, Any]) -> dict[str, Any]:
    names = {f"name_{tag.value}": option.names.get(tag.value, "") for tag in NAMES}
    return names | {
        "price": field_money(option.price_cents, around["currency"]),
        "group": option.group_id,
        "version": around["tariff"].version,
    }


async def _around(request: Call, desk: Desk, tariff_id: UUID) -> dict[str, Any]:
    around = await tariff_pages.of(request, desk, tariff_id, "options")
    found: Options = await options.of_tariff(request.services.database, tariff_id)
    return around | {"options": found, "languages": await tariff_pages.languages(request, desk)}
