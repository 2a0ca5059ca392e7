"""What a link to a shop may say beside where it leads: shown in a frame or not, which events, how.

It is said in the address itself, behind the shop's key (RFC 3986 section 3.3: parameters of a segment), as in
`/shop/opera;from=2027-03-01;language=fr/events/…`. All links and forms of a visit begin with the shop's path, so they
carry it on without knowing of it. What is said narrows what is shown, and never opens anything.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from ticketing.shops import DatesShown
from web import languages

EMBEDDED, CART = "embedded", "cart"
CHARS_MAX = 2500
CHOSEN_MAX = 40
METHOD = re.compile(r"[a-z][a-z_]{0,29}")
SECRET = re.compile(r"[A-Za-z0-9_-]{43}(?:\.[0-9a-f]{32})?")
"""A visit's secret; on its first page with a proof of whom it was given to."""


class Frame(Struct, frozen=True, kw_only=True):
    """What a link says. What it does not say is as always."""

    embedded: bool = False
    """The pages may be shown in a frame of the sites that the organiser named, and keep no cookies."""
    bare: bool = False
    """Without head and foot."""
    unfolded: bool = False
    """The list of places is open, zone by zone."""
    language: str = ""
    first: date | None = None
    last: date | None = None
    """The days between which dates are shown, both included."""
    events: tuple[UUID, ...] = ()
    venues: tuple[UUID, ...] = ()
    methods: tuple[str, ...] = ()
    """The ways to pay that are offered, as far as the box office has them."""
    dates: DatesShown | None = None

    @property
    def said(self) -> dict[str, str]:
        """What it says, by the names that addresses and elements have for it; a flag says no more than its name."""
        flags = {EMBEDDED: self.embedded, "bare": self.bare, "unfolded": self.unfolded}
        texts = {
            "language": self.language,
            "from": str(self.first or ""),
            "to": str(self.last or ""),
            "dates": self.dates.value if self.dates else "",
            "events": ",".join(map(str, self.events)),
            "venues": ",".join(map(str, self.venues)),
            "pay": ",".join(self.methods),
        }
        return {name: "" for name, on in flags.items() if on} | {name: text for name, text in texts.items() if text}

    @property
    def text(self) -> str:
        """As addresses carry it: the same text for the same frame."""
        return "".join(f";{name}={text}" if text else f";{name}" for name, text in self.said.items())

    @property
    def chooses_dates(self) -> bool:
        """Whether some dates are left out."""
        return bool(self.first or self.last or self.venues)

    def has_event(self, event_id: UUID) -> bool:
        """Whether an event is shown."""
        return not self.events or event_id in self.events

    def has_date(self, starts_at: datetime, time_zone: str, venue_id: UUID) -> bool:
        """Whether a date of an event that is shown is shown too; days are the venue's."""
        day = starts_at.astimezone(ZoneInfo(time_zone)).date()
        in_time = (self.first is None or day >= self.first) and (self.last is None or day <= self.last)
        return in_time and (not self.venues or venue_id in self.venues)


def decoded(text: str) -> tuple[Frame, str]:
    """What the parameters of an address say, and the secret among them (empty: none).

    What is not understood is left out: links live longer than what they were made by.
    """
    said: dict[str, str] = {}
    for part in text[:CHARS_MAX].split(";"):
        name, _, value = part.partition("=")
        said.setdefault(name, value)
    secret = said.get(CART, "")
    frame = Frame(
        embedded=EMBEDDED in said,
        bare="bare" in said,
        unfolded="unfolded" in said,
        language=said.get("language", "") if said.get("language") in languages.SPOKEN else "",
        first=_one(date.fromisoformat, said.get("from", "")),
        last=_one(date.fromisoformat, said.get("to", "")),
        events=_some(UUID, said.get("events", "")),
        venues=_some(UUID, said.get("venues", "")),
        methods=tuple(name for name in said.get("pay", "").split(",")[:CHOSEN_MAX] if METHOD.fullmatch(name)),
        dates=_one(DatesShown, said.get("dates", "")),
    )
    return frame, secret if SECRET.fullmatch(secret) else ""


def _one(read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text) if text else None
    except ValueError:
        return None


def _some(read: Callable[[str], Any], text: str) -> tuple[Any, ...]:
    found: Iterable[Any] = (_one(read, one) for one in text.split(",")[:CHOSEN_MAX])
    return tuple(dict.fromkeys(one for one in found if one is not None))
