import asyncio
import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

import launcher
from embedded import Postgres, Valkey, free_port
from ticketing.settings import Settings

ROOT = Path(__file__).parents[1]
PROGRAM = """
import sys
import launcher
from ticketing.settings import from_environment
sys.exit(launcher.run(from_environment(), with_demo=False))
"""


@pytest.fixture
def environment(server_folder: Path) -> dict[str, str]:
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("PLACEUR_", "DATABASE_", "REDIS_"))
    }
    return {**plain, "PLACEUR_DATA": str(server_folder), "PLACEUR_PORT": str(free_port()), "PLACEUR_WORKERS": "1"}


@pytest.fixture
def placeur(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A running Placeur without demo data."""
    with launch(environment) as process:
        lines = iter(process.stdout or ())
        assert any(line.startswith("Placeur is ready") for line in lines), process.communicate()
        yield process
        process.kill()


def launch(environment: dict[str, str]) -> subprocess.Popen[str]:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, **pipes)


def refusal(environment: dict[str, str]) -> str:
    """Start Placeur where it cannot start: what it says."""
    with launch(environment) as process:
        output, error = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in error and not output
    return error


def children(process: subprocess.Popen[str]) -> dict[str, int]:
    """Return the process ids below a process, by command."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = folder.joinpath("stat").read_text().rpartition(")")[2].split()[1]
            if parent == str(process.pid):
                found[folder.joinpath("cmdline").read_text().replace("\0", " ")] = int(folder.name)
    return found


def test_it_serves_once_and_stops_cleanly(placeur: subprocess.Popen[str], environment: dict[str, str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", int(environment["PLACEUR_PORT"]), timeout=10)
    connection.request("GET", "/readyz")
    assert connection.getresponse().status == 200
    connection.close()
    assert f"already runs on {environment['PLACEUR_DATA']} (process {placeur.pid})" in refusal(environment)
    placeur.send_signal(signal.SIGTERM)
    output, error = placeur.communicate(timeout=60)
    assert (placeur.returncode, error) == (0, "")
    assert output.endswith("Stopped.\n")


@pytest.mark.parametrize("which", ["serving", "background", "valkey-server", "postgres"])
def test_when_one_part_ends_all_end(placeur: subprocess.Popen[str], which: str) -> None:
    os.kill(next(pid for command, pid in children(placeur).items() if which in command.split("-D")[0]), signal.SIGKILL)
    _, error = placeur.communicate(timeout=60)
    assert placeur.returncode == 1
    assert "ended by itself: stopping everything." in error


def test_a_taken_port_is_said_in_a_sentence(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", int(environment["PLACEUR_PORT"]))):
        assert refusal(environment).startswith("Cannot serve on 127.0.0.1, port")


def test_a_postgres_out_of_reach_is_said_in_a_sentence(environment: dict[str, str]) -> None:
    away = {"DATABASE_URL": f"postgresql://placeur@127.0.0.1:{free_port()}/placeur"}
    assert refusal({**environment, **away}).startswith("Cannot use the Postgres that DATABASE_URL names")


def test_a_command_borrows_servers_of_its_own(server_folder: Path) -> None:
    async def count(url: str) -> int:
        connection = await asyncpg.connect(url)
        try:
            return int(await connection.fetchval("select count(*) from organisations"))
        finally:
            await connection.close()

    with launcher.servers(Settings(data=str(server_folder))) as settings:
        assert asyncio.run(count(settings.database_url)) == 0
    with pytest.raises(OSError):
        asyncio.run(count(settings.database_url))


def test_a_command_finds_those_that_run(server_folder: Path, postgres: Postgres, valkey: Valkey) -> None:
    given = Settings(data=str(server_folder), database_url=postgres.url(), redis_url=valkey.url())
    with launcher.servers(given) as settings:
        assert settings == given
