-- name: keep(hash, media_type, content, width, height, created_at)!
insert into files (hash, media_type, content, width, height, created_at)
values (:hash, :media_type, :content, :width, :height, :created_at)
on conflict (hash) do update set created_at = excluded.created_at;

-- name: get(hash)^
select media_type, content, width, height from files where hash = :hash;

-- name: forget_unused(before)!
delete from files f
where f.created_at < :before
    and not exists (select from events e where e.picture = f.hash)
    and not exists (select from shops s where s.logo = f.hash)
    and not exists (select from seat_photos p where p.hash = f.hash)
    and not exists (select from ticket_designs d where d.picture = f.hash or d.logo = f.hash)
    and not exists (select from label_pictures p where p.hash = f.hash);
