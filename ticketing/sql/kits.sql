-- name: lock_office(organisation_id, box_office_id)^
select id, (
    select count(*)::integer from kits k where k.box_office_id = b.id and k.retired_at is null
) as kit_count
from box_offices b where id = :box_office_id and organisation_id = :organisation_id for no key update;

-- name: create(kit_id, box_office_id, name, place, lent_until, now)!
insert into kits (id, box_office_id, name, place, lent_until, created_at)
values (:kit_id, :box_office_id, :name, :place, :lent_until, :now);

-- name: lock(box_office_id, kit_id)^
select id, name, place, lent_until, retired_at, version
from kits where id = :kit_id and box_office_id = :box_office_id for no key update;

-- name: edit(kit_id, name, place, lent_until)!
update kits set name = :name, place = :place, lent_until = :lent_until, version = version + 1 where id = :kit_id;

-- name: retire(kit_id, now)!
update kits set retired_at = :now where id = :kit_id;

-- name: retire_points(kit_id, now)!
update access_points set retired_at = :now, hash = null where kit_id = :kit_id and retired_at is null;

-- name: list_of(box_office_id, rows_max)
select id, name, place, lent_until, retired_at, version
from kits
where box_office_id = :box_office_id and retired_at is null
order by lower(name), id
limit :rows_max;
