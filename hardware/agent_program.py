"""`placeur agent`: enrols once, then prints until it is ended.

A program of its own (`python -m hardware.agent_program OPTIONS`, as JSON), so that a small computer holds what prints
and nothing else: 50 MB instead of 140.
"""

import asyncio
import os
import platform
import signal
import sys
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import msgspec
from msgspec import Struct

from hardware import agent_folder
from hardware.agent import Agent, Rhythm
from hardware.agent_folder import AgentRefused, Credentials
from hardware.agent_journal import FILE as JOURNAL
from hardware.agent_journal import Journal
from hardware.agent_line import Away, NotTaken, Patience, Revoked, ServerLine
from hardware.agent_wire import Enrolling
from hardware.guard import PORTS_USUAL, agent_guard
from ticketing.refusals import SettingRefused

DONE, REFUSED = 0, 2


class Options(Struct, frozen=True, kw_only=True):
    """How an agent is started. `ports`: at which it prints, as lists of ports are written in settings."""

    folder: Path
    server: str = ""
    code: str = ""
    name: str = ""
    plain: bool = False
    ports: str = PORTS_USUAL
    rhythm: Rhythm = Rhythm()


def run(options: Options) -> None:
    """Enrol if a code is given, then print until SIGINT or SIGTERM. Raises AgentRefused."""
    lock = agent_folder.lock(options.folder)
    try:
        asyncio.run(_run(options))
    finally:
        os.close(lock)


async def _run(options: Options) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    known = agent_folder.read(options.folder)
    if options.code:
        known = await _enrolled(options, known)
    if known is None:
        raise AgentRefused(
            "This agent is not enrolled: make a code under Print agents in the back office, then type "
            "`placeur agent --server https://… --code …`."
        )
    guard = agent_guard(options.ports)
    try:
        journal = Journal.open(options.folder)
    except OSError as problem:
        raise AgentRefused(f"{options.folder / JOURNAL} cannot be written: {problem.strerror}.") from None
    line = ServerLine(known.server, known.token, tell, Patience())
    tell(f"{known.name} prints for {known.box_office} at {known.server}. Ctrl-C ends it.")
    try:
        software = f"placeur {version('placeur')}"
        await Agent(line, journal, guard, tell, software, rhythm=options.rhythm).run(stop)
    except Revoked:
        raise AgentRefused(
            f"{known.server} knows this agent no more: it was revoked. To let it print again, remove "
            f"{options.folder / agent_folder.FILE}, make a new code and enrol it once more."
        ) from None
    except OSError as problem:
        raise AgentRefused(
            f"{options.folder / JOURNAL} cannot be written ({problem.strerror}), and without it a ticket could be "
            "printed twice. Make room on the disk, then start the agent again: what waits is kept."
        ) from None
    finally:
        await line.close()
        journal.close()
    tell("Ended. What waits is printed when the agent runs again.")


async def _enrolled(options: Options, known: Credentials | None) -> Credentials:
    if known is not None:
        raise AgentRefused(
            f"This is {known.name} already, which prints for {known.box_office}: leave --code out. For another box "
            "office use another --folder."
        )
    server, code = agent_folder.parted(options.code, options.server)
    server = agent_folder.ensure_safe(server, options.plain)
    line = ServerLine(server, "", tell, Patience())
    asked = Enrolling(
        code=code, name=options.name or platform.node() or "Agent", software=f"placeur {version('placeur')}",
        hardware=f"{platform.system()} {platform.machine()}"[:100],
    )  # fmt: skip
    try:
        made = await line.enrol(asked)
    except NotTaken as refusal:
        raise AgentRefused(str(refusal)) from None
    except Away as problem:
        raise AgentRefused(f"{server} does not answer as a server of Placeur: {problem}.") from None
    finally:
        await line.close()
    credentials = Credentials(
        server=server, agent=made.agent, token=made.token, name=made.name, box_office=made.box_office
    )  # fmt: skip
    agent_folder.keep(options.folder, credentials)
    return credentials


def main(options: str) -> int:
    """Run under these options; the exit code. What a person has to do is one sentence on standard error."""
    try:
        run(msgspec.json.decode(options, type=Options, dec_hook=lambda kind, value: kind(value)))
    except (AgentRefused, SettingRefused) as refusal:
        print(refusal, file=sys.stderr)
        return REFUSED
    except OSError as problem:
        print(f"{problem.filename}: {problem.strerror}.", file=sys.stderr)
        return REFUSED
    return DONE


def tell(sentence: str) -> None:
    """A line for whoever watches, or for the log."""
    print(f"{datetime.now():%Y-%m-%d %H:%M:%S}  {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
