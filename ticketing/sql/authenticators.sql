-- name: begin(staff_id, sealed_secret, now)!
insert into authenticators as a (staff_id, sealed_secret, created_at) values (:staff_id, :sealed_secret, :now)
on conflict (staff_id) do update set sealed_secret = excluded.sealed_secret, created_at = excluded.created_at
where a.confirmed_at is null;

-- name: get(staff_id)^
select staff_id, sealed_secret, created_at, confirmed_at from authenticators where staff_id = :staff_id;

-- name: confirm(staff_id, step, now)!
update authenticators set confirmed_at = :now, last_step = :step where staff_id = :staff_id and confirmed_at is null;

-- name: take_step(staff_id, step)!
update authenticators set last_step = :step where staff_id = :staff_id and last_step < :step;

-- name: end(staff_id)$
delete from authenticators where staff_id = :staff_id returning confirmed_at is not null;
