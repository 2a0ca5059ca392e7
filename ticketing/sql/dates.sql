-- name: ground(organisation_id, event_id, version_id)^
-- What new dates stand on: the event, its row locked, and the plan version, both of the organisation.
select e.box_office_id, e.name as event_name, e.doors_min, e.duration_min, p.venue_id, v.document
from events e
join box_offices b on b.id = e.box_office_id
join plan_versions v on v.id = :version_id
join plans p on p.id = v.plan_id
join venues u on u.id = p.venue_id
where e.id = :event_id and b.organisation_id = :organisation_id and u.organisation_id = :organisation_id
for no key update of e;

-- name: taken(event_id, starts)$
select count(*) from performances
where event_id = :event_id and status <> 'cancelled' and starts_at = any(:starts::timestamptz[]);

-- name: lock_event(event_id)!
-- Its dates are added and moved one after the other.
select from events where id = :event_id for no key update;

-- name: doubled(event_id, starts)$
-- How many of these moments are those of more than one date.
select count(*)
from (
    select starts_at
    from performances
    where event_id = :event_id and status <> 'cancelled' and starts_at = any(:starts::timestamptz[])
    group by starts_at
    having count(*) > 1
) as found;

-- name: never_open(ids)$
-- How many of these dates would close before they open, at some channel.
select count(*)
from performance_sales
where performance_id = any(:ids::uuid[]) and (sale_opens_at >= sale_closes_at or counter_opens_at >= counter_closes_at);

-- name: add(event_id, version_id, place_list_hash, box_office_id, venue_id, ids, pools, starts, doors_min, duration_min)!
insert into performances (
    id, event_id, box_office_id, venue_id, plan_version_id, place_list_hash, pool_id, starts_at, doors_at, ends_at
)
select new.id, :event_id, :box_office_id, :venue_id, :version_id, :place_list_hash, new.pool_id, new.starts_at,
    new.starts_at - :doors_min * interval '1 minute', new.starts_at + :duration_min * interval '1 minute'
from unnest(:ids::uuid[], :pools::bigint[], :starts::timestamptz[]) as new (id, pool_id, starts_at);

-- name: of_event(organisation_id, event_id, now, past, after, rows_max)
-- What an event's dates are, with what is sold of each; the ones on the page only are counted.
select d.*, (select count(*)::integer from claims c where c.pool_id = d.pool_id) as sold_count
from (
    select f.id, f.event_id, e.name as event_name, f.box_office_id, f.venue_id, u.name as venue_name, u.time_zone,
        f.plan_version_id, p.name as plan_name, v.number as plan_number, latest.id as latest_version_id,
        latest.number as latest_number, f.starts_at, f.doors_at, f.ends_at, f.sale_opens_at as own_sale_opens_at,
        f.sale_closes_at as own_sale_closes_at, f.counter_opens_at as own_counter_opens_at,
        f.counter_closes_at as own_counter_closes_at, f.order_places_max as own_order_places_max, s.sale_opens_at,
        s.sale_closes_at, s.counter_opens_at, s.counter_closes_at, s.order_places_max, s.visibility, f.status, f.label,
        f.version, v.place_count - kept_count(o.id, o.blocked_count, o.coded) as place_count, f.pool_id
    from performances f
    join events e on e.id = f.event_id
    join box_offices b on b.id = f.box_office_id
    join venues u on u.id = f.venue_id
    join plan_versions v on v.id = f.plan_version_id
    join plans p on p.id = v.plan_id
    join pools o on o.id = f.pool_id
    join performance_sales s on s.performance_id = f.id
    cross join lateral (
        select w.id, w.number from plan_versions w where w.plan_id = p.id order by w.number desc limit 1
    ) as latest
    where f.event_id = :event_id and b.organisation_id = :organisation_id and (f.ends_at <= :now) = :past::boolean
    order by case when :past then f.starts_at end desc, f.starts_at, f.id
    offset :after::integer limit :rows_max::integer
) as d
order by case when :past then d.starts_at end desc, d.starts_at, d.id;

-- name: counts(organisation_id, event_id, now)^
select count(*) filter (where f.ends_at > :now)::integer as coming_count,
    count(*) filter (where f.ends_at <= :now)::integer as past_count
from performances f
join box_offices b on b.id = f.box_office_id
where f.event_id = :event_id and b.organisation_id = :organisation_id;

-- name: get(organisation_id, performance_id)^
select f.id, f.event_id, e.name as event_name, f.box_office_id, f.venue_id, u.name as venue_name, u.time_zone,
    f.plan_version_id, p.name as plan_name, v.number as plan_number, latest.id as latest_version_id,
    latest.number as latest_number, f.starts_at, f.doors_at, f.ends_at, f.sale_opens_at as own_sale_opens_at,
    f.sale_closes_at as own_sale_closes_at, f.counter_opens_at as own_counter_opens_at,
    f.counter_closes_at as own_counter_closes_at, f.order_places_max as own_order_places_max, s.sale_opens_at,
    s.sale_closes_at, s.counter_opens_at, s.counter_closes_at, s.order_places_max, s.visibility, f.status, f.label,
    f.version, f.pool_id, v.place_count - kept_count(o.id, o.blocked_count, o.coded) as place_count,
    (select count(*)::integer from claims c where c.pool_id = f.pool_id) as sold_count
from performances f
join events e on e.id = f.event_id
join box_offices b on b.id = f.box_office_id
join venues u on u.id = f.venue_id
join plan_versions v on v.id = f.plan_version_id
join plans p on p.id = v.plan_id
join pools o on o.id = f.pool_id
join performance_sales s on s.performance_id = f.id
cross join lateral (
    select w.id, w.number from plan_versions w where w.plan_id = p.id order by w.number desc limit 1
) as latest
where f.id = :performance_id and b.organisation_id = :organisation_id;

-- name: starts_of(organisation_id, event_id)
select f.starts_at
from performances f
join box_offices b on b.id = f.box_office_id
where f.event_id = :event_id and b.organisation_id = :organisation_id and f.status <> 'cancelled';

-- name: overlaps(organisation_id, venue_id, starts, duration_min)
select distinct on (new.start) new.start, f.starts_at, e.name as event_name
from unnest(:starts::timestamptz[]) as new (start)
join performances f on f.venue_id = :venue_id and f.starts_at < new.start + :duration_min * interval '1 minute'
    and f.ends_at > new.start
join events e on e.id = f.event_id
join venues u on u.id = f.venue_id
where u.organisation_id = :organisation_id and not u.virtual and f.status <> 'cancelled'
order by new.start, f.starts_at;

-- name: edit(performance_id, version, starts_at, doors_at, ends_at, own_sale_opens_at, own_sale_closes_at, own_counter_opens_at, own_counter_closes_at, own_order_places_max, label, status)!
update performances
set starts_at = :starts_at, doors_at = :doors_at, ends_at = :ends_at, sale_opens_at = :own_sale_opens_at,
    sale_closes_at = :own_sale_closes_at, counter_opens_at = :own_counter_opens_at,
    counter_closes_at = :own_counter_closes_at, order_places_max = :own_order_places_max, label = :label,
    status = :status, version = version + 1
where id = :performance_id and version = :version and status <> 'cancelled';

-- name: to_change(organisation_id, event_id, ids)
-- Dates to change, their rows locked.
select f.id, f.box_office_id, e.name as event_name, u.time_zone, f.starts_at, f.doors_at, f.ends_at, f.sale_opens_at,
    f.sale_closes_at, f.counter_opens_at, f.counter_closes_at, f.order_places_max, f.label, f.status
from performances f
join events e on e.id = f.event_id
join box_offices b on b.id = f.box_office_id
join venues u on u.id = f.venue_id
where f.id = any(:ids::uuid[]) and f.event_id = :event_id and b.organisation_id = :organisation_id
    and f.status <> 'cancelled'
order by f.starts_at
for no key update of f;

-- name: change(id, starts_at, doors_at, ends_at, sale_opens_at, sale_closes_at, counter_opens_at, counter_closes_at, order_places_max, label, status)!
update performances
set starts_at = :starts_at, doors_at = :doors_at, ends_at = :ends_at, sale_opens_at = :sale_opens_at,
    sale_closes_at = :sale_closes_at, counter_opens_at = :counter_opens_at, counter_closes_at = :counter_closes_at,
    order_places_max = :order_places_max, label = :label, status = :status, version = version + 1
where id = :id;

-- name: to_remove(organisation_id, event_id, ids)
-- Dates to remove, their rows locked against anything that would come to refer to them.
select f.id, f.box_office_id, e.name as event_name, f.starts_at
from performances f
join events e on e.id = f.event_id
join box_offices b on b.id = f.box_office_id
where f.id = any(:ids::uuid[]) and f.event_id = :event_id and b.organisation_id = :organisation_id
order by f.starts_at
for update of f;

-- name: ordered_among(ids)$
-- How many of these dates were ever ordered, or are part of a pass.
select count(*) from unnest(:ids::uuid[]) as asked (id)
where exists (select from tickets t where t.performance_id = asked.id)
    or exists (select from pass_type_performances y where y.performance_id = asked.id);

-- name: remove(ids)!
with bounds as (
    delete from quotas where performance_id = any(:ids::uuid[])
)
delete from performances where id = any(:ids::uuid[]);

-- name: grounds(organisation_id, version_ids, rows_max)
-- Plan versions that a date may be sold on (all, or these), by venue and plan: the latest of each plan before any other.
select id, venue_id, venue_name, time_zone, virtual, plan_name, number, place_count
from (
    select v.id, u.id as venue_id, u.name as venue_name, u.time_zone, u.virtual, p.name as plan_name, v.number,
        v.place_count
    from plan_versions v
    join plans p on p.id = v.plan_id
    join venues u on u.id = p.venue_id
    where u.organisation_id = :organisation_id and (:version_ids::uuid[] is null or v.id = any(:version_ids::uuid[]))
    order by v.number < max(v.number) over (partition by p.id), u.name, p.name, v.number desc
    limit :rows_max
) as found
order by venue_name, plan_name, number desc;
