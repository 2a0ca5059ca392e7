-- name: time_zone(box_office_id)$
select box_office_time_zone(:box_office_id);

-- name: ground(order_id)^
-- When the first date of an order's live tickets begins, and where its box office counts its days.
select
    box_office_time_zone(o.box_office_id) as time_zone,
    (
        select min(p.starts_at)
        from tickets t
        join performances p on p.id = t.performance_id
        where t.order_id = o.id and t.status in ('reserved', 'valid', 'opposed')
    ) as first_starts_at
from orders o
where o.id = :order_id;

-- name: choose(order_id, method, until)!
update orders set payment_method = :method, expires_at = :until where id = :order_id;
