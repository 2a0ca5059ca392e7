"""Sentences for people about plans, kept apart from what is filled into them: so they can be said in any language."""

from typing import TypeAlias

from msgspec import Struct

Filling: TypeAlias = "str | int | float | Saying"


class Saying(Struct, frozen=True):
    """English words in whose `{field}`s the fields go: numbers grouped, names as they are, other sayings said."""

    text: str
    fields: "dict[str, Filling]" = {}

    def __str__(self) -> str:
        return self.text.format_map({name: _told(value) for name, value in self.fields.items()})


def _told(value: Filling) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else str(value)
