"""What protects the inventory, each with its mutant: with the protection off the same test must see the breach.

A mutant is a script with one line changed, or one check of the link left out.
"""

import asyncio
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from embedded import Valkey
from engine import inventory as acts
from engine import joiner, link, rebuild
from engine.core.words import CLAIMED
from engine.holds import Any, Seats
from engine.inventory import Inventory
from engine.link import Script, StoreUnfit, StoreUnreachable
from engine.outcomes import Outcome
from engine.reconciler import Reconciler
from tests.engine.claims_book import ClaimsBook
from tests.engine.conftest import SECRET, ask

numbers = count(70_000)


class Mutants:
    """Switches protections off for the length of a test."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def change(self, script: Script, line: str, mutated: str) -> None:
        source = script.source.decode()
        assert source.count(line) == 1, f"{script.name} has not exactly one: {line}"
        mutant = Script(script.name)
        mutant.source = source.replace(line, mutated).encode()
        mutant.sha = b"0" * 40  # never loaded: sent whole each time
        for name in ("source", "sha"):
            self._patch.setattr(script, name, getattr(mutant, name))

    def believe_any_run(self) -> None:
        async def within(node: link.Node, lane: link._Lane, run: str, seconds: float, asked: object) -> object:
            return await real(node, lane, lane.run, seconds, asked)

        real = link.Node._within
        self._patch.setattr(link.Node, "_within", within)


@pytest.fixture
def mutants(monkeypatch: pytest.MonkeyPatch) -> Mutants:
    return Mutants(monkeypatch)


@pytest.fixture
def own_valkey(server_folder: Path) -> Iterator[Valkey]:
    with Valkey(server_folder / "vk") as server:
        yield server


async def double_holds(first: Inventory, second: Inventory, pool: int) -> int:
    """Contends for every place of a pool of 100 from two workers; how many places two live holds both believe in."""
    wants = [ask(Seats(pool, (place,))) for place in range(100) for _ in range(6)]
    answers = await asyncio.gather(*((first, second)[i % 2].hold(want) for i, want in enumerate(wants)))
    held = [place for answer in answers if answer.outcome is Outcome.HELD for place in answer.places[pool]]
    return len(held) - len(set(held))


async def test_a_place_is_held_once(inventory: Inventory, other: Inventory, pool: int) -> None:
    assert await double_holds(inventory, other, pool) == 0


async def test_mutant_words_not_looked_at(inventory: Inventory, other: Inventory, pool: int, mutants: Mutants) -> None:
    mutants.change(joiner._HOLD, "8 * i + 1) >= limit then return 'TAKEN' end", "8 * i + 1) >= limit then end")
    assert await double_holds(inventory, other, pool) > 0


async def sold_again_after_flush(inventory: Inventory, book: ClaimsBook, pool: int) -> bool:
    """Sells a place, empties Redis behind the worker's back, and asks for the place again."""
    claims = book.claim(pool, [3])
    assert claims
    await inventory.settle("bo", {pool: claims})
    await inventory.hold(ask(Seats(pool, (4,))))
    await inventory._link.command("bo", await inventory._link.run("bo"), 0, b"FLUSHALL")
    return (await inventory.hold(ask(Seats(pool, (3,))))).outcome is Outcome.HELD


async def test_an_empty_redis_sells_nothing(inventory: Inventory, book: ClaimsBook, pool: int) -> None:
    assert not await sold_again_after_flush(inventory, book, pool)
    assert (await inventory.hold(ask(Seats(pool, (4,))))).outcome is Outcome.HELD, "it has been rebuilt by now"
    assert inventory.counts["rebuilds"] == 2


async def test_mutant_absent_words_read_as_free(
    inventory: Inventory, book: ClaimsBook, pool: int, mutants: Mutants
) -> None:
    ready = "ready[pool[1]] = counted(found) and found.epoch == pool[2] and found.length == pool[3]"
    mutants.change(joiner._HOLD, ready, "ready[pool[1]] = true; found.length = pool[3]")
    judge = "local words = words_of(pool, start, count)\n  for i = 0, count - 1 do"
    mutants.change(joiner._HOLD, judge, judge.replace("count - 1", "#words / 8 - 1"))
    assert await sold_again_after_flush(inventory, book, pool)


async def sold_again_from_old_file(valkey: Valkey, book: ClaimsBook) -> bool:
    """Sells a place, then lets the server come back with the file it had before the sale."""
    pool = book.add(next(numbers), "bo", 10)
    inventory = await Inventory.open(valkey.url(), book, SECRET)
    await inventory.hold(ask(Seats(pool, (1,))))
    await inventory._link.command("bo", await inventory._link.run("bo"), 0, b"SAVE")
    await inventory._link.command("bo", await inventory._link.run("bo"), 0, b"CONFIG", b"SET", b"appendonly", b"no")
    old = {file: file.read_bytes() for file in valkey.folder.rglob("*") if file.is_file() and "log" not in file.name}
    claims = book.claim(pool, [3])
    assert claims
    await inventory.settle("bo", {pool: claims})
    valkey.stop(9)
    for file, content in old.items():
        file.write_bytes(content)
    valkey.start()
    try:
        return (await inventory.hold(ask(Seats(pool, (3,))))).outcome is Outcome.HELD
    finally:
        await inventory.close()


async def test_an_old_file_sells_nothing(own_valkey: Valkey, book: ClaimsBook) -> None:
    assert not await sold_again_from_old_file(own_valkey, book)


async def test_mutant_any_run_is_believed(own_valkey: Valkey, book: ClaimsBook, mutants: Mutants) -> None:
    mutants.believe_any_run()
    mutants._patch.setattr("engine.pools.Pools.known", lambda self, pool: self._known.get(pool))
    mutants._patch.setattr("engine.pools.Pools.forget_box_office", lambda self, box_office: None)
    assert await sold_again_from_old_file(own_valkey, book)


async def stale_hold_buys(inventory: Inventory, other: Inventory, pool: int, place: int = 1) -> bool:
    """Lets a hold lapse, another take its place, and the first come back with its clock put right."""
    stale = await inventory.hold(ask(Seats(pool, (place,)), hold_ms=50))
    await asyncio.sleep(0.1)
    assert (await other.hold(ask(Seats(pool, (place,))))).outcome is Outcome.HELD
    return (await inventory.pin("bo", stale.hold, b"order")).outcome is Outcome.PINNED


async def test_a_stale_hold_buys_nothing(inventory: Inventory, other: Inventory, pool: int) -> None:
    assert not await stale_hold_buys(inventory, other, pool)


async def test_mutant_pin_does_not_look(inventory: Inventory, other: Inventory, pool: int, mutants: Mutants) -> None:
    mutants.change(
        acts._PIN, "or record.ended or record.word < limit then return 'EXPIRED' end", "then return 'EXPIRED' end"
    )
    assert not await stale_hold_buys(inventory, other, pool), "the word on the place still stops it"
    mutants.change(acts._PIN, "if not carries(pool, start, count, record.word) then return 'LOST' end", "")
    assert await stale_hold_buys(inventory, other, pool, 2)


async def late_settle_brings_back(inventory: Inventory, book: ClaimsBook, pool: int) -> bool:
    """A claim made and cancelled while its settle was on the way."""
    claims = book.claim(pool, [5])
    assert claims
    book.unclaim(pool, [5])
    await inventory.free("bo", {pool: claims})
    await inventory.settle("bo", {pool: claims})
    copy, _ = await inventory.copy(pool, 0)
    return copy.word(5) >= CLAIMED


async def test_a_late_settle_brings_nothing_back(inventory: Inventory, book: ClaimsBook, pool: int) -> None:
    await inventory.ready(pool)
    assert not await late_settle_brings_back(inventory, book, pool)


async def test_mutant_freed_serials_forgotten(
    inventory: Inventory, book: ClaimsBook, pool: int, mutants: Mutants
) -> None:
    await inventory.ready(pool)
    mutants.change(acts._SETTLE, "and serial > gone then", "then")
    assert await late_settle_brings_back(inventory, book, pool)


async def test_a_rebuild_left_half_done_is_done_again(
    inventory: Inventory, book: ClaimsBook, pool: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = await inventory.hold(ask(Seats(pool, (1,))))
    book.claim(pool, [2])
    monkeypatch.setattr(rebuild, "reach", lambda name: 1 / 0)
    book.states[pool] = type(book.states[pool])(pool, "bo", 100, 9, "another run")
    with pytest.raises(ZeroDivisionError):
        await inventory.rebuild(pool)
    assert (await inventory.pin("bo", held.hold, b"order")).outcome is Outcome.NOT_READY
    monkeypatch.undo()
    assert (await inventory.hold(ask(Seats(pool, (2,))))).outcome is Outcome.TAKEN
    assert (await inventory.read("bo", held.hold)).outcome is Outcome.HELD, "a lease in its time is kept"


async def test_a_pool_that_grows_is_rebuilt_longer(inventory: Inventory, book: ClaimsBook, pool: int) -> None:
    held = await inventory.hold(ask(Seats(pool, (1,))))
    state = book.states[pool]
    book.states[pool] = type(state)(pool, "bo", 150, state.epoch, "")
    await inventory.rebuild(pool)
    assert (await inventory.hold(ask(Seats(pool, (149,))))).outcome is Outcome.HELD
    assert (await inventory.read("bo", held.hold)).outcome is Outcome.HELD


async def test_a_redis_that_evicts_is_refused(own_valkey: Valkey, book: ClaimsBook) -> None:
    inventory = await Inventory.open(own_valkey.url(), book, SECRET)
    run = await inventory._link.run("bo")
    await inventory._link.command("bo", run, 0, b"CONFIG", b"SET", b"maxmemory-policy", b"allkeys-lru")
    await inventory.close()
    with pytest.raises(StoreUnfit, match="noeviction"):
        await Inventory.open(own_valkey.url(), book, SECRET)


async def test_a_redis_that_is_away_says_so_and_comes_back(own_valkey: Valkey, book: ClaimsBook) -> None:
    pool = book.add(next(numbers), "bo", 10)
    inventory = await Inventory.open(own_valkey.url(), book, SECRET)
    held = await inventory.hold(ask(Seats(pool, (1,))))
    own_valkey.stop()
    with pytest.raises(StoreUnreachable):
        await inventory.hold(ask(Seats(pool, (2,))))
    own_valkey.start()
    assert (await inventory.hold(ask(Seats(pool, (2,))))).outcome is Outcome.HELD
    assert (await inventory.read("bo", held.hold)).outcome is Outcome.HELD
    await inventory.close()


async def test_the_reconciler_mends_what_differs_twice(inventory: Inventory, book: ClaimsBook, pool: int) -> None:
    await inventory.ready(pool)
    reconciler = Reconciler(inventory, book, pause_s=0)
    book.claim(pool, [1, 2])
    held = await inventory.hold(ask(Any(pool, 1)))
    assert await reconciler.pass_once() == 2
    assert await reconciler.pass_once() == 0
    book.unclaim(pool, [1])
    book.blocked[pool] = b"\x01\x00" * 3
    assert await reconciler.pass_once() == 4
    assert inventory.counts["mends"] == 6
    assert (await inventory.read("bo", held.hold)).outcome in (Outcome.HELD, Outcome.LOST)
