-- What people are told of a venue, and plan files that wait to be confirmed.

-- A virtual venue has no walls: a capacity stands in for its plan. It is that from the start and for good.
alter table venues
    add column version integer not null default 1,
    add column virtual boolean not null default false,
    add column capacity integer check (capacity between 1 and 1000000),
    add column step_free text not null default 'unknown' check (step_free in ('unknown', 'full', 'partial', 'none')),
    add column wheelchair_places integer check (wheelchair_places between 0 and 10000),
    add column hearing_loop text not null default 'unknown' check (hearing_loop in ('unknown', 'full', 'partial', 'none')),
    add check (virtual = (capacity is not null));

create table venue_texts (
    venue_id uuid not null references venues on delete cascade,
    language text not null check (language ~ '^[a-z]{2}$'),
    description text not null default '',
    parking text not null default '',
    transport text not null default '',
    access_notes text not null default '',
    primary key (venue_id, language)
);

-- A plan file somebody has sent, mended and looked at, but not yet a version. `findings` is what was mended.
create table plan_drafts (
    id uuid primary key,
    venue_id uuid not null references venues on delete cascade,
    plan_name text not null,
    file_name text not null,
    format text not null check (format in ('placeur', 'open', 'rows')),
    document bytea not null,
    place_count integer not null check (place_count >= 0),
    findings jsonb not null,
    staff_id uuid references staff,
    created_at timestamptz not null
);
create index plan_drafts_venue on plan_drafts (venue_id, created_at);
create index performances_plan_version on performances (plan_version_id, starts_at);
create index performances_venue on performances (venue_id, starts_at);
