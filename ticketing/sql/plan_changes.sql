-- name: ground(organisation_id, performance_id, version_id)^
-- A performance and a version to put it on, of the same organisation; with what both are drawn by.
select f.id as performance_id, f.event_id, e.name as event_name, f.box_office_id, b.currency, f.starts_at, f.ends_at,
    f.status, u.time_zone, f.pool_id, f.plan_version_id, f.place_list_hash,
    f.own_plan_hash, f.seat_categories, p.id as plan_id, p.name as plan_name,
    w.number as old_number, v.id as version_id, v.number as new_number, v.plan_id = p.id as same_plan,
    l.document as place_list, coalesce(d.document, w.document) as old_document,
    v.document as new_document
from performances f
join events e on e.id = f.event_id
join box_offices b on b.id = f.box_office_id
join venues u on u.id = f.venue_id
join place_lists l on l.hash = f.place_list_hash
join plan_versions w on w.id = f.plan_version_id
left join date_plans d on d.hash = f.own_plan_hash
join plans p on p.id = w.plan_id
join plan_versions v on v.id = :version_id
join plans q on q.id = v.plan_id
join venues n on n.id = q.venue_id
where f.id = :performance_id and b.organisation_id = :organisation_id and n.organisation_id = :organisation_id;

-- name: lock(performance_id)^
-- The performance's row: plans of one performance change one after the other. Sales go on beside it.
select plan_version_id, own_plan_hash, place_list_hash, status, ends_at
from performances where id = :performance_id for no key update;

-- name: lock_orders(pool, places)
-- The orders that own one of these places, each row held until the transaction ends.
select id
from orders
where id in (select order_id from claims where pool_id = :pool and place = any(:places::integer[]))
order by id
for no key update;

-- name: owned(pool, places)
select place, order_id, serial from claims where pool_id = :pool and place = any(:places::integer[]) order by place;

-- name: reseat(pool, places, others)!
-- Claims with their tickets, from places to others that nobody owns.
with pairs as (
    select place, other from unnest(:places::integer[], :others::integer[]) as pair (place, other)
), tickets_moved as (
    update tickets t set place = pairs.other
    from pairs, claims c
    where c.pool_id = :pool and c.place = pairs.place and t.pool_id = c.pool_id and t.place = c.place
        and t.order_id = c.order_id and t.status in ('reserved', 'valid', 'opposed')
)
update claims c set place = pairs.other from pairs where c.pool_id = :pool and c.place = pairs.place;

-- name: publish(performance_id, version_id, place_list_hash)!
update performances
set plan_version_id = :version_id, place_list_hash = :place_list_hash, version = version + 1
where id = :performance_id;

-- name: taken(pool, places, rows_max)
-- Live tickets on these places, with whose they are.
select t.id as ticket_id, t.order_id, o.code as order_code, o.status as order_status, k.name as customer_name,
    t.holder_name, t.place, t.zone, t.row_label, t.seat_label, t.category, t.pass_id is not null as of_pass,
    exists (select from admissions a where a.ticket_id = t.id) as admitted
from tickets t
join orders o on o.id = t.order_id
join customers k on k.id = o.customer_id
where t.pool_id = :pool and t.place = any(:places::integer[]) and t.status in ('reserved', 'valid', 'opposed')
order by t.place
limit :rows_max;

-- name: owned_count(pool, places)$
select count(*)::integer from claims where pool_id = :pool and place = any(:places::integer[]);

-- name: owned_counts(pools, places)
-- For each of these pools, how many of the places are owned.
select pool_id, count(*)::integer as owned_count
from claims
where pool_id = any(:pools::bigint[]) and place = any(:places::integer[])
group by pool_id;

-- name: priced(performance_id)
-- The tariffs of a performance that are not closed, and what they have prices for.
select t.name,
    array(
        select distinct r.category from prices r
        where r.tariff_id = t.id and r.category is not null
            and (r.performance_id is null or r.performance_id = f.id)
    ) as categories
from performances f
join tariffs t on t.event_id = f.event_id
where f.id = :performance_id and t.closed_at is null
order by t.position, t.id;

-- name: hall_of(performance_id)^
-- Held: no other plan comes under the performance until the transaction ends.
select f.pool_id, coalesce(f.own_plan_hash, v.hash) as plan_hash, f.place_list_hash
from performances f
join plan_versions v on v.id = f.plan_version_id
where f.id = :performance_id
for share of f;

-- name: seated_orders(pool, after, rows_max)
-- The orders that have a live ticket in a pool, some at a time.
select order_id
from tickets
where pool_id = :pool and status in ('reserved', 'valid', 'opposed') and order_id > :after
group by order_id
order by order_id
limit :rows_max;

-- name: labels_of(pool, order_id)
select id, order_id, place, zone, row_label, seat_label
from tickets
where pool_id = :pool and order_id = :order_id and status in ('reserved', 'valid', 'opposed');

-- name: relabel(ticket_id, zone, row_label, seat_label)!
update tickets set zone = :zone, row_label = :row_label, seat_label = :seat_label where id = :ticket_id;
