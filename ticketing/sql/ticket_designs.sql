-- name: list_of(organisation_id, box_office_id)
-- A box office's designs by name, and how many events and tariffs chose each.
select
    d.id, d.name, d.gallery, d.is_default, d.version, d.picture is not null as has_picture,
    (select count(*) from events e where e.ticket_design_id = d.id)::integer as events,
    (select count(*) from tariffs f where f.ticket_design_id = d.id)::integer as tariffs
from ticket_designs d
join box_offices b on b.id = d.box_office_id
where d.box_office_id = :box_office_id and b.organisation_id = :organisation_id
order by d.is_default desc, lower(d.name), d.id;

-- name: get(organisation_id, design_id)^
select d.id, b.organisation_id, d.box_office_id, d.name, d.gallery, d.look, d.picture, d.logo, d.is_default, d.version
from ticket_designs d
join box_offices b on b.id = d.box_office_id
where d.id = :design_id and b.organisation_id = :organisation_id;

-- name: lock(organisation_id, design_id)^
select d.id, b.organisation_id, d.box_office_id, d.name, d.gallery, d.look, d.picture, d.logo, d.is_default, d.version
from ticket_designs d
join box_offices b on b.id = d.box_office_id
where d.id = :design_id and b.organisation_id = :organisation_id
for update of d;

-- name: lock_office(organisation_id, box_office_id)^
-- Whoever makes a design or a default waits for who does the same.
select b.name, (select count(*) from ticket_designs d where d.box_office_id = b.id)::integer as designs
from box_offices b
where b.id = :box_office_id and b.organisation_id = :organisation_id
for no key update;

-- name: create(design_id, box_office_id, name, gallery, look, picture, logo, is_default, now)!
insert into ticket_designs (id, box_office_id, name, gallery, look, picture, logo, is_default, created_at)
values (:design_id, :box_office_id, :name, :gallery, :look, :picture, :logo, :is_default, :now);

-- name: edit(design_id, name, gallery, look, version)!
update ticket_designs
set name = :name, gallery = :gallery, look = :look, version = version + 1
where id = :design_id and version = :version;

-- name: set_picture(design_id, picture)!
update ticket_designs set picture = :picture, version = version + 1 where id = :design_id;

-- name: set_logo(design_id, logo)!
update ticket_designs set logo = :logo, version = version + 1 where id = :design_id;

-- name: drop_default(box_office_id)!
update ticket_designs set is_default = false where box_office_id = :box_office_id and is_default;

-- name: set_default(design_id)!
update ticket_designs set is_default = true where id = :design_id;

-- name: remove(design_id)!
delete from ticket_designs where id = :design_id;

-- name: uses(design_id)
-- The events that chose it, and the tariffs.
select e.id as event_id, e.name as event_name, null::uuid as tariff_id, null::text as tariff_name
from events e
where e.ticket_design_id = :design_id
union all
select e.id, e.name, f.id, f.name
from tariffs f
join events e on e.id = f.event_id
where f.ticket_design_id = :design_id
order by event_name, tariff_name nulls first
limit 200;

-- name: of_event(organisation_id, event_id)^
select e.id, e.name, e.box_office_id, e.id as event_id, e.name as event_name, e.ticket_design_id as design_id
from events e
join box_offices b on b.id = e.box_office_id
where e.id = :event_id and b.organisation_id = :organisation_id;

-- name: of_tariff(organisation_id, tariff_id)^
select f.id, f.name, e.box_office_id, e.id as event_id, e.name as event_name, f.ticket_design_id as design_id
from tariffs f
join events e on e.id = f.event_id
join box_offices b on b.id = e.box_office_id
where f.id = :tariff_id and b.organisation_id = :organisation_id;

-- name: dress_event(event_id, design_id)!
-- None of another box office.
update events e
set ticket_design_id = :design_id
where e.id = :event_id and (
    :design_id::uuid is null
    or exists (select from ticket_designs d where d.id = :design_id and d.box_office_id = e.box_office_id)
);

-- name: dress_tariff(tariff_id, design_id)!
update tariffs f
set ticket_design_id = :design_id
from events e
where f.id = :tariff_id and e.id = f.event_id and (
    :design_id::uuid is null
    or exists (select from ticket_designs d where d.id = :design_id and d.box_office_id = e.box_office_id)
);

-- name: copy_of_event(event_id, new_event_id)!
-- A copy in another box office has none.
update events n
set ticket_design_id = d.id
from events e
join ticket_designs d on d.id = e.ticket_design_id
where e.id = :event_id and n.id = :new_event_id and d.box_office_id = n.box_office_id;

-- name: copy_of_tariffs(originals, copies, new_event_id)!
update tariffs n
set ticket_design_id = d.id
from unnest(:originals::uuid[], :copies::uuid[]) as pair (original, copy)
join tariffs f on f.id = pair.original
join ticket_designs d on d.id = f.ticket_design_id
join events e on e.id = :new_event_id and e.box_office_id = d.box_office_id
where n.id = pair.copy;

-- name: worn(order_id)
-- A tariff's design goes before its event's, that before the default of its box office.
select t.id as ticket_id, coalesce(f.ticket_design_id, e.ticket_design_id, d.id) as design_id,
    e.picture as event_picture
from tickets t
join performances p on p.id = t.performance_id
join events e on e.id = p.event_id
left join tariffs f on f.id = t.tariff_id
left join ticket_designs d on d.box_office_id = e.box_office_id and d.is_default
where t.order_id = :order_id;

-- name: of_passes(order_id)$
select d.id
from orders o
join ticket_designs d on d.box_office_id = o.box_office_id and d.is_default
where o.id = :order_id;

-- name: some_picture(box_office_id)$
select e.picture
from events e
where e.box_office_id = :box_office_id and e.picture is not null
order by e.created_at desc, e.id desc
limit 1;

-- name: to_print(design_ids)
select id, gallery, look, picture, logo from ticket_designs where id = any(:design_ids::uuid[]);

-- name: pictures(hashes)
select hash, media_type, content from files where hash = any(:hashes::bytea[]);
