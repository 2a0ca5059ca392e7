-- name: pending(order_id, provider, amount_cents)^
-- A payment that was begun for the same amount and not heard of yet.
select id, reference, amount_cents, currency
from payments
where order_id = :order_id and provider = :provider and amount_cents = :amount_cents and status = 'pending'
order by created_at desc
limit 1;

-- name: add(payment_id, order_id, provider, reference, amount_cents, currency, status, now, settled_at, cash_session_id)!
insert into payments (
    id, order_id, provider, reference, amount_cents, currency, status, created_at, settled_at, cash_session_id
)
values (
    :payment_id, :order_id, :provider, :reference, :amount_cents, :currency, :status, :now, :settled_at,
    :cash_session_id
);

-- name: of_order(order_id)
select id, order_id, provider, reference, amount_cents, currency, status, created_at, settled_at, part_of
from payments
where order_id = :order_id
order by created_at, id;

-- name: note(provider, notification_id, body, now)!
-- Waits for whoever is writing the same notification, then finds it written.
insert into payment_notifications (provider, notification_id, body, outcome, received_at)
values (:provider, :notification_id, :body, 'received', :now)
on conflict do nothing;

-- name: noted(provider, notification_id)$
select outcome from payment_notifications where provider = :provider and notification_id = :notification_id;

-- name: note_outcome(provider, notification_id, payment_id, outcome)!
update payment_notifications set payment_id = :payment_id, outcome = :outcome
where provider = :provider and notification_id = :notification_id;

-- name: order_of(provider, reference)$
select order_id from payments where provider = :provider and reference = :reference;

-- name: lock(provider, reference)^
select id, order_id, provider, reference, amount_cents, currency, status, created_at, settled_at
from payments
where provider = :provider and reference = :reference
for no key update;

-- name: settle(payment_id, status, amount_cents, currency, now)!
update payments set status = :status, amount_cents = :amount_cents, currency = :currency, settled_at = :now
where id = :payment_id;

-- name: expired_tickets(order_id, now)
-- The tickets that the order's expiry took back, unless one of them is for a performance that is over or off.
with lost as (
    select t.id, t.order_line_id, t.pass_id, t.pool_id, t.place, p.ends_at > :now and p.status <> 'cancelled' as to_come
    from orders o
    join order_lines r on r.order_id = o.id and r.kind = 'reversal' and r.created_at = o.closed_at
    join tickets t on t.order_line_id = r.reverses
    join performances p on p.id = t.performance_id
    where o.id = :order_id
)
select id, order_line_id, pass_id, pool_id, place from lost
where (select bool_and(to_come) from lost)
order by pool_id, place;

-- name: replanned(order_id)
-- The performances of an order whose plan has several versions: it may have come onto another while they had no tickets.
select distinct t.performance_id
from tickets t
join performances p on p.id = t.performance_id
join plan_versions v on v.id = p.plan_version_id
where t.order_id = :order_id
    and exists (select from plan_versions w where w.plan_id = v.plan_id and w.id <> v.id);

-- name: cost(line_ids)$
select coalesce(sum(amount_cents), 0)::integer from order_lines where id = any(:line_ids::uuid[]);

-- name: reseat(order_id, old_lines, new_lines, order_status, ticket_sources, ticket_status, now)!
-- Undoes an expiry: the lines again, with their tickets and passes, the order, and what it was sold for.
with again as (
    select chosen.fresh, l.id, l.box_office_id, l.kind, l.label, l.amount_cents, l.vat_thousandths
    from unnest(:old_lines::uuid[], :new_lines::uuid[]) as chosen (old, fresh)
    join order_lines l on l.id = chosen.old and l.order_id = :order_id
), lines as (
    insert into order_lines (id, order_id, box_office_id, kind, label, amount_cents, vat_thousandths, created_at)
    select fresh, :order_id, box_office_id, kind, label, amount_cents, vat_thousandths, :now::timestamptz from again
), left_behind as (
    insert into former_lines (line_id, ticket_id)
    select again.id, t.id from again join tickets t on t.order_line_id = again.id and t.pass_id is null
), seats as (
    update tickets set order_line_id = again.fresh, status = :ticket_status::text
    from again
    where tickets.order_line_id = again.id and tickets.status = any(:ticket_sources::text[])
), holders as (
    update passes set order_line_id = again.fresh, status = :ticket_status::text
    from again
    where passes.order_line_id = again.id and passes.status = any(:ticket_sources::text[])
), posted as (
    insert into ledger (order_id, box_office_id, debit, credit, amount_cents, currency, reason, at)
    select o.id, o.box_office_id, 'receivable', 'sales', sum(again.amount_cents), o.currency, 'seated again',
        :now::timestamptz
    from again, orders o
    where o.id = :order_id
    group by o.id
    having sum(again.amount_cents) > 0
)
update orders set status = :order_status::text, closed_at = null where id = :order_id;
