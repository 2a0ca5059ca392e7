"""Accounts of customers: the ways in, what is theirs, and their end."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from argon2 import PasswordHasher
from msgspec.structs import replace

from engine.inventory import Inventory
from tests.ticketing.house import NOW, SETTINGS, House, breaches, empty, hold, open_house, request
from tests.ticketing.printers import add_printer, queue
from ticketing import (
    attempts,
    customer_accounts,
    customer_deletions,
    customer_links,
    customer_mails,
    customer_sessions,
    customers,
    jobs,
    mailings,
    orders,
    payments,
    print_jobs,
    staff,
)
from ticketing import mails as mails_about_orders
from ticketing.audit import Actor
from ticketing.customer_accounts import Visitor
from ticketing.customer_links import CustomerLinkKind, Onward, Sought
from ticketing.customer_sessions import CustomerSession
from ticketing.customers import ANONYMOUS
from ticketing.db import Database
from ticketing.drafts import Buyer
from ticketing.jobs import CustomerMailKind, Job, MailKind, SendCustomerMail
from ticketing.orders import PlacedOrder
from ticketing.refusals import (
    AccountGone,
    InputRefused,
    LinkSpent,
    NotFound,
    NotSignedIn,
    PasswordWrong,
    TooManyRequests,
)

SECRET = bytes(32)
PASSWORD = "four plain words here"
LATER = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(staff, "_hasher", hasher)
    monkeypatch.setattr(staff, "_nobody", hasher.hash("nobody"))


@pytest.fixture
async def house(database: Database) -> House:
    return await open_house(database)


def address() -> str:
    return f"ann-{uuid4().hex[-12:]}@example.org"


def visitor(house: House, **changes: Any) -> Visitor:
    fields = {
        "organisation_id": house.organisation, "box_office": "key", "address": "192.0.2.1", "agent": "Browser",
        "browser": "mine", "now": NOW,
    }  # fmt: skip
    return Visitor(**(fields | changes))


async def buy(db: Database, inventory: Inventory, house: House, email: str, place: int, tariff: UUID) -> PlacedOrder:
    """An order by this address."""
    held = await hold(inventory, house, [place])
    wanted = replace(request(house, held, [place], tariff), buyer=Buyer(email, "Ann Example"))
    return await orders.place(db, inventory, SETTINGS, wanted, NOW)


async def link(db: Database, house: House, email: str, job: str = "job 1", **fields: Any) -> str:
    """The link that the worker would send to who has this address."""
    async with db.read() as c:
        row = await c.fetchrow(
            "select id from customers where organisation_id = $1 and email = $2", house.organisation, email
        )
    sought = Sought(kind=CustomerLinkKind.SIGN_IN, customer_id=row["id"], email=email, **fields)
    made = await customer_links.make(db, SECRET, sought, job, NOW)
    assert made is not None
    return made


async def signed_in(db: Database, house: House, email: str, job: str = "job 1") -> CustomerSession:
    secret, _ = await customer_accounts.open_by_link(db, visitor(house), await link(db, house, email, job))
    return await customer_sessions.find(db, house.organisation, secret, NOW)


async def mails(db: Database, house: House) -> list[SendCustomerMail]:
    """The mails to customers that were asked for."""
    async with db.read() as c:
        rows = await c.fetch("select payload from pgqueuer where entrypoint = $1 order by id", Job.SEND_CUSTOMER_MAIL)
    found = [jobs.read(Job.SEND_CUSTOMER_MAIL, row["payload"]) for row in rows]
    return [mail for mail in found if isinstance(mail, SendCustomerMail) and mail.organisation == house.organisation]


async def value(db: Database, query: str, *values: Any) -> Any:
    async with db.read() as c:
        return await c.fetchval(query, *values)


async def over(db: Database, house: House, ago: timedelta) -> None:
    """Let the performance have ended so long ago."""
    async with db.transaction() as c:
        await c.execute(
            "update performances set doors_at = $2::timestamptz - interval '2 h', "
            "starts_at = $2::timestamptz - interval '2 h', ends_at = $2 where id = $1",
            house.performance.id, NOW - ago,
        )  # fmt: skip


# Ways in


async def test_a_link_lets_in_once_and_opens_the_account(database: Database, inventory: Inventory, house: House):
    email = address()
    await buy(database, inventory, house, email, 0, house.full)
    text = await link(database, house, email, onward=Onward.DATA)
    secret, opened = await customer_accounts.open_by_link(database, visitor(house), text)
    assert opened.onward is Onward.DATA and opened.email == email
    session = await customer_sessions.find(database, house.organisation, secret, NOW)
    assert session.email == email and session.proved(NOW) and not session.has_password
    with pytest.raises(LinkSpent):
        await customer_accounts.open_by_link(database, visitor(house), text)
    assert await value(database, "select hash from customer_links") != text.encode()
    acts = await value(
        database, "select array_agg(act || subject_name) from audit where organisation_id = $1", house.organisation
    )
    assert f"customer.account-opened{customer_accounts.number(session.customer_id)}" in acts
    assert email not in str(acts)


async def test_a_link_used_twice_at_once_lets_in_once(database: Database, inventory: Inventory, house: House):
    email = address()
    await buy(database, inventory, house, email, 0, house.full)
    text = await link(database, house, email)
    tries = [customer_accounts.open_by_link(database, visitor(house), text) for _ in range(6)]
    found = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, LinkSpent) for one in found) == 5


@pytest.mark.parametrize("mutant", ["late", "of another organisation", "of another secret", "too long", "moved on"])
async def test_a_link_that_is_not_good_opens_nothing(
    database: Database, inventory: Inventory, house: House, mutant: str
) -> None:
    email = address()
    await buy(database, inventory, house, email, 0, house.full)
    text, who = await link(database, house, email), visitor(house)
    assert await customer_links.find(database, house.organisation, text, NOW)
    if mutant == "late":
        who = replace(who, now=NOW + timedelta(minutes=15, seconds=1))
    elif mutant == "of another organisation":
        who = replace(who, organisation_id=(await open_house(database)).organisation)
    elif mutant == "of another secret":
        text = text[:-1] + ("A" if text[-1] != "A" else "B")
    elif mutant == "too long":
        text += "a" * 100
    else:
        async with database.transaction() as c:
            await c.execute("update customers set email = 'moved-' || email where email = $1", email)
    with pytest.raises(LinkSpent):
        await customer_accounts.open_by_link(database, who, text)
    assert not await value(
        database, "select count(*) from customer_sessions s join customers c on c.id = s.customer_id "
        "where c.organisation_id = $1", house.organisation,
    )  # fmt: skip


async def test_the_same_job_makes_the_same_link_and_a_mailbox_is_not_filled(
    database: Database, inventory: Inventory, house: House
) -> None:
    email = address()
    await buy(database, inventory, house, email, 0, house.full)
    assert await link(database, house, email, "job a") == await link(database, house, email, "job a")
    for n in range(customer_links.FRESH_MAX - 1):
        await link(database, house, email, f"job {n}")
    with pytest.raises(AssertionError):
        await link(database, house, email, "one too many")


async def test_asking_does_the_same_whether_anybody_has_the_address(
    database: Database, inventory: Inventory, house: House
) -> None:
    """One job either way; only the worker finds out, and writes to nobody."""
    email = address()
    await buy(database, inventory, house, email, 0, house.full)
    await customer_accounts.ask_link(database, visitor(house), f" {email.upper()} ")
    await customer_accounts.ask_link(database, visitor(house), "nobody@example.org", Onward.DATA)
    known, unknown = await mails(database, house)
    letter = await customer_mails.letter(database, SECRET, known, "job 7", NOW)
    assert letter is not None and letter.to.email == email and letter.path.startswith("/shop/key/account/links/")
    found = await customer_links.find(database, house.organisation, letter.path.rpartition("/")[2], NOW)
    assert found.asked_by("mine") and not found.asked_by("another")
    assert await customer_mails.letter(database, SECRET, unknown, "job 8", NOW) is None
    with pytest.raises(InputRefused):
        await customer_accounts.ask_link(database, visitor(house), "no address")


async def test_a_password_lets_in_and_is_nobody_elses(database: Database, inventory: Inventory, house: House):
    email, other = address(), await open_house(database)
    await buy(database, inventory, house, email, 0, house.full)
    await buy(database, inventory, other, email, 0, other.full)
    with pytest.raises(PasswordWrong):
        await customer_accounts.open_by_password(database, visitor(house), email, "")
    session = await signed_in(database, house, email)
    beside = await customer_accounts.open_by_link(database, visitor(house), await link(database, house, email, "job 2"))
    with pytest.raises(InputRefused):
        await customer_accounts.set_password(database, session, "short", "key", "192.0.2.1", NOW)
    await customer_accounts.set_password(database, session, PASSWORD, "key", "192.0.2.1", NOW)
    assert (await mails(database, house))[-1].mail is CustomerMailKind.PASSWORD_CHANGED
    await customer_sessions.find(database, house.organisation, await opened(database, house, email), NOW)
    with pytest.raises(NotSignedIn):
        await customer_sessions.find(database, house.organisation, beside[0], NOW)
    with pytest.raises(PasswordWrong):
        await customer_accounts.open_by_password(database, visitor(other), email, PASSWORD)
    with pytest.raises(PasswordWrong):
        await staff.verify(database, email, PASSWORD)
    await customer_accounts.set_password(database, session, None, "key", "192.0.2.1", NOW)
    with pytest.raises(PasswordWrong):
        await opened(database, house, email)


async def opened(database: Database, house: House, email: str) -> str:
    return await customer_accounts.open_by_password(database, visitor(house), email, PASSWORD)


async def test_guessing_slows_the_guesser_and_nobody_else(database: Database, inventory: Inventory, house: House):
    email = address()
    await buy(database, inventory, house, email, 0, house.full)
    session = await signed_in(database, house, email)
    await customer_accounts.set_password(database, session, PASSWORD, "key", "192.0.2.1", NOW)
    for n in range(attempts.STRANGERS_TRIES_MAX):
        stranger = visitor(house, address=f"203.0.113.{n}")
        with pytest.raises(PasswordWrong):
            await customer_accounts.open_by_password(database, stranger, email, "a guess of some length")
    with pytest.raises(TooManyRequests):
        await customer_accounts.open_by_password(database, visitor(house, address="203.0.113.99"), email, PASSWORD)
    assert await opened(database, house, email)
    for _ in range(attempts.FREE_TRIES):
        with pytest.raises(PasswordWrong):
            await customer_accounts.confirm(database, session, "a guess of some length", "192.0.2.1", NOW)
    with pytest.raises(TooManyRequests):
        await customer_accounts.confirm(database, session, PASSWORD, "192.0.2.1", NOW)


async def test_a_session_ends_and_is_one_organisations(database: Database, inventory: Inventory, house: House):
    email, other = address(), await open_house(database)
    await buy(database, inventory, house, email, 0, house.full)
    secret, _ = await customer_accounts.open_by_link(database, visitor(house), await link(database, house, email))
    found = await customer_sessions.find(database, house.organisation, secret, NOW)
    assert not found.proved(NOW + customer_sessions.PROVED_FOR)
    for organisation, text, now in (
        (other.organisation, secret, NOW),
        (house.organisation, secret, NOW + customer_sessions.IDLE_MAX),
        (house.organisation, "", NOW),
        (house.organisation, "a" * 101, NOW),
    ):
        with pytest.raises(NotSignedIn):
            await customer_sessions.find(database, organisation, text, now)
    day = timedelta(days=1)
    for n in range(29):
        await customer_sessions.find(database, house.organisation, secret, NOW + n * day)
    with pytest.raises(NotSignedIn):
        await customer_sessions.find(database, house.organisation, secret, NOW + customer_sessions.LASTS)
    assert await customer_sessions.count_of(database, found.customer_id, NOW) == 1
    await customer_sessions.close_all(database, found.customer_id)
    with pytest.raises(NotSignedIn):
        await customer_sessions.find(database, house.organisation, secret, NOW)


# What is theirs


async def test_orders_of_all_box_offices_to_come_first(database: Database, inventory: Inventory, house: House):
    email = address()
    first = await buy(database, inventory, house, email, 0, house.free)
    second = await buy(database, inventory, house, email, 1, house.full)
    session = await signed_in(database, house, email)
    bought = await customer_accounts.orders(database, session.customer_id, "en", NOW)
    assert {one.id for one in bought} == {first.id, second.id} and all(one.upcoming for one in bought)
    assert {one.total_cents for one in bought} == {0, 3000} and bought[0].events == ["The Play"]
    tickets = await customer_accounts.next_tickets(database, session.customer_id, "fr", NOW)
    assert [(one.order_id, one.label) for one in tickets] == [(first.id, "1")]
    await over(database, house, timedelta(hours=1))
    assert not any(one.upcoming for one in await customer_accounts.orders(database, session.customer_id, "en", NOW))
    assert not await customer_accounts.next_tickets(database, session.customer_id, "en", NOW)
    assert await customer_accounts.is_theirs(database, session.customer_id, first.id, house.box_office)
    assert not await customer_accounts.is_theirs(database, session.customer_id, first.id, uuid4())
    assert not await customer_accounts.is_theirs(database, uuid4(), first.id, house.box_office)
    assert await customer_accounts.offered(database, first.id) is None


async def test_an_account_is_offered_until_the_address_is_proved(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await buy(database, inventory, house, address(), 0, house.free)
    customer = await customer_accounts.offered(database, placed.id)
    assert customer is not None
    await signed_in(database, house, customer.email)
    assert await customer_accounts.offered(database, placed.id) is None


async def test_name_and_language_are_theirs_to_change(database: Database, inventory: Inventory, house: House):
    email = address()
    await buy(database, inventory, house, email, 0, house.full)
    session = await signed_in(database, house, email)
    await customer_accounts.set_profile(database, session, "Anna Example", "fr", "192.0.2.1", NOW)
    found = await customers.get(database, house.organisation, session.customer_id)
    assert (found.name, found.locale) == ("Anna Example", "fr")
    changes = await value(database, "select changes::text from audit where act = 'customer.changed' order by id desc")
    assert "Anna" not in changes
    with pytest.raises(InputRefused):
        await customer_accounts.set_profile(database, session, " ", "fr", "192.0.2.1", NOW)


async def test_another_address_is_taken_by_its_mail_alone_and_brings_its_orders(
    database: Database, inventory: Inventory, house: House
) -> None:
    old, new = address(), address()
    placed = await buy(database, inventory, house, old, 0, house.full)
    earlier = await buy(database, inventory, house, new, 1, house.full)
    await mailings.opt_out(database, house.organisation, old, NOW)
    session = await signed_in(database, house, old)
    theirs = await signed_in(database, house, new)
    with pytest.raises(InputRefused):
        await customer_accounts.ask_email(database, session, old.upper(), "key")
    await customer_accounts.ask_email(database, session, new, "key")
    asked, told = await mails(database, house)
    assert (asked.mail, asked.email) == (CustomerMailKind.EMAIL_CHANGE, new)
    assert (told.mail, told.email) == (CustomerMailKind.EMAIL_CHANGING, old)
    letter = await customer_mails.letter(database, SECRET, asked, "job 9", NOW)
    assert letter is not None and letter.to.email == new
    text = letter.path.rpartition("/")[2]
    with pytest.raises(LinkSpent):  # it signs nobody in
        await customer_accounts.open_by_link(database, visitor(house), text)
    with pytest.raises(LinkSpent):  # and whoever reads that mail cannot be made to give their orders away
        await customer_accounts.take_email(database, theirs, text, "key", "192.0.2.1", NOW)
    assert await customer_accounts.take_email(database, session, text, "key", "192.0.2.1", NOW) == new
    with pytest.raises(LinkSpent):
        await customer_accounts.take_email(database, session, text, "key", "192.0.2.1", NOW)
    bought = await customer_accounts.orders(database, session.customer_id, "en", NOW)
    assert {one.id for one in bought} == {placed.id, earlier.id}
    assert (await mailings.opted_out(database, house.organisation, new))[1]
    assert (await mails(database, house))[-1].mail is CustomerMailKind.EMAIL_CHANGED
    with pytest.raises(NotFound):
        await customer_deletions.standing(database, house.organisation, theirs.customer_id)
    assert not await breaches(database, inventory)


async def test_what_is_kept_is_taken_away(database: Database, inventory: Inventory, house: House):
    email = address()
    placed = await buy(database, inventory, house, email, 0, house.full)
    session = await signed_in(database, house, email)
    document = json.loads(await customer_accounts.taken_away(database, session, "192.0.2.1", NOW))
    assert document["customer"]["email"] == email and document["customer"]["mails_of_the_organiser"]
    assert [one["number"] for one in document["orders"]] == [placed.code]
    assert (
        document["orders"][0]["tickets"][0]["seat"] == "1" and document["orders"][0]["lines"][0]["amount_cents"] == 3000
    )


# The end


@pytest.fixture
async def bought(database: Database, inventory: Inventory) -> tuple[House, CustomerSession, PlacedOrder]:
    """A customer with one paid order, in an otherwise empty database."""
    await empty(database)
    house, email = await open_house(database), address()
    placed = await buy(database, inventory, house, email, 0, house.full)
    await payments.take_on_site(database, placed.id, NOW)
    return house, await signed_in(database, house, email), placed


def by(house: House) -> Actor:
    return Actor(organisation_id=house.organisation, address="192.0.2.1")


async def test_the_end_waits_for_the_last_event_and_can_be_taken_back(
    database: Database, bought: tuple[House, CustomerSession, PlacedOrder]
) -> None:
    house, session, _ = bought
    named = (house.organisation, session.customer_id)
    assert not await customer_deletions.ask(database, *named, "key", by(house), NOW)
    assert not await customer_deletions.ask(database, *named, "key", by(house), NOW)
    assert [mail.mail for mail in await mails(database, house)] == [CustomerMailKind.DELETION_ASKED]
    stands = await customer_deletions.standing(database, *named)
    assert stands.asked_at == NOW and stands.due_at == house.performance.ends_at + timedelta(days=30)
    assert not await customer_deletions.forget_due(database, stands.due_at - LATER)
    await customer_deletions.withdraw(database, *named, by(house), NOW)
    await customer_deletions.withdraw(database, *named, by(house), NOW)
    assert not await customer_deletions.forget_due(database, stands.due_at + LATER)
    await customer_deletions.ask(database, *named, "key", by(house), NOW)
    assert await customer_deletions.forget_due(database, stands.due_at) == 1
    assert not await customer_deletions.forget_due(database, stands.due_at)
    acts = await value(database, "select array_agg(act order by id) from audit where act like 'customer.deletion%'")
    assert acts == ["customer.deletion-asked", "customer.deletion-withdrawn", "customer.deletion-asked"]


async def test_who_was_nowhere_of_late_is_forgotten_at_once_and_the_books_stay(
    database: Database, inventory: Inventory, bought: tuple[House, CustomerSession, PlacedOrder]
) -> None:
    house, session, placed = bought
    named, before = (house.organisation, session.customer_id), await orders.get(database, placed.id)
    await mailings.opt_out(database, house.organisation, session.email, NOW)
    async with database.transaction() as c:
        await c.execute("update tickets set holder_name = 'Ann' where order_id = $1", placed.id)
        await c.execute(
            "insert into order_mails values ('m-1', $1, 'order-paid', $2, 'refused', 'no ' || $2, now())",
            placed.id, session.email,
        )  # fmt: skip
    job = await queue(database, house, await add_printer(database, house), order_id=placed.id)
    await print_jobs.give_up(database, house.box_office, job, by(house), NOW)
    await link(database, house, session.email, "job 5")
    await over(database, house, timedelta(days=30))
    assert await customer_deletions.ask(database, *named, "key", by(house), NOW)
    assert await value(database, "select payload from print_jobs where id = $1", job) is None
    found = await customers.get(database, *named)
    assert (found.name, found.email) == (ANONYMOUS, "")
    with pytest.raises(AccountGone):
        await customer_accounts.set_profile(database, session, "Ann", "en", "", NOW)
    with pytest.raises(NotFound):
        await customer_deletions.ask(database, *named, "key", by(house), NOW)
    for table in ("customer_sessions", "customer_links", "customer_addresses", "opt_outs", "answers"):
        assert not await value(database, f"select count(*) from {table}"), table
    holder = await value(database, "select holder_name from tickets where order_id = $1", placed.id)
    mail = await value(database, "select recipient || reply from order_mails where order_id = $1", placed.id)
    assert (holder, mail) == ("", "")
    assert await orders.get(database, placed.id) == before
    with pytest.raises(InputRefused):
        await mails_about_orders.send_again(database, placed.id, MailKind.TICKETS_AGAIN, "", NOW)
    assert not await breaches(database, inventory)
    last = (await mails(database, house))[-1]
    letter = await customer_mails.letter(database, SECRET, last, "job 6", NOW)
    assert letter is not None and letter.to.email == session.email and not letter.path
    everything = await value(database, "select string_agg(t::text, '') from (select * from customers) t") + await value(
        database, "select string_agg(a::text, '') from audit a"
    )
    assert session.email not in everything


async def test_two_who_were_forgotten_and_one_who_comes_back(
    database: Database, inventory: Inventory, bought: tuple[House, CustomerSession, PlacedOrder]
) -> None:
    house, session, _ = bought
    other = address()
    await buy(database, inventory, house, other, 1, house.free)
    again = await signed_in(database, house, other)
    await over(database, house, timedelta(days=31))
    for one in (session, again):
        assert await customer_deletions.ask(database, house.organisation, one.customer_id, "key", by(house), NOW)
    async with database.transaction() as c:
        back = await customers.find_or_add(c, house.organisation, session.email, "Ann", "en", NOW)
    assert back.id != session.customer_id and not await breaches(database, inventory)


@pytest.mark.parametrize("money", ["to be paid", "to go back"])
async def test_the_end_waits_for_money(
    database: Database, inventory: Inventory, bought: tuple[House, CustomerSession, PlacedOrder], money: str
) -> None:
    house, session, placed = bought
    named = (house.organisation, session.customer_id)
    if money == "to be paid":
        await buy(database, inventory, house, session.email, 3, house.full)
    else:
        await orders.cancel(database, inventory, placed.id, NOW)
    await over(database, house, timedelta(days=31))
    assert (await customer_deletions.standing(database, *named)).awaits_money
    assert not await customer_deletions.ask(database, *named, "key", by(house), NOW)
    assert not await customer_deletions.forget_due(database, NOW + timedelta(days=60))


async def test_another_organisations_customer_is_not_found(
    database: Database, bought: tuple[House, CustomerSession, PlacedOrder]
) -> None:
    _, session, _ = bought
    rival = await open_house(database)
    named = (rival.organisation, session.customer_id)
    for act in (
        customer_deletions.standing(database, *named),
        customer_deletions.ask(database, *named, "key", by(rival), NOW),
        customer_deletions.withdraw(database, *named, by(rival), NOW),
    ):
        with pytest.raises(NotFound):
            await act


async def test_no_mail_of_the_organiser_goes_to_who_was_forgotten(
    database: Database, bought: tuple[House, CustomerSession, PlacedOrder]
) -> None:
    house, session, _ = bought
    event = await value(database, "select event_id from performances where id = $1", house.performance.id)
    choice = mailings.Choice(texts={"en": mailings.Text("Subject", "Body")})
    drafted = await mailings.draft(database, house.organisation, event, choice, by(house), NOW)
    mailing = await mailings.get(database, house.organisation, drafted)
    assert (await mailings.audience(database, mailing)).recipient_count == 1
    await mailings.send(database, house.organisation, drafted, mailing.version, by(house), NOW)
    await over(database, house, timedelta(days=31))
    await customer_deletions.ask(database, house.organisation, session.customer_id, "key", by(house), NOW)
    assert await mailings.take(database, drafted, UUID(int=0), NOW) is None
    assert (await mailings.audience(database, mailing)).recipient_count == 0
