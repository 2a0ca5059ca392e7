-- What the back office needs of orders: notes, a log of mails, oppositions with their reasons, and finding any of it.

create table order_notes (
    id uuid primary key,
    order_id uuid not null references orders,
    staff_id uuid references staff,
    text text not null check (length(text) between 1 and 2000),
    created_at timestamptz not null
);
create index order_notes_order on order_notes (order_id, created_at);

-- One row a mail, by the id that is in its Message-ID: a mail that was handed over twice is one mail.
create table order_mails (
    id text primary key,
    order_id uuid not null references orders,
    kind text not null,
    recipient text not null,
    outcome text not null check (outcome in ('sent', 'kept', 'refused')),
    reply text not null default '',
    at timestamptz not null
);
create index order_mails_order on order_mails (order_id, at);

-- Why a ticket or a pass was made invalid, under which code it was out, and until when.
create table oppositions (
    id uuid primary key,
    ticket_id uuid references tickets,
    pass_id uuid references passes,
    generation smallint not null,
    reason text not null,
    staff_id uuid references staff,
    opposed_at timestamptz not null,
    ended_at timestamptz,
    check (num_nonnulls(ticket_id, pass_id) = 1)
);
create index oppositions_ticket on oppositions (ticket_id) where ticket_id is not null;
create index oppositions_pass on oppositions (pass_id) where pass_id is not null;

-- Small letters without accents: what a name is looked for by.
create function folded(text text) returns text language sql immutable strict parallel safe
return replace(lower(regexp_replace(normalize(text, NFD), '[\u0300-\u036f]', '', 'g')), 'œ', 'oe');

create index customers_words on customers using gin (to_tsvector('simple', folded(name)));

-- By bytes: the beginning of an address or of a code is then a range of the index that keeps it unique.
alter table customers alter column email type text collate "C";
alter table orders alter column code type text collate "C";

-- The list of orders, by time; those that nobody has to look for among the paid ones have an index to themselves.
create index orders_placed on orders (box_office_id, placed_at, id);
create index orders_not_paid on orders (box_office_id, placed_at, id) where status <> 'paid';
