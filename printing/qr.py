"""A code as a drawing: a QR of level M, as the outline of its dark parts.

The symbol is one shape, not a thousand squares, so that no reader or printer leaves hairlines between its rows. A
ticket's version and mask are fixed. Its code always fits version 5 exactly, and trying all eight masks, which guards
against plain areas, would cost seven times as much (7 ms against 1) for content that is four fifths signature, hence
random already.
"""

from collections.abc import Sequence

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

VERSION = 5
MASK = 3
MODULES = 37
QUIET = 4
CHARS_MAX = 122
PAYMENT_VERSION_MAX = 13

Corner = tuple[int, int]


def outline(code: str) -> str:
    """SVG path data of the dark parts, in modules, the quiet zone (4) left free: its box is 45 by 45.

    `code` is at most 122 characters of the QR's alphanumeric set. Fill it by the even-odd rule. About 2 ms.
    """
    assert len(code) <= CHARS_MAX, "a ticket code fits version 5"
    symbol = QRCode(version=VERSION, error_correction=ERROR_CORRECT_M, border=QUIET, mask_pattern=MASK)
    symbol.add_data(QRData(code.encode("ascii"), mode=MODE_ALPHA_NUM, check_data=True))
    symbol.make(fit=False)
    return "".join(_loops(_edges(symbol.get_matrix())))


def payment_outline(text: str) -> tuple[str, int]:
    """The same for the text of a payment, UTF-8, and the side of its box in modules: version 13 at most, as EPC069-12
    has it, so at most 331 bytes."""
    symbol = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    symbol.add_data(QRData(text.encode(), mode=MODE_8BIT_BYTE))
    symbol.make()
    assert symbol.version <= PAYMENT_VERSION_MAX, "whoever writes it keeps to the bytes"
    return "".join(_loops(_edges(symbol.get_matrix()))), symbol.modules_count + 2 * QUIET


def _edges(dark: Sequence[Sequence[bool]]) -> dict[Corner, list[Corner]]:
    """Every unit edge between dark and light, from corner to corner, dark on its right."""
    edges: dict[Corner, list[Corner]] = {}
    for y in range(1, len(dark)):
        for x in range(1, len(dark)):
            here = dark[y][x]
            if here != dark[y - 1][x]:
                a, b = ((x, y), (x + 1, y)) if here else ((x + 1, y), (x, y))
                edges.setdefault(a, []).append(b)
            if here != dark[y][x - 1]:
                a, b = ((x, y + 1), (x, y)) if here else ((x, y), (x, y + 1))
                edges.setdefault(a, []).append(b)
    return edges


def _loops(edges: dict[Corner, list[Corner]]) -> list[str]:
    """The edges joined end to end into closed loops, straight stretches as one line; empties `edges`."""
    loops = []
    while edges:
        start = x, y = next(iter(edges))
        path, way, run = [f"M{x} {y}"], "", 0
        while (x, y) in edges:
            to = edges[x, y].pop()
            if not edges[x, y]:
                del edges[x, y]
            turn, length = ("h", to[0] - x) if to[1] == y else ("v", to[1] - y)
            if turn != way:
                path.append(f"{way}{run}" if way else "")
                way, run = turn, 0
            run, (x, y) = run + length, to
        assert (x, y) == start
        loops.append("".join(path) + f"{way}{run}z")
    return loops
