"""Work that must happen after a commit: written into the queue by the transaction that decided it, done by the worker.

The queue is PgQueuer's table, so a job exists exactly when what it follows from was committed, and nothing is lost when
a process ends between the two. A job carries names, never values: "synchronise these places", "mail this order"; who
runs it reads what is true then. It runs at least once, so every handler can run twice.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec
from msgspec import Struct
from pgqueuer import Queries

from ticketing.sql import Connection, load

SQL = load("jobs")


class Job(StrEnum):
    """Every kind of job."""

    SYNC_PLACES = "sync-places"
    SEND_MAIL = "send-mail"
    SEND_REFUND = "send-refund"
    SEND_ACCOUNT_MAIL = "send-account-mail"
    SEND_CUSTOMER_MAIL = "send-customer-mail"
    SEND_MAILING = "send-mailing"
    BOOK_BANK_FILE = "book-bank-file"
    CHANGE_PLANS = "change-plans"
    RELABEL_TICKETS = "relabel-tickets"
    SHOW_CODES = "show-codes"
    COPY_ALLOTMENTS = "copy-allotments"
    MAKE_CONSIGNMENT = "make-consignment"


class MailKind(StrEnum):
    """Why a customer is written to."""

    ORDER_PLACED = "order-placed"
    """It is to be paid at the box office: nothing else tells its buyer until then."""
    ORDER_PAID = "order-paid"
    TICKETS_REISSUED = "tickets-reissued"
    CONFIRMATION_AGAIN = "confirmation-again"
    """What was ordered, without the tickets."""
    TICKETS_AGAIN = "tickets-again"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"


class AccountMailKind(StrEnum):
    """Why somebody of the staff is written to."""

    PASSWORD_RESET = "password-reset"
    INVITATION = "invitation"
    WELCOME = "welcome"
    """Instead of an invitation, to somebody who has an account."""
    SECURITY_CHANGED = "security-changed"
    """What opens the account was changed: whoever did not do that should know."""
    SECOND_FACTORS_RESET = "second-factors-reset"
    """Whoever runs the machine took them away: the password alone signs in."""


class CustomerMailKind(StrEnum):
    """Why a customer is written to about their account."""

    SIGN_IN = "sign-in"
    EMAIL_CHANGE = "email-change"
    """To the new address, which is taken by the link."""
    EMAIL_CHANGING = "email-changing"
    """To the old address, before."""
    EMAIL_CHANGED = "email-changed"
    """To the old address, after."""
    PASSWORD_CHANGED = "password-changed"
    DELETION_ASKED = "deletion-asked"
    FORGOTTEN = "forgotten"
    """The last one: it carries the address, which is known nowhere else any more."""


class SyncPlaces(Struct, frozen=True):
    """Make Redis say of these places, pool by pool, what the claims say."""

    places: dict[int, tuple[int, ...]]


class SendMail(Struct, frozen=True):
    """Write to the customer of an order, or to another address about it; with an invoice or a credit note of it."""

    order: UUID
    mail: MailKind
    to: str | None = None
    invoice: UUID | None = None


class SendAccountMail(Struct, frozen=True):
    """Write to whoever has an account at this address, if anybody; `organisation` is the one whose team they join."""

    mail: AccountMailKind
    email: str
    organisation: UUID | None = None


class SendCustomerMail(Struct, frozen=True):
    """Write about an account at an organisation, to whoever has this address there, if anybody; or to this address
    about the account of `customer`. Links lead to the shop of the box office of this key.

    `browser` is the hash of the one that asked, in hexadecimal; `onward` the page to go on to.
    """

    mail: CustomerMailKind
    organisation: UUID
    box_office: str
    email: str
    customer: UUID | None = None
    browser: str = ""
    onward: str = ""
    name: str = ""
    locale: str = ""


class SendMailing(Struct, frozen=True):
    """Write to some more of the buyers whom a mail is for, those after `after`; or to `tester` alone, as a try.

    A mail that was stopped goes on by another `chain` of jobs, so that what is left of the one before ends.
    """

    mailing: UUID
    tester: UUID | None = None
    language: str = ""
    after: UUID = UUID(int=0)
    chain: int = 0


class SendRefund(Struct, frozen=True):
    """Ask the provider to give money back."""

    refund: UUID


class BookBankFile(Struct, frozen=True):
    """Book what a confirmed bank file tells of."""

    file: UUID


class ChangePlans(Struct, frozen=True):
    """Put the dates of a change that still wait onto its version of their plan."""

    change: UUID


class RelabelTickets(Struct, frozen=True):
    """Make the tickets of a performance (of one order) say what its plan calls their places."""

    performance: UUID
    order: UUID | None = None


class ShowCodes(Struct, frozen=True):
    """Make Redis say of a pool's places under which block or allotment they are kept."""

    pool: int


class CopyAllotments(Struct, frozen=True):
    """Give the dates of a copy that still wait what its own date keeps off open sale."""

    copy: UUID


class MakeConsignment(Struct, frozen=True):
    """Make the tickets that a consignment still lacks."""

    order: UUID


PAYLOADS: Mapping[Job, type[Struct]] = {
    Job.SYNC_PLACES: SyncPlaces,
    Job.SEND_MAIL: SendMail,
    Job.SEND_REFUND: SendRefund,
    Job.SEND_ACCOUNT_MAIL: SendAccountMail,
    Job.SEND_CUSTOMER_MAIL: SendCustomerMail,
    Job.SEND_MAILING: SendMailing,
    Job.BOOK_BANK_FILE: BookBankFile,
    Job.CHANGE_PLANS: ChangePlans,
    Job.RELABEL_TICKETS: RelabelTickets,
    Job.SHOW_CODES: ShowCodes,
    Job.COPY_ALLOTMENTS: CopyAllotments,
    Job.MAKE_CONSIGNMENT: MakeConsignment,
}

PRIORITIES: Mapping[Job, int] = {
    Job.SYNC_PLACES: 20,
    Job.SEND_REFUND: 10,
    Job.BOOK_BANK_FILE: 5,
    Job.CHANGE_PLANS: 5,
    Job.RELABEL_TICKETS: 5,
    Job.SHOW_CODES: 20,
    Job.COPY_ALLOTMENTS: 5,
    Job.MAKE_CONSIGNMENT: 5,
    Job.SEND_ACCOUNT_MAIL: 5,
    Job.SEND_CUSTOMER_MAIL: 5,
    Job.SEND_MAIL: 0,
    Job.SEND_MAILING: -10,
}
"""Which jobs go first: after an on-sale thousands of mails wait, and a repair must not wait behind them."""

_encode = msgspec.json.Encoder().encode


class Held(Struct, frozen=True):
    """A job that failed too often and waits for somebody to look at it."""

    id: int
    job: str
    payload: bytes
    attempts: int
    created_at: datetime


async def enqueue(c: Connection, job: Job, payload: Struct, after_s: int = 0) -> None:
    """Add a job to the caller's transaction, to be run `after_s` seconds after it at the earliest."""
    queue = Queries.from_asyncpg_connection(c)  # type: ignore[arg-type]  # a lent one will do
    await queue.enqueue(job, write(job, payload), PRIORITIES[job], execute_after=timedelta(seconds=after_s))


def write(job: Job, payload: Struct) -> bytes:
    """The payload of a job as it is enqueued."""
    assert isinstance(payload, PAYLOADS[job]), f"{job} takes a {PAYLOADS[job].__name__}"
    return _encode(payload)


def read(job: Job, payload: bytes | None) -> Struct:
    """The payload of a job as it was enqueued."""
    read: Struct = msgspec.json.decode(payload or b"", type=PAYLOADS[job])
    return read


async def held(c: Connection) -> list[Held]:
    """The jobs that were set aside, oldest first."""
    return await SQL.held.all(c, Held)


async def retry_held(c: Connection) -> int:
    """Put every job that was set aside back in the queue; how many."""
    return await SQL.retry_held.run(c)


async def forget_before(c: Connection, moment: datetime) -> int:
    """Delete the log of jobs done before `moment`; how many lines."""
    return await SQL.forget_before.run(c, moment=moment)


async def lag_s(c: Connection) -> float:
    """How far the workers run behind: for how long the job that waits longest has been due."""
    behind: float = await SQL.lag_s.value(c)
    return behind
