from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.flows.conftest import DESK, PHONE, look


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_signing_in_and_out(visit: Callable[..., Page], size: tuple[int, int]) -> None:
    page = visit(size, signed_in=False)
    page.goto("/admin")
    look(page)
    page = visit(size)
    look(page)
    page.get_by_role("button", name="Maud Manager").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/admin/sign-in")
