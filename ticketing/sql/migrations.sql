-- name: lock(key)$
select pg_advisory_lock(:key);

-- name: create_table()!
create table if not exists migrations (
    name text primary key,
    checksum bytea not null,
    applied_at timestamptz not null default now()
);

-- name: applied()
select name, checksum from migrations order by name;

-- name: limit_lock_wait(lock_ms_max)$
select set_config('lock_timeout', :lock_ms_max, true);

-- name: record(name, checksum)!
insert into migrations (name, checksum) values (:name, :checksum);
