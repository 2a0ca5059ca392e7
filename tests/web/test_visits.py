"""Cookies: bound to this host, and to a part of it where they are kept for one."""

from typing import Any, cast

import pytest
from litestar.types import HTTPScope

from web.visits import SET, Visit


def browser(secure: bool, cookies: str = "") -> tuple[Visit, dict[str, Any]]:
    scope: dict[str, Any] = {"headers": [(b"cookie", cookies.encode())], "state": {}}
    return Visit(cast(HTTPScope, scope), b"secret", secure), scope


@pytest.mark.parametrize(
    ("secure", "path", "named", "ending"),
    [
        (True, "/", "__Host-placeur-order", "; Secure"),
        (True, "/shop/x/orders/1", "__Secure-placeur-order", "; Secure"),
        (False, "/shop/x/orders/1", "placeur-order", "SameSite=Lax"),
    ],
)
def test_a_cookie_is_kept_for_its_path_alone(secure: bool, path: str, named: str, ending: str) -> None:
    visit, scope = browser(secure)
    visit.keep("order", "s3cret", None, path)
    [(_, line)] = scope["state"][SET]
    text = line.decode()
    assert text.startswith(f"{named}=s3cret; Path={path}; HttpOnly; SameSite=Lax") and text.endswith(ending)
    back, _ = browser(secure, f"{named}=s3cret")
    assert back.cookie("order", path) == visit.cookie("order", path) == "s3cret"
    visit.drop("order", path)
    assert visit.cookie("order", path) == "" and b"Max-Age=0" in scope["state"][SET][-1][1]
