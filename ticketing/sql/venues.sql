-- name: create(venue_id, organisation_id, name, address, time_zone, virtual, capacity, step_free, wheelchair_places, hearing_loop, created_at)!
insert into venues (
    id, organisation_id, name, address, time_zone, virtual, capacity, step_free, wheelchair_places, hearing_loop, created_at
)
values (
    :venue_id, :organisation_id, :name, :address, :time_zone, :virtual, :capacity, :step_free, :wheelchair_places,
    :hearing_loop, :created_at
)
on conflict (organisation_id, name) do nothing;

-- name: get(organisation_id, venue_id)^
select id, organisation_id, name, address, time_zone, virtual, capacity, step_free, wheelchair_places, hearing_loop,
    version, created_at
from venues
where organisation_id = :organisation_id and id = :venue_id;

-- name: list_of(organisation_id)
select id, organisation_id, name, address, time_zone, virtual, capacity, step_free, wheelchair_places, hearing_loop,
    version, created_at
from venues
where organisation_id = :organisation_id
order by name;

-- name: overview(organisation_id, now, named_like, rows_max, rows_before)
-- A venue's largest house is the largest of its plans' latest versions.
select v.id, v.name, v.address, v.time_zone, v.virtual, plan_count, coalesce(v.capacity, seats.place_count, 0) as place_count,
    coming_count, next_at, count(*) over () as venue_count
from venues v
cross join lateral (select count(*) as plan_count from plans p where p.venue_id = v.id) as drawn
left join lateral (
    select max(latest.place_count) as place_count
    from plans p
    cross join lateral (
        select place_count from plan_versions where plan_id = p.id order by number desc limit 1
    ) as latest
    where p.venue_id = v.id
) as seats on true
cross join lateral (
    select count(*) as coming_count, min(f.starts_at) as next_at
    from performances f
    where f.venue_id = v.id and f.starts_at > :now and f.status <> 'cancelled'
) as coming
where v.organisation_id = :organisation_id and strpos(lower(v.name || ' ' || v.address), lower(:named_like)) > 0
order by v.name
limit :rows_max offset :rows_before;

-- name: update(organisation_id, venue_id, version, name, address, time_zone, capacity, step_free, wheelchair_places, hearing_loop)!
update venues
set name = :name, address = :address, time_zone = :time_zone, capacity = :capacity, step_free = :step_free,
    wheelchair_places = :wheelchair_places, hearing_loop = :hearing_loop, version = version + 1
where id = :venue_id and organisation_id = :organisation_id and version = :version;

-- name: texts(venue_id)
select language, description, parking, transport, access_notes
from venue_texts
where venue_id = :venue_id
order by language;

-- name: set_text(venue_id, language, description, parking, transport, access_notes)!
insert into venue_texts (venue_id, language, description, parking, transport, access_notes)
values (:venue_id, :language, :description, :parking, :transport, :access_notes)
on conflict (venue_id, language) do update
set description = excluded.description, parking = excluded.parking, transport = excluded.transport,
    access_notes = excluded.access_notes;

-- name: performance_count(venue_id)$
select count(*) from performances where venue_id = :venue_id;

-- name: lock(organisation_id, venue_id)^
select id, name from venues where id = :venue_id and organisation_id = :organisation_id for update;

-- name: delete_versions(venue_id)!
delete from plan_versions where plan_id in (select id from plans where venue_id = :venue_id);

-- name: delete_plans(venue_id)!
delete from plans where venue_id = :venue_id;

-- name: delete(venue_id)!
delete from venues where id = :venue_id;
