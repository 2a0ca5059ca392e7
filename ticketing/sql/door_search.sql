-- name: of_code(serial, of_pass, performance_ids, box_office_id, event_ids, date_ids)
select distinct t.order_id as id
from tickets t
join performances p on p.id = t.performance_id
left join passes a on a.id = t.pass_id
where (not :of_pass and t.serial = :serial or :of_pass and t.pass_id = (select id from passes where serial = :serial))
    and p.box_office_id = :box_office_id and p.id = any(:performance_ids::uuid[])
    and (:event_ids::uuid[] is null or p.event_id = any(:event_ids::uuid[]))
    and (:date_ids::uuid[] is null or p.id = any(:date_ids::uuid[]));

-- name: of_text(code_from, code_to, words, patterns, people_max, found_max, performance_ids, box_office_id, event_ids, date_ids)
-- The newest orders with a ticket at one of these dates, whose number begins so, whose buyer's name has words that do,
-- or on one of whose tickets stands a name that holds them.
with dates as materialized (
    select id, event_id from performances
    where box_office_id = :box_office_id and id = any(:performance_ids::uuid[])
        and (:event_ids::uuid[] is null or event_id = any(:event_ids::uuid[]))
        and (:date_ids::uuid[] is null or id = any(:date_ids::uuid[]))
), people as materialized (
    select c.id
    from customers c
    where :words <> '' and to_tsvector('simple', folded(c.name)) @@ to_tsquery('simple', folded(:words))
        and c.organisation_id = (select organisation_id from box_offices where id = :box_office_id)
    limit :people_max
), meant as (
    (
        select id from orders
        where :code_from <> '' and code >= :code_from and code < :code_to and box_office_id = :box_office_id
        limit :people_max
    )
    union
    select o.id from people p join orders o on o.customer_id = p.id and o.box_office_id = :box_office_id
    union
    (
        select t.order_id
        from dates d
        join tickets t on t.performance_id = d.id
        where :patterns::text[] is not null and lower(t.holder_name) like all(:patterns::text[])
        limit :people_max
    )
)
select o.id
from meant m
join orders o on o.id = m.id
where exists (select from tickets t join dates d on d.id = t.performance_id where t.order_id = o.id)
order by o.code = :code_from desc, o.placed_at desc, o.id desc
limit :found_max;

-- name: tickets(order_ids, rows_max, performance_ids, box_office_id, event_ids, date_ids)
-- A ticket of a pass is as good as its pass.
select t.order_id, o.code, o.status as order_status, c.name as buyer_name, t.id as ticket_id, t.performance_id, t.serial,
    e.name as event_name, p.starts_at, v.time_zone, t.zone, t.row_label, t.seat_label, f.name as tariff_name,
    y.name as pass_name, t.holder_name,
    case when t.status = 'valid' then coalesce(a.status, t.status) else t.status end as status,
    l.last, l.inside, l.entry_count, l.entered_at, l.entered_gate, l.left_at, l.left_gate
from unnest(:order_ids::uuid[]) as wanted (id)
join orders o on o.id = wanted.id
join customers c on c.id = o.customer_id
join tickets t on t.order_id = o.id
join performances p on p.id = t.performance_id
join events e on e.id = p.event_id
join venues v on v.id = p.venue_id
left join tariffs f on f.id = t.tariff_id
left join passes a on a.id = t.pass_id
left join pass_types y on y.id = a.pass_type_id
left join lateral (
    select last, inside, entry_count, entered_at, entered_gate, left_at, left_gate
    from passages
    where ticket_id = t.id
    order by number desc
    limit 1
) l on true
where p.box_office_id = :box_office_id and p.id = any(:performance_ids::uuid[])
    and (:event_ids::uuid[] is null or p.event_id = any(:event_ids::uuid[]))
    and (:date_ids::uuid[] is null or p.id = any(:date_ids::uuid[]))
order by p.starts_at, t.place, t.serial
limit :rows_max;
