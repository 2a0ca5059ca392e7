"""Every named value has words for people, in each language."""

import pytest

from hardware.guard import Verdict
from hardware.outcomes import Condition, Outcome, Reason
from ticketing.states import PrintStatus
from web import machine_words as words
from web.languages import ORIGINAL, SPOKEN, translated

WORDS = [
    (words.STATUSES, PrintStatus),
    (words.OUTCOMES, Outcome),
    (words.REASONS, Reason),
    (words.CONDITIONS, Condition),
    (words.VERDICTS, set(Verdict) - {Verdict.ALLOWED}),
]


@pytest.mark.parametrize(("said", "values"), WORDS)
def test_every_value_has_words_of_its_own(said, values) -> None:
    assert set(said) == set(values)
    for language in SPOKEN:
        told = [translated(text, language) for text in said.values()]
        assert len(set(told)) == len(told)
        assert language == ORIGINAL or not set(told) & set(said.values())
