"""A box office's invoices and credit notes in the order of their numbers, and which of them are still to be paid."""

import re
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.params import FromPath

from admin import access, pages
from admin.menu import marked
from admin.orders import PAPERS
from ticketing import box_offices, invoices
from ticketing.invoices import ROWS_MAX, Debt
from ticketing.tokens import Scope
from web.call import Call

LIST = "invoices/index.html"
NUMBER = re.compile(r"(\d{4})-(\d{1,9})")
DEBTS = {
    Debt.PAID: marked("Paid"),
    Debt.OPEN: marked("To be paid"),
    Debt.OVERDUE: marked("Overdue"),
    Debt.CREDITED: marked("Credited"),
}


@get("/box-offices/{key:str}/invoices")
async def index(request: Call, key: FromPath[str]) -> Response[str]:
    """The newest, or those before a number; all, or what is owed."""
    desk = await access.box_office(request, key, Scope.VIEW)
    database, office = request.services.database, desk.reach.box_office_id
    assert office is not None, "one has come to a box office"
    today = request.now.astimezone(ZoneInfo(await box_offices.time_zone(database, office))).date()
    asked = NUMBER.fullmatch(request.query_params.get("before", ""))
    before = (int(asked[1]), int(asked[2])) if asked else None
    owed = request.query_params.get("state") == "owed"
    found = await invoices.page(database, office, today, owed, before)
    return pages.show(
        request, LIST, desk, key=key, rows=found[:ROWS_MAX], more=len(found) > ROWS_MAX, owed=owed,
        first=before is None, debts=DEBTS, paper_kinds=PAPERS,
    )  # fmt: skip
