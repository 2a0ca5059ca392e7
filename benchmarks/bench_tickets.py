"""How long does a ticket take to print, by design and by how many there are in a file?

Tickets of nobody, on A4, each design compared in the same run with the plain ticket. Times are of the one process that
prints: other processes wait for it, holds do not.
"""

import os
from uuid import UUID

import pytest
from msgspec.structs import replace
from pytest_benchmark.fixture import BenchmarkFixture

from printing import samples
from printing.tickets import tickets_pdf
from ticketing.formats import Language
from ticketing.ticket_deliveries import Paper
from ticketing.ticket_designs import BARE, Dress, Gallery, Look, Wardrobe, Worn
from ticketing.tickets import Issued, IssuedTicket

FULL = os.environ.get("PLACEUR_BENCH") != "tiny"
ROUNDS = 5 if FULL else 1
COUNTS = (1, 20) if FULL else (1,)
DESIGN = UUID(int=1)


def order(count: int) -> Issued:
    """An order of so many tickets."""
    one = samples.issued("The Organisation", "EUR", Language.EN)
    ticket, code = one.tickets[0].ticket, one.tickets[0].code
    ids = [UUID(int=n) for n in range(1, count + 1)]
    return replace(one, tickets=tuple(IssuedTicket(replace(ticket, ticket_id=id), code) for id in ids))


def wardrobe(issued: Issued, gallery: Gallery | None) -> Wardrobe:
    """All of them in one design, or plain."""
    if gallery is None:
        return BARE
    worn = {one.ticket.ticket_id: Worn(one.ticket.ticket_id, DESIGN, None) for one in issued.tickets}
    return Wardrobe(worn, None, {DESIGN: Dress(gallery, Look(accent="#3a1d8a"))}, {})


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("gallery", [None, *Gallery])
def test_print(benchmark: BenchmarkFixture, gallery: Gallery | None, count: int) -> None:
    issued = order(count)
    clothes = wardrobe(issued, gallery)
    made = benchmark.pedantic(
        tickets_pdf, (issued, Paper.A4, "en", clothes), rounds=ROUNDS, iterations=1, warmup_rounds=1
    )
    assert made.startswith(b"%PDF-")
    assert benchmark.stats is not None
    benchmark.extra_info["ms a ticket"] = round(benchmark.stats.stats.min * 1000 / count, 1)
    benchmark.extra_info["bytes"] = len(made)
