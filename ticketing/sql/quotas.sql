-- name: owned(organisation_id, tariff_id)^
select t.id, t.name, t.event_id, e.box_office_id
from tariffs t
join events e on e.id = t.event_id
join box_offices b on b.id = e.box_office_id
where t.id = :tariff_id and b.organisation_id = :organisation_id;

-- name: next_version(tariff_id, version)!
update tariffs set version = version + 1 where id = :tariff_id and version = :version;

-- name: of_tariff(tariff_id)
select q.id, q.tariff_id, q.performance_id, q.pool_id, p.place_count
from quotas q
join pools p on p.id = q.pool_id
where q.tariff_id = :tariff_id;

-- name: starts_at(event_id, performance_id)$
select starts_at from performances where id = :performance_id and event_id = :event_id;

-- name: uses(tariff_id)
-- The event as a whole, and each of its dates.
with counted as (
    select performance_id, count(*)::integer as tickets
    from tickets
    where tariff_id = :tariff_id and status in ('reserved', 'valid', 'opposed')
    group by performance_id
)
select null::uuid as performance_id, null::timestamptz as starts_at, null as time_zone, p.place_count,
    (select coalesce(sum(tickets), 0)::integer from counted) as ticket_count
from (select) as whole
left join quotas q on q.tariff_id = :tariff_id and q.performance_id is null
left join pools p on p.id = q.pool_id
union all
select f.id, f.starts_at, v.time_zone, p.place_count, coalesce(n.tickets, 0)
from tariffs t
join performances f on f.event_id = t.event_id
join venues v on v.id = f.venue_id
left join quotas q on q.tariff_id = t.id and q.performance_id = f.id
left join pools p on p.id = q.pool_id
left join counted n on n.performance_id = f.id
where t.id = :tariff_id
order by starts_at nulls first, performance_id;

-- name: lock_orders(tariff_id)!
-- Every order that has, or may have again, tickets at the tariff: whoever takes one back or seats one again waits.
select from orders
where id in (select order_id from tickets where tariff_id = :tariff_id)
order by id
for no key update;

-- name: live(tariff_id, performance_id)$
select count(*)::integer
from tickets
where tariff_id = :tariff_id and status in ('reserved', 'valid', 'opposed')
    and (:performance_id::uuid is null or performance_id = :performance_id);

-- name: claim(pool, tariff_id, performance_id)!
-- A place for each live ticket, from the first one on.
insert into claims (pool_id, place, order_id)
select :pool::bigint, row_number() over (order by id) - 1, order_id
from tickets
where tariff_id = :tariff_id and status in ('reserved', 'valid', 'opposed')
    and (:performance_id::uuid is null or performance_id = :performance_id);

-- name: forget(quota_id)!
delete from quotas where id = :quota_id;
