-- Tariffs as they are sold: who may buy at them, when, how many, with which options; prices by zone and by date; and
-- the VAT of every line of an order.

-- `name` is in the box office's language, `names` and `descriptions` by language. What is null is as for the event.
alter table tariffs
    add column version integer not null default 1,
    add column names jsonb not null default '{}',
    add column descriptions jsonb not null default '{}',
    add column vat_thousandths integer check (vat_thousandths between 0 and 100000),
    add column sale_opens_at timestamptz,
    add column sale_closes_at timestamptz,
    add column counter_only boolean not null default false,
    add column order_min integer not null default 1 check (order_min > 0),
    add column order_max integer,
    add column closed_at timestamptz,
    add check (sale_opens_at < sale_closes_at),
    add check (order_max >= order_min);

update tariffs t set names = jsonb_build_object(split_part(replace(b.locale, '_', '-'), '-', 1), t.name)
from events e
join box_offices b on b.id = e.box_office_id
where e.id = t.event_id;

-- A price is of a category or of a zone (by its id in the plan), at every performance or at one.
alter table prices
    add column performance_id uuid references performances on delete cascade,
    add column zone text,
    drop constraint prices_pkey,
    alter column category drop not null,
    add check (num_nonnulls(category, zone) = 1),
    add unique nulls not distinct (tariff_id, performance_id, category, zone);
create index prices_performance on prices (performance_id) where performance_id is not null;

alter table quotas
    drop constraint quotas_performance_id_fkey,
    add foreign key (performance_id) references performances on delete cascade;

-- Of the options of a group one is chosen or none; an option of no group is chosen or not. It changes the price.
create table option_groups (
    id uuid primary key,
    tariff_id uuid not null references tariffs,
    name text not null,
    names jsonb not null default '{}',
    position integer not null default 0,
    unique (tariff_id, name),
    unique (tariff_id, id)
);
create table options (
    id uuid primary key,
    tariff_id uuid not null references tariffs,
    group_id uuid,
    name text not null,
    names jsonb not null default '{}',
    price_cents integer not null,
    position integer not null default 0,
    closed_at timestamptz,
    unique nulls not distinct (tariff_id, group_id, name),
    foreign key (tariff_id, group_id) references option_groups (tariff_id, id)
);

-- What was chosen with a ticket, as it was called and cost then. The ticket's price has it in it.
create table ticket_options (
    ticket_id uuid not null references tickets,
    option_id uuid not null references options,
    name text not null,
    price_cents integer not null,
    primary key (ticket_id, option_id)
);
create index ticket_options_option on ticket_options (option_id);
alter table tickets add column options_cents integer not null default 0;
create index tickets_tariff on tickets (tariff_id);

alter table orders
    add column channel text not null default 'shop' check (channel in ('shop', 'counter', 'api'));

-- The tax in an amount that has it in it: the one place where VAT is rounded, half a cent away from nothing, so that
-- what is taken back is exactly what was charged. No rate: no tax.
create function vat_included(amount_cents integer, vat_thousandths integer) returns integer
language sql immutable parallel safe
return coalesce(round(amount_cents::numeric * vat_thousandths / (100000 + vat_thousandths)), 0)::integer;

-- The rate in force at the performance's date, as the order was placed; null where the seller is not registered.
alter table order_lines
    add column vat_thousandths integer check (vat_thousandths between 0 and 100000),
    add column vat_cents integer not null generated always as (vat_included(amount_cents, vat_thousandths)) stored;

-- Locks the tariffs as orders do, together, then tells which were changed since they were read. Whoever changes what
-- an order at a tariff must claim locks it alone. The locks queue, so that a busy sale does not keep the changer out.
create function stale_tariffs(tariff_ids uuid[], versions integer[]) returns uuid[] language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(8, key) from (select distinct hashtext(id::text) as key from unnest(tariff_ids) as id order by 1) as sorted;
    return array(
        select expected.id
        from unnest(tariff_ids, versions) as expected (id, version)
        left join tariffs t on t.id = expected.id
        where t.version is distinct from expected.version
    );
end $$;
