-- name: named(organisation_id, box_office_id)$
select name from box_offices where id = :box_office_id and organisation_id = :organisation_id for no key update;

-- name: count(box_office_id, now)$
select count(*) from agent_codes where box_office_id = :box_office_id and expires_at > :now and revoked_at is null;

-- name: make(code_id, box_office_id, hash, sealed, staff_id, now, expires_at)!
insert into agent_codes (id, box_office_id, hash, sealed, staff_id, created_at, expires_at)
values (:code_id, :box_office_id, :hash, :sealed, :staff_id, :now, :expires_at);

-- name: list_of(box_office_id, now, rows_max)
select k.id, k.sealed, k.created_at, k.expires_at, s.name as by, k.agent_count
from agent_codes k
left join staff s on s.id = k.staff_id
where k.box_office_id = :box_office_id and k.expires_at > :now and k.revoked_at is null
order by k.expires_at, k.id
limit :rows_max;

-- name: revoke(box_office_id, code_id, now)^
with ended as (
    update agent_codes set revoked_at = :now
    where id = :code_id and box_office_id = :box_office_id and revoked_at is null and expires_at > :now
    returning id
)
select b.name, exists (select from ended) as ended
from agent_codes k
join box_offices b on b.id = k.box_office_id
where k.id = :code_id and k.box_office_id = :box_office_id;

-- name: find(hash, now)^
select k.id, k.box_office_id, b.name as box_office_name, b.organisation_id
from agent_codes k
join box_offices b on b.id = k.box_office_id
where k.hash = :hash and k.expires_at > :now and k.revoked_at is null;
