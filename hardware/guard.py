"""Where a printer may be: the guard in front of every connection that somebody's typed address leads to.

A server that prints to whatever address its users name can be sent at the machines of the network it stands in: a
database that takes commands line by line, the cloud's page of credentials. So addresses are judged after the name is
resolved, and the connection is made to what was judged, never resolved again. A server reaches public addresses and
the networks its operator names, at the ports printers have; a print agent reaches its venue's network; nobody reaches
what no printer can be.
"""

import asyncio
import re
import socket
from collections.abc import Iterable
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import cast

from msgspec import Struct

from hardware.jobs import Bounds
from ticketing.refusals import SettingRefused

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PORTS_USUAL = "631,9100-9109,6101"
"""IPP; raw, one for each printer of a box; Zebra's mobile printers."""
HOST = re.compile(r"[\w.:%-]{1,253}", re.ASCII)
ADDRESSES_MAX = 8

NEVER = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "224.0.0.0/4",
        "255.255.255.255/32",
        "::/128",
        "ff00::/8",
        "169.254.169.0/24",
        "169.254.170.0/24",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "192.0.0.192/32",
        "fd00:ec2::/32",
        "fd20:ce::254/128",
    )
)
"""Nobody's, everybody's, and where clouds tell a machine its credentials: no setting opens these."""
PUBLIC_V6 = ip_network("2000::/3")
CARRYING_V4 = tuple(ip_network(text) for text in ("2001::/23", "2002::/16"))
"""IPv6 addresses that lead to an IPv4 address written in them (Teredo, 6to4)."""
NOT_PUBLIC = tuple(ip_network(text) for text in ("100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "3fff::/20"))
"""Which versions of Python judge differently."""
NAT64 = ip_network("64:ff9b::/96")
LOCAL = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "::1/128",
                 "fc00::/7", "fe80::/10")
)  # fmt: skip


class Verdict(StrEnum):
    """What the guard says of an address."""

    ALLOWED = "allowed"
    NO_SUCH_NAME = "no_such_name"
    """Nobody knows it now; it may be known later."""
    PORT_NOT_ALLOWED = "port_not_allowed"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"


class Guard(Struct, frozen=True):
    """Where one process may connect to, which depends on whose process it is."""

    networks: tuple[Network, ...] = ()
    ports: tuple[range, ...] = ()
    public: bool = True
    """Whether it lets through to all of the internet's addresses besides."""
    device_folders: tuple[str, ...] = ()
    """Folders whose files are printers of this machine."""


class Judged(Struct, frozen=True):
    """A verdict; with ALLOWED, the addresses to connect to, as the system's calls take them."""

    verdict: Verdict
    host: str
    port: int
    addresses: tuple[tuple[str | int, ...], ...] = ()


def server_guard(networks: str = "", ports: str = PORTS_USUAL) -> Guard:
    """What the server reaches by its settings, both lists separated by commas; SettingRefused names what is wrong."""
    return Guard(tuple(_network(text) for text in _items(networks)), _ports(ports))


def agent_guard(ports: str = PORTS_USUAL) -> Guard:
    """What an agent reaches: the network and the machine it stands in. That it never prints to the internet bounds what
    a server that fell into other hands could do with it."""
    return Guard(LOCAL, _ports(ports), public=False, device_folders=("/dev/usb",))


async def judge(host: str, port: int, guard: Guard, bounds: Bounds) -> Judged:
    """Resolve a name, or read an address, and say whether the process may connect there.

    Of a name's addresses those that are allowed are kept, eight at most; it is refused when none is.
    """
    if not any(port in some for some in guard.ports):
        return Judged(Verdict.PORT_NOT_ALLOWED, host, port)
    found = await _resolved(host, port, bounds.resolve_s_max) if HOST.fullmatch(host) else []
    allowed = [address for address in found if is_allowed(str(address[0]), guard)]
    if allowed:
        return Judged(Verdict.ALLOWED, host, port, tuple(allowed[:ADDRESSES_MAX]))
    return Judged(Verdict.ADDRESS_NOT_ALLOWED if found else Verdict.NO_SUCH_NAME, host, port)


def is_allowed(text: str, guard: Guard) -> bool:
    """Whether a guard lets through to one numeric address. An IPv4 address is judged as such however it is wrapped."""
    address = _unwrapped(ip_address(text.partition("%")[0]))
    if _within(address, NEVER):
        return False
    return _within(address, guard.networks) or (guard.public and _is_public(address))


def _unwrapped(address: Address) -> Address:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in NAT64 or int(address) >> 32 == 0:
            inner = int(address) & 0xFFFF_FFFF
            return IPv4Address(inner) if inner > 1 else address
    return address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and (address not in PUBLIC_V6 or _within(address, CARRYING_V4)):
        return False
    return address.is_global and not _within(address, NOT_PUBLIC)


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)


async def _resolved(host: str, port: int, s_max: float) -> list[tuple[str | int, ...]]:
    try:
        async with asyncio.timeout(s_max):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError, UnicodeError):
        return []
    return list(dict.fromkeys(cast(tuple[str | int, ...], address) for *_, address in found))


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _network(text: str) -> Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise SettingRefused(
            name="PLACEUR_PRINTER_NETWORKS", problem=f"{text!r} is no address and no network"
        ) from None


def _ports(text: str) -> tuple[range, ...]:
    return tuple(_port(item) for item in _items(text))


def _port(text: str) -> range:
    first, dash, last = text.partition("-")
    last = last if dash else first
    if first.isdecimal() and last.isdecimal() and 0 < int(first) <= int(last) < 65_536:
        return range(int(first), int(last) + 1)
    raise SettingRefused(name="PLACEUR_PRINTER_PORTS", problem=f"{text!r} is no port and no range of ports")
