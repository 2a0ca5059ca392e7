-- name: lock(email)^
select id, email, name, locale, created_at, disabled_at from staff where email = :email for no key update;

-- name: lock_own(staff_id)^
select id, email, name, locale, created_at, disabled_at from staff where id = :staff_id for no key update;

-- name: set_profile(staff_id, name, locale)!
update staff set name = :name, locale = :locale where id = :staff_id;

-- name: disable(staff_id, now)!
update staff set disabled_at = :now where id = :staff_id and disabled_at is null;

-- name: enable(staff_id)!
update staff set disabled_at = null where id = :staff_id and disabled_at is not null;

-- name: organisations_of(staff_id)
select o.id from organisations o where :staff_id in (select people_of(o.id)) order by o.id;

-- name: managed_by(staff_id)
-- Organisations that a person manages all of, in the order in which they are locked.
select distinct g.organisation_id as id
from grants_of(:staff_id) g
where g.scope = 'manage' and g.box_office_id is null
order by 1;
