-- name: open(session_id, customer_id, hash, address, agent, now, ends_at)!
insert into customer_sessions (id, customer_id, hash, address, agent, created_at, seen_at, proved_at, ends_at)
values (:session_id, :customer_id, :hash, :address, :agent, :now, :now, :now, :ends_at);

-- name: find(organisation_id, hash, now, idle_since)^
-- Whoever was forgotten is signed in nowhere.
select s.id, s.customer_id, c.organisation_id, c.email, c.name, c.locale, c.password_hash is not null as has_password,
    c.deletion_asked_at, s.proved_at, s.seen_at
from customer_sessions s
join customers c on c.id = s.customer_id
where s.hash = :hash and c.organisation_id = :organisation_id and c.forgotten_at is null
    and s.ends_at > :now and s.seen_at > :idle_since;

-- name: seen(session_id, now)!
update customer_sessions set seen_at = :now where id = :session_id;

-- name: confirm(session_id, now)!
update customer_sessions set proved_at = :now where id = :session_id;

-- name: close(customer_id, session_id)!
delete from customer_sessions where customer_id = :customer_id and id = :session_id;

-- name: close_others(customer_id, session_id)!
delete from customer_sessions where customer_id = :customer_id and id is distinct from :session_id::uuid;

-- name: count_of(customer_id, now, idle_since)$
select count(*) from customer_sessions where customer_id = :customer_id and ends_at > :now and seen_at > :idle_since;

-- name: forget(now, idle_since)!
delete from customer_sessions where ends_at <= :now or seen_at <= :idle_since;
