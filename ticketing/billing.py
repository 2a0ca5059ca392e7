"""Billing: who is owed at a box office, on which account, and by which rules its orders may be paid.

Set together on one page, hence one version for all of it. A box office that nobody has asked takes payments as it did
before there was anything to ask: by the sandbox, where the settings have it, and by hand at the counter.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from babel import Locale
from msgspec import Struct

from ticketing import audit
from ticketing.audit import Actor, Subject
from ticketing.creditors import PREFIX_DIGITS_MAX, bic_of, iban_of, is_qr_iban
from ticketing.db import Database
from ticketing.formats import Language
from ticketing.refusals import EditedMeanwhile, InputRefused, NotFound
from ticketing.sql import Connection, load
from ticketing.texts import paragraphs_of, text_of

NAME_CHARS_MAX, STREET_CHARS_MAX, POSTAL_CODE_CHARS_MAX, CITY_CHARS_MAX = 70, 70, 16, 35
"""What a Swiss QR-bill has room for (SIX, Implementation Guidelines 2.3, section 4.2.2)."""
NUMBER_PREFIX_CHARS_MAX = 12
TEXT_CHARS_MAX = 600
PAY_DAYS_MAX, GRACE_DAYS_MAX, BEFORE_H_MAX = 120, 30, 24 * 120
CENTS_MAX = 2**31 - 1
SWISS_CURRENCIES = ("CHF", "EUR")
LANGUAGES = tuple(language.value for language in Language)

SQL = load("billing")


class Address(Struct, frozen=True):
    """Where somebody lives or works, as a bill writes it; `country` is an ISO 3166 code."""

    name: str
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""


class Billing(Struct, frozen=True, kw_only=True):
    """How a box office is paid, whatever the way. `version` 0: nobody has said anything yet.

    `receipts`: an order that is paid is invoiced at once, not when somebody asks. `tickets_first`: an order on invoice
    gets its tickets before its money came. `notes` stand under every invoice, by language.
    """

    version: int = 0
    name: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""
    iban: str = ""
    bic: str = ""
    reference_prefix: str = ""
    number_prefix: str = ""
    receipts: bool = False
    tickets_first: bool = False
    notes: dict[str, str] = {}

    @property
    def ready(self) -> bool:
        """Whether invoices can be paid: a name, a place and an account."""
        return all((self.name, self.postal_code, self.city, self.country, self.iban))


class Rule(Struct, frozen=True, kw_only=True):
    """One way to pay at one box office: within these amounts (None: no bound), and until when.

    `pay_days` to pay from the day of the order, and `grace_days` more for banks; the order ends `before_h` hours before
    its first date at the latest. `texts` tell shoppers what they need to know, by language.
    """

    method: str
    offered: bool = False
    min_cents: int | None = None
    max_cents: int | None = None
    pay_days: int = 0
    grace_days: int = 0
    before_h: int = 0
    texts: dict[str, str] = {}


async def get(c: Connection, box_office_id: UUID) -> Billing:
    """A box office's billing, as this transaction sees it."""
    return await SQL.get.one(c, Billing, box_office_id=box_office_id) or Billing()


async def rules(c: Connection, box_office_id: UUID) -> list[Rule]:
    """What a box office has said of each way to pay, in no order."""
    return await SQL.rules.all(c, Rule, box_office_id=box_office_id)


async def both(db: Database, box_office_id: UUID) -> tuple[Billing, list[Rule]]:
    """Both, as they belong together."""
    async with db.transaction("repeatable_read") as c:
        return await get(c, box_office_id), await rules(c, box_office_id)


async def change(
    db: Database,
    organisation_id: UUID,
    box_office_id: UUID,
    choice: Billing,
    chosen: Sequence[Rule],
    by: Actor,
    now: datetime,
) -> Billing:
    """Save both; `choice.version` is the one that was looked at.

    Raises InputRefused with the field (of a rule: `invoice.pay_days`), EditedMeanwhile, NotFound.
    """
    wanted = _checked(choice)
    async with db.transaction() as c:
        office = await SQL.office.row(c, organisation_id=organisation_id, box_office_id=box_office_id)
        if office is None:
            raise NotFound(what="box office")
        checked = [_checked_rule(rule, wanted, office["currency"]) for rule in chosen]
        before, rules_before = await get(c, box_office_id), await rules(c, box_office_id)
        values = msgspec.structs.asdict(wanted) | {"notes": msgspec.json.encode(wanted.notes).decode()}
        version = await SQL.change.value(c, box_office_id=box_office_id, **values)
        if version is None:
            raise EditedMeanwhile(what="box office")
        for rule in checked:
            texts = msgspec.json.encode(rule.texts).decode()
            await SQL.set_rule.run(c, box_office_id=box_office_id, **(msgspec.structs.asdict(rule) | {"texts": texts}))
        after = msgspec.structs.replace(wanted, version=version)
        changes = audit.differences(before, after) | _rule_changes(rules_before, checked)
        changes.pop("version", None)
        subject = Subject(kind="box_office", id=box_office_id, name=office["name"], box_office_id=box_office_id)
        await audit.note(c, by, "billing.changed", subject, now, changes)
    return after


def address_of(given: Address, where: str = "") -> Address:
    """An address as bills take it. InputRefused with the field, `where` before it."""
    return Address(
        text_of(given.name, f"{where}name", chars_max=NAME_CHARS_MAX),
        text_of(given.street, f"{where}street", chars_min=0, chars_max=STREET_CHARS_MAX),
        text_of(given.postal_code, f"{where}postal_code", chars_min=0, chars_max=POSTAL_CODE_CHARS_MAX),
        text_of(given.city, f"{where}city", chars_min=0, chars_max=CITY_CHARS_MAX),
        country_of(given.country, f"{where}country"),
    )


def country_of(text: str, field: str = "country") -> str:
    """An ISO 3166 code of a country, or an empty text."""
    code = text.strip().upper()
    if code and not (len(code) == 2 and code.isalpha() and code in Locale("en").territories):
        raise InputRefused(problem="Choose a country.", where=field)
    return code


def countries(tag: str) -> list[tuple[str, str]]:
    """Every country as (code, name), by name in the reader's language."""
    names = Locale.parse(tag.replace("_", "-"), sep="-").territories
    found = [
        (code, name) for code, name in names.items() if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES
    ]
    return sorted(found, key=lambda pair: pair[1])


NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"})
"""Codes that CLDR names beside those of countries."""


def _checked(choice: Billing) -> Billing:
    where = Address(choice.name or "-", choice.street, choice.postal_code, choice.city, choice.country)
    address = address_of(where)
    prefix = "".join(choice.reference_prefix.split())
    if not ((prefix.isascii() and prefix.isdecimal()) or not prefix) or len(prefix) > PREFIX_DIGITS_MAX:
        raise InputRefused(problem="Type at most ten digits.", where="reference_prefix")
    return msgspec.structs.replace(
        choice,
        name=address.name if choice.name.strip() else "",
        street=address.street,
        postal_code=address.postal_code,
        city=address.city,
        country=address.country,
        iban=iban_of(choice.iban),
        bic=bic_of(choice.bic),
        reference_prefix=prefix,
        number_prefix=text_of(choice.number_prefix, "number_prefix", chars_min=0, chars_max=NUMBER_PREFIX_CHARS_MAX),
        notes=_texts(choice.notes, "notes"),
    )


def _checked_rule(rule: Rule, billing: Billing, currency: str) -> Rule:
    at = f"{rule.method}."
    if rule.min_cents is not None and rule.max_cents is not None and rule.min_cents > rule.max_cents:
        raise InputRefused(problem="The largest amount is below the smallest.", where=f"{at}max_cents")
    bounds = {"pay_days": PAY_DAYS_MAX, "grace_days": GRACE_DAYS_MAX, "before_h": BEFORE_H_MAX}
    for field, most in bounds.items():
        if not 0 <= getattr(rule, field) <= most:
            raise InputRefused(problem="Type a number from 0 to {most}.", where=at + field, most=most)
    if rule.method == "invoice" and rule.offered:
        _ensure_payable(billing, currency)
    return msgspec.structs.replace(rule, texts=_texts(rule.texts, f"{at}texts"))


def _ensure_payable(billing: Billing, currency: str) -> None:
    """Refuse to offer invoices that nobody could pay."""
    for field in ("name", "postal_code", "city", "country", "iban"):
        if not getattr(billing, field):
            raise InputRefused(problem="Invoices need this: write it, or offer no invoices.", where=field)
    if is_qr_iban(billing.iban) and currency not in SWISS_CURRENCIES:
        raise InputRefused(problem="A QR-IBAN takes francs and euros only: write the account’s IBAN.", where="iban")


def _texts(texts: dict[str, str], where: str) -> dict[str, str]:
    known = {tag: paragraphs_of(texts.get(tag, ""), f"{where}.{tag}", chars_max=TEXT_CHARS_MAX) for tag in LANGUAGES}
    return {tag: text for tag, text in known.items() if text}


def _rule_changes(before: Sequence[Rule], after: Sequence[Rule]) -> dict[str, tuple[object, object]]:
    """By way to pay, the fields that changed: what they were, and what they are."""
    old = {rule.method: rule for rule in before}
    changed = {rule.method: audit.differences(old.get(rule.method, Rule(method=rule.method)), rule) for rule in after}
    return {f"method_{method}": (_side(fields, 0), _side(fields, 1)) for method, fields in changed.items() if fields}


def _side(fields: audit.Changes, at: int) -> dict[str, object]:
    return {field: pair[at] for field, pair in fields.items()}
