-- How a box office is paid, what it invoices, and what its bank tells of.

-- Who is owed and on which account; with what holds for all ways to pay. It has one version with `payment_methods`, as
-- both are set on one page. What there is no row for is paid as it was before: by the sandbox.
create table billing (
    box_office_id uuid primary key references box_offices,
    version integer not null default 1,
    name text not null default '',
    street text not null default '',
    postal_code text not null default '',
    city text not null default '',
    country text not null default '' check (country ~ '^([A-Z]{2})?$'),
    iban text not null default '' check (iban ~ '^([A-Z]{2}[0-9]{2}[A-Z0-9]{11,30})?$'),
    bic text not null default '',
    reference_prefix text not null default '' check (reference_prefix ~ '^[0-9]{0,10}$'),
    number_prefix text not null default '',
    receipts boolean not null default false,
    tickets_first boolean not null default false,
    notes jsonb not null default '{}'
);

-- The ways to pay that a box office was asked about, each with its bounds: none, where null.
create table payment_methods (
    box_office_id uuid not null references box_offices,
    method text not null,
    offered boolean not null,
    min_cents integer check (min_cents >= 0),
    max_cents integer check (max_cents >= 0),
    pay_days integer not null default 0 check (pay_days >= 0),
    grace_days integer not null default 0 check (grace_days >= 0),
    before_h integer not null default 0 check (before_h >= 0),
    texts jsonb not null default '{}',
    primary key (box_office_id, method)
);

-- How its buyer said the order will be paid; null as long as nobody said.
alter table orders add column payment_method text;

alter table payments
    drop constraint payments_provider_check,
    add constraint payments_provider_check check (provider in ('on_site', 'sandbox', 'transfer'));
alter table ledger
    drop constraint ledger_debit_check,
    drop constraint ledger_credit_check,
    add constraint ledger_debit_check check (debit in ('receivable', 'sales', 'cash', 'sandbox', 'bank')),
    add constraint ledger_credit_check check (credit in ('receivable', 'sales', 'cash', 'sandbox', 'bank'));

-- Whom an order is invoiced to, where that is more than its customer's name.
create table bill_addresses (
    order_id uuid primary key references orders,
    name text not null,
    street text not null,
    postal_code text not null,
    city text not null,
    country text not null check (country ~ '^([A-Z]{2})?$')
);

-- The last number of a box office's year. Its row is locked by whoever takes the next one, until they commit: so numbers
-- have no gaps.
create table invoice_counters (
    box_office_id uuid not null references box_offices,
    year integer not null,
    last_number integer not null check (last_number > 0),
    primary key (box_office_id, year)
);

-- What was invoiced, and what was taken back of it, as it was written: the document is all that the paper says.
create table invoices (
    id uuid primary key,
    box_office_id uuid not null references box_offices,
    order_id uuid not null references orders,
    kind text not null check (kind in ('invoice', 'credit_note')),
    credits uuid references invoices,
    year integer not null,
    number integer not null check (number > 0),
    label text not null,
    issued_at timestamptz not null,
    issued_on date not null,
    due_on date,
    currency text not null,
    total_cents integer not null,
    document jsonb not null,
    unique (box_office_id, year, number),
    check ((kind = 'credit_note') = (credits is not null))
);
create index invoices_order on invoices (order_id, id);
create index invoices_label on invoices (box_office_id, label);

-- An order's line stands on one document at most.
create table invoice_lines (
    order_line_id uuid primary key references order_lines,
    invoice_id uuid not null references invoices
);
create index invoice_lines_invoice on invoice_lines (invoice_id);

create function stay() returns trigger language plpgsql as $$
begin
    raise exception 'a row of % is never changed', tg_table_name;
end $$;
create trigger invoices_stay before update or delete on invoices for each row execute function stay();
create trigger invoice_lines_stay before update or delete on invoice_lines for each row execute function stay();

-- A file of a bank's, as it was read. `content` is a table of text whose columns nobody has told yet.
create table bank_files (
    id uuid primary key,
    box_office_id uuid not null references box_offices,
    hash bytea not null check (length(hash) = 32),
    name text not null,
    format text not null check (format in ('camt.053', 'camt.054', 'csv')),
    content bytea,
    known_count integer not null default 0,
    staff_id uuid references staff,
    uploaded_at timestamptz not null,
    confirmed_at timestamptz,
    unique (box_office_id, hash)
);
create index bank_files_box_office on bank_files (box_office_id, uploaded_at);

-- Money that came to an account, once, whatever files it is in: `key` is the bank's reference of it, or made of what the
-- file says.
create table bank_entries (
    id uuid primary key,
    organisation_id uuid not null references organisations,
    box_office_id uuid not null references box_offices,
    file_id uuid not null references bank_files,
    position integer not null,
    account text not null,
    key text not null,
    booked_on date not null,
    amount_cents integer not null check (amount_cents > 0),
    currency text not null,
    payer text not null,
    payer_account text not null,
    reference text not null,
    message text not null,
    state text not null default 'open' check (state in ('open', 'booked', 'set_aside')),
    payment_id uuid unique references payments,
    outcome text,
    unique (organisation_id, account, key),
    check ((state = 'booked') = (payment_id is not null))
);
create index bank_entries_file on bank_entries (file_id, position);
create index bank_entries_open on bank_entries (box_office_id, booked_on) where state = 'open';
