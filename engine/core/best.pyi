from collections.abc import Iterable
from typing import Final

PARTY_MAX: Final[int]
MOST_MAX: Final[int]
REASONS: Final[tuple[str, ...]]

class PartyWant:
    """What a party asks of the best available; immutable, hashable, reusable.

    `party` counts everyone, wheelchair users and companions included. `categories` and `zones` of None mean any;
    price limits are given as categories. `allow` lists the allotment codes the caller may take beyond open sale.
    `bays_open`: a party without wheelchairs that fits nowhere else may be given bays and companion seats.
    """

    def __init__(
        self,
        party: int,
        *,
        wheelchairs: int = 0,
        companions: int = 0,
        categories: Iterable[int] | None = None,
        zones: Iterable[int] | None = None,
        allow: Iterable[int] = (),
        together: bool = True,
        exclude_attributes: int = 0,
        bays_open: bool = False,
    ) -> None:
        """Raises ValueError when a number is out of range, or when companions come without wheelchairs."""

    @property
    def party(self) -> int: ...
    @property
    def wheelchairs(self) -> int: ...
    @property
    def companions(self) -> int: ...
    @property
    def categories(self) -> frozenset[int] | None: ...
    @property
    def zones(self) -> frozenset[int] | None: ...
    @property
    def allow(self) -> tuple[int, ...]: ...
    @property
    def together(self) -> bool: ...
    @property
    def exclude_attributes(self) -> int: ...
    @property
    def bays_open(self) -> bool: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...

class Proposal:
    """One set of places for a party, and why.

    `places` are place numbers, in plan order; `score` is the sum of their costs, less is better; `row` and `zone`
    are indexes of the packed plan, those of the first place; `reasons` are codes of REASONS.
    """

    @property
    def places(self) -> tuple[int, ...]: ...
    @property
    def score(self) -> int: ...
    @property
    def row(self) -> int: ...
    @property
    def zone(self) -> int: ...
    @property
    def reasons(self) -> tuple[str, ...]: ...
