-- name: create(box_office_id, organisation_id, key, name, currency, locale, created_at)^
insert into box_offices (id, organisation_id, key, name, currency, locale, created_at)
values (:box_office_id, :organisation_id, :key, :name, :currency, :locale, :created_at)
on conflict (key) do nothing
returning id, organisation_id, key, name, currency, locale, vat_registered, vat_number, created_at, version;

-- name: change(organisation_id, key, version, name, currency, locale, vat_registered, vat_number)^
update box_offices
set name = :name, currency = :currency, locale = :locale, vat_registered = :vat_registered, vat_number = :vat_number,
    version = version + 1
where organisation_id = :organisation_id and key = :key and version = :version
returning id, organisation_id, key, name, currency, locale, vat_registered, vat_number, created_at, version;

-- name: get(organisation_id, key)^
select id, organisation_id, key, name, currency, locale, vat_registered, vat_number, created_at, version
from box_offices
where organisation_id = :organisation_id and key = :key;

-- name: public(key)^
select id, organisation_id, key, name, currency, locale, vat_registered, vat_number, created_at, version
from box_offices
where key = :key;

-- name: list_of(organisation_id)
select id, organisation_id, key, name, currency, locale, vat_registered, vat_number, created_at, version
from box_offices
where organisation_id = :organisation_id
order by key;

-- name: time_zone(box_office_id)$
select box_office_time_zone(:box_office_id);

-- name: has_orders(box_office_id)$
select exists (select from orders where box_office_id = :box_office_id);

-- name: keys_like(start)
select key from box_offices where key >= :start and key < :start || '~';
