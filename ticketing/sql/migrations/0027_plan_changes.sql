-- Places that the plan under a sale does not draw any more: nothing is claimed there.
alter table pools add column tombstones integer[] not null default '{}';

-- Putting many dates onto another version of their plan: what was asked for, and how far it is. A job takes one date
-- after the other, each in a transaction of its own, so what was stopped goes on where it was.
create table plan_changes (
    id uuid primary key,
    version_id uuid not null references plan_versions on delete cascade,
    organisation_id uuid not null references organisations on delete cascade,
    staff_id uuid references staff,
    created_at timestamptz not null
);
create index plan_changes_version on plan_changes (version_id);

-- `refusal` is the code of why a date was left as it was, `fields` what its sentence tells besides.
create table plan_change_dates (
    change_id uuid not null references plan_changes on delete cascade,
    performance_id uuid not null references performances on delete cascade,
    state text not null default 'waiting' check (state in ('waiting', 'done', 'refused')),
    refusal text,
    fields jsonb not null default '{}',
    ended_at timestamptz,
    primary key (change_id, performance_id),
    check ((state = 'refused') = (refusal is not null)),
    check ((state = 'waiting') = (ended_at is null))
);
create index plan_change_dates_performance on plan_change_dates (performance_id);
