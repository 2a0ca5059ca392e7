-- name: note(organisation_id, box_office_id, staff_id, token_id, device_id, act, subject_kind, subject_id, subject_name, changes, address, now)!
insert into audit (
    organisation_id, box_office_id, staff_id, token_id, device_id, act, subject_kind, subject_id, subject_name, changes,
    address, at
)
values (
    :organisation_id, :box_office_id, :staff_id, :token_id, :device_id, :act, :subject_kind, :subject_id,
    :subject_name, :changes::jsonb, :address, :now
);

-- name: of_organisation(organisation_id, since, before_at, before_id, rows_max)
select id, at, act, subject_kind, subject_id, subject_name, changes, address, actor_id, actor_name, by_token,
    by_device
from audit_lines
where organisation_id = :organisation_id
    and at >= :since and (at, id) < (:before_at, :before_id)
order by at desc, id desc
limit :rows_max;

-- name: of_box_office(organisation_id, box_office_id, since, before_at, before_id, rows_max)
select id, at, act, subject_kind, subject_id, subject_name, changes, address, actor_id, actor_name, by_token,
    by_device
from audit_lines
where box_office_id = :box_office_id and organisation_id = :organisation_id
    and at >= :since and (at, id) < (:before_at, :before_id)
order by at desc, id desc
limit :rows_max;

-- name: of_act(organisation_id, act, box_office_id, since, before_at, before_id, rows_max)
select id, at, act, subject_kind, subject_id, subject_name, changes, address, actor_id, actor_name, by_token,
    by_device
from audit_lines
where organisation_id = :organisation_id and act = :act
    and (:box_office_id::uuid is null or box_office_id = :box_office_id)
    and at >= :since and (at, id) < (:before_at, :before_id)
order by at desc, id desc
limit :rows_max;

-- name: of_actor(organisation_id, actor_id, act, box_office_id, since, before_at, before_id, rows_max)
select id, at, act, subject_kind, subject_id, subject_name, changes, address, actor_id, actor_name, by_token,
    by_device
from audit_lines
where organisation_id = :organisation_id and actor_id = :actor_id
    and (:act::text is null or act = :act)
    and (:box_office_id::uuid is null or box_office_id = :box_office_id)
    and at >= :since and (at, id) < (:before_at, :before_id)
order by at desc, id desc
limit :rows_max;

-- name: of_subject(organisation_id, subject_kind, subject_id, actor_id, act, box_office_id, since, before_at, before_id, rows_max)
select id, at, act, subject_kind, subject_id, subject_name, changes, address, actor_id, actor_name, by_token,
    by_device
from audit_lines
where subject_kind = :subject_kind and subject_id = :subject_id and organisation_id = :organisation_id
    and (:actor_id::uuid is null or actor_id = :actor_id)
    and (:act::text is null or act = :act)
    and (:box_office_id::uuid is null or box_office_id = :box_office_id)
    and at >= :since and (at, id) < (:before_at, :before_id)
order by at desc, id desc
limit :rows_max;

-- name: of_account(subject_id, rows_max)
-- What was done to an account itself, which is no organisation's.
select id, at, act, subject_kind, subject_id, subject_name, changes, address, actor_id, actor_name, by_token,
    by_device
from audit_lines
where subject_kind = 'staff' and subject_id = :subject_id and organisation_id is null
order by at desc, id desc
limit :rows_max;

-- name: actors(organisation_id, rows_max)
select p.id, p.name, p.by_token
from (
    select s.id, s.name, false as by_token
    from members m
    join staff s on s.id = m.staff_id
    where m.organisation_id = :organisation_id
    union all
    select id, name, true from tokens where organisation_id = :organisation_id
) as p
order by lower(p.name), p.id
limit :rows_max;
