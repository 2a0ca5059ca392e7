"""Problem documents (RFC 9457): the one form in which the API says no.

`code` is what a program reads, and never changes; `detail` is for people. Refusals bring their own code and status;
what Litestar and msgspec raise is given one here; anything else is our fault and says nothing but a request id, under
which the log has the rest.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Never, cast

import asyncpg
import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from msgspec import Struct

from engine.link import StoreUnreachable
from ticketing.refusals import AnswersRefused, Refusal

MEDIA_TYPE = "application/problem+json"
TYPES = "/api/problems/"
RETRY_S = 2

HTTP_CODES = {
    400: "bad-request",
    401: "not-signed-in",
    404: "not-found",
    405: "method-not-allowed",
    413: "body-too-large",
    415: "unsupported-media-type",
    422: "input-refused",
    429: "too-many-requests",
}
UNREACHABLE = (
    asyncpg.CannotConnectNowError,
    asyncpg.exceptions.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.TooManyConnectionsError,
    StoreUnreachable,
    ConnectionError,
    TimeoutError,
)
NOTHING: Mapping[str, Never] = MappingProxyType({})
FIELD = re.compile(r" - at `(?P<path>[^`]*)`$")

log = structlog.get_logger()


class FieldError(Struct, frozen=True):
    """One field that does not fit, by its path in the body or its name among the parameters."""

    path: str
    message: str


class Problem(Struct, frozen=True, omit_defaults=True):
    """What was refused, why, and what to quote when asking about it."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request: str
    fields: dict[str, Any] = {}
    errors: tuple[FieldError, ...] = ()


class Cause(NamedTuple):
    """What an exception comes to, before it is dressed as a document."""

    status: int
    code: str
    detail: str
    fields: Mapping[str, object] = NOTHING
    errors: tuple[FieldError, ...] = ()
    headers: Mapping[str, str] = NOTHING


def answer(request: Request[Any, Any, Any], error: Exception, detail: str = "") -> Response[bytes]:
    """The one exception handler: every exception becomes a problem document; `detail`: its sentence, if not English."""
    cause = cause_of(error)
    if detail:
        cause = cause._replace(detail=detail)
    if cause.status >= 500:
        report(request, cause, error)
    return Response(
        encode(cause, request_id(request)),
        status_code=cause.status,
        media_type=MEDIA_TYPE,
        headers=_headers(cause),
    )


def encode(cause: Cause, request_id: str) -> bytes:
    """A problem document as JSON; values JSON has no form for are written as text."""
    title = cause.code.replace("-", " ").capitalize()
    problem = Problem(
        type=TYPES + cause.code,
        title=title,
        status=cause.status,
        detail=cause.detail,
        code=cause.code,
        request=request_id,
        fields=dict(cause.fields),
        errors=cause.errors,
    )
    return msgspec.json.encode(problem, enc_hook=str)


def request_id(request: Request[Any, Any, Any]) -> str:
    """The name of this request in answers and logs; empty when nobody gave it one."""
    return str(request.scope["state"].get("request_id", ""))


def cause_of(error: Exception) -> Cause:
    """What an exception comes to."""
    if isinstance(error, AnswersRefused):
        return Cause(error.status, error.code, error.message, errors=_answer_errors(error))
    if isinstance(error, Refusal):
        return Cause(error.status, error.code, error.message, error.fields)
    if isinstance(error, msgspec.ValidationError):
        field = _field_error(str(error))
        return Cause(422, "input-refused", "The body does not fit: see errors.", errors=(field,))
    if isinstance(error, msgspec.DecodeError):
        return Cause(400, "malformed-json", str(error))
    if isinstance(error, ValidationException):
        return Cause(422, "input-refused", "The request does not fit: see errors.", errors=_parameter_errors(error))
    if isinstance(error, HTTPException) and error.status_code < 500:
        code = HTTP_CODES.get(error.status_code, "bad-request")
        return Cause(error.status_code, code, error.detail or code, headers=dict(error.headers or {}))
    if isinstance(error, UNREACHABLE):
        return Cause(503, "not-ready", "A part of the system is out of reach: try again in a moment.")
    return Cause(500, "internal-error", "This is our fault; it was logged under the request id.")


def _headers(cause: Cause) -> dict[str, str]:
    headers = dict(cause.headers)
    if cause.status == 401:
        headers["www-authenticate"] = "Bearer, Order"
    if cause.status in (429, 503):
        headers["retry-after"] = str(cause.fields.get("retry_s", RETRY_S))
    return headers


def _field_error(text: str) -> FieldError:
    found = FIELD.search(text)
    path = found["path"].removeprefix("$").removeprefix(".") if found else ""
    return FieldError(path=path, message=FIELD.sub("", text))


def _answer_errors(error: AnswersRefused) -> tuple[FieldError, ...]:
    """By where each answer stands in the body."""
    mistakes = cast(Mapping[str, object], error.fields["mistakes"])
    return tuple(FieldError(path, str(mistake)) for path, mistake in mistakes.items())


def _parameter_errors(error: ValidationException) -> tuple[FieldError, ...]:
    extra = error.extra if isinstance(error.extra, list) else []
    return tuple(FieldError(str(item.get("key", "")), str(item.get("message", ""))) for item in extra)


def report(request: Request[Any, Any, Any], cause: Cause, error: Exception) -> None:
    """What is out of reach takes a line a request, not a page: thousands of requests may meet it at once."""
    about = {
        "request": request_id(request),
        "method": request.method,
        "route": request.scope.get("path_template", ""),
    }
    if cause.status == 503:
        log.warning(cause.code, reason=f"{type(error).__name__}: {error}", **about)
    else:
        log.error(cause.code, exc_info=error, **about)
