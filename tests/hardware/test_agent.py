"""An agent's own memory: what it writes down, where it keeps its token, and what it says when it cannot go on."""

import os
import stat
from pathlib import Path
from uuid import UUID

import pytest

from hardware import agent_folder, agent_program
from hardware.agent_folder import AgentRefused, Credentials
from hardware.agent_journal import FILE, Journal, Step
from hardware.agent_line import Patience
from hardware.agent_program import Options
from hardware.outcomes import Outcome, Reason, refused
from ticketing.ids import new_id

KNOWN = Credentials(server="http://127.0.0.1:1", agent=UUID(int=1), token="t", name="PC", box_office="Season")


def test_what_stood_stands_again(tmp_path: Path) -> None:
    journal, takes, job = Journal.open(tmp_path), [new_id() for _ in range(4)], new_id()
    for take in takes:
        journal.asked(take)
    journal.starting(takes[1], job)
    journal.starting(takes[2], job)
    journal.ended(takes[2], job, refused(Reason.NOT_READY, "no paper"))
    journal.ended(takes[3], job, refused(Reason.MEDIA))
    journal.told(takes[3])
    journal.close()
    for _ in range(2):
        again = Journal.open(tmp_path)
        assert [line.take for line in again.at(Step.ASKED)] == [takes[0]] and not again.at(Step.STARTING)
        begun, ended = again.at(Step.ENDED)
        assert begun.sending and begun.sending.outcome is Outcome.UNKNOWN, "it may be on paper"
        assert ended.sending == refused(Reason.NOT_READY, "no paper")
        again.close()


@pytest.mark.parametrize("cut", range(1, 40, 6))
def test_a_line_that_was_cut_off_was_not_written(tmp_path: Path, cut: int) -> None:
    journal, take = Journal.open(tmp_path), new_id()
    journal.asked(take)
    whole = len((tmp_path / FILE).read_bytes())
    journal.starting(take, new_id())
    journal.close()
    text = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(text[: whole + cut])
    again = Journal.open(tmp_path)
    assert [line.take for line in again.at(Step.ASKED)] == [take] and not again.at(Step.ENDED)
    other = new_id()
    again.asked(other)
    again.close()
    assert len(Journal.open(tmp_path).at(Step.ASKED)) == 2, "what follows is on a line of its own"


def test_a_full_disk_is_no_silence(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    os.dup2(os.open("/dev/full", os.O_WRONLY), journal._descriptor)
    with pytest.raises(OSError):
        journal.starting(new_id(), new_id())


def test_the_token_is_its_users_own_and_the_folder_one_agents(tmp_path: Path) -> None:
    folder = tmp_path / "agent"
    held = agent_folder.lock(folder)
    agent_folder.keep(folder, KNOWN)
    assert agent_folder.read(folder) == KNOWN
    assert stat.S_IMODE((folder / agent_folder.FILE).stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir() if "agent.json" in path.name] == [agent_folder.FILE]
    with pytest.raises(AgentRefused, match="runs already"):
        agent_program.run(Options(folder=folder))
    os.close(held)
    with pytest.raises(AgentRefused, match="This is PC already"):
        agent_program.run(Options(folder=folder, code="x"))
    (folder / agent_folder.FILE).write_text("{")
    with pytest.raises(AgentRefused, match="damaged"):
        agent_program.run(Options(folder=folder))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "not enrolled"),
        ({"code": "ABCD-EFGH"}, "Say which server"),
        ({"code": "ABCD-EFGH", "server": "tickets"}, "not the address"),
        ({"code": "http://tickets.example.org/x#ABCDEFGH"}, "use https"),
        ({"code": "ABCD-EFGH", "server": "http://127.0.0.1:9"}, "does not answer"),
    ],
)
def test_it_says_what_to_do(tmp_path: Path, options: dict[str, str], said: str) -> None:
    with pytest.raises(AgentRefused, match=said):
        agent_program.run(Options(folder=tmp_path, **options))


def test_what_is_scanned_names_the_server() -> None:
    scanned = "https://tickets.example.org/admin/box-offices/x/print-agents#ABCDEFGH"
    assert agent_folder.parted(scanned, "") == ("https://tickets.example.org", "ABCDEFGH")
    assert agent_folder.parted("abcd-efgh", "https://b.example") == ("https://b.example", "abcd-efgh")


def test_it_waits_longer_each_time_and_not_in_step() -> None:
    patience = Patience(first_s=1, pause_s_max=30)
    for tries, most in enumerate((1, 2, 4, 8, 16, 30, 30)):
        pauses = {patience.pause(tries) for _ in range(20)}
        assert len(pauses) > 1 and most / 2 <= min(pauses) <= max(pauses) <= most
