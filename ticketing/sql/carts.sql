-- name: find(secret_hash, box_office_id)^
-- A cart whose hold was ordered is ordered, even where nobody lived to write it down here.
select version, hold, chosen, typed,
    coalesce(order_id, (select o.id from orders o where o.hold_id = carts.hold)) as order_id, last_key
from carts
where secret_hash = :secret_hash and box_office_id = :box_office_id;

-- name: open(secret_hash, box_office_id, now)!
insert into carts (secret_hash, box_office_id, touched_at) values (:secret_hash, :box_office_id, :now)
on conflict do nothing;

-- name: fill(secret_hash, version, hold, chosen, last_key, now)$
-- Nothing, if somebody else has written meanwhile.
update carts
set version = version + 1, hold = :hold, chosen = :chosen::jsonb, order_id = null, last_key = :last_key,
    touched_at = :now
where secret_hash = :secret_hash and version = :version
returning version;

-- name: type(secret_hash, typed, now)!
-- What was typed, beside what was before.
update carts set typed = typed || :typed::jsonb, touched_at = :now where secret_hash = :secret_hash;

-- name: order(secret_hash, hold, order_id, now)!
update carts
set version = version + 1, order_id = :order_id, touched_at = :now
where secret_hash = :secret_hash and hold = :hold;

-- name: forget_before(before, rows_max)!
delete from carts
where secret_hash in (select secret_hash from carts where touched_at < :before order by touched_at limit :rows_max);
