-- name: ground(organisation_id, performance_id)^
-- An organisation's own date with its version's drawing, and which seats it has in other categories.
select f.id as performance_id, f.event_id, e.name as event_name, f.box_office_id, f.status, f.ends_at, f.pool_id,
    f.plan_version_id, f.own_plan_hash, f.place_list_hash, coalesce(f.own_plan_hash, v.hash) as plan_hash,
    f.seat_categories, v.document
from performances f
join events e on e.id = f.event_id
join box_offices b on b.id = f.box_office_id
join plan_versions v on v.id = f.plan_version_id
where f.id = :performance_id and b.organisation_id = :organisation_id;

-- name: own(organisation_id, performance_id)^
select f.seat_categories
from performances f
join box_offices b on b.id = f.box_office_id
where f.id = :performance_id and b.organisation_id = :organisation_id;

-- name: priced_zones(performance_id)
-- The sections that have a price of their own at a date, whatever category a seat there has.
select distinct r.zone
from performances f
join tariffs t on t.event_id = f.event_id
join prices r on r.tariff_id = t.id
where f.id = :performance_id and t.closed_at is null and r.zone is not null
    and (r.performance_id is null or r.performance_id = f.id);
