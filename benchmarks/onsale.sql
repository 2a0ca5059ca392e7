-- What was sold of the performances $1, counted from the tickets that exist and from nothing else. A ticket that was
-- cancelled holds no place any more; every other one does. The places are counted by their numbers, which are the
-- system's, and by what is printed on the tickets, which is what two people would quarrel over.
with performance as (
    select id, pool_id from performances where id = any($1::uuid[])
),
ticket as (
    select t.pool_id, t.place, t.performance_id, t.zone, t.row_label, t.seat_label, t.status
    from tickets t
    join performance p on p.id = t.performance_id
    where t.status <> 'cancelled'
),
by_number as (
    select count(*) - 1 as again from ticket group by pool_id, place
),
by_print as (
    select count(*) - 1 as again
    from ticket
    where seat_label <> ''
    group by performance_id, zone, row_label, seat_label
)
select
    (select coalesce(sum(o.place_count), 0) from performance p join pools o on o.id = p.pool_id)::bigint as places,
    (select count(*) from ticket) as tickets,
    (select count(*) from ticket where status = 'valid') as paid,
    (select coalesce(sum(again), 0) from by_number)::bigint as places_sold_again,
    (select coalesce(sum(again), 0) from by_print)::bigint as seats_sold_again;
