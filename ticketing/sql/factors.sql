-- name: of_staff(staff_id)^
select
    exists (select from authenticators where staff_id = :staff_id and confirmed_at is not null) as authenticator,
    (select count(*) from passkeys where staff_id = :staff_id) as passkey_count,
    (select count(*) from recovery_codes where staff_id = :staff_id and used_at is null) as recovery_codes_left;

-- name: end(staff_id)!
with apps as (
    delete from authenticators where staff_id = :staff_id
), keys as (
    delete from passkeys where staff_id = :staff_id
)
delete from recovery_codes where staff_id = :staff_id;
