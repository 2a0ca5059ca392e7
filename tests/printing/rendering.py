"""ZPL as an independent renderer prints it (zpl-renderer-js), and tickets as one then reads them."""

import io
import json
import subprocess
from base64 import b64decode
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import zxingcpp
from PIL import Image

from printing import labels
from printing.label_designs import LabelDesign
from printing.zpl import Dpi
from tests.web.test_seat_map import WEB, node

SCRIPT = Path(__file__).parent / "render_zpl.mjs"


def rendered(jobs: Sequence[tuple[bytes, LabelDesign, Dpi]]) -> list[list[Image.Image]]:
    """Every job's tickets as they are read: mode `L`, as many pixels as dots, black and white alone."""
    return [
        [_read(png, labels.TURNS[design.feed]) for png in _pngs(zpl, design, dpi.dots_per_mm)]
        for zpl, design, dpi in jobs
    ]


def _pngs(zpl: bytes, design: LabelDesign, dots_per_mm: int) -> list[str]:
    renderer = _renderer()
    assert renderer.stdin and renderer.stdout
    told = {"zpl": zpl.decode("ascii"), "across_mm": design.across_mm, "along_mm": design.along_mm}
    renderer.stdin.write(json.dumps(told | {"dots_per_mm": dots_per_mm}) + "\n")
    renderer.stdin.flush()
    answer = renderer.stdout.readline()
    assert answer, "the renderer ended"
    pngs: list[str] = json.loads(answer)
    return pngs


@cache
def _renderer() -> subprocess.Popen[str]:
    """The renderer's process, started with the first ticket; it ends with the one that writes to it."""
    command = [str(node()), str(SCRIPT), str(WEB)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _read(png: str, turn: int) -> Image.Image:
    picture = Image.open(io.BytesIO(b64decode(png))).convert("L").point(lambda light: 255 if light >= 128 else 0)
    return picture.rotate(turn, expand=True)


def codes(picture: Image.Image) -> list[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(picture)


def ink_mm(picture: Image.Image, dpi: Dpi) -> tuple[float, float, float, float] | None:
    """The box of all that is black: left, top, right, bottom in millimetres."""
    box = picture.point(lambda light: 255 - light).getbbox()
    return tuple(edge / dpi.dots_per_mm for edge in box) if box else None
