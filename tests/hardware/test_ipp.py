"""Printing by IPP: on a printer nobody here wrote, over lines that break, and on older printers made up for it."""

import asyncio
import hashlib
import ssl
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from pyipp.enums import IppOperation, IppStatus, IppTag

from hardware import ipp
from hardware import ipp_meanings as meanings
from hardware.jobs import A4, A6, CARD, Bounds, Job, Media, Orientation
from hardware.outcomes import Condition, Outcome, Reason, Sending
from tests.hardware.conftest import Everywhere
from tests.hardware.simulators import Cut, Machine, OldPrinter, at

Start = Callable[..., Everywhere]
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 400 + b"\n%%EOF\n"
CALM = Bounds(poll_s=0.01)
READY = frozenset({Condition.READY})
STUCK = "touch {folder}/working; while [ -e {folder}/stuck ]; do sleep 0.02; done"
DOCUMENT = 3
"""The connection on which the document goes: after those that ask how the printer is, and make the job."""


def through(start: Everywhere, judged) -> ipp.IppPrinter:
    return msgspec.structs.replace(start.printer, judged=msgspec.structs.replace(judged, host="localhost"))


async def test_what_comes_out_is_what_was_sent(everywhere: Start) -> None:
    printer = everywhere()
    assert await ipp.look(printer.printer, CALM) == READY
    job = Job(PDF, "Commande 42 – Zoé\x1b", user="caisse-1", copies=2, media=A4, orientation=Orientation.LANDSCAPE)
    sending = await ipp.send(printer.printer, job, CALM)
    assert sending == Sending(Outcome.DELIVERED, note="job-completed-successfully")
    assert printer.printed() == [PDF]
    told = printer.attributes(1)
    assert told["IPP_JOB_NAME"] == "Commande 42 – Zoé"
    assert told["IPP_JOB_ORIGINATING_USER_NAME"] == "caisse-1"
    assert (told["IPP_COPIES"], told["IPP_MEDIA"]) == ("2", "iso_a4_210x297mm")
    assert told["IPP_ORIENTATION_REQUESTED"] == "landscape"


@pytest.mark.parametrize(
    ("media", "name"),
    [
        (A4, "iso_a4_210x297mm"),
        (Media(220, 110), "iso_dl_110x220mm"),
        (Media(215.9, 279.4), "na_letter_8.5x11in"),
        (None, None),
    ],
)
async def test_papers_are_asked_for_by_their_size(everywhere: Start, media: Media | None, name: str | None) -> None:
    printer = everywhere()
    assert (await ipp.send(printer.printer, Job(PDF, media=media), CALM)).outcome == Outcome.DELIVERED
    assert printer.attributes(1).get("IPP_MEDIA") == name


async def test_over_tls_one_printer_alone_is_talked_to(everywhere: Start, tmp_path: Path) -> None:
    printer = everywhere("-K", str(tmp_path))
    whoever = msgspec.structs.replace(printer.printer, tls=True)
    assert (await ipp.send(whoever, Job(PDF), CALM)).outcome == Outcome.DELIVERED
    certificate = ssl.PEM_cert_to_DER_cert((tmp_path / "localhost.crt").read_text())
    known = msgspec.structs.replace(whoever, certificate_sha256=hashlib.sha256(certificate).digest())
    assert (await ipp.send(known, Job(PDF), CALM)).outcome == Outcome.DELIVERED
    other = msgspec.structs.replace(whoever, certificate_sha256=bytes(32))
    sending = await ipp.send(other, Job(PDF), CALM)
    assert sending.outcome == Outcome.UNREACHABLE
    assert sending.note.startswith("its certificate is another one")
    assert printer.printed() == [PDF] * 2


async def test_what_the_printer_does_not_have_is_refused_before_anything_is_sent(everywhere: Start) -> None:
    printer = everywhere().printer
    ticket = await ipp.send(printer, Job(PDF, media=CARD), CALM)
    assert (ticket.outcome, ticket.reason, ticket.transient) == (Outcome.REFUSED, Reason.MEDIA, False)
    assert ticket.note.startswith("54 x 86 mm is not among na_letter_8.5x11in, ")
    label = await ipp.send(printer, Job(b"^XA^XZ", format="application/vnd.zebra-zpl"), CALM)
    assert (label.outcome, label.reason) == (Outcome.REFUSED, Reason.FORMAT)


async def test_a_path_that_is_no_printer(everywhere: Start) -> None:
    printer = msgspec.structs.replace(everywhere().printer, path="/printers/none")
    sending = await ipp.send(printer, Job(PDF), CALM)
    assert (sending.outcome, sending.reason) == (Outcome.REFUSED, Reason.REJECTED)
    assert sending.note
    assert await ipp.look(printer, CALM) == {Condition.OFFLINE}


async def test_a_printer_that_prints_for_others_is_waited_for(everywhere: Start) -> None:
    """It takes one job at a time, and says that it is busy (0x0507) meanwhile."""
    printer = everywhere()
    printer.act(STUCK.format(folder=printer.folder))
    (printer.folder / "stuck").touch()
    first = asyncio.create_task(ipp.send(printer.printer, Job(PDF + b"1"), CALM))
    await until(lambda: (printer.folder / "working").exists() or first.done())
    hurried = msgspec.structs.replace(CALM, busy_s_max=0.05)
    sending = await ipp.send(printer.printer, Job(PDF + b"2"), hurried)
    assert (sending.outcome, sending.reason, sending.transient) == (Outcome.REFUSED, Reason.BUSY, True)
    second = asyncio.create_task(ipp.send(printer.printer, Job(PDF + b"3"), CALM))
    (printer.folder / "stuck").unlink()
    assert [one.outcome for one in await asyncio.gather(first, second)] == [Outcome.DELIVERED] * 2
    assert printer.printed() == [PDF + b"1", PDF + b"3"]


async def test_a_job_that_takes_longer_than_was_waited_is_in_the_machine(everywhere: Start) -> None:
    printer = everywhere()
    printer.act(STUCK.format(folder=printer.folder))
    (printer.folder / "stuck").touch()
    hurried = msgspec.structs.replace(CALM, done_s_max=0.05)
    assert await ipp.send(printer.printer, Job(PDF), hurried) == Sending(Outcome.SENT, READY)
    (printer.folder / "stuck").unlink()


async def test_a_printer_without_paper_keeps_the_job_and_is_given_no_other(everywhere: Start) -> None:
    printer = everywhere()
    printer.act("echo 'STATE: +media-empty' >&2")
    assert (await ipp.send(printer.printer, Job(PDF), CALM)).outcome == Outcome.DELIVERED
    hurried = msgspec.structs.replace(CALM, done_s_max=0.05)
    assert await ipp.send(printer.printer, Job(PDF), hurried) == Sending(Outcome.SENT, frozenset({Condition.PAPER_OUT}))
    assert await ipp.look(printer.printer, CALM) == {Condition.PAPER_OUT}
    third = await ipp.send(printer.printer, Job(PDF), CALM)
    assert third == Sending(Outcome.REFUSED, frozenset({Condition.PAPER_OUT}), Reason.NOT_READY)
    assert printer.printed() == [PDF]


async def test_a_job_that_the_printer_gives_up(everywhere: Start) -> None:
    printer = everywhere()
    printer.act("exit 1")
    sending = await ipp.send(printer.printer, Job(PDF), CALM)
    assert (sending.outcome, sending.reason, sending.transient) == (Outcome.REFUSED, Reason.REJECTED, False)
    assert not printer.printed()
    printer.act("echo 'ATTR: job-impressions-completed=1' >&2; exit 1")
    assert (await ipp.send(printer.printer, Job(PDF), CALM)).outcome == Outcome.UNKNOWN


async def test_a_line_that_drops_before_the_document_has_not_touched_it(everywhere: Start) -> None:
    printer = everywhere()
    for connection in range(1, DOCUMENT):
        for request_bytes in (0, 100, None):
            cut = Cut(printer.printer.judged, connection, request_bytes)
            async with cut.listening() as judged:
                sending = await ipp.send(through(printer, judged), Job(PDF), CALM)
            assert (sending.outcome, cut.connections) == (Outcome.UNREACHABLE, connection)
    assert not printer.printed()


@pytest.mark.parametrize("request_bytes", [1, 400, 50_000])
async def test_a_line_that_drops_within_the_document_leaves_the_job_in_doubt(everywhere: Start, request_bytes) -> None:
    """This printer prints the half it has, and calls it completed; while it has none it is told not to wait."""
    printer = everywhere()
    cut = Cut(printer.printer.judged, DOCUMENT, request_bytes)
    async with cut.listening() as judged:
        sending = await ipp.send(through(printer, judged), Job(PDF), CALM)
    assert (sending.outcome, sending.transient) == (Outcome.UNKNOWN, False)
    assert "; the machine says job-c" in sending.note
    assert (await ipp.send(printer.printer, Job(PDF), CALM)).outcome == Outcome.DELIVERED
    *half, whole = printer.printed()
    assert whole == PDF
    assert all(len(part) < len(PDF) and PDF.startswith(part) for part in half)


async def test_an_answer_that_gets_lost_leaves_the_job_in_doubt(everywhere: Start) -> None:
    """All of it is out, but from half of it this cannot be told."""
    printer = everywhere()
    cut = Cut(printer.printer.judged, DOCUMENT, None)
    async with cut.listening() as judged:
        sending = await ipp.send(through(printer, judged), Job(PDF), CALM)
    assert (sending.outcome, sending.transient) == (Outcome.UNKNOWN, False)
    assert printer.printed() == [PDF]


@pytest.mark.parametrize("request_bytes", [400, None])
async def test_a_line_that_drops_for_good_leaves_the_job_in_doubt(everywhere: Start, request_bytes) -> None:
    printer = everywhere()
    cut = Cut(printer.printer.judged, DOCUMENT, request_bytes, for_good=True)
    hurried = msgspec.structs.replace(CALM, done_s_max=0.05)
    async with cut.listening() as judged:
        sending = await ipp.send(through(printer, judged), Job(PDF), hurried)
    assert (sending.outcome, sending.transient) == (Outcome.UNKNOWN, False)
    assert sending.conditions == {Condition.OFFLINE}


KEYWORD, URI, TEXT, INTEGER, ENUM = IppTag.KEYWORD, IppTag.URI, IppTag.TEXT, IppTag.INTEGER, IppTag.ENUM


async def sent(printer: OldPrinter, bounds: Bounds = CALM) -> Sending:
    async with printer.listening() as judged:
        return await ipp.send(ipp.IppPrinter(judged), Job(PDF), bounds)


async def test_an_old_printer_takes_job_and_document_in_one() -> None:
    printer = OldPrinter(makes_jobs=False)
    assert (await sent(printer)).outcome == Outcome.DELIVERED
    assert printer.documents == [PDF]
    assert printer.asked == [
        IppOperation.GET_PRINTER_ATTRIBUTES, IppOperation.CREATE_JOB, IppOperation.PRINT_JOB,
        IppOperation.GET_JOB_ATTRIBUTES,
    ]  # fmt: skip


async def test_an_old_printer_that_hangs_up_leaves_the_job_in_doubt() -> None:
    printer = OldPrinter(makes_jobs=False, hangs_up=IppOperation.PRINT_JOB)
    assert (await sent(printer)).outcome == Outcome.UNKNOWN
    assert printer.documents == [PDF], "it was sent once"


@pytest.mark.parametrize(
    ("device", "outcome"),
    [
        ("socket://192.168.1.20:9100", Outcome.SENT),
        ("usb://Zebra/ZD421", Outcome.SENT),
        ("ipps://printer.local/ipp/print", Outcome.DELIVERED),
    ],
)
async def test_a_queue_says_completed_of_what_it_passed_on(device: str, outcome: Outcome) -> None:
    queue = OldPrinter(printer={"cups-version": [(TEXT, "2.4.2")], "device-uri": [(URI, device)]})
    assert (await sent(queue)).outcome == outcome


@pytest.mark.parametrize(
    ("job", "outcome"),
    [
        ({"job-state-reasons": [(KEYWORD, "queued-in-device")]}, Outcome.SENT),
        ({"job-state-reasons": [(KEYWORD, "job-completed-with-errors")]}, Outcome.UNKNOWN),
        ({"job-state": [(ENUM, 8)]}, Outcome.UNKNOWN),
        ({"job-state": [(ENUM, 8)], "job-impressions-completed": [(INTEGER, 1)]}, Outcome.UNKNOWN),
        ({"job-state": [(ENUM, 8)], "job-impressions-completed": [(INTEGER, 0)]}, Outcome.REFUSED),
        ({"job-state": [(ENUM, 7)], "job-media-sheets-completed": [(INTEGER, 0)]}, Outcome.REFUSED),
    ],
)
async def test_how_a_job_may_end(job, outcome: Outcome) -> None:
    """One that ends without a word on how much came out may be on paper."""
    sending = await sent(OldPrinter(job=job))
    assert (sending.outcome, sending.transient) == (outcome, False)


@pytest.mark.parametrize(("status", "reason"), [(401, Reason.SIGN_IN), (426, Reason.REJECTED), (503, Reason.BUSY)])
async def test_answers_of_the_web_server_before_the_printer(status: int, reason: Reason) -> None:
    printer = OldPrinter(says={IppOperation.CREATE_JOB: lambda: web.Response(status=status)})
    sending = await sent(printer)
    assert (sending.outcome, sending.reason) == (Outcome.REFUSED, reason)
    assert sending.note.startswith(f"HTTP {status}")


async def test_a_printer_that_forgets_jobs_that_ended() -> None:
    printer = OldPrinter()
    printer.says[IppOperation.GET_JOB_ATTRIBUTES] = lambda: printer.answer(IppStatus.ERROR_NOT_FOUND)
    assert await sent(printer) == Sending(Outcome.SENT)
    printer.says[IppOperation.GET_JOB_ATTRIBUTES] = lambda: printer.answer(IppStatus.ERROR_BUSY)
    assert await sent(printer, msgspec.structs.replace(CALM, done_s_max=0.05)) == Sending(Outcome.SENT, READY)


@pytest.mark.parametrize("makes_jobs", [True, False])
async def test_a_printer_that_fails_within_the_document_leaves_it_in_doubt(makes_jobs: bool) -> None:
    operation = IppOperation.SEND_DOCUMENT if makes_jobs else IppOperation.PRINT_JOB
    printer = OldPrinter(makes_jobs=makes_jobs, says={operation: lambda: web.Response(status=503)})
    sending = await sent(printer)
    assert (sending.outcome, sending.transient, printer.documents) == (Outcome.UNKNOWN, False, [PDF])


@pytest.mark.parametrize("status", [IppStatus.ERROR_DEVICE, IppStatus.ERROR_DOCUMENT_FORMAT_ERROR])
async def test_a_no_to_the_document(status: IppStatus) -> None:
    printer = OldPrinter()
    printer.says[IppOperation.SEND_DOCUMENT] = lambda: printer.answer(status)
    sending = await sent(printer)
    if status == IppStatus.ERROR_DEVICE:
        assert sending.outcome == Outcome.UNKNOWN
    else:
        assert (sending.outcome, sending.reason) == (Outcome.REFUSED, Reason.FORMAT)
        assert printer.asked[-1] == IppOperation.CANCEL_JOB, "so that it does not wait for another"


@pytest.mark.parametrize("body", [b"", b"<html>hello</html>", b"\x01\x01\x00\x00", bytes(2_000_000)])
async def test_answers_that_are_no_ipp(body: bytes) -> None:
    """After the document it is in doubt, and asked about; before, nothing has left."""
    early = OldPrinter(says={IppOperation.GET_PRINTER_ATTRIBUTES: lambda: web.Response(body=body)})
    assert ((await sent(early)).outcome, early.documents) == (Outcome.UNREACHABLE, [])
    late = OldPrinter(says={IppOperation.SEND_DOCUMENT: lambda: web.Response(body=body)})
    assert ((await sent(late)).outcome, late.documents) == (Outcome.UNKNOWN, [PDF])


async def test_a_printer_sends_nobody_elsewhere() -> None:
    """A redirect would lead past the guard."""
    elsewhere = OldPrinter()
    async with elsewhere.listening() as judged:
        to = {"Location": f"http://127.0.0.1:{judged.port}/ipp/print"}
        sending = await sent(OldPrinter(says={IppOperation.CREATE_JOB: lambda: web.Response(status=307, headers=to)}))
    assert (sending.outcome, sending.reason, elsewhere.asked) == (Outcome.REFUSED, Reason.REJECTED, [])


async def test_a_name_is_not_resolved_again() -> None:
    """The address that was judged is talked to, whatever the name means by now."""
    printer = OldPrinter()
    async with printer.listening() as judged:
        named = msgspec.structs.replace(judged, host="printer.invalid")
        assert (await ipp.send(ipp.IppPrinter(named), Job(PDF), CALM)).outcome == Outcome.DELIVERED
    assert printer.documents == [PDF]


async def test_a_printer_that_does_not_answer() -> None:
    deaf = Machine(deaf=True)
    hurried = msgspec.structs.replace(CALM, answer_s_max=0.05)
    async with deaf.listening() as judged:
        assert (await ipp.send(ipp.IppPrinter(judged), Job(PDF), hurried)).outcome == Outcome.UNREACHABLE


STATES = [
    (3, ["none"], None, READY),
    (3, ["media-empty-warning", "marker-supply-low-report"], None, {Condition.PAPER_OUT, Condition.READY}),
    (4, ["media-low-warning"], None, {Condition.PAPER_LOW, Condition.READY}),
    (4, ["media-empty-warning", "media-needed"], None, {Condition.PAPER_OUT}),
    (5, ["media-empty-error", "media-low"], None, {Condition.PAPER_OUT, Condition.PAPER_LOW}),
    (5, ["cover-open"], None, {Condition.COVER_OPEN}),
    (5, ["door-open-error", "media-jam-error"], None, {Condition.COVER_OPEN, Condition.PAPER_JAM}),
    (5, ["marker-supply-empty-error"], None, {Condition.RIBBON_OUT}),
    (5, ["separation-cutter-jam-error"], None, {Condition.CUTTER_ERROR}),
    (5, ["offline-report", "paused"], None, {Condition.OFFLINE, Condition.PAUSED}),
    (5, ["com.example-melted-error"], None, {Condition.FAULT}),
    (5, ["none"], None, {Condition.PAUSED}),
    (3, ["none"], False, {Condition.PAUSED}),
]


@pytest.mark.parametrize(("state", "reasons", "accepts", "conditions"), STATES)
def test_how_a_printer_is(state: int, reasons: list[str], accepts: bool | None, conditions: set[Condition]) -> None:
    told = {"printer-state": state, "printer-state-reasons": reasons if len(reasons) > 1 else reasons[0]}
    assert meanings.conditions(told | ({} if accepts is None else {"printer-is-accepting-jobs": accepts})) == conditions


PAPERS = ["na_letter_8.5x11in", "iso_a6_105x148mm", "om_small-card_86x54mm", "Roll"]
CUSTOM = [*PAPERS, "custom_min_25.4x25.4mm", "custom_max_100x3000mm"]


@pytest.mark.parametrize(
    ("media", "papers", "name"),
    [
        (A6, PAPERS, "iso_a6_105x148mm"),
        (CARD, PAPERS, "om_small-card_86x54mm"),
        (Media(216, 279), PAPERS, "na_letter_8.5x11in"),
        (Media(80, 200), PAPERS, ""),
        (Media(80, 200, "Roll"), PAPERS, "Roll"),
        (Media(80, 200), CUSTOM, "custom_80x200mm_80x200mm"),
        (Media(150, 200), CUSTOM, ""),
        (A4, [], ""),
    ],
)
def test_what_a_paper_is_called(media: Media, papers: list[str], name: str) -> None:
    assert meanings.paper(media, papers) == name


async def test_nobody_there() -> None:
    nobody = ipp.IppPrinter(at(9))
    assert (await ipp.send(nobody, Job(PDF), CALM)).outcome == Outcome.UNREACHABLE
    assert await ipp.look(nobody, CALM) == {Condition.OFFLINE}


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():
            await asyncio.sleep(0.01)
