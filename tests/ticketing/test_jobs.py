"""Jobs: written with what they follow from, read as they were written, and cleared away."""

from datetime import timedelta

import msgspec
import pytest

from tests.ticketing.house import NOW, empty
from ticketing import jobs
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.jobs import (
    PAYLOADS,
    AccountMailKind,
    BookBankFile,
    ChangePlans,
    CopyAllotments,
    CustomerMailKind,
    Job,
    MailKind,
    MakeConsignment,
    RelabelTickets,
    SendAccountMail,
    SendCustomerMail,
    SendMail,
    SendMailing,
    SendRefund,
    ShowCodes,
    SyncPlaces,
)

EXAMPLES = {
    Job.SYNC_PLACES: SyncPlaces({7: (0, 5), 12: (3,)}),
    Job.SEND_MAIL: SendMail(new_id(), MailKind.ORDER_PAID),
    Job.SEND_REFUND: SendRefund(new_id()),
    Job.SEND_ACCOUNT_MAIL: SendAccountMail(AccountMailKind.INVITATION, "bo@example.org", new_id()),
    Job.SEND_CUSTOMER_MAIL: SendCustomerMail(CustomerMailKind.SIGN_IN, new_id(), "key", "cy@example.org"),
    Job.SEND_MAILING: SendMailing(new_id(), after=new_id()),
    Job.BOOK_BANK_FILE: BookBankFile(new_id()),
    Job.CHANGE_PLANS: ChangePlans(new_id()),
    Job.RELABEL_TICKETS: RelabelTickets(new_id(), new_id()),
    Job.SHOW_CODES: ShowCodes(3),
    Job.COPY_ALLOTMENTS: CopyAllotments(new_id()),
    Job.MAKE_CONSIGNMENT: MakeConsignment(new_id()),
}


@pytest.fixture
async def db(database: Database) -> Database:
    await empty(database)
    return database


@pytest.mark.parametrize("job", Job)
def test_a_payload_is_read_as_it_was_written(job: Job) -> None:
    assert jobs.read(job, jobs.write(job, EXAMPLES[job])) == EXAMPLES[job]
    assert type(EXAMPLES[job]) is PAYLOADS[job]


def test_another_jobs_payload_is_a_mistake() -> None:
    with pytest.raises(AssertionError):
        jobs.write(Job.SEND_MAIL, EXAMPLES[Job.SEND_REFUND])
    with pytest.raises(msgspec.ValidationError):
        jobs.read(Job.SEND_MAIL, jobs.write(Job.SEND_REFUND, EXAMPLES[Job.SEND_REFUND]))


async def test_a_job_is_there_when_its_transaction_is(db: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as c:
            await jobs.enqueue(c, Job.SEND_MAIL, EXAMPLES[Job.SEND_MAIL])
            raise ZeroDivisionError
    async with db.transaction() as c:
        assert await c.fetchval("select count(*) from pgqueuer") == 0
        await jobs.enqueue(c, Job.SEND_MAIL, EXAMPLES[Job.SEND_MAIL], after_s=60)
    async with db.read() as c:
        row = await c.fetchrow("select *, execute_after - created as delay from pgqueuer")
    assert (row["entrypoint"], row["status"], row["delay"]) == ("send-mail", "queued", timedelta(seconds=60))


async def test_what_was_set_aside_is_listed_and_tried_again(db: Database) -> None:
    async with db.read() as c:
        for job, payload in EXAMPLES.items():
            await jobs.enqueue(c, job, payload)
        await c.execute("update pgqueuer set status = 'failed', attempts = 10 where entrypoint = 'send-mail'")
        (held,) = await jobs.held(c)
        assert (held.job, held.attempts, jobs.read(Job(held.job), held.payload)) == (
            "send-mail", 10, EXAMPLES[Job.SEND_MAIL],
        )  # fmt: skip
        assert await jobs.retry_held(c) == 1
        assert await jobs.held(c) == []
        assert await c.fetchval("select count(*) from pgqueuer where status = 'queued' and attempts = 0") == len(
            EXAMPLES
        )


async def test_the_log_of_done_jobs_is_cleared(db: Database) -> None:
    async with db.read() as c:
        await c.execute("delete from pgqueuer_log")
        await jobs.enqueue(c, Job.SEND_MAIL, EXAMPLES[Job.SEND_MAIL])
        assert await jobs.forget_before(c, NOW - timedelta(days=7)) == 0
        assert await jobs.forget_before(c, NOW + timedelta(days=1)) == 1
