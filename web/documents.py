"""Plans, their pictures and place lists as this process was asked for them, compressed once, in a thread."""

import asyncio

from engine.plan import placeur_json
from printing.plan_pictures import picture
from ticketing import plans
from ticketing.db import Database
from ticketing.kept import Kept
from web.variants import QUALITY_OF_LASTING, Variants

JSON = "application/json"
SVG = "image/svg+xml"
KEPT_MAX = 32
KEPT_S = 86_400.0


class Documents:
    """The plans, pictures and place lists that this process was asked for, compressed once."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.plans = Kept(self._plan, KEPT_S, KEPT_MAX)
        self.pictures = Kept(self._picture, KEPT_S, KEPT_MAX)
        self.place_lists = Kept(self._place_list, KEPT_S, KEPT_MAX)

    async def _plan(self, hash: bytes) -> Variants:
        return await _compressed(await plans.document(self._db, hash), hash)

    async def _picture(self, hash: bytes) -> Variants:
        document = await plans.document(self._db, hash)
        drawn = await asyncio.to_thread(lambda: picture(placeur_json.read(document)))
        return await _compressed(drawn, hash, SVG)

    async def _place_list(self, hash: bytes) -> Variants:
        return await _compressed(await plans.place_list_document(self._db, hash), hash)


async def _compressed(document: bytes, hash: bytes, media_type: str = JSON) -> Variants:
    variants = Variants(document, media_type, hash.hex(), QUALITY_OF_LASTING)
    await asyncio.to_thread(lambda: (variants.br, variants.gzip))
    return variants
