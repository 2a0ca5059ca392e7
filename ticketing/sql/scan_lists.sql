-- name: head(performance_id)^
-- The oldest transaction under way, and the next one there will be; with what names the date.
select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as version,
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint as ceiling,
    coalesce((select pool_id from performances where id = :performance_id), 0) as number,
    coalesce((select status = 'cancelled' from performances where id = :performance_id), false) as cancelled;

-- name: entries(performance_id, since, ceiling)
-- The tickets of a date, those of passes by their pass; or those that a transaction from `since` on wrote something of.
-- A row's own number of its transaction has 32 bits; it is the last one with these bits before `ceiling`.
with wanted as (
    select id from tickets where performance_id = :performance_id and :since::bigint is null
    union all
    (
        select t.id
        from tickets t
        where t.performance_id = :performance_id and :since::bigint is not null
            and :ceiling - ((:ceiling - t.xmin::text::bigint) & 4294967295) >= :since::bigint
        union
        select g.ticket_id
        from passages g
        where g.performance_id = :performance_id and :since::bigint is not null
            and :ceiling - ((:ceiling - g.xmin::text::bigint) & 4294967295) >= :since::bigint
        union
        select t.id
        from tickets t
        join passes a on a.id = t.pass_id
        where t.performance_id = :performance_id and t.pass_id is not null and :since::bigint is not null
            and :ceiling - ((:ceiling - a.xmin::text::bigint) & 4294967295) >= :since::bigint
    )
)
select case when t.pass_id is null then 1 else 2 end as kind, coalesce(a.serial, t.serial) as serial,
    coalesce(a.generation, t.generation)::integer as generation,
    case when t.status = 'valid' then coalesce(a.status, t.status) else t.status end as status,
    t.id as ticket_id, t.place, t.zone, t.row_label as row, t.seat_label as seat, coalesce(f.name, '') as tariff,
    t.holder_name as name, coalesce(y.name, '') as pass_name, coalesce(l.entry_count, 0) as entries,
    coalesce(l.inside, false) as inside,
    greatest(
        :ceiling - ((:ceiling - t.xmin::text::bigint) & 4294967295),
        :ceiling - ((:ceiling - a.xmin::text::bigint) & 4294967295), l.xid
    ) as xid
from wanted w
join tickets t on t.id = w.id
left join tariffs f on f.id = t.tariff_id
left join passes a on a.id = t.pass_id
left join pass_types y on y.id = a.pass_type_id
left join lateral (
    select entry_count, inside, :ceiling::bigint - ((:ceiling::bigint - xmin::text::bigint) & 4294967295) as xid
    from passages
    where ticket_id = t.id
    order by number desc
    limit 1
) l on true
where t.performance_id = :performance_id;
