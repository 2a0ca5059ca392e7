"""Two workers' acts in any order, compared after each with a model of what they promise, to the last word.

Redis is real, but its clock stands still between acts, so that deadlines are met to the millisecond. A rebuild can be
stopped between its two halves, while others go on.
"""

import asyncio
import hashlib
import struct
from collections import Counter
from collections.abc import Iterable
from itertools import count
from typing import Any as Anything

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from redis import Redis

from engine import inventory as acts
from engine import joiner, pools, rebuild
from engine.core.best import PartyWant
from engine.core.words import CLAIMED, ORIGIN_MS, deadline_of, limit_of
from engine.holds import Any, Best, HoldRequest, Owner, Seats, Want
from engine.inventory import Inventory
from engine.link import Script
from engine.outcomes import Outcome
from tests.engine.claims_book import ClaimsBook
from tests.engine.core.halls import drawn
from tests.engine.inventory_model import Model, Spot, second_of

OPENING_MS = ORIGIN_MS + 20_000_000_000
SEATS, STANDING, NONE, HALL = 1, 2, 3, 4
PLACES = {SEATS: 8, STANDING: 6, NONE: 0, HALL: 8}
OWNERS = (Owner("ann", 4), Owner("bob", 6))
CODE = 17
STOPPED = {
    b"local clock = call('TIME')": b"local clock = call('HMGET', base .. 'clock', 's', 'us')",
    b"'PX', kept + 1)": b"'PX', kept + 600000)",  # keys go by the real clock
}

numbers = count(1)
workers = st.integers(0, 1)
picks = st.integers(0, 40)
times = st.sampled_from([20_000, 60_000, 100_000])
ids = st.sampled_from([b"a", b"b"])
codes = st.sampled_from([0, CODE])
allows = st.sampled_from([(), (), (CODE,)])


def places_of(pool: int, most: int = 3) -> st.SearchStrategy[tuple[int, ...]]:
    return st.sets(st.integers(0, PLACES[pool] - 1), min_size=1, max_size=most).map(sorted).map(tuple)


@st.composite
def wants(draw: st.DrawFn) -> tuple[Want, ...]:
    """At most one want a pool, so that what may be answered is plain."""
    found: list[Want] = []
    if draw(st.booleans()):
        found.append(Seats(SEATS, draw(places_of(SEATS))))
    kind = draw(st.integers(0, 4))
    if kind == 0:
        found.append(Seats(HALL, draw(places_of(HALL))))
    elif kind == 1:
        found.append(Best(HALL, PartyWant(draw(st.integers(1, 3)))))
    if not found or draw(st.integers(0, 2)) == 0:
        pool = draw(st.sampled_from([STANDING, STANDING, STANDING, NONE]))
        ranges = draw(st.sampled_from([(), (), ((1, 2), (4, 2))])) if pool == STANDING else ()
        found.append(Any(pool, draw(st.integers(1, 3)), ranges))
    return tuple(found)


requests = st.builds(
    HoldRequest,
    box_office=st.just("bo"),
    request_id=st.just(b"not yet"),
    digest=st.just(b"asked--1"),
    wants=wants(),
    hold_ms=times,
    allow=allows,
    owners=st.sets(st.sampled_from(OWNERS)).map(tuple),
)
spots = st.sampled_from([(pool, place) for pool, count in PLACES.items() for place in range(count)])


class Workers(RuleBasedStateMachine):
    """Two inventories over one book of claims."""

    redis_url = ""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.redis = Redis.from_url(self.redis_url)
        self.redis.flushall()
        self.book = ClaimsBook()
        self.model = Model(OPENING_MS)
        for pool, places in PLACES.items():
            plan = drawn("oooo", "oooo")[0].packed() if pool == HALL else None
            self.book.add(pool, "bo", places, plan)
            self.model.words[pool], self.model.codes[pool] = None, [0] * places
        self.workers = [self.run(Inventory.open(self.redis_url, self.book, b"secret")) for _ in range(2)]
        self.seen: dict[tuple[int, int, int], tuple[list[int], list[int]]] = {}
        self.requests: dict[str, HoldRequest] = {}
        self.letters: list[tuple[str, Anything, str | None]] = []
        self.stopped: tuple[int, asyncio.Task[None], asyncio.Event] | None = None
        self.set_clock()

    def teardown(self) -> None:
        if self.stopped:
            self.finish_rebuild()
        for worker in self.workers:
            self.run(worker.close())
        self.loop.close()
        self.redis.close()

    def run(self, act: Anything) -> Anything:
        async def soon() -> Anything:
            return await asyncio.wait_for(act, 5)

        return self.loop.run_until_complete(soon())

    def set_clock(self) -> None:
        self.redis.hset("{bo}:clock", mapping={"s": self.model.now // 1000, "us": self.model.now % 1000 * 1000})

    def act(self, act: Anything) -> Anything:
        """Does it; what was rebuilt on the way was so before all else."""
        before = dict(self.book.states)
        answer = self.run(act)
        for pool, state in self.book.states.items():
            if state.epoch != before[pool].epoch:
                self.rebuilt(pool)
        return answer

    def rebuilt(self, pool: int) -> None:
        blocks = self.book.blocked.get(pool, bytes(2 * PLACES[pool]))
        codes = [int.from_bytes(blocks[i : i + 2], "little") for i in range(0, len(blocks), 2)]
        self.model.rebuilt(pool, PLACES[pool], self.book.owned[pool], codes)

    def is_stopped(self, *of: int) -> bool:
        """Whether one of the pools is between the halves of its rebuild: whoever needs it ready would wait."""
        return self.stopped is not None and self.stopped[0] in of

    def record(self, name: str) -> dict[str, Anything] | None:
        found = self.redis.get(f"{{bo}}:h:{name}")
        return msgspec.msgpack.decode(found) if found else None

    # Holds

    @initialize(some=st.lists(requests, min_size=4, max_size=4))
    def opening(self, some: list[HoldRequest]) -> None:
        self.hold_all(0, some)

    @rule(worker=workers, some=st.lists(requests, min_size=1, max_size=3))
    def hold(self, worker: int, some: list[HoldRequest]) -> None:
        self.hold_all(worker, some)

    @rule(worker=workers, which=picks, same=st.integers(0, 3))
    def hold_again(self, worker: int, which: int, same: int) -> None:
        digest = b"asked--1" if same else b"asked--2"
        self.hold_all(worker, [msgspec.structs.replace(self.requests[self.name(which)], digest=digest)])

    def hold_all(self, worker: int, some: list[HoldRequest]) -> None:
        inventory = self.workers[worker]
        some = [self.named(request) for request in some if not self.is_stopped(*(want.pool for want in request.wants))]
        if not all(self.travel_together(inventory, request) for request in some):
            some = some[:1]

        async def together() -> Anything:
            return await asyncio.gather(*(inventory.hold(request) for request in some))

        for request, answer in zip(some, self.act(together()), strict=True):
            name = answer.hold.hex()
            record = self.record(name)
            places = {(pool, place) for pool, found in answer.places.items() for place in found}
            self.model.hold(name, request, answer.outcome, places, record["word"] if record else 0)
            self.requests[name] = request

    def named(self, request: HoldRequest) -> HoldRequest:
        if request.request_id != b"not yet":
            return request
        return msgspec.structs.replace(request, request_id=b"%d" % next(numbers))

    def name(self, which: int) -> str:
        """One of the holds that were asked for; most often one that is in its time."""
        limit = limit_of(self.model.now)
        live = [name for name, hold in self.model.holds.items() if not hold.ended and hold.word >= limit]
        some = live if live and which % 4 else list(self.requests)
        return some[-1 - which // 4 % len(some)]

    def travel_together(self, inventory: Inventory, request: HoldRequest) -> bool:
        """Whether a request is answered in its turn: its pools are ready, and no lost race sends it back."""
        known = [inventory._pools.known(want.pool) for want in request.wants]
        ready = all(pool and not pool.stale and pool.state == self.book.states[pool.state.pool] for pool in known)
        there = all(self.model.words[want.pool] is not None for want in request.wants)
        return ready and there and not any(isinstance(want, Best) for want in request.wants)

    @rule(
        worker=workers,
        which=picks,
        change=ids,
        add=st.one_of(st.just(()), wants()),
        drop=st.sets(spots, max_size=5),
        allow=allows,
        owners=st.sets(st.sampled_from(OWNERS)).map(tuple),
    )
    def change(
        self, worker: int, which: int, change: bytes, add: Anything, drop: set[Spot], allow: Anything, owners: Anything
    ) -> None:
        if self.is_stopped(*(want.pool for want in add)):
            return
        dropped: dict[int, list[int]] = {}
        for pool, place in drop:
            dropped.setdefault(pool, []).append(place)
        name = self.name(which)
        hold = bytes.fromhex(name)
        answer = self.act(self.workers[worker].change("bo", hold, change, add, dropped, allow, owners))
        places = {(pool, place) for pool, found in answer.places.items() for place in found}
        self.model.change(name, change.hex(), add, drop, allow, owners, answer.outcome, places)

    @rule(worker=workers, which=picks, ms=times, ms_max=st.sampled_from([60_000, 200_000]))
    def renew(self, worker: int, which: int, ms: int, ms_max: int) -> None:
        name = self.name(which)
        answer = self.act(self.workers[worker].renew("bo", bytes.fromhex(name), ms, ms_max))
        assert answer.outcome in self.model.renew(name, ms, ms_max)

    @rule(worker=workers, which=picks, attempt=ids, ms=st.sampled_from([1, 60_000]))
    def pin(self, worker: int, which: int, attempt: bytes, ms: int) -> None:
        name = self.name(which)
        answer = self.act(self.workers[worker].pin("bo", bytes.fromhex(name), attempt, ms))
        assert answer.outcome in self.model.set_pin(name, attempt.hex(), ms)
        for pool, epoch in answer.epochs.items():
            assert epoch == self.header(pool)[0]

    @rule(worker=workers, which=picks, attempt=ids)
    def unpin(self, worker: int, which: int, attempt: bytes) -> None:
        name = self.name(which)
        answer = self.act(self.workers[worker].unpin("bo", bytes.fromhex(name), attempt))
        self.model.unpin(name, attempt.hex(), answer.outcome)

    @rule(worker=workers, which=picks)
    def release(self, worker: int, which: int) -> None:
        name = self.name(which)
        assert self.act(self.workers[worker].release("bo", bytes.fromhex(name))) in self.model.release(name)

    @rule(worker=workers, which=picks)
    def read(self, worker: int, which: int) -> None:
        name = self.name(which)
        answer = self.act(self.workers[worker].read("bo", bytes.fromhex(name)))
        assert answer.outcome in self.model.standing(name)
        if answer.outcome is Outcome.HELD:
            assert answer.deadline_ms == deadline_of(self.model.holds[name].word) >= answer.now_ms == self.model.now

    # Claims: what is committed, and the letters about it that come late, twice, or in another order

    @rule(which=picks)
    def order(self, which: int) -> None:
        name = self.name(which)
        hold = self.model.holds.get(name)
        if hold is None or any(self.is_stopped(pool) or place in self.book.owned[pool] for pool, place in hold.places):
            return
        by_pool: dict[int, list[int]] = {}
        for pool, place in hold.places:
            by_pool.setdefault(pool, []).append(place)
        self.letters.append(("settle", {pool: self.book.claim(pool, places) for pool, places in by_pool.items()}, name))

    @rule(which=picks)
    def cancel(self, which: int) -> None:
        owned = [(pool, place) for pool, places in self.book.owned.items() for place in places]
        if owned and not self.is_stopped((spot := owned[which % len(owned)])[0]):
            self.letters.append(("free", {spot[0]: self.book.unclaim(spot[0], [spot[1]])}, None))

    @rule(worker=workers, which=picks)
    def deliver(self, worker: int, which: int) -> None:
        if not self.letters:
            return
        kind, claims, name = self.letters[-1 - which % len(self.letters)]
        inventory = self.workers[worker]
        if kind == "free":
            self.act(inventory.free("bo", claims))
            self.model.free(claims)
        else:
            self.act(inventory.settle("bo", claims, bytes.fromhex(name)))
            self.model.settle(claims, name)

    @rule(worker=workers, pool=st.sampled_from([SEATS, HALL]))
    def sync(self, worker: int, pool: int) -> None:
        if self.is_stopped(pool):
            return
        self.act(self.workers[worker].sync(pool, range(PLACES[pool])))
        owned, words = self.book.owned[pool], self.model.words[pool]
        assert words is not None
        settle = [(place, serial) for place, serial in owned.items() if words[place] != CLAIMED + serial]
        free = [(i, word - CLAIMED) for i, word in enumerate(words) if word >= CLAIMED and i not in owned]
        self.model.settle({pool: settle}, None)
        self.model.free({pool: free})

    @rule(worker=workers, spot=spots, right=st.booleans())
    def mend(self, worker: int, spot: Spot, right: bool) -> None:
        pool, place = spot
        if self.is_stopped(pool) or self.model.words[pool] is None or place not in self.book.owned[pool]:
            return
        self.act(self.workers[worker].ready(pool))  # what is rebuilt first would have other words than were seen
        wanted = CLAIMED + self.book.owned[pool][place]
        seen = self.words(pool)[place] + (not right)
        assert self.act(self.workers[worker].mend(pool, [(place, seen, wanted)])) == right
        if right:
            self.model.write([spot], wanted)

    # Pools

    @rule(worker=workers, pool=st.sampled_from([SEATS, STANDING, HALL]), data=st.data(), code=codes)
    def block(self, worker: int, pool: int, data: Anything, code: int) -> None:
        if self.is_stopped(pool):
            return
        places = data.draw(places_of(pool))
        blocks = bytearray(self.book.blocked.get(pool, bytes(2 * PLACES[pool])))
        for place in places:
            blocks[2 * place : 2 * place + 2] = code.to_bytes(2, "little")
        self.book.blocked[pool] = bytes(blocks)
        if self.act(self.workers[worker].block(pool, places, code)) is Outcome.HELD:
            for place in places:
                self.model.codes[pool][place] = code

    @rule(pool=st.sampled_from(list(PLACES)))
    def unbind(self, pool: int) -> None:
        if not self.is_stopped(pool):
            state = self.book.states[pool]
            self.book.states[pool] = msgspec.structs.replace(state, epoch=state.epoch + 1, server_run="")

    @rule(worker=workers, pool=st.sampled_from(list(PLACES)))
    def rebuild(self, worker: int, pool: int) -> None:
        if not self.is_stopped(pool):
            self.act(self.workers[worker].rebuild(pool))

    @precondition(lambda self: self.stopped is None)
    @rule(worker=workers, pool=st.sampled_from([SEATS, STANDING, HALL]))
    def start_rebuild(self, worker: int, pool: int) -> None:
        """Stops when the pool is closed and its new words are not set."""
        self.unbind(pool)
        inventory, closed, go = self.workers[worker], asyncio.Event(), asyncio.Event()
        call = inventory._link.call

        async def stop(box_office: str, run: str, script: Script, *args: bytes) -> Anything:
            if script.name == "rebuild" and not go.is_set():
                closed.set()
                await go.wait()
            return await call(box_office, run, script, *args)

        inventory._link.call = stop

        async def start() -> asyncio.Task[None]:
            task = asyncio.create_task(inventory.rebuild(pool))
            await closed.wait()
            return task

        self.stopped = (pool, self.run(start()), go)
        self.model.closed.add(pool)
        inventory._link.call = call

    @precondition(lambda self: self.stopped is not None)
    @rule()
    def finish_rebuild(self) -> None:
        assert self.stopped
        pool, task, go = self.stopped
        go.set()
        self.stopped = None
        self.run(task)
        self.rebuilt(pool)

    @rule(chance=st.integers(0, 9))
    def flush(self, chance: int) -> None:
        if chance == 9:
            self.redis.flushall()
            self.set_clock()
            self.model.flushed()

    @rule(ms=st.sampled_from([0, 1, 5_000, 25_000]), to_deadline=st.booleans())
    def wait(self, ms: int, to_deadline: bool) -> None:
        ends = [deadline_of(hold.word) for hold in self.model.holds.values() if hold.word >= limit_of(self.model.now)]
        self.model.now = min(ends) + min(ms, 1) if to_deadline and ends else self.model.now + ms
        self.set_clock()

    @rule(worker=workers, pool=st.sampled_from(list(PLACES)))
    def look(self, worker: int, pool: int) -> None:
        if self.is_stopped(pool):
            return
        copy, _ = self.act(self.workers[worker].copy(pool, 0))
        now = self.model.now
        assert self.current(copy.words()) == self.current(self.model.words[pool] or ())
        assert len(copy.pick((), 99, now)) == copy.free_count(now), "nothing stays set aside"

    # What holds after each act

    def words(self, pool: int) -> list[int]:
        return memoryview(self.redis.get(f"{{bo}}:w:{pool}")).cast("q").tolist()[2:]

    def current(self, words: Iterable[int]) -> list[int]:
        """A lease that has lapsed is as good as nothing, and may be either."""
        return [0 if word < limit_of(self.model.now) else int(word) for word in words]

    def header(self, pool: int) -> tuple[int, int]:
        return rebuild.header_of(self.redis.get(f"{{bo}}:w:{pool}") or b"")

    @invariant()
    def words_are_the_models(self) -> None:
        for pool, words in self.model.words.items():
            found = self.redis.get(f"{{bo}}:w:{pool}")
            assert (found is None) == (words is None)
            if found is None or words is None:
                continue
            epoch, number, *there = memoryview(found).cast("q").tolist()
            assert self.current(there) == self.current(words) and (epoch == 0) == (pool in self.model.closed)
            blocks = self.redis.get(f"{{bo}}:b:{pool}") or bytes(2 * PLACES[pool])
            assert memoryview(blocks).cast("H").tolist() == self.model.codes[pool]
            self.seen[pool, epoch, number] = there, list(self.model.codes[pool])

    @invariant()
    def records_are_the_models(self) -> None:
        for name, hold in self.model.holds.items():
            record = self.record(name)
            assert record is not None
            runs = record["runs"]
            places = [(runs[i], runs[i + 1] + j) for i in range(0, len(runs), 3) for j in range(runs[i + 2])]
            assert len(places) == len(hold.places) and set(places) == hold.places
            assert record["word"] == hold.word and record["first"] == hold.first
            assert sorted(record["owners"]) == sorted(hold.owners)
            if record.get("pinned_until", self.model.now) < self.model.now:
                record |= dict.fromkeys(("pin", "pinned_until", "resume"))  # lapsed, and not looked at since
                self.model.pinned(hold)
            for field in ("change", "pin", "pinned_until", "resume"):
                assert record.get(field) == getattr(hold, field)
            assert bool(record.get("ended")) == hold.ended

    @invariant()
    def accounts_are_the_models(self) -> None:
        for owner in OWNERS:
            packed = self.redis.get(f"{{bo}}:o:{owner.key}") or bytes(4)
            assert isinstance(packed, bytes)
            pairs = list(struct.iter_unpack("<II", packed[4:]))
            account = Counter(dict(pairs))
            assert pairs == sorted(account.items())
            assert int.from_bytes(packed[:4], "little") == account.total()
            for second in [second for second in account if second < second_of(self.model.now)]:
                del account[second]
            assert account == self.model.account(owner.key)

    @invariant()
    def every_lease_is_somebodys(self) -> None:
        alive = {hold.word: hold for hold in self.model.holds.values() if not hold.ended}
        for pool, words in self.model.words.items():
            for place, word in enumerate(words or ()):
                if limit_of(self.model.now) <= word < CLAIMED:
                    assert (pool, place) in alive[word].places

    @invariant()
    def copies_are_behind_and_never_wrong(self) -> None:
        for worker in self.workers:
            for pool, known in worker._pools._known.items():
                copy = known.copy
                if found := self.seen.get((pool, copy.epoch, copy.number)):
                    assert list(copy.words()) == found[0]
                    assert [copy.block(place) for place in range(PLACES[pool])] == found[1]


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every script reads the time from a key."""
    monkeypatch.setattr("os.urandom", bytes)  # chance repeats itself, so that what fails fails again
    for module in (acts, joiner, pools, rebuild):
        for script in [found for found in vars(module).values() if isinstance(found, Script)]:
            source = script.source
            for line, instead in STOPPED.items():
                assert source.count(line) == 1
                source = source.replace(line, instead)
            monkeypatch.setattr(script, "source", source)
            monkeypatch.setattr(script, "sha", hashlib.sha1(source).hexdigest().encode())


def test_two_workers_in_any_order(redis_url: str, stopped_clock: None) -> None:
    machine = type("OnThisRedis", (Workers,), {"redis_url": redis_url})
    bounds = settings(max_examples=150, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=bounds)
