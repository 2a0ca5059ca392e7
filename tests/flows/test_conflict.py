"""Two people edit one event: whoever saves second sees both versions, and nothing is overwritten unseen."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.flows.conftest import Site, look


def test_two_windows_save(visit: Callable[..., Page], site: Site) -> None:
    path = f"/admin/events/{site.house.performances[0].event_id}/settings"
    first, second = visit(), visit()
    first.goto(path)
    second.goto(path)
    first.get_by_label("Name").fill("The Seagull, revived")
    first.get_by_label("Subtitle").first.fill("A comedy")
    first.get_by_role("button", name="Save").click()
    expect(first.get_by_role("status").first).to_contain_text("Saved.")

    second.get_by_label("Name").fill("The Gull")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_role("alert")).to_contain_text("Somebody else has saved this event")
    expect(second.get_by_label("Name")).to_have_value("The Gull")
    expect(second.get_by_text("Saved meanwhile: The Seagull, revived")).to_be_visible()
    expect(second.get_by_text("Saved meanwhile: A comedy")).to_be_visible()
    look(second)
    first.reload()
    expect(first.get_by_label("Name")).to_have_value("The Seagull, revived")

    second.get_by_label("Subtitle").first.fill("A comedy")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_role("status").first).to_contain_text("Saved.")
    first.reload()
    expect(first.get_by_label("Name")).to_have_value("The Gull")
    expect(first.get_by_label("Subtitle").first).to_have_value("A comedy")
