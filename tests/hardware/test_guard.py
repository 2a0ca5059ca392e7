"""The guard: which addresses a process connects to, however they are written."""

import socket

import pytest

from hardware.guard import Guard, Judged, Verdict, agent_guard, is_allowed, judge, server_guard
from hardware.jobs import Bounds
from ticketing.refusals import SettingRefused
from ticketing.settings import Settings

BOUNDS = Bounds()
PUBLIC = ["8.8.8.8", "81.2.69.142", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
PRIVATE = [
    "10.0.0.1", "172.16.0.9", "172.31.255.255", "192.168.1.20", "127.0.0.1", "127.9.9.9", "169.254.7.7", "::1",
    "fe80::1", "fe80::1%eth0", "fd12:3456::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:c0a8:0114", "::127.0.0.1",
    "64:ff9b::a00:1",
]  # fmt: skip
NOBODYS = [
    "0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0", "224.0.0.251", "239.255.255.250", "255.255.255.255", "ff02::fb",
    "169.254.169.254", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "64:ff9b::a9fe:a9fe", "169.254.170.2",
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254",
]  # fmt: skip
NOT_PUBLIC = [
    "100.64.0.1", "192.0.0.8", "198.18.0.1", "203.0.113.9", "240.0.0.1", "2001:db8::1", "2002:a00:1::", "2002:7f00:1::",
    "2001:0:1::1", "fec0::1", "100::1", "5f00::1", "3fff::1", "64:ff9b:1::1",
]  # fmt: skip
EVERYTHING = server_guard("0.0.0.0/0, ::/0")


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_for_servers_and_not_for_agents(address: str) -> None:
    assert is_allowed(address, server_guard())
    assert not is_allowed(address, agent_guard())


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_for_agents_and_for_operators_who_name_them(address: str) -> None:
    assert not is_allowed(address, server_guard())
    assert is_allowed(address, agent_guard())
    assert is_allowed(address, EVERYTHING)


@pytest.mark.parametrize("address", NOBODYS)
def test_no_setting_opens_what_no_printer_can_be(address: str) -> None:
    for guard in (server_guard(), agent_guard(), EVERYTHING, server_guard(address.partition("%")[0])):
        assert not is_allowed(address, guard)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_addresses_that_are_not_the_internets(address: str) -> None:
    assert not is_allowed(address, server_guard())
    assert not is_allowed(address, agent_guard())


def test_one_network_is_opened_and_not_its_neighbour() -> None:
    guard = server_guard("192.168.7.0/24, fd12::/16")
    assert is_allowed("192.168.7.20", guard)
    assert is_allowed("::ffff:192.168.7.20", guard)
    assert is_allowed("fd12:3::4", guard)
    assert not is_allowed("192.168.8.20", guard)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "::1", "::ffff:127.0.0.1"])
async def test_this_machine_however_it_is_written(host: str) -> None:
    """Numbers and short forms are resolved as the system resolves them, and judged then."""
    judged = await judge(host, 9100, server_guard(), BOUNDS)
    assert (judged.verdict, judged.addresses) == (Verdict.ADDRESS_NOT_ALLOWED, ())
    opened = await judge(host, 9100, server_guard("127.0.0.0/8, ::1"), BOUNDS)
    assert opened.verdict == Verdict.ALLOWED


async def test_a_name_leads_to_those_of_its_addresses_that_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, "10.0.0.7", "8.8.8.8", "fe80::1", "169.254.169.254", "8.8.8.8")
    assert await judge("printer.example", 631, server_guard(), BOUNDS) == Judged(
        Verdict.ALLOWED, "printer.example", 631, (("8.8.8.8", 631),)
    )
    at_venue = await judge("printer.example", 631, agent_guard(), BOUNDS)
    assert at_venue.addresses == (("10.0.0.7", 631), ("fe80::1", 631, 0, 0))
    resolve(monkeypatch, "10.0.0.7", "169.254.169.254")
    assert (await judge("printer.example", 631, server_guard(), BOUNDS)).verdict == Verdict.ADDRESS_NOT_ALLOWED


async def test_a_name_with_a_thousand_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, *(f"8.8.{high}.{low}" for high in range(4) for low in range(250)))
    assert len((await judge("printer.example", 9100, server_guard(), BOUNDS)).addresses) == 8


@pytest.mark.parametrize(
    "host", ["printer.invalid", "", "a b", "x\ny", "user@10.0.0.1", "[::1]", "a/b", "x" * 254, "é"]
)
async def test_names_that_nobody_knows(host: str) -> None:
    assert (await judge(host, 9100, EVERYTHING, BOUNDS)).verdict == Verdict.NO_SUCH_NAME


@pytest.mark.parametrize(
    ("port", "verdict"), [(22, False), (80, False), (6379, False), (631, True), (9103, True), (6101, True)]
)
async def test_ports_are_those_of_printers(port: int, verdict: bool) -> None:
    judged = await judge("8.8.8.8", port, server_guard(), BOUNDS)
    assert judged.verdict == (Verdict.ALLOWED if verdict else Verdict.PORT_NOT_ALLOWED)


@pytest.mark.parametrize(
    ("networks", "ports"),
    [("10.0.0.0/33", "631"), ("printers", "631"), ("", "631-"), ("", "0"), ("", "9-1"), ("", "x"), ("", "70000")],
)
def test_settings_that_say_nothing(networks: str, ports: str) -> None:
    with pytest.raises(SettingRefused) as refused:
        server_guard(networks, ports)
    assert str(refused.value.fields["name"]).startswith("PLACEUR_PRINTER_")


def test_what_is_set_where_nothing_is() -> None:
    settings = Settings()
    assert server_guard(settings.printer_networks, settings.printer_ports) == server_guard()
    assert server_guard("", "") == Guard()


def resolve(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Make every name lead to these addresses."""

    def found(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", found)
