-- name: by_key(box_office_id, request_key)^
select id, request_digest from orders where box_office_id = :box_office_id and request_key = :request_key;

-- name: add(order_id, code, old_id, customer_id, hold_id, request_key, request_digest, secret_hash)!
-- Beside the old order in time: what was sold then is not sold now.
insert into orders (
    id, code, box_office_id, customer_id, hold_id, request_key, request_digest, secret_hash, status, channel, currency,
    placed_at, expires_at, payment_method, ticket_paper, ticket_files, split_from
)
select :order_id, :code, box_office_id, :customer_id, :hold_id, :request_key, :request_digest, :secret_hash, status,
    channel, currency, placed_at, expires_at, payment_method, ticket_paper, ticket_files, id
from orders
where id = :old_id
on conflict (code) do nothing;

-- name: adjusted(line_ids)$
select exists (select from order_lines where adjusts = any(:line_ids::uuid[]));

-- name: move(old_id, new_id, line_ids, reversal_ids, new_lines, ticket_ids, now)$
-- Each line by its opposite in the old order and again in the new one, with its tickets and passes; what they cost.
with chosen as (
    select l.id, l.box_office_id, l.kind, l.label, l.amount_cents, l.vat_thousandths, c.reversal, c.fresh
    from unnest(:line_ids::uuid[], :reversal_ids::uuid[], :new_lines::uuid[]) as c (line, reversal, fresh)
    join order_lines l on l.id = c.line and l.order_id = :old_id
), reversed as (
    insert into order_lines (
        id, order_id, box_office_id, kind, label, amount_cents, vat_thousandths, reverses, created_at
    )
    select reversal, :old_id, box_office_id, 'reversal', label, -amount_cents, vat_thousandths, id, :now::timestamptz
    from chosen
), written as (
    insert into order_lines (id, order_id, box_office_id, kind, label, amount_cents, vat_thousandths, created_at)
    select fresh, :new_id, box_office_id, kind, label, amount_cents, vat_thousandths, :now::timestamptz
    from chosen
), left_behind as (
    insert into former_lines (line_id, ticket_id)
    select chosen.id, t.id
    from chosen
    join tickets t on t.order_line_id = chosen.id and t.pass_id is null and t.id = any(:ticket_ids::uuid[])
), seats as (
    update tickets set order_id = :new_id, order_line_id = chosen.fresh
    from chosen
    where tickets.order_line_id = chosen.id and tickets.id = any(:ticket_ids::uuid[])
), holders as (
    update passes set order_id = :new_id, order_line_id = chosen.fresh
    from chosen
    where passes.order_line_id = chosen.id and passes.order_id = :old_id
)
select coalesce(sum(amount_cents), 0)::integer from chosen;

-- name: own(old_id, new_id, pools, places)!
-- The claims stay, under their serials: only whose they are changes.
update claims c set order_id = :new_id
from unnest(:pools::bigint[], :places::integer[]) as own (pool, place)
where c.pool_id = own.pool and c.place = own.place and c.order_id = :old_id;

-- name: answer_count(order_id)$
select count(*)::integer from answers where order_id = :order_id and ticket_id is null and upload_id is null;

-- name: follow(old_id, new_id, ticket_ids, answer_ids)!
-- What was said for the tickets goes along; what was said for the order, how it is handed over and to whom it is billed
-- is said for both, but for files and, where it is another's, the address.
with said as (
    update answers set order_id = :new_id where order_id = :old_id and ticket_id = any(:ticket_ids::uuid[])
), again as (
    insert into answers (id, order_id, field_id, texts, answered_at)
    select n.id, :new_id, a.field_id, a.texts, a.answered_at
    from (
        select a.*, row_number() over (order by a.id) as at
        from answers a
        where a.order_id = :old_id and a.ticket_id is null and a.upload_id is null
    ) a
    join unnest(:answer_ids::uuid[]) with ordinality as n (id, at) using (at)
), chosen as (
    insert into order_choices (order_id, handover, terms_hash)
    select :new_id, handover, terms_hash from order_choices where order_id = :old_id
)
insert into bill_addresses (order_id, name, street, postal_code, city, country)
select :new_id, b.name, b.street, b.postal_code, b.city, b.country
from bill_addresses b
join orders o on o.id = b.order_id
join orders n on n.id = :new_id and n.customer_id = o.customer_id
where b.order_id = :old_id;

-- name: invoiced(order_id)$
select exists (select from invoices where order_id = :order_id);

-- name: relatives(order_id, rows_max)
select o.id, o.code, o.status, o.currency, s.due_cents, o.id = n.split_from as parent
from orders n
join orders o on o.id = n.split_from or o.split_from = n.id
cross join lateral order_sums(o.id) s
where n.id = :order_id
order by parent desc, o.id
limit :rows_max;
