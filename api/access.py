"""Who may: staff by their token, shoppers by the secret of what they hold, everybody else at a bounded rate.

Handlers ask in their first line and hand on what they are given, so that a verb cannot be called for nobody: a token
names the organisation whose records may be seen, and another's are not found.
"""

import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from litestar.openapi.spec import SecurityRequirement

from ticketing import access_points, print_agents, scan_hubs
from ticketing.access_points import Point
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.orders import Order
from ticketing.print_agents import Caller
from ticketing.refusals import NotSignedIn
from ticketing.scan_devices import Door
from ticketing.scan_hubs import Hub
from ticketing.tokens import Scope, Token
from web.call import Call

T = TypeVar("T")
TOKEN: list[SecurityRequirement] = [{"token": []}]
"""For the description of what staff may do."""
DEVICE: list[SecurityRequirement] = [{"device": []}]
"""For the description of what a scanner may do."""
ORDER_OR_TOKEN: list[SecurityRequirement] = [{"order": []}, {"token": []}]
"""For the description of what an order's shopper may do, and staff."""
HUB: list[SecurityRequirement] = [{"hub": []}]
"""For the description of what a hub may do."""
AGENT: list[SecurityRequirement] = [{"agent": []}]
"""For the description of what a print agent may do."""
ACCESS_POINT: list[SecurityRequirement] = [{"access_point": []}]
"""For the description of what an access point may do."""
BEARER = "bearer"
SCANNER = "device"
ORDER = "order"


async def staff(call: Call, scope: Scope) -> Token:
    """The caller's token, if it allows `scope`.

    Raises NotSignedIn, AddressNotAllowed, ScopeMissing or MayNotSell, and TooManyRequests for an address that keeps
    showing bad tokens.
    """
    scheme, secret = _credentials(call)
    if scheme != BEARER:
        raise NotSignedIn()
    services = call.services
    services.sign_ins.check(call.address, time.monotonic())
    try:
        return await services.tokens.verify(secret, scope, call.now, call.whole_address)
    except NotSignedIn:
        services.sign_ins.take(call.address, time.monotonic())
        raise


async def device(call: Call) -> Door:
    """The scanner that calls, and what it may do; by `Bearer <token>`, or `Device <token>` as other programs say it.

    Raises NotSignedIn, and TooManyRequests for an address that keeps showing bad tokens.
    """
    scheme, secret = _credentials(call)
    if scheme not in (BEARER, SCANNER):
        raise NotSignedIn()
    services = call.services
    services.sign_ins.check(call.address, time.monotonic())
    try:
        return await services.devices.verify(secret, call.now, call.whole_address)
    except NotSignedIn:
        services.sign_ins.take(call.address, time.monotonic())
        raise


async def hub(call: Call) -> Hub:
    """The hub that calls. Raises NotSignedIn, and TooManyRequests for an address that keeps showing bad tokens."""
    scheme, secret = _credentials(call)
    if scheme != BEARER:
        raise NotSignedIn()
    services = call.services
    services.sign_ins.check(call.address, time.monotonic())
    try:
        return await scan_hubs.verify(services.database, secret)
    except NotSignedIn:
        services.sign_ins.take(call.address, time.monotonic())
        raise


async def agent(call: Call) -> Caller:
    """The print agent that calls. Raises NotSignedIn, and TooManyRequests for an address that shows bad tokens."""
    return await _machine(call, print_agents.verify)


async def access_point(call: Call) -> Point:
    """The access point that calls. Raises as `agent` does."""
    return await _machine(call, access_points.verify)


def actor(call: Call, token: Token) -> Actor:
    """Whom the audit log names for what a token does."""
    return Actor(organisation_id=token.organisation_id, token_id=token.id, address=call.whole_address)


def shopper(call: Call, order: Order) -> Actor:
    """Whom the audit log names for what an order's own secret does: nobody of the staff, and from where."""
    return Actor(organisation_id=order.organisation_id, address=call.address)


def is_staff(call: Call) -> bool:
    """Whether the caller shows a token, good or not."""
    return _credentials(call)[0] == BEARER


async def staff_or_anybody(call: Call, scope: Scope) -> Token | None:
    """The caller's token when one is shown (it must then be good); None for a caller without one."""
    return await staff(call, scope) if is_staff(call) else None


def order_secret(call: Call) -> str:
    """The secret of `Authorization: Order <secret>`, or NotSignedIn."""
    scheme, secret = _credentials(call)
    if scheme != ORDER or not secret:
        raise NotSignedIn()
    call.services.sign_ins.check(call.address, time.monotonic())
    return secret


def refused_secret(call: Call) -> None:
    """Count a secret that opened nothing against the caller's address."""
    call.services.sign_ins.take(call.address, time.monotonic())


def anybody_reads(call: Call) -> None:
    """Count one read without a token; TooManyRequests past the rate."""
    call.services.reads.take(call.address, time.monotonic())


def anybody_holds(call: Call) -> None:
    """Count one hold without a token; TooManyRequests past the rate."""
    call.services.holds.take(call.address, time.monotonic())


def anybody_uploads(call: Call) -> None:
    """Count one file sent by anybody; TooManyRequests past the rate."""
    call.services.uploads.take(call.address, time.monotonic())


async def _machine(call: Call, verify: Callable[[Database, str, datetime, str], Awaitable[T]]) -> T:
    """The machine behind the token that it shows."""
    scheme, secret = _credentials(call)
    if scheme != BEARER:
        raise NotSignedIn()
    services = call.services
    services.sign_ins.check(call.address, time.monotonic())
    try:
        return await verify(services.database, secret, call.now, call.whole_address)
    except NotSignedIn:
        services.sign_ins.take(call.address, time.monotonic())
        raise


def _credentials(call: Call) -> tuple[str, str]:
    scheme, _, secret = call.header(b"authorization").partition(" ")
    return scheme.lower(), secret.strip()
