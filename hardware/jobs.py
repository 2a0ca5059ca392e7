"""What is handed to a machine, and within which bounds."""

from enum import StrEnum

from msgspec import Struct


class Orientation(StrEnum):
    """How a page lies on the paper."""

    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"


class Media(Struct, frozen=True):
    """A paper or card, by its size in millimetres; `name` is what the machine calls it, where that is known."""

    width_mm: float
    height_mm: float
    name: str = ""


A4 = Media(210, 297)
A6 = Media(105, 148)
CARD = Media(54, 86)
"""A plastic card of the usual size (CR80), upright."""


class Job(Struct, frozen=True):
    """Bytes for a machine. Name, user, format, copies, media and orientation are for those that speak IPP: to others
    the bytes say everything."""

    payload: bytes
    name: str = ""
    page_count: int = 1
    """How many tickets, cards or receipts should come out, copies included."""
    user: str = ""
    format: str = "application/pdf"
    copies: int = 1
    media: Media | None = None
    orientation: Orientation | None = None


class Bounds(Struct, frozen=True, kw_only=True):
    """How long each step may take, in seconds, and how large a job may be."""

    bytes_max: int = 16 * 1024 * 1024
    resolve_s_max: float = 3.0
    connect_s_max: float = 5.0
    status_s_max: float = 1.5
    """For each question to a machine at rest, which answers in a few milliseconds."""
    write_s_max: float = 30.0
    """To hand the whole job over: slow machines take it as they print it."""
    done_s_max: float = 30.0
    """To hear that it is printed."""
    linger_s_max: float = 3.0
    """How long the line stands after a job of which nothing will be heard: some network cards of printers throw away
    what they have not passed on when it closes."""
    close_s_max: float = 1.0
    answer_s_max: float = 10.0
    """For each answer over HTTP."""
    busy_s_max: float = 20.0
    """To wait for a machine that prints for others."""
    poll_s: float = 0.25
    """Pause between two questions."""
