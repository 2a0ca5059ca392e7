-- name: create(event_id, organisation_id, box_office_id, name, created_at, visibility, category, link_secret)!
insert into events (id, box_office_id, name, created_at, visibility, category, link_secret)
select :event_id, id, :name, :created_at, :visibility, :category, :link_secret
from box_offices
where id = :box_office_id and organisation_id = :organisation_id;

-- name: get(organisation_id, event_id)^
select e.id, e.box_office_id, e.name, e.created_at, e.version, e.visibility, e.link_secret, e.category, e.languages,
    e.picture, e.sale_opens_at, e.sale_closes_min, e.counter_opens_at, e.counter_closes_min, e.order_places_max,
    e.doors_min, e.duration_min
from events e
join box_offices b on b.id = e.box_office_id
where e.id = :event_id and b.organisation_id = :organisation_id;

-- name: list_of(organisation_id, box_office_id)
select e.id, e.box_office_id, e.name, e.created_at, e.version, e.visibility, e.link_secret, e.category, e.languages,
    e.picture, e.sale_opens_at, e.sale_closes_min, e.counter_opens_at, e.counter_closes_min, e.order_places_max,
    e.doors_min, e.duration_min
from events e
join box_offices b on b.id = e.box_office_id
where b.id = :box_office_id and b.organisation_id = :organisation_id
order by e.name, e.id;

-- name: programmed(staff_id, box_office_id, now, shown, text, sort, after, rows_max)
-- The events of a box office that a person reaches; unless they are sorted otherwise, those with a date to come first,
-- the nearest before the others. Claims are counted for the events of this page, for all when they are sorted by them.
with mine as materialized (
    select e.id, e.name, e.visibility, e.category, next.starts_at as next_at, next.time_zone, dated.date_count,
        row_number() over (
            order by
                case when :sort = 'name' then folded(e.name) end, case when :sort = '-name' then folded(e.name) end desc,
                case when :sort = 'sold' then sold.claim_count end, case when :sort = '-sold' then sold.claim_count end desc,
                case when :sort = '-next' then next.starts_at end desc nulls last, next.starts_at nulls last,
                e.created_at desc, e.id
        ) as place
    from events e
    join box_offices b on b.id = e.box_office_id
    cross join lateral reach(:staff_id, b.organisation_id, b.id, e.id) r
    left join lateral (
        select f.starts_at, u.time_zone
        from performances f
        join venues u on u.id = f.venue_id
        where f.event_id = e.id and f.ends_at > :now and f.status <> 'cancelled'
        order by f.starts_at
        limit 1
    ) as next on true
    cross join lateral (
        select count(*)::integer as date_count from performances f where f.event_id = e.id
    ) as dated
    left join lateral (
        select count(*) as claim_count
        from performances f
        join claims c on c.pool_id = f.pool_id
        where f.event_id = e.id and f.status <> 'cancelled'
    ) as sold on :sort in ('sold', '-sold')
    where e.box_office_id = :box_office_id and r.scope is not null
        and (:text = '' or e.name ilike '%' || replace(replace(replace(:text, '\', '\\'), '%', '\%'), '_', '\_') || '%')
        and case :shown
            when 'draft' then e.visibility = 'draft'
            when 'past' then dated.date_count > 0 and next.starts_at is null
            when 'current' then dated.date_count = 0 or next.starts_at is not null
            else true
        end
    order by place
    offset :after::integer limit :rows_max::integer
)
select m.id, m.name, m.visibility, m.category, m.next_at, m.time_zone, m.date_count, houses.place_count, houses.sold_count
from mine m
cross join lateral (
    select coalesce(sum(v.place_count - kept_count(p.id, p.blocked_count, p.coded)), 0)::integer as place_count,
        coalesce(sum((select count(*) from claims c where c.pool_id = f.pool_id)), 0)::integer as sold_count
    from performances f
    join plan_versions v on v.id = f.plan_version_id
    join pools p on p.id = f.pool_id
    where f.event_id = m.id and f.status <> 'cancelled'
) as houses
order by m.place;

-- name: programmed_count(staff_id, box_office_id, now, shown, text)$
select count(*)
from events e
join box_offices b on b.id = e.box_office_id
cross join lateral reach(:staff_id, b.organisation_id, b.id, e.id) r
cross join lateral (
    select count(*) as date_count, count(*) filter (where f.ends_at > :now and f.status <> 'cancelled') as coming_count
    from performances f
    where f.event_id = e.id
) as dated
where e.box_office_id = :box_office_id and r.scope is not null
    and (:text = '' or e.name ilike '%' || replace(replace(replace(:text, '\', '\\'), '%', '\%'), '_', '\_') || '%')
    and case :shown
        when 'draft' then e.visibility = 'draft'
        when 'past' then dated.date_count > 0 and dated.coming_count = 0
        when 'current' then dated.date_count = 0 or dated.coming_count > 0
        else true
    end;

-- name: texts_of(event_id)
select language, title, subtitle, description, picture_alt
from event_texts
where event_id = :event_id;

-- name: time_zone(event_id)$
select event_time_zone(:event_id);

-- name: has_orders(event_id)$
select exists (
    select from performances f
    where f.event_id = :event_id and exists (select from tickets t where t.performance_id = f.id)
);

-- name: edit(event_id, version, name, visibility, category, languages, sale_opens_at, sale_closes_min, counter_opens_at, counter_closes_min, order_places_max, doors_min, duration_min, link_secret)!
update events
set name = :name, visibility = :visibility, category = :category, languages = :languages,
    sale_opens_at = :sale_opens_at, sale_closes_min = :sale_closes_min, counter_opens_at = :counter_opens_at,
    counter_closes_min = :counter_closes_min, order_places_max = :order_places_max, doors_min = :doors_min,
    duration_min = :duration_min, link_secret = :link_secret, version = version + 1
where id = :event_id and version = :version;

-- name: set_texts(event_id, language, title, subtitle, description, picture_alt)!
insert into event_texts (event_id, language, title, subtitle, description, picture_alt)
values (:event_id, :language, :title, :subtitle, :description, :picture_alt)
on conflict (event_id, language) do update
set title = excluded.title, subtitle = excluded.subtitle, description = excluded.description,
    picture_alt = excluded.picture_alt;

-- name: set_picture(event_id, picture)!
update events set picture = :picture where id = :event_id;

-- name: renew_link(event_id, link_secret)!
update events set link_secret = :link_secret where id = :event_id;

-- name: lock(event_id)$
-- Its row, locked against anything that would come to refer to it; who sees it.
select visibility from events where id = :event_id for update;

-- name: lock_dates(event_id)
select from performances where event_id = :event_id order by id for update;

-- name: belongings(event_id)^
select
    (select count(*) from performances where event_id = :event_id)::integer as date_count,
    (select count(*) from tariffs where event_id = :event_id)::integer as tariff_count,
    (select count(*) from mailings where event_id = :event_id)::integer as mailing_count,
    (select count(*) from grants where event_id = :event_id)::integer as grant_count,
    (
        select count(distinct k.order_id)
        from performances f
        join tickets k on k.performance_id = f.id
        where f.event_id = :event_id
    )::integer as order_count,
    (
        select count(distinct y.pass_type_id)
        from performances f
        join pass_type_performances y on y.performance_id = f.id
        where f.event_id = :event_id
    )::integer as pass_type_count;

-- name: tariffs_of(event_id)
select id from tariffs where event_id = :event_id;

-- name: remove_dates(event_id)!
delete from performances where event_id = :event_id;

-- name: remove(event_id)!
-- Its texts, mails and the rights on it go with it.
delete from events where id = :event_id;
