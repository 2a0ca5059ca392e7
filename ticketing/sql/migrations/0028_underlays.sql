-- A picture to trace lies under a drawing, and goes with it. Where it lies is its editor's to say.
create table drawing_underlays (
    drawing_id uuid primary key references drawings on delete cascade,
    media_type text not null check (media_type = 'image/jpeg'),
    content bytea not null check (length(content) <= 20971520),
    placed jsonb not null default '{}' check (length(placed::text) <= 1000)
);
