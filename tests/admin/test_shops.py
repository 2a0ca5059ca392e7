import io

import pytest
from PIL import Image

from tests.admin.conftest import Browser, SignIn
from tests.api.conftest import House
from ticketing.tokens import Scope


@pytest.fixture
def path(house: House) -> str:
    return f"/admin/box-offices/{house.key}/shop"


def fields(**changed: str) -> dict[str, str]:
    plain = {"version": "0", "accent": "#1d4e89", "paper": "#ffffff", "ink": "#1d1b18", "variables": "", "gauges": "on"}
    return plain | {"dates_shown": "month", "title_en": "Our season", "title_fr": ""} | changed


async def test_the_look_is_changed_and_noted(sign_in: SignIn, path: str, house: House) -> None:
    browser = await sign_in()
    page = await browser.page(path)
    assert "Open the shop" in page and path in await browser.page(f"/admin/box-offices/{house.key}")
    await browser.done(path, fields(variables="--shop-radius: 4px;\n"))
    page = await browser.page(path)
    assert "Our season" in page and "--shop-radius: 4px" in page and "changed the shop of" in page
    css = (await browser.get(f"/shop/{house.key}/theme.css")).text
    assert "--shop-accent:#1d4e89" in css


async def test_mistakes_keep_what_was_typed(sign_in: SignIn, path: str) -> None:
    browser = await sign_in()
    await browser.page(path)
    response = await browser.post(path, fields(ink="#fafafa", intro_en="A long welcome"))
    assert response.status_code == 422 and "hard to read" in response.text and "A long welcome" in response.text
    response = await browser.post(path, fields(variables="body { display: none }"))
    assert response.status_code == 422 and "is no variable" in response.text


async def test_who_saves_after_another_sees_both(sign_in: SignIn, path: str) -> None:
    browser = await sign_in()
    await browser.page(path)
    await browser.done(path, fields())
    response = await browser.post(path, fields(title_en="Mine"))
    assert response.status_code == 409 and "Our season" in response.text and "Mine" in response.text
    assert 'name="version" value="1"' in response.text


async def test_a_logo_is_drawn_anew_and_shown(sign_in: SignIn, path: str, house: House) -> None:
    browser = await sign_in()
    await browser.page(path)
    picture = io.BytesIO()
    Image.new("RGB", (400, 160), "#1d4e89").save(picture, "PNG")
    await browser.done(f"{path}/logo", {}, files={"picture": ("logo.png", picture.getvalue(), "image/png")})
    address = (await browser.page(path)).split(f'src="/shop/{house.key}/pictures/')[1].split('"')[0]
    shown = await browser.get(f"/shop/{house.key}/pictures/{address}")
    assert shown.status_code == 200 and shown.headers["content-type"].startswith("image/")
    assert (await browser.get(f"/shop/{house.key}/pictures/{'0' * 64}")).status_code == 404
    response = await browser.post(f"{path}/logo", {}, files={"picture": ("x.png", b"<svg>", "image/png")})
    assert response.status_code == 422
    await browser.done(f"{path}/logo", {"remove": "1"}, files={"x": ("", b"")})
    assert "/pictures/" not in await browser.page(path)


async def test_who_does_not_manage_it_is_refused(sign_in: SignIn, path: str) -> None:
    seller: Browser = await sign_in(Scope.SELL)
    assert (await seller.get(path)).status_code == 403
