-- name: candidates(organisation_id, performance_id, now, rows_max)
-- The other dates to come of a performance's event, the next first, with how much each of them keeps.
select f.id, f.starts_at, u.time_zone, f.status, v.number as plan_number, v.plan_id = w.plan_id as same_plan,
    (
        select count(*)::integer from allotments a where a.performance_id = f.id and a.ended_at is null
    ) as kept_count
from performances g
join plan_versions w on w.id = g.plan_version_id
join performances f on f.event_id = g.event_id and f.id <> g.id
join plan_versions v on v.id = f.plan_version_id
join box_offices b on b.id = f.box_office_id
join venues u on u.id = f.venue_id
where g.id = :performance_id and b.organisation_id = :organisation_id and f.ends_at > :now and f.status <> 'cancelled'
order by f.starts_at, f.id
limit :rows_max;

-- name: ask(copy_id, organisation_id, performance_id, staff_id, now)!
insert into allotment_copies (id, performance_id, organisation_id, staff_id, created_at)
values (:copy_id, :performance_id, :organisation_id, :staff_id, :now);

-- name: ask_dates(copy_id, performance_id, performance_ids)!
-- Other dates of the same event; others are left out, and its caller counts.
insert into allotment_copy_dates (copy_id, performance_id)
select :copy_id, f.id
from performances g
join performances f on f.event_id = g.event_id and f.id <> g.id
where g.id = :performance_id and f.id = any(:performance_ids::uuid[]);

-- name: asked(copy_id)^
select id, performance_id, organisation_id, staff_id from allotment_copies where id = :copy_id;

-- name: waiting(copy_id)
select d.performance_id
from allotment_copy_dates d
join performances f on f.id = d.performance_id
where d.copy_id = :copy_id and d.state = 'waiting'
order by f.starts_at, f.id;

-- name: end(copy_id, performance_id, state, refusal, fields, missing_count, now)!
update allotment_copy_dates
set state = :state, refusal = :refusal, fields = (:fields::text)::jsonb, missing_count = :missing_count, ended_at = :now
where copy_id = :copy_id and performance_id = :performance_id and state = 'waiting';

-- name: tell_missing(copy_id, performance_id, missing_count)!
update allotment_copy_dates
set missing_count = :missing_count
where copy_id = :copy_id and performance_id = :performance_id;

-- name: get(organisation_id, performance_id, copy_id)^
select c.id, c.performance_id, c.created_at, s.name as asked_by
from allotment_copies c
left join staff s on s.id = c.staff_id
where c.id = :copy_id and c.organisation_id = :organisation_id and c.performance_id = :performance_id;

-- name: dates(copy_id)
select d.performance_id, f.starts_at, u.time_zone, d.state, d.refusal, d.fields, d.missing_count
from allotment_copy_dates d
join performances f on f.id = d.performance_id
join venues u on u.id = f.venue_id
where d.copy_id = :copy_id
order by f.starts_at, f.id;
