"""What is asked of who orders a cart: of the order once, of each ticket, of each pass; and what they said, by field.

The fields of a set share a prefix, so that one form asks all of them; places of a cart are named by `name_of`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct

from ticketing import answers, forms
from ticketing.answers import Given
from ticketing.carts import Cart, Chosen, Item, PassItem
from ticketing.db import Database
from ticketing.forms import Field, Kind, OnTicket
from ticketing.forms import Form as AskedForm
from ticketing.refusals import AnswersRefused
from web.forms import Form, Mistake

OPTION = "option"


class Questions(Struct, frozen=True):
    """What is asked once: of the order (no `item`), of a ticket, or of a pass (`held`, and its first place). `prefix`
    begins the names of its fields; `twins` counts the tickets after this one that are asked the same, where it is the
    first of them."""

    prefix: str
    forms: tuple[AskedForm, ...]
    item: Item | None = None
    twins: int = 0
    held: PassItem | None = None

    @property
    def fields(self) -> tuple[Field, ...]:
        """Its questions."""
        return tuple(field for form in self.forms for field in form.shown)

    @property
    def holder(self) -> str:
        """The field of the holder's name; empty where the questions ask for it already, or there is no holder."""
        named = any(field.on_ticket is OnTicket.HOLDER for field in self.fields)
        return "" if named or self.item is None else f"holder.{name_of(self.item)}"


def name_of(item: Item) -> str:
    """What a place of the cart is called in forms."""
    return f"{item.performance}.{item.place}"


def chosen(form: Form, item: Item) -> Chosen:
    """What a form says of a place's tariff and options; what it does not say stays."""
    name = name_of(item)
    tariff, options = item.tariff, list(item.options)
    if f"tariff.{name}" in form:
        tariff = _uuid(form.text(f"tariff.{name}")) or tariff
    if f"{OPTION}s.{name}" in form:
        offered = {option.id for option, _ in item.offered}
        texts = [text for field in form.names() if field.startswith(f"{OPTION}.{name}") for text in form.texts(field)]
        options = [found for text in texts if (found := _uuid(text)) in offered and found is not None]
    if tariff != item.tariff:
        options = []
    return Chosen(item.performance, item.place, tariff, tuple(options))


async def asked(db: Database, cart: Cart) -> tuple[Questions, ...]:
    """The order's questions, then each ticket's, then each pass's."""
    of_order: dict[Any, AskedForm] = {}
    of_tariffs: dict[Any, AskedForm] = {}
    for performance in dict.fromkeys(item.performance for item in cart.places):
        once, each = await forms.asked_at(db, performance)
        of_tariffs |= each
        if once is not None:
            of_order[once.id] = once
    known = [of_tariffs.get(item.tariff) for item in cart.items]
    tickets = []
    for n, (item, form) in enumerate(zip(cart.items, known, strict=True)):
        twins = 0 if form is None or form in known[:n] else known[n + 1 :].count(form)
        tickets.append(Questions(f"{name_of(item)}.answers.", (form,) if form else (), item, twins))
    passes = [Questions(f"{name_of(held.first)}.answers.", (), held.first, held=held) for held in cart.passes]
    return (Questions("answers.", tuple(of_order.values())), *tickets, *passes)


def given(one: Questions, texts: Mapping[str, Sequence[str]], files: Mapping[str, str]) -> Given:
    """What was answered to a set: texts by field, and the secrets of files that were sent."""
    found: list[tuple[UUID, tuple[str, ...]]] = []
    for field in one.fields:
        name = f"{one.prefix}{field.id}"
        said = ([files[name]] if name in files else []) if field.kind is Kind.FILE else texts.get(name, [])
        if any(text.strip() for text in said):
            found.append((field.id, tuple(said)))
    return tuple(found)


def mistaken(sets: Iterable[Questions], form: Form, refusal: AnswersRefused) -> None:
    """Note the mistakes of answers at their fields, whether they were found before the order or by it."""
    tickets = [one for one in sets if one.item is not None and one.held is None]
    found: dict[str, answers.Mistake] = refusal.fields["mistakes"]  # type: ignore[assignment]
    for path, mistake in found.items():
        if path.startswith("seats."):
            _, n, rest = path.split(".", 2)
            path = tickets[int(n)].prefix + rest.removeprefix("answers.")
        form.mistakes.setdefault(path, Mistake(mistake.text, mistake.fields))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
