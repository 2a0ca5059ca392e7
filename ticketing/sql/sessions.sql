-- name: open(session_id, staff_id, hash, stage, address, agent, now, ends_at)!
insert into staff_sessions
    (id, staff_id, hash, stage, address, agent, created_at, rotated_at, seen_at, confirmed_at, ends_at)
values (:session_id, :staff_id, :hash, :stage, :address, :agent, :now, :now, :now, :now, :ends_at);

-- name: find(hash, now, idle_since, grace_since)^
-- A session by its secret, or by the one before, for the moment after it was exchanged.
select
    s.id, s.staff_id, s.stage, s.confirmed_at, s.rotated_at, s.seen_at, s.ends_at, s.hash = :hash as newest,
    p.email, p.name, p.locale
from staff_sessions s
join staff p on p.id = s.staff_id
where (s.hash = :hash or (s.previous_hash = :hash and s.rotated_at > :grace_since))
    and s.ends_at > :now and s.seen_at > :idle_since and p.disabled_at is null;

-- name: rotate(session_id, hash, new_hash, now)!
update staff_sessions
set previous_hash = hash, hash = :new_hash, rotated_at = :now
where id = :session_id and hash = :hash;

-- name: replace(session_id, new_hash, stage, now, ends_at)!
-- Its end stays, but for the step by which somebody is signed in.
update staff_sessions
set previous_hash = null, hash = :new_hash, stage = :stage, rotated_at = :now, confirmed_at = :now,
    ends_at = case when stage = :stage then ends_at else :ends_at end
where id = :session_id;

-- name: seen(session_id, now)!
update staff_sessions set seen_at = :now where id = :session_id;

-- name: list_of(staff_id, now, idle_since)
select id, address, agent, created_at, seen_at
from staff_sessions
where staff_id = :staff_id and stage = 'full' and ends_at > :now and seen_at > :idle_since
order by seen_at desc;

-- name: close(staff_id, session_id)!
delete from staff_sessions where staff_id = :staff_id and id = :session_id;

-- name: close_others(staff_id, session_id)!
delete from staff_sessions where staff_id = :staff_id and id is distinct from :session_id::uuid;

-- name: forget(now, idle_since)!
delete from staff_sessions where ends_at <= :now or seen_at <= :idle_since;
