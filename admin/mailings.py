"""Mails to the buyers of an event: written, looked at as a buyer sees them, tried out, sent, and followed."""

from typing import Any
from uuid import UUID

from litestar import MediaType, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin.access import Desk
from admin.menu import marked
from mailing import buyers
from ticketing import events, formats, mailings, prices, tariffs
from ticketing.mailings import MAILINGS_MAX, Choice, Mailing, RecipientState, State, Text
from ticketing.refusals import EditedMeanwhile, MailingEmpty, MailingStarted, MailingTooLarge, NotFound, Refusal
from ticketing.tokens import Scope
from web.call import Call
from web.entrance import CONTENT_SECURITY_POLICY
from web.forms import Form
from web.languages import NAMES, translated

STATES = {
    State.DRAFT: marked("Draft"),
    State.SENDING: marked("Being sent"),
    State.STOPPED: marked("Stopped"),
    State.SENT: marked("Sent"),
}
RECIPIENT_STATES = {
    RecipientState.WAITING: marked("Waiting"),
    RecipientState.SENDING: marked("Under way"),
    RecipientState.SENT: marked("Sent"),
    RecipientState.REFUSED: marked("Refused by the mail server"),
    RecipientState.OPTED_OUT: marked("Wants no such mails"),
}
EVERYBODY = {"performance_ids": marked("All dates"), "tariff_ids": marked("All tariffs")}
EXAMPLE = marked("Ann Example")
SHOWN_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
FORM = "mailings/form.html"


@get("/events/{event_id:uuid}/mailings")
async def index(request: Call, event_id: FromPath[UUID]) -> Response[str]:
    """The mails to an event's buyers."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    event = await events.get(request.services.database, desk.reach.organisation_id, event_id)
    listed = await mailings.of_event(request.services.database, event_id)
    example = _example(request)
    subjects = {mail.id: mailings.filled(Text(mail.subject, ""), example, mail.event_title).subject for mail in listed}
    return pages.show(
        request, "mailings/index.html", desk, event_id=event_id, event=event, listed=listed, states=STATES,
        listed_max=MAILINGS_MAX, subjects=subjects, zone=await events.time_zone(request.services.database, event_id),
    )  # fmt: skip


@get("/events/{event_id:uuid}/mailings/new")
async def new(request: Call, event_id: FromPath[UUID]) -> Response[str]:
    """A mail to be written."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    form = Form.of({"performance_ids": request.query_params.get("performance", "") or None})
    return await _written(request, desk, event_id, form)


@post("/events/{event_id:uuid}/mailings", status_code=200)
async def draft(request: Call, event_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Keep what was written, and show it as a buyer sees it."""
    desk, form = await access.event(request, event_id, Scope.MANAGE), await request.typed()
    database, organisation_id = request.services.database, desk.reach.organisation_id
    choice = _choice(form)
    if choice is not None:
        try:
            made = await mailings.draft(database, organisation_id, event_id, choice, desk.actor, request.now)
            return pages.done(request, f"/admin/mailings/{made}")
        except Refusal as refusal:
            form.refused(refusal)
    return await _written(request, desk, event_id, form, status=422)


@get("/mailings/{mailing_id:uuid}")
async def show(request: Call, mailing_id: FromPath[UUID]) -> Response[str]:
    """A mail: to be sent, being sent, sent."""
    desk, mailing = await _at(request, mailing_id)
    return await _shown(request, desk, mailing, Form())


@get("/mailings/{mailing_id:uuid}/edit")
async def edit(request: Call, mailing_id: FromPath[UUID]) -> Response[str] | Redirect:
    """A draft to be changed; what is on its way is only looked at."""
    desk, mailing = await _at(request, mailing_id)
    if mailing.state is not State.DRAFT:
        return pages.done(request, f"/admin/mailings/{mailing_id}")
    form = Form.of(await _stored(request, mailing))
    return await _written(request, desk, mailing.event_id, form, mailing)


@post("/mailings/{mailing_id:uuid}", status_code=200)
async def revise(request: Call, mailing_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Keep a draft as changed."""
    form = await request.typed()
    desk, mailing = await _at(request, mailing_id)
    choice, version = _choice(form), form.number("version", 1, 1 << 30)
    stored: dict[str, Any] = {}
    if choice is not None and version is not None:
        try:
            await mailings.revise(
                request.services.database, mailing.organisation_id, mailing_id, choice, version, desk.actor, request.now
            )
            return pages.done(request, f"/admin/mailings/{mailing_id}", "Saved.")
        except EditedMeanwhile as refusal:
            form.refused(refusal)
            stored = await _stored(request, mailing)
        except Refusal as refusal:
            form.refused(refusal)
    return await _written(request, desk, mailing.event_id, form, mailing, 409 if stored else 422, stored)


@get("/mailings/{mailing_id:uuid}/preview")
async def preview(request: Call, mailing_id: FromPath[UUID]) -> Response[str]:
    """The mail itself, as a buyer's mail reader shows it: a page without scripts, to be shown inside another."""
    _, mailing = await _at(request, mailing_id)
    texts = await mailings.texts(request.services.database, mailing_id)
    language = request.query_params.get("language", "")
    if language not in texts:
        language = next(iter(texts))
    mail = buyers.mail(
        texts[language], language, _example(request), mailing.title(language), mailing.organisation_name, "#opt-out"
    )
    headers = {"content-security-policy": SHOWN_POLICY}
    return Response(buyers.shown(mail), media_type=MediaType.HTML, headers=headers)


@get("/mailings/{mailing_id:uuid}/progress")
async def progress(request: Call, mailing_id: FromPath[UUID]) -> Response[str]:
    """How far it is: the part of the page that renews itself."""
    desk, mailing = await _at(request, mailing_id)
    counts = await mailings.progress(request.services.database, mailing_id)
    log = await mailings.log(request.services.database, mailing_id)
    return pages.show(request, "mailings/show.html", desk, block="progress", mailing=mailing, counts=counts, log=log,
                      states=STATES, recipient_states=RECIPIENT_STATES)  # fmt: skip


@post("/mailings/{mailing_id:uuid}/trial", status_code=200)
async def trial(request: Call, mailing_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Send it to who is signed in, and nobody else."""
    form = await request.typed()
    desk, mailing = await _at(request, mailing_id)
    language = form.text("language")
    if language not in await mailings.texts(request.services.database, mailing_id):
        raise NotFound(what="text")
    await mailings.try_out(
        request.services.database, mailing.organisation_id, mailing_id, desk.session.staff_id, language
    )
    notice = "A test mail is on its way to {email}."
    return pages.done(request, f"/admin/mailings/{mailing_id}", notice, email=desk.session.email)


@post("/mailings/{mailing_id:uuid}/dispatch", status_code=200)
async def dispatch(request: Call, mailing_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Write to everybody it is for."""
    form = await request.typed()
    desk, mailing = await _at(request, mailing_id)
    version = form.number("version", 1, 1 << 30)
    try:
        if version is not None:
            await mailings.send(
                request.services.database, mailing.organisation_id, mailing_id, version, desk.actor, request.now
            )
            return pages.done(request, f"/admin/mailings/{mailing_id}")
    except (EditedMeanwhile, MailingEmpty, MailingStarted, MailingTooLarge) as refusal:
        form.refused(refusal)
    mailing = await mailings.get(request.services.database, mailing.organisation_id, mailing_id)
    return await _shown(request, desk, mailing, form)


@post("/mailings/{mailing_id:uuid}/interruption", status_code=200)
async def interrupt(request: Call, mailing_id: FromPath[UUID]) -> Redirect:
    """Write to nobody else for now."""
    await request.typed()
    desk, mailing = await _at(request, mailing_id)
    database = request.services.database
    if await mailings.stop(database, mailing.organisation_id, mailing_id, desk.actor, request.now):
        return pages.done(request, f"/admin/mailings/{mailing_id}", "Stopped: nobody else is written to.")
    return pages.done(request, f"/admin/mailings/{mailing_id}")


@post("/mailings/{mailing_id:uuid}/resumption", status_code=200)
async def resume(request: Call, mailing_id: FromPath[UUID]) -> Redirect:
    """Write to those who still wait."""
    await request.typed()
    desk, mailing = await _at(request, mailing_id)
    database = request.services.database
    if await mailings.go_on(database, mailing.organisation_id, mailing_id, desk.actor, request.now):
        return pages.done(request, f"/admin/mailings/{mailing_id}", "The others are being written to.")
    return pages.done(request, f"/admin/mailings/{mailing_id}")


@post("/mailings/{mailing_id:uuid}/removal", status_code=200)
async def discard(request: Call, mailing_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Throw a draft away."""
    form = await request.typed()
    desk, mailing = await _at(request, mailing_id)
    database = request.services.database
    try:
        await mailings.discard(database, mailing.organisation_id, mailing_id, desk.actor, request.now)
    except MailingStarted as refusal:
        form.refused(refusal)
        return await _shown(request, desk, mailing, form)
    return pages.done(request, f"/admin/events/{mailing.event_id}/mailings", "The draft is gone.")


TEXT_FIELDS = [f"{field}_{language}" for language in NAMES for field in ("subject", "body")]


async def _at(request: Call, mailing_id: UUID) -> tuple[Desk, Mailing]:
    desk = await access.mailing(request, mailing_id, Scope.MANAGE)
    return desk, await mailings.get(request.services.database, desk.reach.organisation_id, mailing_id)


async def _shown(request: Call, desk: Desk, mailing: Mailing, form: Form) -> Response[str]:
    database = request.services.database
    texts = await mailings.texts(database, mailing.id)
    answer = pages.show(
        request,
        "mailings/show.html",
        desk,
        event_id=mailing.event_id,
        mailing=mailing,
        form=form,
        texts={
            language: mailings.filled(text, _example(request), mailing.title(language))
            for language, text in texts.items()
        },
        audience=await mailings.audience(database, mailing) if mailing.state is State.DRAFT else None,
        counts=await mailings.progress(database, mailing.id),
        log=await mailings.log(database, mailing.id),
        languages=NAMES,
        states=STATES,
        recipient_states=RECIPIENT_STATES,
    )
    answer.headers["content-security-policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    answer.status_code = 422 if form.mistakes else 200
    return answer


async def _written(
    request: Call, desk: Desk, event_id: UUID, form: Form, mailing: Mailing | None = None, status: int = 200,
    stored: dict[str, Any] | None = None,
) -> Response[str]:  # fmt: skip
    """The form of a mail; with what somebody else has `stored` meanwhile."""
    database = request.services.database
    event = await events.get(database, desk.reach.organisation_id, event_id)
    dates, kinds = await prices.dates_of(database, event_id), await tariffs.of_event(database, event_id)
    if stored:
        language = request.visit.language
        names: dict[str, dict[Any, Any]] = {
            "performance_ids": {one.id: formats.moment(one.starts_at, one.time_zone, language) for one in dates},
            "tariff_ids": {one.id: one.name for one in kinds},
        }
        words = {
            name: ", ".join(names[name][id] for id in stored[name] if id in names[name]) or translated(every, language)
            for name, every in EVERYBODY.items()
        }
        form.compare(stored, words)
    known: dict[str, Any] = {"event_id": event_id, "event": event, "dates": dates, "tariffs": kinds}
    answer = pages.show(request, FORM, desk, form=form, mailing=mailing, languages=NAMES, **known)
    answer.status_code = status
    return answer


async def _stored(request: Call, mailing: Mailing) -> dict[str, Any]:
    """A mail as its form has it."""
    mailing = await mailings.get(request.services.database, mailing.organisation_id, mailing.id)
    texts = await mailings.texts(request.services.database, mailing.id)
    values: dict[str, Any] = {"performance_ids": mailing.performance_ids, "tariff_ids": mailing.tariff_ids}
    values |= {"version": mailing.version} | dict.fromkeys(TEXT_FIELDS)
    for language, text in texts.items():
        values |= {f"subject_{language}": text.subject, f"body_{language}": text.body}
    return values


def _choice(form: Form) -> Choice | None:
    """Whom and what, as typed; None with a mistake noted."""
    try:
        chosen = {name: [UUID(id) for id in form.texts(name)] for name in ("performance_ids", "tariff_ids")}
    except ValueError:
        form.mistaken("", "Choose dates and tariffs of this event.")
        return None
    texts = {one.value: Text(form.text(f"subject_{one}"), form.text(f"body_{one}")) for one in NAMES}
    return Choice(texts, **chosen)


def _example(request: Call) -> str:
    """Somebody who is written to, in the previews."""
    return translated(EXAMPLE, request.visit.language)
