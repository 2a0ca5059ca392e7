"""Kits and devices: one page that shows every machine of a box office with what is wrong first; and the kits, each with
its access points."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from admin import access, pages
from admin import print_agents as agent_pages
from admin import scanning as scan_pages
from admin.access import Desk
from admin.menu import marked
from hardware.outcomes import prints
from ticketing import access_points, box_offices, kits, print_agents, printers, scan_devices
from ticketing.access_points import AccessPoint, Kind, PointChoice, Trouble
from ticketing.kits import Kit, KitChoice
from ticketing.printers import Printer
from ticketing.refusals import EditedMeanwhile, Refusal
from ticketing.tokens import Scope
from web import machine_words
from web.call import Call
from web.forms import Form

LIST, KIT, POINT = "kits/index.html", "kits/kit.html", "kits/point.html"
OFFICE = "/box-offices/{key:str}/kits"
ONE = OFFICE + "/{kit_id:uuid}"
POINTS = ONE + "/access-points"
THE_POINT = "/box-offices/{key:str}/access-points/{access_point_id:uuid}"
VERSION_MAX = 2**31 - 1
KINDS = {Kind.MOBILE: marked("4G or 5G"), Kind.WIFI: marked("Wi-Fi behind a cable")}
TROUBLES = {
    Trouble.SILENT: marked("Has not reported for a while"),
    Trouble.PLAN_OVER: marked("Its data plan is over"),
    Trouble.DATA_LOW: marked("Little data is left"),
    Trouble.BATTERY_LOW: marked("Battery low"),
    Trouble.SIGNAL_LOW: marked("Weak signal"),
    Trouble.PLAN_ENDS: marked("Its data plan ends soon"),
}
TO_DO = {
    Trouble.SILENT: marked("Look whether it is on: press its button for four seconds if it is not."),
    Trouble.PLAN_OVER: marked("Renew the plan, or put another SIM card in."),
    Trouble.DATA_LOW: marked("Buy more data before the doors open."),
    Trouble.BATTERY_LOW: marked("Put it on its charger."),
    Trouble.SIGNAL_LOW: marked("Put it near a window, or higher up."),
    Trouble.PLAN_ENDS: marked("Renew the plan before it ends."),
}
SCANNER_TO_DO = {
    scan_devices.Trouble.SCANS_WAIT: marked("Bring it into the network: it sends them by itself."),
    scan_devices.Trouble.SILENT: marked("Look whether it is on and in the network."),
    scan_devices.Trouble.BATTERY_LOW: marked("Put it on its charger."),
    scan_devices.Trouble.CLOCK_OFF: marked("Set its clock: offline it judges dates by it."),
}
AGENT_GONE = marked("Its agent was revoked: nothing is printed there")
AGENT_GONE_TO_DO = marked("Choose another agent in the settings of this printer.")
OVERDUE = marked("Has to be back since {day}")


class Wrong(Struct, frozen=True):
    """A machine that something is wrong with; `told`: what it is and what helps, in words. `day` fills them; `managed`:
    its page is for who manages."""

    icon: str
    name: str
    where: str
    url: str
    told: list[tuple[str, str]]
    day: date | None = None
    managed: bool = False


@get(OFFICE)
async def index(request: Call, key: FromPath[str]) -> Response[str]:
    """Every machine of the box office, what is wrong first."""
    desk = await access.box_office(request, key, Scope.SELL)
    database, office = request.services.database, _office(desk)
    zone = await box_offices.time_zone(database, office)
    today = _today(request.now, zone)
    known = await kits.list_of(database, office)
    points = await access_points.list_of(database, office)
    every = await print_agents.list_of(database, office)
    agents, gone = [one for one in every if one.revoked_at is None], {one.id for one in every if one.revoked_at}
    all_printers = [one for one in await printers.list_of(database, office) if one.retired_at is None]
    scanners = [one for one in await scan_devices.list_of(database, office) if one.revoked_at is None]
    base = f"/admin/box-offices/{key}"
    names = {kit.id: kit.name for kit in known}
    wrong = [
        *_of_agents(base, agents, request.now),
        *_of_printers(all_printers, gone),
        *_of_points(base, points, names, request.now, today),
        *_of_scanners(base, scanners, request.now),
        *_of_kits(base, known, today),
    ]
    return pages.show(
        request, LIST, desk,
        wrong=wrong, kits=[(kit, [one for one in points if one.kit_id == kit.id]) for kit in known],
        agents=[(one, one.troubles(request.now)) for one in agents], printers=all_printers,
        scanners=[(one, one.troubles(request.now)) for one in scanners],
        zone=zone, today=today, kinds=KINDS, conditions=machine_words.CONDITIONS,
        known=machine_words.known, point_troubles=TROUBLES, scan_troubles=scan_pages.TROUBLES,
        agent_troubles=agent_pages.TROUBLES,
    )  # fmt: skip


@get(OFFICE + "/new")
async def new(request: Call, key: FromPath[str]) -> Response[str]:
    """The form for a kit."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    return pages.show(request, KIT, desk, kit=None, points=[], form=Form())


@post(OFFICE, status_code=200)
async def create(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Put a kit together."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, owner = await request.typed(), desk.reach.organisation_id
    choice = _choice(form)
    if choice is not None:
        try:
            on = (request.services.database, owner, _office(desk))
            made = await kits.create(*on, choice, desk.actor, request.now)
            notice = "The kit {name} is there. Add its access points."
            return pages.done(request, _kit_page(key, made), notice, name=choice.name)
        except Refusal as refusal:
            form.refused(refusal)
    return pages.show_again(request, KIT, desk, kit=None, points=[], form=form)


@get(ONE)
async def show(request: Call, key: FromPath[str], kit_id: FromPath[UUID]) -> Response[str]:
    """A kit: where it is, and its access points."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    kit = await kits.get(request.services.database, _office(desk), kit_id)
    return await _kit(request, desk, kit, Form.of(_fields(kit)))


@post(ONE, status_code=200)
async def save(request: Call, key: FromPath[str], kit_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Change a kit."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, database, office, status = await request.typed(), request.services.database, _office(desk), 422
    choice, version = _choice(form), form.number("version", 1, VERSION_MAX)
    if choice is not None and version is not None:
        try:
            await kits.edit(database, office, kit_id, version, choice, desk.actor, request.now)
            return pages.done(request, _kit_page(key, kit_id), "Saved.")
        except EditedMeanwhile as refusal:
            form.refused(refusal)
            status = 409
        except Refusal as refusal:
            form.refused(refusal)
    kit = await kits.get(database, office, kit_id)
    if status == 409:
        form.compare(_fields(kit))
    return await _kit(request, desk, kit, form, status)


@post(ONE + "/retirement", status_code=200)
async def retire(request: Call, key: FromPath[str], kit_id: FromPath[UUID]) -> Redirect:
    """A kit is used no more."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    await request.typed()
    await kits.retire(request.services.database, _office(desk), kit_id, desk.actor, request.now)
    return pages.done(request, _list(key), "The kit is retired, and its access points with it.")


@get(POINTS + "/new")
async def new_point(request: Call, key: FromPath[str], kit_id: FromPath[UUID]) -> Response[str]:
    """The form for an access point."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    kit = await kits.get(request.services.database, _office(desk), kit_id)
    return pages.show(
        request, POINT, desk, kit=kit, point=None, token="", form=Form.of({"kind": Kind.MOBILE}), kinds=KINDS
    )


@post(POINTS, status_code=200)
async def add_point(request: Call, key: FromPath[str], kit_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Add an access point to a kit."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, database, office = await request.typed(), request.services.database, _office(desk)
    kit = await kits.get(database, office, kit_id)
    choice = _point_choice(form)
    if choice is not None:
        try:
            made = await access_points.add(database, office, kit_id, choice, desk.actor, request.now)
            notice = "{name} is added. If it can run a small program, let it tell how it is."
            return pages.done(request, _point_page(key, made), notice, name=choice.name)
        except Refusal as refusal:
            form.refused(refusal)
    return pages.show_again(request, POINT, desk, kit=kit, point=None, token="", form=form, kinds=KINDS)


@get(THE_POINT)
async def show_point(request: Call, key: FromPath[str], access_point_id: FromPath[UUID]) -> Response[str]:
    """An access point: what it is, how it is, and how it tells."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    kit, point = await _found(request, desk, access_point_id)
    return await _point(request, desk, kit, point, Form.of(_point_fields(point)))


@post(THE_POINT, status_code=200)
async def save_point(request: Call, key: FromPath[str], access_point_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Change an access point."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, status = await request.typed(), 422
    kit, point = await _found(request, desk, access_point_id)
    choice, version = _point_choice(form), form.number("version", 1, VERSION_MAX)
    if choice is not None and version is not None:
        try:
            on = (request.services.database, _office(desk), access_point_id, version)
            await access_points.edit(*on, choice, desk.actor, request.now)
            return pages.done(request, _point_page(key, access_point_id), "Saved.")
        except EditedMeanwhile as refusal:
            form.refused(refusal)
            status = 409
        except Refusal as refusal:
            form.refused(refusal)
    if status == 409:
        form.compare(_point_fields(point))
    return await _point(request, desk, kit, point, form, status)


@post(THE_POINT + "/token", status_code=200)
async def renew_token(request: Call, key: FromPath[str], access_point_id: FromPath[UUID]) -> Response[str]:
    """Make the token that an access point tells of itself with, and show it, here and now only."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    await request.typed()
    kit, point = await _found(request, desk, access_point_id)
    on = (request.services.database, _office(desk), point.id)
    token = await access_points.renew_token(*on, desk.actor, request.now)
    kit, point = await _found(request, desk, access_point_id)
    return await _point(request, desk, kit, point, Form.of(_point_fields(point)), 201, token)


@post(THE_POINT + "/retirement", status_code=200)
async def retire_point(request: Call, key: FromPath[str], access_point_id: FromPath[UUID]) -> Redirect:
    """An access point is used no more."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    await request.typed()
    kit, point = await _found(request, desk, access_point_id)
    name = await access_points.retire(
        request.services.database, _office(desk), point.id, desk.actor, request.now
    )  # fmt: skip
    return pages.done(request, _kit_page(key, kit.id), "{name} is retired, and its token has ended.", name=name)


async def _kit(request: Call, desk: Desk, kit: Kit, form: Form, status: int = 200) -> Response[str]:
    office = _office(desk)
    points = await access_points.list_of(request.services.database, office, kit.id)
    zone = await box_offices.time_zone(request.services.database, office)
    today = _today(request.now, zone)
    return pages.show(
        request, KIT, desk, status=status, kit=kit, points=points, form=form, kinds=KINDS, today=today, zone=zone,
        point_troubles=TROUBLES,
    )  # fmt: skip


async def _point(
    request: Call, desk: Desk, kit: Kit, point: AccessPoint, form: Form, status: int = 200, token: str = ""
) -> Response[str]:
    zone = await box_offices.time_zone(request.services.database, _office(desk))
    today = _today(request.now, zone)
    return pages.show(
        request, POINT, desk, status=status, kit=kit, point=point, form=form, kinds=KINDS, token=token, zone=zone,
        today=today, found=point.troubles(request.now, today), point_troubles=TROUBLES, to_do=TO_DO,
        site=request.services.site_url,
    )  # fmt: skip


async def _found(request: Call, desk: Desk, point_id: UUID) -> tuple[Kit, AccessPoint]:
    """An access point and its kit; NotFound for another's."""
    database, office = request.services.database, _office(desk)
    point = await access_points.get(database, office, point_id)
    return await kits.get(database, office, point.kit_id), point


def _of_agents(base: str, agents: Sequence[print_agents.Agent], now: datetime) -> list[Wrong]:
    """The agents that something is wrong with; those first for which jobs wait."""
    return [
        Wrong("device-desktop", one.name, "", f"{base}/print-agents#agent-{one.id}", told)
        for one in sorted(agents, key=lambda one: one.waiting_count == 0)
        if (told := [(agent_pages.TROUBLES[trouble], agent_pages.TO_DO[trouble]) for trouble in one.troubles(now)])
    ]


def _of_printers(found: Sequence[Printer], gone: Collection[UUID]) -> list[Wrong]:
    """The printers that print nothing; `gone`: agents that were revoked."""
    wrong: list[Wrong] = []
    for one in found:
        conditions, told = machine_words.known(one.conditions), []
        if one.agent_id in gone:
            told = [(AGENT_GONE, AGENT_GONE_TO_DO)]
        elif conditions and not prints(frozenset(conditions)):
            told = [(machine_words.CONDITIONS[conditions[0]], machine_words.to_do(one.conditions))]
        if told:
            wrong.append(Wrong("printer", one.name, one.agent_name or "", f"/admin/printers/{one.id}", told))
    return wrong


def _of_points(
    base: str, points: Sequence[AccessPoint], names: dict[UUID, str], now: datetime, today: date
) -> list[Wrong]:
    return [
        Wrong("wifi", one.name, names[one.kit_id], f"{base}/access-points/{one.id}", told, managed=True)
        for one in points
        if (told := [(TROUBLES[trouble], TO_DO[trouble]) for trouble in one.troubles(now, today)])
    ]


def _of_scanners(base: str, scanners: Sequence[scan_devices.Device], now: datetime) -> list[Wrong]:
    return [
        Wrong("scan", one.name, one.gate, f"{base}/scanning", told)
        for one in scanners
        if (told := [(scan_pages.TROUBLES[trouble], SCANNER_TO_DO[trouble]) for trouble in one.troubles(now)])
    ]


def _of_kits(base: str, known: Sequence[Kit], today: date) -> list[Wrong]:
    return [
        Wrong("tag", one.name, one.place, f"{base}/kits/{one.id}", [(OVERDUE, "")], one.lent_until, True)
        for one in known
        if one.lent_until is not None and one.lent_until < today
    ]


def _choice(form: Form) -> KitChoice | None:
    """A kit as typed; None with the mistakes noted."""
    lent_until = form.day("lent_until", required=False)
    return None if form.mistakes else KitChoice(
        name=form.text("name"), place=form.text("place"), lent_until=lent_until
    )  # fmt: skip


def _fields(kit: Kit) -> dict[str, Any]:
    return {"name": kit.name, "place": kit.place, "lent_until": kit.lent_until or "", "version": kit.version}


def _point_choice(form: Form) -> PointChoice | None:
    """An access point as typed; None with the mistakes noted."""
    ends, kind = form.day("plan_ends_on", required=False), form.text("kind")
    if kind not in set(Kind):
        form.mistaken("kind", "Choose one of these.")
    if form.mistakes:
        return None
    return PointChoice(name=form.text("name"), kind=Kind(kind), identity=form.text("identity"), plan_ends_on=ends)


def _point_fields(point: AccessPoint) -> dict[str, Any]:
    return {
        "name": point.name, "kind": point.kind, "identity": point.identity, "plan_ends_on": point.plan_ends_on or "",
        "version": point.version,
    }  # fmt: skip


def _today(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()


def _list(key: str) -> str:
    return f"/admin/box-offices/{key}/kits"


def _kit_page(key: str, kit_id: UUID) -> str:
    return f"{_list(key)}/{kit_id}"


def _point_page(key: str, point_id: UUID) -> str:
    return f"/admin/box-offices/{key}/access-points/{point_id}"


def _office(desk: Desk) -> UUID:
    assert desk.reach.box_office_id is not None, "a kit is in a box office"
    return desk.reach.box_office_id


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    index,
    new,
    create,
    show,
    save,
    retire,
    new_point,
    add_point,
    show_point,
    save_point,
    renew_token,
    retire_point,
)
