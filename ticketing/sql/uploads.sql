-- name: waiting_count(box_office_id)$
select count(*) from uploads where box_office_id = :box_office_id and ends_at is not null;

-- name: add(upload_id, box_office_id, secret_hash, name, media_type, content, now, ends_at)!
insert into uploads (id, box_office_id, secret_hash, name, media_type, content, created_at, ends_at)
values (:upload_id, :box_office_id, :secret_hash, :name, :media_type, :content, :now, :ends_at);

-- name: waiting(box_office_id, hashes, now)
select id, secret_hash, name, media_type, length(content) as byte_count
from uploads
where secret_hash = any(:hashes::bytea[]) and box_office_id = :box_office_id and ends_at > :now;

-- name: keep(upload_ids, now)!
update uploads set ends_at = null where id = any(:upload_ids::uuid[]) and ends_at > :now;

-- name: content(organisation_id, order_id, upload_id)^
select u.name, u.media_type, u.content
from uploads u
join answers a on a.upload_id = u.id
join orders o on o.id = a.order_id
join box_offices b on b.id = o.box_office_id
where u.id = :upload_id and a.order_id = :order_id and b.organisation_id = :organisation_id;

-- name: forget_lapsed(now)!
delete from uploads where ends_at <= :now;
