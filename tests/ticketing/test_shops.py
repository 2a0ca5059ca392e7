from datetime import UTC, datetime

import pytest

from tests.ticketing.house import House, open_house
from ticketing import shops
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.refusals import EditedMeanwhile, InputRefused, NotFound
from ticketing.shops import Colours, DatesShown, Look, ShopTexts, contrast, readable_on

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
async def house(database: Database) -> House:
    return await open_house(database)


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert readable_on("#8f2a1b") == "#ffffff" and readable_on("#ffe08a") == "#000000"


@pytest.mark.parametrize(
    ("look", "where"),
    [
        (Look(colours=Colours(accent="red")), "accent"),
        (Look(colours=Colours(accent="#8f2a1b;}body{display:none")), "accent"),
        (Look(colours=Colours(ink="#eeeeee")), "ink"),
        (Look(colours=Colours(paper="#1d1b18")), "accent"),
        (Look(variables={"--shop-radius": "4px;} body{}"}), "variables"),
        (Look(variables={"--shop-picture": "url(https://elsewhere.example)"}), "variables"),
        (Look(variables={"color": "#000000"}), "variables"),
        (Look(variables={f"--shop-{n}": "1px" for n in range(41)}), "variables"),
        (Look(texts={"xx": ShopTexts()}), "language"),
        (Look(texts={"en": ShopTexts(title="x" * 201)}), "title_en"),
    ],
)
def test_what_would_break_a_page_is_refused(look: Look, where: str) -> None:
    with pytest.raises(InputRefused) as refused:
        shops.ensure_sound(look)
    assert refused.value.fields["where"] == where


def test_what_organisers_write_is_taken() -> None:
    shops.ensure_sound(Look(variables={"--shop-font": "'Source Sans 3', sans-serif", "--shop-wide": "72.5rem"}))


async def test_two_who_save_for_the_first_time_meet(database: Database, house: House) -> None:
    by = Actor(organisation_id=house.organisation)
    own = (database, house.organisation, house.box_office)
    saved = await shops.change(*own, 0, Look(dates_shown=DatesShown.MONTH), by, NOW)
    assert saved.version == 1 and saved.dates_shown is DatesShown.MONTH
    with pytest.raises(EditedMeanwhile):
        await shops.change(*own, 0, Look(), by, NOW)
    assert (await shops.change(*own, 1, saved.look, by, NOW)).version == 2


async def test_another_organisations_is_not_found(database: Database, house: House) -> None:
    other = await open_house(database)
    with pytest.raises(NotFound):
        await shops.change(
            database, other.organisation, house.box_office, 0, Look(), Actor(organisation_id=other.organisation), NOW
        )
