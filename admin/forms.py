"""Forms: the list of a box office, a form with its fields and how shoppers see it, and which one orders are asked."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin.access import Desk
from admin.menu import marked
from ticketing import forms
from ticketing.forms import Kind, Media, OnTicket
from ticketing.refusals import EditedMeanwhile, Refusal
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form
from web.languages import NAMES

LIST, NEW, SHOW, ORDERS = "forms/index.html", "forms/new.html", "forms/show.html", "forms/of_orders.html"
KINDS = {
    Kind.TEXT: (marked("Text, one line"), "letter-case", marked("A name, a club, a number plate.")),
    Kind.LONG_TEXT: (marked("Text, several lines"), "align-left", marked("A remark, an allergy, a dedication.")),
    Kind.SELECT: (marked("Drop-down list"), "select", marked("One of many options.")),
    Kind.RADIO: (marked("Radio buttons"), "circle-dot", marked("One of a few options, all in sight.")),
    Kind.CHECKBOXES: (marked("Boxes to tick"), "checkbox", marked("None, some or all. Mandatory means every box.")),
    Kind.EMAIL: (marked("E-mail address"), "mail", marked("Of somebody else than the buyer.")),
    Kind.TELEPHONE: (marked("Telephone number"), "phone", marked("Checked, and kept with its country code.")),
    Kind.DATE: (marked("Date"), "calendar", marked("A birthday, an arrival; with bounds.")),
    Kind.NUMBER: (marked("Number"), "number", marked("With bounds.")),
    Kind.FILE: (marked("File"), "paperclip", marked("A PDF or a picture.")),
}
"""What a kind is called, its icon, and what it is for."""
ON_TICKET = {
    OnTicket.NO: marked("Not shown"),
    OnTicket.LINE: marked("On a line of its own"),
    OnTicket.HOLDER: marked("As the holder’s name"),
}
MEDIA = {Media.PDF: "PDF", Media.PNG: "PNG", Media.JPEG: "JPEG"}


@get("/box-offices/{key:str}/forms")
async def index(request: Call, key: FromPath[str]) -> Response[str]:
    """A box office's forms, and where each is asked."""
    desk = await access.box_office(request, key, Scope.VIEW)
    found = await forms.list_of(request.services.database, *_here(desk))
    return pages.show(request, LIST, desk, forms=found)


@get("/box-offices/{key:str}/forms/new")
async def new(request: Call, key: FromPath[str]) -> Response[str]:
    """What a form is called, to begin with."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    return pages.show(request, NEW, desk, form=Form())


@post("/box-offices/{key:str}/forms", status_code=200)
async def create(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Make a form, and go on to its fields."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, here = await request.typed(), _here(desk)
    try:
        made = await forms.create(request.services.database, *here, form.text("name"), desk.actor, request.now)
    except Refusal as refusal:
        form.refused(refusal)
        return pages.show_again(request, NEW, desk, form=form)
    return pages.done(request, f"/admin/forms/{made}", "The form is here. Add what you want to ask.")


@get("/forms/{form_id:uuid}")
async def show(request: Call, form_id: FromPath[UUID]) -> Response[str]:
    """A form: its fields, where it is asked, and how a shopper sees it."""
    desk = await access.form(request, form_id, Scope.VIEW)
    return pages.show(request, SHOW, desk, **await _shown(request, desk, form_id))


@post("/forms/{form_id:uuid}", status_code=200)
async def rename(request: Call, form_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Call a form otherwise."""
    desk = await access.form(request, form_id, Scope.MANAGE)
    form, owner = await request.typed(), desk.reach.organisation_id
    database, version = request.services.database, form.number("version", 1, 1 << 30) or 0
    try:
        await forms.rename(database, owner, form_id, form.text("name"), version, desk.actor, request.now)
        return pages.done(request, f"/admin/forms/{form_id}", "Saved.")
    except EditedMeanwhile as refusal:
        form.refused(refusal)
        shown = await _shown(request, desk, form_id)
        form.others["name"] = shown["asked"].name
        return pages.show_again(request, SHOW, desk, **shown | {"form": form})
    except Refusal as refusal:
        form.refused(refusal)
        return pages.show_again(request, SHOW, desk, **await _shown(request, desk, form_id) | {"form": form})


@post("/forms/{form_id:uuid}/removal", status_code=200)
async def remove(request: Call, form_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Delete a form that is asked nowhere and was never answered."""
    desk = await access.form(request, form_id, Scope.MANAGE)
    form, owner = await request.typed(), desk.reach.organisation_id
    try:
        await forms.remove(request.services.database, owner, form_id, desk.actor, request.now)
    except Refusal as refusal:
        shown = await _shown(request, desk, form_id)
        form.refused(refusal)
        return pages.show_again(request, SHOW, desk, **shown | {"form": _with_name(form, shown["asked"].name)})
    return pages.done(request, f"/admin/box-offices/{desk.reach.box_office_key}/forms", "The form is deleted.")


@get("/box-offices/{key:str}/order-form")
async def ask_orders(request: Call, key: FromPath[str]) -> Response[str]:
    """Which form every order of the box office is asked."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    found = await forms.list_of(request.services.database, *_here(desk))
    chosen = next((str(form.id) for form in found if form.of_orders), "")
    return pages.show(request, ORDERS, desk, forms=found, form=Form.of({"form_id": chosen}))


@post("/box-offices/{key:str}/order-form", status_code=200)
async def set_for_orders(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Ask a form with every order, or none."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, (_, box_office_id) = await request.typed(), _here(desk)
    database = request.services.database
    await forms.link_box_office(database, box_office_id, chosen_form(form), desk.actor, request.now)
    return pages.done(request, f"/admin/box-offices/{key}/forms", "Saved.")


def chosen_form(form: Form) -> UUID | None:
    """The form that a page chose; None for none. What is no id names no form, and is not found."""
    text = form.text("form_id")
    try:
        return UUID(text) if text else None
    except ValueError:
        return UUID(int=0)


def _here(desk: Desk) -> tuple[UUID, UUID]:
    assert desk.reach.box_office_id is not None, "a form is in a box office"
    return desk.reach.organisation_id, desk.reach.box_office_id


async def _shown(request: Call, desk: Desk, form_id: UUID) -> dict[str, Any]:
    database = request.services.database
    asked = await forms.get(database, desk.reach.organisation_id, form_id)
    tongue = request.query_params.get("shown", "")
    return {
        "asked": asked,
        "uses": await forms.uses(database, form_id),
        "answered": any(field.answered for field in asked.fields),
        "form": _with_name(Form(), asked.name),
        "tongue": tongue if tongue in NAMES else asked.language,
        "kinds": KINDS,
        "on_ticket": ON_TICKET,
        "languages": NAMES,
    }


def _with_name(form: Form, name: str) -> Form:
    """A form of its own mistakes, with the name as it is stored."""
    filled = Form.of({"name": name})
    filled.mistakes = form.mistakes
    return filled
