-- name: positions(performance_ids, ticket_id, order_ids, any_status, entered, rows_max, rows_skipped)
-- Tickets as the check-in call shows them: of some dates (of some orders, of those that are good), or one.
select t.id as ticket_id, t.serial, o.id as order_id, o.code as order_code, o.status as order_status,
    c.locale as order_locale,
    (select count(*)::integer from tickets u where u.order_id = t.order_id and u.serial <= t.serial) as number,
    t.tariff_id, a.pass_type_id, y.name as pass_name, t.price_cents, o.currency, l.vat_thousandths,
    case when t.pass_id is null then coalesce(l.vat_cents, 0) else 0 end as vat_cents, t.holder_name,
    p.pool_id as list, p.event_id, p.id as performance_id, t.place, t.zone, t.row_label, t.seat_label,
    case when t.status = 'valid' then coalesce(a.status, t.status) else t.status end as status,
    (
        select coalesce(
            jsonb_agg(
                jsonb_build_object('list', d.pool_id, 'direction', g.direction, 'at', g.at, 'device', e.number)
                order by g.number
            ),
            '[]'
        )
        from passages g
        join performances d on d.id = g.performance_id
        join scans s on s.id = g.scan_id
        left join scan_devices e on e.id = s.device_id
        where g.ticket_id = t.id and g.undoes is null
            and not exists (select from passages u where u.ticket_id = g.ticket_id and u.undoes = g.number)
    ) as passages,
    count(*) over ()::integer as matches
from tickets t
join orders o on o.id = t.order_id
join customers c on c.id = o.customer_id
join performances p on p.id = t.performance_id
left join order_lines l on l.id = t.order_line_id
left join passes a on a.id = t.pass_id
left join pass_types y on y.id = a.pass_type_id
where (:ticket_id::uuid is null or t.id = :ticket_id)
    and (:performance_ids::uuid[] is null or t.performance_id = any(:performance_ids::uuid[]))
    and (:order_ids::uuid[] is null or t.order_id = any(:order_ids::uuid[]))
    and (:any_status or t.status = 'valid' and coalesce(a.status, 'valid') = 'valid')
    and (
        :entered::boolean is null
        or :entered = exists (select from admissions i where i.ticket_id = t.id)
    )
order by lower(t.holder_name), t.order_id, t.serial
limit :rows_max offset :rows_skipped;

-- name: order_of(ticket_id)$
select order_id from tickets where id = :ticket_id;

-- name: unanswered(ticket_id, field_ids)
-- Mandatory questions of the ticket's form that nobody has answered for it; a file is not sent from a door.
select d.id, d.form_id
from tickets t
join tariffs f on f.id = t.tariff_id
join form_fields d on d.form_id = f.form_id
where t.id = :ticket_id and d.id = any(:field_ids::uuid[]) and d.mandatory and not d.hidden and d.kind <> 'file'
    and not exists (
        select from answers a where a.order_id = t.order_id and a.ticket_id = t.id and a.field_id = d.id
    );
