-- name: create(box_office_id, organisation_id, key, name, currency, locale, created_at)^
insert into box_offices (id, organisation_id, key, name, currency, locale, created_at)
values (:box_office_id, :organisation_id, :key, :name, :currency, :locale, :created_at)
on conflict (key) do nothing
returning id, organisation_id, key, name, currency, locale, created_at;

-- name: get(organisation_id, key)^
select id, organisation_id, key, name, currency, locale, created_at
from box_offices
where organisation_id = :organisation_id and key = :key;

-- name: public(key)^
select id, organisation_id, key, name, currency, locale, created_at from box_offices where key = :key;

-- name: list_of(organisation_id)
select id, organisation_id, key, name, currency, locale, created_at
from box_offices
where organisation_id = :organisation_id
order by key;
