-- name: newest(box_office_id, status, since, until, at, id, channels, rows_max)
-- A walk down the index by channel and time, from where the page before ended: as many of each channel as a page has,
-- then the first of them all.
select found.id
from unnest(:channels::text[]) as door (channel)
cross join lateral (
    select o.id, o.placed_at
    from orders o
    where o.box_office_id = :box_office_id and o.channel = door.channel
        and o.placed_at >= :since and o.placed_at < :until
        and (o.placed_at, o.id) < (:at, :id)
        and (:status::text is null or o.status = :status)
    order by o.placed_at desc, o.id desc
    limit :rows_max
) found
order by found.placed_at desc, found.id desc
limit :rows_max;

-- name: oldest(box_office_id, status, since, until, at, id, channels, rows_max)
select found.id
from unnest(:channels::text[]) as door (channel)
cross join lateral (
    select o.id, o.placed_at
    from orders o
    where o.box_office_id = :box_office_id and o.channel = door.channel
        and o.placed_at >= :since and o.placed_at < :until
        and (o.placed_at, o.id) > (:at, :id)
        and (:status::text is null or o.status = :status)
    order by o.placed_at, o.id
    limit :rows_max
) found
order by found.placed_at, found.id
limit :rows_max;

-- name: unpaid_newest(box_office_id, status, since, until, at, id, channel, event_id, performance_id, tariff_id, rows_max)
-- The same over the index of those that are not paid, where few of a date, an event or a tariff are found.
select o.id
from orders o
where o.box_office_id = :box_office_id
    and o.status <> 'paid'
    and o.placed_at >= :since and o.placed_at < :until
    and (o.placed_at, o.id) < (:at, :id)
    and (:status::text is null or o.status = :status)
    and (:channel::text is null or o.channel = :channel)
    and (
        :performance_id::uuid is null
        or exists (select from tickets t where t.order_id = o.id and t.performance_id = :performance_id)
    )
    and (
        :event_id::uuid is null
        or exists (
            select from tickets t join performances p on p.id = t.performance_id
            where t.order_id = o.id and p.event_id = :event_id
        )
    )
    and (:tariff_id::uuid is null or exists (select from tickets t where t.order_id = o.id and t.tariff_id = :tariff_id))
order by o.placed_at desc, o.id desc
limit :rows_max;

-- name: unpaid_oldest(box_office_id, status, since, until, at, id, channel, event_id, performance_id, tariff_id, rows_max)
select o.id
from orders o
where o.box_office_id = :box_office_id
    and o.status <> 'paid'
    and o.placed_at >= :since and o.placed_at < :until
    and (o.placed_at, o.id) > (:at, :id)
    and (:status::text is null or o.status = :status)
    and (:channel::text is null or o.channel = :channel)
    and (
        :performance_id::uuid is null
        or exists (select from tickets t where t.order_id = o.id and t.performance_id = :performance_id)
    )
    and (
        :event_id::uuid is null
        or exists (
            select from tickets t join performances p on p.id = t.performance_id
            where t.order_id = o.id and p.event_id = :event_id
        )
    )
    and (:tariff_id::uuid is null or exists (select from tickets t where t.order_id = o.id and t.tariff_id = :tariff_id))
order by o.placed_at asc, o.id asc
limit :rows_max;

-- name: dates_newest(box_office_id, status, since, until, at, id, channel, event_id, performance_id, tariff_id, rows_max)
-- A walk down each date's tickets by time, then the newest of all dates: what an event sold lies anywhere in a season.
select found.id
from performances p
cross join lateral (
    select distinct t.placed_at, t.order_id as id
    from tickets t
    join orders o on o.id = t.order_id
    where t.performance_id = p.id
        and t.placed_at >= :since and t.placed_at < :until
        and (t.placed_at, t.order_id) < (:at, :id)
        and (:status::text is null or o.status = :status)
        and (:channel::text is null or o.channel = :channel)
        and (:tariff_id::uuid is null or t.tariff_id = :tariff_id)
    order by t.placed_at desc, t.order_id desc
    limit :rows_max
) found
where p.box_office_id = :box_office_id
    and (:performance_id::uuid is null or p.id = :performance_id)
    and (:event_id::uuid is null or p.event_id = :event_id)
    and (:tariff_id::uuid is null or p.event_id = (select event_id from tariffs where id = :tariff_id))
group by found.placed_at, found.id
order by found.placed_at desc, found.id desc
limit :rows_max;

-- name: dates_oldest(box_office_id, status, since, until, at, id, channel, event_id, performance_id, tariff_id, rows_max)
select found.id
from performances p
cross join lateral (
    select distinct t.placed_at, t.order_id as id
    from tickets t
    join orders o on o.id = t.order_id
    where t.performance_id = p.id
        and t.placed_at >= :since and t.placed_at < :until
        and (t.placed_at, t.order_id) > (:at, :id)
        and (:status::text is null or o.status = :status)
        and (:channel::text is null or o.channel = :channel)
        and (:tariff_id::uuid is null or t.tariff_id = :tariff_id)
    order by t.placed_at, t.order_id
    limit :rows_max
) found
where p.box_office_id = :box_office_id
    and (:performance_id::uuid is null or p.id = :performance_id)
    and (:event_id::uuid is null or p.event_id = :event_id)
    and (:tariff_id::uuid is null or p.event_id = (select event_id from tariffs where id = :tariff_id))
group by found.placed_at, found.id
order by found.placed_at, found.id
limit :rows_max;

-- name: among(box_office_id, status, since, until, at, id, channel, event_id, performance_id, tariff_id, refund_due, rows_max, order_ids, newest)
-- The page among orders that were found already.
select o.id
from unnest(:order_ids::uuid[]) as found (id)
join orders o on o.id = found.id
where o.box_office_id = :box_office_id
    and o.placed_at >= :since and o.placed_at < :until
    and case when :newest::boolean then (o.placed_at, o.id) < (:at, :id) else (o.placed_at, o.id) > (:at, :id) end
    and (:status::text is null or o.status = :status)
    and (:channel::text is null or o.channel = :channel)
    and (
        :performance_id::uuid is null
        or exists (select from tickets t where t.order_id = o.id and t.performance_id = :performance_id)
    )
    and (
        :event_id::uuid is null
        or exists (
            select from tickets t join performances p on p.id = t.performance_id
            where t.order_id = o.id and p.event_id = :event_id
        )
    )
    and (:tariff_id::uuid is null or exists (select from tickets t where t.order_id = o.id and t.tariff_id = :tariff_id))
    and (not :refund_due::boolean or exists (select from refunds r where r.order_id = o.id and r.status = 'due'))
order by
    case when :newest::boolean then o.placed_at end desc, case when :newest::boolean then o.id end desc, o.placed_at, o.id
limit :rows_max;

-- name: placed_at(box_office_id, order_id)$
select placed_at from orders where id = :order_id and box_office_id = :box_office_id;

-- name: time_zone(box_office_id)$
select box_office_time_zone(:box_office_id);

-- name: of_text(box_office_id, code_from, code_to, email, words, people_max, found_max)
-- Orders whose code begins so, or whose buyer's address or words of the name do; with how many people that is.
with people as materialized (
    (
        select c.id
        from box_offices b
        join customers c on c.organisation_id = b.organisation_id
        where b.id = :box_office_id and :email <> '' and c.email >= :email and c.email < :email || chr(1114111)
        limit :people_max
    )
    union
    (
        select c.id
        from box_offices b
        join customers c on c.organisation_id = b.organisation_id
        where b.id = :box_office_id and :words <> ''
            and to_tsvector('simple', folded(c.name)) @@ to_tsquery('simple', folded(:words))
        limit :people_max
    )
), number as materialized (
    select count(*)::integer as people from people
)
select o.id, n.people
from number n
cross join lateral (
    select id from orders
    where :code_from <> '' and code >= :code_from and code < :code_to and box_office_id = :box_office_id
    union
    select w.id from people p join orders w on w.customer_id = p.id where w.box_office_id = :box_office_id
    limit :found_max
) o;

-- name: of_refunds_due(box_office_id, since, until, newest, found_max)
-- Orders of which money is to be given back, those that the list begins with first.
select o.id
from (select distinct order_id from refunds where status = 'due') as due
join orders o on o.id = due.order_id
where o.box_office_id = :box_office_id and o.placed_at >= :since and o.placed_at < :until
order by
    case when :newest::boolean then o.placed_at end desc, case when :newest::boolean then o.id end desc, o.placed_at, o.id
limit :found_max;

-- name: of_tariff(tariff_id, found_max)
select order_id as id from tickets where tariff_id = :tariff_id limit :found_max;

-- name: rows(order_ids, time_zone)
-- What a list shows of each order, in the order of the ids.
select
    o.id, o.code, o.status, o.channel, o.currency, o.placed_at, o.expires_at,
    :time_zone::text as time_zone, c.name as customer_name, c.email as customer_email,
    coalesce(seats.events, '{}') as events, coalesce(seats.event_count, 0) as event_count,
    coalesce(seats.ticket_count, 0) as ticket_count, s.total_cents,
    case when o.status in ('pending', 'paid') then s.due_cents else 0 end as due_cents, s.refund_due_cents
from unnest(:order_ids::uuid[]) with ordinality as page (id, at)
join orders o on o.id = page.id
join customers c on c.id = o.customer_id
cross join lateral order_sums(o.id) s
left join lateral (
    select array_agg(distinct e.name) as events, count(distinct e.id)::integer as event_count,
        count(*) filter (where t.status <> 'cancelled')::integer as ticket_count
    from tickets t
    join performances f on f.id = t.performance_id
    join events e on e.id = f.event_id
    where t.order_id = o.id
) seats on true
order by page.at;

-- name: performances(box_office_id, rows_max)
select p.id, p.event_id, e.name as event_name, e.name, p.starts_at, v.time_zone
from performances p
join events e on e.id = p.event_id
join venues v on v.id = p.venue_id
where p.box_office_id = :box_office_id
order by p.starts_at desc, p.id
limit :rows_max;

-- name: tariffs(box_office_id, rows_max)
select t.id, t.event_id, e.name as event_name, t.name, null::timestamptz as starts_at, 'UTC' as time_zone
from events e
join tariffs t on t.event_id = e.id
where e.box_office_id = :box_office_id
order by e.created_at desc, e.id, t.position, t.name
limit :rows_max;
