-- name: by_email(organisation_id, email)^
select c.id, c.email, c.name, c.locale, g.name as organisation
from customers c
join organisations g on g.id = c.organisation_id
where c.organisation_id = :organisation_id and c.email = :email and c.forgotten_at is null;

-- name: by_id(organisation_id, customer_id)^
select c.id, c.email, c.name, c.locale, g.name as organisation
from customers c
join organisations g on g.id = c.organisation_id
where c.organisation_id = :organisation_id and c.id = :customer_id and c.forgotten_at is null;

-- name: organisation(organisation_id)$
select name from organisations where id = :organisation_id;
