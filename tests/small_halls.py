"""Small halls under the names of the examples: what the demo is made of where nobody looks at it for long."""

from pathlib import Path

from engine.plan import placeur_json
from engine.plan.model import Area, Attribute, Category, Plan, Row, Seat, Size, Zone
from tests.ticketing.house import plan

STADIUM_SEATS = 48


def write(folder: Path) -> Path:
    """Write the three halls; the folder."""
    rows = [f"{stand},{sector},{row},6" for stand, sector in (("west", 1), ("east", 2)) for row in range(1, 5)]
    (folder / "metalist-stadium.csv").write_text("\n".join(["stand,sector,row,seats", *rows]) + "\n")
    (folder / "theatre.json").write_bytes(placeur_json.write(_theatre()))
    (folder / "festival.json").write_bytes(placeur_json.write(_festival()))
    return folder


def _theatre() -> Plan:
    """The small house with a wheelchair bay and a seat beside it; nobody stands in it."""
    small = plan("Theatre")
    bay = Seat("W1", "1", 0.0, 0.0, "Accessible", (Attribute.WHEELCHAIR,))
    beside = Seat("W2", "2", 100.0, 0.0, "Accessible", companion_of="W1")
    stalls = small.zones[0]
    rows = (*stalls.rows, Row("W", 0.0, 300.0, (bay, beside)))
    zone = Zone(stalls.id, stalls.name, stalls.x, stalls.y, rows)
    return Plan("Theatre", (*small.categories, Category("Accessible", price_hint=50)), (zone,), small.size)


def _festival() -> Plan:
    areas = (
        Area("field", 0.0, 0.0, 0.0, name="Field", capacity=30, category="Field"),
        Area("front", 0.0, 500.0, 0.0, name="Front", capacity=10, category="Front"),
    )
    categories = (Category("Field"), Category("Front", price_hint=150))
    return Plan("Festival", categories, (Zone("ground", "Ground", 0.0, 0.0, areas=areas),), Size(1000, 1000))
