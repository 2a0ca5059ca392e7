-- name: of_order(order_id)
select i.id, i.kind, i.label, c.label as credits, i.issued_on, i.due_on, i.currency, i.total_cents
from invoices i
left join invoices c on c.id = i.credits
where i.order_id = :order_id
order by i.id;

-- name: document(order_id, invoice_id)$
select document::text from invoices where id = :invoice_id and order_id = :order_id;

-- name: documents(order_id)
select document::text as document from invoices where order_id = :order_id order by id;

-- name: customer_of(order_id)$
select c.email from orders o join customers c on c.id = o.customer_id where o.id = :order_id;

-- name: billed_to(order_id)^
select name, street, postal_code, city, country from bill_addresses where order_id = :order_id;

-- name: bill_to(order_id, name, street, postal_code, city, country)!
insert into bill_addresses (order_id, name, street, postal_code, city, country)
values (:order_id, :name, :street, :postal_code, :city, :country)
on conflict (order_id) do update set name = excluded.name, street = excluded.street, postal_code = excluded.postal_code,
    city = excluded.city, country = excluded.country;

-- name: page(box_office_id, today, owed, year, number, rows_max)
-- A box office's documents before a number, the newest first, with what has become of each invoice: its order owes
-- something, or not; or credit notes took all of it back.
select i.id, i.order_id, o.code as order_code, i.kind, i.year, i.number, i.label, c.label as credits,
    coalesce(i.document -> 'buyer' ->> 'name', '') as buyer, i.issued_on, i.due_on, i.currency, i.total_cents,
    case
        when i.kind = 'credit_note' then null
        when i.total_cents + back.cents <= 0 then 'credited'
        when s.due_cents <= 0 then 'paid'
        when i.due_on < :today::date then 'overdue'
        else 'open'
    end as debt
from invoices i
join orders o on o.id = i.order_id
left join invoices c on c.id = i.credits
cross join lateral order_sums(o.id) s
cross join lateral (
    select coalesce(sum(w.total_cents), 0)::bigint as cents from invoices w where w.order_id = o.id and w.credits = i.id
) back
where i.box_office_id = :box_office_id and (i.year, i.number) < (:year::integer, :number::integer)
    and (not :owed::boolean or i.kind = 'invoice' and s.due_cents > 0 and i.total_cents + back.cents > 0)
order by i.year desc, i.number desc
limit :rows_max;
