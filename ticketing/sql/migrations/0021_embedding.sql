-- The shop on other people's sites: who may show it, and whose scripts its own pages run.

-- `origins` may show the shop in a frame. `script_urls` and `snippet` run in the head of the pages where visitors choose;
-- the hosts are what the browser may fetch scripts from, load pictures from and connect to there.
create table embeddings (
    box_office_id uuid primary key references box_offices,
    version integer not null default 1,
    origins text[] not null default '{}',
    script_urls text[] not null default '{}',
    snippet text not null default '',
    script_hosts text[] not null default '{}',
    img_hosts text[] not null default '{}',
    connect_hosts text[] not null default '{}'
);

-- What a browser would keep in cookies, for visits in frames, where browsers keep none: found by the hash of the secret
-- that the visit's address carries.
create table carried_visits (
    secret_hash bytea primary key check (length(secret_hash) = 32),
    cookies jsonb not null,
    touched_at timestamptz not null
);
create index carried_visits_touched on carried_visits (touched_at);
