-- name: orders(box_offices, code_from, code_to, email, words, serial, telephone, row_label, seat_label, since, people_max, found_max)
-- The newest orders at these box offices whose number begins so, or whose buyer's address or words of the name do; with a
-- ticket or a pass of this number, an answer that ends in these digits (which come the other way round), or this seat at
-- one of the next dates.
with people as materialized (
    (
        select c.id
        from (select distinct organisation_id from box_offices where id = any(:box_offices::uuid[])) g
        join customers c on c.organisation_id = g.organisation_id
        where :email <> '' and c.email >= :email and c.email < :email || chr(1114111)
        limit :people_max
    )
    union
    (
        select c.id
        from customers c
        where :words <> '' and to_tsvector('simple', folded(c.name)) @@ to_tsquery('simple', folded(:words))
            and c.organisation_id = any(
                array(select distinct organisation_id from box_offices where id = any(:box_offices::uuid[]))
            )
        limit :people_max
    )
)
select id, code, placed_at
from (
    (
        select id, code, placed_at, box_office_id from orders
        where :code_from <> '' and code >= :code_from and code < :code_to
        limit :people_max
    )
    union
    select o.id, o.code, o.placed_at, o.box_office_id from people p join orders o on o.customer_id = p.id
    union
    select o.id, o.code, o.placed_at, o.box_office_id
    from (
        select order_id from tickets where serial = :serial::bigint
        union
        select order_id from passes where serial = :serial::bigint
    ) n
    join orders o on o.id = n.order_id
    union
    (
        select o.id, o.code, o.placed_at, o.box_office_id
        from answers a
        join orders o on o.id = a.order_id
        where :telephone::text <> '' and a.texts[1] like '+%' and reverse(a.texts[1]) collate "C" >= :telephone
            and reverse(a.texts[1]) collate "C" < :telephone || '~'
        limit :people_max
    )
    union
    select o.id, o.code, o.placed_at, o.box_office_id
    from (
        select p.id
        from performances p
        where :seat_label::text <> '' and p.box_office_id = any(:box_offices::uuid[]) and p.ends_at > :since::timestamptz
        order by p.starts_at
        limit 3
    ) d
    join tickets t on t.performance_id = d.id and lower(t.row_label) = lower(:row_label) and t.seat_label = :seat_label
        and t.status <> 'cancelled'
    join orders o on o.id = t.order_id
) found
where box_office_id = any(:box_offices::uuid[])
order by code = :code_from desc, placed_at desc, id desc
limit :found_max;

-- name: of_ticket(serial)
select order_id from tickets where serial = :serial;

-- name: of_pass(serial)
select order_id from passes where serial = :serial;

-- name: shown(order_ids, exact, whole, partly, staff_id, found_max)
-- What is shown of orders, where they may be seen: by their box office, or by the one event that they are for.
select o.id, o.code, o.status, o.currency, o.placed_at, coalesce(seats.time_zone, 'UTC') as time_zone,
    c.name as customer_name, c.email as customer_email, b.name as box_office_name,
    coalesce(seats.events, '{}') as events, coalesce(seats.ticket_count, 0) as ticket_count,
    (select coalesce(sum(amount_cents), 0)::integer from order_lines where order_id = o.id) as total_cents,
    o.id = any(:exact::uuid[]) as exact
from unnest(:order_ids::uuid[]) with ordinality as found (id, at)
join orders o on o.id = found.id
join box_offices b on b.id = o.box_office_id
join customers c on c.id = o.customer_id
left join lateral (
    select array_agg(distinct e.name) as events, min(v.time_zone) as time_zone,
        case when min(e.id::text) = max(e.id::text) then min(e.id::text)::uuid end as event_id,
        count(*) filter (where t.status <> 'cancelled')::integer as ticket_count
    from tickets t
    join performances f on f.id = t.performance_id
    join events e on e.id = f.event_id
    join venues v on v.id = f.venue_id
    where t.order_id = o.id
) seats on true
where o.box_office_id = any(:whole::uuid[])
    or o.box_office_id = any(:partly::uuid[]) and exists (
        select from reach(:staff_id::uuid, b.organisation_id, b.id, seats.event_id) r where r.scope is not null
    )
order by found.at
limit :found_max;

-- name: buyers(box_offices, email, words, people_max, found_max)
-- Who bought at these box offices, by the latest order.
with people as materialized (
    (
        select c.id
        from (select distinct organisation_id from box_offices where id = any(:box_offices::uuid[])) g
        join customers c on c.organisation_id = g.organisation_id
        where :email <> '' and c.email >= :email and c.email < :email || chr(1114111)
        limit :people_max
    )
    union
    (
        select c.id
        from customers c
        where :words <> '' and to_tsvector('simple', folded(c.name)) @@ to_tsquery('simple', folded(:words))
            and c.organisation_id = any(
                array(select distinct organisation_id from box_offices where id = any(:box_offices::uuid[]))
            )
        limit :people_max
    )
)
select c.id, c.name, c.email, b.key as box_office_key, b.name as box_office_name, bought.order_count
from (
    select o.customer_id, o.box_office_id, count(*)::integer as order_count, max(o.placed_at) as last_at
    from people p
    join orders o on o.customer_id = p.id
    where o.box_office_id = any(:box_offices::uuid[])
    group by o.customer_id, o.box_office_id
    order by count(*) desc, max(o.placed_at) desc
    limit :found_max
) bought
join customers c on c.id = bought.customer_id
join box_offices b on b.id = bought.box_office_id
order by bought.order_count desc, bought.last_at desc;

-- name: events(whole, partly, words, staff_id, found_max)
-- Events by words of their names: those to come first, the next one first of all.
select e.id, e.name, b.name as box_office_name, dates.starts_at, coalesce(dates.time_zone, 'UTC') as time_zone
from events e
join box_offices b on b.id = e.box_office_id
left join lateral (
    select p.starts_at, v.time_zone
    from performances p
    join venues v on v.id = p.venue_id
    where p.event_id = e.id
    order by p.starts_at < now(), abs(extract(epoch from p.starts_at - now()))
    limit 1
) dates on true
where e.box_office_id = any(:whole::uuid[] || :partly::uuid[])
    and to_tsvector('simple', folded(e.name)) @@ to_tsquery('simple', folded(:words))
    and (
        e.box_office_id = any(:whole::uuid[])
        or exists (select from reach(:staff_id::uuid, b.organisation_id, b.id, e.id) r where r.scope is not null)
    )
order by dates.starts_at is null, dates.starts_at < now(), abs(extract(epoch from dates.starts_at - now()))
limit :found_max;
