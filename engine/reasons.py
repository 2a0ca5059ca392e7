"""Why these seats: the codes a proposal carries, and the words for them.

The core only knows codes. Pages word them in their reader's language; `explain` is the short English line of the API
and of logs: "West stand, row 8, centre, together".
"""

from enum import StrEnum

from engine.core.best import Proposal
from engine.core.packed import PackedPlan


class Reason(StrEnum):
    """What is true of a proposal; `core.best.REASONS` in the same order."""

    TOGETHER = "TOGETHER"
    SPLIT_ADJACENT = "SPLIT_ADJACENT"
    NEAR = "NEAR"
    ANYWHERE = "ANYWHERE"
    WHOLE_TABLE = "WHOLE_TABLE"
    CENTRE = "CENTRE"
    NO_ORPHAN = "NO_ORPHAN"
    LEAVES_ORPHAN = "LEAVES_ORPHAN"
    WHEELCHAIR_WITH_COMPANION = "WHEELCHAIR_WITH_COMPANION"
    RESTRICTED_VIEW = "RESTRICTED_VIEW"
    WHEELCHAIR_PLACE = "WHEELCHAIR_PLACE"
    COMPANION_SEAT = "COMPANION_SEAT"


WORDS = {
    Reason.WHEELCHAIR_PLACE: "wheelchair place without a chair",
    Reason.COMPANION_SEAT: "companion seat",
    Reason.WHOLE_TABLE: "a table of your own",
    Reason.CENTRE: "centre",
    Reason.TOGETHER: "together",
    Reason.SPLIT_ADJACENT: "in adjacent rows",
    Reason.NEAR: "near one another",
    Reason.ANYWHERE: "apart",
    Reason.WHEELCHAIR_WITH_COMPANION: "companion beside the wheelchair",
    Reason.RESTRICTED_VIEW: "restricted view",
}
"""What is worth telling the party, in the order it is told."""


def explain(packed: PackedPlan, proposal: Proposal) -> str:
    """One line on where the places are and why they were proposed."""
    rows = sorted({packed.row_of(place) for place in proposal.places})
    zones = list(dict.fromkeys(packed.zone_names[packed.zone_of_row(row)] for row in rows))
    alone = len(proposal.places) == 1
    told = [
        words for reason, words in WORDS.items() if reason in proposal.reasons and not (alone and words == "together")
    ]
    return ", ".join([" and ".join(zones), _rows(packed, rows), *told])


def _rows(packed: PackedPlan, rows: list[int]) -> str:
    labels = list(dict.fromkeys(packed.row_labels[row] for row in rows))
    if len(labels) == 1:
        return f"row {labels[0]}"
    return f"rows {', '.join(labels[:-1])} and {labels[-1]}"
