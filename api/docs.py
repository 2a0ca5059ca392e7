"""The API's description (OpenAPI 3.1) and the page that shows it, with everything from our own origin."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.routes import HTTPRoute
from msgspec import Struct

from web import problems
from web.languages import ORIGINAL
from web.problems import Problem

TITLE = "Placeur"
VERSION = "1"
DESCRIPTION = """\
Everything a shop, a counter or a gate needs to sell seats and let people in.

* Reading what is on sale and taking a hold need no sign-in; both are limited for each address.
* A **hold** is opened by its id, which only its shopper knows; an **order** by `Authorization: Order <secret>`.
* Staff and machines show `Authorization: Bearer <token>`: an API key, made under Settings in the back office or by
  `placeur token create`, scoped view < scan < manage, that sells if it may, from the networks it is bound to.
* A scanner shows `Authorization: Bearer <token>` with the token of its enrolment, scoped to its profile's gate.
* What is refused is told as a problem document (RFC 9457) with a stable `code`; `/api/problems` lists them.
* Times are UTC, money is integer cents beside its currency.
"""
PAGE = "docs/index.html"

SENTENCE_END = re.compile(r"[.:](?=\s|$)")


class DocsPage(OpenAPIRenderPlugin):
    """The page at /api/docs; its script fetches /api/openapi.json."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The page, which is the same whatever the description says."""
        page: str = request.app.state.services.templates.render(PAGE, ORIGINAL)
        return page.encode()


class Description(JsonRenderPlugin):
    """The description at /api/openapi.json, written out once."""

    _written: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Litestar's description of the routes, with msgspec's of what they carry: that is what decodes and encodes.

        Every operation may also answer with a problem document.
        """
        if self._written is None:
            self._written = msgspec.json.encode(_corrected(openapi_schema, _spoken(request.app)))
        return self._written


def _corrected(described: dict[str, Any], spoken: Iterable[type[Struct]]) -> dict[str, Any]:
    template = "#/components/schemas/{name}"
    (reference, *_), described["components"]["schemas"] = msgspec.json.schema_components(
        [Problem, *spoken], ref_template=template
    )
    content = {problems.MEDIA_TYPE: {"schema": reference}}
    refused = {"description": "Refused: a problem document", "content": content}
    for path in described["paths"].values():
        for operation in path.values():
            operation["responses"].pop("400", None)  # Litestar's own idea of an error
            operation["responses"]["default"] = refused
            operation["summary"] = SENTENCE_END.split(operation["description"], maxsplit=1)[0]
    return described


def _spoken(app: Litestar) -> set[type[Struct]]:
    """Every struct that a handler takes or gives."""
    handlers = [
        handler
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if handler.resolve_include_in_schema()
    ]
    fields = [field for handler in handlers for field in (handler.parsed_data_field, handler.parsed_return_field)]
    carried = [inner.annotation for field in fields if field for inner in (field, *field.inner_types)]
    carried += [spec.data_container for handler in handlers for spec in (handler.responses or {}).values()]
    return {each for each in carried if isinstance(each, type) and issubclass(each, Struct)}


def config() -> OpenAPIConfig:
    """Litestar's settings for both."""
    schemes: dict[str, Any] = {
        "token": SecurityScheme(type="http", scheme="bearer", description="A token of the organisation."),
        "device": SecurityScheme(type="http", scheme="bearer", description="A scanner's token, of its enrolment."),
        "hub": SecurityScheme(type="http", scheme="bearer", description="A hub's token, of its enrolment."),
        "agent": SecurityScheme(type="http", scheme="bearer", description="A print agent's token, of its enrolment."),
        "access_point": SecurityScheme(type="http", scheme="bearer", description="An access point's token."),
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
        render_plugins=[Description(path="/openapi.json"), DocsPage(path="/docs")],
    )
