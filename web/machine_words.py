"""What printers and their jobs are told to be, on pages; texts to be translated where they are shown."""

from hardware.guard import Verdict
from hardware.outcomes import Condition, Outcome, Reason
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
