-- name: date(organisation_id, performance_id)^
select f.id, f.event_id, e.name as event_name, f.box_office_id, f.pool_id, f.starts_at, f.ends_at, f.status,
    u.time_zone, f.plan_version_id, coalesce(f.own_plan_hash, v.hash) as plan_hash, f.place_list_hash, e.accessible_days
from performances f
join events e on e.id = f.event_id
join box_offices b on b.id = f.box_office_id
join venues u on u.id = f.venue_id
join plan_versions v on v.id = f.plan_version_id
where f.id = :performance_id and b.organisation_id = :organisation_id;

-- name: open(performance_id)
-- What a performance keeps off open sale, blocks last.
select a.id, a.performance_id, a.code, a.kind, a.name, a.note, a.release_at, a.created_at, a.version,
    s.name as made_by, a.by_event
from allotments a
left join staff s on s.id = a.staff_id
where a.performance_id = :performance_id and a.ended_at is null
order by a.code;

-- name: get(allotment_id)^
select a.id, a.performance_id, a.code, a.kind, a.name, a.note, a.release_at, a.created_at, a.version,
    s.name as made_by, a.by_event
from allotments a
left join staff s on s.id = a.staff_id
where a.id = :allotment_id and a.ended_at is null;

-- name: open_count(performance_id)$
select count(*)::integer from allotments where performance_id = :performance_id and ended_at is null and code <> 15;

-- name: next_code(performance_id, least, most)$
-- The code after the highest that was ever given, in a range.
select coalesce(max(code) + 1, :least::integer)
from allotments
where performance_id = :performance_id and code between :least and :most;

-- name: create(allotment_id, performance_id, code, kind, name, note, release_at, staff_id, now)!
insert into allotments (id, performance_id, code, kind, name, note, release_at, staff_id, created_at)
values (:allotment_id, :performance_id, :code, :kind, :name, :note, :release_at, :staff_id, :now);

-- name: edit(allotment_id, version, name, note, release_at)!
update allotments
set name = :name, note = :note, release_at = :release_at, version = version + 1
where id = :allotment_id and version = :version and ended_at is null;

-- name: finish(allotment_id, now)!
update allotments set ended_at = :now, version = version + 1 where id = :allotment_id and ended_at is null;

-- name: due(now, rows_max)
-- What is to go on open sale by itself.
select a.id, a.performance_id, b.organisation_id
from allotments a
join performances f on f.id = a.performance_id
join box_offices b on b.id = f.box_office_id
where a.ended_at is null and a.release_at <= :now
order by a.release_at, a.id
limit :rows_max;

-- name: lock_due(allotment_id, now)^
-- One of them, unless it was released or put off meanwhile.
select id from allotments where id = :allotment_id and ended_at is null and release_at <= :now for update;

-- name: claimed(pool, places)
select place from claims where pool_id = :pool and place = any(:places::integer[]);

-- name: owner(pool, place)^
-- Who owns a place: the order, and the ticket for it.
select o.id as order_id, o.code as order_code, o.status as order_status, t.id as ticket_id
from claims c
join orders o on o.id = c.order_id
left join tickets t on t.pool_id = c.pool_id and t.place = c.place and t.order_id = c.order_id
    and t.status in ('reserved', 'valid', 'opposed')
where c.pool_id = :pool and c.place = :place;

-- name: of_code(performance_ids, codes)$
-- How many of these codes are open allotments, at each of these performances.
select count(*)
from allotments
where performance_id = any(:performance_ids::uuid[]) and code = any(:codes::integer[]) and code < 32768 and ended_at is null;

-- name: sellable(organisation_id, performance_id)
select a.code, a.kind, a.name, a.note, a.release_at
from allotments a
join performances f on f.id = a.performance_id
join box_offices b on b.id = f.box_office_id
where a.performance_id = :performance_id and b.organisation_id = :organisation_id and a.code < 32768
    and a.ended_at is null
order by a.code;
