-- name: addressee(email, organisation_id)^
select
    s.id, s.email, s.name, s.locale, s.password_hash is not null as opened,
    coalesce((select o.name from organisations o where o.id = :organisation_id), '') as organisation
from staff s
where s.email = :email and s.disabled_at is null;
