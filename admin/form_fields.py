"""The fields of forms: added, changed with a preview beside, taken away, brought back."""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import phonenumbers
from babel import Locale
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin.access import Desk
from admin.forms import KINDS, MEDIA, ON_TICKET
from ticketing import forms
from ticketing.forms import Field, FieldValues, Kind, Limits, Media, OnTicket, Option
from ticketing.refusals import EditedMeanwhile, Refusal
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form, field_number
from web.languages import NAMES

EDIT, KIND, PREVIEW = "forms/field.html", "forms/kind.html", "forms/preview.html"
MEGABYTE = 1024 * 1024
BLANK_OPTIONS = 2
OPTIONS = ("option_key", "option_en", "option_fr")


@get("/forms/{form_id:uuid}/fields/new")
async def new(request: Call, form_id: FromPath[UUID]) -> Response[str]:
    """First which kind of field, then the field."""
    desk = await access.form(request, form_id, Scope.MANAGE)
    asked = await forms.get(request.services.database, desk.reach.organisation_id, form_id)
    if request.query_params.get("kind") not in set(Kind):
        return pages.show(request, KIND, desk, asked=asked, kinds=KINDS)
    kind = Kind(request.query_params["kind"])
    numbered = [field.position for field in asked.shown if field.position]
    position = max(numbered, default=0) + 1
    form = _filled(FieldValues(kind=kind, labels={}, position=min(position, forms.POSITION_MAX)), 1)
    return pages.show(request, EDIT, desk, **_around(request, asked, None, kind, form))


@post("/forms/{form_id:uuid}/fields", status_code=200)
async def create(request: Call, form_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Add a field."""
    desk = await access.form(request, form_id, Scope.MANAGE)
    form, owner, database = await request.typed(), desk.reach.organisation_id, request.services.database
    values = _values(form)
    try:
        if not form.mistakes:
            await forms.add_field(database, owner, form_id, values, desk.actor, request.now)
            return pages.done(request, f"/admin/forms/{form_id}", "The field is added.")
    except Refusal as refusal:
        form.refused(refusal)
    asked = await forms.get(database, owner, form_id)
    return pages.show_again(request, EDIT, desk, **_around(request, asked, None, values.kind, form))


@post("/forms/{form_id:uuid}/fields/preview", status_code=200)
async def preview(request: Call, form_id: FromPath[UUID]) -> Response[str]:
    """How a shopper would see the field that is being typed."""
    desk = await access.form(request, form_id, Scope.MANAGE)
    form = await request.typed()
    asked = await forms.get(request.services.database, desk.reach.organisation_id, form_id)
    around = _around(request, asked, None, _values(form).kind, form)
    return pages.show(request, PREVIEW, desk, **around)


@get("/form-fields/{field_id:uuid}")
async def edit(request: Call, field_id: FromPath[UUID]) -> Response[str]:
    """A field, to be changed; of another kind while nobody has answered it."""
    desk = await access.form_field(request, field_id, Scope.MANAGE)
    asked, field = await _found(request, desk, field_id)
    wanted = request.query_params.get("kind")
    kind = Kind(wanted) if wanted in set(Kind) and not field.answered else field.kind
    return pages.show(request, EDIT, desk, **_around(request, asked, field, kind, _filled(field, field.version)))


@post("/form-fields/{field_id:uuid}", status_code=200)
async def update(request: Call, field_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Change a field."""
    desk = await access.form_field(request, field_id, Scope.MANAGE)
    form, owner = await request.typed(), desk.reach.organisation_id
    values, status = _values(form), 422
    version = form.number("version", 1, 1 << 30) or 0
    try:
        if not form.mistakes:
            database = request.services.database
            await forms.change_field(database, owner, field_id, values, version, desk.actor, request.now)
            asked, _ = await _found(request, desk, field_id)
            return pages.done(request, f"/admin/forms/{asked.id}", "Saved.")
    except EditedMeanwhile as refusal:
        form.refused(refusal)
        status = 409
    except Refusal as refusal:
        form.refused(refusal)
    asked, field = await _found(request, desk, field_id)
    if status == EditedMeanwhile.status:
        form = _against(form, _filled(field, field.version))
    answer = pages.show_again(request, EDIT, desk, **_around(request, asked, field, values.kind, form))
    answer.status_code = status
    return answer


@post("/form-fields/{field_id:uuid}/removal", status_code=200)
async def take_away(request: Call, field_id: FromPath[UUID]) -> Redirect:
    """Delete a field, or hide it when it has answers."""
    desk = await access.form_field(request, field_id, Scope.MANAGE)
    await request.typed()
    asked, _ = await _found(request, desk, field_id)
    owner = desk.reach.organisation_id
    deleted = await forms.take_away(request.services.database, owner, field_id, desk.actor, request.now)
    if deleted:
        return pages.done(request, f"/admin/forms/{asked.id}", "The field is deleted.")
    return pages.done(request, f"/admin/forms/{asked.id}", "The field is no longer asked. Its answers are kept.")


@post("/form-fields/{field_id:uuid}/return", status_code=200)
async def bring_back(request: Call, field_id: FromPath[UUID]) -> Redirect:
    """Ask a hidden field again."""
    desk = await access.form_field(request, field_id, Scope.MANAGE)
    await request.typed()
    asked, _ = await _found(request, desk, field_id)
    await forms.bring_back(request.services.database, desk.reach.organisation_id, field_id, desk.actor, request.now)
    return pages.done(request, f"/admin/forms/{asked.id}", "The field is asked again.")


async def _found(request: Call, desk: Desk, field_id: UUID) -> tuple[forms.Form, Field]:
    return await forms.form_of_field(request.services.database, desk.reach.organisation_id, field_id)


def _around(request: Call, asked: forms.Form, field: Field | None, kind: Kind, form: Form) -> dict[str, Any]:
    """What the page of a field shows: the form as typed, and the field it would be."""
    others = [one.position for one in asked.shown if field is None or one.id != field.id]
    return {
        "asked": asked,
        "field_asked": field,
        "kind": kind,
        "form": form,
        "sketch": _sketch(_values(Form.of({name: form.texts(name) for name in form.names()} | {"kind": [kind]}))),
        "kinds": KINDS,
        "on_ticket": ON_TICKET,
        "languages": NAMES,
        "media": MEDIA,
        "regions": _regions(request.visit.language),
        "option_rows": _option_rows(form),
        "taken": sorted({position for position in others if position}),
        "tongue": request.visit.language,
    }


def _values(form: Form) -> FieldValues:
    """What was typed, as the verb takes it; mistakes are noted beside their fields."""
    kind = form.text("kind")
    on_ticket = form.text("on_ticket") or OnTicket.NO
    if kind not in set(Kind) or on_ticket not in set(OnTicket):
        form.mistaken("kind", "Choose one of these.")
    return FieldValues(
        kind=Kind(kind) if kind in set(Kind) else Kind.TEXT,
        labels={tongue: form.text(f"label_{tongue}") for tongue in NAMES},
        helps={tongue: form.text(f"help_{tongue}") for tongue in NAMES},
        mandatory=form.text("mandatory") == "on",
        on_ticket=OnTicket(on_ticket) if on_ticket in set(OnTicket) else OnTicket.NO,
        link=form.text("link"),
        position=form.number("position", 0, forms.POSITION_MAX, required=False),
        options=_options(form),
        limits=_limits(form, kind),
    )


def _options(form: Form) -> tuple[Option, ...]:
    """The rows that say something, in their order."""
    return tuple(
        Option(key, {"en": english.strip(), "fr": french.strip()})
        for key, english, french in _rows(form)
        if english.strip() or french.strip()
    )


def _rows(form: Form) -> list[tuple[str, str, str]]:
    columns = [form.texts(name) for name in OPTIONS]
    count = max(len(column) for column in columns)
    padded = [[*column, *[""] * (count - len(column))] for column in columns]
    return list(zip(*padded, strict=True))


def _option_rows(form: Form) -> list[tuple[str, str, str]]:
    """The options as typed, and room for more."""
    return [*(row for row in _rows(form) if any(row)), *[("", "", "")] * BLANK_OPTIONS]


def _limits(form: Form, kind: str) -> Limits:
    if kind == Kind.NUMBER:
        return Limits(least=_decimal(form, "least"), most=_decimal(form, "most"))
    if kind == Kind.DATE:
        return Limits(first_day=form.day("first_day", required=False), last_day=form.day("last_day", required=False))
    if kind == Kind.TELEPHONE:
        return Limits(region=form.text("region") or None)
    if kind == Kind.FILE:
        chosen = tuple(media for media in Media if media in form.texts("media"))
        megabytes = form.number("megabytes_max", 1, forms.FILE_BYTES_MAX // MEGABYTE)
        return Limits(media=chosen, bytes_max=(megabytes or 1) * MEGABYTE)
    return Limits()


def _decimal(form: Form, name: str) -> Decimal | None:
    text = form.text(name).strip().replace(",", ".")
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= Decimal(10) ** 12:
        form.mistaken(name, "Type a number.")
        return None
    return number


def _filled(values: FieldValues, version: int) -> Form:
    """The page's form for a field as it is."""
    limits = values.limits
    return Form.of(
        {f"label_{tongue}": values.labels.get(tongue, "") for tongue in NAMES}
        | {f"help_{tongue}": values.helps.get(tongue, "") for tongue in NAMES}
        | {
            "kind": values.kind,
            "version": version,
            "mandatory": values.mandatory,
            "on_ticket": values.on_ticket,
            "link": values.link,
            "position": "" if values.position is None else values.position,
            "option_key": [option.key for option in values.offered],
            "option_en": [option.labels.get("en", "") for option in values.offered],
            "option_fr": [option.labels.get("fr", "") for option in values.offered],
            "least": field_number(limits.least),
            "most": field_number(limits.most),
            "first_day": limits.first_day or "",
            "last_day": limits.last_day or "",
            "region": limits.region or "",
            "media": [*limits.media],
            "megabytes_max": max(1, limits.bytes_max // MEGABYTE),
        }
    )


def _against(typed: Form, stored: Form) -> Form:
    """What was typed, beside what somebody else has saved; saving once more is a decision."""
    kept = Form.of({name: typed.texts(name) for name in typed.names()} | {"version": stored.text("version")})
    kept.mistakes = typed.mistakes
    for name in stored.names():
        mine, theirs = typed.texts(name), stored.texts(name)
        if name in OPTIONS or name in ("version", "kind"):
            continue
        if [text for text in mine if text] != [text for text in theirs if text]:
            kept.others[name] = ", ".join(theirs)
    ours, others = ([row[1:] for row in _rows(form) if any(row[1:])] for form in (typed, stored))
    if ours != others:
        kept.others["options"] = "; ".join(" / ".join(text for text in row if text) for row in others)
    return kept


def _sketch(values: FieldValues) -> Field:
    """The field as it would be, for the preview alone."""
    plain = {name: getattr(values, name) for name in FieldValues.__struct_fields__}
    try:
        plain["link"] = forms.link_of(values.link)
    except Refusal:
        plain["link"] = ""
    return Field(**plain, id=UUID(int=0), form_id=UUID(int=0), hidden=False, version=1, answered=False)


def _regions(language: str) -> list[tuple[str, str]]:
    """The countries whose telephone numbers are known, by name."""
    names = Locale(language).territories
    found = [
        (code, f"{names.get(code, code)} (+{phonenumbers.country_code_for_region(code)})")
        for code in phonenumbers.SUPPORTED_REGIONS
    ]
    return sorted(found, key=lambda pair: pair[1])
