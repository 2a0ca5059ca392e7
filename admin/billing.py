"""Payment: the ways to pay that a box office offers, and what its invoices say."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, history, pages
from admin.access import Desk
from admin.menu import marked
from ticketing import billing, box_offices, creditors, payment_methods
from ticketing.billing import BEFORE_H_MAX, CENTS_MAX, GRACE_DAYS_MAX, LANGUAGES, PAY_DAYS_MAX, Billing, Rule
from ticketing.box_offices import BoxOffice
from ticketing.payment_methods import AT_COUNTER, INVOICE, ONLINE
from ticketing.refusals import EditedMeanwhile, InputRefused
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form, field_money
from web.languages import translated
from web.payment_words import METHODS

PAGE = "billing/settings.html"
VERSION_MAX = 2**31 - 1
DAY_H = 24
TEXTS = ("name", "street", "postal_code", "city", "country", "iban", "bic", "reference_prefix", "number_prefix")
SWITCHES = ("receipts", "tickets_first")
ACCOUNTS = {
    "qr": marked("A QR-IBAN: invoices carry a QR-bill with a QR reference."),
    "swiss": marked("A Swiss account: invoices carry a QR-bill with a creditor reference."),
    "sepa": marked("A SEPA account: invoices in euros carry the code that banking apps scan."),
    "other": marked("Invoices tell the account and the reference."),
}


@get("/box-offices/{key:str}/payment")
async def show(request: Call, key: FromPath[str]) -> Response[str]:
    """How a box office is paid."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    found = await box_offices.get(request.services.database, desk.reach.organisation_id, key)
    stored = await billing.both(request.services.database, found.id)
    return await _page(request, desk, found, Form.of(_fields(found, *stored)))


@post("/box-offices/{key:str}/payment", status_code=200)
async def save(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Change it."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, database = await request.typed(), request.services.database
    found = await box_offices.get(database, desk.reach.organisation_id, key)
    choice, rules, status = _choice(form), [_rule(form, method, found.currency) for method in METHODS], 422
    if not form.mistakes:
        try:
            await billing.change(database, desk.reach.organisation_id, found.id, choice, rules, desk.actor, request.now)
            return pages.done(request, f"/admin/box-offices/{key}/payment", "Saved.")
        except EditedMeanwhile as refusal:
            form.refused(refusal)
            stored = _fields(found, *await billing.both(database, found.id))
            form.compare(stored, _words(request, stored))
            status = 409
        except InputRefused as refusal:
            form.refused(refusal)
    return await _page(request, desk, found, form, status)


async def _page(call: Call, desk: Desk, found: BoxOffice, form: Form, status: int = 200) -> Response[str]:
    return pages.show(
        call, PAGE, desk, status=status, form=form, box_office=found, methods=METHODS, account=_account(form),
        countries=[("", ""), *billing.countries(call.visit.language)], languages=LANGUAGES,
        sandbox=call.services.settings.sandbox_payments, invoice=INVOICE, online=ONLINE, at_counter=AT_COUNTER,
        history=await history.of(call, desk, "box_office", found.id),
    )  # fmt: skip


def _account(form: Form) -> str:
    """What the account that was typed means for invoices; nothing for none, or one that is wrong."""
    try:
        iban = creditors.iban_of(form.text("iban"))
    except InputRefused:
        return ""
    if not iban:
        return ""
    if creditors.is_swiss(iban):
        return ACCOUNTS["qr" if creditors.is_qr_iban(iban) else "swiss"]
    return ACCOUNTS["sepa" if creditors.is_sepa(iban) else "other"]


def _choice(form: Form) -> Billing:
    typed: dict[str, Any] = {name: form.text(name).strip() for name in TEXTS}
    typed |= {name: form.text(name) == "on" for name in SWITCHES}
    return Billing(version=form.number("version", 0, VERSION_MAX) or 0, notes=_texts(form, "notes"), **typed)


def _rule(form: Form, method: str, currency: str) -> Rule:
    """What was typed of one way to pay; what its card does not ask stays nothing."""
    numbers = {"pay_days": PAY_DAYS_MAX, "grace_days": GRACE_DAYS_MAX, "before_h": BEFORE_H_MAX}
    asked = {name: most for name, most in numbers.items() if f"{method}.{name}" in form}
    told: dict[str, Any] = {name: form.number(f"{method}.{name}", 0, most) or 0 for name, most in asked.items()}
    if f"{method}.before_d" in form:
        told["before_h"] = (form.number(f"{method}.before_d", 0, BEFORE_H_MAX // DAY_H) or 0) * DAY_H
    told |= {name: _cents(form, f"{method}.{name}", currency) for name in ("min_cents", "max_cents")}
    offered = form.text(f"{method}.offered") == "on"
    return Rule(method=method, offered=offered, texts=_texts(form, f"{method}.texts"), **told)


def _cents(form: Form, name: str, currency: str) -> int | None:
    cents = form.money(name, currency, required=False)
    if cents is not None and not 0 <= cents <= CENTS_MAX:
        form.mistaken(name, "Type an amount that is not below nothing.")
    return cents


def _texts(form: Form, name: str) -> dict[str, str]:
    return {tag: form.text(f"{name}.{tag}") for tag in LANGUAGES}


def _fields(found: BoxOffice, stored: Billing, rules: list[Rule]) -> dict[str, Any]:
    """The form as what is stored would fill it. A number prefix nobody chose yet is proposed."""
    fields: dict[str, Any] = {name: getattr(stored, name) for name in (*TEXTS, *SWITCHES, "version")}
    if not stored.version:
        fields["number_prefix"] = f"{found.key[: billing.NUMBER_PREFIX_CHARS_MAX - 1].upper()}-"
    fields["iban"] = creditors.shown(stored.iban)
    fields |= {f"notes.{tag}": stored.notes.get(tag, "") for tag in LANGUAGES}
    for rule in payment_methods.every(rules):
        at = f"{rule.method}."
        fields |= {f"{at}{name}": getattr(rule, name) for name in ("offered", "pay_days", "grace_days", "before_h")}
        fields |= {
            f"{at}{name}": field_money(getattr(rule, name), found.currency) for name in ("min_cents", "max_cents")
        }
        fields |= {f"{at}texts.{tag}": rule.texts.get(tag, "") for tag in LANGUAGES}
        fields[f"{at}before_d"] = rule.before_h // DAY_H
    return fields


def _words(call: Call, fields: dict[str, Any]) -> dict[str, str]:
    """Stored values that are not shown as they are."""
    language = call.visit.language
    said = {True: translated(marked("Yes"), language), False: translated(marked("No"), language)}
    words = {name: said[value] for name, value in fields.items() if isinstance(value, bool)}
    return words | {"country": dict(billing.countries(language)).get(fields["country"], "")}
