"""Where an agent keeps what it is: its server and token, for its owner alone, and a lock against a second one."""

import fcntl
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from msgspec import Struct

FILE = "agent.json"
LOCK = "lock"


class AgentRefused(Exception):
    """The agent cannot go on; the sentence says why, and what to do."""


class Credentials(Struct, frozen=True, kw_only=True):
    """What enrolling has given."""

    server: str
    agent: UUID
    token: str
    name: str
    box_office: str


def read(folder: Path) -> Credentials | None:
    """What was kept; None before enrolling. AgentRefused when it cannot be made out."""
    path = folder / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Credentials)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError:
        raise AgentRefused(f"{path} is damaged. Remove it, and enrol this agent again with a new code.") from None


def keep(folder: Path, credentials: Credentials) -> None:
    """Keep them, whole or not at all, for the owner of the folder alone."""
    draft = folder / f"{FILE}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(credentials)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    os.rename(draft, folder / FILE)


def lock(folder: Path) -> int:
    """Make the folder, and keep other agents out of it until the descriptor that this returns is closed.

    Raises AgentRefused when another one runs in it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise AgentRefused(f"An agent runs already with what is in {folder}: one is enough.") from None
    return descriptor


def parted(code: str, server: str) -> tuple[str, str]:
    """The server and the bare code of what was typed, or scanned from the QR: that is an address with the code behind a
    `#`. AgentRefused when no server is named."""
    address, hash, bare = code.strip().partition("#")
    if hash:
        parts = urlsplit(address)
        return server or f"{parts.scheme}://{parts.netloc}", bare
    if not server:
        raise AgentRefused("Say which server: `placeur agent --server https://… --code …`.")
    return server, address


def ensure_safe(server: str, plain: bool) -> str:
    """The server's address without a slash at its end; AgentRefused when it is none, or anybody on the way to it could
    read the token."""
    parts = urlsplit(server)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AgentRefused(f"{server!r} is not the address of a server, such as https://tickets.example.org.")
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1") and not plain:
        raise AgentRefused("Over http everybody on the way could read the token: use https, or say --plain-http.")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
