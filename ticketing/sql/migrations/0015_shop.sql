-- The shop: how a box office's looks, and the carts of those who are in it.

-- `colours` are an accent, a paper and an ink as #rrggbb; `texts` are by language. What there is no row for looks as
-- Placeur does.
create table shops (
    box_office_id uuid primary key references box_offices,
    version integer not null default 1,
    logo bytea references files,
    colours jsonb not null default '{}',
    variables jsonb not null default '{}',
    texts jsonb not null default '{}',
    dates_shown text not null default 'list' check (dates_shown in ('list', 'month', 'week')),
    gauges boolean not null default true
);

-- A cart is a hold with what was chosen for its places. Its browser's secret opens it. Once ordered it is the order's,
-- and the browser begins another. `last_key` names what was done last: once more is not done again.
create table carts (
    secret_hash bytea primary key check (length(secret_hash) = 32),
    box_office_id uuid not null references box_offices,
    hold bytea check (length(hold) = 16),
    chosen jsonb not null default '[]',
    typed jsonb not null default '{}',
    order_id uuid references orders,
    last_key text not null default '',
    touched_at timestamptz not null
);
create index carts_touched on carts (touched_at);
create index carts_order on carts (order_id) where order_id is not null;
