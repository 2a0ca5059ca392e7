"""The coins and banknotes of a currency, and cash counted by them.

What is in use is what its central bank says: the European Central Bank, the Swiss National Bank and Swissmint, the
Bank of England and the Royal Mint, the National Bank of Ukraine (six coins and six notes since 2020; the notes that
coins replace and the 10 kopiikas, withdrawn bit by bit since October 2025, still pay), the Federal Reserve and the
United States Mint, Narodowy Bank Polski, Česká národní banka, Sveriges Riksbank, Norges Bank, Danmarks Nationalbank.
Cash of a currency that is not among them is counted as one amount.
"""

from collections.abc import Mapping

from msgspec import Struct

from ticketing.refusals import InputRefused

PIECES_MAX = 99_999
"""The most pieces of one kind that are counted at a time."""
CENTS_MAX = 2**31 - 1

# In minor units, which are hundredths in all of these: coins, then banknotes; a dollar of metal counts as one of paper.
PIECES: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "EUR": ((1, 2, 5, 10, 20, 50, 100, 200), (500, 1000, 2000, 5000, 10000, 20000, 50000)),
    "CHF": ((5, 10, 20, 50, 100, 200, 500), (1000, 2000, 5000, 10000, 20000, 100000)),
    "GBP": ((1, 2, 5, 10, 20, 50, 100, 200), (500, 1000, 2000, 5000)),
    "UAH": ((10, 50, 100, 200, 500, 1000), (2000, 5000, 10000, 20000, 50000, 100000)),
    "USD": ((1, 5, 10, 25, 50), (100, 200, 500, 1000, 2000, 5000, 10000)),
    "PLN": ((1, 2, 5, 10, 20, 50, 100, 200, 500), (1000, 2000, 5000, 10000, 20000, 50000)),
    "CZK": ((100, 200, 500, 1000, 2000, 5000), (10000, 20000, 50000, 100000, 200000, 500000)),
    "SEK": ((100, 200, 500, 1000), (2000, 5000, 10000, 20000, 50000, 100000)),
    "NOK": ((100, 500, 1000, 2000), (5000, 10000, 20000, 50000, 100000)),
    "DKK": ((50, 100, 200, 500, 1000, 2000), (5000, 10000, 20000, 50000)),
}


class Counted(Struct, frozen=True):
    """Cash as it was counted: (value of a piece, how many) from the smallest up, and what it comes to. No pieces: the
    amount alone was told."""

    cents: int
    pieces: tuple[tuple[int, int], ...] = ()


def coins(currency: str) -> tuple[int, ...]:
    """The coins of a currency by value, in minor units; none of one that is not known."""
    return PIECES.get(currency, ((), ()))[0]


def notes(currency: str) -> tuple[int, ...]:
    """Its banknotes."""
    return PIECES.get(currency, ((), ()))[1]


def counted(currency: str, pieces: Mapping[int, int]) -> Counted:
    """What so many pieces of each value come to. InputRefused for a value that the currency has not, or too much."""
    known = (*coins(currency), *notes(currency))
    if any(value not in known or not 0 <= count <= PIECES_MAX for value, count in pieces.items()):
        raise InputRefused(problem="There is no such coin or banknote.", where="pieces")
    found = tuple((value, pieces[value]) for value in known if pieces.get(value))
    return whole(sum(value * count for value, count in found), found)


def whole(cents: int, pieces: tuple[tuple[int, int], ...] = ()) -> Counted:
    """An amount counted otherwise. InputRefused when it is below nothing, or more than any drawer holds."""
    if not 0 <= cents <= CENTS_MAX:
        raise InputRefused(problem="This is not what a drawer can hold.", where="counted")
    return Counted(cents, pieces)
