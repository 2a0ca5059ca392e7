-- Places kept off open sale at a performance. `pools.blocks` says of each place under which code it is kept, at most one;
-- a row here says what the code is: a block, for nobody (from 32768 on), or an allotment, for whoever may sell from it.
-- 15 is the one that keeps the places of wheelchair users: `plan_version_id` is the plan whose places it was given last,
-- and `by_event` that the event asks for it and nobody said otherwise for the date. What has ended stays, so that its code names nothing else.
create table allotments (
    id uuid primary key,
    performance_id uuid not null references performances on delete cascade,
    code integer not null check (code between 15 and 65535),
    kind text not null check (kind in ('house', 'technical', 'view', 'partner', 'press', 'accessibility', 'other')),
    name text not null default '',
    note text not null default '',
    release_at timestamptz,
    ended_at timestamptz,
    staff_id uuid references staff,
    created_at timestamptz not null,
    version integer not null default 1,
    plan_version_id uuid references plan_versions on delete set null,
    by_event boolean not null default false,
    unique (performance_id, code),
    check ((kind in ('house', 'technical', 'view')) = (code >= 32768)),
    check (code < 32768 or release_at is null),
    check (code <> 15 or kind = 'accessibility')
);
create index allotments_due on allotments (release_at) where ended_at is null;

-- Until how many days before each date its places of wheelchair users are kept; null: they are not.
alter table events add column accessible_days integer check (accessible_days between 0 and 365);
create index events_accessible on events (id) where accessible_days is not null;

-- The places of `blocks` that are kept under some code, in runs, and how many of them nobody owns: a place that was sold
-- out of an allotment counts among what is sold.
alter table pools add column coded int4multirange not null default '{}';
update pools
set coded = (
    select coalesce(range_agg(int4range(place, place + 1)), '{}')
    from generate_series(0, length(blocks) / 2 - 1) as place
    where get_byte(blocks, 2 * place) <> 0 or get_byte(blocks, 2 * place + 1) <> 0
)
where blocks is not null;

create function kept_count(pool bigint, blocked_count integer, coded int4multirange) returns integer
language sql stable parallel safe
begin atomic
    select blocked_count - (
        select count(*)::integer
        from unnest(coded) as run
        join claims c on c.pool_id = pool and c.place >= lower(run) and c.place < upper(run)
    );
end;

-- Copying what one date keeps onto others: what was asked for, and how far it is, as for `plan_changes`.
create table allotment_copies (
    id uuid primary key,
    performance_id uuid not null references performances on delete cascade,
    organisation_id uuid not null references organisations on delete cascade,
    staff_id uuid references staff,
    created_at timestamptz not null
);
create index allotment_copies_performance on allotment_copies (performance_id);

create table allotment_copy_dates (
    copy_id uuid not null references allotment_copies on delete cascade,
    performance_id uuid not null references performances on delete cascade,
    state text not null default 'waiting' check (state in ('waiting', 'done', 'refused')),
    refusal text,
    fields jsonb not null default '{}',
    missing_count integer not null default 0,
    ended_at timestamptz,
    primary key (copy_id, performance_id),
    check ((state = 'refused') = (refusal is not null)),
    check ((state = 'waiting') = (ended_at is null))
);
create index allotment_copy_dates_performance on allotment_copy_dates (performance_id);
