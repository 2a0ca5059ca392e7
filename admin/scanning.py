"""Scanning: the profiles of a box office's gates, the codes that enrol scanners, the scanners and hubs and what is
wrong with them; and, of an event, who scans it, how its doors go, and whom a scanner let in offline against what was
known."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, history, pages, qr_pictures
from admin.access import Desk
from admin.menu import marked
from ticketing import (
    box_offices,
    door_dates,
    formats,
    gate_counts,
    offline_scans,
    scan_codes,
    scan_devices,
    scan_hubs,
    scan_profiles,
)
from ticketing.doors import Mode, Verdict
from ticketing.refusals import EditedMeanwhile, Refusal
from ticketing.scan_codes import ScanCode
from ticketing.scan_devices import Trouble
from ticketing.scan_hubs import HubTrouble
from ticketing.scan_profiles import ENTRIES_MAX, Choice, Choices, Profile, Role, Shown, ZoneChoice
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form

LIST, NEW, SHOW, EVENT = (f"scanning/{page}.html" for page in ("index", "new", "show", "event"))
OFFICE = "/box-offices/{key:str}/scanning"
ONE = "/scan-profiles/{scan_profile_id:uuid}"
VERSION_MAX = 2**31 - 1
HOURS = (4, 12, 24, 72, 168, 720)
"""How long a code may be chosen to be good for."""
MODES = {
    Mode.ONCE: marked("Once"),
    Mode.ENTRY_EXIT: marked("Entry and exit"),
    Mode.MULTIPLE: marked("Many times"),
}
ROLES = {Role.STEWARD: marked("Steward"), Role.SUPERVISOR: marked("Supervisor")}
SHOWN = {
    Shown.NAME: marked("Name"),
    Shown.TARIFF: marked("Tariff"),
    Shown.SEAT: marked("Row and seat"),
    Shown.ZONE: marked("Zone"),
    Shown.PASS: marked("Pass"),
}
TROUBLES = {
    Trouble.SCANS_WAIT: marked("Holds scans that it has not sent"),
    Trouble.SILENT: marked("Silent"),
    Trouble.BATTERY_LOW: marked("Battery low"),
    Trouble.CLOCK_OFF: marked("Its clock is wrong"),
}
HUB_TROUBLES = {
    HubTrouble.SCANS_WAIT: marked("Holds scans that it has not handed over"),
    HubTrouble.SILENT: marked("Silent: it is off, or its line is down"),
    HubTrouble.CLOCK_OFF: marked("Its clock is wrong"),
}
VERDICTS = {
    Verdict.ALREADY_IN: marked("Somebody had come in with it"),
    Verdict.NOT_IN: marked("Nobody was in with it"),
    Verdict.ENTRIES_SPENT: marked("It had come in often enough"),
    Verdict.WRONG_ZONE: marked("It is for another zone"),
    Verdict.WRONG_PERFORMANCE: marked("It is for another date"),
    Verdict.NOT_PAID: marked("It was not paid"),
    Verdict.CANCELLED: marked("It was cancelled"),
    Verdict.OPPOSED: marked("It was opposed"),
    Verdict.OLD_CODE: marked("It had a newer code"),
    Verdict.UNKNOWN: marked("It is no ticket of yours"),
    Verdict.FORGED: marked("It is forged"),
}
"""What was known of a ticket that somebody came in with all the same."""


@get(OFFICE)
async def index(request: Call, key: FromPath[str]) -> Response[str]:
    """The profiles, the organiser's codes and the scanners of a box office."""
    desk = await access.box_office(request, key, Scope.SCAN)
    return await _index(request, desk, Form())


@get(OFFICE + "/new")
async def new(request: Call, key: FromPath[str]) -> Response[str]:
    """The form for a profile."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    choices = await scan_profiles.choices(request.services.database, _office(desk), request.now)
    first = Choice(name="", gate="")
    return pages.show(request, NEW, desk, form=Form.of(_fields(first)), **_around(choices, first))


@post(OFFICE, status_code=200)
async def create(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Add a profile."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, database, office = await request.typed(), request.services.database, _office(desk)
    choice = _choice(form)
    if choice is not None:
        try:
            owner = desk.reach.organisation_id
            made = await scan_profiles.create(database, owner, office, choice, desk.actor, request.now)
            notice = "The profile {name} is added. Make a code to enrol scanners with it."
            return pages.done(request, f"/admin/scan-profiles/{made}", notice, name=choice.name.strip())
        except Refusal as refusal:
            form.refused(refusal)
    choices = await scan_profiles.choices(database, office, request.now)
    return pages.show_again(request, NEW, desk, form=form, **_around(choices, Choice(name="", gate="")))


@get(ONE)
async def show(request: Call, scan_profile_id: FromPath[UUID]) -> Response[str]:
    """A profile: what it scans and how, its codes and its scanners."""
    desk = await access.scan_profile(request, scan_profile_id, Scope.SCAN)
    profile = await _profile(request, desk, scan_profile_id)
    form = Form.of(_fields(scan_profiles.choice_of(profile)) | {"version": profile.version})
    return pages.show(request, SHOW, desk, form=form, **await _of_profile(request, desk, profile))


@post(ONE, status_code=200)
async def save(request: Call, scan_profile_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Decide otherwise of a profile; its scanners follow within seconds."""
    desk = await access.scan_profile(request, scan_profile_id, Scope.MANAGE)
    form, database, owner, status = await request.typed(), request.services.database, desk.reach.organisation_id, 422
    choice, version = _choice(form), form.number("version", 1, VERSION_MAX)
    if choice is not None and version is not None:
        try:
            await scan_profiles.edit(database, owner, scan_profile_id, version, choice, desk.actor, request.now)
            return pages.done(request, _page(scan_profile_id), "Saved. Its scanners follow within seconds.")
        except EditedMeanwhile as refusal:
            form.refused(refusal)
            status = 409
        except Refusal as refusal:
            form.refused(refusal)
    profile = await _profile(request, desk, scan_profile_id)
    around = await _of_profile(request, desk, profile)
    if status == 409:
        stored = _fields(scan_profiles.choice_of(profile)) | {"version": profile.version}
        form.compare(stored, _words(around["choices"], profile, request.visit.language))
    return pages.show_again(request, SHOW, desk, status=status, form=form, **around)


@post(ONE + "/withdrawal", status_code=200)
async def withdraw(request: Call, scan_profile_id: FromPath[UUID]) -> Redirect:
    """End a profile, and with it its codes and its scanners."""
    desk = await access.scan_profile(request, scan_profile_id, Scope.MANAGE)
    await request.typed()
    owner = desk.reach.organisation_id
    await scan_profiles.withdraw(request.services.database, owner, scan_profile_id, desk.actor, request.now)
    notice = "The profile is withdrawn: its scanners open nothing any more."
    return pages.done(request, f"/admin/box-offices/{desk.reach.box_office_key}/scanning", notice)


@post(ONE + "/codes", status_code=200)
async def make_code(request: Call, scan_profile_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Make a code that enrols scanners for a profile."""
    desk = await access.scan_profile(request, scan_profile_id, Scope.MANAGE)
    form = await request.typed()
    if await _made(request, desk, form, scan_profile_id):
        return pages.done(request, f"{_page(scan_profile_id)}#codes", "The code is there: show it, or have it scanned.")
    profile = await _profile(request, desk, scan_profile_id)
    around = await _of_profile(request, desk, profile)
    filled = Form.of(_fields(scan_profiles.choice_of(profile)) | {"version": profile.version})
    filled.mistakes = form.mistakes
    return pages.show_again(request, SHOW, desk, form=filled, **around)


@post(OFFICE + "/codes", status_code=200)
async def make_organiser_code(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Make a code of the organiser, with which a scanner chooses its profile."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form = await request.typed()
    if await _made(request, desk, form, None):
        notice = "The code is there: tell it to who scans."
        return pages.done(request, f"/admin/box-offices/{key}/scanning#codes", notice)
    return await _index(request, desk, form, 422)


@post(OFFICE + "/codes/{scan_code_id:uuid}/revocation", status_code=200)
async def revoke_code(request: Call, key: FromPath[str], scan_code_id: FromPath[UUID]) -> Redirect:
    """End a code; scanners that it enrolled stay."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form = await request.typed()
    await scan_codes.revoke(request.services.database, _office(desk), scan_code_id, desk.actor, request.now)
    back = form.text("profile")
    known = await _is_profile(request, desk, back)
    target = _page(UUID(back)) if known else f"/admin/box-offices/{key}/scanning"
    return pages.done(request, target, "The code is revoked. Scanners that it enrolled stay.")


@post("/scan-devices/{scan_device_id:uuid}/revocation", status_code=200)
async def revoke_device(request: Call, scan_device_id: FromPath[UUID]) -> Redirect:
    """End a scanner: none of its scans is taken any more."""
    desk = await access.scan_device(request, scan_device_id, Scope.MANAGE)
    form, owner = await request.typed(), desk.reach.organisation_id
    ended = await scan_devices.revoke(request.services.database, owner, scan_device_id, desk.actor, request.now)
    office = f"/admin/box-offices/{desk.reach.box_office_key}/scanning"
    target = _page(ended.profile_id) if form.text("profile") else office
    return pages.done(request, target, "The scanner {name} is revoked.", name=ended.name)


@post("/scan-hubs/{scan_hub_id:uuid}/revocation", status_code=200)
async def revoke_hub(request: Call, scan_hub_id: FromPath[UUID]) -> Redirect:
    """End a hub: it reads nothing more, and nothing more is taken from it."""
    desk = await access.scan_hub(request, scan_hub_id, Scope.MANAGE)
    await request.typed()
    owner = desk.reach.organisation_id
    ended = await scan_hubs.revoke(request.services.database, owner, scan_hub_id, desk.actor, request.now)
    office = f"/admin/box-offices/{desk.reach.box_office_key}/scanning"
    return pages.done(request, f"{office}#hubs", "The hub {name} is revoked.", name=ended.name)


@get("/events/{event_id:uuid}/scanning")
async def of_event(request: Call, event_id: FromPath[UUID]) -> Response[str]:
    """Who scans an event, and how its doors go."""
    desk = await access.event(request, event_id, Scope.SCAN)
    database, office = request.services.database, _office(desk)
    dates = await door_dates.of_event(database, event_id, request.now)
    listed = await scan_profiles.list_of(database, office, request.now, event_id)
    return pages.show(
        request, EVENT, desk,
        event_id=event_id,
        profiles=[one for one in listed if one.withdrawn_at is None],
        dates=[(date, await gate_counts.count(database, date.id)) for date in dates],
        conflicts=await offline_scans.conflicts(database, [date.id for date in dates]),
        zones={date.id: date.time_zone for date in dates},
        verdicts=VERDICTS, modes=MODES, roles=ROLES,
    )  # fmt: skip


async def _index(request: Call, desk: Desk, form: Form, status: int = 200) -> Response[str]:
    services, office = request.services, _office(desk)
    manages = desk.may(Scope.MANAGE)
    codes = await scan_codes.list_of(services.database, services.secret, office, request.now) if manages else []
    devices = await scan_devices.list_of(services.database, office)
    hubs = await scan_hubs.list_of(services.database, office)
    return pages.show(
        request, LIST, desk, status=status, form=form,
        profiles=await scan_profiles.list_of(services.database, office, request.now),
        codes=[_drawn(request, code) for code in codes if code.profile_id is None],
        devices=[(one, one.troubles(request.now)) for one in devices if one.revoked_at is None],
        ended=[one for one in devices if one.revoked_at is not None],
        hubs=[(one, one.troubles(request.now)) for one in hubs if one.revoked_at is None],
        hubs_ended=[one for one in hubs if one.revoked_at is not None],
        hub_troubles=HUB_TROUBLES,
        site=services.site_url,
        zone=await box_offices.time_zone(services.database, office),
        hours=HOURS, modes=MODES, roles=ROLES, troubles=TROUBLES, profile_id=None,
    )  # fmt: skip


async def _of_profile(request: Call, desk: Desk, profile: Profile) -> dict[str, Any]:
    """What the page of a profile shows around its form."""
    services, office = request.services, _office(desk)
    manages = desk.may(Scope.MANAGE) and profile.withdrawn_at is None
    choices = await scan_profiles.choices(services.database, office, request.now, profile.id)
    codes = await scan_codes.list_of(services.database, services.secret, office, request.now, profile.id)
    devices = await scan_devices.list_of(services.database, office, profile.id)
    zone = await box_offices.time_zone(services.database, office)
    return _around(choices, scan_profiles.choice_of(profile)) | {
        "profile": profile,
        "profile_id": profile.id,
        "manages": manages,
        "codes": [_drawn(request, code) for code in codes] if manages else [],
        "devices": [(one, one.troubles(request.now)) for one in devices if one.revoked_at is None],
        "ended": [one for one in devices if one.revoked_at is not None],
        "hours": HOURS,
        "troubles": TROUBLES,
        "zone": zone,
        "history": await history.of(request, desk, "scan_profile", profile.id, zone),
    }


def _around(choices: Choices, choice: Choice) -> dict[str, Any]:
    """What a profile may be bound to. Zones that it has and no plan draws any more stay, to be seen and given up."""
    known = {zone.id for zone in choices.zones}
    gone = [ZoneChoice(zone, zone) for zone in choice.zones or () if zone not in known]
    return {
        "choices": Choices(choices.events, choices.dates, [*choices.zones, *gone], choices.fields),
        "modes": MODES,
        "roles": ROLES,
        "shown": SHOWN,
        "entries_max": ENTRIES_MAX,
    }


def _drawn(request: Call, code: ScanCode) -> tuple[ScanCode, str, str, str]:
    """A code, how people read it, the address that it opens a scanner at, and a picture of that."""
    url = f"{request.services.site_url}/scan#{code.text}"
    return code, scan_codes.spelt(code.text), url, qr_pictures.address(url)


async def _made(request: Call, desk: Desk, form: Form, profile_id: UUID | None) -> bool:
    """Whether a code was made as asked; if not, the mistakes are noted."""
    hours = form.number("hours", 1, scan_codes.HOURS_MAX)
    if hours is None:
        return False
    services, owner, office = request.services, desk.reach.organisation_id, _office(desk)
    try:
        on = (services.database, services.secret, owner, office, profile_id, hours)
        await scan_codes.make(*on, desk.actor, request.now)
    except Refusal as refusal:
        form.refused(refusal)
        return False
    return True


async def _profile(request: Call, desk: Desk, profile_id: UUID) -> Profile:
    return await scan_profiles.get(request.services.database, desk.reach.organisation_id, profile_id)


async def _is_profile(request: Call, desk: Desk, text: str) -> bool:
    """Whether a text is the id of a profile of the box office."""
    listed = await scan_profiles.list_of(request.services.database, _office(desk), request.now)
    return text in {str(one.id) for one in listed}


def _choice(form: Form) -> Choice | None:
    """What was decided of a profile; None with the mistakes noted."""
    bound = form.text("zones_admitted") == "chosen"
    multiple = form.text("mode") == Mode.MULTIPLE
    return form.read_as(
        Choice,
        event_ids=_ids(form, "events"),
        date_ids=_ids(form, "dates"),
        zones=tuple(form.texts("zones")) if bound else None,
        entries_max=form.number("entries_max", 1, ENTRIES_MAX, required=False) if multiple else None,
        shown=tuple(one for one in Shown if one in form.texts("shown")),
        field_ids=_ids(form, "fields"),
    )


def _ids(form: Form, name: str) -> tuple[UUID, ...]:
    try:
        return tuple(UUID(text) for text in form.texts(name))
    except ValueError:
        form.mistaken(name, "Choose one of these.")
        return ()


def _fields(choice: Choice) -> dict[str, Any]:
    """A profile as its form has it."""
    return {
        "name": choice.name,
        "gate": choice.gate,
        "covers": choice.covers,
        "events": choice.event_ids,
        "dates": choice.date_ids,
        "zones_admitted": "all" if choice.zones is None else "chosen",
        "zones": choice.zones or (),
        "mode": choice.mode,
        "entries_max": choice.entries_max,
        "role": choice.role,
        "shown": [one.value for one in choice.shown],
        "fields": choice.field_ids,
    }


def _words(choices: Choices, profile: Profile, language: str) -> Mapping[str, str]:
    """What lists of ids are called, for who compares two versions."""
    events = [one.name for one in choices.events if one.id in profile.event_ids]
    dates = [
        f"{one.event_name}, {formats.moment(one.starts_at, one.time_zone, language)}"
        for one in choices.dates
        if one.id in profile.date_ids
    ]
    zones = [one.name for one in choices.zones if one.id in (profile.zones or ())]
    fields = [one.labels.get(language) or next(iter(one.labels.values()), "") for one in choices.fields
              if one.id in profile.field_ids]  # fmt: skip
    return {
        "events": "; ".join(events), "dates": "; ".join(dates), "zones": "; ".join(zones), "fields": "; ".join(fields)
    }  # fmt: skip


def _office(desk: Desk) -> UUID:
    assert desk.reach.box_office_id is not None, "a profile is in a box office"
    return desk.reach.box_office_id


def _page(profile_id: UUID) -> str:
    return f"/admin/scan-profiles/{profile_id}"


HANDLERS: list[HTTPRouteHandler] = [
    index, new, create, show, save, withdraw, make_code, make_organiser_code, revoke_code, revoke_device, revoke_hub,
    of_event,
]  # fmt: skip
