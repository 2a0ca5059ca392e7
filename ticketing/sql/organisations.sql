-- name: create(organisation_id, slug, name, created_at)^
insert into organisations (id, slug, name, created_at)
values (:organisation_id, :slug, :name, :created_at)
on conflict (slug) do nothing
returning id, slug, name, created_at, version;

-- name: by_slug(slug)^
select id, slug, name, created_at, version from organisations where slug = :slug;

-- name: every()
select id, slug, name, created_at, version from organisations order by slug;

-- name: get(organisation_id)^
select id, slug, name, created_at, version from organisations where id = :organisation_id;

-- name: rename(organisation_id, version, name)^
update organisations
set name = :name, version = version + 1
where id = :organisation_id and version = :version
returning id, slug, name, created_at, version;

-- name: time_zone(organisation_id)$
select organisation_time_zone(:organisation_id);
