import os
import subprocess
import sys

from embedded import free_port
from tests.test_launcher import ROOT


def serving(*options: str, told: str) -> "subprocess.CompletedProcess[str]":
    nowhere = {"DATABASE_URL": "postgresql://placeur@127.0.0.1:1/placeur", "REDIS_URL": "redis://127.0.0.1:1"}
    command = [sys.executable, "-m", "serving", *options]
    environment = os.environ | nowhere | {"PLACEUR_PORT": str(free_port()), "PLACEUR_WORKERS": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, input=told, capture_output=True, text=True, timeout=60)


def test_it_waits_to_be_told_and_is_quiet_when_it_never_is() -> None:
    never = serving("--when-told", told="")
    assert (never.returncode, never.stdout, never.stderr) == (0, "", "")


def test_told_it_starts() -> None:
    started = serving("--when-told", told="\n")
    assert "Connect" in started.stdout + started.stderr  # to the Postgres that is not there
