-- name: standing(performance_id)^
-- The one that keeps the places of wheelchair users, ended or not; whether it ended as its event asked, not by hand.
select id, release_at, ended_at, plan_version_id, by_event, staff_id,
    coalesce(by_event and ended_at >= release_at, false) as by_rule
from allotments
where performance_id = :performance_id and code = 15
for update;

-- name: keep(allotment_id, performance_id, release_at, staff_id, plan_version_id, by_event, ended_at, now)!
-- The same made, or opened again.
insert into allotments (
    id, performance_id, code, kind, release_at, staff_id, created_at, plan_version_id, by_event, ended_at
)
values (
    :allotment_id, :performance_id, 15, 'accessibility', :release_at, :staff_id, :now, :plan_version_id, :by_event, :ended_at
)
on conflict (performance_id, code) do update
set release_at = excluded.release_at, staff_id = excluded.staff_id, plan_version_id = excluded.plan_version_id,
    by_event = excluded.by_event, ended_at = excluded.ended_at, version = allotments.version + 1;

-- name: are_open(performance_id)$
-- Whether a date's places of wheelchair users were kept, and are so no longer.
select exists (select from allotments where performance_id = :performance_id and code = 15 and ended_at is not null);

-- name: follow_events()!
-- What an event asks for is kept as long as the event says, from where its dates are now.
update allotments a
set release_at = f.starts_at - make_interval(days => e.accessible_days), version = a.version + 1
from performances f
join events e on e.id = f.event_id
where f.id = a.performance_id and a.code = 15 and a.by_event and a.ended_at is null and e.accessible_days is not null
    and f.starts_at - make_interval(days => e.accessible_days) is distinct from a.release_at;

-- name: due(now, rows_max)
-- Dates to come of events that keep the places of wheelchair users and have not done so yet; those that gave them back as
-- their event asked, which asks for longer now; and those that keep them, by another version of their plan than they did
-- it by.
select f.id as performance_id, b.organisation_id, f.starts_at - make_interval(days => e.accessible_days) as release_at
from events e
join performances f on f.event_id = e.id
join box_offices b on b.id = f.box_office_id
where e.accessible_days is not null and f.ends_at > :now and f.status <> 'cancelled'
    and not exists (select from allotments a where a.performance_id = f.id and a.code = 15)
union all
select f.id, b.organisation_id, f.starts_at - make_interval(days => e.accessible_days)
from events e
join performances f on f.event_id = e.id
join box_offices b on b.id = f.box_office_id
join allotments a on a.performance_id = f.id and a.code = 15
where a.by_event and a.ended_at >= a.release_at and f.status <> 'cancelled'
    and f.starts_at - make_interval(days => e.accessible_days) > :now
union all
select f.id, b.organisation_id, a.release_at
from allotments a
join performances f on f.id = a.performance_id
join box_offices b on b.id = f.box_office_id
where a.code = 15 and a.ended_at is null and a.plan_version_id is distinct from f.plan_version_id and f.ends_at > :now
limit :rows_max;

-- name: undone(rows_max)
-- Dates that keep them because their event asked for it, which does so no longer.
select f.id as performance_id, b.organisation_id
from allotments a
join performances f on f.id = a.performance_id
join events e on e.id = f.event_id
join box_offices b on b.id = f.box_office_id
where a.code = 15 and a.by_event and a.ended_at is null and e.accessible_days is null
limit :rows_max;

-- name: forget(performance_id)!
-- What one of them says, unless its event asks for it again.
delete from allotments a
using performances f
join events e on e.id = f.event_id
where a.performance_id = :performance_id and f.id = a.performance_id and a.code = 15 and a.by_event and a.ended_at is null
    and e.accessible_days is null;

-- name: default_of(organisation_id, event_id)^
select e.id, e.name, e.box_office_id, e.accessible_days
from events e
join box_offices b on b.id = e.box_office_id
where e.id = :event_id and b.organisation_id = :organisation_id
for no key update of e;

-- name: set_default(event_id, days)!
update events set accessible_days = :days where id = :event_id;
