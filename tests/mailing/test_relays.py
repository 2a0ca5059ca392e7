"""The hand-over, against a real SMTP server that takes, refuses, puts off, hangs up and keeps silent."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from mailing.orders import Attachment, message
from mailing.relays import Delivery, Handed, Relay, Tls, hand_over, keep, relay_of
from tests.mailing.test_orders import sheet
from tests.printing.samples import STARTS
from ticketing.jobs import MailKind
from ticketing.refusals import SettingRefused


class Server:
    """Answers each step as told, and keeps what it took."""

    def __init__(self, rcpt: str = "250 OK", data: str = "250 Taken", hang_up: bool = False) -> None:
        self.rcpt, self.data, self.hang_up = rcpt, data, hang_up
        self.taken: list[Envelope] = []

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data.startswith("250"):
            self.taken.append(envelope)
        if self.hang_up:
            server.transport.abort()
        return self.data


@contextmanager
def listening(server: Server, **options: object) -> Iterator[Relay]:
    controller = Controller(server, hostname="127.0.0.1", port=0, **options)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        controller.port = free.getsockname()[1]
    controller.start()
    yield Relay("127.0.0.1", controller.port, Tls.NONE)
    controller.stop()


def mail(**head: object) -> EmailMessage:
    attached = [Attachment("tickets.pdf", b"%PDF")]
    return message(MailKind.ORDER_PAID, sheet(**head), "mail-0001", "tickets@example.org", STARTS, attachments=attached)


async def test_a_mail_is_sent() -> None:
    server = Server()
    with listening(server) as relay:
        delivery = await hand_over(mail(), relay)
    assert delivery == Delivery(Handed.SENT, "Taken")
    (taken,) = server.taken
    assert (taken.mail_from, taken.rcpt_tos) == ("tickets@example.org", ["camille@example.org"])
    assert b"Message-ID: <mail-0001@example.org>" in taken.content
    assert taken.content.isascii(), "no server needs to know more than seven bits"


@pytest.mark.parametrize(
    ("server", "outcome"),
    [
        (Server(rcpt="550 No such mailbox"), Handed.REFUSED),
        (Server(rcpt="450 Greylisted"), Handed.TRY_LATER),
        (Server(data="554 Not wanted"), Handed.REFUSED),
        (Server(data="452 Disk full"), Handed.TRY_LATER),
        (Server(data="421 Closing"), Handed.TRY_LATER),
    ],
)
async def test_what_the_server_says(server: Server, outcome: Handed) -> None:
    with listening(server) as relay:
        delivery = await hand_over(mail(), relay)
    assert delivery.outcome == outcome
    assert delivery.reply and "\n" not in delivery.reply


async def test_a_line_that_breaks_before_the_answer_is_tried_again_under_the_same_id() -> None:
    server = Server(hang_up=True)
    with listening(server) as relay:
        assert (await hand_over(mail(), relay)).outcome == Handed.TRY_LATER
        server.hang_up = False
        assert (await hand_over(mail(), relay)).outcome == Handed.SENT
    ids = [line for taken in server.taken for line in taken.content.splitlines() if line.startswith(b"Message-ID")]
    assert ids == [b"Message-ID: <mail-0001@example.org>"] * 2


async def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        delivery = await hand_over(mail(), Relay("127.0.0.1", taken.getsockname()[1], Tls.NONE))
    assert delivery.outcome == Handed.TRY_LATER


async def test_a_name_that_does_not_resolve() -> None:
    assert (await hand_over(mail(), Relay("relay.invalid", 25, Tls.NONE))).outcome == Handed.TRY_LATER


async def test_a_server_that_keeps_silent() -> None:
    silent = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    delivery = await hand_over(mail(), Relay("127.0.0.1", port, Tls.NONE), timeout_s=0.2)
    silent.close()
    assert delivery.outcome == Handed.TRY_LATER


def only(user: str, password: str) -> Callable[..., AuthResult]:
    def authenticate(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword
    ) -> AuthResult:
        return AuthResult(success=(given.login, given.password) == (user.encode(), password.encode()))

    return authenticate


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize(("password", "outcome"), [("right", Handed.SENT), ("wrong", Handed.TRY_LATER)])
async def test_a_server_that_wants_to_know_us(password: str, outcome: Handed) -> None:
    """A wrong password is our settings' fault: the mail waits."""
    options = {"authenticator": only("placeur", "right"), "auth_required": True, "auth_require_tls": False}
    with listening(Server(), **options) as relay:
        delivery = await hand_over(mail(), Relay(relay.host, relay.port, Tls.NONE, "placeur", password), timeout_s=1)
    assert delivery.outcome == outcome


async def test_no_password_goes_where_tls_is_missing() -> None:
    tried: list[LoginPassword] = []

    def note(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword) -> AuthResult:
        tried.append(given)
        return AuthResult(success=True)

    with listening(Server(), authenticator=note, auth_require_tls=False) as relay:
        delivery = await hand_over(mail(), Relay(relay.host, relay.port, Tls.DEMANDED, "placeur", "secret"))
    assert (delivery.outcome, tried) == (Handed.TRY_LATER, [])


@pytest.mark.parametrize(("able", "outcome"), [(True, Handed.SENT), (False, Handed.REFUSED)])
async def test_an_address_beyond_ascii(able: bool, outcome: Handed) -> None:
    with listening(Server(), enable_SMTPUTF8=able) as relay:
        assert (await hand_over(mail(customer_email="zoé@example.org"), relay)).outcome == outcome


@pytest.mark.parametrize(
    ("url", "relay"),
    [
        ("", None),
        ("smtp://localhost:2525", Relay("localhost", 2525, Tls.NONE)),
        ("smtp://relay.example.org", Relay("relay.example.org", 25, Tls.IF_OFFERED)),
        ("smtp://me:p%40ss@relay.example.org:587", Relay("relay.example.org", 587, Tls.DEMANDED, "me", "p@ss")),
        ("smtps://me:x@relay.example.org", Relay("relay.example.org", 465, Tls.FROM_THE_START, "me", "x")),
    ],
)
def test_relays_by_their_address(url: str, relay: Relay | None) -> None:
    assert relay_of(url) == relay


@pytest.mark.parametrize(
    "url", ["relay.example.org", "http://x", "smtp://", "smtp://x:99999", "smtp://x/path", "smtp://[x"]
)
def test_addresses_that_name_no_relay(url: str) -> None:
    with pytest.raises(SettingRefused):
        relay_of(url)


def test_mails_are_kept_as_files_once_each(tmp_path: Path) -> None:
    first, again = (keep(mail(), tmp_path / "mails") for _ in range(2))
    assert first == again == tmp_path / "mails" / "mail-0001.eml"
    assert [path.name for path in (tmp_path / "mails").iterdir()] == ["mail-0001.eml"]
    assert b"Message-ID: <mail-0001@example.org>" in first.read_bytes()
