-- name: take_number(box_office_id, year)$
-- The row is locked until the transaction ends: who comes next waits, and counts on from what was committed.
insert into invoice_counters (box_office_id, year, last_number) values (:box_office_id, :year, 1)
on conflict (box_office_id, year) do update set last_number = invoice_counters.last_number + 1
returning last_number;

-- name: invoiced(order_ids)
-- Which of these orders were invoiced and have lines that are not, in the order in which their counters are locked.
select o.id as order_id
from orders o
where o.id = any(:order_ids::uuid[])
    and exists (select from invoices i where i.order_id = o.id)
    and exists (
        select from order_lines l
        where l.order_id = o.id and not exists (select from invoice_lines n where n.order_line_id = l.id)
    )
order by o.box_office_id, o.id;

-- name: wants_receipt(order_id)$
select exists (
    select from orders o join billing b on b.box_office_id = o.box_office_id where o.id = :order_id and b.receipts
);

-- name: label(invoice_id)$
select label from invoices where id = :invoice_id;

-- name: head(order_id)^
select
    o.code as order_code, o.box_office_id, o.currency, box_office_time_zone(o.box_office_id) as time_zone,
    g.name as organisation_name, case when b.vat_registered then b.vat_number else '' end as vat_number,
    coalesce(c.name, '') as customer_name, coalesce(c.email, '') as customer_email, c.locale as customer_locale,
    case when o.status = 'pending' then o.expires_at end as expires_at,
    greatest(0, s.due_cents) as due_cents,
    coalesce(
        (
            select jsonb_build_object(
                'name', a.name, 'street', a.street, 'postal_code', a.postal_code, 'city', a.city, 'country', a.country
            )
            from bill_addresses a
            where a.order_id = o.id
        ),
        '{}'
    ) as bill_address
from orders o
join box_offices b on b.id = o.box_office_id
join organisations g on g.id = b.organisation_id
join customers c on c.id = o.customer_id
cross join lateral order_sums(o.id) s
where o.id = :order_id;

-- name: uninvoiced(order_id)
-- An order's lines that stand on no document, with what they are of: a ticket's date as the line was written (a ticket
-- that moved, or went along to another order, has left the lines before behind), or a pass.
select
    l.id, l.label, l.amount_cents, l.vat_thousandths, l.vat_cents, coalesce(l.reverses, l.adjusts) as undoes,
    d.invoice_id as undone_on, coalesce(e.title, y.name, '') as title, coalesce(e.titles, '{}') as titles,
    coalesce(v.name, '') as venue, coalesce(v.time_zone, '') as time_zone, p.starts_at
from order_lines l
left join invoice_lines n on n.order_line_id = l.id
left join invoice_lines d on d.order_line_id = coalesce(l.reverses, l.adjusts)
left join lateral (
    select t.performance_id
    from tickets t
    where t.order_id = l.order_id and t.pass_id is null
        and (
            t.order_line_id = coalesce(l.reverses, l.adjusts, l.id)
            or exists (
                select from former_lines f
                where f.line_id = coalesce(l.reverses, l.adjusts, l.id) and f.ticket_id = t.id
            )
        )
    union all
    select t.performance_id
    from former_lines f
    join tickets t on t.id = f.ticket_id
    where f.line_id = coalesce(l.reverses, l.adjusts, l.id) and t.order_id <> l.order_id
    limit 1
) at on true
left join performances p on p.id = at.performance_id
left join event_titles e on e.event_id = p.event_id
left join venues v on v.id = p.venue_id
left join passes s on s.order_id = l.order_id and s.order_line_id = coalesce(l.reverses, l.adjusts, l.id)
left join pass_types y on y.id = s.pass_type_id
where l.order_id = :order_id and n.order_line_id is null
order by l.id;

-- name: write(invoice_id, box_office_id, order_id, kind, credits, year, number, label, now, issued_on, due_on, currency, total_cents, document, line_ids)!
with written as (
    insert into invoices (
        id, box_office_id, order_id, kind, credits, year, number, label, issued_at, issued_on, due_on, currency,
        total_cents, document
    )
    values (
        :invoice_id, :box_office_id, :order_id, :kind, :credits, :year, :number, :label, :now, :issued_on, :due_on,
        :currency, :total_cents, :document::jsonb
    )
    returning id
)
insert into invoice_lines (order_line_id, invoice_id)
select lines.id, written.id from written, unnest(:line_ids::uuid[]) as lines (id);
