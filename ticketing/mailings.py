"""Mails to the buyers of an event: written as a draft, looked at, then sent to each buyer once.

Sending makes a row for every buyer and a job. The job notes a buyer as being written to, in a transaction of its own,
before the mail is handed over; so one that is cut short and run again, or by two workers at once, writes to nobody
twice. Whoever was noted and not confirmed may have the mail or not: that is told, and not tried again.

Buyers are those with a ticket that is paid. Who opted out is left out, by address, whichever event it is; the link in
each mail does it without signing in, because its token is signed.
"""

import base64
import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from ticketing import audit, jobs
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.formats import Language
from ticketing.ids import new_id
from ticketing.jobs import Job, SendMailing
from ticketing.refusals import (
    EditedMeanwhile,
    InputRefused,
    LinkUnknown,
    MailingEmpty,
    MailingStarted,
    MailingTooLarge,
    NotFound,
)
from ticketing.settings import Settings, secret_bytes
from ticketing.sql import Connection, load
from ticketing.texts import text_of

SUBJECT_CHARS_MAX = 120
BODY_CHARS_MAX = 10_000
MAILINGS_MAX = 100
RECIPIENTS_MAX = 100_000
LOG_ROWS_MAX = 100
REPLY_CHARS_MAX = 300
PLACEHOLDERS = ("{name}", "{event}")
BRACED = re.compile(r"\{[^{}\n]{0,40}\}")
MAC_BYTES = 16
TOKEN_CHARS_MAX = 600
RETRY_S = 120
RETRIED_FOR = timedelta(hours=24)
"""How long somebody is tried whose mail server asks to come back later."""

SQL = load("mailings")


class State(StrEnum):
    """Where a mail to buyers stands."""

    DRAFT = "draft"
    SENDING = "sending"
    STOPPED = "stopped"
    """Somebody stopped it; it can go on."""
    SENT = "sent"


class RecipientState(StrEnum):
    """Where one of them stands."""

    WAITING = "waiting"
    SENDING = "sending"
    """Being written to; found so later, nobody knows whether the mail arrived."""
    SENT = "sent"
    REFUSED = "refused"
    """By the server that takes their mail."""
    OPTED_OUT = "opted_out"


class Text(Struct, frozen=True):
    """The mail in one language, placeholders in it."""

    subject: str
    body: str


class Choice(Struct, frozen=True):
    """Whom to write to, and what: texts by language, buyers of these dates and tariffs (none named: of all)."""

    texts: Mapping[str, Text]
    performance_ids: Sequence[UUID] = ()
    tariff_ids: Sequence[UUID] = ()


class Mailing(Struct, frozen=True, kw_only=True):
    """A mail to buyers. `event_name` is for those who write it; readers are told the title in their language, else
    `event_title`, which is the box office's."""

    id: UUID
    event_id: UUID
    event_name: str
    event_title: str
    titles: dict[str, str]
    box_office_id: UUID
    organisation_id: UUID
    organisation_name: str
    performance_ids: list[UUID]
    tariff_ids: list[UUID]
    state: State
    version: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    author: str

    def title(self, language: str) -> str:
        """What the event is called in a language."""
        return self.titles.get(language) or self.event_title


class Listed(Struct, frozen=True):
    """A line of the list of an event's mails: `subject` as it was written, `event_title` in the language of that."""

    id: UUID
    state: State
    created_at: datetime
    started_at: datetime | None
    author: str
    subject: str
    event_title: str
    recipient_count: int


class Audience(Struct, frozen=True):
    """How many bought, and how many of them are left out."""

    buyer_count: int
    opted_out_count: int

    @property
    def recipient_count(self) -> int:
        """How many are written to."""
        return self.buyer_count - self.opted_out_count


class Recipient(Struct, frozen=True):
    """Somebody to be written to."""

    customer_id: UUID
    state: RecipientState
    email: str
    name: str
    locale: str


class Logged(Struct, frozen=True):
    """What became of one of them."""

    name: str
    email: str
    state: RecipientState
    at: datetime
    reply: str


async def draft(db: Database, organisation_id: UUID, event_id: UUID, choice: Choice, by: Actor, now: datetime) -> UUID:
    """Keep a mail to be looked at; its id. Raises NotFound and InputRefused."""
    texts = _checked(choice.texts)
    async with db.transaction() as c:
        event = await SQL.owner.row(c, organisation_id=organisation_id, event_id=event_id)
        if event is None:
            raise NotFound(what="event")
        chosen = await _chosen(c, event_id, choice)
        mailing_id = new_id()
        await SQL.create.run(c, mailing_id=mailing_id, event_id=event_id, staff_id=by.staff_id, now=now, **chosen)
        await _set_texts(c, mailing_id, texts)
        subject = _subject(mailing_id, event["name"], event["box_office_id"])
        await audit.note(c, by, "mailing.drafted", subject, now, _told(texts))
    return mailing_id


async def revise(
    db: Database, organisation_id: UUID, mailing_id: UUID, choice: Choice, version: int, by: Actor, now: datetime
) -> None:
    """Change a draft that is still at `version`. Raises NotFound, InputRefused, MailingStarted, EditedMeanwhile."""
    texts = _checked(choice.texts)
    async with db.transaction() as c:
        mailing = await _get(c, organisation_id, mailing_id)
        _ensure_draft(mailing)
        chosen = await _chosen(c, mailing.event_id, choice)
        if not await SQL.revise.run(c, mailing_id=mailing_id, version=version, **chosen):
            raise EditedMeanwhile(what="mail")
        await SQL.forget_texts.run(c, mailing_id=mailing_id)
        await _set_texts(c, mailing_id, texts)
        await audit.note(c, by, "mailing.revised", _about(mailing), now, _told(texts))


async def discard(db: Database, organisation_id: UUID, mailing_id: UUID, by: Actor, now: datetime) -> None:
    """Throw a draft away. Raises NotFound, MailingStarted."""
    async with db.transaction() as c:
        mailing = await _get(c, organisation_id, mailing_id)
        if not await SQL.delete_draft.run(c, mailing_id=mailing_id):
            raise MailingStarted()
        await audit.note(c, by, "mailing.discarded", _about(mailing), now)


async def send(db: Database, organisation_id: UUID, mailing_id: UUID, version: int, by: Actor, now: datetime) -> int:
    """Write to everybody it is for, from now on and in the background; how many that are.

    Raises NotFound, MailingStarted, EditedMeanwhile when it was changed since it was looked at, MailingEmpty,
    MailingTooLarge; nobody is written to then.
    """
    async with db.transaction() as c:
        mailing = await _get(c, organisation_id, mailing_id)
        _ensure_draft(mailing)
        if not await SQL.begin.run(c, mailing_id=mailing_id, version=version, now=now):
            raise EditedMeanwhile(what="mail")
        await SQL.enlist.run(c, mailing_id=mailing_id, now=now)
        waiting = (await _progress(c, mailing_id))[RecipientState.WAITING]
        if not waiting:
            raise MailingEmpty()
        if waiting > RECIPIENTS_MAX:
            raise MailingTooLarge(recipient_count=waiting, recipients_max=RECIPIENTS_MAX)
        await jobs.enqueue(c, Job.SEND_MAILING, SendMailing(mailing_id))
        await audit.note(c, by, "mailing.sent", _about(mailing), now, {"recipients": (None, waiting)})
    return waiting


async def stop(db: Database, organisation_id: UUID, mailing_id: UUID, by: Actor, now: datetime) -> bool:
    """Write to nobody else of it for now. Raises NotFound; False when it is not being sent, and stays as it is."""
    async with db.transaction() as c:
        mailing = await _get(c, organisation_id, mailing_id)
        if not await SQL.stop.run(c, mailing_id=mailing_id):
            return False
        await _note_turn(c, mailing, State.SENDING, State.STOPPED, by, now)
    return True


async def go_on(db: Database, organisation_id: UUID, mailing_id: UUID, by: Actor, now: datetime) -> bool:
    """Write to those who still wait. Raises NotFound; False when it was not stopped, and stays as it is."""
    async with db.transaction() as c:
        mailing = await _get(c, organisation_id, mailing_id)
        chain: int | None = await SQL.go_on.value(c, mailing_id=mailing_id)
        if chain is None:
            return False
        await jobs.enqueue(c, Job.SEND_MAILING, SendMailing(mailing_id, chain=chain))
        await _note_turn(c, mailing, State.STOPPED, State.SENDING, by, now)
    return True


async def try_out(db: Database, organisation_id: UUID, mailing_id: UUID, staff_id: UUID, language: str) -> None:
    """Send the mail to who wrote it, to see how it arrives. NotFound."""
    async with db.transaction() as c:
        await _get(c, organisation_id, mailing_id)
        await jobs.enqueue(c, Job.SEND_MAILING, SendMailing(mailing_id, tester=staff_id, language=language))


async def get(db: Database, organisation_id: UUID, mailing_id: UUID) -> Mailing:
    """An organisation's own mail, or NotFound."""
    async with db.read() as c:
        return await _get(c, organisation_id, mailing_id)


async def texts(db: Database, mailing_id: UUID) -> dict[str, Text]:
    """What it says, by language."""
    async with db.read() as c:
        return {
            language: Text(subject, body) for language, subject, body in await SQL.texts.rows(c, mailing_id=mailing_id)
        }


async def of_event(db: Database, event_id: UUID) -> list[Listed]:
    """An event's mails, the newest first."""
    async with db.read() as c:
        return await SQL.of_event.all(c, Listed, event_id=event_id, mailings_max=MAILINGS_MAX)


async def audience(db: Database, mailing: Mailing) -> Audience:
    """How many it is for, as things stand."""
    async with db.read() as c:
        found = await SQL.audience.one(
            c, Audience, organisation_id=mailing.organisation_id, event_id=mailing.event_id,
            performance_ids=mailing.performance_ids, tariff_ids=mailing.tariff_ids,
        )  # fmt: skip
    assert found is not None, "a count is a row"
    return found


async def progress(db: Database, mailing_id: UUID) -> Counter[RecipientState]:
    """How many stand where."""
    async with db.read() as c:
        return await _progress(c, mailing_id)


async def log(db: Database, mailing_id: UUID) -> list[Logged]:
    """What became of them, the latest first; at most `LOG_ROWS_MAX`."""
    async with db.read() as c:
        return await SQL.sent_log.all(c, Logged, mailing_id=mailing_id, rows_max=LOG_ROWS_MAX)


# For whoever does the sending


async def to_send(db: Database, mailing_id: UUID) -> tuple[Mailing, dict[str, Text]] | None:
    """A mail with its texts, for the worker; None when it is gone."""
    async with db.read() as c:
        found = await SQL.any.one(c, Mailing, mailing_id=mailing_id)
    return (found, await texts(db, mailing_id)) if found else None


async def tester(db: Database, staff_id: UUID) -> Recipient | None:
    """Whoever wants to see the mail in their own box, as if they had bought."""
    async with db.read() as c:
        row = await SQL.staff.row(c, staff_id=staff_id)
    return Recipient(staff_id, RecipientState.SENDING, row["email"], row["name"], row["locale"]) if row else None


async def take(db: Database, mailing_id: UUID, after: UUID, now: datetime, chain: int = 0) -> Recipient | None:
    """The next who waits, noted as being written to; None when nobody does, it was stopped, or another chain of jobs
    sends it now. Nobody else is given him from then on, so a mail is handed over once at most."""
    values = {"mailing_id": mailing_id, "chain": chain, "after": after, "now": now}
    async with db.read() as c:
        while (found := await SQL.take.one(c, Recipient, **values)) is not None:
            if found.state is RecipientState.SENDING:
                return found
        return None


async def note(
    db: Database, mailing_id: UUID, customer_id: UUID, state: RecipientState, reply: str, now: datetime
) -> None:
    """What became of who was taken; WAITING when the mail was certainly not handed over, and may be later."""
    values = {"mailing_id": mailing_id, "customer_id": customer_id, "state": state, "now": now}
    async with db.read() as c:
        await SQL.note.run(c, reply=reply[:REPLY_CHARS_MAX], **values)


async def more(db: Database, mailing_id: UUID, after: UUID, chain: int = 0, pause_s: int = 0) -> None:
    """Leave the rest to another job: one that lasts for hours cannot be stopped kindly."""
    async with db.read() as c:
        await jobs.enqueue(c, Job.SEND_MAILING, SendMailing(mailing_id, after=after, chain=chain), pause_s)


async def finish(db: Database, mailing_id: UUID, now: datetime, chain: int = 0) -> None:
    """The end of the list was reached: it is sent, or those who were put off are tried again in a while."""
    async with db.read() as c:
        await SQL.end_if_done.run(c, mailing_id=mailing_id, now=now)
        if await SQL.is_sending.value(c, mailing_id=mailing_id, chain=chain):
            await jobs.enqueue(c, Job.SEND_MAILING, SendMailing(mailing_id, chain=chain), RETRY_S)


def filled(text: Text, name: str, event_name: str) -> Text:
    """The text as somebody reads it."""

    def fill(said: str) -> str:
        return BRACED.sub(lambda found: {"{name}": name, "{event}": event_name}.get(found[0], found[0]), said)

    return Text(fill(text.subject), fill(text.body))


def language_of(locale: str, written: Mapping[str, Text]) -> str:
    """In which of the written languages somebody is written to."""
    own = locale[:2].lower()
    return own if own in written else next(iter(sorted(written)))


# Opting out


def opt_out_token(settings: Settings, organisation_id: UUID, email: str) -> str:
    """What the link in a mail carries: whose mails, to which address, signed."""
    named = organisation_id.bytes + email.lower().encode()
    return base64.urlsafe_b64encode(_mac(settings, named) + named).rstrip(b"=").decode()


def opt_out_named(settings: Settings, token: str) -> tuple[UUID, str]:
    """The organisation and the address that a link names, or LinkUnknown for one that we did not make."""
    try:
        read = base64.urlsafe_b64decode(token[:TOKEN_CHARS_MAX] + "=" * (-len(token) % 4))
        mac, named = read[:MAC_BYTES], read[MAC_BYTES:]
        organisation_id, email = UUID(bytes=named[:16]), named[16:].decode()
    except ValueError:
        raise LinkUnknown() from None
    if not hmac.compare_digest(mac, _mac(settings, named)):
        raise LinkUnknown()
    return organisation_id, email


async def opt_out(db: Database, organisation_id: UUID, email: str, now: datetime) -> None:
    """No such mails to this address any more."""
    async with db.read() as c:
        await SQL.opt_out.run(c, organisation_id=organisation_id, email=email, now=now)


async def opt_in(db: Database, organisation_id: UUID, email: str) -> None:
    """Such mails to this address again."""
    async with db.read() as c:
        await SQL.opt_in.run(c, organisation_id=organisation_id, email=email)


async def opted_out(db: Database, organisation_id: UUID, email: str) -> tuple[str, bool]:
    """The organisation's name, and whether this address has opted out; LinkUnknown when it is gone."""
    async with db.read() as c:
        name = await SQL.organisation_name.value(c, organisation_id=organisation_id)
        if name is None:
            raise LinkUnknown()
        return name, bool(await SQL.opted_out.value(c, organisation_id=organisation_id, email=email))


def _mac(settings: Settings, named: bytes) -> bytes:
    key = hashlib.blake2b(secret_bytes(settings), digest_size=32, person=b"placeur opt-outs").digest()
    return hmac.new(key, named, hashlib.sha256).digest()[:MAC_BYTES]


async def _get(c: Connection, organisation_id: UUID, mailing_id: UUID) -> Mailing:
    found = await SQL.get.one(c, Mailing, organisation_id=organisation_id, mailing_id=mailing_id)
    if found is None:
        raise NotFound(what="mail")
    return found


async def _progress(c: Connection, mailing_id: UUID) -> Counter[RecipientState]:
    rows = await SQL.progress.rows(c, mailing_id=mailing_id)
    return Counter({RecipientState(state): count for state, count in rows})


async def _note_turn(c: Connection, mailing: Mailing, before: State, after: State, by: Actor, now: datetime) -> None:
    await audit.note(c, by, "mailing.turned", _about(mailing), now, {"state": (before, after)})


async def _chosen(c: Connection, event_id: UUID, choice: Choice) -> dict[str, list[UUID]]:
    chosen = {"performance_ids": list(choice.performance_ids), "tariff_ids": list(choice.tariff_ids)}
    if not await SQL.known.value(c, event_id=event_id, **chosen):
        raise InputRefused(problem="Choose dates and tariffs of this event.")
    return chosen


async def _set_texts(c: Connection, mailing_id: UUID, texts: Mapping[str, Text]) -> None:
    rows = [{"mailing_id": mailing_id, "language": language, "subject": text.subject, "body": text.body}
            for language, text in texts.items()]  # fmt: skip
    await SQL.set_text.many(c, rows)


def _checked(texts: Mapping[str, Text]) -> dict[str, Text]:
    """The texts that say something, each whole: a subject and a text, with nothing to fill in that there is not."""
    checked: dict[str, Text] = {}
    for tag, text in texts.items():
        language = Language(tag).value
        if not text.subject.strip() and not text.body.strip():
            continue
        subject = text_of(text.subject, f"subject_{language}", chars_max=SUBJECT_CHARS_MAX)
        body = text.body.strip()
        if not 1 <= len(body) <= BODY_CHARS_MAX:
            problem = "Write a text of at most {most} characters."
            raise InputRefused(problem=problem, where=f"body_{language}", most=BODY_CHARS_MAX)
        for field, said in (("subject", subject), ("body", body)):
            _ensure_fillable(f"{field}_{language}", said)
        checked[language] = Text(subject, body)
    if not checked:
        raise InputRefused(problem="Write a subject and a text, in one language at least.", where="")
    return checked


def _ensure_fillable(field: str, said: str) -> None:
    for braced in BRACED.findall(said):
        if braced not in PLACEHOLDERS:
            problem = "Nothing is filled in for {braced}; there are {name} and {event}."
            raise InputRefused(problem=problem, where=field, braced=braced, name="{name}", event="{event}")


def _ensure_draft(mailing: Mailing) -> None:
    if mailing.state is not State.DRAFT:
        raise MailingStarted()


def _told(texts: Mapping[str, Text]) -> dict[str, tuple[None, str]]:
    return {f"subject {language}": (None, text.subject) for language, text in texts.items()}


def _about(mailing: Mailing) -> Subject:
    return _subject(mailing.id, mailing.event_name, mailing.box_office_id)


def _subject(mailing_id: UUID, event_name: str, box_office_id: UUID) -> Subject:
    return Subject(kind="mailing", id=mailing_id, name=event_name, box_office_id=box_office_id)
