"""What a handler is given: the request, and the services of this process.

The services are made at start-up and hang on the application's state; handlers reach them through the request instead
of injected parameters, which Litestar would resolve anew for every call.
"""

from datetime import UTC, datetime
from functools import cached_property
from typing import cast

from litestar import Request
from litestar.datastructures import State
from litestar.types import HTTPRequestEvent, HTTPScope
from msgspec import Struct

from engine.holds import ClaimsSource
from engine.inventory import Inventory
from ticketing.carts import Carts
from ticketing.db import Database
from ticketing.gate_counts import Counters
from ticketing.offers import Offers
from ticketing.queues import Queues
from ticketing.refusals import BodyTooLarge
from ticketing.sandbox import Sandbox
from ticketing.scan_devices import Devices
from ticketing.scan_lists import Lists
from ticketing.settings import Settings
from ticketing.shops import Shops
from ticketing.signing_keys import Keys
from ticketing.tokens import Tokens
from ticketing.workshop import Workshop
from web.addresses import Addresses
from web.built import Assets
from web.documents import Documents
from web.forms import Form, decoded
from web.live import Live
from web.press import Press
from web.rates import Rate
from web.templates import Templates
from web.visits import Visit
from web.waiting import ServingNumbers

PAGES_MAX = 10_000
"""Pages of a list that are gone through; whoever wants more of it searches."""


class Services(Struct, frozen=True, kw_only=True):
    """Everything the handlers of one process share."""

    settings: Settings
    database: Database
    inventory: Inventory
    claims: ClaimsSource
    tokens: Tokens
    keys: Keys
    devices: Devices
    """Scanners."""
    counters: Counters
    scan_lists: Lists
    sandbox: Sandbox
    press: Press
    workshop: Workshop
    """Where what people send is read."""
    templates: Templates
    secret: bytes
    site_url: str
    """Where people reach the site, without a slash at its end."""
    addresses: Addresses
    assets: Assets
    live: Live
    offers: Offers
    shops: Shops
    carts: Carts
    documents: Documents
    queues: Queues
    serving: ServingNumbers
    reads: Rate
    holds: Rate
    numbers: Rate
    """Of waiting rooms."""
    uploads: Rate
    sign_ins: Rate


class Call(Request[None, None, State]):
    """A request of ours."""

    scope: HTTPScope
    _whole: bytes | None = None

    async def body(self) -> bytes:
        """The whole body. BodyTooLarge as soon as it is longer than it may be: the rest is not read."""
        if self._whole is None:
            self._whole = await self.received(self.services.settings.body_bytes_max)
        return self._whole

    async def received(self, bytes_max: int) -> bytes:
        """The whole body of what may be larger than others. BodyTooLarge as soon as it is longer than that."""
        parts: list[bytes] = []
        size, more = 0, True
        while more:
            message = cast(HTTPRequestEvent, await self.receive())
            part = message.get("body", b"")
            parts.append(part)
            size += len(part)
            if size > bytes_max:
                raise BodyTooLarge(bytes_max=bytes_max)
            more = message.get("more_body", False)
        return b"".join(parts)

    @cached_property
    def services(self) -> Services:
        """The services of this process."""
        found: Services = self.scope["litestar_app"].state.services
        return found

    @cached_property
    def address(self) -> str:
        """The caller's network address, as limits count it."""
        return self.services.addresses.of(self.scope)

    @cached_property
    def whole_address(self) -> str:
        """The caller's network address to its last bit, as rights that depend on it judge it."""
        return self.services.addresses.whole(self.scope)

    @cached_property
    def visit(self) -> Visit:
        """The browser: its cookies, its language, the token of its forms."""
        return Visit(self.scope, self.services.secret, secure=self.services.site_url.startswith("https:"))

    @property
    def page_number(self) -> int:
        """The page of a list that the address asks for, from 1 to `PAGES_MAX`; what is no such number is the first."""
        text = self.query_params.get("page", "")
        well = text.isascii() and text.isdigit() and len(text) <= len(str(PAGES_MAX))
        return min(max(int(text), 1), PAGES_MAX) if well else 1

    async def typed(self, bytes_max: int | None = None) -> Form:
        """What a page's form carries. Raises BodyTooLarge, InputRefused, and FormStale without this browser's token."""
        body = await self.received(bytes_max) if bytes_max else await self.body()
        form = decoded(self.header(b"content-type"), body)
        self.visit.ensure_own(form.text("csrf") or self.header(b"x-csrf-token"))
        return form

    @cached_property
    def now(self) -> datetime:
        """The moment this call is judged at: one for the whole call."""
        return datetime.now(UTC)

    def header(self, name: bytes) -> str:
        """A header by its lower-case name, or an empty text. Reads the raw list: no mapping is built."""
        return next((value.decode("latin-1") for key, value in self.scope["headers"] if key == name), "")
