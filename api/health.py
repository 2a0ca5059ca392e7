"""For whoever keeps this running: is the process alive, may it be sent traffic, and what has it counted."""

import asyncio
from collections.abc import Awaitable

from litestar import Response, get
from msgspec import Struct

from ticketing.refusals import NotFound
from web import metrics
from web.call import Call, Services

CHECK_S_MAX = 2.0
LOOPBACK = ("127.", "::/64")


class Health(Struct, frozen=True):
    """Whether this process may be sent traffic, and what each part it stands on answered."""

    ready: bool
    parts: dict[str, str]


@get("/healthz", include_in_schema=False)
async def healthz() -> str:
    """The process answers. Asks nothing of anybody: a restart would not help against a database that is away."""
    return "alive"


@get("/readyz", include_in_schema=False)
async def readyz(request: Call) -> Response[Health]:
    """200 when Postgres answers, Redis is fit and the pools on sale are counted; else 503 and which part is not."""
    services = request.services
    parts = {
        "postgres": await _asked(services.database.ping()),
        "redis": await _asked(services.inventory.check()),
        "pools": await _asked(_pools_ready(services)),
    }
    ready = all(answer == "ok" for answer in parts.values())
    return Response(Health(ready, parts), status_code=200 if ready else 503)


@get("/metrics", include_in_schema=False)
async def numbers(request: Call) -> Response[bytes]:
    """Prometheus's text format, for callers on this machine: rates of sale are nobody else's business."""
    if not request.address.startswith(LOOPBACK):
        raise NotFound(what="page")
    exposition = await asyncio.to_thread(metrics.exposition)
    return Response(exposition, headers={"content-type": metrics.CONTENT_TYPE})


async def _pools_ready(services: Services) -> None:
    """Every pool on sale is counted on this Redis; one that is not gets rebuilt here and now."""
    for pool in await services.claims.live_pools():
        await services.inventory.ready(pool)


async def _asked(question: Awaitable[object]) -> str:
    try:
        async with asyncio.timeout(CHECK_S_MAX):
            await question
    except Exception as error:
        return type(error).__name__
    return "ok"
