-- name: named(organisation_id, staff_id, grant_id)
-- An organisation's grants with the names in them, the widest first; those that reach one person; or one of them.
select
    g.id, g.scope, g.creates_events, g.box_office_id, b.name as box_office_name, g.event_id, e.name as event_name,
    g.staff_id, s.name as staff_name, g.group_id, r.name as group_name, g.email_domain, g.members
from grants g
left join box_offices b on b.id = g.box_office_id
left join events e on e.id = g.event_id
left join staff s on s.id = g.staff_id
left join groups r on r.id = g.group_id
where g.organisation_id = :organisation_id
    and (:staff_id::uuid is null or g.id in (select id from grants_of(:staff_id)))
    and (:grant_id::uuid is null or g.id = :grant_id)
order by g.event_id is not null, g.box_office_id is not null, scope_rank(g.scope) desc, b.name, e.name, g.id;

-- name: places(organisation_id, events_max)
select b.id as box_office_id, b.name as box_office_name, e.id as event_id, e.name as event_name
from box_offices b
left join lateral (
    select null::uuid as id, null::text as name, null::timestamptz as created_at
    union all
    (select id, name, created_at from events where box_office_id = b.id order by created_at desc limit :events_max)
) as e on true
where b.organisation_id = :organisation_id
order by b.created_at desc, b.id, e.created_at desc nulls first, e.id;

-- name: find_place(organisation_id, box_office_id, event_id)^
select b.id as box_office_id
from box_offices b
where b.organisation_id = :organisation_id
    and case
        when :event_id::uuid is not null then exists (select from events e where e.id = :event_id and e.box_office_id = b.id)
        else b.id = :box_office_id
    end;

-- name: is_holder(organisation_id, staff_id, group_id)$
select (:staff_id::uuid is null or :staff_id in (select people_of(:organisation_id)))
    and (
        :group_id::uuid is null
        or exists (select from groups where id = :group_id and organisation_id = :organisation_id)
    );

-- name: replace(organisation_id, box_office_id, event_id, staff_id, group_id, email_domain, members)!
delete from grants
where organisation_id = :organisation_id
    and box_office_id is not distinct from :box_office_id::uuid
    and event_id is not distinct from :event_id::uuid
    and staff_id is not distinct from :staff_id::uuid
    and group_id is not distinct from :group_id::uuid
    and email_domain is not distinct from :email_domain::text
    and members = :members;

-- name: end(grant_id)!
delete from grants where id = :grant_id;

-- name: lock(organisation_id)!
select from organisations where id = :organisation_id for update;

-- name: manager_count(organisation_id)$
-- Who can sign in, is not shut out, and manages all of it.
select count(*)
from people_of(:organisation_id) as p (id)
join staff s on s.id = p.id
where s.disabled_at is null and s.password_hash is not null and exists (
    select from grants_of(s.id) g
    where g.organisation_id = :organisation_id and g.scope = 'manage' and g.box_office_id is null
);

-- name: name_of(organisation_id)$
select name from organisations where id = :organisation_id;
