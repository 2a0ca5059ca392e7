-- name: create(box_office_id, kind, place_count)$
insert into pools (box_office_id, kind, place_count)
values (:box_office_id, :kind, :place_count)
returning id;

-- name: create_many(box_office_id, kind, place_count, pool_count)
insert into pools (box_office_id, kind, place_count)
select :box_office_id, :kind, :place_count
from generate_series(1, :pool_count::integer)
returning id;

-- name: state(pool)^
select id as pool, replace(box_office_id::text, '-', '') as box_office, place_count as places, epoch, server_run
from pools
where id = :pool;

-- name: hall(pool)^
select coalesce(p.own_plan_hash, v.hash) as plan_hash, p.place_list_hash
from performances p
join plan_versions v on v.id = p.plan_version_id
where p.pool_id = :pool;

-- name: claims(pool)
select place, serial from claims where pool_id = :pool;

-- name: claims_on(pool, places)
select place, serial from claims where pool_id = :pool and place = any(:places::integer[]);

-- name: live(now)
-- Performances that are not over, and every quota and pass quantity that one of them may use.
with live as (
    select id, event_id, pool_id from performances where ends_at > :now and status <> 'cancelled'
)
select pool_id as pool from live
union
select q.pool_id
from quotas q
join tariffs t on t.id = q.tariff_id
join live l on l.event_id = t.event_id and (q.performance_id is null or q.performance_id = l.id)
union
select t.pool_id
from pass_types t
join pass_type_performances p on p.pass_type_id = t.id
join live l on l.id = p.performance_id
where t.pool_id is not null
order by pool;

-- name: next_sold(now, rows_max)
-- Pools of the dates on sale that come first.
select pool_id as pool
from performances
where ends_at > :now and status = 'on_sale'
order by ends_at, id
limit :rows_max;

-- name: lock_exclusive(pool)$
select pg_advisory_xact_lock(:pool::bigint);

-- name: stale(pools, epochs)$
select stale_pools(:pools::bigint[], :epochs::bigint[]);

-- name: lock_shared(pool)$
select pg_advisory_xact_lock_shared(:pool::bigint);

-- name: next_epoch()$
select nextval('pool_epochs');

-- name: blocks(pool)$
select blocks from pools where id = :pool;

-- name: bind(pool, epoch, server_run)!
update pools set epoch = :epoch, server_run = :server_run where id = :pool;

-- name: renew(pool, epoch)!
update pools set epoch = :epoch, server_run = '' where id = :pool;

-- name: grow(pool, place_count, epoch)!
update pools set place_count = :place_count, epoch = :epoch, server_run = '' where id = :pool;

-- name: lock_all_exclusive(pools)
-- These pools, or all of them for null, each locked; in the order in which everybody locks pools.
select id, pg_advisory_xact_lock(id)
from (select id from pools where :pools::bigint[] is null or id = any(:pools) order by id) as sorted;

-- name: unbind(pools)!
update pools set epoch = nextval('pool_epochs'), server_run = '' where id = any(:pools::bigint[]);

-- name: blocks_to_change(organisation_id, pool)^
-- A pool of an organisation, its codes kept from changing until the transaction ends.
select p.place_count, p.blocks, p.tombstones
from pools p
join box_offices b on b.id = p.box_office_id
where p.id = :pool and b.organisation_id = :organisation_id
for no key update of p;

-- name: change_blocks(pool, blocks, starts, counts)!
update pools
set blocks = :blocks,
    coded = (
        select coalesce(range_agg(int4range(start, start + count)), '{}')
        from unnest(:starts::integer[], :counts::integer[]) as run (start, count)
    )
where id = :pool;

-- name: claimed(pool)$
select count(*)::integer from claims where pool_id = :pool;

-- name: move_below(pool, place_count)!
-- Claims past the new end take free places before it, each its own serial with it.
with beyond as (
    select place, row_number() over (order by place) as nth
    from claims
    where pool_id = :pool and place >= :place_count
), free as (
    select place, row_number() over () as nth
    from (
        select n as place
        from generate_series(0, :place_count::integer - 1) as n
        where not exists (select from claims where pool_id = :pool and place = n)
        limit (select count(*) from beyond)
    ) as chosen
)
update claims set place = free.place
from beyond
join free using (nth)
where claims.pool_id = :pool and claims.place = beyond.place;

-- name: let_go(pool)!
delete from claims where pool_id = :pool;

-- name: empty_out(pool, tombstones)!
update pools set tombstones = :tombstones::integer[] where id = :pool;
