"""Code 128 (ISO/IEC 15417): the bars of a short number or code.

Two subsets are enough for what tickets and cards show: C packs digits two by two, B has every letter. Changing subsets
midway is left out, which some printers' languages get wrong: a number is given an even count of digits (`even`).
"""

import re

CHARS_MAX = 24
QUIET = 10
"""Modules of white that belong on either side."""
START_B, START_C, STOP = 104, 105, 106
SYMBOL_MODULES, STOP_MODULES = 11, 13
SHOWN = re.compile(r"[0-9A-Z-]+")
PATTERNS = (
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213", "221312",
    "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132", "221231", "213212",
    "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211", "212123", "212321", "232121",
    "111323", "131123", "131321", "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331",
    "132131", "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131", "311123",
    "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111", "111224", "111422", "121124",
    "121421", "141122", "141221", "112214", "112412", "122114", "122411", "142112", "142211", "241211", "221114",
    "413111", "241112", "134111", "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112",
    "421211", "212141", "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
)  # fmt: skip
"""Widths of bar and space by turns, in modules, by symbol value."""


def symbols(text: str) -> list[int]:
    """The symbols of a text of digits, capitals and hyphens: start, content, check and stop."""
    assert SHOWN.fullmatch(text) and len(text) <= CHARS_MAX, "a number or a short code"
    content = _content(text)
    check = (content[0] + sum(n * value for n, value in enumerate(content))) % 103
    return [*content, check, STOP]


def modules(text: str) -> int:
    """How wide it is, in modules, without the quiet zones."""
    return (len(symbols(text)) - 1) * SYMBOL_MODULES + STOP_MODULES


def bars(text: str) -> list[tuple[int, int]]:
    """Where each bar begins and how wide it is, in modules."""
    found, at = [], 0
    for value in symbols(text):
        for n, width in enumerate(map(int, PATTERNS[value])):
            if n % 2 == 0:
                found.append((at, width))
            at += width
    return found


def even(number: int) -> str:
    """A number for bars: with a zero in front where it has an odd count of digits."""
    digits = str(number)
    return digits.zfill(len(digits) + len(digits) % 2)


def is_packed(text: str) -> bool:
    """Whether it is set in subset C."""
    return text.isdigit() and len(text) % 2 == 0


def _content(text: str) -> list[int]:
    if is_packed(text):
        return [START_C, *(int(text[at : at + 2]) for at in range(0, len(text), 2))]
    return [START_B, *(ord(sign) - 32 for sign in text)]
