-- name: lock_pools(pools)!
-- Shared, in the order of their numbers: many claim and free at once, a rebuild waits for all of them.
select pg_advisory_xact_lock_shared(id) from (select unnest(:pools::bigint[]) as id order by 1) as sorted;

-- name: clock()$
select clock_timestamp();

-- name: take(order_id, pools, places)
-- In the order of (pool, place), so that two orders for the same places wait for each other in one direction only.
insert into claims (pool_id, place, order_id)
select wanted.pool, wanted.place, :order_id
from unnest(:pools::bigint[], :places::integer[]) as wanted (pool, place)
order by wanted.pool, wanted.place
on conflict do nothing
returning pool_id, place, serial;

-- name: drop(order_ids, pools, places)
delete from claims c
using unnest(:pools::bigint[], :places::integer[]) as left_ (pool, place)
where c.pool_id = left_.pool and c.place = left_.place and c.order_id = any(:order_ids::uuid[])
returning c.pool_id, c.place, c.serial;

-- name: of_orders(order_ids)
select order_id, pool_id, place, serial from claims where order_id = any(:order_ids::uuid[]) order by pool_id, place;

-- name: undrawn(order_id, pools)$
-- Whether an order owns a place of these pools that their plan does not draw any more.
select exists (
    select from claims c
    join pools p on p.id = c.pool_id
    where c.order_id = :order_id and c.pool_id = any(:pools::bigint[]) and c.place = any(p.tombstones)
);
