import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from redis import Redis

import cli
import demo
from engine.plan import files, placeur_json
from engine.plan.model import Plan
from engine.waiting import shuffle
from hardware import agent_program
from tests import small_halls
from tests.ticketing.house import plan
from ticketing.ids import new_id

SECRET = "5a" * 32
COMMANDS = (
    *("run", "serve", "worker", "agent", "hub", "demo", "onsale", "check", "rebuild", "backup", "restore", "jobs"),
    *("token create", "token list", "token revoke", "plan import", "plan export", "plan doctor"),
    "waiting-room verify",
    *("organisation create", "admin create", "admin reset-second-factor", "admin disable", "admin enable"),
)


class Ran(msgspec.Struct):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Placeur = Callable[..., Ran]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Placeur:
    """The command, in an environment that names no server. The first command with servers would start some."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)

    def ran(*arguments: str) -> Ran:
        capfd.readouterr()
        code = cli.call(arguments)
        return Ran(code, *capfd.readouterr())

    return ran


@pytest.fixture
def placeur(
    bare: Placeur, monkeypatch: pytest.MonkeyPatch, database_url: str, redis_url: str, data: Path
) -> Iterator[Placeur]:
    """The command, on this module's database."""
    environment = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "PLACEUR_SECRET": SECRET}
    for name, value in {**environment, "PLACEUR_DATA": str(data)}.items():
        monkeypatch.setenv(name, value)
    yield bare


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def house(placeur: Placeur, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Placeur:
    """The command, where the demo is on sale in small halls."""
    halls = small_halls.write(tmp_path)
    monkeypatch.setattr(demo, "make_once", partial(demo.make_once, examples=halls))
    made = placeur("demo")
    assert made.code in (0, 2)
    return placeur


def one_sentence(text: str) -> bool:
    return text.endswith((".\n", ". See `placeur --help`.\n")) and text.count("\n") == 1 and "Traceback" not in text


# Help and mistakes


def test_help_names_every_command(bare: Placeur) -> None:
    shown = bare("--help")
    assert shown.code == 0
    for command in COMMANDS:
        assert f"\n  {command.split()[0]}: " in shown.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does_in_a_sentence(bare: Placeur, command: str) -> None:
    usage, _, sentence, *_ = bare(*command.split(), "--help").out.splitlines()
    assert usage.startswith(f"Usage: placeur {command}")
    assert sentence[0].isupper() and sentence.endswith(".") and len(sentence) < 110
    assert "PARAM" not in usage


@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in ("demo", "check", "jobs", "token list")])
def test_help_has_examples(bare: Placeur, command: str) -> None:
    shown = bare(*command.split(), "--help").out
    assert f"    placeur {command}" in shown or f" placeur {command}" in shown.split("Example", 1)[1]


def test_an_agent_becomes_a_program_of_its_own(
    bare: Placeur, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    became: list[list[str]] = []
    monkeypatch.setattr(cli.os, "execve", lambda path, program, variables: became.append(program))
    assert bare("agent", "--folder", str(tmp_path), "--server", "tickets", "--code", "x").code == 0
    *_, module, options = became[0]
    assert module == "hardware.agent_program" and agent_program.main(options) == 2
    assert "'tickets' is not the address of a server" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sell"], 'Unknown command "sell"'),
        (["check", "--fast"], "Unknown option: --fast"),
        (["token", "create", "Door"], "--scope"),
        (["token", "create", "Door", "--scope", "all"], "view"),
        (["token", "revoke", "mine"], "mine"),
        (["plan", "doctor", "no-such-file.json"], "no-such-file.json: No such file or directory."),
        (["plan", "doctor", "/"], "/: Is a directory."),
        (["onsale", "--shoppers", "0"], "--shoppers"),
        (["onsale", "--parties", "a,b"], "'a,b' does not say how often a party has 1, 2, 3"),
        (["onsale", "--parties", "0,0"], "'0,0' does not say"),
        (["onsale", "--site", "https://tickets.example.org"], "--allow-remote"),
        (["onsale", "--site", "somewhere"], "'somewhere' is not the address of a site"),
        (["onsale", "--site", "http://127.0.0.1:9"], "Nothing answers at 127.0.0.1, port 9"),
        (["onsale", "--pay", "on_site"], "There is no demo token"),
        (["serve"], "DATABASE_URL: this needs servers of yours"),
        (["worker"], "DATABASE_URL: this needs servers of yours"),
        (["hub"], "This hub is not enrolled yet"),
        (["hub", "--server", "tickets", "--code", "x"], "Say which server"),
        (["hub", "--server", "http://tickets.example.org", "--code", "x"], "--plain-http"),
        (["hub", "--server", "http://127.0.0.1:9", "--code", "x"], "The server does not answer"),
        (["restore", "no-such-file.zip"], "no-such-file.zip"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_told_in_a_sentence(
    bare: Placeur, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], said: str
) -> None:
    monkeypatch.setenv("PLACEUR_DATA", str(tmp_path))
    if arguments[0] in ("onsale", "restore"):
        monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
        monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:9")
    ran = bare(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err and one_sentence(ran.err), ran.err


@pytest.mark.parametrize(("name", "value"), [("PLACEUR_HOLD_S", "soon"), ("PLACEUR_HOLDS", "1")])
def test_a_wrong_setting_is_told_in_a_sentence(
    bare: Placeur, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    ran = bare("check")
    assert ran.code == 2 and ran.err.startswith(f"{name}: ") and one_sentence(ran.err)


@pytest.mark.parametrize(
    ("name", "url", "said"),
    [
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none", "Postgres does not answer"),
        ("DATABASE_URL", "mysql://localhost", "Postgres refuses"),
        ("REDIS_URL", "redis://127.0.0.1:9", "Redis does not answer"),
    ],
)
def test_servers_out_of_reach_are_told_in_a_sentence(
    placeur: Placeur, monkeypatch: pytest.MonkeyPatch, name: str, url: str, said: str
) -> None:
    monkeypatch.setenv(name, url)
    ran = placeur("check")
    assert ran.code == 2 and ran.err.startswith(said) and one_sentence(ran.err), ran.err


def test_a_database_without_tables_is_told_in_a_sentence(
    placeur: Placeur, monkeypatch: pytest.MonkeyPatch, postgres: Any
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres.url("postgres"))
    ran = placeur("token", "list")
    assert ran.code == 2 and "has no tables of Placeur yet" in ran.err and one_sentence(ran.err)


# The demo, and tokens


def test_the_demo_is_made_once_and_told_where_its_tokens_are(house: Placeur, data: Path) -> None:
    ran = house("demo")
    assert ran.code == 2 and "There is an organisation already" in ran.err and one_sentence(ran.err)
    assert (data / demo.TOKENS_FILE).exists()


def test_a_token_is_printed_once_listed_and_revoked(house: Placeur) -> None:
    made = house("token", "create", "Door 3", "--scope", "scan")
    assert made.code == 0 and made.out.startswith("placeur_") and made.out.count("\n") == 1
    assert house("token", "create", "Shop", "--scope", "sell", "--json").json["token"].startswith("placeur_")
    listed = {token["name"]: token for token in house("token", "list", "--json").json}
    assert listed["Door 3"]["scope"] == "scan" and listed["Door 3"]["revoked_at"] is None
    assert made.out.strip() not in json.dumps(listed)
    assert house("token", "revoke", listed["Door 3"]["id"]).code == 0
    listed = {token["name"]: token for token in house("token", "list", "--json").json}
    assert listed["Door 3"]["revoked_at"] is not None
    row = next(line for line in house("token", "list").out.splitlines() if "Door 3" in line)
    assert row.split("\t")[1:3] == ["Door 3", "scan"]


def test_another_token_and_another_organisation_are_not_found(house: Placeur) -> None:
    unknown = house("token", "revoke", "01993c5e-7a02-7d42-8e0e-0ad0d1f5a3c1")
    assert unknown.code == 2 and unknown.err == "There is no such key.\n"
    assert house("token", "list", "--organisation", "nobody").err == "There is no such organisation.\n"


# Organisations and accounts


@pytest.fixture
def empty(placeur: Placeur, monkeypatch: pytest.MonkeyPatch, postgres: Any, template: str) -> Iterator[Placeur]:
    """The command, on a database in which nobody is yet."""

    async def told(statement: str) -> None:
        connection = await asyncpg.connect(postgres.url("postgres"))
        await connection.execute(statement)
        await connection.close()

    asyncio.run(told(f"create database founded template {template}"))
    monkeypatch.setenv("DATABASE_URL", postgres.url("founded"))
    yield placeur
    asyncio.run(told("drop database founded with (force)"))


def test_an_installation_begins_with_an_organisation_and_its_administrator(
    empty: Placeur, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO("a few words will do\n" * 2))
    refused = empty("admin", "create", "lac@example.org")
    assert refused.code == 2 and "none; `placeur organisation create` founds one" in refused.err
    assert "Théâtre du Lac is here, as theatre-du-lac" in empty("organisation", "create", "Théâtre du Lac").out
    assert empty("admin", "create", "lac@example.org").out == "lac@example.org may sign in at /admin.\n"
    again = empty("organisation", "create", "Other", "--slug", "theatre-du-lac")
    assert again.code == 2 and "theatre-du-lac" in again.err and one_sentence(again.err)
    nameless = empty("organisation", "create", "劇場")
    assert nameless.code == 2 and nameless.err.startswith("slug: ") and one_sentence(nameless.err)


@pytest.fixture
def administrator(house: Placeur, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new administrator of the demo's organisation; the address."""
    email = f"bo-{new_id().hex}@example.org"
    monkeypatch.setattr(sys, "stdin", StringIO("a few words will do\n"))
    made = house("admin", "create", email)
    assert (made.code, made.out) == (0, f"{email} may sign in at /admin.\n")
    return email


def test_an_account_is_closed_and_opened_again(house: Placeur, administrator: str) -> None:
    for command, said in (("disable", "closed"), ("enable", "open again")):
        assert house("admin", command, administrator).out == f"The account of {administrator} is {said}.\n"
    assert house("admin", "enable", administrator).out == f"The account of {administrator} was open already.\n"


def test_a_second_factor_that_is_not_there_is_told(house: Placeur, administrator: str) -> None:
    ran = house("admin", "reset-second-factor", administrator)
    assert (ran.code, ran.out) == (0, f"{administrator} has no second factor: nothing was changed.\n")


@pytest.mark.parametrize("command", ["reset-second-factor", "disable", "enable"])
def test_an_address_that_nobody_has_is_told(house: Placeur, command: str) -> None:
    ran = house("admin", command, "nobody@example.org")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "Nobody has an account with the address nobody@example.org.\n"


# Plans


def flawed() -> Plan:
    """The small house, in which two seats have one id."""
    small = plan()
    zone = small.zones[0]
    twice = msgspec.structs.replace(zone.rows[0].seats[1], id=zone.rows[0].seats[0].id)
    row = msgspec.structs.replace(zone.rows[0], seats=(zone.rows[0].seats[0], twice, *zone.rows[0].seats[2:]))
    return msgspec.structs.replace(small, zones=(msgspec.structs.replace(zone, rows=(row, *zone.rows[1:])),))


def test_the_doctor_finds_nothing_in_a_sound_plan(bare: Placeur, tmp_path: Path) -> None:
    (tmp_path / "hall.json").write_bytes(placeur_json.write(plan()))
    ran = bare("plan", "doctor", str(tmp_path / "hall.json"))
    assert (ran.code, ran.out) == (0, "Small house: 40 places, 0 repairs needed.\n")


def test_the_doctor_tells_and_mends(bare: Placeur, tmp_path: Path) -> None:
    hall, mended = tmp_path / "hall.json", tmp_path / "mended.json"
    hall.write_bytes(placeur_json.write(flawed()))
    ran = bare("plan", "doctor", str(hall))
    assert ran.code == 1 and ran.out.endswith("1 repairs needed.\n") and "A1" in ran.out
    assert bare("plan", "doctor", str(hall), "--json").json["findings"][0]["flaw"] == "duplicate-id"
    assert bare("plan", "doctor", str(hall), "--to", str(mended)).code == 0
    assert bare("plan", "doctor", str(mended)).code == 0


def test_a_file_that_is_no_plan_is_told_with_the_place(bare: Placeur, tmp_path: Path) -> None:
    (tmp_path / "hall.csv").write_text("stand,sector,row,seats\nwest,1,1,many\n")
    ran = bare("plan", "doctor", str(tmp_path / "hall.csv"))
    assert ran.code == 2 and "line 2" in ran.err and ran.err.count("\n") == 1


def test_a_plan_comes_in_and_goes_out(house: Placeur, tmp_path: Path) -> None:
    hall, out = tmp_path / "hall.json", tmp_path / "out.json"
    hall.write_bytes(placeur_json.write(flawed()))
    refused = house("plan", "import", str(hall), "--venue", "Hall of Flaws")
    assert refused.code == 2 and "There is no venue 'Hall of Flaws'" in refused.err
    added = house("plan", "import", str(hall), "--venue", "Hall of Flaws", "--time-zone", "Europe/Paris")
    assert added.code == 0 and "Repaired: " in added.out and "Small house, version 1: 40 places" in added.out
    assert house("plan", "export", "Hall of Flaws", "--to", str(out)).code == 0
    again = house("plan", "import", str(out), "--venue", "Hall of Flaws", "--json").json
    assert again["version"]["number"] == 1 and again["repairs"] == []
    opened = house("plan", "export", "Hall of Flaws", "Small house", "--number", "1", "--format", "open").out
    assert files.read(opened.encode()).seat_count == 20


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Nowhere"], "There is no venue 'Nowhere' (known: "),
        (["Riverside Theatre", "Attic"], "Please name one of the venue's plans: Main house."),
        (["Riverside Theatre", "--number", "9"], "That plan has no version 9."),
        (["Riverside Theatre", "--format", "rows"], "Only a house of stands and sectors"),
    ],
    ids=["venue", "plan", "version", "format"],
)
def test_a_plan_that_is_not_there_is_told(house: Placeur, arguments: list[str], said: str) -> None:
    ran = house("plan", "export", *arguments)
    assert ran.code == 2 and said in ran.err and ran.err.count("\n") == 1


# Keeping it sound


def test_check_finds_nothing_in_a_sound_house(house: Placeur) -> None:
    assert house("check").out == "Everything that must be true is.\n"
    assert house("check", "--json").json == []


def test_check_prints_every_breach_and_rebuild_mends_redis(
    house: Placeur, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.check, "SETTLING_S", 0.05)
    with Redis.from_url(redis_url) as redis:
        words = next(key for key in sorted(redis.scan_iter("*:w:*")) if redis.strlen(key) == 16 + 8 * 22)
        redis.setrange(words, 16, (2**52 + 7).to_bytes(8, "little"))
    broken = house("check")
    assert broken.code == 1 and broken.out.count("\n") == 1
    assert broken.out.startswith("words_follow_claims: ") and "place 0: word 4503599627370503" in broken.out
    assert house("check", "--json").json[0]["invariant"] == "words_follow_claims"
    assert house("rebuild").out.startswith("Rebuilt ")
    assert house("check").code == 0


def test_one_pool_is_rebuilt_alone(house: Placeur) -> None:
    assert house("rebuild", "--pool", "1").out == "Rebuilt 1 pools.\n"
    assert house("rebuild", "--pool", "999999").err == "There is no such pool on sale: 999999.\n"


def test_a_backup_is_restored_elsewhere(
    house: Placeur, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, postgres: Any, template: str
) -> None:
    file = tmp_path / "house.zip"
    saved = house("backup", str(file))
    assert saved.code == 0 and "secret is not in it" in saved.out
    refused = house("restore", str(file))
    assert refused.code == 2 and "not empty" in refused.err and one_sentence(refused.err)


def test_no_job_was_set_aside(house: Placeur) -> None:
    assert house("jobs", "--json").json == []
    assert house("jobs", "--retry").code == 0


def test_a_waiting_rooms_lot_is_checked(bare: Placeur, tmp_path: Path) -> None:
    seed = bytes(range(32))
    told = {"seed": seed.hex(), "seed_hash": shuffle.seed_hash(seed).hex(), "shuffled": 2000}
    path = tmp_path / "serving.json"
    path.write_text(json.dumps(told))
    ran = bare("waiting-room", "verify", str(path), "--number", "1999")
    assert ran.code == 0 and "is the one that was promised" in ran.out and "its place is 48." in ran.out
    late = bare("waiting-room", "verify", str(path), "--number", "2000", "--json").json
    assert late == {"rank": 2000, "drawn": False, "promised": True}
    ran = bare("waiting-room", "verify", str(path), "--number", "1", "--seed-hash", "00" * 32)
    assert ran.code == 1 and "is NOT the one" in ran.out
    for text in ("{}", "nonsense", json.dumps(told | {"seed": "xyz"}), json.dumps(told | {"seed": None})):
        path.write_text(text)
        assert bare("waiting-room", "verify", str(path), "--number", "1").code == 2
