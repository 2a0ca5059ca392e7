"""What every reader of plans shares: bytes to text or structs, with errors a person can follow.

A refused file is told in one sentence and the place in the file: a line and column while it is not yet JSON, the
path of the value once it is. The struct decoder bounds each value and each list; `bounded` adds what spans lists.
"""

import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from engine.plan.model import (
    AREAS_MAX,
    CATEGORIES_MAX,
    PLACES_MAX,
    ROWS_MAX,
    SEATS_MAX,
    TABLES_MAX,
    ZONES_MAX,
    Plan,
    PlanRefused,
)
from engine.plan.sayings import Filling, Saying

BYTES_MAX = 64 * 1024 * 1024
AT = "line {line}, column {column}"

T = TypeVar("T")

_whole = msgspec.json.Decoder(msgspec.Raw)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_CONTROL_IN_NOTE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_SUSPECT = re.compile(rb"\\u00|\\[bfnrt]|\x7f|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xe2\x81[\xa6-\xa9]")
_BYTE = re.compile(r"^JSON is malformed: (?P<reason>.*) \(byte (?P<byte>\d+)\)$")
_PATH = re.compile(r"^(?P<reason>.*?) - at `(?:key in )?\$(?P<path>.*)`$", re.DOTALL)
_EXPECTED = re.compile(
    r"^Expected (?P<wanted>`[^`]+`)(?:, got (?P<found>`[^`]+`)| of length (?P<length>\S+ \S+)| (?P<bound>\S+ \S+))$"
)
_FIELD = re.compile(r"^Object (?P<what>missing required|contains unknown) field `(?P<name>[^`]*)`$")
_SENT_BY_MISTAKE = {
    (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\x00", b"MM\x00*"): Saying(
        "This is a picture, not a plan: send the drawing itself, as JSON or SVG, or a row list, as CSV."
    ),
    (b"%PDF-",): Saying("This is a PDF, not a plan: send the drawing itself, as JSON or SVG, or a row list, as CSV."),
    (b"\x1f\x8b",): Saying("This file is compressed: save the drawing as plain SVG, or unpack the file first."),
    (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"): Saying(
        "This is a spreadsheet or an archive, not a plan: save the sheet as CSV, or take the file out of the archive."
    ),
}
"""What files of other kinds are told, by the bytes that they start with."""
_KINDS = {
    "`str`": Saying("a text"),
    "`int`": Saying("a whole number"),
    "`float`": Saying("a number"),
    "`bool`": Saying("true or false"),
    "`array`": Saying("a list"),
    "`object`": Saying("an object"),
    "`null`": Saying("nothing"),
}
COUNTS_MAX = {
    "categories": CATEGORIES_MAX,
    "zones": ZONES_MAX,
    "seats": SEATS_MAX,
    "places": PLACES_MAX,
    "rows": ROWS_MAX,
    "areas": AREAS_MAX,
    "tables": TABLES_MAX,
}
"""How many of each a plan has at most."""
_LIST_NAMES = {
    "categories": Saying("categories"),
    "zones": Saying("zones"),
    "seats": Saying("seats"),
    "places": Saying("places"),
    "rows": Saying("rows"),
    "areas": Saying("areas"),
    "tables": Saying("tables"),
}


def check(data: bytes) -> None:
    """PlanRefused for a file that is too large, or whose first bytes tell that it is of another kind."""
    _check_size(data)
    _check_kind(data)


def text(data: bytes) -> str:
    """The file as text, its byte order mark dropped."""
    check(data)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PlanRefused("The file is not UTF-8 text.", AT, **_line_column(data, error.start)) from None


def structs(decoder: msgspec.json.Decoder[T], data: bytes, within: str = "") -> T:
    """The file as the decoder's structs, a byte order mark allowed; `within`: the path of what is but a part."""
    _check_size(data)
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise _cut_off(data) or _misfit(str(error), within) from None
    except msgspec.DecodeError as error:
        raise _malformed(data, str(error)) from None
    except UnicodeDecodeError:
        text(data)
        raise PlanRefused("The file is not UTF-8 text.", "") from None
    except RecursionError:
        raise PlanRefused("The file is nested too deep to be a plan.", "") from None


def bounded(plan: Plan) -> Plan:
    """The plan itself, if its totals are within the bounds of a plan and its words hold no control characters."""
    check_counts(
        categories=len(plan.categories),
        zones=len(plan.zones),
        seats=plan.seat_count,
        places=plan.capacity,
        rows=sum(len(zone.rows) for zone in plan.zones),
        areas=sum(len(zone.areas) for zone in plan.zones),
        tables=sum(len(zone.tables) for zone in plan.zones),
    )
    check_words(plan)
    return plan


def check_counts(**counts: int) -> None:
    """PlanRefused when there is more of something than a plan has at most."""
    for what, count in counts.items():
        if count > COUNTS_MAX[what]:
            where = "categories" if what == "categories" else "zones"
            told: dict[str, Filling] = {"most": COUNTS_MAX[what], "what": _LIST_NAMES[what], "count": count}
            raise PlanRefused("A plan has at most {most} {what}, this one has {count}.", where, **told)


def check_words(value: msgspec.Struct, within: str = "") -> None:
    """PlanRefused when a text of a plan, or of a part of one, holds a control character. One scan of the value's bytes;
    only where that finds an escape, a walk to see what it is and where."""
    if not _SUSPECT.search(msgspec.json.encode(value)):
        return
    for path, key, word in _words(msgspec.to_builtins(value), within, ""):
        if (_CONTROL_IN_NOTE if key in ("note", "text") else _CONTROL).search(word):
            raise PlanRefused("There is a control character in a text.", "{path}", path=path)


def _check_size(data: bytes) -> None:
    if len(data) > BYTES_MAX:
        told = {"most": BYTES_MAX, "count": len(data)}
        raise PlanRefused("A plan file has at most {most} bytes, this one has {count}.", "", **told)


def _check_kind(data: bytes) -> None:
    for starts, problem in _SENT_BY_MISTAKE.items():
        if data.startswith(starts):
            raise PlanRefused(problem.text, "")


def _cut_off(data: bytes) -> PlanRefused | None:
    """What a reader stops at in a file that is cut off may be sound as far as it goes: the cut is what to tell."""
    try:
        _whole.decode(data)
    except msgspec.DecodeError as error:
        return _malformed(data, str(error))
    except (UnicodeDecodeError, RecursionError):
        return None
    return None


def _line_column(data: bytes, byte: int) -> dict[str, str]:
    before = data[:byte].split(b"\n")
    return {"line": str(len(before)), "column": str(len(before[-1].decode("utf-8", "replace")) + 1)}


def _malformed(data: bytes, error: str) -> PlanRefused:
    found = _BYTE.match(error)
    if found is None or int(found["byte"]) >= len(data):
        problem = "The file is cut off: it ends in the middle of its JSON."
        return PlanRefused(problem, AT, **_line_column(data, len(data)))
    where = _line_column(data, min(int(found["byte"]), len(data)))
    return PlanRefused("The file is not JSON: {reason}.", AT, reason=found["reason"], **where)


def _misfit(error: str, within: str) -> PlanRefused:
    found = _PATH.match(error)
    reason, path = (found["reason"], within + found["path"]) if found else (error, within)
    path = path.lstrip(".")
    at: dict[str, Filling] = {"path": path or Saying("the top of the file")}
    if field := _FIELD.match(reason):
        if field["what"].startswith("missing"):
            return PlanRefused("There is no field {name}.", "{path}", name=field["name"], **at)
        return PlanRefused("There is an unknown field {name}.", "{path}", name=field["name"], **at)
    if expected := _EXPECTED.match(reason):
        at["wanted"] = _KINDS.get(expected["wanted"], expected["wanted"])
        if kind := expected["found"]:
            return PlanRefused("Expected {wanted}, got {found}.", "{path}", found=_KINDS.get(kind, kind), **at)
        if length := expected["length"]:
            return PlanRefused("Expected {wanted} of a length {bound}.", "{path}", bound=length, **at)
        return PlanRefused("Expected {wanted} {bound}.", "{path}", bound=expected["bound"], **at)
    return PlanRefused("This does not fit here: {reason}.", "{path}", reason=reason, **at)


def _words(value: Any, path: str, key: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, str):
        yield path, key, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _words(item, f"{path}.{name}" if path else name, name)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _words(item, f"{path}[{index}]", key)
