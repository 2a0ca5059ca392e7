-- name: add(hash, document, now)!
insert into date_plans (hash, document, created_at) values (:hash, :document, :now) on conflict do nothing;

-- name: set(performance_id, hash, seat_categories)!
update performances set own_plan_hash = :hash, seat_categories = :seat_categories::jsonb where id = :performance_id;

-- name: sweep(before)!
-- What no date draws any more, once nobody can be reading it.
delete from date_plans d
where created_at < :before and not exists (select from performances where own_plan_hash = d.hash);
