-- name: client(order_id)^
-- Who bought, through which channel, and how often at this box office.
select c.name, c.email, c.locale, o.channel, b.key as box_office_key, b.name as box_office_name,
    (
        select count(*)::integer from orders w where w.customer_id = c.id and w.box_office_id = o.box_office_id
    ) as order_count,
    h.handover
from orders o
left join order_choices h on h.order_id = o.id
join customers c on c.id = o.customer_id
join box_offices b on b.id = o.box_office_id
where o.id = :order_id;

-- name: seats(order_id)
-- An order's tickets, whatever their status, by date and place; with who was let in when and where.
select t.id, t.order_line_id as line_id, t.serial, t.generation, t.status, t.pass_id, t.performance_id, t.place,
    t.zone, t.row_label, t.seat_label, t.category, f.name as tariff_name, t.price_cents, t.holder_name,
    e.id as event_id, e.name as event_name, v.name as venue_name, v.time_zone, p.starts_at, p.ends_at,
    a.at as admitted_at, a.gate as admitted_gate
from tickets t
join performances p on p.id = t.performance_id
join events e on e.id = p.event_id
join venues v on v.id = p.venue_id
left join tariffs f on f.id = t.tariff_id
left join admissions a on a.ticket_id = t.id
where t.order_id = :order_id
order by p.starts_at, t.place, t.serial;

-- name: passes(order_id)
select h.id, h.order_line_id as line_id, h.serial, h.generation, h.status, h.holder_name, y.name,
    l.amount_cents as price_cents
from passes h
join pass_types y on y.id = h.pass_type_id
join order_lines l on l.id = h.order_line_id
where h.order_id = :order_id
order by h.serial;
