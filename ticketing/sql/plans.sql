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
select document from plan_versions where hash = :hash limit 1;

-- name: keep_place_list(hash, document, place_count)!
insert into place_lists (hash, document, place_count)
values (:hash, :document, :place_count)
on conflict (hash) do nothing;

-- name: place_list(hash)$
select document from place_lists where hash = :hash;
