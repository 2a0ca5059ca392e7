"""What is asked of who orders, and files that are sent before the order that they go with."""

from typing import Annotated

from litestar import get, post
from litestar.params import QueryParameter

from api import access
from api.params import BoxOfficeKey, EventLink, PerformanceId
from api.wire import AskedForms, form_seen
from ticketing import forms, uploads
from ticketing.forms import FILE_BYTES_MAX
from ticketing.performances import ensure_shown
from ticketing.uploads import Sent
from web.call import Call

TAGS = ["Orders"]


@get("/performances/{performance:uuid}/forms", tags=TAGS)
async def asked(request: Call, performance: PerformanceId, link: EventLink = "") -> AskedForms:
    """The forms to be answered with an order: once for the order, and for each ticket by its tariff."""
    access.anybody_reads(request)
    offer = await request.services.offers.of(performance)
    ensure_shown(offer.performance, link)
    of_order, of_tariffs = await forms.asked_at(request.services.database, performance)
    return AskedForms(
        order=form_seen(of_order) if of_order else None,
        tariffs={str(tariff): form_seen(form) for tariff, form in of_tariffs.items()},
    )


@post("/box-offices/{box_office:str}/uploads", tags=TAGS)
async def upload(
    request: Call,
    box_office: BoxOfficeKey,
    name: Annotated[str, QueryParameter(description="What the file is called", max_length=200)] = "",
) -> Sent:
    """Send a file, as the body: a PDF, a PNG or a JPEG of 10 MB at most, taken for what it contains.

    The answer's `id` is what an answer of an order names it by; one that no order takes is forgotten after two hours.
    """
    access.anybody_uploads(request)
    seller = await request.services.offers.box_office(box_office)
    content = await request.received(FILE_BYTES_MAX)
    services = request.services
    return await uploads.take(services.database, services.workshop, seller.id, name, content, request.now)
