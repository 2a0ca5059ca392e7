"""The worker process: what happens after a sale, away from the shoppers.

It does the jobs that orders leave behind (mails with their tickets, refunds, repairs), lets unpaid orders lapse, prints
on the printers that the server reaches itself, keeps Redis in step with Postgres, and checks every minute that all is
true that must be, telling each breach in the log and as a number. Setting a ticket takes some fifty milliseconds of a
core, so it is done in a process of its own that yields to everybody else: a mail may be late in an on-sale, a seat may
not.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from uuid import UUID

import structlog
import uvloop
from msgspec import Struct

from engine.reconciler import Reconciler
from hardware import spooler
from mailing import accounts as account_letters
from mailing import buyers as buyer_letters
from mailing import customers as customer_letters
from mailing import invoices as invoice_letters
from mailing import orders as order_mails
from mailing.envelopes import ensure_sender
from mailing.orders import Attachment
from mailing.relays import Handed, hand_over, keep, relay_of
from ticketing import (
    account_mails,
    check,
    checkouts,
    customer_mails,
    invoices,
    jobs,
    mailings,
    mails,
    orders,
    ticket_deliveries,
    ticket_links,
    tickets,
    worker,
)
from ticketing.check import Breach
from ticketing.jobs import Job, MailKind, SendAccountMail, SendCustomerMail, SendMail, SendMailing
from ticketing.mailings import Mailing, Recipient, RecipientState, Text
from ticketing.mails import MailOutcome
from ticketing.sandbox import Sandbox
from ticketing.settings import Settings, from_environment, secret_bytes, site_url
from ticketing.signing_keys import Keys
from ticketing.states import OrderStatus
from ticketing.stores import Stores, stores
from ticketing.tickets import Issued
from web import logs, metrics, ticket_files
from web.press import Press

MAILS_FOLDER = "mails"
WITHOUT_TICKETS = (MailKind.CONFIRMATION_AGAIN, MailKind.ORDER_PLACED)
"""Mails that say what was ordered."""
MAILS_KEPT_MAX = 1000
ATTACHED_BYTES_MAX = 7 * 1024 * 1024
"""Tickets that a mail carries, before they are written as text, which adds a third: many servers take 10 MB a mail."""
ATTACHED_EACH_MAX = 10
"""Files of one ticket each that a mail carries; more go in a zip."""
BUYERS_A_JOB_MAX = 50
DELAYS_A_JOB_MAX = 3
"""A relay that puts so many off is left alone for a while."""
PUBLISHED_EVERY_S = 5.0
NICENESS = 10
UNWRITABLE = "This address cannot be written to."

log = structlog.get_logger()


class MailDelayed(Exception):
    """The relay did not take a mail now; the job is tried again."""


class Post:
    """Writes to customers: hands mails to the relay that the settings name; without one, keeps the last as files."""

    def __init__(self, opened: Stores, press: Press) -> None:
        """SettingRefused when the relay's address or the sender's cannot be read."""
        self._database, self._settings, self._press = opened.database, opened.settings, press
        self._keys = Keys(opened.database, secret_bytes(opened.settings))
        self._relay = relay_of(opened.settings.smtp_url)
        ensure_sender(opened.settings.mail_from)

    async def send(self, payload: Struct, mail_id: str) -> None:
        """Send the mail that a job asks for, with the order's tickets as they are now; nothing when it has none left,
        or its buyer is not known any more.

        The same `mail_id` makes the same mail. Raises MailDelayed when it should be tried again.
        """
        assert isinstance(payload, SendMail)
        now = await worker.database_time(self._database)
        if payload.invoice is not None:
            await self._send_paper(payload, payload.invoice, mail_id, now)
            return
        sheet = await tickets.sheet(self._database, payload.order)
        issued = tickets.issue(sheet, await self._keys.signer(sheet.head.organisation_id, now))
        sender, to = self._settings.mail_from, payload.to or sheet.head.customer_email
        awaited = payload.mail is MailKind.ORDER_PLACED and sheet.head.status is OrderStatus.PENDING
        if not to or (not issued.tickets and not issued.passes and not awaited):
            return
        link, own, at_counter = await self._led(payload)
        write = partial(order_mails.message, payload.mail, sheet, mail_id, sender, now, link, to=to, own=own)
        if payload.mail not in WITHOUT_TICKETS:
            files, whole = await self._files(issued, payload.order, now, with_tickets=not at_counter)
            files += await self._receipts(payload)
            write = partial(write, attachments=files, attached=whole, at_counter=at_counter)
        outcome, reply = await self._sent(write, mail_id)
        if outcome is MailOutcome.REFUSED:
            log.warning("mail-refused", mail=mail_id, order=str(payload.order), reply=reply)
        await mails.note(self._database, mail_id, payload.order, payload.mail, to, outcome, reply, now)

    async def _led(self, payload: SendMail) -> tuple[str, bool, bool]:
        """Where a mail leads: its buyer to the order's page, with the secret that opens it, anybody else to the tickets
        alone; whether that is the buyer's own way, and whether the tickets wait for them at the counter."""
        site, asked = site_url(self._settings), await checkouts.of_order(self._database, payload.order)
        if payload.to is not None:
            return site + ticket_links.path(self._settings, payload.order), False, False
        secret = orders.secret_of(self._settings, payload.order)
        page = f"{site}/shop/{asked.box_office_key}/orders/{payload.order}?secret={secret}"
        return page, True, asked.at_counter and payload.mail is not MailKind.TICKETS_AGAIN

    async def _files(
        self, issued: Issued, order_id: UUID, now: datetime, with_tickets: bool
    ) -> tuple[list[Attachment], bool]:
        """What a mail has attached, and whether the tickets are among it: those that are too large are only linked."""
        site, tag = site_url(self._settings), issued.head.customer_locale
        stores = ticket_files.Held(self._settings, self._database, self._keys, self._press, site)
        if not with_tickets:
            dates = await ticket_files.calendar(stores, order_id, tag, now)
            return [Attachment(dates.name, dates.content, dates.media_type)], False
        wanted = await ticket_deliveries.of_order(self._database, order_id)
        made = await ticket_files.attached(stores, issued, wanted.paper, wanted.files, tag, ATTACHED_EACH_MAX)
        whole = sum(len(file.content) for file in made) <= ATTACHED_BYTES_MAX
        dates = await ticket_files.calendar(stores, order_id, tag, now)
        files = [*made, dates] if whole else [dates]
        return [Attachment(file.name, file.content, file.media_type) for file in files], whole

    async def _send_paper(self, payload: SendMail, invoice_id: UUID, mail_id: str, now: datetime) -> None:
        """Send an invoice or a credit note."""
        paper = await invoices.document(self._database, payload.order, invoice_id)
        to = payload.to or paper.email
        if not to:
            return
        pdf = await self._press.invoice(paper)
        write = partial(invoice_letters.message, paper, pdf, mail_id, self._settings.mail_from, now, to)
        outcome, reply = await self._sent(write, mail_id)
        if outcome is MailOutcome.REFUSED:
            log.warning("mail-refused", mail=mail_id, order=str(payload.order), reply=reply)
        await mails.note(self._database, mail_id, payload.order, payload.mail, to, outcome, reply, now)

    async def _receipts(self, payload: SendMail) -> list[Attachment]:
        """What was invoiced with the payment that the mail tells of."""
        if payload.mail is not MailKind.ORDER_PAID:
            return []
        found = await invoices.receipts(self._database, payload.order)
        return [Attachment(invoice_letters.file_name(paper), await self._press.invoice(paper)) for paper in found]

    async def send_to_staff(self, payload: Struct, mail_id: str) -> None:
        """Send the mail to one of the staff that a job asks for; nothing when nobody has the address."""
        assert isinstance(payload, SendAccountMail)
        now = await worker.database_time(self._database)
        letter = await account_mails.letter(self._database, secret_bytes(self._settings), payload, mail_id, now)
        if letter is None:
            return
        to, link = letter.to, site_url(self._settings) + letter.path
        sender, tag = self._settings.mail_from, to.locale or ""
        write = partial(
            account_letters.message, letter.kind, to.email, to.name, tag, link, to.organisation, mail_id, sender, now
        )
        outcome, reply = await self._sent(write, mail_id)
        if outcome is MailOutcome.REFUSED:
            log.warning("mail-refused", mail=mail_id, reply=reply)

    async def send_to_customer(self, payload: Struct, mail_id: str) -> None:
        """Send the mail about an account that a job asks for; nothing when nobody has the address."""
        assert isinstance(payload, SendCustomerMail)
        now = await worker.database_time(self._database)
        letter = await customer_mails.letter(self._database, secret_bytes(self._settings), payload, mail_id, now)
        if letter is None:
            return
        to, link = letter.to, site_url(self._settings) + letter.path if letter.path else ""
        sender = self._settings.mail_from
        write = partial(
            customer_letters.message, letter.kind, to.email, to.name, to.locale, link, to.organisation, mail_id, sender,
            now,
        )  # fmt: skip
        outcome, reply = await self._sent(write, mail_id)
        if outcome is MailOutcome.REFUSED:
            log.warning("mail-refused", mail=mail_id, reply=reply)

    async def send_to_buyers(self, payload: Struct, mail_id: str) -> None:
        """Write to the next buyers whom a mail is for, and leave the rest to another job; or to who tries it out."""
        assert isinstance(payload, SendMailing)
        found = await mailings.to_send(self._database, payload.mailing)
        if found is None:
            return
        if payload.tester is not None:
            await self._try_out(*found, payload, mail_id)
            return
        mailing, last, delays = found[0].id, payload.after, 0
        for _ in range(BUYERS_A_JOB_MAX):
            now = await worker.database_time(self._database)
            buyer = await mailings.take(self._database, mailing, last, now, payload.chain)
            if buyer is None:
                await mailings.finish(self._database, mailing, now, payload.chain)
                return
            last = buyer.customer_id
            state, reply = await self._written_to(*found, buyer, now)
            await mailings.note(self._database, mailing, last, state, reply, now)
            delays += state is RecipientState.WAITING
            if delays == DELAYS_A_JOB_MAX:
                break
        pause_s = mailings.RETRY_S if delays == DELAYS_A_JOB_MAX else 0
        await mailings.more(self._database, mailing, last, payload.chain, pause_s)

    async def _try_out(self, mailing: Mailing, texts: Mapping[str, Text], payload: SendMailing, mail_id: str) -> None:
        tester = await mailings.tester(self._database, payload.tester) if payload.tester else None
        if tester is not None and payload.language in texts:
            now = await worker.database_time(self._database)
            await self._sent(partial(self._letter, mailing, texts, tester, payload.language, mail_id, now), mail_id)

    async def _written_to(
        self, mailing: Mailing, texts: Mapping[str, Text], buyer: Recipient, now: datetime
    ) -> tuple[RecipientState, str]:
        language, mail_id = mailings.language_of(buyer.locale, texts), f"{mailing.id.hex}-{buyer.customer_id.hex}"
        try:
            outcome, reply = await self._sent(
                partial(self._letter, mailing, texts, buyer, language, mail_id, now), mail_id
            )
        except MailDelayed as delay:
            late = mailing.started_at is not None and now > mailing.started_at + mailings.RETRIED_FOR
            return RecipientState.REFUSED if late else RecipientState.WAITING, str(delay)
        return RecipientState.REFUSED if outcome is MailOutcome.REFUSED else RecipientState.SENT, reply

    def _letter(
        self, mailing: Mailing, texts: Mapping[str, Text], to: Recipient, language: str, mail_id: str, now: datetime
    ) -> EmailMessage:
        settings = self._settings
        token = mailings.opt_out_token(settings, mailing.organisation_id, to.email)
        mail = buyer_letters.mail(
            texts[language], language, to.name, mailing.title(language), mailing.organisation_name,
            f"{site_url(settings)}/opt-out/{token}",
        )  # fmt: skip
        return buyer_letters.message(mail, to.email, mail_id, settings.mail_from, now)

    async def _sent(self, write: Callable[[], EmailMessage], mail_id: str) -> tuple[MailOutcome, str]:
        """Write a mail and hand it over; one that cannot be written counts as refused. Raises MailDelayed."""
        try:
            return await self._handed_over(write())
        except ValueError as problem:  # what it says may tell the address: it is not logged
            log.warning("mail-unwritable", mail=mail_id, problem=type(problem).__name__)
            return MailOutcome.REFUSED, UNWRITABLE

    async def _handed_over(self, message: EmailMessage) -> tuple[MailOutcome, str]:
        """What became of a message, and what the relay said of it. Raises MailDelayed."""
        if self._relay is None:
            _keep_last(message, Path(self._settings.data) / MAILS_FOLDER)
            return MailOutcome.KEPT, ""
        delivery = await hand_over(message, self._relay)
        if delivery.outcome is Handed.TRY_LATER:
            raise MailDelayed(delivery.reply)
        return MailOutcome.REFUSED if delivery.outcome is Handed.REFUSED else MailOutcome.SENT, delivery.reply


def _keep_last(message: EmailMessage, folder: Path) -> None:
    """Write a mail to the folder, and delete the oldest ones beyond `MAILS_KEPT_MAX`."""
    keep(message, folder)
    kept = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime)
    for path in kept[:-MAILS_KEPT_MAX]:
        path.unlink(missing_ok=True)


def main() -> None:
    """Work until SIGTERM or SIGINT; jobs under way are finished."""
    settings = from_environment()
    logs.configure(settings.log_level)
    uvloop.run(run(settings))


async def run(settings: Settings) -> None:
    """Open the stores, and do all that a worker does until the process is asked to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with Press(niceness=NICENESS) as press:
        async with stores(settings) as opened:
            await work(opened, press, stop)
    metrics.close()


async def work(opened: Stores, press: Press, stop: asyncio.Event) -> None:
    """All that a worker does, until `stop`."""
    db, inventory, settings = opened.database, opened.inventory, opened.settings
    reconciler = Reconciler(inventory, opened.claims)
    provider = Sandbox(secret_bytes(settings), "")
    post = Post(opened, press)
    handlers = {
        Job.SEND_MAIL: post.send,
        Job.SEND_ACCOUNT_MAIL: post.send_to_staff,
        Job.SEND_CUSTOMER_MAIL: post.send_to_customer,
        Job.SEND_MAILING: post.send_to_buyers,
    }
    publisher = metrics.Publisher()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run(db, inventory, settings, reconciler, provider, handlers, stop))
        tasks.create_task(spooler.run(db, settings, stop))
        tasks.create_task(worker.repeat(stop, settings.check_s, partial(check_all, opened)))
        tasks.create_task(worker.repeat(stop, PUBLISHED_EVERY_S, partial(_publish, opened, publisher)))


async def check_all(opened: Stores) -> list[Breach]:
    """Check every invariant; log what is found, and publish how often by invariant."""
    now = await worker.database_time(opened.database)
    found = await check.breaches(opened.database, opened.inventory, now)
    counts = Counter(breach.invariant for breach in found)
    for invariant in check.INVARIANTS:
        metrics.BREACHES.labels(invariant).set(counts[invariant])
    for breach in found:
        log.error("breach", invariant=breach.invariant, sentence=breach.sentence, found=breach.found)
    return found


async def _publish(opened: Stores, publisher: metrics.Publisher) -> None:
    publisher.publish(opened.inventory.counts)
    async with opened.database.read() as c:
        metrics.LAG.labels("jobs").set(await jobs.lag_s(c))


if __name__ == "__main__":
    main()
