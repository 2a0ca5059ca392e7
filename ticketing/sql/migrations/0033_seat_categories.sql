-- What a date draws of its own: its plan's version with some of the seats in other price categories. The document is
-- named by its hash, as versions are, and never changes; `seat_categories` is what it was made by, seat to category.
create table date_plans (
    hash bytea primary key check (length(hash) = 32),
    document bytea not null,
    created_at timestamptz not null
);

alter table performances
    add own_plan_hash bytea references date_plans,
    add seat_categories jsonb not null default '{}',
    add constraint performances_own_plan_check check ((own_plan_hash is null) = (seat_categories = '{}'));
create index performances_own_plan on performances (own_plan_hash) where own_plan_hash is not null;
