-- name: lock(event_id)$
-- Whether this worker is the one that advances the room, until its transaction ends.
select pg_try_advisory_xact_lock(16, uuid_hash(:event_id::uuid));

-- name: unranked(event_id, count, rows_max)
-- Ordinals of before the opening whose rank is not written yet.
select ordinal from waiting_arrivals
where event_id = :event_id and rank is null and ordinal < :count
order by ordinal
limit :rows_max;

-- name: rank(event_id, ordinals, ranks)!
update waiting_arrivals a
set rank = n.rank
from unnest(:ordinals::bigint[], :ranks::bigint[]) as n (ordinal, rank)
where a.event_id = :event_id and a.ordinal = n.ordinal;

-- name: figures(event_id, serving, lapsed, now)^
-- Who came, who waits, who is inside and for how many places, and what became of those who were. Inside are those called
-- whose turn has not lapsed, and those let in who have time left and have not ordered.
with each as (
    select a.rank, a.party, t.party as admitted, t.expires_at, t.bought_places
    from waiting_arrivals a
    left join waiting_turns t on t.event_id = a.event_id and t.ordinal = a.ordinal
    where a.event_id = :event_id
), judged as (
    select each.*,
        case
            when admitted is not null then bought_places = 0 and expires_at > :now
            else rank < :serving and rank >= :lapsed
        end as inside,
        case when admitted is not null then bought_places > 0 or expires_at <= :now else rank < :lapsed end as concluded
    from each
)
select count(*)::integer as arrived_count,
    count(*) filter (where rank is null or rank >= :serving)::integer as waiting_count,
    coalesce(max(rank) + 1, 0) as last_rank,
    count(*) filter (where inside)::integer as inside_count,
    coalesce(sum(coalesce(admitted, party)) filter (where inside), 0)::integer as inside_places,
    count(admitted)::integer as served_count,
    coalesce(sum(bought_places), 0)::integer as bought_places,
    coalesce(sum(coalesce(admitted, party)) filter (where concluded), 0)::integer as concluded_places,
    (
        select coalesce(sum(v.place_count - kept_count(p.id, p.blocked_count, p.coded) - (
            select count(*) from claims c where c.pool_id = p.id
        )), 0)::integer
        from performances f
        join performance_sales s on s.performance_id = f.id
        join plan_versions v on v.id = f.plan_version_id
        join pools p on p.id = f.pool_id
        where f.event_id = :event_id and f.status = 'on_sale' and s.sale_opens_at <= :now and s.sale_closes_at > :now
    ) as left_places
from judged;

-- name: waiting(event_id, serving, rows_max)
-- Who is next.
select rank, party from waiting_arrivals
where event_id = :event_id and rank >= :serving
order by rank
limit :rows_max;

-- name: loads(since)
-- What every serving process told since.
select counts from serving_loads where at > :since;

-- name: lapsed(event_id, before)$
-- Below which rank everybody was called by then.
select max(serving) from waiting_steps where event_id = :event_id and at <= :before;

-- name: called_since(event_id, since, serving)$
-- How many people were called since.
select count(*) from waiting_arrivals
where event_id = :event_id and rank < :serving and rank >= coalesce(
    (select max(serving) from waiting_steps where event_id = :event_id and at <= :since), 0
);

-- name: advance(event_id, state, now, serving, lapsed, per_s, credit, settles_at, called_per_s, p99_ms, arrived_count, waiting_count, last_rank, inside_count, inside_places, served_count, bought_places, left_places, conversion)!
-- One step; nothing when the room was paused or closed meanwhile.
update waiting_rooms
set stepped_at = :now, serving = :serving, lapsed = :lapsed, per_s = :per_s, credit = :credit, settles_at = :settles_at,
    called_per_s = :called_per_s, p99_ms = :p99_ms, arrived_count = :arrived_count, waiting_count = :waiting_count,
    last_rank = :last_rank, inside_count = :inside_count, inside_places = :inside_places, served_count = :served_count,
    bought_places = :bought_places, left_places = :left_places, conversion = :conversion
where event_id = :event_id and state = :state;

-- name: note(event_id, serving, now)!
insert into waiting_steps values (:event_id, :serving, :now) on conflict do nothing;

-- name: forget(event_id, before, serving)!
-- Steps by which nothing lapses any more; the last of each room is kept.
delete from waiting_steps where event_id = :event_id and at < :before and serving < :serving;

-- name: forget_loads(before)!
delete from serving_loads where at < :before;
