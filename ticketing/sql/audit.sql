-- name: note(organisation_id, box_office_id, staff_id, token_id, act, subject_kind, subject_id, subject_name, changes, address, now)!
insert into audit (
    organisation_id, box_office_id, staff_id, token_id, act, subject_kind, subject_id, subject_name, changes, address, at
)
values (
    :organisation_id, :box_office_id, :staff_id, :token_id, :act, :subject_kind, :subject_id, :subject_name,
    :changes::jsonb, :address, :now
);

-- name: of_organisation(organisation_id, since, before_at, before_id, rows_max)
select
    a.id, a.at, a.act, a.subject_kind, a.subject_id, a.subject_name, a.changes, a.address,
    coalesce(a.staff_id, a.token_id) as actor_id, coalesce(s.name, t.name) as actor_name,
    a.token_id is not null as by_token
from audit a
left join staff s on s.id = a.staff_id
left join tokens t on t.id = a.token_id
where a.organisation_id = :organisation_id
    and a.at >= :since and (a.at, a.id) < (:before_at, :before_id)
order by a.at desc, a.id desc
limit :rows_max;

-- name: of_box_office(organisation_id, box_office_id, since, before_at, before_id, rows_max)
select
    a.id, a.at, a.act, a.subject_kind, a.subject_id, a.subject_name, a.changes, a.address,
    coalesce(a.staff_id, a.token_id) as actor_id, coalesce(s.name, t.name) as actor_name,
    a.token_id is not null as by_token
from audit a
left join staff s on s.id = a.staff_id
left join tokens t on t.id = a.token_id
where a.box_office_id = :box_office_id and a.organisation_id = :organisation_id
    and a.at >= :since and (a.at, a.id) < (:before_at, :before_id)
order by a.at desc, a.id desc
limit :rows_max;

-- name: of_act(organisation_id, act, box_office_id, since, before_at, before_id, rows_max)
select
    a.id, a.at, a.act, a.subject_kind, a.subject_id, a.subject_name, a.changes, a.address,
    coalesce(a.staff_id, a.token_id) as actor_id, coalesce(s.name, t.name) as actor_name,
    a.token_id is not null as by_token
from audit a
left join staff s on s.id = a.staff_id
left join tokens t on t.id = a.token_id
where a.organisation_id = :organisation_id and a.act = :act
    and (:box_office_id::uuid is null or a.box_office_id = :box_office_id)
    and a.at >= :since and (a.at, a.id) < (:before_at, :before_id)
order by a.at desc, a.id desc
limit :rows_max;

-- name: of_actor(organisation_id, actor_id, act, box_office_id, since, before_at, before_id, rows_max)
select
    a.id, a.at, a.act, a.subject_kind, a.subject_id, a.subject_name, a.changes, a.address,
    coalesce(a.staff_id, a.token_id) as actor_id, coalesce(s.name, t.name) as actor_name,
    a.token_id is not null as by_token
from audit a
left join staff s on s.id = a.staff_id
left join tokens t on t.id = a.token_id
where a.organisation_id = :organisation_id and coalesce(a.staff_id, a.token_id) = :actor_id
    and (:act::text is null or a.act = :act)
    and (:box_office_id::uuid is null or a.box_office_id = :box_office_id)
    and a.at >= :since and (a.at, a.id) < (:before_at, :before_id)
order by a.at desc, a.id desc
limit :rows_max;

-- name: of_subject(organisation_id, subject_kind, subject_id, actor_id, act, box_office_id, since, before_at, before_id, rows_max)
select
    a.id, a.at, a.act, a.subject_kind, a.subject_id, a.subject_name, a.changes, a.address,
    coalesce(a.staff_id, a.token_id) as actor_id, coalesce(s.name, t.name) as actor_name,
    a.token_id is not null as by_token
from audit a
left join staff s on s.id = a.staff_id
left join tokens t on t.id = a.token_id
where a.subject_kind = :subject_kind and a.subject_id = :subject_id and a.organisation_id = :organisation_id
    and (:actor_id::uuid is null or coalesce(a.staff_id, a.token_id) = :actor_id)
    and (:act::text is null or a.act = :act)
    and (:box_office_id::uuid is null or a.box_office_id = :box_office_id)
    and a.at >= :since and (a.at, a.id) < (:before_at, :before_id)
order by a.at desc, a.id desc
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
