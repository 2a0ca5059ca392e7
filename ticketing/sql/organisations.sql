-- name: create(organisation_id, slug, name, created_at)^
insert into organisations (id, slug, name, created_at)
values (:organisation_id, :slug, :name, :created_at)
on conflict (slug) do nothing
returning id, slug, name, created_at;

-- name: by_slug(slug)^
select id, slug, name, created_at from organisations where slug = :slug;

-- name: every()
select id, slug, name, created_at from organisations order by slug;
