"""What an agent writes down before it acts, so that it knows after a crash what it cannot know otherwise.

Each job goes through four lines, each on the disk (fsync) before the step that it names begins:

    asked      a take id is made, before the server is asked under it: asked again, the server gives the same job
    starting   before the first byte goes to the printer
    ended      what became of it, before the server is told
    told       the server knows; nothing of it is kept any more

Who starts again and finds *asked* asks again; *starting* without *ended*: the job may be on paper, so it is in doubt;
*ended* without *told*: tells again. A line that a crash cut off was not on the disk, so what it announces has not
happened: it is left out. The file is written anew, without what is told, at each start and when it has grown.
"""

import os
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct

from hardware.outcomes import Sending, unknown

FILE = "journal"
LINES_MAX = 10_000
"""Before the file is written anew."""


class Step(StrEnum):
    """How far a take has come."""

    ASKED = "asked"
    STARTING = "starting"
    ENDED = "ended"
    TOLD = "told"


class Line(Struct, frozen=True, omit_defaults=True):
    """One line of the file."""

    step: Step
    take: UUID
    job: UUID | None = None
    sending: Sending | None = None


class Journal:
    """The journal of one agent; no second process may have it open (`hardware.agent_folder`)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.standing: dict[UUID, Line] = {}
        """The last line of every take that is not told, in the order they were asked."""
        self._descriptor = -1
        self._line_count = 0

    @classmethod
    def open(cls, folder: Path) -> "Journal":
        """The journal in a folder; what was being printed when it was last written is in doubt from now on.

        Raises OSError when it cannot be read or written.
        """
        journal = cls(folder / FILE)
        for line in _read(journal._path):
            journal._note(line)
        for take, line in journal.standing.items():
            if line.step is Step.STARTING:
                journal.standing[take] = Line(Step.ENDED, take, line.job, unknown("the agent ended while it printed"))
        journal._renew()
        return journal

    def asked(self, take: UUID) -> None:
        """The server is going to be asked under this id."""
        self._add(Line(Step.ASKED, take))

    def starting(self, take: UUID, job: UUID) -> None:
        """The first byte of a job is going to leave."""
        self._add(Line(Step.STARTING, take, job))

    def ended(self, take: UUID, job: UUID, sending: Sending) -> None:
        """What became of it; the server is going to be told."""
        self._add(Line(Step.ENDED, take, job, sending))

    def told(self, take: UUID) -> None:
        """The server knows, or there is nothing to tell."""
        self._add(Line(Step.TOLD, take))
        if self._line_count > LINES_MAX:
            self._renew()

    def at(self, step: Step) -> list[Line]:
        """What stands at a step, the oldest first."""
        return [line for line in self.standing.values() if line.step is step]

    def close(self) -> None:
        """Nothing is written any more."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _note(self, line: Line) -> None:
        if line.step is Step.TOLD:
            self.standing.pop(line.take, None)
        else:
            self.standing[line.take] = line

    def _add(self, line: Line) -> None:
        _write(self._descriptor, [line])
        self._line_count += 1
        self._note(line)

    def _renew(self) -> None:
        """Write what stands to a new file, which takes the place of the old one whole or not at all."""
        draft = self._path.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
        _write(descriptor, self.standing.values())
        os.rename(draft, self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_CLOEXEC)
        os.fsync(folder)
        os.close(folder)
        self.close()
        self._descriptor, self._line_count = descriptor, len(self.standing)


def _read(path: Path) -> Iterable[Line]:
    """The lines that are whole."""
    if not path.exists():
        return
    for text in path.read_bytes().splitlines(keepends=True):
        try:
            if text.endswith(b"\n"):
                yield msgspec.json.decode(text, type=Line)
        except msgspec.DecodeError:
            continue


def _write(descriptor: int, lines: Iterable[Line]) -> None:
    data = memoryview(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    while data:
        data = data[os.write(descriptor, data) :]
    os.fsync(descriptor)
