-- Accounts of customers: what opens them, and how they end.

-- `proved_at`: somebody has shown that the address is theirs, which opens the account. `deletion_asked_at`: they are to be
-- forgotten when it is time. `forgotten_at`: they were: their orders stay, whose they were is not known any more.
alter table customers
    add column proved_at timestamptz,
    add column password_hash text,
    add column deletion_asked_at timestamptz,
    add column forgotten_at timestamptz,
    add column forgotten_id uuid generated always as (case when forgotten_at is not null then id end) stored,
    add constraint customers_forgotten check (
        case when forgotten_at is null then email <> ''
        else email = '' and password_hash is null and proved_at is null and deletion_asked_at is null end
    );

-- Who was forgotten has no address, like everybody else who was.
alter table customers
    drop constraint customers_organisation_id_email_key,
    add constraint customers_email unique nulls not distinct (organisation_id, email, forgotten_id);
create index customers_deletion on customers (deletion_asked_at) where deletion_asked_at is not null;

-- `proved_at`: when the browser last showed that it reads the customer's mail, or knows their password.
create table customer_sessions (
    id uuid primary key,
    customer_id uuid not null references customers,
    hash bytea not null unique check (length(hash) = 32),
    address text not null,
    agent text not null,
    created_at timestamptz not null,
    seen_at timestamptz not null,
    proved_at timestamptz not null,
    ends_at timestamptz not null
);
create index customer_sessions_customer on customer_sessions (customer_id);

-- Links by mail: to sign in, and to take another address (`email`). `browser_hash` is of the browser that asked.
-- `onward` names the page of the account to go on to.
create table customer_links (
    hash bytea primary key check (length(hash) = 32),
    customer_id uuid not null references customers,
    kind text not null check (kind in ('sign-in', 'email')),
    email text not null check (email = lower(email)),
    browser_hash bytea check (length(browser_hash) = 32),
    onward text not null default '',
    created_at timestamptz not null,
    ends_at timestamptz not null,
    used_at timestamptz
);
create index customer_links_customer on customer_links (customer_id);
create index customer_links_ends on customer_links (ends_at);

-- The network addresses that customers were signed in from of late.
create table customer_addresses (
    customer_id uuid not null references customers,
    address text not null,
    seen_at timestamptz not null,
    primary key (customer_id, address)
);
