-- name: owned(organisation_id, tariff_id)^
select t.id, t.name, e.box_office_id, b.locale
from tariffs t
join events e on e.id = t.event_id
join box_offices b on b.id = e.box_office_id
where t.id = :tariff_id and b.organisation_id = :organisation_id;

-- name: lock_alone(tariff_id)$
-- The lock that orders take together (`stale_tariffs`), alone.
select pg_advisory_xact_lock(8, hashtext(:tariff_id::uuid::text));

-- name: next_version(tariff_id, version)!
update tariffs set version = version + 1 where id = :tariff_id and version = :version;

-- name: of_tariff(tariff_id)
select n.id, n.group_id, n.name, n.names, n.price_cents, n.closed_at,
    (select count(*)::integer from ticket_options k where k.option_id = n.id) as ticket_count
from options n
where n.tariff_id = :tariff_id
order by n.position, n.id;

-- name: of_event(event_id)
select n.tariff_id, n.id, n.group_id, g.name as group_name, n.name, n.names, n.price_cents, n.closed_at,
    0 as ticket_count
from tariffs t
join options n on n.tariff_id = t.id and n.closed_at is null
left join option_groups g on g.id = n.group_id
where t.event_id = :event_id
order by g.position nulls first, g.id, n.position, n.id;

-- name: groups_of(tariff_id)
select id, name, names from option_groups where tariff_id = :tariff_id order by position, id;

-- name: count_of(tariff_id)$
select count(*)::integer from options where tariff_id = :tariff_id;

-- name: get(tariff_id, option_id)^
select n.id, n.group_id, n.name, n.names, n.price_cents, n.closed_at,
    (select count(*)::integer from ticket_options k where k.option_id = n.id) as ticket_count
from options n
where n.tariff_id = :tariff_id and n.id = :option_id;

-- name: group_name(tariff_id, group_id)$
select name from option_groups where tariff_id = :tariff_id and id = :group_id;

-- name: add(option_id, tariff_id, group_id, name, names, price_cents)!
-- After the tariff's others.
insert into options (id, tariff_id, group_id, name, names, price_cents, position)
select :option_id, :tariff_id, :group_id, :name, :names, :price_cents, coalesce(max(position) + 1, 0)
from options
where tariff_id = :tariff_id;

-- name: edit(option_id, group_id, name, names, price_cents)!
-- One that comes into another group comes after the others.
update options o
set group_id = :group_id, name = :name, names = :names, price_cents = :price_cents,
    position = case when o.group_id is not distinct from :group_id then o.position
        else (select max(position) + 1 from options where tariff_id = o.tariff_id) end
where o.id = :option_id;

-- name: beside(tariff_id, group_id)
-- The options of a group, or those that stand alone, in the order in which they are shown.
select id from options where tariff_id = :tariff_id and group_id is not distinct from :group_id order by position, id;

-- name: reorder(options)!
update options set position = o.position - 1
from unnest(:options::uuid[]) with ordinality as o (id, position)
where options.id = o.id;

-- name: close(option_id, closed_at)!
update options set closed_at = :closed_at where id = :option_id;

-- name: delete(option_id)!
delete from options where id = :option_id;

-- name: add_group(group_id, tariff_id, name, names)!
-- After the tariff's others.
insert into option_groups (id, tariff_id, name, names, position)
select :group_id, :tariff_id, :name, :names, coalesce(max(position) + 1, 0)
from option_groups
where tariff_id = :tariff_id;

-- name: reorder_groups(groups)!
update option_groups set position = o.position - 1
from unnest(:groups::uuid[]) with ordinality as o (id, position)
where option_groups.id = o.id;

-- name: rename_group(group_id, name, names)!
update option_groups set name = :name, names = :names where id = :group_id;

-- name: group_sold(group_id)$
select exists (select from options n join ticket_options k on k.option_id = n.id where n.group_id = :group_id);

-- name: empty_group(group_id)!
delete from options where group_id = :group_id;

-- name: delete_group(group_id)!
delete from option_groups where id = :group_id;
