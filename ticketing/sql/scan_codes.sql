-- name: named(organisation_id, box_office_id, profile_id)$
-- What a code is for: a profile that is in use, or the whole box office.
select coalesce(f.name, b.name)
from box_offices b
left join scan_profiles f on f.id = :profile_id and f.box_office_id = b.id and f.withdrawn_at is null
where b.id = :box_office_id and b.organisation_id = :organisation_id
    and (:profile_id::uuid is null or f.id is not null);

-- name: count(box_office_id, now)$
select count(*) from scan_codes where box_office_id = :box_office_id and expires_at > :now and revoked_at is null;

-- name: make(code_id, box_office_id, profile_id, hash, sealed, staff_id, now, expires_at)!
insert into scan_codes (id, box_office_id, profile_id, hash, sealed, staff_id, created_at, expires_at)
values (:code_id, :box_office_id, :profile_id, :hash, :sealed, :staff_id, :now, :expires_at);

-- name: list_of(box_office_id, profile_id, now, rows_max)
select k.id, k.profile_id, f.name as profile_name, k.sealed, k.created_at, k.expires_at, s.name as by, k.device_count
from scan_codes k
left join scan_profiles f on f.id = k.profile_id
left join staff s on s.id = k.staff_id
where k.box_office_id = :box_office_id and k.expires_at > :now and k.revoked_at is null
    and f.withdrawn_at is null
    and (:profile_id::uuid is null or k.profile_id = :profile_id)
order by k.profile_id is not null, lower(f.name), k.expires_at, k.id
limit :rows_max;

-- name: revoke(box_office_id, code_id, now)^
with ended as (
    update scan_codes set revoked_at = :now
    where id = :code_id and box_office_id = :box_office_id and revoked_at is null and expires_at > :now
    returning id
)
select coalesce(f.name, b.name) as name, exists (select from ended) as ended
from scan_codes k
join box_offices b on b.id = k.box_office_id
left join scan_profiles f on f.id = k.profile_id
where k.id = :code_id and k.box_office_id = :box_office_id;

-- name: find(hash, now)^
select k.id, k.box_office_id, b.organisation_id, k.profile_id
from scan_codes k
join box_offices b on b.id = k.box_office_id
left join scan_profiles f on f.id = k.profile_id
where k.hash = :hash and k.expires_at > :now and k.revoked_at is null and f.withdrawn_at is null;
