"""A box office whose slot moves to another node of the cluster: carts move with it, and nothing is believed unseen."""

from collections.abc import AsyncIterator
from itertools import count

import pytest
from redis import Redis
from redis.crc import key_slot

from embedded import ValkeyCluster
from engine.holds import Any, Seats
from engine.inventory import Inventory
from engine.link import ClusterLink, StoreUnreachable
from engine.outcomes import Outcome
from tests.engine.claims_book import ClaimsBook
from tests.engine.conftest import SECRET, ask

numbers = count(160_000)


@pytest.fixture
async def inventory(valkey_cluster: ValkeyCluster, book: ClaimsBook) -> AsyncIterator[Inventory]:
    inventory = await Inventory.open(valkey_cluster.url(), book, SECRET)
    yield inventory
    await inventory.close()


class Slot:
    """A box office's slot, the node that has it, and another."""

    def __init__(self, cluster: ValkeyCluster, office: str) -> None:
        self.number = key_slot(b"{%b}:s" % office.encode())
        clients = [Redis.from_url(node.tcp_url(), protocol=2) for node in cluster.nodes]
        ids = [str(client.execute_command("CLUSTER", "MYID"), "ascii") for client in clients]
        slots = clients[0].execute_command("CLUSTER", "SLOTS")
        [owner] = [str(entry[2][2], "ascii") for entry in slots if entry[0] <= self.number <= entry[1]]
        here = ids.index(owner)
        there = (here + 1) % len(ids)
        self.old, self.new, self.all = clients[here], clients[there], clients
        self.old_id, self.new_id, self.new_port = ids[here], ids[there], cluster.nodes[there].port

    def begin(self) -> None:
        self.new.execute_command("CLUSTER", "SETSLOT", self.number, "IMPORTING", self.old_id)
        self.old.execute_command("CLUSTER", "SETSLOT", self.number, "MIGRATING", self.new_id)

    def move_keys(self) -> None:
        while keys := self.old.execute_command("CLUSTER", "GETKEYSINSLOT", self.number, 100):
            self.old.execute_command("MIGRATE", "127.0.0.1", self.new_port, "", 0, 5000, "KEYS", *keys)

    def end(self) -> None:
        for client in (self.new, self.old, *self.all):
            client.execute_command("CLUSTER", "SETSLOT", self.number, "NODE", self.new_id)


async def test_a_map_that_is_wrong_is_read_again(inventory: Inventory, book: ClaimsBook) -> None:
    office = "redirected"
    pool = book.add(next(numbers), office, 50)
    held = await inventory.hold(ask(Seats(pool, (1,)), box_office=office))
    link = inventory._link
    assert isinstance(link, ClusterLink)
    addresses = [address for _, _, address in link._owners]
    link._owners = [
        (low, high, other) for (low, high, _), other in zip(link._owners, addresses[1:] + addresses[:1], strict=True)
    ]
    assert (await inventory.hold(ask(Seats(pool, (1,)), box_office=office))).outcome is Outcome.TAKEN
    assert (await inventory.read(office, held.hold)).outcome is Outcome.HELD


async def test_a_slot_that_moves_takes_its_holds_along(
    inventory: Inventory, valkey_cluster: ValkeyCluster, book: ClaimsBook
) -> None:
    office = "moving"
    pool = book.add(next(numbers), office, 50)
    claims = book.claim(pool, [7])
    assert claims
    await inventory.settle(office, {pool: claims})
    held = await inventory.hold(ask(Seats(pool, (1, 2)), box_office=office))
    slot = Slot(valkey_cluster, office)
    slot.begin()
    with pytest.raises(StoreUnreachable):
        await inventory.hold(ask(Seats(pool, (2,)), box_office=office))
    slot.move_keys()
    with pytest.raises(StoreUnreachable):
        await inventory.read(office, held.hold)
    slot.end()
    assert (await inventory.hold(ask(Seats(pool, (2,)), box_office=office))).outcome is Outcome.TAKEN
    assert (await inventory.hold(ask(Seats(pool, (7,)), box_office=office))).outcome is Outcome.TAKEN
    assert (await inventory.hold(ask(Any(pool, 47), box_office=office))).outcome is Outcome.HELD
    assert (await inventory.renew(office, held.hold, 90_000, 900_000)).outcome is Outcome.RENEWED
    assert inventory.counts["rebuilds"] == 2, "bound to the node that answers now"
