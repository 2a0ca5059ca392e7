import html
import re

import pytest

from tests.admin.conftest import Browser, SignIn
from tests.api.conftest import House
from ticketing.tokens import Scope


@pytest.fixture
def path(house: House) -> str:
    return f"/admin/box-offices/{house.key}/embedding"


def version(page: str) -> str:
    return re.findall(r'name="version" value="(\d+)"', page)[0]


async def test_sites_are_named_and_noted(sign_in: SignIn, path: str, house: House) -> None:
    browser = await sign_in()
    page = await browser.page(path)
    assert "No site may show the shop yet" in page and path in await browser.page(f"/admin/box-offices/{house.key}")
    await browser.done(f"{path}/origins", {"version": "0", "origins": "https://a.example/\nhttps://b.example:8443\n"})
    page = await browser.page(path)
    assert "https://a.example\nhttps://b.example:8443" in page and "No site may show" not in page
    assert "stands on other sites" in page
    await browser.done(f"{path}/trackers", {"version": "1", "snippet": "a()", "img_hosts": "p.example"})
    page = await browser.page(path)
    assert "https://p.example" in page and "https://a.example" in page and version(page) == "2"


async def test_mistakes_keep_what_was_typed_and_the_other_form(sign_in: SignIn, path: str) -> None:
    browser = await sign_in()
    await browser.page(path)
    response = await browser.post(
        f"{path}/origins", {"version": "0", "origins": "https://ok.example\nhttp://no.example"}
    )
    page = html.unescape(response.text)
    assert response.status_code == 422 and "“http://no.example” is no address of a site" in page
    assert (
        "https://ok.example\nhttp://no.example" in page
        and "frame-src 'self'" in response.headers["content-security-policy"]
    )
    fields = {"version": "0", "snippet": "</script><script>alert(1)", "script_hosts": "s.example"}
    response = await browser.post(f"{path}/trackers", fields)
    assert response.status_code == 422 and "</script><script>alert(1)" not in response.text
    assert "between the opening and the closing script tag" in response.text and "s.example" in response.text


async def test_who_saves_after_another_sees_both(sign_in: SignIn, path: str) -> None:
    browser = await sign_in()
    await browser.page(path)
    await browser.done(f"{path}/origins", {"version": "0", "origins": "https://theirs.example"})
    response = await browser.post(f"{path}/origins", {"version": "0", "origins": "https://mine.example"})
    assert response.status_code == 409 and "https://theirs.example" in response.text
    assert "https://mine.example" in response.text and 'name="version" value="1"' in response.text


async def test_the_link_is_made_of_what_is_asked(sign_in: SignIn, path: str, house: House, settings: object) -> None:
    browser = await sign_in()
    event = house.performances[0].event_id
    asked = f"?from=2027-03-01&language=fr&event={event}&bare=on&pay=invoice&pay=on_site&dates=week"
    page = await browser.page(path + asked)
    said = f";bare;language=fr;from=2027-03-01;dates=week;events={event};pay=invoice,on_site"
    assert f"/shop/{house.key}{said}/" in page and f'src="/shop/{house.key};embedded{said}/"' in page
    assert (
        f'<placeur-shop shop="{house.key}" bare language="fr" from="2027-03-01" dates="week" events="{event}"' in page
    )
    assert f'<placeur-button shop="{house.key}"' in page and ">Billets</placeur-button>" in page
    assert "<iframe data-placeur src=" in page and "/embed.js" in page
    block = await browser.get(path + asked, headers={"hx-request": "true"})
    assert block.text.lstrip().startswith('<div id="made">') and said in block.text


async def test_nothing_typed_gets_out_of_a_snippet(sign_in: SignIn, path: str) -> None:
    browser = await sign_in()
    text = (await browser.get(f'{path}?event="><script>x()</script>&language=";x&pay=a;embedded&from=<b>')).text
    assert "<script>x()" not in text and "<b>" not in text.replace("<b>{", "")
    assert "pay=a" not in text


async def test_the_preview_may_be_framed_here_and_nowhere_else(sign_in: SignIn, path: str, house: House) -> None:
    browser = await sign_in()
    response = await browser.get(path)
    assert response.headers["content-security-policy"].endswith("frame-ancestors 'none'; frame-src 'self'")
    response = await browser.get(f"/admin/box-offices/{house.key}/shop")
    assert "frame-src" not in response.headers["content-security-policy"]


async def test_who_does_not_manage_it_is_refused(sign_in: SignIn, path: str, rival: House) -> None:
    seller: Browser = await sign_in(Scope.SELL)
    assert (await seller.get(path)).status_code == 403
    assert (await seller.post(f"{path}/origins", {"version": "0", "origins": ""})).status_code == 403
    stranger = await sign_in(organisation_id=rival.organisation_id)
    assert (await stranger.get(path)).status_code == 404
    manager = await sign_in()
    manager.token = "0" * 64
    assert (await manager.post(f"{path}/trackers", {"version": "0", "snippet": "a()"})).status_code == 403
