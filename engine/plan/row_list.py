"""The row list: a house as counts, `stand,sector,row,seats`, one line a row, as stadiums hand them out.

The counts are facts; the geometry is drawn round a pitch by `stadium`. Commas, semicolons or tabs, any line ends, a
byte order mark and columns in any order are all met in exports from spreadsheets, and read.
"""

import csv
import io
import re
from collections.abc import Iterator

from engine.plan import decoding, stadium
from engine.plan.model import ROWS_MAX, SEATS_MAX, Plan, PlanRefused, Zone
from engine.plan.sayings import Filling
from engine.plan.stadium import STANDS, RowFact

COLUMNS = ("stand", "sector", "row", "seats")
ROW_SEATS_MAX = 1_000
LINE = "line {line}"

_LABEL = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]([^\x00-\x1f\x7f-\x9f]{0,38}[^\s\x00-\x1f\x7f-\x9f])?")


def read(data: bytes, name: str = "Stadium") -> Plan:
    """The house drawn from its row list; PlanRefused, with the line and column, if it is not one."""
    return decoding.bounded(stadium.draw(name, _facts(decoding.text(data))))


def write(plan: Plan) -> bytes:
    """The row list of a plan of stands; PlanRefused if its zones are not named as `stadium.draw` names them."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(COLUMNS)
    for index, zone in enumerate(plan.zones):
        if zone.rows:
            stand, sector = _stand_and_sector(zone, index)
            writer.writerows((stand, sector, row.label, len(row.seats)) for row in zone.rows)
    return lines.getvalue().encode()


def _stand_and_sector(zone: Zone, index: int) -> tuple[str, str]:
    stand, _, sector = zone.id.partition("-")
    if stand not in STANDS or not sector:
        raise PlanRefused("Only a house of stands and sectors can be written as a row list.", f"zones[{index}]")
    return stand, sector


def _facts(content: str) -> list[RowFact]:
    facts: dict[tuple[str, str, str], RowFact] = {}
    seats = 0
    for line, record in _records(content):
        fact = _fact(record, line)
        seats += fact.seats
        if seats > SEATS_MAX:
            raise PlanRefused("A plan has at most {most} seats.", LINE, line=str(line), most=SEATS_MAX)
        if len(facts) == ROWS_MAX:
            raise PlanRefused("A plan has at most {most} rows.", LINE, line=str(line), most=ROWS_MAX)
        if facts.setdefault((fact.stand, fact.sector, fact.row), fact) is not fact:
            raise PlanRefused("This row of this sector is listed twice.", LINE, line=str(line))
    if not facts:
        raise PlanRefused("The list has no rows.", LINE, line="1")
    return list(facts.values())


def _records(content: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line that says anything, as (line number, value by column)."""
    first_line = content.split("\n", 1)[0]
    delimiter = max(",;\t", key=first_line.count)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] = []
    try:
        for values in reader:
            stripped = [value.strip() for value in values]
            if not columns:
                columns = _header(stripped)
            elif any(stripped):
                if len(stripped) != len(columns):
                    told: dict[str, Filling] = {"line": str(reader.line_num), "count": len(stripped)}
                    raise PlanRefused("This line has {count} values, not 4.", LINE, **told)
                yield reader.line_num, dict(zip(columns, stripped, strict=True))
    except csv.Error as error:
        why = {"line": str(reader.line_num), "reason": str(error)}
        raise PlanRefused("The line cannot be read: {reason}.", LINE, **why) from None


def _header(values: list[str]) -> list[str]:
    columns = [value.lower() for value in values]
    if sorted(columns) != sorted(COLUMNS):
        raise PlanRefused("The first line must name the columns stand, sector, row and seats.", LINE, line="1")
    return columns


def _fact(record: dict[str, str], line: int) -> RowFact:
    at = {"line": str(line)}
    for column in ("sector", "row"):
        if not _LABEL.fullmatch(record[column]):
            raise PlanRefused("This must be a word of 1 to 40 characters.", decoding.AT, column=column, **at)
    stand = record["stand"].lower()
    if stand not in STANDS:
        raise PlanRefused("The stand must be west, north, east or south.", decoding.AT, column="stand", **at)
    seats = record["seats"]
    if not re.fullmatch(r"[0-9]{1,6}", seats) or not 1 <= int(seats) <= ROW_SEATS_MAX:
        told: dict[str, Filling] = {"column": "seats", "most": ROW_SEATS_MAX}
        raise PlanRefused("The seats must be a number from 1 to {most}.", decoding.AT, **at, **told)
    return RowFact(stand, record["sector"], record["row"], int(seats))
