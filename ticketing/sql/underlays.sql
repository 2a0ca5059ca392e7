-- name: put(organisation_id, drawing_id, media_type, content)!
insert into drawing_underlays (drawing_id, media_type, content)
select d.id, :media_type, :content
from drawings d
join plans p on p.id = d.plan_id
join venues v on v.id = p.venue_id
where d.id = :drawing_id and v.organisation_id = :organisation_id
on conflict (drawing_id) do update set media_type = excluded.media_type, content = excluded.content, placed = '{}';

-- name: get(organisation_id, drawing_id)^
select u.media_type, u.content, u.placed::text as placed
from drawing_underlays u
join drawings d on d.id = u.drawing_id
join plans p on p.id = d.plan_id
join venues v on v.id = p.venue_id
where u.drawing_id = :drawing_id and v.organisation_id = :organisation_id;

-- name: place(organisation_id, drawing_id, placed)!
update drawing_underlays u set placed = (:placed::text)::jsonb
from drawings d
join plans p on p.id = d.plan_id
join venues v on v.id = p.venue_id
where u.drawing_id = :drawing_id and d.id = u.drawing_id and v.organisation_id = :organisation_id;

-- name: remove(organisation_id, drawing_id)!
delete from drawing_underlays u
using drawings d, plans p, venues v
where u.drawing_id = :drawing_id and d.id = u.drawing_id and p.id = d.plan_id and v.id = p.venue_id
    and v.organisation_id = :organisation_id;
