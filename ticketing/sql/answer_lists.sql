-- name: answered_forms(event_id)
-- How many tickets and orders of an event answered each form.
select d.form_id, count(distinct (a.order_id, a.ticket_id)) as count
from (
    select distinct t.order_id
    from performances p
    join tickets t on t.performance_id = p.id
    where p.event_id = :event_id
) of_event
join answers a on a.order_id = of_event.order_id
join form_fields d on d.id = a.field_id
left join tickets t on t.id = a.ticket_id
left join performances p on p.id = t.performance_id
where a.ticket_id is null or p.event_id = :event_id
group by d.form_id;

-- name: dates(event_id)
select p.id, p.starts_at, v.time_zone
from performances p
join venues v on v.id = p.venue_id
where p.event_id = :event_id
order by p.starts_at;

-- name: lines(event_id, form_id, performance_id, code, search, skipped, rows_max)
-- Orders from the newest, each with its own answers, then those of its tickets.
with picked as (
    select a.order_id, a.ticket_id,
        json_object_agg(a.field_id, to_json(a.texts)) as said,
        json_object_agg(a.field_id, json_build_array(u.id, u.name)) filter (where u.id is not null) as files
    from form_fields d
    join answers a on a.field_id = d.id
    left join uploads u on u.id = a.upload_id
    where d.form_id = :form_id
    group by a.order_id, a.ticket_id
)
select o.id as order_id, o.code as order_code, o.status as order_status, o.placed_at, c.name as customer_name,
    c.email as customer_email, t.id as ticket_id, t.status as ticket_status, t.holder_name,
    r.name as tariff_name, t.zone, t.row_label, t.seat_label, p.starts_at, v.time_zone,
    picked.said::text as said, picked.files::text as files
from picked
join orders o on o.id = picked.order_id
join customers c on c.id = o.customer_id
left join tickets t on t.id = picked.ticket_id
left join tariffs r on r.id = t.tariff_id
left join performances p on p.id = t.performance_id
left join venues v on v.id = p.venue_id
where (
        p.event_id = :event_id
        or t.id is null and exists (
            select from tickets x
            join performances y on y.id = x.performance_id
            where x.order_id = o.id and y.event_id = :event_id
                and (:performance_id::uuid is null or y.id = :performance_id)
        )
    )
    and (:performance_id::uuid is null or p.id is null or p.id = :performance_id)
    and (
        :search::text is null
        or o.code = :code
        or strpos(lower(c.name), :search) > 0
        or strpos(c.email, :search) > 0
        or strpos(lower(t.holder_name), :search) > 0
    )
order by o.id desc, t.id nulls first
offset :skipped
limit :rows_max;
