"""Tickets as their holders see them; opposed, issued again, and never by another organisation."""

import asyncio
from uuid import UUID

import pytest

from tests.ticketing.gate import HOUSE, NOW, OTHER, SECRET, Gate, row_id, sell
from ticketing import tickets
from ticketing.db import Database
from ticketing.refusals import CodesSpent, NotFound, TicketsNotIssued, WrongState
from ticketing.signing_keys import Keys
from ticketing.states import TicketStatus
from ticketing.ticket_codes import Code, Kind
from ticketing.tickets import Changed


@pytest.fixture(scope="module")
def house_url(database_url: str) -> str:
    asyncio.run(sell(database_url))
    return database_url


@pytest.fixture
async def gate(house_url: str, database: Database) -> Gate:
    return Gate(database)


async def test_an_order_as_its_customer_sees_it(gate: Gate) -> None:
    sheet = await tickets.sheet(gate.db, row_id(11, 100))
    assert (sheet.head.order_code, sheet.head.total_cents, sheet.head.currency) == ("CODE0100", 2000, "EUR")
    assert (sheet.head.customer_email, sheet.head.organisation_name) == ("buyer100@example.org", "House")
    assert [(ticket.zone, ticket.seat_label, ticket.price_cents) for ticket in sheet.tickets] == [
        ("North", "200", 1000),
        ("North", "201", 1000),
    ]
    assert sheet.tickets[0].tariff_name == "Full" and sheet.tickets[0].time_zone == "Europe/Paris"
    assert sheet.passes == ()


async def test_what_is_issued_reads_back(gate: Gate) -> None:
    issued = await tickets.issued(gate.db, gate.keys, row_id(11, 101), NOW)
    codes = [await gate.keys.decode(HOUSE, item.code, NOW) for item in issued.tickets]
    assert [(code.kind, code.serial) for code in codes if isinstance(code, Code)] == [
        (Kind.TICKET, item.ticket.serial) for item in issued.tickets
    ]


async def test_a_pass_is_issued_as_one_thing(gate: Gate) -> None:
    issued = await tickets.issued(gate.db, gate.keys, row_id(11, 304), NOW)
    assert issued.tickets == ()
    (held,) = issued.passes
    assert (held.holder_pass.name, held.holder_pass.price_cents) == ("Three matches", 5000)
    assert [seat.starts_at for seat in held.seats] == sorted(seat.starts_at for seat in held.seats)
    assert len(held.seats) == 3
    code = await gate.keys.decode(HOUSE, held.code, NOW)
    assert isinstance(code, Code) and (code.kind, code.serial, code.pool_id) == (Kind.PASS, held.holder_pass.serial, 0)


@pytest.mark.parametrize("order", [301, 302, 303])
async def test_nothing_is_issued_for_what_was_not_paid(gate: Gate, order: int) -> None:
    with pytest.raises(TicketsNotIssued):
        await tickets.issued(gate.db, gate.keys, row_id(11, order), NOW)


async def test_an_order_that_is_not_there(gate: Gate) -> None:
    with pytest.raises(NotFound):
        await tickets.sheet(gate.db, UUID(int=1))


async def test_opposing_keeps_the_ticket_and_issues_nothing(gate: Gate) -> None:
    ticket = row_id(14, 204)
    assert await tickets.oppose(gate.db, HOUSE, ticket, NOW) == Changed(TicketStatus.OPPOSED, 0)
    issued = await tickets.issued(gate.db, gate.keys, row_id(11, 102), NOW)
    assert [item.ticket.seat_label for item in issued.tickets] == ["205"]
    with pytest.raises(WrongState):
        await tickets.oppose(gate.db, HOUSE, ticket, NOW)
    assert await tickets.reissue(gate.db, HOUSE, ticket, NOW) == Changed(TicketStatus.VALID, 1)


async def test_a_reissue_is_another_code_and_a_mail(gate: Gate) -> None:
    before = await tickets.issued(gate.db, gate.keys, row_id(11, 103), NOW)
    await tickets.reissue(gate.db, HOUSE, row_id(14, 206), NOW)
    after = await tickets.issued(gate.db, gate.keys, row_id(11, 103), NOW)
    assert [a.code == b.code for a, b in zip(after.tickets, before.tickets, strict=True)] == [False, True]
    async with gate.db.read() as c:
        payload = await c.fetchval(
            "select payload from pgqueuer where entrypoint = 'send-mail' order by id desc limit 1"
        )
    assert str(row_id(11, 103)).encode() in payload and b"tickets-reissued" in payload


async def test_reissues_at_once_count_one_by_one(gate: Gate) -> None:
    await asyncio.gather(*(tickets.reissue(gate.db, HOUSE, row_id(14, 208), NOW) for _ in range(10)))
    assert (await tickets.reissue(gate.db, HOUSE, row_id(14, 208), NOW)).generation == 11


async def test_codes_run_out_with_a_sentence(gate: Gate) -> None:
    await gate.run("update tickets set generation = 255 where id = $1", row_id(14, 210))
    with pytest.raises(CodesSpent):
        await tickets.reissue(gate.db, HOUSE, row_id(14, 210), NOW)


@pytest.mark.parametrize("place", [602, 604])
async def test_what_is_not_valid_is_not_issued_again(gate: Gate, place: int) -> None:
    with pytest.raises(WrongState):
        await tickets.reissue(gate.db, HOUSE, row_id(14, place), NOW)


async def test_another_organisations_ticket_is_not_there(gate: Gate) -> None:
    for change in (tickets.oppose, tickets.reissue):
        with pytest.raises(NotFound):
            await change(gate.db, OTHER, row_id(14, 212), NOW)


async def test_a_passs_ticket_is_not_changed_by_itself(gate: Gate) -> None:
    with pytest.raises(NotFound):
        await tickets.oppose(gate.db, HOUSE, row_id(14, 10001), NOW)


async def test_processes_sign_alike(gate: Gate) -> None:
    codes = [(await tickets.issued(gate.db, Keys(gate.db, SECRET), row_id(11, 104), NOW)).tickets for _ in range(2)]
    assert codes[0] == codes[1]
