-- name: lock(staff_id)!
select from staff where id = :staff_id for update;

-- name: make(hash, staff_id, kind, now, ends_at, since, fresh_max)!
insert into account_links (hash, staff_id, kind, created_at, ends_at)
select :hash, :staff_id, :kind, :now, :ends_at
where (
    select count(*) from account_links where staff_id = :staff_id and kind = :kind and created_at > :since
) < :fresh_max
on conflict (hash) do nothing;

-- name: is_there(hash)$
select exists (select from account_links where hash = :hash);

-- name: find(hash, now)^
select l.staff_id, l.kind, s.email, s.name, s.locale, l.ends_at
from account_links l
join staff s on s.id = l.staff_id
where l.hash = :hash and l.used_at is null and l.ends_at > :now and s.disabled_at is null;

-- name: use(hash, now)!
update account_links set used_at = :now where hash = :hash and used_at is null and ends_at > :now;

-- name: end_others(staff_id, now)!
update account_links set used_at = :now where staff_id = :staff_id and used_at is null;

-- name: rename(staff_id, name)!
update staff set name = :name where id = :staff_id;

-- name: forget(now)!
-- Links that ended a day ago: until then a job that sends one again finds it used.
delete from account_links where ends_at < :now::timestamptz - interval '1 day';
