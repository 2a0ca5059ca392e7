"""What a box office lets its buyers choose and do at the checkout and after it."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, history, pages
from admin.access import Desk
from admin.menu import marked
from ticketing import checkouts
from ticketing.checkouts import HOURS_MAX, Handover, Rules
from ticketing.refusals import EditedMeanwhile, InputRefused
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form

SHOW = "checkout/show.html"
VERSION_MAX = 2**31 - 1
HANDOVERS = {
    Handover.PRINT: (marked("Print at home"), marked("A PDF by e-mail, on A4.")),
    Handover.MOBILE: (marked("On the phone"), marked("Shown on the screen at the door.")),
    Handover.COUNTER: (
        marked("Pick up at the counter"),
        marked("You print them. Buyers do not see the codes before."),
    ),
}
"""What each way is called, and what it means."""


@get("/box-offices/{key:str}/checkout")
async def show(request: Call, key: FromPath[str]) -> Response[str]:
    """The rules as they are."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    rules = await checkouts.rules(request.services.database, _office(desk))
    return pages.show(request, SHOW, desk, form=Form.of(_values(rules)), **await _around(request, desk))


@post("/box-offices/{key:str}/checkout", status_code=200)
async def save(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Change them."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, database, office = await request.typed(), request.services.database, _office(desk)
    wanted, status = _read(form), 422
    if wanted is not None:
        try:
            await checkouts.change(database, desk.reach.organisation_id, office, wanted, desk.actor, request.now)
            return pages.done(request, f"/admin/box-offices/{key}/checkout", "Saved.")
        except EditedMeanwhile as refusal:
            form.refused(refusal)
            form.compare(_values(await checkouts.rules(database, office)))
            status = 409
        except InputRefused as refusal:
            form.refused(refusal)
    return pages.show_again(request, SHOW, desk, status=status, form=form, **await _around(request, desk))


def _office(desk: Desk) -> UUID:
    assert desk.reach.box_office_id is not None, "one has come to a box office"
    return desk.reach.box_office_id


async def _around(call: Call, desk: Desk) -> dict[str, Any]:
    return {
        "handovers": [(one.value, *words) for one, words in HANDOVERS.items()],
        "hours_max": HOURS_MAX,
        "history": await history.of(call, desk, "box_office", _office(desk)),
    }


def _values(rules: Rules) -> dict[str, Any]:
    return {name: getattr(rules, name) for name in Rules.__struct_fields__}


def _read(form: Form) -> Rules | None:
    """What was typed; None where it cannot be meant, with the mistakes in the form."""
    version = form.number("version", 0, VERSION_MAX)
    cancellation = form.number("cancellation_until_hours", 0, HOURS_MAX, required=False)
    holders = form.number("holders_until_hours", 0, HOURS_MAX, required=False)
    if form.mistakes:
        return None
    return Rules(
        version=version or 0,
        handovers=tuple(one for one in Handover if one in form.texts("handovers")),
        cancellation_until_hours=cancellation,
        holders_until_hours=holders,
    )
