-- name: store(order_id, now, ids, tickets, fields, versions, texts, uploads)!
-- The questions are held as they were when the answers were checked; one that changed since takes no row.
with fresh as materialized (
    select d.id
    from form_fields d
    where (d.id, d.version) in (select * from unnest(:fields::uuid[], :versions::integer[])) and not d.hidden
    for share
)
insert into answers (id, order_id, ticket_id, field_id, texts, upload_id, answered_at)
select g.id, :order_id::uuid, g.ticket, g.field, array(select jsonb_array_elements_text(g.texts::jsonb)), g.upload,
    :now::timestamptz
from unnest(:ids::uuid[], :tickets::uuid[], :fields::uuid[], :texts::text[], :uploads::uuid[])
    as g (id, ticket, field, texts, upload)
join fresh on fresh.id = g.field;

-- name: of_order(order_id)
select a.ticket_id, a.field_id, d.kind, d.labels, d.options, d.position, d.on_ticket, a.texts, a.upload_id,
    u.name as file_name
from answers a
join form_fields d on d.id = a.field_id
left join uploads u on u.id = a.upload_id
where a.order_id = :order_id;

-- name: asked_of_order(order_id)
-- The order itself, then its tickets; whether a form is there to be answered for each.
select null::uuid as ticket_id, '' as holder_name, '' as zone, '' as row_label, '' as seat_label,
    exists (
        select from tickets t
        join performances p on p.id = t.performance_id
        join events e on e.id = p.event_id
        left join forms f on f.box_office_id = e.box_office_id and f.of_orders
        where t.order_id = :order_id and coalesce(e.order_form_id, f.id) is not null
    ) as asked,
    0 as place, 0 as serial
union all
select t.id, t.holder_name, t.zone, t.row_label, t.seat_label, r.form_id is not null, t.place, t.serial
from tickets t
left join tariffs r on r.id = t.tariff_id
where t.order_id = :order_id
order by place, serial;

-- name: lock_order(order_id)!
select from orders where id = :order_id for no key update;

-- name: sheet(organisation_id, order_id, ticket_id)^
-- The forms of a set: those that are asked now, and those that were answered.
select o.code as order_code, o.box_office_id, b.key as box_office_key,
    array(
        select distinct f.form_id
        from (
            select d.form_id
            from answers a
            join form_fields d on d.id = a.field_id
            where a.order_id = o.id and a.ticket_id is not distinct from :ticket_id::uuid
            union all
            select r.form_id
            from tickets t
            join tariffs r on r.id = t.tariff_id
            where t.order_id = o.id and t.id = :ticket_id
            union all
            select coalesce(e.order_form_id, g.id)
            from tickets t
            join performances p on p.id = t.performance_id
            join events e on e.id = p.event_id
            left join forms g on g.box_office_id = e.box_office_id and g.of_orders
            where t.order_id = o.id and :ticket_id::uuid is null
        ) f
        where f.form_id is not null
    ) as form_ids
from orders o
join box_offices b on b.id = o.box_office_id
where o.id = :order_id and b.organisation_id = :organisation_id
    and (:ticket_id::uuid is null or exists (select from tickets t where t.id = :ticket_id and t.order_id = o.id));

-- name: drop(order_id, ticket_id, fields)!
with dropped as (
    delete from answers
    where order_id = :order_id and ticket_id is not distinct from :ticket_id and field_id = any(:fields::uuid[])
    returning upload_id
)
delete from uploads where id in (select upload_id from dropped);

-- name: order(organisation_id, order_id)^
select o.code, o.box_office_id
from orders o
join box_offices b on b.id = o.box_office_id
where o.id = :order_id and b.organisation_id = :organisation_id;

-- name: drop_file(order_id, upload_id)!
with emptied as (
    update answers set upload_id = null where order_id = :order_id and upload_id = :upload_id
)
delete from uploads where id = :upload_id;

-- name: name_holder(ticket_id, holder_name)!
update tickets set holder_name = :holder_name where id = :ticket_id;
