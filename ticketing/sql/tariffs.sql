-- name: event(organisation_id, event_id)^
select e.id, e.box_office_id, b.locale
from events e
join box_offices b on b.id = e.box_office_id
where e.id = :event_id and b.organisation_id = :organisation_id
for no key update of e;

-- name: count_of(event_id)$
select count(*)::integer from tariffs where event_id = :event_id;

-- name: next_position(event_id)$
select coalesce(max(position) + 1, 0) from tariffs where event_id = :event_id;

-- name: create(tariff_id, event_id, name, position, names, descriptions, vat_thousandths, sale_opens_at, sale_closes_at, counter_only, order_min, order_max)$
insert into tariffs (
    id, event_id, name, position, names, descriptions, vat_thousandths, sale_opens_at, sale_closes_at, counter_only,
    order_min, order_max
)
values (
    :tariff_id, :event_id, :name, :position, :names, :descriptions, :vat_thousandths, :sale_opens_at, :sale_closes_at,
    :counter_only, :order_min, :order_max
)
on conflict (event_id, name) do nothing
returning id;

-- name: edit(tariff_id, version, name, names, descriptions, vat_thousandths, sale_opens_at, sale_closes_at, counter_only, order_min, order_max)!
update tariffs
set version = version + 1, name = :name, names = :names, descriptions = :descriptions,
    vat_thousandths = :vat_thousandths, sale_opens_at = :sale_opens_at, sale_closes_at = :sale_closes_at,
    counter_only = :counter_only, order_min = :order_min, order_max = :order_max
where id = :tariff_id and version = :version;

-- name: close(tariff_id, closed_at)!
update tariffs set closed_at = :closed_at, version = version + 1 where id = :tariff_id;

-- name: lock_alone(tariff_id)$
-- The lock that orders take together (`stale_tariffs`), alone.
select pg_advisory_xact_lock(8, hashtext(:tariff_id::uuid::text));

-- name: ever_sold(tariff_id)$
select exists (select from tickets where tariff_id = :tariff_id);

-- name: forget_options(tariffs)!
delete from options where tariff_id = any(:tariffs::uuid[]);

-- name: forget_groups(tariffs)!
delete from option_groups where tariff_id = any(:tariffs::uuid[]);

-- name: forget_quotas(tariffs)!
delete from quotas where tariff_id = any(:tariffs::uuid[]);

-- name: forget_prices(tariffs)!
delete from prices where tariff_id = any(:tariffs::uuid[]);

-- name: delete(tariffs)!
delete from tariffs where id = any(:tariffs::uuid[]);

-- name: order_of(event_id)
-- In the order in which they are shown; two who change it take turns.
select id from tariffs where event_id = :event_id order by position, name for no key update;

-- name: reorder(tariffs)!
update tariffs set position = o.position - 1
from unnest(:tariffs::uuid[]) with ordinality as o (id, position)
where tariffs.id = o.id and tariffs.position is distinct from o.position - 1;

-- name: owned(organisation_id, tariff_id)^
select e.box_office_id, b.locale
from tariffs t
join events e on e.id = t.event_id
join box_offices b on b.id = e.box_office_id
where t.id = :tariff_id and b.organisation_id = :organisation_id;

-- name: get(tariff_id)^
select t.*, cost.*
from tariffs t
cross join lateral (
    select array_agg(performance_id is not null) as dated, array_agg(zone order by zone, category) as zones,
        array_agg(category order by zone, category) as categories,
        array_agg(price_cents order by zone, category) as prices_cents
    from prices
    where tariff_id = t.id and performance_id is null
) as cost
where t.id = :tariff_id;

-- name: of_event(event_id, performance_id)
-- With the prices of all dates, and those of one where it is named.
select t.*, cost.*
from tariffs t
cross join lateral (
    select array_agg(p.dated) as dated, array_agg(p.zone) as zones, array_agg(p.category) as categories,
        array_agg(p.price_cents) as prices_cents
    from (
        select performance_id is not null as dated, zone, category, price_cents
        from prices
        where tariff_id = t.id and (performance_id is null or performance_id = :performance_id::uuid)
        order by zone, category
    ) as p
) as cost
where t.event_id = :event_id
order by t.position, t.name;

-- name: sold(event_id)
select t.id as tariff_id,
    count(k.id) filter (where k.status in ('reserved', 'valid', 'opposed'))::integer as live,
    count(k.id)::integer as ever,
    (
        select p.place_count from quotas q join pools p on p.id = q.pool_id
        where q.tariff_id = t.id and q.performance_id is null
    ) as quota
from tariffs t
left join tickets k on k.tariff_id = t.id
where t.event_id = :event_id
group by t.id;

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

-- name: box_office_of(event_id)$
select box_office_id from events where id = :event_id;

-- name: copy(event_id, old, new)!
insert into tariffs (id, event_id, name, position, names, descriptions, vat_thousandths, counter_only, order_min, order_max)
select m.new, :event_id, t.name, t.position, t.names, t.descriptions, t.vat_thousandths, t.counter_only, t.order_min,
    t.order_max
from unnest(:old::uuid[], :new::uuid[]) as m (old, new)
join tariffs t on t.id = m.old;

-- name: copy_prices(old, new, old_dates, new_dates)!
insert into prices (tariff_id, performance_id, category, zone, price_cents)
select m.new, d.new, p.category, p.zone, p.price_cents
from unnest(:old::uuid[], :new::uuid[]) as m (old, new)
join prices p on p.tariff_id = m.old
left join unnest(:old_dates::uuid[], :new_dates::uuid[]) as d (old, new) on d.old = p.performance_id
where p.performance_id is null or d.new is not null;

-- name: groups_of(tariffs)
select id from option_groups where tariff_id = any(:tariffs::uuid[]);

-- name: copy_groups(old, new, old_groups, new_groups)!
insert into option_groups (id, tariff_id, name, names, position)
select h.new, m.new, g.name, g.names, g.position
from unnest(:old_groups::uuid[], :new_groups::uuid[]) as h (old, new)
join option_groups g on g.id = h.old
join unnest(:old::uuid[], :new::uuid[]) as m (old, new) on m.old = g.tariff_id;

-- name: options_of(tariffs)
select id from options where tariff_id = any(:tariffs::uuid[]) and closed_at is null;

-- name: copy_options(old, new, old_groups, new_groups, old_options, new_options)!
insert into options (id, tariff_id, group_id, name, names, price_cents, position)
select h.new, m.new, g.new, n.name, n.names, n.price_cents, n.position
from unnest(:old_options::uuid[], :new_options::uuid[]) as h (old, new)
join options n on n.id = h.old
join unnest(:old::uuid[], :new::uuid[]) as m (old, new) on m.old = n.tariff_id
left join unnest(:old_groups::uuid[], :new_groups::uuid[]) as g (old, new) on g.old = n.group_id;

-- name: quotas_to_copy(tariffs)
select q.tariff_id, q.performance_id, p.place_count
from quotas q
join pools p on p.id = q.pool_id
where q.tariff_id = any(:tariffs::uuid[])
order by q.id;
