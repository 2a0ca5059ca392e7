-- name: lock(order_id)
-- The tickets of an order that may bear another name: good or awaited ones, alone, that nobody was let in by.
select t.id, t.holder_name
from tickets t
where t.order_id = :order_id and t.pass_id is null and t.status in ('reserved', 'valid')
    and not exists (select from admissions a where a.ticket_id = t.id)
order by t.id
for no key update of t;

-- name: name(ticket_ids, names)!
update tickets t
set holder_name = n.holder_name
from unnest(:ticket_ids::uuid[], :names::text[]) as n (id, holder_name)
where t.id = n.id;
