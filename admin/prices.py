"""The prices of a tariff: for all dates, or those of one date that differ."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages, price_tables
from admin import tariffs as tariff_pages
from admin.access import Desk
from ticketing import prices
from ticketing.prices import Prices
from ticketing.refusals import EditedMeanwhile, NotFound, Refusal
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form

PAGE = "tariffs/prices.html"


@get("/tariffs/{tariff_id:uuid}/prices")
async def show(request: Call, tariff_id: FromPath[UUID]) -> Response[str]:
    """What places cost, for all dates or for `?date=`."""
    desk = await access.tariff(request, tariff_id, Scope.VIEW)
    around = await _around(request, desk, tariff_id)
    return pages.show(request, PAGE, desk, form=Form.of(_fields(around)), **around)


@post("/tariffs/{tariff_id:uuid}/prices", status_code=200)
async def save(request: Call, tariff_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Set them, from the next order on."""
    desk = await access.tariff(request, tariff_id, Scope.MANAGE)
    form, database, owner = await request.typed(), request.services.database, desk.reach.organisation_id
    around = await _around(request, desk, tariff_id)
    cost = price_tables.typed(form, around["table"], around["currency"], request.visit.language)
    version, date, status = form.number("version", 0, tariff_pages.VERSION_MAX), around["date"], 422
    if not form.mistakes and version is not None:
        try:
            date_id = date.id if date else None
            await prices.write(database, owner, tariff_id, date_id, version, cost, desk.actor, request.now)
            return pages.done(request, _path(tariff_id, date), "The prices are saved, from the next order on.")
        except EditedMeanwhile as refusal:
            form.refused(refusal)
            form.compare({name: "" for name in form.names() if ":" in name} | _fields(around))
            status = 409
        except Refusal as refusal:
            form.refused(refusal)
    return pages.show_again(request, PAGE, desk, status=status, form=form, **around)


def _path(tariff_id: UUID, date: prices.Date | None) -> str:
    return f"/admin/tariffs/{tariff_id}/prices" + (f"?date={date.id}" if date else "")


def _fields(around: dict[str, Any]) -> dict[str, Any]:
    return price_tables.fields(around["priced"], around["currency"]) | {"version": around["tariff"].version}


async def _around(request: Call, desk: Desk, tariff_id: UUID) -> dict[str, Any]:
    database = request.services.database
    around = await tariff_pages.of(request, desk, tariff_id, "prices")
    dates = await prices.dates_of(database, around["event_id"])
    date = _date(request, dates)
    date_id = date.id if date else None
    priced = await prices.read(database, tariff_id, date_id)
    always = await prices.read(database, tariff_id) if date else Prices()
    return around | {
        "dates": dates,
        "date": date,
        "own_dates": await prices.own_dates(database, tariff_id),
        "priced": priced,
        "always": price_tables.fields(always, around["currency"]),
        "table": await price_tables.of_event(database, around["event_id"], date_id, priced),
    }


def _date(request: Call, dates: list[prices.Date]) -> prices.Date | None:
    wanted = request.query_params.get("date", "")
    if not wanted:
        return None
    found = next((date for date in dates if str(date.id) == wanted), None)
    if found is None:
        raise NotFound(what="performance")
    return found
