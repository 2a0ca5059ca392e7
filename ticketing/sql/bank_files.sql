-- name: by_hash(box_office_id, hash)$
select id from bank_files where box_office_id = :box_office_id and hash = :hash;

-- name: add(file_id, box_office_id, hash, name, format, content, staff_id, now)!
insert into bank_files (id, box_office_id, hash, name, format, content, staff_id, uploaded_at)
values (:file_id, :box_office_id, :hash, :name, :format, :content, :staff_id, :now)
on conflict do nothing;

-- name: content(box_office_id, file_id)$
select content from bank_files where id = :file_id and box_office_id = :box_office_id;

-- name: currency(box_office_id)$
select currency from box_offices where id = :box_office_id;

-- name: lock(box_office_id, file_id)^
select name, confirmed_at from bank_files where id = :file_id and box_office_id = :box_office_id for update;

-- name: keep(organisation_id, box_office_id, file_id, ids, accounts, keys, days, amounts, currencies, payers, payer_accounts, references, messages)!
-- What no file had before, and what waits unassigned at another box office of the organisation.
insert into bank_entries (
    id, organisation_id, box_office_id, file_id, position, account, key, booked_on, amount_cents, currency, payer,
    payer_account, reference, message
)
select e.id, :organisation_id::uuid, :box_office_id::uuid, :file_id::uuid, e.position, e.account, e.key, e.booked_on,
    e.amount_cents, e.currency, e.payer, e.payer_account, e.reference, e.message
from unnest(
    :ids::uuid[], :accounts::text[], :keys::text[], :days::date[], :amounts::integer[], :currencies::text[],
    :payers::text[], :payer_accounts::text[], :references::text[], :messages::text[]
) with ordinality as e (
    id, account, key, booked_on, amount_cents, currency, payer, payer_account, reference, message, position
)
order by e.account, e.key
on conflict (organisation_id, account, key) do update set box_office_id = excluded.box_office_id,
    file_id = excluded.file_id, position = excluded.position
where bank_entries.state = 'open' and bank_entries.box_office_id <> excluded.box_office_id;

-- name: note_known(file_id, known_count)!
update bank_files set known_count = :known_count where id = :file_id;

-- name: forget_entries(file_id)!
delete from bank_entries where file_id = :file_id and state = 'open';

-- name: remove(file_id)!
delete from bank_files where id = :file_id and confirmed_at is null;

-- name: confirm(file_id, now)!
-- What was read is kept; the table that it was read from is not.
update bank_files set confirmed_at = :now, content = null where id = :file_id;

-- name: count(file_id)$
select count(*)::integer from bank_entries where file_id = :file_id;

-- name: office_to_book(file_id)$
select box_office_id from bank_files where id = :file_id and confirmed_at is not null;

-- name: office_of(file_id)$
select box_office_id from bank_files where id = :file_id;

-- name: waiting(file_id, after, rows_max)
select id, position
from bank_entries
where file_id = :file_id and position > :after and state = 'open'
order by position
limit :rows_max;

-- name: files(box_office_id, file_id, rows_max)
-- A box office's files, or one of them, with where their entries stand.
select f.id, f.box_office_id, f.name, f.format, f.uploaded_at, s.name as uploaded_by, f.confirmed_at,
    f.content is not null and n.entry_count = 0 as needs_columns, f.known_count, n.entry_count, n.booked_count,
    n.open_count, n.cents
from bank_files f
left join staff s on s.id = f.staff_id
cross join lateral (
    select coalesce(sum(c.entry_count), 0)::integer as entry_count,
        coalesce(sum(c.booked_count), 0)::integer as booked_count,
        coalesce(sum(c.open_count), 0)::integer as open_count,
        coalesce(jsonb_object_agg(c.currency, c.cents) filter (where c.currency is not null), '{}') as cents
    from (
        select e.currency, count(*) as entry_count, count(*) filter (where e.state = 'booked') as booked_count,
            count(*) filter (where e.state = 'open') as open_count, sum(e.amount_cents) as cents
        from bank_entries e
        where e.file_id = f.id
        group by e.currency
    ) c
) n
where f.box_office_id = :box_office_id and (:file_id::uuid is null or f.id = :file_id)
order by f.uploaded_at desc, f.id desc
limit :rows_max;

-- name: entries(box_office_id, file_id)
select e.id, e.file_id, e.account, e.booked_on, e.amount_cents, e.currency, e.payer, e.payer_account, e.reference,
    e.message, e.state, e.outcome, p.order_id, o.code as order_code
from bank_entries e
left join payments p on p.id = e.payment_id
left join orders o on o.id = p.order_id
where e.file_id = :file_id and e.box_office_id = :box_office_id
order by e.position;

-- name: entry(box_office_id, entry_id)^
select e.id, e.file_id, e.account, e.booked_on, e.amount_cents, e.currency, e.payer, e.payer_account, e.reference,
    e.message, e.state, e.outcome, p.order_id, o.code as order_code
from bank_entries e
left join payments p on p.id = e.payment_id
left join orders o on o.id = p.order_id
where e.id = :entry_id and e.box_office_id = :box_office_id;

-- name: unmatched(box_office_id, state, rows_max)
-- Entries of confirmed files that wait, or were set aside, the oldest first.
select e.id, e.file_id, e.account, e.booked_on, e.amount_cents, e.currency, e.payer, e.payer_account, e.reference,
    e.message, e.state, e.outcome, null::uuid as order_id, null::text as order_code
from bank_entries e
join bank_files f on f.id = e.file_id
where e.box_office_id = :box_office_id and e.state = :state::text and f.confirmed_at is not null
order by e.booked_on, e.id
limit :rows_max;

-- name: debts(box_office_id, codes, labels)
-- The orders of these codes, and those that invoices of these numbers are of, with what they owe.
select o.id, o.code, o.status, o.currency, s.due_cents, c.name as customer_name,
    array(select i.label from invoices i where i.order_id = o.id) as labels
from orders o
join customers c on c.id = o.customer_id
cross join lateral order_sums(o.id) s
where o.box_office_id = :box_office_id and o.id in (
    select w.id from orders w where w.code = any(:codes::text[])
    union all
    select i.order_id from invoices i where i.box_office_id = :box_office_id and i.label = any(:labels::text[])
);

-- name: told_of(order_ids)
-- What transfers said that were booked to these orders.
select p.order_id, e.file_id, e.booked_on, e.amount_cents, e.currency, e.payer_account, e.reference, e.message
from payments p
join bank_entries e on e.payment_id = p.id
where p.order_id = any(:order_ids::uuid[]) and p.provider = 'transfer';

-- name: owing(box_office_id, amount_cents, currency, payer, rows_max)
-- Orders that await just this amount; those of the payer's name first.
select o.id, o.code, o.status, o.currency, s.due_cents, c.name as customer_name,
    array[]::text[] as labels
from orders o
join customers c on c.id = o.customer_id
cross join lateral order_sums(o.id) s
where o.box_office_id = :box_office_id and o.status = 'pending' and o.currency = :currency
    and s.due_cents = :amount_cents::integer
order by folded(c.name) <> folded(:payer::text), o.placed_at
limit :rows_max;

-- name: searched(box_office_id, codes, text, rows_max)
-- Orders of a code, or of a buyer whose name begins like what was typed, or whose address it is.
select o.id, o.code, o.status, o.currency, s.due_cents, c.name as customer_name,
    array[]::text[] as labels
from orders o
join customers c on c.id = o.customer_id
cross join lateral order_sums(o.id) s
where o.box_office_id = :box_office_id
    and (
        o.code = any(:codes::text[]) or c.email = lower(:text::text) or folded(c.name) like folded(:text::text) || '%'
    )
order by o.status <> 'pending', o.placed_at desc
limit :rows_max;

-- name: lock_entry(box_office_id, entry_id)^
select e.state, e.file_id, e.amount_cents, f.name
from bank_entries e
join bank_files f on f.id = e.file_id
where e.id = :entry_id and e.box_office_id = :box_office_id
for update of e;

-- name: mark_booked(entry_id, payment_id, outcome)!
update bank_entries set state = 'booked', payment_id = :payment_id, outcome = :outcome where id = :entry_id;

-- name: turn(entry_id, state)!
update bank_entries set state = :state where id = :entry_id;
