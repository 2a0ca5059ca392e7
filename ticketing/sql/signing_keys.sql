-- name: lock_organisation(organisation_id)$
-- One making of a key at a time; only the organisation's own row is kept from being deleted, nothing else waits.
select id from organisations where id = :organisation_id for no key update;

-- name: active(organisation_id)^
select id, public_key, sealed_private_key, created_at, retired_at
from signing_keys
where organisation_id = :organisation_id and retired_at is null;

-- name: public(organisation_id)
select id, public_key, created_at, retired_at
from signing_keys
where organisation_id = :organisation_id
order by id;

-- name: next_id(organisation_id)$
select coalesce(max(id) + 1, 0) from signing_keys where organisation_id = :organisation_id;

-- name: retire(organisation_id, now)!
update signing_keys set retired_at = :now where organisation_id = :organisation_id and retired_at is null;

-- name: add(organisation_id, key_id, public_key, sealed_private_key, now)!
insert into signing_keys (organisation_id, id, public_key, sealed_private_key, created_at)
values (:organisation_id, :key_id, :public_key, :sealed_private_key, :now);
