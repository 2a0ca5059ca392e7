-- name: lock(key)$
-- Held until the transaction ends: two set-ups of one database take turns.
select pg_advisory_xact_lock(:key::bigint);
