-- name: code_is_good(code_id, now)$
select exists (select from scan_codes where id = :code_id and expires_at > :now and revoked_at is null);

-- name: box_office_of(profile_id)$
select b.key
from scan_profiles f
join box_offices b on b.id = f.box_office_id
where f.id = :profile_id and f.withdrawn_at is null;

-- name: choices(box_office_ids, profile_id, rows_max)
select f.id, f.name, f.gate, b.name as box_office_name
from scan_profiles f
join box_offices b on b.id = f.box_office_id
where f.box_office_id = any(:box_office_ids::uuid[]) and f.withdrawn_at is null
    and (:profile_id::uuid is null or f.id = :profile_id)
order by b.created_at desc, lower(f.name), f.id
limit :rows_max;

-- name: lock_profile(profile_id, box_office_id)^
-- The profile that a device is to have, as it stays until the device has it.
select f.name, f.box_office_id, b.organisation_id,
    (
        select count(*)::integer
        from scan_profiles o
        join scan_devices d on d.profile_id = o.id and d.revoked_at is null
        where o.box_office_id = f.box_office_id
    ) as device_count
from scan_profiles f
join box_offices b on b.id = f.box_office_id
where f.id = :profile_id and f.withdrawn_at is null
    and (:box_office_id::uuid is null or f.box_office_id = :box_office_id)
for share of f;

-- name: enrol(device_id, profile_id, name, hash, code_id, staff_id, software, hardware, seen_from, now)!
with counted as (
    update scan_codes set device_count = device_count + 1 where id = :code_id::uuid
)
insert into scan_devices (
    id, profile_id, name, hash, code_id, staff_id, software, hardware, enrolled_at, seen_at, seen_from
)
values (
    :device_id, :profile_id, :name, :hash, :code_id::uuid, :staff_id, :software, :hardware, :now, :now, :seen_from
);

-- name: by_hash(hash, idle_since)^
-- A device that may scan, with its profile. Whoever enrolled one by their account must still be somebody who may.
select d.id as device_id, d.number as device_number, d.name as device_name, d.staff_id as device_staff_id,
    d.seen_at as device_seen_at, o.slug as organisation_slug, o.name as organisation_name, b.key as box_office_key,
    b.name as box_office_name,
    f.id, f.box_office_id, b.organisation_id, f.name, f.gate, f.covers,
    array(select event_id from scan_profile_events where profile_id = f.id order by event_id) as event_ids,
    array(select performance_id from scan_profile_dates where profile_id = f.id order by performance_id) as date_ids,
    f.zones, f.mode, f.entries_max, f.role, f.shown,
    array(select field_id from scan_profile_fields where profile_id = f.id order by field_id) as field_ids,
    f.created_at, f.withdrawn_at, f.version
from scan_devices d
join scan_profiles f on f.id = d.profile_id
join box_offices b on b.id = f.box_office_id
join organisations o on o.id = b.organisation_id
where d.hash = :hash and d.revoked_at is null and f.withdrawn_at is null and d.seen_at > :idle_since
    and (
        d.staff_id is null
        or exists (
            select from staff s
            cross join lateral reach(s.id, b.organisation_id, b.id, null) r
            where s.id = d.staff_id and s.disabled_at is null and r.scope in ('scan', 'sell', 'manage')
        )
    );

-- name: seen(device_id, now, seen_from, unless_since)!
update scan_devices
set seen_at = :now, seen_from = :seen_from
where id = :device_id and seen_at < :unless_since;

-- name: report(device_id, now, seen_from, battery, charging, clock_offset_ms, pending_count, software, network)$
update scan_devices
set seen_at = :now, seen_from = :seen_from, reported_at = :now, battery = :battery, charging = :charging,
    clock_offset_ms = :clock_offset_ms, pending_count = :pending_count, network = :network,
    software = coalesce(nullif(:software, ''), software)
where id = :device_id and revoked_at is null
returning true;

-- name: get(organisation_id, device_id)^
select d.id, d.number, d.profile_id, f.name as profile_name, f.gate, d.name, d.staff_id, s.name as enrolled_by,
    d.staff_id is null as by_code, d.enrolled_at, d.seen_at, d.seen_from, d.revoked_at, d.software, d.hardware,
    d.reported_at, d.battery, d.charging, d.clock_offset_ms, d.pending_count, d.network
from scan_devices d
join scan_profiles f on f.id = d.profile_id
join box_offices b on b.id = f.box_office_id
left join staff s on s.id = d.staff_id
where d.id = :device_id and b.organisation_id = :organisation_id;

-- name: list_of(box_office_id, profile_id, revoked_max, rows_max)
-- Those in use, and the last that were revoked.
with every as (
    select d.*, f.name as profile_name, f.gate
    from scan_profiles f
    join scan_devices d on d.profile_id = f.id
    where f.box_office_id = :box_office_id and (:profile_id::uuid is null or f.id = :profile_id)
), ended as (
    select id from every where revoked_at is not null order by revoked_at desc, id limit :revoked_max
)
select d.id, d.number, d.profile_id, d.profile_name, d.gate, d.name, d.staff_id, s.name as enrolled_by,
    d.staff_id is null as by_code, d.enrolled_at, d.seen_at, d.seen_from, d.revoked_at, d.software, d.hardware,
    d.reported_at, d.battery, d.charging, d.clock_offset_ms, d.pending_count, d.network
from every d
left join staff s on s.id = d.staff_id
where d.revoked_at is null or d.id in (select id from ended)
order by d.revoked_at is not null, lower(d.gate), lower(d.name), d.id
limit :rows_max;

-- name: revoke(device_id, now)$
update scan_devices d
set revoked_at = :now
from scan_profiles f
where d.id = :device_id and d.revoked_at is null and f.id = d.profile_id
returning f.box_office_id;

-- name: by_ids(box_office_id, profile_id, device_ids)
-- Devices of a box office (or of one profile) with their profiles, ended or not: of scans that were made already.
select d.id as device_id, d.number as device_number, d.name as device_name, d.staff_id as device_staff_id,
    d.seen_at as device_seen_at, o.slug as organisation_slug, o.name as organisation_name, b.key as box_office_key,
    b.name as box_office_name,
    f.id, f.box_office_id, b.organisation_id, f.name, f.gate, f.covers,
    array(select event_id from scan_profile_events where profile_id = f.id order by event_id) as event_ids,
    array(select performance_id from scan_profile_dates where profile_id = f.id order by performance_id) as date_ids,
    f.zones, f.mode, f.entries_max, f.role, f.shown,
    array(select field_id from scan_profile_fields where profile_id = f.id order by field_id) as field_ids,
    f.created_at, f.withdrawn_at, f.version
from scan_devices d
join scan_profiles f on f.id = d.profile_id
join box_offices b on b.id = f.box_office_id
join organisations o on o.id = b.organisation_id
where d.id = any(:device_ids::uuid[]) and f.box_office_id = :box_office_id
    and (:profile_id::uuid is null or f.id = :profile_id);
