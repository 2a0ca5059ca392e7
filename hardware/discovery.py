"""Printers that make themselves known in the local network (DNS-SD over multicast DNS, "Bonjour").

Each look asks anew for a few seconds and forgets everything at its end: no thread, no task and no memory of ours stays,
and a printer that is gone is not in the next list. Multicast does not leave the local network, so a server elsewhere
finds nothing: the print agent looks, there where the printers are. What is found was said by machines nobody vouches
for: it is bounded, cleaned, and connected to only after the guard (`hardware.guard`).
"""

import asyncio
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct
from zeroconf import InterfaceChoice, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from hardware.outcomes import clean

FOUND_MAX = 200
ANSWER_MS_MAX = 2000
"""To hear the details of one printer."""
FORMATS_MAX = 32
ADDRESSES_MAX = 8


class Service(StrEnum):
    """What a printer offers, best first."""

    IPPS = "_ipps._tcp.local."
    IPP = "_ipp._tcp.local."
    RAW = "_pdl-datastream._tcp.local."
    LPD = "_printer._tcp.local."
    """Found and not spoken. Port 0 says that the printer has it not, and keeps its name for the others."""


class Found(Struct, frozen=True, kw_only=True):
    """One service of one printer."""

    service: Service
    name: str
    """What people call it."""
    host: str
    addresses: tuple[str, ...]
    port: int
    path: str = ""
    """Of the queue, for IPP."""
    model: str = ""
    formats: tuple[str, ...] = ()
    """What it reads, as media types."""
    uuid: str = ""
    """The same for all services of one printer; often missing."""
    place: str = ""
    """Where it stands, in the words of whoever set it up."""


async def look(s_max: float = 3.0, interfaces: Iterable[str] | None = None) -> list[Found]:
    """The printers that answer within `s_max` seconds, by name and service; at most 200.

    `interfaces`: addresses of the network cards to ask through; all of them if not given. An empty list where no
    network is to be asked.
    """
    asked = InterfaceChoice.All if interfaces is None else list(interfaces)
    try:
        network = AsyncZeroconf(interfaces=asked)
    except OSError:
        return []
    names: dict[str, Service] = {}

    def noted(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if state_change is ServiceStateChange.Removed:
            names.pop(name, None)
        elif len(names) < FOUND_MAX:
            names[name] = Service(service_type)

    try:
        browser = AsyncServiceBrowser(network.zeroconf, [service.value for service in Service], handlers=[noted])
        await asyncio.sleep(s_max)
        await browser.async_cancel()
        answers = await asyncio.gather(*(_details(network, name, service) for name, service in names.items()))
    finally:
        await network.async_close()
    order = list(Service)
    return sorted(filter(None, answers), key=lambda found: (found.name.casefold(), order.index(found.service)))


async def _details(network: AsyncZeroconf, name: str, service: Service) -> Found | None:
    """What one service says of itself; None when it does not say where it is."""
    info = AsyncServiceInfo(service.value, name)
    if not await info.async_request(network.zeroconf, ANSWER_MS_MAX):
        return None
    addresses = info.parsed_scoped_addresses()[:ADDRESSES_MAX]
    if not addresses or not info.port:
        return None
    words = {key.lower(): clean(value or "") for key, value in info.decoded_properties.items()}
    formats = [one.strip() for one in words.get("pdl", "").split(",") if one.strip()]
    return Found(
        service=service,
        name=clean(name.removesuffix("." + service.value)),
        host=clean(info.server or ""),
        addresses=tuple(addresses),
        port=info.port,
        path="/" + words["rp"].lstrip("/") if service in (Service.IPP, Service.IPPS) and words.get("rp") else "",
        model=words.get("ty") or words.get("product", "").strip("()"),
        formats=tuple(formats[:FORMATS_MAX]),
        uuid=words.get("uuid", "").lower(),
        place=words.get("note", ""),
    )
