-- name: owns(organisation_id, box_office_id)$
select exists (select from box_offices where id = :box_office_id and organisation_id = :organisation_id);

-- name: count(box_office_id)$
select count(*) from scan_profiles where box_office_id = :box_office_id and withdrawn_at is null;

-- name: create(profile_id, box_office_id, name, gate, covers, zones, mode, entries_max, role, shown, now)!
insert into scan_profiles (id, box_office_id, name, gate, covers, zones, mode, entries_max, role, shown, created_at)
values (
    :profile_id, :box_office_id, :name, :gate, :covers, :zones::text[], :mode, :entries_max, :role, :shown::text[], :now
);

-- name: edit(profile_id, version, name, gate, covers, zones, mode, entries_max, role, shown)!
update scan_profiles
set name = :name, gate = :gate, covers = :covers, zones = :zones::text[], mode = :mode, entries_max = :entries_max,
    role = :role, shown = :shown::text[], version = version + 1
where id = :profile_id and version = :version;

-- name: withdraw(profile_id, now)!
update scan_profiles set withdrawn_at = :now, version = version + 1 where id = :profile_id and withdrawn_at is null;

-- name: unbind(profile_id)!
with events as (
    delete from scan_profile_events where profile_id = :profile_id
), dates as (
    delete from scan_profile_dates where profile_id = :profile_id
)
delete from scan_profile_fields where profile_id = :profile_id;

-- name: bind_events(box_office_id, profile_id, ids)!
insert into scan_profile_events
select :profile_id, id from events where id = any(:ids::uuid[]) and box_office_id = :box_office_id;

-- name: bind_dates(box_office_id, profile_id, ids)!
insert into scan_profile_dates
select :profile_id, id from performances where id = any(:ids::uuid[]) and box_office_id = :box_office_id;

-- name: bind_fields(box_office_id, profile_id, ids)!
insert into scan_profile_fields
select :profile_id, d.id
from form_fields d
join forms f on f.id = d.form_id
where d.id = any(:ids::uuid[]) and f.box_office_id = :box_office_id;

-- name: get(organisation_id, profile_id)^
select f.id, f.box_office_id, b.organisation_id, f.name, f.gate, f.covers,
    array(select event_id from scan_profile_events where profile_id = f.id order by event_id) as event_ids,
    array(select performance_id from scan_profile_dates where profile_id = f.id order by performance_id) as date_ids,
    f.zones, f.mode, f.entries_max, f.role, f.shown,
    array(select field_id from scan_profile_fields where profile_id = f.id order by field_id) as field_ids,
    f.created_at, f.withdrawn_at, f.version
from scan_profiles f
join box_offices b on b.id = f.box_office_id
where f.id = :profile_id and b.organisation_id = :organisation_id;

-- name: list_of(box_office_id, event_id, seen_since, rows_max)
-- Those in use first, by name.
select f.id, f.name, f.gate, f.covers, f.mode, f.role, f.withdrawn_at, cardinality(f.zones) as zone_count,
    (
        select count(*)::integer from (
            select from scan_profile_events where profile_id = f.id
            union all
            select from scan_profile_dates where profile_id = f.id
        ) covered
    ) as covered_count,
    devices.device_count, devices.seen_count
from scan_profiles f
cross join lateral (
    select count(*)::integer as device_count,
        count(*) filter (where d.seen_at >= :seen_since)::integer as seen_count
    from scan_devices d
    where d.profile_id = f.id and d.revoked_at is null
) devices
where f.box_office_id = :box_office_id
    and (
        :event_id::uuid is null
        or f.covers = 'box_office'
        or exists (select from scan_profile_events e where e.profile_id = f.id and e.event_id = :event_id)
        or exists (
            select from scan_profile_dates d
            join performances p on p.id = d.performance_id
            where d.profile_id = f.id and p.event_id = :event_id
        )
    )
order by f.withdrawn_at is not null, lower(f.name), f.id
limit :rows_max;

-- name: events(box_office_id, profile_id, since, rows_max)
-- Events with a date that is not over, and those that a profile is bound to.
select e.id, e.name
from events e
where e.box_office_id = :box_office_id
    and (
        exists (
            select from performances p where p.event_id = e.id and p.ends_at >= :since and p.status <> 'cancelled'
        )
        or exists (select from scan_profile_events b where b.profile_id = :profile_id and b.event_id = e.id)
    )
order by lower(e.name), e.id
limit :rows_max;

-- name: dates(box_office_id, profile_id, since, rows_max)
select p.id, e.name as event_name, v.name as venue_name, p.starts_at, v.time_zone
from performances p
join events e on e.id = p.event_id
join venues v on v.id = p.venue_id
where p.box_office_id = :box_office_id
    and (
        p.ends_at >= :since and p.status <> 'cancelled'
        or exists (select from scan_profile_dates b where b.profile_id = :profile_id and b.performance_id = p.id)
    )
order by p.starts_at, p.id
limit :rows_max;

-- name: halls(box_office_id, profile_id, since, rows_max)
-- The halls of the dates that may be chosen, the next ones first.
select coalesce(p.own_plan_hash, v.hash) as plan_hash, p.place_list_hash
from performances p
join plan_versions v on v.id = p.plan_version_id
where p.box_office_id = :box_office_id
    and (
        p.ends_at >= :since and p.status <> 'cancelled'
        or exists (select from scan_profile_dates b where b.profile_id = :profile_id and b.performance_id = p.id)
    )
group by 1, 2
order by min(p.starts_at)
limit :rows_max;

-- name: fields(box_office_id, rows_max)
-- Questions of forms of tickets; files have nothing to show at a door.
select d.id, f.name as form_name, d.labels
from form_fields d
join forms f on f.id = d.form_id
where f.box_office_id = :box_office_id and not f.of_orders and not d.hidden and d.kind <> 'file'
order by lower(f.name), f.id, d.position nulls last, d.id
limit :rows_max;
