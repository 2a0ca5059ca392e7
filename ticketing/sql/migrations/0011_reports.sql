-- What reports are read from, and mails to those who bought.

-- When its order was placed: sales over time are read from one table. Known beside the performance, so that neither
-- a date's sales nor a month of them reads the others.
alter table tickets add column placed_at timestamptz not null default now();
update tickets t set placed_at = o.placed_at from orders o where o.id = t.order_id;
create index tickets_sales on tickets (performance_id, placed_at);

-- A line that a ticket stood on before it was moved to another place, and with it to another line.
create table former_lines (
    line_id uuid primary key references order_lines,
    ticket_id uuid not null references tickets
);
create index former_lines_ticket on former_lines (ticket_id);

create index order_lines_created on order_lines (created_at);
create index ledger_at on ledger (at);

-- How many places are off sale: the codes of two bytes that are not zero.
create function codes_count(codes bytea) returns integer language sql immutable parallel safe
begin atomic
    select count(*)::integer
    from generate_series(0, coalesce(length(codes), 0) / 2 - 1) as place
    where get_byte(codes, 2 * place) <> 0 or get_byte(codes, 2 * place + 1) <> 0;
end;
alter table pools add column blocked_count integer generated always as (codes_count(blocks)) stored;

-- A mail to the buyers of an event: of some dates, of some tariffs, of all where none is named.
create table mailings (
    id uuid primary key,
    event_id uuid not null references events on delete cascade,
    staff_id uuid references staff,
    performance_ids uuid[] not null,
    tariff_ids uuid[] not null,
    state text not null check (state in ('draft', 'sending', 'stopped', 'sent')),
    version integer not null default 1,
    created_at timestamptz not null,
    started_at timestamptz,
    ended_at timestamptz
);
create index mailings_event on mailings (event_id, id);

create table mailing_texts (
    mailing_id uuid not null references mailings on delete cascade,
    language text not null,
    subject text not null,
    body text not null,
    primary key (mailing_id, language)
);

-- Each of them once. `sending` is noted before a mail is handed over: what is found so later is not sent again.
create table mailing_recipients (
    mailing_id uuid not null references mailings on delete cascade,
    customer_id uuid not null references customers,
    state text not null check (state in ('waiting', 'sending', 'sent', 'refused', 'opted_out')),
    at timestamptz not null,
    reply text not null default '',
    primary key (mailing_id, customer_id)
);
create index mailing_recipients_waiting on mailing_recipients (mailing_id, customer_id) where state = 'waiting';

-- Who wants no such mails of an organisation, by address.
create table opt_outs (
    organisation_id uuid not null references organisations,
    email text not null check (email = lower(email)),
    at timestamptz not null,
    primary key (organisation_id, email)
);
