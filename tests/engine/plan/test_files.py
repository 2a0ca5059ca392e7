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


@pytest.mark.parametrize(
    ("start", "told"),
    [
        (b"\x89PNG\r\n\x1a\n", "picture"), (b"\xff\xd8\xff\xe0", "picture"), (b"GIF89a", "picture"),
        (b"RIFF\x24\0\0\0WEBP", "picture"), (b"%PDF-1.7", "PDF"), (b"PK\x03\x04", "spreadsheet"),
    ],
)  # fmt: skip
def test_a_file_of_another_kind_is_told_what_it_is(start: bytes, told: str) -> None:
    with pytest.raises(PlanRefused, match=told):
        files.read(start + bytes(100))
