"""The audit log in words: every act as a sentence, every change as a field with what it was and what it is.

A sentence names who acted and on what; its texts are marked for gettext here and translated where they are shown. An
act that has no sentence yet, such as one of a later version, is told by its own name.
"""

import re
from datetime import date, datetime
from typing import Any

from markupsafe import Markup, escape
from msgspec import Struct

from admin.menu import marked
from ticketing import formats
from ticketing.audit import Line
from web.languages import translated

VALUE_CHARS_MAX = 200
NOTHING = "—"
OPENED = {
    "event": "/admin/events/{id}",
    "mailing": "/admin/mailings/{id}",
    "order": "/admin/orders/{id}",
    "performance": "/admin/performances/{id}",
    "token": "/admin/api-keys/{id}",
    "venue": "/admin/venues/{id}",
}
"""The pages of things, by kind."""

KINDS: dict[str, str] = {
    "administrator": marked("Accounts"),
    "authenticator": marked("Accounts"),
    "box_office": marked("Box offices"),
    "event": marked("Events"),
    "form": marked("Forms"),
    "group": marked("Team"),
    "invitation": marked("Accounts"),
    "mailing": marked("Mails to buyers"),
    "order": marked("Orders"),
    "organisation": marked("Organisation"),
    "pass": marked("Passes"),
    "passkey": marked("Accounts"),
    "password": marked("Accounts"),
    "performance": marked("Dates"),
    "performances": marked("Dates"),
    "plan": marked("Plans"),
    "refund": marked("Orders"),
    "tariff": marked("Tariffs"),
    "ticket": marked("Tickets"),
    "token": marked("API keys"),
    "vat_rate": marked("Box offices"),
    "venue": marked("Venues"),
}
"""What acts are about, by the first part of their names."""

ACTS: dict[str, str] = {
    "administrator.created": marked("{who} made {what} an administrator"),
    "box_office.changed": marked("{who} changed the settings of the box office {what}"),
    "box_office.created": marked("{who} opened the box office {what}"),
    "mailing.discarded": marked("{who} threw away a mail to the buyers of {what}"),
    "mailing.drafted": marked("{who} wrote a mail to the buyers of {what}"),
    "mailing.revised": marked("{who} changed a mail to the buyers of {what}"),
    "mailing.sent": marked("{who} sent a mail to the buyers of {what}"),
    "mailing.turned": marked("{who} stopped or went on with a mail to the buyers of {what}"),
    "order.cancelled": marked("{who} cancelled the order {what}"),
    "order.mailed": marked("{who} had a mail of the order {what} sent again"),
    "order.noted": marked("{who} wrote a note on the order {what}"),
    "order.paid": marked("{who} took the payment of the order {what} on site"),
    "order.reduced": marked("{who} cancelled tickets of the order {what}"),
    "order.refunded": marked("{who} refunded the order {what} in full"),
    "organisation.renamed": marked("{who} renamed the organisation {what}"),
    "pass.allowed": marked("{who} ended the opposition to a pass of the order {what}"),
    "pass.opposed": marked("{who} opposed a pass of the order {what}"),
    "pass.reissued": marked("{who} issued a pass of the order {what} again"),
    "refund.handed-out": marked("{who} handed out a refund of the order {what}"),
    "ticket.allowed": marked("{who} ended the opposition to a ticket of the order {what}"),
    "ticket.moved": marked("{who} moved a ticket of the order {what}"),
    "ticket.opposed": marked("{who} opposed a ticket of the order {what}"),
    "ticket.reissued": marked("{who} issued a ticket of the order {what} again"),
    "token.changed": marked("{who} changed the API key {what}"),
    "token.created": marked("{who} made the API key {what}"),
    "token.revoked": marked("{who} revoked the API key {what}"),
    "vat_rate.scheduled": marked("{who} scheduled a VAT rate in the box office {what}"),
    "vat_rate.withdrawn": marked("{who} withdrew a VAT rate from the box office {what}"),
}

FIELDS: dict[str, str] = {
    "currency": marked("Currency"),
    "holds_from": marked("Holds from"),
    "locale": marked("Language"),
    "may_sell": marked("May sell"),
    "name": marked("Name"),
    "networks": marked("Networks"),
    "recipients": marked("Recipients"),
    "scope": marked("Scope"),
    "vat_number": marked("VAT number"),
    "vat_rate": marked("VAT rate"),
    "vat_registered": marked("Registered for VAT"),
}

VALUES: dict[str, str] = {
    "scope view": marked("View"),
    "scope scan": marked("Scan"),
    "scope sell": marked("Sell"),
    "scope manage": marked("Manage"),
    "locale en": marked("English"),
    "locale fr": marked("French"),
}
"""Values that have words, by their field."""

RATES = ("vat_rate", "vat_thousandths")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Change(Struct, frozen=True):
    """A field, what it was, and what it is; `before` None when there was nothing."""

    field: str
    before: str | None
    after: str


class Told(Struct, frozen=True):
    """A line as a page shows it."""

    at: datetime
    sentence: Markup
    changes: list[Change]
    address: str
    subject: str
    actor: str


def told(line: Line, language: str, zone: str, currency: str | None) -> Told:
    """A line in a language; moments in a zone; amounts in a currency, where there is one."""
    changes = [_change(field, pair, language, zone, currency) for field, pair in line.changes.items()]
    subject = f"{line.subject_kind}:{line.subject_id}"
    return Told(line.at, sentence(line, language), changes, line.address, subject, str(line.actor_id or ""))


def sentence(line: Line, language: str) -> Markup:
    """What was done, by whom, to what: names stand out, and are never read as anything but text."""
    known = ACTS.get(line.act)
    text = translated(known or marked("{who} did {act} on {what}"), language)
    who = line.actor_name or "Placeur"
    if line.by_token:
        who = translated(marked("The key {name}"), language).format(name=who)
    what = Markup("<strong>{}</strong>").format(line.subject_name)
    return escape(text).format(who=Markup("<strong>{}</strong>").format(who), what=what, act=line.act)


def choices(language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The acts one may look for: (what they are about, [(act, in words)])."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for act, text in ACTS.items():
        kind = translated(KINDS[act.partition(".")[0]], language)
        groups.setdefault(kind, []).append((act, _label(translated(text, language))))
    return sorted(groups.items(), key=lambda group: group[0].casefold())


def opened(kind: str, id: str) -> str | None:
    """The page of a thing, if it has one."""
    return OPENED[kind].format(id=id) if kind in OPENED else None


def _label(text: str) -> str:
    bare = " ".join(text.format(who="", what="").split()).strip(" :«»")
    return bare[:1].upper() + bare[1:]


def _change(field: str, pair: tuple[Any, Any], language: str, zone: str, currency: str | None) -> Change:
    label = translated(FIELDS[field], language) if field in FIELDS else _spaced(field)
    before, after = (_value(field, one, language, zone, currency) for one in pair)
    return Change(label, None if pair[0] in (None, "", [], {}) else before, after)


def _value(field: str, value: Any, language: str, zone: str, currency: str | None) -> str:
    if value is None or value in ("", [], {}):
        return NOTHING
    if f"{field} {value}" in VALUES:
        return translated(VALUES[f"{field} {value}"], language)
    if isinstance(value, bool):
        return translated(marked("Yes") if value else marked("No"), language)
    if isinstance(value, int):
        return _number(field, value, language, currency)
    if isinstance(value, list):
        return _short(", ".join(_value(field, one, language, zone, currency) for one in value))
    if isinstance(value, dict):
        parts = [f"{_spaced(name)} {_value(name, one, language, zone, currency)}" for name, one in value.items()]
        return _short("; ".join(parts))
    return _text(str(value), language, zone)


def _number(field: str, value: int, language: str, currency: str | None) -> str:
    if field.endswith("_cents") and currency:
        return formats.money(value, currency, language)
    if field in RATES:
        return formats.rate(value, language)
    return formats.number(value, language)


def _text(text: str, language: str, zone: str) -> str:
    if MOMENT.fullmatch(text):
        return formats.moment(datetime.fromisoformat(text), zone, language)
    if DAY.fullmatch(text):
        return formats.whole_day(date.fromisoformat(text), language)
    return _short(text)


def _spaced(field: str) -> str:
    return field.replace("_", " ").replace("-", " ").capitalize()


def _short(text: str) -> str:
    return text if len(text) <= VALUE_CHARS_MAX else f"{text[:VALUE_CHARS_MAX]}…"
