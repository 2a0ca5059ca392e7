-- name: end(staff_id)!
delete from recovery_codes where staff_id = :staff_id;

-- name: add(staff_id, hash)!
insert into recovery_codes (staff_id, hash) values (:staff_id, :hash);

-- name: use(staff_id, hash, now)!
update recovery_codes set used_at = :now where staff_id = :staff_id and hash = :hash and used_at is null;

-- name: left(staff_id)$
select count(*) from recovery_codes where staff_id = :staff_id and used_at is null;
