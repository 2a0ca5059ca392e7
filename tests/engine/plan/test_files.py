"""A file's format is told by what it holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.plan import files, row_list
from engine.plan.files import Format
from engine.plan.model import PlanRefused

STADIUM = row_list.read(b"stand,sector,row,seats\nwest,1,1,18\n")


@pytest.mark.parametrize("form", Format)
def test_a_written_plan_is_recognised(form: Format) -> None:
    data = files.write(STADIUM, form)
    assert files.format_of(data) is form
    assert files.read(b"\xef\xbb\xbf" + data).seat_count == 18


@given(
    st.binary(max_size=200)
    | st.text(max_size=100).map(str.encode)
    | st.sampled_from(Format).flatmap(
        lambda form: st.integers(0, 3_000).map(lambda size: files.write(STADIUM, form)[:size])
    )
)
def test_any_other_bytes_are_refused_as_a_plan(data: bytes) -> None:
    try:
        assert files.read(data).seat_count == 18
    except PlanRefused as refused:
        assert refused.message.endswith(".")
