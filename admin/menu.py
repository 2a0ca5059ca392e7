"""The side menu: sections in the words of the field, entries as they come to exist.

An entry is shown to who may do at least `scope` where it leads: in the box office or in the organisation, whose key or
slug fills its path. Labels are marked for gettext here and translated where they are shown. The switcher beside it
leads to the same kind of page of another box office.
"""

from msgspec import Struct

from admin.access import Desk
from ticketing.rights import Places, Reach
from ticketing.tokens import Scope
from web.languages import marked as marked


class Entry(Struct, frozen=True):
    """One line: where it leads, and for whom. `scope` None: for whoever reaches anything inside; `by_event`: for who
    may sell an event of the box office, too."""

    label: str
    icon: str
    path: str
    scope: Scope | None = Scope.VIEW
    by_event: bool = False

    def leads(self, at: Reach) -> bool:
        """Whether it leads somewhere for who reaches this."""
        return self.scope is None or at.may(self.scope) or (self.by_event and bool(at.sells))

    @property
    def noun(self) -> str:
        """What the page it leads to lists, as addresses call it."""
        return _noun(self.path)


class Line(Struct, frozen=True):
    """An entry as it is shown. `current`: one is there already."""

    label: str
    icon: str
    url: str
    current: bool
    named: bool = False
    """The label is a name somebody gave: it is not translated."""


class Section(Struct, frozen=True):
    """Lines under one title."""

    title: str
    entries: tuple[Entry, ...]


HOME = "/admin"
PLACES_MAX = 12
BOX_OFFICE = "/admin/box-offices/{box_office}"
ORGANISATION = "/admin/organisations/{organisation}"

SECTIONS: tuple[Section, ...] = (
    Section(
        marked("Programming"),
        (
            Entry(marked("Overview"), "layout-dashboard", BOX_OFFICE),
            Entry(marked("Events"), "theater", f"{BOX_OFFICE}/events", None),
            Entry(marked("Passes"), "armchair", f"{BOX_OFFICE}/passes"),
        ),
    ),
    Section(
        marked("Sales"),
        (
            Entry(marked("Counter"), "building-store", f"{BOX_OFFICE}/counter", Scope.SELL, by_event=True),
            Entry(marked("Orders"), "receipt", f"{BOX_OFFICE}/orders"),
            Entry(marked("Points of sale"), "ticket", f"{BOX_OFFICE}/consignments", Scope.MANAGE),
            Entry(marked("Tills"), "cash-register", f"{BOX_OFFICE}/tills", Scope.SELL, by_event=True),
            Entry(marked("Reports"), "chart-bar", f"{BOX_OFFICE}/reports"),
            Entry(marked("Invoices"), "file-invoice", f"{BOX_OFFICE}/invoices", Scope.VIEW),
            Entry(marked("Bank files"), "building-bank", f"{BOX_OFFICE}/bank-files", Scope.MANAGE),
        ),
    ),
    Section(
        marked("Shop"),
        (
            Entry(marked("Shop"), "building-store", f"{BOX_OFFICE}/shop", Scope.MANAGE),
            Entry(marked("Checkout"), "shopping-cart", f"{BOX_OFFICE}/checkout", Scope.MANAGE),
            Entry(marked("On your site"), "code", f"{BOX_OFFICE}/embedding", Scope.MANAGE),
            Entry(marked("Ticket designs"), "palette", f"{BOX_OFFICE}/ticket-designs"),
        ),
    ),
    Section(marked("Control"), (Entry(marked("Scanning"), "scan", f"{BOX_OFFICE}/scanning", Scope.SCAN),)),
    Section(marked("Venues"), (Entry(marked("Venues"), "map-pin", f"{ORGANISATION}/venues", None),)),
    Section(
        marked("Hardware"),
        (
            Entry(marked("Printers"), "printer", f"{BOX_OFFICE}/printers", Scope.SELL),
            Entry(marked("Print jobs"), "list", f"{BOX_OFFICE}/print-jobs", Scope.SELL),
            Entry(marked("Print agents"), "device-desktop", f"{BOX_OFFICE}/print-agents", Scope.SELL),
            Entry(marked("Kits and devices"), "wifi", f"{BOX_OFFICE}/kits", Scope.SELL),
        ),
    ),
    Section(
        marked("Settings"),
        (
            Entry(marked("Box office"), "settings", f"{BOX_OFFICE}/settings", Scope.MANAGE),
            Entry(marked("Payment"), "credit-card", f"{BOX_OFFICE}/payment", Scope.MANAGE),
            Entry(marked("Forms"), "forms", f"{BOX_OFFICE}/forms", Scope.VIEW),
            Entry(marked("Audit log"), "history", f"{BOX_OFFICE}/audit", Scope.MANAGE),
            Entry(marked("Organisation"), "building", f"{ORGANISATION}/settings", Scope.MANAGE),
            Entry(marked("Box offices"), "calendar", f"{ORGANISATION}/box-offices", Scope.MANAGE),
            Entry(marked("Team"), "users", f"{ORGANISATION}/team", Scope.MANAGE),
            Entry(marked("API keys"), "key", f"{ORGANISATION}/api-keys", Scope.MANAGE),
        ),
    ),
)
"""In the order of the menu: Programming, Sales, Counter, Shop, Control, Venues, Hardware, Settings; what is set for a
box office before what is set for all of them."""

ELSEWHERE = {
    "access-points": "kits",
    "bank-entries": "bank-files",
    "cash-sessions": "tills",
    "scan-profiles": "scanning",
    "scan-devices": "scanning",
    "scan-hubs": "scanning",
    "customers": "orders",
    "groups": "team",
    "rules": "team",
    "pass-types": "passes",
    "performances": "events",
    "mailings": "events",
    "tariffs": "events",
    "plans": "venues",
    "drawings": "venues",
    "form-fields": "forms",
}
"""Pages that belong to another noun's entry."""


def sections(desk: Desk, path: str) -> list[tuple[str, list[Line]]]:
    """The menu of who has come to `path`: (title, lines)."""
    found = [(section.title, _lines(section, desk.office, desk.organisation, path)) for section in SECTIONS]
    return [(title, lines) for title, lines in found if lines]


def of_places(places: Places) -> list[tuple[str, list[Line]]]:
    """The menu of who is nowhere yet: the box offices they reach, the newest first, and what is of the organisation; of
    several, their names."""
    offices = [_named(one.box_office_name or "", "ticket", home_of(one)) for one in places.box_offices[:PLACES_MAX]]
    found = [(marked("Box offices"), offices)]
    if len(places.organisations) == 1:
        found += [(one.title, _lines(one, None, places.organisations[0], HOME)) for one in SECTIONS]
    else:
        managed = [one for one in places.organisations if one.managed][:PLACES_MAX]
        path = f"{ORGANISATION}/box-offices"
        named = [(one.organisation_name, path.format(organisation=one.organisation_slug)) for one in managed]
        found.append((marked("Organisations"), [_named(name, "building", url) for name, url in named]))
    return [(title, lines) for title, lines in found if lines]


def away() -> list[tuple[str, list[Line]]]:
    """The menu of pages about oneself: the way back to work."""
    return [(marked("Box offices"), [Line(marked("All box offices"), "calendar", HOME, False)])]


def switcher(desk: Desk, path: str) -> list[tuple[Reach, str]]:
    """The box offices one reaches, the newest first, each with the address of what is the same page there."""
    return [(office, _same_kind(office, _entry_noun(path))) for office in desk.places.box_offices]


def audit_page(desk: Desk) -> str:
    """The audit log of the box office that one is at, or of the organisation."""
    office = desk.reach.box_office_key
    return (
        f"/admin/box-offices/{office}/audit" if office else f"/admin/organisations/{desk.reach.organisation_slug}/audit"
    )


def home_of(office: Reach) -> str:
    """The page that one comes to a box office by."""
    return _same_kind(office, "")


def _same_kind(office: Reach, noun: str) -> str:
    """The page of that noun in a box office, or else the first that may be seen there."""
    allowed = [
        entry
        for section in SECTIONS
        for entry in section.entries
        if "{box_office}" in entry.path and entry.leads(office)
    ]
    chosen = next((entry for entry in allowed if entry.noun == noun), allowed[0])
    return chosen.path.format(box_office=office.box_office_key)


def _named(name: str, icon: str, url: str) -> Line:
    return Line(name, icon, url, current=False, named=True)


def _lines(section: Section, office: Reach | None, organisation: Reach | None, path: str) -> list[Line]:
    noun, lines = _entry_noun(path), []
    for entry in section.entries:
        of_office = "{box_office}" in entry.path
        at = office if of_office else organisation
        if at is not None and entry.leads(at):
            url = entry.path.format(box_office=at.box_office_key, organisation=at.organisation_slug)
            lines.append(Line(entry.label, entry.icon, url, _is_at(path, url, entry.noun == noun)))
    return lines


def _is_at(path: str, url: str, same_noun: bool) -> bool:
    """Whether a page belongs to what an entry leads to: a thing's own page, or one of the same box office or
    organisation."""
    whole = path.startswith(("/admin/box-offices/", "/admin/organisations/"))
    return same_noun and (not whole or path.split("/")[:4] == url.split("/")[:4])


def _entry_noun(path: str) -> str:
    noun = _noun(path)
    return ELSEWHERE.get(noun, noun)


def _noun(path: str) -> str:
    """What a page is about: "events" in /admin/box-offices/x/events and in /admin/events/1/edit."""
    parts = [*path.strip("/").split("/"), "", "", "", ""]
    return parts[3] if parts[1] in ("box-offices", "organisations") else parts[1]
