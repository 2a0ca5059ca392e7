"""What a part of a door list says, in words already: light to read for who serves; `printing.door_lists` sets it."""

from msgspec import Struct


class DoorPage(Struct, frozen=True):
    """A page: a text for each column of each line, the mark of each (in already or not), and what stands below."""

    columns: tuple[tuple[str, ...], ...]
    marks: tuple[bool, ...]
    sums: str


class DoorListRecord(Struct, frozen=True, kw_only=True):
    """A part of a list. `heads` are of the columns; `numbering` is "Page {page} of {pages}"; `warning` is on every
    page."""

    title: str
    subtitle: str
    part: str
    warning: str
    language: str
    heads: tuple[str, ...]
    numbering: str
    pages: tuple[DoorPage, ...]
