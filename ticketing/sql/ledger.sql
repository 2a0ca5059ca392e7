-- name: post(order_id, payment_id, debit, credit, amount_cents, currency, reason, now)!
insert into ledger (order_id, box_office_id, payment_id, debit, credit, amount_cents, currency, reason, at)
select id, box_office_id, :payment_id::uuid, :debit::text, :credit::text, :amount_cents::integer, :currency::text,
    :reason::text, :now::timestamptz
from orders
where id = :order_id;

-- name: balances(order_id)
-- What each account has of an order, debits less credits.
select account, currency, sum(amount_cents)::bigint as cents
from (
    select debit as account, currency, amount_cents from ledger where order_id = :order_id
    union all
    select credit, currency, -amount_cents from ledger where order_id = :order_id
) as entry
group by account, currency
order by account, currency;
