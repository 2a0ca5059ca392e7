"""The closed family of refusals, for whoever writes a client."""

from litestar import get
from litestar.params import FromPath
from msgspec import Struct

from ticketing.refusals import NotFound, Refusal
from web.problems import TYPES

TAGS = ["Problems"]
OURS = (500,)
"""Statuses of what only those who run the machine are told."""


class ProblemType(Struct, frozen=True):
    """A reason to say no. `message` shows where details are filled in."""

    code: str
    status: int
    message: str


@get("/api/problems", tags=TAGS)
async def every() -> list[ProblemType]:
    """Every `code` a problem document may carry, but for those of HTTP itself."""
    told = (refusal for refusal in Refusal.family.values() if refusal.status not in OURS)
    return [_type(refusal) for refusal in sorted(told, key=lambda refusal: refusal.code)]


@get(TYPES + "{code:str}", tags=TAGS)
async def one(code: FromPath[str]) -> ProblemType:
    """The reason that a problem document's `type` names."""
    refusal = Refusal.family.get(code)
    if refusal is None:
        raise NotFound(what="problem")
    return _type(refusal)


def _type(refusal: type[Refusal]) -> ProblemType:
    return ProblemType(refusal.code, refusal.status, (refusal.__doc__ or "").strip())
