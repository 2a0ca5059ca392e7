"""The shop on other people's sites: which of them may show it, and whose scripts run on its own pages.

Both are lists that end up in a Content-Security-Policy, where one wrong character opens a page to everybody. So each
line is read into its parts and written anew; what is not an origin is refused with a sentence. The organiser's own
script is kept as text and allowed by its hash: not a letter of it can be added to on its way.
"""

import base64
import hashlib
import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from msgspec import Struct

from ticketing import audit
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.refusals import EditedMeanwhile, InputRefused, NotFound
from ticketing.sql import Connection, load

ORIGINS_MAX = 20
SCRIPTS_MAX = 10
HOSTS_MAX = 30
URL_CHARS_MAX = 300
SNIPPET_CHARS_MAX = 20_000
HOST = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*")
PATH = re.compile(r"/[A-Za-z0-9._~!$&()*+=:@%/-]*(?:\?[A-Za-z0-9._~!$&()*+=:@%/?-]*)?")
"""Of a script's address: nothing that ends a source in a policy (RFC 9110's paths without space, comma, semicolon)."""
CLOSING = re.compile(r"</?script|<!--", re.IGNORECASE)
"""What would end the element that a script stands in, or change how it is read (HTML, "restrictions for contents")."""
OURSELVES = ("localhost", "127.0.0.1", "[::1]")

SQL = load("embeddings")


class Trackers(Struct, frozen=True, kw_only=True):
    """Other people's scripts: their addresses, the organiser's own lines, and the hosts these fetch scripts from, load
    pictures from and connect to."""

    script_urls: list[str] = []
    snippet: str = ""
    script_hosts: list[str] = []
    img_hosts: list[str] = []
    connect_hosts: list[str] = []

    @property
    def any(self) -> bool:
        """Whether there are any."""
        return bool(self.script_urls or self.snippet)

    @property
    def snippet_hash(self) -> str:
        """The source by which a policy allows the organiser's lines (CSP level 3, "hash-source")."""
        digest = hashlib.sha256(self.snippet.encode()).digest()
        return f"'sha256-{base64.b64encode(digest).decode()}'"


class Embedding(Trackers, frozen=True, kw_only=True):
    """All of it as it is; `version` 0: nobody has set anything. `origins` may show the shop in a frame."""

    version: int = 0
    origins: list[str] = []

    @property
    def trackers(self) -> Trackers:
        """Other people's scripts."""
        return Trackers(**{name: getattr(self, name) for name in Trackers.__struct_fields__})


async def get(db: Database, box_office_id: UUID) -> Embedding:
    """How a box office's shop stands on other people's sites, or NotFound."""
    async with db.read() as c:
        return await _get(c, box_office_id)


async def set_origins(
    db: Database, organisation_id: UUID, box_office_id: UUID, version: int, origins: list[str], by: Actor, now: datetime
) -> Embedding:
    """Say who may show a shop. Raises InputRefused, EditedMeanwhile, and NotFound for another organisation's."""
    read = _several(origins, "origins", origin_of, ORIGINS_MAX)
    return await _change(db, organisation_id, box_office_id, version, {"origins": read}, by, now)


async def set_trackers(
    db: Database, organisation_id: UUID, box_office_id: UUID, version: int, trackers: Trackers, by: Actor, now: datetime
) -> Embedding:
    """Say whose scripts a shop's pages run. Raises InputRefused, EditedMeanwhile, and NotFound for another's."""
    values: dict[str, Any] = {
        "script_urls": _several(trackers.script_urls, "script_urls", script_url_of, SCRIPTS_MAX),
        "snippet": snippet_of(trackers.snippet),
    }
    for name in ("script_hosts", "img_hosts", "connect_hosts"):
        values[name] = _several(getattr(trackers, name), name, host_source_of, HOSTS_MAX)
    return await _change(db, organisation_id, box_office_id, version, values, by, now)


def origin_of(text: str, where: str) -> str:
    """An origin as browsers name it (RFC 6454): https, or http for this machine alone."""
    problem = (
        "“{line}” is no address of a site: write https:// and its name, without a path, such as https://example.org"
    )
    try:
        parts = urlsplit(text.strip().lower())
        host, port = _ascii(parts.hostname or ""), parts.port
    except ValueError:
        raise InputRefused(problem=problem, where=where, line=text[:100]) from None
    bare = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username or parts.password)
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in OURSELVES)
    if not bare or not safe or not (HOST.fullmatch(host) or host in OURSELVES):
        raise InputRefused(problem=problem, where=where, line=text[:100])
    usual = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if port in (None, usual) else f":{port}")


def script_url_of(text: str, where: str) -> str:
    """The address of a script on somebody else's server."""
    problem = "“{line}” is no address of a script: it begins with https://, such as https://example.org/script.js"
    origin, path = re.match(r"([^/]*//[^/?#]*)?(.*)", text.strip(), re.DOTALL).groups()  # type: ignore[union-attr]
    if not origin or not origin.lower().startswith("https:") or len(text) > URL_CHARS_MAX or not PATH.fullmatch(path):
        raise InputRefused(problem=problem, where=where, line=text[:100])
    return origin_of(origin, where) + str(path)


def host_source_of(text: str, where: str) -> str:
    """A host that a browser may turn to, written with or without https://; `*.example.org` stands for all below it."""
    name = text.strip().lower().removeprefix("https://").removesuffix("/")
    below = name.startswith("*.")
    name = name.removeprefix("*.")
    if below and "." not in name:
        name = ""  # a whole top-level domain
    try:
        origin = origin_of(f"https://{name}", where)
    except InputRefused:
        raise InputRefused(
            problem="“{line}” is no host: write a name such as www.example.org or *.example.org", where=where,
            line=text[:100],
        ) from None  # fmt: skip
    return origin.replace("https://", "https://*.", 1) if below else origin


def snippet_of(text: str) -> str:
    """The organiser's lines of script, with one kind of line end, as a browser hashes them."""
    found = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(found) > SNIPPET_CHARS_MAX:
        raise InputRefused(problem="Write at most {most} characters.", where="snippet", most=SNIPPET_CHARS_MAX)
    if CLOSING.search(found):
        raise InputRefused(
            problem="Write only what stands between the opening and the closing script tag.", where="snippet"
        )
    if "\x00" in found:
        raise InputRefused(problem="This text holds a sign that cannot be shown.", where="snippet")
    return found


def _ascii(host: str) -> str:
    """A host's name as it travels (IDNA)."""
    if host.isascii():
        return f"[{host}]" if ":" in host else host
    return host.encode("idna").decode()


def _several(texts: list[str], where: str, read: Any, most: int) -> list[str]:
    found = list(dict.fromkeys(read(text, where) for text in texts if text.strip()))
    if len(found) > most:
        raise InputRefused(problem="At most {most} lines.", where=where, most=most)
    return found


async def _change(
    db: Database, organisation_id: UUID, box_office_id: UUID, version: int, values: dict[str, Any], by: Actor,
    now: datetime,
) -> Embedding:  # fmt: skip
    async with db.transaction() as c:
        row = await SQL.own.row(c, organisation_id=organisation_id, box_office_id=box_office_id)
        if row is None:
            raise NotFound(what="box office")
        before = await _get(c, box_office_id)
        written = {name: getattr(before, name) for name in ("origins", *Trackers.__struct_fields__)} | values
        if await SQL.change.value(c, box_office_id=box_office_id, version=version, **written) is None:
            raise EditedMeanwhile(what="page")
        after = await _get(c, box_office_id)
        subject = Subject(kind="embedding", id=box_office_id, name=row["name"], box_office_id=box_office_id)
        changes = {name: pair for name, pair in audit.differences(before, after).items() if name != "version"}
        await audit.note(c, by, "embedding.changed", subject, now, changes)
    return after


async def _get(c: Connection, box_office_id: UUID) -> Embedding:
    found = await SQL.get.one(c, Embedding, box_office_id=box_office_id)
    if found is None:
        raise NotFound(what="box office")
    return found
