-- name: create(venue_id, organisation_id, name, address, time_zone, created_at)^
insert into venues (id, organisation_id, name, address, time_zone, created_at)
values (:venue_id, :organisation_id, :name, :address, :time_zone, :created_at)
on conflict (organisation_id, name) do nothing
returning id, organisation_id, name, address, time_zone, created_at;

-- name: get(organisation_id, venue_id)^
select id, organisation_id, name, address, time_zone, created_at
from venues
where organisation_id = :organisation_id and id = :venue_id;

-- name: list_of(organisation_id)
select id, organisation_id, name, address, time_zone, created_at
from venues
where organisation_id = :organisation_id
order by name;
