-- name: owned(organisation_id, tariff_id)^
select t.event_id, t.name, e.box_office_id
from tariffs t
join events e on e.id = t.event_id
join box_offices b on b.id = e.box_office_id
where t.id = :tariff_id and b.organisation_id = :organisation_id;

-- name: starts_at(event_id, performance_id)$
select starts_at from performances where id = :performance_id and event_id = :event_id;

-- name: next_version(tariff_id, version)!
update tariffs set version = version + 1 where id = :tariff_id and version = :version;

-- name: read(tariff_id, performance_id)
select zone, category, price_cents
from prices
where tariff_id = :tariff_id and performance_id is not distinct from :performance_id
order by zone, category;

-- name: own_dates(tariff_id)
select distinct performance_id from prices where tariff_id = :tariff_id and performance_id is not null;

-- name: forget(tariff_id, performance_id)!
delete from prices where tariff_id = :tariff_id and performance_id is not distinct from :performance_id;

-- name: add(tariff_id, performance_id, zones, categories, prices_cents)!
insert into prices (tariff_id, performance_id, zone, category, price_cents)
select :tariff_id::uuid, :performance_id::uuid, zone, category, price_cents
from unnest(:zones::text[], :categories::text[], :prices_cents::integer[]) as p (zone, category, price_cents);

-- name: plans_of(event_id, performance_id)
-- The plans that an event is sold on, or what one of its dates draws, each with the first of its dates.
select d.hash as plan_hash, p.name as plan_name, u.name as venue_name
from performances f
join plan_versions v on v.id = f.plan_version_id
join plans p on p.id = v.plan_id
join venues u on u.id = f.venue_id
cross join lateral (
    select case when :performance_id::uuid is null then v.hash else coalesce(f.own_plan_hash, v.hash) end as hash
) as d
where f.event_id = :event_id and (:performance_id::uuid is null or f.id = :performance_id)
group by d.hash, p.name, u.name
order by min(f.starts_at)
limit 10;

-- name: dates_of(event_id)
select f.id, f.starts_at, u.time_zone, u.name as venue_name
from performances f
join venues u on u.id = f.venue_id
where f.event_id = :event_id
order by f.starts_at, f.id;
