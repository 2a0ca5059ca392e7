"""Whose call it is: the network address of the caller, seen through the proxies we trust and no others.

`X-Forwarded-For` is a claim, written by whoever sent the request; only what a trusted proxy appended is worth
anything. So the list is read from its right end, past trusted addresses, up to the first one that is not.
An IPv6 caller is known by its /64, the smallest network a household or a host is given.
"""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from litestar.types import HTTPScope

from ticketing.refusals import SettingRefused

Network = IPv4Network | IPv6Network
UNKNOWN = "unknown"
REMEMBERED_MAX = 50_000


class Addresses:
    """Reads a caller's address under one set of trusted proxies."""

    def __init__(self, trusted_proxies: str, setting: str = "PLACEUR_TRUSTED_PROXIES") -> None:
        """`trusted_proxies`: addresses and networks separated by commas; SettingRefused names the bad one."""
        self._trusted = tuple(_network(text.strip(), setting) for text in trusted_proxies.split(",") if text.strip())
        self._read = lru_cache(REMEMBERED_MAX)(self._resolve)

    def of(self, scope: HTTPScope) -> str:
        """The address to count a call under; "unknown" when the server was not told it (a Unix socket)."""
        peer = scope["client"][0] if scope["client"] else UNKNOWN
        forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        return self._read(peer, b",".join(forwarded))

    def is_trusted(self, text: str) -> bool:
        """Whether an address is that of a trusted proxy."""
        try:
            address = ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)

    def _resolve(self, peer: str, forwarded: bytes) -> str:
        caller = peer
        for text in reversed(forwarded.decode("latin-1").split(",")):
            hop = text.strip()
            if not self.is_trusted(caller) or not _is_address(hop):
                break
            caller = hop
        return _key(caller)


def _network(text: str, setting: str) -> Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise SettingRefused(name=setting, problem=f"{text!r} is no address and no network") from None


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _key(text: str) -> str:
    if not _is_address(text):
        return UNKNOWN
    address: IPv4Address | IPv6Address = ip_address(text)
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Network((int(address) >> 64 << 64, 64)))
    return str(address)
