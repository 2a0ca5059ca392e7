-- name: get(box_office_id)^
select version, name, street, postal_code, city, country, iban, bic, reference_prefix, number_prefix, receipts,
    tickets_first, notes
from billing
where box_office_id = :box_office_id;

-- name: rules(box_office_id)
select method, offered, min_cents, max_cents, pay_days, grace_days, before_h, texts
from payment_methods
where box_office_id = :box_office_id;

-- name: office(organisation_id, box_office_id)^
select name, currency from box_offices where id = :box_office_id and organisation_id = :organisation_id;

-- name: change(box_office_id, version, name, street, postal_code, city, country, iban, bic, reference_prefix, number_prefix, receipts, tickets_first, notes)$
-- The version it has now; none when another one was looked at. The first save looked at version 0, which has no row.
insert into billing (
    box_office_id, name, street, postal_code, city, country, iban, bic, reference_prefix, number_prefix, receipts,
    tickets_first, notes
)
values (
    :box_office_id, :name, :street, :postal_code, :city, :country, :iban, :bic, :reference_prefix, :number_prefix,
    :receipts, :tickets_first, :notes::jsonb
)
on conflict (box_office_id) do update set version = billing.version + 1, name = excluded.name, street = excluded.street,
    postal_code = excluded.postal_code, city = excluded.city, country = excluded.country, iban = excluded.iban,
    bic = excluded.bic, reference_prefix = excluded.reference_prefix, number_prefix = excluded.number_prefix,
    receipts = excluded.receipts, tickets_first = excluded.tickets_first, notes = excluded.notes
where billing.version = :version::integer
returning version;

-- name: set_rule(box_office_id, method, offered, min_cents, max_cents, pay_days, grace_days, before_h, texts)!
insert into payment_methods (
    box_office_id, method, offered, min_cents, max_cents, pay_days, grace_days, before_h, texts
)
values (
    :box_office_id, :method, :offered, :min_cents, :max_cents, :pay_days, :grace_days, :before_h, :texts::jsonb
)
on conflict (box_office_id, method) do update set offered = excluded.offered, min_cents = excluded.min_cents,
    max_cents = excluded.max_cents, pay_days = excluded.pay_days, grace_days = excluded.grace_days,
    before_h = excluded.before_h, texts = excluded.texts;
