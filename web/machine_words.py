"""What printers and their jobs are told to be, on pages; texts to be translated where they are shown."""

from collections.abc import Iterable

from hardware.guard import Verdict
from hardware.outcomes import Condition, Outcome, Reason, gravest_first
from ticketing.machines import Paper, Prints, Way
from ticketing.print_jobs import Ending, Kind
from ticketing.states import PrintStatus
from web.languages import marked

STATUSES = {
    PrintStatus.QUEUED: marked("Waiting for the printer"),
    PrintStatus.SENDING: marked("On its way to the printer"),
    PrintStatus.SENT: marked("Sent to the printer"),
    PrintStatus.PRINTED: marked("Printed"),
    PrintStatus.UNKNOWN: marked("Perhaps printed: please look"),
    PrintStatus.FAILED: marked("Not printed"),
}
"""Where a print job is."""
OUTCOMES = {
    Outcome.DELIVERED: marked("The printer says that it has printed."),
    Outcome.SENT: marked("The printer took the job and says no more."),
    Outcome.REFUSED: marked("The job was not printed."),
    Outcome.UNREACHABLE: marked("The printer cannot be reached. Nothing was sent to it."),
    Outcome.UNKNOWN: marked("The line to the printer broke within the job: look whether it has come out."),
}
"""What became of a job that was sent."""
REASONS = {
    Reason.NOT_READY: marked("The printer cannot print now."),
    Reason.BUSY: marked("The printer is busy with other jobs."),
    Reason.NOT_ALLOWED: marked("Placeur does not print to this address."),
    Reason.TOO_LARGE: marked("The job is too large."),
    Reason.FORMAT: marked("The printer does not read this kind of file."),
    Reason.MEDIA: marked("The printer has no paper of this size."),
    Reason.SIGN_IN: marked("The printer asks for a password."),
    Reason.CANCELLED: marked("Somebody cancelled the job at the printer."),
    Reason.REJECTED: marked("The printer rejects the job."),
}
"""Why it was not printed."""
CONDITIONS = {
    Condition.OFFLINE: marked("Offline, or not answering"),
    Condition.FAULT: marked("Reports an error"),
    Condition.CUTTER_ERROR: marked("Cutter error"),
    Condition.PAPER_JAM: marked("Paper jam"),
    Condition.COVER_OPEN: marked("Cover or print head open"),
    Condition.PAPER_OUT: marked("Out of paper"),
    Condition.RIBBON_OUT: marked("Out of ribbon or ink"),
    Condition.TOO_HOT: marked("Too hot: prints on once it has cooled"),
    Condition.TOO_COLD: marked("Too cold to print"),
    Condition.PAUSED: marked("Paused"),
    Condition.BUFFER_FULL: marked("Memory full"),
    Condition.PAPER_LOW: marked("Paper is running low"),
    Condition.READY: marked("Ready"),
}
"""How a printer is."""
VERDICTS = {
    Verdict.NO_SUCH_NAME: marked("Nobody in the network knows this name."),
    Verdict.PORT_NOT_ALLOWED: marked("Placeur does not print to this port."),
    Verdict.ADDRESS_NOT_ALLOWED: marked(
        "Placeur does not print to this address. In a private network a print agent does, or this server if its "
        "operator allows the network."
    ),
}
"""Why an address is not printed to; one that is allowed needs no words."""

KINDS = {
    Kind.TICKETS: marked("Tickets"),
    Kind.RECEIPT: marked("Receipt"),
    Kind.CASH_REPORT: marked("Report of a till"),
    Kind.DRAWER: marked("Cash drawer"),
    Kind.CARD: marked("Pass cards"),
    Kind.TEST: marked("Test page"),
}
"""What a print job is."""
ENDINGS = {
    Ending.WAITED: marked("It waited too long for its printer, and was given up."),
    Ending.GIVEN_UP: marked("Somebody gave it up."),
    Ending.LEFT: marked("Whoever sent it was interrupted: look whether it has come out."),
}
"""Why a job ended that no machine had a word about."""
PRINTS = {
    Prints.LABELS: marked("Thermal tickets"),
    Prints.RECEIPTS: marked("Receipts"),
    Prints.DOCUMENTS: marked("Documents"),
    Prints.CARDS: marked("Pass cards"),
}
"""What a printer is for."""
PAPERS = {
    Paper.SHOW: marked("Tickets with a stub, 140 × 80 mm"),
    Paper.CINEMA: marked("Short tickets, 80 × 54 mm"),
    Paper.MM80: marked("Roll of 80 mm"),
    Paper.MM58: marked("Roll of 58 mm"),
    Paper.A4: marked("A4"),
    Paper.A6: marked("A6"),
    Paper.CR80: marked("Plastic cards"),
}
"""What lies in it."""
WAYS = {
    Way.RAW: marked("Network port"),
    Way.IPP: marked("IPP or CUPS"),
    Way.DEVICE: marked("USB port of an agent"),
}
"""How it is reached."""
TO_DO = {
    Condition.OFFLINE: marked("Switch the printer on and look at its cable."),
    Condition.FAULT: marked("Look at what the printer shows."),
    Condition.CUTTER_ERROR: marked("Clear the cutter."),
    Condition.PAPER_JAM: marked("Take the jammed paper out."),
    Condition.COVER_OPEN: marked("Close the cover."),
    Condition.PAPER_OUT: marked("Put paper in: it then prints on by itself."),
    Condition.RIBBON_OUT: marked("Put a new ribbon in: it then prints on by itself."),
    Condition.TOO_HOT: marked("Let it cool: it then prints on by itself."),
    Condition.TOO_COLD: marked("Let it warm up."),
    Condition.PAUSED: marked("Press the pause button at the printer."),
    Condition.BUFFER_FULL: marked("Switch the printer off and on again."),
}
"""What helps a printer that does not print."""


def told(outcome: str | None, reason: str | None) -> str:
    """What became of a job, in a sentence to be translated; empty as long as nothing has."""
    if reason in set(Reason):
        return REASONS[Reason(reason)]
    if outcome in set(Ending):
        return ENDINGS[Ending(outcome)]
    return OUTCOMES[Outcome(outcome)] if outcome in set(Outcome) else ""


def known(conditions: Iterable[str]) -> list[Condition]:
    """The conditions among words that are kept, the gravest first; words of another version are left out."""
    return gravest_first(Condition(word) for word in conditions if word in set(Condition))


def to_do(conditions: Iterable[str]) -> str:
    """What helps, in a sentence to be translated; empty where nothing is wrong."""
    return next((TO_DO[one] for one in known(conditions) if one in TO_DO), "")
