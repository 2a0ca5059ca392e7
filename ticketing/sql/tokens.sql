-- name: create(token_id, organisation_id, name, hash, scope, may_sell, networks, created_at)^
insert into tokens (id, organisation_id, name, hash, scope, may_sell, networks, created_at)
values (:token_id, :organisation_id, :name, :hash, :scope, :may_sell, :networks::text[]::cidr[], :created_at)
on conflict (id) do nothing
returning
    id, organisation_id, name, scope, may_sell, networks::text[] as networks, created_at, last_used_at, last_used_from,
    revoked_at, version;

-- name: count_in_use(organisation_id)$
select count(*) from tokens where organisation_id = :organisation_id and revoked_at is null;

-- name: by_hash(hash)^
select
    id, organisation_id, name, scope, may_sell, networks::text[] as networks, created_at, last_used_at, last_used_from,
    revoked_at, version
from tokens
where hash = :hash and revoked_at is null;

-- name: get(organisation_id, token_id)^
select
    id, organisation_id, name, scope, may_sell, networks::text[] as networks, created_at, last_used_at, last_used_from,
    revoked_at, version
from tokens
where id = :token_id and organisation_id = :organisation_id;

-- name: list_of(organisation_id, revoked_max)
-- Those in use, and the last that were revoked.
select
    id, organisation_id, name, scope, may_sell, networks::text[] as networks, created_at, last_used_at, last_used_from,
    revoked_at, version
from tokens
where organisation_id = :organisation_id
    and (
        revoked_at is null
        or id in (
            select id from tokens
            where organisation_id = :organisation_id and revoked_at is not null
            order by revoked_at desc, id
            limit :revoked_max
        )
    )
order by created_at, id;

-- name: change(organisation_id, token_id, version, name, scope, may_sell, networks)^
update tokens
set name = :name, scope = :scope, may_sell = :may_sell, networks = :networks::text[]::cidr[], version = version + 1
where id = :token_id and organisation_id = :organisation_id and version = :version and revoked_at is null
returning
    id, organisation_id, name, scope, may_sell, networks::text[] as networks, created_at, last_used_at, last_used_from,
    revoked_at, version;

-- name: revoke(organisation_id, token_id, revoked_at)!
update tokens
set revoked_at = :revoked_at
where id = :token_id and organisation_id = :organisation_id and revoked_at is null;

-- name: mark_used(token_id, used_at, used_from, unless_since)!
update tokens
set last_used_at = :used_at, last_used_from = :used_from
where id = :token_id and (last_used_at is null or last_used_at < :unless_since);
