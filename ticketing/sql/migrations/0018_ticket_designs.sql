-- What tickets look like, and how they are handed over.

-- A design of a box office: a member of the gallery with the organiser's choices (`look`), their picture and their
-- logo, both drawn anew. The one that is the default dresses what has none of its own: a tariff's goes before its
-- event's. Where a box office has no default, tickets are plain.
create table ticket_designs (
    id uuid primary key,
    box_office_id uuid not null references box_offices,
    name text not null,
    gallery text not null,
    look jsonb not null,
    picture bytea references files,
    logo bytea references files,
    is_default boolean not null default false,
    version integer not null default 1,
    created_at timestamptz not null,
    unique (box_office_id, name)
);
create unique index ticket_designs_default on ticket_designs (box_office_id) where is_default;
create index ticket_designs_picture on ticket_designs (picture) where picture is not null;
create index ticket_designs_logo on ticket_designs (logo) where logo is not null;

alter table events add column ticket_design_id uuid references ticket_designs;
alter table tariffs add column ticket_design_id uuid references ticket_designs;
create index events_ticket_design on events (ticket_design_id) where ticket_design_id is not null;
create index tariffs_ticket_design on tariffs (ticket_design_id) where ticket_design_id is not null;

-- On which paper, and all tickets of an order in one file or each in its own. What is null for an order is as its box
-- office has it.
alter table box_offices
    add column ticket_paper text not null default 'a4' check (ticket_paper in ('a4', 'a6', 'phone')),
    add column ticket_files text not null default 'one' check (ticket_files in ('one', 'each'));
alter table orders
    add column ticket_paper text check (ticket_paper in ('a4', 'a6', 'phone')),
    add column ticket_files text check (ticket_files in ('one', 'each'));
