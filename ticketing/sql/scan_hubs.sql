-- name: lock_office(box_office_id, profile_id)^
-- The box office that a hub is to serve, as it stays until the hub is there; no row for a withdrawn profile.
select b.organisation_id, b.name,
    (select count(*)::integer from scan_hubs where box_office_id = b.id and revoked_at is null) as hub_count
from box_offices b
where b.id = :box_office_id
    and (
        :profile_id::uuid is null
        or exists (select from scan_profiles where id = :profile_id and withdrawn_at is null)
    )
for share of b;

-- name: enrol(hub_id, box_office_id, profile_id, name, hash, code_id, software, seen_from, now)!
with counted as (
    update scan_codes set device_count = device_count + 1 where id = :code_id::uuid
)
insert into scan_hubs (
    id, box_office_id, profile_id, name, hash, code_id, software, enrolled_at, seen_at, seen_from
)
values (
    :hub_id, :box_office_id, :profile_id::uuid, :name, :hash, :code_id::uuid, :software, :now, :now, :seen_from
);

-- name: by_hash(hash)^
select h.id, h.name, h.box_office_id, h.profile_id, b.organisation_id, o.slug as organisation_slug,
    o.name as organisation_name, b.key as box_office_key, b.name as box_office_name
from scan_hubs h
join box_offices b on b.id = h.box_office_id
join organisations o on o.id = b.organisation_id
where h.hash = :hash and h.revoked_at is null;

-- name: report(hub_id, now, seen_from, clock_offset_ms, scanner_count, pending_count, software)$
update scan_hubs
set seen_at = :now, seen_from = :seen_from, reported_at = :now, clock_offset_ms = :clock_offset_ms,
    scanner_count = :scanner_count, pending_count = :pending_count, software = coalesce(nullif(:software, ''), software)
where id = :hub_id and revoked_at is null
returning true;

-- name: profiles(box_office_id, profile_id, rows_max)
select f.id, f.box_office_id, b.organisation_id, f.name, f.gate, f.covers,
    array(select event_id from scan_profile_events where profile_id = f.id order by event_id) as event_ids,
    array(select performance_id from scan_profile_dates where profile_id = f.id order by performance_id) as date_ids,
    f.zones, f.mode, f.entries_max, f.role, f.shown,
    array(select field_id from scan_profile_fields where profile_id = f.id order by field_id) as field_ids,
    f.created_at, f.withdrawn_at, f.version
from scan_profiles f
join box_offices b on b.id = f.box_office_id
where f.box_office_id = :box_office_id and (:profile_id::uuid is null or f.id = :profile_id)
    and f.withdrawn_at is null
order by f.id
limit :rows_max;

-- name: scanners(box_office_id, profile_id, idle_since, rows_max)
-- Those that the server would let scan now. Whoever enrolled one by their account must still be somebody who may.
select d.id, d.number, d.name, d.profile_id as profile, d.hash
from scan_devices d
join scan_profiles f on f.id = d.profile_id
join box_offices b on b.id = f.box_office_id
where f.box_office_id = :box_office_id and (:profile_id::uuid is null or f.id = :profile_id)
    and d.revoked_at is null and f.withdrawn_at is null and d.seen_at > :idle_since
    and (
        d.staff_id is null
        or exists (
            select from staff s
            cross join lateral reach(s.id, b.organisation_id, b.id, null) r
            where s.id = d.staff_id and s.disabled_at is null and r.scope in ('scan', 'sell', 'manage')
        )
    )
order by d.number
limit :rows_max;

-- name: get(organisation_id, hub_id)^
select h.id, h.box_office_id, h.profile_id, f.name as profile_name, h.name, h.enrolled_at, h.seen_at, h.seen_from,
    h.revoked_at, h.software, h.reported_at, h.clock_offset_ms, h.scanner_count, h.pending_count
from scan_hubs h
join box_offices b on b.id = h.box_office_id
left join scan_profiles f on f.id = h.profile_id
where h.id = :hub_id and b.organisation_id = :organisation_id;

-- name: list_of(box_office_id, rows_max)
-- Those in use first, then the last that were revoked.
select h.id, h.box_office_id, h.profile_id, f.name as profile_name, h.name, h.enrolled_at, h.seen_at, h.seen_from,
    h.revoked_at, h.software, h.reported_at, h.clock_offset_ms, h.scanner_count, h.pending_count
from scan_hubs h
left join scan_profiles f on f.id = h.profile_id
where h.box_office_id = :box_office_id
order by h.revoked_at desc nulls first, lower(h.name), h.id
limit :rows_max;

-- name: revoke(hub_id, now)!
update scan_hubs set revoked_at = :now where id = :hub_id and revoked_at is null;
