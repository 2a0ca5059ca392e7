-- Hubs: machines in a venue's network that stand in for the server at the doors while the line to it is down. One serves
-- the scanners of a box office, or (where its code was a profile's) of that profile alone.
create table scan_hubs (
    id uuid primary key,
    box_office_id uuid not null references box_offices on delete cascade,
    profile_id uuid references scan_profiles on delete cascade,
    name text not null,
    hash bytea not null unique check (length(hash) = 32),
    code_id uuid references scan_codes on delete set null,
    enrolled_at timestamptz not null,
    seen_at timestamptz not null,
    seen_from text not null default '',
    revoked_at timestamptz,
    software text not null default '',
    reported_at timestamptz,
    clock_offset_ms bigint,
    scanner_count integer not null default 0 check (scanner_count >= 0),
    pending_count integer not null default 0 check (pending_count >= 0)
);
create index scan_hubs_box_office on scan_hubs (box_office_id);
create index scan_hubs_profile on scan_hubs (profile_id) where profile_id is not null;
create index scan_hubs_code on scan_hubs (code_id) where code_id is not null;
