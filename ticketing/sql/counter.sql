-- name: dates(box_office_id, event_ids, now, words, rows_max)
-- The dates that may be sold at the counter, now or later, the next one first; by words of their events' names.
-- `event_ids` null: of every event.
select p.id, p.event_id, e.title as event_name, e.titles, p.starts_at, u.time_zone, u.name as venue_name, p.pool_id,
    s.counter_opens_at as opens_at, p.label
from performances p
join event_titles e on e.event_id = p.event_id
join events n on n.id = p.event_id
join venues u on u.id = p.venue_id
join performance_sales s on s.performance_id = p.id
where p.box_office_id = :box_office_id and p.status = 'on_sale' and s.visibility <> 'draft'
    and s.counter_closes_at > :now
    and (:event_ids::uuid[] is null or p.event_id = any(:event_ids))
    and (:words = '' or to_tsvector('simple', folded(n.name)) @@ to_tsquery('simple', folded(:words)))
order by p.starts_at, p.id
limit :rows_max;

-- name: known_customers(organisation_id, event_ids, email, words, rows_max)
-- Customers of an organisation whose address begins so, or whose name has words that do. `event_ids`: only who has
-- ordered one of these events.
with people as materialized (
    (
        select id
        from customers
        where organisation_id = :organisation_id and :email <> '' and email >= :email and email < :email || chr(1114111)
        limit :rows_max
    )
    union
    (
        select id
        from customers
        where organisation_id = :organisation_id and :words <> ''
            and to_tsvector('simple', folded(name)) @@ to_tsquery('simple', folded(:words))
        limit :rows_max
    )
)
select c.id, c.organisation_id, c.email, c.name, c.locale, c.created_at
from people p
join customers c on c.id = p.id
where c.forgotten_at is null
    and (
        :event_ids::uuid[] is null
        or exists (
            select from orders o
            join tickets t on t.order_id = o.id
            join performances d on d.id = t.performance_id
            where o.customer_id = c.id and d.event_id = any(:event_ids)
        )
    )
order by lower(c.name), c.email
limit :rows_max;
