-- name: list_of(box_office_id, event_ids, date_ids, since, performance_ids, numbers, rows_max)
select p.id, p.pool_id as number, p.event_id, e.name as event_name, w.titles, v.name as venue_name, v.time_zone,
    p.starts_at, p.doors_at, p.ends_at, p.status
from performances p
join events e on e.id = p.event_id
join event_titles w on w.event_id = p.event_id
join venues v on v.id = p.venue_id
where p.box_office_id = :box_office_id
    and (:event_ids::uuid[] is null or p.event_id = any(:event_ids::uuid[]))
    and (:date_ids::uuid[] is null or p.id = any(:date_ids::uuid[]))
    and (:since::timestamptz is null or p.ends_at >= :since and p.status <> 'draft')
    and (:performance_ids::uuid[] is null or p.id = any(:performance_ids::uuid[]))
    and (:numbers::bigint[] is null or p.pool_id = any(:numbers::bigint[]))
order by p.starts_at, p.id
limit :rows_max;

-- name: of_event(event_id, now, rows_max)
-- Those nearest to now.
select * from (
    select p.id, p.pool_id as number, p.event_id, e.name as event_name, w.titles, v.name as venue_name, v.time_zone,
        p.starts_at, p.doors_at, p.ends_at, p.status
    from performances p
    join events e on e.id = p.event_id
    join event_titles w on w.event_id = p.event_id
    join venues v on v.id = p.venue_id
    where p.event_id = :event_id and p.status <> 'draft'
    order by abs(extract(epoch from p.starts_at - :now::timestamptz))
    limit :rows_max
) around
order by starts_at, id;
