"""The page behind the link in an order's mails, and the files beside it."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pypdfium2
from httpx import AsyncClient
from icalendar import Calendar

from tests.api.conftest import House, client, database, hold, house, opens, order, paid, rival, settings
from ticketing import ticket_links
from ticketing.settings import Settings

__all__ = ["client", "database", "hold", "house", "order", "paid", "rival", "settings"]
Act = Callable[..., Any]


def at(settings: Settings, placed: Any) -> str:
    return ticket_links.path(settings, UUID(placed["id"]))


def page_count(content: bytes) -> int:
    return len(pypdfium2.PdfDocument(io.BytesIO(content)))


async def test_the_page_shows_every_code_and_changes_nothing(
    paid: Act, client: AsyncClient, settings: Settings
) -> None:
    placed = await paid(party=3)
    response = await client.get(at(settings, placed), headers={"accept-language": "fr"})
    assert response.status_code == 200 and response.headers["cache-control"] == "no-store"
    assert response.text.count('class="code"') == 3 and "Billet 3 sur 3" in response.text
    assert 'name="robots" content="noindex"' in response.text and "style=" not in response.text
    assert response.headers["referrer-policy"] == "no-referrer"
    assert (await client.post(at(settings, placed))).status_code == 405


async def test_the_files(paid: Act, client: AsyncClient, settings: Settings) -> None:
    placed = await paid(party=3)
    here = at(settings, placed)
    whole = await client.get(f"{here}/tickets.pdf", params={"size": "phone"})
    assert page_count(whole.content) == 3
    assert f'filename="tickets-{placed["code"]}.pdf"' in whole.headers["content-disposition"]
    packed = zipfile.ZipFile(io.BytesIO((await client.get(f"{here}/tickets.zip")).content))
    names = packed.namelist()
    assert len(set(names)) == 3 and all(name.startswith(f"{placed['code']}-") for name in names)
    assert all(name.isascii() and "/" not in name and page_count(packed.read(name)) == 1 for name in names)
    sheet = await client.get(f"/api/v1/orders/{placed['id']}/tickets", headers=opens(placed))
    ticket = sheet.json()["tickets"][0]["ticket_id"]
    assert page_count((await client.get(f"{here}/{ticket}/ticket.pdf")).content) == 1
    assert (await client.get(f"{here}/{uuid4()}/ticket.pdf")).status_code == 404


async def test_the_calendar(paid: Act, client: AsyncClient, settings: Settings) -> None:
    placed = await paid(party=2)
    response = await client.get(f"{at(settings, placed)}/calendar.ics")
    assert response.headers["content-type"].startswith("text/calendar")
    assert all(len(line) <= 75 for line in response.content.split(b"\r\n"))
    (event,) = Calendar.from_ical(response.content).walk("VEVENT")
    start = event.decoded("dtstart")
    assert isinstance(start, datetime) and str(start.tzinfo) == "UTC"
    assert event.decoded("dtend") > start and "The Seagull" in event["summary"]
    assert at(settings, placed) in event["url"] and placed["code"] in event["description"]


async def test_what_is_no_link_of_ours_opens_nothing(
    paid: Act, order: Act, client: AsyncClient, settings: Settings
) -> None:
    placed, unpaid = await paid(), await order()
    good = at(settings, placed)
    for path in (good[:-1] + ("A" if good[-2] != "A" else "B") * 2, "/tickets/x", "/tickets/" + "A" * 43):
        assert (await client.get(path)).status_code == 404
        assert (await client.get(f"{path}/tickets.pdf")).status_code == 404
    gone = await client.get(at(settings, unpaid))
    assert gone.status_code == 409 and "There are no tickets to show" in gone.text
    assert (await client.get(f"{at(settings, unpaid)}/tickets.pdf")).status_code == 409


async def test_an_order_is_handed_over_as_its_buyer_chose(paid: Act, client: AsyncClient, rival: House) -> None:
    placed = await paid()
    path = f"/api/v1/orders/{placed['id']}/ticket-delivery"
    body = {"paper": "phone", "files": "each"}
    assert (await client.post(path, json=body)).status_code == 401
    assert (await client.post(path, json=body | {"paper": "a0"}, headers=opens(placed))).status_code == 422
    assert (await client.post(path, json=body, headers=opens(placed))).json() == body
    printed = await client.get(f"/api/v1/orders/{placed['id']}/tickets.pdf", headers=opens(placed))
    width, height = pypdfium2.PdfDocument(io.BytesIO(printed.content))[0].get_size()
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (90, 200)
    for name, kind in (("tickets.zip", "application/zip"), ("calendar.ics", "text/calendar")):
        answer = await client.get(f"/api/v1/orders/{placed['id']}/{name}", headers=opens(placed))
        assert answer.headers["content-type"].startswith(kind)
        assert (await client.get(f"/api/v1/orders/{placed['id']}/{name}")).status_code == 401
