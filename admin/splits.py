"""Orders taken apart: a reservation is paid at the counter, whole or in part, and tickets leave an order for their own.

What is chosen is the request's name, so Enter pressed twice does it once.
"""

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin.access import Desk
from admin.counter_sales import print_path
from admin.orders import ONE, WORDS, method_of, session_of, shown_cents, till_of
from ticketing import counter, dossiers, splits
from ticketing.counter import Money, Way
from ticketing.dossiers import Dossier
from ticketing.drafts import Buyer
from ticketing.refusals import Refusal
from ticketing.splits import Split, Till
from ticketing.tokens import Scope
from web import languages
from web.call import Call
from web.forms import Form

VALIDATE, SPLIT = "orders/validation.html", "orders/split.html"
DIGEST_BYTES = 16


@get(ONE + "/validation")
async def ask_validate(request: Call, order_id: FromPath[UUID]) -> Response[str]:
    """Which tickets are paid now and how; of an order that is paid, its tickets to print and what is left elsewhere."""
    desk = await access.order(request, order_id, Scope.SELL)
    dossier = await dossiers.of(request.services.database, order_id)
    return await _asked(request, desk, dossier, _waiting(dossier), Form())


@post(ONE + "/validation", status_code=200)
async def validate(request: Call, order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Take the money of the tickets that were chosen; what is not chosen stays reserved."""
    desk = await access.order(request, order_id, Scope.SELL)
    form, services = await request.typed(), request.services
    dossier = await dossiers.of(services.database, order_id)
    chosen = _chosen(dossier, form)
    due_cents, method = shown_cents(form, "due_cents"), method_of(form)
    given_cents = form.money("given", dossier.order.currency, required=False)
    try:
        counter.ensure_enough(Money(Way.CASH, given_cents), due_cents)
        wanted = Split(order_id, tuple(chosen), _key(chosen), Till(method, due_cents, session_of(form)))
        parted = await splits.validate(services.database, services.settings, wanted, request.now, desk.actor)
    except Refusal as refusal:
        form.refused(refusal)
        dossier = await dossiers.of(services.database, order_id)
        return await _asked(request, desk, dossier, chosen, form, refusal.status)
    back = f"?change={given_cents - due_cents}" if given_cents is not None else ""
    return pages.done(request, f"/admin/orders/{parted.new.id}/validation{back}", "The payment is booked.")


@get(ONE + "/split")
async def ask_split(request: Call, order_id: FromPath[UUID]) -> Response[str]:
    """Which tickets leave, and for whom."""
    desk = await access.order(request, order_id, Scope.SELL)
    dossier = await dossiers.of(request.services.database, order_id)
    return pages.show(request, SPLIT, desk, dossier=dossier, chosen=[], form=Form(), **WORDS)


@post(ONE + "/split", status_code=200)
async def split(request: Call, order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Make an order of them."""
    desk = await access.order(request, order_id, Scope.SELL)
    form, services = await request.typed(), request.services
    dossier = await dossiers.of(services.database, order_id)
    chosen = _chosen(dossier, form)
    if not chosen:
        form.mistaken("", "Choose at least one ticket.")
    else:
        wanted = Split(order_id, tuple(chosen), _key(chosen), buyer=_buyer(form, dossier))
        try:
            parted = await splits.split(services.database, services.settings, wanted, request.now, desk.actor)
            return pages.done(request, f"/admin/orders/{parted.new.id}", "The tickets are an order of their own.")
        except Refusal as refusal:
            form.refused(refusal)
    dossier = await dossiers.of(services.database, order_id)
    return pages.show_again(request, SPLIT, desk, dossier=dossier, chosen=chosen, form=form, **WORDS)


def _waiting(dossier: Dossier) -> list[UUID]:
    return [seat.id for seat in dossier.seats if seat.live]


def _chosen(dossier: Dossier, form: Form) -> list[UUID]:
    """What was ticked, in the order of the page; also what has left the order since, which the verb knows."""
    ticked = form.texts("ticket")
    known = [seat.id for seat in dossier.seats if str(seat.id) in ticked]
    return known if len(known) == len(ticked) else [one for text in ticked if (one := _id(text)) is not None]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _key(chosen: Sequence[UUID]) -> str:
    """What is chosen can leave its order once: that is the name of the request."""
    every = b"".join(sorted(one.bytes for one in chosen))
    return hashlib.blake2b(every, digest_size=DIGEST_BYTES).hexdigest()


def _buyer(form: Form, dossier: Dossier) -> Buyer | None:
    email, name = form.text("email").strip(), form.text("name").strip()
    if not email and not name:
        return None
    spoken = form.text("language") if form.text("language") in languages.SPOKEN else dossier.client.locale
    return Buyer(email, name or email.partition("@")[0], spoken)


async def _asked(
    call: Call, desk: Desk, dossier: Dossier, chosen: Sequence[UUID], form: Form, status: int = 200
) -> Response[str]:
    order, live = dossier.order, [seat for seat in dossier.seats if seat.live]
    taking = dossier.taking(chosen)
    context: dict[str, Any] = {
        "dossier": dossier, "form": form, "chosen": chosen, "live": live,
        "due_cents": order.due_cents if len(taking.tickets) == len(live) else taking.value_cents - taking.back_cents,
        "counter": await till_of(call, desk, dossier), "print_path": print_path(order.id),
        "relatives": await splits.relatives(call.services.database, order.id), "change_cents": _change(call),
        "pays": dossier.open and order.due_cents > 0,
    }  # fmt: skip
    response = pages.show(call, VALIDATE, desk, **context, **WORDS)
    response.status_code = status
    return response


def _change(call: Call) -> int | None:
    text = call.query_params.get("change", "")
    return int(text) if text.isdecimal() and len(text) <= 9 else None
