"""Forms: what a person typed, kept as typed until it is taken.

A form is read into texts by field name. `read_as` makes a struct of them: each field by its type, with every mistake
noted beside its field, none thrown away. A page that shows a form again shows these same texts: nothing typed is lost.
Refusals of verbs that name a field (`where`) become mistakes of that field.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import Any, TypeVar, get_args, get_origin
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import msgspec
from babel.numbers import get_currency_precision
from msgspec import Struct
from multipart import MultipartParser, parse_options_header

from ticketing.refusals import InputRefused, Refusal

FIELDS_MAX = 2000
YEAR_MIN, YEAR_MAX = 1900, 2199
NO_WORDS: Mapping[str, str] = {}
T = TypeVar("T", bound=Struct)
MONEY = re.compile(r"-?\d{1,9}(?:[.,]\d{1,9})?")


class Mistake(Struct, frozen=True):
    """What is wrong with a field: a text of ours with its fields, to be translated where it is shown."""

    text: str
    fields: dict[str, Any] = {}


class File(Struct, frozen=True):
    """A file somebody sent: what they call it, and its bytes. What it is says nothing but the bytes."""

    name: str
    content: bytes


class Form:
    """Texts by field, and mistakes by field; the field "" is the form itself."""

    def __init__(self, values: Mapping[str, Sequence[str]] | None = None) -> None:
        self._values = {name: list(texts) for name, texts in (values or {}).items()}
        self.mistakes: dict[str, Mistake] = {}
        self.files: dict[str, File] = {}
        self.others: dict[str, str] = {}
        """What somebody else has saved meanwhile, as text, by field."""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Form":
        """A form filled with what is there already."""
        return cls({name: _texts(value) for name, value in values.items()})

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str) -> str:
        """A field as typed, or an empty text."""
        return next(iter(self._values.get(name, ())), "")

    def texts(self, name: str) -> list[str]:
        """All values of a field that may have several."""
        return self._values.get(name, [])

    def names(self) -> list[str]:
        """The fields that are there."""
        return list(self._values)

    def compare(self, stored: Mapping[str, Any], words: Mapping[str, str] = NO_WORDS) -> None:
        """Somebody else has saved meanwhile: beside each field that differs stands what is stored now (in `words`,
        where its field has some), and the form takes over its version, so that sending it again is a decision."""
        for name, value in stored.items():
            texts = _said(_texts(value))
            if name == "version":
                self._values[name] = texts
            elif texts != _said(self.texts(name)):
                self.others[name] = words.get(name, ", ".join(texts))

    def mistaken(self, name: str, text: str, /, **fields: Any) -> None:
        """Note a mistake; the first of a field counts."""
        self.mistakes.setdefault(name, Mistake(text, fields))

    def refused(self, refusal: Refusal) -> None:
        """Note a verb's refusal: beside the field it names, or for the whole form."""
        where = str(refusal.fields.get("where", ""))
        if isinstance(refusal, InputRefused):
            self.mistaken(where, refusal.text, **refusal.filled)
        else:
            self.mistaken(where, type(refusal).__doc__ or "", **refusal.fields)

    def read_as(self, kind: type[T], **given: Any) -> T | None:
        """A struct of the fields, `given` taken as they are; None when there are mistakes."""
        values = dict(given)
        for field in msgspec.structs.fields(kind):
            if field.name in given:
                continue
            try:
                values[field.name] = self._read(field)
            except (msgspec.ValidationError, ValueError) as error:
                self.mistaken(field.name, _sentence(str(error)))
        return None if self.mistakes else kind(**values)

    def money(self, name: str, currency: str, *, required: bool = True) -> int | None:
        """An amount in minor units, typed with a point or a comma; None (and a mistake) for another text."""
        text = self.text(name).strip().replace(" ", "").replace("\u202f", "").replace("'", "").replace("’", "")
        if not text and not required:
            return None
        precision = get_currency_precision(currency)
        units = Decimal(text.replace(",", ".")).scaleb(precision) if MONEY.fullmatch(text) else None
        if units is not None and units == units.to_integral_value():
            return int(units)
        if precision == 0:
            self.mistaken(name, "Type an amount without decimals, such as 1250.")
        elif precision == 2:
            self.mistaken(name, "Type an amount with two decimals at most, such as 12.50.")
        else:
            self.mistaken(name, "Type an amount with {precision} decimals at most.", precision=precision)
        return None

    def rate(self, name: str, *, required: bool = True) -> int | None:
        """A rate typed in percent ("8.1", "8,1 %"), in thousandths of a percent."""
        text = self.text(name).strip().rstrip("%").strip().replace(",", ".")
        if not text and not required:
            return None
        if not re.fullmatch(r"\d{1,3}(\.\d{1,3})?", text) or Decimal(text) > 100:
            self.mistaken(name, "Type a rate in percent, such as 8.1, with at most three decimals.")
            return None
        return int(Decimal(text).scaleb(3))

    def moment(self, name: str, zone: str, *, required: bool = True) -> datetime | None:
        """A `datetime-local` field, typed in a venue's time, as UTC."""
        text = self.text(name).strip()
        if not text and not required:
            return None
        try:
            typed = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
        except ValueError:
            self.mistaken(name, "Choose a day and an hour.")
            return None
        return typed.astimezone(UTC) if self._is_in_bounds(name, typed) else None

    def day(self, name: str, *, required: bool = True) -> date | None:
        """A `date` field."""
        text = self.text(name).strip()
        if not text and not required:
            return None
        try:
            typed = date.fromisoformat(text)
        except ValueError:
            self.mistaken(name, "Choose a day.")
            return None
        return typed if self._is_in_bounds(name, typed) else None

    def number(self, name: str, least: int, most: int, *, required: bool = True) -> int | None:
        """A whole number within bounds."""
        text = self.text(name).strip()
        if not text and not required:
            return None
        if not re.fullmatch(r"-?\d{1,12}", text) or not least <= int(text) <= most:
            self.mistaken(name, "Type a whole number from {least} to {most}.", least=least, most=most)
            return None
        return int(text)

    def _is_in_bounds(self, name: str, day: date) -> bool:
        """Whether a year is one that people mean; beyond, a step to the next day or into another zone may not exist."""
        if YEAR_MIN <= day.year <= YEAR_MAX:
            return True
        self.mistaken(name, "Choose a year from {least} to {most}.", least=str(YEAR_MIN), most=str(YEAR_MAX))
        return False

    def _read(self, field: msgspec.structs.FieldInfo) -> Any:
        kind = field.type
        if _is_list(kind):
            return msgspec.convert(self.texts(field.name), kind, strict=False)
        if kind is bool:
            return self.text(field.name) in ("on", "true", "1", "yes")
        text = self.text(field.name).strip()
        if not text and type(None) in get_args(kind):
            return None
        if not text and field.default is not msgspec.NODEFAULT and kind is not str:
            return field.default
        if not text and kind is not str:
            raise ValueError("This is needed.")
        return msgspec.convert(text, kind, strict=False)


def decoded(content_type: str, body: bytes) -> Form:
    """The fields of an HTML form. InputRefused for a body that is none; files are kept under their fields."""
    kind, _, _ = content_type.partition(";")
    if kind.strip().lower() == "multipart/form-data":
        return _decoded_parts(content_type, body)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX, strict_parsing=bool(body))
    except (ValueError, UnicodeDecodeError):
        raise InputRefused(problem="This is not a form that a page of ours sends.") from None
    return _gathered(pairs)


def _decoded_parts(content_type: str, body: bytes) -> Form:
    _, options = parse_options_header(content_type)
    try:
        limits = {
            "part_limit": FIELDS_MAX,
            "disk_limit": len(body) + 1,
            "memory_limit": len(body) + 1,
            "buffer_size": 1 << 16,
        }
        parser = MultipartParser(BytesIO(body), options["boundary"], **limits, spool_limit=len(body) + 1, strict=True)
        parts = list(parser)
        pairs = [(part.name, part.raw.decode()) for part in parts if part.filename is None]
    except (KeyError, ValueError):
        raise InputRefused(problem="This is not a form that a page of ours sends.") from None
    form = _gathered(pairs)
    form.files = {part.name: File(clean_name(part.filename), part.raw) for part in parts if part.filename}
    return form


def _gathered(pairs: Iterable[tuple[str, str]]) -> Form:
    values: dict[str, list[str]] = {}
    for name, text in pairs:
        if "\x00" in text:
            raise InputRefused(problem="This text holds a sign that cannot be shown.", where=name)
        values.setdefault(name, []).append(text.replace("\r\n", "\n"))
    return Form(values)


def clean_name(name: str) -> str:
    """A file's name as it may be shown and kept: its last part, printable, at most 100 characters."""
    last = re.split(r"[\\/]", name)[-1]
    return "".join(sign for sign in last if sign.isprintable())[-100:] or "file"


def field_moment(at: datetime | None, zone: str) -> str:
    """A moment as a `datetime-local` field takes it, in a venue's time."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if at else ""


def field_money(cents: int | None, currency: str) -> str:
    """An amount as a field takes it: 1250 EUR is 12.50."""
    if cents is None:
        return ""
    precision = get_currency_precision(currency)
    try:
        return f"{Decimal(cents).scaleb(-precision):.{precision}f}"
    except InvalidOperation:
        return ""


def field_number(number: Decimal | None) -> str:
    """A number as a field takes it, without an exponent."""
    return "" if number is None else f"{number:f}"


def _is_list(kind: Any) -> bool:
    return get_origin(kind) in (list, tuple, set, frozenset)


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, bool):
        return ["on"] if value else []
    if isinstance(value, list | tuple | set | frozenset):
        return [str(item) for item in value]
    return [str(value)]


def _said(texts: Iterable[str]) -> list[str]:
    """Texts without those that say nothing."""
    return [text.strip() for text in texts if text.strip()]


SENTENCES = {
    "Expected `str` of length >= 1": "This is needed.",
    "Expected `int`": "Type a whole number.",
    "Expected `uuid`": "Choose one of these.",
    "Invalid UUID": "Choose one of these.",
    "Invalid enum value": "Choose one of these.",
}


def _sentence(problem: str) -> str:
    return next((text for start, text in SENTENCES.items() if problem.startswith(start)), problem)
