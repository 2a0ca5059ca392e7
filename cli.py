"""The command line, `placeur`: one command a line, each a decoding of its arguments and one verb.

Commands that need Postgres and Redis take those that the environment names, those of a Placeur that runs on the same
data folder, or servers of their own for as long as they take. What a person did wrong ends in one sentence on standard
error. Exit codes: 0 done; 1 what was asked is not so (a check that found something, servers that do not start); 2 a
mistake in the command, or a refusal.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from datetime import UTC, datetime
from getpass import getpass
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import msgspec
import uvloop
from cyclopts import App, CycloptsError, Parameter
from redis.exceptions import RedisError
from rich.console import Console
from rich.table import Table

import demo as demo_data
import hub as hub_process
import launcher
from benchmarks import telling
from benchmarks.lanes import NoAnswer
from benchmarks.onsale import OnsaleRefused, Report, hold
from benchmarks.options import Options
from embedded import NotStarted
from engine.link import StoreUnfit, StoreUnreachable
from engine.plan import doctor, files
from engine.plan.doctor import Finding
from engine.plan.files import Format
from engine.plan.model import PlanRefused
from engine.waiting import shuffle
from ticketing import accounts, check, organisations, plans, pools, seat_photos, team, tokens, venues
from ticketing import backup as backups
from ticketing import jobs as queue
from ticketing.box_offices import key_from
from ticketing.check import Breach
from ticketing.db import Database
from ticketing.jobs import Held
from ticketing.migrations import migrate
from ticketing.organisations import Organisation
from ticketing.plans import PlanVersion
from ticketing.refusals import InputRefused, NotFound, Refusal, SettingRefused
from ticketing.settings import Settings, from_environment
from ticketing.staff import Staff
from ticketing.stores import Stores, stores
from ticketing.tokens import Scope, Token
from ticketing.venues import Venue

DONE, NOT_SO, REFUSED = 0, 1, 2
INTERRUPTED = 130
MULTIPROC = "PROMETHEUS_MULTIPROC_DIR"
ORDINARY = Options()

T = TypeVar("T")
Json = Annotated[bool, Parameter(help="Print JSON.", show_default=False)]
OfOrganisation = Annotated[
    str, Parameter(help="Whose, by its slug; not needed when there is only one.", show_default=False)
]

_SEEN = sys.stdout.isatty()


def _examples(*lines: str) -> str:
    """Under a command's help."""
    return "\n".join(("Examples:" if len(lines) > 1 else "Example:", "", *(f"    {line}" for line in lines)))


app = App(
    name="placeur",
    help="Sell seats: theatres, stadiums, festivals, from one machine or many.",
    help_epilogue="Settings come from the environment (see the README); `placeur COMMAND --help` has examples.",
    help_format="plaintext",
    help_formatter="default" if _SEEN else "plain",
    console=telling.console(),
    version=lambda: version("placeur"),
    default_parameter=Parameter(negative=()),
)
token = App(name="token", help="Make, list and revoke the tokens that programs and machines sign in with.")
administrator = App(name="admin", help="Make accounts for the back office, help somebody back in, close an account.")
founding = App(name="organisation", help="Found the organisations whose tickets are sold here.")
plan = App(name="plan", help="Bring seating plans in and out, and mend them.")
app.command(founding)
app.command(administrator)
app.command(token)
app.command(plan)
waiting_room = App(name="waiting-room", help="Check the order that a waiting room drew by lot.")
app.command(waiting_room)


def call(arguments: Sequence[str]) -> int:
    """Run one command; its exit code."""
    try:
        done = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        return _refuse(f"{error} See `placeur --help`.")
    except NotStarted as error:
        return _refuse(str(error), NOT_SO)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        return _refuse(sentence)
    return done if isinstance(done, int) else DONE


def _refuse(sentence: str, code: int = REFUSED) -> int:
    print(" ".join(sentence.split()), file=sys.stderr)
    return code


def _sentence(error: Exception) -> str | None:
    """What to say of an error that whoever typed the command can do something about; None for a fault of ours."""
    match error:
        case Refusal() | PlanRefused() | StoreUnfit() | OnsaleRefused():
            return str(error)
        case NoAnswer():
            return f"{str(error).capitalize()}: start Placeur with `./run`, or name another site with --site."
        case StoreUnreachable() | RedisError():
            return f"Redis does not answer: {error}."
        case asyncpg.exceptions.UndefinedTableError():
            return "This database has no tables of Placeur yet: `placeur run` or `placeur serve` makes them."
        case asyncpg.exceptions.PostgresError() | asyncpg.exceptions.InterfaceError():
            return f"Postgres refuses: {error}."
        case OSError():
            return f"{error.filename}: {error.strerror}." if error.filename else f"Postgres does not answer: {error}."
    return None


# Serving


@app.command(help_epilogue=_examples("placeur run", "PLACEUR_PORT=8001 PLACEUR_DATA=/srv/placeur placeur run"))
def run(*, no_demo: Annotated[bool, Parameter(help="Do not make the demo data.", show_default=False)] = False) -> int:
    """Start everything on this machine, servers included, and stop it all on Ctrl-C."""
    return launcher.run(from_environment(), not no_demo)


@app.command(
    help_epilogue=_examples(
        "DATABASE_URL=postgresql://db/placeur REDIS_URL=redis://cache PLACEUR_HOST=:: placeur serve"
    )
)
def serve() -> None:
    """Migrate, then serve the site and its API, on your own Postgres and Redis."""
    settings = _own_servers()
    _become(launcher.web_server_command(), settings)


@app.command(help_epilogue=_examples("DATABASE_URL=postgresql://db/placeur REDIS_URL=redis://cache placeur worker"))
def worker() -> None:
    """Do what comes after the sale: mails, expiry, repairs, a check each minute; one must run, more may."""
    _become([sys.executable, "-m", "background"], _own_servers())


@app.command(
    help_epilogue=_examples(
        "placeur agent --server https://tickets.example.org --code ABCD-EFGH --name 'Box office PC'", "placeur agent"
    )
)
def agent(
    *,
    server: Annotated[str, Parameter(help="The server's address, at the first start.", show_default=False)] = "",
    code: Annotated[
        str, Parameter(help="A code from Print agents in the back office, typed or scanned.", show_default=False)
    ] = "",
    name: Annotated[str, Parameter(help="What the back office calls it; this machine's name if not given.")] = "",
    folder: Annotated[
        Path | None, Parameter(help="Where it keeps its token and journal; `agent` of the data folder if not given.")
    ] = None,
    ports: Annotated[str, Parameter(help="Ports of printers in this network.")] = "631,9100-9109,6101",
    plain_http: Annotated[
        bool, Parameter(help="The server has no https, and you trust the network.", show_default=False)
    ] = False,
) -> None:
    """Print in this network for a box office: enrol with a code once, then leave it running. No port is opened."""
    place = folder or Path(from_environment().data).absolute() / "agent"
    options = {"folder": str(place), "server": server, "code": code, "name": name, "plain": plain_http, "ports": ports}
    program = [sys.executable, "-m", "hardware.agent_program", msgspec.json.encode(options).decode()]
    os.execve(program[0], program, dict(os.environ))


@app.command(
    help_epilogue=_examples(
        "placeur hub --server https://tickets.example.org --code ABCD-EFGH --name 'Main entrance'", "placeur hub"
    )
)
def hub(
    *,
    server: Annotated[str, Parameter(help="The server's address, at the first start.", show_default=False)] = "",
    code: Annotated[
        str, Parameter(help="A code from Scanning in the back office, of a profile or the organiser's.")
    ] = "",
    name: Annotated[str, Parameter(help="What the back office calls it; this machine's name if not given.")] = "",
    folder: Annotated[
        Path | None, Parameter(help="Where it keeps its log; `hub` of the data folder if not given.")
    ] = None,
    host: Annotated[str, Parameter(help="The address that scanners reach it by; on loopback it needs no https.")] = (
        "0.0.0.0"
    ),
    port: Annotated[int, Parameter(help="The port that scanners reach it by.")] = 8443,
    address: Annotated[
        list[str] | None, Parameter(help="Another name or address that it is reached by; may be repeated.")
    ] = None,
    certificate: Annotated[
        Path | None, Parameter(help="A certificate of yours; the hub makes one if none is given.")
    ] = None,
    key: Annotated[Path | None, Parameter(help="The certificate's key.")] = None,
    plain_http: Annotated[
        bool, Parameter(help="The server has no https, and you trust the network.", show_default=False)
    ] = False,
) -> None:
    """Answer a venue's scanners while the line to the server is down: enrol it once, then leave it running."""
    hub_process.run(
        hub_process.Options(
            data=folder or Path(from_environment().data).absolute() / "hub", host=host, port=port, server=server,
            code=code, name=name, certificate=certificate, key=key, addresses=tuple(address or ()), plain=plain_http,
        )
    )  # fmt: skip


def _become(command: list[str], settings: Settings) -> NoReturn:
    """Turn this process into another program, whose metrics are added to those of the other processes."""
    folder = Path(os.environ.get(MULTIPROC) or Path(settings.data).absolute() / "metrics")
    folder.mkdir(parents=True, exist_ok=True)
    for numbers in folder.glob("*.db"):
        if not _runs(int(numbers.stem.rpartition("_")[2])):
            numbers.unlink(missing_ok=True)
    os.execve(command[0], command, {**os.environ, MULTIPROC: str(folder)})


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _own_servers() -> Settings:
    """The settings, with the database they name brought up to date; refused when they name no servers."""
    settings = from_environment()
    for name, url in (("DATABASE_URL", settings.database_url), ("REDIS_URL", settings.redis_url)):
        if not url:
            raise SettingRefused(name=name, problem="this needs servers of yours; `placeur run` starts its own")
    asyncio.run(migrate(settings.database_url))
    return settings


# Demo data


@app.command
def demo() -> None:
    """Make the demo data, in an installation that is empty."""
    with launcher.servers(from_environment()) as settings:
        made = asyncio.run(demo_data.make_once(settings))
    if not made:
        raise InputRefused(problem="There is an organisation already: the demo is made in an empty installation only.")
    print(f"Made. The demo's tokens are in {Path(settings.data).absolute() / demo_data.TOKENS_FILE}.")


# Selling out


@app.command(
    help_epilogue=_examples(
        "placeur onsale",
        "placeur onsale --box-office theatre --performances 4 --shoppers 300 --seconds 20",
        "placeur onsale --parties 1,4,2,1 --abandon-rate 0.3 --json",
    )
)
def onsale(
    options: Annotated[Options, Parameter(name="*")] = ORDINARY,
    *,
    site: Annotated[
        str, Parameter(help="A site's address; the Placeur that runs here if not given.", show_default=False)
    ] = "",
    allow_remote: Annotated[
        bool, Parameter(help="The site is not this machine, and you may press it.", show_default=False)
    ] = False,
    json: Json = False,
) -> int:
    """Send a crowd at a running Placeur over HTTP until it is sold out, and tell what happened."""
    settings = from_environment()
    address = site or _site(settings)
    local = _is_local(address)
    if not local and not allow_remote:
        raise InputRefused(problem=f"{address} is not this machine: --allow-remote says that you may press it.")
    crowd = options.crowd(_till(settings) if options.pay == "on_site" else "")
    with telling.progress(telling.console(stderr=True)) as tell:
        report = _held(settings if local else None, lambda known: hold(address, options, crowd, known, tell))
    _print_json(report) if json else telling.tell(report, telling.console())
    return DONE if report.sound else NOT_SO


def _held(settings: Settings | None, act: Callable[[Settings | None], Coroutine[Any, Any, Report]]) -> Report:
    """The on-sale held with the stores behind the site at hand, or (None) without."""
    if settings is None:
        return uvloop.run(act(None))
    with launcher.servers(settings) as located:
        return uvloop.run(act(located))


def _site(settings: Settings) -> str:
    """Where the Placeur that runs here is reached."""
    running = launcher.running(settings)
    return running.site if running else f"http://{settings.host}:{settings.port}"


def _is_local(site: str) -> bool:
    parts = urlsplit(site)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputRefused(problem=f"{site!r} is not the address of a site, such as http://127.0.0.1:8000.")
    try:
        return ip_address(parts.hostname).is_loopback
    except ValueError:
        return parts.hostname == "localhost"


def _till(settings: Settings) -> str:
    secret = demo_data.tokens_of(settings).get(Scope.SELL)
    if secret is None:
        raise InputRefused(problem="There is no demo token to sell with here: pay by the sandbox.")
    return secret


# Organisations


@founding.command(
    name="create",
    help_epilogue=_examples(
        "placeur organisation create 'Théâtre du Lac'", "placeur organisation create Arena --slug hall"
    ),
)
def found_organisation(
    name: Annotated[str, Parameter(help="What it is called, on tickets and in mails.")],
    /,
    *,
    slug: Annotated[
        str, Parameter(help="Its name in addresses, for good; made of its name if not given.", show_default=False)
    ] = "",
) -> None:
    """Found an organisation: what a new installation begins with, unless it has the demo."""
    made = _with_database(lambda db: organisations.create(db, slug or key_from(name), name, _now()))
    print(f"{made.name} is here, as {made.slug}: `placeur admin create EMAIL --organisation {made.slug}` lets you in.")


# Administrators


@administrator.command(
    name="create",
    help_epilogue=_examples("placeur admin create ada@example.org", "placeur admin create bo@example.org --name Bo"),
)
def create_administrator(
    email: Annotated[str, Parameter(help="The address to sign in with.")],
    /,
    *,
    name: Annotated[str, Parameter(help="What to call the person; the address's first part if not given.")] = "",
    organisation: OfOrganisation = "",
) -> None:
    """Make an account that may do everything in an organisation, and sign in at /admin. The password is asked for."""
    password = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")

    async def made(db: Database) -> Staff:
        owner = await _organisation(db, organisation)
        return await team.add_administrator(db, owner.id, email, name or email.split("@")[0], password, _now())

    person = _with_database(made)
    print(f"{person.email} may sign in at /admin.")


Address = Annotated[str, Parameter(help="The address that the person signs in with.")]


@administrator.command(help_epilogue=_examples("placeur admin reset-second-factor ada@example.org"))
def reset_second_factor(email: Address, /) -> None:
    """Remove every second factor and recovery code of somebody who lost them; the password alone signs in then."""
    had = _with_database(lambda db: accounts.reset_second_factors(db, email, _now()))
    if had.any or had.recovery_codes_left:
        print(f"{email} signs in by the password alone from now on, is signed out everywhere, and is written to.")
    else:
        print(f"{email} has no second factor: nothing was changed.")


@administrator.command(help_epilogue=_examples("placeur admin disable ada@example.org"))
def disable(email: Address, /) -> None:
    """Close somebody's account in all organisations; it is signed out at once, and keeps what it may for later."""
    closed = _with_database(lambda db: accounts.disable(db, email, _now()))
    print(f"The account of {email} is closed." if closed else f"The account of {email} was closed already.")


@administrator.command(help_epilogue=_examples("placeur admin enable ada@example.org"))
def enable(email: Address, /) -> None:
    """Open an account again that was closed by `placeur admin disable`."""
    opened = _with_database(lambda db: accounts.enable(db, email, _now()))
    print(f"The account of {email} is open again." if opened else f"The account of {email} was open already.")


# Tokens


@token.command(
    help_epilogue=_examples("placeur token create 'Door 3' --scope scan", "placeur token create Shop --scope sell")
)
def create(
    name: Annotated[str, Parameter(help="What it is for.")],
    /,
    *,
    scope: Annotated[Scope, Parameter(help="What it allows; each includes those before it.")],
    organisation: OfOrganisation = "",
    json: Json = False,
) -> None:
    """Make a token and print it, which happens only this once."""

    async def made(db: Database) -> str:
        return await tokens.create(db, (await _organisation(db, organisation)).id, name, scope, _now())

    secret = _with_database(made)
    _print_json({"token": secret}) if json else print(secret)


@token.command(name="list")
def list_tokens(*, organisation: OfOrganisation = "", json: Json = False) -> None:
    """List an organisation's tokens, revoked ones too."""

    async def found(db: Database) -> list[Token]:
        return await tokens.list_of(db, (await _organisation(db, organisation)).id)

    listed = _with_database(found)
    if json:
        return _print_json(listed)
    head = ("id", "name", "scope", "created", "last used", "revoked")
    times = [(token.created_at, token.last_used_at, token.revoked_at) for token in listed]
    _print_table(
        head,
        [(str(t.id), t.name, t.scope, *map(_moment, when)) for t, when in zip(listed, times, strict=True)],
        empty="There is no token yet: `placeur token create` makes one.",
    )


@token.command(help_epilogue=_examples("placeur token revoke 01993c5e-7a02-7d42-8e0e-0ad0d1f5a3c1"))
def revoke(
    id: Annotated[UUID, Parameter(help="The token's id, as `placeur token list` shows it.")],
    /,
    *,
    organisation: OfOrganisation = "",
) -> None:
    """End a token for good; it stops working within seconds."""

    async def ended(db: Database) -> None:
        await tokens.revoke(db, (await _organisation(db, organisation)).id, id, _now())

    _with_database(ended)


# Plans

PlanFile = Annotated[Path, Parameter(help="A plan in any format Placeur reads.")]
OfVenue = Annotated[str, Parameter(help="The venue's name.")]


@plan.command(
    name="import",
    help_epilogue=_examples(
        "placeur plan import hall.json --venue 'Town Hall' --time-zone Europe/Paris",
        "placeur plan import stadium.csv --venue Arena --name 'With away sector'",
    ),
)
def import_plan(
    file: PlanFile,
    /,
    *,
    venue: OfVenue,
    name: Annotated[
        str, Parameter(help="The plan's name in that venue; the drawing's own name if not given.", show_default=False)
    ] = "",
    time_zone: Annotated[
        str, Parameter(help="Registers the venue, in this zone, if it is new.", show_default=False)
    ] = "",
    organisation: OfOrganisation = "",
    json: Json = False,
) -> None:
    """Keep a plan file as the next version of a venue's plan, repaired where needed."""
    drawn = files.read(file.read_bytes())

    async def kept(db: Database) -> tuple[PlanVersion, tuple[Finding, ...]]:
        owner = await _organisation(db, organisation)
        place = await _venue(db, owner, venue, time_zone)
        mended, findings = doctor.examine(drawn, await seat_photos.kept(db, owner.id, drawn.photos()))
        return await plans.add_version(db, owner.id, place.id, name or mended.name, mended, _now()), findings

    added, findings = _with_database(kept)
    if json:
        return _print_json({"version": added, "repairs": findings})
    _print_lines(f"Repaired: {_told(finding)}" for finding in findings)
    print(f"{added.name}, version {added.number}: {added.place_count:,} places, {added.hash.hex()}.")


@plan.command(
    help_epilogue=_examples(
        "placeur plan export 'Town Hall' > town-hall.json",
        "placeur plan export Arena 'All seats' --number 2 --format rows --to arena.csv",
    )
)
def export(
    venue: OfVenue,
    name: Annotated[
        str, Parameter(help="The plan's name; not needed when the venue has only one.", show_default=False)
    ] = "",
    /,
    *,
    number: Annotated[int | None, Parameter(help="Its version; the latest if not given.")] = None,
    format: Annotated[
        Format, Parameter(help="placeur keeps everything; open is pretix's; rows is CSV; svg a drawing.")
    ] = Format.PLACEUR,
    to: Annotated[Path | None, Parameter(help="Write to this file, not to standard output.")] = None,
    organisation: OfOrganisation = "",
) -> None:
    """Write a plan out, in the format asked for."""

    async def found(db: Database) -> bytes:
        owner = await _organisation(db, organisation)
        versions = await plans.list_of(db, owner.id, (await _venue(db, owner, venue)).id)
        return await plans.document(db, _version(versions, name, number).hash)

    document = files.write(files.read(_with_database(found)), format)
    if to is None:
        sys.stdout.buffer.write(document)
    else:
        to.write_bytes(document)


@plan.command(
    name="doctor",
    help_epilogue=_examples(
        "placeur plan doctor hall.json", "placeur plan doctor hall.json --to mended.json --format open"
    ),
)
def examine(
    file: PlanFile,
    /,
    *,
    to: Annotated[Path | None, Parameter(help="Write the repaired plan to this file.")] = None,
    format: Annotated[Format, Parameter(help="The format to write it in.")] = Format.PLACEUR,
    json: Json = False,
) -> int:
    """Tell what is wrong with a plan file, and mend it; exit code 1 when something is and was not mended."""
    mended, findings = doctor.examine(files.read(file.read_bytes()))
    if to is not None:
        to.write_bytes(files.write(mended, format))
    if json:
        _print_json({"seats": mended.seat_count, "capacity": mended.capacity, "findings": findings})
    else:
        _print_lines(map(_told, findings))
        print(f"{mended.name}: {mended.capacity:,} places, {len(findings)} repairs{'' if to else ' needed'}.")
    return NOT_SO if findings and to is None else DONE


def _told(finding: Finding) -> str:
    return f"{finding.where}: {finding.message}"


def _version(versions: Sequence[PlanVersion], name: str, number: int | None) -> PlanVersion:
    names = sorted({one.name for one in versions})
    if name not in names and (name or len(names) != 1):
        known = ", ".join(names) or "none"
        raise InputRefused(problem=f"Please name one of the venue's plans: {known}.", where="name")
    for one in versions:
        if one.name == (name or names[0]) and number in (None, one.number):
            return one
    raise InputRefused(problem=f"That plan has no version {number}.", where="number")


# Keeping it sound


# Waiting rooms


@waiting_room.command(
    help_epilogue=_examples(
        "curl -s https://tickets.example.org/api/v1/events/EVENT/serving > serving.json",
        "placeur waiting-room verify serving.json --number 412",
    )
)
def verify(
    serving: Annotated[Path, Parameter(help="What the address of the serving number answered, as a file.")],
    /,
    *,
    number: Annotated[int, Parameter(help="A number that was given out, to work out its place.")],
    seed_hash: Annotated[
        str | None, Parameter(help="The fingerprint as it was told before the opening.", show_default=False)
    ] = None,
    json: Json = False,
) -> int:
    """Check a waiting room's seed, and work out the place of a number in its order.

    The seed must have the fingerprint that was told before the opening: 1 when it has another.
    """
    try:
        told = msgspec.json.decode(serving.read_bytes(), type=Drawn)
    except msgspec.DecodeError:
        raise InputRefused(problem=f"{serving} is not what a serving number's address answers.") from None
    if number < 0:
        raise InputRefused(problem="Numbers count from 0.")
    if told.seed is None or told.shuffled is None:
        raise InputRefused(problem="The seed is told at the opening: ask the serving number again then.")
    seed = bytes.fromhex(told.seed)
    promised = shuffle.seed_hash(seed).hex() == (seed_hash or told.seed_hash).strip().lower()
    found = Verified(shuffle.rank(seed, number, told.shuffled), number < told.shuffled, promised)
    if json:
        _print_json(found)
    else:
        print("The seed is the one that was promised." if promised else "The seed is NOT the one that was promised.")
        told_of = "was drawn by lot" if found.drawn else "came after the opening"
        print(f"Number {number} {told_of}: its place is {found.rank}.")
    return DONE if promised else NOT_SO


class Drawn(msgspec.Struct):
    """What a serving number says of the lot."""

    seed_hash: str
    seed: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")] | None
    shuffled: Annotated[int, msgspec.Meta(ge=0, le=shuffle.COUNT_MAX)] | None


class Verified(msgspec.Struct):
    """The place of a number, whether it was among those shuffled, and whether the seed is the one that was promised."""

    rank: int
    drawn: bool
    promised: bool


@app.command(name="check")
def check_everything(*, json: Json = False) -> int:
    """Check everything that must always be true, and print every breach; exit code 1 when there is one."""

    async def found(opened: Stores) -> list[Breach]:
        return await check.breaches(opened.database, opened.inventory, _now())

    breaches = _with_stores(found)
    if json:
        _print_json(breaches)
    elif breaches:
        _print_lines(f"{breach.invariant}: {breach.sentence} {breach.found}" for breach in breaches)
    else:
        print("Everything that must be true is.")
    return NOT_SO if breaches else DONE


@app.command(help_epilogue=_examples("placeur rebuild", "placeur rebuild --pool 12 --pool 13"))
def rebuild(*, pool: Annotated[list[int] | None, Parameter(help="Only this pool; may be repeated.")] = None) -> None:
    """Write what Redis holds anew, from what Postgres knows; holds that are running stay."""

    async def rebuilt(opened: Stores) -> int:
        live = await opened.claims.live_pools()
        if unknown := set(pool or ()) - set(live):
            raise NotFound(what=f"pool on sale: {min(unknown)}")
        unbound = await pools.unbind(opened.database, pool or live)
        for number in unbound:
            await opened.inventory.rebuild(number)
        return len(unbound)

    print(f"Rebuilt {_with_stores(rebuilt)} pools.")


@app.command(help_epilogue=_examples("placeur backup placeur-2030-05-01.zip"))
def backup(file: Annotated[Path, Parameter(help="Where to write it; replaced when it is there.")], /) -> None:
    """Write everything that Postgres holds to one file, while the sale goes on."""
    with launcher.servers(from_environment()) as settings:
        manifest = asyncio.run(backups.backup(settings.database_url, file, _now()))
    print(f"{sum(table.rows for table in manifest.tables):,} rows of {len(manifest.tables)} tables in {file}.")
    print("The installation's secret is not in it: keep PLACEUR_SECRET, or `secret` of the data folder, as well.")


@app.command(help_epilogue=_examples("PLACEUR_DATA=restored placeur restore placeur-2030-05-01.zip"))
def restore(file: Annotated[Path, Parameter(help="What `placeur backup` wrote.")], /) -> None:
    """Fill an empty database from a backup; nothing else of Placeur may run on it meanwhile."""
    with launcher.servers(from_environment()) as settings:
        manifest = asyncio.run(backups.restore(settings.database_url, file))
    print(f"{sum(table.rows for table in manifest.tables):,} rows, as of {_moment(manifest.made_at)} UTC.")


@app.command
def jobs(
    *,
    retry: Annotated[bool, Parameter(help="Put them back in the queue.", show_default=False)] = False,
    json: Json = False,
) -> None:
    """List the jobs that failed too often and were set aside."""

    async def found(db: Database) -> list[Held]:
        async with db.transaction() as c:
            held = await queue.held(c)
            if retry:
                await queue.retry_held(c)
        return held

    held = _with_database(found)
    if json:
        return _print_json(held)
    rows = [(str(job.id), job.job, job.payload.decode(), str(job.attempts), _moment(job.created_at)) for job in held]
    _print_table(("id", "job", "about", "tries", "since"), rows, empty="No job was set aside.")


# What the commands share


def _with_database(act: Callable[[Database], Awaitable[T]]) -> T:
    """What `act` makes of the database of this installation."""

    async def done(settings: Settings) -> T:
        database = await Database.open(settings.database_url, settings)
        try:
            return await act(database)
        finally:
            await database.close()

    with launcher.servers(from_environment()) as settings:
        return asyncio.run(done(settings))


def _with_stores(act: Callable[[Stores], Awaitable[T]]) -> T:
    """What `act` makes of the database and the inventory of this installation."""

    async def done(settings: Settings) -> T:
        async with stores(settings) as opened:
            return await act(opened)

    with launcher.servers(from_environment()) as settings:
        return asyncio.run(done(settings))


async def _organisation(db: Database, slug: str) -> Organisation:
    """The one of that slug; the only one, when none is named."""
    if slug:
        return await organisations.get(db, slug)
    known = await organisations.every(db)
    if len(known) != 1:
        names = (
            ", ".join(organisation.slug for organisation in known) or "none; `placeur organisation create` founds one"
        )
        raise InputRefused(problem=f"Please name one with --organisation: {names}.", where="organisation")
    return known[0]


async def _venue(db: Database, owner: Organisation, name: str, time_zone: str = "") -> Venue:
    """The organisation's venue of that name; made in `time_zone` when it is new and a zone is given."""
    known = await venues.list_of(db, owner.id)
    for venue in known:
        if venue.name == name:
            return venue
    if time_zone:
        return await venues.create(db, owner.id, name, time_zone, _now())
    names = ", ".join(venue.name for venue in known) or "none"
    raise InputRefused(problem=f"There is no venue {name!r} (known: {names}).", where="venue")


def _now() -> datetime:
    return datetime.now(UTC)


def _moment(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M") if at else ""


def _print_json(value: Any) -> None:
    print(msgspec.json.format(msgspec.json.encode(value, enc_hook=_encoded)).decode())


def _encoded(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    raise NotImplementedError(type(value))


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _print_table(head: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> None:
    """A table for a terminal; lines of tab-separated values for a pipe."""
    if not _SEEN:
        return _print_lines("\t".join(row) for row in rows)
    if not rows:
        return print(empty)
    table = Table(*head)
    for row in rows:
        table.add_row(*row)
    Console().print(table)
