"""Print agents of a box office: the codes that enrol them, how they are, and what they see in their networks."""

import asyncio
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from admin import access, pages, qr_pictures
from admin.access import Desk
from admin.menu import marked
from hardware.discovery import Service
from ticketing import agent_codes, box_offices, print_agents, printers, scan_codes
from ticketing.agent_codes import AgentCode
from ticketing.machines import PAPERS, Dialect, Prints, Way
from ticketing.print_agents import Agent, Found, Plugged, Trouble
from ticketing.printers import NAME_CHARS_MAX, Printer
from ticketing.refusals import Refusal
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form

LIST = "print_agents/index.html"
OFFICE = "/box-offices/{key:str}/print-agents"
ONE = OFFICE + "/{agent_id:uuid}"
HOURS = (1, 4, 24, 72)
"""How long a code may be chosen to be good for."""
WAITED_S_MAX, LOOKED_EVERY_S = 12, 0.5
"""For an agent to answer whoever asks what it sees."""
TROUBLES = {Trouble.SILENT: marked("Does not call: nothing is printed there")}
TO_DO = {Trouble.SILENT: marked("Look whether its machine is on and in the network, then start the agent there again.")}
SERVICES = {
    Service.IPPS: marked("IPP or CUPS"),
    Service.IPP: marked("IPP or CUPS"),
    Service.RAW: marked("Network port"),
}


class Nearby(Struct, frozen=True):
    """A printer that an agent sees, and the address of the form that adds it."""

    name: str
    model: str
    where: str
    how: str
    place: str
    url: str


@get(OFFICE)
async def index(request: Call, key: FromPath[str]) -> Response[str]:
    """The agents, what they see, and the codes that enrol more of them."""
    desk = await access.box_office(request, key, Scope.SELL)
    return await _index(request, desk, Form())


@post(OFFICE + "/codes", status_code=200)
async def make_code(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Make a code that enrols agents."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, services = await request.typed(), request.services
    hours = form.number("hours", 1, agent_codes.HOURS_MAX)
    if hours is not None:
        on = (services.database, services.secret, desk.reach.organisation_id, _office(desk), hours)
        try:
            await agent_codes.make(*on, desk.actor, request.now)
            return pages.done(request, f"{_page(key)}#codes", "The code is there: start the agent with it.")
        except Refusal as refusal:
            form.refused(refusal)
    return await _index(request, desk, form, 422)


@post(OFFICE + "/codes/{agent_code_id:uuid}/revocation", status_code=200)
async def revoke_code(request: Call, key: FromPath[str], agent_code_id: FromPath[UUID]) -> Redirect:
    """End a code; agents that it enrolled stay."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    await request.typed()
    await agent_codes.revoke(request.services.database, _office(desk), agent_code_id, desk.actor, request.now)
    return pages.done(request, _page(key), "The code is revoked. Agents that it enrolled stay.")


@post(ONE + "/look", status_code=200)
async def look(request: Call, key: FromPath[str], agent_id: FromPath[UUID]) -> Redirect:
    """Have an agent look who is in its network; wait for its answer, as long as somebody waits for a page."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    await request.typed()
    database, office = request.services.database, _office(desk)
    await print_agents.ask_look(database, office, agent_id, request.now)
    agent = await print_agents.get(database, office, agent_id)
    for _ in range(int(WAITED_S_MAX / LOOKED_EVERY_S)):
        await asyncio.sleep(LOOKED_EVERY_S)
        agent = await print_agents.get(database, office, agent_id)
        if agent.look_asked_at is None:
            return pages.done(request, f"{_page(key)}#agent-{agent_id}", "{name} has looked.", name=agent.name)
    notice = "{name} does not answer. It looks as soon as it calls again: reload this page then."
    return pages.done(request, f"{_page(key)}#agent-{agent_id}", notice, name=agent.name)


@post(ONE + "/name", status_code=200)
async def rename(request: Call, key: FromPath[str], agent_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Call an agent otherwise."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form = await request.typed()
    try:
        await print_agents.rename(
            request.services.database, _office(desk), agent_id, form.text("name"), desk.actor, request.now
        )  # fmt: skip
    except Refusal as refusal:
        form.refused(refusal)
        return await _index(request, desk, form, 422)
    return pages.done(request, f"{_page(key)}#agent-{agent_id}", "Saved.")


@post(ONE + "/revocation", status_code=200)
async def revoke(request: Call, key: FromPath[str], agent_id: FromPath[UUID]) -> Redirect:
    """End an agent: it is given nothing any more."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    await request.typed()
    name = await print_agents.revoke(request.services.database, _office(desk), agent_id, desk.actor, request.now)
    notice = "The agent {name} is revoked. What it was printing is among the print jobs in doubt."
    return pages.done(request, _page(key), notice, name=name)


async def have_looked(request: Call, desk: Desk, printer: Printer) -> None:
    """Have a printer's agent look at it; returns once it has, or when nobody waits for a page any longer."""
    database = request.services.database
    await print_agents.ask_reports(database, _office(desk), request.now)
    for _ in range(int(WAITED_S_MAX / LOOKED_EVERY_S)):
        await asyncio.sleep(LOOKED_EVERY_S)
        now = await printers.get(database, desk.reach.organisation_id, printer.id)
        if now.looked_at != printer.looked_at:
            return


async def _index(request: Call, desk: Desk, form: Form, status: int = 200) -> Response[str]:
    services, office, manages = request.services, _office(desk), desk.may(Scope.MANAGE)
    every = await print_agents.list_of(services.database, office)
    codes = await agent_codes.list_of(services.database, services.secret, office, request.now) if manages else []
    return pages.show(
        request, LIST, desk, status=status, form=form,
        agents=[(one, one.troubles(request.now), _around(desk, one)) for one in every if one.revoked_at is None],
        ended=[one for one in every if one.revoked_at is not None],
        codes=[_drawn(request, desk, code) for code in codes],
        zone=await box_offices.time_zone(services.database, office),
        site=services.site_url, hours=HOURS, troubles=TROUBLES, to_do=TO_DO,
    )  # fmt: skip


def _drawn(request: Call, desk: Desk, code: AgentCode) -> tuple[AgentCode, str, str]:
    """A code, how people read it, and the picture of an address with it, which an agent may be given instead."""
    address = f"{request.services.site_url}{_page(desk.reach.box_office_key or '')}#{code.text}"
    return code, scan_codes.spelt(code.text), qr_pictures.address(address)


def _around(desk: Desk, agent: Agent) -> list[Nearby]:
    """What an agent sees: what is plugged in first, then what is in the network."""
    base = f"/admin/box-offices/{desk.reach.box_office_key}/printers/new"
    plugged = [_plugged(base, agent, one) for one in agent.plugged]
    return plugged + [_found(base, agent, one) for one in agent.found if one.service in SERVICES]


def _found(base: str, agent: Agent, one: Found) -> Nearby:
    over_ipp, address = one.service != Service.RAW, one.addresses[0] if one.addresses else one.host
    kind = Prints.DOCUMENTS if over_ipp else Prints.LABELS if _is_zebra(one.model) else Prints.RECEIPTS
    asks = {
        "agent_id": agent.id, "name": one.name[:NAME_CHARS_MAX], "way": Way.IPP if over_ipp else Way.RAW,
        "loaded": f"{kind} {PAPERS[kind][0]}", "host": address, "port": one.port, "path": one.path,
    }  # fmt: skip
    if one.service == Service.IPPS:
        asks["tls"] = "on"
    where = f"{address}:{one.port}"
    return Nearby(one.name, one.model, where, SERVICES[Service(one.service)], one.place, f"{base}?{urlencode(asks)}")


def _plugged(base: str, agent: Agent, one: Plugged) -> Nearby:
    kind = Prints.LABELS if one.dialect is Dialect.ZPL else Prints.RECEIPTS
    name = " ".join(filter(None, (one.maker, one.model))) or one.path
    asks = {
        "agent_id": agent.id, "name": name[:NAME_CHARS_MAX], "way": Way.DEVICE, "path": one.path,
        "loaded": f"{kind} {PAPERS[kind][0]}",
    }  # fmt: skip
    return Nearby(name, one.serial, one.path, marked("USB port of an agent"), "", f"{base}?{urlencode(asks)}")


def _is_zebra(model: str) -> bool:
    return "zebra" in model.lower() or "zpl" in model.lower()


def _page(key: str) -> str:
    return f"/admin/box-offices/{key}/print-agents"


def _office(desk: Desk) -> UUID:
    assert desk.reach.box_office_id is not None, "an agent is in a box office"
    return desk.reach.box_office_id


HANDLERS: tuple[HTTPRouteHandler, ...] = (index, make_code, revoke_code, look, rename, revoke)
