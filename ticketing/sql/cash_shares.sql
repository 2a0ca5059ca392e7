-- name: lines(order_id)
-- An order's lines but those that are about others, with what takes them back, and what tills had of them. What a split
-- took along to another order is not to be had here any more.
select l.id, l.kind in ('ticket', 'pass') as item,
    exists (select from order_lines r where r.reverses = l.id) as undone,
    l.amount_cents,
    l.amount_cents + coalesce(
        (
            select sum(b.amount_cents) from order_lines b
            where b.order_id = l.order_id and (b.reverses = l.id or b.adjusts = l.id)
        ), 0
    )::integer as net_cents,
    l.vat_thousandths,
    coalesce(s.cents, 0)::integer as taken_cents, coalesce(s.vat_cents, 0)::integer as taken_vat_cents,
    coalesce(s.items, 0)::integer as counted
from order_lines l
left join lateral (
    select sum(h.amount_cents) as cents, sum(h.vat_cents) as vat_cents, sum(h.item_count) as items
    from cash_shares h
    where h.order_line_id = l.id
) s on true
where l.order_id = :order_id and l.reverses is null and l.adjusts is null
    and not exists (
        select from former_lines f join tickets t on t.id = f.ticket_id where f.line_id = l.id and t.order_id <> l.order_id
    )
order by l.id;

-- name: vat(cents, rates)
-- The tax in amounts, rounded as that of lines is.
select vat_included(told.cents, told.rate) as vat_cents
from unnest(:cents::integer[], :rates::integer[]) with ordinality as told (cents, rate, position)
order by told.position;
