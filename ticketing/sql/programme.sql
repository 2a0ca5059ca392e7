-- name: events(box_office_id, now, link)
-- What a shop shows: events for everybody, or the one whose link is known, with a date that is not over.
select e.id, w.title as name, w.titles, e.category, e.languages, e.picture, x.texts,
    d.first_at, d.last_at, d.time_zone, d.date_count, d.venues, p.cents as from_cents
from events e
join event_titles w on w.event_id = e.id
join event_descriptions x on x.event_id = e.id
cross join lateral (
    select min(f.starts_at) as first_at, max(f.starts_at) as last_at, min(u.time_zone) as time_zone,
        count(*)::integer as date_count, array_agg(distinct u.name) as venues
    from performances f
    join venues u on u.id = f.venue_id
    where f.event_id = e.id and f.ends_at > :now and f.status in ('on_sale', 'closed')
) d
cross join lateral event_from(e.id, :now) p
where e.box_office_id = :box_office_id and d.date_count > 0
    and (e.visibility = 'public' or (e.visibility = 'link' and :link <> '' and e.link_secret = :link))
order by d.first_at, e.id;

-- name: event(box_office_id, event_id, link, now)^
select e.id, w.title as name, w.titles, e.category, e.languages, e.picture, x.texts,
    p.cents as from_cents
from events e
join event_titles w on w.event_id = e.id
join event_descriptions x on x.event_id = e.id
cross join lateral event_from(e.id, :now) p
where e.id = :event_id and e.box_office_id = :box_office_id
    and (e.visibility = 'public' or (e.visibility = 'link' and :link <> '' and e.link_secret = :link));

-- name: dates(event_id, now, rows_max)
select f.id, f.starts_at, f.doors_at, f.ends_at, f.status, f.label, s.sale_opens_at, s.sale_closes_at, f.pool_id,
    u.id as venue_id, u.name as venue_name, u.address as venue_address, u.time_zone, o.place_count
from performances f
join venues u on u.id = f.venue_id
join performance_sales s on s.performance_id = f.id
join pools o on o.id = f.pool_id
where f.event_id = :event_id and f.ends_at > :now and f.status <> 'draft'
order by f.starts_at, f.id
limit :rows_max;

-- name: within(box_office_id, first, last, venues)
-- The events that have a date on one of these days, as its venue counts them, at one of these venues; none: all.
select distinct f.event_id
from performances f
join venues u on u.id = f.venue_id
where f.box_office_id = :box_office_id and f.status <> 'draft'
    and (:first::date is null or (f.starts_at at time zone u.time_zone)::date >= :first)
    and (:last::date is null or (f.starts_at at time zone u.time_zone)::date <= :last)
    and (cardinality(:venues::uuid[]) = 0 or f.venue_id = any (:venues));

-- name: taken(pools)
-- How many places of each pool are somebody's.
select p.pool, (select count(*)::integer from claims c where c.pool_id = p.pool) as taken_count
from unnest(:pools::bigint[]) as p (pool);

-- name: picture(box_office_id, hash)^
-- A picture that a shop shows: its logo, an event's that is no draft, or one of the view from a seat of its house.
select f.media_type, f.content, f.width, f.height
from files f
where f.hash = :hash
    and (
        exists (select from shops s where s.box_office_id = :box_office_id and s.logo = f.hash)
        or exists (
            select from events e
            where e.box_office_id = :box_office_id and e.picture = f.hash and e.visibility <> 'draft'
        )
        or exists (
            select from box_offices b
            join seat_photos p on p.organisation_id = b.organisation_id
            where b.id = :box_office_id and p.hash = f.hash
        )
    );

-- name: venues(box_office_id, now)
-- Where a shop's dates to come are.
select distinct u.id, u.name
from performances f
join venues u on u.id = f.venue_id
where f.box_office_id = :box_office_id and f.ends_at > :now and f.status <> 'draft'
order by u.name, u.id;
