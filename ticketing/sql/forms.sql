-- name: count(organisation_id, box_office_id)$
-- How many forms a box office has; null for a box office of another organisation.
select (select count(*) from forms f where f.box_office_id = b.id)
from box_offices b
where b.id = :box_office_id and b.organisation_id = :organisation_id;

-- name: create(form_id, box_office_id, name, now)!
insert into forms (id, box_office_id, name, created_at) values (:form_id, :box_office_id, :name, :now);

-- name: list_of(organisation_id, box_office_id)
select f.id, f.name, f.of_orders,
    (select count(*) from form_fields d where d.form_id = f.id and not d.hidden) as fields,
    (select count(*) from tariffs t where t.form_id = f.id) as tariffs,
    (select count(*) from events e where e.order_form_id = f.id) as events,
    exists (
        select from form_fields d where d.form_id = f.id and exists (select from answers a where a.field_id = d.id)
    ) as answered
from forms f
join box_offices b on b.id = f.box_office_id
where f.box_office_id = :box_office_id and b.organisation_id = :organisation_id
order by f.name;

-- name: get(form_ids)
select f.id, b.organisation_id, f.box_office_id, b.key as box_office_key, b.locale, b.currency, f.name, f.of_orders,
    f.version
from forms f
join box_offices b on b.id = f.box_office_id
where f.id = any(:form_ids::uuid[]);

-- name: fields_of(form_ids)
select d.id, d.form_id, d.kind, d.labels, d.helps, d.mandatory, d.on_ticket, d.link, d.position, d.hidden, d.options,
    d.limits, d.version, exists (select from answers a where a.field_id = d.id) as answered
from form_fields d
where d.form_id = any(:form_ids::uuid[]);

-- name: lock(form_id)!
select from forms where id = :form_id for update;

-- name: lock_field(field_id)!
select from form_fields where id = :field_id for update;

-- name: rename(form_id, name, version)!
update forms set name = :name, version = version + 1 where id = :form_id and version = :version;

-- name: remove(form_id)!
delete from forms where id = :form_id;

-- name: form_of_field(field_id)$
select form_id from form_fields where id = :field_id;

-- name: add_field(field_id, form_id, kind, labels, helps, mandatory, on_ticket, link, position, options, limits)!
insert into form_fields (
    id, form_id, kind, labels, helps, mandatory, on_ticket, link, position, options, limits
)
values (
    :field_id, :form_id, :kind, :labels, :helps, :mandatory, :on_ticket, :link, :position, :options, :limits
);

-- name: change_field(field_id, version, kind, labels, helps, mandatory, on_ticket, link, position, options, limits)!
update form_fields
set kind = :kind, labels = :labels, helps = :helps, mandatory = :mandatory, on_ticket = :on_ticket, link = :link,
    position = :position, options = :options, limits = :limits, version = version + 1
where id = :field_id and version = :version;

-- name: options_chosen(field_id)
select distinct unnest(texts) as key from answers where field_id = :field_id;

-- name: remove_field(field_id)!
delete from form_fields where id = :field_id;

-- name: hide_field(field_id, hidden)!
update form_fields set hidden = :hidden, version = version + 1 where id = :field_id;

-- name: uses(form_id)
select e.id as event_id, e.name as event_name, t.id as tariff_id, t.name as tariff_name
from tariffs t
join events e on e.id = t.event_id
where t.form_id = :form_id
union all
select e.id, e.name, null, null
from events e
where e.order_form_id = :form_id
order by event_name, tariff_name nulls first;

-- name: tariff(organisation_id, tariff_id)^
select t.id, t.name, e.box_office_id, e.id as event_id, e.name as event_name, t.form_id
from tariffs t
join events e on e.id = t.event_id
join box_offices b on b.id = e.box_office_id
where t.id = :tariff_id and b.organisation_id = :organisation_id;

-- name: event(organisation_id, event_id)^
select e.id, e.name, e.box_office_id, e.id as event_id, e.name as event_name, e.order_form_id as form_id
from events e
join box_offices b on b.id = e.box_office_id
where e.id = :event_id and b.organisation_id = :organisation_id;

-- name: of_orders(event_id)^
-- The event's own form, or its box office's.
select f.id, f.name, e.order_form_id is not null as own
from events e
join forms f on f.id = e.order_form_id or e.order_form_id is null and f.of_orders and f.box_office_id = e.box_office_id
where e.id = :event_id;

-- name: name_in(box_office_id, form_id)$
select name from forms where id = :form_id and box_office_id = :box_office_id for key share;

-- name: link_tariff(tariff_id, form_id)!
update tariffs set form_id = :form_id where id = :tariff_id;

-- name: link_event(event_id, form_id)!
update events set order_form_id = :form_id where id = :event_id;

-- name: box_office_name(box_office_id)$
select name from box_offices where id = :box_office_id;

-- name: unmark(box_office_id)$
update forms set of_orders = false where box_office_id = :box_office_id and of_orders returning name;

-- name: mark(form_id)!
update forms set of_orders = true where id = :form_id;

-- name: asked_at(performance_id)
-- The order form (tariff_id null), and those of the tariffs.
select null::uuid as tariff_id, coalesce(e.order_form_id, f.id) as form_id
from performances p
join events e on e.id = p.event_id
left join forms f on f.box_office_id = e.box_office_id and f.of_orders
where p.id = :performance_id and coalesce(e.order_form_id, f.id) is not null
union all
select t.id, t.form_id
from performances p
join tariffs t on t.event_id = p.event_id
where p.id = :performance_id and t.form_id is not null;

-- name: missing(event_id, box_office_id)
select distinct f.name
from forms f
where (
        f.id in (select t.form_id from tariffs t where t.event_id = :event_id)
        or f.id = (select e.order_form_id from events e where e.id = :event_id)
    )
    and not exists (select from forms g where g.box_office_id = :box_office_id and g.name = f.name)
order by f.name;

-- name: copy_event_link(event_id, new_event_id)!
update events n
set order_form_id = g.id
from events e
join forms f on f.id = e.order_form_id
join forms g on g.name = f.name
where e.id = :event_id and n.id = :new_event_id and g.box_office_id = n.box_office_id;

-- name: copy_tariff_links(new_event_id, originals, copies)!
update tariffs n
set form_id = g.id
from unnest(:originals::uuid[], :copies::uuid[]) as pair (original, copy)
join tariffs t on t.id = pair.original
join forms f on f.id = t.form_id
join events e on e.id = :new_event_id
join forms g on g.box_office_id = e.box_office_id and g.name = f.name
where n.id = pair.copy;
