-- name: is_known(email, organisation_id, address)$
-- Without an organisation it is an account of the staff.
select exists (
    select from known_addresses k
    join staff s on s.id = k.staff_id
    where s.email = :email and k.address = :address and :organisation_id::uuid is null
) or exists (
    select from customer_addresses k
    join customers c on c.id = k.customer_id
    where c.email = :email and k.address = :address and c.organisation_id = :organisation_id
);

-- name: from_strangers(account_hash, email, organisation_id, since)$
-- How often an account was tried of late from addresses that nobody was signed in to it from.
select coalesce(sum(a.attempt_count), 0)::bigint
from attempts a
where a.account_hash = :account_hash and a.at > :since and not exists (
    select from known_addresses k
    join staff s on s.id = k.staff_id
    where s.email = :email and k.address = a.address and :organisation_id::uuid is null
) and not exists (
    select from customer_addresses k
    join customers c on c.id = k.customer_id
    where c.email = :email and k.address = a.address and c.organisation_id = :organisation_id
);

-- name: begin(account_hash, address, now, since, free_tries, wait, wait_max)$
-- Counts a try, unless it comes too soon: then there is no row. After the free ones each wait is twice the one before.
insert into attempts as a (account_hash, address, attempt_count, at, free_at)
values (:account_hash, :address, 1, :now, :now)
on conflict (account_hash, address) do update
set attempt_count = case when a.at > :since then a.attempt_count + 1 else 1 end,
    at = :now,
    free_at = case
        when a.at <= :since or a.attempt_count + 1 < :free_tries then :now
        else :now + least(:wait::interval * 2 ^ least(a.attempt_count + 1 - :free_tries, 10), :wait_max::interval)
    end
where a.free_at <= :now
returning free_at;

-- name: free_at(account_hash, address)$
select free_at from attempts where account_hash = :account_hash and address = :address;

-- name: clear(account_hash, address)!
delete from attempts where account_hash = :account_hash and address = :address;

-- name: forget(before)!
delete from attempts where at < :before;

-- name: know(staff_id, address, now)!
insert into known_addresses as k (staff_id, address, seen_at) values (:staff_id, :address, :now)
on conflict (staff_id, address) do update set seen_at = excluded.seen_at where k.seen_at < excluded.seen_at - interval '1 day';

-- name: know_customer(customer_id, address, now)!
insert into customer_addresses as k (customer_id, address, seen_at) values (:customer_id, :address, :now)
on conflict (customer_id, address) do update set seen_at = excluded.seen_at where k.seen_at < excluded.seen_at - interval '1 day';

-- name: forget_known_of(customer_id, before)!
delete from customer_addresses where customer_id = :customer_id and seen_at < :before;

-- name: forget_known(staff_id, before)!
delete from known_addresses where staff_id = :staff_id and seen_at < :before;
