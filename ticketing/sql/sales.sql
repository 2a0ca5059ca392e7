-- name: event(organisation_id, event_id)^
-- An event with what its figures are told in.
select e.id, e.name, e.box_office_id, b.key as box_office_key, b.organisation_id, b.currency, e.visibility,
    e.link_secret, e.version, event_time_zone(e.id) as time_zone
from events e
join box_offices b on b.id = e.box_office_id
where e.id = :event_id and b.organisation_id = :organisation_id;

-- name: dates(event_id, dates_max)
select f.id, f.starts_at, f.ends_at, f.status, f.label, f.pool_id,
    coalesce(f.own_plan_hash, v.hash) as plan_hash, f.place_list_hash,
    u.name as venue_name, u.time_zone, s.sale_opens_at, s.sale_closes_at,
    v.place_count - kept_count(p.id, p.blocked_count, p.coded) as capacity
from performances f
join performance_sales s on s.performance_id = f.id
join venues u on u.id = f.venue_id
join plan_versions v on v.id = f.plan_version_id
join pools p on p.id = f.pool_id
where f.event_id = :event_id
order by f.starts_at, f.id
limit :dates_max;

-- name: tariffs(event_id)
select id, name from tariffs where event_id = :event_id order by position, name, id;

-- name: cells(event_id)
-- What is sold of an event, by date, tariff (none: a pass) and standing; date by date, by the index of its tickets.
select f.id as performance_id, cell.*
from performances f
cross join lateral (
    select t.tariff_id, t.status, count(*)::integer as ticket_count, sum(t.price_cents)::bigint as cents
    from tickets t
    where t.performance_id = f.id and t.status <> 'cancelled'
    group by t.tariff_id, t.status
) as cell
where f.event_id = :event_id;

-- name: sold_by_category(performance_id)
select category, count(*)::integer as ticket_count
from tickets
where performance_id = :performance_id and status <> 'cancelled'
group by category;

-- name: first_sold_at(event_id, performance_id)$
-- When the first ticket was sold that is still out.
select min(first.placed_at)
from performances f
cross join lateral (
    select t.placed_at
    from tickets t
    where t.performance_id = f.id and t.status <> 'cancelled'
    order by t.placed_at
    limit 1
) as first
where f.event_id = :event_id and (:performance_id::uuid is null or f.id = :performance_id);

-- name: over_time(event_id, performance_id, since, until, step, time_zone)
-- Tickets by the hour, day, week or month in which they were sold, on the venue's wall.
select date_trunc(:step, t.placed_at, :time_zone) as at, count(*)::integer as ticket_count,
    sum(t.price_cents)::bigint as cents
from performances f
join tickets t on t.performance_id = f.id
where f.event_id = :event_id and (:performance_id::uuid is null or f.id = :performance_id)
    and t.placed_at >= :since and t.placed_at < :until and t.status <> 'cancelled'
group by 1
order by 1;

-- name: gates(organisation_id)
-- The tokens that let people in and are not revoked: what a gate signs in with.
select name, last_used_at
from tokens
where organisation_id = :organisation_id and scope = 'scan' and revoked_at is null
order by name, id
limit 20;
