"""Handing a mail over: to a relay by SMTP, or to a folder when there is none.

What a server says ends in one of three: it has the mail; it refuses this mail for good, so that asking again is
useless; or it may take it later, which is also the answer when it cannot be reached, closes the line, or does not let
us in: then our settings are at fault, and the mail is not lost by it. If the line breaks after the mail was sent and
before it was acknowledged, nobody can know: it is sent again, under the same Message-ID.
"""

import os
import secrets
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib
from aiosmtplib import (
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
)
from msgspec import Struct

from ticketing.refusals import SettingRefused

TIMEOUT_S = 30.0
REFUSED_FROM = 500
REPLY_CHARS_MAX = 300
PORTS = {"smtp": 25, "smtps": 465}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Handed(StrEnum):
    """What became of a mail."""

    SENT = "sent"
    REFUSED = "refused"
    """For good: there is no such mailbox, or the server will never take this mail."""
    TRY_LATER = "try_later"


class Delivery(Struct, frozen=True):
    """What became of a mail, and what the server said, for the log."""

    outcome: Handed
    reply: str


class Tls(StrEnum):
    """How the way to a relay is kept private."""

    NONE = "none"
    IF_OFFERED = "if_offered"
    DEMANDED = "demanded"
    """STARTTLS before anything else is said."""
    FROM_THE_START = "from_the_start"


class Relay(Struct, frozen=True):
    """An SMTP server that takes our mail."""

    host: str
    port: int
    tls: Tls
    user: str | None = None
    password: str | None = None


def relay_of(url: str) -> Relay | None:
    """The relay that `PLACEUR_SMTP_URL` names, or None when it names none.

    `smtps://` speaks TLS from the start. `smtp://` with a user demands STARTTLS, so that no password is sent in the
    clear; without one it takes STARTTLS when it is offered. On this machine neither is asked for.
    """
    if not url:
        return None
    parts = _split(url)
    return Relay(
        host=parts.hostname or "",
        port=parts.port or PORTS[parts.scheme],
        tls=_tls(parts),
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password or "") if parts.username else None,
    )


async def hand_over(message: EmailMessage, relay: Relay, timeout_s: float = TIMEOUT_S) -> Delivery:
    """Give a mail to the relay. Whatever a server or a network does is an outcome, never an exception.

    `timeout_s` bounds each step: connecting, and each command.
    """
    try:
        _, reply = await aiosmtplib.send(
            message,
            hostname=relay.host,
            port=relay.port,
            username=relay.user,
            password=relay.password,
            use_tls=relay.tls == Tls.FROM_THE_START,
            start_tls={Tls.IF_OFFERED: None, Tls.DEMANDED: True}.get(relay.tls, False),
            timeout=timeout_s,
        )
    except (SMTPException, OSError) as problem:
        return _delivery(_outcome(problem), f"{type(problem).__name__}: {problem}")
    return _delivery(Handed.SENT, reply)


def keep(message: EmailMessage, folder: Path) -> Path:
    """Write a mail to `<folder>/<mail id>.eml`, whole or not at all; the same mail twice is one file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (str(message["Message-ID"]).strip("<>").partition("@")[0] + ".eml")
    draft = folder / f".{path.name}.{secrets.token_hex(4)}"
    draft.write_bytes(message.as_bytes())
    os.replace(draft, path)
    return path


def _outcome(problem: Exception) -> Handed:
    """Only an answer about this mail refuses it for good; about ourselves, or none at all, it may be taken later."""
    match problem:
        case SMTPRecipientsRefused():
            codes = [refused.code for refused in problem.recipients]
        case SMTPDataError() | SMTPSenderRefused() | SMTPRecipientRefused():
            codes = [problem.code]
        case SMTPNotSupported():
            return Handed.REFUSED
        case _:
            return Handed.TRY_LATER
    return Handed.REFUSED if codes and min(codes) >= REFUSED_FROM else Handed.TRY_LATER


def _delivery(outcome: Handed, reply: str) -> Delivery:
    return Delivery(outcome, " ".join(reply.split())[:REPLY_CHARS_MAX])


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        well = parts.scheme in PORTS and parts.hostname and parts.path in ("", "/") and parts.port != 0
    except ValueError:
        well = False
    if not well:
        raise SettingRefused(name="PLACEUR_SMTP_URL", problem="it must be smtp(s)://user:password@host:port")
    return parts


def _tls(parts: SplitResult) -> Tls:
    if parts.scheme == "smtps":
        return Tls.FROM_THE_START
    if parts.hostname in LOOPBACK:
        return Tls.NONE
    return Tls.DEMANDED if parts.username else Tls.IF_OFFERED
