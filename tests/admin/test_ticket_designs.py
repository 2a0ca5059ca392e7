"""Ticket designs in the back office: made, tried out, worn, and kept from whoever may not."""

import base64
import io
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pypdfium2
from PIL import Image

from tests.admin.conftest import Browser, House, SignIn
from ticketing.db import Database
from ticketing.ticket_designs import PICTURE_PX, Part
from ticketing.tokens import Scope

Act = Callable[..., Any]
CHOICES = {
    "gallery": "poster", "accent": "#1d5c4f", "second": "#ffcf3f", "picture_of": "none",
    "shown": [part.value for part in Part], "note_fr": "Tôt",
}  # fmt: skip


def listed(house: House) -> str:
    return f"/admin/box-offices/{house.key}/ticket-designs"


async def begun(browser: Browser, house: House, name: str = "Mine", gallery: str = "poster") -> str:
    """A new design; its address."""
    await browser.get(f"{listed(house)}/new")
    return await browser.done(listed(house), {"name": name, "gallery": gallery})


def png(width: int, height: int, color: str = "navy") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), color).save(made, "PNG")
    return made.getvalue()


async def test_a_design_is_begun_changed_duplicated_and_deleted(
    sign_in: SignIn, house: House, database: Database
) -> None:
    manager = await sign_in()
    assert "Tickets are plain" in await manager.page(listed(house))
    one = await begun(manager, house)
    page = await manager.page(one)
    assert "Nowhere yet" in page and 'value="Mine"' in page
    assert await manager.done(one, CHOICES | {"name": "Ours", "version": "1"}) == one
    assert 'value="Tôt"' in await manager.page(one)
    stale = await manager.post(one, CHOICES | {"name": "Theirs", "version": "1"})
    assert stale.status_code == 409 and "Saved meanwhile:" in stale.text and 'value="2"' in stale.text
    copy = await manager.done(f"{one}/copies", {"copy_name": "Copy"})
    taken = await manager.post(f"{one}/copies", {"copy_name": "Copy"})
    assert taken.status_code == 422 and "There is already a ticket design named Copy" in taken.text
    assert await manager.done(f"{copy}/removal") == listed(house)
    assert (await manager.get(copy)).status_code == 404
    async with database.read() as c:
        acts = {row["act"] for row in await c.fetch("select act from audit where act like 'ticket-design.%'")}
    assert acts >= {"ticket-design.created", "ticket-design.edited", "ticket-design.deleted"}


async def test_mistakes_are_said_beside_their_fields(sign_in: SignIn, house: House) -> None:
    manager = await sign_in()
    one = await begun(manager, house)
    for field, value, said in (
        ("accent", "red", "Write a colour as #"),
        ("terms_en", "x\n" * 40, "Write at most 30 lines."),
        ("note_fr", "x" * 121, "Write 0 to 120 characters."),
        ("gallery", "mine", "Choose one of these."),
        ("picture_of", "x", "Choose one of these."),
    ):
        again = await manager.post(one, CHOICES | {"name": "Mine", "version": "1", field: value})
        assert again.status_code == 422 and said in again.text, field
        assert f'id="{field}-mistake"' in again.text


async def test_a_preview_is_a_picture_of_what_is_typed(sign_in: SignIn, house: House) -> None:
    manager = await sign_in()
    one = await begun(manager, house)
    for gallery, size, language in (("poster", "a4", "en"), ("festival", "phone", "fr")):
        tried = await manager.post(
            f"{one}/preview", CHOICES | {"gallery": gallery, "size": size, "shown_language": language}
        )
        found = re.search(r'src="data:image/png;base64,([^"]+)"', tried.text)
        assert tried.status_code == 200 and found
        assert Image.open(io.BytesIO(base64.b64decode(found[1]))).format == "PNG"
    kept = await manager.get(f"{one}/preview.png?size=a6&language=fr")
    assert kept.headers["content-type"] == "image/png"
    wrong = await manager.post(f"{one}/preview", CHOICES | {"accent": "<script>", "size": "a4", "shown_language": "en"})
    assert wrong.status_code == 200 and "Write a colour" in wrong.text and "<script>" not in wrong.text
    sample = await manager.get(f"{listed(house)}/gallery/minimal")
    assert sample.headers["content-type"] == "image/png"
    assert (await manager.get(f"{listed(house)}/gallery/other")).status_code == 404


async def test_the_organisers_picture_has_its_size_and_is_drawn_anew(sign_in: SignIn, house: House) -> None:
    manager = await sign_in()
    one = await begun(manager, house, "Picture", "picture")
    assert "Example template" in await manager.page(one)
    example = await manager.get("/admin/ticket-designs/example.png")
    assert Image.open(io.BytesIO(example.content)).size == PICTURE_PX
    for content, said in (
        (png(1200, 600), "must be 2480 × 1169 pixels, landscape: this one is 1200 × 600."),
        (png(2480, 1300), "this one is 2480 × 1300."),
        (png(1169, 2480), "this one is 1169 × 2480."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "This is not a picture"),
        (b"%PDF-1.7", "This is not a picture"),
        (png(6000, 5100), "more than 30 million pixels"),
    ):
        refused = await manager.post(f"{one}/picture", files={"picture": ("x.png", content, "image/png")})
        assert refused.status_code == 422 and said in refused.text, said
    dark = {"picture": ("x.png", png(*PICTURE_PX), "image/png")}
    assert await manager.done(f"{one}/picture", files=dark) == one
    assert "right-hand panel is not white" in await manager.page(one)
    assert await manager.done(f"{one}/logo", files={"logo": ("x.png", png(300, 60), "image/png")}) == one
    empty = await manager.post(f"{one}/logo", {})
    assert empty.status_code == 422 and "Choose a file." in empty.text
    assert await manager.done(f"{one}/picture", {"remove": "yes"}) == one


async def test_tickets_wear_what_was_chosen(sign_in: SignIn, house: House, paid: Act) -> None:
    manager, placed = await sign_in(), await paid()
    here = f"/admin/orders/{placed['id']}"

    async def words(path: str) -> str:
        response = await manager.get(path)
        assert response.status_code == 200, response.text
        document = pypdfium2.PdfDocument(io.BytesIO(response.content))
        return " ".join(page.get_textpage().get_text_range() for page in document)

    assert "Come early" not in await words(f"{here}/tickets.pdf")
    one = await begun(manager, house)
    await manager.done(one, CHOICES | {"name": "Mine", "version": "1", "note_en": "Come early"})
    await manager.done(f"{listed(house)}/default", {"design_id": one.rpartition("/")[2]})
    assert "Come early" in await words(f"{here}/tickets.pdf?size=a6")
    page = await manager.page(here)
    ticket = re.findall(rf"{here}/tickets/([0-9a-f-]{{36}})", page)[0]
    assert "Come early" in await words(f"{here}/tickets/{ticket}/ticket.pdf")
    zipped = await manager.get(f"{here}/tickets.zip")
    assert zipped.headers["content-type"] == "application/zip"
    used = await manager.post(f"{one}/removal")
    assert used.status_code == 422 and "is the default, or chosen" in used.text
    await manager.done(f"{listed(house)}/default", {"design_id": ""})
    assert "Come early" not in await words(f"{here}/tickets.pdf")


async def test_an_event_and_a_tariff_choose(sign_in: SignIn, house: House) -> None:
    manager = await sign_in()
    event, tariff = (
        f"/admin/events/{house.performances[0].event_id}/ticket-design",
        f"/admin/tariffs/{house.full.id}/ticket-design",
    )
    assert "There is no ticket design" in await manager.page(event)
    one = await begun(manager, house)
    id = one.rpartition("/")[2]
    for path in (event, tariff):
        await manager.page(path)
        assert await manager.done(path, {"design_id": id}) == path
        assert "selected" in (await manager.page(path)).partition(id)[2][:40]
        assert (await manager.post(path, {"design_id": str(uuid4())})).status_code == 404
        assert (await manager.post(path, {"design_id": "x"})).status_code == 404
    page = await manager.page(one)
    assert f"{event}" in page and f"{tariff}" in page
    assert await manager.done(event, {"design_id": ""}) == event


async def test_how_tickets_are_handed_over(sign_in: SignIn, house: House) -> None:
    manager, path = await sign_in(), f"/admin/box-offices/{house.key}/ticket-delivery"
    await manager.page(listed(house))
    assert await manager.done(path, {"paper": "a6", "files": "each"}) == listed(house)
    assert re.search(r'<option value="each" selected', await manager.page(listed(house)))
    again = await manager.post(path, {"paper": "a0", "files": "each"})
    assert again.status_code == 422 and "Choose one of these." in again.text


async def test_who_may_only_look_changes_nothing(sign_in: SignIn, house: House) -> None:
    manager, viewer = await sign_in(), await sign_in(Scope.VIEW)
    one = await begun(manager, house)
    page = await viewer.page(one)
    assert "disabled" in page and "Delete design" not in page
    await viewer.page(listed(house))
    for path in (
        one, f"{one}/picture", f"{one}/logo", f"{one}/copies", f"{one}/removal", listed(house),
        f"{listed(house)}/default", f"/admin/box-offices/{house.key}/ticket-delivery",
        f"/admin/events/{house.performances[0].event_id}/ticket-design",
        f"/admin/tariffs/{house.full.id}/ticket-design",
    ):  # fmt: skip
        assert (await viewer.post(path, {"name": "x"})).status_code == 403, path
    assert (await viewer.get(f"{listed(house)}/new")).status_code == 403


async def test_another_organisations_designs_are_not_there(sign_in: SignIn, house: House, rival: House) -> None:
    manager = await sign_in()
    one = await begun(manager, house)
    stranger = await sign_in(organisation_id=rival.organisation_id)
    await stranger.get("/admin")
    for path in (one, f"{one}/preview.png", listed(house), f"{listed(house)}/gallery/poster"):
        assert (await stranger.get(path)).status_code == 404, path
    for path in (one, f"{one}/preview", f"{one}/picture", f"{one}/copies", f"{one}/removal"):
        assert (await stranger.post(path, CHOICES)).status_code == 404, path


async def test_a_form_of_another_site_changes_nothing(sign_in: SignIn, house: House) -> None:
    manager = await sign_in()
    one = await begun(manager, house)
    for path in (one, f"{one}/removal", f"{one}/copies", f"{one}/picture", f"{one}/preview", listed(house)):
        assert (await manager.post(path, CHOICES | {"csrf": "x"})).status_code == 403, path


async def test_what_people_type_is_text(sign_in: SignIn, house: House) -> None:
    manager, evil = await sign_in(), "<script>alert(1)</script>"
    one = await begun(manager, house, evil)
    await manager.done(one, CHOICES | {"name": evil, "version": "1", "terms_en": evil, "contact_fr": evil})
    for path in (one, listed(house), f"/admin/events/{house.performances[0].event_id}/ticket-design"):
        assert evil not in (await manager.get(path)).text
