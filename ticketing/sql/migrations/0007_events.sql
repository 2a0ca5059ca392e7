-- Events as they are programmed: texts, a picture, who sees them, when each channel sells; and dates with a say of
-- their own.

-- What people upload, by the SHA-256 of what is kept of it.
create table files (
    hash bytea primary key check (length(hash) = 32),
    media_type text not null,
    content bytea not null,
    width integer check (width > 0),
    height integer check (height > 0),
    created_at timestamptz not null
);

-- Whoever has an event's link secret sees it while it is shown by link. Minutes to the close of sales count back from
-- the start of a performance. What is null for the counter is as it is for the shop.
alter table events
    add column version integer not null default 1,
    add column visibility text not null default 'public' check (visibility in ('draft', 'link', 'public')),
    add column link_secret text unique,
    add column category text,
    add column languages text[] not null default '{}',
    add column picture bytea references files,
    add column sale_opens_at timestamptz,
    add column sale_closes_min integer not null default 0,
    add column counter_opens_at timestamptz,
    add column counter_closes_min integer,
    add column order_places_max integer check (order_places_max > 0),
    add column doors_min integer not null default 30 check (doors_min >= 0),
    add column duration_min integer not null default 120 check (duration_min > 0),
    add check (visibility <> 'link' or link_secret is not null);

-- An event in the words of one language. `description` is in the light mark-up that pages render.
create table event_texts (
    event_id uuid not null references events on delete cascade,
    language text not null,
    title text not null,
    subtitle text not null,
    description text not null,
    picture_alt text not null,
    primary key (event_id, language)
);

-- What is null for a performance is as it is for its event.
alter table performances
    add column version integer not null default 1,
    add column label text check (label in ('postponed', 'sold_out')),
    add column counter_opens_at timestamptz,
    add column counter_closes_at timestamptz,
    add column order_places_max integer check (order_places_max > 0),
    alter column sale_opens_at drop not null,
    alter column sale_closes_at drop not null;

-- What the event's settings and the performance's own come to.
create view performance_sales as
select f.id as performance_id, e.visibility, e.link_secret, opens.shop as sale_opens_at, closes.shop as sale_closes_at,
    coalesce(f.counter_opens_at, e.counter_opens_at, opens.shop) as counter_opens_at,
    coalesce(f.counter_closes_at, f.starts_at - e.counter_closes_min * interval '1 minute', closes.shop)
        as counter_closes_at,
    coalesce(f.order_places_max, e.order_places_max) as order_places_max
from performances f
join events e on e.id = f.event_id
cross join lateral (select coalesce(f.sale_opens_at, e.sale_opens_at, e.created_at) as shop) as opens
cross join lateral (
    select coalesce(f.sale_closes_at, f.starts_at - e.sale_closes_min * interval '1 minute') as shop
) as closes;
