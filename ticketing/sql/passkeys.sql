-- name: list_of(staff_id)
select id, name, created_at, used_at from passkeys where staff_id = :staff_id order by created_at, id;

-- name: keys_of(staff_id)
select id, staff_id, credential_id, public_key, sign_count from passkeys where staff_id = :staff_id order by id;

-- name: by_credential(credential_id)^
select p.id, p.staff_id, p.credential_id, p.public_key, p.sign_count
from passkeys p
join staff s on s.id = p.staff_id
where p.credential_id = :credential_id and s.disabled_at is null;

-- name: lock(staff_id)!
select from staff where id = :staff_id for update;

-- name: count(staff_id)$
select count(*) from passkeys where staff_id = :staff_id;

-- name: add(passkey_id, staff_id, name, credential_id, public_key, sign_count, now)!
insert into passkeys (id, staff_id, name, credential_id, public_key, sign_count, created_at)
values (:passkey_id, :staff_id, :name, :credential_id, :public_key, :sign_count, :now)
on conflict (credential_id) do nothing;

-- name: used(passkey_id, sign_count, now)!
update passkeys set sign_count = greatest(sign_count, :sign_count), used_at = :now where id = :passkey_id;

-- name: end(staff_id, passkey_id)$
delete from passkeys where staff_id = :staff_id and id = :passkey_id returning name;

-- name: ask(challenge, staff_id, ends_at)!
insert into passkey_challenges (challenge, staff_id, ends_at) values (:challenge, :staff_id, :ends_at);

-- name: spend(challenge, staff_id, now)!
delete from passkey_challenges
where challenge = :challenge and staff_id is not distinct from :staff_id::uuid and ends_at > :now;

-- name: forget(now)!
delete from passkey_challenges where ends_at <= :now;
