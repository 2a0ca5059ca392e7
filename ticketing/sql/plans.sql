-- name: plan_of_venue(plan_id, organisation_id, venue_id, name)$
-- The plan's id, its row locked: versions of one plan are numbered one at a time.
insert into plans (id, venue_id, name)
select :plan_id, id, :name
from venues
where id = :venue_id and organisation_id = :organisation_id
on conflict (venue_id, name) do update set name = excluded.name
returning id;

-- name: add_version(version_id, plan_id, hash, document, place_count, created_at)!
insert into plan_versions (id, plan_id, number, hash, document, place_count, created_at)
select :version_id, :plan_id, coalesce(max(number), 0) + 1, :hash, :document, :place_count, :created_at
from plan_versions
where plan_id = :plan_id
on conflict (plan_id, hash) do nothing;

-- name: version(plan_id, hash)^
select v.id, v.plan_id, p.venue_id, p.name, v.number, v.hash, v.place_count, v.created_at
from plan_versions v
join plans p on p.id = v.plan_id
where v.plan_id = :plan_id and v.hash = :hash;

-- name: get(organisation_id, version_id)^
select v.id, v.plan_id, p.venue_id, p.name, v.number, v.hash, v.place_count, v.created_at
from plan_versions v
join plans p on p.id = v.plan_id
join venues u on u.id = p.venue_id
where v.id = :version_id and u.organisation_id = :organisation_id;

-- name: list_of(organisation_id, venue_id)
select v.id, v.plan_id, p.venue_id, p.name, v.number, v.hash, v.place_count, v.created_at
from plan_versions v
join plans p on p.id = v.plan_id
join venues u on u.id = p.venue_id
where u.id = :venue_id and u.organisation_id = :organisation_id
order by p.name, v.number desc;

-- name: document(hash)$
-- Of a version, or what a date draws of its own.
select document from plan_versions where hash = :hash
union all
select document from date_plans where hash = :hash
limit 1;

-- name: keep_place_list(hash, document, place_count)!
insert into place_lists (hash, document, place_count)
values (:hash, :document, :place_count)
on conflict (hash) do nothing;

-- name: place_list(hash)$
select document from place_lists where hash = :hash;

-- name: named(organisation_id, plan_id)^
select p.id, p.venue_id, p.name
from plans p
join venues u on u.id = p.venue_id
where p.id = :plan_id and u.organisation_id = :organisation_id;

-- name: versions_of(organisation_id, plan_id)
select v.id, v.plan_id, p.venue_id, p.name, v.number, v.hash, v.place_count, v.created_at
from plan_versions v
join plans p on p.id = v.plan_id
join venues u on u.id = p.venue_id
where p.id = :plan_id and u.organisation_id = :organisation_id
order by v.number desc;

-- name: uses_of(organisation_id, plan_id, number, rows_max)
select f.id as performance_id, f.event_id, e.name as event_name, b.name as box_office_name, v.number as version_number,
    f.starts_at, f.status
from plan_versions v
join performances f on f.plan_version_id = v.id
join events e on e.id = f.event_id
join box_offices b on b.id = f.box_office_id
where v.plan_id = :plan_id
    and b.organisation_id = :organisation_id
    and (:number::integer is null or v.number = :number)
order by f.starts_at desc, f.id
limit :rows_max;

-- name: use_counts(organisation_id, plan_id)
select f.plan_version_id as version_id, count(*) as performance_count
from plan_versions v
join performances f on f.plan_version_id = v.id
join box_offices b on b.id = f.box_office_id
where v.plan_id = :plan_id and b.organisation_id = :organisation_id
group by f.plan_version_id;

-- name: lock(organisation_id, plan_id)^
select p.name, u.virtual
from plans p
join venues u on u.id = p.venue_id
where p.id = :plan_id and u.organisation_id = :organisation_id
for update of p;

-- name: lock_versions(plan_id)
-- No new performance can come to stand on them.
select from plan_versions where plan_id = :plan_id order by id for update;

-- name: performance_count(plan_id)$
select count(*) from performances where plan_version_id in (select id from plan_versions where plan_id = :plan_id);

-- name: delete_versions(plan_id)!
delete from plan_versions where plan_id = :plan_id;

-- name: delete(plan_id)!
delete from plans where id = :plan_id;
