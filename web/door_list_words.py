"""A door list in words: what its page shows and its PDF prints, in one language."""

from printing.door_list_records import DoorListRecord, DoorPage
from ticketing import formats
from ticketing.door_lists import PAGE_LINES, DoorList, Line, Part, Sort
from web.languages import marked, translated, translations

LETTERS = 3
COLUMNS = 6
NOBODY = "—"


def record(door_list: DoorList, part: Part, language: str) -> DoorListRecord:
    """A part of a list in a language."""

    def told(text: str) -> str:
        return translated(text, language)

    date = door_list.date
    when = formats.moment(date.starts_at, date.time_zone, language)
    printed = formats.moment(door_list.read_at, date.time_zone, language)
    warning = marked("As of {moment}: what was sold, moved, cancelled or let in since is not here.")
    pages = tuple(
        _page(part.lines[start : start + PAGE_LINES], date.time_zone, language)
        for start in range(0, max(1, len(part.lines)), PAGE_LINES)
    )
    heads = (marked("Name"), marked("Order"), marked("Tariff"), marked("Seat"), marked("Ticket no."), marked("State"))
    return DoorListRecord(
        title=date.event_name,
        subtitle=f"{when} · {date.venue_name}",
        part=called(door_list, part, language),
        warning=told(warning).format(moment=printed),
        language=language,
        heads=tuple(map(told, heads)),
        numbering=told(marked("Page {page} of {pages}")),
        pages=pages,
    )


def called(door_list: DoorList, part: Part, language: str) -> str:
    """What a part is called: the letters or the rows that it goes from and to."""
    if not part.lines:
        return NOBODY
    first, last = part.lines[0], part.lines[-1]
    if door_list.sort is Sort.NAME:
        ends = [_letters(line) for line in (first, last)]
        return ends[0] if ends[0] == ends[1] else " – ".join(ends)
    named = [zone or translated(marked("Unnumbered"), language) for zone in part.zones]
    zone = named[0] if len(named) == 1 else f"{named[0]} – {named[-1]}"
    same = [one for one in door_list.parts if one.zones == part.zones]
    if len(same) == 1:
        return zone
    rows = list(dict.fromkeys(filter(None, (first.row, last.row))))
    of_zone = f"{zone} {' – '.join(rows)}" if rows else zone
    return f"{of_zone} ({same.index(part) + 1}/{len(same)})"


def _page(lines: tuple[Line, ...], zone: str, language: str) -> DoorPage:
    columns = zip(*(_cells(line, zone, language) for line in lines), strict=True) if lines else [()] * COLUMNS
    inside = sum(line.inside for line in lines)
    catalogue = translations(language)
    tickets = catalogue.ngettext("%(num)s ticket", "%(num)s tickets", len(lines)) % {"num": len(lines)}
    sums = translated(marked("This page: {tickets}, {inside} of them in"), language)
    return DoorPage(tuple(columns), tuple(line.inside for line in lines), sums.format(tickets=tickets, inside=inside))


def _cells(line: Line, zone: str, language: str) -> tuple[str, ...]:
    place = " ".join(filter(None, (line.zone, line.row, line.seat)))
    return (
        line.name, line.order_code, line.pass_name or line.tariff, place, str(line.serial), _state(line, zone, language)
    )  # fmt: skip


def _state(line: Line, zone: str, language: str) -> str:
    if line.entered_at is None:
        return "" if line.paid else translated(marked("Not paid"), language)
    hour = formats.hour(line.entered_at, zone, language)
    if line.inside:
        return " ".join(filter(None, (hour, line.entered_gate)))
    return translated(marked("Went out"), language)


def _letters(line: Line) -> str:
    words = line.name.split()
    return words[-1][:LETTERS].capitalize() if words else NOBODY
