-- name: get(box_office_id)^
select b.id as box_office_id, coalesce(s.version, 0) as version, s.logo, coalesce(s.colours, '{}') as colours,
    coalesce(s.variables, '{}') as variables, coalesce(s.texts, '{}') as texts,
    coalesce(s.dates_shown, 'list') as dates_shown, coalesce(s.gauges, true) as gauges
from box_offices b
left join shops s on s.box_office_id = b.id
where b.id = :box_office_id;

-- name: own(organisation_id, box_office_id)^
-- An organisation's own box office, locked, so that two who save for the first time meet.
select name from box_offices where id = :box_office_id and organisation_id = :organisation_id for no key update;

-- name: change(box_office_id, version, colours, variables, texts, dates_shown, gauges)$
insert into shops (box_office_id, colours, variables, texts, dates_shown, gauges)
select :box_office_id, :colours::jsonb, :variables::jsonb, :texts::jsonb, :dates_shown, :gauges::boolean
where :version::integer = 0
    or exists (select from shops where box_office_id = :box_office_id and version = :version)
on conflict (box_office_id) do update set
    colours = excluded.colours, variables = excluded.variables, texts = excluded.texts,
    dates_shown = excluded.dates_shown, gauges = excluded.gauges, version = shops.version + 1
    where shops.version = :version
returning version;

-- name: set_logo(box_office_id, logo)!
insert into shops (box_office_id, logo) values (:box_office_id, :logo)
on conflict (box_office_id) do update set logo = excluded.logo, version = shops.version + 1;
