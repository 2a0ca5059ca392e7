"""Plan files of any format Placeur reads: which one a file is in is told by its first characters, never by its name."""

from collections.abc import Callable
from enum import StrEnum

from engine.plan import open_format, placeur_json, row_list, svg, svg_writer
from engine.plan.model import Plan


class Format(StrEnum):
    """The formats a plan is read from and written in."""

    PLACEUR = "placeur"
    OPEN = "open"
    ROWS = "rows"
    SVG = "svg"


_READERS: dict[Format, Callable[[bytes], Plan]] = {
    Format.PLACEUR: placeur_json.read,
    Format.OPEN: open_format.read,
    Format.ROWS: row_list.read,
    Format.SVG: svg.read,
}
_WRITERS: dict[Format, Callable[[Plan], bytes]] = {
    Format.PLACEUR: placeur_json.write,
    Format.OPEN: open_format.write,
    Format.ROWS: row_list.write,
    Format.SVG: svg_writer.write,
}


def format_of(data: bytes) -> Format:
    """The format a file is meant to be in; what is neither XML nor a JSON object is left to the row list's reader."""
    head = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith((b"<", b"\xff\xfe<", b"\xfe\xff\0<")):
        return Format.SVG
    if not head.startswith(b"{"):
        return Format.ROWS
    return Format.PLACEUR if b'"placeur-plan-1"' in head else Format.OPEN


def read(data: bytes) -> Plan:
    """The plan of a file in any of the formats; PlanRefused if it is none."""
    return _READERS[format_of(data)](data)


def write(plan: Plan, form: Format) -> bytes:
    """The plan in a format; PlanRefused if that format cannot hold it at all."""
    return _WRITERS[form](plan)
