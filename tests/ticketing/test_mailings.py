"""Mails to buyers: whom they are for, that nobody gets one twice, and the way out of them."""

import asyncio
from collections import Counter
from uuid import UUID

import pytest

from engine.inventory import Inventory
from tests.ticketing.house import NOW, SETTINGS, House, hold, open_house, order, request
from ticketing import jobs, mailings, orders, payments
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.jobs import Job, SendMailing
from ticketing.mailings import Choice, RecipientState, State, Text
from ticketing.refusals import EditedMeanwhile, InputRefused, LinkUnknown, MailingEmpty, MailingStarted, NotFound

HELLO = {"en": Text("News of {event}", "Dear {name},\n\ncome early."), "fr": Text("Nouvelles", "Venez tôt.")}
FIRST = UUID(int=0)


def actor(house: House) -> Actor:
    return Actor(organisation_id=house.organisation)


async def bought(db: Database, inventory: Inventory, house: House, *buyers: list[int]) -> list[str]:
    """Paid orders of these places, each by somebody else; their addresses."""
    for places in buyers:
        await payments.take_on_site(db, (await order(db, inventory, house, places)).id, NOW)
    async with db.read() as c:
        rows = await c.fetch("select email from customers where organisation_id = $1 order by id", house.organisation)
    return [row["email"] for row in rows]


async def drafted(db: Database, house: House, **chosen: object) -> UUID:
    choice = Choice(HELLO, **chosen)  # type: ignore[arg-type]
    return await mailings.draft(db, house.organisation, house.performance.event_id, choice, actor(house), NOW)


async def sent(db: Database, house: House, mailing: UUID) -> int:
    version = (await mailings.get(db, house.organisation, mailing)).version
    return await mailings.send(db, house.organisation, mailing, version, actor(house), NOW)


async def chains_of(db: Database, mailing: UUID) -> list[int]:
    """The chains of the jobs that send a mail, the oldest job first."""
    async with db.read() as c:
        rows = await c.fetch("select payload from pgqueuer where entrypoint = $1 order by id", Job.SEND_MAILING)
    payloads = [jobs.read(Job.SEND_MAILING, row["payload"]) for row in rows]
    return [one.chain for one in payloads if isinstance(one, SendMailing) and one.mailing == mailing]


async def test_every_buyer_once_whatever_they_bought(database: Database, inventory: Inventory) -> None:
    house = await open_house(database, performance_count=2)
    await bought(database, inventory, house, [0, 1], [2])
    again = request(house, await hold(inventory, house, [3]), [3])
    async with database.read() as c:
        email = await c.fetchval("select email from customers where organisation_id = $1", house.organisation)
    known = type(again.buyer)(email, "Ann Example")
    placed = await orders.place(
        database,
        inventory,
        SETTINGS,
        type(again)(again.box_office, again.request_key, again.hold, known, again.seats),
        NOW,
    )
    await payments.take_on_site(database, placed.id, NOW)
    await order(database, inventory, house, [5])  # not paid
    mailing = await drafted(database, house)
    counted = await mailings.audience(database, await mailings.get(database, house.organisation, mailing))
    assert counted.recipient_count == 2 == await sent(database, house, mailing)


async def test_of_some_dates_and_tariffs(database: Database, inventory: Inventory) -> None:
    house = await open_house(database, performance_count=2)
    await bought(database, inventory, house, [0])
    await payments.take_on_site(database, (await order(database, inventory, house, [10], house.cheap)).id, NOW)
    for chosen, count in (
        ({}, 2),
        ({"tariff_ids": [house.cheap]}, 1),
        ({"performance_ids": [house.performance.id]}, 2),
        ({"performance_ids": [house.performances[1].id]}, 0),
    ):
        mailing = await mailings.get(database, house.organisation, await drafted(database, house, **chosen))
        assert (await mailings.audience(database, mailing)).recipient_count == count
    with pytest.raises(MailingEmpty):
        await sent(database, house, mailing.id)
    assert (await mailings.get(database, house.organisation, mailing.id)).state is State.DRAFT


async def test_another_organisations_dates_and_mails_are_out_of_reach(database: Database) -> None:
    house, rival = await open_house(database), await open_house(database)
    with pytest.raises(InputRefused):
        await drafted(database, house, performance_ids=[rival.performance.id])
    mailing = await drafted(database, house)
    with pytest.raises(NotFound):
        await mailings.get(database, rival.organisation, mailing)
    with pytest.raises(NotFound):
        await mailings.send(database, rival.organisation, mailing, 1, actor(rival), NOW)


async def test_many_workers_take_each_once(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    await bought(database, inventory, house, *([n] for n in range(12)))
    mailing = await drafted(database, house)
    await sent(database, house, mailing)

    async def work() -> list[UUID]:
        found = []
        while (one := await mailings.take(database, mailing, FIRST, NOW)) is not None:
            found.append(one.customer_id)
            await asyncio.sleep(0)
        return found

    taken = [id for some in await asyncio.gather(*(work() for _ in range(4))) for id in some]
    assert len(taken) == 12 == len(set(taken))


async def test_who_was_being_written_to_is_not_taken_again(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    await bought(database, inventory, house, [0], [1])
    mailing = await drafted(database, house)
    await sent(database, house, mailing)
    cut_short = await mailings.take(database, mailing, FIRST, NOW)
    other = await mailings.take(database, mailing, FIRST, NOW)
    assert cut_short and other and cut_short.customer_id != other.customer_id
    await mailings.note(database, mailing, other.customer_id, RecipientState.SENT, "250", NOW)
    assert await mailings.take(database, mailing, FIRST, NOW) is None
    await mailings.finish(database, mailing, NOW)
    assert (await mailings.get(database, house.organisation, mailing)).state is State.SENT
    assert await mailings.progress(database, mailing) == Counter({RecipientState.SENDING: 1, RecipientState.SENT: 1})


async def test_opting_out_before_and_meanwhile(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    before, meanwhile, _ = await bought(database, inventory, house, [0], [1], [2])
    await mailings.opt_out(database, house.organisation, before, NOW)
    mailing = await drafted(database, house)
    assert await sent(database, house, mailing) == 2
    await mailings.opt_out(database, house.organisation, meanwhile, NOW)
    written = await mailings.take(database, mailing, FIRST, NOW)
    assert written and written.email not in (before, meanwhile)
    assert await mailings.take(database, mailing, FIRST, NOW) is None
    assert (await mailings.progress(database, mailing))[RecipientState.OPTED_OUT] == 2


async def test_stopped_it_waits(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    await bought(database, inventory, house, [0], [1])
    mailing = await drafted(database, house)
    await sent(database, house, mailing)
    await mailings.stop(database, house.organisation, mailing, actor(house), NOW)
    assert await mailings.take(database, mailing, FIRST, NOW) is None
    await mailings.finish(database, mailing, NOW)
    assert (await mailings.get(database, house.organisation, mailing)).state is State.STOPPED
    await mailings.go_on(database, house.organisation, mailing, actor(house), NOW)
    assert await mailings.take(database, mailing, FIRST, NOW, 1) is not None


async def test_stopped_and_gone_on_at_once_one_chain_of_jobs_sends_it(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    await bought(database, inventory, house, [0], [1])
    mailing = await drafted(database, house)
    await sent(database, house, mailing)
    for _ in range(2):
        await mailings.stop(database, house.organisation, mailing, actor(house), NOW)
        await mailings.go_on(database, house.organisation, mailing, actor(house), NOW)
    assert await chains_of(database, mailing) == [0, 1, 2]
    for left_over in (0, 1):
        assert await mailings.take(database, mailing, FIRST, NOW, left_over) is None
        await mailings.finish(database, mailing, NOW, left_over)
    assert await chains_of(database, mailing) == [0, 1, 2]
    assert await mailings.take(database, mailing, FIRST, NOW, 2) is not None
    await mailings.finish(database, mailing, NOW, 2)
    assert await chains_of(database, mailing) == [0, 1, 2, 2]


async def test_counts_are_the_readers_whatever_becomes_of_them(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    emails = await bought(database, inventory, house, [0], [1], [2], [3], [4])
    await mailings.opt_out(database, house.organisation, emails[4], NOW)
    mailing = await drafted(database, house)
    await sent(database, house, mailing)
    await mailings.opt_out(database, house.organisation, emails[3], NOW)
    for state in (RecipientState.SENT, RecipientState.REFUSED, RecipientState.WAITING):
        one = await mailings.take(database, mailing, FIRST, NOW)
        assert one is not None
        await mailings.note(database, mailing, one.customer_id, state, "", NOW)
        await mailings.note(database, mailing, one.customer_id, state, "told twice", NOW)
        async with database.read() as c:
            rows = await c.fetch(
                "select state, count(*) from mailing_recipients where mailing_id = $1 group by state", mailing
            )
        assert await mailings.progress(database, mailing) == Counter(dict(rows))
    (listed,) = await mailings.of_event(database, house.performance.event_id)
    assert listed.recipient_count == 5 - (await mailings.progress(database, mailing))[RecipientState.OPTED_OUT]


async def test_who_is_put_off_waits_for_another_job(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    await bought(database, inventory, house, [0])
    mailing = await drafted(database, house)
    await sent(database, house, mailing)
    one = await mailings.take(database, mailing, FIRST, NOW)
    assert one
    await mailings.note(database, mailing, one.customer_id, RecipientState.WAITING, "451 later", NOW)
    await mailings.finish(database, mailing, NOW)
    assert (await mailings.get(database, house.organisation, mailing)).state is State.SENDING
    async with database.read() as c:
        waiting = await c.fetchval(
            "select count(*) from pgqueuer where entrypoint = $1 and execute_after > now() + interval '1 minute'"
            " and convert_from(payload, 'utf8') like '%' || $2::text || '%'",
            Job.SEND_MAILING, str(mailing),
        )  # fmt: skip
    assert waiting == 1


async def test_a_draft_is_changed_by_one_at_a_time_and_not_once_sent(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    await bought(database, inventory, house, [0])
    mailing, by = await drafted(database, house), actor(house)
    other = Choice({"en": Text("Other", "Other words.")})
    await mailings.revise(database, house.organisation, mailing, other, 1, by, NOW)
    assert set(await mailings.texts(database, mailing)) == {"en"}
    with pytest.raises(EditedMeanwhile):
        await mailings.revise(database, house.organisation, mailing, other, 1, by, NOW)
    with pytest.raises(EditedMeanwhile):
        await mailings.send(database, house.organisation, mailing, 1, by, NOW)
    await sent(database, house, mailing)
    for refused in (
        mailings.revise(database, house.organisation, mailing, other, 3, by, NOW),
        mailings.send(database, house.organisation, mailing, 3, by, NOW),
        mailings.discard(database, house.organisation, mailing, by, NOW),
    ):
        with pytest.raises(MailingStarted):
            await refused
    async with database.read() as c:
        acts = await c.fetch("select act from audit where subject_id = $1 order by id", str(mailing))
    assert [row["act"] for row in acts] == ["mailing.drafted", "mailing.revised", "mailing.sent"]


@pytest.mark.parametrize(
    "text", [Text("", "Words."), Text("Subject", ""), Text("Subject", "Dear {nom},"), Text("a\nb", "Words.")]
)
async def test_what_cannot_be_sent(database: Database, text: Text) -> None:
    house = await open_house(database)
    with pytest.raises(InputRefused):
        await mailings.draft(
            database, house.organisation, house.performance.event_id, Choice({"en": text}), actor(house), NOW
        )


def test_only_the_name_and_the_event_are_filled_in() -> None:
    said = mailings.filled(Text("{event}: {name}", "{name} {x} {name!r}"), "{event}", "Le Cid")
    assert said == Text("Le Cid: {event}", "{event} {x} {name!r}")


@pytest.mark.parametrize(("locale", "language"), [("fr-CH", "fr"), ("en", "en"), ("de", "en"), ("", "en")])
def test_somebody_reads_their_own_language_where_it_is_written(locale: str, language: str) -> None:
    assert mailings.language_of(locale, HELLO) == language
    assert mailings.language_of(locale, {"fr": HELLO["fr"]}) == "fr"


def test_a_link_opens_for_one_address_and_cannot_be_made_up() -> None:
    organisation = new_id()
    token = mailings.opt_out_token(SETTINGS, organisation, "Zoë@example.org")
    assert mailings.opt_out_named(SETTINGS, token) == (organisation, "zoë@example.org")
    forged = [token[:-2] + "AA", token[1:], "", "é" * 9, "A" * 60, token + "A" * 700]
    for one in forged:
        with pytest.raises(LinkUnknown):
            mailings.opt_out_named(SETTINGS, one)
