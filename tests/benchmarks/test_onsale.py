import asyncio
import json
from collections.abc import Iterator
from io import StringIO

import asyncpg
import msgspec
import pytest
from rich.console import Console

import cli
import demo
from benchmarks import telling
from benchmarks.onsale import COUNT, Counted, OnsaleRefused, Report, Told, hold
from benchmarks.options import Options
from benchmarks.shoppers import Ending
from tests import small_halls
from tests.api.server import server
from ticketing.refusals import InputRefused
from ticketing.settings import Settings


class Site(msgspec.Struct, frozen=True):
    """A site that serves the demo in small halls, and the settings behind it."""

    url: str
    settings: Settings


@pytest.fixture(scope="module")
def site(database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("onsale")
    settings = Settings(database_url=database_url, redis_url=redis_url, data=str(data), secret="5a" * 32)
    asyncio.run(demo.make_once(settings, small_halls.write(data)))
    with server(settings) as serving:
        yield Site(serving.url, settings)


async def held(site: Site, options: Options, till: str = "", asked: bool = True) -> Report:
    told: list[Told] = []
    report = await hold(site.url, options, options.crowd(till), site.settings if asked else None, told.append)
    assert all(one.free_at_first >= one.tickets for one in told)
    return report


def text_of(report: Report) -> str:
    page = StringIO()
    telling.tell(report, Console(file=page, width=telling.PLAIN_COLUMNS))
    return page.getvalue()


async def test_a_house_is_sold_out_and_counted(site: Site) -> None:
    report = await held(site, Options(shoppers=20, abandon_rate=0.3, renew_rate=0.3, connections=8))
    seats = small_halls.STADIUM_SEATS
    assert report.seen.sold_out and report.sound
    assert (report.seen.free, report.seen.held, report.seen.tickets) == (0, 0, seats)
    assert report.before == Counted(seats, 0, 0, 0, 0)
    assert report.after == Counted(seats, seats, seats, 0, 0)
    assert report.breaches == ()
    assert report.seen.visits[Ending.BOUGHT] == report.seen.requests["pay"].outcomes["ok"]
    assert report.seen.requests["hold"].p50_ms <= report.seen.requests["hold"].p99_ms
    page = text_of(report)
    assert "sold out." in page and f"{seats} tickets ({seats} paid) for {seats} places; 0 sold twice." in page
    assert "Check: 0 breaches." in page


async def test_several_performances_are_sold_at_once_at_a_till(site: Site) -> None:
    till = demo.tokens_of(site.settings)["sell"]
    report = await held(site, Options(box_office="theatre", performances=2, shoppers=12, pay="on_site"), till)
    assert len(report.performances) == 2 and report.seen.sold_out and report.sound
    assert report.after is not None and (report.after.places, report.after.paid) == (44, 40)
    assert "payment" not in report.seen.requests
    assert "nothing left for one person, 4 places free" in text_of(report)


async def test_who_walks_away_leaves_places_held(site: Site) -> None:
    options = Options(box_office="festival", walk_away_rate=1.0, abandon_rate=0.0, shoppers=5, seconds=0.3)
    report = await held(site, options, asked=False)
    assert report.seen.tickets == 0 and report.seen.held > 0
    assert report.seen.free + report.seen.held == 40
    assert (report.after, report.breaches) == (None, None)
    assert "Not counted" in text_of(report)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Options(box_office="nowhere"), "/api/v1/box-offices/nowhere/performances answers not-found."),
        (Options(performances=50), "stadium has "),
    ],
    ids=["box office", "performances"],
)
async def test_nothing_to_sell_is_told(site: Site, options: Options, said: str) -> None:
    with pytest.raises(OnsaleRefused, match=said):
        await held(site, options)


async def test_a_place_that_two_tickets_are_for_is_counted(site: Site, connection: asyncpg.Connection) -> None:
    report = await held(site, Options(shoppers=5, seconds=0.2))
    performances = list(report.performances)
    transaction = connection.transaction()
    await transaction.start()
    again = """
        insert into tickets (id, order_id, order_line_id, performance_id, tariff_id, pool_id, place, zone, row_label,
            seat_label, category, price_cents, holder_name, status)
        select uuidv7(), order_id, order_line_id, performance_id, tariff_id, pool_id, place + $2, zone, row_label,
            seat_label, category, price_cents, holder_name, status
        from tickets where performance_id = any($1) limit 1
    """
    await connection.execute(again, performances, 0)
    counted = Counted(**dict(await connection.fetchrow(COUNT.read_text(), performances)))
    assert (counted.places_sold_again, counted.seats_sold_again, counted.double_sales) == (1, 1, 1)
    unsound = msgspec.structs.replace(report, after=counted)
    assert report.sound and not unsound.sound
    assert "1 sold twice." in text_of(unsound)
    await transaction.rollback()


@pytest.mark.parametrize("parties", ["", "a", "0", "-1,2", "nan", ",".join(["1"] * 21)])
def test_impossible_parties_are_refused(parties: str) -> None:
    with pytest.raises(InputRefused):
        Options(parties=parties).crowd()


def test_the_command_prints_what_happened(
    site: Site, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = site.settings
    for name, value in {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "PLACEUR_DATA": settings.data,
        "PLACEUR_SECRET": settings.secret,
    }.items():
        monkeypatch.setenv(name, value)
    arguments = ["onsale", "--site", site.url, "--shoppers", "5", "--seconds", "0.2"]
    assert cli.call([*arguments, "--json"]) == 0
    report = json.loads(capfd.readouterr().out)
    assert report["after"]["tickets"] - report["before"]["tickets"] == report["seen"]["tickets"] > 0
    assert report["breaches"] == [] and report["after"]["places_sold_again"] == 0
    assert cli.call([*arguments, "--pay", "on_site"]) == 0
    assert "Counted in Postgres" in capfd.readouterr().out
