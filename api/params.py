"""Parameters that several handlers take, each described once."""

from typing import Annotated, TypeAlias
from uuid import UUID

from litestar.params import HeaderParameter, PathParameter, QueryParameter

BoxOfficeKey: TypeAlias = Annotated[str, PathParameter(description="The box office's name in addresses")]
PerformanceId: TypeAlias = Annotated[UUID, PathParameter(description="The performance")]
Hash: TypeAlias = Annotated[str, PathParameter(description="SHA-256 in hexadecimal")]
HoldId: TypeAlias = Annotated[str, PathParameter(description="The hold's id, the secret of its shopper")]

EventLink: TypeAlias = Annotated[
    str, QueryParameter(description="The secret link of an event that is shown by link only", max_length=64)
]

HoldKey: TypeAlias = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=16,
        max_length=100,
        description="Names the request, so that sending it again does it once. Choose it at random: it opens the hold.",
    ),
]

OrderId: TypeAlias = Annotated[UUID, PathParameter(description="The order")]
RefundId: TypeAlias = Annotated[UUID, PathParameter(description="The refund")]
TicketId: TypeAlias = Annotated[UUID, PathParameter(description="The ticket")]
PassId: TypeAlias = Annotated[UUID, PathParameter(description="The pass")]
OrderKey: TypeAlias = Annotated[
    str,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=16,
        max_length=100,
        description="Names the request, so that sending it again does it once. Choose it at random.",
    ),
]
