-- name: excess(order_id)
-- By currency, what came in beyond what the order costs and what goes or went back of it.
select money.currency, sum(money.cents)::bigint as cents
from (
    select p.currency, p.amount_cents as cents from payments p
    where p.order_id = :order_id and p.status in ('succeeded', 'refund_due', 'refunded')
    union all
    select r.currency, -r.amount_cents from refunds r where r.order_id = :order_id
    union all
    select o.currency, -l.amount_cents from order_lines l join orders o on o.id = l.order_id where o.id = :order_id
) as money
group by money.currency
having sum(money.cents) > 0;

-- name: refundable(order_id, currency)
-- Payments with money in them that is not on its way back, the newest first.
select p.id, p.provider, p.amount_cents - coalesce(sum(r.amount_cents), 0)::integer as left_cents
from payments p
left join refunds r on r.payment_id = p.id
where p.order_id = :order_id and p.currency = :currency and p.status in ('succeeded', 'refund_due', 'refunded')
group by p.id
having p.amount_cents > coalesce(sum(r.amount_cents), 0)
order by p.created_at desc, p.id desc;

-- name: add(refund_id, order_id, payment_id, amount_cents, currency, reason, now)!
insert into refunds (id, order_id, payment_id, amount_cents, currency, status, reason, created_at)
values (:refund_id, :order_id, :payment_id, :amount_cents, :currency, 'due', :reason, :now);

-- name: carry(refund_id, part_id, payment_id, from_id, to_id, amount_cents, currency, now)!
with gone as (
    insert into refunds (id, order_id, payment_id, amount_cents, currency, status, reason, created_at, sent_at)
    values (
        :refund_id::uuid, :from_id::uuid, :payment_id::uuid, :amount_cents::integer, :currency::text, 'sent', 'split',
        :now::timestamptz, :now::timestamptz
    )
)
insert into payments (
    id, order_id, provider, reference, amount_cents, currency, status, created_at, settled_at, part_of
)
select :part_id::uuid, :to_id::uuid, provider, :part_id::uuid::text, :amount_cents::integer, :currency::text,
    'succeeded', :now::timestamptz, :now::timestamptz, coalesce(part_of, id)
from payments
where id = :payment_id::uuid;

-- name: get(refund_id)^
-- A part of a payment goes back by the reference of the one that came.
select r.id, r.order_id, r.payment_id, p.provider, coalesce(w.reference, p.reference) as reference, r.amount_cents, r.currency, r.status, r.reason,
    r.created_at, r.sent_at
from refunds r
join payments p on p.id = r.payment_id
left join payments w on w.id = p.part_of
where r.id = :refund_id;

-- name: get_of(organisation_id, refund_id)^
-- A refund that somebody gives back by hand, of the organisation's own.
select r.id, r.order_id, r.payment_id, p.provider, p.reference, r.amount_cents, r.currency, r.status, r.reason,
    r.created_at, r.sent_at
from refunds r
join payments p on p.id = r.payment_id
join orders o on o.id = r.order_id
join box_offices b on b.id = o.box_office_id
where r.id = :refund_id and b.organisation_id = :organisation_id and p.provider in ('on_site', 'terminal', 'transfer');

-- name: of_others(order_id, staff_id, now)$
-- Whether something came in for an order, at a box office with tills, that somebody did not take themselves in a cash
-- session on this day. What went along from another order was taken where it came in.
select exists (
    select from payments p
    join orders o on o.id = p.order_id
    left join payments w on w.id = p.part_of
    left join cash_movements m on m.payment_id = coalesce(p.part_of, p.id)
    where p.order_id = :order_id and p.status in ('succeeded', 'refund_due')
        and exists (select from tills t where t.box_office_id = o.box_office_id and t.retired_at is null)
        and (
            m.staff_id is distinct from :staff_id::uuid
            or (coalesce(w.settled_at, p.settled_at) at time zone box_office_time_zone(o.box_office_id))::date
                <> (:now::timestamptz at time zone box_office_time_zone(o.box_office_id))::date
        )
);

-- name: of_order(order_id)
select r.id, r.order_id, r.payment_id, p.provider, p.reference, r.amount_cents, r.currency, r.status, r.reason,
    r.created_at, r.sent_at
from refunds r
join payments p on p.id = r.payment_id
where r.order_id = :order_id
order by r.created_at, r.id;

-- name: lock_order(order_id)!
select from orders where id = :order_id for no key update;

-- name: order_named(order_id)^
select code, box_office_id from orders where id = :order_id;

-- name: mark_sent(refund_id, now, cash_session_id)!
update refunds set status = 'sent', sent_at = :now, cash_session_id = :cash_session_id
where id = :refund_id and status = 'due';

-- name: returned(payment_id)$
-- Whether all of a payment went back.
select p.amount_cents = coalesce(sum(r.amount_cents) filter (where r.status = 'sent'), 0)
from payments p
left join refunds r on r.payment_id = p.id
where p.id = :payment_id
group by p.id;

-- name: mark_returned(payment_id, sources, target)!
update payments set status = :target where id = :payment_id and status = any(:sources::text[]);
