import pytest

from web.call import PAGES_MAX, Call


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("", 1), ("page=", 1), ("page=0", 1), ("page=1", 1), ("page=17", 17), ("page=-3", 1), ("page=x", 1),
        ("page=%C2%B2", 1), ("page=%D9%A3", 1), (f"page={PAGES_MAX + 1}", PAGES_MAX), ("page=" + "9" * 5000, 1),
        ("page=" + "0" * 5000, 1),
    ],
)  # fmt: skip
def test_a_list_has_the_pages_that_it_may_have(asked: str, page: int) -> None:
    assert Call({"type": "http", "query_string": asked.encode()}).page_number == page  # type: ignore[typeddict-item]
