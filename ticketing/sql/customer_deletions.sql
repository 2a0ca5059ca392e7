-- name: standing(customer_id)^
-- What a customer's end has to wait for: the last event they have tickets for, and money that is on its way.
select c.deletion_asked_at as asked_at, d.last_ends_at, d.order_count,
    exists (select from orders o where o.customer_id = c.id and o.status = 'pending')
    or exists (
        select from refunds r
        join orders o on o.id = r.order_id
        where o.customer_id = c.id and r.status = 'due'
    ) as awaits_money
from customers c
cross join lateral (
    select max(p.ends_at) as last_ends_at, count(distinct o.id)::integer as order_count
    from orders o
    left join tickets t on t.order_id = o.id and t.status <> 'cancelled'
    left join performances p on p.id = t.performance_id
    where o.customer_id = c.id
) d
where c.id = :customer_id and c.forgotten_at is null;

-- name: ask(customer_id, now)!
update customers set deletion_asked_at = :now where id = :customer_id and deletion_asked_at is null;

-- name: withdraw(customer_id)!
update customers set deletion_asked_at = null where id = :customer_id and deletion_asked_at is not null;

-- name: get(organisation_id, customer_id)^
select id, organisation_id, email, name, locale, created_at
from customers
where organisation_id = :organisation_id and id = :customer_id and forgotten_at is null
for no key update;

-- name: next_asked(after)^
-- The next of those who asked, whom nobody else has in hand.
select id, organisation_id, email, name, locale, created_at
from customers
where deletion_asked_at is not null and id > :after
order by id
limit 1
for no key update skip locked;

-- name: lock_orders(customer_id)
-- In the order of their ids, as whoever locks several does.
select id from orders where customer_id = :customer_id order by id for no key update;

-- name: drop_answers(order_ids)!
with dropped as (
    delete from answers where order_id = any(:order_ids::uuid[]) returning upload_id
)
delete from uploads where id in (select upload_id from dropped);

-- name: drop_ticket_holders(order_ids)!
update tickets set holder_name = '' where order_id = any(:order_ids::uuid[]) and holder_name <> '';

-- name: drop_pass_holders(order_ids)!
update passes set holder_name = '' where order_id = any(:order_ids::uuid[]) and holder_name <> '';

-- name: drop_printed(order_ids)!
-- What waits for its printer is given up or printed within hours, and forgotten in days.
update print_jobs set payload = null
where order_id = any(:order_ids::uuid[]) and payload is not null and status not in ('queued', 'sending');

-- name: drop_recipients(order_ids)!
-- What a server replied may repeat the address.
update order_mails set recipient = '', reply = '' where order_id = any(:order_ids::uuid[]);

-- name: drop_replies(customer_id)!
update mailing_recipients set reply = '' where customer_id = :customer_id and reply <> '';

-- name: drop_typed(order_ids)!
delete from carts where order_id = any(:order_ids::uuid[]);

-- name: drop_opt_out(organisation_id, email)!
delete from opt_outs where organisation_id = :organisation_id and email = :email;
