-- name: create(tariff_id, organisation_id, event_id, name, position)$
insert into tariffs (id, event_id, name, position)
select :tariff_id, e.id, :name, :position
from events e
join box_offices b on b.id = e.box_office_id
where e.id = :event_id and b.organisation_id = :organisation_id
on conflict (event_id, name) do nothing
returning id;

-- name: event_exists(organisation_id, event_id)$
select exists (
    select from events e
    join box_offices b on b.id = e.box_office_id
    where e.id = :event_id and b.organisation_id = :organisation_id
);

-- name: set_price(tariff_id, category, price_cents)!
insert into prices (tariff_id, category, price_cents)
values (:tariff_id, :category, :price_cents)
on conflict (tariff_id, category) do update set price_cents = excluded.price_cents;

-- name: owned(organisation_id, tariff_id)^
select t.id, t.event_id, e.box_office_id
from tariffs t
join events e on e.id = t.event_id
join box_offices b on b.id = e.box_office_id
where t.id = :tariff_id and b.organisation_id = :organisation_id;

-- name: of_event(event_id)
select t.id, t.event_id, t.name, t.position,
    array(select category from prices where tariff_id = t.id order by category) as categories,
    array(select price_cents from prices where tariff_id = t.id order by category) as prices_cents
from tariffs t
where t.event_id = :event_id
order by t.position, t.name;

-- name: performance_of_event(event_id, performance_id)$
select exists (select from performances where id = :performance_id and event_id = :event_id);

-- name: add_quota(quota_id, tariff_id, performance_id, pool_id)!
insert into quotas (id, tariff_id, performance_id, pool_id)
values (:quota_id, :tariff_id, :performance_id, :pool_id);

-- name: quotas_of(performance_id)
select q.id, q.tariff_id, q.performance_id, q.pool_id, p.place_count
from performances f
join tariffs t on t.event_id = f.event_id
join quotas q on q.tariff_id = t.id and (q.performance_id is null or q.performance_id = f.id)
join pools p on p.id = q.pool_id
where f.id = :performance_id
order by q.pool_id;
