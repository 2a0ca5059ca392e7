-- What one sale needs, in its final form. Ownership, totals and "once only" are decided here, by keys and
-- checks; the code above may be wrong about who was first, these constraints are not.
-- Times are UTC, money is integer minor units beside its currency, ids are UUIDv7 made by the application.

create table organisations (
    id uuid primary key,
    slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    name text not null,
    created_at timestamptz not null
);

create table box_offices (
    id uuid primary key,
    organisation_id uuid not null references organisations,
    key text not null unique check (key ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    name text not null,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    locale text not null default 'en',
    created_at timestamptz not null
);

create table venues (
    id uuid primary key,
    organisation_id uuid not null references organisations,
    name text not null,
    address text not null default '',
    time_zone text not null,
    created_at timestamptz not null,
    unique (organisation_id, name)
);

-- A plan is drawn in versions; a version never changes, and its hash is its name on the wire.
create table plans (
    id uuid primary key,
    venue_id uuid not null references venues,
    name text not null,
    unique (venue_id, name)
);

create table plan_versions (
    id uuid primary key,
    plan_id uuid not null references plans,
    number integer not null check (number > 0),
    hash bytea not null check (length(hash) = 32),
    document bytea not null,
    place_count integer not null check (place_count >= 0),
    created_at timestamptz not null,
    unique (plan_id, number),
    unique (plan_id, hash)
);
create index plan_versions_hash on plan_versions (hash);

-- Place number -> seat, append-only, content-addressed: every performance of one plan shares a list.
create table place_lists (
    hash bytea primary key check (length(hash) = 32),
    document bytea not null,
    place_count integer not null check (place_count >= 0)
);

-- Anything that can run out, as an array of places. The epoch names the writing of its words in Redis,
-- server_run the Redis server that holds them: another epoch or another run is a house not yet counted.
create table pools (
    id bigint generated always as identity primary key,
    box_office_id uuid not null references box_offices,
    kind text not null check (kind in ('performance', 'quota', 'pass_quantity')),
    place_count integer not null check (place_count >= 0),
    epoch bigint not null default 1,
    server_run text not null default '',
    blocks bytea
);

-- Epochs are drawn and never counted up: the number of a rebuild that died halfway is not used again.
create sequence pool_epochs start 2;

-- Locks the pools, shared (a rebuild locks its pool exclusive), then tells which no longer have the epoch expected.
-- A function, so that the second statement sees what was committed during the wait, and all is one round trip.
create function stale_pools(pool_ids bigint[], epochs bigint[]) returns bigint[] language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(id) from (select unnest(pool_ids) as id order by 1) as sorted;
    return array(
        select expected.id
        from unnest(pool_ids, epochs) as expected (id, epoch)
        left join pools p on p.id = expected.id
        where p.epoch is distinct from expected.epoch
    );
end $$;

create table events (
    id uuid primary key,
    box_office_id uuid not null references box_offices,
    name text not null,
    created_at timestamptz not null
);
create index events_box_office on events (box_office_id);

create table performances (
    id uuid primary key,
    event_id uuid not null references events,
    box_office_id uuid not null references box_offices,
    venue_id uuid not null references venues,
    plan_version_id uuid not null references plan_versions,
    place_list_hash bytea not null references place_lists,
    pool_id bigint not null unique references pools,
    starts_at timestamptz not null,
    doors_at timestamptz not null,
    ends_at timestamptz not null,
    sale_opens_at timestamptz not null,
    sale_closes_at timestamptz not null,
    status text not null default 'on_sale' check (status in ('draft', 'on_sale', 'closed', 'cancelled')),
    check (doors_at <= starts_at and starts_at < ends_at and sale_opens_at < sale_closes_at)
);
create index performances_event on performances (event_id, starts_at);
create index performances_box_office on performances (box_office_id, starts_at);

create table tariffs (
    id uuid primary key,
    event_id uuid not null references events,
    name text not null,
    position integer not null default 0,
    unique (event_id, name)
);

create table prices (
    tariff_id uuid not null references tariffs,
    category text not null,
    price_cents integer not null check (price_cents >= 0),
    primary key (tariff_id, category)
);

-- A quota bounds a tariff, over the whole event (performance_id null) or on one performance.
create table quotas (
    id uuid primary key,
    tariff_id uuid not null references tariffs,
    performance_id uuid references performances,
    pool_id bigint not null unique references pools,
    unique nulls not distinct (tariff_id, performance_id)
);

create table customers (
    id uuid primary key,
    organisation_id uuid not null references organisations,
    email text not null check (email = lower(email)),
    name text not null,
    locale text not null default 'en',
    created_at timestamptz not null,
    unique (organisation_id, email)
);

create table orders (
    id uuid primary key,
    code text not null unique,
    box_office_id uuid not null references box_offices,
    customer_id uuid not null references customers,
    hold_id bytea not null unique check (length(hold_id) = 16),
    request_key text not null,
    request_digest bytea not null,
    secret_hash bytea not null,
    status text not null check (status in ('pending', 'paid', 'expired', 'cancelled')),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    placed_at timestamptz not null,
    expires_at timestamptz,
    closed_at timestamptz,
    unique (box_office_id, request_key)
);
create index orders_customer on orders (customer_id);
create index orders_due on orders (expires_at) where status = 'pending';
create index orders_unpaid on orders (customer_id) where status = 'pending';

-- Append-only: taking something back is a line of its own with the opposite amount.
create table order_lines (
    id uuid primary key,
    order_id uuid not null references orders,
    kind text not null check (kind in ('ticket', 'pass', 'adjustment', 'reversal')),
    label text not null,
    amount_cents integer not null,
    reverses uuid unique references order_lines,
    created_at timestamptz not null,
    check ((kind = 'reversal') = (reverses is not null))
);
create index order_lines_order on order_lines (order_id);

-- Who owns a place. One row a place and nothing else decides it.
create sequence claim_serials;
create table claims (
    pool_id bigint not null references pools,
    place integer not null check (place >= 0),
    serial bigint not null default nextval('claim_serials'),
    order_id uuid not null references orders,
    primary key (pool_id, place)
) partition by hash (pool_id);
do $$ begin
    for part in 0..15 loop
        execute format('create table claims_%s partition of claims for values with (modulus 16, remainder %s)', part, part);
    end loop;
end $$;
create index claims_order on claims (order_id);

create table pass_types (
    id uuid primary key,
    box_office_id uuid not null references box_offices,
    name text not null,
    short_name text not null check (length(short_name) <= 35),
    price_cents integer not null check (price_cents >= 0),
    pool_id bigint unique references pools,
    created_at timestamptz not null
);

create table pass_type_performances (
    pass_type_id uuid not null references pass_types,
    performance_id uuid not null references performances,
    primary key (pass_type_id, performance_id)
);

create table passes (
    id uuid primary key,
    serial bigint generated always as identity (maxvalue 4294967295) unique,
    pass_type_id uuid not null references pass_types,
    order_id uuid not null references orders,
    order_line_id uuid not null references order_lines,
    holder_name text not null,
    generation smallint not null default 0 check (generation between 0 and 255),
    status text not null check (status in ('reserved', 'valid', 'cancelled', 'opposed'))
);
create index passes_order on passes (order_id);

-- A ticket is the right to one place at one performance; a pass owns one ticket a performance.
create table tickets (
    id uuid primary key,
    serial bigint generated always as identity (maxvalue 4294967295) unique,
    order_id uuid not null references orders,
    order_line_id uuid not null references order_lines,
    pass_id uuid references passes,
    performance_id uuid not null references performances,
    tariff_id uuid references tariffs,
    pool_id bigint not null references pools,
    place integer not null,
    zone text not null,
    row_label text not null,
    seat_label text not null,
    category text not null,
    price_cents integer not null check (price_cents >= 0),
    holder_name text not null,
    generation smallint not null default 0 check (generation between 0 and 255),
    status text not null check (status in ('reserved', 'valid', 'cancelled', 'opposed'))
);
create index tickets_order on tickets (order_id);
create index tickets_pass on tickets (pass_id, performance_id) where pass_id is not null;
create index tickets_place on tickets (pool_id, place);

create table payments (
    id uuid primary key,
    order_id uuid not null references orders,
    provider text not null check (provider in ('on_site', 'sandbox')),
    reference text not null,
    amount_cents integer not null check (amount_cents >= 0),
    currency text not null,
    status text not null check (status in ('pending', 'succeeded', 'failed', 'refund_due', 'refunded')),
    created_at timestamptz not null,
    settled_at timestamptz,
    unique (provider, reference)
);
create index payments_order on payments (order_id);

-- What a provider told us, once a notification however often it is sent.
create table payment_notifications (
    provider text not null,
    notification_id text not null,
    payment_id uuid references payments,
    body bytea not null,
    outcome text not null,
    received_at timestamptz not null,
    primary key (provider, notification_id)
);

create table refunds (
    id uuid primary key,
    order_id uuid not null references orders,
    payment_id uuid not null references payments,
    amount_cents integer not null check (amount_cents > 0),
    currency text not null,
    status text not null check (status in ('due', 'sent')),
    reason text not null,
    created_at timestamptz not null,
    sent_at timestamptz
);
create index refunds_order on refunds (order_id);
create index refunds_due on refunds (created_at) where status = 'due';

-- Transfers between two accounts: whatever is written, the ledger sums to zero.
create table ledger (
    id bigint generated always as identity primary key,
    order_id uuid not null references orders,
    payment_id uuid references payments,
    debit text not null check (debit in ('receivable', 'sales', 'cash', 'sandbox')),
    credit text not null check (credit in ('receivable', 'sales', 'cash', 'sandbox')),
    amount_cents integer not null check (amount_cents > 0),
    currency text not null,
    reason text not null,
    at timestamptz not null,
    check (debit <> credit)
);
create index ledger_order on ledger (order_id);

-- An organisation signs with its one key that is not retired; the others go on verifying what they signed.
create table signing_keys (
    organisation_id uuid not null references organisations,
    id smallint not null check (id between 0 and 255),
    public_key bytea not null check (length(public_key) = 32),
    sealed_private_key bytea not null,
    created_at timestamptz not null,
    retired_at timestamptz,
    primary key (organisation_id, id)
);
create unique index signing_keys_active on signing_keys (organisation_id) where retired_at is null;

create table tokens (
    id uuid primary key,
    organisation_id uuid not null references organisations,
    name text not null,
    hash bytea not null unique check (length(hash) = 32),
    scope text not null check (scope in ('view', 'scan', 'sell', 'manage')),
    created_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz
);

-- Every scan is answered once, whatever its verdict, and its digest tells a repeat from another request that took
-- its id; an admission is a scan that let somebody in.
create table scans (
    id uuid primary key,
    performance_id uuid not null references performances,
    ticket_id uuid references tickets,
    token_id uuid references tokens,
    gate text not null,
    verdict text not null,
    digest bytea not null check (length(digest) = 16),
    at timestamptz not null
);
create index scans_performance on scans (performance_id, at);

create table admissions (
    ticket_id uuid primary key references tickets,
    scan_id uuid not null unique references scans deferrable initially deferred,
    performance_id uuid not null references performances,
    gate text not null,
    at timestamptz not null
);
create index admissions_performance on admissions (performance_id);
