"""What IPP's words mean here: the states and reasons of printers and jobs, statuses, and the names of papers.

Keywords are those of RFC 8011 and of the Printer Working Group (5100.9 for what stops a machine, 5101.1 for papers);
those of a maker's own are faults without a better name.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pyipp.enums import IppPrinterState, IppStatus

from hardware.ipp_client import Attributes, Refused
from hardware.jobs import Job, Media, Orientation
from hardware.outcomes import Condition, Conditions, Reason, Sending, refused

MEDIA_MM_MAX = 1.0
"""By how much a paper may differ from what is wanted."""
INCH_MM = 25.4
SIZE = re.compile(r"_(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)(mm|in)$")
SEVERITY = re.compile(r"-(?:report|warning|error)$")
RAW_FORMATS = frozenset({"application/octet-stream", "application/vnd.cups-raw"})
"""Taken by whoever takes anything, though not every queue lists them."""
LISTED_MAX = 8

CONDITIONS: Mapping[str, Condition] = {
    "media-empty": Condition.PAPER_OUT,
    "media-needed": Condition.PAPER_OUT,
    "input-tray-missing": Condition.PAPER_OUT,
    "media-low": Condition.PAPER_LOW,
    "media-jam": Condition.PAPER_JAM,
    "cover-open": Condition.COVER_OPEN,
    "door-open": Condition.COVER_OPEN,
    "interlock-open": Condition.COVER_OPEN,
    "marker-supply-empty": Condition.RIBBON_OUT,
    "marker-supply-missing": Condition.RIBBON_OUT,
    "toner-empty": Condition.RIBBON_OUT,
    "paused": Condition.PAUSED,
    "moving-to-paused": Condition.PAUSED,
    "spool-area-full": Condition.BUFFER_FULL,
    "fuser-over-temp": Condition.TOO_HOT,
    "fuser-under-temp": Condition.TOO_COLD,
    "offline": Condition.OFFLINE,
    "shutdown": Condition.OFFLINE,
    "timed-out": Condition.OFFLINE,
    "connecting-to-device": Condition.OFFLINE,
    "deactivated": Condition.OFFLINE,
}
"""By `printer-state-reasons`, without their severity."""
CUTTERS = ("trimmer-", "separation-cutter-", "die-cutter-", "cutter-")
MINOR = frozenset({Condition.PAPER_LOW})

STATUSES: Mapping[int, Reason] = {
    IppStatus.ERROR_BUSY: Reason.BUSY,
    IppStatus.ERROR_TOO_MANY_JOBS: Reason.BUSY,
    IppStatus.ERROR_NOT_ACCEPTING_JOBS: Reason.NOT_READY,
    IppStatus.ERROR_SERVICE_UNAVAILABLE: Reason.NOT_READY,
    IppStatus.ERROR_DEVICE: Reason.NOT_READY,
    IppStatus.ERROR_TEMPORARY: Reason.NOT_READY,
    IppStatus.ERROR_PRINTER_IS_DEACTIVATED: Reason.NOT_READY,
    IppStatus.ERROR_REQUEST_ENTITY: Reason.TOO_LARGE,
    IppStatus.ERROR_DOCUMENT_FORMAT_NOT_SUPPORTED: Reason.FORMAT,
    IppStatus.ERROR_DOCUMENT_FORMAT_ERROR: Reason.FORMAT,
    IppStatus.ERROR_FORBIDDEN: Reason.SIGN_IN,
    IppStatus.ERROR_NOT_AUTHENTICATED: Reason.SIGN_IN,
    IppStatus.ERROR_NOT_AUTHORIZED: Reason.SIGN_IN,
}
FAILED = (
    IppStatus.ERROR_INTERNAL,
    IppStatus.ERROR_SERVICE_UNAVAILABLE,
    IppStatus.ERROR_DEVICE,
    IppStatus.ERROR_TEMPORARY,
)
HTTP_FAILED = 500
HTTP_STATUSES: Mapping[int, Reason] = {
    401: Reason.SIGN_IN,
    403: Reason.SIGN_IN,
    413: Reason.TOO_LARGE,
    503: Reason.BUSY,
}
ORIENTATIONS: Mapping[Orientation, int] = {Orientation.PORTRAIT: 3, Orientation.LANDSCAPE: 4}


def conditions(printer: Attributes) -> Conditions:
    """How a printer is. One that is idle would print, whatever it reports besides: another tray may be empty. One at
    work waits for somebody if it says so as an error, or that it needs paper."""
    said = set(listed(printer, "printer-state-reasons")) - {"none"}
    reasons = {SEVERITY.sub("", reason) for reason in said}
    told = {found for reason in reasons if (found := _condition(reason))}
    state = printer.get("printer-state")
    waits = any(reason.endswith("-error") for reason in said) or "media-needed" in reasons
    stopped = state == IppPrinterState.STOPPED or (state == IppPrinterState.PROCESSING and waits)
    if not stopped and printer.get("printer-is-accepting-jobs") is not False:
        return frozenset(told | {Condition.READY})
    if not told - MINOR:
        told.add(Condition.FAULT if reasons else Condition.PAUSED)
    return frozenset(told)


def refusal(said: Refused) -> Sending:
    """What a no of the printer means for the job."""
    reason = (HTTP_STATUSES if said.http else STATUSES).get(said.status, Reason.REJECTED)
    if "media" in said.unsupported:
        reason = Reason.MEDIA
    return refused(reason, said.note or f"status {said.status:#06x}")


def leaves_doubt(said: Refused) -> bool:
    """Whether a no to a document may have come after a part of it was printed: the printer failed within it."""
    return said.status >= HTTP_FAILED if said.http else said.status in FAILED


def wanted(job: Job, printer: Attributes) -> dict[str, Any] | Sending:
    """The job's attributes for Create-Job; a refusal when the printer has no such format or paper."""
    formats = listed(printer, "document-format-supported")
    if formats and job.format not in formats and job.format not in RAW_FORMATS:
        return refused(Reason.FORMAT, f"{job.format} is not among {_some(formats)}")
    attributes: dict[str, Any] = {"copies": job.copies} if job.copies > 1 else {}
    if job.orientation:
        attributes["orientation-requested"] = ORIENTATIONS[job.orientation]
    papers = listed(printer, "media-supported")
    if job.media and papers:
        name = paper(job.media, papers)
        if not name:
            return refused(
                Reason.MEDIA, f"{job.media.width_mm:g} x {job.media.height_mm:g} mm is not among {_some(papers)}"
            )
        attributes["media"] = name
    return attributes


def paper(media: Media, names: Iterable[str]) -> str:
    """What a printer calls a paper: by its name, by its size, lying if need be, or as one cut to size; "" if it has
    none such."""
    names = list(names)
    if media.name in names:
        return media.name
    sizes = {name: _size_mm(name) for name in names if not name.startswith("custom_m")}
    for width, height in ((media.width_mm, media.height_mm), (media.height_mm, media.width_mm)):
        for name, size in sizes.items():
            if size and abs(size[0] - width) <= MEDIA_MM_MAX and abs(size[1] - height) <= MEDIA_MM_MAX:
                return name
    least = next((_size_mm(name) for name in names if name.startswith("custom_min_")), None)
    most = next((_size_mm(name) for name in names if name.startswith("custom_max_")), None)
    size = (media.width_mm, media.height_mm)
    if least and most and all(low <= side <= high for low, side, high in zip(least, size, most, strict=True)):
        return "custom_{0:g}x{1:g}mm_{0:g}x{1:g}mm".format(*size)
    return ""


def listed(attributes: Attributes, name: str) -> list[str]:
    """The words of an attribute, which is read as one value when it has one."""
    value = attributes.get(name)
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str)]


def _condition(reason: str) -> Condition | None:
    if reason.startswith(CUTTERS):
        return Condition.CUTTER_ERROR
    return CONDITIONS.get(reason)


def _size_mm(name: str) -> tuple[float, float] | None:
    found = SIZE.search(name)
    if not found:
        return None
    unit = INCH_MM if found[3] == "in" else 1.0
    return float(found[1]) * unit, float(found[2]) * unit


def _some(names: list[str]) -> str:
    return ", ".join(names[:LISTED_MAX]) + (" ..." if len(names) > LISTED_MAX else "")
