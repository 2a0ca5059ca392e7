"""Plans and place lists as this process was asked for them, compressed once, in a thread."""

import asyncio

from ticketing import plans
from ticketing.db import Database
from ticketing.kept import Kept
from web.variants import QUALITY_OF_LASTING, Variants

JSON = "application/json"
KEPT_MAX = 32
KEPT_S = 86_400.0


class Documents:
    """The plans and place lists that this process was asked for, compressed once."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.plans = Kept(self._plan, KEPT_S, KEPT_MAX)
        self.place_lists = Kept(self._place_list, KEPT_S, KEPT_MAX)

    async def _plan(self, hash: bytes) -> Variants:
        return await _compressed(await plans.document(self._db, hash), hash)

    async def _place_list(self, hash: bytes) -> Variants:
        return await _compressed(await plans.place_list_document(self._db, hash), hash)


async def _compressed(document: bytes, hash: bytes) -> Variants:
    variants = Variants(document, JSON, hash.hex(), QUALITY_OF_LASTING)
    await asyncio.to_thread(lambda: (variants.br, variants.gzip))
    return variants
