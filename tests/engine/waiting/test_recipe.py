"""The verifier of docs/waiting-room.md, run as it stands there."""

import json
import re
import subprocess
import sys
from pathlib import Path

from engine.waiting.shuffle import rank, seed_hash

DOCS = Path(__file__).parents[3] / "docs" / "waiting-room.md"


def test_the_verifier_of_the_page_agrees(tmp_path: Path) -> None:
    code = re.search(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert code
    seed, count = bytes(range(32)), 2000
    told = tmp_path / "serving.json"
    told.write_text(json.dumps({"seed": seed.hex(), "seed_hash": seed_hash(seed).hex(), "shuffled": count}))
    for ordinal in (0, 1, 2, 777, 1999, 2000, 5000):
        command = [sys.executable, "-c", code[1], str(told), str(ordinal)]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        assert ran.stdout == f"rank {rank(seed, ordinal, count)}\n"


def test_the_example_of_the_page_is_right() -> None:
    assert [rank(bytes(range(32)), ordinal, 2000) for ordinal in (0, 1, 2, 1999)] == [1173, 722, 1079, 48]
