-- name: create(staff_id, email, name, locale, password_hash, now)^
insert into staff (id, email, name, locale, password_hash, created_at)
values (:staff_id, :email, :name, :locale, :password_hash, :now)
on conflict (email) do nothing
returning id, email, name, locale, created_at, disabled_at;

-- name: get(staff_id)^
select id, email, name, locale, created_at, disabled_at from staff where id = :staff_id;

-- name: by_email(email)^
select id, email, name, locale, created_at, disabled_at from staff where email = :email;

-- name: password_of(email)^
select id, password_hash, disabled_at from staff where email = :email;

-- name: join(organisation_id, staff_id, now)!
insert into members (organisation_id, staff_id, joined_at) values (:organisation_id, :staff_id, :now)
on conflict do nothing;

-- name: set_password(staff_id, password_hash)!
update staff set password_hash = :password_hash where id = :staff_id;
