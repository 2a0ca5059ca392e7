-- name: allot(event_id, count)^
-- The next ordinals of a room, for one process to give out; `early` while the shuffle is still to come.
update waiting_rooms
set next_ordinal = next_ordinal + :count
where event_id = :event_id and state <> 'closed'
returning next_ordinal - :count as first, shuffled_count is null as early;

-- name: report(events, ordinals, browsers, parties, now)!
-- Who came. A browser that was given two numbers has the first that is written; a late comer's rank is the ordinal.
insert into waiting_arrivals (event_id, ordinal, browser, party, rank, at)
select r.event_id, n.ordinal, n.browser, n.party, case when n.ordinal >= r.shuffled_count then n.ordinal end, :now
from unnest(:events::uuid[], :ordinals::bigint[], :browsers::bytea[], :parties::integer[])
    with ordinality as n (event_id, ordinal, browser, party, number)
join waiting_rooms r on r.event_id = n.event_id and n.ordinal < r.next_ordinal
order by n.number
on conflict do nothing;

-- name: own(event_id, browser)^
-- What is written of a browser: its number, since when it is called, whether it was let in.
select a.ordinal, a.party, a.rank, t.admitted_at, t.expires_at, t.party as admitted_party,
    coalesce(t.bought_places, 0) as bought_places,
    (
        select s.at from waiting_steps s
        where s.event_id = a.event_id and s.serving > a.rank
        order by s.serving
        limit 1
    ) as called_at
from waiting_arrivals a
left join waiting_turns t on t.event_id = a.event_id and t.ordinal = a.ordinal
where a.event_id = :event_id and a.browser = :browser;

-- name: redeclare(event_id, browser, party)!
-- Come for another number of places, until one is called.
update waiting_arrivals a
set party = :party
from waiting_rooms r
where r.event_id = a.event_id and a.event_id = :event_id and a.browser = :browser
    and (a.rank is null or a.rank >= r.serving);

-- name: admit(event_id, ordinal, browser, now)^
-- Let one in, once, whose turn it is.
insert into waiting_turns (event_id, ordinal, party, admitted_at, expires_at)
select a.event_id, a.ordinal, a.party, :now, date_trunc('second', :now::timestamptz) + r.admission_s * interval '1 second'
from waiting_arrivals a
join waiting_rooms r on r.event_id = a.event_id
where a.event_id = :event_id and a.ordinal = :ordinal and a.browser = :browser and r.state in ('open', 'paused')
    and a.rank < r.serving and a.rank >= r.lapsed
on conflict do nothing
returning ordinal, party, expires_at;

-- name: retire(event_id, browser, now)!
-- A number whose turn is over no longer stands for its browser, which may take another one.
update waiting_arrivals a
set browser = sha256(a.browser || int8send(a.ordinal))
from waiting_rooms r
where r.event_id = a.event_id and a.event_id = :event_id and a.browser = :browser and (
    exists (
        select from waiting_turns t
        where t.event_id = a.event_id and t.ordinal = a.ordinal and (t.expires_at <= :now or t.bought_places > 0)
    )
    or a.rank < r.lapsed and not exists (
        select from waiting_turns t where t.event_id = a.event_id and t.ordinal = a.ordinal
    )
);

-- name: bought(event_id, ordinal, performances)$
-- Count what one who was let in orders; nothing when it is more than they came for.
update waiting_turns
set bought_places = bought_places + ordered.places
from (
    select count(*)::integer as places
    from unnest(:performances::uuid[]) as o (performance_id)
    join performances f on f.id = o.performance_id
    where f.event_id = :event_id
) as ordered
where event_id = :event_id and ordinal = :ordinal and bought_places + ordered.places <= party
returning party;

-- name: load(process, counts)!
insert into serving_loads values (:process, now(), :counts) on conflict do nothing;
