-- name: list_of(organisation_id, box_office_id, rows_max)
-- A box office's designs: those in use first, by paper and name, and how many events chose each.
select
    d.id, d.paper, d.name, d.is_default, d.version, d.retired_at,
    (select count(*) from event_label_designs e where e.design_id = d.id)::integer as events
from label_designs d
join box_offices b on b.id = d.box_office_id
where d.box_office_id = :box_office_id and b.organisation_id = :organisation_id
order by d.retired_at is not null, d.paper desc, d.is_default desc, lower(d.name), d.id
limit :rows_max;

-- name: get(organisation_id, design_id)^
select
    d.id, b.organisation_id, d.box_office_id, d.paper, d.name, d.design, d.is_default, d.version, d.retired_at
from label_designs d
join box_offices b on b.id = d.box_office_id
where d.id = :design_id and b.organisation_id = :organisation_id;

-- name: lock(organisation_id, design_id)^
select
    d.id, b.organisation_id, d.box_office_id, d.paper, d.name, d.design, d.is_default, d.version, d.retired_at
from label_designs d
join box_offices b on b.id = d.box_office_id
where d.id = :design_id and b.organisation_id = :organisation_id
for update of d;

-- name: lock_office(organisation_id, box_office_id)^
-- Whoever makes a design, brings one back, chooses a default or uploads a picture waits for who does the same.
select b.name,
    (select count(*) from label_designs d where d.box_office_id = b.id and d.retired_at is null)::integer as designs
from box_offices b
where b.id = :box_office_id and b.organisation_id = :organisation_id
for no key update;

-- name: create(design_id, box_office_id, paper, name, design, now)!
insert into label_designs (id, box_office_id, paper, name, design, created_at)
values (:design_id, :box_office_id, :paper, :name, :design, :now);

-- name: edit(design_id, name, design, version)!
update label_designs
set name = :name, design = :design, version = version + 1
where id = :design_id and version = :version;

-- name: retire(design_id, retired_at)!
update label_designs set retired_at = :retired_at, version = version + 1 where id = :design_id;

-- name: drop_default(box_office_id, paper)!
update label_designs set is_default = false where box_office_id = :box_office_id and paper = :paper and is_default;

-- name: set_default(design_id)!
update label_designs set is_default = true where id = :design_id;

-- name: uses(design_id, rows_max)
select e.id as event_id, e.name as event_name
from event_label_designs c
join events e on e.id = c.event_id
where c.design_id = :design_id
order by e.name, e.id
limit :rows_max;

-- name: of_event(organisation_id, event_id)^
select e.id, e.name, e.box_office_id
from events e
join box_offices b on b.id = e.box_office_id
where e.id = :event_id and b.organisation_id = :organisation_id
for no key update of e;

-- name: chosen(event_id)
select c.paper, c.design_id, d.name from event_label_designs c join label_designs d on d.id = c.design_id
where c.event_id = :event_id;

-- name: choose(event_id, design_id)$
-- A design of the event's box office that is not retired; its paper.
insert into event_label_designs (event_id, paper, design_id)
select e.id, d.paper, d.id
from events e
join label_designs d on d.box_office_id = e.box_office_id
where e.id = :event_id and d.id = :design_id and d.retired_at is null
for share of d
on conflict (event_id, paper) do update set design_id = excluded.design_id
returning paper;

-- name: choose_none(event_id, paper)!
delete from event_label_designs where event_id = :event_id and paper = :paper;

-- name: copy_of_event(event_id, new_event_id)!
-- A copy in another box office has none.
insert into event_label_designs (event_id, paper, design_id)
select n.id, c.paper, c.design_id
from event_label_designs c
join label_designs d on d.id = c.design_id
join events n on n.id = :new_event_id and n.box_office_id = d.box_office_id
where c.event_id = :event_id;

-- name: worn(order_id, paper)
-- An event's design goes before the default of its box office.
select t.id as ticket_id, coalesce(c.design_id, d.id) as design_id
from tickets t
join performances p on p.id = t.performance_id
join events e on e.id = p.event_id
left join event_label_designs c on c.event_id = e.id and c.paper = :paper
left join label_designs d on d.box_office_id = e.box_office_id and d.paper = :paper and d.is_default
where t.order_id = :order_id and coalesce(c.design_id, d.id) is not null;

-- name: of_passes(order_id, paper)$
select d.id
from orders o
join label_designs d on d.box_office_id = o.box_office_id and d.paper = :paper and d.is_default
where o.id = :order_id;

-- name: default_of(box_office_id, paper)$
select id from label_designs where box_office_id = :box_office_id and paper = :paper and is_default;

-- name: to_print(design_ids)
select d.id, d.design from label_designs d where d.id = any(:design_ids::uuid[]);

-- name: pictures(box_office_id, hashes)
-- Those of the box office alone.
select f.hash, f.media_type, f.content
from label_pictures p
join files f on f.hash = p.hash
where p.box_office_id = :box_office_id and p.hash = any(:hashes::bytea[]);

-- name: pictures_of_designs(design_ids)
select f.hash, f.media_type, f.content
from label_designs d
cross join lateral jsonb_array_elements(d.design -> 'blocks') block
join label_pictures p on p.box_office_id = d.box_office_id and p.hash = decode(block ->> 'file', 'hex')
join files f on f.hash = p.hash
where d.id = any(:design_ids::uuid[]) and block ? 'file';

-- name: add_picture(box_office_id, hash, now)!
insert into label_pictures (box_office_id, hash, created_at)
values (:box_office_id, :hash, :now)
on conflict (box_office_id, hash) do update set created_at = excluded.created_at;

-- name: forget_pictures(box_office_id, kept_max)!
-- The oldest beyond so many that no design shows.
delete from label_pictures p
where p.box_office_id = :box_office_id
    and p.hash in (
        select o.hash
        from label_pictures o
        where o.box_office_id = :box_office_id and not exists (
            select from label_designs d
            where d.box_office_id = o.box_office_id
                and d.design -> 'blocks' @> jsonb_build_array(jsonb_build_object('file', encode(o.hash, 'hex')))
        )
        order by o.created_at desc, o.hash
        offset :kept_max
    );

-- name: picture_count(box_office_id, hashes)$
select count(*)::integer from label_pictures where box_office_id = :box_office_id and hash = any(:hashes::bytea[]);
