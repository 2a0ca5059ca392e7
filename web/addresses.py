"""Whose call it is: the network address of the caller, seen through the proxies we trust and no others.

`X-Forwarded-For` is a claim, written by whoever sent the request; only what a trusted proxy appended is worth
anything. So the list is read from its right end, past trusted addresses, up to the first one that is not.
Limits count an IPv6 caller by its /64, the smallest network a household or a host is given; who may call from where is
judged by the whole address.
"""

import socket
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from litestar.types import HTTPScope

from ticketing.refusals import SettingRefused

Network = IPv4Network | IPv6Network
UNKNOWN = "unknown"
REMEMBERED_MAX = 10_000


class Addresses:
    """Reads a caller's address under one set of trusted proxies."""

    def __init__(self, trusted_proxies: str, setting: str = "PLACEUR_TRUSTED_PROXIES") -> None:
        """`trusted_proxies`: addresses and networks separated by commas; SettingRefused names the bad one."""
        networks = [_network(text.strip(), setting) for text in trusted_proxies.split(",") if text.strip()]
        self._trusted = tuple(networks)
        self._trusted_v4 = tuple((int(net.netmask), int(net[0])) for net in networks if net.version == 4)
        self._peer_is_trusted = lru_cache(REMEMBERED_MAX)(self._is_trusted)

    def of(self, scope: HTTPScope) -> str:
        """The address to count a call under; "unknown" when the server was not told it (a Unix socket)."""
        return _key(self._caller(scope))

    def whole(self, scope: HTTPScope) -> str:
        """The caller's address, all of it; "unknown" when the server was not told it."""
        return _whole(self._caller(scope))

    def _caller(self, scope: HTTPScope) -> str:
        caller = scope["client"][0] if scope["client"] else UNKNOWN
        if self._peer_is_trusted(caller):
            for hop in _forwarded(scope):
                if not _is_address(hop):
                    break
                caller = hop
                if not self._is_trusted(hop):
                    break
        return caller

    def _is_trusted(self, text: str) -> bool:
        """Whether a text is the address of a trusted proxy. Quick for IPv4, of which most shoppers have one each."""
        if packed := _packed_v4(text):
            number = int.from_bytes(packed)
            return any(number & mask == first for mask, first in self._trusted_v4)
        return _is_address(text) and any(ip_address(text) in network for network in self._trusted)


def _forwarded(scope: HTTPScope) -> list[str]:
    """The addresses that proxies wrote, the last one first."""
    values = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return [hop.strip() for hop in reversed(b",".join(values).decode("latin-1").split(","))] if values else []


def _network(text: str, setting: str) -> Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise SettingRefused(name=setting, problem=f"{text!r} is no address and no network") from None


def _packed_v4(text: str) -> bytes:
    """The four bytes of an IPv4 address, or none. `inet_pton` takes the one usual spelling only."""
    try:
        return socket.inet_pton(socket.AF_INET, text)
    except (OSError, ValueError):
        return b""


def _is_address(text: str) -> bool:
    if _packed_v4(text):
        return True
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _whole(text: str) -> str:
    if _packed_v4(text):
        return text
    try:
        address = ip_address(text)
    except ValueError:
        return UNKNOWN
    return str(address if address.version == 4 else address.ipv4_mapped or address)


def _key(text: str) -> str:
    whole = _whole(text)
    if ":" not in whole:
        return whole
    return str(IPv6Network((int(ip_address(whole)) >> 64 << 64, 64)))
