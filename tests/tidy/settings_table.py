"""The README's table of settings, made from the settings: `.venv/bin/python -m tests.tidy.settings_table`."""

import re

from tests.tidy.tree import ROOT
from ticketing.settings import rows

README = ROOT / "README.md"
PLACE = re.compile(r"(?<=<!-- settings -->\n).*?(?=\n<!-- end of settings -->)", re.DOTALL)


def table() -> str:
    """Return the table in Markdown."""
    lines = ["| setting | default | bounds | what it does |", "|---|---|---|---|"]
    for row in rows():
        default = f"`{row.default}`" if row.default else ""
        lines.append(f"| `{row.name}` | {default} | {row.bounds} | {row.description} |")
    return "\n".join(lines)


if __name__ == "__main__":
    README.write_text(PLACE.sub(lambda _: table(), README.read_text()))
