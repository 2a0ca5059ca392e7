-- What becomes of orders at the counter: split, and made in bulk for points of sale.

-- Which order this one was split off.
alter table orders add column split_from uuid references orders;
create index orders_split_from on orders (split_from) where split_from is not null;

-- Money of a payment that went along with tickets to another order: a refund there that moved, a payment here that is a
-- part of the one that really came (never of another part), by whose reference it goes back.
alter table payments add column part_of uuid references payments;
create index payments_part_of on payments (part_of) where part_of is not null;

-- An order of unnamed tickets for a point of sale, as it was asked for and how far it is. A date or a tariff can be
-- deleted as long as nothing was made of it.
create table consignments (
    order_id uuid primary key references orders,
    box_office_id uuid not null references box_offices,
    performance_id uuid not null references performances on delete cascade,
    tariff_id uuid not null references tariffs on delete cascade,
    allotment_id uuid references allotments on delete cascade,
    wanted_count integer not null check (wanted_count between 1 and 5000),
    state text not null check (state in ('making', 'made', 'short', 'stopped')),
    problem text not null default '',
    staff_id uuid references staff,
    created_at timestamptz not null,
    ended_at timestamptz
);
create index consignments_box_office on consignments (box_office_id, created_at);
create index consignments_performance on consignments (performance_id);

-- Telephone numbers are looked for by their last digits: the country may be typed or not.
create index answers_telephone on answers ((reverse(texts[1])) collate "C") where texts[1] like '+%';
