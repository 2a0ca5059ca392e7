"""Scanners themselves: enrolled, told what they may, heard of."""

import time

from litestar import delete, get, post
from litestar.params import JSONBody

from api import access
from api.scan_wire import (
    DeviceToken,
    EnrolBody,
    HeartbeatBody,
    HeartbeatSeen,
    ProfileSeen,
    SignInBody,
    sound,
)
from ticketing import scan_devices, scan_sign_ins, signing_keys
from ticketing.refusals import CodeWrong, NotSignedIn, PasswordWrong, ScanCodeWrong
from ticketing.scan_devices import Enrolment, Report, SignedIn
from web.call import Call

TAGS = ["Scanners"]
GUESSED = (PasswordWrong, ScanCodeWrong, CodeWrong, NotSignedIn)


@post("/scan/sign-ins", tags=TAGS, status_code=200)
async def sign_in(request: Call, data: JSONBody[SignInBody]) -> SignedIn:
    """Sign in at a scanner, by the organiser's code or an account, to choose the profile that it is enrolled for."""
    services = request.services
    services.sign_ins.check(request.address, time.monotonic())
    try:
        if data.code:
            return await scan_devices.sign_in_by_code(services.database, services.secret, data.code, request.now)
        return await scan_sign_ins.by_account(
            services.database, services.secret, data.email, data.password, data.second_factor, request.address,
            request.now,
        )  # fmt: skip
    except GUESSED:
        services.sign_ins.take(request.address, time.monotonic())
        raise


@post("/scan/devices", tags=TAGS)
async def enrol(request: Call, data: JSONBody[EnrolBody]) -> DeviceToken:
    """Enrol a scanner for a profile: by the profile's code, the organiser's, or what signing in has opened.

    The answer's token is what it shows from then on; it is nowhere else.
    """
    services = request.services
    services.sign_ins.check(request.address, time.monotonic())
    asked = Enrolment(name=data.name, software=data.software, hardware=data.hardware)
    on = (services.database, services.secret)
    try:
        if data.opening and data.profile is not None:
            made = await scan_devices.enrol_by_opening(
                *on, data.opening, data.profile, asked, request.whole_address, request.now
            )
        else:
            made = await scan_devices.enrol_by_code(
                *on, data.code, data.profile, asked, request.whole_address, request.now
            )
    except GUESSED:
        services.sign_ins.take(request.address, time.monotonic())
        raise
    return DeviceToken(made.device_id, made.token, made.profile_id)


@delete("/scan/device", tags=TAGS, security=access.DEVICE, status_code=204)
async def leave(request: Call) -> None:
    """End the scanner that asks: its token opens nothing any more."""
    door = await access.device(request)
    by = door.actor(request.whole_address)
    owner = door.profile.organisation_id
    await scan_devices.revoke(request.services.database, owner, door.device_id, by, request.now)


@get("/scan/profile", tags=TAGS, security=access.DEVICE)
async def profile(request: Call) -> ProfileSeen:
    """What the scanner that asks may scan, how it counts, what it shows, and the keys that codes are verified with."""
    door = await access.device(request)
    keys = await signing_keys.public_keys(request.services.database, door.profile.organisation_id)
    return ProfileSeen.of(door, tuple(keys), request.now)


@post("/scan/heartbeats", tags=TAGS, security=access.DEVICE, status_code=200)
async def heartbeat(request: Call, data: JSONBody[HeartbeatBody]) -> HeartbeatSeen:
    """Hear how a scanner is: once a minute is enough."""
    door = await access.device(request)
    told = Report(
        clock=None if data.clock is None else sound(data.clock, "clock"), battery=data.battery, charging=data.charging,
        pending_count=data.pending_count, software=data.software, network=data.network,
    )  # fmt: skip
    await scan_devices.report(request.services.database, door, told, request.whole_address, request.now)
    return HeartbeatSeen(request.now, door.profile.version)


HANDLERS = (sign_in, enrol, leave, profile, heartbeat)
