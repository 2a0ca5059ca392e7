"""Printers that make themselves known, on the loopback network."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from hardware import discovery
from hardware.discovery import Found, Service
from tests.hardware.simulators import LOOPBACK

HOST = f"zd421-{os.getpid()}.local."
ZEBRA = {
    b"ty": b"Zebra ZD421", b"pdl": b"application/vnd.zebra-zpl, image/urf,", b"UUID": b"4509A320-00A0",
    b"rp": b"ipp/print", b"note": b"Box office\x00",
}  # fmt: skip
LOOKS_MAX = 20
OURS = f"of {os.getpid()}"
"""In their names, because the network has other tests in it."""


@asynccontextmanager
async def known(*services: tuple[Service, str, int, dict[bytes, bytes]]) -> AsyncIterator[None]:
    """Printers of this machine, known while the block lasts."""
    network = AsyncZeroconf(interfaces=[LOOPBACK])
    told = [
        AsyncServiceInfo(
            service.value,
            f"{name} {OURS}.{service.value}",
            parsed_addresses=[LOOPBACK],
            port=port,
            properties=words,
            server=HOST,
        )
        for service, name, port, words in services
    ]
    try:
        await asyncio.gather(*(network.async_register_service(one, cooperating_responders=True) for one in told))
        yield
    finally:
        await network.async_unregister_all_services()
        await network.async_close()


async def found(count: int) -> list[Found]:
    """What a look finds; it is short, so it is taken again until so many are there."""
    seen: list[Found] = []
    for _ in range(LOOKS_MAX):
        seen = [one for one in await discovery.look(0.2, [LOOPBACK]) if one.name.endswith(OURS)]
        if len(seen) == count:
            break
    return seen


def _threads() -> set[threading.Thread]:
    """Those there are, but for the ones that wait for another test's processes to end."""
    return {one for one in threading.enumerate() if not one.name.startswith("asyncio-waitpid")}


async def test_printers_are_found_as_they_describe_themselves_and_forgotten_when_they_go() -> None:
    threads = _threads()
    async with known(
        (Service.IPP, "Counter 1", 631, ZEBRA),
        (Service.RAW, "Counter 1", 9100, ZEBRA),
        (Service.LPD, "Counter 1", 0, ZEBRA),
        (Service.IPPS, "Badges \u00e9", 631, {b"product": b"(SMART-51)", b"pdl": b"\xff\xfe", b"rp": b""}),
    ):
        badges, ipp, raw = await found(3)
        assert ipp == Found(
            service=Service.IPP, name=f"Counter 1 {OURS}", host=HOST, addresses=(LOOPBACK,), port=631,
            path="/ipp/print", model="Zebra ZD421", formats=("application/vnd.zebra-zpl", "image/urf"),
            uuid="4509a320-00a0", place="Box office",
        )  # fmt: skip
        assert (raw.service, raw.name, raw.port, raw.path, raw.uuid) == (
            Service.RAW, f"Counter 1 {OURS}", 9100, "", ipp.uuid,
        )  # fmt: skip
        assert (badges.name, badges.model, badges.path, badges.place) == (f"Badges \u00e9 {OURS}", "SMART-51", "", "")
    assert await found(0) == []
    assert _threads() == threads
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_where_nothing_can_be_asked() -> None:
    """An address that this machine does not have: no network card is there to ask through."""
    assert await discovery.look(0.01, ["203.0.113.9"]) == []
