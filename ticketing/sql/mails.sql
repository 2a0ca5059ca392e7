-- name: customer_of(order_id)$
select c.email from orders o join customers c on c.id = o.customer_id where o.id = :order_id;

-- name: note(mail_id, order_id, kind, recipient, outcome, reply, now)!
insert into order_mails (id, order_id, kind, recipient, outcome, reply, at)
values (:mail_id, :order_id, :kind, :recipient, :outcome, :reply, :now)
on conflict (id) do nothing;

-- name: of_order(order_id)
select id, kind, recipient, outcome, reply, at from order_mails where order_id = :order_id order by at desc, id desc;
