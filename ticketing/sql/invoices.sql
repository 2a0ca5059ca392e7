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
