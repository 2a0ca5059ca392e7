-- name: add(customer_id, organisation_id, email, name, locale, created_at)!
insert into customers (id, organisation_id, email, name, locale, created_at)
values (:customer_id, :organisation_id, :email, :name, :locale, :created_at)
on conflict (organisation_id, email, forgotten_id) do nothing;

-- name: by_email(organisation_id, email)^
select id, organisation_id, email, name, locale, created_at
from customers
where organisation_id = :organisation_id and email = :email and forgotten_at is null;

-- name: get(organisation_id, customer_id)^
select id, organisation_id, email, name, locale, created_at
from customers
where organisation_id = :organisation_id and id = :customer_id;

-- name: sheet(organisation_id, box_office_id, customer_id)^
-- Somebody who ordered at this box office.
select c.id, c.email, c.name, c.locale, c.created_at, c.proved_at, c.deletion_asked_at, c.forgotten_at,
    x.email is not null as opted_out, here.order_count, every.order_count - here.order_count as elsewhere_count
from customers c
left join opt_outs x on x.organisation_id = c.organisation_id and x.email = c.email
cross join lateral (
    select count(*)::integer as order_count from orders where customer_id = c.id and box_office_id = :box_office_id
) here
cross join lateral (
    select count(*)::integer as order_count from orders where customer_id = c.id
) every
where c.organisation_id = :organisation_id and c.id = :customer_id and here.order_count > 0;

-- name: orders_at(customer_id, box_office_id, rows_max)
select o.id, o.code, o.status, o.currency, o.placed_at, box_office_time_zone(o.box_office_id) as time_zone,
    coalesce(d.events, '{}') as events, coalesce(d.ticket_count, 0) as ticket_count,
    (select coalesce(sum(l.amount_cents), 0)::integer from order_lines l where l.order_id = o.id) as total_cents
from orders o
left join lateral (
    select array_agg(distinct e.name) as events, count(*) filter (where t.status <> 'cancelled')::integer as ticket_count
    from tickets t
    join performances p on p.id = t.performance_id
    join events e on e.id = p.event_id
    where t.order_id = o.id
) d on true
where o.customer_id = :customer_id and o.box_office_id = :box_office_id
order by o.placed_at desc, o.id desc
limit :rows_max;
