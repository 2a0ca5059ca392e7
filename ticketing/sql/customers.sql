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
