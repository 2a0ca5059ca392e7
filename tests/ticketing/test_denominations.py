import pytest
from babel.numbers import get_currency_precision

from ticketing import denominations
from ticketing.denominations import CENTS_MAX, PIECES, PIECES_MAX, Counted, counted, whole
from ticketing.refusals import InputRefused


@pytest.mark.parametrize("currency", PIECES)
def test_pieces_are_in_hundredths_from_the_smallest_up(currency: str) -> None:
    values = (*denominations.coins(currency), *denominations.notes(currency))
    assert get_currency_precision(currency) == 2
    assert list(values) == sorted(set(values)) and values[0] > 0
    assert denominations.coins(currency) and denominations.notes(currency)


def test_francs_begin_at_five_centimes_and_euros_at_one_cent() -> None:
    assert denominations.coins("CHF")[0] == 5 and denominations.notes("CHF")[-1] == 100_000
    assert denominations.coins("EUR")[:2] == (1, 2) and denominations.notes("GBP") == (500, 1000, 2000, 5000)
    assert denominations.coins("UAH")[-1] == 1000 and denominations.notes("USD")[0] == 100


def test_what_is_counted_is_the_sum_of_its_pieces() -> None:
    assert counted("CHF", {5: 3, 1000: 2, 20: 0}) == Counted(2015, ((5, 3), (1000, 2)))
    assert counted("EUR", {}) == Counted(0, ())


@pytest.mark.parametrize("pieces", [{3: 1}, {5: -1}, {5: PIECES_MAX + 1}])
def test_no_such_piece_is_refused(pieces: dict[int, int]) -> None:
    with pytest.raises(InputRefused):
        counted("CHF", pieces)


def test_a_currency_without_a_table_is_counted_whole() -> None:
    assert not denominations.coins("JPY") and not denominations.notes("JPY")
    assert whole(12500) == Counted(12500)
    for cents in (-1, CENTS_MAX + 1):
        with pytest.raises(InputRefused):
            whole(cents)
