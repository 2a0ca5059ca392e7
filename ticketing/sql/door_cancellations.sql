-- name: of_code(serial, box_office_id, event_ids, date_ids)^
select t.id as ticket_id, o.code as order_code, e.name as event_name, p.starts_at, v.time_zone, t.zone, t.row_label,
    t.seat_label, o.id as order_id, o.status as order_status, o.channel, t.status, t.generation, t.pass_id, s.due_cents,
    t.price_cents
from tickets t
join orders o on o.id = t.order_id
join performances p on p.id = t.performance_id
join events e on e.id = p.event_id
join venues v on v.id = p.venue_id
cross join lateral order_sums(o.id) s
where t.serial = :serial and p.box_office_id = :box_office_id
    and (:event_ids::uuid[] is null or p.event_id = any(:event_ids::uuid[]))
    and (:date_ids::uuid[] is null or p.id = any(:date_ids::uuid[]));
