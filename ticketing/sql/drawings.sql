-- name: venue(organisation_id, venue_id)^
select virtual from venues where id = :venue_id and organisation_id = :organisation_id;

-- name: plan_at(organisation_id, venue_id, plan_id)^
-- A plan, its drawing if it has one, and its latest version if it has one.
select p.id, p.name, u.virtual, d.id as drawing_id, v.id as version_id, v.document
from plans p
join venues u on u.id = p.venue_id
left join drawings d on d.plan_id = p.id
left join lateral (
    select id, document from plan_versions where plan_id = p.id and d.id is null order by number desc limit 1
) as v on true
where p.id = :plan_id and u.id = :venue_id and u.organisation_id = :organisation_id;

-- name: plan_named(venue_id, name)^
select p.id, v.id as version_id
from plans p
left join lateral (select id from plan_versions where plan_id = p.id order by number desc limit 1) as v on true
where p.venue_id = :venue_id and p.name = :name;

-- name: add_plan(plan_id, venue_id, name)!
insert into plans (id, venue_id, name) values (:plan_id, :venue_id, :name) on conflict (venue_id, name) do nothing;

-- name: count(organisation_id)$
select count(*)
from drawings d
join plans p on p.id = d.plan_id
join venues u on u.id = p.venue_id
where u.organisation_id = :organisation_id;

-- name: create(drawing_id, plan_id, base_version_id, head, saved_by, now)!
insert into drawings (id, plan_id, base_version_id, head, saved_by, saved_at, created_at)
values (:drawing_id, :plan_id, :base_version_id, :head, :saved_by, :now, :now)
on conflict (plan_id) do nothing;

-- name: get(organisation_id, drawing_id)^
select d.id, d.plan_id, p.venue_id, p.name as plan_name, d.revision, d.head, d.editor, d.request, d.saved_at, d.saved_by,
    s.name as saved_by_name, b.number as base_number, b.hash as base_hash,
    (select max(number) from plan_versions where plan_id = p.id) as latest_number
from drawings d
join plans p on p.id = d.plan_id
join venues u on u.id = p.venue_id
left join plan_versions b on b.id = d.base_version_id
left join staff s on s.id = d.saved_by
where d.id = :drawing_id and u.organisation_id = :organisation_id;

-- name: whole(organisation_id, drawing_id)^
-- The drawing of one moment with all its parts, as the JSON that is sent: zones first, then by kind and position.
select d.id, d.plan_id, p.venue_id, p.name as plan_name, d.revision, d.head, d.editor, d.request, d.saved_at, d.saved_by,
    s.name as saved_by_name, b.number as base_number, b.hash as base_hash,
    (select max(number) from plan_versions where plan_id = p.id) as latest_number,
    (
        select string_agg(
            convert_to(
                '{"key":"' || key || '","kind":"' || kind || '","parent":' || coalesce('"' || parent || '"', 'null')
                || ',"position":' || position || ',"data":',
                'UTF8'
            ) || data || '}'::bytea,
            ','::bytea order by kind = 'zone' desc, kind, position, key
        )
        from drawing_parts
        where drawing_id = d.id
    ) as parts
from drawings d
join plans p on p.id = d.plan_id
join venues u on u.id = p.venue_id
left join plan_versions b on b.id = d.base_version_id
left join staff s on s.id = d.saved_by
where d.id = :drawing_id and u.organisation_id = :organisation_id;

-- name: advance(organisation_id, drawing_id, revision, head, editor, request, saved_by, now)$
-- The next revision, unless the one that was seen is no longer the last: this statement decides whose save counts.
update drawings d
set revision = d.revision + 1, head = coalesce(:head, d.head), editor = :editor, request = :request,
    saved_by = :saved_by, saved_at = :now
from plans p
join venues u on u.id = p.venue_id
where d.id = :drawing_id and p.id = d.plan_id and u.organisation_id = :organisation_id and d.revision = :revision
returning d.revision;

-- name: put(drawing_id, keys, kinds, parents, positions, data, seat_counts, place_counts)!
-- New parts, and those that are others now; what a part is stays.
insert into drawing_parts (drawing_id, key, kind, parent, position, data, seat_count, place_count)
select :drawing_id, sent.*
from unnest(
    :keys::text[], :kinds::text[], :parents::text[], :positions::double precision[], :data::bytea[],
    :seat_counts::integer[], :place_counts::integer[]
) as sent
on conflict (drawing_id, key) do update
set parent = excluded.parent, position = excluded.position, data = excluded.data, seat_count = excluded.seat_count,
    place_count = excluded.place_count
where drawing_parts.kind = excluded.kind;

-- name: drop(drawing_id, keys)!
delete from drawing_parts where drawing_id = :drawing_id and key = any(:keys::text[]);

-- name: counts(drawing_id)^
select count(*) filter (where kind = 'zone') as zones, count(*) filter (where kind = 'row') as rows,
    count(*) filter (where kind = 'area') as areas, count(*) filter (where kind = 'table') as tables,
    coalesce(sum(seat_count), 0) as seats, coalesce(sum(place_count), 0) as places,
    coalesce(sum(octet_length(data)), 0) as octets
from drawing_parts
where drawing_id = :drawing_id;

-- name: lock_plan(organisation_id, drawing_id)^
-- The plan of a drawing: its versions are numbered, and its drawing thrown away, one at a time.
select p.id, p.venue_id, p.name, exists (select from plan_versions where plan_id = p.id) as versioned
from drawings d
join plans p on p.id = d.plan_id
join venues u on u.id = p.venue_id
where d.id = :drawing_id and u.organisation_id = :organisation_id
for update of p;

-- name: rebase(drawing_id, revision, version_id)!
update drawings set base_version_id = :version_id where id = :drawing_id and revision = :revision;

-- name: remove(drawing_id)!
delete from drawings where id = :drawing_id;

-- name: remove_plan(plan_id)!
delete from plans where id = :plan_id;

-- name: of_venue(organisation_id, venue_id)
select d.id, d.plan_id, p.name as plan_name, d.saved_at, s.name as saved_by_name,
    exists (select from plan_versions where plan_id = p.id) as versioned
from drawings d
join plans p on p.id = d.plan_id
join venues u on u.id = p.venue_id
left join staff s on s.id = d.saved_by
where u.id = :venue_id and u.organisation_id = :organisation_id
order by p.name;

-- name: of_plan(organisation_id, plan_id)^
select d.id, d.plan_id, p.name as plan_name, d.saved_at, s.name as saved_by_name,
    exists (select from plan_versions where plan_id = p.id) as versioned
from drawings d
join plans p on p.id = d.plan_id
join venues u on u.id = p.venue_id
left join staff s on s.id = d.saved_by
where p.id = :plan_id and u.organisation_id = :organisation_id;
