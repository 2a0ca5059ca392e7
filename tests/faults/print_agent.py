"""A print agent in a process of its own, so that it can be killed; or a mutant of one.

`python -m tests.faults.print_agent FOLDER [MUTANT]`
"""

import sys
from pathlib import Path
from uuid import UUID

from hardware import agent_program
from hardware.agent import Rhythm
from hardware.agent_journal import Journal, Line, Step
from hardware.agent_program import Options
from hardware.outcomes import Sending


def forgets_starting(self: Journal, take: UUID, job: UUID) -> None:
    """As if nothing had to be written down before the first byte leaves."""
    self.standing[take] = Line(Step.STARTING, take, job)


def forgets_ended(self: Journal, take: UUID, job: UUID, sending: Sending) -> None:
    self.standing[take] = Line(Step.ENDED, take, job, sending)


def asks_anew(self: Journal, step: Step) -> list[Line]:
    """As if a job that was asked for could be asked for under any id."""
    return [] if step is Step.ASKED else [line for line in self.standing.values() if line.step is step]


def mutate(mutant: str) -> None:
    if mutant == "journal off":
        Journal.starting, Journal.ended = forgets_starting, forgets_ended  # type: ignore[method-assign]
    if mutant == "take ignored":
        Journal.at = asks_anew  # type: ignore[method-assign]


def main(folder: Path, mutant: str = "") -> None:
    mutate(mutant)
    rhythm = Rhythm(ask_s=0.05, report_s=0.5)
    agent_program.run(Options(folder=folder, ports="1-65535", rhythm=rhythm))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
