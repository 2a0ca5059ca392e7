"""What banks give out: camt.053, camt.054 and tables of text, read into entries of money that came.

A camt.053 is a statement, a camt.054 what a statement sums up, one by one; both are ISO 20022. Their versions (02 to 08
and on) differ in where a few things stand, so elements are found by their names, whatever the namespace. One entry at a
time is kept in memory, and a file that declares types is refused: so no entity unfolds, and nothing outside is read.

A table has no form of its own: somebody says which column is what, after a proposal from the headings.

A file is read whole, or refused with a sentence and its line.
"""

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from io import StringIO
from xml.parsers import expat

from babel.numbers import get_currency_precision
from msgspec import Struct

from ticketing.legible import clean
from ticketing.refusals import InputRefused
from ticketing.texts import CURRENCY

FILE_BYTES_MAX = 8 * 1024 * 1024
ENTRIES_MAX = 5000
DEPTH_MAX = 40
ROWS_MAX, COLUMNS_MAX, HEADING_ROWS_MAX = 20_000, 60, 40
TEXT_CHARS_MAX, NAME_CHARS_MAX, KEY_CHARS_MAX = 1000, 140, 140
CENTS_MAX = 2**31 - 1
SAMPLE_ROWS = 5


class Format(StrEnum):
    """What a file is."""

    CAMT_053 = "camt.053"
    CAMT_054 = "camt.054"
    CSV = "csv"


class Entry(Struct, frozen=True):
    """Money that came to an account. `key` names it within the account, in any file of the bank's."""

    account: str
    key: str
    booked_on: date
    amount_cents: int
    currency: str
    payer: str = ""
    payer_account: str = ""
    reference: str = ""
    message: str = ""


class Statement(Struct, frozen=True):
    """A file that was read: only what came, in its order."""

    format: Format
    entries: tuple[Entry, ...]


class Column(StrEnum):
    """What a column of a table may be. DATE and AMOUNT are needed."""

    DATE = "date"
    AMOUNT = "amount"
    CURRENCY = "currency"
    REFERENCE = "reference"
    MESSAGE = "message"
    PAYER = "payer"
    PAYER_ACCOUNT = "payer_account"
    KEY = "key"


class Table(Struct, frozen=True):
    """A table of text: its headings and its rows, each with the line it begins on."""

    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


HEADINGS: Mapping[Column, tuple[str, ...]] = {
    Column.DATE: (
        "booking date", "date de comptabilisation", "buchungsdatum", "buchungstag", "date", "datum", "valuta",
    ),
    Column.AMOUNT: (
        "credit", "crédit", "gutschrift", "credit amount", "amount", "montant", "betrag", "importo", "umsatz",
    ),
    Column.CURRENCY: ("currency", "monnaie", "devise", "währung", "valuta currency"),
    Column.REFERENCE: ("reference", "référence", "referenz", "structured reference", "creditor reference"),
    Column.MESSAGE: (
        "message", "communication", "booking text", "texte comptable", "libellé", "buchungstext", "verwendungszweck",
        "mitteilung", "description", "text", "avisierungstext", "purpose",
    ),
    Column.PAYER: ("payer", "payeur", "debtor", "auftraggeber", "name", "nom", "donneur d’ordre", "counterparty"),
    Column.PAYER_ACCOUNT: ("payer account", "debtor iban", "compte du payeur", "counterparty iban", "iban"),
    Column.KEY: (
        "transaction id", "bank reference", "entry reference", "id de transaction", "no de transaction",
        "transaktions-nr", "transaktions-id", "transaktionsnummer",
    ),
}  # fmt: skip
"""What banks of these languages call their columns, the likeliest first."""

FORMATS = {"BkToCstmrStmt": Format.CAMT_053, "BkToCstmrDbtCdtNtfctn": Format.CAMT_054}
STATEMENTS = ("Stmt", "Ntfctn")
BOOKED = ("BOOK", "")
AMOUNT_TEXT = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,3})?")


def is_xml(content: bytes) -> bool:
    """Whether a file is XML, or else a table of text. InputRefused for what is neither, or too large."""
    if len(content) > FILE_BYTES_MAX:
        raise InputRefused(problem="This file is larger than 8 MB: ask your bank for a shorter time.", where="file")
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if not start or b"\x00" in content[:4096]:
        raise InputRefused(problem="This is neither a camt file (XML) nor a table (CSV).", where="file")
    return start == b"<"


# camt


class _Node:
    """An element of an entry: its text, and its children in order."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: Mapping[str, str]) -> None:
        self.name, self.attributes = name, attributes
        self.children: list[_Node] = []
        self.text = ""

    def all(self, path: str) -> "list[_Node]":
        """The elements at a path of names, in order."""
        found = [self]
        for name in path.split("/"):
            found = [child for node in found for child in node.children if child.name == name]
        return found

    def one(self, *paths: str) -> str:
        """The text of the first element there is at one of these paths; an empty text for none."""
        return next((text for path in paths for node in self.all(path) if (text := node.text.strip())), "")


def read_camt(content: bytes) -> Statement:
    """A statement. InputRefused with the line where it cannot be read; it takes up to a second a megabyte."""
    reader = _Camt()
    reader.parse(content)
    return Statement(reader.format, tuple(_distinct(reader.entries)))


class _Camt:
    """Reads a statement, an entry at a time."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.format = Format.CAMT_053
        self._known, self._account = False, ""
        self._open: list[_Node] = []
        self._parser = expat.ParserCreate(namespace_separator="\n")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._declared
        self._parser.EntityDeclHandler = self._declared

    def parse(self, content: bytes) -> None:
        try:
            self._parser.Parse(content, True)
        except expat.ExpatError as error:
            problem = "Line {line}: this XML is broken there, or cut short. Nothing of the file was taken."
            raise InputRefused(problem=problem, where="file", line=error.lineno) from None
        except (UnicodeError, ValueError):
            raise InputRefused(problem="The letters of this file cannot be read.", where="file") from None
        if not self._known:
            raise InputRefused(problem="This XML is no camt.053 and no camt.054.", where="file")

    def _declared(self, *_: object) -> None:
        line = self._parser.CurrentLineNumber
        raise InputRefused(problem="Line {line}: a bank’s file declares no types.", where="file", line=line)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition("\n")[2]
        if len(self._open) >= DEPTH_MAX:
            raise InputRefused(problem="This XML is no camt.053 and no camt.054.", where="file")
        if len(self._open) == 1 and local in FORMATS:
            self._known, self.format = True, FORMATS[local]
        node = _Node(local, attributes)
        if self._open and self._keeps():
            self._open[-1].children.append(node)
        self._open.append(node)

    def _keeps(self) -> bool:
        """Whether children are kept here: inside entries, and of the account."""
        return any(node.name in ("Ntry", "Acct") for node in self._open)

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1].text = (self._open[-1].text + text)[: TEXT_CHARS_MAX * 2]

    def _end(self, _: str) -> None:
        node = self._open.pop()
        inside = self._open[-1].name if self._open else ""
        if node.name == "Acct" and inside in STATEMENTS:
            self._account = (node.one("Id/IBAN", "Id/Othr/Id")).replace(" ", "").upper()[:34]
        if node.name == "Ntry" and inside in STATEMENTS:
            line = self._parser.CurrentLineNumber
            self.entries += _entries(node, self._account, line)
            if len(self.entries) > ENTRIES_MAX:
                raise _too_many()


def _too_many() -> InputRefused:
    problem = "This file has more than {entries_max} payments: ask your bank for a shorter time."
    return InputRefused(problem=problem, where="file", entries_max=ENTRIES_MAX)


def _entries(node: _Node, account: str, line: int) -> Iterator[Entry]:
    """The payments of one entry: what came and is booked; reversals and what left are none."""
    status = node.one("Sts/Cd", "Sts/Prtry", "Sts")
    if node.one("CdtDbtInd") != "CRDT" or node.one("RvslInd") == "true" or status not in BOOKED:
        return
    whole, currency = _money(node.all("Amt"), line)
    booked_on = _day(node.one("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm"), line)
    bank = node.one("AcctSvcrRef")
    parts = node.all("NtryDtls/TxDtls")
    amounts = [_part(part, line) for part in parts]
    split = len(parts) > 1 and all(amounts) and sum(cents for cents, _ in filter(None, amounts)) == whole
    if not split:
        parts, amounts = (parts[:1] if len(parts) == 1 else [_merged(node)]), [(whole, currency)]
    for number, (part, money) in enumerate(zip(parts, amounts, strict=True)):
        assert money is not None, "an entry that is split has all its amounts"
        own = part.one("Refs/AcctSvcrRef", "Refs/TxId") if split else bank or part.one("Refs/AcctSvcrRef")
        key = own or (f"{bank}/{number}" if bank else "")
        yield _entry(account, key, booked_on, money, part)


def _entry(account: str, key: str, booked_on: date, money: tuple[int, str], part: _Node) -> Entry:
    message = " ".join(node.text.strip() for node in part.all("RmtInf/Ustrd"))
    added = " ".join(node.text.strip() for node in part.all("RmtInf/Strd/AddtlRmtInf"))
    end_to_end = part.one("Refs/EndToEndId")
    told = " ".join(filter(None, (message, added, "" if end_to_end == "NOTPROVIDED" else end_to_end)))
    return Entry(
        account=account,
        key=clean(key, KEY_CHARS_MAX),
        booked_on=booked_on,
        amount_cents=money[0],
        currency=money[1],
        payer=clean(part.one("RltdPties/Dbtr/Pty/Nm", "RltdPties/Dbtr/Nm", "RltdPties/UltmtDbtr/Nm"), NAME_CHARS_MAX),
        payer_account=clean(part.one("RltdPties/DbtrAcct/Id/IBAN", "RltdPties/DbtrAcct/Id/Othr/Id"), NAME_CHARS_MAX),
        reference=clean(part.one("RmtInf/Strd/CdtrRefInf/Ref"), NAME_CHARS_MAX),
        message=clean(told, TEXT_CHARS_MAX),
    )


def _merged(node: _Node) -> _Node:
    """An entry that does not tell its payments apart, as one: its own text is all there is."""
    merged = _Node("TxDtls", {})
    info = _Node("RmtInf", {})
    text = _Node("Ustrd", {})
    text.text = node.one("AddtlNtryInf")
    info.children.append(text)
    merged.children.append(info)
    return merged


def _part(part: _Node, line: int) -> tuple[int, str] | None:
    """The amount of one payment, where it has its own."""
    found = part.all("Amt") or part.all("AmtDtls/TxAmt/Amt")
    return _money(found, line) if found else None


def _money(found: Sequence[_Node], line: int) -> tuple[int, str]:
    text = found[0].text.strip() if found else ""
    currency = found[0].attributes.get("Ccy", "") if found else ""
    cents = _cents(text, currency)
    if cents is None:
        raise InputRefused(problem="Line {line}: this is no amount: {text}", where="file", line=line, text=text[:40])
    return cents, currency


def _cents(text: str, currency: str) -> int | None:
    """An amount above nothing in minor units; None for another text."""
    if not CURRENCY.fullmatch(currency):
        return None
    try:
        units = Decimal(text).scaleb(get_currency_precision(currency))
    except InvalidOperation:
        return None
    is_whole = units.is_finite() and units == units.to_integral_value()
    return int(units) if is_whole and 0 < units <= CENTS_MAX else None


def _day(text: str, line: int) -> date:
    try:
        return datetime.fromisoformat(text[:10]).date()
    except ValueError:
        raise InputRefused(
            problem="Line {line}: this is no day: {text}", where="file", line=line, text=text[:40]
        ) from None


# Tables


def read_table(content: bytes) -> Table:
    """The rows of a CSV file, in whatever it was written with. InputRefused with the line where it cannot be read."""
    text = _decoded(content)
    dialect = max(";,\t|", key=lambda sign: _columns_by(text, sign))
    found: list[tuple[int, tuple[str, ...]]] = []
    reader = csv.reader(StringIO(text, newline=""), delimiter=dialect)
    try:
        for row in reader:
            cells = tuple(clean(cell, TEXT_CHARS_MAX) for cell in row[:COLUMNS_MAX])
            if any(cells):
                found.append((reader.line_num, cells))
            if len(found) > ROWS_MAX:
                raise _too_many()
    except csv.Error:
        problem = "Line {line}: this row cannot be read. Nothing of the file was taken."
        raise InputRefused(problem=problem, where="file", line=reader.line_num) from None
    return _headed(found)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputRefused(problem="The letters of this file cannot be read.", where="file")


def _columns_by(text: str, sign: str) -> int:
    """How many signs the line that has most of them has, among the first."""
    return max((line.count(sign) for line in text.splitlines()[:HEADING_ROWS_MAX]), default=0)


def _headed(rows: Sequence[tuple[int, tuple[str, ...]]]) -> Table:
    """The table below what banks write above it: its headings are the row with the most known names."""
    scores = [sum(_known(cell) for cell in cells) for _, cells in rows[:HEADING_ROWS_MAX]]
    at = scores.index(max(scores)) if scores and max(scores) >= 2 else 0
    if len(rows) <= at + 1:
        raise InputRefused(problem="This table has no rows below its headings.", where="file")
    width = max(len(cells) for _, cells in rows[at:])
    headings = rows[at][1] + ("",) * (width - len(rows[at][1]))
    return Table(headings, tuple((line, cells + ("",) * (width - len(cells))) for line, cells in rows[at + 1 :]))


def _known(heading: str) -> bool:
    return any(heading.casefold() in names for names in HEADINGS.values())


def proposed(table: Table) -> dict[Column, int]:
    """Which column seems to be what, by the headings; each column is one thing."""
    found: dict[Column, int] = {}
    plain = [heading.casefold() for heading in table.headings]
    for column, names in HEADINGS.items():
        matches = [
            at for name in names for at, heading in enumerate(plain) if heading and (heading == name or name in heading)
        ]
        free = [at for at in matches if at not in found.values()]
        exact = [at for at in free if plain[at] in names]
        if free:
            found[column] = (exact or free)[0]
    return found


def read_rows(table: Table, columns: Mapping[Column, int], account: str, currency: str) -> Statement:
    """What a table says came to `account`, by its columns; `currency` where none says it. Rows without an amount, or
    with one below nothing, are not money that came. InputRefused with the line of one that cannot be read."""
    entries: list[Entry] = []
    for line, cells in table.rows:
        told = {column: cells[at] for column, at in columns.items()}
        cents = _typed_cents(told[Column.AMOUNT], told.get(Column.CURRENCY) or currency, line)
        if cents is None:
            continue
        entries.append(
            Entry(
                account=account,
                key=told.get(Column.KEY, "")[:KEY_CHARS_MAX],
                booked_on=_typed_day(told[Column.DATE], line),
                amount_cents=cents,
                currency=told.get(Column.CURRENCY) or currency,
                payer=told.get(Column.PAYER, "")[:NAME_CHARS_MAX],
                payer_account=told.get(Column.PAYER_ACCOUNT, "")[:NAME_CHARS_MAX],
                reference=told.get(Column.REFERENCE, "")[:NAME_CHARS_MAX],
                message=told.get(Column.MESSAGE, ""),
            )
        )
        if len(entries) > ENTRIES_MAX:
            raise _too_many()
    return Statement(Format.CSV, tuple(_distinct(entries)))


def _typed_cents(text: str, currency: str, line: int) -> int | None:
    """An amount as people and banks write it: 1'234.50, 1.234,50, 1 234,50; None for nothing, or less."""
    plain = re.sub(r"[\s'’]|CHF|EUR|€", "", text)
    if plain.count(",") + plain.count(".") > 1:
        last = max(plain.rfind(","), plain.rfind("."))
        plain = re.sub(r"[.,]", "", plain[:last]) + plain[last:]
    plain = plain.replace("−", "-")
    if not plain or plain.startswith("-"):
        return None
    cents = _cents(plain.replace(",", ".").lstrip("+"), currency) if AMOUNT_TEXT.fullmatch(plain) else None
    if cents is None and plain.strip("+0.,"):
        raise InputRefused(problem="Line {line}: this is no amount: {text}", where="file", line=line, text=text[:40])
    return cents


def _typed_day(text: str, line: int) -> date:
    """A day as 2026-12-31, 31.12.2026, 31/12/2026 or 31.12.26: the day first, as banks here write it."""
    parts = re.split(r"[./-]", text.strip().split(" ")[0].split("T")[0])
    try:
        if len(parts) == 3 and len(parts[0]) == 4:
            return date(int(parts[0]), int(parts[1]), int(parts[2]))
        if len(parts) == 3:
            year = int(parts[2])
            return date(year + 2000 if year < 100 else year, int(parts[1]), int(parts[0]))
    except ValueError:
        pass
    raise InputRefused(problem="Line {line}: this is no day: {text}", where="file", line=line, text=text[:40])


# Names of entries


def _distinct(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Entries with a name each: the bank's, or one made of what they say and, of some that say the same, a number. So
    the same money has the same name in every file that has it whole."""
    seen: Counter[str] = Counter()
    for entry in entries:
        key = entry.key or _digest(entry)
        seen[key] += 1
        yield _named(entry, key if seen[key] == 1 else f"{key}#{seen[key]}")


def _named(entry: Entry, key: str) -> Entry:
    return Entry(
        entry.account, key, entry.booked_on, entry.amount_cents, entry.currency, entry.payer, entry.payer_account,
        entry.reference, entry.message,
    )  # fmt: skip


def _digest(entry: Entry) -> str:
    told = "\n".join(
        (
            entry.booked_on.isoformat(), str(entry.amount_cents), entry.currency, entry.payer, entry.payer_account,
            entry.reference, entry.message,
        )
    )  # fmt: skip
    return hashlib.sha256(told.encode()).hexdigest()[:32]
