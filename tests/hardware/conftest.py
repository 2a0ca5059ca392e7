"""A printer that nobody here wrote: `ippeveprinter`, the IPP Everywhere printer of the CUPS project."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from hardware.ipp_client import IppPrinter
from tests.hardware.simulators import LOOPBACK, at

START_S_MAX = 20
PATH = os.environ.get("PATH", "") + ":/usr/sbin"
PRINTING = """#!/bin/sh
# What the printer does with a document: {folder}/acts is obeyed first.
[ ! -e "{folder}/acts" ] || . "{folder}/acts"
env | grep '^IPP_' > "{folder}/paper/$IPP_JOB_ID.attributes"
cp "$1" "{folder}/paper/$IPP_JOB_ID.part"
mv "{folder}/paper/$IPP_JOB_ID.part" "{folder}/paper/$IPP_JOB_ID.pdf"
"""


class Everywhere(Struct):
    """A running `ippeveprinter`, and the folder in which it prints."""

    folder: Path
    printer: IppPrinter

    def printed(self) -> list[bytes]:
        """The documents that came out, in the order of their jobs."""
        papers = sorted((self.folder / "paper").glob("*.pdf"), key=lambda path: int(path.stem))
        return [paper.read_bytes() for paper in papers]

    def attributes(self, job: int) -> dict[str, str]:
        """What a job was printed with, as the printer told the program that prints."""
        lines = (self.folder / "paper" / f"{job}.attributes").read_text().splitlines()
        return {name: value for name, _, value in (line.partition("=") for line in lines)}

    def act(self, script: str) -> None:
        """What happens at the printer before the next documents come out, as a shell script."""
        (self.folder / "acts").write_text(script)


@pytest.fixture
def everywhere() -> Iterator[Callable[..., Everywhere]]:
    """Start printers, with options of theirs if need be; all of them end with the test."""
    missing = [program for program in ("ippeveprinter", "dbus-daemon") if not shutil.which(program, path=PATH)]
    assert not missing, (
        f"{missing} missing: these tests print on a printer of the system. Start them by ./test, which installs it, or "
        "type as root: apt-get install cups-ipp-utils dbus-daemon"
    )
    running: list[subprocess.Popen[bytes]] = []
    folders: list[Path] = []

    def started(*options: str) -> Everywhere:
        folder = Path(tempfile.mkdtemp(prefix="placeur-ipp-"))
        folders.append(folder)
        for name in ("spool", "paper"):
            (folder / name).mkdir()
        (folder / "print").write_text(PRINTING.format(folder=folder))
        (folder / "print").chmod(0o755)
        # It insists on a bus, though it makes itself known to nobody: one of its own will do.
        bus = f"unix:path={folder}/bus"
        running.append(start(folder, "dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={bus}"))
        wait(lambda: (folder / "bus").exists(), running[-1], folder)
        port = free_port()
        command = [
            "ippeveprinter", "-r", "off", "-p", str(port), "-n", "localhost", "-d", str(folder / "spool"),
            "-c", str(folder / "print"), "-f", "application/pdf", *options, "Printer",
        ]  # fmt: skip
        running.append(start(folder, *command, DBUS_SYSTEM_BUS_ADDRESS=bus))
        wait(lambda: answers(port), running[-1], folder)
        return Everywhere(folder, IppPrinter(at(port, "localhost")))

    yield started
    for process in reversed(running):
        process.kill()
        process.wait()
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def start(folder: Path, *command: str, **variables: str) -> "subprocess.Popen[bytes]":
    log = (folder / f"{command[0]}.log").open("wb")
    return subprocess.Popen(command, env=os.environ | {"PATH": PATH} | variables, stdout=log, stderr=subprocess.STDOUT)


def wait(is_there: Callable[[], bool], process: "subprocess.Popen[bytes]", folder: Path) -> None:
    until = time.monotonic() + START_S_MAX
    while not is_there():
        logs = "\n".join(path.read_text(errors="replace") for path in folder.glob("*.log"))
        assert process.poll() is None and time.monotonic() < until, f"{process.args} did not start:\n{logs}"
        time.sleep(0.01)


def answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex((LOOPBACK, port)) == 0


def free_port() -> int:
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        return int(free.getsockname()[1])
