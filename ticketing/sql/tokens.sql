-- name: create(token_id, organisation_id, name, hash, scope, created_at)!
insert into tokens (id, organisation_id, name, hash, scope, created_at)
values (:token_id, :organisation_id, :name, :hash, :scope, :created_at);

-- name: by_hash(hash)^
select id, organisation_id, name, scope, created_at, last_used_at, revoked_at
from tokens
where hash = :hash and revoked_at is null;

-- name: list_of(organisation_id)
select id, organisation_id, name, scope, created_at, last_used_at, revoked_at
from tokens
where organisation_id = :organisation_id
order by created_at, id;

-- name: revoke(organisation_id, token_id, revoked_at)!
update tokens
set revoked_at = coalesce(revoked_at, :revoked_at)
where id = :token_id and organisation_id = :organisation_id;

-- name: mark_used(token_id, used_at, unless_since)!
update tokens
set last_used_at = :used_at
where id = :token_id and (last_used_at is null or last_used_at < :unless_since);
