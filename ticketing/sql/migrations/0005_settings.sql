-- Settings of organisations, box offices and API keys, and an audit log that is read.

alter table organisations add column version integer not null default 1;

alter table box_offices
    add column vat_registered boolean not null default false,
    add column vat_number text not null default '',
    add column version integer not null default 1,
    add unique (id, currency);

-- An order is in its box office's currency, which therefore stays what it is once there are orders.
alter table orders
    add constraint orders_in_the_currency_of_their_box_office
        foreign key (box_office_id, currency) references box_offices (id, currency),
    drop constraint orders_box_office_id_fkey;

-- The rate from a day on, until the next one; in thousandths of a percent: 8100 is 8.1 %.
create table vat_rates (
    box_office_id uuid not null references box_offices,
    holds_from date not null,
    rate_thousandths integer not null check (rate_thousandths between 0 and 100000),
    primary key (box_office_id, holds_from)
);

-- The rate that holds in a box office on a day; null when none does, or when it is not registered for VAT.
create function vat_rate_on(box_office uuid, day date) returns integer language sql stable parallel safe
begin atomic
    select r.rate_thousandths
    from vat_rates r
    join box_offices b on b.id = r.box_office_id
    where r.box_office_id = box_office and r.holds_from <= day and b.vat_registered
    order by r.holds_from desc
    limit 1;
end;

-- A token sells if it may, whatever its scope; it is shown from anywhere, or from some networks only.
alter table tokens
    add column may_sell boolean not null default false,
    add column networks cidr[] not null default '{}',
    add column last_used_from text,
    add column version integer not null default 1;
update tokens set may_sell = scope in ('sell', 'manage');
alter table tokens
    add check (may_sell or scope <> 'sell'),
    add check (cardinality(networks) <= 50);
create index tokens_organisation on tokens (organisation_id);

-- The log is read backwards from a moment: all of it, or that of a box office, a person or program, an act.
drop index audit_organisation;
create index audit_organisation on audit (organisation_id, at, id);
create index audit_box_office on audit (box_office_id, at, id) where box_office_id is not null;
create index audit_actor on audit (organisation_id, coalesce(staff_id, token_id), at, id);
create index audit_act on audit (organisation_id, act, at, id);
drop index audit_subject;
create index audit_subject on audit (subject_kind, subject_id, at, id);
