"""Printers of a box office: the list with how each of them is, looking for them in the network, setting one up, and the
page of one with what it printed and its test pages."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from admin import access, history, pages
from admin import print_agents as agent_pages
from admin.access import Desk
from hardware import discovery, guard
from hardware import printers as machines
from hardware.discovery import Found, Service
from hardware.guard import Verdict, server_guard
from hardware.jobs import Bounds
from hardware.outcomes import Conditions, prints
from ticketing import box_offices, print_jobs, printers
from ticketing.ids import new_id
from ticketing.machines import PAPERS, Dialect, Paper, Prints, Way
from ticketing.printers import PORT_MAX, PORTS, Printer, PrinterChoice
from ticketing.refusals import EditedMeanwhile, Refusal
from ticketing.tokens import Scope
from web import machine_words, printouts
from web.call import Call
from web.forms import Form
from web.languages import translated
from web.printouts import Asked

LIST, SHOW, NEW, EDIT = "printers/index.html", "printers/show.html", "printers/new.html", "printers/edit.html"
FOUND = "printers/found.html"
OF_OFFICE, ONE = "/box-offices/{key:str}/printers", "/printers/{printer_id:uuid}"
VERSION_MAX = 2**31 - 1
FINGERPRINT = re.compile(r"[0-9a-fA-F]{64}")
BOUNDS = Bounds(connect_s_max=2.0, answer_s_max=4.0)
"""For somebody who waits for the page."""
NAMES = ("agent_id", "name", "loaded", "way", "host", "port", "path", "tls", "dots_per_mm")
WORDS: dict[str, Any] = {
    "prints_words": machine_words.PRINTS,
    "papers": machine_words.PAPERS,
    "ways": machine_words.WAYS,
    "conditions": machine_words.CONDITIONS,
    "known": machine_words.known,
    "to_do": machine_words.to_do,
    "verdicts": machine_words.VERDICTS,
    "kinds": machine_words.KINDS,
    "statuses": machine_words.STATUSES,
    "told": machine_words.told,
}


class Nearby(Struct, frozen=True):
    """A printer that made itself known; `verdict` says whether the server may print there, `asks` fills the form."""

    found: Found
    verdict: Verdict
    asks: dict[str, str]


@get(OF_OFFICE)
async def index(request: Call, key: FromPath[str]) -> Response[str]:
    """The printers, and how each was when it was looked at last."""
    desk = await access.box_office(request, key, Scope.SELL)
    office, database = _office(desk), request.services.database
    found = await printers.list_of(database, office)
    zone = await box_offices.time_zone(database, office)
    return pages.show(request, LIST, desk, printers=found, zone=zone, **WORDS)


@get(OF_OFFICE + "/new")
async def new(request: Call, key: FromPath[str]) -> Response[str]:
    """The form for a printer; what was found of it may stand in the address."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    typed = {name: request.query_params[name] for name in NAMES if name in request.query_params}
    form = Form.of({"loaded": "labels show", "way": Way.RAW, "dots_per_mm": "8", "cuts": True} | typed)
    return pages.show(request, NEW, desk, form=form, **await _choices(request, desk))


@post(OF_OFFICE, status_code=200)
async def create(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Make a printer known."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, database, owner = await request.typed(), request.services.database, desk.reach.organisation_id
    choice = _choice(form)
    if choice is not None:
        try:
            made = await printers.create(database, owner, _office(desk), choice, desk.actor, request.now)
            return pages.done(request, f"/admin/printers/{made}", "The printer {name} is added.", name=choice.name)
        except Refusal as refusal:
            form.refused(refusal)
    return pages.show_again(request, NEW, desk, form=form, **await _choices(request, desk))


@get(OF_OFFICE + "/nearby")
async def look_around(request: Call, key: FromPath[str]) -> Response[str]:
    """The printers that make themselves known in the server's network, now."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    office, database, settings = _office(desk), request.services.database, request.services.settings
    allowed = server_guard(settings.printer_networks, settings.printer_ports)
    around = [await _nearby(one, allowed) for one in await discovery.look() if one.service is not Service.LPD]
    known = {(one.host, one.port) for one in await printers.list_of(database, office)}
    agents = await printers.agents(database, office)
    return pages.show(request, FOUND, desk, around=around, known_at=known, agents=agents, **WORDS)


@get(ONE)
async def show(request: Call, printer_id: FromPath[UUID]) -> Response[str]:
    """A printer: how it is, what it prints, and what was done to it."""
    desk = await access.printer(request, printer_id, Scope.SELL)
    database, office = request.services.database, _office(desk)
    printer = await printers.get(database, desk.reach.organisation_id, printer_id)
    jobs = await print_jobs.list_of(database, office, printer_id)
    zone = await box_offices.time_zone(database, office)
    past = await history.of(request, desk, "printer", printer_id, zone) if desk.may(Scope.MANAGE) else None
    return pages.show(
        request, SHOW, desk, printer=printer, jobs=jobs, zone=zone, history=past, form=Form(), key=new_id().hex, **WORDS
    )


@post(ONE + "/look", status_code=200)
async def look(request: Call, printer_id: FromPath[UUID]) -> Redirect:
    """Ask a printer how it is, or its agent; what waits for one of the server's that is ready goes at once."""
    desk = await access.printer(request, printer_id, Scope.SELL)
    await request.typed()
    database = request.services.database
    printer = await printers.get(database, desk.reach.organisation_id, printer_id)
    if printer.agent_id is None and printer.retired_at is None:
        conditions = await look_at(request, printer)
        if prints(conditions):
            await print_jobs.hurry(database, printer_id, request.now)
    elif printer.agent_id is not None:
        await agent_pages.have_looked(request, desk, printer)
    return pages.done(request, f"/admin/printers/{printer_id}")


@post(ONE + "/test", status_code=200)
async def test(request: Call, printer_id: FromPath[UUID]) -> Redirect:
    """Print a test page."""
    desk = await access.printer(request, printer_id, Scope.SELL)
    form, services = await request.typed(), request.services
    printer = await printers.get(services.database, desk.reach.organisation_id, printer_id)
    asked = Asked(key=f"test-{form.text('key')[:40] or new_id().hex}", by=desk.actor, now=request.now)
    given = (desk.reach.organisation_name, desk.reach.currency or "EUR", request.visit.language)
    made = await printouts.test_page(services, printer, *given, asked)
    return pages.done(request, f"/admin/print-jobs/{made}", "The test page is on its way.")


@get(ONE + "/settings")
async def edit(request: Call, printer_id: FromPath[UUID]) -> Response[str]:
    """How a printer is set up."""
    desk = await access.printer(request, printer_id, Scope.MANAGE)
    printer = await printers.get(request.services.database, desk.reach.organisation_id, printer_id)
    form = Form.of(_fields(printer))
    return pages.show(request, EDIT, desk, printer=printer, form=form, **await _choices(request, desk))


@post(ONE + "/settings", status_code=200)
async def save(request: Call, printer_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Set it up otherwise."""
    desk = await access.printer(request, printer_id, Scope.MANAGE)
    form, database, owner, status = await request.typed(), request.services.database, desk.reach.organisation_id, 422
    choice, version = _choice(form), form.number("version", 0, VERSION_MAX)
    if choice is not None and version is not None:
        try:
            await printers.edit(database, owner, printer_id, version, choice, desk.actor, request.now)
            return pages.done(request, f"/admin/printers/{printer_id}", "Saved.")
        except EditedMeanwhile as refusal:
            form.refused(refusal)
            status = 409
        except Refusal as refusal:
            form.refused(refusal)
    printer = await printers.get(database, owner, printer_id)
    if status == 409:
        form.compare(_fields(printer), {})
    return pages.show_again(
        request, EDIT, desk, status=status, printer=printer, form=form, **await _choices(request, desk)
    )


@post(ONE + "/retirement", status_code=200)
async def retire(request: Call, printer_id: FromPath[UUID]) -> Redirect:
    """Use a printer no more, or again."""
    desk = await access.printer(request, printer_id, Scope.MANAGE)
    form, owner = await request.typed(), desk.reach.organisation_id
    retired = form.text("retired") == "yes"
    await printers.retire(request.services.database, owner, printer_id, retired, desk.actor, request.now)
    notice = "The printer is retired: nothing is printed there any more." if retired else "The printer is used again."
    return pages.done(request, f"/admin/printers/{printer_id}", notice)


async def look_at(call: Call, printer: Printer) -> Conditions:
    """How a printer of the server's is now; it is kept."""
    services = call.services
    allowed = server_guard(services.settings.printer_networks, services.settings.printer_ports)
    conditions = await machines.look(
        machines.Printer(
            way=printer.way, host=printer.host, port=printer.port, path=printer.path, dialect=printer.dialect,
            tls=printer.tls, certificate_sha256=printer.certificate or b"",
        ), allowed, BOUNDS,
    )  # fmt: skip
    await printers.looked(services.database, printer.id, None, conditions, call.now)
    return conditions


async def _nearby(found: Found, allowed: guard.Guard) -> Nearby:
    judged = await guard.judge(found.addresses[0], found.port, allowed, BOUNDS)
    over_ipp = found.service in (Service.IPP, Service.IPPS)
    dialect = Dialect.ZPL if "zebra" in found.model.lower() or "ZPL" in found.model else Dialect.NONE
    kind = Prints.DOCUMENTS if over_ipp else Prints.LABELS if dialect is Dialect.ZPL else Prints.RECEIPTS
    asks = {
        "name": found.name[: printers.NAME_CHARS_MAX], "way": Way.IPP if over_ipp else Way.RAW,
        "loaded": f"{kind} {PAPERS[kind][0]}",
        "host": found.addresses[0], "port": str(found.port), "path": found.path,
    }  # fmt: skip
    if found.service is Service.IPPS:
        asks["tls"] = "on"
    return Nearby(found, judged.verdict, asks)


def _office(desk: Desk) -> UUID:
    assert desk.reach.box_office_id is not None, "a printer is in a box office"
    return desk.reach.box_office_id


async def _choices(call: Call, desk: Desk) -> dict[str, Any]:
    """What a printer's form may choose from."""
    language = call.visit.language
    agents = await printers.agents(call.services.database, _office(desk))
    loaded = [
        (f"{prints} {paper}", f"{translated(called, language)} · {translated(machine_words.PAPERS[paper], language)}")
        for prints, called in machine_words.PRINTS.items()
        for paper in PAPERS[prints]
    ]
    return {"loaded": loaded, "agents": [(str(one.id), one.name) for one in agents], **WORDS}


def _choice(form: Form) -> PrinterChoice | None:
    """A printer as typed; None, with what is wrong, for what no printer can be."""
    prints, _, paper = form.text("loaded").partition(" ")
    port = form.number("port", 1, PORT_MAX, required=False)
    fingerprint = form.text("certificate").replace(":", "").replace(" ", "")
    if prints not in set(Prints) or paper not in set(Paper):
        form.mistaken("loaded", "Choose one of these.")
    if form.text("way") not in set(Way):
        form.mistaken("way", "Choose one of these.")
    if fingerprint and not FINGERPRINT.fullmatch(fingerprint):
        form.mistaken("certificate", "A SHA-256 fingerprint is 64 digits and letters from a to f.")
    if form.mistakes:
        return None
    by, dots = form.text("agent_id"), form.text("dots_per_mm")
    try:
        agent_id = UUID(by) if by else None
    except ValueError:
        form.mistaken("agent_id", "Choose one of these.")
        return None
    return PrinterChoice(
        name=form.text("name"), prints=Prints(prints), paper=Paper(paper), way=Way(form.text("way")),
        host=form.text("host"), port=port, path=form.text("path"), tls=form.text("tls") == "on",
        certificate=bytes.fromhex(fingerprint) or None, dots_per_mm=int(dots) if dots in ("8", "12") else None,
        cuts=form.text("cuts") == "on", agent_id=agent_id,
    )  # fmt: skip


def _fields(printer: Printer) -> Mapping[str, Any]:
    """A printer as its form has it."""
    return {
        "version": printer.version, "name": printer.name, "loaded": f"{printer.prints} {printer.paper}",
        "way": printer.way, "host": printer.host, "port": printer.port or PORTS[printer.way] or "",
        "path": printer.path, "tls": printer.tls, "dots_per_mm": str(printer.dots_per_mm or 8), "cuts": printer.cuts,
        "certificate": printer.certificate.hex() if printer.certificate else "",
        "agent_id": printer.agent_id or "",
    }  # fmt: skip


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    index,
    new,
    create,
    look_around,
    show,
    look,
    test,
    edit,
    save,
    retire,
)
