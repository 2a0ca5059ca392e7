"""What the doctor finds in a drawing, part by part: where it is, and what mending that one thing would leave there."""

from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct

from engine.plan import doctor, parts
from engine.plan.doctor import Finding, Flaw
from engine.plan.model import Area, Plan, Row, Table
from engine.plan.parts import Assembled, Head, Kind, Part, Value

HEAD = "head"
"""Stands for the head where a part's key would."""


class Mended(Struct, frozen=True):
    """What mending leaves: another head, other parts, parts that go."""

    head: Head | None = None
    parts: tuple[Part, ...] = ()
    gone: tuple[str, ...] = ()


class Found(Struct, frozen=True):
    """A finding at a part (`key`), or at a seat in it (by its id)."""

    finding: Finding
    key: str
    seat: str | None
    mended: Mended


class Examination(Struct, frozen=True):
    """The first findings, and how many there are."""

    found: tuple[Found, ...]
    finding_count: int


def examine(head: Head, some: Iterable[Part], found_max: int, photos: Collection[str] | None = None) -> Examination:
    """What the doctor would mend in a drawing for which these photos are kept. O(seats): call it in a thread.
    PlanRefused when it is no plan."""
    drawn = parts.assembled(head, some)
    treated, findings = doctor.treat(drawn.plan, photos)
    found = tuple(_found(drawn, treated, finding) for finding in findings[:found_max])
    return Examination(found, len(findings))


def _found(drawn: Assembled, treated: Plan, finding: Finding) -> Found:
    spot = drawn.spot(finding.where)
    if spot is None:
        return Found(finding, HEAD, None, _mended_head(drawn, treated, finding))
    part, value = spot.part, _at(treated, finding.where)
    seat = part.value.seats[spot.seat].id if isinstance(part.value, Row) and spot.seat is not None else None
    if isinstance(value, Row | Table) and not value.seats:
        return Found(finding, part.key, seat, Mended(gone=(part.key,)))
    return Found(finding, part.key, seat, Mended(parts=(_with(part, value),)))


def _mended_head(drawn: Assembled, treated: Plan, finding: Finding) -> Mended:
    """The head as the doctor leaves it; with it the parts whose category it had to call another name."""
    changed: tuple[Part, ...] = ()
    if finding.flaw is Flaw.UNKNOWN_CATEGORY and finding.saying is not None:
        changed = tuple(_recategorised(drawn, treated, str(finding.saying.fields["name"])))
    return Mended(parts.head_of(treated), changed)


def _recategorised(drawn: Assembled, treated: Plan, name: str) -> Iterator[Part]:
    for zone, mended in enumerate(treated.zones):
        both: tuple[tuple[Kind, tuple[Value, ...]], ...] = ((Kind.ROW, mended.rows), (Kind.AREA, mended.areas))
        for kind, values in both:
            for part, value in zip(drawn.inside[kind][zone], values, strict=True):
                if name in _categories(part.value) and name not in _categories(value):
                    yield _with(part, value)


def _categories(value: Value) -> set[str]:
    if isinstance(value, Row):
        return {seat.category for seat in value.seats}
    return {value.category} if isinstance(value, Area) else set()


def _at(plan: Plan, path: str) -> Value:
    """What stands at a path of a finding, the seats' rows for seats."""
    found = parts.SPOT.fullmatch(path)
    assert found, "the doctor names places of the plan"
    zone = plan.zones[int(found[1])]
    if found[2] is None:
        return parts.zone_data(zone)
    inside: dict[str, tuple[Value, ...]] = {"rows": zone.rows, "areas": zone.areas, "tables": zone.tables}
    return inside[found[2]][int(found[3])]


def _with(part: Part, value: Value) -> Part:
    return Part(part.key, part.kind, part.parent, part.position, value)
