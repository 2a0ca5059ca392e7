import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

import background
from background import MailDelayed, Post
from mailing.relays import Delivery, Handed
from tests.ticketing.house import NOW, SETTINGS, open_house, order
from ticketing import check, checkouts, invoices, mailings, orders, payments, ticket_deliveries, ticket_links
from ticketing.audit import Actor
from ticketing.check import Breach
from ticketing.checkouts import Choices, Handover
from ticketing.jobs import MailKind, SendMail, SendMailing
from ticketing.mailings import Choice, RecipientState, Text
from ticketing.orders import PlacedOrder
from ticketing.stores import Stores, stores
from web.press import Press

ROOT = Path(__file__).parents[1]


@pytest.fixture
async def opened(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Stores]:
    urls = {"database_url": database_url, "redis_url": redis_url, "data": str(tmp_path)}
    async with stores(msgspec.structs.replace(SETTINGS, **urls)) as both:
        yield both


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    with Press() as press:
        yield press


@pytest.fixture
async def paid(opened: Stores) -> PlacedOrder:
    """An order of two seats that was paid."""
    house = await open_house(opened.database)
    placed = await order(opened.database, opened.inventory, house, [3, 4])
    await payments.take_on_site(opened.database, placed.id, NOW)
    return placed


def mails(opened: Stores) -> list[Path]:
    return sorted((Path(opened.settings.data) / background.MAILS_FOLDER).glob("*.eml"))


async def test_without_a_relay_a_mail_is_kept_with_its_tickets(opened: Stores, press: Press, paid: PlacedOrder) -> None:
    for _ in range(2):
        await Post(opened, press).send(SendMail(paid.id, MailKind.ORDER_PAID), "send-mail-7")
    [path] = mails(opened)
    assert path.name == "send-mail-7.eml"
    attached, dates = [part for part in message_from_bytes(path.read_bytes()).walk() if part.get_filename()]
    assert (attached.get_filename(), dates.get_filename()) == (f"tickets-{paid.code}.pdf", f"{paid.code}.ics")
    content = attached.get_payload(decode=True)
    assert isinstance(content, bytes) and content.startswith(b"%PDF-")
    calendar = dates.get_payload(decode=True)
    assert isinstance(calendar, bytes) and calendar.count(b"BEGIN:VEVENT") == 1


async def test_an_invoice_is_mailed_and_a_receipt_comes_with_the_tickets(
    opened: Stores, press: Press, paid: PlacedOrder
) -> None:
    post, (one,) = Post(opened, press), await invoices.issue(opened.database, paid.id, NOW)
    await post.send(SendMail(paid.id, MailKind.INVOICE, "books@example.org", one.id), "send-mail-1")
    await post.send(SendMail(paid.id, MailKind.ORDER_PAID), "send-mail-2")
    alone, together = [message_from_bytes(path.read_bytes()) for path in mails(opened)]
    names = [[part.get_filename() for part in mail.walk() if part.get_filename()] for mail in (alone, together)]
    assert names == [[f"{one.label}.pdf"], [f"tickets-{paid.code}.pdf", f"{paid.code}.ics", f"{one.label}.pdf"]]
    assert alone["To"] == "books@example.org"
    async with opened.database.read() as c:
        assert sorted(await c.fetch("select kind from order_mails where order_id = $1", paid.id)) == [
            ("invoice",), ("order-paid",),
        ]  # fmt: skip


async def test_tickets_that_are_too_large_for_a_mail_are_linked(
    opened: Stores, press: Press, paid: PlacedOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "ATTACHED_BYTES_MAX", 1000)
    await Post(opened, press).send(SendMail(paid.id, MailKind.ORDER_PAID), "send-mail-7")
    [path] = mails(opened)
    mail = message_from_bytes(path.read_bytes())
    assert [part.get_filename() for part in mail.walk() if part.get_filename()] == [f"{paid.code}.ics"]
    text = next(part.get_payload(decode=True) for part in mail.walk() if part.get_content_type() == "text/plain")
    assert isinstance(text, bytes)
    said = text.decode()
    assert "wait behind the link" in said and "attached" not in said


def said_in(path: Path) -> str:
    """The plain part of a mail that was kept."""
    parts = message_from_bytes(path.read_bytes()).walk()
    text = next(part.get_payload(decode=True) for part in parts if part.get_content_type() == "text/plain")
    assert isinstance(text, bytes)
    return text.decode()


async def test_its_buyer_is_led_to_the_order_and_anybody_else_to_the_tickets(
    opened: Stores, press: Press, paid: PlacedOrder
) -> None:
    post, secret = Post(opened, press), orders.secret_of(opened.settings, paid.id)
    for kind in (MailKind.ORDER_PAID, MailKind.CONFIRMATION_AGAIN):
        await post.send(SendMail(paid.id, kind), f"send-mail-{kind}")
        said = said_in(mails(opened)[-1] if kind is MailKind.ORDER_PAID else mails(opened)[0])
        assert f"/orders/{paid.id}?secret={secret}" in said and "See the order and its tickets" in said
    await post.send(SendMail(paid.id, MailKind.TICKETS_AGAIN, "eve@example.org"), "send-mail-x")
    said = said_in(mails(opened)[-1])
    link = said.partition("/tickets/")[2].split()[0]
    assert ticket_links.order_of(opened.settings, link) == paid.id and secret not in said


async def test_tickets_that_wait_at_the_counter_are_not_mailed_until_somebody_asks(
    opened: Stores, press: Press, paid: PlacedOrder
) -> None:
    async with opened.database.transaction() as c:
        await checkouts.store(c, paid.id, Choices(Handover.COUNTER))
    await Post(opened, press).send(SendMail(paid.id, MailKind.ORDER_PAID), "send-mail-1")
    mail = message_from_bytes(mails(opened)[-1].read_bytes())
    assert [part.get_filename() for part in mail.walk() if part.get_filename()] == [f"{paid.code}.ics"]
    said = said_in(mails(opened)[-1])
    assert "wait at the counter" in said and "lets one person in" not in said
    await Post(opened, press).send(SendMail(paid.id, MailKind.TICKETS_AGAIN), "send-mail-2")
    assert f"tickets-{paid.code}.pdf" in mails(opened)[-1].read_text()


async def test_an_order_that_is_paid_on_site_is_mailed_when_it_is_placed(opened: Stores, press: Press) -> None:
    house = await open_house(opened.database)
    placed = await order(opened.database, opened.inventory, house, [5])
    job = SendMail(placed.id, MailKind.ORDER_PLACED)
    await Post(opened, press).send(job, "send-mail-1")
    said = said_in(mails(opened)[-1])
    assert "pay at the box office" in said and f"/orders/{placed.id}?secret=" in said
    assert message_from_bytes(mails(opened)[-1].read_bytes()).get_content_type() == "multipart/alternative"
    await payments.take_on_site(opened.database, placed.id, NOW)
    await orders.cancel(opened.database, opened.inventory, placed.id, NOW)
    await Post(opened, press).send(job, "send-mail-2")
    assert len(mails(opened)) == 1, "it is not awaited any more"


@pytest.mark.parametrize("each_max", [1, 10])
async def test_a_mail_carries_one_file_each_where_that_is_wanted_or_a_zip_of_them(
    opened: Stores, press: Press, paid: PlacedOrder, monkeypatch: pytest.MonkeyPatch, each_max: int
) -> None:
    monkeypatch.setattr(background, "ATTACHED_EACH_MAX", each_max)
    await ticket_deliveries.choose(
        opened.database,
        paid.id,
        ticket_deliveries.Delivery(ticket_deliveries.Paper.PHONE, ticket_deliveries.Files.EACH),
    )
    await Post(opened, press).send(SendMail(paid.id, MailKind.TICKETS_AGAIN), "send-mail-7")
    [path] = mails(opened)
    kinds = [part.get_content_type() for part in message_from_bytes(path.read_bytes()).walk() if part.get_filename()]
    tickets = ["application/pdf"] * 2 if each_max == 10 else ["application/zip"]
    assert kinds == [*tickets, "text/calendar"]


async def test_an_order_without_tickets_is_not_written_about(opened: Stores, press: Press, paid: PlacedOrder) -> None:
    await orders.cancel(opened.database, opened.inventory, paid.id, NOW)
    await Post(opened, press).send(SendMail(paid.id, MailKind.ORDER_PAID), "send-mail-8")
    assert mails(opened) == []


@pytest.mark.parametrize("outcome", list(Handed))
async def test_what_the_relay_says_decides_whether_to_try_again(
    opened: Stores, press: Press, paid: PlacedOrder, monkeypatch: pytest.MonkeyPatch, outcome: Handed
) -> None:
    async def hand_over(message: object, relay: object) -> Delivery:
        return Delivery(outcome, "250 or not")

    monkeypatch.setattr(background, "hand_over", hand_over)
    with_relay = msgspec.structs.replace(opened.settings, smtp_url="smtp://127.0.0.1:25")
    post = Post(msgspec.structs.replace(opened, settings=with_relay), press)
    if outcome is Handed.TRY_LATER:
        with pytest.raises(MailDelayed, match="250 or not"):
            await post.send(SendMail(paid.id, MailKind.ORDER_PAID), "send-mail-9")
    else:
        await post.send(SendMail(paid.id, MailKind.ORDER_PAID), "send-mail-9")
    assert mails(opened) == []


async def test_only_the_last_mails_are_kept(
    opened: Stores, press: Press, paid: PlacedOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "MAILS_KEPT_MAX", 2)
    for number in range(4):
        await Post(opened, press).send(SendMail(paid.id, MailKind.ORDER_PAID), f"send-mail-{number}")
    assert [path.name for path in mails(opened)] == ["send-mail-2.eml", "send-mail-3.eml"]


async def test_breaches_are_numbers_that_go_back_to_zero(opened: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    invariant = check.INVARIANTS[0]
    found = [Breach(invariant, "One claim a place.", "pool 1, place 2")]

    async def breaches(*_: object) -> list[Breach]:
        return found

    def number() -> float | None:
        return REGISTRY.get_sample_value("placeur_breaches", {"invariant": invariant})

    monkeypatch.setattr(check, "breaches", breaches)
    assert await background.check_all(opened) == found
    assert number() == 1
    found.clear()
    await background.check_all(opened)
    assert number() == 0


def test_the_process_stops_when_asked_and_says_nothing(database_url: str, redis_url: str, tmp_path: Path) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PLACEUR_")},
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PLACEUR_DATA": str(tmp_path),
        "PLACEUR_LOG_LEVEL": "warning",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "background"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        while not list(tmp_path.glob("gauge_livemax_*.db")) and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (0, "")


async def written_to(opened: Stores, buyers: int) -> UUID:
    """A mail to so many buyers, on its way."""
    house = await open_house(opened.database)
    for place in range(buyers):
        placed = await order(opened.database, opened.inventory, house, [place])
        await payments.take_on_site(opened.database, placed.id, NOW)
    by, choice = Actor(organisation_id=house.organisation), Choice({"en": Text("To {name}", "About {event}.")})
    own = (opened.database, house.organisation)
    mailing = await mailings.draft(*own, house.performance.event_id, choice, by, NOW)
    assert await mailings.send(*own, mailing, 1, by, NOW) == buyers
    return mailing


async def test_a_mailing_killed_and_begun_again_writes_to_nobody_twice(
    opened: Stores, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing, handed = await written_to(opened, 5), []

    async def killed_at_the_third(message: EmailMessage, relay: object) -> Delivery:
        handed.append(message["To"])
        if len(handed) == 3:
            raise asyncio.CancelledError
        return Delivery(Handed.SENT, "250")

    monkeypatch.setattr(background, "hand_over", killed_at_the_third)
    post = Post(with_relay(opened), press)
    with pytest.raises(asyncio.CancelledError):
        await post.send_to_buyers(SendMailing(mailing), "send-mailing-1")
    for _ in range(2):
        await Post(with_relay(opened), press).send_to_buyers(SendMailing(mailing), "send-mailing-1")
    assert len(handed) == 5 == len(set(handed))
    counts = await mailings.progress(opened.database, mailing)
    assert counts == {RecipientState.SENT: 4, RecipientState.SENDING: 1}


async def test_a_relay_that_puts_off_is_asked_later(
    opened: Stores, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing, asked = await written_to(opened, 5), []

    async def later(message: EmailMessage, relay: object) -> Delivery:
        asked.append(message["To"])
        return Delivery(Handed.TRY_LATER if len(asked) <= 3 else Handed.SENT, "451 or 250")

    monkeypatch.setattr(background, "hand_over", later)
    post = Post(with_relay(opened), press)
    await post.send_to_buyers(SendMailing(mailing), "send-mailing-1")
    assert len(asked) == background.DELAYS_A_JOB_MAX
    await post.send_to_buyers(SendMailing(mailing), "send-mailing-2")
    assert await mailings.progress(opened.database, mailing) == {RecipientState.SENT: 5}


async def test_an_address_that_cannot_be_written_to_holds_up_nobody(
    opened: Stores, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing, handed = await written_to(opened, 15), []
    async with opened.database.transaction() as c:
        await c.execute(
            "update customers set email = '=?utf-8?q?evil=40attacker.net?=@' || id || '.example' where id in"
            " (select customer_id from mailing_recipients where mailing_id = $1 order by customer_id limit 12)",
            mailing,
        )

    async def hand_over(message: EmailMessage, relay: object) -> Delivery:
        handed.append(message["To"])
        return Delivery(Handed.SENT, "250")

    monkeypatch.setattr(background, "hand_over", hand_over)
    with capture_logs() as logged:
        await Post(with_relay(opened), press).send_to_buyers(SendMailing(mailing), "send-mailing-1")
    assert await mailings.progress(opened.database, mailing) == {RecipientState.REFUSED: 12, RecipientState.SENT: 3}
    assert len(handed) == 3 and not any("attacker" in one for one in handed)
    assert [entry["event"] for entry in logged] == ["mail-unwritable"] * 12 and "attacker" not in str(logged)


async def test_a_confirmation_that_cannot_be_written_is_noted_as_refused(
    opened: Stores, press: Press, paid: PlacedOrder
) -> None:
    await Post(opened, press).send(SendMail(paid.id, MailKind.ORDER_PAID, "a:b@c.example"), "send-mail-10")
    async with opened.database.read() as c:
        assert await c.fetchval("select outcome from order_mails where order_id = $1", paid.id) == "refused"
    assert mails(opened) == []


async def test_a_mail_to_buyers_can_be_left_with_one_click(opened: Stores, press: Press) -> None:
    await Post(opened, press).send_to_buyers(SendMailing(await written_to(opened, 1)), "send-mailing-1")
    mail = message_from_bytes(mails(opened)[-1].read_bytes())
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = "".join(mail["List-Unsubscribe"].split()).strip("<>")
    organisation, email = mailings.opt_out_named(opened.settings, link.rpartition("/")[2])
    assert email == mail["To"] and organisation


async def test_buyers_are_told_the_title_and_not_the_name(opened: Stores, press: Press) -> None:
    mailing = await written_to(opened, 1)
    async with opened.database.read() as c:
        event = await c.fetchval("select event_id from mailings where id = $1", mailing)
        await c.execute("insert into event_texts values ($1, 'en', 'Antigone', '', '', '')", event)
    await Post(opened, press).send_to_buyers(SendMailing(mailing), "send-mailing-1")
    kept = mails(opened)[-1].read_text()
    assert "About Antigone." in kept and "The Play" not in kept


def with_relay(opened: Stores) -> Stores:
    settings = msgspec.structs.replace(opened.settings, smtp_url="smtp://127.0.0.1:25")
    return msgspec.structs.replace(opened, settings=settings)
