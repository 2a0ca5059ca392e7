-- name: keep(hash, media_type, content, width, height, created_at)!
insert into files (hash, media_type, content, width, height, created_at)
values (:hash, :media_type, :content, :width, :height, :created_at)
on conflict (hash) do nothing;

-- name: get(hash)^
select media_type, content, width, height from files where hash = :hash;
