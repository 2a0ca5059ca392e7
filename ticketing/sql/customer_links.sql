-- name: lock(customer_id)!
select from customers where id = :customer_id for no key update;

-- name: make(hash, customer_id, kind, email, browser_hash, onward, now, ends_at, since, fresh_max)!
insert into customer_links (hash, customer_id, kind, email, browser_hash, onward, created_at, ends_at)
select :hash, :customer_id, :kind, :email, :browser_hash, :onward, :now, :ends_at
where (
    select count(*) from customer_links where customer_id = :customer_id and kind = :kind and created_at > :since
) < :fresh_max
on conflict (hash) do nothing;

-- name: is_there(hash)$
select exists (select from customer_links where hash = :hash);

-- name: find(organisation_id, hash, now)^
-- A link that was sent to an address which is not the customer's any more opens nothing.
select l.customer_id, l.kind, l.email, l.browser_hash, l.onward, c.name, c.locale
from customer_links l
join customers c on c.id = l.customer_id
where l.hash = :hash and l.used_at is null and l.ends_at > :now and c.organisation_id = :organisation_id
    and c.forgotten_at is null and (l.kind = 'email' or l.email = c.email);

-- name: use(hash, now)!
update customer_links set used_at = :now where hash = :hash and used_at is null and ends_at > :now;

-- name: end_all(customer_id, now)!
update customer_links set used_at = :now where customer_id = :customer_id and used_at is null;

-- name: forget(now)!
-- Links that ended a day ago: until then a job that sends one again finds it used.
delete from customer_links where ends_at < :now::timestamptz - interval '1 day';
