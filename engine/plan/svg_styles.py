"""What an SVG element looks like: the few properties of its presentation attributes, style sheet rules and style that
say something of a plan. Sheets are understood as far as drawing programs write them: rules of a class, id or element.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

import tinycss2
from tinycss2 import color3

from engine.plan.svg_tree import Node

STYLE_CHARS_MAX = 1_000_000
PROPERTIES = (
    "fill", "stroke", "display", "visibility", "font-size", "text-anchor", "dominant-baseline"
)  # fmt: skip

Style = Mapping[str, str]

_PROPERTY = re.compile(rf"(?:^|;)\s*({'|'.join(PROPERTIES)})\s*:\s*([^;]*)", re.IGNORECASE)
_SELECTOR = re.compile(r"([\w-]*)([.#]?)([\w-]*)")


class Sheet:
    """The rules of a drawing's `<style>` elements."""

    def __init__(self, root: Node) -> None:
        self._rules: dict[str, dict[str, str]] = {}
        self._order: dict[str, int] = {}
        self._seen: dict[tuple[str, str], dict[str, str]] = {}
        chars = 0
        for node in _styles(root):
            text = "".join(node.words)
            chars += len(text)
            if chars > STYLE_CHARS_MAX:
                node.refuse("A drawing’s styles have at most {most} characters.", most=STYLE_CHARS_MAX)
            self._read(text)

    def own(self, node: Node) -> Style:
        """What is said of an element itself, the weightiest last: attributes, rules, its style."""
        given = node.attributes
        style = {name: given[name] for name in PROPERTIES if name in given}
        if self._rules:
            style |= self._ruled(node.tag, given.get("class", ""))
            style |= self._rules.get(f"#{given.get('id', '')}", {})
        if "style" in given:
            style |= _declared(given["style"])
        return style

    def _ruled(self, tag: str, classes: str) -> dict[str, str]:
        if (tag, classes) not in self._seen:
            found = dict(self._rules.get(tag, {}))
            mine = {key for name in classes.split() for key in (f".{name}", f"{tag}.{name}")}
            for selector in sorted(mine & self._rules.keys(), key=self._order.__getitem__):
                found |= self._rules[selector]
            self._seen[tag, classes] = found
        return self._seen[tag, classes]

    def _read(self, text: str) -> None:
        for rule in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
            if rule.type != "qualified-rule":
                continue
            said = _declared(tinycss2.serialize(rule.content))
            for selector in tinycss2.serialize(rule.prelude).split(","):
                if said and _SELECTOR.fullmatch(selector.strip()):
                    self._rules.setdefault(selector.strip(), {}).update(said)
                    self._order[selector.strip()] = len(self._order)


@lru_cache(maxsize=4096)
def color_of(paint: str) -> str:
    """The colour as `#rrggbb`; "" for none, gradients and what is no colour."""
    color = color3.parse_color(paint.strip())
    if color is None or isinstance(color, str) or color.alpha == 0:
        return ""
    return "#" + "".join(f"{round(min(max(part, 0.0), 1.0) * 255):02x}" for part in color[:3])


@lru_cache(maxsize=4096)
def _declared(style: str) -> dict[str, str]:
    found = _PROPERTY.findall(style)
    return {name.lower(): value.replace("!important", "").strip() for name, value in found}


def _styles(node: Node) -> Iterator[Node]:
    for child in node.children:
        if child.tag == "style":
            yield child
        else:
            yield from _styles(child)
