-- name: office(organisation_id, id)^
select organisation_id, currency from box_offices where id = :id and organisation_id = :organisation_id;

-- name: dates(event_id, dates_max)
select f.id, f.plan_version_id as version_id, u.time_zone, f.starts_at
from performances f
join venues u on u.id = f.venue_id
where f.event_id = :event_id and f.status <> 'cancelled'
order by f.starts_at, f.id
limit :dates_max;

-- name: lacking(event_id, version_ids)
-- The categories that an event's tariffs have a price for and none of these plans has. Only that part of a document is
-- read that names its categories.
select distinct p.category
from prices p
join tariffs t on t.id = p.tariff_id
where t.event_id = :event_id and p.category is not null and p.category not in (
    select one ->> 'name'
    from plan_versions v
    cross join lateral json_array_elements(convert_from(v.document, 'UTF8')::json -> 'categories') as one
    where v.id = any(:version_ids::uuid[])
)
order by p.category;

-- name: drop_prices(event_id)!
-- What is priced in another currency: prices, and options that cost something.
with priced as (
    delete from options o using tariffs t where t.id = o.tariff_id and t.event_id = :event_id and o.price_cents <> 0
)
delete from prices p using tariffs t where t.id = p.tariff_id and t.event_id = :event_id;
