"""What the doctor finds is said before it is mended as well as after."""

from string import Formatter

from engine.plan import doctor
from engine.plan.model import Category, Plan, Size
from engine.plan.proposals import PROPOSED, proposed
from engine.plan.sayings import Saying
from tests.tidy.test_translations import in_plans

FINDINGS = {text for text, where in in_plans() if "doctor.py" in where}


def fields_of(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_everything_that_the_doctor_says_has_been_worded_before_it_is_done() -> None:
    assert PROPOSED.keys() == FINDINGS


def test_a_proposal_says_no_more_than_the_finding_knows() -> None:
    for done, before in PROPOSED.items():
        assert fields_of(before.text) <= fields_of(done)
        assert "Mending" in before.text and " now " not in before.text


def test_a_finding_is_proposed_with_its_own_names() -> None:
    _, (finding, *_) = doctor.examine(Plan("", (Category("Gold"),), (), Size(100, 100)))
    assert finding.saying
    assert str(finding.saying) == "The plan had no name; it is now called Untitled plan."
    assert str(proposed(finding.saying)) == "The plan has no name. Mending calls it Untitled plan."
    unknown = Saying("Something else.", {})
    assert proposed(unknown) is unknown
