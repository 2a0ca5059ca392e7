-- name: stands(session_id)^
-- The last row, and the cash that should be there.
select m.number, m.hash, m.at,
    (
        select coalesce(sum(a.amount_cents), 0)::bigint from cash_movements a
        where a.session_id = m.session_id and a.method = 'on_site'
    ) as cash_cents
from cash_movements m
where m.session_id = :session_id
order by m.number desc
limit 1;

-- name: write(session_id, number, kind, method, amount_cents, expected_cents, counted_cents, reason, note, payment_id, refund_id, order_id, value_cents, staff_id, at, entry, hash, line_ids, cents, vats, items)!
with written as (
    insert into cash_movements (
        session_id, number, kind, method, amount_cents, expected_cents, counted_cents, reason, note, payment_id,
        refund_id, order_id, value_cents, staff_id, at, entry, hash
    )
    values (
        :session_id, :number, :kind, :method, :amount_cents, :expected_cents, :counted_cents, :reason, :note,
        :payment_id, :refund_id, :order_id, :value_cents, :staff_id, :at, :entry, :hash
    )
    returning session_id, number
)
insert into cash_shares (session_id, number, order_line_id, amount_cents, vat_cents, item_count)
select w.session_id, w.number, s.line, s.cents, s.vat, s.items
from written w,
    unnest(:line_ids::uuid[], :cents::integer[], :vats::integer[], :items::integer[]) as s (line, cents, vat, items);
