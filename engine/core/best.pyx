"""The best available seats for a party.

What is asked for, in order:

1. *Together*: neighbouring seats of one row, no aisle between; or a whole table of just that size. Of these the
   windows that leave the fewest lone seats, a lone seat being one whose free neighbours the window takes; of these
   the least total cost; of these the first in plan order. At most one window a row.
2. *Split* over two adjacent rows, as evenly as some pair of rows allows: around the best window of the larger part in
   each of the SPLIT_ANCHORS best rows, the best window of the other part that overlaps it sideways in the row before
   or after. Ordered as above.
3. *Near*: around the best seat of each of the NEAR_ANCHORS best rows, the free seats nearest to it. Ordered by how
   far apart they are (`spread`, in steps of about 1.4 times, so that a hair's breadth does not outweigh the view), then
   by cost.

A party with wheelchairs is built around each of the best free bays (those with a free companion seat of their own
first): the nearest bays, their own companion seats or else the nearest, the nearest ordinary seats; ordered as Near.
A party that need not sit together gets the seats of least cost. Whole tables go only whole. A seat with an allotment's
code is free to those who name the code.

Bays and companion seats go to parties that ask for them. Where they are open (`bays_open`) a party without wheelchairs
for which all of the above finds nothing is sought seats once more, these among them: who fits elsewhere gets none.
"""

import numpy as np

from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from libc.stdint cimport int32_t, uint16_t, uint32_t, uint64_t

from engine.core.packed cimport CATEGORY_NONE, Hall
from engine.core.parties cimport MOST, Found, find_among_bays, find_with_wheelchairs, find_without_wheelchairs
from engine.core.windows cimport ALLOW, PARTY, Query, Vacancy

PARTY_MAX = PARTY
MOST_MAX = MOST
REASONS = (
    "TOGETHER", "SPLIT_ADJACENT", "NEAR", "ANYWHERE", "WHOLE_TABLE", "CENTRE", "NO_ORPHAN", "LEAVES_ORPHAN",
    "WHEELCHAIR_WITH_COMPANION", "RESTRICTED_VIEW", "WHEELCHAIR_PLACE", "COMPANION_SEAT",
)  # bit i of `Found.reasons` is REASONS[i]

cdef uint64_t ONE = 1


cdef int find_best(Vacancy *vacancy, const Query *query, int most, Found *found) noexcept nogil:
    """Fills `found` with at most `most` <= MOST proposals, best first; how many. No GIL, no allocation."""
    cdef int count
    if vacancy.hall.bench_count == 0:
        return 0
    if query.wheelchairs:
        return find_with_wheelchairs(vacancy, query, most, found)
    count = find_without_wheelchairs(vacancy, query, most, found)
    if count == 0 and query.bays_open and vacancy.hall.bays_below[1]:
        count = find_among_bays(vacancy, query, most, found)
    return count


def _integers(values, int greatest, str name):
    """The distinct values in order; ValueError unless all lie in 0..greatest."""
    values = sorted(set(values))
    if values and not 0 <= min(values) <= max(values) <= greatest:
        raise ValueError(f"{name} must lie in 0..{greatest}")
    return values


cdef class PartyWant:
    def __cinit__(
        self, int party, *, int wheelchairs=0, int companions=0, categories=None, zones=None, allow=(),
        bint together=True, int exclude_attributes=0, bint bays_open=False,
    ):
        if not 1 <= party <= PARTY:
            raise ValueError(f"a party has 1..{PARTY} members, not {party}")
        if wheelchairs < 0 or companions < 0 or wheelchairs + companions > party or (companions and not wheelchairs):
            raise ValueError(f"{wheelchairs} wheelchairs and {companions} companions are no party of {party}")
        if not 0 <= exclude_attributes <= 255:
            raise ValueError("exclude_attributes must lie in 0..255")
        self.query.party = party
        self.query.wheelchairs = wheelchairs
        self.query.companions = companions
        self.query.together = together
        self.query.bays_open = bays_open
        self.query.exclude = exclude_attributes
        self.query.any_category = categories is None
        self.query.any_zone = zones is None
        self.query.filtered = categories is not None or zones is not None or exclude_attributes != 0
        if categories is not None:
            self._take_categories(_integers(categories, CATEGORY_NONE - 1, "categories"))
        if zones is not None:
            self._take_zones(_integers(zones, 65535, "zones"))
        self._take_allow(_integers(allow, 65535, "allow"))

    def _take_categories(self, categories):
        cdef int category
        self.categories = frozenset(categories)
        for category in categories:
            self.query.categories[category >> 6] |= ONE << (category & 63)
            self.query.folded_categories |= ONE << (category & 63)

    def _take_zones(self, zones):
        cdef int zone
        cdef uint16_t[::1] room = np.array(zones, np.uint16)
        self.zones = frozenset(zones)
        for zone in zones:
            self.query.folded_zones |= ONE << (zone & 63)
        self._zone_room = room
        self.query.zone_count = room.shape[0]
        self.query.zones = &room[0] if room.shape[0] else NULL

    def _take_allow(self, allow):
        cdef int i
        if len(allow) > ALLOW:
            raise ValueError(f"at most {ALLOW} codes may be allowed at once")
        for i in range(len(allow)):
            self.query.allow[i] = allow[i]
        self.query.allow_count = len(allow)
        self.query.beyond = len(allow) > 0
        self.allow = tuple(allow)

    @property
    def party(self):
        return self.query.party

    @property
    def wheelchairs(self):
        return self.query.wheelchairs

    @property
    def companions(self):
        return self.query.companions

    @property
    def together(self):
        return self.query.together

    @property
    def exclude_attributes(self):
        return self.query.exclude

    @property
    def bays_open(self):
        return self.query.bays_open

    def _facts(self):
        return (self.party, self.wheelchairs, self.companions, self.categories, self.zones, self.allow,
                self.together, self.exclude_attributes, self.bays_open)

    def __eq__(self, other):
        return isinstance(other, PartyWant) and self._facts() == other._facts()

    def __hash__(self):
        return hash(self._facts())

    def __repr__(self):
        names = ("party", "wheelchairs", "companions", "categories", "zones", "allow", "together",
                 "exclude_attributes", "bays_open")
        return "PartyWant({})".format(", ".join([f"{n}={v!r}" for n, v in zip(names, self._facts())]))


cdef dict _reasons = {}


cdef tuple reasons_of(uint32_t bits):
    """The codes of a set of reasons; the same tuple every time."""
    codes = _reasons.get(bits)
    if codes is None:
        codes = _reasons[bits] = tuple([code for i, code in enumerate(REASONS) if bits >> i & 1])
    return codes


cdef class Proposal:
    def __init__(self):
        raise TypeError("proposals come from PoolCopy.propose")

    @property
    def reasons(self):
        return reasons_of(self._reasons)

    def __repr__(self):
        return f"Proposal(places={self.places}, score={self.score}, row={self.row}, reasons={self.reasons})"


cdef list proposals(const Hall *hall, const Found *found, int count):
    """What the search found, for Python."""
    cdef Proposal proposal
    cdef int i, j
    cdef int32_t row
    cdef list made = []
    cdef tuple places
    cdef object place
    for i in range(count):
        proposal = Proposal.__new__(Proposal)
        places = PyTuple_New(found[i].count)
        for j in range(found[i].count):
            place = hall.place_at[found[i].seats[j]]
            Py_INCREF(place)
            PyTuple_SET_ITEM(places, j, place)
        row = hall.row[hall.bench_at[found[i].seats[0]]]
        proposal.places = places
        proposal.score = found[i].cost
        proposal.row = row
        proposal.zone = hall.row_zone[row]
        proposal._reasons = found[i].reasons
        made.append(proposal)
    return made
