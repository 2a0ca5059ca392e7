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

BYTES_MAX = 64 * 1024 * 1024

T = TypeVar("T")

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_CONTROL_IN_NOTE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_SUSPECT = re.compile(rb"\\u00|\\[bfnrt]|\x7f|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xe2\x81[\xa6-\xa9]")
_BYTE = re.compile(r"^JSON is malformed: (?P<reason>.*) \(byte (?P<byte>\d+)\)$")
_PATH = re.compile(r"^(?P<reason>.*?) - at `(?:key in )?\$(?P<path>.*)`$", re.DOTALL)
_WORDS = (
    ("`str`", "text"),
    ("`int`", "a whole number"),
    ("`float`", "a number"),
    ("`bool`", "true or false"),
    ("`array`", "a list"),
    ("`object`", "an object"),
    ("`null`", "null"),
    ("Object missing required field", "There is no field"),
    ("Object contains unknown field", "There is an unknown field"),
)


def text(data: bytes) -> str:
    """The file as text, its byte order mark dropped."""
    _check_size(data)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PlanRefused("The file is not UTF-8 text.", _line_column(data, error.start)) from None


def structs(decoder: msgspec.json.Decoder[T], data: bytes) -> T:
    """The file as the decoder's structs, a byte order mark allowed."""
    _check_size(data)
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise _misfit(str(error)) from None
    except msgspec.DecodeError as error:
        raise _malformed(data, str(error)) from None
    except UnicodeDecodeError:
        text(data)
        raise PlanRefused("The file is not UTF-8 text.", "") from None
    except RecursionError:
        raise PlanRefused("The file is nested too deep to be a plan.", "") from None


def bounded(plan: Plan) -> Plan:
    """The plan itself, if its totals are within the bounds of a plan and its words hold no control characters."""
    for count, most, what in (
        (len(plan.categories), CATEGORIES_MAX, "categories"),
        (len(plan.zones), ZONES_MAX, "zones"),
        (plan.seat_count, SEATS_MAX, "seats"),
        (plan.capacity, PLACES_MAX, "places"),
        (sum(len(zone.rows) for zone in plan.zones), ROWS_MAX, "rows"),
        (sum(len(zone.areas) for zone in plan.zones), AREAS_MAX, "areas"),
        (sum(len(zone.tables) for zone in plan.zones), TABLES_MAX, "tables"),
    ):
        if count > most:
            raise PlanRefused(
                f"A plan has at most {most:,} {what}, this one has {count:,}.",
                "categories" if what == "categories" else "zones",
            )
    _check_words(plan)
    return plan


def _check_size(data: bytes) -> None:
    if len(data) > BYTES_MAX:
        raise PlanRefused(f"A plan file has at most {BYTES_MAX:,} bytes, this one has {len(data):,}.", "")


def _line_column(data: bytes, byte: int) -> str:
    before = data[:byte].split(b"\n")
    return f"line {len(before)}, column {len(before[-1].decode('utf-8', 'replace')) + 1}"


def _malformed(data: bytes, error: str) -> PlanRefused:
    found = _BYTE.match(error)
    if found is None:
        return PlanRefused("The file ends in the middle of its JSON.", _line_column(data, len(data)))
    where = _line_column(data, min(int(found["byte"]), len(data)))
    return PlanRefused(f"The file is not JSON: {found['reason']}.", where)


def _misfit(error: str) -> PlanRefused:
    found = _PATH.match(error)
    reason, path = (found["reason"], found["path"].lstrip(".")) if found else (error, "")
    for word, plain in _WORDS:
        reason = reason.replace(word, plain)
    return PlanRefused(f"{reason}.", path or "the top of the file")


def _check_words(plan: Plan) -> None:
    """One scan of the plan's bytes; only where that finds an escape, a walk to see what it is and where."""
    if not _SUSPECT.search(msgspec.json.encode(plan)):
        return
    for path, key, word in _words(msgspec.to_builtins(plan), "", ""):
        if (_CONTROL_IN_NOTE if key in ("note", "text") else _CONTROL).search(word):
            raise PlanRefused("There is a control character in a text.", path)


def _words(value: Any, path: str, key: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, str):
        yield path, key, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _words(item, f"{path}.{name}" if path else name, name)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _words(item, f"{path}[{index}]", key)
