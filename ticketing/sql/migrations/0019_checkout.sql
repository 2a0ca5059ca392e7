-- From the cart to the order: what a box office lets its buyers do, and what they chose on the way.

-- `handovers` are the ways in which tickets reach their buyer. `*_until_hours`: how long before an order's first date a
-- buyer may still do it; null: never. What there is no row for is as `ticketing/checkouts.py` has it.
create table checkout_rules (
    box_office_id uuid primary key references box_offices,
    version integer not null default 1,
    handovers text[] not null check (handovers <> '{}' and handovers <@ array['print', 'mobile', 'counter']),
    cancellation_until_hours integer check (cancellation_until_hours between 0 and 8760),
    holders_until_hours integer check (holders_until_hours between 0 and 8760)
);

-- `terms_hash` is the SHA-256 of the terms that the buyer agreed to, as they read them; null: there were none.
create table order_choices (
    order_id uuid primary key references orders,
    handover text not null check (handover in ('print', 'mobile', 'counter')),
    terms_hash bytea check (length(terms_hash) = 32)
);
