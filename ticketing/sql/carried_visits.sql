-- name: read(secret_hash)$
select cookies from carried_visits where secret_hash = :secret_hash;

-- name: write(secret_hash, cookies, now)!
insert into carried_visits (secret_hash, cookies, touched_at) values (:secret_hash, :cookies::jsonb, :now)
on conflict (secret_hash) do update set cookies = excluded.cookies, touched_at = excluded.touched_at;

-- name: forget(before, rows_max)!
delete from carried_visits where secret_hash in (
    select secret_hash from carried_visits where touched_at < :before order by touched_at limit :rows_max
);
