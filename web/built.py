"""Scripts and styles, from our own origin: what `npm run build` left in `web/dist`.

Every file's name holds its hash, so it may be cached for ever; `manifest.json` tells the name of each entry.
"""

from functools import cache
from pathlib import Path

import msgspec

from ticketing.refusals import AssetsMissing, NotFound

FOLDER = Path(__file__).parents[1] / "web" / "dist"
PATH = "/assets/"


class Assets:
    """The built files (some 2 MB)."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """AssetsMissing when nothing was built."""
        manifest = folder / "manifest.json"
        if not manifest.exists():
            raise AssetsMissing(folder=folder.parent)
        self._names: dict[str, str] = msgspec.json.decode(manifest.read_bytes())
        self._files = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != manifest.name}

    def url(self, entry: str) -> str:
        """Where the browser finds an entry of `web/src` ("docs.js")."""
        return PATH + self._names[entry]

    def file(self, name: str, encoding: str) -> tuple[bytes, str]:
        """A file's bytes, and how they are encoded: in brotli if asked for and there, else "". NotFound."""
        if encoding == "br" and (packed := self._files.get(f"{name}.br")):
            return packed, "br"
        plain = self._files.get(name)
        if plain is None or name.endswith(".br"):
            raise NotFound(what="file")
        return plain, ""


@cache
def assets() -> Assets:
    """The built files of this process, read once."""
    return Assets()
