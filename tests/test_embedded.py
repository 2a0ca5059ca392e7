import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest
from redis import Redis
from redis.cluster import RedisCluster

from embedded import NotStarted, Postgres, Valkey, ValkeyCluster


@pytest.mark.parametrize("signal_number", [None, signal.SIGKILL])
async def test_postgres_keeps_its_data_and_address_over_a_restart(
    server_folder: Path, signal_number: int | None
) -> None:
    with Postgres(server_folder / "pg", port=0) as server:
        connection = await asyncpg.connect(server.url())
        await connection.execute("create table kept (n int); insert into kept values (7)")
        server.stop(signal_number)
        server.start()
        for url in (server.url(), server.tcp_url()):
            connection = await asyncpg.connect(url)
            assert await connection.fetchval("select n from kept") == 7
            await connection.close()


async def test_postgres_is_durable_unless_told_otherwise(server_folder: Path) -> None:
    with Postgres(server_folder / "pg") as server:
        connection = await asyncpg.connect(server.url())
        settings = await connection.fetch("select name, setting from pg_settings where setting in ('on', 'off')")
        await connection.close()
    on = {row["name"] for row in settings if row["setting"] == "on"}
    assert {"fsync", "synchronous_commit", "full_page_writes", "data_checksums"} <= on


def test_valkey_never_evicts_and_keeps_a_file(server_folder: Path) -> None:
    with Valkey(server_folder / "vk", port=0) as server:
        client = Redis.from_url(server.url(), decode_responses=True)
        wanted = {"maxmemory-policy": "noeviction", "appendonly": "yes", "appendfsync": "everysec"}
        assert client.config_get(*wanted) == wanted
        client.set("kept", "7")
        server.stop()
        server.start()
        assert Redis.from_url(server.tcp_url(), decode_responses=True).get("kept") == "7"


def test_a_cluster_spreads_over_its_nodes(valkey_cluster: ValkeyCluster) -> None:
    with RedisCluster.from_url(valkey_cluster.url()) as client:
        for n in range(50):
            client.set(f"{{shop-{n}}}:x", n)
        assert len(client.get_primaries()) == 3


def test_a_server_that_cannot_start_says_why(server_folder: Path) -> None:
    with pytest.raises(NotStarted, match="no-such-setting"):
        Valkey(server_folder / "vk", settings={"no-such-setting": "1"}).start()


def test_servers_die_with_the_process_that_started_them(server_folder: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from embedded import Valkey\n"
        "server = Valkey(Path(sys.argv[1])); server.start(); print(server.process.pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(server_folder / "vk")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]) as starter:
        assert starter.stdout is not None
        server = Path(f"/proc/{int(starter.stdout.readline())}/stat")
        assert server.exists()
        starter.kill()
    end = time.monotonic() + 10
    while server.exists() and ") Z " not in server.read_text():
        assert time.monotonic() < end
        time.sleep(0.02)
