"""The side menu: sections in the words of the field, entries as they come to exist.

An entry is shown to who may do at least `scope` where it leads. Its path is filled with the box office's key or the
organisation's slug. Labels are marked for gettext here and translated where they are shown.
"""

from msgspec import Struct

from ticketing.rights import Reach
from ticketing.tokens import Scope


def marked(text: str) -> str:
    """A text that is to be found by who gathers texts for translation."""
    return text


class Entry(Struct, frozen=True):
    """One line: where it leads, and for whom. `scope` None: for whoever reaches anything inside."""

    label: str
    icon: str
    path: str
    scope: Scope | None = Scope.VIEW

    def url(self, reach: Reach) -> str:
        """Where it leads from here."""
        return self.path.format(box_office=reach.box_office_key, organisation=reach.organisation_slug)


class Section(Struct, frozen=True):
    """Lines under one title."""

    title: str
    entries: tuple[Entry, ...]


BOX_OFFICE = "/admin/box-offices/{box_office}"
ORGANISATION = "/admin/organisations/{organisation}"

SECTIONS: tuple[Section, ...] = (
    Section(
        marked("Programming"),
        (Entry(marked("Events"), "theater", f"{BOX_OFFICE}/events", None),),
    ),
)
"""In the order of the menu: Programming, Sales, Counter, Shop, Control, Venues, Hardware, Settings."""


def sections(reach: Reach) -> list[tuple[str, list[tuple[Entry, str]]]]:
    """The menu of who has come to `reach`: (title, [(entry, address)])."""
    found = [(section.title, _shown(section, reach)) for section in SECTIONS]
    return [(title, entries) for title, entries in found if entries]


def _shown(section: Section, reach: Reach) -> list[tuple[Entry, str]]:
    return [(entry, entry.url(reach)) for entry in section.entries if _may(entry, reach)]


def _may(entry: Entry, reach: Reach) -> bool:
    if "{box_office}" in entry.path and reach.box_office_key is None:
        return False
    return entry.scope is None or reach.may(entry.scope)
