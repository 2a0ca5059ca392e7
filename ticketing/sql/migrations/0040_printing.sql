-- Printers that a box office knows, and what it prints on them.

-- Programs in a venue's network that print there for the server.
create table print_agents (
    id uuid primary key,
    box_office_id uuid not null references box_offices,
    name text not null,
    hash bytea not null unique check (length(hash) = 32),
    software text not null default '',
    enrolled_at timestamptz not null,
    seen_at timestamptz,
    revoked_at timestamptz,
    unique (id, box_office_id)
);
create index print_agents_box_office on print_agents (box_office_id);

-- `agent_id` null: the server prints itself. `conditions` is how the printer was when it was looked at last.
create table printers (
    id uuid primary key,
    box_office_id uuid not null references box_offices,
    agent_id uuid,
    name text not null,
    way text not null check (way in ('raw', 'ipp', 'device')),
    host text not null,
    port integer not null check (port between 0 and 65535),
    path text not null,
    dialect text not null check (dialect in ('zpl', 'escpos', 'none')),
    tls boolean not null,
    certificate bytea check (length(certificate) = 32),
    prints text not null check (prints in ('labels', 'receipts', 'documents', 'cards')),
    paper text not null,
    dots_per_mm smallint check (dots_per_mm in (8, 12)),
    cuts boolean not null,
    conditions text[] not null default '{}',
    looked_at timestamptz,
    retired_at timestamptz,
    created_at timestamptz not null,
    version integer not null default 1,
    unique (id, box_office_id),
    foreign key (agent_id, box_office_id) references print_agents (id, box_office_id),
    check (way <> 'device' or agent_id is not null),
    check ((prints = 'labels') = (dots_per_mm is not null)),
    check (
        case prints
            when 'labels' then paper in ('show', 'cinema') when 'receipts' then paper in ('58mm', '80mm')
            when 'documents' then paper in ('a4', 'a6') else paper = 'cr80'
        end
    )
);
create unique index printers_name on printers (box_office_id, lower(name)) where retired_at is null;
create index printers_agent on printers (agent_id) where agent_id is not null;

-- `number` is the order in which a printer's jobs go. A job that is taken is sent once, under `take_id`, by who took it:
-- `agent_id`, null for the server. `payload` is forgotten some days later.
create table print_jobs (
    id uuid primary key,
    number bigint generated always as identity unique,
    box_office_id uuid not null references box_offices,
    printer_id uuid not null,
    request_key text not null check (length(request_key) between 1 and 100),
    kind text not null check (kind in ('tickets', 'receipt', 'cash_report', 'drawer', 'card', 'test')),
    name text not null,
    payload bytea,
    format text not null,
    page_count integer not null check (page_count > 0),
    order_id uuid references orders,
    ticket_ids uuid[] not null,
    cash_session_id uuid references cash_sessions,
    reprint_of uuid references print_jobs,
    status text not null default 'queued'
        check (status in ('queued', 'sending', 'sent', 'printed', 'unknown', 'failed')),
    created_by uuid references staff,
    created_at timestamptz not null,
    not_before timestamptz not null,
    tries integer not null default 0,
    take_id uuid unique,
    agent_id uuid references print_agents,
    sending_at timestamptz,
    ended_at timestamptz,
    outcome text,
    reason text,
    note text not null default '',
    conditions text[] not null default '{}',
    answered_by uuid references staff,
    unique (box_office_id, request_key),
    foreign key (printer_id, box_office_id) references printers (id, box_office_id),
    check (payload is not null or status not in ('queued', 'sending')),
    check (status <> 'sending' or (take_id is not null and sending_at is not null)),
    check ((ended_at is null) = (status in ('queued', 'sending')))
);
create unique index print_jobs_one_at_a_time on print_jobs (printer_id) where status = 'sending';
create index print_jobs_waiting on print_jobs (printer_id, number) where status = 'queued';
create index print_jobs_in_doubt on print_jobs (box_office_id, number) where status = 'unknown';
create index print_jobs_box_office on print_jobs (box_office_id, number);
create index print_jobs_order on print_jobs (order_id, number) where order_id is not null;
create index print_jobs_session on print_jobs (cash_session_id) where cash_session_id is not null;
create index print_jobs_reprint on print_jobs (reprint_of) where reprint_of is not null;
create index print_jobs_with_payload on print_jobs (created_at) where payload is not null;

-- What a till prints on; null: nothing, or a PDF to print from the browser.
alter table tills
    add column ticket_printer_id uuid,
    add column receipt_printer_id uuid,
    add column card_printer_id uuid,
    add foreign key (ticket_printer_id, box_office_id) references printers (id, box_office_id),
    add foreign key (receipt_printer_id, box_office_id) references printers (id, box_office_id),
    add foreign key (card_printer_id, box_office_id) references printers (id, box_office_id);
create index tills_ticket_printer on tills (ticket_printer_id) where ticket_printer_id is not null;
create index tills_receipt_printer on tills (receipt_printer_id) where receipt_printer_id is not null;
create index tills_card_printer on tills (card_printer_id) where card_printer_id is not null;
