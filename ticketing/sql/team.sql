-- name: people(organisation_id, staff_id, rows_max)
-- The team, or one of it; with the most that each may.
select
    s.id, s.email, s.name, s.password_hash is not null as opened, m.disabled_at,
    s.disabled_at as closed_at,
    r.scope, r.inside
from people_of(:organisation_id) as p (id)
join staff s on s.id = p.id
left join members m on m.organisation_id = :organisation_id and m.staff_id = s.id
cross join lateral (
    select
        (array['view', 'scan', 'sell', 'manage'])[
            max(scope_rank(g.scope)) filter (where g.box_office_id is null)
        ] as scope,
        (array['view', 'scan', 'sell', 'manage'])[max(scope_rank(g.scope))] as inside
    from grants_of(s.id) g
    where g.organisation_id = :organisation_id
) as r
where :staff_id::uuid is null or s.id = :staff_id
order by s.name, s.email
limit :rows_max;

-- name: make(staff_id, email, name, locale, now)!
insert into staff (id, email, name, locale, created_at) values (:staff_id, :email, :name, :locale, :now)
on conflict (email) do nothing;

-- name: id_of(email)$
select id from staff where email = :email;

-- name: disable(organisation_id, staff_id, now)!
update members set disabled_at = :now
where organisation_id = :organisation_id and staff_id = :staff_id and disabled_at is null;

-- name: enable(organisation_id, staff_id)!
update members set disabled_at = null
where organisation_id = :organisation_id and staff_id = :staff_id and disabled_at is not null;

-- name: remove_grants(organisation_id, staff_id)!
delete from grants where organisation_id = :organisation_id and staff_id = :staff_id;

-- name: remove_from_groups(organisation_id, staff_id)!
delete from group_members m using groups g
where g.id = m.group_id and g.organisation_id = :organisation_id and m.staff_id = :staff_id;

-- name: remove(organisation_id, staff_id)!
-- Who is shut out and would come in again by a rule stays shut out.
delete from members m
where m.organisation_id = :organisation_id and m.staff_id = :staff_id and not (
    m.disabled_at is not null and exists (
        select from grants g
        join staff s on s.id = m.staff_id and g.email_domain = split_part(s.email, '@', 2)
        where g.organisation_id = m.organisation_id
    )
);
