"""Every invariant with its mutant: what guards it is dropped, the breach is made, and `check` sees it."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from redis import Redis

from engine.inventory import Inventory
from tests.ticketing.house import breaches, open_house, order
from ticketing import pools
from ticketing.check import INVARIANTS, SQL, WORDS_FOLLOW_CLAIMS, in_postgres, of_invariant
from ticketing.db import Database
from ticketing.pools import PoolClaims

SOLD = Path(__file__).with_name("sold.sql")
NOW = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
async def sold_house(fresh_database: Callable[[], str]) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a database of its own that holds a sold house."""
    connection = await asyncpg.connect(fresh_database())
    await connection.execute(SOLD.read_text())
    yield connection
    await connection.close()


@pytest.fixture
async def sold(sold_house: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the sold house, inside a transaction that will be rolled back."""
    transaction = sold_house.transaction()
    await transaction.start()
    yield sold_house
    await transaction.rollback()


async def test_a_sound_house_has_no_breach(sold: asyncpg.Connection) -> None:
    assert await in_postgres(sold, NOW) == []


async def test_an_empty_database_has_no_breach(connection: asyncpg.Connection) -> None:
    assert await in_postgres(connection, NOW) == []


def drop(table: str, constraint: str) -> str:
    return f"alter table {table} drop constraint {constraint} cascade;"


PASSAGE = (
    "ticket_id, number, scan_id, performance_id, gate, at, direction, mode, last, entry, entry_count, entry_change,"
    " inside_change, entered_at, entered_gate"
)
SCAN_MADE = "(select id from scans where gate = 'made')"
PASSAGE_AFTER = (
    "ticket_id, 3, {scan}, performance_id, gate, at, direction, mode, last, entry, entry_count, 0, 0, null, null"
)
SCAN = "id, performance_id, ticket_id, device_id, gate, verdict, digest, at"
OTHER_SCAN = "gen_random_uuid(), performance_id, ticket_id, device_id, 'made', verdict, digest, at"
LEFT = "'left'"
LINE = "insert into order_lines (id, order_id, box_office_id, kind, label, amount_cents, reverses, created_at)"
ORDER = "(select order_id from claims where pool_id = 1 and place = {place})"
TICKET = "(select id from tickets where pool_id = 1 and place = {place})"
UNGUARDED = "set local session_replication_role = replica;"
"""Triggers are off, foreign keys among them."""
REHASHED = (
    UNGUARDED
    + "with forged as (select session_id, number, replace(entry, '{old}', '{new}') as text from cash_movements"
    " where kind = '{kind}') update cash_movements m set entry = f.text, hash = sha256(convert_to(f.text, 'UTF8')),"
    " amount_cents = {cents}, reason = f.text::jsonb ->> 'reason' from forged f"
    " where (f.session_id, f.number) = (m.session_id, m.number)"
)
"""A row altered together with its own hash."""
REPORTED = (
    UNGUARDED + "with forged as (select session_id, (document::jsonb || jsonb_build_object({new}))::text as text"
    " from cash_reports) update cash_reports r set document = f.text, hash = sha256(convert_to(f.text, 'UTF8'))"
    " from forged f where f.session_id = r.session_id"
)
"""The same of a report."""

# By invariant: each way to breach it, as what guards against it (to be dropped) and what is then written.
MUTANTS: dict[str, list[str]] = {
    "one_claim_a_place": [
        drop("claims", "claims_pkey") + "insert into claims (pool_id, place, order_id)"
        " select pool_id, place, order_id from claims where place = 40 and pool_id = 1"
    ],
    "claims_within_capacity": [
        f"insert into claims (pool_id, place, order_id) values (1, 2000, {ORDER.format(place=40)})",
        drop("claims", "claims_pool_id_fkey")
        + f"insert into claims (pool_id, place, order_id) values (99, 0, {ORDER.format(place=40)})",
        drop("claims", "claims_order_id_fkey")
        + "insert into claims (pool_id, place, order_id) values (2, 0, gen_random_uuid())",
    ],
    "claims_are_drawn": ["update pools set tombstones = '{40}' where id = 1"],
    "quotas_not_exceeded": ["update pools set place_count = 19 where id = 4"],
    "pass_quantities_not_exceeded": ["update pools set place_count = 0 where id = 5"],
    "tickets_are_seated": [
        "delete from claims where pool_id = 1 and place = 40",
        f"update claims set order_id = {ORDER.format(place=44)} where pool_id = 1 and place = 40",
        "update tickets set status = 'reserved' where pool_id = 1 and place = 604",
    ],
    "let_in_in_order": [
        "update waiting_arrivals set rank = 900 where ordinal = 0",
        "update waiting_arrivals set rank = null where ordinal = 0",
    ],
    "one_ticket_a_place": ["update tickets set place = 41 where pool_id = 1 and place = 40"],
    "seats_have_tickets": [
        "update tickets set status = 'cancelled' where pool_id = 1 and place = 40",
        f"insert into claims (pool_id, place, order_id) values (2, 0, {ORDER.format(place=40)})",
    ],
    "quota_claims_match": [
        "delete from claims where pool_id = 4 and place = 0",
        f"insert into claims (pool_id, place, order_id) values (4, 50, {ORDER.format(place=40)})",
    ],
    "pass_claims_match": [
        "delete from claims where pool_id = 5",
        f"insert into claims (pool_id, place, order_id) values (5, 7, {ORDER.format(place=40)})",
    ],
    "passes_hold_all_or_none": [
        "update tickets set status = 'cancelled' where pool_id = 2",
        "update passes set status = 'cancelled'",
        "update tickets set performance_id = (select id from performances where pool_id = 3) where pool_id = 2",
    ],
    "statuses_agree": [
        "update tickets set status = 'reserved' where pool_id = 1 and place = 40",
        f"update orders set status = 'cancelled' where id = {ORDER.format(place=40)}",
        "update passes set status = 'reserved'",
    ],
    "orders_expire": ["update orders set expires_at = '2026-01-31T23:58Z' where status = 'pending'"],
    "money_adds_up": [
        LINE + " select gen_random_uuid(), id, box_office_id, 'adjustment', 'fee', 1, null, now() from orders limit 1",
        "delete from ledger where reason = 'paid' and order_id = " + ORDER.format(place=40),
        "update ledger set currency = 'CHF' where reason = 'ordered' and order_id = " + ORDER.format(place=40),
        "update payments set status = 'succeeded' where status = 'pending'",
        f"update orders set status = 'pending', expires_at = null where id = {ORDER.format(place=40)}",
        UNGUARDED + "delete from refunds",
        "update refunds set status = 'due'",
        "update orders set status = 'expired' where status = 'pending'",
    ],
    "payments_count_once": [
        "insert into ledger (order_id, box_office_id, payment_id, debit, credit, amount_cents, currency, reason, at)"
        " select order_id, box_office_id, payment_id, debit, credit, amount_cents, currency, reason, at from ledger"
        " where reason = 'paid' limit 1",
        "update payments set status = 'failed' where reference = 'payment 20'",
    ],
    "refunds_within_payments": [
        "insert into refunds"
        " select gen_random_uuid(), order_id, payment_id, 1, 'EUR', 'due', 'more', now() from refunds",
        "update payments set status = 'refund_due' where reference = 'payment 20'",
    ],
    "ledger_moves_between_accounts": [
        drop("ledger", "ledger_check") + "update ledger set credit = debit where reason = 'refunded'",
        drop("ledger", "ledger_amount_cents_check") + "update ledger set amount_cents = -1 where reason = 'refunded'",
    ],
    "live_tickets_are_billed": [
        LINE + " select gen_random_uuid(), order_id, box_office_id, 'reversal', label, -amount_cents, id, now()"
        " from order_lines where kind = 'ticket' limit 1",
        "update tickets set price_cents = 1 where pool_id = 1 and place = 40",
        "update tickets set order_line_id = (select order_line_id from tickets where pool_id = 1 and place = 44)"
        " where pool_id = 1 and place = 40",
    ],
    "tickets_know_when_they_were_sold": ["update tickets set placed_at = now() where pool_id = 1 and place = 40"],
    "reversals_mirror": [
        "update order_lines set amount_cents = -999 where kind = 'reversal'",
        drop("order_lines", "order_lines_reverses_key")
        + LINE
        + " select gen_random_uuid(), order_id, box_office_id, kind, label, amount_cents, reverses, now()"
        " from order_lines where kind = 'reversal' limit 1",
    ],
    "vat_is_in_the_amounts": [
        "alter table order_lines alter column vat_cents drop expression;"
        " update order_lines set vat_cents = vat_cents + 1 where kind = 'pass'",
        "update order_lines set vat_thousandths = 8100 where kind = 'reversal'",
    ],
    "options_are_in_the_prices": [
        "update tickets set options_cents = 0",
        "delete from ticket_options",
        "update options set tariff_id = (select id from tariffs where name = 'Full'), group_id = null"
        " where name = 'Supper'",
        "update options set group_id = (select group_id from options where name = 'Supper') where name = 'Programme';"
        " insert into ticket_options select t.id, n.id, n.name, 0 from options n, tickets t"
        " where n.name = 'Programme' and t.options_cents > 0",
    ],
    "invoice_numbers_have_no_gaps": [
        "update invoice_counters set last_number = 4",
        "delete from invoice_counters",
        drop("invoices", "invoices_box_office_id_year_number_key")
        + "alter table invoices disable trigger user; update invoices set number = 2 where number = 1",
        "alter table invoices disable trigger user; update invoices set number = number + 1 where number = 3;"
        " update invoice_counters set last_number = 4",
    ],
    "invoices_are_their_lines": [
        "alter table invoices disable trigger user;"
        " update invoices set document = jsonb_set(document, '{total_cents}', '1') where number = 1",
        "alter table invoice_lines disable trigger user;"
        " update invoice_lines set invoice_id = (select id from invoices where number = 2)"
        " where invoice_id = (select id from invoices where number = 3)",
    ],
    "invoiced_in_full": [
        LINE + " select gen_random_uuid(), order_id, box_office_id, 'adjustment', 'fee', 1, null, now()"
        " from invoices where number = 1",
    ],
    "transfers_count_once": [
        "update bank_entries set amount_cents = 1999",
        "update bank_entries set payment_id = (select id from payments where provider = 'sandbox' limit 1)",
        "delete from bank_entries",
    ],
    "parts_are_carried": [
        "update payments set part_of = (select min(id::text)::uuid from payments)"
        " where id = (select max(id::text)::uuid from payments where status = 'succeeded')",
        "update refunds set reason = 'split' where status = 'sent'",
    ],
    "requests_count_once": [
        drop("orders", "orders_box_office_id_request_key_key") + "update orders set request_key = 'request 1'",
        drop("orders", "orders_hold_id_key") + "update orders set hold_id = '\\x00000000000000000000000000000000'",
    ],
    "notifications_count_once": [
        drop("payment_notifications", "payment_notifications_pkey")
        + "insert into payment_notifications select * from payment_notifications"
    ],
    "admitted_once": [
        drop("passages", "passages_pkey")
        + drop("passages", "passages_scan_id_key")
        + f"insert into passages ({PASSAGE}) select {PASSAGE} from passages where despite is null and last = 1 limit 1",
        "update passages set despite = null where despite = 'already_in'",
    ],
    "passages_alternate": [
        "update passages set direction = 'out' where ticket_id = " + TICKET.format(place=4),
        "update passages set mode = 'entry_exit', despite = null where despite = 'already_in'",
    ],
    "passages_follow": [
        drop("passages", "passages_pkey")
        + drop("passages", "passages_scan_id_key")
        + f"insert into passages ({PASSAGE}) select {PASSAGE} from passages where last = 1 limit 1",
        "update passages set number = 5, last = 5, entry = 5 where ticket_id = " + TICKET.format(place=4),
        "update passages set entry_change = 0 where ticket_id = " + TICKET.format(place=4),
        "update passages set inside_change = 0 where ticket_id = " + TICKET.format(place=4),
        "update passages set entry_count = 2, entry_change = 2 where ticket_id = " + TICKET.format(place=4),
        "update passages set entered_gate = 'elsewhere' where ticket_id = " + TICKET.format(place=4),
        "update passages set last = 1, entry = 1, entry_count = 1, entry_change = 0, inside_change = 0,"
        " entered_at = at, entered_gate = gate where undoes is not null",
    ],
    "undone_passages_stood": [
        f"insert into scans ({SCAN}, undoes) select {OTHER_SCAN}, null from scans where undoes is not null;"
        f"insert into passages ({PASSAGE}, undoes) select {PASSAGE_AFTER.format(scan=SCAN_MADE)}, 1"
        " from passages where undoes is not null",
        "drop index scans_undone_once;"
        f"insert into scans ({SCAN}, undoes) select {OTHER_SCAN}, undoes from scans where undoes is not null",
    ],
    "passages_are_scans": [
        "update scans set verdict = 'unknown' where id = (select scan_id from passages where last = 1 limit 1)",
        "update scans set direction = 'out' where id = (select scan_id from passages where last = 1 limit 1)",
        "update scans set undoes = (select scan_id from passages where last = 1 limit 1) where undoes is not null",
        drop("passages", "passages_scan_id_fkey")
        + "update passages set scan_id = gen_random_uuid() where ticket_id = "
        + TICKET.format(place=4),
        "update passages set performance_id = (select id from performances where pool_id = 2) where despite is null",
    ],
    "scans_pass_once": [
        f"insert into scans ({SCAN}) select {OTHER_SCAN} from scans limit 1",
        f"insert into scans ({SCAN}, direction) select {OTHER_SCAN.replace('verdict', LEFT)}, 'out' from scans limit 1",
    ],
    "counts_are_scans": [
        f"insert into scans ({SCAN}) select {OTHER_SCAN} from scans limit 1",
        "update scans set verdict = 'left' where id = (select scan_id from passages where last = 1 limit 1)",
    ],
    "conflicts_are_told": [
        "update offline_scans set conflict = false",
        "update offline_scans set told = 'already_in'",
        "update offline_scans set performance_id = (select id from performances where pool_id = 2)",
    ],
    "serials_are_unique": [
        drop("tickets", "tickets_serial_key") + "alter table tickets alter serial drop identity;"
        "update tickets set serial = 5",
        drop("passes", "passes_serial_key")
        + "insert into passes overriding system value select gen_random_uuid(), serial, pass_type_id, order_id,"
        " order_line_id, holder_name, generation, 'cancelled' from passes",
    ],
    "documents_are_their_hashes": [
        "update plan_versions set document = 'another'",
        "update place_lists set document = 'another'",
    ],
    "pools_fit_their_halls": [
        "update pools set place_count = 2001 where id = 1",
        "update pools set kind = 'quota' where id = 3",
        "update pools set blocks = decode(repeat('00', 4001), 'hex') where id = 1",
    ],
    "owners_agree": [
        "insert into organisations values (gen_random_uuid(), 'other', 'Other', now());"
        "update customers set organisation_id = (select id from organisations where slug = 'other')"
        " where email = 'buyer7@example.org'",
        "update tickets set performance_id = (select id from performances where pool_id = 2) where place = 40",
        "insert into venues select gen_random_uuid(), organisation_id, 'Other', '', 'UTC', now() from venues;"
        "update performances set venue_id = (select id from venues where name = 'Other') where pool_id = 1",
        f"update order_lines set box_office_id = gen_random_uuid() where order_id = {ORDER.format(place=40)}",
        f"update ledger set box_office_id = gen_random_uuid() where order_id = {ORDER.format(place=40)}",
    ],
    "adjustments_mirror": [
        "update order_lines set kind = 'adjustment', adjusts = id where kind = 'ticket' and amount_cents > 0",
    ],
    "mails_count_their_readers": ["update mailings set sent_count = 2"],
    "cash_journals_are_unbroken": [
        UNGUARDED + "update cash_movements set amount_cents = 3999 where kind = 'payment'",
        UNGUARDED + "update cash_movements set at = at + interval '1 hour' where kind = 'out'",
        UNGUARDED + "update cash_movements set entry = entry || ' ' where kind = 'in'",
        UNGUARDED + "update cash_movements set hash = sha256('another') where kind = 'open'",
        UNGUARDED + "update cash_shares set amount_cents = amount_cents + 1",
        UNGUARDED + "delete from cash_shares",
        UNGUARDED + "delete from cash_movements where kind = 'count'",
        REHASHED.format(kind="open", old='"amount_cents": 10000', new='"amount_cents": 10001', cents=10001),
        REHASHED.format(kind="in", old='"reason": "change"', new='"reason": "float"', cents=1000),
    ],
    "cash_reports_are_unbroken": [
        UNGUARDED + "update cash_reports set document = document || ' '",
        UNGUARDED + "update cash_reports set number = 2",
        UNGUARDED + "delete from cash_reports",
        UNGUARDED + "delete from cash_movements where kind = 'close'",
        UNGUARDED + "drop index cash_sessions_one_open_a_till, cash_sessions_one_open_a_seller;"
        " update cash_sessions set closed_at = null, closed_by = null where number = 1",
        UNGUARDED + "update cash_sessions set closed_at = now(), closed_by = opened_by where number = 2",
        UNGUARDED + "update cash_sessions set number = 3 where number = 2",
        REPORTED.format(new="'previous', repeat('01', 32)"),
        REPORTED.format(new="'journal', repeat('01', 32)"),
        REPORTED.format(new="'till_id', 'another'"),
    ],
    "cash_adds_up": [
        UNGUARDED + "update cash_movements set amount_cents = -20000 where kind = 'out'",
        UNGUARDED + "update cash_movements set expected_cents = 8997 where kind = 'count'",
        UNGUARDED + "update cash_movements set method = 'terminal' where kind = 'payment' and number = 2",
        UNGUARDED + "update cash_movements set amount_cents = 5000 where kind = 'payment' and number = 2",
    ],
    "cash_lies_in_one_session": [
        UNGUARDED + "update payments set cash_session_id = null",
        UNGUARDED + "update refunds set cash_session_id = (select id from cash_sessions where number = 1)",
        UNGUARDED + "update payments set cash_session_id = (select id from cash_sessions where number = 1)"
        " where reference = 'payment 5'",
        UNGUARDED + "delete from cash_movements where kind = 'refund'",
        UNGUARDED + "update payments set provider = 'terminal' where reference = 'payment 1'",
        UNGUARDED + "update cash_sessions set currency = 'CHF'",
    ],
    "cash_is_for_its_order": [
        UNGUARDED + "delete from cash_shares where number = 3",
        UNGUARDED + "update cash_shares set order_line_id = (select order_line_id from tickets where place = 44"
        " and pool_id = 1) where order_line_id = (select order_line_id from tickets where place = 2 and pool_id = 1)",
    ],
}

CASES = [(invariant, breach) for invariant, ways in MUTANTS.items() for breach in ways]


def test_every_invariant_has_its_mutant() -> None:
    assert set(INVARIANTS) == {*MUTANTS, WORDS_FOLLOW_CLAIMS} and len(INVARIANTS) == len(set(INVARIANTS))
    assert all(query.doc.endswith(".") and "\n" not in query.doc for query in SQL)


@pytest.mark.parametrize(("invariant", "breach"), CASES, ids=[f"{name}-{n}" for n, (name, _) in enumerate(CASES)])
async def test_the_breach_is_seen(sold: asyncpg.Connection, invariant: str, breach: str) -> None:
    await sold.execute(breach)
    assert await of_invariant(sold, invariant, NOW)


async def test_a_word_that_is_not_its_claim_is_seen(database: Database, inventory: Inventory, redis_url: str) -> None:
    house = await open_house(database)
    await order(database, inventory, house, [3])
    await pools.block(database, inventory, house.organisation, house.pool, [8], 1)
    assert await breaches(database, inventory) == []
    with Redis.from_url(redis_url) as redis:
        words, blocks = (f"{{{house.box_office.hex}}}:{kind}:{house.pool}" for kind in "wb")
        redis.setrange(words, 16 + 8 * 3, bytes(8))
        redis.setrange(words, 16 + 8 * 4, (2**52 + 999).to_bytes(8, "little"))
        redis.setrange(blocks, 2 * 8, bytes(2))
        redis.setrange(blocks, 2 * 9, b"\x02\x00")
    other = await Inventory.open(redis_url, PoolClaims(database), bytes(32))
    found = [breach.found.removeprefix(f"pool {house.pool}, ") for breach in await breaches(database, other)]
    await other.close()
    serial = (await PoolClaims(database).claims(house.pool))[3]
    assert sorted(found) == [
        f"place 3: word 0, in Postgres claim {serial}",
        f"place 4: word {2**52 + 999}, in Postgres no claim",
        "place 8: block code 0, in Postgres 1",
        "place 9: block code 2, in Postgres 0",
    ]


async def test_an_empty_redis_is_no_breach_and_is_filled(
    database: Database, inventory: Inventory, redis_url: str
) -> None:
    house = await open_house(database)
    await order(database, inventory, house, [3])
    with Redis.from_url(redis_url) as redis:
        redis.flushall()
    other = await Inventory.open(redis_url, PoolClaims(database), bytes(32))
    assert await breaches(database, other) == []
    copy, _ = await other.copy(house.pool)
    await other.close()
    assert copy.word(3) > 2**52
