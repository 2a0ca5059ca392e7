"""The API's description (OpenAPI 3.1) and the page that shows it, with everything from our own origin."""

from typing import Any

from litestar import Request
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

TITLE = "Placeur"
VERSION = "1"
DESCRIPTION = """\
Everything a shop, a counter or a gate needs to sell seats and let people in.

* Reading what is on sale and taking a hold need no sign-in; both are limited for each address.
* A **hold** is opened by its id, which only its shopper knows; an **order** by `Authorization: Order <secret>`.
* Staff and machines show `Authorization: Bearer <token>` (`placeur token create`), scoped view < scan < sell < manage.
* What is refused is told as a problem document (RFC 9457) with a stable `code`; `/api/problems` lists them.
* Times are UTC, money is integer cents beside its currency.
"""
PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Placeur API</title>
<link rel="stylesheet" href="{css}">
<script type="module" src="{js}"></script>
</head>
<body><main id="docs"></main></body>
</html>
"""


class DocsPage(OpenAPIRenderPlugin):
    """The page at /api/docs; its script fetches /api/openapi.json."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The page, which is the same whatever the description says."""
        assets = request.app.state.services.assets
        return PAGE.format(css=assets.url("docs.css"), js=assets.url("docs.js")).encode()


def config() -> OpenAPIConfig:
    """Litestar's settings for both."""
    schemes: dict[str, Any] = {
        "token": SecurityScheme(type="http", scheme="bearer", description="A token of the organisation."),
        "order": SecurityScheme(
            type="apiKey", name="Authorization", security_scheme_in="header", description="`Order <secret>`."
        ),
    }
    return OpenAPIConfig(
        title=TITLE,
        version=VERSION,
        description=DESCRIPTION,
        path="/api",
        use_handler_docstrings=True,
        components=Components(security_schemes=schemes),
        render_plugins=[JsonRenderPlugin(path="/openapi.json"), DocsPage(path="/docs")],
    )
