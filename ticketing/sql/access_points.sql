-- name: count(kit_id)$
select count(*)::integer from access_points where kit_id = :kit_id and retired_at is null;

-- name: create(point_id, kit_id, name, identity, kind, plan_ends_on, now)!
insert into access_points (id, kit_id, name, identity, kind, plan_ends_on, created_at)
values (:point_id, :kit_id, :name, :identity, :kind, :plan_ends_on, :now);

-- name: lock(box_office_id, point_id)^
select p.id, p.kit_id, p.name, p.identity, p.kind, p.plan_ends_on, p.hash is not null as reports, p.version,
    p.reported_at, p.seen_from, p.connected_count, p.battery, p.charging, p.signal, p.data_left_mb, p.network
from access_points p
join kits k on k.id = p.kit_id
where p.id = :point_id and k.box_office_id = :box_office_id and p.retired_at is null
for no key update of p;

-- name: edit(point_id, name, identity, kind, plan_ends_on)!
update access_points
set name = :name, identity = :identity, kind = :kind, plan_ends_on = :plan_ends_on, version = version + 1
where id = :point_id;

-- name: set_token(point_id, hash)!
update access_points set hash = :hash where id = :point_id;

-- name: retire(point_id, now)!
update access_points set retired_at = :now, hash = null where id = :point_id;

-- name: list_of(box_office_id, kit_id, rows_max)
select p.id, p.kit_id, p.name, p.identity, p.kind, p.plan_ends_on, p.hash is not null as reports, p.version,
    p.reported_at, p.seen_from, p.connected_count, p.battery, p.charging, p.signal, p.data_left_mb, p.network
from access_points p
join kits k on k.id = p.kit_id
where k.box_office_id = :box_office_id and k.retired_at is null and p.retired_at is null
    and (:kit_id::uuid is null or k.id = :kit_id)
order by lower(k.name), lower(p.name), p.id
limit :rows_max;

-- name: by_hash(hash)^
select p.id, k.box_office_id, p.name
from access_points p
join kits k on k.id = p.kit_id
where p.hash = :hash and p.retired_at is null;

-- name: beat(point_id, now, seen_from, connected_count, battery, charging, signal, data_left_mb, network)!
update access_points
set reported_at = :now, seen_from = :seen_from, connected_count = :connected_count, battery = :battery,
    charging = :charging, signal = :signal, data_left_mb = :data_left_mb, network = :network
where id = :point_id and retired_at is null;
