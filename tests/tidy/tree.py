"""The files of the repository, as the tidy tests walk them."""

import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("engine", "ticketing", "printing", "mailing", "hardware", "web", "api", "shop", "admin")
MADE = frozenset({"__pycache__", "build", "dist", "node_modules", "var"})


def files(*endings: str) -> Iterator[Path]:
    """Yield every file of ours whose name ends so; what set-up makes and hidden folders are left out."""
    for folder, subfolders, names in os.walk(ROOT):
        subfolders[:] = sorted(name for name in subfolders if name not in MADE and not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(names) if name.endswith(endings))


def product_files(*endings: str) -> Iterator[Path]:
    """Yield those of the packages and of the modules beside them: no tests, no benchmarks."""
    yield from (path for path in files(*endings) if path.parent == ROOT or path.relative_to(ROOT).parts[0] in PACKAGES)
