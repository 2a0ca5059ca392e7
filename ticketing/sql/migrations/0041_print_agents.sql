-- What enrols print agents, what they tell of themselves; and the kits that a box office takes along.

-- A code enrols agents for its box office. It is short, so it is looked for by a keyed hash; it lies sealed beside it, to be
-- shown again for as long as it is good.
create table agent_codes (
    id uuid primary key,
    box_office_id uuid not null references box_offices,
    hash bytea not null unique check (length(hash) = 32),
    sealed bytea not null,
    staff_id uuid references staff,
    created_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > created_at),
    revoked_at timestamptz,
    agent_count integer not null default 0
);
create index agent_codes_box_office on agent_codes (box_office_id, expires_at);

-- `plugged` are printers on the agent's own machine. `look_id` is the search of its network that somebody waits for since
-- `look_asked_at`; `found` is what the last one that was answered found, at `looked_at`. `report_asked_at`: somebody waits
-- to hear how its printers are.
alter table print_agents
    add column hardware text not null default '',
    add column seen_from text not null default '',
    add column code_id uuid references agent_codes on delete set null,
    add column reported_at timestamptz,
    add column report_asked_at timestamptz,
    add column plugged jsonb not null default '[]',
    add column look_id uuid,
    add column look_asked_at timestamptz,
    add column found jsonb not null default '[]',
    add column looked_at timestamptz,
    add check ((look_id is null) = (look_asked_at is null));
create index print_agents_code on print_agents (code_id) where code_id is not null;

-- Machines that travel together: access points, and what connects to them. `lent_until`: the day it has to be back.
create table kits (
    id uuid primary key,
    box_office_id uuid not null references box_offices,
    name text not null,
    place text not null,
    lent_until date,
    retired_at timestamptz,
    created_at timestamptz not null,
    version integer not null default 1
);
create unique index kits_name on kits (box_office_id, lower(name)) where retired_at is null;

-- `identity` is what is written on it. `plan_ends_on`: the last day of its data plan. What it tells of itself is as of
-- `reported_at`; it does so by the token whose hash this is, if it has one.
create table access_points (
    id uuid primary key,
    kit_id uuid not null references kits,
    name text not null,
    identity text not null,
    kind text not null check (kind in ('mobile', 'wifi')),
    plan_ends_on date,
    hash bytea unique check (length(hash) = 32),
    created_at timestamptz not null,
    retired_at timestamptz,
    version integer not null default 1,
    reported_at timestamptz,
    seen_from text not null default '',
    connected_count integer check (connected_count >= 0),
    battery smallint check (battery between 0 and 100),
    charging boolean,
    signal smallint check (signal between 0 and 100),
    data_left_mb integer check (data_left_mb >= 0),
    network text not null default ''
);
create index access_points_kit on access_points (kit_id);
