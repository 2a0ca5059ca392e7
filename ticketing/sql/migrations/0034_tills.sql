-- Tills, where money is taken at the counter; the sessions in which it is; and what each of them came to.

-- `locale` is the language of what it prints. `shared`: several sellers use its drawer, in one session.
create table tills (
    id uuid primary key,
    box_office_id uuid not null references box_offices,
    name text not null,
    locale text not null,
    event_id uuid references events on delete set null,
    performance_id uuid references performances on delete set null,
    shared boolean not null,
    receipt_with_tickets boolean not null,
    drawer_kicked boolean not null,
    retired_at timestamptz,
    created_at timestamptz not null,
    version integer not null default 1
);
create unique index tills_name on tills (box_office_id, lower(name)) where retired_at is null;
create index tills_event on tills (event_id) where event_id is not null;
create index tills_performance on tills (performance_id) where performance_id is not null;

-- From the counting of the float to the closing. A till has one that is open at most, and so has a seller in a box office.
create table cash_sessions (
    id uuid primary key,
    till_id uuid not null references tills,
    box_office_id uuid not null,
    currency text not null,
    number integer not null check (number > 0),
    opened_by uuid not null references staff,
    opened_at timestamptz not null,
    closed_by uuid references staff,
    closed_at timestamptz,
    unique (till_id, number),
    check ((closed_by is null) = (closed_at is null)),
    constraint cash_sessions_in_the_currency_of_their_box_office
        foreign key (box_office_id, currency) references box_offices (id, currency)
);
create unique index cash_sessions_one_open_a_till on cash_sessions (till_id) where closed_at is null;
create unique index cash_sessions_one_open_a_seller on cash_sessions (box_office_id, opened_by) where closed_at is null;

create function stay_closed() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.closed_at is not null
        or (new.id, new.till_id, new.box_office_id, new.currency, new.number, new.opened_by, new.opened_at)
            is distinct from
            (old.id, old.till_id, old.box_office_id, old.currency, old.number, old.opened_by, old.opened_at)
    then
        raise exception 'a cash session is opened, then closed, and nothing else';
    end if;
    return new;
end $$;
create trigger cash_sessions_stay before update or delete on cash_sessions for each row execute function stay_closed();

-- A card terminal at the counter, whose takings somebody declares.
alter table payments
    add cash_session_id uuid references cash_sessions,
    drop constraint payments_provider_check,
    add constraint payments_provider_check check (provider in ('on_site', 'terminal', 'sandbox', 'transfer')),
    add constraint payments_at_a_till_check check (cash_session_id is null or provider in ('on_site', 'terminal'));
alter table refunds add cash_session_id uuid references cash_sessions;
alter table ledger
    drop constraint ledger_debit_check,
    drop constraint ledger_credit_check,
    add constraint ledger_debit_check
        check (debit in ('receivable', 'sales', 'cash', 'terminal', 'sandbox', 'bank')),
    add constraint ledger_credit_check
        check (credit in ('receivable', 'sales', 'cash', 'terminal', 'sandbox', 'bank'));
create index payments_cash_session on payments (cash_session_id) where cash_session_id is not null;
create index refunds_cash_session on refunds (cash_session_id) where cash_session_id is not null;

-- A session's journal, row after row. `entry` is the row as it was written, with the hash of the row before it, and
-- `hash` is the entry's SHA-256; the first row follows from the last report of the till. `amount_cents` is what came
-- into the till, below zero what went out of it.
create table cash_movements (
    session_id uuid not null references cash_sessions,
    number integer not null check (number > 0),
    kind text not null check (kind in ('open', 'payment', 'refund', 'in', 'out', 'count', 'close')),
    method text check (method in ('on_site', 'terminal')),
    amount_cents integer not null,
    expected_cents integer,
    counted_cents integer check (counted_cents >= 0),
    reason text check (reason in ('change', 'float', 'bank', 'expense', 'other')),
    note text not null,
    payment_id uuid unique references payments,
    refund_id uuid unique references refunds,
    staff_id uuid not null references staff,
    at timestamptz not null,
    entry text not null,
    hash bytea not null check (length(hash) = 32),
    primary key (session_id, number),
    check ((kind = 'payment') = (payment_id is not null) and (kind = 'refund') = (refund_id is not null)),
    check ((kind in ('in', 'out')) = (reason is not null) and (kind in ('count', 'close')) = (expected_cents is not null)),
    check ((kind in ('count', 'close')) = (counted_cents is not null) and (kind in ('count', 'close')) = (method is null)),
    check (kind in ('payment', 'refund') or method is distinct from 'terminal'),
    check (
        case kind
            when 'open' then amount_cents >= 0 when 'payment' then amount_cents > 0 when 'in' then amount_cents > 0
            when 'refund' then amount_cents < 0 when 'out' then amount_cents < 0 else amount_cents = 0
        end
    )
);

-- What a payment or a refund at a till was for: its amount, spread over its order's lines. `item_count`: 1 for a ticket
-- or a pass that was sold by it, -1 for one that was taken back.
create table cash_shares (
    session_id uuid not null,
    number integer not null,
    order_line_id uuid not null references order_lines,
    amount_cents integer not null,
    vat_cents integer not null,
    item_count integer not null check (item_count between -1 and 1),
    primary key (session_id, number, order_line_id),
    foreign key (session_id, number) references cash_movements
);
create index cash_shares_line on cash_shares (order_line_id);

-- The report that a session was closed with, as it was written: it tells the hash of the till's report before it and that
-- of the journal's last row, and `hash` is its SHA-256. Its number is its session's.
create table cash_reports (
    session_id uuid primary key references cash_sessions,
    till_id uuid not null references tills,
    number integer not null check (number > 0),
    document text not null,
    hash bytea not null check (length(hash) = 32),
    unique (till_id, number)
);

create trigger cash_movements_stay before update or delete on cash_movements for each row execute function stay();
create trigger cash_shares_stay before update or delete on cash_shares for each row execute function stay();
create trigger cash_reports_stay before update or delete on cash_reports for each row execute function stay();
