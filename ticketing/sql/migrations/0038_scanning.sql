-- The doors. A profile says what a scanner at one gate may scan, how it lets people through and what it shows; a device
-- is a scanner that was enrolled for a profile, by somebody's account or by a code. `covers` says whether all of the box
-- office may be scanned, or the events or dates named for it; `zones` are ids in plans, null for all.
create table scan_profiles (
    id uuid primary key,
    box_office_id uuid not null references box_offices on delete cascade,
    name text not null,
    gate text not null,
    covers text not null default 'box_office' check (covers in ('box_office', 'events', 'dates')),
    zones text[] check (cardinality(zones) between 1 and 500),
    mode text not null default 'once' check (mode in ('once', 'entry_exit', 'multiple')),
    entries_max integer check (entries_max between 1 and 1000),
    role text not null default 'steward' check (role in ('steward', 'supervisor')),
    shown text[] not null default '{}' check (shown <@ array['name', 'tariff', 'seat', 'zone', 'pass']),
    created_at timestamptz not null,
    withdrawn_at timestamptz,
    version integer not null default 1,
    check (entries_max is null or mode = 'multiple')
);
create index scan_profiles_box_office on scan_profiles (box_office_id);

create table scan_profile_events (
    profile_id uuid not null references scan_profiles on delete cascade,
    event_id uuid not null references events on delete cascade,
    primary key (profile_id, event_id)
);
create index scan_profile_events_event on scan_profile_events (event_id);

create table scan_profile_dates (
    profile_id uuid not null references scan_profiles on delete cascade,
    performance_id uuid not null references performances on delete cascade,
    primary key (profile_id, performance_id)
);
create index scan_profile_dates_performance on scan_profile_dates (performance_id);

-- The questions of forms whose answers are shown at the door.
create table scan_profile_fields (
    profile_id uuid not null references scan_profiles on delete cascade,
    field_id uuid not null references form_fields on delete cascade,
    primary key (profile_id, field_id)
);
create index scan_profile_fields_field on scan_profile_fields (field_id);

-- What enrols devices: a code of a profile, or (null) the organiser's, for any profile of the box office. The code is
-- short, so it is looked for by a keyed hash; it lies sealed beside it, to be shown again for as long as it is good.
create table scan_codes (
    id uuid primary key,
    box_office_id uuid not null references box_offices on delete cascade,
    profile_id uuid references scan_profiles on delete cascade,
    hash bytea not null unique check (length(hash) = 32),
    sealed bytea not null,
    staff_id uuid references staff,
    created_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > created_at),
    revoked_at timestamptz,
    device_count integer not null default 0
);
create index scan_codes_box_office on scan_codes (box_office_id, expires_at);
create index scan_codes_profile on scan_codes (profile_id) where profile_id is not null;

-- `number` is what a device is called where ids are numbers. What it tells of itself (battery, clock, scans that wait to
-- be sent) is as of `reported_at`.
create table scan_devices (
    id uuid primary key,
    number bigint generated always as identity unique,
    profile_id uuid not null references scan_profiles,
    name text not null,
    hash bytea not null unique check (length(hash) = 32),
    code_id uuid references scan_codes on delete set null,
    staff_id uuid references staff,
    enrolled_at timestamptz not null,
    seen_at timestamptz not null,
    seen_from text not null default '',
    revoked_at timestamptz,
    software text not null default '',
    hardware text not null default '',
    reported_at timestamptz,
    battery smallint check (battery between 0 and 100),
    charging boolean,
    clock_offset_ms bigint,
    pending_count integer not null default 0 check (pending_count >= 0),
    network text not null default ''
);
create index scan_devices_profile on scan_devices (profile_id);
create index scan_devices_code on scan_devices (code_id) where code_id is not null;
create index scan_devices_staff on scan_devices (staff_id) where staff_id is not null;

-- A scan is of one direction; `undoes` is the scan that this one takes back.
alter table scans
    add column device_id uuid references scan_devices,
    add column direction text not null default 'in' check (direction in ('in', 'out')),
    add column undoes uuid references scans,
    add column reason text not null default '';
create unique index scans_undone_once on scans (undoes) where undoes is not null;

-- Going through a door, in or out, or taking that back: rows are only added. `number` counts them by ticket, so of two
-- scans at once one meets the other's key. A row says where it leaves its ticket: `last` is the number of the passage
-- that stands on top, `entry` that of the last way in, `entry_count` how many there are; 0 where there is none. A
-- row that takes one back (`undoes`) leaves its ticket as it was before that one. `despite` is the verdict that somebody
-- was let through against, or that was found when a device told of it afterwards.
alter table admissions rename to passages;
alter table passages
    add column number integer not null default 1 check (number > 0),
    add column direction text not null default 'in' check (direction in ('in', 'out')),
    add column mode text not null default 'once' check (mode in ('once', 'entry_exit', 'multiple')),
    add column undoes integer check (undoes < number),
    add column last integer not null default 1,
    add column entry integer not null default 1,
    add column entry_count integer not null default 1,
    add column entry_change smallint not null default 1,
    add column inside_change smallint not null default 1,
    add column despite text,
    add column inside boolean not null generated always as (last = entry and last > 0) stored,
    add check (last between 0 and number),
    add check (entry between 0 and last),
    add check (entry_count >= 0);
alter table passages
    alter column number drop default,
    alter column direction drop default,
    alter column mode drop default,
    alter column last drop default,
    alter column entry drop default,
    alter column entry_count drop default,
    alter column entry_change drop default,
    alter column inside_change drop default,
    drop constraint admissions_pkey,
    add primary key (ticket_id, number);
alter table passages rename constraint admissions_scan_id_key to passages_scan_id_key;
alter table passages rename constraint admissions_ticket_id_fkey to passages_ticket_id_fkey;
alter table passages rename constraint admissions_scan_id_fkey to passages_scan_id_fkey;
alter table passages rename constraint admissions_performance_id_fkey to passages_performance_id_fkey;
alter index admissions_performance rename to passages_performance;

-- Which tickets somebody came in with, and the last time they did: what was taken back does not count.
create view admissions as
select e.ticket_id, e.scan_id, e.performance_id, e.gate, e.at
from passages l
join passages e on e.ticket_id = l.ticket_id and e.number = l.entry
where not exists (select from passages n where n.ticket_id = l.ticket_id and n.number > l.number);

-- Scans of a device that was offline: what it told at the door, by its own clock. `conflict`: it let somebody through
-- whom the server, asked at last, would not have.
create table offline_scans (
    scan_id uuid primary key references scans,
    performance_id uuid not null references performances,
    told text not null,
    found text not null,
    device_at timestamptz not null,
    clock_offset_ms bigint not null,
    uploaded_at timestamptz not null,
    conflict boolean not null
);
create index offline_scans_conflicts on offline_scans (performance_id) where conflict;

-- A device acts too.
alter table audit add column device_id uuid references scan_devices;
drop index audit_actor;
create index audit_actor on audit (organisation_id, coalesce(staff_id, token_id, device_id), at, id);
drop view audit_lines;
create view audit_lines as
select a.*, coalesce(a.staff_id, a.token_id, a.device_id) as actor_id, coalesce(s.name, t.name, d.name) as actor_name,
    a.token_id is not null as by_token, a.staff_id is null and a.device_id is not null as by_device
from audit a
left join staff s on s.id = a.staff_id
left join tokens t on t.id = a.token_id
left join scan_devices d on d.id = a.device_id;
