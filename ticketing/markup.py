"""Light mark-up for texts that people write, and the HTML that pages show of it.

A blank line parts paragraphs; `## ` begins a heading, `- ` an item of a list; **bold**, _italic_ and
[words](https://an.address) are what they look like. Everything else is text as it was typed, HTML too: it is escaped
first, and what comes out is cleaned once more by nh3 against a short list of elements. Two walls, either of which
would do.
"""

import html
import re

import nh3

CHARS_MAX = 20_000
ELEMENTS = {"p", "br", "h3", "ul", "li", "strong", "em", "a"}
ATTRIBUTES = {"a": {"href"}}
SCHEMES = {"http", "https", "mailto"}
LINK = re.compile(r"\[([^\[\]\n]+)\]\(((?:https?://|mailto:)[^\s()<>]+)\)")
BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)
ITALIC = re.compile(r"(?<![\w/])_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)")
BLOCKS = re.compile(r"\n\s*\n")


def rendered(text: str) -> str:
    """Safe HTML of a text in light mark-up."""
    parts = [_block(block.strip("\n")) for block in BLOCKS.split(text.strip()) if block.strip()]
    return nh3.clean(
        "".join(parts), tags=ELEMENTS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener nofollow"
    )


def _block(block: str) -> str:
    lines = block.split("\n")
    if lines[0].startswith("## "):
        rest = _block("\n".join(lines[1:])) if len(lines) > 1 else ""
        return f"<h3>{_words(lines[0][3:])}</h3>{rest}"
    if all(line.startswith("- ") for line in lines):
        return "<ul>" + "".join(f"<li>{_words(line[2:])}</li>" for line in lines) + "</ul>"
    return "<p>" + "<br>".join(map(_words, lines)) + "</p>"


def _words(line: str) -> str:
    """One line, escaped, then marked up. A link's address is set apart, so that its underscores stay."""
    parts: list[str] = []
    at = 0
    escaped = html.escape(line, quote=True)
    for link in LINK.finditer(escaped):
        parts += [_marked(escaped[at : link.start()]), f'<a href="{link[2]}">{_marked(link[1])}</a>']
        at = link.end()
    return "".join([*parts, _marked(escaped[at:])])


def _marked(words: str) -> str:
    return ITALIC.sub(r"<em>\1</em>", BOLD.sub(r"<strong>\1</strong>", words))
