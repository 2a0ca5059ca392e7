-- name: head(performance_id)^
select p.id, e.id as event_id, e.name as event_name, v.name as venue_name, v.time_zone, p.starts_at, p.doors_at, p.status
from performances p
join events e on e.id = p.event_id
join venues v on v.id = p.venue_id
where p.id = :performance_id;

-- name: lines(performance_id, lines_max)
-- Those that may come in, and those that are not paid yet; with the last time somebody came in.
select t.serial, t.holder_name as name, o.code as order_code, coalesce(f.name, '') as tariff, t.place, t.zone,
    t.row_label as row, t.seat_label as seat, coalesce(y.name, '') as pass_name, t.status = 'valid' as paid,
    coalesce(l.inside, false) as inside, coalesce(l.entry_count, 0) as entries, l.entered_at, l.entered_gate
from tickets t
join orders o on o.id = t.order_id
left join tariffs f on f.id = t.tariff_id
left join passes a on a.id = t.pass_id
left join pass_types y on y.id = a.pass_type_id
left join lateral (
    select inside, entry_count, entered_at, entered_gate
    from passages
    where ticket_id = t.id
    order by number desc
    limit 1
) l on true
where t.performance_id = :performance_id and t.status in ('valid', 'reserved')
    and coalesce(a.status, 'valid') = 'valid'
order by t.place, t.serial
limit :lines_max;
