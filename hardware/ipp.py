"""Printing by IPP (RFC 8011), on printers and on the queues of CUPS, which speak it too.

A job is made first and its document sent then (Create-Job, Send-Document), so that the job has a number before a byte
of it leaves: if the line drops, the printer is asked what became of that number. Old printers take both in one
(Print-Job): there a line that drops leaves us in doubt.

A queue of CUPS (`ipp://host:631/printers/NAME`) differs in what its "completed" means: that it has passed the bytes
on. Only if it passes them on by IPP has the printer itself said more.
"""

import asyncio
from contextlib import suppress
from typing import Any

from msgspec import Struct
from pyipp.enums import IppJobState, IppOperation, IppStatus

from engine import failpoints
from hardware import ipp_meanings as meanings
from hardware.ipp_client import Attributes, IppClient, IppPrinter, NoAnswer, Refused
from hardware.jobs import Bounds, Job
from hardware.outcomes import (
    AWAY,
    Conditions,
    Outcome,
    Reason,
    Sending,
    clean,
    prints,
    refused,
    unknown,
    unreachable,
)

NAME_CHARS_MAX = 80
"""A name may have 255 bytes."""
PRINTER_ATTRIBUTES = [
    "printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "document-format-supported",
    "media-supported", "cups-version", "device-uri",
]  # fmt: skip
JOB_ATTRIBUTES = [
    "job-state", "job-state-reasons", "job-printer-state-message", "job-impressions-completed",
    "job-media-sheets-completed",
]  # fmt: skip
AWAITING = frozenset({"job-incoming", "job-data-insufficient"})
"""Reasons of a job whose document has not all come. In doubt such a one is withdrawn, so that the printer does not
wait for the rest; that nothing of it came out is for a person to see."""
FORGOTTEN = (IppStatus.ERROR_NOT_FOUND, IppStatus.ERROR_GONE)
"""What printers say of jobs that they do not remember, such as those long ended."""
COUNTS = ("job-impressions-completed", "job-media-sheets-completed")
BY_IPP = ("ipp:", "ipps:", "dnssd:", "implicitclass:")
"""Ways by which a queue of CUPS hears from its printer what became of a job."""


async def send(printer: IppPrinter, job: Job, bounds: Bounds) -> Sending:
    """Print a document, once, and wait for its end as long as the bounds allow. Nothing it does raises."""
    async with IppClient(printer, bounds) as client:
        try:
            state = await _attributes(client)
            told = meanings.conditions(state)
            if not prints(told):
                return refused(Reason.NOT_READY, conditions=told)
            wanted = meanings.wanted(job, state)
            if isinstance(wanted, Sending):
                return wanted
            number = await _made(client, job, wanted, bounds)
        except Refused as said:
            return meanings.refusal(said)
        except NoAnswer as problem:
            return unreachable(str(problem))
        handed = await _handed(client, job, number, wanted, bounds)
        if isinstance(handed, Sending):
            return handed
        failpoints.reach("F12")
        return await _followed(client, handed, _hears_its_end(state), bounds)


async def look(printer: IppPrinter, bounds: Bounds) -> Conditions:
    """How a printer or a queue is; AWAY when it cannot be reached, or does not want to say."""
    async with IppClient(printer, bounds) as client:
        try:
            return meanings.conditions(await _attributes(client))
        except (Refused, NoAnswer):
            return AWAY


class Handed(Struct, frozen=True):
    """A job that a printer has, or may have."""

    number: int
    doubt: str | None = None
    """Why it is not known to have all of it; None when it has."""


async def _attributes(client: IppClient) -> Attributes:
    answer = await client.ask(IppOperation.GET_PRINTER_ATTRIBUTES, {"requested-attributes": PRINTER_ATTRIBUTES})
    return _first(answer, "printers")


async def _made(client: IppClient, job: Job, wanted: Attributes, bounds: Bounds) -> int | None:
    """Make a job that has no document yet and return its number; None on printers that do not know how."""
    try:
        answer = await _when_free(client, IppOperation.CREATE_JOB, _called(job), wanted, b"", bounds)
    except Refused as said:
        if said.status == IppStatus.ERROR_OPERATION_NOT_SUPPORTED and not said.http:
            return None
        raise
    return _number(answer)


async def _handed(
    client: IppClient, job: Job, number: int | None, wanted: Attributes, bounds: Bounds
) -> Handed | Sending:
    """Send the document, for the job that was made or with one of its own."""
    about: dict[str, Any] = {"document-format": job.format}
    try:
        if number is None:
            answer = await _when_free(client, IppOperation.PRINT_JOB, _called(job) | about, wanted, job.payload, bounds)
            return Handed(_number(answer))
        about = {"job-id": number, "requesting-user-name": _name(job.user), **about, "last-document": True}
        await client.ask(IppOperation.SEND_DOCUMENT, about, document=job.payload)
        return Handed(number)
    except Refused as said:
        if not meanings.leaves_doubt(said):
            await _withdrawn(client, number)
            return meanings.refusal(said)
        doubt = meanings.refusal(said).note
    except NoAnswer as problem:
        if problem.untouched:
            return unreachable(str(problem))
        doubt = str(problem)
    return Handed(number, doubt) if number is not None else unknown(doubt)


async def _when_free(
    client: IppClient, operation: IppOperation, about: Attributes, wanted: Attributes, document: bytes, bounds: Bounds
) -> dict[str, Any]:
    """The answer to a request that a printer refuses while it prints for others: asked until `busy_s_max` is over."""
    now = asyncio.get_running_loop().time
    until = now() + bounds.busy_s_max
    while True:
        try:
            return await client.ask(operation, about, wanted, document)
        except Refused as said:
            if said.status != IppStatus.ERROR_BUSY or said.http or now() + bounds.poll_s > until:
                raise
        await asyncio.sleep(bounds.poll_s)


async def _followed(client: IppClient, handed: Handed, hears: bool, bounds: Bounds) -> Sending:
    """Ask what becomes of a job until it ends or the time is over: then the printer has it, and says what it waits
    for; or nobody knows whether it does."""
    now = asyncio.get_running_loop().time
    until = now() + bounds.done_s_max
    while True:
        try:
            asked = {"job-id": handed.number, "requested-attributes": JOB_ATTRIBUTES}
            state = _first(await client.ask(IppOperation.GET_JOB_ATTRIBUTES, asked), "jobs")
            if ended := _end(state, hears):
                return unknown(_both(handed.doubt, ended.note)) if handed.doubt is not None else ended
            if handed.doubt is not None and AWAITING & set(meanings.listed(state, "job-state-reasons")):
                await _withdrawn(client, handed.number)
        except Refused as said:
            if said.status in FORGOTTEN and not said.http:
                return unknown(handed.doubt) if handed.doubt is not None else Sending(Outcome.SENT, note=said.note)
        except NoAnswer:
            pass
        if now() + bounds.poll_s >= until:
            break
        await asyncio.sleep(bounds.poll_s)
    try:
        conditions = meanings.conditions(await _attributes(client))
    except (Refused, NoAnswer):
        conditions = AWAY
    return unknown(handed.doubt, conditions) if handed.doubt is not None else Sending(Outcome.SENT, conditions)


def _end(job: Attributes, hears: bool) -> Sending | None:
    """What a job's end means, if the printer had all of it; None while it goes on. Printers also call completed what
    a line that dropped left them of a document."""
    state, reasons = job.get("job-state"), meanings.listed(job, "job-state-reasons")
    note = clean(" ".join([*reasons, *meanings.listed(job, "job-printer-state-message")]))
    if state == IppJobState.COMPLETED:
        if "job-completed-with-errors" in reasons:
            return unknown(note)
        printed = hears and "queued-in-device" not in reasons
        return Sending(Outcome.DELIVERED if printed else Outcome.SENT, note=note)
    if state not in (IppJobState.CANCELED, IppJobState.ABORTED):
        return None
    counts = [job[name] for name in COUNTS if isinstance(job.get(name), int)]
    if not counts or any(counts):
        return unknown(note)
    return refused(Reason.CANCELLED if state == IppJobState.CANCELED else Reason.REJECTED, note)


async def _withdrawn(client: IppClient, number: int | None) -> None:
    """Cancel a job that has no document, so that the printer does not wait for one. If it cannot be told, it gives up
    waiting by itself."""
    if number is not None:
        with suppress(Refused, NoAnswer):
            await client.ask(IppOperation.CANCEL_JOB, {"job-id": number})


def _hears_its_end(printer: Attributes) -> bool:
    """Whether "completed" is what the printer says: always, but for queues that pass bytes on without an answer."""
    return "cups-version" not in printer or str(printer.get("device-uri", "")).startswith(BY_IPP)


def _both(doubt: str, note: str) -> str:
    return f"{doubt}; the machine says {note or 'nothing'}"


def _called(job: Job) -> dict[str, Any]:
    return {"requesting-user-name": _name(job.user), "job-name": _name(job.name)}


def _name(text: str) -> str:
    return clean(text)[:NAME_CHARS_MAX] or "placeur"


def _first(answer: dict[str, Any], group: str) -> Attributes:
    """The first group of a kind in an answer; NoAnswer when there is none."""
    groups = [found for found in answer[group] if found]
    if not groups:
        raise NoAnswer(f"an answer without {group}", untouched=False)
    first: Attributes = groups[0]
    return first


def _number(answer: dict[str, Any]) -> int:
    number = _first(answer, "jobs").get("job-id")
    if not isinstance(number, int):
        raise NoAnswer("an answer without a job's number", untouched=False)
    return number
