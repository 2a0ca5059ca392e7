-- name: ground(organisation_id, event_id, version_id)^
-- What a new performance stands on: the event and the plan version, both of the organisation.
select e.box_office_id, p.venue_id, v.document
from events e
join box_offices b on b.id = e.box_office_id
join plan_versions v on v.id = :version_id
join plans p on p.id = v.plan_id
join venues u on u.id = p.venue_id
where e.id = :event_id and b.organisation_id = :organisation_id and u.organisation_id = :organisation_id;

-- name: create(performance_id, event_id, box_office_id, venue_id, version_id, place_list_hash, pool_id, starts_at, doors_at, ends_at, sale_opens_at, sale_closes_at)!
insert into performances (
    id, event_id, box_office_id, venue_id, plan_version_id, place_list_hash, pool_id,
    starts_at, doors_at, ends_at, sale_opens_at, sale_closes_at
)
values (
    :performance_id, :event_id, :box_office_id, :venue_id, :version_id, :place_list_hash, :pool_id,
    :starts_at, :doors_at, :ends_at, :sale_opens_at, :sale_closes_at
);

-- name: get(performance_id)^
select f.id, f.event_id, e.title as event_name, e.titles, f.box_office_id, b.key as box_office_key, b.organisation_id,
    b.currency, f.venue_id, u.name as venue_name, u.time_zone, f.plan_version_id,
    coalesce(f.own_plan_hash, v.hash) as plan_hash, f.place_list_hash, f.pool_id, f.starts_at, f.doors_at, f.ends_at,
    s.sale_opens_at, s.sale_closes_at, s.counter_opens_at, s.counter_closes_at, f.status, f.label, s.visibility,
    s.link_secret, s.order_places_max
from performances f
join event_titles e on e.event_id = f.event_id
join box_offices b on b.id = f.box_office_id
join venues u on u.id = f.venue_id
join plan_versions v on v.id = f.plan_version_id
join performance_sales s on s.performance_id = f.id
where f.id = :performance_id and f.status <> 'draft' and s.visibility <> 'draft';

-- name: list_on_sale(box_office_key, now, link, after_starts_at, after_id, rows_max)
select f.id, f.event_id, e.title as event_name, e.titles, f.box_office_id, b.key as box_office_key, b.organisation_id,
    b.currency, f.venue_id, u.name as venue_name, u.time_zone, f.plan_version_id,
    coalesce(f.own_plan_hash, v.hash) as plan_hash, f.place_list_hash, f.pool_id, f.starts_at, f.doors_at, f.ends_at,
    s.sale_opens_at, s.sale_closes_at, s.counter_opens_at, s.counter_closes_at, f.status, f.label, s.visibility,
    s.link_secret, s.order_places_max
from performances f
join event_titles e on e.event_id = f.event_id
join box_offices b on b.id = f.box_office_id
join venues u on u.id = f.venue_id
join plan_versions v on v.id = f.plan_version_id
join performance_sales s on s.performance_id = f.id
where (:box_office_key::text is null or b.key = :box_office_key)
    and f.status = 'on_sale'
    and case when :link = '' then s.visibility = 'public' else s.visibility <> 'draft' and s.link_secret = :link end
    and f.ends_at > :now
    and (f.starts_at, f.id) > (:after_starts_at, :after_id)
order by f.starts_at, f.id
limit :rows_max;
