-- name: of_ticket(ticket_id, field_ids)
select a.ticket_id, a.field_id, d.kind, d.labels, d.options, d.position, d.on_ticket, a.texts, a.upload_id,
    null as file_name
from tickets t
join answers a on a.order_id = t.order_id and a.ticket_id = t.id
join form_fields d on d.id = a.field_id
where t.id = :ticket_id and a.field_id = any(:field_ids::uuid[])
order by d.position nulls last, d.id;

-- name: questions(field_ids)
select id, labels from form_fields where id = any(:field_ids::uuid[]) order by position nulls last, id;

-- name: of_date(performance_id, field_ids)
select a.ticket_id, a.field_id, d.kind, d.labels, d.options, d.position, d.on_ticket, a.texts, a.upload_id,
    null as file_name
from tickets t
join answers a on a.order_id = t.order_id and a.ticket_id = t.id
join form_fields d on d.id = a.field_id
where t.performance_id = :performance_id and a.field_id = any(:field_ids::uuid[]);
