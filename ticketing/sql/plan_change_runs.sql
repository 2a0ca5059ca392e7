-- name: candidates(organisation_id, plan_id, version_id, now, rows_max)
-- Dates to come on other versions of a plan, the next first.
select f.id, f.event_id, e.name as event_name, b.name as box_office_name, f.starts_at, f.status, u.time_zone, f.pool_id,
    w.number as plan_number, w.hash as plan_hash, f.place_list_hash,
    (select count(*)::integer from claims c where c.pool_id = f.pool_id) as sold_count
from plan_versions w
join performances f on f.plan_version_id = w.id
join events e on e.id = f.event_id
join box_offices b on b.id = f.box_office_id
join venues u on u.id = f.venue_id
where w.plan_id = :plan_id and b.organisation_id = :organisation_id and w.id <> :version_id
    and f.ends_at > :now::timestamptz and f.status <> 'cancelled'
order by f.starts_at, f.id
limit :rows_max;

-- name: ask(change_id, organisation_id, version_id, staff_id, now)!
insert into plan_changes (id, version_id, organisation_id, staff_id, created_at)
values (:change_id, :version_id, :organisation_id, :staff_id, :now);

-- name: ask_dates(change_id, organisation_id, version_id, performance_ids)!
-- Dates of the version's own plan; others are left out, and its caller counts.
insert into plan_change_dates (change_id, performance_id)
select :change_id, f.id
from performances f
join box_offices b on b.id = f.box_office_id
join plan_versions w on w.id = f.plan_version_id
join plan_versions v on v.plan_id = w.plan_id
where v.id = :version_id and b.organisation_id = :organisation_id and f.id = any(:performance_ids::uuid[]);

-- name: asked(change_id)^
select id, version_id, organisation_id, staff_id from plan_changes where id = :change_id;

-- name: waiting(change_id)
select d.performance_id
from plan_change_dates d
join performances f on f.id = d.performance_id
where d.change_id = :change_id and d.state = 'waiting'
order by f.starts_at, f.id;

-- name: end(change_id, performance_id, state, refusal, fields, now)!
update plan_change_dates
set state = :state, refusal = :refusal, fields = (:fields::text)::jsonb, ended_at = :now
where change_id = :change_id and performance_id = :performance_id and state = 'waiting';

-- name: get(organisation_id, plan_id, change_id)^
select c.id, c.version_id, v.number, p.id as plan_id, p.name as plan_name, u.time_zone, c.created_at,
    s.name as asked_by
from plan_changes c
join plan_versions v on v.id = c.version_id
join plans p on p.id = v.plan_id
join venues u on u.id = p.venue_id
left join staff s on s.id = c.staff_id
where c.id = :change_id and c.organisation_id = :organisation_id and p.id = :plan_id;

-- name: dates(change_id)
select d.performance_id, e.name as event_name, f.event_id, f.starts_at, u.time_zone, d.state, d.refusal, d.fields
from plan_change_dates d
join performances f on f.id = d.performance_id
join events e on e.id = f.event_id
join venues u on u.id = f.venue_id
where d.change_id = :change_id
order by f.starts_at, f.id;

-- name: recent(organisation_id, version_id, rows_max)
select c.id, c.created_at, count(d.performance_id)::integer as date_count,
    (count(*) filter (where d.state = 'waiting'))::integer as waiting_count,
    (count(*) filter (where d.state = 'refused'))::integer as refused_count
from plan_changes c
left join plan_change_dates d on d.change_id = c.id
where c.version_id = :version_id and c.organisation_id = :organisation_id
group by c.id
order by c.created_at desc
limit :rows_max;
