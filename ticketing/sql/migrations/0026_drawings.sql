-- Drawings: the working copies of plans, one a plan at most. A drawing is saved as it is made, part by part, and is
-- nothing to the sale until it becomes the plan's next version. A plan that was never published has a drawing alone.

-- `head` is what a plan has beside its zones, as JSON that is sent as it stands. Each save makes the next revision and
-- leaves its name (`request`), so that one which is sent again is not done again; `editor` is the tab that it came from.
create table drawings (
    id uuid primary key,
    plan_id uuid not null unique references plans on delete cascade,
    base_version_id uuid references plan_versions on delete set null,
    revision bigint not null default 1 check (revision > 0),
    head bytea not null check (octet_length(head) between 2 and 262144),
    editor text not null default '' check (length(editor) <= 100),
    request text not null default '' check (length(request) <= 100),
    saved_by uuid references staff,
    saved_at timestamptz not null,
    created_at timestamptz not null
);
create index drawings_base on drawings (base_version_id) where base_version_id is not null;

-- A zone without what is in it, or a row, an area or a table in a zone of the same drawing. `data` is JSON too.
create table drawing_parts (
    drawing_id uuid not null references drawings on delete cascade,
    key text collate "C" not null check (key ~ '^[A-Za-z0-9_-]{1,40}$'),
    kind text not null check (kind in ('zone', 'row', 'area', 'table')),
    parent text collate "C",
    parent_kind text generated always as (case when kind <> 'zone' then 'zone' end) stored,
    position double precision not null check (abs(position) <= 1e15),
    data bytea not null check (octet_length(data) between 2 and 67108864),
    seat_count integer not null check (seat_count between 0 and 200000),
    place_count integer not null check (place_count between seat_count and 1000000),
    primary key (drawing_id, key),
    unique (drawing_id, key, kind),
    check ((kind = 'zone') = (parent is null)),
    foreign key (drawing_id, parent, parent_kind) references drawing_parts (drawing_id, key, kind)
);
create index drawing_parts_parent on drawing_parts (drawing_id, parent) where parent is not null;
