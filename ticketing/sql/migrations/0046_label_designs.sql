-- What tickets on label printers look like.

-- A design of a box office for one of the papers that label printers hold: blocks in millimetres, as
-- `printing/label_designs.py` reads them. The default of a paper prints what has none of its own: an event's goes before
-- it. Where a box office has no default, tickets look as the formats do that come with Placeur.
create table label_designs (
    id uuid primary key,
    box_office_id uuid not null references box_offices,
    paper text not null check (paper in ('show', 'cinema')),
    name text not null,
    design jsonb not null,
    is_default boolean not null default false,
    version integer not null default 1,
    retired_at timestamptz,
    created_at timestamptz not null,
    check (retired_at is null or not is_default)
);
create unique index label_designs_name on label_designs (box_office_id, name) where retired_at is null;
create index label_designs_box_office on label_designs (box_office_id);
create unique index label_designs_default on label_designs (box_office_id, paper) where is_default;

-- The design that an event chose for a paper.
create table event_label_designs (
    event_id uuid not null references events,
    paper text not null check (paper in ('show', 'cinema')),
    design_id uuid not null references label_designs,
    primary key (event_id, paper)
);
create index event_label_designs_design on event_label_designs (design_id);

-- Pictures that a box office uploaded for its designs, drawn anew.
create table label_pictures (
    box_office_id uuid not null references box_offices,
    hash bytea not null references files,
    created_at timestamptz not null,
    primary key (box_office_id, hash)
);
create index label_pictures_hash on label_pictures (hash);
